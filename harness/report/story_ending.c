#include "harness/report/story_ending.h"

#include <inttypes.h>
#include <string.h>

#include "harness/report/story_call.h"

bool story_ending_is_bad(const struct trace *trace)
{
    return trace->anomalies != 0 || trace->ending == TRACE_STUCK || trace->ending == TRACE_ENDLESS;
}

/* Behind a user's letter. */
static const char *const outcome_words[OUTCOME_COUNT] = {
    [OUTCOME_BOOKED] = "was told booked",
    [OUTCOME_SOLD_OUT] = "was told sold out",
    [OUTCOME_GAVE_UP] = "gave up",
    [OUTCOME_TIMED_OUT] = "was told timed out",
    [OUTCOME_SHED] = "was turned away",
    [OUTCOME_ABANDONED] = "left at checkout",
    [OUTCOME_FAILED] = "was told of an error",
    [OUTCOME_UNKNOWN] = "was told unknown",
};

static enum outcome outcome_of(const struct trace *trace, int user)
{
    return (enum outcome)trace->outcomes[user - 1];
}

/* Rows of a user at the end; -1: rows were not read. */
static int64_t rows_of(const struct trace *trace, int user)
{
    const struct witnesses *last;
    int64_t n = 0;
    size_t i;

    if (!trace->watched || trace->n == 0)
        return -1;
    last = &trace->moves[trace->n - 1].after;
    for (i = 0; i < last->booking_count; i++)
        n += last->bookings[i].user == user;
    return n;
}

static void write_seats(FILE *out, int64_t n)
{
    fprintf(out, "%" PRId64 " seat%s", n, n == 1 ? "" : "s");
}

/* "A", "A and C", "A, B and C" of the users whose bits are set. */
static void write_users(FILE *out, const struct trace *trace, unsigned users)
{
    int user;

    for (user = 1; user <= trace->users; user++) {
        if ((users & 1u << user) == 0)
            continue;
        story_call_user(out, trace, user);
        users &= ~(1u << user);
        if (users != 0)
            fputs((users & (users - 1)) == 0 ? " and " : ", ", out);
    }
}

static unsigned users_with(const struct trace *trace, enum outcome outcome)
{
    unsigned users = 0;
    int user;

    for (user = 1; user <= trace->users; user++)
        if (outcome_of(trace, user) == outcome)
            users |= 1u << user;
    return users;
}

static void write_oversold(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    unsigned buyers = users_with(trace, OUTCOME_BOOKED);
    int n = __builtin_popcount(buyers);

    if (n > 1 && n == trace->users)
        fputs(n == 2 ? "Both users were" : "All three users were", out);
    else if (n > 1)
        write_users(out, trace, buyers);
    if (n > 1)
        fprintf(out, "%s told they have %s seat: ", n == trace->users ? "" : " were",
                trace->audit.capacity == 1 ? "the" : "a");
    write_seats(out, trace->audit.sold);
    fprintf(out, " sold of %" PRId64 ".", trace->audit.capacity);
}

/* One sentence for each user that fits, or the number alone. */
static void write_lost(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    bool named = false;
    int user;

    for (user = 1; user <= trace->users; user++) {
        if (outcome_of(trace, user) != OUTCOME_BOOKED || rows_of(trace, user) != 0)
            continue;
        fputs(named ? " " : "", out);
        story_call_user(out, trace, user);
        fputs(" was told booked, and there is no such booking.", out);
        named = true;
    }
    if (!named)
        fprintf(out, "%" PRId64 " confirmed booking%s not there.", trace->audit.lost,
                trace->audit.lost == 1 ? " is" : "s are");
}

static void write_ghost(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    bool named = false;
    int user;

    for (user = 1; user <= trace->users; user++) {
        enum outcome outcome = outcome_of(trace, user);

        if (outcome == OUTCOME_BOOKED || outcome == OUTCOME_UNKNOWN || rows_of(trace, user) <= 0)
            continue;
        fputs(named ? " " : "", out);
        story_call_user(out, trace, user);
        fprintf(out, " %s, and a booking in that name is there.", outcome_words[outcome]);
        named = true;
    }
    if (!named)
        fprintf(out, "%" PRId64 " booking%s there that nobody was told of.", trace->audit.ghost,
                trace->audit.ghost == 1 ? " is" : "s are");
}

static void write_duplicate(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    bool named = false;
    int user;

    for (user = 1; user <= trace->users; user++) {
        if (rows_of(trace, user) <= 1)
            continue;
        fputs(named ? " " : "", out);
        story_call_user(out, trace, user);
        fprintf(out, " asked once and has %" PRId64 " bookings.", rows_of(trace, user));
        named = true;
    }
    if (!named)
        fprintf(out, "%" PRId64 " request%s booked more than once.", trace->audit.duplicate,
                trace->audit.duplicate == 1 ? " is" : "s are");
}

static bool was_refused(const struct trace *trace, int user)
{
    enum outcome outcome = outcome_of(trace, user);

    return outcome != OUTCOME_BOOKED && outcome != OUTCOME_ABANDONED &&
           (outcome != OUTCOME_UNKNOWN || rows_of(trace, user) == 0);
}

static void write_unsold(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    unsigned refused = 0, same;
    bool named = false;
    int user;

    for (user = 1; user <= trace->users; user++)
        refused |= was_refused(trace, user) ? 1u << user : 0;
    for (user = 1; user <= trace->users; user++) {
        if ((refused & 1u << user) == 0)
            continue;
        same = refused & users_with(trace, outcome_of(trace, user));
        refused &= ~same;
        fputs(named ? ", " : "", out);
        write_users(out, trace, same);
        if ((same & (same - 1)) != 0 && strncmp(outcome_words[outcome_of(trace, user)], "was ", 4) == 0)
            fprintf(out, " were %s", outcome_words[outcome_of(trace, user)] + 4);
        else
            fprintf(out, " %s", outcome_words[outcome_of(trace, user)]);
        named = true;
    }
    fprintf(out, "%s", named ? ", and " : "Somebody was refused, and ");
    write_seats(out, trace->audit.unsold);
    fprintf(out, " %s still free.", trace->audit.unsold == 1 ? "is" : "are");
}

static void write_false_sold_out(FILE *out, const struct exploration *e)
{
    fprintf(out, "%" PRId64 " request%s told \"sold out\" while seats were free.", e->trace.audit.false_sold_out,
            e->trace.audit.false_sold_out == 1 ? " was" : "s were");
}

static void write_torn(FILE *out, const struct exploration *e)
{
    fprintf(out, "%" PRId64 " request%s booked with more or fewer seats than asked for.", e->trace.audit.torn,
            e->trace.audit.torn == 1 ? " is" : "s are");
}

static void write_drift(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    const struct witnesses *last = trace->n > 0 ? &trace->moves[trace->n - 1].after : NULL;

    if (trace->watched && last != NULL && last->counter_count == 1 && cell_ledger(e->cell) == LEDGER_COUNTER) {
        fprintf(out, "The counter says available = %" PRId64 ", but ", last->counters[0].available);
        write_seats(out, trace->audit.sold);
        fprintf(out, " of %" PRId64 " %s booked.", trace->audit.capacity, trace->audit.sold == 1 ? "is" : "are");
        return;
    }
    fprintf(out, "The %s and the bookings differ by ",
            cell_ledger(e->cell) == LEDGER_SEATS ? "owners of the seats" : "counter");
    write_seats(out, trace->audit.drift);
    putc('.', out);
}

static void write_gate_drift(FILE *out, const struct exploration *e)
{
    fputs("The gate and the bookings differ by ", out);
    write_seats(out, e->trace.audit.gate_drift);
    putc('.', out);
}

static void write_probed(FILE *out, const struct exploration *e)
{
    (void)e;
    fputs("For a moment there was what must never be: too many seats sold, one sold twice or a counter below zero.",
          out);
}

static void write_unfair(FILE *out, const struct exploration *e)
{
    (void)e;
    fputs("Somebody was refused, and one who asked only after that was booked.", out);
}

/* ---- no end ---- */

static const struct move *last_move(const struct trace *trace, int actor)
{
    const struct move *found = NULL;
    size_t i;

    for (i = 0; i < trace->n; i++)
        if (trace->moves[i].actor == actor)
            found = &trace->moves[i];
    return found;
}

static bool is_answered(const struct move *last)
{
    return last != NULL && last->attempt_ended && !last->tries_again && last->verdict != VERDICT_PARKED;
}

static void write_wait(FILE *out, const struct trace *trace, const struct move *last)
{
    int holder;

    if (last->waited && last->woken_at < 0) {
        holder = story_call_holder(trace, (size_t)(last - trace->moves));
        if (holder >= 0)
            fprintf(out, " waits for ever: for a lock that %c holds.", trace->actors[holder].letter);
        else
            fputs(" waits for ever: for a lock that nobody gives back.", out);
    } else if (last->call.kind == CALL_PARK) {
        fputs(" waits for ever: in the line, and nobody gives an answer.", out);
    } else {
        fputs(" waits for ever.", out);
    }
}

static void write_stuck(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    bool named = false;
    int actor;

    for (actor = 0; actor < trace->actor_count; actor++) {
        const struct move *last = last_move(trace, actor);

        if (trace->actors[actor].is_clock)
            continue;
        if (trace->actors[actor].is_service ? last == NULL || !last->waited || last->woken_at >= 0 : is_answered(last))
            continue;
        fprintf(out, "%s%c", named ? " " : "", trace->actors[actor].letter);
        if (last != NULL)
            write_wait(out, trace, last);
        else
            fputs(" waits for ever.", out);
        named = true;
    }
    if (!named)
        fputs("Somebody waits for ever.", out);
}

static void write_endless(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;

    if (trace->astray[0] != '\0')
        fprintf(out, "Stopped after %zu calls: %s.", trace->n, trace->astray);
    else
        fprintf(out, "Stopped after %zu calls: they go in circles, and somebody would never be answered.", trace->n);
}

/* ---- all of it ---- */

/* Nothing is wrong. */
static void write_well(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    int user;

    fputs("Nothing is broken: ", out);
    for (user = 1; user <= trace->users; user++) {
        fputs(user > 1 ? ", " : "", out);
        story_call_user(out, trace, user);
        fprintf(out, " %s", outcome_words[outcome_of(trace, user)]);
    }
    fputs(", and the rows agree.", out);
}

void story_ending(FILE *out, const struct exploration *e)
{
    static void (*const write[ANOMALY_COUNT])(FILE *, const struct exploration *) = {
        [ANOMALY_OVERSOLD] = write_oversold,
        [ANOMALY_LOST] = write_lost,
        [ANOMALY_GHOST] = write_ghost,
        [ANOMALY_DUPLICATE] = write_duplicate,
        [ANOMALY_UNSOLD] = write_unsold,
        [ANOMALY_DRIFT] = write_drift,
        [ANOMALY_GATE_DRIFT] = write_gate_drift,
        [ANOMALY_TORN] = write_torn,
        [ANOMALY_FALSE_SOLD_OUT] = write_false_sold_out,
        [ANOMALY_UNFAIR] = write_unfair,
        [ANOMALY_PROBED] = write_probed,
    };
    const struct trace *trace = &e->trace;
    int anomaly, said = 0;

    if (trace->n == 0)
        return;
    if (trace->ending == TRACE_STUCK)
        write_stuck(out, e);
    else if (trace->ending == TRACE_ENDLESS)
        write_endless(out, e);
    else if (trace->ending == TRACE_ASTRAY)
        fprintf(out, "Not played to its end: %s.", trace->astray);
    else if (trace->anomalies == 0)
        write_well(out, e);
    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        if ((trace->anomalies & 1u << anomaly) != 0) {
            fputs(said++ > 0 ? " " : "", out);
            write[anomaly](out, e);
        }
}
