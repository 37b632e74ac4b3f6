#include "harness/results/tables.h"

#include "harness/base/say.h"
#include "harness/results/csv.h"
#include "harness/results/curve.h"
#include "harness/results/fair.h"
#include "harness/results/table.h"

static void begin_spectrum(struct output *o)
{
    csv_header(o, curve_spectrum_header);
}

static void begin_arrivals(struct output *o)
{
    csv_header(o, fair_arrivals_header);
}

static const struct {
    const char *name;
    void (*begin)(struct output *);
    void (*rows)(struct output *, const struct cell *, const struct tally *);
} tables[] = { { "trials.csv", table_trials_header, table_trials },
               { "cells.csv", table_cells_header, table_cell },
               { "spectrum.csv", begin_spectrum, curve_spectrum },
               { "arrivals.csv", begin_arrivals, fair_arrivals } };

int tables_write(const struct folder *folder, const struct cells *cells, const struct tally *tallies)
{
    struct output o;
    int code = EXIT_OK;

    for (size_t t = 0; t < sizeof tables / sizeof tables[0] && code == EXIT_OK; t++) {
        if (output_open(&o, folder, tables[t].name) != EXIT_OK)
            return EXIT_ERROR;
        tables[t].begin(&o);
        for (size_t i = 0; i < cells->n; i++)
            tables[t].rows(&o, &cells->cell[i], &tallies[i]);
        code = output_close(&o, false);
    }
    return code;
}
