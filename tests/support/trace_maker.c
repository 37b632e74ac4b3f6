#include "tests/support/trace_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOVES 600

void trace_maker_open(struct trace_maker *maker, struct trace *trace, int users, int services, int64_t seats)
{
    int i;

    memset(trace, 0, sizeof *trace);
    *maker = (struct trace_maker){ .trace = trace, .gate_left = -1 };
    maker->counter = (struct counter){ .event = 1, .capacity = seats, .available = seats };
    trace->room = MOVES;
    assert_non_null(trace->moves = calloc(trace->room, sizeof *trace->moves));
    trace->watched = true;
    trace->users = users;
    trace->actor_count = users + services;
    trace->audit.capacity = seats;
    for (i = 0; i < trace->actor_count; i++) {
        trace->actors[i].is_service = i >= users;
        trace->actors[i].letter = (char)(i < users ? 'A' + i : 'S' + i - users);
        trace->actors[i].user = i < users ? i + 1 : 0;
    }
}

void trace_maker_close(struct trace_maker *maker)
{
    size_t i;

    for (i = 0; i < maker->trace->n; i++) {
        free(maker->trace->moves[i].after.bookings);
        free(maker->trace->moves[i].after.counters);
    }
    free(maker->trace->moves);
    memset(maker->trace, 0, sizeof *maker->trace);
}

static int actor_of(const struct trace *trace, char letter)
{
    int i = 0;

    while (i < trace->actor_count && trace->actors[i].letter != letter)
        i++;
    assert_true(i < trace->actor_count);
    return i;
}

static void look(const struct trace_maker *maker, struct move *move)
{
    assert_non_null(move->after.counters = malloc(sizeof maker->counter));
    move->after.counters[0] = maker->counter;
    move->after.counter_count = 1;
    assert_non_null(move->after.bookings = malloc(sizeof maker->bookings));
    memcpy(move->after.bookings, maker->bookings, sizeof maker->bookings);
    move->after.booking_count = maker->booking_count;
}

struct move *trace_maker_move(struct trace_maker *maker, char letter, enum call_kind kind)
{
    struct trace *trace = maker->trace;
    int actor = actor_of(trace, letter);
    struct move *move = &trace->moves[trace->n];

    assert_true(trace->n < trace->room);
    *move = (struct move){ .actor = actor,
                           .call = { .kind = kind },
                           .user = trace->actors[actor].user,
                           .in_tx = maker->in_tx[actor],
                           .woken_at = (int)trace->n,
                           .gate_left = maker->gate_left };
    look(maker, move);
    if (kind == CALL_BEGIN)
        move->call.mode = TX_WRITE;
    if (kind == CALL_BEGIN || kind == CALL_COMMIT || kind == CALL_ROLLBACK)
        maker->in_tx[actor] = kind == CALL_BEGIN;
    trace->n++;
    return move;
}

struct move *trace_maker_run(struct trace_maker *maker, char letter, const struct statement *statement,
                             const int64_t *values, int n)
{
    struct move *move = trace_maker_move(maker, letter, CALL_RUN);

    move->statement = statement;
    move->call.nargs = n;
    memcpy(move->args, values, (size_t)n * sizeof *values);
    if (statement->kind == STATEMENT_WRITE)
        move->row.changed = 1;
    return move;
}

struct move *trace_maker_reads(struct move *move, const int64_t *columns, int n)
{
    move->row.rows = 1;
    memcpy(move->row.column, columns, (size_t)n * sizeof *columns);
    return move;
}

void trace_maker_book(struct trace_maker *maker, int64_t user)
{
    struct booking *booking = &maker->bookings[maker->booking_count];

    assert_true(maker->booking_count < sizeof maker->bookings / sizeof maker->bookings[0]);
    *booking = (struct booking){
        .id = (int64_t)++maker->booking_count, .request = user, .event = 1, .user = user, .seats = 1
    };
    maker->trace->audit.sold++;
}

static struct move *last_of(const struct trace_maker *maker, char letter)
{
    const struct trace *trace = maker->trace;
    int actor = actor_of(trace, letter);
    size_t i = trace->n;

    while (i-- > 0)
        if (trace->moves[i].actor == actor)
            return &trace->moves[i];
    fail_msg("%c has made no move", letter);
    return NULL;
}

void trace_maker_end(struct trace_maker *maker, char letter, enum verdict verdict, enum reason reason, bool tries_again)
{
    struct move *move = last_of(maker, letter);
    static const uint8_t outcomes[VERDICT_COUNT] = {
        [VERDICT_BOOKED] = OUTCOME_BOOKED,    [VERDICT_SOLD_OUT] = OUTCOME_SOLD_OUT,
        [VERDICT_CONFLICT] = OUTCOME_GAVE_UP, [VERDICT_TIMED_OUT] = OUTCOME_TIMED_OUT,
        [VERDICT_SHED] = OUTCOME_SHED,        [VERDICT_ABANDONED] = OUTCOME_ABANDONED,
        [VERDICT_UNKNOWN] = OUTCOME_UNKNOWN,  [VERDICT_FAILED] = OUTCOME_FAILED,
        [VERDICT_PARKED] = OUTCOME_FAILED,
    };

    move->attempt_ended = true;
    move->verdict = verdict;
    move->reason = reason;
    move->tries_again = tries_again;
    maker->trace->outcomes[actor_of(maker->trace, letter)] = outcomes[verdict];
}

struct move *trace_maker_wake(struct trace_maker *maker, char letter)
{
    struct move *move = last_of(maker, letter);

    move->waited = true;
    move->woken_at = trace_maker_at(maker);
    return move;
}

int trace_maker_at(const struct trace_maker *maker)
{
    return (int)maker->trace->n - 1;
}
