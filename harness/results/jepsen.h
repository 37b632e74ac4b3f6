#ifndef RESULTS_JEPSEN_H
#define RESULTS_JEPSEN_H

#include "harness/results/folder.h"
#include "harness/run/trial.h"
#include "harness/scenario/cell.h"

/* A trial's history as Jepsen, Knossos and others read it: an invocation and, unless it was never known, its
 * completion per operation, in the order of their times. Described in results/README.md. */

enum jepsen_form {
    JEPSEN_EDN, /* a map per line, as in Jepsen's history.edn */
    JEPSEN_JSON /* the same as one array                      */
};

/* Writes <cell>/<number>.edn or .json into the folder. EXIT_OK / EXIT_ERROR after one line. */
int jepsen_write(const struct folder *, enum jepsen_form, const struct cell *, int64_t number, const struct trial *);

#endif
