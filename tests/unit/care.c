/* SPDX-License-Identifier: MIT */
/* Care dates: the birthdays of each day against the days of each birthday, working days before
 * holidays, and greetings. */
#include "rules/care.h"

#include "base/yearly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static day_number day_of(const char *text)
{
    day_number day = 0;
    assert_true(date_parse_iso(text, strlen(text), &day));
    return day;
}

static void expect_day(day_number day, const char *text)
{
    char found[DATE_TEXT];
    date_format(day, found);
    assert_string_equal(found, text);
}

/* ---- Calendars ---- */

static const struct interval office[] = {{540, 1080}};

/* The list of 2026 has the Spring Festival off and the Saturday before as a working day. */
static crm_status lists(void *context, int year, const struct day_list **out, struct error *error)
{
    static const char text[] =
        "{\"year\": 2026, \"days\": ["
        "{\"name\": \"春节\", \"date\": \"2026-02-16\", \"isOffDay\": true},"
        "{\"name\": \"春节\", \"date\": \"2026-02-17\", \"isOffDay\": true},"
        "{\"name\": \"春节\", \"date\": \"2026-02-18\", \"isOffDay\": true},"
        "{\"name\": \"春节\", \"date\": \"2026-02-14\", \"isOffDay\": false},"
        "{\"name\": \"劳动节\", \"date\": \"2026-05-01\", \"isOffDay\": true}]}";
    static struct day_list list;
    struct arena *arena = context;
    *out = year == 2026 ? &list : NULL;
    return year == 2026 && list.count == 0
               ? day_list_parse(arena, text, sizeof text - 1, &list, error)
               : CRM_OK;
}

struct fixture {
    struct calendar_policy policy;
    struct calendar calendar;
    struct arena arena;
    struct error error;
};

static struct fixture fixture;

static const struct calendar *weekdays(const char *holidays)
{
    fixture.policy = (struct calendar_policy){.name = "office", .holidays = holidays};
    for (int day = 0; day < 5; day++) {
        fixture.policy.week[day] = office;
        fixture.policy.week_count[day] = 1;
    }
    fixture.calendar =
        (struct calendar){.policy = &fixture.policy, .lists = lists, .context = &fixture.arena};
    return &fixture.calendar;
}

static void expect_working(const struct calendar *calendar, const char *from, int step,
                           const char *expected, bool expected_known)
{
    day_number found;
    bool known = true;
    assert_int_equal(care_working_day(calendar, day_of(from), step, &found, &known, &fixture.error),
                     CRM_OK);
    expect_day(found, expected);
    assert_int_equal(known, expected_known);
}

static void working_days(void **state)
{
    (void)state;
    const struct calendar *plain = weekdays(NULL);
    expect_working(plain, "2026-03-06", -1, "2026-03-06", true);
    expect_working(plain, "2026-03-08", -1, "2026-03-06", true);
    expect_working(plain, "2026-03-08", 1, "2026-03-09", true);
    const struct calendar *listed = weekdays("cn");
    /* Back over the festival to the Saturday on which people work. */
    expect_working(listed, "2026-02-18", -1, "2026-02-14", true);
    expect_working(listed, "2026-02-15", 1, "2026-02-19", true);
    expect_working(listed, "2026-05-01", 1, "2026-05-04", true);
    /* No list for 2027, nor for 2025: weekdays alone. */
    expect_working(listed, "2027-03-07", -1, "2027-03-05", false);
    expect_working(listed, "2026-01-03", -1, "2026-01-02", true);
    expect_working(listed, "2025-12-28", -1, "2025-12-26", false);
    /* Nobody works at all: the day stays. */
    memset(fixture.policy.week_count, 0, sizeof fixture.policy.week_count);
    expect_working(listed, "2026-03-08", -1, "2026-03-08", true);
}

static void told_before_holidays(void **state)
{
    (void)state;
    const struct calendar *listed = weekdays("cn");
    const struct duration week = {7, DURATION_DAYS}, month = {1, DURATION_MONTHS};
    day_number from;
    bool known = true;
    assert_int_equal(
        care_remind_on(listed, day_of("2026-02-24"), week, &from, &known, &fixture.error), CRM_OK);
    expect_day(from, "2026-02-14");
    assert_int_equal(
        care_remind_on(listed, day_of("2026-03-31"), month, &from, &known, &fixture.error), CRM_OK);
    expect_day(from, "2026-02-27");
    assert_true(known);
}

/* ---- Birthdays and days ---- */

static bool has(char keys[CARE_KEYS][BIRTHDAY_TEXT], size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* Counts the days of that birthday from `first` to `last`, on each of which it must be found. */
static size_t find_all(const struct calendar *calendar, const struct yearly *yearly, bool in_leap,
                       day_number first, day_number last)
{
    const struct birthday birthday = {
        .month = yearly->month, .day = yearly->day, .leap = yearly->leap};
    char key[BIRTHDAY_TEXT];
    size_t found = 0;
    birthday_key(birthday, key);
    for (day_number day = first - 1; yearly_next(yearly, in_leap, day + 1, &day) && day <= last;
         found++) {
        struct care_keys keys;
        assert_int_equal(care_keys_of(calendar, in_leap, day, &keys, &fixture.error), CRM_OK);
        const bool lunar = yearly->kind == YEARLY_LUNAR;
        if (!has(lunar ? keys.lunar : keys.solar, lunar ? keys.lunar_count : keys.solar_count, key))
            fail_msg("%s is missing on day %d, in_leap %d", key, (int)day, in_leap);
    }
    return found;
}

/* No day has a birthday that does not fall on it: then there would be more of them. */
static void days_and_birthdays_agree(void **state)
{
    (void)state;
    const struct calendar *calendar = weekdays(NULL);
    const day_number first = day_of("2019-01-01"), last = day_of("2034-12-31");
    for (int in_leap = 0; in_leap <= 1; in_leap++) {
        size_t expected = 0, listed = 0;
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 31; day++)
                for (int kind = 0; kind < 3; kind++) {
                    const struct yearly yearly = {kind == 0 ? YEARLY_SOLAR : YEARLY_LUNAR, month,
                                                  day, kind == 2, TERM_QINGMING};
                    if (kind == 0 ? date_is_valid(2000, month, day) : day <= 30)
                        expected += find_all(calendar, &yearly, in_leap == 1, first, last);
                }
        for (day_number day = first; day <= last; day++) {
            struct care_keys keys;
            care_keys_of(calendar, in_leap == 1, day, &keys, &fixture.error);
            for (size_t i = 0; i < keys.solar_count; i++)
                listed += strchr(keys.solar[i], '-') != NULL;
            for (size_t i = 0; i < keys.lunar_count; i++)
                listed += strchr(keys.lunar[i], '-') != NULL;
        }
        assert_int_equal(listed, expected);
    }
}

/* A month's birthdays without a day come once, on its first working day. */
static void days_not_known(void **state)
{
    (void)state;
    const struct calendar *calendar = weekdays("cn");
    size_t solar = 0, lunar = 0;
    for (day_number day = day_of("2026-01-01"); day <= day_of("2026-12-31"); day++) {
        struct care_keys keys;
        assert_int_equal(care_keys_of(calendar, false, day, &keys, &fixture.error), CRM_OK);
        solar += has(keys.solar, keys.solar_count, "05");
        lunar += has(keys.lunar, keys.lunar_count, "01");
        if (has(keys.solar, keys.solar_count, "05"))
            expect_day(day, "2026-05-04"); /* Labour Day is off, then a weekend */
        if (has(keys.lunar, keys.lunar_count, "01"))
            expect_day(day, "2026-02-19"); /* the festival is off */
    }
    assert_int_equal(solar, 1);
    assert_int_equal(lunar, 1);
}

static void ages(void **state)
{
    (void)state;
    const struct birthday known = {1980, 12, 20, false}, unknown = {0, 5, 12, false};
    assert_int_equal(care_age(&unknown, false, day_of("2026-05-12")), 0);
    assert_int_equal(care_age(&known, false, day_of("2026-12-20")), 46);
    /* The lunar year 2025 reaches into the solar year 2026. */
    assert_int_equal(care_age(&known, true, day_of("2026-02-07")), 45);
    assert_int_equal(care_age(&known, false, day_of("1979-12-20")), 0);
    assert_true(care_is_round(30, 5));
    assert_false(care_is_round(31, 5));
    assert_false(care_is_round(30, 0));
    assert_false(care_is_round(0, 5));
}

/* ---- Greetings ---- */

static void expect_salutation(const char *name, const char *title, const char *expected)
{
    struct buffer out cleanup(buffer_release) = {0};
    const struct care_words words = {.name = name, .title = title, .customer = "x"};
    care_salutation(&words, &out);
    assert_string_equal(buffer_string(&out), expected);
}

static void salutations(void **state)
{
    (void)state;
    expect_salutation("王芳", "经理", "王经理");
    expect_salutation("欧阳修", "总监", "欧阳总监");
    expect_salutation("王芳", NULL, "王芳");
    expect_salutation("王芳", "Manager", "王芳");
    expect_salutation("Wang Fang", "经理", "Wang Fang");
    expect_salutation("苏州园林有限公司", "经理", "苏州园林有限公司");
    expect_salutation("王", "经理", "王");
}

static struct policy *policy_of(const char *care)
{
    char text[2048];
    struct policy *policy = NULL;
    const int length = snprintf(text, sizeof text, "%s", care);
    crm_status status = policy_parse("p", text, (size_t)length, &policy, &fixture.error);
    if (status != CRM_OK)
        fail_msg("%s", fixture.error.message);
    return policy;
}

static void expect_greeting(const struct policy *policy, const char *occasion, const char *language,
                            int years, const char *expected)
{
    struct buffer out cleanup(buffer_release) = {0};
    const struct care_words words = {
        .name = "王芳", .title = "经理", .customer = "湖畔茶楼", .years = years};
    const struct greeting *greeting = care_choose(policy, occasion, language, &words);
    if (expected == NULL) {
        assert_null(greeting);
        return;
    }
    assert_non_null(greeting);
    care_write(policy, greeting, occasion, &words, &out);
    assert_string_equal(buffer_string(&out), expected);
}

static void default_greetings(void **state)
{
    (void)state;
    struct policy *policy = policy_of("");
    expect_greeting(policy, "birthday", "zh-CN", 0, "王经理：祝您生日快乐，万事顺意！");
    expect_greeting(policy, "birthday", "中文", 46, "王经理：祝您生日快乐，万事顺意！");
    expect_greeting(policy, "birthday", "English", 0,
                    "Dear 王芳, happy birthday, and all the best for the year ahead.");
    expect_greeting(policy, "birthday", NULL, 0, "王经理：祝您生日快乐，万事顺意！");
    expect_greeting(policy, "founding", "zh", 30, "王经理：祝贺湖畔茶楼成立30周年！");
    expect_greeting(policy, "founding", "en", 30,
                    "Dear 王芳, congratulations on 30 years of 湖畔茶楼.");
    /* How many years is not known: the one for any occasion. */
    expect_greeting(policy, "founding", "zh", 0,
                    "王经理：成立纪念日将至，谨致问候，祝您和家人安康。");
    expect_greeting(policy, "mid-autumn", "zh", 0, "王经理：中秋将至，谨致问候，祝您和家人安康。");
    expect_greeting(policy, "mid-autumn", "en", 0,
                    "Dear 王芳, our best wishes for Mid-Autumn Festival.");
    expect_greeting(policy, "birthday", "fr", 0, NULL);
    policy_free(policy);
}

static void chosen_greetings(void **state)
{
    (void)state;
    struct policy *policy = policy_of("care:\n"
                                      "  occasions: {shop: {day: 10-18, label: 店庆}}\n"
                                      "  greetings:\n"
                                      "  - {text: 'any {occasion}'}\n"
                                      "  - {language: en, text: 'en {name}'}\n"
                                      "  - {occasion: 中秋, text: 'moon {title}'}\n"
                                      "  - {occasion: shop, text: 'shop {occasion}'}\n"
                                      "  - {occasion: mid-autumn, language: zh, text: '月'}\n"
                                      "  - {occasion: mid-autumn, language: zh, text: '二'}\n");
    expect_greeting(policy, "mid-autumn", "zh", 0, "月");
    expect_greeting(policy, "mid-autumn", "fr", 0, "moon 经理");
    expect_greeting(policy, "shop", "en", 0, "shop 店庆");
    expect_greeting(policy, "qingming", "en-GB", 0, "en 王芳");
    expect_greeting(policy, "qingming", "fr", 0, "any Qingming");
    policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(working_days),
        cmocka_unit_test(told_before_holidays),
        cmocka_unit_test(days_and_birthdays_agree),
        cmocka_unit_test(days_not_known),
        cmocka_unit_test(ages),
        cmocka_unit_test(salutations),
        cmocka_unit_test(default_greetings),
        cmocka_unit_test(chosen_greetings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
