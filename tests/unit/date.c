/* SPDX-License-Identifier: MIT */
/* Days, instants and durations as text and as numbers. */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* 2018-01-02 is a Tuesday. */
static const char today_text[] = "2018-01-02";

static day_number iso(const char *text)
{
    day_number date = 0;
    assert_true(date_parse_iso(text, strlen(text), &date));
    return date;
}

static void assert_day(day_number date, const char *expected)
{
    char text[DATE_TEXT];
    date_format(date, text);
    assert_string_equal(text, expected);
}

static void format_is_the_inverse_of_parse(void **state)
{
    (void)state;
    day_number last = iso("2100-12-31");
    int weekday = date_weekday(iso("1900-01-01"));
    assert_int_equal(weekday, 0);
    for (day_number date = iso("1900-01-01"); date <= last; date++) {
        char text[DATE_TEXT];
        day_number back;
        date_format(date, text);
        assert_true(date_parse_iso(text, 10, &back));
        assert_int_equal(back, date);
        assert_int_equal(date_weekday(date), weekday);
        weekday = (weekday + 1) % 7;
    }
}

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(iso("1970-01-01"), 0);
    assert_int_equal(iso("2000-03-01"), 11017);
    assert_int_equal(iso("0001-01-01"), DATE_FIRST);
    assert_int_equal(iso("9999-12-31"), DATE_LAST);
    assert_int_equal(date_weekday(iso("2018-01-02")), 1);
    assert_int_equal(date_weekday(iso("0001-01-01")), 0);
}

static void bad_days_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"2018-02-29", "1900-02-29", "2018-13-01",  "2018-00-01",
                                      "2018-01-00", "2018-01-32", "2018-1-1",    "2018/01/01",
                                      "0000-01-01", " 018-01-01", "2018-01-011", "",
                                      "2018-01-0x"};
    day_number date;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(date_parse_iso(bad[i], strlen(bad[i]), &date));
    }
    assert_true(date_parse_iso("2000-02-29", 10, &date));
}

static void months_stop_at_the_last_day(void **state)
{
    (void)state;
    assert_day(date_add_months(iso("2018-01-31"), 1), "2018-02-28");
    assert_day(date_add_months(iso("2020-02-29"), 12), "2021-02-28");
    assert_day(date_add_months(iso("2018-03-31"), -1), "2018-02-28");
    assert_day(date_add_months(iso("2018-01-15"), -13), "2016-12-15");
    assert_day(date_add_months(iso("2018-12-15"), 1), "2019-01-15");
    assert_day(date_add_months(iso("9999-12-01"), 1), "9999-12-31");
    assert_day(date_add_months(iso("0001-01-31"), -1), "0001-01-01");
    assert_day(date_add(iso("2018-01-31"), (struct duration){2, DURATION_WEEKS}), "2018-02-14");
    assert_day(date_add(iso("2018-01-31"), (struct duration){1, DURATION_YEARS}), "2019-01-31");
    assert_day(date_add(iso("2018-01-31"), (struct duration){5, DURATION_HOURS}), "2018-01-31");
}

static void words_for_days(void **state)
{
    (void)state;
    static const struct {
        const char *text, *first, *last;
    } rows[] = {
        {"2018-05-06", "2018-05-06", "2018-05-06"}, {"2018-12", "2018-12-01", "2018-12-31"},
        {"2020-02", "2020-02-01", "2020-02-29"},    {"2018", "2018-01-01", "2018-12-31"},
        {"today", "2018-01-02", "2018-01-02"},      {"Yesterday", "2018-01-01", "2018-01-01"},
        {"tomorrow", "2018-01-03", "2018-01-03"},   {"今天", "2018-01-02", "2018-01-02"},
        {"昨天", "2018-01-01", "2018-01-01"},       {"明天", "2018-01-03", "2018-01-03"},
        {"后天", "2018-01-04", "2018-01-04"},       {"+3d", "2018-01-05", "2018-01-05"},
        {"-2w", "2017-12-19", "2017-12-19"},        {"+1mo", "2018-02-02", "2018-02-02"},
        {"-1y", "2017-01-02", "2017-01-02"},        {"tue", "2018-01-02", "2018-01-02"},
        {"mon", "2018-01-08", "2018-01-08"},        {"周五", "2018-01-05", "2018-01-05"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = {0};
        day_number date;
        assert_int_equal(date_parse(rows[i].text, iso(today_text), &date, &error), CRM_OK);
        assert_day(date, rows[i].first);
        assert_int_equal(date_parse_end(rows[i].text, iso(today_text), &date, &error), CRM_OK);
        assert_day(date, rows[i].last);
    }
}

static void other_words_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "someday", "+3", "3d",   "+3h",   "+3wd",
                                      "+-3d", "2018-13", "mo", "0000", "12345", "-99999999999d"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        day_number date;
        assert_int_equal(date_parse(bad[i], 0, &date, &error), CRM_INVALID);
        assert_true(error.message[0] != '\0' && error.hint[0] != '\0');
    }
    struct error error = {0};
    day_number date;
    date_parse("2018-02-30", 0, &date, &error);
    assert_string_equal(error.message, "there is no such day: 2018-02-30");
}

static void durations(void **state)
{
    (void)state;
    static const char *const good[] = {"30m", "4h", "2d", "1w", "3mo", "1y", "4wh", "2wd", "0d"};
    char text[24];
    struct duration duration;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(duration_parse(good[i], &duration, NULL), CRM_OK);
        assert_string_equal(duration_format(duration, text), good[i]);
    }
    static const char *const bad[] = {"",       "4",    "h",  "-4h",        "4 h",
                                      "4hours", "1.5h", "4H", "9999999999m"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        assert_int_equal(duration_parse(bad[i], &duration, &error), CRM_INVALID);
        assert_true(error.message[0] != '\0' && error.hint[0] != '\0');
    }
}

static void points_in_time(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected; /* expected NULL: refused */
    } rows[] = {{"now", "2018-01-02T09:00:00+08:00"},
                {"-2h", "2018-01-02T07:00:00+08:00"},
                {"+30m", "2018-01-02T09:30:00+08:00"},
                {"14:30", "2018-01-02T14:30:00+08:00"},
                {"9:05", "2018-01-02T09:05:00+08:00"},
                {"24:00", "2018-01-03T00:00:00+08:00"},
                {"yesterday 14:30", "2018-01-01T14:30:00+08:00"},
                {"昨天 14:30", "2018-01-01T14:30:00+08:00"},
                {"2018-05-06", "2018-05-06T00:00:00+08:00"},
                {"2018-05-06 07:08", "2018-05-06T07:08:00+08:00"},
                {"2018-05-06T07:08:09", "2018-05-06T07:08:09+08:00"},
                {"2018-05-06T07:08:09.999Z", "2018-05-06T15:08:09+08:00"},
                {"2018-05-06T07:08-0530", "2018-05-06T20:38:00+08:00"},
                {"2018-05-06T07:08+01", "2018-05-06T14:08:00+08:00"},
                {"2018-05-06T24:01", NULL},
                {"2018-05-06T23:60", NULL},
                {"2018-05-06T23:59:60", NULL},
                {"2018-05-06T", NULL},
                {"2018-05-06T07:08+24:00", NULL},
                {"2018-05-06T07:08:09.Z", NULL},
                {"2018-05-06T07:08Zx", NULL},
                {"25:00", NULL},
                {"", NULL},
                {"4wh", NULL}};
    struct arena arena = {0};
    const struct zone *zone;
    assert_int_equal(zone_load(&arena, "+08:00", NULL, &zone, NULL), CRM_OK);
    instant now = (instant)iso(today_text) * 86400 + 3600;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = {0};
        instant at = 0;
        char text[TIME_TEXT];
        crm_status status = time_parse(rows[i].text, now, zone, &at, &error);
        assert_int_equal(status, rows[i].expected == NULL ? CRM_INVALID : CRM_OK);
        if (rows[i].expected != NULL) {
            time_format(zone, at, text);
            assert_string_equal(text, rows[i].expected);
        } else {
            assert_true(error.hint[0] != '\0');
        }
    }
    arena_release(&arena);
}

static void instants_outside_the_calendar_stay_within_the_text(void **state)
{
    (void)state;
    char text[TIME_TEXT];
    time_format_utc(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    time_format_utc(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
    instant at;
    assert_false(time_parse_iso("0001-01-01T00:00+08:00", 22, NULL, &at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_is_the_inverse_of_parse),
        cmocka_unit_test(known_days),
        cmocka_unit_test(bad_days_are_refused),
        cmocka_unit_test(months_stop_at_the_last_day),
        cmocka_unit_test(words_for_days),
        cmocka_unit_test(other_words_are_refused),
        cmocka_unit_test(durations),
        cmocka_unit_test(points_in_time),
        cmocka_unit_test(instants_outside_the_calendar_stay_within_the_text),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
