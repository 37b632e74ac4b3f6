#ifndef FAULT_DOUBTS_H
#define FAULT_DOUBTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/db/outage.h"
#include "harness/measure/record.h"

/* The operations of a trial that ended unknown, each with the transaction it may have committed: what the audit finds
 * by request id can then be held against what the server says of that transaction. */

struct doubt {
    int64_t request;
    int64_t xid; /* 0: not known: the write committed by itself, or nothing was written */
    int64_t at_ns;
    enum fate fate; /* of xid, once it was asked for */
    int pid;        /* of the server's process       */
    uint8_t op;     /* enum op                       */
};

struct doubts {
    struct doubt *doubt;
    size_t room;
    _Atomic size_t n; /* may exceed room: those beyond are not kept */
};

int doubts_init(struct doubts *, size_t room); /* 0, or -1: out of memory */
void doubts_destroy(struct doubts *);          /* zeroed: a no-op         */

/* The thread that was just told DB_IN_DOUBT, for each operation that hangs on it: the commit it was told so of last is
 * meant. NULL: nobody asks. */
void doubts_add(struct doubts *, const struct record *);
/* The same thread, before: which commit that is. */
void doubts_name(int64_t xid, int pid);
/* How many are kept. */
size_t doubts_count(const struct doubts *);

#endif
