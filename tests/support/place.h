#ifndef TESTS_SUPPORT_PLACE_H
#define TESTS_SUPPORT_PLACE_H

#include <stdbool.h>

#include "harness/db/kind.h"
#include "tests/support/bench.h"

/* One test function on either of bench_databases, each time in a fresh place. Main thread; everything asserts. */

/* durability async, and a long lock_timeout. */
extern const struct db_settings place_settings;

/* Three events of ten seats. Skips the test when the database is not there. */
struct database *place_fresh(void **state, const struct text *ddl);
struct db *place_join(struct database *, const struct db_settings *, const struct statement *);
bool place_is_sqlite(const struct database *);
/* First column of the first row, as text; valid until the next call. */
const char *place_ask(struct db *, const char *sql);

/* Entries of a group's tests; setup and teardown of the group are bench_open_databases and bench_close_databases. */
extern int place_numbers[BENCH_DATABASES];
#define PLACE_ON(i, test)                                                                                              \
    {                                                                                                                  \
#test "/" #i, test, NULL, NULL, &place_numbers[i]                                                              \
    }
#define ON_SQLITE(test)   PLACE_ON(0, test)
#define ON_POSTGRES(test) PLACE_ON(1, test)
#define ON_BOTH(test)     ON_SQLITE(test), ON_POSTGRES(test)

#endif
