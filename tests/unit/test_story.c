/* A schedule written by hand, told in a terminal, in Markdown and as a picture. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/story.h"
#include "harness/report/story_sql.h"
#include "harness/report/wrap.h"
#include "tests/support/stories.h"
#include "tests/support/text.h"

#define VALUES(...) (const int64_t[]){ __VA_ARGS__ }, (int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

static const struct {
    const char *db;
    void (*open)(struct told *);
} stories[] = {
    { "sqlite", told_naive },   { "sqlite", told_optimistic }, { "postgres", told_pessimistic },
    { "postgres", told_queue }, { "postgres", told_three },    { "postgres", told_deadlock },
};
enum { STORIES = sizeof stories / sizeof stories[0] };

/* A build without PostgreSQL cannot make cells for it. */
static bool is_built(const char *db)
{
    return database_caps_of(db) != 0;
}

static int clean(void **state)
{
    (void)state;
    bench_clean();
    return 0;
}

enum form { FORM_TEXT, FORM_COLOUR, FORM_MARKDOWN, FORM_SVG };

/* Caller frees. */
static char *show(const struct exploration *e, enum form form, int width)
{
    static char *text;
    static size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    if (form == FORM_MARKDOWN)
        story_markdown(out, e);
    else if (form == FORM_SVG)
        story_svg(out, e);
    else
        story_text(out, e, width, form == FORM_COLOUR);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void shows(const struct exploration *e, const char *part)
{
    char *text = show(e, FORM_TEXT, 4000);

    assert_has(text, part);
    free(text);
}

static void hides(const struct exploration *e, const char *part)
{
    char *text = show(e, FORM_TEXT, 4000);

    assert_lacks(text, part);
    free(text);
}

/* The lines of a cell of the story, one under the other. */
static void cell_is(const struct story *story, int step, int column, const char *expected)
{
    char found[2000] = "";
    size_t i;

    for (i = 0; i < story->lines; i++)
        if (story->line[i].step == step && story->line[i].column == column) {
            strcat(found, story->line[i].text);
            strcat(found, "\n");
        }
    assert_string_equal(found, expected);
}

#define LOOK_NAIVE  "look: SELECT available FROM events WHERE id = 1\n→ available = 1\ncheckout: decides to pay\n"
#define WRITE_NAIVE "BEGIN IMMEDIATE\nwrite: UPDATE events SET available = 0 WHERE id = 1\n→ changes 1 row\n"
#define BOOK_B      "book: INSERT INTO bookings (request, event, user_id, seats) VALUES (2, 1, 2, 1)\n→ adds 1 row\n"

static void test_naive_in_four_steps(void **state)
{
    struct told told;
    struct story story;

    (void)state;
    told_naive(&told);
    assert_int_equal(story_length(&told.e.trace), 4);
    assert_int_equal(story_tell(&story, &told.e), 0);
    assert_int_equal(story.steps, 4);
    assert_int_equal(story.columns, 2);
    cell_is(&story, STORY_HEADS, 0, "user A\n");
    cell_is(&story, STORY_HEADS, 2, "rows afterwards\n");
    cell_is(&story, 0, 2, "available 1\nbooked: nobody\n");
    cell_is(&story, 1, 0, LOOK_NAIVE);
    cell_is(&story, 1, 1, "");
    cell_is(&story, 1, 2, "");
    cell_is(&story, 2, 1, LOOK_NAIVE);
    cell_is(&story, 3, 1, WRITE_NAIVE BOOK_B "COMMIT\ntold: booked\n");
    cell_is(&story, 3, 2, "available 0\nbooked: B\n");
    cell_is(&story, 4, 2, "booked: B A\n"); /* available did not change */
    story_free(&story);
    told_close(&told);
}

/* A begins; B looks; A goes on and is interrupted once more. */
static void interrupted(struct told *told, bool waits)
{
    struct trace_maker *maker = &told->maker;
    const struct statement *statement;

    told_open(told, "naive", "sqlite", 2, 0, 1);
    statement = told->e.cell->variant.registered->strategy->statements;
    trace_maker_move(maker, 'A', CALL_BEGIN);
    trace_maker_reads(trace_maker_run(maker, 'B', &statement[0], VALUES(1)), VALUES(1));
    trace_maker_run(maker, 'A', &statement[2], VALUES(1, 0));
    if (waits)
        trace_maker_wake(maker, 'B');
    trace_maker_run(maker, 'A', &statement[3], VALUES(1, 1, 1, 1));
    trace_maker_move(maker, 'B', CALL_CHECKOUT)->answer = 1;
    trace_maker_move(maker, 'A', CALL_COMMIT);
    trace_maker_end(maker, 'A', VERDICT_BOOKED, REASON_NONE, false);
}

static void test_interrupted_transaction(void **state)
{
    struct told told;
    struct story story;

    (void)state;
    interrupted(&told, false);
    assert_int_equal(story_length(&told.e.trace), 4);
    assert_int_equal(story_tell(&story, &told.e), 0);
    assert_int_equal(story.steps, 4);
    cell_is(&story, 1, 1, "look: SELECT available FROM events WHERE id = 1\n→ available = 1\n");
    cell_is(&story, 2, 0,
            WRITE_NAIVE "book: INSERT INTO bookings (request, event, user_id, seats) VALUES (1, 1, 1, 1)\n"
                        "→ adds 1 row\n");
    cell_is(&story, 4, 0, "COMMIT\ntold: booked\n");
    assert_int_equal(story.step[1].after[0], STORY_IDLE);
    assert_int_equal(story.step[2].during[0], STORY_IN_TX);
    assert_int_equal(story.step[2].after[0], STORY_IN_TX);
    assert_int_equal(story.step[3].during[0], STORY_IN_TX);
    assert_int_equal(story.step[4].after[0], STORY_IDLE);
    story_free(&story);
    told_close(&told);
}

/* Who waits has noticed the BEGIN: it is told where it took place. */
static void test_begin_that_is_noticed(void **state)
{
    struct told told;
    struct story story;

    (void)state;
    interrupted(&told, true);
    assert_int_equal(story_length(&told.e.trace), 5);
    assert_int_equal(story_tell(&story, &told.e), 0);
    cell_is(&story, 1, 0, "BEGIN IMMEDIATE\n");
    cell_is(&story, 2, 1, "look: SELECT available FROM events WHERE id = 1\nwaits for A's lock\n");
    cell_is(&story, 3, 1, "… gets the lock\n→ available = 1\n");
    story_free(&story);
    told_close(&told);
}

static void test_wait_and_wake(void **state)
{
    struct told told;
    struct story story;

    (void)state;
    if (!is_built("postgres"))
        skip();
    told_pessimistic(&told);
    assert_int_equal(story_tell(&story, &told.e), 0);
    assert_int_equal(story.steps, 4);
    cell_is(&story, 2, 1,
            "BEGIN\nlock: SELECT available, capacity FROM events WHERE id = 1 FOR UPDATE\nwaits for A's lock\n");
    assert_int_equal(story.step[2].after[1], STORY_WAITING);
    assert_int_equal(story.step[3].column, 0);
    cell_is(&story, 3, 1, "… gets the lock\n→ available = 0, capacity = 1\n");
    assert_int_equal(story.step[3].after[1], STORY_IN_TX);
    cell_is(&story, 4, 1, "ROLLBACK\ntold: sold out\n");
    story_free(&story);
    told_close(&told);
}

static void test_deadlock(void **state)
{
    struct told told;
    struct story story;

    (void)state;
    if (!is_built("postgres"))
        skip();
    told_deadlock(&told);
    assert_int_equal(story_tell(&story, &told.e), 0);
    cell_is(&story, 3, 0, "mine: UPDATE events SET version = version + 1 WHERE id = 2\nwaits for B's lock\n");
    cell_is(&story, 4, 0, "… stops waiting\n→ deadlock: this transaction is the victim\n");
    cell_is(&story, 4, 1,
            "mine: UPDATE events SET version = version + 1 WHERE id = 1\nwaits for A's lock\n… gets the lock\n"
            "→ changes 1 row\n");
    cell_is(&story, 5, 0, "ROLLBACK\nconflict (deadlock): tries again\n");
    story_free(&story);
    told_close(&told);
}

static void test_service_answers(void **state)
{
    struct told told;
    struct story story;

    (void)state;
    if (!is_built("postgres"))
        skip();
    told_queue(&told);
    assert_int_equal(story_length(&told.e.trace), 4); /* the line that is closed is no step */
    assert_int_equal(story_tell(&story, &told.e), 0);
    cell_is(&story, STORY_HEADS, 2, "queue's service S\n");
    cell_is(&story, 1, 0, "checkout: decides to pay\njoins the line\n");
    cell_is(&story, 3, 2, "takes A, B from the line\n");
    cell_is(&story, 4, 0, "told: booked\n");
    cell_is(&story, 4, 1, "told: sold out\n");
    cell_is(&story, 4, 3, "available 0\nbooked: A\n");
    story_free(&story);
    told_close(&told);
}

/* What comes before a call, or gives back a lock, is no step of its own; a lock that is not to be had is. */
static void test_locks_of_the_server(void **state)
{
    struct told told;
    struct story story;
    const struct statement *look;

    (void)state;
    told_open(&told, "naive", "sqlite", 2, 0, 1);
    look = told.e.cell->variant.registered->strategy->statements;
    trace_maker_move(&told.maker, 'A', CALL_ARRIVE);
    trace_maker_move(&told.maker, 'A', CALL_LOCK)->answer = DB_OK;
    trace_maker_reads(trace_maker_run(&told.maker, 'A', look, VALUES(1)), VALUES(0));
    trace_maker_move(&told.maker, 'A', CALL_UNLOCK);
    trace_maker_end(&told.maker, 'A', VERDICT_SOLD_OUT, REASON_NONE, false);
    trace_maker_move(&told.maker, 'B', CALL_LOCK)->answer = DB_BUSY;
    trace_maker_end(&told.maker, 'B', VERDICT_CONFLICT, REASON_BUSY, true);
    trace_maker_move(&told.maker, 'B', CALL_LOCK)->answer = DB_OK;
    assert_int_equal(story_tell(&story, &told.e), 0);
    assert_int_equal(story.steps, 3);
    cell_is(&story, 1, 0,
            "comes, may look at the server's memory\ntakes the lock of the server\n"
            "look: SELECT available FROM events WHERE id = 1\n→ available = 0\ngives the lock of the server back\n"
            "told: sold out\n");
    cell_is(&story, 2, 1, "finds the lock of the server taken\nconflict (busy): tries again\n");
    story_free(&story);
    told_close(&told);
}

/* ---- rows ---- */

static void test_rows_of_the_ledger(void **state)
{
    struct told told;
    struct story story;

    (void)state;
    told_open(&told, "naive:form=count", "sqlite", 2, 0, 1);
    trace_maker_book(&told.maker, 2);
    trace_maker_move(&told.maker, 'B', CALL_COMMIT);
    assert_int_equal(story_tell(&story, &told.e), 0);
    cell_is(&story, 0, 1, "booked: nobody\n"); /* A made no call and has no column */
    cell_is(&story, 1, 1, "booked: B\n");
    story_free(&story);
    told_close(&told);

    told_optimistic(&told);
    assert_int_equal(story_tell(&story, &told.e), 0);
    cell_is(&story, 0, 2, "available 2\nversion 0\nbooked: nobody\n");
    cell_is(&story, 3, 2, "available 1\nversion 1\nbooked: A\n");
    cell_is(&story, 5, 2, "");
    story_free(&story);
    told_close(&told);
}

static void test_rows_of_a_gate(void **state)
{
    struct told told;
    struct story story;
    struct move *move;

    (void)state;
    told_open(&told, "admission", "sqlite", 2, 0, 1);
    told.maker.gate_left = 0;
    move = trace_maker_move(&told.maker, 'A', CALL_GATE_TAKE);
    move->call.event = move->call.seats = move->answer = 1;
    move = trace_maker_move(&told.maker, 'B', CALL_GATE_TAKE);
    move->call.event = move->call.seats = 1;
    trace_maker_end(&told.maker, 'B', VERDICT_SOLD_OUT, REASON_NONE, false);
    told.maker.gate_left = 1;
    move = trace_maker_move(&told.maker, 'A', CALL_GATE_GIVE);
    move->call.event = move->call.seats = 1;
    assert_int_equal(story_tell(&story, &told.e), 0);
    cell_is(&story, 0, 2, "available 1\nbooked: nobody\ngate 1\n");
    cell_is(&story, 1, 0, "takes 1 from the gate\n");
    cell_is(&story, 1, 2, "gate 0\n");
    cell_is(&story, 2, 1, "asks the gate for 1: no\ntold: sold out\n");
    cell_is(&story, 3, 0, "gives 1 back to the gate\n");
    cell_is(&story, 3, 2, "gate 1\n");
    story_free(&story);
    told_close(&told);
}

/* ---- words ---- */

static void told_is(enum verdict verdict, enum reason reason, bool again, const char *expected)
{
    struct told told;
    struct story story;

    told_open(&told, "naive", "sqlite", 2, 0, 1);
    trace_maker_move(&told.maker, 'A', CALL_COMMIT)->status = verdict == VERDICT_UNKNOWN ? DB_IN_DOUBT : DB_OK;
    trace_maker_end(&told.maker, 'A', verdict, reason, again);
    assert_int_equal(story_tell(&story, &told.e), 0);
    assert_string_equal(story.line[story.lines - 1].text, expected);
    story_free(&story);
    told_close(&told);
}

static void test_what_users_are_told(void **state)
{
    (void)state;
    told_is(VERDICT_BOOKED, REASON_NONE, false, "told: booked");
    told_is(VERDICT_SOLD_OUT, REASON_NONE, false, "told: sold out");
    told_is(VERDICT_CONFLICT, REASON_STALE, true, "conflict (stale): tries again");
    told_is(VERDICT_CONFLICT, REASON_SERIALIZATION, false, "conflict (serialization): no try left, gives up");
    told_is(VERDICT_TIMED_OUT, REASON_LOCK_TIMEOUT, false, "told: timed out - the lock");
    told_is(VERDICT_SHED, REASON_QUEUE_FULL, false, "told: turned away - the line is full");
    told_is(VERDICT_ABANDONED, REASON_NONE, false, "goes away");
    told_is(VERDICT_UNKNOWN, REASON_LOST, false, "told: unknown - the answer to COMMIT was lost");
    told_is(VERDICT_FAILED, REASON_LOST, false, "told: failed - the connection was lost");
}

/* What the last call answered. */
static void answer_is(const struct told *told, const char *expected)
{
    struct story story;
    size_t i;

    assert_int_equal(story_tell(&story, &told->e), 0);
    for (i = story.lines; i-- > 0 && story.line[i].kind != STORY_ANSWER;)
        ;
    assert_string_equal(story.line[i].text, expected);
    story_free(&story);
}

static void test_what_statements_answer(void **state)
{
    static const struct statement locks = { .name = "lock",
                                            .kind = STATEMENT_READ,
                                            .sql = TEXT("SELECT 1 FROM bookings WHERE event = $1 FOR UPDATE") };
    static const struct statement gives = {
        .name = "take",
        .kind = STATEMENT_WRITE,
        .sql = TEXT("UPDATE events SET available = available - $2 WHERE id = $1 RETURNING available AS free")
    };
    struct told told;
    struct move *move;

    (void)state;
    told_open(&told, "naive", "sqlite", 2, 0, 1);
    move = trace_maker_run(&told.maker, 'A', &locks, VALUES(1));
    answer_is(&told, "→ no row: nothing is locked");
    move->row.rows = 2;
    answer_is(&told, "→ 2 rows");
    move->status = DB_CONFLICT;
    answer_is(&told, "→ refused: it conflicts with another transaction");
    move = trace_maker_run(&told.maker, 'A', &gives, VALUES(1, -1));
    shows(&told.e, "SET available = available - -1\n");
    move->row.changed = 0;
    answer_is(&told, "→ changes no row");
    move->row.changed = move->row.rows = 1;
    move->row.column[0] = 7;
    answer_is(&told, "→ changes 1 row: free = 7");
    move->call.kind = CALL_RUN_MANY;
    move->call.n = 3;
    shows(&told.e, "take ×3: UPDATE");
    move->fault = FAULT_AFTER;
    answer_is(&told, "→ FAULT: this takes effect, then the connection is lost before the answer");
    told_close(&told);
}

static void columns_are(const char *sql, const char *expected)
{
    struct story_sql_column column[DB_COLUMNS];
    char found[200] = "";
    int n = story_sql_columns(sql, column, DB_COLUMNS), i;

    for (i = 0; i < n; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s%s|", column[i].length, column[i].name,
                 column[i].is_constant ? "!" : "");
    assert_string_equal(found, expected);
}

static void test_names_of_columns(void **state)
{
    (void)state;
    columns_are("SELECT available, version FROM events WHERE id = $1", "available|version|");
    columns_are("\n  select e.available, count(*), max(a, b) AS top FROM events e", "available|count(*)|top|");
    columns_are("SELECT 1 FROM bookings", "1!|");
    columns_are("SELECT capacity - (SELECT coalesce(sum(seats), 0) FROM bookings) FROM events", "|");
    columns_are("SELECT 'a, FROM', b FROM c", "'a, FROM'|b|");
    columns_are("UPDATE events SET available = 0 RETURNING available, version", "available|version|");
    columns_are("SELECT * FROM events", "");
    columns_are("UPDATE events SET available = 0", "");
    columns_are("WITH x AS (SELECT 1) SELECT a FROM x", "");
}

static void test_values_in_sql(void **state)
{
    char text[100];
    FILE *out = fmemopen(text, sizeof text, "w");

    (void)state;
    story_sql_write(out, "\n a = $2\n   AND b = '$1' OR c = $10 - $1\n", VALUES(5, -6));
    fclose(out);
    assert_string_equal(text, "a = -6 AND b = '$1' OR c = $10 - 5");
}

/* ---- sentences ---- */

/* What a schedule of naive comes to when an audit saw just this. */
static void ending_is(enum anomaly anomaly, const struct audit *audit, const char *expected)
{
    struct told told;

    told_naive(&told);
    told.e.trace.anomalies = 1u << anomaly;
    told.e.trace.audit = *audit;
    told.e.trace.audit.capacity = 1;
    shows(&told.e, expected);
    told_close(&told);
}

static void test_endings(void **state)
{
    (void)state;
    ending_is(ANOMALY_OVERSOLD, &(struct audit){ .sold = 2 },
              "\nBoth users were told they have the seat: 2 seats sold of 1.\n");
    ending_is(ANOMALY_LOST, &(struct audit){ .lost = 2 }, "\n2 confirmed bookings are not there.\n");
    ending_is(ANOMALY_GHOST, &(struct audit){ .ghost = 1 }, "\n1 booking is there that nobody was told of.\n");
    ending_is(ANOMALY_DUPLICATE, &(struct audit){ .duplicate = 1 }, "\n1 request is booked more than once.\n");
    ending_is(ANOMALY_UNSOLD, &(struct audit){ .unsold = 2 }, "\nSomebody was refused, and 2 seats are still free.\n");
    ending_is(ANOMALY_DRIFT, &(struct audit){ .sold = 2 },
              "\nThe counter says available = 0, but 2 seats of 1 are booked.\n");
    ending_is(ANOMALY_GATE_DRIFT, &(struct audit){ .gate_drift = 1 },
              "\nThe gate and the bookings differ by 1 seat.\n");
    ending_is(ANOMALY_PROBED, &(struct audit){ .probes = { .violations = 1 } },
              "\nFor a moment there was what must never be: too many seats sold, one sold twice or a counter below "
              "zero.\n");
    ending_is(ANOMALY_UNFAIR, &(struct audit){ .unfair = 1 },
              "\nSomebody was refused, and one who asked only after that was booked.\n");
}

/* One user booked though there is no row, or the other way round. */
static void test_endings_name_users(void **state)
{
    struct told told;

    (void)state;
    told_open(&told, "naive", "sqlite", 3, 0, 3);
    trace_maker_book(&told.maker, 2);
    trace_maker_book(&told.maker, 2);
    trace_maker_move(&told.maker, 'A', CALL_COMMIT);
    trace_maker_end(&told.maker, 'A', VERDICT_BOOKED, REASON_NONE, false);
    trace_maker_move(&told.maker, 'B', CALL_COMMIT);
    trace_maker_end(&told.maker, 'B', VERDICT_SOLD_OUT, REASON_NONE, false);
    trace_maker_move(&told.maker, 'C', CALL_COMMIT);
    trace_maker_end(&told.maker, 'C', VERDICT_SOLD_OUT, REASON_NONE, false);
    told.e.trace.audit.unsold = 1;
    told.e.trace.anomalies = 1u << ANOMALY_LOST | 1u << ANOMALY_GHOST | 1u << ANOMALY_DUPLICATE | 1u << ANOMALY_UNSOLD;
    shows(&told.e,
          "\nA was told booked, and there is no such booking. B was told sold out, and a booking in that name "
          "is there. B asked once and has 2 bookings. B and C were told sold out, and 1 seat is still free.\n");
    trace_maker_end(&told.maker, 'B', VERDICT_CONFLICT, REASON_STALE, false);
    shows(&told.e, "B gave up, C was told sold out, and 1 seat is still free.\n");
    told.e.trace.anomalies = 1u << ANOMALY_OVERSOLD;
    trace_maker_end(&told.maker, 'B', VERDICT_BOOKED, REASON_NONE, false);
    shows(&told.e, "\nA and B were told they have a seat: 2 seats sold of 3.\n");
    told_close(&told);
}

static void test_no_end(void **state)
{
    struct told told;
    struct move *move;

    (void)state;
    told_open(&told, "pessimistic", "sqlite", 2, 0, 1);
    trace_maker_move(&told.maker, 'A', CALL_BEGIN);
    move = trace_maker_move(&told.maker, 'B', CALL_BEGIN);
    move->waited = true;
    move->woken_at = -1;
    told.e.trace.ending = TRACE_STUCK;
    told.e.broken = told.e.stuck = 1;
    shows(&told.e, "Broken: somebody waited for ever in 1 of 14 schedules.");
    shows(&told.e, "\nA waits for ever. B waits for ever: for a lock that A holds.\n");
    told.e.trace.ending = TRACE_ASTRAY;
    snprintf(told.e.trace.astray, sizeof told.e.trace.astray, "user B has ended");
    shows(&told.e, "\nNot played to its end: user B has ended.\n");
    told_close(&told);
}

/* A circle is told in its first steps. */
static void test_endless(void **state)
{
    struct told told;
    const struct statement *look;
    int i;

    (void)state;
    told_open(&told, "naive", "sqlite", 2, 0, 1);
    look = told.e.cell->variant.registered->strategy->statements;
    for (i = 0; i < 200; i++)
        trace_maker_run(&told.maker, i % 2 == 0 ? 'A' : 'B', look, VALUES(1));
    told.e.trace.ending = TRACE_ENDLESS;
    told.e.broken = told.e.endless = 1;
    assert_int_equal(story_length(&told.e.trace), 200);
    shows(&told.e, "\n12");
    hides(&told.e, "\n13");
    shows(&told.e, "\n… and so on for 188 steps more.\n");
    shows(&told.e, "\nStopped after 200 calls: they go in circles, and somebody would never be answered.\n");
    told_close(&told);
}

static void test_verdicts(void **state)
{
    struct told told;

    (void)state;
    told_naive(&told);
    shows(&told.e, "naive on sqlite: 2 users, 1 seat, at most 2 attempts each\n"
                   "Broken: oversold in 10 of 14 schedules, counter and bookings differed in 10 of 14. naive is a "
                   "control, here to show the race.\n");
    shows(&told.e, "\nThe shortest of them, in 4 steps with 1 preemption:\n");
    shows(&told.e, "\nPlay it again:\n  lastseat explain naive --db sqlite --replay 'A2 B6 A4'\n");
    told.e.request.extra = "--set inventory.seats=1";
    shows(&told.e, " --db sqlite --set inventory.seats=1 --replay 'A2 B6 A4'\n");
    told.e.request.replay = told.e.schedule;
    shows(&told.e, "\nBroken by this schedule: oversold, counter and bookings differed.\n\nThe schedule, in 4 steps ");
    shows(&told.e, "\nExplored: one schedule, played again: 12 calls.");
    shows(&told.e, "\nNot explored: every other schedule.\n");
    told_close(&told);

    told_optimistic(&told);
    shows(&told.e, "\nNothing is broken: A was told booked, B was told booked, and the rows agree.\n");
    told.e.request.replay = NULL;
    told.e.broken = told.e.broken_by[ANOMALY_LOST] = 1;
    shows(&told.e, "Broken: lost a booking that was confirmed in 1 of 14 schedules. That is not what optimistic "
                   "promises.\n");
    told_close(&told);
}

static void test_one_line(void **state)
{
    struct told told;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_non_null(out);
    told_naive(&told);
    story_line(out, &told.e);
    told_close(&told);
    told_open(&told, "pessimistic", "sqlite", 2, 0, 1);
    story_line(out, &told.e);
    told_close(&told);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "naive on sqlite: oversold in 10 of 14 schedules, counter and bookings differed in 10 of "
                              "14.\npessimistic on sqlite: holds in all 14 schedules of 2 users (at most 3 "
                              "preemptions, 2 attempts).\n");
    free(text);
}

/* The same with more seats: the story has the number of its own. */
static void test_numbers_of_seats(void **state)
{
    struct told told;

    (void)state;
    told_naive(&told);
    told.e.request.houses = 2;
    shows(&told.e, "naive on sqlite: 2 users, 1 or 2 seats, at most 2 attempts each\n");
    shows(&told.e, "\nThe shortest of them, with 1 seat, in 4 steps");
    shows(&told.e, " 2 attempts) with 1 or 2 seats: 14 tried,");
    shows(&told.e, "more than 2 users, 1 event, 2 seats,");
    hides(&told.e, "--set");
    told.e.seats = 2;
    shows(&told.e, "\nThe shortest of them, with 2 seats, in 4 steps");
    shows(&told.e, "available 2\n");
    shows(&told.e, " --db sqlite --set inventory.seats=2 --replay 'A2 B6 A4'\n");
    told_close(&told);
}

static void test_several_servers(void **state)
{
    struct told told;
    struct cell cell;

    (void)state;
    told_naive(&told);
    cell = *told.e.cell;
    cell.scenario.instances = 2;
    told.e.cell = &cell;
    told.e.trace.actors[1].app = 1;
    shows(&told.e, ": 2 users, 1 seat, 2 application servers, at most ");
    shows(&told.e, "      user A (server 1) ");
    shows(&told.e, " user B (server 2) ");
    told_close(&told);
}

/* Nothing was found: no story. */
static void test_it_holds(void **state)
{
    struct told told;
    char *text;

    (void)state;
    told_open(&told, "pessimistic", "sqlite", 2, 0, 1);
    text = show(&told.e, FORM_TEXT, 4000);
    assert_has(text, "\npessimistic holds in all 14 schedules of 2 users (at most 3 preemptions, 2 attempts).\n");
    assert_has(text, "\nExplored: every schedule of 2 users (at most 3 preemptions, 2 attempts): 14 tried, 120 pruned "
                     "(equal to one that was tried, but for the order of calls that do not touch each other), 35 "
                     "branches cut (one preemption more); the longest has 12 calls. Faults: 30 schedules with one "
                     "call made to fail, before or after it took effect or with an error; none left anything "
                     "behind.\nNot explored: more than 3 preemptions; more than 2 users, 1 event, 1 seat, ");
    assert_lacks(text, "step");
    assert_lacks(text, "user A");
    assert_lacks(text, "Play it again");
    assert_lacks(text, "prove");
    free(text);
    text = show(&told.e, FORM_MARKDOWN, 0);
    assert_lacks(text, "|");
    free(text);
    text = show(&told.e, FORM_SVG, 0);
    assert_lacks(text, "user A");
    free(text);
    told.e.cut = 0;
    shows(&told.e, "no branch cut: none has more preemptions;");
    hides(&told.e, "more than 3 preemptions");
    told.e.exhausted = false;
    shows(&told.e, "\npessimistic holds in the 14 schedules that were tried of 2 users (at most 3 preemptions, 2 "
                   "attempts); there are more.\n");
    shows(&told.e, "\nExplored: not every schedule of 2 users");
    told.e.faults_broken = told.e.faults_broken_by[ANOMALY_GATE_DRIFT] = 2;
    shows(&told.e, " With one call made to fail: gate and bookings differed in 2 of 30 schedules. That is not what "
                   "pessimistic promises.\n");
    told_close(&told);
}

static void test_a_sample(void **state)
{
    struct told told;

    (void)state;
    told_open(&told, "pessimistic", "sqlite", 3, 0, 1);
    told.e.is_random = true;
    told.e.tried = 1000;
    told.e.chance = 1.0 / 972;
    shows(&told.e, "\npessimistic holds in all 1000 of 1000 random schedules of 3 users (PCT, seed 42).\n");
    shows(&told.e, "a probability of at least 1/972, and is missed by all with at most 35.7 %.");
    shows(&told.e, "\nNot explored: schedules that were not drawn; more than 3 users,");
    told.e.request.houses = 2; /* half of them in each */
    shows(&told.e, "missed by all with at most 59.8 %.");
    told_close(&told);

    /* A control that holds is not what it is for. */
    told_open(&told, "naive", "sqlite", 2, 0, 1);
    shows(&told.e, " naive is a control, here to show the race: it was expected not to hold.\n");
    told_close(&told);
}

static void test_a_rogue(void **state)
{
    struct told told;
    struct strategy rogue;
    struct registered registered;
    struct cell cell;

    (void)state;
    told_naive(&told);
    cell = *told.e.cell;
    rogue = *cell.variant.registered->strategy;
    registered = *cell.variant.registered;
    rogue.traits = TRAIT_ROGUE;
    rogue.shows = 1u << ANOMALY_OVERSOLD;
    registered.strategy = &rogue;
    cell.variant.registered = &registered;
    snprintf(cell.variant.name, sizeof cell.variant.name, "rogue:a=b c");
    told.e.cell = &cell;
    shows(&told.e, " naive is broken on purpose.\n");
    shows(&told.e, "lastseat explain 'rogue:a=b c' --db sqlite");
    rogue.shows = 1u << ANOMALY_LOST;
    shows(&told.e,
          " naive is broken on purpose, and this should have been found: lost a booking that was confirmed.\n");
    told_close(&told);
}

static void test_a_fault(void **state)
{
    struct told told;

    (void)state;
    told_naive(&told);
    told.e.broken = 0;
    memset(told.e.broken_by, 0, sizeof told.e.broken_by);
    told.e.faults_broken = told.e.faults_broken_by[ANOMALY_DUPLICATE] = 3;
    told.e.trace.moves[11].fault = FAULT_AFTER;
    shows(&told.e, " With one call made to fail: booked a request twice in 3 of 30 schedules.");
    shows(&told.e, "\nThe shortest of them, one call made to fail, in 4 steps");
    shows(&told.e, "; 3 of them left something behind.");
    told_close(&told);
}

/* ---- forms ---- */

static void test_no_line_is_too_wide(void **state)
{
    static const int widths[] = { 40, 48, 60, 80, 100, 120, 200 };
    struct told told;
    size_t i, w;

    (void)state;
    for (i = 0; i < STORIES; i++) {
        if (!is_built(stories[i].db))
            continue;
        stories[i].open(&told);
        for (w = 0; w < sizeof widths / sizeof widths[0]; w++) {
            char *text = show(&told.e, FORM_TEXT, widths[w]), *rest = text, *line;

            while ((line = strsep(&rest, "\n")) != NULL) {
                if (strncmp(line, "  lastseat explain ", 19) != 0 && wrap_width(line) > (size_t)widths[w])
                    fail_msg("wider than %d: %s", widths[w], line);
                if (line[0] != '\0' && line[strlen(line) - 1] == ' ')
                    fail_msg("blanks at the end: '%s'", line);
            }
            free(text);
        }
        told_close(&told);
    }
}

/* Colour is all that differs. */
static void test_colour(void **state)
{
    struct told told;
    char *plain, *colour, *from, *to;

    (void)state;
    told_naive(&told);
    plain = show(&told.e, FORM_TEXT, 80);
    colour = show(&told.e, FORM_COLOUR, 80);
    assert_lacks(plain, "\033");
    assert_has(colour, "\033[1;31mtold: booked\033[0m");
    assert_has(colour, "\033[1;31mbooked: B A\033[0m");
    assert_lacks(colour, "\033[1;31mbooked: B\033[0m");
    for (from = to = colour; *from != '\0';)
        if (*from == '\033')
            from += strcspn(from, "m") + 1;
        else
            *to++ = *from++;
    *to = '\0';
    assert_string_equal(colour, plain);
    free(plain);
    free(colour);
    told_close(&told);
}

/* Eighty columns: what stands beside each other. */
static void test_columns_of_text(void **state)
{
    struct told told;
    char *text;

    (void)state;
    if (!is_built("postgres"))
        skip();
    told_pessimistic(&told);
    text = show(&told.e, FORM_TEXT, 80);
    assert_has(text, "\n 2  │                             │ BEGIN\n");
    assert_has(text, "│ waits for A's lock\n    │                             ┊\n 3  │ take: UPDATE events ");
    assert_has(text, "    │ → adds 1 row                ┊ … gets the lock\n"
                     "    │ COMMIT                      ┊ → available = 0,            available 0\n"
                     "    │ told: booked                ┊   capacity = 1              booked: A\n");
    free(text);
    told_close(&told);
    /* Three actors leave no room for rows beside them. */
    told_three(&told);
    text = show(&told.e, FORM_TEXT, 80);
    assert_has(text, "\n      at first: available 1 · booked: nobody\n");
    assert_has(text, "\n      rows: booked: C A\n");
    free(text);
    text = show(&told.e, FORM_TEXT, 120);
    assert_has(text, "rows afterwards\n");
    free(text);
    told_close(&told);
}

static int bars_in(const char *line)
{
    int n = 0;

    for (; *line != '\0'; line++)
        n += line[0] == '|' ? 1 : line[0] == '\\' && line[1] != '\0' ? (line++, 0) : 0;
    return n;
}

static void test_markdown_table(void **state)
{
    struct told told;
    char *text, *rest, *line;
    size_t i;
    int rows;

    (void)state;
    for (i = 0; i < STORIES; i++) {
        if (!is_built(stories[i].db))
            continue;
        stories[i].open(&told);
        rest = text = show(&told.e, FORM_MARKDOWN, 0);
        rows = 0;
        while ((line = strsep(&rest, "\n")) != NULL)
            if (line[0] == '|') {
                assert_int_equal(bars_in(line), told.e.trace.actor_count + 3);
                rows++;
            }
        assert_int_equal(rows, story_length(&told.e.trace) + 3); /* heads, rule, before the first */
        free(text);
        told_close(&told);
    }
}

static const struct statement odd = { .name = "a_b",
                                      .kind = STATEMENT_READ,
                                      .sql = TEXT("SELECT a || '`x`' FROM b WHERE c < $1 & 3 AND d > \"e\"") };

static void test_escapes(void **state)
{
    struct told told;
    char *text;

    (void)state;
    told_open(&told, "naive", "sqlite", 2, 0, 1);
    trace_maker_run(&told.maker, 'A', &odd, VALUES(1));
    text = show(&told.e, FORM_MARKDOWN, 0);
    assert_has(text, "a\\_b: ``SELECT a \\|\\| '`x`' FROM b WHERE c < 1 & 3 AND d > \"e\"``<br>→ no row |");
    free(text);
    text = show(&told.e, FORM_SVG, 0);
    assert_has(text, "&amp;");
    assert_has(text, "&lt;");
    assert_has(text, "&quot;e&quot;");
    free(text);
    told_close(&told);
}

/* Every element is closed in order, and all text stays inside the picture. */
static void check_svg(const char *svg)
{
    char open[16][16];
    int depth = 0;
    double width = 0, x;
    const char *at;

    assert_int_equal(sscanf(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%lf\"", &width), 1);
    for (at = svg; (at = strchr(at, '<')) != NULL; at++) {
        const char *end = strchr(at, '>');

        assert_non_null(end);
        if (at[1] == '/') {
            assert_true(depth > 0);
            depth--;
            assert_memory_equal(at + 2, open[depth], strlen(open[depth]));
        } else if (end[-1] != '/') {
            assert_true(depth < 16);
            assert_int_equal(sscanf(at + 1, "%15[a-z]", open[depth++]), 1);
        }
        if (sscanf(at, "<text x=\"%lf\"", &x) == 1)
            assert_true(x > 0 && x < width);
        assert_null(memchr(at + 1, '<', (size_t)(end - at - 1)));
    }
    assert_int_equal(depth, 0);
    for (at = svg; (at = strchr(at, '&')) != NULL; at++)
        assert_true(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 || strncmp(at, "&gt;", 4) == 0 ||
                    strncmp(at, "&quot;", 6) == 0);
}

static void test_svg(void **state)
{
    struct told told;
    char *text;
    size_t i;

    (void)state;
    for (i = 0; i < STORIES; i++) {
        if (!is_built(stories[i].db))
            continue;
        stories[i].open(&told);
        text = show(&told.e, FORM_SVG, 0);
        check_svg(text);
        assert_has(text, "<title id=\"title\">");
        assert_has(text, "rows afterwards</text>");
        free(text);
        told_close(&told);
    }
    told_naive(&told);
    text = show(&told.e, FORM_SVG, 0);
    assert_has(text, "2 seats sold of 1. The counter");
    free(text);
    told_close(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_naive_in_four_steps),
        cmocka_unit_test(test_interrupted_transaction),
        cmocka_unit_test(test_begin_that_is_noticed),
        cmocka_unit_test(test_wait_and_wake),
        cmocka_unit_test(test_deadlock),
        cmocka_unit_test(test_service_answers),
        cmocka_unit_test(test_locks_of_the_server),
        cmocka_unit_test(test_rows_of_the_ledger),
        cmocka_unit_test(test_rows_of_a_gate),
        cmocka_unit_test(test_what_users_are_told),
        cmocka_unit_test(test_what_statements_answer),
        cmocka_unit_test(test_names_of_columns),
        cmocka_unit_test(test_values_in_sql),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_endings_name_users),
        cmocka_unit_test(test_no_end),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_numbers_of_seats),
        cmocka_unit_test(test_several_servers),
        cmocka_unit_test(test_it_holds),
        cmocka_unit_test(test_a_sample),
        cmocka_unit_test(test_a_rogue),
        cmocka_unit_test(test_a_fault),
        cmocka_unit_test(test_no_line_is_too_wide),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_columns_of_text),
        cmocka_unit_test(test_markdown_table),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_svg),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
