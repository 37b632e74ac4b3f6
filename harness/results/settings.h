#ifndef RESULTS_SETTINGS_H
#define RESULTS_SETTINGS_H

#include <jansson.h>

#include "harness/scenario/scenario.h"

/* {"section.key": text} of every key of a scenario, as a file would say it, but for what is a path of the machine or
 * only names the file. NULL when out of memory. */
json_t *settings_json(const struct scenario *);

#endif
