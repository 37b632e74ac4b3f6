#include "harness/results/elsewhere.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/ascending.h"
#include "harness/base/say.h"
#include "harness/results/document.h"
#include "harness/results/fair.h"
#include "harness/results/finding.h"
#include "harness/results/history_reader.h"
#include "harness/results/mapped.h"
#include "harness/results/redact.h"

/* What anybody who sells seats is held to. Its bookings are its answers: nothing is counted beside them. */
static enum ledger ledger_of(const void *options)
{
    (void)options;
    return LEDGER_BOOKINGS;
}

static unsigned promises_of(const struct app *app)
{
    (void)app;
    return PROMISE_NO_OVERSELL | PROMISE_SELLS_OUT;
}

static const struct strategy anybody = { .name = "anybody", .ledger = ledger_of, .promises = promises_of };
static const struct registered registered = { .strategy = &anybody, .note = "", .file = "" };

static int out_of_memory(const char *path)
{
    say_error("%s: out of memory", path);
    return EXIT_ERROR;
}

static int read_history(struct history_reader *h, const char *path)
{
    struct mapped m;
    int error = mapped_open(&m, path), code = EXIT_OK;

    if (error != 0) {
        say_error("%s: %s", path,
                  error == ENOTSUP ? "neither a file nor a pipe: write the history to one of them" : strerror(error));
        return error == ENOENT ? EXIT_USAGE : EXIT_ERROR;
    }
    if (history_reader_take(h, HISTORY_REQUESTS, m.bytes, m.n) != 0) {
        say_error("%s:%" PRId64 ": %s", path, h->line, h->error);
        code = EXIT_ERROR;
    }
    mapped_close(&m);
    return code;
}

/* Requests that were given back, or may have been, in order. */
static int64_t *given_back(const struct trial *t, size_t *n)
{
    int64_t *list = malloc((t->cancel_count + 1) * sizeof *list);

    *n = 0;
    for (size_t i = 0; list != NULL && i < t->cancel_count; i++)
        if (t->cancels[i].outcome != ASIDE_FAILED)
            list[(*n)++] = t->cancels[i].request;
    if (list != NULL)
        qsort(list, *n, sizeof *list, ascending_int64);
    return list;
}

/* Of all requests: the last answer, the highest id. */
static void find_ends(const struct trial *t, int64_t *end_ns, int64_t *id)
{
    *end_ns = *id = 0;
    for (size_t i = 0; i < t->record_count; i++) {
        if (t->records[i].return_ns > *end_ns)
            *end_ns = t->records[i].return_ns;
        if (t->records[i].request > *id)
            *id = t->records[i].request;
    }
    for (size_t i = 0; i < t->cancel_count; i++)
        if (t->cancels[i].return_ns > *end_ns)
            *end_ns = t->cancels[i].return_ns;
}

/* Whoever never knew may have these seats to the end: nobody is to blame for them, and nobody sold them for certain.
 * That is what a hold is to the audit. */
static void doubt(struct witnesses *w, struct record *r, int64_t end_ns)
{
    w->holds[w->hold_count++] =
        (struct hold){ .id = r->request, .request = r->request, .event = r->event, .user = r->user, .seats = r->seats };
    r->outcome = OUTCOME_ABANDONED;
    r->return_ns = end_ns;
    if (r->attempts == 0)
        r->attempts = 1; /* whoever got no answer has tried, whatever its writer counts */
}

/* Answers that were never known, as what is certain of them: a booking, as a hold; a giving back, as one whose seats
 * somebody else may hold from then on. 0 / -1. */
static int doubt_all(struct trial *t, struct witnesses *w)
{
    struct record *more = realloc(t->records, (t->record_count + t->cancel_count + 1) * sizeof *more);
    int64_t end_ns, id;

    w->holds = calloc(t->record_count + t->cancel_count + 1, sizeof *w->holds);
    if (more != NULL)
        t->records = more;
    if (more == NULL || w->holds == NULL)
        return -1;
    find_ends(t, &end_ns, &id);
    for (size_t i = 0; i < t->record_count; i++)
        if (t->records[i].outcome == OUTCOME_UNKNOWN)
            doubt(w, &t->records[i], end_ns + 1);
    for (size_t i = 0; i < t->cancel_count; i++) {
        if (t->cancels[i].outcome != ASIDE_UNKNOWN)
            continue;
        t->records[t->record_count] = t->cancels[i];
        t->records[t->record_count].op = OP_RESERVE;
        t->records[t->record_count].request = ++id;
        t->records[t->record_count].ref = 0;
        doubt(w, &t->records[t->record_count++], end_ns + 1);
        t->cancels[i].outcome = ASIDE_DONE;
    }
    return 0;
}

/* The rows and counters of somebody who does as he says. */
static int imagine(struct history_reader *h, int64_t events, int64_t seats)
{
    struct witnesses *w = &h->witnesses;
    size_t n;
    int64_t *back = given_back(&h->trial, &n);

    w->bookings = calloc(h->trial.record_count + 1, sizeof *w->bookings);
    w->counters = calloc((size_t)events, sizeof *w->counters);
    if (back == NULL || w->bookings == NULL || w->counters == NULL || doubt_all(&h->trial, w) != 0) {
        free(back);
        return -1;
    }
    for (size_t i = 0; i < h->trial.record_count; i++) {
        const struct record *r = &h->trial.records[i];

        if (r->outcome == OUTCOME_BOOKED && bsearch(&r->request, back, n, sizeof *back, ascending_int64) == NULL)
            w->bookings[w->booking_count++] =
                (struct booking){ (int64_t)i + 1, r->request, r->event, r->user, r->seats };
    }
    for (int64_t e = 0; e < events; e++)
        w->counters[w->counter_count++] = (struct counter){ .event = e + 1, .capacity = seats };
    free(back);
    return 0;
}

/* What only rows, counters and gates can tell. */
static void leave_out(json_t *audit)
{
    static const char *const keys[] = { "drift",        "leaked",      "uncounted", "gate_drift", "lost",
                                        "ghost",        "unasked",     "duplicate", "torn",       "doubled_seats",
                                        "resolved_yes", "resolved_no", "held",      "overdue",    "early_expiry",
                                        "malformed",    "unfair",      "unsold_by" };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        json_object_del(audit, keys[i]);
}

static json_t *outcomes_of(const struct trial *t)
{
    json_t *object = json_object();

    for (int o = 0; o < OUTCOME_COUNT; o++)
        json_object_set_new(object, outcome_name((enum outcome)o), json_integer(t->totals.outcomes[o]));
    return object;
}

static json_t *document_of(const char *path, const struct cell *cell, const struct history_reader *h,
                           const struct audit *audit)
{
    struct finding finding;
    char reason[320];
    json_t *told = document_audit(audit);

    memset(&finding, 0, sizeof finding);
    finding_add(&finding, &h->trial, audit);
    finding_reason(&finding, cell, NULL, reason, sizeof reason);
    leave_out(told);
    return json_pack("{s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:s, s:o, s:b}", "schema", "lastseat.history/1", "history",
                     redact_string(path), "requests", (json_int_t)h->trial.totals.requests, "cancels",
                     (json_int_t)h->trial.cancel_count, "outcomes", outcomes_of(&h->trial), "audit", told, "fairness",
                     fair_document(&audit->fairness), "verdict", finding_verdict(&finding, cell), "reason",
                     redact_string(reason), "broken", finding_broken(&finding, cell));
}

int elsewhere_judge(const char *path, int64_t events, int64_t seats, json_t **document)
{
    struct cell cell = { .scenario = { .events = events, .seats = seats, .instances = 1 },
                         .variant = { .registered = &registered } };
    struct history_reader h = { .events = events, .any_zero = true };
    struct fairness fairness;
    struct audit audit;
    int code = read_history(&h, path);

    *document = NULL;
    if (code == EXIT_OK)
        fairness_measure(&fairness, &h.trial, seats);
    if (code == EXIT_OK && imagine(&h, events, seats) != 0)
        code = out_of_memory(path);
    if (code == EXIT_OK) {
        audit_judge(&audit, &cell, &h.trial, &h.witnesses);
        audit.fairness = fairness;
        audit.unknown = h.trial.totals.outcomes[OUTCOME_UNKNOWN];
        if ((*document = document_of(path, &cell, &h, &audit)) == NULL)
            code = out_of_memory(path);
    }
    history_reader_free(&h);
    return code;
}
