/* What the records of a trial say to the checker: who took seats, who held them, who was refused and by whom; and why
 * seats stay unsold. Golden histories have a mutant each that gets them wrong (tests/transcript/mutants.sh). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "harness/audit/answers.h"
#include "harness/audit/gates.h"
#include "harness/audit/shortfall.h"
#include "harness/measure/aside.h"

#define SECOND INT64_C(1000000000)
#define MOST   16

struct world {
    struct record records[MOST], cancels[MOST];
    struct booking bookings[MOST];
    struct gate_witness gates[4];
    struct trial trial;
    struct witnesses witnesses;
    int64_t events, seats, held, hold_ns, apps;
    struct matter matter;
    struct audit audit;
};

static void begin(struct world *w, int64_t seats)
{
    memset(w, 0, sizeof *w);
    w->events = w->apps = 1;
    w->seats = seats;
    w->trial.records = w->records;
    w->trial.cancels = w->cancels;
    w->trial.gates = w->gates;
    w->witnesses.bookings = w->bookings;
}

/* A request for one seat of event 1, with one try and a connection; ids count from 1. */
static struct record *ask(struct world *w, enum outcome outcome, int64_t invoke_ns, int64_t return_ns)
{
    struct record *r = &w->records[w->trial.record_count++];

    assert_true(w->trial.record_count <= MOST);
    *r = (struct record){ .request = (int64_t)w->trial.record_count,
                          .user = (int64_t)w->trial.record_count,
                          .event = 1,
                          .seats = 1,
                          .due_ns = invoke_ns,
                          .invoke_ns = invoke_ns,
                          .first_ns = invoke_ns + 1,
                          .return_ns = return_ns,
                          .attempts = 1,
                          .outcome = (uint8_t)outcome };
    return r;
}

static void row(struct world *w, int64_t request)
{
    w->bookings[w->witnesses.booking_count++] =
        (struct booking){ .id = request, .request = request, .event = 1, .user = request, .seats = 1 };
}

static struct record *book(struct world *w, int64_t invoke_ns, int64_t return_ns)
{
    struct record *r = ask(w, OUTCOME_BOOKED, invoke_ns, return_ns);

    row(w, r->request);
    return r;
}

/* What request `of` booked is given back, row and all. */
static struct record *cancel(struct world *w, int64_t of, int64_t invoke_ns, int64_t return_ns)
{
    struct record *c = &w->cancels[w->trial.cancel_count++];
    size_t b, kept = 0;

    *c = (struct record){ .op = OP_CANCEL,
                          .request = of,
                          .ref = of,
                          .user = of,
                          .event = 1,
                          .seats = 1,
                          .due_ns = invoke_ns,
                          .invoke_ns = invoke_ns,
                          .return_ns = return_ns,
                          .attempts = 1,
                          .outcome = ASIDE_DONE };
    for (b = 0; b < w->witnesses.booking_count; b++)
        if (w->bookings[b].request != of)
            w->bookings[kept++] = w->bookings[b];
    w->witnesses.booking_count = kept;
    return c;
}

static void judge(struct world *w)
{
    struct matter *m = &w->matter;
    size_t b;
    int64_t e;

    memset(m, 0, sizeof *m);
    memset(&w->audit, 0, sizeof w->audit);
    assert_int_equal(matter_open(m, &w->audit, &w->trial, &w->witnesses, w->events), 0);
    for (e = 1; e <= w->events; e++)
        m->stock[e] = (struct stock){ .capacity = w->seats, .held = w->held, .pending = w->held };
    for (b = 0; b < w->witnesses.booking_count; b++)
        m->stock[w->bookings[b].event].sold += w->bookings[b].seats;
    matter_match(&w->audit, m);
    assert_int_equal(answers_judge(&w->audit, m, &w->trial, w->hold_ns), 0);
    assert_int_equal(gates_judge(&w->audit, &w->trial, m, w->apps), 0);
    assert_int_equal(shortfall_judge(&w->audit, m), 0);
    matter_close(m);
}

/* ---- who was refused falsely ------------------------------------------------------------------------------------- */

/* Three tries are one request: it has one seat. */
static void golden_tries_are_one_request(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 3);
    book(&w, 0, 10)->attempts = 3;
    ask(&w, OUTCOME_SOLD_OUT, 20, 30);
    judge(&w);
    assert_int_equal(w.audit.oversold_peak, 0);
    assert_int_equal(w.audit.false_sold_out, 1);
    assert_int_equal(w.audit.deficit, 2);
    assert_int_equal(w.audit.held_refusals, 0);
}

/* Nobody knows whether it is booked: the row says it was, at any moment since it began. */
static void golden_unknown_with_a_row(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    row(&w, ask(&w, OUTCOME_UNKNOWN, 0, 10)->request);
    ask(&w, OUTCOME_SOLD_OUT, 20, 30);
    judge(&w);
    assert_int_equal(w.audit.false_sold_out + w.audit.held_refusals, 0);
}

/* And where there is none, it may have kept others out while it lasted, and as long as its server did not notice. */
static void golden_unknown_without_a_row(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    ask(&w, OUTCOME_UNKNOWN, 0, 10)->reason = REASON_LOST;
    ask(&w, OUTCOME_SOLD_OUT, 5, 8);
    ask(&w, OUTCOME_SOLD_OUT, 20, 30);
    ask(&w, OUTCOME_SOLD_OUT, 2 * SECOND, 2 * SECOND + 5);
    judge(&w);
    assert_int_equal(w.audit.held_refusals, 2);
    assert_int_equal(w.audit.false_sold_out, 1);
    assert_int_equal(w.audit.turned_away, 1);
}

/* Told no, and booked: the seat is taken all the same. */
static void test_ghosts_take_seats(void **state)
{
    static const enum outcome told[] = { OUTCOME_SOLD_OUT, OUTCOME_FAILED, OUTCOME_ABANDONED, OUTCOME_TIMED_OUT };
    struct world w;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof told / sizeof told[0]; i++) {
        begin(&w, 1);
        row(&w, ask(&w, told[i], 0, 10)->request);
        ask(&w, OUTCOME_SOLD_OUT, 20, 30);
        judge(&w);
        assert_int_equal(w.audit.ghost, 1);
        assert_int_equal(w.audit.false_sold_out + w.audit.held_refusals + w.audit.turned_away, 0);
    }
}

/* Who holds seats and does not get them: what the others were told meanwhile is the price of it. */
static void test_who_may_have_held(void **state)
{
    static const struct {
        enum outcome outcome;
        enum reason reason;
        int32_t attempts;
        int held, turned_away;
    } cases[] = {
        { OUTCOME_ABANDONED, REASON_NONE, 1, 1, 0 },
        { OUTCOME_GAVE_UP, REASON_STALE, 1, 1, 1 },
        { OUTCOME_TIMED_OUT, REASON_LOCK_TIMEOUT, 2, 1, 1 },
        { OUTCOME_TIMED_OUT, REASON_PATIENCE, 1, 1, 0 }, /* his own choice */
        { OUTCOME_TIMED_OUT, REASON_PATIENCE, 0, 0, 0 }, /* left before the first try */
        { OUTCOME_SHED, REASON_QUEUE_FULL, 1, 0, 1 },
        { OUTCOME_SHED, REASON_QUEUE_FULL, 2, 1, 1 },
        { OUTCOME_FAILED, REASON_ERROR, 1, 1, 1 },
    };
    struct world w;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record *r;

        begin(&w, 1);
        r = ask(&w, cases[i].outcome, 0, 100);
        r->reason = (uint8_t)cases[i].reason;
        r->attempts = cases[i].attempts;
        ask(&w, OUTCOME_SOLD_OUT, 20, 30);
        judge(&w);
        assert_int_equal(w.audit.held_refusals, cases[i].held);
        assert_int_equal(w.audit.false_sold_out, 1 - cases[i].held);
        assert_int_equal(w.audit.turned_away, cases[i].turned_away);
    }
}

/* Refused after a second try: the first may have kept a seat from others, and not from the request itself. */
static void test_a_second_try_does_not_excuse_itself(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    ask(&w, OUTCOME_SOLD_OUT, 0, 100)->attempts = 2;
    ask(&w, OUTCOME_SOLD_OUT, 20, 30);
    judge(&w);
    assert_int_equal(w.audit.held_refusals, 1);
    assert_int_equal(w.audit.false_sold_out, 1);
    assert_int_equal(w.audit.example.request, 1);
}

/* A hold that its user left behind lasts for its time, and not for ever. */
static void test_a_hold_lasts(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    w.hold_ns = 5 * SECOND;
    ask(&w, OUTCOME_ABANDONED, 0, 10);
    ask(&w, OUTCOME_SOLD_OUT, SECOND, SECOND + 1);
    ask(&w, OUTCOME_SOLD_OUT, 7 * SECOND, 7 * SECOND + 1);
    judge(&w);
    assert_int_equal(w.audit.held_refusals, 1);
    assert_int_equal(w.audit.false_sold_out, 1);
    assert_int_equal(w.audit.example.request, 3);

    begin(&w, 1); /* whose second try was refused let go of his hold, and whom nobody let in never had one */
    w.hold_ns = 5 * SECOND;
    ask(&w, OUTCOME_SOLD_OUT, 0, 10)->attempts = 2;
    ask(&w, OUTCOME_SHED, 0, 10)->attempts = 2;
    ask(&w, OUTCOME_SOLD_OUT, SECOND, SECOND + 1);
    judge(&w);
    assert_int_equal(w.audit.held_refusals, 1);
    assert_int_equal(w.audit.false_sold_out, 1);
}

/* A permit that is out keeps others from the gate; whom the database refused, it refused of its own knowledge. */
static void test_permits(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    w.gates[w.trial.gate_count++] = (struct gate_witness){ .app = 0, .event = 1, .initial = 1, .left = 1 };
    ask(&w, OUTCOME_SOLD_OUT, 0, 100);
    ask(&w, OUTCOME_SOLD_OUT, 20, 30)->first_ns = 0;
    ask(&w, OUTCOME_SOLD_OUT, 120, 130)->first_ns = 0;
    judge(&w);
    assert_int_equal(w.audit.held_refusals, 1);
    assert_int_equal(w.audit.false_sold_out, 2);
    assert_int_equal(w.audit.gate_drift, 0);
}

/* ---- given back -------------------------------------------------------------------------------------------------- */

static void test_given_back(void **state)
{
    struct world w;
    struct record *c;

    (void)state;
    begin(&w, 1);
    book(&w, 0, 10);
    c = cancel(&w, 1, 20, 30);
    ask(&w, OUTCOME_SOLD_OUT, 25, 40); /* may have come before it */
    ask(&w, OUTCOME_SOLD_OUT, 31, 40);
    judge(&w);
    assert_int_equal(w.audit.false_sold_out, 1);
    assert_int_equal(w.audit.unsold, 1);
    assert_int_equal(w.audit.unsold_by[SHORTFALL_STRANDED], 1);
    assert_int_equal(w.audit.windows, 1);

    c->outcome = ASIDE_UNKNOWN; /* the row is gone, nobody knows since when */
    judge(&w);
    assert_int_equal(w.audit.false_sold_out, 0);
    assert_int_equal(w.audit.unsold, 0);

    c->outcome = ASIDE_FAILED;
    row(&w, 1);
    judge(&w);
    assert_int_equal(w.audit.false_sold_out + w.audit.released, 0);
}

/* Answers that no order explains, though each could be true: one of them was false, and it is not said which. */
static void test_answers_that_contradict_each_other(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    book(&w, 0, 4);
    cancel(&w, 1, 6, 10);
    book(&w, 1, 1);
    cancel(&w, 2, 2, 2);
    ask(&w, OUTCOME_SOLD_OUT, 0, 0)->due_ns = 0;
    judge(&w);
    assert_int_equal(w.audit.false_sold_out, 1);
    assert_int_equal(w.audit.deficit, 0);
    assert_null(w.audit.example.kind);
    assert_int_equal(w.audit.unjudged, 1); /* the seat is free, and nobody is named */
    assert_int_equal(w.audit.unsold, 0);
    /* Somebody who came to nothing may be why. */
    ask(&w, OUTCOME_ABANDONED, 0, 4);
    judge(&w);
    assert_int_equal(w.audit.false_sold_out, 0);
    assert_int_equal(w.audit.windows_unknown, 1);
    assert_int_equal(w.audit.unjudged, 1);
}

static void test_oversold_by_what_was_told(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    book(&w, 0, 10);
    ask(&w, OUTCOME_BOOKED, 0, 20); /* and no row */
    judge(&w);
    assert_int_equal(w.audit.oversold_peak, 1);
    assert_int_equal(w.audit.lost, 1);
}

/* Seats left of an event of which something was given back are held against the strategy only for the sake of somebody
 * who wanted no more, and was wronged. */
static void test_unsold_needs_somebody_wronged(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 2);
    book(&w, 0, 10);
    book(&w, 0, 10);
    ask(&w, OUTCOME_SOLD_OUT, 5, 15); /* while both were taken */
    cancel(&w, 2, 20, 30);
    ask(&w, OUTCOME_GAVE_UP, 35, 36)->seats = 2; /* one was left, two were wanted */
    judge(&w);
    assert_int_equal(w.audit.turned_away + w.audit.false_sold_out, 0);
    assert_int_equal(w.audit.unsold + w.audit.unjudged, 0);
    cancel(&w, 1, 40, 50);
    book(&w, 54, 55);
    ask(&w, OUTCOME_SOLD_OUT, 51, 52)->seats = 2; /* both were free, and one is left now */
    judge(&w);
    assert_int_equal(w.audit.false_sold_out, 1);
    assert_int_equal(w.audit.unsold, 0);
    ask(&w, OUTCOME_GAVE_UP, 56, 57); /* this one could have had it */
    judge(&w);
    assert_int_equal(w.audit.turned_away, 1);
    assert_int_equal(w.audit.unsold, 1);
    assert_int_equal(w.audit.unsold_by[SHORTFALL_STRANDED], 1); /* as many were told sold out: that comes first */
}

/* Turned away while seats were free; then the house was full, and what was given back later he could not have had. */
static void test_unsold_is_what_was_free_ever_since(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    ask(&w, OUTCOME_GAVE_UP, 0, 10);
    book(&w, 20, 30);
    cancel(&w, 2, 40, 50);
    judge(&w);
    assert_int_equal(w.audit.turned_away, 1);
    assert_int_equal(w.audit.unsold + w.audit.unjudged, 0);
    ask(&w, OUTCOME_ABANDONED, 60, 90);
    ask(&w, OUTCOME_SOLD_OUT, 70, 80); /* while another held it, who then left */
    judge(&w);
    assert_int_equal(w.audit.held_refusals, 1);
    assert_int_equal(w.audit.unsold, 1);

    begin(&w, 3); /* three wanted and free, one of them held in the end: the other two nobody wanted since */
    book(&w, 0, 10)->seats = 3;
    ask(&w, OUTCOME_SOLD_OUT, 5, 8);
    cancel(&w, 1, 20, 30)->seats = 3;
    ask(&w, OUTCOME_GAVE_UP, 40, 50)->seats = 3;
    w.held = 1;
    judge(&w);
    assert_int_equal(w.audit.turned_away, 1);
    assert_int_equal(w.audit.unsold, 0);
}

/* Who asked again after a fault was not sent away: his last answer counts. */
static void test_asked_again(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 1);
    ask(&w, OUTCOME_FAILED, 0, 10)->asked_again = 1;
    judge(&w);
    assert_int_equal(w.audit.unsold + w.audit.turned_away, 0);
}

/* A second click is held against its first, where there is one. */
static void test_clicks(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 9);
    book(&w, 0, 10)->request = 1;
    book(&w, 0, 10)->ref = 1;
    ask(&w, OUTCOME_UNKNOWN, 0, 10)->ref = 1; /* and no row */
    book(&w, 0, 10)->ref = 3;                 /* the first was not booked, as far as rows say */
    w.records[3].request = w.bookings[2].request = 14;
    book(&w, 0, 10)->ref = 7; /* there is no such request */
    w.records[4].request = w.bookings[3].request = 15;
    judge(&w);
    assert_int_equal(w.audit.repeated, 1);
}

/* ---- the example ------------------------------------------------------------------------------------------------- */

static void test_example(void **state)
{
    struct world w;
    struct record *r;

    (void)state;
    begin(&w, 4);
    w.events = 2;
    w.trial.start_ns = 1000;
    ask(&w, OUTCOME_GAVE_UP, 1010, 1020);
    r = ask(&w, OUTCOME_SOLD_OUT, 1030, 1040);
    r->seats = 4;
    r = ask(&w, OUTCOME_SOLD_OUT, 1050, 1060);
    r->event = 2;
    r->due_ns = 1005;
    r->first_ns = 0;
    r->reason = REASON_HELD;
    r = ask(&w, OUTCOME_SOLD_OUT, 1070, 1080);
    judge(&w);
    assert_string_equal(w.audit.example.kind, "false_sold_out");
    assert_int_equal(w.audit.example.request, 4); /* lacked as much as request 3, and the event comes first */
    assert_int_equal(w.audit.example.first_ns, 71);
    r->seats = 2;
    judge(&w);
    assert_int_equal(w.audit.example.request, 3);
    assert_int_equal(w.audit.example.user, 3);
    assert_int_equal(w.audit.example.event, 2);
    assert_int_equal(w.audit.example.due_ns, 5);
    assert_int_equal(w.audit.example.invoke_ns, 50);
    assert_int_equal(w.audit.example.first_ns, -1);
    assert_int_equal(w.audit.example.return_ns, 60);
    assert_int_equal(w.audit.example.capacity, 4);
    assert_int_equal(w.audit.example.taken_most, 0);
    assert_int_equal(w.audit.example.outcome, OUTCOME_SOLD_OUT);
    assert_int_equal(w.audit.example.reason, REASON_HELD);

    w.trial.record_count = 1;
    judge(&w);
    assert_string_equal(w.audit.example.kind, "turned_away");
}

/* ---- why seats stay unsold --------------------------------------------------------------------------------------- */

static void test_unsold_by_what_most_were_told(void **state)
{
    static const struct {
        enum outcome outcome;
        enum reason reason;
        enum shortfall shortfall;
    } cases[] = {
        { OUTCOME_SOLD_OUT, REASON_NONE, SHORTFALL_STRANDED },
        { OUTCOME_GAVE_UP, REASON_STALE, SHORTFALL_GAVE_UP },
        { OUTCOME_TIMED_OUT, REASON_POOL_TIMEOUT, SHORTFALL_TIMED_OUT },
        { OUTCOME_SHED, REASON_QUEUE_FULL, SHORTFALL_SHED },
        { OUTCOME_FAILED, REASON_ERROR, SHORTFALL_FAILED },
        { OUTCOME_UNKNOWN, REASON_LOST, SHORTFALL_UNKNOWN },
    };
    struct world w;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(&w, 3);
        book(&w, 0, 1);
        ask(&w, cases[i].outcome, 2, 3)->reason = (uint8_t)cases[i].reason;
        ask(&w, cases[i].outcome, 2, 3)->reason = (uint8_t)cases[i].reason;
        ask(&w, OUTCOME_GAVE_UP, 2, 3)->reason = REASON_STALE;
        ask(&w, OUTCOME_FAILED, 2, 3)->seats = 3; /* could not have had it */
        judge(&w);
        assert_int_equal(w.audit.unsold, 2);
        assert_int_equal(w.audit.unsold_by[cases[i].shortfall], 2);
    }
}

/* The smallest wish that was refused counts, whoever came first. */
static void test_unsold_by_the_smallest_wish(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 2);
    book(&w, 0, 1);
    ask(&w, OUTCOME_SOLD_OUT, 2, 3)->seats = 2;
    ask(&w, OUTCOME_SOLD_OUT, 2, 3);
    judge(&w);
    assert_int_equal(w.audit.unsold, 1);
}

/* What is missing somewhere is named before what people were told, as far as it goes. */
static void test_unsold_by_what_is_missing(void **state)
{
    struct world w;
    struct matter *m = &w.matter;

    (void)state;
    begin(&w, 9);
    w.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 9, .left = 7 }; /* 1 went to a booking */
    w.trial.gate_count = 1;
    book(&w, 0, 1);
    ask(&w, OUTCOME_SOLD_OUT, 2, 3);
    memset(m, 0, sizeof *m);
    assert_int_equal(matter_open(m, &w.audit, &w.trial, &w.witnesses, 1), 0);
    m->stock[1] = (struct stock){ .capacity = 9, .sold = 1, .held = 1, .pending = 4, .leaked = 2 };
    matter_match(&w.audit, m);
    assert_int_equal(gates_judge(&w.audit, &w.trial, m, 1), 0);
    assert_int_equal(shortfall_judge(&w.audit, m), 0);
    matter_close(m);
    assert_int_equal(w.audit.unsold, 7);
    assert_int_equal(w.audit.unsold_by[SHORTFALL_GATE], 1);
    assert_int_equal(w.audit.unsold_by[SHORTFALL_LEDGER], 2);
    assert_int_equal(w.audit.unsold_by[SHORTFALL_HOLD], 3);
    assert_int_equal(w.audit.unsold_by[SHORTFALL_STRANDED], 1);
    assert_string_equal(shortfall_name(SHORTFALL_GATE), "gate");
    assert_string_equal(shortfall_name(SHORTFALL_UNKNOWN), "unknown");
}

/* ---- what no run writes ------------------------------------------------------------------------------------------ */

static void test_malformed(void **state)
{
    struct world w;
    int i;

    (void)state;
    for (i = 0; i < 14; i++) {
        struct record *r;

        begin(&w, 1);
        r = ask(&w, OUTCOME_SOLD_OUT, 10, 20);
        switch (i) {
        case 0:
            r->request = 0;
            break;
        case 1:
            r->event = 0;
            break;
        case 2:
            r->event = 2;
            break;
        case 3:
            r->seats = 0;
            break;
        case 4:
            r->app = -1;
            break;
        case 5:
            r->outcome = OUTCOME_COUNT;
            break;
        case 6:
            r->reason = REASON_COUNT;
            break;
        case 7:
            r->due_ns = 11;
            break;
        case 8:
            r->return_ns = 9;
            break;
        case 9:
            r->return_ns = INT64_MAX - 1;
            break;
        case 10:
            ask(&w, OUTCOME_SOLD_OUT, 10, 20)->request = 1;
            break;
        case 11:
            w.gates[w.trial.gate_count++] = (struct gate_witness){ .app = 1, .event = 1 };
            break;
        case 12:
            w.gates[w.trial.gate_count++] = (struct gate_witness){ .app = -1, .event = 1 };
            break;
        default:
            w.gates[w.trial.gate_count++] = (struct gate_witness){ .app = 0, .event = i == 13 ? 0 : 2 };
            break;
        }
        judge(&w);
        assert_int_equal(w.audit.malformed, 1);
        assert_int_equal(w.audit.false_sold_out, i < 10 ? 0 : 1);
    }
    begin(&w, 1);
    w.gates[w.trial.gate_count++] = (struct gate_witness){ .app = 0, .event = 2 };
    book(&w, 0, 1)->app = 5; /* of a server that has no gate */
    judge(&w);
    assert_int_equal(w.audit.malformed, 1);
    assert_int_equal(w.audit.gate_drift, 0);
}

/* Nobody gives back what he does not have. */
static void test_malformed_cancels(void **state)
{
    struct world w;
    int i;

    (void)state;
    for (i = 0; i < 7; i++) {
        struct record *c;

        begin(&w, 1);
        book(&w, 0, 10);
        ask(&w, OUTCOME_SOLD_OUT, 20, 30);
        c = cancel(&w, 1, 40, 50);
        switch (i) {
        case 0:
            c->request = 7;
            break;
        case 1:
            c->request = 2;
            break;
        case 2:
            c->seats = 2;
            break;
        case 3:
            c->invoke_ns = c->due_ns = 9;
            break;
        case 4:
            c->outcome = ASIDE_OUTCOMES;
            break;
        case 5:
            c->return_ns = 39;
            break;
        default:
            cancel(&w, 1, 60, 70);
            break;
        }
        judge(&w);
        assert_int_equal(w.audit.malformed, 1);
        assert_int_equal(w.audit.released, i == 6);
    }
    begin(&w, 1);
    w.events = 2;
    book(&w, 0, 10);
    cancel(&w, 1, 40, 50)->event = 2;
    judge(&w);
    assert_int_equal(w.audit.malformed, 1);
}

static void test_rows_of_nobody(void **state)
{
    struct world w;
    struct record *asked;

    (void)state;
    begin(&w, 9);
    asked = ask(&w, OUTCOME_SOLD_OUT, 0, 1);
    asked->request = asked->user = 5;
    row(&w, 3);
    row(&w, 5);
    row(&w, 7);
    judge(&w);
    assert_int_equal(w.audit.ghost, 3);
    assert_int_equal(w.audit.unasked, 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_tries_are_one_request),
        cmocka_unit_test(golden_unknown_with_a_row),
        cmocka_unit_test(golden_unknown_without_a_row),
        cmocka_unit_test(test_ghosts_take_seats),
        cmocka_unit_test(test_who_may_have_held),
        cmocka_unit_test(test_a_second_try_does_not_excuse_itself),
        cmocka_unit_test(test_a_hold_lasts),
        cmocka_unit_test(test_permits),
        cmocka_unit_test(test_given_back),
        cmocka_unit_test(test_answers_that_contradict_each_other),
        cmocka_unit_test(test_oversold_by_what_was_told),
        cmocka_unit_test(test_unsold_needs_somebody_wronged),
        cmocka_unit_test(test_unsold_is_what_was_free_ever_since),
        cmocka_unit_test(test_asked_again),
        cmocka_unit_test(test_clicks),
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_unsold_by_what_most_were_told),
        cmocka_unit_test(test_unsold_by_the_smallest_wish),
        cmocka_unit_test(test_unsold_by_what_is_missing),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_malformed_cancels),
        cmocka_unit_test(test_rows_of_nobody),
    };

    /* For the mutants: only what is named like this. */
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
