#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include <stdio.h>

#include "harness/report/picture.h"
#include "harness/report/view.h"

/* What one picture shows: its data as csv and the variables its script is given. */
struct figure {
    const json_t *run, *scenario;
    const char *dir; /* the run folder                                                    */
    enum picture kind;
    const json_t **cell; /* those that ran, of one database; the floor last where it is drawn */
    size_t n;
    size_t variants; /* without the floor; of a sweep: distinct                           */
    FILE *data, *variables;
    size_t points; /* drawn; 0: there is nothing to see                                 */
    char why[200]; /* there is not                                                      */
};

/* Writes data and variables, counts points. 0 / -1 after saying so. */
int figure_write(struct figure *);

#endif
