#ifndef REPORT_USL_H
#define REPORT_USL_H

#include <stdbool.h>
#include <stddef.h>

/* The Universal Scalability Law, fitted by gnuplot (plots/usl.gp) with the inverse squares of the intervals as weights:
 *   X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)), its peak at N = sqrt((1 - sigma) / kappa)
 * and the straight line 1 / X(N) = h0 + h1 N: h1 is what one more user who waits costs everybody. */
enum { USL_FEWEST = 6 };

enum usl_state { USL_FITTED, USL_FEW_POINTS, USL_FAILED, USL_NO_GNUPLOT };

struct usl {
    enum usl_state state;
    double lambda, sigma, kappa;
    double peak, peak_lo, peak_hi; /* with 95 % interval; INFINITY: X only grows; NAN ends: not known */
    bool lined;                    /* of the line */
    double h0_ns, h1_ns, h1_half_ns;
};

/* One block of a data file (N, X, half interval); x1: X at the least N; dir: a folder for what gnuplot prints. */
void usl_fit(struct usl *, const char *data, size_t block, size_t points, double x1, const char *dir);

#endif
