/* SPDX-License-Identifier: MIT */
/* Estimates with their intervals. Pure functions of numbers. */
#ifndef CRM_RULES_STATISTICS_H
#define CRM_RULES_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* The normal quantile of a two-sided interval of 95 percent. */
#define NORMAL_95 1.959963984540054

/* A value and the interval that holds the true one with 95 percent confidence. */
struct interval_estimate {
    double value, low, high;
};

/* Share of `successes` among `n`, 0 to 1. Wilson's score interval without continuity correction:
 * E. B. Wilson, JASA 22 (1927) 209–212. All zero when n is not positive. */
struct interval_estimate wilson_interval(int64_t successes, int64_t n);
/* Student's t of a two-sided interval of 95 percent, for `freedom` ≥ 1 degrees of freedom; good to
 * four decimals. G. W. Hill, Algorithm 396, CACM 13 (1970) 619–620. */
double student_95(int64_t freedom);
/* The p-th percentile, 0 < p ≤ 100, by nearest rank: the smallest value such that at least p
 * percent are not above it. Sorts `values`; count is at least 1. */
double percentile(double *values, size_t count, double p);

#endif
