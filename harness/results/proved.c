#include "harness/results/proved.h"

#include <string.h>

#include "harness/results/member.h"

bool proved_by_void(const char *key)
{
    static const char *const doubtful[] = { "unsold",      "unjudged", "false_sold_out", "held_refusals",
                                            "turned_away", "starved",  "overdue" };

    for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++)
        if (strcmp(doubtful[i], key) == 0)
            return false;
    return true;
}

double proved_amount(const json_t *trial, const char *group, const char *key)
{
    double amount = member_number(group != NULL ? json_object_get(trial, group) : trial, key);

    return amount > 0 && json_is_true(json_object_get(trial, "void")) && !proved_by_void(key) ? 0 : amount;
}
