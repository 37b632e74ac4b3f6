#ifndef RESULTS_HOLM_H
#define RESULTS_HOLM_H

#include <stddef.h>

/* Many tests at once: replaces n p-values by those adjusted after Holm (Scandinavian Journal of Statistics 6, 1979), in
 * their places: the k-th smallest times n - k + 1, at least the one before, at most 1. Calling those below 0.05
 * different is wrong about any of them in at most 5 % of experiments, however they depend on each other. NAN: not
 * tested, stays and does not count. */
void holm_adjust(double *p, size_t n);

#endif
