#ifndef SCENARIO_OPTION_H
#define SCENARIO_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/text.h"

/* One row describes one key: the same row drives parsing, the default, help, scenarios/README.md and the resolved copy
 * in a run. The scenario has one table of rows, and each strategy brings its own. */
enum option_type {
    OPTION_INT,      /* int64_t; min..max                                                     */
    OPTION_DURATION, /* int64_t, ns; written with a unit: 250us, 20ms, 5s, 2m; min..max in ns */
    OPTION_SHARE,    /* double, 0..1; written 30%                                             */
    OPTION_RATE,     /* int64_t, rate.h; written 500/s; min..max of the same                  */
    OPTION_CHOICE,   /* int: index into words                                                 */
    OPTION_LAW,      /* struct law: a fixed duration or a named distribution of words         */
    OPTION_PICK,     /* struct pick_law (pick.h): uniform, zipf:1.1, hot:90%                  */
    OPTION_SIZES,    /* struct size_law (sizes.h): 2, or 1:60%, 2:25%, 4:15%; sizes min..max  */
    OPTION_TEXT,     /* char[OPTION_TEXT_SIZE]                                                */
    OPTION_LIST,     /* struct text_list: words separated by commas                           */
    OPTION_SET       /* unsigned: one or more of words, separated by commas; bit i is word i  */
};

#define OPTION_TEXT_SIZE     160
#define OPTION_DURATION_SIZE 32 /* room for text_duration() of any number */

/* A duration that is drawn: 100ms, exp:300ms, uniform:1ms..5ms, jitter:1ms..20ms. */
enum law_kind {
    LAW_NONE,    /* written as a word: no such duration at all       */
    LAW_FIXED,   /* lo_ns always                                     */
    LAW_EXP,     /* exponential with mean lo_ns                      */
    LAW_UNIFORM, /* uniform in lo_ns .. hi_ns                        */
    LAW_JITTER,  /* backoff: uniform in 0 .. min(hi_ns, lo_ns * 2^(k-1)) before try k + 1 ("full jitter") */
    LAW_POLL,    /* waiting for a lock: try again every lo_ns        */
    LAW_TIMEOUT  /* waiting for a lock: at most lo_ns                */
};
struct law {
    enum law_kind kind;
    int64_t lo_ns, hi_ns;
    int word; /* LAW_NONE: which of the row's words it is, from 0 */
};

struct option {
    const char *section; /* NULL in a strategy's own table                                    */
    const char *name;
    enum option_type type;
    size_t offset;            /* into the struct the table describes                          */
    int64_t min, max;         /* INT and DURATION (ns): inclusive range                       */
    const char *unlimited;    /* INT: a word that stands for max (attempts = unlimited), or NULL */
    const char *zero;         /* INT: a word that stands for 0, below min (workers = auto), or NULL */
    const char *fallback;     /* the default, as it would be written in a file                */
    const char *const *words; /* CHOICE and SET: values; LIST: allowed words (NULL: any); LAW: allowed forms, by their
                                 leading word (fixed, exp, uniform, jitter, poll, timeout; any other word stands for
                                 LAW_NONE); NULL-terminated */
    const char *help;         /* one sentence                                                 */
};
#define OPTION_END                                                                                                     \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }

/* Parses value into the field the row names. Returns 0, or -1 with one line (no newline) in error that says what was
 * expected; the field is then unchanged. Pure; any thread. */
int option_parse(const struct option *, void *target, const char *value, char *error, size_t error_size);

/* Writes the field as it would be written in a file; option_parse reads it back to the same value. OPTION_TEXT_SIZE
 * bytes are enough for every row. */
void option_print(const struct option *, const void *target, char *out, size_t size);

/* The range or the words of a row, for help and the README: "1..100000", "counter | count", "a duration: 0ms..10m". */
void option_domain(const struct option *, char *out, size_t size);
/* INT: the greatest number; max itself has a word of its own where there is one. */
int64_t option_most(const struct option *);

/* Sets every field of target (zeroed, or set before) to its default. A default that does not parse is a programmer's
 * error (assert). */
void option_defaults(const struct option *table, void *target);

/* The row named section.name (section NULL in strategies' tables), or NULL. */
const struct option *option_find(const struct option *table, const char *section, const char *name);

/* Frees what LIST fields own. */
void option_free(const struct option *table, void *target);
/* Copies size bytes and gives the copy LISTs of its own. 0, or -1 when out of memory (nothing to free then). */
int option_copy(const struct option *table, void *to, const void *from, size_t size);

/* Text of a law or of a duration, as rows parse it: 0, or -1 with one line in error. */
int law_parse(const struct option *, struct law *, const char *value, char *error, size_t error_size);
void law_print(const struct option *, const struct law *, char *out, size_t size);
int duration_parse(const char *value, size_t length, int64_t *ns, char *error, size_t error_size);

/* Shares are kept as parts of SHARE_PARTS: six decimals of a percentage, and exactly what is printed. Text of a share:
 * NULL, or what is wrong with it ("has no unit"), *parts then unchanged. */
#define SHARE_PARTS INT64_C(100000000)
const char *share_parse(const char *value, int64_t *parts);
void share_print(int64_t parts, char *out, size_t size);

/* One draw from a law; `try` (from 1) matters to LAW_JITTER alone. unit is uniform in [0, 1). */
int64_t law_draw(const struct law *, int try, double unit);
/* The longest it can draw. */
int64_t law_longest(const struct law *);

#endif
