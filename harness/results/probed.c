#include "harness/results/probed.h"

#include <string.h>

#include "harness/results/value.h"

#define AT(member) offsetof(struct probes, member)

static const struct {
    const char *key;
    size_t offset; /* of an int64_t in struct probes */
} keys[] = {
    { "probes", AT(n) },
    { "probe_violations", AT(violations) },
    { "probe_oversold", AT(oversold) },
    { "probe_oversold_most", AT(oversold_most) },
    { "probe_negative", AT(negative) },
    { "probe_duplicate_seat", AT(duplicate_seat) },
    { "probe_first_ns", AT(first_ns) }, /* null: none */
    { "probe_statements", AT(statements) },
    { "probe_busy_ns", AT(busy_ns) },
    { "probe_cpu_ns", AT(cpu_ns) },
};

#define KEYS (sizeof keys / sizeof keys[0])

int probed_document(json_t *audit, const struct probes *p)
{
    int failed = 0;

    if (audit == NULL)
        return -1;
    for (size_t i = 0; p->asked && i < KEYS; i++) {
        int64_t value;

        memcpy(&value, (const char *)p + keys[i].offset, sizeof value);
        failed |= json_object_set_new(audit, keys[i].key, value_known(value));
    }
    return failed != 0 ? -1 : 0;
}

void probed_read(struct probes *p, const json_t *audit)
{
    memset(p, 0, sizeof *p);
    p->asked = json_object_get(audit, keys[0].key) != NULL;
    for (size_t i = 0; p->asked && i < KEYS; i++) {
        const json_t *known = json_object_get(audit, keys[i].key);
        int64_t value = json_is_integer(known) ? json_integer_value(known) : -1;

        memcpy((char *)p + keys[i].offset, &value, sizeof value);
    }
}

void probed_metrics(double values[METRIC_COUNT], const struct trial *trial)
{
    const struct probes *p = &trial->probes;

    if (!p->asked)
        return;
    values[METRIC_PROBES] = (double)p->n;
    values[METRIC_PROBE_VIOLATIONS] = (double)p->violations;
    if (trial->wall_ns > 0)
        values[METRIC_PROBE_SHARE] = (double)p->busy_ns / (double)trial->wall_ns;
}
