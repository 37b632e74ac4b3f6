#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a run has come, on stderr. On a terminal PROGRESS_AUTO draws one live line: the trial's seats as a bar, how
 * many trials are done, and how long the rest will take; elsewhere it prints a line per block. PROGRESS_PLAIN prints a
 * line per trial. */
enum progress_mode { PROGRESS_AUTO, PROGRESS_PLAIN, PROGRESS_NONE };

struct progress;

/* Main thread. NULL when there is nothing to show (PROGRESS_NONE, or out of memory); every call below takes NULL as a
 * no-op. */
struct progress *progress_open(enum progress_mode);
/* How many trials there will be, as far as is known. */
void progress_expect(struct progress *, size_t trials);
/* A trial begins: what is drawn, and the count of sold seats to read meanwhile. */
void progress_begin(struct progress *, const char *db, const char *variant, int64_t capacity,
                    const _Atomic int64_t *sold);
/* It ended. audited: sold is what the rows say (else nothing is said of the seats). */
void progress_end(struct progress *, int64_t sold, bool audited);
/* Block number `block` (from 1) of so many ended. Of a long run the first one says how long it will take. */
void progress_block(struct progress *, int64_t block, int64_t blocks);
void progress_close(struct progress *);

/* "[#####] 5/5 SOLD OUT", "[##########] 15/5 OVERSOLD", "[###  ] 3/5": the bar has one mark per seat up to ten, and
 * grows to twice its width when more is sold than there is. */
void progress_bar(char *out, size_t size, int64_t sold, int64_t capacity);

#endif
