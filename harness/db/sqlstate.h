#ifndef DB_SQLSTATE_H
#define DB_SQLSTATE_H

#include <stdbool.h>

#include "harness/db/db.h"

/* The table from PostgreSQL's SQLSTATE: a whole code before its class (the first two characters). committing: the
 * statement was a COMMIT, or a write outside a transaction, so that losing the connection leaves its effect in doubt.
 * NULL or "": the server said nothing, the connection is gone. Pure. */
enum db_status sqlstate_status(const char *sqlstate, bool committing);

#endif
