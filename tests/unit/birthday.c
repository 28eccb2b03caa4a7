/* SPDX-License-Identifier: MIT */
/* Birthdays: what is understood, the form in which it is stored, and yearly days as text. */
#include "base/birthday.h"

#include "base/yearly.h"
#include "schema/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void expect_birthday(const char *text, const char *form, const char *key)
{
    struct birthday birthday, again;
    char out[BIRTHDAY_TEXT];
    if (!birthday_parse(text, &birthday))
        fail_msg("'%s' is not understood", text);
    assert_string_equal(birthday_format(birthday, out), form);
    /* The stored form is understood as the same, and stays. */
    assert_true(birthday_parse(out, &again));
    assert_memory_equal(&birthday, &again, sizeof birthday);
    assert_string_equal(birthday_key(birthday, out), key);
}

static void forms(void **state)
{
    (void)state;
    expect_birthday("1980-05-12", "1980-05-12", "05-12");
    expect_birthday("1980-5-2", "1980-05-02", "05-02");
    expect_birthday("1980/5/12", "1980-05-12", "05-12");
    expect_birthday("1980年5月12日", "1980-05-12", "05-12");
    expect_birthday("05-12", "05-12", "05-12");
    expect_birthday("--05-12", "05-12", "05-12");
    expect_birthday("0000-05-12", "05-12", "05-12");
    expect_birthday("5月12日", "05-12", "05-12");
    expect_birthday("1980-05", "1980-05", "05");
    expect_birthday("1980年5月", "1980-05", "05");
    expect_birthday("05", "05", "05");
    expect_birthday("5", "05", "05");
    expect_birthday("02-30", "02-30", "02-30");
    expect_birthday("1999-02-29", "1999-02-29", "02-29");
    expect_birthday("leap 6-1", "leap 06-01", "leap 06-01");
    expect_birthday("闰6-1", "leap 06-01", "leap 06-01");
    expect_birthday("闰6月30日", "leap 06-30", "leap 06-30");
    expect_birthday("1987-leap 6-1", "1987-leap 06-01", "leap 06-01");
    expect_birthday("leap 1987-06-01", "1987-leap 06-01", "leap 06-01");
    expect_birthday("1987年闰6月", "1987-leap 06", "leap 06");
}

static void refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",      "x",      "1980",        "13-01",     "00-01",       "05-00",
        "05-32", "06-31",  "02-31",       "leap 5-31", "1980-05-12x", "1980-05-12-1",
        "-5-12", "05--12", "05-",         "1980-",     "19800512",    "12345-01-01",
        "today", "leap",   "leap leap 6", "闰",        "1980-05-123", "--1980-05"};
    struct birthday birthday;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (birthday_parse(texts[i], &birthday))
            fail_msg("'%s' is taken for a birthday", texts[i]);
}

static void calendars(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool solar, lunar;
    } cases[] = {{"05-31", true, false},      {"02-30", false, true},    {"02-29", true, true},
                 {"1999-02-29", false, true}, {"leap 6-1", false, true}, {"1980-05", true, true}};
    struct birthday birthday;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(birthday_parse(cases[i].text, &birthday));
        assert_int_equal(birthday_is_solar(&birthday), cases[i].solar);
        assert_int_equal(birthday_is_lunar(&birthday), cases[i].lunar);
    }
}

static void yearly_days_as_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"03-15",    "lunar 8-1",     "lunar leap 6-1",
                                        "qingming", "new-years-eve", "winter-solstice"};
    struct error error;
    struct yearly yearly;
    char out[YEARLY_TEXT];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(yearly_parse(texts[i], &yearly, &error), CRM_OK);
        assert_string_equal(yearly_format(&yearly, out), texts[i]);
    }
}

static void expect_form(field_form form, const char *text, const char *expected)
{
    struct arena arena cleanup(arena_release) = {0};
    struct error error;
    const char *out = NULL;
    error_clear(&error);
    crm_status status = form(text, &arena, &out, &error);
    if (expected == NULL) {
        assert_int_equal(status, CRM_INVALID);
        assert_string_not_equal(error.hint, "");
        return;
    }
    assert_int_equal(status, CRM_OK);
    assert_string_equal(out, expected);
}

static void forms_of_fields(void **state)
{
    (void)state;
    expect_form(form_yearly_days, "3-15, lunar 8-1,清明节", "03-15, lunar 8-1, qingming");
    expect_form(form_yearly_days, "，农历8-15；中秋、10-1\n10-01", "lunar 8-15, mid-autumn, 10-01");
    expect_form(form_yearly_days, "3-15, 2-30", NULL);
    expect_form(form_yearly_days, " , ", NULL);
    expect_form(form_festivals, "中秋节 mid-autumn 春节 own", "mid-autumn spring-festival own");
    expect_form(form_occasion, "生日", "birthday");
    expect_form(form_occasion, "成立", "founding");
    expect_form(form_occasion, "中秋", "mid-autumn");
    expect_form(form_occasion, "中秋 春节", NULL);
    expect_form(form_period, "1mo", "1mo");
    expect_form(form_period, "0d", NULL);
    expect_form(form_period, "2wd", NULL);
    expect_form(form_period, "4h", NULL);
    expect_form(form_period, "often", NULL);
}

static void every_festival_has_a_label(void **state)
{
    (void)state;
    const struct field *occasion = kind_field(&kind_visit, "occasion");
    assert_int_equal(occasion->word_count, festival_count + 2);
    for (size_t i = 0; i < festival_count; i++)
        assert_string_equal(field_label_of(occasion, festivals[i].name), festivals[i].label);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),           cmocka_unit_test(refused),
        cmocka_unit_test(calendars),       cmocka_unit_test(yearly_days_as_text),
        cmocka_unit_test(forms_of_fields), cmocka_unit_test(every_festival_has_a_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
