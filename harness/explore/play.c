#include "harness/explore/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/explore/stage.h"
#include "harness/run/place.h"

/* PostgreSQL looks for a deadlock when a wait has lasted that long: long enough that both have begun to wait, so that
 * the first of them is the victim each time. */
#define DEADLOCK_TIMEOUT_NS (50 * NS_PER_MS)

/* No schedule takes that long: a hold is over when the schedule says so. */
#define HOLD_NS (3600 * NS_PER_S)

/* Somebody waits for a lock and nobody else can move: a deadlock ends within the timeout above, or never. */
#define DEADLOCK_LIMIT_NS (5 * NS_PER_S)

int play_go_on(const struct players *players, unsigned ready, int last)
{
    unsigned others = ready & ~players->clock, services = others & ~0u << players->users;
    unsigned from = services != 0 ? services : others != 0 ? others : ready;
    int who = 0;

    if (last >= 0 && (ready & 1u << last) != 0)
        return last;
    while ((from & 1u << who) == 0)
        who++;
    return who;
}

/* A schedule is not timed and survives no power loss: it runs as fast as the database can, and no clock ends a wait. */
static void set_up_cell(struct play *play, const struct cell *cell)
{
    const struct db_driver *driver = database_driver(play->database);
    struct scenario *scenario = &play->cell.scenario;

    play->cell = *cell;
    scenario->db.durability = DURABILITY_OFF;
    if (database_refuses(play->database, &scenario->db) != NULL)
        scenario->db.durability = DURABILITY_ASYNC;
    scenario->db.rtt_ns = 0;
    scenario->db.statement_timeout_ns = 0;
    scenario->db.lock_timeout_ns = driver->waits != NULL ? 0 : 1;
    scenario->db.deadlock_timeout_ns = DEADLOCK_TIMEOUT_NS;
    scenario->hold_ttl_ns = HOLD_NS;
    scenario->pool = scenario->users + cell_services(cell);
}

int play_open(struct play *play, const struct cell *cell, struct database *database)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    char error[DB_ERROR_SIZE] = "";

    memset(play, 0, sizeof *play);
    play->database = database;
    set_up_cell(play, cell);
    plan_init(&play->plan, &play->cell.scenario, 0);
    play->servers = calloc((size_t)cell->scenario.instances, sizeof *play->servers);
    play->memory = malloc((size_t)cell->scenario.instances * strategy->app_size + 1);
    if (play->servers == NULL || play->memory == NULL) {
        say_error("%s: out of memory for apps", cell->id);
        return -1;
    }
    if (place_prepare(database, &play->cell, "explore") != 0 ||
        ((strategy->traits & TRAIT_HOLDS) != 0 && database_loosen_clock(database) != 0) ||
        database_remember(database) != 0)
        return -1;
    play->observer = database_connect(database, &play->cell.scenario.db, NULL, error, sizeof error);
    if (play->observer == NULL) {
        say_error("%s: %s", cell->id, error);
        return -1;
    }
    database_keep_connections(database, true);
    wrapper_init(&play->wrapper, database_driver(database));
    database_wrap(database, &play->wrapper.driver);
    return 0;
}

void play_close(struct play *play)
{
    database_keep_connections(play->database, false);
    database_wrap(play->database, NULL);
    db_close(play->observer);
    database_drop(play->database);
    free(play->servers);
    free(play->memory);
    memset(play, 0, sizeof *play);
}

static int open_apps(struct play *play, struct scheduler *scheduler)
{
    int i;

    for (i = 0; i < play->cell.scenario.instances; i++)
        if (app_open(&play->servers[i], &play->cell, play->database, i, scheduler) != 0)
            return -1;
    return 0;
}

static void close_apps(struct play *play)
{
    struct app_spent ignored = { .written_bytes = 0 };
    int i;

    for (i = 0; i < play->cell.scenario.instances; i++)
        app_close(&play->servers[i], &ignored);
}

static void free_apps(struct play *play)
{
    int i;

    for (i = 0; i < play->cell.scenario.instances; i++)
        app_free(&play->servers[i]);
}

static int watch(struct play *play, struct trace *trace)
{
    struct move *move = &trace->moves[trace->n - 1];
    const struct app_server *server = &play->servers[trace->actors[move->actor].app];

    if (server->gates[1].filled)
        move->gate_left = atomic_load(&server->gates[1].left);
    return audit_look(&move->after, &play->cell, play->database, play->observer) == EXIT_OK ? 0 : -1;
}

/* What a service writes is taken for its own (strategy.h); what a user writes, others may read. */
static void look_at_memory(struct play *play, const struct players *players, int who, struct trace *trace)
{
    size_t size = play->cell.variant.registered->strategy->app_size;
    int i;

    for (i = 0; size > 0 && i < play->cell.scenario.instances; i++) {
        char *before = play->memory + (size_t)i * size;

        if (memcmp(before, play->servers[i].app.memory, size) == 0)
            continue;
        memcpy(before, play->servers[i].app.memory, size);
        trace->wrote_memory = trace->wrote_memory || (who >= 0 && !players->player[who].name.is_service);
    }
}

/* Nobody can move, but somebody waits for a lock: the database may yet refuse one of them. */
static unsigned outwait(struct players *players)
{
    int64_t limit_ns = clock_now_ns() + DEADLOCK_LIMIT_NS;
    unsigned ready = 0;

    while (ready == 0 && stage_waiting(players) && clock_now_ns() < limit_ns)
        if (stage_settle(players))
            ready = stage_ready(players);
    return ready;
}

static void go_astray(struct trace *trace, const struct players *players, int who)
{
    trace->ending = TRACE_ASTRAY;
    if (who < 0) {
        snprintf(trace->astray, sizeof trace->astray, "the first %zu calls are not those of before", trace->n);
        return;
    }
    if (who >= players->count) {
        snprintf(trace->astray, sizeof trace->astray, "nobody of that name is there to make call %zu", trace->n + 1);
        return;
    }
    snprintf(trace->astray, sizeof trace->astray, "%s %c cannot make call %zu: it %s",
             players->player[who].name.is_service ? "service" : "user", players->player[who].name.letter, trace->n + 1,
             atomic_load(&players->player[who].state) == PLAYER_ENDED ? "has ended" : "is waiting for another");
}

/* Every hold is over, and services that pause may look. */
static int pass_time(struct play *play, struct players *players, int who)
{
    int i;

    if (database_pass_time(play->database, play->observer, HOLD_NS) != 0)
        return -1;
    stage_time_passed(players, who);
    for (i = 0; i < play->cell.scenario.instances; i++)
        app_ring(&play->servers[i]);
    return 0;
}

/* Who can move now; 0: nobody ever will. */
static unsigned ready_now(struct players *players)
{
    unsigned ready = stage_ready(players);

    if (ready == 0)
        ready = outwait(players);
    if (stage_users_ended(players))
        return 0;
    ready |= stage_clock_ready(players);
    return ready & ~stage_yielding(players, ready);
}

/* Move by move until nobody is left to be answered. 0, or -1. */
static int run(struct play *play, struct players *players, struct chooser *chooser, struct trace *trace)
{
    int last = -1, who;
    unsigned ready;

    look_at_memory(play, players, last, trace);
    while (!stage_users_ended(players)) {
        if ((ready = ready_now(players)) == 0) {
            trace->ending = stage_users_ended(players) ? TRACE_ENDED : TRACE_STUCK;
            return 0;
        }
        if (trace->n == SCHEDULE_MOVES) {
            trace->ending = TRACE_ENDLESS;
            return 0;
        }
        who = chooser->choose(chooser, players, ready, last);
        if (who < 0 || who >= players->count || (ready & 1u << who) == 0) {
            go_astray(trace, players, who);
            return 0;
        }
        trace->preemptions += play_preempts(ready, last, who);
        if (players_is_clock(players, who)) {
            if (pass_time(play, players, who) != 0)
                return -1;
        } else {
            last = who;
            if (!stage_move(players, who)) {
                trace->ending = TRACE_ENDLESS;
                return 0;
            }
        }
        look_at_memory(play, players, who, trace);
        if (trace->watched && trace->n > 0 && watch(play, trace) != 0)
            return -1;
    }
    trace->ending = TRACE_ENDED;
    return 0;
}

static bool was_told_no(const struct trace *trace)
{
    int i;

    for (i = 0; i < trace->users; i++)
        if (trace->outcomes[i] != OUTCOME_BOOKED && trace->outcomes[i] != OUTCOME_FAILED &&
            trace->outcomes[i] != OUTCOME_UNKNOWN)
            return true;
    return false;
}

/* What promises nothing is held against everything: it is there to break it. Nobody sells to those who were told that
 * something has failed: after a fault, only who was refused proves a seat left over. */
static unsigned promises_of(const struct cell *cell, const struct trace *trace, bool has_fault)
{
    const unsigned controls = TRAIT_CONTROL | TRAIT_ROGUE;
    unsigned promises = (cell->variant.registered->strategy->traits & controls) != 0 ? ~0u : cell_promises(cell);

    return has_fault && !was_told_no(trace) ? promises & ~(unsigned)PROMISE_SELLS_OUT : promises;
}

static int judge(struct play *play, const struct players *players, struct trace *trace, struct trial *trial)
{
    struct record records[TRACE_USERS];
    struct witnesses witnesses = { 0 };
    enum anomaly anomaly;
    unsigned promises;
    int i;

    for (i = 0; i < players->users; i++) {
        records[i] = players->player[i].record;
        trace->outcomes[i] = records[i].outcome;
    }
    if (audit_look(&witnesses, &play->cell, play->database, play->observer) != EXIT_OK)
        return -1;
    trial->records = records;
    trial->record_count = (size_t)players->users;
    audit_judge(&trace->audit, &play->cell, trial, &witnesses);
    trial->records = NULL;
    witnesses_free(&witnesses);
    promises = promises_of(&play->cell, trace, players->fault_at >= 0);
    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        if (anomaly_amount(&trace->audit, anomaly) > 0 && anomaly_breaks(anomaly, promises))
            trace->anomalies |= 1u << anomaly;
    /* Of a seat that is free in the end, both say the same. */
    if ((trace->anomalies & 1u << ANOMALY_UNSOLD) != 0)
        trace->anomalies &= ~(1u << ANOMALY_FALSE_SOLD_OUT);
    return 0;
}

static int witness_gates(const struct play *play, struct trial *trial)
{
    int i;

    for (i = 0; i < play->cell.scenario.instances; i++)
        if (app_witness_gates(&play->servers[i], trial) != 0)
            return -1;
    return 0;
}

int play_schedule(struct play *play, struct chooser *chooser, bool watched, struct trace *trace)
{
    struct players players;
    struct trial trial = { 0 };
    int status = -1;

    memset(trace, 0, sizeof *trace);
    trace->watched = watched;
    if ((trace->moves = malloc(SCHEDULE_MOVES * sizeof *trace->moves)) == NULL) {
        say_error("%s: out of memory for a schedule", play->cell.id);
        return -1;
    }
    if (database_rewind(play->database, play->observer) != 0)
        return -1;
    players_init(&players, trace, &play->cell, database_driver(play->database), play->observer);
    players.share_memory = play->share_memory;
    players.fault_at = chooser->fault_at;
    players.fault = chooser->fault;
    if (open_apps(play, &players.scheduler) == 0 && players_start(&players, &play->plan, play->servers) == 0) {
        trace->ending = TRACE_ENDLESS;
        status = stage_settle(&players) ? run(play, &players, chooser, trace) : 0;
    }
    stage_leave(&players);
    close_apps(play);
    if (status == 0 && trace->ending == TRACE_ENDED &&
        (witness_gates(play, &trial) != 0 || judge(play, &players, trace, &trial) != 0))
        status = -1;
    free_apps(play);
    free(trial.gates);
    players_destroy(&players);
    return status;
}
