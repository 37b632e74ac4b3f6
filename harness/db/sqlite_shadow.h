#ifndef DB_SQLITE_SHADOW_H
#define DB_SQLITE_SHADOW_H

#include <stdbool.h>

#include "harness/db/db.h"

struct sqlite3;

/* What database_remember() keeps of a file: a copy of each table, beside it under a name of our own, and the script
 * that puts the rows back. Zeroed = nothing is kept. */
struct sqlite_shadow {
    char *script;
    bool has_triggers;
};

/* 0, or -1 with the handle's error message set; the copies of an earlier call are replaced. */
int sqlite_shadow_make(struct sqlite_shadow *, struct sqlite3 *);
/* On a connection without a transaction; after a failure nothing has changed and db->error is filled. */
enum db_status sqlite_shadow_rewind(const struct sqlite_shadow *, struct db *);
void sqlite_shadow_free(struct sqlite_shadow *); /* the copies stay in the file */

#endif
