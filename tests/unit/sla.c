/* SPDX-License-Identifier: MIT */
/* Limits on complaints: which line holds, when it ends with pauses, and the laws of both. */
#include "rules/sla.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- The matrix ---- */

enum { TIER_A, TIER_B };

static const struct complaint_limit matrix[] = {
    {.tier = -1, .has_respond = true, .has_resolve = true, .line = 1},
    {.tier = -1, .severity = "critical", .has_respond = true, .line = 2},
    {.tier = TIER_A, .has_respond = true, .has_resolve = true, .line = 3},
    {.tier = -1, .service = "on_site", .has_respond = true, .has_resolve = true, .line = 4},
    {.tier = TIER_A, .severity = "high", .has_resolve = true, .line = 5},
    {.tier = TIER_A, .service = "on_site", .has_respond = true, .line = 6},
    {.tier = TIER_A,
     .severity = "high",
     .service = "on_site",
     .has_respond = true,
     .has_resolve = true,
     .line = 7},
    {.tier = -1, .severity = "critical", .service = "on_site", .has_resolve = true, .line = 8},
};

static long line_for(enum sla_clock clock, int tier, const char *severity, const char *service)
{
    const struct policy policy = {.limits = matrix, .limit_count = sizeof matrix / sizeof *matrix};
    const struct sla_case about = {tier, severity, service};
    const struct complaint_limit *line = sla_line(&policy, clock, &about);
    return line == NULL ? 0 : line->line;
}

static void the_most_specific_line_holds(void **state)
{
    (void)state;
    assert_int_equal(line_for(SLA_RESPONSE, -1, "normal", NULL), 1);
    assert_int_equal(line_for(SLA_RESPONSE, TIER_B, "normal", "remote"), 1);
    assert_int_equal(line_for(SLA_RESPONSE, TIER_A, "normal", NULL), 3);
    assert_int_equal(line_for(SLA_RESPONSE, TIER_B, "critical", NULL), 2);
    assert_int_equal(line_for(SLA_RESPONSE, TIER_B, "low", "on_site"), 4);
    assert_int_equal(line_for(SLA_RESPONSE, TIER_A, "low", "on_site"), 6);
    assert_int_equal(line_for(SLA_RESPONSE, TIER_A, "high", "on_site"), 7);
}

static void of_equals_severity_comes_before_tier_before_service(void **state)
{
    (void)state;
    assert_int_equal(line_for(SLA_RESPONSE, TIER_A, "critical", NULL), 2);
    assert_int_equal(line_for(SLA_RESPONSE, TIER_B, "critical", "on_site"), 2);
    assert_int_equal(line_for(SLA_RESOLUTION, TIER_A, "normal", "on_site"), 3);
    assert_int_equal(line_for(SLA_RESOLUTION, TIER_A, "critical", "on_site"), 8);
}

static void a_line_that_says_nothing_of_the_clock_is_passed_over(void **state)
{
    (void)state;
    /* Line 5 is more specific but sets no time to respond, line 2 none to resolve. */
    assert_int_equal(line_for(SLA_RESPONSE, TIER_A, "high", NULL), 3);
    assert_int_equal(line_for(SLA_RESOLUTION, TIER_A, "high", NULL), 5);
    assert_int_equal(line_for(SLA_RESOLUTION, TIER_B, "critical", NULL), 1);
}

static void without_a_line_there_is_no_limit(void **state)
{
    (void)state;
    const struct policy policy = {.limits = &matrix[2], .limit_count = 1};
    const struct sla_case about = {TIER_B, "normal", NULL};
    assert_null(sla_line(&policy, SLA_RESPONSE, &about));
}

/* ---- Clocks ---- */

static const struct interval hours[] = {{540, 720}, {780, 1080}};

struct fixture {
    struct arena arena;
    struct calendar_policy policy;
    struct calendar calendar;
};

static void set_up(struct fixture *fixture)
{
    *fixture = (struct fixture){.policy = {.name = "office"}};
    for (int i = 0; i < 5; i++) {
        fixture->policy.week[i] = hours;
        fixture->policy.week_count[i] = 2;
    }
    fixture->calendar = (struct calendar){.policy = &fixture->policy};
    assert_int_equal(
        zone_load(&fixture->arena, "Asia/Shanghai", NULL, &fixture->calendar.zone, NULL), CRM_OK);
}

static struct sla_limit limit_of(const struct fixture *fixture, const char *text)
{
    struct sla_limit limit = {.calendar = &fixture->calendar};
    assert_int_equal(duration_parse(text, &limit.length, NULL), CRM_OK);
    return limit;
}

static instant at(const struct fixture *fixture, const char *text)
{
    instant out;
    assert_true(time_parse_iso(text, strlen(text), fixture->calendar.zone, &out));
    return out;
}

/* "+T" starts and "-T" stops the clock. */
static size_t runs_of(const struct fixture *fixture, const char *opened, const char *const *marks,
                      size_t count, struct sla_run *out)
{
    struct sla_mark parsed[8];
    for (size_t i = 0; i < count; i++)
        parsed[i] = (struct sla_mark){at(fixture, marks[i] + 1), marks[i][0] == '+'};
    return sla_runs(at(fixture, opened), parsed, count, out);
}

/* 2026-03-02 is a Monday. */
static void due_times_with_pauses(void **state)
{
    (void)state;
    static const struct {
        const char *limit, *opened, *marks[5], *due;
    } rows[] = {
        {"4wh", "2026-03-02T16:00", {NULL}, "2026-03-03T11:00"},
        {"2d", "2026-03-02T16:00", {NULL}, "2026-03-04T16:00"},
        /* Paused over night in working time: nothing is gained. */
        {"4wh", "2026-03-02T16:00", {"-2026-03-02T18:00", "+2026-03-03T09:00"}, "2026-03-03T11:00"},
        /* An hour on Monday, the other three from Wednesday noon, with lunch between. */
        {"4wh", "2026-03-02T16:00", {"-2026-03-02T17:00", "+2026-03-04T11:00"}, "2026-03-04T15:00"},
        /* Clock time goes on where it stopped. */
        {"2h", "2026-03-02T16:00", {"-2026-03-02T17:30", "+2026-03-08T01:00"}, "2026-03-08T01:30"},
        /* Two pauses; the weekend does not count. */
        {"8wh",
         "2026-03-05T09:00",
         {"-2026-03-05T11:00", "+2026-03-05T13:00", "-2026-03-05T16:00", "+2026-03-06T17:00"},
         "2026-03-09T11:00"},
        /* Passed before the pause: that stays so. */
        {"1wh", "2026-03-02T09:00", {"-2026-03-02T12:00", "+2026-03-04T09:00"}, "2026-03-02T10:00"},
        /* Passed in the second of three runs. */
        {"2wh",
         "2026-03-02T09:00",
         {"-2026-03-02T10:00", "+2026-03-02T13:00", "-2026-03-02T17:00", "+2026-03-04T09:00"},
         "2026-03-02T14:00"},
        /* Resolved in time: as if it had gone on. */
        {"4wh", "2026-03-02T09:00", {"-2026-03-02T10:00"}, "2026-03-02T14:00"},
        /* Working days have the length from their start to their end. */
        {"2wd", "2026-03-02T09:00", {"-2026-03-02T12:00", "+2026-03-03T12:00"}, "2026-03-04T18:00"},
    };
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sla_run runs[6];
        size_t marks = 0;
        while (rows[i].marks[marks] != NULL)
            marks++;
        size_t count = runs_of(&fixture, rows[i].opened, rows[i].marks, marks, runs);
        struct sla_limit limit = limit_of(&fixture, rows[i].limit);
        instant due;
        assert_int_equal(sla_due(&limit, runs, count, &due, NULL), CRM_OK);
        char text[TIME_TEXT];
        time_format(fixture.calendar.zone, due, text);
        text[16] = '\0';
        if (strcmp(text, rows[i].due) != 0)
            fail_msg("row %zu: due %s, not %s", i + 1, text, rows[i].due);
    }
    arena_release(&fixture.arena);
}

static void marks_that_change_nothing_are_passed_over(void **state)
{
    (void)state;
    const struct sla_mark marks[] = {{5, true}, {10, false}, {12, false}, {20, true}, {30, true}};
    struct sla_run runs[6];
    assert_int_equal(sla_runs(0, marks, 5, runs), 2);
    assert_int_equal(runs[0].from, 0);
    assert_int_equal(runs[0].to, 10);
    assert_int_equal(runs[1].from, 20);
    assert_true(runs[1].to == SLA_OPEN);
}

static void standing_turns_at_the_second(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct sla_limit limit = limit_of(&fixture, "4wh");
    struct sla_run run = {at(&fixture, "2026-03-02T09:00"), SLA_OPEN};
    instant due = at(&fixture, "2026-03-02T14:00");
    static const struct {
        const char *now;
        int64_t used;
        enum sla_state state;
    } rows[] = {
        {"2026-03-02T09:00:00", 0, SLA_RUNNING},
        {"2026-03-02T11:59:59", 10799, SLA_RUNNING}, /* 75 % are three hours */
        {"2026-03-02T12:00:00", 10800, SLA_AT_RISK},
        {"2026-03-02T13:00:00", 10800, SLA_AT_RISK},
        {"2026-03-02T14:00:00", 14400, SLA_AT_RISK},
        {"2026-03-02T14:00:01", 14401, SLA_BREACHED},
        {"2026-03-03T10:00:00", 32400, SLA_BREACHED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sla_standing standing;
        assert_int_equal(
            sla_standing(&limit, &run, 1, due, at(&fixture, rows[i].now), 75, &standing, NULL),
            CRM_OK);
        assert_int_equal(standing.length, 14400);
        assert_int_equal(standing.used, rows[i].used);
        assert_int_equal(standing.state, rows[i].state);
    }
    arena_release(&fixture.arena);
}

static crm_status no_list(void *context, int year, const struct day_list **out, struct error *error)
{
    (void)context;
    (void)year;
    (void)error;
    *out = NULL;
    return CRM_OK;
}

static void an_unknown_calendar_is_not_guessed(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    fixture.policy.holidays = "cn";
    fixture.calendar.lists = no_list;
    struct sla_limit limit = limit_of(&fixture, "4wh");
    struct sla_run run = {at(&fixture, "2026-03-02T09:00"), SLA_OPEN};
    instant due;
    assert_int_equal(sla_due(&limit, &run, 1, &due, NULL), CRM_INVALID);
    limit = limit_of(&fixture, "4h");
    assert_int_equal(sla_due(&limit, &run, 1, &due, NULL), CRM_OK);
    arena_release(&fixture.arena);
}

/* ---- Laws, over made-up histories ---- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static const char *const units[] = {"m", "h", "d", "wh", "wd"};

/* Random limit, and up to six alternating marks within three weeks. */
static size_t make_history(const struct fixture *fixture, uint64_t *seed, struct sla_limit *limit,
                           struct sla_run *runs)
{
    char text[24];
    struct sla_mark marks[6];
    snprintf(text, sizeof text, "%d%s", 1 + (int)(next_random(seed) % 40),
             units[next_random(seed) % 5]);
    *limit = limit_of(fixture, text);
    instant opened = 1772413200 + (instant)(next_random(seed) % 604800);
    instant now = opened;
    size_t count = (size_t)(next_random(seed) % 7);
    for (size_t i = 0; i < count; i++) {
        now += (instant)(next_random(seed) % 259200);
        marks[i] = (struct sla_mark){now, i % 2 == 1};
    }
    return sla_runs(opened, marks, count, runs);
}

/* Until its due time exactly the limit's length has run off the clock, and the due time is that of
 * the calendar when nothing stops the clock. */
static void the_limit_is_used_up_when_due(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    uint64_t seed = (uint64_t)time(NULL) | 1;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 2000; round++) {
        struct sla_limit limit;
        struct sla_run runs[7];
        size_t count = make_history(&fixture, &seed, &limit, runs);
        instant due, plain;
        int64_t length, used;
        assert_int_equal(sla_due(&limit, runs, count, &due, NULL), CRM_OK);
        assert_int_equal(
            calendar_due(&fixture.calendar, runs[0].from, limit.length, NULL, &plain, NULL),
            CRM_OK);
        assert_int_equal(calendar_used(&fixture.calendar, limit.length, runs[0].from, plain, NULL,
                                       &length, NULL),
                         CRM_OK);
        runs[count - 1].to = SLA_OPEN;
        assert_int_equal(sla_used(&limit, runs, count, due, &used, NULL), CRM_OK);
        if (used != length || due < plain || (count == 1 && due != plain))
            fail_msg("round %d: %lld of %lld seconds used", round, (long long)used,
                     (long long)length);
    }
    arena_release(&fixture.arena);
}

/* A share of the limit is reached when just that much of it is used. */
static void a_share_is_reached_when_it_is_used(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    uint64_t seed = (uint64_t)time(NULL) | 1;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int round = 0; round < 2000; round++) {
        struct sla_limit limit;
        struct sla_run runs[7];
        size_t count = make_history(&fixture, &seed, &limit, runs);
        instant due, reached, sooner;
        int64_t length, used;
        assert_int_equal(sla_due(&limit, runs, count, &due, NULL), CRM_OK);
        runs[count - 1].to = SLA_OPEN;
        assert_int_equal(sla_used(&limit, runs, count, due, &length, NULL), CRM_OK);
        const int64_t share = 1 + (int64_t)(next_random(&seed) % (uint64_t)length);
        assert_int_equal(sla_reached(&limit, runs, count, share, &reached, NULL), CRM_OK);
        assert_int_equal(sla_used(&limit, runs, count, reached, &used, NULL), CRM_OK);
        if (used != share || reached > due)
            fail_msg("round %d: %lld used, not %lld", round, (long long)used, (long long)share);
        sooner = reached - 1;
        assert_int_equal(sla_used(&limit, runs, count, sooner, &used, NULL), CRM_OK);
        assert_true(used < share);
    }
    arena_release(&fixture.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_specific_line_holds),
        cmocka_unit_test(of_equals_severity_comes_before_tier_before_service),
        cmocka_unit_test(a_line_that_says_nothing_of_the_clock_is_passed_over),
        cmocka_unit_test(without_a_line_there_is_no_limit),
        cmocka_unit_test(due_times_with_pauses),
        cmocka_unit_test(marks_that_change_nothing_are_passed_over),
        cmocka_unit_test(standing_turns_at_the_second),
        cmocka_unit_test(an_unknown_calendar_is_not_guessed),
        cmocka_unit_test(the_limit_is_used_up_when_due),
        cmocka_unit_test(a_share_is_reached_when_it_is_used),
    };
    return cmocka_run_group_tests_name("sla", tests, NULL, NULL);
}
