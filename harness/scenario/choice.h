#ifndef SCENARIO_CHOICE_H
#define SCENARIO_CHOICE_H

#include "harness/scenario/scenario.h"

/* What runs: the scenario's own lists, or those of --strategy and --db in their stead. NULL: the scenario's own. */

/* The canonical names of the chosen variants, sets resolved, the floor left out. EXIT_OK / EXIT_USAGE after one line.
 */
int choice_variants(struct text_list *variants, const struct scenario *, const struct text_list *strategies);
/* Puts the command line's lists into the scenario, so that its resolved copy runs the same again. EXIT_OK / EXIT_USAGE
 * after one line. */
int choice_take(struct scenario *, const struct text_list *strategies, const struct text_list *dbs);

#endif
