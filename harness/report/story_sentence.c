#include "harness/report/story_sentence.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "harness/report/story_bounds.h"
#include "harness/report/story_ending.h"
#include "harness/report/story_explored.h"
#include "harness/report/story_verdict.h"

static void write_headline(FILE *out, const struct exploration *e)
{
    const struct scenario *scenario = &e->cell->scenario;
    int64_t attempts = e->cell->variant.retry.attempts;

    fprintf(out, "%s: ", e->holder);
    story_bounds_count(out, scenario->users, "user");
    fputs(", ", out);
    if (scenario->events > 1) {
        story_bounds_count(out, scenario->events, "event");
        fputs(" of ", out);
    }
    story_bounds_seats(out, e);
    if (scenario->instances > 1) {
        fputs(", ", out);
        story_bounds_count(out, scenario->instances, "application server");
    }
    fprintf(out, ", %s", attempts > 1 && attempts < INT64_MAX ? "at most " : "");
    story_bounds_attempts(out, e);
    fputs(" each", out);
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
    if (story_bounds_varies(e)) {
        fputs(", with ", out);
        story_bounds_count(out, e->seats, "seat");
    }
    fputs(", in ", out);
    story_bounds_count(out, story->steps, "step");
    if (e->trace.preemptions > 0) {
        fputs(" with ", out);
        story_bounds_count(out, e->trace.preemptions, "preemption");
    }
    putc(':', out);
}

static void write_rest(FILE *out, const struct story *story)
{
    int length = story_length(&story->of->trace);

    if (story->steps > 0 && story->steps < length)
        fprintf(out, "… and so on for %d steps more.", length - story->steps);
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
        story_verdict_write(out, e);
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
        story_explored_write(out, e);
        break;
    case STORY_UNEXPLORED:
        story_explored_not(out, e);
        break;
    case STORY_COMMAND:
        write_command(out, e);
        break;
    case STORY_PARTS:
        break;
    }
}
