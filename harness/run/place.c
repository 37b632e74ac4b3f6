#include "harness/run/place.h"

#include "harness/base/say.h"

static int reset(struct database *database, const struct cell *cell, const char *tag)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    const struct text *ddl = strategy->ddl != NULL ? strategy->ddl(cell->variant.options) : NULL;
    const struct house house = {
        .events = cell->scenario.events,
        .seats = cell->scenario.seats,
        .numbered = cell_ledger(cell) == LEDGER_SEATS,
        .ddl = ddl != NULL ? ddl->in[database_dialect(database)] : NULL,
    };

    return database_reset(database, &cell->scenario.db, tag, &house);
}

static enum db_status run_setup(const struct cell *cell, struct db *db)
{
    const struct app app = cell_app(cell, 0);
    enum db_status st = db_begin(db, TX_WRITE);

    if (st == DB_OK)
        st = cell->variant.registered->strategy->setup(db, &app);
    return st == DB_OK ? db_commit(db) : st;
}

static int set_up(struct database *database, const struct cell *cell)
{
    const struct strategy *strategy = cell->variant.registered->strategy;
    const struct db_settings settings = cell_own_settings(cell);
    char error[DB_ERROR_SIZE] = "";
    enum db_status st;
    struct db *db;

    if ((db = database_connect(database, &settings, strategy->statements, error, sizeof error)) == NULL) {
        say_error("%s: cannot connect to set up the strategy's tables: %s", cell->id, error);
        return -1;
    }
    if ((st = run_setup(cell, db)) != DB_OK)
        say_error("%s: the strategy's setup failed: %s: %s", cell->id, db_status_name(st), db_last_error(db));
    db_close(db);
    return st == DB_OK ? database_settle(database) : -1;
}

int place_prepare(struct database *database, const struct cell *cell, const char *tag)
{
    if (reset(database, cell, tag) != 0)
        return -1;
    if (cell->variant.registered->strategy->setup == NULL || set_up(database, cell) == 0)
        return 0;
    database_drop(database);
    return -1;
}
