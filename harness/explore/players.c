#include "harness/explore/players.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/db/driver.h"
#include "harness/db/schema.h"
#include "harness/explore/schedule.h"

/* Tries that a schedule has room for, besides the calls of others, where each begins, is refused and is rolled back. */
#define TRIES_MOST (SCHEDULE_MOVES / 4)

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
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}

static void service_begins(struct scheduler *scheduler, struct service *service)
{
    struct players *players = (struct players *)scheduler;
    const struct app_server *server = service->server;
    int each = cell_services(server->cell);
    struct player *player = &players->player[players->users + server->app.index * each + service_index(service)];

    player->thread = pthread_self();
    enter(player);
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
    players->times_left = cell_app(cell, 0).attempts > 1 ? 1 : 0;
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
    players->never_give_up = cell_app(cell, 0).attempts > TRIES_MOST;
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

bool players_reads_clock(const struct players *players, const struct statement *statement)
{
    const char *sql = statement->sql.in[players->driver->dialect];

    return players->clock_everywhere || (sql != NULL && strstr(sql, SCHEMA_CLOCK) != NULL);
}

void players_destroy(struct players *players)
{
    int i;

    for (i = 0; i < players->count; i++)
        pthread_mutex_destroy(&players->player[i].inside);
}
