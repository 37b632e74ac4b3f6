#ifndef RUN_CLOSED_H
#define RUN_CLOSED_H

#include "harness/run/worker.h"

/* Closed load: every user asks again as soon as answered, until the deadline. A user who gives a booking back asks
 * again when that is answered; one who clicks twice has a second hand, a worker of its own, and waits for both answers.
 */

struct hand {
    _Atomic uint32_t clicks;   /* bumped by the user, by then turn, due_ns and over are written */
    _Atomic uint32_t answered; /* the last click that was */
    int64_t turn, due_ns;
    bool over;
} __attribute__((aligned(64)));

void closed_user(struct worker *);
void closed_second(struct worker *);

#endif
