#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

#include <stdio.h>

#include "harness/db/database.h"
#include "harness/scenario/pick.h"
#include "harness/scenario/sizes.h"

/* A scenario file, resolved: defaults, extends, the file, then --set, in that order of precedence. */

enum load_model { LOAD_BURST, LOAD_CLOSED, LOAD_LOCKSTEP, LOAD_OPEN };
enum arrival_kind { ARRIVALS_POISSON, ARRIVALS_CONSTANT };
enum history { HISTORY_ALL, HISTORY_NONE };

#define WORKERS_AUTO     0
#define WORKERS_AUTO_MAX 10000
#define WARMUP_AUTO      1001 /* no number of blocks: these end one below */

/* What of a scenario a variant may override with [strategy.NAME] retry.* keys. */
struct retry_policy {
    int64_t attempts; /* counts the first try; INT64_MAX = unlimited */
    struct law backoff;
    unsigned on; /* RETRY_ON_*: what is tried again */
};

struct scenario {
    /* [scenario] */
    char title[OPTION_TEXT_SIZE];
    char extends[OPTION_TEXT_SIZE];
    /* [inventory] */
    int64_t events, seats; /* seats per event */
    /* [load] */
    int model;           /* enum load_model */
    int64_t users;       /* open: they ask in turn */
    int64_t workers;     /* WORKERS_AUTO: one per user up to 10,000 */
    int64_t duration_ns; /* closed, open */
    int64_t rate;        /* open: requests in RATE_SECONDS (rate.h) */
    int arrivals;        /* open: enum arrival_kind */
    int64_t drain_ns;    /* open: how long after duration requests may still begin */
    int64_t late_ns;     /* open: a request that begins later than this after it was due is late */
    struct pick_law pick;
    struct law patience; /* LAW_NONE: endless */
    /* [request] */
    struct size_law sizes;
    double repeat; /* share of users who send their wish twice */
    /* [checkout] */
    struct law checkout;
    double abandon; /* share of users who leave at checkout */
    /* [hold] */
    int64_t hold_ttl_ns;
    /* [mix] */
    double cancel; /* share of users who give back what they booked */
    struct law cancel_after;
    int64_t browsers, browse_every_ns;
    /* [app] */
    int64_t instances;
    /* [db] */
    struct text_list use;
    char db_dir[OPTION_TEXT_SIZE];
    int64_t pool; /* connections per app, service threads included */
    int64_t pool_timeout_ns;
    struct db_settings db;
    /* [retry] */
    struct retry_policy retry;
    /* [audit] */
    int64_t probe_ns; /* 0: none */
    /* [fault] */
    double ack_loss;         /* share of commits whose answer is lost with the connection */
    int64_t kill_backend_ns; /* how often the server ends one of our connections; 0: never */
    int64_t crash_ns;        /* how often our own server crashes; 0: never                 */
    /* [run] */
    struct text_list strategies;  /* variants, core, all, rogues */
    int64_t trials, warmup, seed; /* warmup: WARMUP_AUTO, or a number of blocks */
    double precision;             /* 0: none is asked for */
    int64_t timeout_ns;           /* a trial that takes longer is void */
    int history;

    /* Not rows of the table: */
    char name[64];              /* the file's stem */
    char place[96];             /* the file, as messages name it */
    char strategies_place[96];  /* the line that sets [run] strategies; "" for the default */
    char *question;             /* the first comment of the file, on one line; "" when it has none */
    struct override *overrides; /* [strategy.NAME] lines, in order */
    size_t override_count;
    struct sweep *sweeps; /* [sweep] lines, in order */
    size_t sweep_count;
};

/* [strategy.NAME] key = value, and where it was written. */
struct override {
    char *strategy, *key, *value;
    char place[96]; /* "scenarios/x.ini:12" */
};

/* [sweep] section.key = v1, v2, … */
struct sweep {
    char *key;
    struct text_list values;
    char place[96];
};

/* The one option table. */
extern const struct option scenario_options[];

/* A --set on the command line: "load.users=50". */
struct setting {
    const char *key, *value;
};

/* Reads NAME (a stem in scenarios/, or a path), follows `extends`, applies the settings, checks every key, value and
 * the keys against each other (workers below users with a checkout, duration without closed load, …), strategy names
 * and options excepted (cells_expand() does these). EXIT_OK; EXIT_USAGE after one line "scenarios/x.ini:12: …; did you
 * mean …?". */
int scenario_load(struct scenario *, const char *name, const struct setting *settings, size_t n);
void scenario_free(struct scenario *); /* NULL is a no-op */
/* A deep copy (a cell owns its scenario). 0 / -1. */
int scenario_copy(struct scenario *to, const struct scenario *from);
/* Sets one key "section.key" on a loaded scenario (sweeps). place names the line for the error. EXIT_OK / EXIT_USAGE.
 */
int scenario_set(struct scenario *, const char *key, const char *value, const char *place);
/* Checks keys against each other. EXIT_OK / EXIT_USAGE after one line that begins with place. */
int scenario_check(const struct scenario *, const char *place);
/* Whether something is to go wrong on purpose ([fault]). */
static inline bool scenario_has_faults(const struct scenario *s)
{
    return s->ack_loss > 0 || s->kill_backend_ns > 0 || s->crash_ns > 0;
}
/* Threads that act as users: workers, or for WORKERS_AUTO one per user up to WORKERS_AUTO_MAX. */
int64_t scenario_workers(const struct scenario *);
/* The resolved scenario as an INI file that can be run again. out: a FILE. */
void scenario_write(const struct scenario *, FILE *out);
/* Stems of the shipped scenarios, sorted. 0 / -1. */
int scenario_names(struct text_list *);
/* Where scenario files are: $LASTSEAT_HOME/scenarios if set, else scenarios/ beside the executable. */
const char *scenario_folder(void);
/* The file a NAME means: a stem in `beside` (NULL: nowhere else) or in scenario_folder(), or a path, which `extends`
 * reads from `beside`. EXIT_OK; EXIT_USAGE after one line that begins with place ("": the command line). */
int scenario_find(char *path, size_t size, const char *name, const char *beside, const char *place);

#endif
