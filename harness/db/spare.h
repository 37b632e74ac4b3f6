#ifndef DB_SPARE_H
#define DB_SPARE_H

#include <pthread.h>
#include <stdbool.h>

/* Connections that were closed and are kept for the next who asks: database_keep_connections(). Any thread. */

struct database;
struct db;
struct db_settings;
struct statement;

struct spares {
    pthread_mutex_t lock;
    bool keep;
    struct db *first;
};

void spare_init(struct spares *);
void spare_destroy(struct spares *); /* empty */
void spare_keep(struct spares *, bool keep);
/* Keeps a connection that is being closed; false: it has to be closed after all. */
bool spare_put(struct db *);
/* A spare with these settings and statements, its driver the kind's own, or NULL: one must be opened. */
struct db *spare_take(struct database *, const struct db_settings *, const struct statement *);
void spare_close_all(struct database *);
/* Calls fn for each spare, locked: fn must not come back here. */
void spare_each(struct database *, void (*fn)(void *arg, const struct db *), void *arg);

#endif
