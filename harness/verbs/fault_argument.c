#include "harness/verbs/fault_argument.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/say.h"
#include "harness/base/text.h"

static const struct {
    const char *kind, *key, *example;
} faults[] = { { "ack-loss", "ack_loss", "1%" },
               { "kill-backend", "kill_backend", "50ms" },
               { "crash", "crash", "2s" } };

#define FAULTS (sizeof faults / sizeof *faults)

int fault_argument(const char *value, const char **key, const char **how)
{
    const char *colon = strchr(value, ':'), *kinds[FAULTS], *near;
    char kind[32];
    size_t i;

    snprintf(kind, sizeof kind, "%.*s", colon != NULL ? (int)(colon - value) : 31, value);
    for (i = 0; i < FAULTS; i++) {
        kinds[i] = faults[i].kind;
        if (strcmp(kind, faults[i].kind) != 0)
            continue;
        if (colon != NULL) {
            *key = faults[i].key;
            *how = colon + 1;
            return EXIT_OK;
        }
        say_error("--fault: '%s' does not say how often: write %s:%s", value, kind, faults[i].example);
        return EXIT_USAGE;
    }
    if ((near = text_nearest(kind, kinds, FAULTS)) != NULL)
        say_error("--fault: unknown fault '%s'; did you mean '%s'?", kind, near);
    else
        say_error("--fault: unknown fault '%s': there are ack-loss:1%%, kill-backend:50ms and crash:2s", kind);
    return EXIT_USAGE;
}
