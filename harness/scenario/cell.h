#ifndef SCENARIO_CELL_H
#define SCENARIO_CELL_H

#include "harness/scenario/registry.h"
#include "harness/scenario/scenario.h"

/* A strategy with its options: name:option=value:option=value. */
struct variant {
    const struct registered *registered;
    void *options;               /* parsed; NULL when the strategy has none       */
    struct retry_policy retry;   /* the scenario's, unless overridden             */
    uint64_t written;            /* bit i: row i of the strategy's options stands in the text        */
    char name[OPTION_TEXT_SIZE]; /* canonical text: strategy, then options as written, in table order */
};
#define VARIANT_OPTIONS_MAX 64

/* One (scenario x database x variant x sweep point). */
struct cell {
    char id[256];                              /* scenario/db/variant[/key=value,…]: in files, colours and JSON */
    char group[64];                            /* scenario name                                                 */
    char sweep[128];                           /* "users=50" or "": keys without section where unambiguous      */
    struct text_list sweep_keys, sweep_values; /* full keys                                     */
    struct scenario scenario;                  /* own copy with the sweep point applied                         */
    char db[16];
    struct variant variant;
    char skip[DB_ERROR_SIZE]; /* why it does not run, or ""                                    */
};

struct cells {
    struct cell *cell;
    size_t n;
};

/* Expands scenarios into cells, in the order of scenario, sweep point, database, variant; the floor (TRAIT_FLOOR on
 * database null) first in each scenario and sweep point. strategies / dbs: the command line's choice or NULL (the
 * scenario's own). Checks names, options, overrides, sweep keys, pool against services, workers against checkout.
 * EXIT_OK / EXIT_USAGE. */
int cells_expand(struct cells *, const struct scenario *const *scenarios, size_t n, const struct text_list *strategies,
                 const struct text_list *dbs);
void cells_free(struct cells *);

/* Parses one variant text; retry is the scenario table's default. place begins the error line. EXIT_OK / EXIT_USAGE. */
int variant_parse(struct variant *, const char *text, const char *place);
/* Lays one [strategy.NAME] line over it. What the variant's own text says stays; swept: that is an error then. EXIT_OK
 * / EXIT_USAGE after one line. */
int variant_override(struct variant *, const struct override *, bool swept);
/* How the value of a [strategy.NAME] key is printed, so that equal ones read alike; key: one variant_override() took.
 */
void variant_print(const struct variant *, const char *key, char *out, size_t size);
/* One strategy with equal options, wherever they come from: its text, [strategy.NAME], a sweep, a default. The retry
 * policy may differ. */
bool variant_does_same(const struct variant *, const struct variant *);
void variant_free(struct variant *); /* NULL and zeroed are no-ops */
/* The promises of a cell's variant under its scenario and retry policy. */
unsigned cell_promises(const struct cell *);
/* PROMISE_* in words, by bit; NULL-terminated. */
extern const char *const cell_promise_names[];
/* The variant does no work: it runs by itself, unranked. */
bool cell_is_floor(const struct cell *);
enum ledger cell_ledger(const struct cell *);
/* DB_CAN_* that the variant cannot do without. */
unsigned cell_needs(const struct cell *);
/* Service threads per app. */
int cell_services(const struct cell *);
/* [db] for the connections of the variant's apps: the scenario's, tuned by the strategy. */
struct db_settings cell_settings(const struct cell *);
/* [db] for the harness's own connections (set-up, observer, probe, audit): none of the limits and delays that are meant
 * for users. What these run grows with the house, and a limit it ran into would be no finding. */
struct db_settings cell_own_settings(const struct cell *);
/* As struct app number `index` sees the scenario; memory is NULL. */
struct app cell_app(const struct cell *, int index);
/* True when more seats are asked for than there are, of the event that is wanted most: a control should oversell here.
 */
bool cell_contended(const struct cell *);
/* The cell with one user, one seat, one app, no checkout and nobody else: what amplification is measured against. 0 /
 * -1. */
int cell_solo(struct cell *to, const struct cell *from);
/* DB_CAN_* in words, by bit; NULL-terminated. */
extern const char *const cell_cap_names[];
/* Fills skip: what the database cannot do for this strategy or these settings; "" when nothing stands in the way. */
void cell_explain_skip(struct cell *);
/* The variant's options must go together. EXIT_OK / EXIT_USAGE after one line. */
int cell_check_options(const struct cell *);
/* Lock-step has no clock to back off by. EXIT_OK / EXIT_USAGE after one line. */
int cell_check_backoff(const struct cell *);
/* One line of warning where a hold of the variant may run out while its user pays. True: it was said. */
bool cell_warn_hold(const struct cell *);
/* The pool must hold more than the strategy's services. EXIT_OK / EXIT_USAGE after one line. */
int cell_check_pool(const struct cell *);
void cell_free(struct cell *);

#endif
