#include "harness/results/settings.h"

#include <stdio.h>
#include <string.h>

#include "harness/results/redact.h"

json_t *settings_json(const struct scenario *s)
{
    json_t *object = json_object();
    char name[96], text[OPTION_TEXT_SIZE + 64];
    int failed = 0;

    for (const struct option *row = scenario_options; row->name != NULL; row++) {
        if (strcmp(row->section, "scenario") == 0 || strcmp(row->name, "dir") == 0)
            continue;
        snprintf(name, sizeof name, "%s.%s", row->section, row->name);
        option_print(row, s, text, sizeof text);
        failed |= json_object_set_new(object, name, redact_string(text));
    }
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}
