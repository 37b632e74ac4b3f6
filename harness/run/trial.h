#ifndef RUN_TRIAL_H
#define RUN_TRIAL_H

#include <stdio.h>

#include "harness/db/database.h"
#include "harness/fault/faults.h"
#include "harness/measure/pace.h"
#include "harness/measure/totals.h"
#include "harness/run/weather.h"
#include "harness/scenario/cell.h"

/* One gate of one app after the trial: a witness of the audit. */
struct gate_witness {
    int32_t app;
    int64_t event, initial, left;
};

/* What the probes of a trial saw (probe.h), and what they cost: in none of the trial's other counts and times, but for
 * what a server did for them. */
struct probes {
    bool asked;
    int64_t n, violations;                      /* looks; those that saw any of the following        */
    int64_t oversold, negative, duplicate_seat; /* looks that saw it                                 */
    int64_t oversold_most;                      /* seats, at one moment                              */
    int64_t first_ns;                           /* from the start to the first violation; -1: none   */
    int64_t statements, busy_ns, cpu_ns;        /* BEGIN and COMMIT apart; in all looks; of its thread */
};

/* One run of a cell, measured but not yet audited. */
struct trial {
    int64_t block, seed;
    int64_t start_ns;       /* the gate opened (CLOCK_MONOTONIC)                       */
    int64_t wall_ns;        /* from then to the last answer to a request               */
    int64_t sold_out_ns;    /* from then until the told-booked seats, less those given back, reached capacity; -1: never
                             */
    struct record *records; /* of requests, by user or worker; NULL when only totals were kept */
    size_t record_count;
    struct record *cancels; /* of bookings given back; NULL: none                      */
    size_t cancel_count;
    struct totals totals;
    struct pace pace;          /* of open load; else its duration_ns is 0                 */
    struct db_ops ops;         /* of requests and services                                */
    struct db_ops service_ops; /* of services alone                                       */
    struct gate_witness *gates;
    size_t gate_count;
    int64_t harness_cpu_ns, server_cpu_ns, peak_rss_bytes, wal_bytes; /* -1: cannot be known */
    int64_t peak_connections; /* most borrowed at once, plus services                    */
    struct database_bloat bloat;
    struct weather weather;
    struct probes probes;
    struct fault_report faults; /* what went wrong on purpose */
    bool untimed;               /* users were made to wait for each other (lockstep.h): times say nothing */
    char void_reason[160];      /* "" or why the trial does not count                      */
};

/* Live counts for a progress display, readable from any thread while a trial runs. */
struct trial_progress {
    _Atomic int64_t sold; /* seats that clients were told they have */
};

/* Runs one trial: resets the database, opens the apps, starts the workers, opens the gate, joins all. The place stays
 * for the audit; call database_drop() after it. EXIT_OK (a void trial included), EXIT_ERROR after one line,
 * EXIT_INTERRUPTED. progress may be NULL. */
int trial_run(struct trial *, const struct cell *, struct database *, int64_t block, const char *tag,
              struct trial_progress *);
/* The same in the place that stands, as place_prepare() left it or database_rewind() has put it back to. */
int trial_run_in_place(struct trial *, const struct cell *, struct database *, int64_t block, struct trial_progress *);
void trial_free(struct trial *); /* NULL is a no-op */

#endif
