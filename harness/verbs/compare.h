#ifndef VERBS_COMPARE_H
#define VERBS_COMPARE_H

#include "harness/verbs/arguments.h"

/* Compares two run folders (or their run.json) and prints it, by --gate, --json and --color of the arguments. EXIT_OK;
 * EXIT_GATE when a gate failed; EXIT_USAGE, EXIT_ERROR after one line. Main thread. */
int compare_folders(const char *a, const char *b, const struct arguments *);

#endif
