#include "harness/scenario/scenario.h"

#include "harness/base/clock.h"
#include "harness/scenario/rate.h"

/* Every key of a scenario file but [strategy.NAME] and [sweep]: the order is that of help, of scenarios/README.md and
 * of a resolved scenario. */

#define KEY(in, called, of_type, member)                                                                               \
    .section = in, .name = called, .type = of_type, .offset = offsetof(struct scenario, member)
#define WORDS(...)                                                                                                     \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }
#define MINUTE (60 * NS_PER_S)

const struct option scenario_options[] = {
    { KEY("scenario", "title", OPTION_TEXT, title), .fallback = "", .help = "One line over tables and plots." },
    { KEY("scenario", "extends", OPTION_TEXT, extends), .fallback = "",
      .help = "Another scenario whose keys hold where this file says nothing: a name, or a path seen from this file." },

    { KEY("inventory", "events", OPTION_INT, events), .min = 1, .max = 10000, .fallback = "1",
      .help = "Events on sale; load.pick says which one a user wants." },
    { KEY("inventory", "seats", OPTION_INT, seats), .min = 1, .max = 1000000000, .fallback = "10",
      .help = "Seats of each event." },

    { KEY("load", "model", OPTION_CHOICE, model), .fallback = "burst",
      .words = WORDS("burst", "closed", "lockstep", "open"),
      .help =
          "burst: every user asks once, all at the same moment; closed: every user asks again as soon as answered, "
          "for load.duration; lockstep: as a burst, but one at a time, and nobody takes a step before all have taken "
          "the one before it: no times, but counts that are the same in every run; open: requests come at load.rate "
          "for load.duration, whatever became of those before." },
    { KEY("load", "users", OPTION_INT, users), .min = 1, .max = 1000000, .fallback = "1000",
      .help = "Users who want a seat; in open load they ask in turn." },
    { KEY("load", "workers", OPTION_INT, workers), .min = 1, .max = WORKERS_AUTO_MAX, .zero = "auto",
      .fallback = "auto",
      .help = "Threads that act as users; auto: one per user, up to 10000. With fewer than users, users queue on them, "
              "and that waiting is response time." },
    { KEY("load", "duration", OPTION_DURATION, duration_ns), .min = 0, .max = 60 * MINUTE, .fallback = "0ms",
      .help = "How long closed or open load goes on; of no use to a burst." },
    { KEY("load", "rate", OPTION_RATE, rate), .min = 0, .max = 1000000 * RATE_SECONDS, .fallback = "0/s",
      .help = "Requests per second of open load, second clicks not counted; of no use to others." },
    { KEY("load", "arrivals", OPTION_CHOICE, arrivals), .fallback = "poisson", .words = WORDS("poisson", "constant"),
      .help = "When requests of open load are due: poisson: at random, as of users who know nothing of each other; "
              "constant: evenly spaced. Fixed by seed and block before the start." },
    { KEY("load", "drain", OPTION_DURATION, drain_ns), .min = 0, .max = 60 * MINUTE, .fallback = "5s",
      .help = "How long after load.duration requests of open load that were due may still begin; those that have not "
              "by then are skipped, and counted." },
    { KEY("load", "late", OPTION_DURATION, late_ns), .min = NS_PER_US, .max = MINUTE, .fallback = "100ms",
      .help = "A request of open load that begins later than this after it was due is late; where waiting grows beyond "
              "it, the rate was not sustained." },
    { KEY("load", "pick", OPTION_PICK, pick), .fallback = "uniform",
      .help = "Which event a user wants: all alike; event k by 1 / k^1.1; or event 1 by a share, the others by the "
              "rest." },
    { KEY("load", "patience", OPTION_LAW, patience), .min = NS_PER_US, .max = 60 * MINUTE, .fallback = "none",
      .words = WORDS("none", "fixed", "exp", "uniform"),
      .help = "How long after its due time a user leaves: no try and no backoff begins later, and a wait for the pool "
              "ends then (timed_out, reason patience)." },

    { KEY("request", "seats", OPTION_SIZES, sizes), .min = 1, .max = 1000, .fallback = "1",
      .help = "Seats a user wants, all or nothing." },
    { KEY("request", "repeat", OPTION_SHARE, repeat), .fallback = "0%",
      .help = "Share of users who click twice: the same wish once more at the same time, as a request of its own." },

    { KEY("checkout", "time", OPTION_LAW, checkout), .min = 0, .max = 10 * MINUTE, .fallback = "0ms",
      .words = WORDS("fixed", "exp", "uniform"),
      .help = "The time a user takes between looking and paying; each strategy puts it where its design does." },
    { KEY("checkout", "abandon", OPTION_SHARE, abandon), .fallback = "0%",
      .help = "Share of users who leave at checkout instead of paying." },

    { KEY("hold", "ttl", OPTION_DURATION, hold_ttl_ns), .min = NS_PER_MS, .max = 1440 * MINUTE, .fallback = "5m",
      .help = "How long a strategy that holds seats before they are paid keeps them for a user." },

    { KEY("mix", "cancel", OPTION_SHARE, cancel), .fallback = "0%",
      .help = "Share of users who, once booked, give their seats back." },
    { KEY("mix", "cancel_after", OPTION_LAW, cancel_after), .min = 0, .max = 10 * MINUTE, .fallback = "0ms",
      .words = WORDS("fixed", "exp", "uniform"),
      .help = "How long after the answer they do; in closed load such a user asks again only then." },
    { KEY("mix", "browsers", OPTION_INT, browsers), .min = 0, .max = 1000, .fallback = "0",
      .help = "Further users who only look how many seats an event has left, from the start to the last answer, over "
              "the same pool." },
    { KEY("mix", "browse_every", OPTION_DURATION, browse_every_ns), .min = 100 * NS_PER_US, .max = MINUTE,
      .fallback = "5ms", .help = "How often each of them looks; a look is timed from when it was due." },

    { KEY("app", "instances", OPTION_INT, instances), .min = 1, .max = 100, .fallback = "1",
      .help = "Application servers, each with its own pool and strategy state; users are dealt out in "
              "turn." },

    { KEY("db", "use", OPTION_LIST, use), .fallback = "sqlite, postgres", .words = WORDS("sqlite", "postgres", "null"),
      .help = "Databases the strategies run on; one that cannot be reached is skipped." },
    { KEY("db", "dir", OPTION_TEXT, db_dir), .fallback = "",
      .help = "Folder the databases live in; without it, beside the results or in /var/tmp." },
    { KEY("db", "pool", OPTION_INT, pool), .min = 1, .max = 1000, .fallback = "16",
      .help = "Connections of one application server, those of its service threads included." },
    { KEY("db", "pool_timeout", OPTION_DURATION, pool_timeout_ns), .min = NS_PER_MS, .max = 60 * MINUTE,
      .fallback = "30s", .help = "Longest wait for a connection of the pool." },
    { KEY("db", "lock_timeout", OPTION_DURATION, db.lock_timeout_ns), .min = NS_PER_MS, .max = 60 * MINUTE,
      .fallback = "10s", .help = "Longest wait for a lock in the database." },
    { KEY("db", "statement_timeout", OPTION_DURATION, db.statement_timeout_ns), .min = NS_PER_MS, .max = 60 * MINUTE,
      .fallback = "30s", .help = "Longest time one statement may run." },
    { KEY("db", "durability", OPTION_CHOICE, db.durability), .fallback = "full", .words = WORDS("full", "async", "off"),
      .help = "full: a commit is on disk when it is answered (PostgreSQL's defaults, SQLite synchronous=FULL); async: "
              "it follows soon (synchronous_commit=off, NORMAL); off: nothing is flushed." },
    { KEY("db", "journal", OPTION_CHOICE, db.journal), .fallback = "wal", .words = WORDS("wal", "delete"),
      .help = "SQLite's journal mode." },
    { KEY("db", "busy", OPTION_LAW, db.busy), .min = 0, .max = 10 * NS_PER_S, .fallback = "sqlite",
      .words = WORDS("sqlite", "poll"),
      .help = "How SQLite waits for its lock: by its own schedule of growing delays, or trying again at a fixed "
              "pace." },
    { KEY("db", "rtt", OPTION_DURATION, db.rtt_ns), .min = 0, .max = 10 * NS_PER_S, .fallback = "0ms",
      .help = "Delay added to each round trip: one machine shows what a network does (PostgreSQL)." },

    { KEY("retry", "attempts", OPTION_INT, retry.attempts), .min = 1, .max = INT64_MAX, .unlimited = "unlimited",
      .fallback = "4", .help = "Most tries a request gets when it loses a race, the first included." },
    { KEY("retry", "backoff", OPTION_LAW, retry.backoff), .min = 0, .max = 10 * MINUTE, .fallback = "jitter:1ms..20ms",
      .words = WORDS("none", "fixed", "jitter"),
      .help = "Pause before a further try; jitter: at random between 0 and the first time doubled with every try, at "
              "most the second." },

    { KEY("retry", "on", OPTION_SET, retry.on), .fallback = "conflict", .words = WORDS("conflict", "unknown"),
      .help = "What is tried again. conflict: a lost race, which has changed nothing; unknown: a booking whose "
              "connection went down during the commit, which may have happened. The further try carries the same "
              "request id: a strategy that does not look for it books twice. A later try that comes to nothing leaves "
              "it unknown; a cancel in doubt is not tried again." },

    { KEY("audit", "probe", OPTION_DURATION, probe_ns), .min = 0, .max = MINUTE, .fallback = "0ms",
      .help = "How often a reader looks, while the rush goes on, that nothing is oversold, below zero or sold twice; "
              "0ms: never. It costs what the report says." },
    { KEY("fault", "ack_loss", OPTION_SHARE, ack_loss), .fallback = "0%",
      .help = "Share of commits (and of writes that commit by themselves) whose connection is cut: half of them before "
              "the server hears of it, half when it has answered and nobody hears the answer (PostgreSQL)." },
    { KEY("fault", "kill_backend", OPTION_DURATION, kill_backend_ns), .min = 0, .max = 10 * MINUTE, .fallback = "0ms",
      .help =
          "How often one connection of the run, drawn at random, is ended by the server; 0ms: never (PostgreSQL)." },
    { KEY("fault", "crash", OPTION_DURATION, crash_ns), .min = 0, .max = 10 * MINUTE, .fallback = "0ms",
      .help = "How often the throw-away server is stopped at once and started again; 0ms: never, and never a server of "
              "the user's (PostgreSQL)." },

    { KEY("run", "strategies", OPTION_LIST, strategies), .fallback = "core",
      .help = "Variants (name:option=value:option=value), or core, all, rogues." },
    { KEY("run", "trials", OPTION_INT, trials), .min = 1, .max = 10000, .fallback = "10",
      .help = "Times every cell runs, each time in a fresh shuffled block." },
    { KEY("run", "precision", OPTION_SHARE, precision), .fallback = "0%",
      .help = "Above 0%: at least 10 trials are run, then more, up to 30, until half the width of the 95 % interval of "
              "every variant's all p99 (p50 where a trial is too small for that) is within this share of the median; "
              "trials is the least, where it is above 10. The run says who was not known that well." },
    { KEY("run", "warmup", OPTION_INT, warmup), .min = 0, .max = WARMUP_AUTO, .unlimited = "auto", .fallback = "auto",
      .help = "Blocks run first and thrown away; auto: 2 where 10 trials or more are to be measured, else none." },
    { KEY("run", "seed", OPTION_INT, seed), .min = 0, .max = INT64_MAX, .fallback = "42",
      .help = "Every random draw follows from it." },
    { KEY("run", "timeout", OPTION_DURATION, timeout_ns), .min = NS_PER_S, .max = 1440 * MINUTE, .fallback = "2m",
      .help = "A trial that takes longer is ended and does not count." },
    { KEY("run", "history", OPTION_CHOICE, history), .fallback = "all", .words = WORDS("all", "none"),
      .help = "all: one line per request is kept in the run folder." },
    OPTION_END
};
