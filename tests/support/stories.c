#include "tests/support/stories.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VALUES(...) (const int64_t[]){ __VA_ARGS__ }, (int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

/* A statement of the strategy by its name. */
static const struct statement *statement(const struct told *told, const char *name)
{
    const struct statement *found = told->made.cell->variant.registered->strategy->statements;

    while (found->name != NULL && strcmp(found->name, name) != 0)
        found++;
    assert_non_null(found->name);
    return found;
}

void told_open(struct told *told, const char *variant, const char *db, int users, int services, int64_t seats)
{
    char ini[160];

    memset(told, 0, sizeof *told);
    snprintf(ini, sizeof ini, "# q\n[inventory]\nseats = %" PRId64 "\n[load]\nusers = %d\n[retry]\nattempts = 2\n",
             seats, users);
    bench_cells_make(&told->made, ini, variant, db);
    trace_maker_open(&told->maker, &told->e.trace, users, services, seats);
    told->e.cell = told->made.cell;
    told->e.request = (struct exploration_request){ .preemptions = 3, .schedules = 10000, .houses = 1, .seed = 42 };
    told->e.seats = told->e.cell->scenario.seats;
    told->e.exhausted = true;
    told->e.tried = 14;
    told->e.pruned = 120;
    told->e.cut = 35;
    told->e.longest = 12;
    told->e.faults = 30;
    snprintf(told->e.holder, sizeof told->e.holder, "%s on %s", variant, db);
}

void told_close(struct told *told)
{
    trace_maker_close(&told->maker);
    bench_cells_free(&told->made);
}

static void break_by(struct told *told, enum anomaly anomaly, int64_t schedules)
{
    told->e.trace.anomalies |= 1u << anomaly;
    told->e.broken_by[anomaly] = schedules;
    if (schedules > told->e.broken)
        told->e.broken = schedules;
}

static void naive_looks(struct told *told, char who, int64_t available)
{
    struct move *move = trace_maker_run(&told->maker, who, statement(told, "look"), VALUES(1));

    trace_maker_reads(move, VALUES(available));
    if (available == 0)
        trace_maker_end(&told->maker, who, VERDICT_SOLD_OUT, REASON_NONE, false);
    else
        trace_maker_move(&told->maker, who, CALL_CHECKOUT)->answer = 1;
}

static void naive_writes(struct told *told, char who)
{
    struct trace_maker *maker = &told->maker;
    int user = who - 'A' + 1;

    trace_maker_move(maker, who, CALL_BEGIN);
    trace_maker_run(maker, who, statement(told, "write"), VALUES(1, 0));
    trace_maker_run(maker, who, statement(told, "book"), VALUES(user, 1, user, 1));
    maker->counter.available = 0;
    trace_maker_book(maker, user);
    trace_maker_move(maker, who, CALL_COMMIT);
    trace_maker_end(maker, who, VERDICT_BOOKED, REASON_NONE, false);
}

void told_naive(struct told *told)
{
    told_open(told, "naive", "sqlite", 2, 0, 1);
    naive_looks(told, 'A', 1);
    naive_looks(told, 'B', 1);
    naive_writes(told, 'B');
    naive_writes(told, 'A');
    told->e.trace.preemptions = 1;
    told->e.trace.audit.oversold = 1;
    told->e.trace.audit.drift = 1;
    break_by(told, ANOMALY_OVERSOLD, 10);
    break_by(told, ANOMALY_DRIFT, 10);
    snprintf(told->e.schedule, sizeof told->e.schedule, "A2 B6 A4");
}

static void optimistic_try(struct told *told, char who, int64_t available, int64_t version)
{
    struct trace_maker *maker = &told->maker;

    trace_maker_reads(trace_maker_run(maker, who, statement(told, "look"), VALUES(1)), VALUES(available, version));
}

static void optimistic_take(struct told *told, char who, int64_t version, bool is_stale)
{
    struct trace_maker *maker = &told->maker;
    int user = who - 'A' + 1;

    trace_maker_move(maker, who, CALL_BEGIN);
    trace_maker_run(maker, who, statement(told, "take"), VALUES(1, version, 1))->row.changed = !is_stale;
    if (is_stale) {
        trace_maker_move(maker, who, CALL_ROLLBACK);
        trace_maker_end(maker, who, VERDICT_CONFLICT, REASON_STALE, true);
        return;
    }
    trace_maker_run(maker, who, statement(told, "book"), VALUES(user, 1, user, 1));
    maker->counter.available--;
    maker->counter.version++;
    trace_maker_book(maker, user);
    trace_maker_move(maker, who, CALL_COMMIT);
    trace_maker_end(maker, who, VERDICT_BOOKED, REASON_NONE, false);
}

void told_optimistic(struct told *told)
{
    told_open(told, "optimistic", "sqlite", 2, 0, 2);
    optimistic_try(told, 'B', 2, 0);
    optimistic_try(told, 'A', 2, 0);
    optimistic_take(told, 'A', 0, false);
    optimistic_take(told, 'B', 0, true);
    optimistic_try(told, 'B', 1, 1);
    optimistic_take(told, 'B', 1, false);
    told->e.request.replay = "B A5 B8";
    snprintf(told->e.schedule, sizeof told->e.schedule, "B A5 B8");
}

void told_pessimistic(struct told *told)
{
    struct trace_maker *maker = &told->maker;

    told_open(told, "pessimistic", "postgres", 2, 0, 1);
    trace_maker_move(maker, 'A', CALL_BEGIN);
    trace_maker_reads(trace_maker_run(maker, 'A', statement(told, "lock"), VALUES(1)), VALUES(1, 1));
    trace_maker_move(maker, 'B', CALL_BEGIN);
    trace_maker_run(maker, 'B', statement(told, "lock"), VALUES(1));
    trace_maker_run(maker, 'A', statement(told, "take"), VALUES(1, 1));
    trace_maker_run(maker, 'A', statement(told, "book"), VALUES(1, 1, 1, 1));
    maker->counter.available = 0;
    trace_maker_book(maker, 1);
    trace_maker_move(maker, 'A', CALL_COMMIT);
    trace_maker_end(maker, 'A', VERDICT_BOOKED, REASON_NONE, false);
    trace_maker_reads(trace_maker_wake(maker, 'B'), VALUES(0, 1));
    trace_maker_move(maker, 'B', CALL_ROLLBACK);
    trace_maker_end(maker, 'B', VERDICT_SOLD_OUT, REASON_NONE, false);
    told->e.request.replay = "A2 B2 A3 B";
    snprintf(told->e.schedule, sizeof told->e.schedule, "A2 B2 A3 B");
}

static void queue_serves(struct told *told)
{
    struct trace_maker *maker = &told->maker;
    struct move *move = trace_maker_move(maker, 'S', CALL_LANE_TAKE);

    move->answer = 2;
    move->taken[0] = 1;
    move->taken[1] = 2;
    trace_maker_move(maker, 'S', CALL_BEGIN);
    trace_maker_reads(trace_maker_run(maker, 'S', statement(told, "look"), VALUES(1)), VALUES(1));
    move = trace_maker_run(maker, 'S', statement(told, "book"), VALUES(1, 1, 1, 1));
    move->call.kind = CALL_RUN_MANY;
    move->call.n = 1;
    trace_maker_run(maker, 'S', statement(told, "take"), VALUES(1, 1));
    maker->counter.available = 0;
    trace_maker_book(maker, 1);
    trace_maker_move(maker, 'S', CALL_COMMIT);
}

static void queue_answers(struct told *told, char who, enum verdict verdict)
{
    struct move *move = trace_maker_move(&told->maker, 'S', CALL_FINISH);

    move->user = who - 'A' + 1;
    move->answer = verdict;
    trace_maker_move(&told->maker, who, CALL_ANSWER);
    trace_maker_end(&told->maker, who, verdict, REASON_NONE, false);
}

void told_queue(struct told *told)
{
    struct trace_maker *maker = &told->maker;

    told_open(told, "queue", "postgres", 2, 1, 1);
    trace_maker_move(maker, 'A', CALL_CHECKOUT)->answer = 1;
    trace_maker_move(maker, 'A', CALL_PARK)->answer = 1;
    trace_maker_move(maker, 'B', CALL_CHECKOUT)->answer = 1;
    trace_maker_move(maker, 'B', CALL_PARK)->answer = 1;
    queue_serves(told);
    queue_answers(told, 'A', VERDICT_BOOKED);
    queue_answers(told, 'B', VERDICT_SOLD_OUT);
    trace_maker_move(maker, 'S', CALL_LANE_TAKE);
    told->e.request.replay = "A2 B2 S6 S A S B";
    snprintf(told->e.schedule, sizeof told->e.schedule, "A2 B2 S7 A S B");
}

void told_three(struct told *told)
{
    told_open(told, "naive", "postgres", 3, 0, 1);
    naive_looks(told, 'A', 1);
    naive_looks(told, 'C', 1);
    naive_writes(told, 'C');
    naive_looks(told, 'B', 0);
    naive_writes(told, 'A');
    told->e.is_random = true;
    told->e.chance = 1.0 / 972;
    told->e.tried = 1000;
    told->e.pruned = told->e.cut = 0;
    told->e.trace.preemptions = 1;
    told->e.trace.audit.oversold = 1;
    break_by(told, ANOMALY_OVERSOLD, 300);
    snprintf(told->e.schedule, sizeof told->e.schedule, "A2 C6 B A4");
}

void told_deadlock(struct told *told)
{
    static const struct statement mine = { .name = "mine",
                                           .kind = STATEMENT_WRITE,
                                           .sql = TEXT("UPDATE events SET version = version + 1 WHERE id = $1") };
    struct trace_maker *maker = &told->maker;

    told_open(told, "atomic", "postgres", 2, 0, 1);
    trace_maker_move(maker, 'A', CALL_BEGIN);
    trace_maker_run(maker, 'A', &mine, VALUES(1));
    trace_maker_move(maker, 'B', CALL_BEGIN);
    trace_maker_run(maker, 'B', &mine, VALUES(2));
    trace_maker_run(maker, 'A', &mine, VALUES(2));
    trace_maker_run(maker, 'B', &mine, VALUES(1));
    trace_maker_wake(maker, 'B');
    trace_maker_wake(maker, 'A')->status = DB_DEADLOCK;
    trace_maker_move(maker, 'A', CALL_ROLLBACK);
    trace_maker_end(maker, 'A', VERDICT_CONFLICT, REASON_DEADLOCK, true);
    trace_maker_move(maker, 'B', CALL_COMMIT);
    trace_maker_end(maker, 'B', VERDICT_BOOKED, REASON_NONE, false);
    told->e.request.replay = "A2 B2 A B A B";
    snprintf(told->e.schedule, sizeof told->e.schedule, "A2 B2 A B A B");
}
