#ifndef TESTS_SUPPORT_FAULTED_H
#define TESTS_SUPPORT_FAULTED_H

#include "harness/audit/audit.h"
#include "tests/support/bench.h"

/* A whole trial of closed load on bench_databases[1] with the keys of [fault], audited; durability full. Asserts;
 * trial_free() is the caller's. Skips the test where there is no PostgreSQL. */
void faulted_run(struct trial *, struct audit *, const char *variant, const char *duration, const char *fault);

#endif
