#include <inttypes.h>
#include <string.h>

#include "harness/report/story.h"

enum { FIRST_USER, SECOND_USER };

void story_csv_head(FILE *out)
{
    fputs("variant,db,kind,result,promises,shows,schedules,broken,broken_by,faults,faults_broken,faults_by,"
          "booking_trips,refusal_trips,seats,replay,reason\n",
          out);
}

static const char *kind_of(const struct strategy *strategy)
{
    if ((strategy->traits & TRAIT_ROGUE) != 0)
        return "rogue";
    return (strategy->traits & TRAIT_CONTROL) != 0 ? "control" : "honest";
}

static void write_holder(FILE *out, const struct cell *cell, const char *result)
{
    unsigned promises = cell_promises(cell), b;
    const char *between = "";

    fprintf(out, "%s,%s,%s,%s,", cell->variant.name, cell->db, kind_of(cell->variant.registered->strategy), result);
    for (b = 0; cell_promise_names[b] != NULL; b++)
        if ((promises & 1u << b) != 0) {
            fprintf(out, "%s%s", between, cell_promise_names[b]);
            between = "; ";
        }
}

/* "oversold 2; drift 4" */
static void write_by(FILE *out, const int64_t by[ANOMALY_COUNT], int64_t stuck, int64_t endless)
{
    const char *between = "";
    enum anomaly anomaly;

    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        if (by[anomaly] > 0) {
            fprintf(out, "%s%s %" PRId64, between, anomaly_name(anomaly), by[anomaly]);
            between = "; ";
        }
    if (stuck > 0)
        fprintf(out, "%sstuck %" PRId64, between, stuck);
    if (endless > 0)
        fprintf(out, "%sendless %" PRId64, stuck > 0 ? "; " : between, endless);
    putc(',', out);
}

static void write_found(FILE *out, const struct exploration *e)
{
    unsigned shows = e->cell->variant.registered->strategy->shows;

    fprintf(out, "%s,", shows != 0 ? anomaly_name((enum anomaly)__builtin_ctz(shows)) : "");
    fprintf(out, "%" PRId64 ",%" PRId64 ",", e->tried, e->broken);
    write_by(out, e->broken_by, e->stuck, e->endless);
    fprintf(out, "%" PRId64 ",%" PRId64 ",", e->faults, e->faults_broken);
    write_by(out, e->faults_broken_by, e->faults_stuck, 0);
}

/* Each is one wait for the database; PostgreSQL's pipeline sends a batch in one, SQLite has one call for each row. */
static int64_t trips_of(const struct move *move, const char *db)
{
    if (move->call.kind > CALL_ROLLBACK)
        return 0;
    return move->call.kind == CALL_RUN_MANY && strcmp(db, "sqlite") == 0 ? move->call.n : 1;
}

/* Of a schedule in which A books and then B is refused, each undisturbed. */
static void write_trips(FILE *out, const struct exploration *e)
{
    const struct trace *trace = &e->trace;
    int64_t trips[] = { 0, 0 };
    int user = FIRST_USER;
    size_t i;

    if (trace->users != 2 || trace->outcomes[FIRST_USER] != OUTCOME_BOOKED ||
        trace->outcomes[SECOND_USER] != OUTCOME_SOLD_OUT || trace->preemptions > 0) {
        putc(',', out);
        putc(',', out);
        return;
    }
    for (i = 0; i < trace->n; i++) {
        if (!trace->actors[trace->moves[i].actor].is_service)
            user = (int)trace->actors[trace->moves[i].actor].user - 1;
        trips[user] += trips_of(&trace->moves[i], e->cell->db);
    }
    fprintf(out, "%" PRId64 ",%" PRId64 ",", trips[FIRST_USER], trips[SECOND_USER]);
}

void story_csv(FILE *out, const struct exploration *e)
{
    write_holder(out, e->cell, exploration_unexpected(e) ? "unexpected" : "expected");
    putc(',', out);
    write_found(out, e);
    write_trips(out, e);
    fprintf(out, "%" PRId64 ",%s,\n", e->seats, e->schedule);
}

/* What a database answered may hold anything. */
static void write_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

void story_csv_skipped(FILE *out, const struct cell *cell)
{
    unsigned shows = cell->variant.registered->strategy->shows;

    write_holder(out, cell, "skipped");
    fprintf(out, ",%s,,,,,,,,,,,", shows != 0 ? anomaly_name((enum anomaly)__builtin_ctz(shows)) : "");
    write_quoted(out, cell->skip);
    putc('\n', out);
}
