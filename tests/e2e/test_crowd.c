/* Crowds on few workers: everybody is answered, once, and a user costs a record and no thread. */
#include <stdio.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/say.h"
#include "harness/run/inflight.h"
#include "tests/support/bench.h"

enum { USERS = 100000 };

static struct database *database;

static int64_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long long pages = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %lld", &pages), 1);
    fclose(file);
    return pages * 4096;
}

/* Returns the memory that running the trial took beyond what the program had. */
static int64_t rush(const char *variant)
{
    static const char ini[] = "# q\n[inventory]\nseats = 10\n[load]\nusers = 100000\nworkers = 50\n[db]\n"
                              "durability = async\n";
    struct witnesses witnesses;
    struct bench_cells made;
    struct trial trial;
    struct audit audit;
    int64_t before = resident_bytes(), took;
    uint64_t told[USERS / 64 + 1] = { 0 };

    bench_cells_make(&made, ini, variant, "sqlite");
    assert_int_equal(trial_run(&trial, made.cell, database, 1, "crowd", NULL), EXIT_OK);
    took = trial.peak_rss_bytes - before;
    assert_int_equal(audit_read(&witnesses, made.cell, database), EXIT_OK);
    audit_judge(&audit, made.cell, &trial, &witnesses);
    if (trial.void_reason[0] != '\0' || audit.verdict != AUDIT_VALID)
        fail_msg("%s: void '%s', audit '%s'", variant, trial.void_reason, audit.reason);
    assert_int_equal(audit.sold, 10);
    assert_int_equal(trial.totals.outcomes[OUTCOME_BOOKED], 10);
    assert_int_equal(trial.totals.outcomes[OUTCOME_SOLD_OUT], USERS - 10);
    assert_int_equal(trial.record_count, USERS);
    for (size_t i = 0; i < trial.record_count; i++) {
        int64_t user = trial.records[i].user;

        assert_true(user >= 1 && user <= USERS);
        assert_true((told[user / 64] & (UINT64_C(1) << user % 64)) == 0);
        told[user / 64] |= UINT64_C(1) << user % 64;
        assert_int_equal(trial.records[i].due_ns, trial.start_ns);
    }
    witnesses_free(&witnesses);
    trial_free(&trial);
    database_drop(database);
    bench_cells_free(&made);
    return took;
}

/* The record of a user who is refused at once, and next to nothing else. Sanitizers keep shadows of all memory. */
static void a_user_costs_a_record(void **state)
{
    int64_t took = rush("admission");

    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)
    assert_in_range(took / USERS, 0, 2 * sizeof(struct record));
#else
    (void)took;
#endif
}

/* Parked, he costs what is in flight as well. */
static void all_may_be_parked(void **state)
{
    int64_t took = rush("queue");

    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)
    assert_in_range(took / USERS, 0, 2 * sizeof(struct record) + sizeof(struct inflight));
#else
    (void)took;
#endif
}

/* What a trial of closed load takes at its peak, each of 100 users asking again and again for 10 ms. */
static int64_t ask_again(const char *variant, const char *db)
{
    struct database *own = bench_database(db, 128);
    int64_t before = resident_bytes(), took;
    struct bench_cells made;
    struct trial trial;

    assert_non_null(own);
    bench_cells_make(&made,
                     "# q\n[inventory]\nseats = 1000000\n[load]\nmodel = closed\nusers = 100\nduration = 10ms\n[db]\n"
                     "durability = async\n",
                     variant, db);
    assert_int_equal(trial_run(&trial, made.cell, own, 1, "closed", NULL), EXIT_OK);
    assert_string_equal(trial.void_reason, "");
    took = trial.peak_rss_bytes - before;
    trial_free(&trial);
    database_drop(own);
    bench_cells_free(&made);
    database_close(own);
    return took;
}

/* However many they are, memory made ready ahead of them is bounded; and of the floor's users only what was counted. */
static void closed_users_cost_little(void **state)
{
    int64_t records = ask_again("admission", "sqlite"), totals = ask_again("null", "null");

    (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)
    assert_in_range(records, 0, INT64_C(120) << 20);
    assert_in_range(totals, 0, INT64_C(120) << 20);
#else
    (void)records;
    (void)totals;
#endif
}

static int open_database(void **state)
{
    (void)state;
    database = bench_database("sqlite", 20);
    return database != NULL ? 0 : -1;
}

static int close_database(void **state)
{
    (void)state;
    database_close(database);
    bench_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_user_costs_a_record), cmocka_unit_test(all_may_be_parked),
                                        cmocka_unit_test(closed_users_cost_little) };

    return cmocka_run_group_tests_name("crowd", tests, open_database, close_database);
}
