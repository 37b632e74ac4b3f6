#include "tests/support/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"

static char scratch[64];

const char *bench_scratch(void)
{
    if (scratch[0] == '\0') {
        snprintf(scratch, sizeof scratch, "/var/tmp/lastseat-test-XXXXXX");
        assert_non_null(mkdtemp(scratch));
    }
    return scratch;
}

void bench_clean(void)
{
    char command[128];

    if (scratch[0] == '\0')
        return;
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    assert_int_equal(system(command), 0);
    scratch[0] = '\0';
}

void bench_cells_make(struct bench_cells *made, const char *ini, const char *variant, const char *db)
{
    const struct scenario *only = &made->scenario;
    struct text_list variants = { 0 }, dbs = { 0 };
    char path[128];
    FILE *file;
    size_t i;

    memset(made, 0, sizeof *made);
    snprintf(path, sizeof path, "%s/test.ini", bench_scratch());
    assert_non_null(file = fopen(path, "w"));
    fputs(ini, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(scenario_load(&made->scenario, path, NULL, 0), EXIT_OK);
    assert_int_equal(text_list_add(&variants, variant, strlen(variant)), 0);
    assert_int_equal(text_list_add(&dbs, db, strlen(db)), 0);
    assert_int_equal(cells_expand(&made->cells, &only, 1, &variants, &dbs), EXIT_OK);
    for (i = 0; i < made->cells.n; i++)
        if (strcmp(made->cells.cell[i].variant.name, variant) == 0)
            made->cell = &made->cells.cell[i];
    assert_non_null(made->cell);
    assert_string_equal(made->cell->skip, "");
    text_list_free(&variants);
    text_list_free(&dbs);
}

void bench_cells_free(struct bench_cells *made)
{
    cells_free(&made->cells);
    scenario_free(&made->scenario);
}

struct database *bench_database(const char *name, int max_connections)
{
    struct database_request request = { .dir = bench_scratch(), .max_connections = max_connections };
    struct database *database = NULL;
    char reason[DB_ERROR_SIZE] = "";

    if (database_open(&database, name, &request, reason, sizeof reason) != 0)
        fprintf(stderr, "%s: %s\n", name, reason);
    return database;
}

const char *const bench_names[BENCH_DATABASES] = { "sqlite", "postgres" };
struct database *bench_databases[BENCH_DATABASES];

bool bench_can_run(size_t database, const char *variant)
{
    struct cell cell = { 0 };
    unsigned needs;

    assert_int_equal(variant_parse(&cell.variant, variant, "test"), EXIT_OK);
    needs = cell_needs(&cell);
    variant_free(&cell.variant);
    return bench_databases[database] != NULL && (needs & ~database_caps(bench_databases[database])) == 0;
}

int bench_open_databases(void **state)
{
    size_t n;

    (void)state;
    for (n = 0; n < BENCH_DATABASES; n++)
        bench_databases[n] = bench_database(bench_names[n], 64);
    return bench_databases[0] == NULL;
}

int bench_close_databases(void **state)
{
    size_t n;

    (void)state;
    for (n = 0; n < BENCH_DATABASES; n++)
        database_close(bench_databases[n]);
    bench_clean();
    return 0;
}
