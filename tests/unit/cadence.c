/* SPDX-License-Identifier: MIT */
/* Cadence: due dates by the book, and what must hold for all of them. */
#include "rules/cadence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Calendars ---- */

static const struct interval office[] = {{540, 1080}};

/* Monday to Friday; with holidays when `lists` is not NULL. */
struct fixture {
    struct calendar_policy policy;
    struct calendar calendar;
};

static void set_up(struct fixture *fixture, day_list_source lists)
{
    *fixture = (struct fixture){.policy = {.name = "office"}};
    for (int day = 0; day < 5; day++) {
        fixture->policy.week[day] = office;
        fixture->policy.week_count[day] = 1;
    }
    fixture->policy.holidays = lists == NULL ? NULL : "test";
    fixture->calendar = (struct calendar){.policy = &fixture->policy, .lists = lists};
}

/* 2026 alone: New Year's Thursday and the Friday after it are off, the Saturday is worked. */
static crm_status list_2026(void *context, int year, const struct day_list **out,
                            struct error *error)
{
    static struct arena arena;
    static struct day_list list;
    static const char text[] =
        "{\"year\": 2026, \"days\": ["
        "{\"name\": \"New Year\", \"date\": \"2026-01-01\", \"isOffDay\": true},"
        "{\"name\": \"New Year\", \"date\": \"2026-01-02\", \"isOffDay\": true},"
        "{\"name\": \"New Year\", \"date\": \"2026-01-03\", \"isOffDay\": false}]}";
    (void)context;
    if (year == 2026 && list.year == 0)
        assert_int_equal(day_list_parse(&arena, text, sizeof text - 1, &list, error), CRM_OK);
    *out = year == 2026 ? &list : NULL;
    return CRM_OK;
}

static crm_status damaged_list(void *context, int year, const struct day_list **out,
                               struct error *error)
{
    (void)context;
    (void)year;
    *out = NULL;
    return error_set(error, CRM_INVALID, "damaged");
}

/* ---- Shorthands ---- */

static day_number day(const char *text)
{
    day_number out = 0;
    assert_true(date_parse_iso(text, strlen(text), &out));
    return out;
}

static struct cadence months(int64_t every, int channel)
{
    return (struct cadence){.every = {every, DURATION_MONTHS},
                            .first = {every, DURATION_MONTHS},
                            .grace = {14, DURATION_DAYS},
                            .channel = channel};
}

static day_number due_of(const struct cadence_history *history, day_number since,
                         const struct calendar *calendar)
{
    struct error error = {0};
    day_number due = 0;
    crm_status status = cadence_due(history, since, calendar, &due, &error);
    if (status != CRM_OK)
        fail_msg("%s", error.message);
    assert_string_equal(error.message, "");
    return due;
}

static void expect_day(day_number found, const char *expected)
{
    char text[DATE_TEXT];
    date_format(found, text);
    assert_string_equal(text, expected);
}

/* ---- Single cases ---- */

static void first_visit_counts_from_since(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, NULL);
    struct cadence rule = months(3, 5);
    const struct cadence_history none = {.rule = &rule};
    expect_day(due_of(&none, day("2026-01-05"), &fixture.calendar), "2026-04-06");
    expect_day(due_of(&none, day("2026-01-05"), NULL), "2026-04-05");
    rule.first = (struct duration){2, DURATION_WEEKS};
    expect_day(due_of(&none, day("2026-01-05"), &fixture.calendar), "2026-01-19");
    /* The last day of a shorter month. */
    rule.first = (struct duration){1, DURATION_MONTHS};
    expect_day(due_of(&none, day("2028-01-31"), &fixture.calendar), "2028-02-29");
}

static void only_strong_enough_contacts_count(void **state)
{
    (void)state;
    const struct cadence rule = months(3, 5);
    struct cadence_history history = {.rule = &rule};
    cadence_contact(&history, 3, day("2026-01-05"), NULL);
    assert_false(history.satisfied);
    cadence_contact(&history, 5, day("2026-02-05"), NULL);
    cadence_contact(&history, 4, day("2026-02-20"), NULL);
    cadence_contact(&history, -1, day("2026-02-21"), NULL);
    assert_true(history.satisfied);
    expect_day(history.counts, "2026-02-05");
    expect_day(due_of(&history, day("2020-01-01"), NULL), "2026-05-05");
}

static void any_channel_takes_channels_no_longer_known(void **state)
{
    (void)state;
    const struct cadence rule = months(12, 0);
    struct cadence_history history = {.rule = &rule};
    cadence_contact(&history, -1, day("2026-02-21"), NULL);
    expect_day(due_of(&history, day("2020-01-01"), NULL), "2027-02-21");
}

static void promise_stands_until_the_next_contact(void **state)
{
    (void)state;
    const struct cadence rule = months(3, 5);
    const day_number promise = day("2026-03-07");
    struct cadence_history history = {.rule = &rule};
    cadence_contact(&history, 1, day("2026-03-02"), &promise);
    assert_true(history.promised);
    expect_day(history.promise, "2026-03-07");
    cadence_contact(&history, 0, day("2026-03-03"), NULL);
    assert_false(history.promised);
}

static void days_off_and_make_up_days_are_kept(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, list_2026);
    const struct cadence rule = months(1, 0);
    const struct cadence_history none = {.rule = &rule};
    expect_day(due_of(&none, day("2025-12-01"), &fixture.calendar), "2026-01-03");
    expect_day(due_of(&none, day("2025-12-04"), &fixture.calendar), "2026-01-05");
}

static void beyond_the_lists_only_weekdays_are_known(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, list_2026);
    const struct cadence rule = months(12, 0);
    const struct cadence_history none = {.rule = &rule};
    expect_day(due_of(&none, day("2026-01-01"), &fixture.calendar), "2027-01-01");
    expect_day(due_of(&none, day("2026-01-02"), &fixture.calendar), "2027-01-04");
}

static void a_damaged_list_is_no_unknown_one(void **state)
{
    (void)state;
    struct fixture fixture;
    struct error error = {0};
    day_number due;
    set_up(&fixture, damaged_list);
    const struct cadence rule = months(12, 0);
    const struct cadence_history none = {.rule = &rule};
    assert_int_equal(cadence_due(&none, day("2026-01-01"), &fixture.calendar, &due, &error),
                     CRM_INVALID);
    assert_string_equal(error.message, "damaged");
}

static void a_calendar_without_working_time_moves_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, NULL);
    memset(fixture.policy.week_count, 0, sizeof fixture.policy.week_count);
    const struct cadence rule = months(1, 0);
    const struct cadence_history none = {.rule = &rule};
    expect_day(due_of(&none, day("2026-01-03"), &fixture.calendar), "2026-02-03");
}

static void states_follow_grace(void **state)
{
    (void)state;
    const struct cadence rule = months(3, 0);
    const day_number due = day("2026-03-02");
    assert_int_equal(cadence_state(&rule, true, due, due - 3), DUTY_DUE);
    assert_int_equal(cadence_state(&rule, true, due, due + 14), DUTY_DUE);
    assert_int_equal(cadence_state(&rule, false, due, due + 14), DUTY_FIRST);
    assert_int_equal(cadence_state(&rule, true, due, due + 15), DUTY_OVERDUE);
    assert_int_equal(cadence_state(&rule, false, due, due + 15), DUTY_OVERDUE);
}

static void unrated_customers_have_the_last_cadence(void **state)
{
    (void)state;
    const struct cadence cadences[] = {months(3, 5), months(6, 3), months(12, 0)};
    const struct policy policy = {.tier_count = 3, .cadences = cadences};
    assert_ptr_equal(cadence_of_tier(&policy, 0), &cadences[0]);
    assert_ptr_equal(cadence_of_tier(&policy, -1), &cadences[2]);
    assert_ptr_equal(cadence_of_tier(&policy, 7), &cadences[2]);
}

/* ---- Laws ---- */

static unsigned seed;

static int random_below(int limit)
{
    seed = seed * 1103515245U + 12345U;
    return (int)((seed >> 16) % (unsigned)limit);
}

static void begin_random(void)
{
    const char *given = getenv("SEED");
    seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("SEED=%u\n", seed);
}

static struct duration random_duration(void)
{
    static const enum duration_unit units[] = {DURATION_DAYS, DURATION_WEEKS, DURATION_MONTHS,
                                               DURATION_YEARS};
    return (struct duration){1 + random_below(30), units[random_below(4)]};
}

/* The due day is the first working day on or after the interval's end. */
static void due_is_the_next_working_day(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, NULL);
    begin_random();
    for (int i = 0; i < 20000; i++) {
        const struct cadence rule = {.every = random_duration(), .first = random_duration()};
        const struct cadence_history history = {
            .rule = &rule, .satisfied = random_below(2) == 1, .counts = 15000 + random_below(9000)};
        day_number since = 12000 + random_below(9000);
        day_number raw =
            history.satisfied ? date_add(history.counts, rule.every) : date_add(since, rule.first);
        day_number due = due_of(&history, since, &fixture.calendar);
        assert_in_range(due - raw, 0, 2);
        assert_in_range(date_weekday(due), 0, 4);
        assert_true(due == raw || date_weekday(raw) > 4);
    }
}

/* Of two rules that differ in the channel alone, the stricter one is never due later; and what a
 * history comes to is what its last strong enough contact says. */
static void stricter_channels_are_never_due_later(void **state)
{
    (void)state;
    begin_random();
    for (int i = 0; i < 5000; i++) {
        const struct cadence strict = months(1 + random_below(12), 1 + random_below(5));
        struct cadence lax = strict;
        lax.channel = random_below(strict.channel + 1);
        struct cadence_history one = {.rule = &strict}, other = {.rule = &lax};
        day_number at = 15000, last = 0;
        for (int visits = random_below(8); visits > 0; visits--) {
            int channel = random_below(6);
            at += random_below(100);
            day_number promise = at + random_below(30);
            bool promised = random_below(2) == 1;
            cadence_contact(&one, channel, at, promised ? &promise : NULL);
            cadence_contact(&other, channel, at, promised ? &promise : NULL);
            last = channel >= strict.channel ? at : last;
            assert_int_equal(one.promised, promised);
        }
        assert_int_equal(one.satisfied, last != 0);
        assert_int_equal(one.counts, last);
        assert_true(!one.satisfied || other.satisfied);
        /* A relation that began before all contacts is due before any of them moves it on. */
        assert_true(due_of(&one, 14000, NULL) <= due_of(&other, 14000, NULL));
    }
}

/* Time only makes a duty more urgent, and exactly once. */
static void states_only_grow_worse(void **state)
{
    (void)state;
    begin_random();
    for (int i = 0; i < 500; i++) {
        const struct cadence rule = {.grace = random_duration()};
        bool satisfied = random_below(2) == 1;
        day_number due = 15000 + random_below(9000);
        day_number end = date_add(due, rule.grace);
        int changes = 0;
        for (day_number today = due - 5; today < end + 5; today++)
            changes += cadence_state(&rule, satisfied, due, today) !=
                       cadence_state(&rule, satisfied, due, today + 1);
        assert_int_equal(changes, 1);
        assert_int_equal(cadence_state(&rule, satisfied, due, end + 1), DUTY_OVERDUE);
    }
}

static void a_month_has_its_share_of_a_year(void **state)
{
    (void)state;
    static const struct {
        struct duration every;
        int minutes;
        double visits, hours;
    } rows[] = {{{3, DURATION_MONTHS}, 60, 1.0 / 3, 1.0 / 3},
                {{1, DURATION_YEARS}, 15, 1.0 / 12, 1.0 / 48},
                {{2, DURATION_WEEKS}, 30, 30.4375 / 14, 30.4375 / 28},
                {{30, DURATION_DAYS}, 0, 30.4375 / 30, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct cadence rule = {.every = rows[i].every, .minutes = rows[i].minutes};
        assert_float_equal(cadence_visits_a_month(&rule), rows[i].visits, 1e-12);
        assert_float_equal(cadence_hours_a_month(&rule), rows[i].hours, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_visit_counts_from_since),
        cmocka_unit_test(only_strong_enough_contacts_count),
        cmocka_unit_test(any_channel_takes_channels_no_longer_known),
        cmocka_unit_test(promise_stands_until_the_next_contact),
        cmocka_unit_test(days_off_and_make_up_days_are_kept),
        cmocka_unit_test(beyond_the_lists_only_weekdays_are_known),
        cmocka_unit_test(a_damaged_list_is_no_unknown_one),
        cmocka_unit_test(a_calendar_without_working_time_moves_nothing),
        cmocka_unit_test(states_follow_grace),
        cmocka_unit_test(unrated_customers_have_the_last_cadence),
        cmocka_unit_test(due_is_the_next_working_day),
        cmocka_unit_test(stricter_channels_are_never_due_later),
        cmocka_unit_test(states_only_grow_worse),
        cmocka_unit_test(a_month_has_its_share_of_a_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
