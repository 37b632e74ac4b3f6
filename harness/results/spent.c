#include "harness/results/spent.h"

#include "harness/results/value.h"

static json_t *ops(const struct db_ops *o)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "statements", (json_int_t)o->statements, "reads",
                     (json_int_t)o->reads, "writes", (json_int_t)o->writes, "round_trips", (json_int_t)o->round_trips,
                     "transactions", (json_int_t)o->transactions, "begins", (json_int_t)o->begins, "commits",
                     (json_int_t)o->commits, "rollbacks", (json_int_t)o->rollbacks, "abandoned_tx",
                     (json_int_t)o->abandoned_tx);
}

json_t *spent_ops(const struct trial *t)
{
    json_t *object = ops(&t->ops);

    if (object == NULL || json_object_set_new(object, "service", ops(&t->service_ops)) == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *spent_resources(const struct trial *t)
{
    const struct weather *w = &t->weather;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:I}", "harness_cpu_ns",
                     value_known(t->harness_cpu_ns), "server_cpu_ns", value_known(t->server_cpu_ns), "peak_rss_bytes",
                     value_known(t->peak_rss_bytes), "peak_connections", value_known(t->peak_connections), "wal_bytes",
                     value_known(t->wal_bytes), "steal_ns", value_known(w->steal_ns), "processors_ns",
                     value_known(w->processors_ns), "run_delay_ns", value_known(w->run_delay_ns), "hiccup_ns",
                     w->hiccups.total > 0 ? value_distribution(&w->hiccups) : json_null(), "hiccup_realtime",
                     w->realtime, "watch_cpu_ns", (json_int_t)w->watch_cpu_ns);
}

json_t *spent_bloat(const struct database_bloat *b)
{
    return json_pack("{s:o, s:o, s:o}", "updates", value_known(b->updates), "hot_updates", value_known(b->hot_updates),
                     "dead_tuples", value_known(b->dead_tuples));
}
