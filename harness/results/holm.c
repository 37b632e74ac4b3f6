#include "harness/results/holm.h"

#include <math.h>

/* Those adjusted already have their sign set, a zero too. */
static size_t smallest_left(const double *p, size_t n)
{
    size_t found = n;

    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]) && !signbit(p[i]) && (found == n || p[i] < p[found]))
            found = i;
    return found;
}

void holm_adjust(double *p, size_t n)
{
    double before = 0;
    size_t left = 0;

    for (size_t i = 0; i < n; i++)
        left += isnan(p[i]) ? 0 : 1;
    for (; left > 0; left--) {
        size_t at = smallest_left(p, n);

        before = fmax(before, fmin(1, p[at] * (double)left));
        p[at] = -before;
    }
    for (size_t i = 0; i < n; i++)
        if (signbit(p[i]))
            p[i] = -p[i];
}
