#include "harness/scenario/cell.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/say.h"
#include "harness/scenario/timetable.h"

static bool outlasts_hold(const struct cell *cell)
{
    return law_longest(&cell->scenario.checkout) >= cell->scenario.hold_ttl_ns;
}

/* From the statement that holds to the one that confirms, by all that the settings allow: two round trips, the checkout
 * and the wait for a connection after it, and the confirmation itself, which others may keep waiting. */
static int64_t longest_hold_ns(const struct scenario *s)
{
    int64_t checkout_ns = law_longest(&s->checkout);

    return 2 * s->db.rtt_ns + checkout_ns + (checkout_ns > 0 ? s->pool_timeout_ns : 0) + s->db.statement_timeout_ns;
}

struct app cell_app(const struct cell *cell, int index)
{
    return (struct app){
        .index = index,
        .instances = (int)cell->scenario.instances,
        .events = cell->scenario.events,
        .seats = cell->scenario.seats,
        .attempts = (cell->variant.retry.on & RETRY_ON_CONFLICT) != 0 ? cell->variant.retry.attempts : 1,
        .group_most = sizes_largest(&cell->scenario.sizes),
        .users_may_leave = cell->scenario.abandon > 0 || cell->scenario.patience.kind != LAW_NONE,
        .hold_ttl_ns = cell->scenario.hold_ttl_ns,
        .holds_may_expire = longest_hold_ns(&cell->scenario) >= cell->scenario.hold_ttl_ns,
        .options = cell->variant.options,
    };
}

unsigned cell_promises(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    struct app app = cell_app(cell, 0);

    return strategy->promises != NULL ? strategy->promises(&app) : 0;
}

const char *const cell_promise_names[] = { "no oversell", "sells out", "all or nothing", "in order", NULL };

bool cell_is_floor(const struct cell *cell)
{
    return (cell->variant.registered->strategy->traits & TRAIT_FLOOR) != 0;
}

enum ledger cell_ledger(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;

    return strategy->ledger != NULL ? strategy->ledger(cell->variant.options) : LEDGER_COUNTER;
}

unsigned cell_needs(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;

    return strategy->needs | (strategy->needs_for != NULL ? strategy->needs_for(cell->variant.options) : 0u);
}

int cell_services(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;

    return strategy->services != NULL ? strategy->services(cell->variant.options) : 0;
}

struct db_settings cell_settings(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    struct db_settings settings = cell->scenario.db;
    struct lock_wait wait = { .busy = settings.busy, .timeout_ns = settings.lock_timeout_ns };

    if (strategy->tune == NULL)
        return settings;
    strategy->tune(cell->variant.options, &wait);
    settings.busy = wait.busy;
    settings.lock_timeout_ns = wait.timeout_ns;
    settings.never_waits = wait.never;
    return settings;
}

/* Nothing that a user does holds a lock as long as that: better an error then than a program that hangs. */
#define OWN_LOCK_TIMEOUT_NS (60 * NS_PER_S)

struct db_settings cell_own_settings(const struct cell *cell)
{
    struct db_settings settings = cell->scenario.db;

    settings.rtt_ns = 0;
    settings.lock_timeout_ns = OWN_LOCK_TIMEOUT_NS;
    settings.statement_timeout_ns = 0;
    return settings;
}

bool cell_contended(const struct cell *cell)
{
    const struct scenario *s = &cell->scenario;

    double requests = s->model == LOAD_OPEN ? timetable_expected(s) : (double)s->users;

    return requests * (1 - s->abandon) * sizes_mean(&s->sizes) > (double)s->seats * pick_spread(&s->pick, s->events);
}

const char *const cell_cap_names[] = {
    "rows that stay", "row locks", "a network", "advisory locks", "writes inside WITH", "server-side functions", NULL
};

/* Filling them in takes a minute and a gigabyte for each trial: what is measured after that is not worth it. */
#define SEAT_ROWS_MOST INT64_C(10000000)

static bool fills_too_much(const struct cell *cell)
{
    bool fills =
        cell_ledger(cell) == LEDGER_SEATS || (cell->variant.registered->strategy->traits & TRAIT_SEAT_ROWS) != 0;

    return fills && cell->scenario.events * cell->scenario.seats > SEAT_ROWS_MOST;
}

/* NULL, or why [audit] probe cannot be had here. */
static const char *cannot_probe(const struct cell *cell, unsigned caps)
{
    const struct scenario *scenario = &cell->scenario;
    bool is_embedded = (caps & DB_CAN_HOLD_ROWS) != 0 && (caps & DB_CAN_NETWORK) == 0;

    if (scenario->probe_ns == 0 || cell_is_floor(cell))
        return NULL;
    if (is_embedded && scenario->db.journal == JOURNAL_DELETE)
        return "with journal = delete a probe keeps writers waiting: audit.probe needs journal = wal";
    if (scenario_has_faults(scenario))
        return "a fault may take the probe's connection as well: audit.probe and [fault] do not go together";
    return NULL;
}

void cell_explain_skip(struct cell *cell)
{
    const char *why;
    const struct strategy *strategy = cell->variant.registered->strategy;
    unsigned caps = database_caps_of(cell->db), needs = cell_needs(cell);
    bool built = false;

    for (const char *const *name = database_names; *name != NULL; name++)
        built = built || strcmp(*name, cell->db) == 0;
    if (!built) {
        snprintf(cell->skip, sizeof(cell->skip), "this build has no %s: its library was missing", cell->db);
        return;
    }
    for (unsigned b = 0; cell_cap_names[b] != NULL; b++)
        if ((needs & ~caps & (1u << b)) != 0) {
            snprintf(cell->skip, sizeof(cell->skip), "%s needs %s, which %s does not have",
                     (strategy->needs & (1u << b)) != 0 ? strategy->name : cell->variant.name, cell_cap_names[b],
                     cell->db);
            return;
        }
    if (cell->scenario.model == LOAD_LOCKSTEP && cell_services(cell) > 0) {
        snprintf(cell->skip, sizeof(cell->skip), "%s has service threads, which have no turn in lock-step",
                 strategy->name);
        return;
    }
    if (cell->scenario.db.rtt_ns > 0 && (caps & DB_CAN_NETWORK) == 0 && (strategy->traits & TRAIT_FLOOR) == 0)
        snprintf(cell->skip, sizeof(cell->skip), "%s is embedded: no round trip to delay", cell->db);
    else if (scenario_has_faults(&cell->scenario) && (caps & DB_CAN_NETWORK) == 0 &&
             (strategy->traits & TRAIT_FLOOR) == 0)
        snprintf(cell->skip, sizeof(cell->skip), "%s is embedded: no connection to lose, no server to crash", cell->db);
    else if ((why = cannot_probe(cell, caps)) != NULL)
        snprintf(cell->skip, sizeof(cell->skip), "%s", why);
    else if (fills_too_much(cell))
        snprintf(cell->skip, sizeof(cell->skip),
                 "%s keeps a row per seat, and there are more than %" PRId64 " to fill in before each trial",
                 strategy->name, SEAT_ROWS_MOST);
}

int cell_check_options(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    const char *why = strategy->refuses != NULL ? strategy->refuses(cell->variant.options) : NULL;

    if (why == NULL)
        return EXIT_OK;
    say_error("%s: %s: %s", cell->scenario.place, cell->variant.name, why);
    return EXIT_USAGE;
}

int cell_check_backoff(const struct cell *cell)
{
    if (cell->scenario.model != LOAD_LOCKSTEP || cell->variant.retry.backoff.kind == LAW_NONE)
        return EXIT_OK;
    say_error("%s: there is no clock in lock-step; set [strategy.%s] retry.backoff = none", cell->scenario.place,
              cell->variant.registered->strategy->name);
    return EXIT_USAGE;
}

bool cell_warn_hold(const struct cell *cell)
{
    char ttl[OPTION_DURATION_SIZE], longest[OPTION_DURATION_SIZE];

    if ((cell->variant.registered->strategy->traits & TRAIT_HOLDS) == 0 || !outlasts_hold(cell))
        return false;
    text_duration(ttl, sizeof ttl, cell->scenario.hold_ttl_ns);
    text_duration(longest, sizeof longest, law_longest(&cell->scenario.checkout));
    say_warning("%s: hold.ttl = %s, but a checkout can take %s: holds of %s will expire while their users pay; those "
                "users try again and may find no seat",
                cell->scenario.place, ttl, longest, cell->variant.registered->strategy->name);
    return true;
}

int cell_check_pool(const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    int services = cell_services(cell);

    if (services == 0 || services < cell->scenario.pool)
        return EXIT_OK;
    say_error("%s: %s needs %d connection%s of its own; db.pool = %" PRId64 " leaves none: set db.pool to at least %d",
              cell->scenario.place, strategy->name, services, services == 1 ? "" : "s", cell->scenario.pool,
              services + 1);
    return EXIT_USAGE;
}

/* A variant's options belong to it: LISTs in them too. */
static int copy_variant(struct variant *to, const struct variant *from)
{
    const struct strategy *strategy = from->registered->strategy;

    *to = *from;
    to->options = NULL;
    if (from->options == NULL)
        return 0;
    to->options = calloc(1, strategy->options_size);
    if (to->options == NULL)
        return -1;
    if (option_copy(strategy->options, to->options, from->options, strategy->options_size) == 0)
        return 0;
    free(to->options);
    to->options = NULL;
    return -1;
}

int cell_solo(struct cell *to, const struct cell *from)
{
    *to = *from;
    to->scenario = (struct scenario){ 0 };
    to->sweep_keys = to->sweep_values = (struct text_list){ 0 };
    to->variant = (struct variant){ 0 };
    if (text_list_copy(&to->sweep_keys, &from->sweep_keys) != 0 ||
        text_list_copy(&to->sweep_values, &from->sweep_values) != 0 ||
        copy_variant(&to->variant, &from->variant) != 0 || scenario_copy(&to->scenario, &from->scenario) != 0) {
        cell_free(to);
        return -1;
    }
    to->scenario.model = LOAD_BURST;
    to->scenario.duration_ns = to->scenario.rate = 0;
    to->scenario.users = to->scenario.events = to->scenario.seats = to->scenario.instances = 1;
    to->scenario.workers = WORKERS_AUTO;
    to->scenario.checkout = (struct law){ .kind = LAW_FIXED };
    to->scenario.abandon = to->scenario.repeat = to->scenario.cancel = 0;
    to->scenario.pick = (struct pick_law){ 0 };
    to->scenario.sizes = (struct size_law){ 0 };
    to->scenario.patience = (struct law){ .kind = LAW_NONE };
    to->scenario.browsers = to->scenario.probe_ns = 0;
    to->scenario.ack_loss = 0;
    to->scenario.kill_backend_ns = to->scenario.crash_ns = 0;
    return 0;
}

void cell_free(struct cell *cell)
{
    if (cell == NULL)
        return;
    scenario_free(&cell->scenario);
    variant_free(&cell->variant);
    text_list_free(&cell->sweep_keys);
    text_list_free(&cell->sweep_values);
    *cell = (struct cell){ 0 };
}
