#ifndef RESULTS_HISTORY_READER_H
#define RESULTS_HISTORY_READER_H

#include "harness/audit/audit.h"

/* Reads what history.h writes, or what others write in its form, back into what the audit judges. Pure: bytes in,
 * records and witnesses out; nothing is printed. What could not have happened (an answer before its question, a booking
 * given back before it was told) is refused with its line; what may have happened and should not have (a row nobody was
 * told of) is left to the audit. */

/* The files of a trial. */
enum history_part { HISTORY_REQUESTS, HISTORY_LEDGER, HISTORY_HOLDS, HISTORY_COUNTERS, HISTORY_SEATS, HISTORY_PARTS };
/* Behind the trial's number in a file's name: ".csv", ".ledger.csv", …; and what the part is called: "requests", … */
extern const char *const history_suffixes[HISTORY_PARTS];
extern const char *const history_part_names[HISTORY_PARTS];

/* Zeroed to begin with; history_reader_free() in any case. */
struct history_reader {
    int64_t events; /* set by the caller: those on sale are 1..events */
    bool any_zero;  /* set by the caller: times are of any clock, and the first of them is where the gate opened */
    /* Of the trial: records, cancels, gates, requests and outcomes of the totals. A file of ours counts times from the
     * opening of the gate; here that is at start_ns = 1, as a record says "never" with a 0. */
    struct trial trial;
    struct witnesses witnesses;
    bool apps_known;             /* the requests say which app they went to */
    int64_t rows[HISTORY_PARTS]; /* read so far */
    int64_t line;                /* of the error, from 1 */
    char error[200];
};

/* Each part at most once; requests first. 0, or -1 with line and error set. */
int history_reader_take(struct history_reader *, enum history_part, const char *bytes, size_t n);
void history_reader_free(struct history_reader *); /* NULL and zeroed are no-ops */

#endif
