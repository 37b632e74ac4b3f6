#include "harness/db/sqlstate.h"

#include <stddef.h>
#include <string.h>

struct row_of_table {
    const char *code; /* five characters, or a class of two */
    enum db_status before, committing;
};

/* Codes first, then their classes. */
static const struct row_of_table table[] = {
    { "40001", DB_CONFLICT, DB_CONFLICT },                   /* serialization_failure                    */
    { "40P01", DB_DEADLOCK, DB_DEADLOCK },                   /* deadlock_detected                        */
    { "40002", DB_CONSTRAINT, DB_CONSTRAINT },               /* transaction_integrity_constraint_violation */
    { "40003", DB_LOST, DB_IN_DOUBT },                       /* statement_completion_unknown             */
    { "55P03", DB_LOCK_TIMEOUT, DB_LOCK_TIMEOUT },           /* lock_not_available                       */
    { "57014", DB_STATEMENT_TIMEOUT, DB_STATEMENT_TIMEOUT }, /* query_canceled                           */
    { "57P01", DB_LOST, DB_IN_DOUBT },                       /* admin_shutdown: conservatively           */
    { "57P02", DB_LOST, DB_IN_DOUBT },                       /* crash_shutdown                           */
    { "57P03", DB_LOST, DB_LOST },                           /* cannot_connect_now: nothing was run      */
    { "57P04", DB_LOST, DB_IN_DOUBT },                       /* database_dropped                         */
    { "57P05", DB_LOST, DB_LOST },                           /* idle_session_timeout: it was idle        */
    { "25P03", DB_LOST, DB_LOST },                           /* idle_in_transaction_session_timeout      */
    { "53100", DB_FULL, DB_FULL },                           /* disk_full                                */
    { "53300", DB_LOST, DB_LOST },                           /* too_many_connections: never got in       */
    { "58030", DB_ERROR, DB_IN_DOUBT },                      /* io_error                                 */
    { "08", DB_LOST, DB_IN_DOUBT },                          /* connection exceptions                    */
    { "23", DB_CONSTRAINT, DB_CONSTRAINT },                  /* integrity constraint violations          */
    { "40", DB_CONFLICT, DB_CONFLICT },                      /* other transaction rollbacks              */
};

enum db_status sqlstate_status(const char *sqlstate, bool committing)
{
    size_t i;

    if (sqlstate == NULL || sqlstate[0] == '\0')
        return committing ? DB_IN_DOUBT : DB_LOST;
    for (i = 0; i < sizeof table / sizeof *table; i++)
        if (strncmp(table[i].code, sqlstate, strlen(table[i].code)) == 0)
            return committing ? table[i].committing : table[i].before;
    return DB_ERROR;
}
