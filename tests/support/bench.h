#ifndef TESTS_SUPPORT_BENCH_H
#define TESTS_SUPPORT_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/run/trial.h"
#include "harness/scenario/cell.h"

/* Cells and databases for tests. Everything here asserts: main thread only. */

/* Writes `ini` to a file in a scratch folder, loads it and expands it with one variant on one database; returns the
 * one cell that is not the floor (or the floor itself when variant is its name). */
struct bench_cells {
    struct scenario scenario;
    struct cells cells;
    const struct cell *cell;
};
void bench_cells_make(struct bench_cells *, const char *ini, const char *variant, const char *db);
void bench_cells_free(struct bench_cells *);

/* A database in a scratch folder below /var/tmp, opened for a test program; NULL with a message when it cannot be
 * reached. */
struct database *bench_database(const char *name, int max_connections);
/* Both databases a strategy runs on, for a group's setup and teardown: 0 when at least SQLite is there (a build without
 * PostgreSQL still checks the rest; its entry is NULL then). */
enum { BENCH_DATABASES = 2 };
extern const char *const bench_names[BENCH_DATABASES];
extern struct database *bench_databases[BENCH_DATABASES];
/* False when that database lacks what the variant needs: the cell would be skipped, as the harness says in as many
 * words.
 */
bool bench_can_run(size_t database, const char *variant);
int bench_open_databases(void **state);
int bench_close_databases(void **state);

/* A folder of this process, removed by bench_clean(). */
const char *bench_scratch(void);
void bench_clean(void);

#endif
