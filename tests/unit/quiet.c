/* SPDX-License-Identifier: MIT */
/* When reminders are given: quiet hours, working days, and both. */
#include "rules/quiet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct interval office[] = {{540, 1080}};

struct fixture {
    struct arena arena;
    struct calendar_policy calendar_policy;
    struct calendar calendar;
    struct policy policy;
};

static void set_up(struct fixture *fixture, const char *zone)
{
    *fixture = (struct fixture){.calendar_policy = {.name = "office"}};
    for (int i = 0; i < 5; i++) {
        fixture->calendar_policy.week[i] = office;
        fixture->calendar_policy.week_count[i] = 1;
    }
    fixture->calendar = (struct calendar){.policy = &fixture->calendar_policy};
    assert_int_equal(zone_load(&fixture->arena, zone, NULL, &fixture->calendar.zone, NULL), CRM_OK);
}

static void expect_open(struct fixture *fixture, const char *now, const char *wanted)
{
    instant at, open;
    char text[TIME_TEXT];
    assert_true(time_parse_iso(now, strlen(now), fixture->calendar.zone, &at));
    assert_int_equal(quiet_open(&fixture->policy, &fixture->calendar, at, &open, NULL), CRM_OK);
    time_format(fixture->calendar.zone, open, text);
    text[19] = '\0';
    assert_string_equal(text, wanted);
}

static void without_rules_it_is_always_open(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "Asia/Shanghai");
    expect_open(&fixture, "2026-03-01T03:04:05", "2026-03-01T03:04:05");
    arena_release(&fixture.arena);
}

/* 2026-03-02 is a Monday. */
static void quiet_hours_end_when_they_say(void **state)
{
    (void)state;
    static const struct interval quiet[] = {{1320, 480}, {720, 780}, {480, 510}};
    struct fixture fixture;
    set_up(&fixture, "Asia/Shanghai");
    fixture.policy.quiet = quiet;
    fixture.policy.quiet_count = 3;
    expect_open(&fixture, "2026-03-02T21:59:59", "2026-03-02T21:59:59");
    /* Two that follow on each other, over midnight and over the end of a month. */
    expect_open(&fixture, "2026-03-02T22:00:00", "2026-03-03T08:30:00");
    expect_open(&fixture, "2026-02-28T23:59:59", "2026-03-01T08:30:00");
    expect_open(&fixture, "2026-03-02T00:00:00", "2026-03-02T08:30:00");
    expect_open(&fixture, "2026-03-02T08:29:59", "2026-03-02T08:30:00");
    expect_open(&fixture, "2026-03-02T08:30:00", "2026-03-02T08:30:00");
    expect_open(&fixture, "2026-03-02T12:59:59", "2026-03-02T13:00:00");
    arena_release(&fixture.arena);
}

static void days_off_are_passed(void **state)
{
    (void)state;
    static const struct interval quiet[] = {{1080, 540}};
    struct fixture fixture;
    set_up(&fixture, "Asia/Shanghai");
    fixture.policy.remind_on_working_days = true;
    expect_open(&fixture, "2026-02-28T10:00:00", "2026-03-02T00:00:00");
    expect_open(&fixture, "2026-02-27T23:59:59", "2026-02-27T23:59:59");
    fixture.policy.quiet = quiet;
    fixture.policy.quiet_count = 1;
    expect_open(&fixture, "2026-02-28T10:00:00", "2026-03-02T09:00:00");
    expect_open(&fixture, "2026-02-27T18:00:00", "2026-03-02T09:00:00");
    arena_release(&fixture.arena);
}

/* An end that a shift of the clocks skips comes with the shift. */
static void shifts_of_the_clocks(void **state)
{
    (void)state;
    static const struct interval quiet[] = {{1320, 150}};
    struct fixture fixture;
    set_up(&fixture, "Europe/Berlin");
    fixture.policy.quiet = quiet;
    fixture.policy.quiet_count = 1;
    expect_open(&fixture, "2026-03-29T00:30:00", "2026-03-29T03:00:00");
    expect_open(&fixture, "2026-10-25T00:30:00", "2026-10-25T02:30:00");
    arena_release(&fixture.arena);
}

static void hours_that_leave_nothing_do_not_keep_all(void **state)
{
    (void)state;
    static const struct interval quiet[] = {{0, 720}, {720, 1440}};
    struct fixture fixture;
    set_up(&fixture, "UTC");
    fixture.policy.quiet = quiet;
    fixture.policy.quiet_count = 2;
    expect_open(&fixture, "2026-03-02T10:00:00", "2026-03-02T10:00:00");
    arena_release(&fixture.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_rules_it_is_always_open),
        cmocka_unit_test(quiet_hours_end_when_they_say),
        cmocka_unit_test(days_off_are_passed),
        cmocka_unit_test(shifts_of_the_clocks),
        cmocka_unit_test(hours_that_leave_nothing_do_not_keep_all),
    };
    return cmocka_run_group_tests_name("quiet", tests, NULL, NULL);
}
