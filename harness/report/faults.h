#ifndef REPORT_FAULTS_H
#define REPORT_FAULTS_H

#include <stdio.h>

#include "harness/report/view.h"

/* What went wrong on purpose: a section of report.md, and the words for it. Nothing where nothing did. */
void faults_write(FILE *out, const struct pick *);
/* ", faults: ack_loss 1%, crash 2s" of a scenario; "" without. */
void faults_users(FILE *out, const json_t *scenario);

#endif
