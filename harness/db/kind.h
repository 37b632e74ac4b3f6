#ifndef DB_KIND_H
#define DB_KIND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/db/driver.h"
#include "harness/db/outage.h"
#include "harness/db/spare.h"

/* What database.c asks of a kind of database beyond its connections (driver.h): where a run's places live. Each member
 * answers the function of database.h with the same name; all are required but outage. */

struct database_kind {
    const char *name;
    const char *about; /* one line for `lastseat list databases` */
    const struct db_driver *driver;
    const struct outage *outage; /* NULL: there is no server to take down */

    /* Sets database->own. 0, or -1 with one line in reason and nothing left behind. */
    int (*open)(struct database *, char *reason, size_t reason_size);
    void (*close)(struct database *);
    const char *(*refuses)(const struct database *, const struct db_settings *);
    int (*reset)(struct database *, const struct db_settings *, const char *tag, const struct house *);
    int (*settle)(struct database *);
    void (*drop)(struct database *);
    int (*remember)(struct database *);
    int (*loosen_clock)(struct database *);
    /* Says nothing: db->error is filled. */
    enum db_status (*pass_time)(struct database *, struct db *, int64_t us);
    /* Of a place that is remembered, outside of a transaction. Says nothing: db->error is filled. */
    enum db_status (*rewind)(struct database *, struct db *);
    /* Connections of ours that the server still has, the given one and spares apart; -1 after an error was said. */
    int (*alive)(struct database *, struct db *);
    void (*usage)(struct database *, struct db *, struct database_usage *);
    void (*bloat)(struct database *, struct db *, struct database_bloat *);
    int (*facts)(struct database *, const struct db_settings *, database_fact_fn *, void *arg);
    const char *(*durability)(const struct database *, const struct db_settings *);
    void (*keep_line)(const struct database *, const char *tag, char *out, size_t size);
};

extern const struct database_kind kind_sqlite, kind_postgres, kind_null;

#define DATABASE_TAG_SIZE   41
#define DATABASE_PLACE_SIZE 512

struct database {
    const struct database_kind *kind;
    char dir[DATABASE_PLACE_SIZE]; /* absolute                                             */
    int max_connections;
    bool keep;
    char tag[DATABASE_TAG_SIZE];     /* of the current place; "" when there is none          */
    char place[DATABASE_PLACE_SIZE]; /* the current place: a file's path, a schema's name    */
    int generation;                  /* of the current place: grows with every reset and drop */
    bool remembered;                 /* database_rewind() has something to put back          */
    bool loose_clock;                /* database_pass_time() can move the clock of the place */
    _Atomic int64_t passed_us;       /* SQLite: how far it was moved                          */
    const struct db_driver *wrapper; /* NULL: none                                           */
    struct spares spares;
    _Atomic int connections; /* struct db open now, spares apart                     */
    void *own;               /* the kind's                                           */
};

#endif
