/* SPDX-License-Identifier: MIT */
/* Exact decimals: parsing, half-even rounding, limits, printing. */
#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define Z10  "0000000000"
#define Z100 Z10 Z10 Z10 Z10 Z10 Z10 Z10 Z10 Z10 Z10

static void parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t decimal;
        bool rounded;
    } rows[] = {
        {"0", 0, false},
        {"129.696", 1296960, false},
        {"-60.70400000000001", -607040, true},
        {"125.43999999999998", 1254400, true},
        {".5", 5000, false},
        {"5.", 50000, false},
        {"+7", 70000, false},
        {"1e3", 10000000, false},
        {"1.5e-4", 2, true}, /* 0.00015 lies half-way: to the even 0.0002 */
        {"0.00005", 0, true},
        {"0.00015", 2, true},
        {"0.00025", 2, true},
        {"0.000250000000000000000000000000001", 3, true},
        {"-0.00005", 0, true},
        {"0.00004e0", 0, true},
        {"1e-400", 0, true},
        {"0e99999", 0, false},
        {"000000000000000000000000000001", 10000, false},
        {"922337203685477.5807", INT64_MAX, false},
        {"-922337203685477.5807", -INT64_MAX, false},
        {"1.00000000", 10000, false},
        /* A hundred zeros and an exponent that takes them back. */
        {"0." Z100 "1e101", 10000, false},
        {"1" Z100 "e-100", 10000, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t decimal = -1;
        bool rounded = false;
        if (!decimal_parse(rows[i].text, strlen(rows[i].text), &decimal, &rounded))
            fail_msg("%s is refused", rows[i].text);
        if (decimal != rows[i].decimal || rounded != rows[i].rounded)
            fail_msg("%s gives %lld, rounded %d", rows[i].text, (long long)decimal, rounded);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const char *const rows[] = {"",     ".",
                                       "-",    "1,000",
                                       " 1",   "1 ",
                                       "1e",   "1e+",
                                       "e5",   "1.2.3",
                                       "0x1",  "nan",
                                       "inf",  "--1",
                                       "1-",   "922337203685477.5808",
                                       "1e15", "1e999999999999"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t decimal;
        if (decimal_parse(rows[i], strlen(rows[i]), &decimal, NULL))
            fail_msg("'%s' is accepted", rows[i]);
    }
}

static void prints_what_it_reads(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < 200000; i++) {
        int64_t number =
            (int64_t)(((uint64_t)rand() << 33) ^ ((uint64_t)rand() << 11) ^ (uint64_t)rand());
        number = rand() % 2 ? number % 100000000 : number;
        char text[24];
        size_t length = decimal_format(number, text);
        int64_t again = 0;
        bool rounded = false;
        assert_true(decimal_parse(text, length, &again, &rounded));
        assert_int_equal(again, number);
        assert_false(rounded);
    }
    char text[24];
    assert_int_equal(decimal_format(INT64_MIN, text), 21);
    assert_string_equal(text, "-922337203685477.5808");
    decimal_format(1296960, text);
    assert_string_equal(text, "129.696");
}

static void multiplies_and_divides(void **state)
{
    (void)state;
    int64_t out;
    assert_true(decimal_multiply(15000, -25000, &out));
    assert_int_equal(out, -37500);
    assert_true(decimal_multiply(1, 5000, &out)); /* 0.00005 → 0 */
    assert_int_equal(out, 0);
    assert_true(decimal_multiply(3, 5000, &out)); /* 0.00015 → 0.0002 */
    assert_int_equal(out, 2);
    assert_false(decimal_multiply(INT64_MAX, 20000, &out));
    assert_true(decimal_divide(10000, 30000, &out));
    assert_int_equal(out, 3333);
    assert_true(decimal_divide(-20000, 30000, &out));
    assert_int_equal(out, -6667);
    assert_false(decimal_divide(1, 0, &out));
    assert_true(decimal_growth(30000, 10000, &out));
    assert_int_equal(out, -666667);
    assert_true(decimal_growth(20000, -20000, &out));
    assert_int_equal(out, -2000000);
    assert_false(decimal_growth(1, INT64_MIN, &out));
    assert_false(decimal_growth(1, INT64_MAX, &out));
    assert_false(decimal_growth(0, 1, &out));
    assert_false(decimal_growth(-1, 1, &out));
    assert_false(decimal_add(INT64_MAX, 1, &out));
    assert_true(decimal_add(INT64_MAX, -1, &out));
    assert_int_equal(out, INT64_MAX - 1);
}

static void three_factors_round_once(void **state)
{
    (void)state;
    int64_t amount;
    /* 0.5 × 0.0003 × 0.75 = 0.0001125; rounded twice it would be 0.0002. */
    assert_true(decimal_multiply3(5000, 3, 7500, &amount));
    assert_int_equal(amount, 1);
    assert_true(decimal_multiply3(-20000, 30000, 5000, &amount));
    assert_int_equal(amount, -30000);
    assert_true(decimal_multiply3(-20000, 30000, -5000, &amount));
    assert_int_equal(amount, 30000);
    assert_true(decimal_multiply3(INT64_MAX, DECIMAL_ONE, DECIMAL_ONE, &amount));
    assert_int_equal(amount, INT64_MAX);
    assert_true(decimal_multiply3(INT64_MAX, INT64_MAX, 0, &amount));
    assert_int_equal(amount, 0);
    assert_false(decimal_multiply3(INT64_MAX, DECIMAL_ONE, DECIMAL_ONE + 1, &amount));
    assert_false(decimal_multiply3(INT64_MAX, INT64_MAX, INT64_MAX, &amount));
    assert_false(decimal_multiply3(INT64_MIN, INT64_MIN, INT64_MIN, &amount));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(prints_what_it_reads),
        cmocka_unit_test(multiplies_and_divides),
        cmocka_unit_test(three_factors_round_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
