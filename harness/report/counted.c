#include "harness/report/counted.h"

#include <stdio.h>

const char *counted_say(char *out, size_t size, const struct pick *pick, int64_t asked)
{
    int64_t fewest = INT64_MAX, most = 0;
    char of[32] = "";

    for (size_t i = 0; i < pick->n; i++) {
        int64_t n = view_trials(pick->cell[i]);

        if (view_is(pick->cell[i], "skipped"))
            continue;
        fewest = n < fewest ? n : fewest;
        most = n > most ? n : most;
    }
    /* The floor alone ran. */
    if (pick->n == 0)
        fewest = most = asked;
    fewest = fewest < most ? fewest : most;
    /* More than were asked for: a precision was. */
    if (fewest < asked && most <= asked)
        snprintf(of, sizeof of, " of %lld", (long long)asked);
    if (fewest == most)
        snprintf(out, size, "%lld%s", (long long)most, of);
    else
        snprintf(out, size, "%lld to %lld%s", (long long)fewest, (long long)most, of);
    return out;
}

int counted_on(char *out, size_t size, const json_t *run, const json_t *scenario, const char *db)
{
    struct pick pick;
    int failed = view_pick(&pick, run, view_text(scenario, "name"), db, NULL);

    if (failed == 0)
        counted_say(out, size, &pick, view_int(scenario, "trials"));
    view_drop(&pick);
    return failed;
}
