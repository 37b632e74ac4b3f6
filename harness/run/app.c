#include "harness/run/app.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/base/wait.h"
#include "harness/run/lane.h"
#include "harness/run/own.h"

/* A server that was crashed on purpose comes back within seconds. */
#define REOPEN_LIMIT_NS (30 * NS_PER_S)

static const struct strategy *strategy_of(const struct app_server *server)
{
    return server->cell->variant.registered->strategy;
}

/* Time is virtual under a scheduler: a limit in real time would cut a wait short that no schedule has cut. */
static struct db_settings connection_settings(const struct cell *cell, const struct scheduler *scheduler)
{
    struct db_settings settings = cell_settings(cell);

    if (scheduler != NULL) {
        settings.busy = cell->scenario.db.busy;
        settings.lock_timeout_ns = cell->scenario.db.lock_timeout_ns;
    }
    return settings;
}

int app_open(struct app_server *server, const struct cell *cell, struct database *database, int index,
             struct scheduler *scheduler)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    int services = cell_services(cell);
    char error[DB_ERROR_SIZE] = "";

    memset(server, 0, sizeof *server);
    server->cell = cell;
    server->scheduler = scheduler;
    server->settings = connection_settings(cell, scheduler);
    server->app = cell_app(cell, index);
    server->gates = calloc((size_t)server->app.events + 1, sizeof *server->gates);
    server->services = calloc((size_t)services + 1, sizeof *server->services);
    server->app.memory = calloc(1, strategy->app_size + 1);
    if (server->gates == NULL || server->services == NULL || server->app.memory == NULL ||
        own_join(cell, &server->joined, &server->own_first) != 0) {
        say_error("%s: out of memory for an app", cell->id);
        return -1;
    }
    server->statements = server->joined != NULL ? server->joined : strategy->statements;
    if (pool_open(&server->pool, database, &server->settings, server->statements, (int)cell->scenario.pool - services,
                  error, sizeof error) != 0) {
        say_error("%s: cannot fill the pool: %s", cell->id, error);
        return -1;
    }
    if (scheduler == NULL && scenario_has_faults(&cell->scenario))
        server->pool.reopen_ns = REOPEN_LIMIT_NS;
    if (strategy->open != NULL && strategy->open(&server->app) != 0) {
        say_error("%s: the strategy could not open app %d", cell->id, index);
        return -1;
    }
    return 0;
}

struct lane *app_lane(struct app *app, int64_t cap)
{
    struct app_server *server = app_server_of(app);
    struct lane *lane = lane_new(cap);

    if (lane != NULL) {
        lane->next = server->lanes;
        server->lanes = lane;
    }
    return lane;
}

int app_lock(struct app *app, enum lock_order order)
{
    assert(app->lock == NULL);
    app->lock = applock_new(order);
    return app->lock != NULL ? 0 : -1;
}

int app_spawn(struct app *app, void (*run)(struct service *, struct app *))
{
    struct app_server *server = app_server_of(app);

    if (server->service_count == cell_services(server->cell)) {
        say_error("%s: more service threads than the %d that strategy.services() declares", server->cell->id,
                  server->service_count);
        return -1;
    }
    if (service_start(&server->services[server->service_count], server, run) != 0)
        return -1;
    server->service_count++;
    return 0;
}

void app_ring(struct app_server *server)
{
    atomic_fetch_add(&server->bell, 1);
    wait_wake(&server->bell, INT32_MAX);
}

/* Services are not cancelled, only hurried: what they hold must be answered, and their statements are short. */
void app_stop(struct app_server *server)
{
    struct lane *lane;

    for (lane = server->lanes; lane != NULL; lane = lane->next)
        lane_hurry(lane);
    if (server->app.lock != NULL)
        applock_stop(server->app.lock);
    if (server->pool.idle != NULL)
        pool_stop(&server->pool);
}

void app_close(struct app_server *server, struct app_spent *spent)
{
    struct app_spent services = { 0 };
    struct lane *lane;
    int i;

    for (lane = server->lanes; lane != NULL; lane = lane->next)
        lane_close(lane);
    atomic_store(&server->closing, true);
    app_ring(server);
    for (i = 0; i < server->service_count; i++)
        service_join(&server->services[i], &services.ops, &services.written_bytes);
    if (server->cell != NULL && server->app.memory != NULL && strategy_of(server)->close != NULL)
        strategy_of(server)->close(&server->app);
    spent->peak_connections += server->pool.peak + server->service_count;
    pool_close(&server->pool, &spent->ops, &spent->written_bytes);
    db_ops_add(&spent->ops, &services.ops);
    db_ops_add(&spent->service_ops, &services.ops);
    spent->written_bytes += services.written_bytes;
    server->service_count = 0;
}

int app_witness_gates(const struct app_server *server, struct trial *trial)
{
    struct gate_witness *more;
    int64_t event;

    for (event = 1; event <= server->app.events; event++) {
        const struct gate *gate = &server->gates[event];

        if (!gate->filled)
            continue;
        more = realloc(trial->gates, (trial->gate_count + 1) * sizeof *more);
        if (more == NULL) {
            say_error("%s: out of memory for gate witnesses", server->cell->id);
            return -1;
        }
        trial->gates = more;
        trial->gates[trial->gate_count++] = (struct gate_witness){
            .app = server->app.index, .event = event, .initial = gate->initial, .left = atomic_load(&gate->left)
        };
    }
    return 0;
}

void app_free(struct app_server *server)
{
    lane_free(server->lanes);
    applock_free(server->app.lock);
    free(server->gates);
    free(server->services);
    free(server->app.memory);
    free(server->joined);
    memset(server, 0, sizeof *server);
}
