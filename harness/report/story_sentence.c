#include "harness/report/story_sentence.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/report/number.h"
#include "harness/report/story_ending.h"

/* A schedule that breaks it did, or has, this. */
static const char *const deeds[ANOMALY_COUNT] = {
    [ANOMALY_OVERSOLD] = "oversold",
    [ANOMALY_LOST] = "lost a booking that was confirmed",
    [ANOMALY_GHOST] = "kept a booking that nobody was told of",
    [ANOMALY_DUPLICATE] = "booked a request twice",
    [ANOMALY_UNSOLD] = "left a seat unsold that somebody had asked for",
    [ANOMALY_DRIFT] = "counter and bookings differed",
    [ANOMALY_GATE_DRIFT] = "gate and bookings differed",
};

static const char stuck_deed[] = "somebody waited for ever", endless_deed[] = "went in circles";

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* "2 users" */
static void write_count(FILE *out, int64_t n, const char *noun)
{
    fprintf(out, "%" PRId64 " %s%s", n, noun, plural(n));
}

bool story_sentence_is_broken(const struct exploration *e)
{
    return e->broken > 0 || e->faults_broken > 0 || story_ending_is_bad(&e->trace);
}

static void write_attempts(FILE *out, const struct exploration *e)
{
    int64_t attempts = e->cell->variant.retry.attempts;

    if (attempts == INT64_MAX)
        fputs("unlimited attempts", out);
    else
        write_count(out, attempts, "attempt");
}

/* "1 or 2 seats" */
static void write_houses(FILE *out, const struct exploration *e, const char *between)
{
    int64_t seats = e->cell->scenario.seats;
    int house;

    for (house = 1; house < e->request.houses; house++, seats++)
        fprintf(out, "%" PRId64 "%s", seats, between);
    write_count(out, seats, "seat");
}

static void write_headline(FILE *out, const struct exploration *e)
{
    const struct scenario *scenario = &e->cell->scenario;

    fprintf(out, "%s: ", e->holder);
    write_count(out, scenario->users, "user");
    fputs(", ", out);
    if (scenario->events > 1) {
        write_count(out, scenario->events, "event");
        fputs(" of ", out);
    }
    write_houses(out, e, " or ");
    if (scenario->instances > 1) {
        fputs(", ", out);
        write_count(out, scenario->instances, "application server");
    }
    fprintf(out, ", %s", e->cell->variant.retry.attempts > 1 ? "at most " : "");
    write_attempts(out, e);
    fputs(" each", out);
}

/* ---- what was found ---- */

/* " of 2 users (at most 3 preemptions, 2 attempts)" */
static void write_bounds(FILE *out, const struct exploration *e)
{
    fputs(" of ", out);
    write_count(out, e->cell->scenario.users, "user");
    if (e->is_random) {
        fprintf(out, " (PCT, seed %" PRIu64 ")", e->request.seed);
        return;
    }
    fputs(" (at most ", out);
    write_count(out, e->request.preemptions, "preemption");
    fputs(", ", out);
    write_attempts(out, e);
    putc(')', out);
}

/* "oversold in 10 of 14 schedules, … in 4 of 14" */
struct listing {
    FILE *out;
    int64_t of;
    const char *noun;
    bool goes_on;
};

static void list(struct listing *listing, const char *deed, int64_t n)
{
    if (n == 0)
        return;
    fprintf(listing->out, "%s%s in %" PRId64 " of %" PRId64, listing->goes_on ? ", " : "", deed, n, listing->of);
    if (!listing->goes_on)
        fprintf(listing->out, " %s%s", listing->noun, plural(listing->of));
    listing->goes_on = true;
}

static void list_anomalies(struct listing *listing, const int64_t by[ANOMALY_COUNT])
{
    int anomaly;

    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        list(listing, deeds[anomaly], by[anomaly]);
}

static void write_broken(FILE *out, const struct exploration *e)
{
    struct listing listing = { .out = out, .of = e->tried, .noun = e->is_random ? "random schedule" : "schedule" };

    fputs("Broken: ", out);
    list_anomalies(&listing, e->broken_by);
    list(&listing, stuck_deed, e->stuck);
    list(&listing, endless_deed, e->endless);
    putc('.', out);
}

static void write_holds(FILE *out, const struct exploration *e)
{
    fprintf(out, "%s holds in ", e->cell->variant.name);
    if (e->is_random)
        fprintf(out, "all %" PRId64 " of %" PRId64 " random schedules", e->tried, e->tried);
    else
        fprintf(out, "%s %" PRId64 " schedules%s", e->exhausted ? "all" : "the", e->tried,
                e->exhausted ? "" : " that were tried");
    write_bounds(out, e);
    fputs(e->is_random || e->exhausted ? "." : "; there are more.", out);
}

static void write_faults(FILE *out, const struct exploration *e)
{
    struct listing listing = { .out = out, .of = e->faults, .noun = "schedule" };

    if (e->faults_broken == 0)
        return;
    fputs(" With one call made to fail: ", out);
    list_anomalies(&listing, e->faults_broken_by);
    list(&listing, "somebody was never answered", e->faults_stuck);
    putc('.', out);
}

/* Whether that was to be expected. */
static void write_claim(FILE *out, const struct exploration *e)
{
    const struct strategy *strategy = e->cell->variant.registered->strategy;
    bool broken = story_sentence_is_broken(e);

    if ((strategy->traits & TRAIT_ROGUE) != 0)
        fprintf(out, " %s is broken on purpose%s.", strategy->name, broken ? "" : ": it was expected not to hold");
    else if ((strategy->traits & TRAIT_CONTROL) != 0)
        fprintf(out, " %s is a control, here to show the race%s.", strategy->name,
                broken ? "" : ": it was expected not to hold");
    else if (broken)
        fprintf(out, " That is not what %s promises.", strategy->name);
}

/* One schedule, played again. */
static void write_replayed_verdict(FILE *out, const struct trace *trace)
{
    const char *between = "";
    int anomaly;

    if (!story_ending_is_bad(trace)) {
        fputs("This schedule breaks nothing.", out);
        return;
    }
    fputs("Broken by this schedule: ", out);
    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        if ((trace->anomalies & 1u << anomaly) != 0) {
            fprintf(out, "%s%s", between, deeds[anomaly]);
            between = ", ";
        }
    if (trace->ending == TRACE_STUCK)
        fprintf(out, "%s%s", between, stuck_deed);
    else if (trace->ending == TRACE_ENDLESS)
        fprintf(out, "%s%s", between, endless_deed);
    putc('.', out);
}

static void write_verdict(FILE *out, const struct exploration *e)
{
    if (e->request.replay != NULL) {
        write_replayed_verdict(out, &e->trace);
        return;
    }
    if (e->broken > 0)
        write_broken(out, e);
    else
        write_holds(out, e);
    write_faults(out, e);
    write_claim(out, e);
}

/* ---- the steps ---- */

static bool has_fault(const struct trace *trace)
{
    size_t i;

    for (i = 0; i < trace->n; i++)
        if (trace->moves[i].fault != FAULT_NONE)
            return true;
    return false;
}

static void write_lead(FILE *out, const struct story *story)
{
    const struct exploration *e = story->of;

    if (story->steps == 0)
        return;
    if (e->request.replay != NULL)
        fputs("The schedule", out);
    else
        fprintf(out, "The shortest of them%s", has_fault(&e->trace) ? ", one call made to fail" : "");
    fputs(", with ", out);
    write_count(out, e->seats, "seat");
    fputs(", in ", out);
    write_count(out, story->steps, "step");
    if (e->trace.preemptions > 0) {
        fputs(" with ", out);
        write_count(out, e->trace.preemptions, "preemption");
    }
    putc(':', out);
}

static void write_rest(FILE *out, const struct story *story)
{
    int length = story_length(&story->of->trace);

    if (story->steps > 0 && story->steps < length)
        fprintf(out, "… and so on for %d steps more.", length - story->steps);
}

/* ---- what was explored ---- */

static void write_replayed(FILE *out, const struct exploration *e)
{
    fputs("one schedule, played again: ", out);
    write_count(out, (int64_t)e->trace.n, "call");
    fputs(".", out);
}

static void write_sample(FILE *out, const struct exploration *e)
{
    char odds[NUMBER_SIZE], percent[NUMBER_SIZE];

    fprintf(out, "%" PRId64 " random schedules", e->tried);
    write_bounds(out, e);
    fprintf(out, ", the longest of %" PRId64 " calls. It is a sample", e->longest);
    if (e->chance > 0)
        fprintf(out,
                ": a given bug of the depth that was looked for shows in one of them with a probability of at least "
                "1/%s, and is missed by all with at most %s %%",
                number_count(odds, 1 / e->chance), number_real(percent, 100 * pow(1 - e->chance, (double)e->tried)));
    putc('.', out);
}

static void write_search(FILE *out, const struct exploration *e)
{
    fprintf(out, "%s", e->exhausted ? "every schedule" : "not every schedule");
    write_bounds(out, e);
    fprintf(out,
            ": %" PRId64 " tried, %" PRId64 " pruned (equal to one that was tried, but for the order of calls that do "
            "not touch each other), ",
            e->tried, e->pruned);
    if (e->cut > 0)
        fprintf(out, "%" PRId64 " branch%s cut (one preemption more)", e->cut, e->cut == 1 ? "" : "es");
    else
        fputs("no branch cut: none has more preemptions", out);
    fprintf(out, "; the longest has %" PRId64 " calls.", e->longest);
    if (!e->exhausted)
        fputs(e->endless > 0 ? " The search ended at the first schedule that goes in circles."
                             : " The search ended at the most schedules it was allowed.",
              out);
}

static void write_explored(FILE *out, const struct exploration *e)
{
    if (e->request.replay != NULL)
        write_replayed(out, e);
    else if (e->is_random)
        write_sample(out, e);
    else
        write_search(out, e);
    if (e->faults == 0)
        return;
    fputs(" Faults: ", out);
    write_count(out, e->faults, "schedule");
    fputs(" with one call made to fail, before or after it took effect or with an error; ", out);
    if (e->faults_broken > 0)
        fprintf(out, "%" PRId64 " of them left something behind.", e->faults_broken);
    else
        fputs("none left anything behind.", out);
}

static void write_unexplored(FILE *out, const struct exploration *e)
{
    const struct scenario *scenario = &e->cell->scenario;

    if (e->request.replay != NULL) {
        fputs("every other schedule.", out);
        return;
    }
    if (e->is_random)
        fputs("schedules that were not drawn; ", out);
    else if (e->cut > 0)
        fprintf(out, "more than %d preemptions; ", e->request.preemptions);
    fputs("more than ", out);
    write_count(out, scenario->users, "user");
    fputs(", ", out);
    write_count(out, scenario->events, "event");
    fputs(", ", out);
    write_count(out, scenario->seats + e->request.houses - 1, "seat");
    fputs(", ", out);
    write_attempts(out, e);
    fputs(" or ", out);
    write_count(out, scenario->instances, "application server");
    fprintf(out, "; %s; crashes of the database; time: timeouts, and how often load would make such a schedule happen.",
            e->faults > 0 ? "more than one failing call, or one in a schedule with preemptions" : "calls that fail");
}

/* ---- the command ---- */

/* As a shell reads it. */
static void write_word(FILE *out, const char *word)
{
    const char *at = word;

    while (isalnum((unsigned char)*at) || (*at != '\0' && strchr("_:=,.%+-/", *at) != NULL))
        at++;
    fprintf(out, *at == '\0' && word[0] != '\0' ? "%s" : "'%s'", word);
}

static void write_command(FILE *out, const struct exploration *e)
{
    if (e->trace.n == 0)
        return;
    fputs("lastseat explain ", out);
    write_word(out, e->cell->variant.name);
    fputs(" --db ", out);
    write_word(out, e->cell->db);
    if (e->request.extra != NULL && e->request.extra[0] != '\0')
        fprintf(out, " %s", e->request.extra);
    if (e->seats != e->cell->scenario.seats)
        fprintf(out, " --set inventory.seats=%" PRId64, e->seats);
    fprintf(out, " --replay '%s'", e->schedule);
}

void story_sentence(FILE *out, enum story_part part, const struct story *story)
{
    const struct exploration *e = story->of;

    switch (part) {
    case STORY_HEADLINE:
        write_headline(out, e);
        break;
    case STORY_VERDICT:
        write_verdict(out, e);
        break;
    case STORY_LEAD:
        write_lead(out, story);
        break;
    case STORY_REST:
        write_rest(out, story);
        break;
    case STORY_END:
        story_ending(out, e);
        break;
    case STORY_EXPLORED:
        write_explored(out, e);
        break;
    case STORY_UNEXPLORED:
        write_unexplored(out, e);
        break;
    case STORY_COMMAND:
        write_command(out, e);
        break;
    case STORY_PARTS:
        break;
    }
}
