/* What judging a million requests costs, in processor time and memory: the checker alone, and the whole audit of a
 * trial. It prints; what it gates on is memory and that nothing true is called false, since times belong to a quiet
 * machine. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/audit/audit.h"
#include "harness/audit/checker.h"
#include "harness/base/clock.h"
#include "harness/base/rng.h"
#include "tests/support/bench.h"

#define REQUESTS    1000000
#define SEATS       10000
#define MEMORY_MOST (256.0 * 1024 * 1024)

static int64_t cpu_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* The most memory that was in use at once since resident(), beyond what was then. */
static double peak_bytes(size_t before)
{
    char line[256];
    double peak = 0;
    FILE *status = fopen("/proc/self/status", "r");

    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak = 1024 * strtod(line + 6, NULL);
    fclose(status);
    return peak - (double)before;
}

static size_t resident(void)
{
    long pages = 0, unused;
    FILE *statm = fopen("/proc/self/statm", "r"), *reset;

    malloc_trim(0);
    assert_non_null(statm);
    assert_int_equal(fscanf(statm, "%ld %ld", &unused, &pages), 2);
    fclose(statm);
    if ((reset = fopen("/proc/self/clear_refs", "w")) != NULL) { /* the peak begins anew */
        fputs("5", reset);
        fclose(reset);
    }
    return (size_t)pages * 4096;
}

/* Users come one per microsecond and are answered after up to a millisecond: the first SEATS are booked; where they
 * give back, so is whoever comes after a cancel. */
static void fill(struct record *records, struct record *cancels, size_t *cancel_count, bool gives)
{
    struct rng rng;
    int64_t taken = 0, at = 0;
    size_t i, back = 0, next = 0;

    *cancel_count = 0;
    rng_init(&rng, 1);
    for (i = 0; i < REQUESTS; i++) {
        struct record *r = &records[i];
        bool booked;

        at += 1000;
        /* One booking in ten is given back, 2 ms after its answer. */
        while (gives && next < back && cancels[next].invoke_ns + 500 <= at) {
            taken--;
            next++;
        }
        booked = taken < SEATS;
        taken += booked;
        *r = (struct record){ .request = (int64_t)i + 1,
                              .user = (int64_t)i + 1,
                              .event = 1,
                              .seats = 1,
                              .due_ns = at - 500,
                              .invoke_ns = at - (int64_t)rng_below(&rng, 500),
                              .return_ns = at + (int64_t)rng_below(&rng, 1000000),
                              .attempts = 1,
                              .outcome = booked ? OUTCOME_BOOKED : OUTCOME_SOLD_OUT };
        r->first_ns = r->invoke_ns;
        if (gives && booked && i % 10 == 0) {
            int64_t from = at + 3000000;

            cancels[back++] = (struct record){ .op = OP_CANCEL,
                                               .request = r->request,
                                               .ref = r->request,
                                               .user = r->user,
                                               .event = 1,
                                               .seats = 1,
                                               .due_ns = from,
                                               .invoke_ns = from,
                                               .return_ns = from + 1000,
                                               .attempts = 1 };
        }
    }
    *cancel_count = next;
}

static void test_checker(void **state)
{
    struct operation *ops = calloc(REQUESTS, sizeof *ops);
    unsigned char *labels = malloc(REQUESTS);
    struct record *records = calloc(REQUESTS, sizeof *records);
    struct checked checked;
    size_t i, n, before;
    int64_t began_ns;
    double bytes;

    (void)state;
    assert_true(ops != NULL && labels != NULL && records != NULL);
    fill(records, NULL, &n, false);
    for (i = 0; i < REQUESTS; i++)
        ops[i] =
            (struct operation){ records[i].invoke_ns, records[i].return_ns, 1,
                                records[i].outcome == OUTCOME_BOOKED ? OPERATION_TAKEN : OPERATION_SOLD_OUT, false };
    free(records);
    before = resident();
    began_ns = cpu_ns();
    assert_int_equal(checker_check(&checked, ops, REQUESTS, SEATS, labels), 0);
    began_ns = cpu_ns() - began_ns;
    bytes = peak_bytes(before) + (double)(REQUESTS * (sizeof *ops + 1));
    printf("the checker: %d requests in %.2f s of processor time, %.0f MiB with the history\n", REQUESTS,
           (double)began_ns / 1e9, bytes / 1024 / 1024);
    assert_int_equal(checked.false_sold_out, 0);
    assert_int_equal(checked.peak, SEATS);
    assert_true(bytes < MEMORY_MOST);
    free(ops);
    free(labels);
}

static void audit(bool gives)
{
    struct bench_cells made;
    struct record *records = calloc(REQUESTS, sizeof *records), *cancels = calloc(REQUESTS, sizeof *cancels);
    struct booking *bookings = calloc(REQUESTS, sizeof *bookings);
    struct counter counter = { .event = 1, .capacity = SEATS };
    struct trial trial = { .records = records, .record_count = REQUESTS, .cancels = cancels };
    struct witnesses witnesses = { .bookings = bookings, .counters = &counter, .counter_count = 1 };
    struct audit found;
    size_t i, c, before;
    int64_t began_ns;
    double bytes;

    assert_true(records != NULL && cancels != NULL && bookings != NULL);
    bench_cells_make(&made, "# q\n[inventory]\nseats = 10000\n[load]\nusers = 4\n", "atomic", "sqlite");
    fill(records, cancels, &trial.cancel_count, gives);
    for (i = c = 0; i < REQUESTS; i++) {
        bool back = c < trial.cancel_count && cancels[c].request == records[i].request;

        c += back;
        if (records[i].outcome == OUTCOME_BOOKED && !back)
            bookings[witnesses.booking_count++] = (struct booking){
                .id = (int64_t)i + 1, .request = records[i].request, .event = 1, .user = records[i].user, .seats = 1
            };
    }
    counter.available = SEATS - (int64_t)witnesses.booking_count;
    before = resident();
    began_ns = cpu_ns();
    audit_judge(&found, made.cell, &trial, &witnesses);
    began_ns = cpu_ns() - began_ns;
    bytes = peak_bytes(before);
    printf("the audit%s: %d requests and %zu cancels in %.2f s of processor time, %.0f MiB beside the records; %lld "
           "windows, %lld of them unknown\n",
           gives ? ", with cancels" : "", REQUESTS, trial.cancel_count, (double)began_ns / 1e9, bytes / 1024 / 1024,
           (long long)found.windows, (long long)found.windows_unknown);
    assert_int_equal(found.malformed, 0);
    assert_int_equal(found.false_sold_out, 0);
    assert_int_equal(found.oversold_peak, 0);
    assert_int_equal(found.verdict, AUDIT_VALID);
    assert_true(bytes < MEMORY_MOST);
    bench_cells_free(&made);
    free(records);
    free(cancels);
    free(bookings);
}

static void test_audit(void **state)
{
    (void)state;
    audit(false);
    audit(true);
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
        cmocka_unit_test(test_checker),
        cmocka_unit_test(test_audit),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
