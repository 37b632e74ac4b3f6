#ifndef RESULTS_CALIBRATION_H
#define RESULTS_CALIBRATION_H

#include <jansson.h>
#include <stdbool.h>

#include "harness/floor/floors.h"

/* What `lastseat calibrate` measured on a machine, as a file of JSON ("lastseat.calibration/1"): floors[] as in
 * run.json, calibrated_utc, and the facts that make the machine: processor, cores, memory, kernel, and the kind of file
 * system its databases were on. Main thread. */

/* Where it is: asked (NULL: not named), else $LASTSEAT_CALIBRATION, else calibration.json in results/. Caller frees;
 * NULL after saying why. */
char *calibration_path(const char *asked);
/* EXIT_OK / EXIT_ERROR after one line. */
int calibration_write(const char *path, const json_t *calibration);
/* NULL: out of memory. */
json_t *calibration_of(const struct floors *);
/* The file at `path`, if it is this machine's with databases in db_dir. *out is NULL with EXIT_OK where there is none
 * or, after one warning, where it is damaged or another machine's; EXIT_USAGE after one line instead of all of that
 * when it was asked for. Caller: json_decref. */
int calibration_read(json_t **out, const char *path, bool asked, const char *db_dir);

#endif
