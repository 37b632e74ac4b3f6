#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/report/grid.h"
#include "harness/report/number.h"
#include "harness/report/paint.h"
#include "harness/report/report.h"
#include "harness/report/view.h"
#include "harness/report/wrap.h"

/* "booked 10, sold out 990": those that occurred. */
static void say_outcomes(char *out, size_t size, const json_t *outcomes)
{
    const char *key;
    const json_t *value;
    size_t used = 0;

    out[0] = '\0';
    json_object_foreach((json_t *)(uintptr_t)outcomes, key, value)
    {
        int64_t n = (int64_t)json_integer_value(value);

        if (n > 0 && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s %" PRId64, used > 0 ? ", " : "", key, n);
    }
}

static void say_example(FILE *out, const json_t *example)
{
    char text[400], asked[NUMBER_SIZE], answered[NUMBER_SIZE];

    if (!json_is_object(example))
        return;
    number_ms(asked, view_number(example, "invoke_ns"));
    number_ms(answered, view_number(example, "return_ns"));
    snprintf(text, sizeof text,
             "for example request %" PRId64 " of user %" PRId64 ": %" PRId64 " of event %" PRId64
             ", asked at %.20s ms, answered %.20s at %.20s ms, while at most %" PRId64 " of %" PRId64
             " seats can have been taken (%.30s)",
             view_int(example, "request"), view_int(example, "user"), view_int(example, "seats"),
             view_int(example, "event"), asked, view_text(example, "outcome"), answered,
             view_int(example, "taken_most"), view_int(example, "capacity"), view_text(example, "kind"));
    wrap_print(out, GRID_INDENT, GRID_INDENT + 4, "", "", text);
}

void report_history(const json_t *document, FILE *out, bool colour)
{
    static const char *const keys[] = { "told",          "released",    "oversold",       "oversold_peak",
                                        "negative",      "unsold",      "false_sold_out", "deficit",
                                        "held_refusals", "turned_away", "unknown",        "windows_unknown" };
    const json_t *audit = json_object_get(document, "audit");
    bool held = view_is(document, "holds"), broken = json_is_true(json_object_get(document, "broken"));
    char text[700], outcomes[200];

    say_outcomes(outcomes, sizeof outcomes, json_object_get(document, "outcomes"));
    snprintf(text, sizeof text, "%.200s: %" PRId64 " requests (%s), %" PRId64 " cancels, %" PRId64 " seats",
             view_text(document, "history"), view_int(document, "requests"), outcomes, view_int(document, "cancels"),
             view_int(audit, "capacity"));
    wrap_print(out, GRID_INDENT, GRID_INDENT + 4, "", "", text);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (view_int(audit, keys[i]) != 0)
            fprintf(out, "     %-16s %" PRId64 "\n", keys[i], view_int(audit, keys[i]));
    snprintf(text, sizeof text, "%s: %.400s", view_text(document, "verdict"), view_text(document, "reason"));
    wrap_print(out, GRID_INDENT, GRID_INDENT + 4,
               !colour  ? ""
               : broken ? RED
               : held   ? GREEN
                        : YELLOW,
               colour ? PLAIN : "", text);
    say_example(out, json_object_get(audit, "example"));
}
