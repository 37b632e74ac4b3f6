/* The audit: every count it makes has a history here that makes it fire, and one beside it that must not. */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/anomaly.h"
#include "harness/audit/audit.h"
#include "tests/support/bench.h"

/* A world of records, rows and counters that is edited by hand. */
struct world {
    struct bench_cells made;
    struct trial trial;
    struct record records[8], cancels[8];
    struct booking bookings[8];
    struct hold holds[2];
    struct counter counters[2];
    struct gate_witness gates[2];
    struct seat seats[4];
    struct remainder remainders[2];
    struct witnesses witnesses;
    struct audit audit;
};

static void tell(struct world *world, int64_t request, enum outcome outcome)
{
    struct record *record = &world->records[world->trial.record_count++];

    *record = (struct record){
        .request = request, .user = request, .event = 1, .seats = 1, .outcome = (uint8_t)outcome, .attempts = 1
    };
    world->trial.records = world->records;
}

/* The booking of a request is given back, begun at invoke_ns. */
static void cancel(struct world *world, int64_t request, enum aside_outcome outcome, int64_t invoke_ns)
{
    world->cancels[world->trial.cancel_count++] = (struct record){ .op = OP_CANCEL,
                                                                   .request = request,
                                                                   .ref = request,
                                                                   .user = request,
                                                                   .event = 1,
                                                                   .seats = 1,
                                                                   .invoke_ns = invoke_ns,
                                                                   .return_ns = invoke_ns + 1,
                                                                   .outcome = (uint8_t)outcome,
                                                                   .attempts = 1 };
    world->trial.cancels = world->cancels;
}

static void book(struct world *world, int64_t request)
{
    world->bookings[world->witnesses.booking_count] =
        (struct booking){ .id = request, .request = request, .event = 1, .user = request, .seats = 1 };
    world->witnesses.bookings = world->bookings;
    world->witnesses.booking_count++;
}

static void hold(struct world *world, int64_t request, bool expired)
{
    world->holds[world->witnesses.hold_count++] =
        (struct hold){ .id = 100, .request = request, .event = 1, .user = request, .seats = 1, .expired = expired };
    world->witnesses.holds = world->holds;
}

static void count(struct world *world, int64_t event, int64_t capacity, int64_t available)
{
    world->counters[world->witnesses.counter_count++] =
        (struct counter){ .event = event, .capacity = capacity, .available = available };
    world->witnesses.counters = world->counters;
}

static void begin(struct world *world, const char *variant)
{
    memset(world, 0, sizeof *world);
    bench_cells_make(&world->made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 4\n", variant, "sqlite");
}

static void judge(struct world *world)
{
    audit_judge(&world->audit, world->made.cell, &world->trial, &world->witnesses);
    bench_cells_free(&world->made);
}

/* Two seats, two buyers, two refusals: as it should be. */
static void good(struct world *world)
{
    begin(world, "atomic");
    tell(world, 1, OUTCOME_BOOKED);
    tell(world, 2, OUTCOME_SOLD_OUT);
    tell(world, 3, OUTCOME_BOOKED);
    tell(world, 4, OUTCOME_SOLD_OUT);
    book(world, 3);
    book(world, 1);
    count(world, 1, 2, 0);
}

static void test_good(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_string_equal(world.audit.reason, "");
    assert_int_equal(world.audit.capacity, 2);
    assert_int_equal(world.audit.sold, 2);
    assert_int_equal(world.audit.told, 2);
    assert_int_equal(world.audit.oversold + world.audit.unsold + world.audit.drift + world.audit.gate_drift, 0);
    assert_int_equal(world.audit.lost + world.audit.ghost + world.audit.duplicate + world.audit.unknown, 0);
}

static void test_oversold(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[1].outcome = OUTCOME_BOOKED;
    book(&world, 2);
    world.counters[0].available = -1;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_int_equal(world.audit.oversold, 1);
    assert_int_equal(world.audit.drift, 0);
}

static void test_unsold(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[2].outcome = OUTCOME_GAVE_UP; /* request 3 */
    world.bookings[0] = world.bookings[1];      /* its row is gone */
    world.witnesses.booking_count = 1;
    world.counters[0].available = 1;
    judge(&world);
    assert_int_equal(world.audit.unsold, 1);
    assert_int_equal(world.audit.verdict, AUDIT_VALID); /* no rule of safety was broken */
}

/* One seat sold, one held by request 3, whose user was not told yes: nobody could have it while the hold lasts. */
static void half_sold(struct world *world, const char *variant, bool expired)
{
    begin(world, variant);
    tell(world, 1, OUTCOME_BOOKED);
    tell(world, 2, OUTCOME_SOLD_OUT);
    tell(world, 3, OUTCOME_GAVE_UP);
    tell(world, 4, OUTCOME_SOLD_OUT);
    book(world, 1);
    hold(world, 3, expired);
    count(world, 1, 2, 0);
}

static void test_a_hold_is_neither_sold_nor_left(void **state)
{
    struct world world;

    (void)state;
    half_sold(&world, "atomic", false);
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_int_equal(world.audit.sold, 1);
    assert_int_equal(world.audit.held, 1);
    assert_int_equal(world.audit.unsold + world.audit.drift + world.audit.ghost + world.audit.lost, 0);
}

static void test_a_hold_that_is_over_keeps_nobody_out(void **state)
{
    struct world world;

    (void)state;
    half_sold(&world, "atomic", true);
    judge(&world);
    assert_int_equal(world.audit.held, 0);
    assert_int_equal(world.audit.unsold, 1);
    assert_int_equal(world.audit.drift, 0); /* the counter waits for the row to go, and so do we */
}

static void test_holds_do_not_excuse_a_counter(void **state)
{
    struct world world;

    (void)state;
    half_sold(&world, "atomic", false);
    world.counters[0].available = 1; /* it forgot the hold */
    judge(&world);
    assert_int_equal(world.audit.uncounted, 1);
    half_sold(&world, "atomic", false);
    hold(&world, 4, false); /* and one too many: more held than there are seats is not sold yet */
    judge(&world);
    assert_int_equal(world.audit.oversold, 0);
    assert_int_equal(world.audit.uncounted, 1);
    half_sold(&world, "atomic", false);
    world.holds[0].event = 7;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
}

static void test_a_hold_owns_its_seat_row(void **state)
{
    struct world world;

    (void)state;
    half_sold(&world, "seat_rows:pick=ordered", false);
    world.seats[0] = (struct seat){ .event = 1, .seat = 1, .request = 1 };
    world.seats[1] = (struct seat){ .event = 1, .seat = 2, .request = 3 };
    world.witnesses.seats = world.seats;
    world.witnesses.seat_count = 2;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_int_equal(world.audit.drift, 0);
    half_sold(&world, "seat_rows:pick=ordered", false);
    world.witnesses.seats = world.seats;
    world.seats[0] = (struct seat){ .event = 1, .seat = 1, .request = 1 };
    world.seats[1] = (struct seat){ .event = 1, .seat = 2, .request = 0 };
    world.witnesses.seat_count = 2;
    judge(&world);
    assert_int_equal(world.audit.uncounted, 1);
}

/* Free seats that nobody asked for in vain are nobody's fault. */
static void test_unsold_needs_a_refusal(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[1].outcome = world.records[3].outcome = OUTCOME_ABANDONED;
    world.records[2].outcome = OUTCOME_ABANDONED;
    world.bookings[0] = world.bookings[1];
    world.witnesses.booking_count = 1;
    world.counters[0].available = 1;
    judge(&world);
    assert_int_equal(world.audit.unsold, 0);
}

/* A free seat is not owed to somebody who wanted two. */
static void test_unsold_counts_the_size_of_the_wish(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[1].seats = world.records[3].seats = 2;
    world.records[2].outcome = OUTCOME_ABANDONED;
    world.bookings[0] = world.bookings[1];
    world.witnesses.booking_count = 1;
    world.counters[0].available = 1;
    judge(&world);
    assert_int_equal(world.audit.unsold, 0);
}

static void test_drift_both_ways(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.counters[0].available = 1; /* a row that was never counted: a lost update */
    judge(&world);
    assert_int_equal(world.audit.uncounted, 1);
    assert_int_equal(world.audit.leaked, 0);
    assert_int_equal(world.audit.drift, 1);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);

    good(&world);
    world.counters[0].available = -3; /* seats that were counted and have no row */
    judge(&world);
    assert_int_equal(world.audit.leaked, 3);
    assert_int_equal(world.audit.uncounted, 0);
    assert_int_equal(world.audit.drift, 3);
}

/* A strategy that keeps its stock in the rows alone does not drift. */
static void test_no_drift_without_counter(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    bench_cells_free(&world.made);
    bench_cells_make(&world.made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 4\n", "pessimistic:check=count",
                     "sqlite");
    world.counters[0].available = 2;
    judge(&world);
    assert_int_equal(world.audit.drift, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
}

/* The same, by a strategy with one row per seat: request 3 sits on seat 1, request 1 on seat 2. */
static void seated(struct world *world)
{
    good(world);
    bench_cells_free(&world->made);
    bench_cells_make(&world->made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 4\n", "seat_rows:pick=ordered",
                     "sqlite");
    world->counters[0].available = 2; /* nobody counts here */
    world->seats[0] = (struct seat){ .event = 1, .seat = 1, .request = 3 };
    world->seats[1] = (struct seat){ .event = 1, .seat = 2, .request = 1 };
    world->witnesses.seats = world->seats;
    world->witnesses.seat_count = 2;
}

static void test_seats_and_bookings(void **state)
{
    struct world world;

    (void)state;
    seated(&world);
    judge(&world);
    assert_int_equal(world.audit.drift, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);

    seated(&world);
    world.seats[1].request = 0; /* booked, but on no seat */
    judge(&world);
    assert_int_equal(world.audit.uncounted, 1);
    assert_int_equal(world.audit.leaked, 0);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);

    seated(&world);
    world.bookings[0].request = 2; /* the seat of 3 has no booking, the booking of 2 no seat: they do not make good */
    judge(&world);
    assert_int_equal(world.audit.leaked, 1);
    assert_int_equal(world.audit.uncounted, 1);
    assert_int_equal(world.audit.drift, 2);

    seated(&world);
    world.records[2].outcome = OUTCOME_ABANDONED; /* left, and sits there still */
    world.bookings[0] = world.bookings[1];
    world.witnesses.booking_count = 1;
    judge(&world);
    assert_int_equal(world.audit.leaked, 1);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
}

/* More seats than the booking says, and seats of another event than the booking's. */
static void test_seats_beyond_the_booking(void **state)
{
    struct world world;

    (void)state;
    seated(&world);
    world.records[2].outcome = OUTCOME_SOLD_OUT;
    world.bookings[0] = world.bookings[1];
    world.witnesses.booking_count = 1;
    world.seats[0].request = 1;
    judge(&world);
    assert_int_equal(world.audit.leaked, 1);
    assert_int_equal(world.audit.uncounted, 0);

    seated(&world);
    bench_cells_free(&world.made);
    bench_cells_make(&world.made, "# q\n[inventory]\nevents = 2\nseats = 1\n", "seat_rows:pick=ordered", "sqlite");
    world.counters[0].capacity = 1;
    count(&world, 2, 1, 1);
    world.bookings[1].event = world.records[0].event = 2; /* request 1 */
    world.seats[1] = (struct seat){ .event = 2, .seat = 1, .request = 1 };
    judge(&world);
    assert_int_equal(world.audit.drift, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);

    seated(&world);
    bench_cells_free(&world.made);
    bench_cells_make(&world.made, "# q\n[inventory]\nevents = 2\nseats = 1\n", "seat_rows:pick=ordered", "sqlite");
    world.counters[0].capacity = 1;
    count(&world, 2, 1, 1);
    world.bookings[1].event = world.records[0].event = 2;
    world.seats[0].request = 1; /* each sits in the other's event */
    world.seats[1] = (struct seat){ .event = 2, .seat = 1, .request = 3 };
    judge(&world);
    assert_int_equal(world.audit.leaked, 2);
    assert_int_equal(world.audit.uncounted, 2);
}

static void test_the_house_is_whole(void **state)
{
    static const char reason[] = "the seats are not those that were on sale";
    struct world world;

    (void)state;
    seated(&world);
    world.witnesses.seat_count = 1; /* a seat is gone */
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, reason);

    seated(&world);
    world.seats[1].seat = 1; /* one is there twice */
    judge(&world);
    assert_string_equal(world.audit.reason, reason);

    seated(&world);
    world.seats[2] = (struct seat){ .event = 1, .seat = 3 }; /* one was never on sale */
    world.witnesses.seat_count = 3;
    judge(&world);
    assert_string_equal(world.audit.reason, reason);
}

/* What a strategy's own tables say is left. */
static void own(struct world *world, int64_t event, int64_t left)
{
    good(world);
    bench_cells_free(&world->made);
    bench_cells_make(&world->made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 4\n", "sharded", "sqlite");
    world->counters[0].available = 2;
    world->remainders[0] = (struct remainder){ .event = event, .left = left };
    world->witnesses.remainders = world->remainders;
    world->witnesses.remainder_count = 1;
}

static void test_own_ledger(void **state)
{
    struct world world;

    (void)state;
    own(&world, 1, 0);
    judge(&world);
    assert_int_equal(world.audit.drift, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);

    own(&world, 1, 2);
    judge(&world);
    assert_int_equal(world.audit.uncounted, 2);
    assert_int_equal(world.audit.leaked, 0);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);

    own(&world, 1, -1);
    judge(&world);
    assert_int_equal(world.audit.leaked, 1);

    own(&world, 2, 0);
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "the strategy's own tables hold an event that was never on sale");

    own(&world, 1, 0);
    world.witnesses.remainder_count = 0;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "the strategy's own tables do not answer for every event");
}

/* A group of two: both seats, or none. */
static void test_torn_group(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[2].outcome = OUTCOME_SOLD_OUT;
    world.records[0].seats = 2;
    world.bookings[0] = world.bookings[1];
    world.bookings[0].seats = 2;
    world.witnesses.booking_count = 1;
    judge(&world);
    assert_int_equal(world.audit.torn, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);

    good(&world);
    world.records[0].seats = 2; /* was given one */
    judge(&world);
    assert_int_equal(world.audit.torn, 1);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);

    good(&world);
    world.records[2].outcome = OUTCOME_SOLD_OUT;
    world.bookings[0] = world.bookings[1];
    world.bookings[0].seats = 2; /* wanted one */
    world.witnesses.booking_count = 1;
    judge(&world);
    assert_int_equal(world.audit.torn, 1);
    assert_int_equal(world.audit.oversold, 0);
}

static void test_lost(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[1].outcome = OUTCOME_BOOKED; /* told yes, no row */
    judge(&world);
    assert_int_equal(world.audit.lost, 1);
    assert_int_equal(world.audit.told, 3);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
}

static void test_ghost(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[0].outcome = OUTCOME_FAILED; /* a row, told no */
    judge(&world);
    assert_int_equal(world.audit.ghost, 1);
    assert_int_equal(world.audit.lost, 0);

    good(&world);
    world.bookings[0].request = 99; /* a row nobody asked for, and request 3 has none */
    judge(&world);
    assert_int_equal(world.audit.ghost, 1);
    assert_int_equal(world.audit.lost, 1);

    good(&world);
    world.bookings[0].request = 0; /* before all others */
    judge(&world);
    assert_int_equal(world.audit.ghost, 1);
}

/* The sums are right, but nobody has what he was told. */
static void test_a_row_of_another_user_or_event(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.bookings[0].user = 1;
    world.bookings[1].user = 3;
    judge(&world);
    assert_int_equal(world.audit.unasked, 2);
    assert_int_equal(world.audit.ghost, 2);
    assert_int_equal(world.audit.lost, 2);
    assert_int_equal(world.audit.drift, 0);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);

    memset(&world, 0, sizeof world);
    bench_cells_make(&world.made, "# q\n[inventory]\nevents = 2\nseats = 1\n", "atomic", "sqlite");
    tell(&world, 1, OUTCOME_BOOKED);
    tell(&world, 2, OUTCOME_BOOKED);
    world.records[1].event = 2;
    book(&world, 1);
    book(&world, 2);
    world.bookings[0].event = 2;
    count(&world, 1, 1, 0);
    count(&world, 2, 1, 0);
    judge(&world);
    assert_int_equal(world.audit.unasked, 2);
    assert_int_equal(world.audit.lost, 2);
    assert_int_equal(world.audit.drift, 0);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);

    good(&world);
    book(&world, 3); /* beside the request's own */
    world.bookings[2].user = 7;
    judge(&world);
    assert_int_equal(world.audit.unasked, 1);
    assert_int_equal(world.audit.lost, 0);
    assert_int_equal(world.audit.duplicate, 0);
}

static void test_duplicate(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.bookings[0] = world.bookings[1]; /* request 1 has two rows, 3 has none */
    judge(&world);
    assert_int_equal(world.audit.duplicate, 1);
    assert_int_equal(world.audit.lost, 1);
    assert_int_equal(world.audit.ghost, 0);
}

static void test_unknown_is_resolved_by_the_rows(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[0].outcome = OUTCOME_UNKNOWN; /* a row: it was booked */
    world.records[1].outcome = OUTCOME_UNKNOWN; /* none: it was not     */
    judge(&world);
    assert_int_equal(world.audit.unknown, 2);
    assert_int_equal(world.audit.resolved_yes, 1);
    assert_int_equal(world.audit.resolved_no, 1);
    assert_int_equal(world.audit.ghost + world.audit.lost, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
}

static void test_gate_drift(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 2, .left = 0 };
    world.trial.gates = world.gates;
    world.trial.gate_count = 1;
    judge(&world);
    assert_int_equal(world.audit.gate_drift, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);

    good(&world);
    world.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 2, .left = 1 }; /* given back twice */
    world.trial.gates = world.gates;
    world.trial.gate_count = 1;
    judge(&world);
    assert_int_equal(world.audit.gate_drift, 1);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
}

/* Who is not told whether a booking stands gives its seats back: one too many at the gate is no drift, one too few is.
 */
static void test_gate_after_an_unknown_outcome(void **state)
{
    static const struct {
        int64_t left, drift;
    } cases[] = { { 0, 0 }, { 1, 0 }, { 2, 1 } };
    struct world world;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(&world, "atomic");
        count(&world, 1, 2, 0);
        tell(&world, 1, OUTCOME_BOOKED);
        tell(&world, 2, OUTCOME_UNKNOWN);
        book(&world, 1);
        book(&world, 2);
        world.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 2, .left = cases[i].left };
        world.trial.gates = world.gates;
        world.trial.gate_count = 1;
        judge(&world);
        assert_int_equal(world.audit.gate_drift, cases[i].drift);
    }
    /* Not booked, and not given back: a seat is stranded. */
    begin(&world, "atomic");
    count(&world, 1, 2, 1);
    tell(&world, 1, OUTCOME_BOOKED);
    tell(&world, 2, OUTCOME_UNKNOWN);
    book(&world, 1);
    world.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 2, .left = 0 };
    world.trial.gates = world.gates;
    world.trial.gate_count = 1;
    judge(&world);
    assert_int_equal(world.audit.gate_drift, 1);
}

/* The same of a cancel that its user was not told of: where the booking stands, one too many is no drift; where it is
 * gone, the gate has to have its seat back. */
static void test_gate_after_an_unknown_cancel(void **state)
{
    static const struct {
        bool stands;
        int64_t left, drift;
    } cases[] = { { true, 0, 0 }, { true, 1, 0 }, { true, 2, 1 }, { false, 1, 0 }, { false, 0, 1 }, { false, 2, 1 } };
    struct world world;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(&world, "atomic");
        count(&world, 1, 2, cases[i].stands ? 0 : 1);
        tell(&world, 1, OUTCOME_BOOKED);
        tell(&world, 2, OUTCOME_BOOKED);
        cancel(&world, 2, ASIDE_UNKNOWN, 1);
        book(&world, 1);
        if (cases[i].stands)
            book(&world, 2);
        world.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 2, .left = cases[i].left };
        world.trial.gates = world.gates;
        world.trial.gate_count = 1;
        judge(&world);
        assert_int_equal(world.audit.gate_drift, cases[i].drift);
    }
}

static void two_servers(struct world *world)
{
    good(world);
    bench_cells_free(&world->made);
    bench_cells_make(&world->made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 4\n[app]\ninstances = 2\n", "atomic",
                     "sqlite");
}

/* Gates are held against what was booked through their own app. */
static void test_gate_drift_by_app(void **state)
{
    struct world world;

    (void)state;
    two_servers(&world);
    world.records[2].app = 1;
    world.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 1, .left = 0 };
    world.gates[1] = (struct gate_witness){ .app = 1, .event = 1, .initial = 1, .left = 0 };
    world.trial.gates = world.gates;
    world.trial.gate_count = 2;
    judge(&world);
    assert_int_equal(world.audit.gate_drift, 0);

    two_servers(&world); /* the same, but both were booked through app 0 */
    world.gates[0] = (struct gate_witness){ .app = 0, .event = 1, .initial = 1, .left = 0 };
    world.gates[1] = (struct gate_witness){ .app = 1, .event = 1, .initial = 1, .left = 0 };
    world.trial.gates = world.gates;
    world.trial.gate_count = 2;
    judge(&world);
    assert_int_equal(world.audit.gate_drift, 2);
}

static void test_verdicts_outrank(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.trial.record_count = 0;
    world.witnesses.booking_count = 0;
    world.counters[0].available = 2;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_UNKNOWN); /* nothing was booked */

    good(&world);
    strcpy(world.trial.void_reason, "counts do not add up: test");
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_UNKNOWN);
    assert_string_equal(world.audit.reason, "counts do not add up: test");

    good(&world);
    strcpy(world.trial.void_reason, "counts do not add up: test");
    world.records[1].outcome = OUTCOME_BOOKED;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID); /* lost outranks unknown */
}

/* The counter ended below zero, and what made it so is accounted for. */
static void test_negative_alone(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.counters[0].available = -1;
    world.bookings[0].seats = world.records[2].seats = 2;
    judge(&world);
    assert_string_equal(world.audit.reason, "oversold 1, negative 1");

    good(&world); /* a seat more is held than there is: nobody has bought it */
    world.records[2].outcome = OUTCOME_ABANDONED;
    world.bookings[0] = world.bookings[1];
    world.witnesses.booking_count = 1;
    hold(&world, 2, false);
    hold(&world, 3, false);
    world.counters[0].available = -1;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "negative 1");
}

static void test_reason_names_what_is_broken(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[0].outcome = OUTCOME_SOLD_OUT;
    world.counters[0].available = 1;
    judge(&world);
    assert_string_equal(world.audit.reason, "ghost 1, drift 1");
}

/* What probes saw is enough, and the trial's end hides nothing of it. */
static void test_probes_alone(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    strcpy(world.trial.void_reason, "counts do not add up: test");
    world.trial.probes = (struct probes){ .asked = true, .n = 40, .violations = 3, .oversold = 3 };
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "3 of 40 probes saw what must never be");

    good(&world);
    world.trial.probes = (struct probes){ .asked = true, .n = 40 };
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
}

static void test_foreign_rows(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.bookings[0].event = 7;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "a booking of an event that was never on sale");

    good(&world);
    world.witnesses.counter_count = 0;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "the database lost an event");

    good(&world);
    count(&world, 9, 2, 2);
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "the database holds an event that was never on sale");
}

/* ---- bookings given back ----------------------------------------------------------------------------------------- */

/* Request 3 gives its seat back; 2 is booked in its place. */
static void rebooked(struct world *world)
{
    good(world);
    world->records[0].return_ns = 10;
    world->records[2].return_ns = 20;
    cancel(world, 3, ASIDE_DONE, 30);
    world->records[1].outcome = OUTCOME_BOOKED;
    world->records[1].return_ns = 40;
    world->bookings[0].request = world->bookings[0].user = 2; /* were 3 */
}

static void test_a_row_given_back_is_not_lost(void **state)
{
    struct world world;

    (void)state;
    rebooked(&world);
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_int_equal(world.audit.lost + world.audit.ghost + world.audit.oversold + world.audit.drift, 0);
    assert_int_equal(world.audit.sold, 2);
    assert_int_equal(world.audit.told, 2);
    assert_int_equal(world.audit.released, 1);
    assert_int_equal(world.audit.unsold + world.audit.unjudged, 0);
}

static void test_a_row_that_stays_is_a_ghost(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    cancel(&world, 3, ASIDE_DONE, 30); /* told given back, the row is there */
    judge(&world);
    assert_int_equal(world.audit.ghost, 1);
    assert_int_equal(world.audit.lost, 0);
    assert_int_equal(world.audit.told, 1);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
}

static void test_a_cancel_that_failed_keeps_the_booking(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    cancel(&world, 3, ASIDE_FAILED, 30);
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_int_equal(world.audit.released, 0);

    rebooked(&world);
    world.cancels[0].outcome = ASIDE_FAILED; /* told that it stays booked, and the row is gone */
    judge(&world);
    assert_int_equal(world.audit.lost, 1);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
}

static void test_an_unknown_cancel_is_resolved_by_the_rows(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    cancel(&world, 3, ASIDE_UNKNOWN, 30); /* the row is there: it did not happen */
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_int_equal(world.audit.released, 0);
    assert_int_equal(world.audit.told, 2);

    rebooked(&world);
    world.cancels[0].outcome = ASIDE_UNKNOWN; /* it is gone: it did */
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_int_equal(world.audit.released, 1);
    assert_int_equal(world.audit.told, 2);
}

/* Who was refused came while the seats were taken: what is left is nobody's fault. Who came when they had been given
 * back is another matter. */
static void test_seats_given_back_are_unsold_to_who_came_later(void **state)
{
    struct world world;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        good(&world);
        cancel(&world, 3, ASIDE_DONE, 30);
        world.bookings[0] = world.bookings[1];
        world.witnesses.booking_count = 1;
        world.counters[0].available = 1;
        world.records[1].invoke_ns = i == 0 ? 30 : 32; /* the cancel ends at 31 */
        world.records[1].return_ns = 40;
        judge(&world);
        assert_int_equal(world.audit.unsold, i);
        assert_int_equal(world.audit.false_sold_out, i);
        assert_int_equal(world.audit.unjudged, 0);
        assert_int_equal(world.audit.verdict, AUDIT_VALID);
    }

    /* Without a release it is. */
    good(&world);
    world.records[2].outcome = OUTCOME_GAVE_UP;
    world.bookings[0] = world.bookings[1];
    world.witnesses.booking_count = 1;
    world.counters[0].available = 1;
    judge(&world);
    assert_int_equal(world.audit.unsold, 1);
    assert_int_equal(world.audit.unjudged, 0);
}

/* Two seats, three bookings at one moment, one of them given back later: the rows alone show nothing. */
static void test_oversold_at_one_moment(void **state)
{
    struct world world;

    (void)state;
    rebooked(&world);
    world.records[1].return_ns = 25; /* request 2 was told booked before request 3 began to give back */
    judge(&world);
    assert_int_equal(world.audit.oversold, 1);
    assert_int_equal(world.audit.sold, 2);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);

    /* At the same moment: they may have come in the right order. */
    rebooked(&world);
    world.records[1].return_ns = 30;
    judge(&world);
    assert_int_equal(world.audit.oversold, 0);

    /* A cancel that failed frees nothing: two taken seats stay taken. */
    rebooked(&world);
    cancel(&world, 1, ASIDE_FAILED, 15);
    judge(&world);
    assert_int_equal(world.audit.oversold, 0);

    rebooked(&world);
    world.cancels[0].outcome = ASIDE_UNKNOWN; /* as good as one that happened */
    world.records[1].return_ns = 25;
    judge(&world);
    assert_int_equal(world.audit.oversold, 1);
}

static void test_everything_given_back_still_proves_something(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    cancel(&world, 1, ASIDE_DONE, 30);
    cancel(&world, 3, ASIDE_DONE, 30);
    world.witnesses.booking_count = 0;
    world.counters[0].available = 2;
    judge(&world);
    assert_int_equal(world.audit.verdict, AUDIT_VALID);
    assert_int_equal(world.audit.released, 2);
    assert_int_equal(world.audit.told, 0);
}

/* ---- double clicks, groups, patience ----------------------------------------------------------------------------- */

static void test_repeated(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[2].request = world.bookings[0].request = 1000000000000001; /* 1 again, booked as well */
    world.records[2].user = world.bookings[0].user = 1;
    world.records[2].ref = 1;
    judge(&world);
    assert_int_equal(world.audit.repeated, 1);
    assert_int_equal(world.audit.duplicate, 0);
    assert_int_equal(world.audit.verdict, AUDIT_VALID); /* told, not held against anybody */

    good(&world); /* only the second was booked */
    world.records[2].ref = 2;
    judge(&world);
    assert_int_equal(world.audit.repeated, 0);

    good(&world); /* only the first was */
    world.records[3].ref = 1;
    judge(&world);
    assert_int_equal(world.audit.repeated, 0);

    good(&world); /* both, and one was given back: it had been booked all the same */
    world.records[2].ref = 1;
    cancel(&world, 3, ASIDE_DONE, 30);
    world.bookings[0] = world.bookings[1];
    world.witnesses.booking_count = 1;
    world.counters[0].available = 1;
    judge(&world);
    assert_int_equal(world.audit.repeated, 1);

    good(&world); /* unknown, and the row is there */
    world.records[2].ref = 1;
    world.records[2].outcome = OUTCOME_UNKNOWN;
    judge(&world);
    assert_int_equal(world.audit.repeated, 1);
}

/* With groups of 4, seats that are left for 2 are nobody's fault; for a group of 2 they are. */
static void test_unsold_with_groups(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    bench_cells_free(&world.made);
    bench_cells_make(&world.made, "# q\n[inventory]\nseats = 6\n[load]\nusers = 4\n[request]\nseats = 2:50%, 4:50%\n",
                     "atomic", "sqlite");
    world.records[0].seats = 2;
    world.bookings[1].seats = 2;
    world.records[1].seats = 4;
    world.records[2].seats = 2;
    world.bookings[0].seats = 2;
    world.records[3].seats = 4;
    world.counters[0].capacity = 6;
    world.counters[0].available = 2;
    judge(&world);
    assert_int_equal(world.audit.capacity, 6);
    assert_int_equal(world.audit.sold, 4);
    assert_int_equal(world.audit.told, 4);
    assert_int_equal(world.audit.unsold, 0);

    good(&world);
    bench_cells_free(&world.made);
    bench_cells_make(&world.made, "# q\n[inventory]\nseats = 6\n[load]\nusers = 4\n[request]\nseats = 2:50%, 4:50%\n",
                     "atomic", "sqlite");
    world.records[0].seats = 2;
    world.bookings[1].seats = 2;
    world.records[1].seats = 2;
    world.records[2].seats = 2;
    world.bookings[0].seats = 2;
    world.records[3].seats = 4;
    world.counters[0].capacity = 6;
    world.counters[0].available = 2;
    judge(&world);
    assert_int_equal(world.audit.unsold, 2);
}

/* Who ran out of patience left by himself; who waited for the pool in vain did not. */
static void test_impatience_is_no_refusal(void **state)
{
    struct world world;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        good(&world);
        world.records[1].outcome = world.records[3].outcome = OUTCOME_TIMED_OUT;
        world.records[1].reason = world.records[3].reason = i == 0 ? REASON_PATIENCE : REASON_POOL_TIMEOUT;
        world.records[2].outcome = OUTCOME_ABANDONED;
        world.bookings[0] = world.bookings[1];
        world.witnesses.booking_count = 1;
        world.counters[0].available = 1;
        judge(&world);
        assert_int_equal(world.audit.unsold, i);
    }
}

/* Below the first event there is none either. */
static void test_event_zero(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.bookings[0].event = 0;
    judge(&world);
    assert_string_equal(world.audit.reason, "a booking of an event that was never on sale");
    good(&world);
    count(&world, 0, 2, 2);
    judge(&world);
    assert_string_equal(world.audit.reason, "the database holds an event that was never on sale");
    half_sold(&world, "atomic", false);
    world.holds[0].event = 0;
    judge(&world);
    assert_string_equal(world.audit.reason, "a hold on an event that was never on sale");
    own(&world, 0, 0);
    judge(&world);
    assert_string_equal(world.audit.reason, "the strategy's own tables hold an event that was never on sale");
    seated(&world);
    world.seats[0].event = 3;
    judge(&world);
    assert_string_equal(world.audit.reason, "the seats are not those that were on sale");
}

static void test_anomalies_and_promises(void **state)
{
    static const struct {
        enum anomaly anomaly;
        const char *name;
        unsigned promise; /* 0: nobody may */
    } all[ANOMALY_COUNT] = {
        { ANOMALY_OVERSOLD, "oversold", PROMISE_NO_OVERSELL },
        { ANOMALY_PROBED, "probe_violations", PROMISE_NO_OVERSELL },
        { ANOMALY_LOST, "lost", 0 },
        { ANOMALY_GHOST, "ghost", 0 },
        { ANOMALY_TORN, "torn", PROMISE_ALL_OR_NOTHING },
        { ANOMALY_DUPLICATE, "duplicate", 0 },
        { ANOMALY_UNSOLD, "unsold", PROMISE_SELLS_OUT },
        { ANOMALY_FALSE_SOLD_OUT, "false_sold_out", PROMISE_SELLS_OUT },
        { ANOMALY_DRIFT, "drift", 0 },
        { ANOMALY_GATE_DRIFT, "gate_drift", 0 },
        { ANOMALY_UNFAIR, "unfair", PROMISE_IN_ORDER },
    };
    size_t i;

    (void)state;
    for (i = 0; i < ANOMALY_COUNT; i++) {
        assert_string_equal(anomaly_name(all[i].anomaly), all[i].name);
        assert_int_equal(anomaly_breaks(all[i].anomaly, 0), all[i].promise == 0);
        assert_true(anomaly_breaks(all[i].anomaly, all[i].promise));
    }
}

/* Told that his hold was over, sooner than it can have been. */
static void test_early_expiry(void **state)
{
    struct world world;
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        good(&world);
        bench_cells_free(&world.made);
        bench_cells_make(&world.made, "# q\n[inventory]\nseats = 2\n[load]\nusers = 4\n[hold]\nttl = 1s\n",
                         i < 2 ? "soft_hold" : "atomic", "sqlite");
        world.records[1].outcome = OUTCOME_GAVE_UP;
        world.records[1].reason = REASON_EXPIRED;
        world.records[1].return_ns = i == 1 ? 999000000 : 990000000;
        judge(&world);
        assert_int_equal(world.audit.early_expiry, i == 0);
        assert_int_equal(world.audit.verdict, AUDIT_VALID);
    }
}

static void test_what_no_run_writes_is_invalid(void **state)
{
    struct world world;

    (void)state;
    good(&world);
    world.records[1].invoke_ns = 1; /* asked after the answer */
    judge(&world);
    assert_int_equal(world.audit.malformed, 1);
    assert_int_equal(world.audit.verdict, AUDIT_INVALID);
    assert_string_equal(world.audit.reason, "records that no run writes: 1");
}

static int clean(void **state)
{
    (void)state;
    bench_clean();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_oversold),
        cmocka_unit_test(test_unsold),
        cmocka_unit_test(test_unsold_needs_a_refusal),
        cmocka_unit_test(test_a_hold_is_neither_sold_nor_left),
        cmocka_unit_test(test_a_hold_that_is_over_keeps_nobody_out),
        cmocka_unit_test(test_holds_do_not_excuse_a_counter),
        cmocka_unit_test(test_a_hold_owns_its_seat_row),
        cmocka_unit_test(test_unsold_counts_the_size_of_the_wish),
        cmocka_unit_test(test_drift_both_ways),
        cmocka_unit_test(test_no_drift_without_counter),
        cmocka_unit_test(test_seats_and_bookings),
        cmocka_unit_test(test_seats_beyond_the_booking),
        cmocka_unit_test(test_the_house_is_whole),
        cmocka_unit_test(test_own_ledger),
        cmocka_unit_test(test_torn_group),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_ghost),
        cmocka_unit_test(test_a_row_of_another_user_or_event),
        cmocka_unit_test(test_duplicate),
        cmocka_unit_test(test_unknown_is_resolved_by_the_rows),
        cmocka_unit_test(test_gate_drift),
        cmocka_unit_test(test_gate_after_an_unknown_outcome),
        cmocka_unit_test(test_gate_after_an_unknown_cancel),
        cmocka_unit_test(test_gate_drift_by_app),
        cmocka_unit_test(test_verdicts_outrank),
        cmocka_unit_test(test_negative_alone),
        cmocka_unit_test(test_reason_names_what_is_broken),
        cmocka_unit_test(test_probes_alone),
        cmocka_unit_test(test_foreign_rows),
        cmocka_unit_test(test_a_row_given_back_is_not_lost),
        cmocka_unit_test(test_a_row_that_stays_is_a_ghost),
        cmocka_unit_test(test_a_cancel_that_failed_keeps_the_booking),
        cmocka_unit_test(test_an_unknown_cancel_is_resolved_by_the_rows),
        cmocka_unit_test(test_seats_given_back_are_unsold_to_who_came_later),
        cmocka_unit_test(test_oversold_at_one_moment),
        cmocka_unit_test(test_everything_given_back_still_proves_something),
        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_unsold_with_groups),
        cmocka_unit_test(test_impatience_is_no_refusal),
        cmocka_unit_test(test_event_zero),
        cmocka_unit_test(test_anomalies_and_promises),
        cmocka_unit_test(test_early_expiry),
        cmocka_unit_test(test_what_no_run_writes_is_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
