/* SPDX-License-Identifier: MIT */
/* Plans by hand, and what must hold for every plan. */
#include "rules/visit_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAYS = 65, MONDAY = 20515 /* 2026-03-02 */ };

/* Thirteen weeks of working days. */
static void work_days(day_number days[DAYS])
{
    size_t count = 0;
    for (day_number day = MONDAY; count < DAYS; day++)
        if (date_weekday(day) < 5)
            days[count++] = day;
}

static struct plan_duty duty(const char *key, int owner, int city, int due)
{
    return (struct plan_duty){.key = key,
                              .owner = owner,
                              .city = city,
                              .face = city != PLAN_NOWHERE,
                              .due = MONDAY + due,
                              .earliest = MONDAY + due - 7,
                              .latest = MONDAY + due + 7,
                              .ahead = {7, DURATION_DAYS},
                              .grace = {7, DURATION_DAYS}};
}

static struct visit_plan begin(const day_number *days, const int *capacity, size_t owners)
{
    struct error error = {0};
    struct visit_plan plan = {
        .days = days, .day_count = DAYS, .capacity = capacity, .owner_count = owners};
    assert_int_equal(visit_plan_begin(&plan, &error), CRM_OK);
    return plan;
}

static void add(struct visit_plan *plan, struct plan_duty duty)
{
    struct error error = {0};
    assert_int_equal(visit_plan_add(plan, &duty, &error), CRM_OK);
}

static void arrange(struct visit_plan *plan)
{
    struct error error = {0};
    assert_int_equal(visit_plan_arrange(plan, &error), CRM_OK);
    assert_int_equal(plan->queue_count, 0);
}

static const struct plan_duty *of(const struct visit_plan *plan, const char *key)
{
    for (size_t i = 0; i < plan->duty_count; i++)
        if (strcmp(plan->duties[i].key, key) == 0)
            return &plan->duties[i];
    fail_msg("%s is not in the plan", key);
    return NULL;
}

static void spread_and_grouped(void **state)
{
    (void)state;
    day_number days[DAYS];
    const int capacity[] = {3};
    work_days(days);
    struct visit_plan plan = begin(days, capacity, 1);
    /* Late ones first of all, on the first day; two of one city together; the rest is spread. */
    add(&plan, duty("late", 0, PLAN_NOWHERE, -3));
    add(&plan, duty("harbour-1", 0, 1, 14));
    add(&plan, duty("hill", 0, 2, 14));
    add(&plan, duty("harbour-2", 0, 1, 16));
    add(&plan, duty("call-1", 0, PLAN_NOWHERE, 14));
    add(&plan, duty("call-2", 0, PLAN_NOWHERE, 14));
    add(&plan, duty("nobody", PLAN_NOWHERE, 1, 14));
    arrange(&plan);
    assert_int_equal(of(&plan, "late")->day, 0);
    assert_int_equal(of(&plan, "harbour-1")->day, of(&plan, "harbour-2")->day);
    assert_int_not_equal(of(&plan, "harbour-1")->day, of(&plan, "hill")->day);
    assert_int_not_equal(of(&plan, "call-1")->day, of(&plan, "call-2")->day);
    assert_int_equal(of(&plan, "nobody")->day, PLAN_NOWHERE);
    assert_int_equal(of(&plan, "nobody")->result, PLAN_NO_OWNER);
    visit_plan_release(&plan);
}

static void no_room(void **state)
{
    (void)state;
    day_number days[DAYS];
    const int capacity[] = {1, 0};
    struct error error = {0};
    char keys[DAYS + 2][16];
    work_days(days);
    struct visit_plan plan = begin(days, capacity, 2);
    /* The first day is taken already; a weekend takes nothing. */
    assert_int_equal(visit_plan_reserve(&plan, 0, MONDAY, 4, &error), CRM_OK);
    assert_int_equal(visit_plan_reserve(&plan, 0, MONDAY + 5, 4, &error), CRM_OK);
    for (int i = 0; i < DAYS + 1; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "k%03d", i);
        add(&plan, duty(keys[i], 0, PLAN_NOWHERE, 0));
    }
    add(&plan, duty("idle", 1, PLAN_NOWHERE, 0));
    arrange(&plan);
    int results[4] = {0};
    for (size_t i = 0; i < plan.duty_count; i++)
        results[plan.duties[i].result]++;
    /* Monday's week and the Monday after it are the window: five days are left of it. */
    assert_int_equal(results[PLAN_IN_TIME], 5);
    assert_int_equal(results[PLAN_LATE], DAYS - 1 - 5);
    assert_int_equal(results[PLAN_NO_CAPACITY], 3);
    assert_int_equal(of(&plan, "idle")->result, PLAN_NO_CAPACITY);
    visit_plan_release(&plan);
}

static void due_again(void **state)
{
    (void)state;
    day_number days[DAYS];
    const int capacity[] = {1};
    work_days(days);
    struct visit_plan plan = begin(days, capacity, 1);
    struct plan_duty monthly = duty("monthly", 0, PLAN_NOWHERE, 0);
    monthly.every = (struct duration){1, DURATION_MONTHS};
    add(&plan, monthly);
    arrange(&plan);
    assert_int_equal(plan.duty_count, 3);
    for (size_t i = 1; i < plan.duty_count; i++)
        assert_true(plan.duties[i].due >=
                    date_add(days[plan.duties[i - 1].day], plan.duties[i].every));
    visit_plan_release(&plan);
}

/* ---- Any plan ---- */

enum { OWNERS = 5, DUTIES = 600 };

static const struct yearly spring[] = {{.kind = YEARLY_SOLAR, .month = 3, .day = 20},
                                       {.kind = YEARLY_LUNAR, .month = 3, .day = 3},
                                       {.kind = YEARLY_TERM, .term = TERM_QINGMING}};
static const struct visit_days spring_days = {
    .items = spring, .count = 3, .ahead = {5, DURATION_DAYS}};

struct any_duties {
    struct plan_duty items[DUTIES];
    char keys[DUTIES][16];
};

static void make_duties(struct any_duties *any, unsigned seed)
{
    srand(seed);
    for (int i = 0; i < DUTIES; i++) {
        (void)snprintf(any->keys[i], sizeof any->keys[i], "k%d", i);
        struct plan_duty made =
            duty(any->keys[i], rand() % (OWNERS + 1) - 1, rand() % 12 - 1, rand() % 100 - 20);
        made.rank = rand() % 3;
        made.every = (struct duration){rand() % 3, DURATION_MONTHS};
        made.days = rand() % 4 == 0 ? &spring_days : NULL;
        made.subject = &any->items[i];
        any->items[i] = made;
    }
}

static bool is_full(const struct visit_plan *plan, int owner, day_number from, day_number to)
{
    bool full = true;
    for (size_t day = 0; day < plan->day_count; day++)
        if (plan->days[day] >= from && plan->days[day] <= to)
            full = full && visit_plan_load(plan, owner, day) >= plan->capacity[owner];
    return full;
}

/* A duty is late, or not met, only where all days were full before. */
static void expect_reason(const struct visit_plan *plan, const struct plan_duty *made)
{
    if (made->result == PLAN_LATE)
        assert_true(is_full(plan, made->owner, made->earliest, made->latest));
    if (made->result == PLAN_NO_CAPACITY)
        assert_true(is_full(plan, made->owner, made->earliest, DATE_LAST));
}

/* The customer's next visit is due an interval, or a day of the year, after the one before. */
static void expect_next(const struct visit_plan *plan, const struct plan_duty *made,
                        const struct any_duties *any, int last_day[DUTIES])
{
    const size_t which = (size_t)((const struct plan_duty *)made->subject - any->items);
    const int last = last_day[which];
    day_number due;
    last_day[which] = made->day;
    if (last == PLAN_NOWHERE)
        return;
    due = date_add(plan->days[last], made->every);
    if (made->days != NULL)
        assert_true(visit_days_next(made->days, plan->days[last], &due));
    assert_in_range(made->due - due, 0, 2); /* moved on to a working day */
    assert_true(made->day == PLAN_NOWHERE || made->day > last);
}

static void expect_sound(const struct visit_plan *plan, const struct any_duties *any)
{
    int load[OWNERS][DAYS] = {{0}}, last_day[DUTIES];
    for (size_t i = 0; i < DUTIES; i++)
        last_day[i] = PLAN_NOWHERE;
    for (size_t i = 0; i < plan->duty_count; i++) {
        const struct plan_duty *made = &plan->duties[i];
        bool placed = made->day != PLAN_NOWHERE;
        assert_int_equal(placed, made->result == PLAN_IN_TIME || made->result == PLAN_LATE);
        assert_int_equal(made->owner < 0, made->result == PLAN_NO_OWNER);
        assert_true(i == 0 || made->due >= plan->duties[i - 1].due);
        expect_reason(plan, made);
        expect_next(plan, made, any, last_day);
        if (!placed)
            continue;
        load[made->owner][made->day]++;
        assert_true(plan->days[made->day] >= made->earliest);
        assert_int_equal(plan->days[made->day] <= made->latest, made->result == PLAN_IN_TIME);
    }
    for (int owner = 0; owner < OWNERS; owner++)
        for (int day = 0; day < DAYS; day++) {
            assert_true(load[owner][day] <= plan->capacity[owner]);
            assert_int_equal(load[owner][day], visit_plan_load(plan, owner, (size_t)day));
        }
}

static void every_plan(void **state)
{
    (void)state;
    day_number days[DAYS];
    static struct any_duties any;
    const int capacity[OWNERS] = {1, 2, 3, 0, 8};
    unsigned seed = (unsigned)time(NULL);
    work_days(days);
    for (unsigned round = 0; round < 30; round++, seed++) {
        print_message("seed %u\n", seed);
        struct visit_plan plan = begin(days, capacity, OWNERS),
                          again = begin(days, capacity, OWNERS);
        make_duties(&any, seed);
        /* In whatever order they come. */
        for (size_t i = 0; i < DUTIES; i++) {
            add(&plan, any.items[i]);
            add(&again, any.items[DUTIES - 1 - i]);
        }
        arrange(&plan);
        arrange(&again);
        expect_sound(&plan, &any);
        assert_int_equal(plan.duty_count, again.duty_count);
        for (size_t i = 0; i < plan.duty_count; i++) {
            assert_ptr_equal(plan.duties[i].subject, again.duties[i].subject);
            assert_int_equal(plan.duties[i].day, again.duties[i].day);
        }
        visit_plan_release(&plan);
        visit_plan_release(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(spread_and_grouped),
                                       cmocka_unit_test(no_room), cmocka_unit_test(due_again),
                                       cmocka_unit_test(every_plan)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
