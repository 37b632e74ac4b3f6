#ifndef RUN_POOL_H
#define RUN_POOL_H

#include <pthread.h>

#include "harness/db/database.h"
#include "harness/scenario/registry.h"

/* The connections one app lends to its requests, in the order they ask. A connection that was lost is replaced when it
 * is given back; when that fails (for reopen_ns, where a server is crashed on purpose) the pool is one smaller, and
 * with none left every borrower is told DB_LOST. */
struct pool {
    pthread_mutex_t lock;
    struct database *database;
    const struct db_settings *settings;
    const struct statement *statements;
    struct db **idle; /* a stack: the connection used last is the warmest */
    int idle_count, size, lent, peak;
    struct pool_waiter *head, *tail;
    struct db_ops closed_ops; /* of connections that were replaced */
    int waiting;              /* how many stand in line */
    int64_t reopen_ns;        /* how long a lost connection is tried to be replaced; 0: once, and never again */
    bool stopped;
};

/* Main thread: opens `size` warmed connections. 0, or -1 with one line in error; pool_close() in both cases. */
int pool_open(struct pool *, struct database *, const struct db_settings *, const struct statement *, int size,
              char *error, size_t error_size);
/* Any thread: a further connection like those of the pool, the caller's; tried again for reopen_ns. NULL after filling
 * error. */
struct db *pool_connect(const struct pool *, char *error, size_t error_size);
/* Any thread: DB_OK, DB_POOL_TIMEOUT past the deadline, DB_LOST when no connection is left or the run was stopped. */
enum db_status pool_take(struct pool *, struct db **out, int64_t deadline_ns);
/* Any thread: hands the connection to whoever has waited longest. No transaction may be open. */
void pool_give(struct pool *, struct db *);
/* Main thread, any time: ends what runs on every connection and sends the waiting away with DB_LOST. */
void pool_stop(struct pool *);
/* Main thread, nothing lent: closes all and adds their counts to ops, their db_written_bytes() to written. A zeroed
 * pool is a no-op. */
void pool_close(struct pool *, struct db_ops *ops, int64_t *written_bytes);

#endif
