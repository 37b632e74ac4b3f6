#ifndef RESULTS_ELSEWHERE_H
#define RESULTS_ELSEWHERE_H

#include <jansson.h>
#include <stdint.h>

/* A history that no run of ours wrote: one file with the columns of history/<cell>/<trial>.csv, and nothing beside it.
 * What clients were told is all there is to judge by: it stands for the rows as well, an answer that was never known
 * for "no", which at most excuses others. So what is found here is certain; what only rows and counters can tell is not
 * looked for. events: those on sale, 1..events, each of `seats` seats. Fills {schema, history, requests, cancels,
 * outcomes, audit, fairness, verdict, reason, broken}, described in results/README.md. EXIT_OK / EXIT_ERROR /
 * EXIT_USAGE after one line. Caller: json_decref. Main thread. */
int elsewhere_judge(const char *path, int64_t events, int64_t seats, json_t **document);

#endif
