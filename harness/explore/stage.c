#include "harness/explore/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/wait.h"
#include "harness/db/driver.h"

/* No call of two or three users takes that long, even under a sanitizer on a busy machine. */
#define SETTLE_LIMIT_NS (5 * NS_PER_S)

/* Nor does a strategy compute that long between two calls, however slow the machine: time of the processor. */
#define CIRCLES_LIMIT_NS NS_PER_S

/* A call that has not ended by then may be waiting for a lock: the database is asked, less and less often. */
#define FIRST_LOOK_NS (200 * NS_PER_US)
#define LAST_LOOK_NS  (10 * NS_PER_MS)

static bool is_thinking(const struct player *player)
{
    return atomic_load(&player->state) == PLAYER_THINKING;
}

/* Is this player's call held up by a lock? */
static bool look(const struct players *players, struct player *player)
{
    bool waits;

    if (players->driver->waits == NULL)
        return false;
    pthread_mutex_lock(&player->inside); /* its connection cannot be closed meanwhile */
    waits = player->db != NULL && players->driver->waits(players->observer, player->db);
    pthread_mutex_unlock(&player->inside);
    return waits;
}

/* What the thread of a user has spent, or 0: services are joined by their app, at any time. */
static int64_t cpu_of(const struct player *player)
{
    struct timespec ts;
    clockid_t clock;

    if (!player->has_thread || pthread_getcpuclockid(player->thread, &clock) != 0 || clock_gettime(clock, &ts) != 0)
        return 0;
    return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static bool go_in_circles(struct players *players, struct player *player)
{
    player->runs_in_circles = true;
    snprintf(players->trace->astray, sizeof players->trace->astray,
             "%s %c makes no further call: its code runs in circles, or a call never ends",
             player->name.is_service ? "service" : "user", player->name.letter);
    return false;
}

/* Waits until the player stands still, or is found waiting for a lock. */
static bool settle(struct players *players, struct player *player)
{
    int64_t limit_ns = clock_now_ns() + SETTLE_LIMIT_NS, pause_ns = FIRST_LOOK_NS;
    int64_t spent_ns = -1; /* by its thread when it was first late */
    uint32_t seen;

    player->waits = false;
    for (;;) {
        seen = atomic_load(&players->posted);
        if (!is_thinking(player))
            return true;
        if (!wait_change(&players->posted, seen, clock_now_ns() + pause_ns)) {
            if (is_thinking(player) && look(players, player)) {
                player->waits = true;
                return true;
            }
            pause_ns = 2 * pause_ns < LAST_LOOK_NS ? 2 * pause_ns : LAST_LOOK_NS;
            if (spent_ns < 0)
                spent_ns = cpu_of(player);
            else if (cpu_of(player) > spent_ns + CIRCLES_LIMIT_NS)
                return go_in_circles(players, player);
        }
        if (clock_now_ns() > limit_ns)
            return go_in_circles(players, player);
    }
}

/* First whoever moves: only then is it decided who still has to wait for it. */
bool stage_settle(struct players *players)
{
    bool waited[TRACE_ACTORS];
    int i;

    for (i = 0; i < players->count; i++) {
        waited[i] = players->player[i].waits;
        if (!waited[i] && !settle(players, &players->player[i]))
            return false;
    }
    for (i = 0; i < players->count; i++) {
        struct player *player = &players->player[i];

        if (!waited[i])
            continue;
        if (!settle(players, player))
            return false;
        if (!player->waits && player->move >= 0)
            players->trace->moves[player->move].woken_at = (int)players->trace->n - 1;
    }
    return true;
}

static bool can_move(const struct player *player)
{
    const struct lane *lane = player->asked.lane;

    if (player->waits)
        return false;
    switch ((enum player_state)atomic_load(&player->state)) {
    case PLAYER_ASKING:
        if (player->asked.kind == CALL_LANE_TAKE)
            return lane->head != NULL || lane->closed;
        if (player->asked.kind == CALL_LOCK)
            return player->asked.lock->holder == NULL || !player->asked.waits;
        if (player->asked.kind == CALL_PAUSE)
            return atomic_load(player->asked.bell) != player->asked.heard;
        if (player->asked.kind == CALL_ANSWER)
            return atomic_load(&player->flight.state) == FLIGHT_FINISHED;
        return true;
    case PLAYER_KEPT_OUT:
        return !player->kept_out;
    default:
        return false;
    }
}

unsigned stage_ready(const struct players *players)
{
    unsigned ready = 0;
    int i;

    for (i = 0; i < players->count; i++)
        if (can_move(&players->player[i]))
            ready |= 1u << i;
    return ready;
}

static bool somebody_pauses(const struct players *players)
{
    int i;

    for (i = players->users; i < players->count; i++)
        if (atomic_load(&players->player[i].state) == PLAYER_ASKING && players->player[i].asked.kind == CALL_PAUSE)
            return true;
    return false;
}

/* Before somebody has written what has a time, that it passes is nothing that anybody could see; unless the strategy
 * keeps its times in memory: there they cannot be seen from here. */
unsigned stage_clock_ready(const struct players *players)
{
    const struct trace *trace = players->trace;
    size_t i;

    if (players->times_left == 0)
        return 0;
    if (!players->clock_in_sql)
        return somebody_pauses(players) ? players->clock : 0;
    for (i = 0; i < trace->n; i++)
        if (trace->moves[i].statement != NULL && trace->moves[i].statement->kind == STATEMENT_WRITE &&
            players_reads_clock(players, trace->moves[i].statement))
            return players->clock;
    return 0;
}

/* It has lost a race, and its next call is the first of a further try. */
static bool is_between_tries(const struct players *players, int who)
{
    int move = players->player[who].move;

    return move >= 0 && players->trace->moves[move].tries_again;
}

/* Who has moved since the last try of this one began, but for itself. */
static unsigned moved_since_try(const struct players *players, int who)
{
    const struct move *moves = players->trace->moves;
    unsigned moved = 0, later = 0;
    int i;

    for (i = (int)players->trace->n - 1; i >= 0; i--) {
        if (moves[i].actor != who) {
            later |= 1u << moves[i].actor;
            continue;
        }
        if (moves[i].attempt_ended && i != players->player[who].move)
            break; /* the try before */
        moved |= later;
        later = 0;
    }
    return moved;
}

unsigned stage_yielding(const struct players *players, unsigned ready)
{
    unsigned others = ready & ~players->clock, between = 0, yielding = 0, moved;
    int i;

    if (!players->never_give_up)
        return 0;
    for (i = 0; i < players->users; i++)
        if ((ready & 1u << i) != 0 && is_between_tries(players, i))
            between |= 1u << i;
    for (i = 0; i < players->users; i++) {
        if ((between & 1u << i) == 0)
            continue;
        moved = moved_since_try(players, i);
        if ((others & ~moved & ~(1u << i)) != 0)
            yielding |= 1u << i; /* to them */
        else if (others == between && (moved & ~between) == 0)
            yielding |= (ready & players->clock) != 0 ? 1u << i : 0; /* to time: all of them only try and try */
    }
    return yielding;
}

bool stage_users_ended(const struct players *players)
{
    int i;

    for (i = 0; i < players->users; i++)
        if (atomic_load(&players->player[i].state) != PLAYER_ENDED)
            return false;
    return true;
}

bool stage_waiting(const struct players *players)
{
    int i;

    for (i = 0; i < players->count; i++)
        if (players->player[i].waits)
            return true;
    return false;
}

static bool is_of_database(const struct call *call)
{
    return call->kind <= CALL_ROLLBACK;
}

/* After a move, what was kept out by another transaction may get in. */
static void let_in(struct players *players, int mover)
{
    const struct move *move = &players->trace->moves[players->player[mover].move];
    int i;

    if (!is_of_database(&move->call))
        return;
    if (move->in_tx && move->call.kind != CALL_COMMIT && move->call.kind != CALL_ROLLBACK && move->status == DB_OK)
        return;
    for (i = 0; i < players->count; i++)
        if (i != mover)
            players->player[i].kept_out = false;
}

static void begin_move(struct players *players, struct player *player, int who)
{
    struct trace *trace = players->trace;
    struct move *move = &trace->moves[trace->n];

    /* A user asks with his first move: until then nobody can tell that he is there. */
    if (player->move < 0 && !player->name.is_service)
        player->record.invoke_ns = clock_now_ns();
    *move = (struct move){
        .actor = who,
        .call = player->asked,
        .statement = player->statement,
        .user = player->asked.flight != NULL ? player->asked.flight->planned.request.user : 0,
        .in_tx = player->in_tx,
        .woken_at = (int)trace->n,
        .gate_left = -1,
    };
    memcpy(move->args, player->args, sizeof move->args);
    player->move = (int)trace->n;
    if ((int)trace->n == players->fault_at)
        move->fault = players->fault;
    trace->n++;
}

bool stage_move(struct players *players, int who)
{
    struct player *player = &players->player[who];
    int moved_before = player->move;
    struct move *move;

    begin_move(players, player, who);
    atomic_store(&player->state, PLAYER_THINKING);
    atomic_store(&player->go, 1);
    wait_wake(&player->go, 1);
    if (!stage_settle(players))
        return false;
    if (player->waits) {
        move = &players->trace->moves[player->move];
        move->waited = true;
        move->woken_at = -1;
    } else if (atomic_load(&player->state) == PLAYER_KEPT_OUT) {
        player->kept_out = true;
        player->move = moved_before;
        players->trace->n--;
    } else {
        let_in(players, who);
    }
    return true;
}

void stage_time_passed(struct players *players, int who)
{
    begin_move(players, &players->player[who], who);
    players->times_left--;
}

static void wake_all(struct players *players)
{
    int i;

    for (i = 0; i < players->count; i++) {
        atomic_store(&players->player[i].go, 1);
        wait_wake(&players->player[i].go, 1);
    }
}

void stage_leave(struct players *players)
{
    int i;

    if (!stage_users_ended(players))
        atomic_store(&players->leaving, true);
    atomic_store(&players->free, !atomic_load(&players->leaving));
    wake_all(players);
    for (i = 0; i < players->count; i++)
        if (players->player[i].runs_in_circles)
            pthread_cancel(players->player[i].thread);
    for (i = 0; i < players->users; i++) {
        if (players->player[i].has_thread)
            pthread_join(players->player[i].thread, NULL);
        players->player[i].has_thread = false;
        free(players->player[i].memory);
        players->player[i].memory = NULL;
    }
}
