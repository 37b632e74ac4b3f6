#ifndef VERBS_AGAINST_H
#define VERBS_AGAINST_H

#include "harness/verbs/arguments.h"

/* run --against BINARY: the same run by another build and by this one, each in a process and a run folder of its own
 * (DIR-against and DIR), trial by trial in turns, then compared, the other as A. EXIT_OK; EXIT_BROKEN when one of them
 * broke a promise; EXIT_GATE when a gate failed; else what a run ends with, after one line. Main thread. */
int against_run(const struct arguments *);

#endif
