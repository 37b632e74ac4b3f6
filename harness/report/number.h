#ifndef REPORT_NUMBER_H
#define REPORT_NUMBER_H

#include <stdint.h>

/* Numbers as people read them. NUMBER_SIZE bytes are enough for every one; all return out. */
#define NUMBER_SIZE 32

/* Three significant digits, at most four decimals, at most six characters of a positive number: "0.0213", "1.23",
 * "45.6", "1230", "123k". Here and below NAN is "-", and what has no bound "inf". */
const char *number_real(char *out, double value);
/* The same of nanoseconds, in milliseconds. */
const char *number_ms(char *out, double ns);
/* Seats and requests: exact below 100,000 (a median between two trials shows its half), then as above. */
const char *number_count(char *out, double value);
/* "812 B", "34.5 MB", "1.2 GB" (powers of 1000). */
const char *number_bytes(char *out, double bytes);
/* A duration with the unit that fits: "850 ns", "12.3 us", "4.56 ms", "1.2 s". */
const char *number_duration(char *out, double ns);
/* "1,000,000" */
const char *number_grouped(char *out, int64_t value);

#endif
