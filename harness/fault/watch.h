#ifndef FAULT_WATCH_H
#define FAULT_WATCH_H

#include <stdatomic.h>

#include "harness/db/driver.h"

/* A wrapper driver (driver.h) that notes of each commit in doubt which transaction it was. For that it asks the server
 * for the transaction's number before every COMMIT: a round trip that strategies do not send, made in fault runs alone
 * and counted here, not in db_ops. */

struct watch {
    struct db_driver driver; /* first: the wrapper's own members rely on it */
    const struct db_driver *own;
    const struct outage *outage;
    _Atomic int64_t asked;
};

/* Before anybody connects; struct watch.driver is then for database_wrap(). */
void watch_init(struct watch *, const struct database *);

#endif
