#include "tests/support/faulted.h"

#include <stdio.h>

#include "harness/audit/doubted.h"
#include "harness/base/say.h"

void faulted_run(struct trial *trial, struct audit *audit, const char *variant, const char *duration, const char *fault)
{
    struct database *database = bench_databases[1];
    struct witnesses witnesses;
    struct bench_cells made;
    char ini[512];

    if (database == NULL)
        skip();
    snprintf(ini, sizeof ini,
             "# q\n[inventory]\nseats = 1000000\n[load]\nmodel = closed\nusers = 8\nduration = %s\n"
             "[db]\npool = 8\n[fault]\n%s\n",
             duration, fault);
    bench_cells_make(&made, ini, variant, "postgres");
    assert_int_equal(trial_run(trial, made.cell, database, 0, "trial", NULL), EXIT_OK);
    assert_string_equal(trial->void_reason, "");
    assert_int_equal(audit_read(&witnesses, made.cell, database), EXIT_OK);
    audit_judge(audit, made.cell, trial, &witnesses);
    audit_faults(audit, made.cell, trial, &witnesses);
    witnesses_free(&witnesses);
    database_drop(database);
    bench_cells_free(&made);
}
