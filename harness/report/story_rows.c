#include "harness/report/story_rows.h"

#include <inttypes.h>
#include <string.h>

#include "harness/report/story_call.h"

enum item { ITEM_AVAILABLE, ITEM_VERSION, ITEM_BOOKED, ITEM_HELD, ITEMS };

static int64_t apps_of(const struct story_rows *rows)
{
    int64_t instances = rows->of->cell->scenario.instances;

    return instances < TRACE_ACTORS ? instances : TRACE_ACTORS;
}

/* What a gate held before the first move that looked at it. */
static int64_t initial_gate(const struct trace *trace, int app)
{
    const struct move *move;

    for (move = trace->moves; move < trace->moves + trace->n; move++) {
        if (trace->actors[move->actor].app != app || move->gate_left < 0)
            continue;
        if (move->call.event != 1)
            return move->gate_left;
        if (move->call.kind == CALL_GATE_TAKE && move->answer != 0)
            return move->gate_left + move->call.seats;
        return move->call.kind == CALL_GATE_GIVE ? move->gate_left - move->call.seats : move->gate_left;
    }
    return -1;
}

void story_rows_start(struct story_rows *rows, const struct exploration *exploration)
{
    int app;

    *rows = (struct story_rows){ .of = exploration };
    for (app = 0; app < TRACE_ACTORS; app++)
        rows->gate[app] = initial_gate(&exploration->trace, app);
}

void story_rows_follow(struct story_rows *rows, const struct move *move)
{
    int app = rows->of->trace.actors[move->actor].app;

    rows->seen = &move->after;
    if (move->gate_left >= 0 && app < TRACE_ACTORS)
        rows->gate[app] = move->gate_left;
}

int story_rows_count(const struct story_rows *rows)
{
    return (int)(rows->of->cell->scenario.events * ITEMS + apps_of(rows));
}

static bool version_changes(const struct trace *trace)
{
    const struct move *move;
    size_t i;

    for (move = trace->moves; move < trace->moves + trace->n; move++)
        for (i = 0; i < move->after.counter_count; i++)
            if (move->after.counters[i].version != 0)
                return true;
    return false;
}

static struct counter counter_of(const struct story_rows *rows, int64_t event)
{
    int64_t seats = rows->of->seats;
    size_t i;

    for (i = 0; rows->seen != NULL && i < rows->seen->counter_count; i++)
        if (rows->seen->counters[i].event == event)
            return rows->seen->counters[i];
    return (struct counter){ .event = event, .capacity = seats, .available = seats };
}

static int64_t write_bookings(FILE *out, const struct story_rows *rows, int64_t event)
{
    int64_t seats = 0;
    size_t i;

    fputs("booked:", out);
    for (i = 0; rows->seen != NULL && i < rows->seen->booking_count; i++) {
        const struct booking *booking = &rows->seen->bookings[i];

        if (booking->event != event)
            continue;
        putc(' ', out);
        story_call_user(out, &rows->of->trace, booking->user);
        if (booking->seats != 1)
            fprintf(out, " (%" PRId64 ")", booking->seats);
        seats += booking->seats;
    }
    if (seats == 0)
        fputs(" nobody", out);
    return seats;
}

static void write_holds(FILE *out, const struct story_rows *rows, int64_t event)
{
    size_t i, n = 0;

    fputs("held:", out);
    for (i = 0; rows->seen != NULL && i < rows->seen->hold_count; i++) {
        const struct hold *hold = &rows->seen->holds[i];

        if (hold->event != event)
            continue;
        putc(' ', out);
        story_call_user(out, &rows->of->trace, hold->user);
        if (hold->seats != 1)
            fprintf(out, " (%" PRId64 ")", hold->seats);
        if (hold->expired != 0)
            fputs(", over", out);
        n++;
    }
    if (n == 0)
        fputs(" nobody", out);
}

static bool has_holds(const struct story_rows *rows)
{
    return (rows->of->cell->variant.registered->strategy->traits & TRAIT_HOLDS) != 0;
}

static bool write_event(FILE *out, const struct story_rows *rows, int64_t event, enum item item, bool *bad)
{
    struct counter counter = counter_of(rows, event);

    if ((item == ITEM_AVAILABLE && cell_ledger(rows->of->cell) != LEDGER_COUNTER) ||
        (item == ITEM_VERSION && !version_changes(&rows->of->trace)) || (item == ITEM_HELD && !has_holds(rows)))
        return false;
    if (rows->of->cell->scenario.events > 1)
        fprintf(out, "event %" PRId64 ": ", event);
    if (item == ITEM_AVAILABLE)
        fprintf(out, "available %" PRId64, counter.available);
    else if (item == ITEM_VERSION)
        fprintf(out, "version %" PRId64, counter.version);
    else if (item == ITEM_HELD)
        write_holds(out, rows, event);
    else
        *bad = write_bookings(out, rows, event) > counter.capacity;
    return true;
}

static bool write_gate(FILE *out, const struct story_rows *rows, int app)
{
    if (rows->gate[app] < 0)
        return false;
    if (apps_of(rows) > 1)
        fprintf(out, "gate of server %d: %" PRId64, app + 1, rows->gate[app]);
    else
        fprintf(out, "gate %" PRId64, rows->gate[app]);
    return true;
}

bool story_rows_item(const struct story_rows *rows, int item, char text[STORY_ROWS_TEXT], bool *bad)
{
    int events = (int)rows->of->cell->scenario.events * ITEMS;
    FILE *out = fmemopen(text, STORY_ROWS_TEXT - 1, "w");
    bool shown = false;

    *bad = false;
    text[STORY_ROWS_TEXT - 1] = '\0'; /* a text that fills all there is is not ended otherwise */
    if (out == NULL)
        return false;
    if (item < events)
        shown = write_event(out, rows, item / ITEMS + 1, (enum item)(item % ITEMS), bad);
    else
        shown = write_gate(out, rows, item - events);
    fclose(out);
    return shown;
}
