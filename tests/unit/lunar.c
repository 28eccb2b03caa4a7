/* SPDX-License-Identifier: MIT */
/* The lunar calendar: published days, every day there and back, and the Observatory's whole table
 * where it is at hand. */
#include "base/lunar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static day_number day_of(const char *text)
{
    day_number day = 0;
    assert_true(date_parse_iso(text, strlen(text), &day));
    return day;
}

static void expect_same(const char *solar, struct lunar_date lunar)
{
    struct lunar_date found;
    day_number day = 0;
    assert_true(lunar_from_day(day_of(solar), &found));
    assert_int_equal(found.year, lunar.year);
    assert_int_equal(found.month, lunar.month);
    assert_int_equal(found.day, lunar.day);
    assert_int_equal(found.leap, lunar.leap);
    assert_true(lunar_to_day(lunar, &day));
    assert_int_equal(day, day_of(solar));
}

/* Hong Kong Observatory; other tables have a day more or less for some of them. */
static void published_days(void **state)
{
    (void)state;
    expect_same("2026-02-17", (struct lunar_date){2026, 1, 1, false});
    expect_same("2027-02-06", (struct lunar_date){2027, 1, 1, false});
    expect_same("2028-01-26", (struct lunar_date){2028, 1, 1, false});
    expect_same("2029-02-13", (struct lunar_date){2029, 1, 1, false});
    expect_same("2030-02-03", (struct lunar_date){2030, 1, 1, false});
    expect_same("2026-06-19", (struct lunar_date){2026, 5, 5, false});
    expect_same("2026-09-25", (struct lunar_date){2026, 8, 15, false});
    expect_same("2027-09-15", (struct lunar_date){2027, 8, 15, false});
    expect_same("2026-10-18", (struct lunar_date){2026, 9, 9, false});
    expect_same("2020-05-23", (struct lunar_date){2020, 4, 1, true});
    expect_same("2025-07-25", (struct lunar_date){2025, 6, 1, true});
    expect_same("2057-09-28", (struct lunar_date){2057, 9, 1, false});
    expect_same("1901-01-01", (struct lunar_date){1900, 11, 11, false});
    expect_same("2100-12-31", (struct lunar_date){2100, 12, 1, false});
}

static void every_day_there_and_back(void **state)
{
    (void)state;
    struct lunar_date before = {1900, 11, 10, false}, date;
    int days = 0;
    for (day_number day = LUNAR_FIRST; day <= LUNAR_LAST; day++, days++) {
        day_number back;
        assert_true(lunar_from_day(day, &date));
        assert_true(lunar_to_day(date, &back));
        assert_int_equal(back, day);
        /* It is the day after the one before, or a month's first. */
        bool next = date.day == before.day + 1 && date.month == before.month &&
                    date.leap == before.leap && date.year == before.year;
        assert_true(next ||
                    (date.day == 1 &&
                     before.day == lunar_month_length(before.year, before.month, before.leap)));
        before = date;
    }
    assert_int_equal(days, 73049);
}

static void no_such_day(void **state)
{
    (void)state;
    static const struct lunar_date refused[] = {
        {2026, 12, 30, false}, {2026, 4, 1, true},   {2020, 5, 1, true},   {2026, 0, 1, false},
        {2026, 13, 1, false},  {2026, 1, 0, false},  {2026, 1, 31, false}, {1900, 11, 10, false},
        {1900, 10, 1, false},  {2100, 12, 2, false}, {2101, 1, 1, false},  {-5, 1, 1, false}};
    day_number day;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(lunar_to_day(refused[i], &day));
    struct lunar_date date;
    assert_false(lunar_from_day(LUNAR_FIRST - 1, &date));
    assert_false(lunar_from_day(LUNAR_LAST + 1, &date));
    assert_false(lunar_term(1900, TERM_DONGZHI, &day));
    assert_false(lunar_term(2101, TERM_QINGMING, &day));
    assert_int_equal(lunar_month_length(2026, 12, false), 29);
    assert_int_equal(lunar_month_length(2100, 12, false), 0);
    assert_int_equal(lunar_leap_month(1900), 0);
}

static void yearly_days(void **state)
{
    (void)state;
    day_number day;
    /* The last month of 2026 has 29 days. */
    assert_true(lunar_anniversary(2026, (struct lunar_date){1980, 12, 30, false}, false, &day));
    assert_int_equal(day, day_of("2027-02-05"));
    /* Born in a leap month 6: in 2025, which has one, by choice; in 2026 there is none. */
    const struct lunar_date leap = {1987, 6, 1, true};
    assert_true(lunar_anniversary(2025, leap, false, &day));
    assert_int_equal(day, day_of("2025-06-25"));
    assert_true(lunar_anniversary(2025, leap, true, &day));
    assert_int_equal(day, day_of("2025-07-25"));
    assert_true(lunar_anniversary(2026, leap, true, &day));
    assert_int_equal(day, day_of("2026-07-14"));
    assert_false(lunar_anniversary(2101, leap, true, &day));
}

/* ---- The Observatory's table ---- */

static FILE *open_shared(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "../shared/data/lunar/%s", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        print_message("%s is not here\n", path);
        skip();
    }
    return file;
}

static void whole_table(void **state)
{
    (void)state;
    FILE *file = open_shared("months_1901_2100.csv");
    int year, month, leap, length, months = 0;
    char first[DATE_TEXT], line[64];
    assert_non_null(fgets(line, sizeof line, file));
    while (fscanf(file, "%d,%d,%d,%10[0-9-],%d", &year, &month, &leap, first, &length) == 5) {
        expect_same(first, (struct lunar_date){year, month, 1, leap != 0});
        assert_int_equal(lunar_month_length(year, month, leap != 0), length);
        months++;
    }
    assert_true(feof(file));
    assert_int_equal(months, 2473);
    (void)fclose(file);
}

static void whole_table_of_terms(void **state)
{
    (void)state;
    FILE *file = open_shared("qingming_dongzhi_1901_2100.csv");
    char text[DATE_TEXT], name[16], line[64];
    int terms = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fscanf(file, " %10[0-9-],%15s", text, name) == 2) {
        day_number day = 0;
        enum solar_term term = strcmp(name, "清明") == 0 ? TERM_QINGMING : TERM_DONGZHI;
        assert_true(lunar_term(atoi(text), term, &day));
        assert_int_equal(day, day_of(text));
        terms++;
    }
    assert_int_equal(terms, 400);
    (void)fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_days), cmocka_unit_test(every_day_there_and_back),
        cmocka_unit_test(no_such_day),    cmocka_unit_test(yearly_days),
        cmocka_unit_test(whole_table),    cmocka_unit_test(whole_table_of_terms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
