/* SPDX-License-Identifier: MIT */
/* When customers are asked: which rule holds for whom, and from what day on. */
#include "rules/asking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

enum { TIER_A, TIER_B };

static const struct survey_rule rules[] = {
    {.tier = -1, .after = ASK_AFTER_VISIT, .within = {3, DURATION_DAYS}},
    {.tier = -1, .after = ASK_BY_TIME, .every = {12, DURATION_MONTHS}},
    {.tier = TIER_A, .after = ASK_BY_TIME, .every = {1, DURATION_MONTHS}},
    {.tier = -1, .after = ASK_BY_TIME, .every = {2, DURATION_MONTHS}}};
static const struct policy policy = {
    .survey_rules = rules, .survey_rule_count = 4, .survey_min_days = 90};

static day_number day(const char *text)
{
    day_number out = 0;
    assert_true(date_parse_iso(text, strlen(text), &out));
    return out;
}

static void the_tiers_rule_goes_first_then_the_first_for_any(void **state)
{
    (void)state;
    assert_ptr_equal(asking_rule(&policy, ASK_BY_TIME, TIER_A), &rules[2]);
    assert_ptr_equal(asking_rule(&policy, ASK_BY_TIME, TIER_B), &rules[1]);
    assert_ptr_equal(asking_rule(&policy, ASK_BY_TIME, -1), &rules[1]);
    assert_ptr_equal(asking_rule(&policy, ASK_AFTER_VISIT, TIER_A), &rules[0]);
    assert_null(asking_rule(&policy, ASK_AFTER_COMPLAINT, TIER_A));
}

static void nobody_is_asked_by_time_without_such_a_rule(void **state)
{
    (void)state;
    struct policy other = policy;
    const day_number began = day("2025-01-31");
    const struct asked asked = {.tier = -1, .began = &began};
    const struct survey_rule *rule;
    day_number due;
    other.survey_rule_count = 1;
    assert_true(asking_by_time(&policy));
    assert_false(asking_by_time(&other));
    assert_false(asking_next(&other, &asked, &due, &rule));
}

static void the_last_answer_counts_then_the_beginning(void **state)
{
    (void)state;
    const day_number began = day("2025-01-31"), last = day("2025-11-30");
    struct asked asked = {.tier = TIER_A, .began = &began};
    const struct survey_rule *rule;
    day_number due;
    assert_true(asking_next(&policy, &asked, &due, &rule));
    assert_int_equal(due, day("2025-02-28"));
    assert_ptr_equal(rule, &rules[2]);
    /* A month after the answer is within the 90 days of the guard. */
    asked.last = &last;
    assert_true(asking_next(&policy, &asked, &due, &rule));
    assert_int_equal(due, day("2026-02-28"));
    asked.tier = TIER_B;
    assert_true(asking_next(&policy, &asked, &due, &rule));
    assert_int_equal(due, day("2026-11-30"));
    assert_false(asking_next(&policy, &(struct asked){.tier = TIER_B}, &due, &rule));
}

static void the_guard_only_moves_later(void **state)
{
    (void)state;
    const day_number last = day("2026-01-01");
    assert_int_equal(asking_after_guard(&policy, NULL, last), last);
    for (day_number due = last - 200; due < last + 200; due++) {
        const day_number moved = asking_after_guard(&policy, &last, due);
        assert_true(moved >= due && moved >= last + 90);
        assert_true(moved == due || moved == asking_free_on(&policy, last));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tiers_rule_goes_first_then_the_first_for_any),
        cmocka_unit_test(nobody_is_asked_by_time_without_such_a_rule),
        cmocka_unit_test(the_last_answer_counts_then_the_beginning),
        cmocka_unit_test(the_guard_only_moves_later)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
