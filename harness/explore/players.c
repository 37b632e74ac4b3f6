#include "harness/explore/players.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/db/driver.h"
#include "harness/db/schema.h"

/* No call of two or three users takes that long, even under a sanitizer on a busy machine. */
#define SETTLE_LIMIT_NS (5 * NS_PER_S)

/* A call that has not ended by then may be waiting for a lock: the database is asked, less and less often. */
#define FIRST_LOOK_NS (200 * NS_PER_US)
#define LAST_LOOK_NS  (10 * NS_PER_MS)

static _Thread_local struct player *self;

struct player *players_self(void)
{
    return self;
}

/* ---- players' threads ------------------------------------------------------------------------------------------- */

static void post(struct player *player, enum player_state state)
{
    atomic_store(&player->state, state);
    atomic_fetch_add(&player->players->posted, 1);
    wait_wake(&player->players->posted, 1);
}

static bool is_scheduled(const struct players *players)
{
    return self != NULL && !atomic_load(&players->free);
}

static bool stand(struct player *player, enum player_state state)
{
    post(player, state);
    wait_change(&player->go, 0, WAIT_FOREVER);
    atomic_store(&player->go, 0);
    if (atomic_load(&player->players->leaving))
        pthread_exit(NULL);
    return is_scheduled(player->players);
}

bool players_ask(struct player *player, const struct call *call, const struct statement *statement)
{
    if (!is_scheduled(player->players))
        return false;
    player->asked = *call;
    player->statement = statement;
    if (call->nargs > 0)
        memcpy(player->args, call->args, (size_t)call->nargs * sizeof *call->args);
    return stand(player, PLAYER_ASKING);
}

bool players_keep_out(struct player *player)
{
    return stand(player, PLAYER_KEPT_OUT);
}

void players_go_inside(struct player *player, const struct db *db)
{
    pthread_mutex_lock(&player->inside);
    player->db = db;
    pthread_mutex_unlock(&player->inside);
}

static void ask(struct scheduler *scheduler, const struct call *call)
{
    (void)scheduler;
    if (self != NULL)
        players_ask(self, call, NULL);
}

static void tell(struct scheduler *scheduler, const struct call *call, int64_t answer)
{
    struct players *players = (struct players *)scheduler;
    struct move *move;
    int i;

    if (!is_scheduled(players))
        return;
    move = &players->trace->moves[self->move];
    move->answer = answer;
    for (i = 0; call->kind == CALL_LANE_TAKE && i < answer && i < TRACE_USERS; i++)
        move->taken[i] = call->taken[i]->request->user;
}

/* A thread that runs in circles between two calls holds nothing of the harness: it may be ended anywhere. */
static void enter(struct player *player)
{
    self = player;
    player->thread = pthread_self();
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}

static void service_begins(struct scheduler *scheduler, struct service *service)
{
    struct players *players = (struct players *)scheduler;
    const struct app_server *server = service->server;
    int each = cell_services(server->cell);

    enter(&players->player[players->users + server->app.index * each + service_index(service)]);
}

static void note_end_of_try(struct player *player, enum verdict verdict, bool again)
{
    struct move *move;

    if (player->move < 0 || !is_scheduled(player->players))
        return; /* answered without a call: there is no move to note it at */
    move = &player->players->trace->moves[player->move];
    if (move->attempt_ended)
        return;
    move->attempt_ended = true;
    move->verdict = verdict;
    move->reason = player->flight.attempt.reason;
    move->tries_again = again;
}

static void await_answer(struct player *player)
{
    const struct call call = { .kind = CALL_ANSWER, .flight = &player->flight };

    ask(&player->players->scheduler, &call);
    inflight_wait_parked(&player->flight);
    tell(&player->players->scheduler, &call, player->flight.verdict);
}

/* pthread_exit() has left the strategy in the middle of a call: its connection goes back, unscheduled. */
static void give_back(void *arg)
{
    struct player *player = arg;

    self = NULL;
    inflight_give_back(&player->flight);
}

static void *user_main(void *arg)
{
    const struct call arrive = { .kind = CALL_ARRIVE };
    struct player *player = arg;
    bool again;

    enter(player);
    pthread_cleanup_push(give_back, player);
    if (player->players->users_arrive)
        ask(&player->players->scheduler, &arrive);
    do {
        if (inflight_try(&player->flight) == VERDICT_PARKED)
            await_answer(player);
        again = inflight_settle(&player->flight);
        note_end_of_try(player, player->flight.verdict, again);
    } while (again);
    pthread_cleanup_pop(0);
    player->record.return_ns = clock_now_ns();
    post(player, PLAYER_ENDED);
    return NULL;
}

/* ---- the stage -------------------------------------------------------------------------------------------------- */

static char letter_of(int index, int users)
{
    return (char)(index < users ? 'A' + index : 'S' + (index - users) % 7);
}

static void init_player(struct players *players, int i, struct actor_name name, enum player_state state)
{
    struct player *player = &players->player[i];

    player->players = players;
    pthread_mutex_init(&player->inside, NULL);
    player->move = -1;
    player->name = players->trace->actors[i] = name;
    atomic_init(&player->state, state);
}

/* Once in a schedule: an expired hold costs its user a try, and every user is left one, so that a seat must find its
 * buyer all the same. */
static void init_clock(struct players *players, const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    const struct text *ddl = strategy->ddl != NULL ? strategy->ddl(cell->variant.options) : NULL;
    const char *sql = ddl != NULL ? ddl->in[players->driver->dialect] : NULL;
    const struct statement *statement;
    int i = players->count;

    if ((strategy->traits & TRAIT_HOLDS) == 0)
        return;
    init_player(players, i, (struct actor_name){ .letter = 'Z', .is_clock = true }, PLAYER_ENDED);
    players->player[i].asked = (struct call){ .kind = CALL_TIME };
    players->clock = 1u << i;
    players->times_left = cell->variant.retry.attempts > 1 ? 1 : 0;
    players->clock_everywhere = players->clock_in_sql = sql != NULL && strstr(sql, SCHEMA_CLOCK) != NULL;
    for (statement = strategy->statements; statement != NULL && statement->name != NULL; statement++)
        players->clock_in_sql = players->clock_in_sql || players_reads_clock(players, statement);
    players->count = players->trace->actor_count = i + 1;
}

void players_init(struct players *players, struct trace *trace, const struct cell *cell, const struct db_driver *driver,
                  struct db *observer)
{
    int each = cell_services(cell), i;

    memset(players, 0, sizeof *players);
    players->scheduler = (struct scheduler){ .ask = ask, .tell = tell, .service_begins = service_begins };
    players->trace = trace;
    players->driver = driver;
    players->observer = observer;
    players->fault_at = -1;
    players->users_arrive = cell->variant.registered->strategy->app_size > 0;
    players->users = trace->users = (int)cell->scenario.users;
    players->count = trace->actor_count = players->users + (int)cell->scenario.instances * each;
    for (i = 0; i < players->count; i++) {
        bool is_service = i >= players->users;
        struct actor_name name = {
            .letter = letter_of(i, players->users),
            .is_service = is_service,
            .app = is_service ? (i - players->users) / each : i % (int)cell->scenario.instances,
            .user = is_service ? 0 : i + 1,
        };

        init_player(players, i, name, is_service ? PLAYER_ENDED : PLAYER_THINKING);
    }
    init_clock(players, cell);
}

/* A strategy may start fewer services than it declares: only those that run are waited for. */
static void expect_services(struct players *players, const struct app_server *servers, int instances, int each)
{
    int app, i;

    for (app = 0; app < instances; app++)
        for (i = 0; i < servers[app].service_count; i++) {
            uint32_t none = PLAYER_ENDED;

            atomic_compare_exchange_strong(&players->player[players->users + app * each + i].state, &none,
                                           PLAYER_THINKING);
        }
}

int players_start(struct players *players, const struct plan *plan, struct app_server *servers)
{
    const struct cell *cell = servers[0].cell;
    const struct strategy *strategy = cell->variant.registered->strategy;
    int i, failed;

    expect_services(players, servers, (int)cell->scenario.instances, cell_services(cell));
    for (i = 0; i < players->users; i++) {
        struct player *player = &players->player[i];

        if (strategy->request_size > 0 && (player->memory = calloc(1, strategy->request_size)) == NULL) {
            say_error("%s: out of memory for a request", cell->id);
            return -1;
        }
        inflight_init(&player->flight, plan, player->name.user, 0, &servers[player->name.app], &player->record,
                      player->memory, NULL);
        player->record.due_ns = player->record.invoke_ns = clock_now_ns();
        if ((failed = pthread_create(&player->thread, NULL, user_main, player)) != 0) {
            say_error("%s: cannot start a user's thread: %s", cell->id, strerror(failed));
            return -1;
        }
        player->has_thread = true;
    }
    return 0;
}

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

/* Waits until the player stands still, or is found waiting for a lock. */
static bool settle(struct players *players, struct player *player)
{
    int64_t limit_ns = clock_now_ns() + SETTLE_LIMIT_NS, pause_ns = FIRST_LOOK_NS;
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
        }
        if (clock_now_ns() > limit_ns) {
            player->runs_in_circles = true;
            snprintf(players->trace->astray, sizeof players->trace->astray,
                     "%s %c has made no call for %d s: its code runs in circles, or a call never ends",
                     player->name.is_service ? "service" : "user", player->name.letter,
                     (int)(SETTLE_LIMIT_NS / NS_PER_S));
            return false;
        }
    }
}

/* First whoever moves: only then is it decided who still has to wait for it. */
bool players_settle(struct players *players)
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

unsigned players_ready(const struct players *players)
{
    unsigned ready = 0;
    int i;

    for (i = 0; i < players->count; i++)
        if (can_move(&players->player[i]))
            ready |= 1u << i;
    return ready;
}

bool players_reads_clock(const struct players *players, const struct statement *statement)
{
    const char *sql = statement->sql.in[players->driver->dialect];

    return players->clock_everywhere || (sql != NULL && strstr(sql, SCHEMA_CLOCK) != NULL);
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
unsigned players_clock_ready(const struct players *players)
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

bool players_users_ended(const struct players *players)
{
    int i;

    for (i = 0; i < players->users; i++)
        if (atomic_load(&players->player[i].state) != PLAYER_ENDED)
            return false;
    return true;
}

bool players_waiting(const struct players *players)
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

bool players_move(struct players *players, int who)
{
    struct player *player = &players->player[who];
    int moved_before = player->move;
    struct move *move;

    begin_move(players, player, who);
    atomic_store(&player->state, PLAYER_THINKING);
    atomic_store(&player->go, 1);
    wait_wake(&player->go, 1);
    if (!players_settle(players))
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

void players_time_passed(struct players *players, int who)
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

void players_set_free(struct players *players)
{
    atomic_store(&players->free, true);
    wake_all(players);
}

void players_leave(struct players *players)
{
    int i;

    if (!players_users_ended(players))
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

void players_destroy(struct players *players)
{
    int i;

    for (i = 0; i < players->count; i++)
        pthread_mutex_destroy(&players->player[i].inside);
}
