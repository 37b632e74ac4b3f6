#ifndef FAULT_FAULTS_H
#define FAULT_FAULTS_H

#include "harness/base/rng.h"
#include "harness/fault/doubts.h"
#include "harness/fault/proxy.h"
#include "harness/fault/watch.h"

/* What goes wrong on purpose in one trial ([fault] of its scenario), and what came of it. First everybody asks while
 * faults go on; then they stop, what is in doubt is resolved, and those who were turned away by a fault ask once more
 * (reoffer.h). Main thread. */

struct cell;

struct fault_report {
    bool on; /* false: a trial without faults; all else is 0 */
    int64_t commits, cut_before, cut_after, killed, crashed;
    int64_t down_ns;                     /* the server was away, summed over crashes                              */
    int64_t asked;                       /* round trips that asked for a transaction's number (watch.h)           */
    int64_t fenced;                      /* server processes that had to be ended                                 */
    int64_t resolve_ns;                  /* from the last answer until the fate of whatever was in doubt was known */
    int64_t reoffered, reoffered_booked; /* requests that asked again when the faults were over, and were booked */
    int64_t recover_ns;                  /* they took so long                                              */
    bool unresolved;                     /* the server could not be asked, or would not let go             */
    bool recovered;                      /* in the end everybody was answered, in time                     */
    struct doubt *doubts;                /* owned by the trial */
    size_t doubt_count;
    size_t doubts_lost; /* beyond those: there was no room for them */
};

struct faults {
    const struct cell *cell;
    struct database *database;
    const struct outage *outage; /* NULL: nothing goes wrong here */
    struct proxy proxy;
    struct watch watch;
    struct doubts doubts;
    struct rng rng;
    int64_t next_kill_ns, next_crash_ns; /* INT64_MAX: never */
    struct fault_report report;
};

/* Before the apps open: from now on their connections may be lost. A scenario without faults, or a database without a
 * server: does nothing. 0, or -1 after saying why; faults_end() in any case. */
int faults_begin(struct faults *, const struct cell *, struct database *, int64_t block);
/* What notes operations in doubt; NULL: nobody. */
struct doubts *faults_doubts(struct faults *);
/* The gate has opened. */
void faults_start(struct faults *, int64_t start_ns);
/* When faults_act() has something to do; INT64_MAX: never. */
int64_t faults_due_ns(const struct faults *);
/* 0, or -1 after saying why: the server is gone for good. */
int faults_act(struct faults *);
/* Nothing goes wrong any more. */
void faults_calm(struct faults *);
/* Every worker has ended: fences the server's processes that were left at work, and asks what became of what they were
 * at. */
void faults_resolve(struct faults *, int64_t last_answer_ns);
/* The apps are closed. Moves the report out; NULL: nobody wants it. */
void faults_end(struct faults *, struct fault_report *);

/* NULL, or the first kind of fault the scenario asks for that hit nothing: the trial proved nothing about it. */
const char *faults_never_hit(const struct fault_report *, const struct cell *);
void fault_report_free(struct fault_report *);

#endif
