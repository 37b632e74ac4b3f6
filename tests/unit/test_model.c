#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/measure/model.h"

/* The rush played out round by round, as the model tells it. */
static struct model_race play(int64_t users, int64_t seats, int64_t attempts)
{
    struct model_race race = { 0 };
    int64_t asking = users, tries;

    for (tries = 0; tries < attempts && asking > 0; tries++) {
        race.reads += asking;
        if (race.sold == seats)
            return race; /* all have read that nothing is left */
        race.swaps += asking;
        race.sold++;
        asking--;
    }
    return race;
}

static void the_closed_forms_are_what_the_rounds_come_to(void **state)
{
    static const int64_t users[] = { 1, 2, 3, 9, 10, 11, 100, 1000 }, seats[] = { 1, 2, 10, 11, 2000 },
                         attempts[] = { 1, 2, 5, 9, 10, 11, 12, 5000 };

    (void)state;
    for (size_t n = 0; n < sizeof users / sizeof users[0]; n++)
        for (size_t s = 0; s < sizeof seats / sizeof seats[0]; s++)
            for (size_t a = 0; a < sizeof attempts / sizeof attempts[0]; a++) {
                struct model_race played = play(users[n], seats[s], attempts[a]);
                struct model_race race = model_race(users[n], seats[s], attempts[a]);

                if (race.sold != played.sold || race.reads != played.reads || race.swaps != played.swaps)
                    fail_msg("%d users, %d seats, %d attempts: %d sold, %d reads, %d swaps", (int)users[n],
                             (int)seats[s], (int)attempts[a], (int)race.sold, (int)race.reads, (int)race.swaps);
            }
}

static void the_published_table_and_what_it_hides(void **state)
{
    struct model_race five = model_race(1000, 10, 5), unlimited = model_race(1000, 10, INT64_MAX);

    (void)state;
    assert_int_equal(five.reads + five.swaps, 9980);
    assert_int_equal(five.sold, 5);
    assert_int_equal(unlimited.reads + unlimited.swaps, 20900);
    assert_int_equal(unlimited.sold, 10);
    /* As many tries as seats fill the house, and send the others away without telling them so. */
    assert_int_equal(model_race(1000, 10, 10).sold, 10);
    assert_int_equal(model_race(1000, 10, 10).reads, model_race(1000, 10, 10).swaps);
    /* All must win: n (n + 1) / 2 tries. */
    assert_int_equal(model_race(100, 100, 100).reads, 5050);
    assert_int_equal(model_race(100, 100, 100).swaps, 5050);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_closed_forms_are_what_the_rounds_come_to),
        cmocka_unit_test(the_published_table_and_what_it_hides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
