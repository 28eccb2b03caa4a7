/* SPDX-License-Identifier: MIT */
/* Wilson's interval and percentiles. */
#include "rules/statistics.h"

#include <math.h>
#include <stdlib.h>

struct interval_estimate wilson_interval(int64_t successes, int64_t n)
{
    if (n <= 0)
        return (struct interval_estimate){0, 0, 0};
    double count = (double)n;
    double share = (double)successes / count;
    double z2 = NORMAL_95 * NORMAL_95;
    double scale = 1.0 + z2 / count;
    double center = (share + z2 / (2.0 * count)) / scale;
    double spread = share * (1.0 - share) / count + z2 / (4.0 * count * count);
    double half = NORMAL_95 * sqrt(spread) / scale;
    /* At 0 and n of n the bound is exact; rounding would put it a hair outside. */
    return (struct interval_estimate){.value = share,
                                      .low = successes == 0 ? 0.0 : center - half,
                                      .high = successes == n ? 1.0 : center + half};
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

double percentile(double *values, size_t count, double p)
{
    qsort(values, count, sizeof *values, compare);
    double rank = ceil(p / 100.0 * (double)count);
    size_t index = rank < 1.0 ? 0 : (size_t)rank - 1;
    return values[index < count ? index : count - 1];
}
