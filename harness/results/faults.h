#ifndef RESULTS_FAULTS_H
#define RESULTS_FAULTS_H

#include <jansson.h>

#include "harness/audit/audit.h"

/* `faults` of a scenario and of a trial in run.json; NULL: out of memory. */

/* Those the scenario asks for, as written in it: {"ack_loss": "1%"}. */
json_t *faults_asked(const struct scenario *);
/* What they came to in a trial; audit may be NULL. */
json_t *faults_met(const struct fault_report *, const struct audit *);
/* Sets `damaged` and `uncommitted` of a trial. 0 / -1. */
int faults_add_storage(json_t *object, const struct trial *, const struct audit *);
/* A trial that is judged again from its files: what the run knew of its faults, from its run.json. Then that put into
 * the audit. */
void faults_read(struct fault_report *, const json_t *trial);
void faults_recall(const json_t *trial, const struct cell *, const struct fault_report *, struct audit *);

#endif
