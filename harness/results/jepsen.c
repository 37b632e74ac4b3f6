#include "harness/results/jepsen.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/ascending.h"
#include "harness/base/say.h"
#include "harness/measure/aside.h"
#include "harness/results/history.h"
#include "harness/results/output.h"

/* One of the two ends of an operation. */
struct end {
    int64_t at_ns;
    size_t op;
    bool completes;
};

struct writer {
    struct output output;
    enum jepsen_form form;
    const struct trial *trial;
    struct end *ends;
    int64_t *process;         /* of each operation                           */
    int64_t *idle;            /* processes that may be given another one     */
    size_t n, idle_count;     /* operations; processes in `idle`             */
    int64_t processes, index; /* that there are; of the next line           */
};

/* Requests, then cancels. */
static const struct record *record_of(const struct writer *w, size_t op)
{
    return op < w->trial->record_count ? &w->trial->records[op] : &w->trial->cancels[op - w->trial->record_count];
}

/* At equal times operations overlap: all begin before one ends. */
static int by_time(const void *a, const void *b)
{
    const struct end *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return ascending(x->at_ns, y->at_ns);
    if (x->completes != y->completes)
        return x->completes - y->completes;
    return (x->op > y->op) - (x->op < y->op);
}

/* ok: the answer is known, and "sold out" is one; fail: it certainly had no effect, and claims nothing; info: nobody
 * knows. */
static const char *type_of(const struct record *r)
{
    if (r->op == OP_CANCEL)
        return r->outcome == ASIDE_DONE ? "ok" : r->outcome == ASIDE_FAILED ? "fail" : "info";
    if (r->outcome == OUTCOME_UNKNOWN)
        return "info";
    return r->outcome == OUTCOME_BOOKED || r->outcome == OUTCOME_SOLD_OUT ? "ok" : "fail";
}

static void put(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *format, ...)
{
    char text[128];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    output_bytes(&w->output, text, (size_t)n);
}

static void put_key(struct writer *w, const char *key)
{
    put(w, w->form == JEPSEN_EDN ? ":%s " : "\"%s\": ", key);
}

static void put_int(struct writer *w, const char *key, int64_t value)
{
    put_key(w, key);
    put(w, "%" PRId64 ", ", value);
}

static void put_word(struct writer *w, const char *key, const char *word)
{
    put_key(w, key);
    put(w, w->form == JEPSEN_EDN ? ":%s" : "\"%s\"", word);
}

static void put_value(struct writer *w, const struct record *r, bool completes)
{
    put_key(w, "value");
    put(w, "{");
    put_int(w, "request", r->request);
    put_int(w, "user", r->user);
    put_int(w, "event", r->event);
    put_key(w, "seats");
    put(w, "%" PRId32, r->seats);
    if (completes) {
        put(w, ", ");
        put_word(w, "outcome",
                 r->op == OP_CANCEL ? aside_name(OP_CANCEL, (enum aside_outcome)r->outcome)
                                    : outcome_name((enum outcome)r->outcome));
    }
    put(w, "}");
}

static void write_line(struct writer *w, const struct end *end)
{
    const struct record *r = record_of(w, end->op);

    if (w->form == JEPSEN_JSON)
        put(w, w->index == 0 ? "[\n" : ",\n");
    put(w, "{");
    put_int(w, "index", w->index++);
    put_word(w, "type", end->completes ? type_of(r) : "invoke");
    put(w, ", ");
    put_int(w, "process", w->process[end->op]);
    put_int(w, "time", end->at_ns);
    put_word(w, "f", op_name((enum op)r->op));
    put(w, ", ");
    put_value(w, r, end->completes);
    if (end->completes && r->reason != REASON_NONE) {
        put(w, ", ");
        put_word(w, "error", reason_name((enum reason)r->reason));
    }
    put(w, "}%s", w->form == JEPSEN_EDN ? "\n" : "");
}

/* A process does one thing at a time, and none after one whose end nobody knows. */
static void write_lines(struct writer *w)
{
    for (size_t i = 0; i < 2 * w->n; i++) {
        const struct end *end = &w->ends[i];

        if (!end->completes)
            w->process[end->op] = w->idle_count > 0 ? w->idle[--w->idle_count] : w->processes++;
        else if (type_of(record_of(w, end->op))[0] != 'i')
            w->idle[w->idle_count++] = w->process[end->op];
        write_line(w, end);
    }
    if (w->form == JEPSEN_JSON)
        put(w, w->n > 0 ? "\n]\n" : "[]\n");
}

static int prepare(struct writer *w)
{
    w->n = w->trial->record_count + w->trial->cancel_count;
    w->ends = malloc((2 * w->n + 1) * sizeof *w->ends);
    w->process = malloc((w->n + 1) * sizeof *w->process);
    w->idle = malloc((w->n + 1) * sizeof *w->idle);
    if (w->ends == NULL || w->process == NULL || w->idle == NULL) {
        say_error("out of memory for a history of %zu operations", w->n);
        return EXIT_ERROR;
    }
    for (size_t i = 0; i < w->n; i++) {
        const struct record *r = record_of(w, i);

        w->ends[2 * i] = (struct end){ r->invoke_ns - w->trial->start_ns, i, false };
        w->ends[2 * i + 1] = (struct end){ r->return_ns - w->trial->start_ns, i, true };
    }
    qsort(w->ends, 2 * w->n, sizeof *w->ends, by_time);
    return EXIT_OK;
}

int jepsen_write(const struct folder *folder, enum jepsen_form form, const struct cell *cell, int64_t number,
                 const struct trial *trial)
{
    char dir[HISTORY_NAME_SIZE], name[HISTORY_NAME_SIZE + 40];
    struct writer w = { .form = form, .trial = trial };
    int code;

    history_name(cell, dir);
    snprintf(name, sizeof name, "%s/%" PRId64 ".%s", dir, number, form == JEPSEN_EDN ? "edn" : "json");
    code = prepare(&w);
    if (code == EXIT_OK && (code = folder_mkdir(folder, dir)) == EXIT_OK &&
        (code = output_open(&w.output, folder, name)) == EXIT_OK) {
        write_lines(&w);
        code = output_close(&w.output, false);
    }
    free(w.ends);
    free(w.process);
    free(w.idle);
    return code;
}
