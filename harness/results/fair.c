#include "harness/results/fair.h"

#include <math.h>

#include "harness/results/csv.h"
#include "harness/results/value.h"

const char fair_arrivals_header[] = "cell,scenario,db,variant,place,winners,winners_share";

json_t *fair_document(const struct fairness *f)
{
    if (!f->known)
        return json_null();
    return json_pack("{s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "winners", (json_int_t)f->winners, "losers",
                     (json_int_t)f->losers, "order_index", value_number(f->order_index, false), "overtakes",
                     (json_int_t)f->overtakes, "overtaken_most", (json_int_t)f->overtaken_most, "inversions",
                     (json_int_t)f->inversions, "longest_wait_ns", (json_int_t)f->longest_wait_ns, "most_attempts",
                     (json_int_t)f->most_attempts, "starved", (json_int_t)f->starved, "jain_index",
                     value_number(f->jain_index, false));
}

/* Without pairs nobody could be overtaken: a zero would say that nobody was. */
void fair_metrics(double values[METRIC_COUNT], const struct fairness *f)
{
    if (!f->known)
        return;
    values[METRIC_ORDER_INDEX] = f->order_index;
    if (f->pairs > 0) {
        values[METRIC_OVERTAKES] = (double)f->overtakes;
        values[METRIC_OVERTAKEN_MOST] = (double)f->overtaken_most;
        values[METRIC_INVERSIONS] = (double)f->inversions;
    }
    values[METRIC_LONGEST_WAIT] = (double)f->longest_wait_ns;
    values[METRIC_MOST_ATTEMPTS] = (double)f->most_attempts;
    values[METRIC_STARVED] = (double)f->starved;
    values[METRIC_JAIN_INDEX] = f->jain_index;
}

void fair_arrivals(struct output *o, const struct cell *cell, const struct tally *t)
{
    int64_t all = 0, sum = 0;

    for (int place = 0; place < FAIRNESS_PLACES; place++)
        all += t->winners_at[place];
    for (int place = 0; place < FAIRNESS_PLACES && all > 0; place++) {
        sum += t->winners_at[place];
        csv_text(o, cell->id);
        csv_text(o, cell->group);
        csv_text(o, cell->db);
        csv_text(o, cell->variant.name);
        csv_real(o, (double)(place + 1) / FAIRNESS_PLACES);
        csv_int(o, t->winners_at[place]);
        csv_real(o, (double)sum / (double)all);
        csv_end(o);
    }
}
