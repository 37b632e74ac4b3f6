#include "harness/report/story.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/report/story_call.h"
#include "harness/report/story_ending.h"
#include "harness/report/story_fold.h"
#include "harness/report/story_rows.h"
#include "harness/report/story_sentence.h"
#include "harness/report/story_verdict.h"

/* A schedule that never ends goes in circles: the first steps say all. */
#define ENDLESS_STEPS 12

int story_length(const struct trace *trace)
{
    struct story_folder folder = { .trace = trace, .last = -1 };
    int steps = 0;
    size_t i;

    for (i = 0; i < trace->n; i++)
        steps += story_fold(&folder, i) == STORY_FOLD_BEGINS;
    return steps;
}

/* ---- telling ---- */

struct teller {
    struct story *story;
    const struct trace *trace;
    enum dialect dialect;
    FILE *out; /* story->text */
    size_t size;
    int column_of[TRACE_ACTORS];      /* by actor */
    enum story_bar now[TRACE_ACTORS]; /* by column */
    struct story_rows rows;
    bool failed;
};

/* What is written until line_end() is its text. */
static void line_begin(struct teller *t, int column, enum story_kind kind)
{
    struct story *story = t->story;
    struct story_line *grown;

    if (story->lines == story->room) {
        story->room = story->room > 0 ? 2 * story->room : 64;
        if ((grown = realloc(story->line, story->room * sizeof *grown)) == NULL) {
            t->failed = true;
            story->room = story->lines;
            return;
        }
        story->line = grown;
    }
    story->line[story->lines++] = (struct story_line){
        .step = story->steps, .column = column, .kind = kind, .code = -1, .offset = (size_t)ftell(t->out)
    };
}

static struct story_line *line_end(struct teller *t)
{
    static struct story_line none;

    putc('\0', t->out);
    return t->failed || t->story->lines == 0 ? &none : &t->story->line[t->story->lines - 1];
}

/* The line that was begun is not wanted after all: nothing was written to it. */
static void line_drop(struct teller *t)
{
    if (!t->failed)
        t->story->lines--;
}

static void tell_words(struct teller *t, int column, enum story_kind kind, const char *words)
{
    line_begin(t, column, kind);
    fputs(words, t->out);
    line_end(t);
}

static void tell_call(struct teller *t, const struct move *move)
{
    int column = t->column_of[move->actor];
    long begin, code;
    bool is_sql;

    if (move->call.kind == CALL_ANSWER && move->attempt_ended)
        return; /* what the user is told says it */
    line_begin(t, column, STORY_CALL);
    begin = ftell(t->out);
    story_call_name(t->out, move);
    code = ftell(t->out) - begin;
    is_sql = story_call_sql(t->out, move, t->dialect);
    if (!is_sql)
        story_call_deed(t->out, t->trace, move);
    line_end(t)->code = is_sql ? (int)code : -1;
}

static void tell_wait(struct teller *t, size_t i)
{
    int holder = story_call_holder(t->trace, i);
    char words[32] = "waits for a lock";

    if (holder >= 0)
        snprintf(words, sizeof words, "waits for %c's lock", t->trace->actors[holder].letter);
    tell_words(t, t->column_of[t->trace->moves[i].actor], STORY_WAIT, words);
    t->now[t->column_of[t->trace->moves[i].actor]] = STORY_WAITING;
}

/* A transaction of the actor is open after move i. */
static bool is_open_after(const struct trace *trace, size_t i)
{
    const struct move *move = &trace->moves[i];
    size_t next = story_fold_next_move(trace, i);

    if (next < trace->n)
        return trace->moves[next].in_tx;
    if (move->attempt_ended || move->fault == FAULT_BEFORE || move->fault == FAULT_AFTER ||
        move->call.kind == CALL_COMMIT || move->call.kind == CALL_ROLLBACK)
        return false;
    return move->in_tx || (move->call.kind == CALL_BEGIN && move->status == DB_OK);
}

/* What a move did once it took effect. */
static void tell_effect(struct teller *t, size_t i)
{
    const struct move *move = &t->trace->moves[i];
    int column = t->column_of[move->actor];

    line_begin(t, column, STORY_ANSWER);
    if (story_call_answer(t->out, move, t->dialect))
        line_end(t)->bad = move->fault != FAULT_NONE;
    else
        line_drop(t);
    line_begin(t, column, STORY_TOLD);
    if (story_call_told(t->out, t->trace, move))
        line_end(t)->bad = story_call_hurts(t->trace, move);
    else
        line_drop(t);
    t->now[column] = is_open_after(t->trace, i) ? STORY_IN_TX : STORY_IDLE;
}

static void tell_wakes(struct teller *t, size_t i)
{
    size_t j;

    for (j = 0; j <= i; j++) {
        const struct move *move = &t->trace->moves[j];

        if (!move->waited || move->woken_at != (int)i)
            continue;
        tell_words(t, t->column_of[move->actor], STORY_WAKE,
                   move->status == DB_OK ? "… gets the lock" : "… stops waiting");
        tell_effect(t, j);
    }
}

/* A BEGIN that was put off until now. */
static void tell_begin(struct teller *t, size_t i)
{
    const struct move *move = &t->trace->moves[i];
    size_t j = i;

    while (j-- > 0)
        if (t->trace->moves[j].actor == move->actor) {
            if (t->trace->moves[j].call.kind == CALL_BEGIN && story_fold_is_later(t->trace, j))
                tell_call(t, &t->trace->moves[j]);
            return;
        }
}

static void tell_move(struct teller *t, size_t i)
{
    const struct move *move = &t->trace->moves[i];
    struct story_step *step = &t->story->step[t->story->steps];

    if (move->in_tx || (move->call.kind == CALL_BEGIN && move->status == DB_OK))
        step->during[t->column_of[move->actor]] = STORY_IN_TX;
    tell_begin(t, i);
    tell_call(t, move);
    if (move->waited)
        tell_wait(t, i);
    else
        tell_effect(t, i);
    tell_wakes(t, i);
}

/* before: what was so after the step before; NULL: everything is new. */
static void tell_rows(struct teller *t, const struct story_rows *before)
{
    char text[STORY_ROWS_TEXT], old[STORY_ROWS_TEXT];
    bool bad, old_bad;
    int item;

    for (item = 0; t->story->has_rows && item < story_rows_count(&t->rows); item++) {
        if (!story_rows_item(&t->rows, item, text, &bad))
            continue;
        if (before != NULL && story_rows_item(before, item, old, &old_bad) && strcmp(old, text) == 0)
            continue;
        line_begin(t, t->story->columns, STORY_ROWS);
        fputs(text, t->out);
        line_end(t)->bad = bad;
    }
}

static void tell_steps(struct teller *t)
{
    struct story *story = t->story;
    struct story_folder folder = { .trace = t->trace, .last = -1 };
    struct story_rows before;
    size_t i;

    story_rows_start(&t->rows, story->of);
    tell_rows(t, NULL);
    before = t->rows;
    for (i = 0; i < t->trace->n; i++) {
        enum story_fold how = story_fold(&folder, i);

        if (how == STORY_FOLD_LATER)
            continue;
        if (how == STORY_FOLD_BEGINS) {
            memcpy(story->step[story->steps].after, t->now, sizeof t->now);
            tell_rows(t, &before);
            before = t->rows;
            if (t->trace->ending == TRACE_ENDLESS && story->steps == ENDLESS_STEPS)
                return;
            story->step[++story->steps].column = t->column_of[t->trace->moves[i].actor];
            memcpy(story->step[story->steps].during, t->now, sizeof t->now);
        }
        tell_move(t, i);
        story_rows_follow(&t->rows, &t->trace->moves[i]);
    }
    memcpy(story->step[story->steps].after, t->now, sizeof t->now);
    tell_rows(t, &before);
}

/* Users, then services; only who makes a call. */
static void set_columns(struct teller *t)
{
    struct story *story = t->story;
    int service, actor;
    size_t i;

    for (service = 0; service < 2; service++)
        for (actor = 0; actor < t->trace->actor_count; actor++) {
            for (i = 0; i < t->trace->n && (t->trace->moves[i].actor != actor || story_fold_is_later(t->trace, i)); i++)
                ;
            if (i == t->trace->n || t->trace->actors[actor].is_service != (service == 1))
                continue;
            t->column_of[actor] = story->columns;
            story->actor[story->columns++] = actor;
        }
}

static void tell_heads(struct teller *t)
{
    struct story *story = t->story;
    int column;

    for (column = 0; column < story->columns; column++) {
        const struct actor_name *actor = &t->trace->actors[story->actor[column]];

        line_begin(t, column, STORY_HEAD);
        if (actor->is_clock)
            fputs("time", t->out);
        else if (actor->is_service)
            fprintf(t->out, "%s's service %c", story->of->cell->variant.registered->strategy->name, actor->letter);
        else
            fprintf(t->out, "user %c", actor->letter);
        if (story->of->cell->scenario.instances > 1 && !actor->is_clock)
            fprintf(t->out, " (server %d)", actor->app + 1);
        line_end(t)->step = STORY_HEADS;
    }
    if (story->has_rows) {
        tell_words(t, story->columns, STORY_HEAD, "rows afterwards");
        if (!t->failed)
            story->line[story->lines - 1].step = STORY_HEADS;
    }
}

static int tell_all(struct teller *t)
{
    struct story *story = t->story;
    size_t offset[STORY_PARTS], i;
    int part;

    set_columns(t);
    tell_heads(t);
    if (t->trace->n > 0)
        tell_steps(t);
    for (part = 0; part < STORY_PARTS; part++) {
        offset[part] = (size_t)ftell(t->out);
        story_sentence(t->out, (enum story_part)part, story);
        putc('\0', t->out);
    }
    if (fclose(t->out) != 0 || t->failed)
        return -1;
    for (part = 0; part < STORY_PARTS; part++)
        story->part[part] = story->text + offset[part];
    for (i = 0; i < story->lines; i++)
        story->line[i].text = story->text + story->line[i].offset;
    return 0;
}

int story_tell(struct story *story, const struct exploration *exploration)
{
    const struct trace *trace = &exploration->trace;
    unsigned caps = database_caps_of(exploration->cell->db);
    struct teller t = { .story = story, .trace = trace };

    *story = (struct story){ .of = exploration,
                             .is_broken = story_verdict_is_broken(exploration),
                             .ends_bad = story_ending_is_bad(trace),
                             .has_rows = trace->watched && trace->n > 0 };
    t.dialect = (caps & DB_CAN_LOCK_ROWS) != 0 ? DIALECT_POSTGRES : DIALECT_SQLITE;
    story->step = calloc(trace->n + 1, sizeof *story->step);
    t.out = open_memstream(&story->text, &t.size);
    if (story->step != NULL && t.out != NULL && tell_all(&t) == 0)
        return 0;
    if (story->step == NULL && t.out != NULL)
        fclose(t.out);
    say_error("%s: out of memory for a story", exploration->holder);
    return -1;
}

void story_free(struct story *story)
{
    free(story->step);
    free(story->line);
    free(story->text);
    *story = (struct story){ .of = NULL };
}
