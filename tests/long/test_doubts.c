/* A thousand commits whose client never hears what became of them, and fifty crashes of the server: what is in doubt is
 * resolved, both ways, and no booking is lost that a client was told of. */
#include <stdio.h>

#include "tests/support/faulted.h"

enum { DOUBTS = 1000, EACH_WAY = 100, CRASHES = 50, TRIALS_MOST = 100 };

struct sums {
    int64_t trials, booked, unknown, yes, no, unresolved, checked, mismatched, lost, crashed, reoffered;
};

static void add(struct sums *sums, const struct trial *trial, const struct audit *audit)
{
    sums->trials++;
    sums->booked += trial->totals.outcomes[OUTCOME_BOOKED];
    sums->unknown += audit->unknown;
    sums->yes += audit->resolved_yes;
    sums->no += audit->resolved_no;
    sums->unresolved += audit->unresolved;
    sums->checked += audit->checked;
    sums->mismatched += audit->mismatched;
    sums->lost += audit->lost;
    sums->crashed += trial->faults.crashed;
    sums->reoffered += trial->faults.reoffered;
    assert_string_equal(audit->reason, "");
    assert_int_equal(audit->lost + audit->ghost + audit->duplicate + audit->drift + audit->unsold, 0);
}

static void print(const char *fault, const char *variant, const struct sums *s)
{
    printf("%-14s %-12s %6lld %8lld %8lld %6lld %6lld %10lld %8lld %10lld %5lld %8lld\n", fault, variant,
           (long long)s->trials, (long long)s->booked, (long long)s->unknown, (long long)s->yes, (long long)s->no,
           (long long)s->unresolved, (long long)s->checked, (long long)s->mismatched, (long long)s->lost,
           (long long)s->crashed);
    fflush(stdout);
}

static void head(void)
{
    printf("fault          variant      trials   booked  unknown    yes     no unresolved  checked mismatched  lost"
           "  crashes\n");
}

static void test_ack_loss(void **state)
{
    static const char *const variants[] = { "atomic", "pessimistic", "optimistic", "server_fn" };
    struct sums all = { .trials = 0 };

    (void)state;
    head();
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        struct sums sums = { .trials = 0 };

        while (sums.unknown < DOUBTS / 4 && sums.trials < TRIALS_MOST) {
            struct trial trial;
            struct audit audit;

            faulted_run(&trial, &audit, variants[i], "2s", "ack_loss = 30%");
            add(&sums, &trial, &audit);
            trial_free(&trial);
        }
        print("ack_loss 30%", variants[i], &sums);
        all.unknown += sums.unknown;
        all.yes += sums.yes;
        all.no += sums.no;
        all.unresolved += sums.unresolved;
        all.mismatched += sums.mismatched;
    }
    printf("%lld commits in doubt: %lld found booked, %lld not, %lld unresolved, %lld mismatched\n",
           (long long)all.unknown, (long long)all.yes, (long long)all.no, (long long)all.unresolved,
           (long long)all.mismatched);
    assert_true(all.unknown >= DOUBTS && all.yes >= EACH_WAY && all.no >= EACH_WAY);
    assert_int_equal(all.yes + all.no, all.unknown);
    assert_int_equal(all.unresolved + all.mismatched, 0);
}

static void test_crashes(void **state)
{
    static const char *const variants[] = { "atomic", "queue" };

    (void)state;
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        struct sums sums = { .trials = 0 };

        while (sums.crashed < CRASHES / 2 && sums.trials < TRIALS_MOST) {
            struct trial trial;
            struct audit audit;

            faulted_run(&trial, &audit, variants[i], "4s", "crash = 150ms");
            add(&sums, &trial, &audit);
            trial_free(&trial);
        }
        print("crash 150ms", variants[i], &sums);
        assert_true(sums.crashed >= CRASHES / 2 && sums.booked > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ack_loss), cmocka_unit_test(test_crashes) };

    return cmocka_run_group_tests(tests, bench_open_databases, bench_close_databases);
}
