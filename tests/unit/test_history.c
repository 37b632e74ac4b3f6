/* Histories read back: what was written comes out as it went in, and what could not have happened is refused with its
 * line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/say.h"
#include "harness/results/history.h"
#include "tests/support/bench.h"

#define HEAD                                                                                                           \
    "op,request,ref,user,event,seats,due_ns,invoke_ns,first_ns,return_ns,outcome,reason,attempts,statements,order,"    \
    "app\n"

static int take(struct history_reader *h, enum history_part part, const char *text)
{
    return history_reader_take(h, part, text, strlen(text));
}

static void accepts(enum history_part part, const char *text)
{
    struct history_reader h = { .events = 2 };

    if (take(&h, part, text) != 0)
        fail_msg("line %d refused: %s", (int)h.line, h.error);
    history_reader_free(&h);
}

static void refuses_part(enum history_part part, const char *text, int64_t line, const char *reason)
{
    struct history_reader h = { .events = 2 };

    if (take(&h, part, text) == 0)
        fail_msg("accepted, though %s", reason);
    if (strstr(h.error, reason) == NULL)
        fail_msg("'%s' does not say '%s'", h.error, reason);
    assert_int_equal(h.line, line);
    history_reader_free(&h);
}

/* Behind the header. */
static void refuses(const char *rows, int64_t line, const char *reason)
{
    char text[1024];

    snprintf(text, sizeof text, HEAD "%s", rows);
    refuses_part(HISTORY_REQUESTS, text, line, reason);
}

#define FIRST  "reserve,1,,1,1,2,0,10,20,30,booked,,1,3,,0\n"
#define SECOND "reserve,2,,2,1,1,0,10,,30,sold_out,,1,1,,0\n"
#define BACK   "cancel,,1,1,1,2,40,40,41,50,released,,1,2,,0\n"

static void test_read(void **state)
{
    struct history_reader h = { .events = 2 };

    (void)state;
    assert_int_equal(
        take(&h, HISTORY_REQUESTS, HEAD FIRST "reserve,2,,2,1,1,0,10,,30,timed_out,patience,0,0,,1\n" BACK), 0);
    assert_int_equal(h.trial.record_count, 2);
    assert_int_equal(h.trial.cancel_count, 1);
    assert_int_equal(h.rows[HISTORY_REQUESTS], 3);
    assert_true(h.apps_known);
    assert_int_equal(h.trial.start_ns, 1);
    assert_int_equal(h.trial.records[0].first_ns, 21);
    assert_int_equal(h.trial.records[0].seats, 2);
    assert_int_equal(h.trial.records[1].first_ns, 0);
    assert_int_equal(h.trial.records[1].outcome, OUTCOME_TIMED_OUT);
    assert_int_equal(h.trial.records[1].reason, REASON_PATIENCE);
    assert_int_equal(h.trial.records[1].attempts, 0);
    assert_int_equal(h.trial.records[1].app, 1);
    assert_int_equal(h.trial.cancels[0].op, OP_CANCEL);
    assert_int_equal(h.trial.cancels[0].request, 1);
    assert_int_equal(h.trial.cancels[0].invoke_ns - h.trial.records[0].return_ns, 10);
    assert_int_equal(h.trial.totals.requests, 2);
    assert_int_equal(h.trial.totals.outcomes[OUTCOME_BOOKED], 1);
    assert_int_equal(take(&h, HISTORY_COUNTERS,
                          "kind,app,event,capacity,initial,value\ncounter,,1,5,,3\ncounter,,2,5,,5\nown,,1,,,2\n"
                          "gate,1,2,,5,-1\n"),
                     0);
    assert_int_equal(h.witnesses.counter_count, 2);
    assert_int_equal(h.witnesses.counters[1].available, 5);
    assert_int_equal(h.witnesses.remainders[0].left, 2);
    assert_int_equal(h.trial.gates[0].app, 1);
    assert_int_equal(h.trial.gates[0].left, -1);
    assert_int_equal(take(&h, HISTORY_LEDGER, "id,request,event,user,seats\n7,1,1,1,2\n"), 0);
    assert_int_equal(h.witnesses.bookings[0].seats, 2);
    assert_int_equal(take(&h, HISTORY_HOLDS, "id,request,event,user,seats,expired\n8,2,1,2,1,1\n"), 0);
    assert_int_equal(h.witnesses.holds[0].expired, 1);
    assert_int_equal(take(&h, HISTORY_SEATS, "event,seat,request\n1,1,1\n1,2,\n"), 0);
    assert_int_equal(h.witnesses.seats[1].request, 0);
    history_reader_free(&h);
}

/* Times of somebody else's clock: the first of them is the moment the gate opened. */
static void test_any_zero(void **state)
{
    struct history_reader h = { .events = 2, .any_zero = true };
    const char text[] = HEAD "reserve,1,,1,1,2,1700000000000000007,1700000000000000010,1700000000000000012,"
                             "1700000000000000030,booked,,1,3,,0\n"
                             "reserve,2,,2,1,1,,1700000000000000005,,1700000000000000008,sold_out,,1,1,,0\n"
                             "cancel,,1,1,1,2,,1700000000000000040,,1700000000000000050,released,,1,2,,0\n";

    (void)state;
    assert_int_equal(take(&h, HISTORY_REQUESTS, text), 0);
    assert_int_equal(h.trial.start_ns, 1);
    assert_int_equal(h.trial.records[0].due_ns, 3);
    assert_int_equal(h.trial.records[0].invoke_ns, 6);
    assert_int_equal(h.trial.records[0].first_ns, 8);
    assert_int_equal(h.trial.records[0].return_ns, 26);
    assert_int_equal(h.trial.records[1].due_ns, 1);
    assert_int_equal(h.trial.records[1].first_ns, 0);
    assert_int_equal(h.trial.cancels[0].return_ns, 46);
    history_reader_free(&h);
    h = (struct history_reader){ .events = 2 };
    assert_int_equal(take(&h, HISTORY_REQUESTS, text), -1);
    assert_int_equal(h.line, 2);
    history_reader_free(&h);
    /* Before the zero of its clock, whose first connection is not the one of a record that has none. */
    h = (struct history_reader){ .events = 2, .any_zero = true };
    assert_int_equal(take(&h, HISTORY_REQUESTS, HEAD "reserve,1,,1,1,2,-30,-20,-1,-1,booked,,1,3,,0\n"), 0);
    assert_int_equal(h.trial.records[0].first_ns, 30);
    history_reader_free(&h);
    h = (struct history_reader){ .events = 2, .any_zero = true };
    assert_int_equal(take(&h, HISTORY_REQUESTS, HEAD "reserve,1,,1,1,2,,20,,9223372036854775808,booked,,1,3,,0\n"), -1);
    assert_non_null(strstr(h.error, "return_ns: '9223372036854775808' is not a whole number"));
    history_reader_free(&h);
}

/* What other programs make of CSV. */
static void test_forms(void **state)
{
    (void)state;
    accepts(HISTORY_REQUESTS, HEAD);
    accepts(HISTORY_REQUESTS, "outcome,return_ns,invoke_ns,seats,event,user,ref,request,op\n"
                              "booked,30,10,1,1,9,,1,reserve\n");
    accepts(HISTORY_REQUESTS, "\"op\",request,ref,user,event,seats,invoke_ns,return_ns,outcome\r\n"
                              "\"reserve\",\"1\",,1,1,1,10,30,\"booked\"\r\n");
    accepts(HISTORY_REQUESTS, HEAD SECOND FIRST BACK); /* the order of lines says nothing: the times do */
}

static void test_broken_files(void **state)
{
    (void)state;
    refuses_part(HISTORY_REQUESTS, "", 1, "the file is empty");
    refuses_part(HISTORY_REQUESTS, "op,request", 1, "cut off");
    refuses_part(HISTORY_REQUESTS, "op,request\n", 1, "no column 'ref'");
    refuses_part(HISTORY_REQUESTS, "op,op\n", 1, "column 'op' stands here twice");
    refuses_part(HISTORY_REQUESTS, "op,reqest\n", 1, "unknown column 'reqest'; did you mean 'request'?");
    refuses_part(HISTORY_REQUESTS, "op,\x01zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\n", 1, "unknown column '?zzzz");
    refuses("reserve,1,,1,1,2,0,10,20,30,booked,,1,3,,", 2, "cut off here");
    refuses(FIRST "\n", 3, "1 field where the header has 16");
    refuses(FIRST "reserve,2\n", 3, "2 fields where the header has 16");
    refuses("reserve,1,,1,1,2,0,10,20,30,booked,,1,3,,0,0\n", 2, "more fields than the 16");
    refuses("\"reserve,1,,1,1,2,0,10,20,30,booked,,1,3,,0\n", 2, "quotes may stand around a field");
    refuses("\"reserve\"x,1,,1,1,2,0,10,20,30,booked,,1,3,,0\n", 2, "quotes may stand around a field");
}

static void test_bad_values(void **state)
{
    (void)state;
    refuses("browse,1,,1,1,2,0,10,20,30,booked,,1,3,,0\n", 2, "unknown op 'browse'");
    refuses(",1,,1,1,2,0,10,20,30,booked,,1,3,,0\n", 2, "op is missing");
    refuses("reserve,,,1,1,2,0,10,20,30,booked,,1,3,,0\n", 2, "request is missing");
    refuses("reserve,0,,1,1,2,0,10,20,30,booked,,1,3,,0\n", 2, "request: '0' is not a whole number from 1");
    refuses("reserve,1,,1,3,2,0,10,20,30,booked,,1,3,,0\n", 2, "event: '3' is not a whole number from 1 to 2");
    refuses("reserve,1,,1,1,0,0,10,20,30,booked,,1,3,,0\n", 2, "seats: '0'");
    refuses("reserve,1,,1,1,1x,0,10,20,30,booked,,1,3,,0\n", 2, "seats: '1x'");
    refuses("reserve,1,,1,1,-,0,10,20,30,booked,,1,3,,0\n", 2, "seats: '-'");
    refuses("reserve,1,,1,1, 1,0,10,20,30,booked,,1,3,,0\n", 2, "seats: ' 1'");
    refuses("reserve,1,,1,1,9223372036854775808,0,10,20,30,booked,,1,3,,0\n", 2, "seats: '9223372036854775808'");
    refuses("reserve,1,,1,1,1,0,10,20,30,boked,,1,3,,0\n", 2, "unknown outcome 'boked'");
    refuses("reserve,1,,1,1,1,0,10,20,30,released,,1,3,,0\n", 2, "unknown outcome 'released'");
    refuses("reserve,1,,1,1,1,0,10,20,30,,,1,3,,0\n", 2, "outcome is missing");
    refuses("reserve,1,,1,1,1,0,10,20,30,failed,tired,1,3,,0\n", 2, "unknown reason 'tired'");
    refuses("reserve,1,,1,1,1,0,10,20,30,failed,error,-1,3,,0\n", 2, "attempts: '-1'");
    refuses("reserve,1,,1,1,1,0,10,20,30,failed,error,1,3,,100\n", 2, "app: '100'");
    refuses("cancel,1,1,1,1,1,0,10,20,30,released,,1,3,,0\n", 2, "a cancel has no request of its own");
    refuses("cancel,,,1,1,1,0,10,20,30,released,,1,3,,0\n", 2, "ref is missing");
}

static void test_impossible(void **state)
{
    (void)state;
    refuses("reserve,1,,1,1,1,0,10,,9,booked,,1,3,,0\n", 2, "answered at 9 ns, before it was asked at 10 ns");
    refuses("reserve,1,,1,1,1,11,10,,30,booked,,1,3,,0\n", 2, "asked at 10 ns, before it was due at 11 ns");
    refuses("reserve,1,,1,1,1,0,10,31,30,booked,,1,3,,0\n", 2, "its first connection at 31 ns came after");
    refuses(FIRST SECOND FIRST, 4, "request 1 stands in line 2 already");
    refuses(FIRST BACK BACK, 4, "a cancel of request 1 stands in line 3 already");
    refuses(FIRST "cancel,,3,1,1,2,40,40,41,50,released,,1,2,,0\n", 3, "gives back request 3, which nobody made");
    refuses(SECOND "cancel,,2,2,1,1,40,40,41,50,released,,1,2,,0\n", 3, "which in line 2 is sold_out");
    refuses(FIRST "cancel,,1,1,1,1,40,40,41,50,released,,1,2,,0\n", 3, "gives back other seats than request 1");
    refuses(FIRST "cancel,,1,1,2,2,40,40,41,50,released,,1,2,,0\n", 3, "gives back other seats than request 1");
    refuses("cancel,,1,1,1,2,20,20,21,50,released,,1,2,,0\n" FIRST, 2, "before line 3 says it was told");
    refuses(FIRST "reserve,9,9,1,1,2,0,10,20,30,booked,,1,3,,0\n", 3, "there is no first one");
    refuses(FIRST "reserve,9,8,1,1,2,0,10,20,30,booked,,1,3,,0\n", 3, "there is no first one");
    refuses(FIRST "reserve,9,1,1,1,1,0,10,20,30,booked,,1,3,,0\n", 3, "are not those of request 1");
}

static void test_bad_witnesses(void **state)
{
    (void)state;
    refuses_part(HISTORY_LEDGER, "id,request,event,user,seats\n1,1,1,1\n", 2, "4 fields");
    refuses_part(HISTORY_LEDGER, "id,request,event,user,seats\n1,1,1,1,\n", 2, "seats is missing");
    refuses_part(HISTORY_LEDGER, "id,request,event,user,seats\n1,1,1,1,1000000001\n", 2, "seats: '1000000001'");
    refuses_part(HISTORY_HOLDS, "id,request,event,user,seats,expired\n1,1,1,1,1,no\n", 2, "expired: 'no'");
    refuses_part(HISTORY_SEATS, "event,seat,request\n1,,\n", 2, "seat is missing");
    refuses_part(HISTORY_COUNTERS, "kind,app,event,capacity,initial,value\nclock,,1,5,,3\n", 2, "unknown kind 'clock'");
    refuses_part(HISTORY_COUNTERS, "kind,app,event,capacity,initial,value\ncounter,,2,5,,3\ncounter,,1,5,,3\n", 3,
                 "event 1 stands behind that of event 2");
    refuses_part(HISTORY_COUNTERS, "kind,app,event,capacity,initial,value\ncounter,,1,,,3\n", 2, "capacity is missing");
    refuses_part(HISTORY_COUNTERS, "kind,app,event,capacity,initial,value\ngate,0,3,,5,3\n", 2, "event: '3'");
    refuses_part(HISTORY_COUNTERS, "kind,app,event,capacity,initial,value\nown,,1,,,\n", 2, "value is missing");
}

/* A million requests and a hundred thousand cancels, as `make test` has time for. */
static void test_many(void **state)
{
    const size_t n = 1000000, back = 100000;
    struct history_reader h = { .events = 2 };
    size_t used;
    char *text = malloc((n + back) * 96 + sizeof HEAD);

    (void)state;
    assert_non_null(text);
    used = (size_t)sprintf(text, HEAD);
    for (size_t i = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "reserve,%zu,,%zu,%zu,1,0,%zu,%zu,%zu,booked,,1,3,,0\n", n - i, n - i,
                                1 + i % 2, i, i + 5, i + 1000);
    for (size_t i = 0; i < back; i++)
        used += (size_t)sprintf(text + used, "cancel,,%zu,%zu,%zu,1,0,%zu,,%zu,released,,1,3,,0\n", n - i, n - i,
                                1 + i % 2, i + 2000, i + 3000);
    assert_int_equal(history_reader_take(&h, HISTORY_REQUESTS, text, used), 0);
    assert_int_equal(h.trial.record_count, n);
    assert_int_equal(h.trial.cancel_count, back);
    history_reader_free(&h);
    free(text);
}

/* ---- what history_write() leaves --------------------------------------------------------------------------------- */

static char *slurp(const char *dir, const char *name, size_t *n)
{
    char path[512], *text = calloc(1, 65536);
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_non_null(file = fopen(path, "r"));
    assert_non_null(text);
    *n = fread(text, 1, 65535, file);
    fclose(file);
    return text;
}

static void read_back(struct history_reader *h, enum history_part part, const char *dir, const char *name)
{
    size_t n;
    char *text = slurp(dir, name, &n);

    if (history_reader_take(h, part, text, n) != 0)
        fail_msg("%s:%d: %s", name, (int)h->line, h->error);
    free(text);
}

static void test_round_trip(void **state)
{
    struct record records[] = { { .request = 1,
                                  .user = 4,
                                  .event = 1,
                                  .due_ns = 1000,
                                  .invoke_ns = 1001,
                                  .first_ns = 1000,
                                  .return_ns = 1005,
                                  .seats = 3,
                                  .app = 1,
                                  .attempts = 2,
                                  .statements = 5,
                                  .checkout_ns = 2,
                                  .outcome = OUTCOME_BOOKED },
                                { .request = 5,
                                  .ref = 1,
                                  .user = 4,
                                  .event = 1,
                                  .due_ns = 1000,
                                  .invoke_ns = 1001,
                                  .return_ns = 1005,
                                  .seats = 3,
                                  .outcome = OUTCOME_TIMED_OUT,
                                  .reason = REASON_PATIENCE } };
    struct record cancels[] = { { .op = OP_CANCEL,
                                  .request = 1,
                                  .ref = 1,
                                  .user = 4,
                                  .event = 1,
                                  .due_ns = 1007,
                                  .invoke_ns = 1008,
                                  .return_ns = 1009,
                                  .seats = 3,
                                  .attempts = 1,
                                  .outcome = ASIDE_UNKNOWN } };
    struct gate_witness gates[] = { { .app = 1, .event = 1, .initial = 5, .left = -2 } };
    struct booking bookings[] = { { 9, 1, 1, 4, 3 } };
    struct hold holds[] = { { 10, 5, 1, 4, 3, 1 } };
    struct counter counters[] = { { 1, 5, 2, 7 } };
    struct seat seats[] = { { 1, 1, 1 }, { 1, 2, 0 } };
    struct remainder remainders[] = { { 1, 2 } };
    struct trial trial = { .start_ns = 1000,
                           .records = records,
                           .record_count = 2,
                           .cancels = cancels,
                           .cancel_count = 1,
                           .gates = gates,
                           .gate_count = 1 };
    struct witnesses witnesses = { bookings, 1, holds, 1, counters, 1, seats, 2, remainders, 1, -1 };
    struct history_file files[HISTORY_PARTS];
    struct history_reader h = { .events = 1 };
    struct folder folder;
    struct cell cell = { .id = "a/b/c" };
    char out[256], name[64];

    (void)state;
    snprintf(out, sizeof out, "%s/run", bench_scratch());
    assert_int_equal(folder_begin(&folder, out, "run"), EXIT_OK);
    assert_int_equal(history_write(&folder, &cell, 1, &trial, &witnesses, files), EXIT_OK);
    for (int part = 0; part < HISTORY_PARTS; part++) {
        snprintf(name, sizeof name, "history/a__b__c/1%s", history_suffixes[part]);
        read_back(&h, (enum history_part)part, folder.temp, name);
        assert_int_equal(h.rows[part], files[part].rows);
    }
    for (size_t i = 0; i < 2; i++) {
        const struct record *r = &h.trial.records[i], *w = &records[i];

        assert_true(r->request == w->request && r->ref == w->ref && r->user == w->user && r->event == w->event);
        assert_true(r->due_ns - 1 == w->due_ns - 1000 && r->invoke_ns - 1 == w->invoke_ns - 1000);
        assert_true(r->return_ns - 1 == w->return_ns - 1000);
        assert_int_equal(r->first_ns, w->first_ns == 0 ? 0 : w->first_ns - 999);
        assert_true(r->seats == w->seats && r->app == w->app && r->attempts == w->attempts);
        assert_int_equal(r->checkout_ns, w->checkout_ns);
        assert_true(r->statements == w->statements && r->outcome == w->outcome && r->reason == w->reason);
    }
    assert_int_equal(h.trial.cancels[0].outcome, ASIDE_UNKNOWN);
    assert_int_equal(h.trial.cancels[0].ref, 1);
    assert_memory_equal(h.trial.gates, gates, sizeof gates);
    assert_memory_equal(h.witnesses.bookings, bookings, sizeof bookings);
    assert_memory_equal(h.witnesses.holds, holds, sizeof holds);
    assert_int_equal(h.witnesses.counters[0].available, 2);
    assert_memory_equal(h.witnesses.seats, seats, sizeof seats);
    assert_memory_equal(h.witnesses.remainders, remainders, sizeof remainders);
    history_reader_free(&h);
    folder_discard(&folder);
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
        cmocka_unit_test(test_read),          cmocka_unit_test(test_any_zero),   cmocka_unit_test(test_forms),
        cmocka_unit_test(test_broken_files),  cmocka_unit_test(test_bad_values), cmocka_unit_test(test_impossible),
        cmocka_unit_test(test_bad_witnesses), cmocka_unit_test(test_many),       cmocka_unit_test(test_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
