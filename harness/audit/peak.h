#ifndef AUDIT_PEAK_H
#define AUDIT_PEAK_H

#include "harness/run/trial.h"

/* Where bookings are given back, rows left at the end do not tell what was sold at once. The least number of seats that
 * must have been taken at one moment: a booking counts from its answer on, until somebody begins to give it back
 * (CORRECTNESS.md 2.2-A: no order of the calls explains more than the capacity). Only what clients were told is used.
 *
 * peaks[event] for the events 1..events; 0 for events of which nothing was given back. 0, or -1: out of memory. */
int peak_seats(const struct trial *, int64_t events, int64_t *peaks);

#endif
