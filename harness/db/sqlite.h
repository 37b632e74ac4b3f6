#ifndef DB_SQLITE_H
#define DB_SQLITE_H

#include <stdbool.h>

#include "harness/db/db.h"

struct sqlite3;
struct db_settings;

/* What a statement was doing when it failed. */
struct sqlite_failure {
    bool committing; /* a COMMIT, or a write outside a transaction                     */
    bool waited_out; /* the busy handler waited to the end of [db] lock_timeout        */
    bool timed_out;  /* [db] statement_timeout passed                                  */
    bool stopped;    /* db_cancel() or the stop flag ended it                          */
};
/* The table from SQLite's extended result codes. Pure. */
enum db_status sqlite_status(int code, const struct sqlite_failure *);

/* SQLite's own schedule: the delay before try number `count` + 1 (from 0) of its busy timeout. Pure. */
int64_t sqlite_delay_ns(int count);

/* Its handle, for its own thread. */
struct sqlite3 *sqlite_handle(const struct db *);

/* Opens an existing file under these settings. 0, or -1 with a line in error; *out is then NULL. */
int sqlite_open_file(struct sqlite3 **out, const char *path, const struct db_settings *, char *error, size_t size);

#endif
