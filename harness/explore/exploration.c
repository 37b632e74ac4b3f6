#include "harness/explore/exploration.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/explore/best.h"
#include "harness/explore/pct.h"
#include "harness/explore/play.h"
#include "harness/explore/schedule.h"
#include "harness/explore/search.h"
#include "harness/run/interrupt.h"

/* Makes the calls a text names, and goes on by itself behind them. */
struct follower {
    struct chooser chooser; /* first */
    struct schedule schedule;
};

static int index_of(const struct players *players, char letter)
{
    int i = 0;

    while (i < players->count && players->player[i].name.letter != letter)
        i++;
    return i;
}

static int follow(struct chooser *chooser, const struct players *players, unsigned ready, int last)
{
    const struct schedule *schedule = &((struct follower *)chooser)->schedule;

    if ((int)players->trace->n < schedule->n)
        return index_of(players, schedule->letters[players->trace->n]);
    return play_go_on(ready, last, players->users);
}

static void follower_init(struct follower *follower, const struct schedule *schedule)
{
    follower->schedule = *schedule;
    follower->chooser = (struct chooser){ .choose = follow, .fault_at = schedule->fault_at, .fault = schedule->fault };
}

struct explorer {
    struct exploration *result;
    struct database *database;
    struct play play; /* of the house that is explored */
    int64_t tried;    /* in it */
    bool must_begin_again;
    struct best best, best_fault;
};

/* One schedule played and judged: EXIT_OK, EXIT_ERROR or EXIT_INTERRUPTED. */
static int play(struct explorer *explorer, struct chooser *chooser, struct trace *trace)
{
    if (play_schedule(&explorer->play, chooser, false, trace) != 0)
        return interrupt_raised() ? EXIT_INTERRUPTED : EXIT_ERROR;
    if (trace->ending == TRACE_ASTRAY) {
        say_error("%s: the same schedule went another way: %s; the strategy depends on more than its calls' answers",
                  explorer->play.cell.id, trace->astray);
        return EXIT_ERROR;
    }
    if ((int64_t)trace->n > explorer->result->longest)
        explorer->result->longest = (int64_t)trace->n;
    return interrupt_raised() ? EXIT_INTERRUPTED : EXIT_OK;
}

static void count(struct explorer *explorer, const struct trace *trace)
{
    struct exploration *result = explorer->result;
    enum anomaly anomaly;

    explorer->tried++;
    result->tried++;
    result->broken += best_breaks(trace);
    result->stuck += trace->ending == TRACE_STUCK;
    result->endless += trace->ending == TRACE_ENDLESS;
    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        result->broken_by[anomaly] += (trace->anomalies & 1u << anomaly) != 0;
}

static void count_fault(struct exploration *result, const struct trace *trace)
{
    enum anomaly anomaly;

    result->faults++;
    result->faults_broken += best_breaks(trace);
    result->faults_stuck += trace->ending == TRACE_STUCK || trace->ending == TRACE_ENDLESS;
    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        result->faults_broken_by[anomaly] += (trace->anomalies & 1u << anomaly) != 0;
}

/* A livelock stays one: more schedules that end in it would only take their time. */
static bool is_enough(const struct explorer *explorer)
{
    return explorer->tried == explorer->result->request.schedules || explorer->result->endless > 0;
}

/* Until all are played, enough are, or one shows that users share memory where that was not reckoned with. */
static int play_all(struct explorer *explorer, struct search *search)
{
    int status = EXIT_OK, failed = 0;
    struct chooser *chooser = NULL;
    struct trace trace;

    while (status == EXIT_OK && failed == 0 && !explorer->must_begin_again && !is_enough(explorer) &&
           (chooser = search_next(search)) != NULL) {
        status = play(explorer, chooser, &trace);
        explorer->must_begin_again = trace.wrote_memory && !explorer->play.share_memory;
        if (status == EXIT_OK && search_learn(search, &trace, &failed))
            count(explorer, &trace);
        if (status == EXIT_OK && best_breaks(&trace)) /* also when it equals another: it may be told shorter */
            best_keep(&explorer->best, &trace, &explorer->play.cell);
        trace_free(&trace);
    }
    explorer->result->exhausted = explorer->result->exhausted && chooser == NULL;
    explorer->result->pruned += search_counts(search).pruned;
    explorer->result->cut += search_counts(search).cut;
    return failed == 0 ? status : -1;
}

static int explore_all(struct explorer *explorer)
{
    const struct exploration before = *explorer->result;
    struct search *search;
    int status = -1;

    do {
        *explorer->result = before;
        explorer->tried = 0;
        explorer->play.share_memory = explorer->must_begin_again;
        explorer->must_begin_again = false;
        if ((search = search_open(before.request.preemptions)) != NULL)
            status = play_all(explorer, search);
        search_close(search);
    } while (status == EXIT_OK && explorer->must_begin_again);
    if (status < 0) {
        say_error("%s: out of memory for schedules: lower --preemptions or --schedules", explorer->play.cell.id);
        status = EXIT_ERROR;
    }
    return status;
}

/* One after the other, nobody in between: how long a schedule is, and where faults strike. */
static int play_plain(struct explorer *explorer, struct trace *trace)
{
    const struct schedule nothing = { .fault_at = -1 };
    struct follower follower;

    follower_init(&follower, &nothing);
    return play(explorer, &follower.chooser, trace);
}

static int explore_sample(struct explorer *explorer)
{
    struct exploration *result = explorer->result;
    struct trace trace;
    struct pct pct;
    size_t calls;
    int status = play_plain(explorer, &trace);

    calls = trace.n;
    if (status == EXIT_OK && (result->chance <= 0 || pct_chance(trace.actor_count, calls) < result->chance))
        result->chance = pct_chance(trace.actor_count, calls);
    trace_free(&trace);
    while (status == EXIT_OK && !is_enough(explorer)) {
        pct_init(&pct, result->request.seed, explorer->tried, calls);
        if ((status = play(explorer, &pct.chooser, &trace)) == EXIT_OK) {
            count(explorer, &trace);
            if (best_breaks(&trace))
                best_keep(&explorer->best, &trace, &explorer->play.cell);
        }
        trace_free(&trace);
    }
    return status;
}

static bool can_fail(const struct move *move, enum fault_kind fault)
{
    if (move->call.kind > CALL_ROLLBACK)
        return false;
    return fault != FAULT_ERROR || move->call.kind != CALL_ROLLBACK; /* a refused rollback is a lost connection */
}

/* Every call of the database made to fail in every way, users one after the other: who comes after the failure must
 * find what was not sold. */
static int explore_faults(struct explorer *explorer)
{
    struct trace plain, trace;
    struct follower follower;
    struct schedule schedule;
    enum fault_kind fault;
    size_t i;
    int status = play_plain(explorer, &plain);

    for (i = 0; i < plain.n; i++)
        for (fault = FAULT_NONE + 1; fault < FAULT_KINDS && status == EXIT_OK; fault++) {
            if (!can_fail(&plain.moves[i], fault))
                continue;
            schedule_of(&schedule, &plain);
            schedule.n = (int)i + 1;
            schedule.fault_at = (int)i;
            schedule.fault = fault;
            follower_init(&follower, &schedule);
            if ((status = play(explorer, &follower.chooser, &trace)) == EXIT_OK) {
                count_fault(explorer->result, &trace);
                if (best_breaks(&trace))
                    best_keep(&explorer->best_fault, &trace, &explorer->play.cell);
            }
            trace_free(&trace);
        }
    trace_free(&plain);
    return status;
}

/* Once more, with the rows read after every call. */
static int tell(struct explorer *explorer, const struct schedule *schedule)
{
    struct exploration *result = explorer->result;
    struct follower follower;

    follower_init(&follower, schedule);
    if (play_schedule(&explorer->play, &follower.chooser, true, &result->trace) != 0)
        return interrupt_raised() ? EXIT_INTERRUPTED : EXIT_ERROR;
    schedule_write(schedule, result->schedule, sizeof result->schedule);
    return EXIT_OK;
}

/* Why what was played is not what was asked for; "" when it is. */
static void compare(const struct trace *trace, const struct schedule *schedule, char *why, size_t size)
{
    int at = schedule->fault_at;

    why[0] = '\0';
    if (trace->ending == TRACE_ASTRAY)
        snprintf(why, size, "%s", trace->astray);
    else if ((int)trace->n < schedule->n)
        snprintf(why, size, "all users were answered after %zu calls, it names %d", trace->n, schedule->n);
    else if (at >= 0 && !can_fail(&trace->moves[at], schedule->fault))
        snprintf(why, size, "call %d cannot be made to fail that way", at + 1);
}

static int replay(struct explorer *explorer)
{
    struct exploration *result = explorer->result;
    struct schedule schedule;
    char error[160];
    int status;

    if (schedule_parse(&schedule, result->request.replay, error, sizeof error) != 0) {
        say_error("--replay: %s", error);
        return EXIT_USAGE;
    }
    if ((status = tell(explorer, &schedule)) != EXIT_OK)
        return status;
    compare(&result->trace, &schedule, error, sizeof error);
    if (error[0] != '\0') {
        say_error("--replay '%s' does not fit %s: %s", result->request.replay, result->holder, error);
        return EXIT_USAGE;
    }
    count(explorer, &result->trace);
    return EXIT_OK;
}

static int explore(struct explorer *explorer)
{
    struct exploration *result = explorer->result;
    int status;

    explorer->tried = 0;
    if (result->request.replay != NULL)
        return replay(explorer);
    status = result->is_random ? explore_sample(explorer) : explore_all(explorer);
    if (status == EXIT_OK && result->endless == 0)
        status = explore_faults(explorer);
    return status;
}

/* NULL: there is nothing to tell. */
static const struct best *best_of(const struct explorer *explorer)
{
    return best_choose(&explorer->best, &explorer->best_fault, explorer->result->cell);
}

static int tell_best(struct explorer *explorer)
{
    return tell(explorer, &best_of(explorer)->schedule);
}

/* With so many seats in the house. */
static int in_house(struct explorer *explorer, int64_t seats, int (*what)(struct explorer *))
{
    struct cell cell = *explorer->result->cell; /* what it points to is borrowed */
    int status = EXIT_ERROR;

    cell.scenario.seats = seats;
    if (play_open(&explorer->play, &cell, explorer->database) == 0)
        status = what(explorer);
    play_close(&explorer->play);
    return interrupt_raised() ? EXIT_INTERRUPTED : status;
}

int exploration_run(struct exploration *result, const struct cell *cell, struct database *database,
                    const struct exploration_request *request)
{
    struct explorer explorer = { .result = result, .database = database };
    int64_t seats = cell->scenario.seats;
    int status = EXIT_OK, house;

    memset(result, 0, sizeof *result);
    result->cell = cell;
    result->request = *request;
    result->seats = seats;
    result->is_random = cell->scenario.users > 2;
    result->exhausted = !result->is_random && request->replay == NULL;
    snprintf(result->holder, sizeof result->holder, "%s on %s", cell->variant.name, cell->db);
    for (house = 0; house < request->houses && status == EXIT_OK && result->endless == 0; house++)
        status = in_house(&explorer, seats + house, explore);
    if (status == EXIT_OK && best_of(&explorer) != NULL) {
        result->seats = best_of(&explorer)->seats;
        status = in_house(&explorer, result->seats, tell_best);
    }
    return status;
}

void exploration_free(struct exploration *result)
{
    trace_free(&result->trace);
}

/* A rogue is caught by the anomaly it names, a control by any. */
static bool is_caught(const struct exploration *result)
{
    unsigned shows = result->cell->variant.registered->strategy->shows;
    enum anomaly anomaly;

    if (shows == 0)
        return result->broken + result->faults_broken > 0;
    for (anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++)
        if ((shows & 1u << anomaly) != 0 && result->broken_by[anomaly] + result->faults_broken_by[anomaly] > 0)
            return true;
    return false;
}

bool exploration_unexpected(const struct exploration *result)
{
    const unsigned controls = TRAIT_CONTROL | TRAIT_ROGUE;

    if ((result->cell->variant.registered->strategy->traits & controls) == 0)
        return result->broken + result->faults_broken > 0;
    return !is_caught(result) && result->request.replay == NULL; /* one schedule need not show it */
}
