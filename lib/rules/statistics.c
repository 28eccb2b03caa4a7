/* SPDX-License-Identifier: MIT */
/* Wilson's interval, Student's t and percentiles. */
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

double student_95(int64_t freedom)
{
    const double half_pi = 1.57079632679489661923, tails = 0.05;
    double n = (double)freedom;
    if (freedom == 1)
        return cos(tails * half_pi) / sin(tails * half_pi);
    if (freedom == 2)
        return sqrt(2 / (tails * (2 - tails)) - 2);
    double a = 1 / (n - 0.5);
    double b = 48 / (a * a);
    double c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
    double d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * half_pi) * n;
    double y = pow(d * tails, 2 / n);
    if (y > 0.05 + a) { /* an expansion about the normal quantile */
        double x = -NORMAL_95;
        y = x * x;
        if (freedom < 5)
            c += 0.3 * (n - 4.5) * (x + 0.6);
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
        y = expm1(a * y * y);
    } else {
        double inner = ((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3;
        y = ((1 / inner + 0.5 / (n + 4)) * y - 1) * (n + 1) / (n + 2) + 1 / y;
    }
    return sqrt(n * y);
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
