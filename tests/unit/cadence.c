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

/* ---- A customer's own ---- */

static struct customer_cadence own_cadence(struct arena *arena, const char *every,
                                           const char *channel, const char *days)
{
    static const struct cadence cadences[] = {{.every = {3, DURATION_MONTHS},
                                               .first = {1, DURATION_MONTHS},
                                               .channel = 2,
                                               .minutes = 60}};
    static const char *const channels[] = {"email", "phone", "face"};
    const struct policy policy = {.tier_count = 1,
                                  .cadences = cadences,
                                  .channels = channels,
                                  .channel_count = 3,
                                  .plan_ahead = {7, DURATION_DAYS}};
    const struct own_cadence own = {every, channel, days};
    struct customer_cadence out;
    struct error error = {0};
    crm_status status = cadence_of_customer(&policy, 0, &own, arena, &out, &error);
    if (status != CRM_OK)
        fail_msg("%s", error.message);
    return out;
}

static void own_values_stand_in_the_tiers_place(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct customer_cadence cadence = own_cadence(&arena, NULL, NULL, NULL);
    assert_false(cadence.own);
    assert_int_equal(cadence.rule.first.count, 1);
    cadence = own_cadence(&arena, "2w", NULL, NULL);
    assert_true(cadence.own);
    assert_int_equal(cadence.rule.every.unit, DURATION_WEEKS);
    assert_int_equal(cadence.rule.first.count, 2);
    assert_int_equal(cadence.rule.channel, 2);
    assert_int_equal(cadence.rule.minutes, 60);
    cadence = own_cadence(&arena, NULL, "email", NULL);
    assert_true(cadence.own);
    assert_int_equal(cadence.rule.channel, 0);
    cadence = own_cadence(&arena, NULL, "fax", NULL);
    assert_false(cadence.own);
    assert_int_equal(cadence.rule.channel, 2);
    cadence = own_cadence(&arena, "1mo", NULL, "03-15, lunar 8-15");
    assert_int_equal(cadence.days.count, 2);
    arena_release(&arena);
}

static void what_is_not_in_its_form_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct policy policy = {.tier_count = 1, .cadences = &(struct cadence){0}};
    const struct own_cadence broken[] = {{.every = "soon"}, {.days = "03-15, 13-40"}};
    for (size_t i = 0; i < 2; i++) {
        struct customer_cadence out;
        struct error error = {0};
        assert_int_equal(cadence_of_customer(&policy, 0, &broken[i], &arena, &out, &error),
                         CRM_INVALID);
        assert_string_not_equal(error.message, "");
    }
    arena_release(&arena);
}

static void beyond_the_table_no_day_is_known(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    day_number due;
    const struct customer_cadence cadence = own_cadence(&arena, NULL, NULL, "12-31, mid-autumn");
    struct cadence_history none = {.rule = &cadence.rule, .days = &cadence.days};
    assert_int_equal(cadence_due(&none, day("2100-08-01"), NULL, &due, &error), CRM_OK);
    expect_day(due, "2100-09-18");
    /* New Year's Eve would be before the Mid-Autumn of 2101, but that one is not known. */
    assert_int_equal(cadence_due(&none, day("2100-09-18"), NULL, &due, &error), CRM_NOT_FOUND);
    none.satisfied = true;
    none.counts = day("2100-09-10");
    assert_int_equal(cadence_due(&none, 0, NULL, &due, &error), CRM_OK);
    none.counts = day("2100-09-11"); /* seven days before it: that was the visit */
    assert_int_equal(cadence_due(&none, 0, NULL, &due, &error), CRM_NOT_FOUND);
    assert_string_equal(error.message, "");
    arena_release(&arena);
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

static void overdue_are_all_due_before_one_day(void **state)
{
    (void)state;
    begin_random();
    for (int round = 0; round < 300; round++) {
        const struct cadence rule = {.grace = random_duration()};
        const day_number today = day("2024-01-01") + random_below(1500);
        const day_number bound = cadence_overdue_before(&rule, today);
        for (day_number due = bound - 70; due < bound + 70; due++)
            assert_int_equal(due < bound, cadence_state(&rule, true, due, today) == DUTY_OVERDUE);
    }
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

/* Any list of holidays: each day of a year is off, or worked, by chance. */
static crm_status random_list(void *context, int year, const struct day_list **out,
                              struct error *error)
{
    static struct listed_day days[2][366];
    static struct day_list lists[2];
    struct day_list *list = &lists[year % 2];
    unsigned chance = (unsigned)year * 2654435761U + *(unsigned *)context;
    (void)error;
    *list = (struct day_list){.year = year, .days = days[year % 2]};
    for (day_number at = date_from_civil(year, 1, 1); at < date_from_civil(year + 1, 1, 1); at++) {
        chance = chance * 1103515245U + 12345U;
        if ((chance >> 16) % 5 == 0)
            days[year % 2][list->count++] =
                (struct listed_day){.date = at, .works = (chance >> 24) % 2 == 0};
    }
    *out = list;
    return CRM_OK;
}

static bool works(unsigned chance, day_number at)
{
    int year, month, of_month;
    const struct day_list *list = NULL;
    date_to_civil(at, &year, &month, &of_month);
    assert_int_equal(random_list(&chance, year, &list, NULL), CRM_OK);
    const struct listed_day *listed = day_list_find(list, at);
    return listed != NULL ? listed->works : date_weekday(at) < 5;
}

/* With any holidays: never before the end of the interval, never on a day off, and never a working
 * day too late. */
static void due_is_never_on_a_day_off(void **state)
{
    (void)state;
    struct fixture fixture;
    begin_random();
    unsigned chance = seed;
    set_up(&fixture, random_list);
    fixture.calendar.context = &chance;
    for (int i = 0; i < 2000; i++) {
        const struct cadence rule = {.every = random_duration()};
        const struct cadence_history history = {
            .rule = &rule, .satisfied = true, .counts = 15000 + random_below(9000)};
        const day_number end = date_add(history.counts, rule.every);
        day_number due = due_of(&history, 0, &fixture.calendar);
        assert_true(due >= end);
        for (day_number at = end; at <= due; at++)
            assert_int_equal(works(chance, at), at == due);
    }
}

/* One more contact that counts, at any time, never makes the next visit due earlier; one that does
 * not count changes nothing but a promise. */
static void another_contact_never_makes_it_due_earlier(void **state)
{
    (void)state;
    begin_random();
    for (int i = 0; i < 20000; i++) {
        const struct cadence rule = months(1 + random_below(12), random_below(4));
        struct cadence_history without = {.rule = &rule}, with = {.rule = &rule};
        int count = 1 + random_below(6), more = random_below(count);
        day_number at = 15000;
        for (int visit = 0; visit < count; visit++) {
            int channel = random_below(5) - 1;
            at += random_below(60);
            cadence_contact(&with, channel, at, NULL);
            if (visit != more)
                cadence_contact(&without, channel, at, NULL);
        }
        assert_true(due_of(&with, 14000, NULL) >= due_of(&without, 14000, NULL));
        assert_true(!without.satisfied || with.satisfied);
    }
}

static bool is_of_the_year(const struct yearly *yearly, day_number at)
{
    int year, month, of_month;
    struct lunar_date lunar;
    date_to_civil(at, &year, &month, &of_month);
    if (yearly->kind == YEARLY_SOLAR)
        return month == yearly->month &&
               (of_month == yearly->day ||
                (yearly->day == 29 && of_month == 28 && !date_is_valid(year, 2, 29)));
    return lunar_from_day(at, &lunar) && !lunar.leap && lunar.month == yearly->month &&
           (lunar.day == yearly->day || (yearly->day == 30 && lunar.day == 29 &&
                                         lunar_month_length(lunar.year, lunar.month, false) == 29));
}

/* Days of the year against a walk day by day. */
static void days_of_the_year_are_found_by_walking(void **state)
{
    (void)state;
    begin_random();
    for (int i = 0; i < 5000; i++) {
        struct yearly items[4];
        const struct visit_days days = {.items = items,
                                        .count = (size_t)(1 + random_below(4)),
                                        .ahead = {random_below(20), DURATION_DAYS}};
        for (size_t k = 0; k < days.count; k++) {
            const bool lunar = random_below(2) == 1;
            items[k] = (struct yearly){.kind = lunar ? YEARLY_LUNAR : YEARLY_SOLAR,
                                       .month = 1 + random_below(12),
                                       .day = 1 + random_below(lunar ? 30 : 28)};
            if (!lunar && items[k].month == 2 && random_below(4) == 0)
                items[k].day = 29;
        }
        const struct cadence rule = months(3, 0);
        const struct cadence_history history = {.rule = &rule,
                                                .days = &days,
                                                .satisfied = true,
                                                .counts = -20000 + random_below(60000)};
        day_number expected = date_add(history.counts, days.ahead);
        for (bool found = false; !found;) {
            expected++;
            for (size_t k = 0; k < days.count; k++)
                found = found || is_of_the_year(&items[k], expected);
        }
        assert_int_equal(due_of(&history, 0, NULL), expected);
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
        size_t days; /* of the year, in place of the interval */
        int minutes;
        double visits, hours;
    } rows[] = {{{3, DURATION_MONTHS}, 0, 60, 1.0 / 3, 1.0 / 3},
                {{1, DURATION_YEARS}, 0, 15, 1.0 / 12, 1.0 / 48},
                {{2, DURATION_WEEKS}, 0, 30, 30.4375 / 14, 30.4375 / 28},
                {{30, DURATION_DAYS}, 0, 0, 30.4375 / 30, 0},
                {{1, DURATION_MONTHS}, 3, 20, 0.25, 0.25 / 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct customer_cadence cadence = {
            .rule = {.every = rows[i].every, .minutes = rows[i].minutes},
            .days.count = rows[i].days};
        assert_float_equal(cadence_visits_a_month(&cadence), rows[i].visits, 1e-12);
        assert_float_equal(cadence_hours_a_month(&cadence), rows[i].hours, 1e-12);
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
        cmocka_unit_test(own_values_stand_in_the_tiers_place),
        cmocka_unit_test(what_is_not_in_its_form_is_refused),
        cmocka_unit_test(beyond_the_table_no_day_is_known),
        cmocka_unit_test(due_is_the_next_working_day),
        cmocka_unit_test(due_is_never_on_a_day_off),
        cmocka_unit_test(another_contact_never_makes_it_due_earlier),
        cmocka_unit_test(days_of_the_year_are_found_by_walking),
        cmocka_unit_test(stricter_channels_are_never_due_later),
        cmocka_unit_test(states_only_grow_worse),
        cmocka_unit_test(overdue_are_all_due_before_one_day),
        cmocka_unit_test(a_month_has_its_share_of_a_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
