#include "harness/db/spare.h"

#include "harness/db/kind.h"

void spare_init(struct spares *spares)
{
    pthread_mutex_init(&spares->lock, NULL);
}

void spare_destroy(struct spares *spares)
{
    pthread_mutex_destroy(&spares->lock);
}

void spare_keep(struct spares *spares, bool keep)
{
    pthread_mutex_lock(&spares->lock);
    spares->keep = keep;
    pthread_mutex_unlock(&spares->lock);
}

/* A transaction may have been opened behind db.c's back, by db_exec(); a cancellation may still be on its way. */
static bool is_whole(const struct db *db)
{
    const struct database *database = db->database;

    return (!db->lost || db->renewed) && !db->in_tx && !atomic_load(&db->cancelled) &&
           db->generation == database->generation && !database->kind->driver->tx_open(db);
}

bool spare_put(struct db *db)
{
    struct database *database = db->database;
    struct spares *spares = &database->spares;
    bool kept;

    pthread_mutex_lock(&spares->lock);
    if ((kept = spares->keep && is_whole(db))) {
        /* A wrapper may be gone when the spare is closed. */
        db->driver = database->kind->driver;
        db->lost = db->renewed = false;
        db->next_spare = spares->first;
        spares->first = db;
        atomic_fetch_sub(&database->connections, 1);
    }
    pthread_mutex_unlock(&spares->lock);
    return kept;
}

static bool is_like(const struct db *db, const struct db_settings *settings, const struct statement *statements)
{
    const struct db_settings *own = &db->settings;

    return db->statements == statements && own->durability == settings->durability &&
           own->journal == settings->journal && own->busy.kind == settings->busy.kind &&
           own->busy.lo_ns == settings->busy.lo_ns && own->busy.hi_ns == settings->busy.hi_ns &&
           own->rtt_ns == settings->rtt_ns && own->lock_timeout_ns == settings->lock_timeout_ns &&
           own->statement_timeout_ns == settings->statement_timeout_ns &&
           own->deadlock_timeout_ns == settings->deadlock_timeout_ns;
}

struct db *spare_take(struct database *database, const struct db_settings *settings, const struct statement *statements)
{
    struct spares *spares = &database->spares;
    struct db **link, *db;

    pthread_mutex_lock(&spares->lock);
    link = &spares->first;
    while ((db = *link) != NULL && !is_like(db, settings, statements))
        link = &db->next_spare;
    if (db != NULL) {
        *link = db->next_spare;
        atomic_fetch_add(&database->connections, 1);
    }
    pthread_mutex_unlock(&spares->lock);
    return db;
}

void spare_close_all(struct database *database)
{
    struct spares *spares = &database->spares;
    struct db *db, *next;

    pthread_mutex_lock(&spares->lock);
    db = spares->first;
    spares->first = NULL;
    pthread_mutex_unlock(&spares->lock);
    for (; db != NULL; db = next) {
        next = db->next_spare;
        atomic_fetch_add(&database->connections, 1);
        db_discard(db);
    }
}

void spare_each(struct database *database, void (*fn)(void *arg, const struct db *), void *arg)
{
    const struct db *db;

    pthread_mutex_lock(&database->spares.lock);
    for (db = database->spares.first; db != NULL; db = db->next_spare)
        fn(arg, db);
    pthread_mutex_unlock(&database->spares.lock);
}
