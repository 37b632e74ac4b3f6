/* Corners of the audit that no other test turns: rows that no database of ours holds, and answers that come in pairs.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/audit/anomaly.h"
#include "harness/results/history_reader.h"
#include "tests/support/bench.h"

#define HEAD     "op,request,ref,user,event,seats,invoke_ns,return_ns,outcome,app\n"
#define LEDGER   "id,request,event,user,seats\n"
#define COUNTERS "kind,app,event,capacity,initial,value\n"

static enum ledger chosen;

static enum ledger ledger_of(const void *options)
{
    (void)options;
    return chosen;
}

static const struct strategy strategy = { .name = "test", .ledger = ledger_of };
static const struct registered registered = { .strategy = &strategy, .note = "", .file = "" };
static const struct cell cell = { .scenario = { .events = 2, .seats = 2, .instances = 2 },
                                  .variant = { .registered = &registered } };

/* NULL: no such file. */
static struct audit judge(enum ledger ledger, const char *const texts[HISTORY_PARTS])
{
    struct history_reader h = { .events = 2 };
    struct audit audit;

    chosen = ledger;
    for (int part = 0; part < HISTORY_PARTS; part++)
        if (texts[part] != NULL &&
            history_reader_take(&h, (enum history_part)part, texts[part], strlen(texts[part])) != 0)
            fail_msg("%s:%d: %s", history_part_names[part], (int)h.line, h.error);
    audit_judge(&audit, &cell, &h.trial, &h.witnesses);
    history_reader_free(&h);
    return audit;
}

static void test_what_breaks_which_promise(void **state)
{
    (void)state;
    for (enum anomaly i = 0; i < ANOMALY_COUNT; i++)
        assert_true(anomaly_breaks(i, ~0u));
    assert_true(anomaly_breaks(ANOMALY_LOST, 0));
    assert_true(anomaly_breaks(ANOMALY_GATE_DRIFT, 0));
    assert_false(anomaly_breaks(ANOMALY_OVERSOLD, ~(unsigned)PROMISE_NO_OVERSELL));
    assert_false(anomaly_breaks(ANOMALY_UNSOLD, ~(unsigned)PROMISE_SELLS_OUT));
    assert_false(anomaly_breaks(ANOMALY_FALSE_SOLD_OUT, ~(unsigned)PROMISE_SELLS_OUT));
    assert_false(anomaly_breaks(ANOMALY_TORN, ~(unsigned)PROMISE_ALL_OR_NOTHING));
    assert_false(anomaly_breaks(ANOMALY_UNFAIR, ~(unsigned)PROMISE_IN_ORDER));
}

/* Event 0, and one above the last: of no row is that an event on sale. */
static void test_events_never_on_sale(void **state)
{
    static const char *const rows[][HISTORY_PARTS] = {
        { HEAD, LEDGER "1,1,0,1,1\n", NULL, COUNTERS "counter,,1,2,,2\ncounter,,2,2,,2\n", NULL },
        { HEAD, LEDGER "1,1,3,1,1\n", NULL, COUNTERS "counter,,1,2,,2\ncounter,,2,2,,2\n", NULL },
        { HEAD, LEDGER, "id,request,event,user,seats,expired\n1,1,0,1,1,0\n",
          COUNTERS "counter,,1,2,,2\ncounter,,2,2,,2\n", NULL },
        { HEAD, LEDGER, "id,request,event,user,seats,expired\n1,1,3,1,1,0\n",
          COUNTERS "counter,,1,2,,2\ncounter,,2,2,,2\n", NULL },
        { HEAD, LEDGER, NULL, COUNTERS "counter,,0,2,,2\ncounter,,1,2,,2\n", NULL },
        { HEAD, LEDGER, NULL, COUNTERS "counter,,1,2,,2\ncounter,,3,2,,2\n", NULL },
        { HEAD, LEDGER, NULL, COUNTERS "counter,,1,2,,2\ncounter,,2,2,,2\nown,,0,,,2\nown,,1,,,2\n", NULL },
        { HEAD, LEDGER, NULL, COUNTERS "counter,,1,2,,2\ncounter,,2,2,,2\nown,,1,,,2\nown,,3,,,2\n", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(judge(LEDGER_OWN, rows[i]).verdict, AUDIT_INVALID);
}

static void test_a_seat_of_another_house(void **state)
{
    static const char *const texts[HISTORY_PARTS] = { HEAD, LEDGER, NULL, COUNTERS "counter,,1,2,,2\ncounter,,2,2,,2\n",
                                                      "event,seat,request\n1,1,\n2,2,\n2,1,\n2,2,\n" };

    (void)state;
    assert_string_equal(judge(LEDGER_SEATS, texts).reason, "the seats are not those that were on sale");
}

/* Who was booked through an app without a gate took nothing from the gate of the other. */
static void test_an_app_without_a_gate(void **state)
{
    static const char *const texts[HISTORY_PARTS] = {
        HEAD "reserve,1,,1,1,1,0,10,booked,0\nreserve,2,,2,1,1,0,10,booked,2\n", LEDGER "1,1,1,1,1\n2,2,1,2,1\n", NULL,
        COUNTERS "counter,,1,2,,0\ncounter,,2,2,,2\ngate,0,1,,1,0\n", NULL
    };

    (void)state;
    assert_int_equal(judge(LEDGER_COUNTER, texts).gate_drift, 0);
}

/* Of double clicks only those count that were both booked; an unknown that has no row was not. */
static void test_clicks(void **state)
{
    static const char *const texts[HISTORY_PARTS] = {
        HEAD "reserve,1,,1,1,1,0,10,unknown,0\nreserve,2,1,1,1,1,0,10,booked,0\n"
             "reserve,3,,3,2,1,0,10,unknown,0\nreserve,4,3,3,2,1,0,10,unknown,0\n"
             "reserve,5,,5,2,2,0,10,gave_up,0\nreserve,6,5,5,2,2,0,10,gave_up,0\n",
        LEDGER "1,2,1,1,1\n2,3,2,3,1\n3,4,2,3,1\n", NULL, COUNTERS "counter,,1,2,,1\ncounter,,2,2,,0\n", NULL
    };
    struct audit audit = judge(LEDGER_COUNTER, texts);

    (void)state;
    assert_int_equal(audit.repeated, 1);
    assert_int_equal(audit.resolved_yes, 2);
    assert_int_equal(audit.resolved_no, 1);
}

/* Event 1 is full; of those who were refused, the one who wanted fewest is remembered. */
static void test_the_smallest_wish(void **state)
{
    static const char *const texts[HISTORY_PARTS] = {
        HEAD "reserve,1,,1,1,1,0,10,booked,0\nreserve,2,,2,1,1,20,30,sold_out,0\nreserve,3,,3,1,2,20,30,sold_out,0\n"
             "reserve,4,,4,1,1,20,30,sold_out,0\n",
        LEDGER "1,1,1,1,1\n", NULL, COUNTERS "counter,,1,2,,1\ncounter,,2,2,,2\n", NULL
    };
    struct audit audit = judge(LEDGER_COUNTER, texts);

    (void)state;
    assert_int_equal(audit.unsold, 1);
    assert_int_equal(audit.false_sold_out, 2);
}

/* Found by make fuzz: fewer than no seats can be sold, where a row says so. */
static void test_a_row_of_less_than_nothing(void **state)
{
    static const char *const texts[HISTORY_PARTS] = { HEAD "reserve,1,,1,1,1,0,10,booked,0\n", LEDGER "1,1,1,1,-1\n",
                                                      NULL, COUNTERS "counter,,1,2,,1\ncounter,,2,2,,2\n", NULL };
    struct audit audit = judge(LEDGER_COUNTER, texts);

    (void)state;
    assert_int_equal(audit.verdict, AUDIT_INVALID);
    assert_int_equal(audit.torn, 1);
    assert_int_equal(audit.sold, -1);
    assert_int_equal(audit.leaked, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_breaks_which_promise),
        cmocka_unit_test(test_events_never_on_sale),
        cmocka_unit_test(test_a_seat_of_another_house),
        cmocka_unit_test(test_an_app_without_a_gate),
        cmocka_unit_test(test_clicks),
        cmocka_unit_test(test_the_smallest_wish),
        cmocka_unit_test(test_a_row_of_less_than_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
