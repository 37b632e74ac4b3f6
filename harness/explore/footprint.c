#include "harness/explore/footprint.h"

#include <string.h>

#include "harness/base/rng.h"
#include "harness/db/driver.h"

#define BIT(thing) (1u << (thing))

/* A read that takes locks or changes something cannot be told by its kind alone: what the SQL says counts. */
static bool is_plain_read(const struct player *player, const struct db_driver *driver)
{
    const char *sql = player->statement->sql.in[driver->dialect];

    return player->statement->kind == STATEMENT_READ && !player->statement->locks && sql != NULL &&
           strcasestr(sql, " for ") == NULL && strcasestr(sql, "pg_") == NULL && strcasestr(sql, "nextval") == NULL;
}

/* A serializable transaction's reads are held against the writes of others: the database keeps them like locks. */
static struct footprint of_rows(const struct player *player)
{
    if (is_plain_read(player, player->players->driver) && !player->serializable)
        return (struct footprint){ .reads = BIT(THING_ROWS) };
    if (player->in_tx)
        return (struct footprint){ .reads = BIT(THING_ROWS), .writes = BIT(THING_LOCKS) };
    return (struct footprint){ .writes = BIT(THING_ROWS) | BIT(THING_LOCKS) };
}

static struct footprint of_statement(const struct player *player)
{
    struct footprint footprint = of_rows(player);

    if (players_reads_clock(player->players, player->statement))
        footprint.reads |= BIT(THING_CLOCK);
    return footprint;
}

static struct footprint of_end(const struct player *player)
{
    struct footprint footprint = { 0 };

    if (player->writes || player->locks || player->serializable)
        footprint.writes |= BIT(THING_LOCKS);
    if (player->writes && player->asked.kind == CALL_COMMIT)
        footprint.writes |= BIT(THING_ROWS);
    return footprint;
}

static struct footprint of_call(const struct player *player)
{
    switch (player->asked.kind) {
    case CALL_BEGIN:
        if (player->asked.mode == TX_WRITE && player->players->driver->begin_locks)
            return (struct footprint){ .reads = BIT(THING_ROWS), .writes = BIT(THING_LOCKS) };
        return (struct footprint){ 0 };
    case CALL_RUN:
    case CALL_RUN_MANY:
        return of_statement(player);
    case CALL_COMMIT:
    case CALL_ROLLBACK:
        return of_end(player);
    case CALL_CHECKOUT:
    case CALL_ARRIVE:
        return (struct footprint){ 0 };
    case CALL_PAUSE:
        return (struct footprint){ .reads = BIT(THING_CLOCK) };
    case CALL_TIME:
        return (struct footprint){ .writes = BIT(THING_CLOCK) };
    case CALL_GATE_LEFT:
        return (struct footprint){ .reads = BIT(THING_GATES) };
    case CALL_GATE_TAKE:
    case CALL_GATE_GIVE:
        return (struct footprint){ .writes = BIT(THING_GATES) };
    case CALL_LOCK:
    case CALL_UNLOCK:
        return (struct footprint){ .writes = BIT(THING_APPLOCKS) };
    case CALL_PARK:
    case CALL_LANE_TAKE:
        return (struct footprint){ .writes = BIT(THING_LANES) };
    case CALL_FINISH:
        return (struct footprint){ .writes = BIT(THING_ANSWERS) };
    case CALL_ANSWER:
        return (struct footprint){ .reads = BIT(THING_ANSWERS) };
    case CALL_KINDS:
        break;
    }
    return (struct footprint){ .writes = BIT(THINGS) - 1 };
}

struct footprint footprint_of(const struct player *player)
{
    struct footprint footprint = of_call(player);

    if (player->players->share_memory)
        footprint.writes |= BIT(THING_MEMORY);
    return footprint;
}

/* A call is named by who makes it and all it depends on: that actor's call before, the last writers of what it touches,
 * and, where it writes, the readers since. Those readers do not touch each other, so their names are added up. */
void past_add(struct past *past, int actor, struct footprint footprint)
{
    uint64_t name = rng_mix(past->own[actor], (uint64_t)actor + 1, footprint.reads | (uint64_t)footprint.writes << 32);
    int t;

    for (t = 0; t < THINGS; t++) {
        if (((footprint.reads | footprint.writes) & BIT(t)) != 0)
            name = rng_mix(name, past->written[t], (uint64_t)t + 1);
        if ((footprint.writes & BIT(t)) != 0)
            name = rng_mix(name, past->read[t], (uint64_t)t + 1);
    }
    for (t = 0; t < THINGS; t++) {
        if ((footprint.writes & BIT(t)) != 0) {
            past->written[t] = name;
            past->read[t] = 0;
        } else if ((footprint.reads & BIT(t)) != 0) {
            past->read[t] += name;
        }
    }
    past->own[actor] = name;
    past->sum += name;
}
