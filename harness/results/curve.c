#include "harness/results/curve.h"

#include <math.h>
#include <stdlib.h>

#include "harness/results/csv.h"
#include "harness/run/sale.h"

#define TIMELINE_POINTS  1000
#define TICKS_PER_HALVED 5

const char curve_timeline_header[] = "cell,trial,t_ns,sold,seats_left";
const char curve_spectrum_header[] = "cell,scenario,db,variant,quantile,inverse,system_ns";

static void write_point(struct output *o, const struct cell *cell, int64_t number, int64_t at_ns, int64_t sold)
{
    csv_text(o, cell->id);
    csv_int(o, number);
    csv_int(o, at_ns);
    csv_int(o, sold);
    csv_int(o, cell->scenario.events * cell->scenario.seats - sold);
    csv_end(o);
}

int curve_timeline(struct output *o, const struct cell *cell, int64_t number, const struct trial *t)
{
    struct sale *sales;
    int64_t sold = 0;
    size_t n;

    if (t->records == NULL)
        return 0;
    if ((sales = sale_list(t, &n)) == NULL)
        return -1;
    write_point(o, cell, number, 0, 0);
    for (size_t i = 0; i < n; i++) {
        sold += sales[i].seats;
        /* The last of each of equal shares: the very last sale is always among them. */
        if (n < TIMELINE_POINTS || (i + 1) * (TIMELINE_POINTS - 1) / n > i * (TIMELINE_POINTS - 1) / n)
            write_point(o, cell, number, sales[i].at_ns, sold);
    }
    free(sales);
    return 0;
}

void curve_spectrum(struct output *o, const struct cell *cell, const struct tally *t)
{
    const struct hist *h = &t->merged[METRIC_SYSTEM][TOTALS_ALL];
    double beyond = 1, total = (double)h->total;

    for (int point = 1; beyond * total >= 1; point++) {
        csv_text(o, cell->id);
        csv_text(o, cell->group);
        csv_text(o, cell->db);
        csv_text(o, cell->variant.name);
        csv_real(o, 1 - beyond);
        csv_real(o, 1 / beyond);
        csv_int(o, hist_quantile(h, 1 - beyond));
        csv_end(o);
        beyond = exp2(-point / TICKS_PER_HALVED) * (1 - 0.5 * (point % TICKS_PER_HALVED) / TICKS_PER_HALVED);
    }
}
