/* The contract every strategy keeps, whatever it is: run through the real harness on real databases.
 * A strategy file that is added later is covered without an edit here. LASTSEAT_ONLY=mine in the environment: that
 * strategy alone with each of its options; LASTSEAT_ONLY=mine:option=value: that variant alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit.h"
#include "harness/base/say.h"
#include "harness/run/place.h"
#include "tests/support/bench.h"

struct verdicts {
    struct trial trial;
    struct audit audit;
    unsigned promises;
    int64_t seats;
};

static void run_trial(struct verdicts *out, size_t db, const char *variant, const char *ini)
{
    struct witnesses witnesses;
    struct bench_cells made;

    bench_cells_make(&made, ini, variant, bench_names[db]);
    assert_int_equal(trial_run(&out->trial, made.cell, bench_databases[db], 1, "contract", NULL), EXIT_OK);
    assert_int_equal(audit_read(&witnesses, made.cell, bench_databases[db]), EXIT_OK);
    audit_judge(&out->audit, made.cell, &out->trial, &witnesses);
    out->promises = cell_promises(made.cell);
    out->seats = made.cell->scenario.events * made.cell->scenario.seats;
    witnesses_free(&witnesses);
    database_drop(bench_databases[db]);
    bench_cells_free(&made);
}

/* What holds for every honest strategy under every load: counts add up, told and rows agree, promises are kept. */
static void assert_kept(const struct verdicts *got, const char *where, bool broken_on_purpose)
{
    const struct audit *audit = &got->audit;
    const struct aside *cancels = &got->trial.totals.cancels;
    bool kept =
        got->trial.void_reason[0] == '\0' && audit->lost == 0 && audit->ghost == 0 && audit->duplicate == 0 &&
        audit->torn == 0 && audit->unknown == 0 && audit->gate_drift == 0 &&
        got->trial.totals.outcomes[OUTCOME_FAILED] == 0 && audit->told == audit->sold &&
        cancels->outcomes[ASIDE_DONE] + cancels->reasons[REASON_LOCK_TIMEOUT] == cancels->n; /* it may wait no longer */

    if (!broken_on_purpose)
        kept = kept && audit->drift == 0;
    if ((got->promises & PROMISE_NO_OVERSELL) != 0)
        kept = kept && audit->oversold == 0;
    if ((got->promises & PROMISE_SELLS_OUT) != 0)
        kept = kept && audit->unsold == 0;
    if (!kept)
        fail_msg(
            "%s: sold %lld of %lld, told %lld, oversold %lld, unsold %lld, drift %lld, gate drift %lld, lost %lld, "
            "ghost %lld, duplicate %lld, torn %lld, unknown %lld, failed %lld, cancels %lld, released %lld, void '%s'",
            where, (long long)audit->sold, (long long)audit->capacity, (long long)audit->told,
            (long long)audit->oversold, (long long)audit->unsold, (long long)audit->drift, (long long)audit->gate_drift,
            (long long)audit->lost, (long long)audit->ghost, (long long)audit->duplicate, (long long)audit->torn,
            (long long)audit->unknown, (long long)got->trial.totals.outcomes[OUTCOME_FAILED], (long long)cancels->n,
            (long long)cancels->outcomes[ASIDE_DONE], got->trial.void_reason);
}

static bool is_control(const char *variant)
{
    char name[64];

    snprintf(name, sizeof name, "%.*s", (int)strcspn(variant, ":"), variant);
    return (registry_find(name)->strategy->traits & TRAIT_CONTROL) != 0;
}

typedef void check_fn(size_t db, const char *variant, const char *where);

static check_fn rush;

static const char *only(void)
{
    return getenv("LASTSEAT_ONLY");
}

/* Every variant rushes on every database; the rest of the contract is tried with each option where it takes less time,
 * and with LASTSEAT_LONG (make test-all) everywhere. */
static bool is_tried(check_fn *check, size_t db, const char *variant)
{
    return db == 0 || check == rush || strchr(variant, ':') == NULL || !bench_can_run(0, variant) || only() != NULL ||
           getenv("LASTSEAT_LONG") != NULL;
}

static void check_variant(check_fn *check, const char *variant)
{
    char where[200];
    size_t db;

    for (db = 0; db < BENCH_DATABASES; db++) {
        if (!bench_can_run(db, variant) || !is_tried(check, db, variant))
            continue;
        snprintf(where, sizeof where, "%s on %s", variant, bench_names[db]);
        check(db, variant, where);
    }
}

/* A word of a law stands for itself, or wants a time behind it. */
static void law_value(char *out, size_t size, const struct option *row, const char *word)
{
    char error[256];
    struct law law;

    assert_int_equal(row->type, OPTION_LAW);
    snprintf(out, size, "%s%s", word, law_parse(row, &law, word, error, sizeof error) == 0 ? "" : ":5ms");
}

/* Value number w of a row: every word, or two from the low end of a number. False: there is none. */
static bool value_of(char *out, size_t size, const struct option *row, size_t w)
{
    if ((row->type == OPTION_CHOICE || row->type == OPTION_LAW) && row->words[w] == NULL)
        return false;
    if (row->type == OPTION_CHOICE)
        snprintf(out, size, "%s", row->words[w]);
    else if (row->type == OPTION_LAW)
        law_value(out, size, row, row->words[w]);
    else if (row->type == OPTION_INT)
        snprintf(out, size, "%lld", (long long)row->min + (long long)w);
    else if (row->type == OPTION_DURATION)
        text_duration(out, size, row->min + (int64_t)w * 3000000);
    else
        fail_msg("option '%s' is of a type that this test does not know", row->name);
    return row->type == OPTION_CHOICE || row->type == OPTION_LAW || w < 2;
}

/* The defaults, then the values of every option, one option at a time. */
static void check_strategy(check_fn *check, const struct strategy *strategy)
{
    char variant[128], value[64];
    const struct option *row;
    size_t w;

    check_variant(check, strategy->name);
    for (row = strategy->options; row != NULL && row->name != NULL; row++)
        for (w = 0; value_of(value, sizeof value, row, w); w++) {
            if (strcmp(value, row->fallback) == 0)
                continue;
            snprintf(variant, sizeof variant, "%s:%s=%s", strategy->name, row->name, value);
            check_variant(check, variant);
        }
}

static bool is_checked(const struct strategy *strategy)
{
    return (strategy->traits & (TRAIT_FLOOR | TRAIT_ROGUE)) == 0;
}

static void check_only(check_fn *check, const char *text)
{
    struct variant variant;

    assert_int_equal(variant_parse(&variant, text, "LASTSEAT_ONLY"), EXIT_OK);
    assert_int_equal(variant.registered->strategy->traits & (TRAIT_FLOOR | TRAIT_ROGUE), 0);
    if (strchr(text, ':') != NULL)
        check_variant(check, variant.name);
    else
        check_strategy(check, variant.registered->strategy);
    variant_free(&variant);
}

static void check_all(check_fn *check)
{
    size_t i;

    if (only() != NULL) {
        check_only(check, only());
        return;
    }
    for (i = 0; i < registry_count; i++)
        if (is_checked(registry[i].strategy))
            check_strategy(check, registry[i].strategy);
}

/* How requests come to threads is the harness's part, whatever a strategy's options are. */
static void check_defaults(check_fn *check)
{
    size_t i;

    if (only() != NULL) {
        check_only(check, only());
        return;
    }
    for (i = 0; i < registry_count; i++)
        if (is_checked(registry[i].strategy))
            check_variant(check, registry[i].strategy->name);
}

/* Whether a trial must end sold out: it was promised, or nobody could come between. */
static bool must_sell_out(const struct verdicts *got, const char *variant)
{
    return (got->promises & PROMISE_SELLS_OUT) != 0 || is_control(variant);
}

/* One user after the other: even the naive one sells exactly what there is, and tells the rest. */
static void sells_exactly(size_t db, const char *variant, const char *where)
{
    struct verdicts got;

    run_trial(&got, db, variant,
              "# q\n[inventory]\nseats = 7\n[load]\nusers = 10\nworkers = 1\n[db]\npool = 3\n"
              "[retry]\nattempts = unlimited\nbackoff = none\n");
    assert_kept(&got, where, false);
    if (must_sell_out(&got, variant)) {
        assert_int_equal(got.trial.totals.outcomes[OUTCOME_BOOKED], 7);
        assert_int_equal(got.trial.totals.outcomes[OUTCOME_SOLD_OUT], 3);
        assert_int_equal(got.audit.sold, 7);
        assert_true(got.trial.sold_out_ns > 0);
    }
    trial_free(&got.trial);
}

/* A queue that sheds, or tries that run out, may leave seats unsold: cap and attempts are chosen so that promises tell.
 */
static void rush(size_t db, const char *variant, const char *where)
{
    struct verdicts got;

    run_trial(&got, db, variant,
              "# q\n[inventory]\nseats = 10\n[load]\nusers = 200\n[db]\npool = 5\n"
              "[retry]\nattempts = unlimited\nbackoff = jitter:100us..1ms\n");
    assert_kept(&got, where, is_control(variant));
    if (must_sell_out(&got, variant))
        assert_true(got.audit.sold >= 10);
    trial_free(&got.trial);
}

static void several_events_and_servers(size_t db, const char *variant, const char *where)
{
    struct verdicts got;

    run_trial(&got, db, variant,
              "# q\n[inventory]\nevents = 3\nseats = 7\n[load]\nusers = 150\n[app]\ninstances = 3\n[db]\npool = 3\n"
              "[retry]\nattempts = unlimited\nbackoff = jitter:100us..1ms\n");
    assert_kept(&got, where, is_control(variant));
    trial_free(&got.trial);
}

/* Users who decide for a while, and some who leave: what they held must come back. More of them leave than there are
 * users without a seat, so some leave with a seat in hand. */
static void checkout(size_t db, const char *variant, const char *where)
{
    struct verdicts got;

    run_trial(
        &got, db, variant,
        "# q\n[inventory]\nseats = 30\n[load]\nusers = 40\n[checkout]\ntime = 2ms\nabandon = 30%\n[db]\npool = 5\n"
        "[retry]\nattempts = unlimited\nbackoff = jitter:100us..1ms\n");
    assert_kept(&got, where, is_control(variant));
    /* Whoever runs out of time may not get as far as the checkout. */
    assert_true(got.trial.totals.outcomes[OUTCOME_ABANDONED] + got.trial.totals.outcomes[OUTCOME_TIMED_OUT] > 0);
    trial_free(&got.trial);
}

/* Many users on few workers: parked and backed-off requests give their worker away and come back to one. */
static void few_workers(size_t db, const char *variant, const char *where)
{
    struct verdicts got;

    run_trial(&got, db, variant,
              "# q\n[inventory]\nseats = 10\n[load]\nusers = 150\nworkers = 3\n[db]\npool = 3\n"
              "[retry]\nattempts = unlimited\nbackoff = jitter:100us..1ms\n");
    assert_kept(&got, where, is_control(variant));
    trial_free(&got.trial);
}

static void closed_load(size_t db, const char *variant, const char *where)
{
    struct verdicts got;

    run_trial(&got, db, variant,
              "# q\n[inventory]\nseats = 5000\n[load]\nmodel = closed\nusers = 6\nduration = 60ms\n[db]\npool = 4\n"
              "[retry]\nattempts = unlimited\nbackoff = none\n");
    assert_kept(&got, where, is_control(variant));
    assert_true(got.trial.totals.outcomes[OUTCOME_BOOKED] > 0);
    if ((got.promises & PROMISE_SELLS_OUT) != 0)
        assert_int_equal(got.trial.totals.outcomes[OUTCOME_BOOKED], got.trial.totals.requests);
    assert_int_equal(got.trial.totals.outcomes[OUTCOME_BOOKED] + got.trial.totals.outcomes[OUTCOME_SHED] +
                         got.trial.totals.outcomes[OUTCOME_TIMED_OUT],
                     got.trial.totals.requests);
    trial_free(&got.trial);
}

/* Before anybody has come, every ledger says that all seats are there. */
static void fresh_place(size_t db, const char *variant, const char *where)
{
    struct trial trial = { 0 };
    struct witnesses witnesses;
    struct bench_cells made;
    struct audit audit;

    bench_cells_make(&made, "# q\n[inventory]\nevents = 3\nseats = 7\n", variant, bench_names[db]);
    assert_int_equal(place_prepare(bench_databases[db], made.cell, "contract"), 0);
    assert_int_equal(audit_read(&witnesses, made.cell, bench_databases[db]), EXIT_OK);
    audit_judge(&audit, made.cell, &trial, &witnesses);
    if (audit.capacity != 21 || audit.drift != 0 || audit.verdict != AUDIT_UNKNOWN)
        fail_msg("%s: capacity %lld, drift %lld, %s", where, (long long)audit.capacity, (long long)audit.drift,
                 audit.reason);
    witnesses_free(&witnesses);
    database_drop(bench_databases[db]);
    bench_cells_free(&made);
}

/* Groups get all their seats or none, some of them asked for twice at once, of several events and servers. */
static void groups(size_t db, const char *variant, const char *where)
{
    struct verdicts got;
    size_t i, fours = 0;

    run_trial(&got, db, variant,
              "# q\n[inventory]\nevents = 2\nseats = 13\n[load]\nusers = 80\npick = hot:70%\n[request]\nseats = 1:40%, "
              "2:30%, 4:30%\nrepeat = 20%\n[app]\ninstances = 2\n[db]\npool = 6\n"
              "[retry]\nattempts = unlimited\nbackoff = jitter:100us..1ms\n");
    assert_kept(&got, where, is_control(variant));
    for (i = 0; i < got.trial.record_count; i++)
        fours += got.trial.records[i].seats == 4;
    assert_true(fours > 0);
    assert_true(got.trial.totals.repeats > 0);
    assert_int_equal(got.trial.totals.requests, 80 + got.trial.totals.repeats);
    trial_free(&got.trial);
}

/* Seats that come back while others ask are sold again, and every witness agrees in the end. */
static void cancellations(size_t db, const char *variant, const char *where)
{
    struct verdicts got;

    run_trial(
        &got, db, variant,
        "# q\n[inventory]\nevents = 2\nseats = 6\n[load]\nusers = 40\n"
        "[request]\nseats = 1:70%, 3:30%\n[mix]\ncancel = 80%\ncancel_after = uniform:1ms..10ms\n[app]\ninstances "
        "= 2\n[db]\npool = 4\n[retry]\nattempts = unlimited\nbackoff = jitter:100us..1ms\n");
    assert_kept(&got, where, is_control(variant));
    assert_true(got.audit.released > 0);
    assert_int_equal(got.trial.cancel_count, got.trial.totals.cancels.n);
    trial_free(&got.trial);
}

#define TEST_OF(check, all)                                                                                            \
    static void test_##check(void **state)                                                                             \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        all(check);                                                                                                    \
    }
TEST_OF(fresh_place, check_all)
TEST_OF(sells_exactly, check_all)
TEST_OF(rush, check_all)
TEST_OF(several_events_and_servers, check_all)
TEST_OF(checkout, check_all)
TEST_OF(few_workers, check_defaults)
TEST_OF(closed_load, check_defaults)
TEST_OF(groups, check_all)
TEST_OF(cancellations, check_all)

/* The control must be able to fail, or the promises above prove nothing. */
static void test_control_oversells(void **state)
{
    struct verdicts got;
    size_t db;

    (void)state;
    if (only() != NULL)
        skip();
    for (db = 0; db < BENCH_DATABASES; db++) {
        if (bench_databases[db] == NULL)
            continue;
        run_trial(&got, db, "naive", "# q\n[inventory]\nseats = 5\n[load]\nusers = 15\n[checkout]\ntime = 50ms\n");
        assert_int_equal(got.audit.oversold, 10);
        assert_int_equal(got.audit.lost + got.audit.ghost + got.audit.duplicate, 0);
        assert_int_equal(got.audit.verdict, AUDIT_INVALID);
        trial_free(&got.trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_oversells),
        cmocka_unit_test(test_fresh_place),
        cmocka_unit_test(test_sells_exactly),
        cmocka_unit_test(test_rush),
        cmocka_unit_test(test_several_events_and_servers),
        cmocka_unit_test(test_checkout),
        cmocka_unit_test(test_few_workers),
        cmocka_unit_test(test_closed_load),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_cancellations),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
