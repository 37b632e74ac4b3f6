#ifndef RESULTS_ENVIRONMENT_H
#define RESULTS_ENVIRONMENT_H

#include <jansson.h>

/* run.json's environment{} but for databases[]: machine, kernel, compiler, clock, limits, and a probe of what a durable
 * write costs in db_dir. Names neither the host nor a user nor a path. Takes about a quarter of a second. What cannot
 * be known is null; a probe that fails is said in one warning. NULL: out of memory. */
json_t *environment_read(const char *db_dir);
/* What makes two machines one for a calibration: cpu, cores, memory_bytes, kernel, dir_class of db_dir. NULL: out of
 * memory. */
json_t *environment_machine(const char *db_dir);
/* run.json's tool{}: version, git revision, dirty flag. */
json_t *environment_tool(void);

#endif
