#include "harness/results/pace_value.h"

#include "harness/base/clock.h"
#include "harness/results/value.h"

static json_t *trend_value(const struct trend *t)
{
    if (!t->known)
        return json_null();
    return json_pack("{s:f, s:[f, f], s:f}", "ns_per_s", t->slope, "ci95", t->lo, t->hi, "last_ns", t->last_ns);
}

json_t *pace_value(const struct trial *trial)
{
    const struct pace *p = &trial->pace;
    double seconds = (double)p->duration_ns / (double)NS_PER_S;

    return json_pack("{s:I, s:I, s:f, s:f, s:I, s:I, s:I, s:o, s:o, s:o, s:b}", "offered", (json_int_t)p->offered,
                     "achieved", (json_int_t)p->achieved, "offered_per_s", (double)p->offered / seconds,
                     "achieved_per_s", (double)p->achieved / seconds, "late", (json_int_t)p->late, "skipped",
                     (json_int_t)p->skipped, "in_flight_max", (json_int_t)p->in_flight_max, "lag_ns",
                     value_distribution(&trial->totals.wake), "lag_trend", trend_value(&p->lag), "system_trend",
                     trend_value(&p->system), "sustained", p->sustained);
}
