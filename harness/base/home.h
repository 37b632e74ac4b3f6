#ifndef BASE_HOME_H
#define BASE_HOME_H

#include <stddef.h>

/* Where a part of the project is ("scenarios", "plots", "results"): in $LASTSEAT_HOME when that is set; else beside the
 * executable when `probe` is there; else, as for test programs, in the current folder. Relative when the user stands in
 * the project: shorter to read. 0, or -1 when the path does not fit. Any thread. */
int home_part(char *out, size_t size, const char *part, const char *probe);

#endif
