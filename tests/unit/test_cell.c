#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/scenario/cell.h"
#include "tests/support/capture.h"
#include "tests/support/folder.h"

static int set_up(void **state)
{
    (void)state;
    folder_open();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_close();
    return 0;
}

/* x.ini of this text, with the command line's choice ("" for none), as cells. */
static int expand(struct cells *cells, const char *text, const char *strategies, const char *dbs)
{
    struct text_list chosen = { 0 }, databases = { 0 };
    const struct scenario *only;
    struct scenario s;
    int status;

    folder_write("x.ini", text);
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    assert_int_equal(strategies[0] != '\0' ? text_list_split(&chosen, strategies) : 0, 0);
    assert_int_equal(dbs[0] != '\0' ? text_list_split(&databases, dbs) : 0, 0);
    only = &s;
    status = cells_expand(cells, &only, 1, chosen.n > 0 ? &chosen : NULL, databases.n > 0 ? &databases : NULL);
    /* Cells own what they have: the scenario goes first. */
    scenario_free(&s);
    text_list_free(&chosen);
    text_list_free(&databases);
    return status;
}

/* Expands, and compares the ids, one to a line. */
static void gives(const char *text, const char *strategies, const char *dbs, const char *ids)
{
    struct cells cells;
    char all[8192] = "";

    assert_int_equal(expand(&cells, text, strategies, dbs), EXIT_OK);
    for (size_t i = 0; i < cells.n; i++) {
        strcat(all, cells.cell[i].id);
        strcat(all, "\n");
    }
    assert_string_equal(all, ids);
    cells_free(&cells);
}

static int wrong(const char *text, const char *strategies, const char *dbs)
{
    struct cells cells;
    int status = expand(&cells, text, strategies, dbs);

    assert_int_equal(cells.n, 0);
    assert_null(cells.cell);
    return status;
}

#define refuses(text, strategies, dbs, line) capture_says(wrong(text, strategies, dbs), EXIT_USAGE, line)

/* ---- order and ids ----------------------------------------------------------------------------------------------- */

static void order_of_cells(void **state)
{
    (void)state;
    gives("[db]\nuse = sqlite, postgres\n[run]\nstrategies = naive:form=count, pessimistic\n", "", "",
          "x/null/null\n"
          "x/sqlite/naive:form=count\n"
          "x/sqlite/pessimistic\n"
          "x/postgres/naive:form=count\n"
          "x/postgres/pessimistic\n");
    gives("[run]\nstrategies = naive\n[sweep]\nload.users = 20, 10\ncheckout.time = 0ms, 5ms\n", "", "sqlite",
          "x/null/null/users=20,time=0ms\n"
          "x/sqlite/naive/users=20,time=0ms\n"
          "x/null/null/users=20,time=5ms\n"
          "x/sqlite/naive/users=20,time=5ms\n"
          "x/null/null/users=10,time=0ms\n"
          "x/sqlite/naive/users=10,time=0ms\n"
          "x/null/null/users=10,time=5ms\n"
          "x/sqlite/naive/users=10,time=5ms\n");
}

static void a_strategy_s_sweep_multiplies_it_alone(void **state)
{
    (void)state;
    gives("[sweep]\nstrategy.queue.batch = 1, 64\nload.users = 20, 10\nstrategy.queue.cap = 0, 5\n", "naive,queue",
          "sqlite",
          "x/null/null/users=20\n"
          "x/sqlite/naive/users=20\n"
          "x/sqlite/queue/users=20,batch=1,cap=0\n"
          "x/sqlite/queue/users=20,batch=1,cap=5\n"
          "x/sqlite/queue/users=20,batch=64,cap=0\n"
          "x/sqlite/queue/users=20,batch=64,cap=5\n"
          "x/null/null/users=10\n"
          "x/sqlite/naive/users=10\n"
          "x/sqlite/queue/users=10,batch=1,cap=0\n"
          "x/sqlite/queue/users=10,batch=1,cap=5\n"
          "x/sqlite/queue/users=10,batch=64,cap=0\n"
          "x/sqlite/queue/users=10,batch=64,cap=5\n");
    /* Each variant of it; and a sweep of nobody's takes part in nothing. */
    gives("[sweep]\nstrategy.queue.batch = 1, 64\n", "queue,queue:cap=5", "sqlite",
          "x/null/null\n"
          "x/sqlite/queue/batch=1\n"
          "x/sqlite/queue/batch=64\n"
          "x/sqlite/queue:cap=5/batch=1\n"
          "x/sqlite/queue:cap=5/batch=64\n");
    gives("[sweep]\nstrategy.queue.batch = 1, 64\n", "naive", "sqlite", "x/null/null\nx/sqlite/naive\n");
    /* A value is named as it is printed, however it was written. */
    gives("[sweep]\nstrategy.queue.batch = 01, 64\n", "queue", "sqlite",
          "x/null/null\nx/sqlite/queue/batch=1\nx/sqlite/queue/batch=64\n");
}

static void keys_that_end_alike_are_written_whole(void **state)
{
    (void)state;
    gives("[sweep]\nretry.attempts = 1, 2\nstrategy.optimistic.retry.attempts = 3\n", "optimistic,naive", "sqlite",
          "x/null/null/retry.attempts=1\n"
          "x/sqlite/optimistic/retry.attempts=1,strategy.optimistic.retry.attempts=3\n"
          "x/sqlite/naive/retry.attempts=1\n"
          "x/null/null/retry.attempts=2\n"
          "x/sqlite/optimistic/retry.attempts=2,strategy.optimistic.retry.attempts=3\n"
          "x/sqlite/naive/retry.attempts=2\n");
}

static bool has_trait(const struct cell *cell, unsigned trait)
{
    return (cell->variant.registered->strategy->traits & trait) != 0;
}

static void sets_of_strategies(void **state)
{
    static const char *const sets[] = { "core", "all" };
    struct cells cells;
    size_t count[2] = { 0 };

    (void)state;
    for (size_t i = 0; i < registry_count; i++) {
        count[0] += (registry[i].strategy->traits & TRAIT_CORE) != 0;
        count[1] += (registry[i].strategy->traits & (TRAIT_ROGUE | TRAIT_FLOOR)) == 0;
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(expand(&cells, "", sets[i], "sqlite"), EXIT_OK);
        assert_int_equal(cells.n, 1 + count[i]);
        for (size_t c = 1; c < cells.n; c++) {
            assert_false(has_trait(&cells.cell[c], TRAIT_ROGUE | TRAIT_FLOOR));
            assert_true(i == 1 || has_trait(&cells.cell[c], TRAIT_CORE));
        }
        cells_free(&cells);
    }
    assert_int_equal(expand(&cells, "", "core,naive:form=count", "sqlite"), EXIT_OK);
    assert_int_equal(cells.n, 2 + count[0]);
    cells_free(&cells);
}

static void rogues_run_when_they_are_asked_for(void **state)
{
    struct cells cells;
    size_t rogues = 0;

    (void)state;
    for (size_t i = 0; i < registry_count; i++)
        rogues += (registry[i].strategy->traits & TRAIT_ROGUE) != 0;
    assert_in_range(rogues, 1, registry_count);
    assert_int_equal(expand(&cells, "", "rogues", "sqlite"), EXIT_OK);
    assert_int_equal(cells.n, 1 + rogues);
    for (size_t c = 1; c < cells.n; c++)
        assert_true(has_trait(&cells.cell[c], TRAIT_ROGUE));
    cells_free(&cells);
}

static void the_floor_runs_once_whatever_is_chosen(void **state)
{
    (void)state;
    gives("", "null", "sqlite", "x/null/null\n");
    gives("", "naive,null", "sqlite", "x/null/null\nx/sqlite/naive\n");
    gives("", "naive", "null", "x/null/null\nx/null/naive\n");
}

/* ---- what a cell holds ------------------------------------------------------------------------------------------- */

static void the_point_and_the_choice_are_in_the_scenario(void **state)
{
    struct cells cells;
    struct cell *cell;

    (void)state;
    assert_int_equal(
        expand(&cells,
               "[load]\nusers = 7\n[retry]\nattempts = 9\n[strategy.queue]\nbatch = 4\nretry.backoff = none\n"
               "[sweep]\nload.users = 20, 10\nstrategy.queue.retry.attempts = 2, unlimited\n",
               "naive,queue:cap=3", "sqlite"),
        EXIT_OK);
    assert_int_equal(cells.n, 8);
    cell = &cells.cell[7];
    assert_string_equal(cell->id, "x/sqlite/queue:cap=3/users=10,attempts=unlimited");
    assert_string_equal(cell->group, "x");
    assert_string_equal(cell->db, "sqlite");
    assert_string_equal(cell->sweep, "users=10,attempts=unlimited");
    assert_string_equal(cell->skip, "");
    assert_string_equal(cell->sweep_keys.items[0], "load.users");
    assert_string_equal(cell->sweep_keys.items[1], "strategy.queue.retry.attempts");
    assert_string_equal(cell->sweep_values.items[1], "unlimited");
    assert_int_equal(cell->scenario.users, 10);
    assert_int_equal(cell->variant.retry.attempts, INT64_MAX);
    assert_int_equal(cell->variant.retry.backoff.kind, LAW_NONE);
    assert_int_equal(cells.cell[6].variant.retry.attempts, 2);
    assert_int_equal(cells.cell[5].variant.retry.attempts, 9);
    assert_int_equal(cells.cell[5].variant.retry.backoff.kind, LAW_JITTER);
    assert_int_equal(cells.cell[1].scenario.users, 20);
    /* The resolved copy runs the same again. */
    assert_int_equal(cell->scenario.sweep_count, 2);
    assert_int_equal(cell->scenario.use.n, 1);
    assert_string_equal(cell->scenario.use.items[0], "sqlite");
    assert_int_equal(cell->scenario.strategies.n, 2);
    assert_string_equal(cell->scenario.strategies.items[1], "queue:cap=3");
    cells_free(&cells);
    cells_free(&cells);
    cells_free(NULL);
}

/* A rogue's retry policy is part of its mistake: it stands over the scenario's, but not over what is said of it alone.
 */
static void a_rogue_brings_its_retry_policy(void **state)
{
    const unsigned both = RETRY_ON_CONFLICT | RETRY_ON_UNKNOWN;
    struct cells cells;

    (void)state;
    assert_int_equal(expand(&cells, "", "insert_again,atomic", "sqlite"), EXIT_OK);
    assert_int_equal(cells.cell[1].variant.retry.on, both);
    assert_int_equal(cells.cell[2].variant.retry.on, RETRY_ON_CONFLICT);
    cells_free(&cells);
    assert_int_equal(expand(&cells,
                            "[strategy.insert_again]\nretry.on = conflict\n[strategy.atomic]\nretry.on = unknown\n",
                            "insert_again,atomic", "sqlite"),
                     EXIT_OK);
    assert_int_equal(cells.cell[1].variant.retry.on, RETRY_ON_CONFLICT);
    assert_int_equal(cells.cell[2].variant.retry.on, RETRY_ON_UNKNOWN);
    cells_free(&cells);
}

static void promises_ledger_and_app(void **state)
{
    struct cells cells;
    const struct cell *cell;
    struct app app;

    (void)state;
    assert_int_equal(expand(&cells,
                            "[inventory]\nevents = 3\nseats = 7\n[app]\ninstances = 4\n[checkout]\nabandon = 10%\n"
                            "[retry]\nattempts = 8\n[strategy.pessimistic]\nretry.attempts = 5\n",
                            "pessimistic,naive,pessimistic:check=count", "sqlite"),
                     EXIT_OK);
    cell = &cells.cell[1];
    app = cell_app(cell, 2);
    assert_int_equal(app.index, 2);
    assert_int_equal(app.instances, 4);
    assert_int_equal(app.events, 3);
    assert_int_equal(app.seats, 7);
    assert_int_equal(app.group_most, 1);
    assert_int_equal(app.attempts, 5);
    assert_true(app.users_may_leave);
    assert_ptr_equal(app.options, cell->variant.options);
    assert_null(app.memory);
    assert_int_equal(cell_promises(cell) & PROMISE_NO_OVERSELL, PROMISE_NO_OVERSELL);
    assert_int_equal(cell_promises(&cells.cell[2]), 0);
    assert_int_equal(cell_promises(&cells.cell[0]) & PROMISE_SELLS_OUT, 0);
    assert_int_equal(cell_ledger(cell), LEDGER_COUNTER);
    assert_int_equal(cell_ledger(&cells.cell[3]), LEDGER_BOOKINGS);
    cells_free(&cells);
}

static void a_hold_may_be_shorter_than_a_checkout(void **state)
{
    static const struct {
        const char *checkout;
        bool will_expire;
    } cases[] = {
        { "499ms", false },    { "500ms", true },   { "uniform:1ms..499ms", false }, { "uniform:1ms..501ms", true },
        { "exp:10ms", false }, { "exp:20ms", true }
    };
    struct cells cells;
    char ini[128];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(ini, sizeof ini, "[checkout]\ntime = %s\n[hold]\nttl = 500ms\n", cases[i].checkout);
        capture_begin();
        assert_int_equal(expand(&cells, ini, "soft_hold,atomic,soft_hold:held=conflict", "sqlite"), EXIT_OK);
        assert_int_equal(strstr(capture_end(), "holds of soft_hold will expire") != NULL, cases[i].will_expire);
        assert_int_equal(cell_app(&cells.cell[1], 0).hold_ttl_ns, 500000000);
        cells_free(&cells);
    }
    capture_begin(); /* nobody holds anything */
    assert_int_equal(expand(&cells, "[checkout]\ntime = 2s\n[hold]\nttl = 500ms\n", "atomic", "sqlite"), EXIT_OK);
    assert_string_equal(capture_end(), "");
    cells_free(&cells);
}

/* Between the hold and the confirmation there may also be a wait for the pool, a statement that is kept waiting, and
 * the way to the server and back. */
static void a_hold_may_run_out_while_its_user_waits(void **state)
{
    static const struct {
        const char *ini;
        bool may_expire;
    } cases[] = {
        { "", false }, /* ttl 5m; pool_timeout, statement_timeout 30s */
        { "[hold]\nttl = 31s\n", false },
        { "[hold]\nttl = 30s\n", true },
        { "[hold]\nttl = 30s\n[db]\nstatement_timeout = 10s\n", false },
        { "[checkout]\ntime = 1s\n[hold]\nttl = 62s\n", false },
        { "[checkout]\ntime = 1s\n[hold]\nttl = 61s\n", true },
        { "[checkout]\ntime = 1s\n[hold]\nttl = 61s\n[db]\npool_timeout = 10s\n", false },
        { "[hold]\nttl = 50s\n[db]\nrtt = 9s\n", false },
        { "[hold]\nttl = 50s\n[db]\nrtt = 10s\n", true },
    };
    struct cells cells;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        capture_begin();
        assert_int_equal(expand(&cells, cases[i].ini, "soft_hold,soft_hold:held=conflict", "postgres"), EXIT_OK);
        assert_string_equal(capture_end(), "");
        assert_int_equal(cell_app(&cells.cell[1], 0).holds_may_expire, cases[i].may_expire);
        assert_int_equal((cell_promises(&cells.cell[1]) & PROMISE_SELLS_OUT) != 0, !cases[i].may_expire);
        cells_free(&cells);
    }
}

static void contention_is_more_buyers_than_seats(void **state)
{
    struct cell cell = { .scenario = { .users = 10, .events = 2, .seats = 5 } };

    (void)state;
    assert_false(cell_contended(&cell));
    cell.scenario.users = 11;
    assert_true(cell_contended(&cell));
    cell.scenario.abandon = 0.5;
    assert_false(cell_contended(&cell));
    cell.scenario.users = 21;
    assert_true(cell_contended(&cell));
}

static void contention_counts_seats_and_looks_at_the_event_wanted_most(void **state)
{
    struct cell cell = { .scenario = { .users = 6, .events = 2, .seats = 5 } };

    (void)state;
    assert_false(cell_contended(&cell));
    cell.scenario.sizes = (struct size_law){ 2, { { 1, SHARE_PARTS / 2 }, { 3, SHARE_PARTS / 2 } } };
    assert_true(cell_contended(&cell)); /* 12 seats asked for, 10 there */
    cell.scenario.sizes = (struct size_law){ 0 };
    cell.scenario.pick = (struct pick_law){ .kind = PICK_HOT, .share = SHARE_PARTS / 10 * 9 };
    assert_true(cell_contended(&cell)); /* 5.4 of them for event 1 */
    cell.scenario.pick.share = SHARE_PARTS / 10 * 8;
    assert_false(cell_contended(&cell));
}

static void users_may_leave_out_of_patience(void **state)
{
    struct cell cell = { .scenario = { .users = 6, .events = 2, .seats = 5 } };

    (void)state;
    assert_false(cell_app(&cell, 0).users_may_leave);
    assert_int_equal(cell_app(&cell, 0).group_most, 1);
    cell.scenario.patience = (struct law){ .kind = LAW_FIXED, .lo_ns = 1000 };
    cell.scenario.sizes = (struct size_law){ 1, { { 3, SHARE_PARTS } } };
    assert_true(cell_app(&cell, 0).users_may_leave);
    assert_int_equal(cell_app(&cell, 0).group_most, 3);
}

static void solo_is_one_user_and_one_seat(void **state)
{
    struct cells cells;
    struct cell solo;

    (void)state;
    assert_int_equal(expand(&cells,
                            "[load]\nmodel = closed\nusers = 20\nworkers = 20\nduration = 1s\n[checkout]\ntime = 5ms\n"
                            "abandon = 10%\n[app]\ninstances = 4\n[inventory]\nevents = 3\n[sweep]\ndb.pool = 3, 4\n"
                            "[request]\nseats = 4\nrepeat = 50%\n[mix]\ncancel = 50%\nbrowsers = 3\n",
                            "queue:batch=7", "sqlite"),
                     EXIT_OK);
    assert_int_equal(cell_solo(&solo, &cells.cell[3]), 0);
    assert_string_equal(solo.id, cells.cell[3].id);
    cells_free(&cells);
    assert_int_equal(solo.scenario.users, 1);
    assert_int_equal(solo.scenario.seats, 1);
    assert_int_equal(solo.scenario.events, 1);
    assert_int_equal(solo.scenario.instances, 1);
    assert_int_equal(solo.scenario.pool, 4);
    assert_int_equal(solo.scenario.model, LOAD_BURST);
    assert_int_equal(scenario_workers(&solo.scenario), 1);
    assert_true(solo.scenario.abandon == 0);
    assert_true(solo.scenario.repeat == 0);
    assert_true(solo.scenario.cancel == 0);
    assert_int_equal(solo.scenario.browsers, 0);
    assert_int_equal(sizes_largest(&solo.scenario.sizes), 1);
    assert_int_equal(scenario_check(&solo.scenario, "solo"), EXIT_OK);
    assert_int_equal(solo.scenario.checkout.lo_ns, 0);
    assert_string_equal(solo.variant.name, "queue:batch=7");
    assert_string_equal(solo.sweep_values.items[0], "4");
    assert_int_equal(*(const int64_t *)solo.variant.options, 7);
    cell_free(&solo);
    cell_free(&solo);
    cell_free(NULL);
}

/* ---- skips ------------------------------------------------------------------------------------------------------- */

static void a_round_trip_cannot_be_delayed_inside_the_process(void **state)
{
    struct cells cells;

    (void)state;
    assert_int_equal(expand(&cells, "[db]\nrtt = 1ms\n", "naive", "sqlite,postgres"), EXIT_OK);
    assert_int_equal(cells.n, 3);
    assert_string_equal(cells.cell[0].skip, "");
    assert_string_equal(cells.cell[1].skip, "sqlite is embedded: no round trip to delay");
#ifdef HAVE_LIBPQ
    assert_string_equal(cells.cell[2].skip, "");
#endif
    cells_free(&cells);
}

static void more_seat_rows_than_can_be_filled_in_are_said(void **state)
{
    struct cells cells;

    (void)state;
    assert_int_equal(expand(&cells, "[inventory]\nevents = 10\nseats = 1000000\n", "unique_claim,seat_rows", "sqlite"),
                     EXIT_OK);
    assert_string_equal(cells.cell[1].skip, "");
    cells_free(&cells);
    assert_int_equal(
        expand(&cells, "[inventory]\nevents = 10\nseats = 1000001\n", "unique_claim,seat_rows,naive", "sqlite"),
        EXIT_OK);
    assert_string_equal(cells.cell[1].skip,
                        "unique_claim keeps a row per seat, and there are more than 10000000 to fill "
                        "in before each trial");
    assert_memory_equal(cells.cell[2].skip, "seat_rows", strlen("seat_rows"));
    assert_string_equal(cells.cell[3].skip, "");
    cells_free(&cells);
}

static void what_a_database_cannot_do_is_said(void **state)
{
    struct strategy strategy = { .name = "picky", .needs = DB_CAN_HOLD_ROWS | DB_CAN_LOCK_ROWS };
    struct registered registered = { .strategy = &strategy };
    struct cell cell = { .db = "sqlite", .variant = { .registered = &registered } };

    (void)state;
    cell_explain_skip(&cell);
    assert_string_equal(cell.skip, "picky needs row locks, which sqlite does not have");
    snprintf(cell.db, sizeof(cell.db), "null");
    cell_explain_skip(&cell);
    assert_string_equal(cell.skip, "picky needs rows that stay, which null does not have");
    snprintf(cell.db, sizeof(cell.db), "oracle");
    cell_explain_skip(&cell);
    assert_string_equal(cell.skip, "this build has no oracle: its library was missing");
}

static bool set_on(const void *options)
{
    return *(const int64_t *)options != 0;
}

static unsigned needs_when_set(const void *options)
{
    return set_on(options) ? DB_CAN_LOCK_NAMES : 0u;
}

static const char *refuses_when_set(const void *options)
{
    return set_on(options) ? "not this one with that one" : NULL;
}

static int serves_when_set(const void *options)
{
    return set_on(options) ? 3 : 1;
}

static void tunes_when_set(const void *options, struct lock_wait *wait)
{
    if (!set_on(options))
        return;
    wait->never = true;
    wait->busy = (struct law){ .kind = LAW_POLL, .lo_ns = 7 };
    wait->timeout_ns += 1;
}

/* What a strategy says of itself may depend on its options. */
static void options_decide(void **state)
{
    struct strategy strategy = { .name = "picky",
                                 .needs_for = needs_when_set,
                                 .refuses = refuses_when_set,
                                 .services = serves_when_set,
                                 .tune = tunes_when_set };
    struct registered registered = { .strategy = &strategy };
    int64_t options = 0;
    struct cell cell = { .db = "sqlite",
                         .variant = { .registered = &registered, .options = &options, .name = "picky:on=1" },
                         .scenario = { .place = "x.ini", .pool = 3, .db = { .lock_timeout_ns = 50 } } };

    (void)state;
    cell_explain_skip(&cell);
    assert_string_equal(cell.skip, "");
    assert_int_equal(cell_check_options(&cell), EXIT_OK);
    assert_int_equal(cell_check_pool(&cell), EXIT_OK);
    assert_int_equal(cell_services(&cell), 1);
    assert_int_equal(cell_settings(&cell).lock_timeout_ns, 50);
    assert_false(cell_settings(&cell).never_waits);

    options = 1;
    cell_explain_skip(&cell);
    assert_string_equal(cell.skip, "picky:on=1 needs advisory locks, which sqlite does not have");
    capture_says(cell_check_options(&cell), EXIT_USAGE, "x.ini: picky:on=1: not this one with that one");
    capture_says(cell_check_pool(&cell), EXIT_USAGE,
                 "x.ini: picky needs 3 connections of its own; db.pool = 3 leaves none: set db.pool to at least 4");
    assert_int_equal(cell_settings(&cell).lock_timeout_ns, 51);
    assert_int_equal(cell_settings(&cell).busy.lo_ns, 7);
    assert_true(cell_settings(&cell).never_waits);
}

/* ---- mistakes ---------------------------------------------------------------------------------------------------- */

static void mistakes_in_names(void **state)
{
    (void)state;
    refuses("[run]\nstrategies = nosuch\n", "", "",
            "scenarios/x.ini:2: unknown strategy 'nosuch' (lastseat list strategies)");
    refuses("", "pessimist", "",
            "--strategy: unknown strategy 'pessimist'; did you mean 'pessimistic'? (lastseat list strategies)");
    refuses("", "", "sqllite", "--db: unknown database 'sqllite'; did you mean 'sqlite'? (lastseat list databases)");
    refuses("", "", "oracle", "--db: unknown database 'oracle' (lastseat list databases)");
    refuses("", "", "sqlite,sqlite", "--db: 'sqlite' stands there twice");
    refuses("", "naive,naive", "", "--strategy: 'naive' stands there twice");
    refuses("", "core,naive", "", "--strategy: 'naive' is named twice; leave one out");
    refuses("[run]\nstrategies = queue:batch=08, queue:batch=8\n", "", "",
            "scenarios/x.ini:2: 'queue:batch=8' is named twice; leave one out");
}

/* A misspelt line is found although its strategy does not run. */
static void mistakes_about_strategies(void **state)
{
    (void)state;
    refuses("[strategy.queue]\nbach = 1\n", "naive", "",
            "scenarios/x.ini:2: strategy 'queue' has no option 'bach'; did you mean 'batch'?");
    refuses("[strategy.queue]\nbatch = 0\n", "naive", "",
            "scenarios/x.ini:2: [strategy.queue] batch: '0' is out of range; write 1..1024");
    refuses("[sweep]\nstrategy.quue.batch = 1, 2\n", "naive", "",
            "scenarios/x.ini:2: unknown strategy 'quue'; did you mean 'queue'? (lastseat list strategies)");
    refuses("[sweep]\nstrategy.queue.bach = 1, 2\n", "naive", "",
            "scenarios/x.ini:2: strategy 'queue' has no option 'bach'; did you mean 'batch'?");
    refuses("[sweep]\nstrategy.queue.batch = 1, x\n", "naive", "",
            "scenarios/x.ini:2: [strategy.queue] batch: 'x' is not a whole number; write 1..1024");
    refuses("[sweep]\nstrategy.queue.batch = 4, 8, 04\n", "naive", "",
            "scenarios/x.ini:2: [sweep] strategy.queue.batch: '4' stands there twice");
    refuses("[sweep]\nstrategy.naive.retry.backoff = 1000us, 1ms\n", "naive", "",
            "scenarios/x.ini:2: [sweep] strategy.naive.retry.backoff: '1ms' stands there twice");
    refuses("[sweep]\nstrategy.queue.batch = 1, 2\n", "queue:batch=3", "",
            "scenarios/x.ini:2: strategy.queue.batch is swept, and 'queue:batch=3' sets it too; take it out of one of "
            "them");
}

static void mistakes_at_a_point_of_a_sweep(void **state)
{
    (void)state;
    refuses("[load]\nworkers = 20\n[sweep]\nload.users = 20, 10\n", "", "",
            "scenarios/x.ini at load.users = 10: load.workers = 20 is more than load.users = 10; set at most one per "
            "user");
    refuses("[load]\nworkers = 10\n[sweep]\nload.users = 10, 20\ncheckout.time = 0ms, 5ms\n", "", "",
            "scenarios/x.ini at load.users = 20, checkout.time = 5ms: 10 workers for 20 users cannot wait at checkout "
            "for all of them; set load.workers = auto, or checkout.time = 0ms");
    /* The base is never run: what a sweep corrects is right. */
    gives("[load]\nworkers = 2000\n[sweep]\nload.users = 2000, 3000\n", "naive", "sqlite",
          "x/null/null/users=2000\nx/sqlite/naive/users=2000\nx/null/null/users=3000\nx/sqlite/naive/users=3000\n");
}

static void the_pool_holds_more_than_the_services(void **state)
{
    (void)state;
    refuses("[db]\npool = 1\n", "queue", "sqlite",
            "scenarios/x.ini: queue needs 1 connection of its own; db.pool = 1 leaves none: set db.pool to at least 2");
    gives("[db]\npool = 1\n", "naive", "sqlite", "x/null/null\nx/sqlite/naive\n");
    gives("[db]\npool = 2\n", "queue", "sqlite", "x/null/null\nx/sqlite/queue\n");
}

static void options_that_do_not_go_together(void **state)
{
    (void)state;
    refuses("", "atomic:order=insert_first:form=cte", "sqlite",
            "scenarios/x.ini: atomic:order=insert_first:form=cte: form = cte is one statement, which takes the seat "
            "first; leave out order = insert_first");
    refuses("[strategy.pessimistic]\nwait = nowait\n", "pessimistic:lock=poll:1ms", "sqlite",
            "scenarios/x.ini: pessimistic:lock=poll:1ms: wait = nowait does not wait, so lock = poll has nothing to "
            "poll for; leave one out");
    gives("[strategy.atomic]\norder = insert_first\n", "atomic", "sqlite", "x/null/null\nx/sqlite/atomic\n");
}

static void a_matrix_without_end(void **state)
{
    (void)state;
    refuses("[sweep]\n"
            "load.users = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\n"
            "db.pool = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\n"
            "inventory.seats = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\n",
            "naive", "sqlite", "scenarios/x.ini: more than 10000 cells; sweep fewer values");
}

static void a_scenario_runs_once(void **state)
{
    const struct scenario *both[2];
    struct scenario s;
    struct cells cells;

    (void)state;
    folder_write("x.ini", "[run]\nstrategies = naive\n[db]\nuse = sqlite\n");
    assert_int_equal(scenario_load(&s, "x", NULL, 0), EXIT_OK);
    both[0] = both[1] = &s;
    capture_says(cells_expand(&cells, both, 2, NULL, NULL), EXIT_USAGE, "scenario x is named twice; leave one out");
    assert_int_equal(cells.n, 0);
    scenario_free(&s);
}

static void scenarios_follow_each_other(void **state)
{
    const struct scenario *both[2];
    struct scenario s[2];
    struct cells cells;

    (void)state;
    folder_write("a.ini", "[run]\nstrategies = naive\n[db]\nuse = sqlite\n");
    folder_write("b.ini", "[run]\nstrategies = atomic\n[db]\nuse = sqlite\n");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(scenario_load(&s[i], i == 0 ? "b" : "a", NULL, 0), EXIT_OK);
        both[i] = &s[i];
    }
    assert_int_equal(cells_expand(&cells, both, 2, NULL, NULL), EXIT_OK);
    assert_int_equal(cells.n, 4);
    assert_string_equal(cells.cell[0].id, "b/null/null");
    assert_string_equal(cells.cell[1].id, "b/sqlite/atomic");
    assert_string_equal(cells.cell[3].id, "a/sqlite/naive");
    cells_free(&cells);
    scenario_free(&s[0]);
    scenario_free(&s[1]);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(order_of_cells),
        in_a_folder(a_strategy_s_sweep_multiplies_it_alone),
        in_a_folder(keys_that_end_alike_are_written_whole),
        in_a_folder(sets_of_strategies),
        in_a_folder(rogues_run_when_they_are_asked_for),
        in_a_folder(a_rogue_brings_its_retry_policy),
        in_a_folder(the_floor_runs_once_whatever_is_chosen),
        in_a_folder(the_point_and_the_choice_are_in_the_scenario),
        in_a_folder(promises_ledger_and_app),
        in_a_folder(a_hold_may_be_shorter_than_a_checkout),
        in_a_folder(a_hold_may_run_out_while_its_user_waits),
        cmocka_unit_test(contention_is_more_buyers_than_seats),
        cmocka_unit_test(contention_counts_seats_and_looks_at_the_event_wanted_most),
        cmocka_unit_test(users_may_leave_out_of_patience),
        in_a_folder(solo_is_one_user_and_one_seat),
        in_a_folder(a_round_trip_cannot_be_delayed_inside_the_process),
        in_a_folder(more_seat_rows_than_can_be_filled_in_are_said),
        cmocka_unit_test(what_a_database_cannot_do_is_said),
        cmocka_unit_test(options_decide),
        in_a_folder(mistakes_in_names),
        in_a_folder(mistakes_about_strategies),
        in_a_folder(mistakes_at_a_point_of_a_sweep),
        in_a_folder(the_pool_holds_more_than_the_services),
        in_a_folder(options_that_do_not_go_together),
        in_a_folder(a_matrix_without_end),
        in_a_folder(a_scenario_runs_once),
        in_a_folder(scenarios_follow_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
