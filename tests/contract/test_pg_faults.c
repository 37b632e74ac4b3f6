/* Faults on a real server: what each does to a connection, what its client is told (CORRECTNESS of the outcome: every
 * situation a commit can be lost in), and that a trial with it ends whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/db/postgres.h"
#include "harness/fault/faults.h"
#include "harness/scenario/plan.h"
#include "tests/support/faulted.h"
#include "tests/support/place.h"

enum { BOOK, COUNT, DEFER };

static const struct statement statements[] = {
    [BOOK] = { .name = "book",
               .kind = STATEMENT_WRITE,
               .sql = TEXT("INSERT INTO bookings (request, event, user_id, seats) VALUES ($1, 1, 1, 1)") },
    [COUNT] = { .name = "count",
                .kind = STATEMENT_READ,
                .sql = TEXT("SELECT count(*) FROM bookings WHERE request = $1") },
    [DEFER] = { .name = "defer", .kind = STATEMENT_WRITE, .sql = TEXT("INSERT INTO once (id) VALUES ($1)") },
    STATEMENT_END,
};
static const struct text once = TEXT("CREATE TABLE once (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)");
static int postgres = 1;

/* A place, and a proxy in front of it where share > 0. */
struct front {
    struct database *database;
    const struct outage *outage;
    struct proxy proxy;
    struct db *aside; /* sees what is committed */
};

static void open_front(struct front *front, double share)
{
    void *state = &postgres;
    struct sockaddr_storage address;
    char reason[DB_ERROR_SIZE] = "";
    socklen_t size;

    memset(front, 0, sizeof *front);
    front->database = place_fresh(&state, &once);
    front->outage = database_outage(front->database);
    assert_int_equal(front->outage->address(front->database, &address, &size, reason, sizeof reason), 0);
    if (share > 0)
        assert_int_equal(proxy_open(&front->proxy, &address, size, share, 7, reason, sizeof reason), 0);
    assert_int_equal(
        front->outage->begin(front->database, share > 0 ? front->proxy.dir : NULL, PROXY_PORT, reason, sizeof reason),
        0);
    front->aside = place_join(front->database, &place_settings, NULL);
}

static void close_front(struct front *front)
{
    db_close(front->aside);
    front->outage->end(front->database);
    proxy_close(&front->proxy);
    database_drop(front->database);
}

static struct db *join(const struct front *front)
{
    return place_join(front->database, &place_settings, statements);
}

static bool has_row(const struct front *front, int64_t request)
{
    char sql[96];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM bookings WHERE request = %lld", (long long)request);
    return strcmp(place_ask(front->aside, sql), "1") == 0;
}

/* Nothing the client's old process was at can change any more. */
static void fence(const struct front *front, int pid)
{
    assert_int_equal(front->outage->fence(front->database, &pid, 1), 0);
}

static void test_commit_unheard(void **state)
{
    struct front front;
    int request, yes = 0, no = 0;

    (void)state;
    open_front(&front, 1.0);
    for (request = 1; request <= 40; request++) {
        struct db *db = join(&front);
        int pid = front.outage->process(db);
        int64_t after = front.proxy.after;

        assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
        assert_int_equal(db_run(db, BOOK, ARGS(request), NULL), DB_OK);
        assert_int_equal(db_commit(db), DB_IN_DOUBT);
        assert_true(db_is_lost(db));
        db_close(db);
        fence(&front, pid);
        assert_int_equal(has_row(&front, request), front.proxy.after - after);
        yes += has_row(&front, request);
        no += !has_row(&front, request);
    }
    assert_true(yes > 5 && no > 5);
    assert_int_equal(front.proxy.commits, 40);
    assert_int_equal(front.proxy.before, no);
    close_front(&front);
}

static void test_autocommit_unheard(void **state)
{
    struct row row;
    struct front front;
    int request, yes = 0;

    (void)state;
    open_front(&front, 1.0);
    for (request = 1; request <= 20; request++) {
        struct db *db = join(&front);
        int pid = front.outage->process(db);

        assert_int_equal(db_run(db, COUNT, ARGS(request), &row), DB_OK); /* a read is no commit */
        assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
        assert_int_equal(db_run(db, BOOK, ARGS(100 + request), NULL), DB_OK);
        assert_int_equal(db_rollback(db), DB_OK);
        assert_int_equal(db_run(db, BOOK, ARGS(request), NULL), DB_IN_DOUBT);
        db_close(db);
        fence(&front, pid);
        assert_false(has_row(&front, 100 + request));
        yes += has_row(&front, request);
    }
    assert_int_equal(front.proxy.after, yes);
    assert_true(yes > 2 && yes < 18);
    close_front(&front);
}

/* What a COMMIT that is answered comes to; nothing of it is in doubt. */
static void test_commit_answered(void **state)
{
    struct front front;
    struct db *db, *other;

    (void)state;
    open_front(&front, 1.0);
    proxy_calm(&front.proxy);
    db = join(&front);
    other = join(&front);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, BOOK, ARGS(1), NULL), DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_true(has_row(&front, 1));
    /* The tag ROLLBACK: the block had failed before. */
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_exec(db, "SELECT refused FROM nowhere"), DB_ERROR);
    assert_int_equal(db_commit(db), DB_ROLLED_BACK);
    /* 23505 */
    assert_int_equal(db_run(db, DEFER, ARGS(1), NULL), DB_OK);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, DEFER, ARGS(1), NULL), DB_OK);
    assert_int_equal(db_commit(db), DB_CONSTRAINT);
    /* 40001: each has read what the other writes. */
    assert_int_equal(db_begin(db, TX_SERIALIZABLE), DB_OK);
    assert_int_equal(db_begin(other, TX_SERIALIZABLE), DB_OK);
    assert_int_equal(db_exec(db, "INSERT INTO once SELECT count(*) + 50 FROM bookings"), DB_OK);
    assert_int_equal(db_exec(other, "INSERT INTO bookings (request, event, user_id, seats) SELECT count(*), 1, 1, 1"
                                    " FROM once"),
                     DB_OK);
    assert_int_equal(db_commit(db), DB_OK);
    assert_int_equal(db_commit(other), DB_CONFLICT);
    db_close(db);
    db_close(other);
    assert_int_equal(front.proxy.commits, 0);
    close_front(&front);
}

/* A connection that the server ends: before COMMIT is sent certainly nothing was done; observers are spared. */
static void test_kill(void **state)
{
    struct front front;
    struct db *db;
    int pid;

    (void)state;
    open_front(&front, 0);
    assert_int_equal(front.outage->kill(front.database, 3), 0);
    db = join(&front);
    pid = front.outage->process(db);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, BOOK, ARGS(1), NULL), DB_OK);
    assert_int_equal(front.outage->kill(front.database, 12345), 1);
    while (strcmp(place_ask(front.aside, "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"),
                  "0") != 0)
        usleep(1000);
    assert_int_equal(db_run(db, BOOK, ARGS(2), NULL), DB_LOST);
    assert_int_equal(db_commit(db), DB_LOST);
    db_close(db);
    fence(&front, pid);
    assert_false(has_row(&front, 1));
    assert_int_equal(front.outage->kill(front.database, 0), 0);
    close_front(&front);
}

static void test_crash(void **state)
{
    struct front front;
    struct db *db;

    (void)state;
    open_front(&front, 0);
    db = join(&front);
    assert_int_equal(db_run(db, BOOK, ARGS(1), NULL), DB_OK);
    assert_int_equal(db_begin(db, TX_WRITE), DB_OK);
    assert_int_equal(db_run(db, BOOK, ARGS(2), NULL), DB_OK);
    assert_int_equal(front.outage->crash(front.database), 0);
    assert_int_equal(db_commit(db), DB_IN_DOUBT); /* it was sent to whoever listens no more */
    db_close(db);
    db_close(front.aside);
    front.aside = place_join(front.database, &place_settings, NULL);
    assert_false(has_row(&front, 2));
    db = join(&front);
    assert_int_equal(db_run(db, BOOK, ARGS(3), NULL), DB_OK);
    assert_true(has_row(&front, 3));
    db_close(db);
    close_front(&front);
}

static int64_t number(struct db *db, const char *sql)
{
    return strtoll(place_ask(db, sql), NULL, 10);
}

/* A process that waits for a lock does not notice that its client is gone: it is ended, and cannot commit later. */
static void test_fence(void **state)
{
    struct front front;
    struct db *db;
    int pid;

    (void)state;
    open_front(&front, 1.0);
    proxy_calm(&front.proxy);
    db = join(&front);
    pid = front.outage->process(db);
    assert_int_equal(front.outage->fence(front.database, &pid, 1), 0); /* it is open: nobody's to fence */
    assert_int_equal(db_exec(front.aside, "BEGIN; LOCK TABLE bookings"), DB_OK);
    assert_int_equal(PQsendQuery(((struct pg_conn *)db->conn)->pq,
                                 "INSERT INTO bookings (request, event, user_id, seats) VALUES (9, 1, 1, 1)"),
                     1);
    while (number(front.aside, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 0)
        usleep(1000);
    db_close(db);
    assert_int_equal(front.outage->fence(front.database, &pid, 1), 1);
    assert_int_equal(db_exec(front.aside, "COMMIT"), DB_OK);
    assert_false(has_row(&front, 9));
    close_front(&front);
}

static void test_fates(void **state)
{
    enum fate fates[4];
    int64_t xids[4];
    struct front front;
    struct db *db;

    (void)state;
    open_front(&front, 0);
    db = join(&front);
    assert_int_equal(db_exec(db, "BEGIN"), DB_OK);
    xids[0] = number(db, "SELECT pg_current_xact_id()");
    assert_int_equal(db_exec(db, "COMMIT"), DB_OK);
    assert_int_equal(db_exec(db, "BEGIN"), DB_OK);
    xids[1] = number(db, "SELECT pg_current_xact_id()");
    assert_int_equal(db_exec(db, "ROLLBACK"), DB_OK);
    assert_int_equal(db_exec(db, "BEGIN"), DB_OK);
    xids[2] = number(db, "SELECT pg_current_xact_id()");
    xids[3] = xids[2] + 1000000;
    assert_int_equal(front.outage->fates(front.database, xids, 4, fates), 0);
    assert_int_equal(fates[0], FATE_COMMITTED);
    assert_int_equal(fates[1], FATE_ABORTED);
    assert_int_equal(fates[2], FATE_RUNNING);
    assert_int_equal(fates[3], FATE_FORGOTTEN);
    assert_int_equal(front.outage->fates(front.database, xids, 0, fates), 0);
    db_close(db);
    close_front(&front);
}

static void assert_survived(const struct audit *audit)
{
    assert_string_equal(audit->reason, "");
    assert_int_equal(audit->verdict, AUDIT_VALID);
    assert_int_equal(audit->lost + audit->ghost + audit->mismatched + audit->unresolved + audit->unsold, 0);
}

static void test_trial_ack_loss(void **state)
{
    static const char *const variants[] = { "atomic", "queue" };
    struct trial trial;
    struct audit audit;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        faulted_run(&trial, &audit, variants[i], "400ms", "ack_loss = 25%");
        assert_survived(&audit);
        assert_true(audit.unknown > 0);
        assert_int_equal(audit.checked, audit.unknown);
        assert_int_equal(audit.resolved_yes + audit.resolved_no, audit.unknown);
        if (i == 0) {
            assert_int_equal(audit.resolved_yes, trial.faults.cut_after);
            assert_int_equal(audit.resolved_no, trial.faults.cut_before);
        }
        assert_true(trial.faults.reoffered >= trial.faults.reoffered_booked);
        assert_int_equal(trial.faults.reoffered, audit.resolved_no + trial.totals.outcomes[OUTCOME_FAILED]);
        trial_free(&trial);
    }
}

/* Whoever does not know whether a booking stands, as it was made or given back, gives its seat back to the gate: one
 * too many is refused behind it, one too few would be nobody's for good. */
static void test_trial_ack_loss_at_a_gate(void **state)
{
    const int64_t *cancels;
    struct trial trial;
    struct audit audit;
    int64_t standing;

    (void)state;
    faulted_run(&trial, &audit, "admission", "400ms", "ack_loss = 25%\n[mix]\ncancel = 100%");
    assert_survived(&audit);
    cancels = trial.totals.cancels.outcomes;
    standing = cancels[ASIDE_DONE] + cancels[ASIDE_UNKNOWN] - audit.released;
    assert_true(standing < cancels[ASIDE_UNKNOWN]);
    assert_int_equal(trial.gates[0].initial - trial.gates[0].left, audit.sold - audit.resolved_yes - standing);
    trial_free(&trial);
}

static void test_trial_kill(void **state)
{
    struct trial trial;
    struct audit audit;

    (void)state;
    faulted_run(&trial, &audit, "pessimistic", "400ms", "kill_backend = 5ms");
    assert_survived(&audit);
    assert_true(trial.faults.killed > 5);
    assert_true(trial.totals.outcomes[OUTCOME_FAILED] + audit.unknown > 0);
    assert_true(trial.totals.outcomes[OUTCOME_BOOKED] > 0);
    trial_free(&trial);
}

/* When the last booking was answered that nobody had to ask for again. */
static int64_t last_booking_ns(const struct trial *trial)
{
    int64_t last_ns = 0;

    for (size_t i = 0; i < trial->record_count; i++)
        if (trial->records[i].outcome == OUTCOME_BOOKED && trial->records[i].request < PLAN_AGAIN &&
            trial->records[i].return_ns > last_ns)
            last_ns = trial->records[i].return_ns;
    return last_ns;
}

/* It goes on behind the crash, and nobody's booking is lost. A machine at work may need long for a start. */
static void test_trial_crash(void **state)
{
    static const char *const durations[] = { "1500ms", "5s", "20s" };
    bool goes_on = false;
    struct trial trial;
    struct audit audit;

    (void)state;
    for (size_t i = 0; i < 3 && !goes_on; i++) {
        faulted_run(&trial, &audit, "atomic", durations[i], "crash = 300ms");
        assert_survived(&audit);
        assert_true(trial.faults.crashed > 0);
        assert_int_equal(trial.server_cpu_ns, -1);
        goes_on =
            last_booking_ns(&trial) > trial.start_ns + 300 * NS_PER_MS + trial.faults.down_ns / trial.faults.crashed;
        trial_free(&trial);
    }
    assert_true(goes_on);
}

static void test_trial_never_hit(void **state)
{
    struct trial trial;
    struct audit audit;

    (void)state;
    faulted_run(&trial, &audit, "atomic", "50ms", "kill_backend = 1m");
    assert_int_equal(audit.verdict, AUDIT_UNKNOWN);
    assert_string_equal(audit.reason, "the fault never hit: kill_backend");
    trial_free(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commit_unheard),
        cmocka_unit_test(test_autocommit_unheard),
        cmocka_unit_test(test_commit_answered),
        cmocka_unit_test(test_kill),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_fence),
        cmocka_unit_test(test_fates),
        cmocka_unit_test(test_trial_ack_loss),
        cmocka_unit_test(test_trial_ack_loss_at_a_gate),
        cmocka_unit_test(test_trial_kill),
        cmocka_unit_test(test_trial_crash),
        cmocka_unit_test(test_trial_never_hit),
    };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
