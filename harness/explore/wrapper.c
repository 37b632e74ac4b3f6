#include "harness/explore/wrapper.h"

#include "harness/explore/players.h"

/* What a call of the database was given and answers. */
struct passage {
    struct call call;
    struct row *row;
    int64_t *changed;
    int *done;
};

static const struct db_driver *own_of(const struct db *db)
{
    return ((const struct wrapper *)db->driver)->own;
}

static enum db_status pass(struct db *db, const struct passage *p)
{
    const struct db_driver *own = own_of(db);

    switch (p->call.kind) {
    case CALL_BEGIN:
        return own->begin(db, p->call.mode);
    case CALL_RUN:
        return own->run(db, p->call.slot, p->call.args, p->call.nargs, p->row);
    case CALL_RUN_MANY:
        return own->run_many(db, p->call.slot, p->call.args, p->call.nargs, p->call.n, p->changed, p->done);
    case CALL_COMMIT:
        return own->commit(db);
    default:
        return own->rollback(db);
    }
}

static const struct statement *statement_of(const struct db *db, const struct call *call)
{
    return call->kind == CALL_RUN || call->kind == CALL_RUN_MANY ? &db->statements[call->slot] : NULL;
}

/* The database answers DB_LOCK_TIMEOUT instead of waiting: it is asked again when the lock may be free. */
static enum db_status pass_in_turn(struct player *player, struct db *db, const struct passage *p)
{
    enum db_status st = pass(db, p);

    while (st == DB_LOCK_TIMEOUT && own_of(db)->waits == NULL) {
        if (!players_keep_out(player))
            return st;
        st = pass(db, p);
    }
    return st;
}

/* What its client is told of a call whose connection goes down: a commit may have happened, anything else has not. */
static enum db_status loss(const struct db *db, const struct call *call)
{
    const struct statement *statement = statement_of(db, call);

    if (call->kind == CALL_COMMIT || (statement != NULL && statement->kind == STATEMENT_WRITE && !db->in_tx))
        return DB_IN_DOUBT;
    return DB_LOST;
}

/* A server whose client is gone rolls back what is open, and drops the session; here before anybody else moves. It
 * costs much more to open another one than to renew this one for whoever comes next. */
static enum db_status lose_connection(struct db *db, enum db_status st)
{
    const struct db_driver *own = own_of(db);

    if (own->tx_open(db))
        own->rollback(db);
    db->renewed = own->renew != NULL && !own->tx_open(db) && own->renew(db);
    return st;
}

/* An error of the database's own, so that it does to the transaction what errors do there. */
static enum db_status err(struct db *db, const struct call *call)
{
    const struct db_driver *own = own_of(db);

    if (call->kind == CALL_COMMIT)
        own->rollback(db); /* a refused commit ends its transaction (driver.h) */
    else if (db->in_tx)
        (void)own->exec(db, "SELECT refused FROM a_fault_of_the_explorer");
    return DB_ERROR;
}

static enum db_status pass_or_fail(struct player *player, struct db *db, const struct passage *p, enum fault_kind fault)
{
    enum db_status lost = loss(db, &p->call);

    switch (fault) {
    case FAULT_BEFORE:
        return lose_connection(db, lost);
    case FAULT_AFTER:
        (void)pass_in_turn(player, db, p);
        return lose_connection(db, lost);
    case FAULT_ERROR:
        return err(db, &p->call);
    default:
        return pass_in_turn(player, db, p);
    }
}

/* What the transaction has done by now: it decides which other calls this player's next ones touch. */
static void follow(struct player *player, const struct db *db, const struct call *call, enum db_status st)
{
    const struct statement *statement = statement_of(db, call);
    bool was_open = db->in_tx;

    if (call->kind == CALL_COMMIT || call->kind == CALL_ROLLBACK || st == DB_LOST || st == DB_IN_DOUBT)
        player->in_tx = false;
    else if (call->kind == CALL_BEGIN)
        player->in_tx = st == DB_OK;
    else
        player->in_tx = was_open && own_of(db)->tx_open(db);
    if (call->kind == CALL_BEGIN) {
        player->serializable = call->mode == TX_SERIALIZABLE;
        player->locks = call->mode == TX_WRITE && own_of(db)->begin_locks;
    }
    if (statement != NULL) {
        player->locks = player->locks || statement->locks;
        player->writes = player->writes || statement->kind == STATEMENT_WRITE;
    }
    if (!player->in_tx)
        player->locks = player->writes = player->serializable = false;
}

static void note(struct player *player, const struct passage *p, enum db_status st)
{
    struct move *move = &player->players->trace->moves[player->move];

    move->status = st;
    if (st != DB_OK)
        return;
    if (p->row != NULL)
        move->row = *p->row;
    if (p->changed != NULL)
        move->row.changed = *p->changed;
}

static enum db_status schedule(struct db *db, const struct passage *p)
{
    struct player *player = players_self();
    const struct players *players;
    enum db_status st;

    if (player == NULL || !players_ask(player, &p->call, statement_of(db, &p->call)))
        return pass(db, p);
    players = player->players;
    players_go_inside(player, db);
    st = pass_or_fail(player, db, p, players->trace->moves[player->move].fault);
    players_go_inside(player, NULL);
    follow(player, db, &p->call, st);
    note(player, p, st);
    return st;
}

static enum db_status wrapped_begin(struct db *db, enum tx_mode mode)
{
    return schedule(db, &(struct passage){ .call = { .kind = CALL_BEGIN, .mode = mode } });
}

static enum db_status wrapped_run(struct db *db, int slot, const int64_t *args, int nargs, struct row *row)
{
    return schedule(
        db, &(struct passage){ .call = { .kind = CALL_RUN, .slot = slot, .args = args, .nargs = nargs }, .row = row });
}

static enum db_status wrapped_run_many(struct db *db, int slot, const int64_t *args, int nargs, int n, int64_t *changed,
                                       int *done)
{
    return schedule(
        db, &(struct passage){ .call = { .kind = CALL_RUN_MANY, .slot = slot, .args = args, .nargs = nargs, .n = n },
                               .changed = changed,
                               .done = done });
}

static enum db_status wrapped_commit(struct db *db)
{
    return schedule(db, &(struct passage){ .call = { .kind = CALL_COMMIT } });
}

static enum db_status wrapped_rollback(struct db *db)
{
    return schedule(db, &(struct passage){ .call = { .kind = CALL_ROLLBACK } });
}

void wrapper_init(struct wrapper *wrapper, const struct db_driver *own)
{
    wrapper->own = own;
    wrapper->driver = *own;
    wrapper->driver.begin = wrapped_begin;
    wrapper->driver.run = wrapped_run;
    wrapper->driver.run_many = wrapped_run_many;
    wrapper->driver.commit = wrapped_commit;
    wrapper->driver.rollback = wrapped_rollback;
}
