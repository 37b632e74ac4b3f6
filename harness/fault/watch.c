#include "harness/fault/watch.h"

#include <stdlib.h>

#include "harness/fault/doubts.h"

static const char ask[] = "SELECT pg_catalog.pg_current_xact_id_if_assigned()";

static struct watch *watch_of(const struct db *db)
{
    return (struct watch *)(uintptr_t)db->driver;
}

static void read_xid(void *arg, int columns, const char *const *values)
{
    (void)columns;
    if (values[0] != NULL)
        *(int64_t *)arg = strtoll(values[0], NULL, 10);
}

/* Whatever hangs on this connection was under way: it names what is in doubt now. */
static enum db_status told(const struct watch *watch, const struct db *db, int64_t xid, enum db_status st)
{
    if (st == DB_IN_DOUBT)
        doubts_name(xid, watch->outage->process(db));
    return st;
}

/* A connection that is lost before COMMIT was sent has certainly committed nothing. */
static enum db_status watched_commit(struct db *db)
{
    struct watch *watch = watch_of(db);
    int64_t xid = 0;
    enum db_status st = watch->own->query(db, ask, read_xid, &xid);

    atomic_fetch_add_explicit(&watch->asked, 1, memory_order_relaxed);
    if (st == DB_LOST || st == DB_IN_DOUBT)
        return DB_LOST;
    return told(watch, db, xid, watch->own->commit(db));
}

static enum db_status watched_run(struct db *db, int slot, const int64_t *args, int nargs, struct row *row)
{
    const struct watch *watch = watch_of(db);

    return told(watch, db, 0, watch->own->run(db, slot, args, nargs, row));
}

void watch_init(struct watch *watch, const struct database *database)
{
    watch->own = database_driver(database);
    watch->outage = database_outage(database);
    watch->driver = *watch->own;
    watch->driver.commit = watched_commit;
    watch->driver.run = watched_run;
    atomic_init(&watch->asked, 0);
}
