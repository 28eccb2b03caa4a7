/* SPDX-License-Identifier: MIT */
/* Wilson's interval and Student's t against published values; percentiles. */
#include "rules/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

static void near(double value, double expected, double tolerance)
{
    if (fabs(value - expected) > tolerance)
        fail_msg("%.6f is not %.6f", value, expected);
}

static void wilson_published(void **state)
{
    (void)state;
    struct interval_estimate share = wilson_interval(47, 50);
    near(share.value, 0.940, 0.0005);
    near(share.low, 0.838, 0.0005);
    near(share.high, 0.979, 0.0005);
}

/* The bounds are where the share lies z standard errors of the bound away. */
static void wilson_solves_its_equation(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < 20000; i++) {
        int64_t n = 1 + rand() % 5000;
        int64_t successes = rand() % (n + 1);
        struct interval_estimate share = wilson_interval(successes, n);
        assert_true(share.low <= share.value && share.value <= share.high);
        assert_true(share.low >= 0.0 && share.high <= 1.0);
        double bounds[] = {share.low, share.high};
        for (int k = 0; k < 2; k++) {
            double error = sqrt(bounds[k] * (1.0 - bounds[k]) / (double)n);
            near(fabs(share.value - bounds[k]), NORMAL_95 * error, 1e-9);
        }
    }
}

static void wilson_edges(void **state)
{
    (void)state;
    struct interval_estimate none = wilson_interval(0, 0);
    assert_true(none.value == 0.0 && none.low == 0.0 && none.high == 0.0);
    assert_true(wilson_interval(0, 7).low == 0.0);
    assert_true(wilson_interval(7, 7).high == 1.0);
}

/* Two-sided 95 percent, from the tables. */
static void student_published(void **state)
{
    (void)state;
    static const struct {
        int64_t freedom;
        double t;
    } rows[] = {{1, 12.7062}, {2, 4.30265},  {3, 3.18245},  {4, 2.77645},   {5, 2.57058},
                {7, 2.36462}, {10, 2.22814}, {30, 2.04227}, {120, 1.97993}, {1000, 1.96234}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        near(student_95(rows[i].freedom), rows[i].t, 5e-5);
    near(student_95(1000000000), NORMAL_95, 1e-6);
}

static void percentiles(void **state)
{
    (void)state;
    double values[] = {15, 20, 35, 40, 50};
    near(percentile(values, 5, 5), 15, 0);
    near(percentile(values, 5, 30), 20, 0);
    near(percentile(values, 5, 40), 20, 0);
    near(percentile(values, 5, 50), 35, 0);
    near(percentile(values, 5, 100), 50, 0);
    double one[] = {3};
    near(percentile(one, 1, 90), 3, 0);
    double unsorted[] = {3, 1, 2};
    near(percentile(unsorted, 3, 50), 2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_published), cmocka_unit_test(wilson_solves_its_equation),
        cmocka_unit_test(wilson_edges),     cmocka_unit_test(student_published),
        cmocka_unit_test(percentiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
