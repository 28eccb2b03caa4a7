/* SPDX-License-Identifier: MIT */
/* Tiers: shares, scores, holding, and the way to the next tier. */
#include "rules/tier.h"

#include "base/date.h"
#include "rules/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define D(number)     ((int64_t)((number)*10000))

/* ---- Pareto ---- */

static const int64_t abc_limits[] = {D(80), D(95)};
static const struct pareto_cuts outside = {abc_limits, 2, false};
static const struct pareto_cuts inside = {abc_limits, 2, true};

/* Classes of the amounts, in their order after ranking, as text: "0012". */
static const char *classes_of(const int64_t *amounts, size_t count, const struct pareto_cuts *cuts)
{
    static char text[64];
    struct ranked members[32];
    int classes[32];
    for (size_t i = 0; i < count; i++)
        members[i] = (struct ranked){.amount = amounts[i], .id = (int64_t)i + 1};
    rank_sort(members, count);
    pareto_classify(members, count, cuts, classes);
    for (size_t i = 0; i < count; i++)
        text[i] = (char)('0' + classes[i]);
    text[count] = '\0';
    return text;
}

static void classifies_by_share(void **state)
{
    (void)state;
    const int64_t plain[] = {500, 300, 100, 60, 30, 10};
    assert_string_equal(classes_of(plain, 6, &outside), "001222");
    assert_string_equal(classes_of(plain, 6, &inside), "001122");
    const int64_t exact[] = {80, 15, 5}; /* the line itself is inside */
    assert_string_equal(classes_of(exact, 3, &outside), "012");
    assert_string_equal(classes_of(exact, 3, &inside), "012");
    const int64_t above[] = {81, 14, 5};
    assert_string_equal(classes_of(above, 3, &outside), "112");
    assert_string_equal(classes_of(above, 3, &inside), "012");
}

static void classifies_edges(void **state)
{
    (void)state;
    const int64_t one[] = {100};
    assert_string_equal(classes_of(one, 1, &outside), "2");
    assert_string_equal(classes_of(one, 1, &inside), "0");
    const int64_t zeros[] = {0, 0, 0};
    assert_string_equal(classes_of(zeros, 3, &outside), "222");
    assert_string_equal(classes_of(zeros, 3, &inside), "222");
    const int64_t negative[] = {-5, 50, 50, -1000};
    assert_string_equal(classes_of(negative, 4, &outside), "0222");
    assert_string_equal(classes_of(negative, 4, &inside), "0022");
    assert_string_equal(classes_of(NULL, 0, &outside), "");
    const int64_t huge[] = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    assert_string_equal(classes_of(huge, 5, &outside), "00002");
}

static void ties_go_by_id(void **state)
{
    (void)state;
    struct ranked members[] = {{7, 3}, {7, 1}, {9, 9}, {7, 2}};
    rank_sort(members, 4);
    const int64_t ids[] = {9, 1, 2, 3};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(members[i].id, ids[i]);
}

static unsigned random_state;

static int64_t random_below(int64_t bound)
{
    random_state = random_state * 1103515245U + 12345U;
    return (int64_t)(random_state >> 8) % bound;
}

/* Many are sorted by their digits, as by comparison. */
static void many_are_sorted_as_few(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static struct ranked members[COUNT];
    static const int64_t edges[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    random_state = 7;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            int64_t amount = round == 0 ? random_below(50) - 25 : random_below(1 << 20) << 30;
            members[i] = (struct ranked){i % 1000 == 0 ? edges[i / 1000 % 5] : amount,
                                         (int64_t)(round == 2 ? COUNT - i : i)};
        }
        rank_sort(members, COUNT);
        int64_t ids = 0;
        for (size_t i = 1; i < COUNT; i++) {
            const struct ranked *a = &members[i - 1], *b = &members[i];
            assert_true(a->amount > b->amount || (a->amount == b->amount && a->id < b->id));
            ids += b->id;
        }
        const int64_t first = round == 2 ? 1 : 0;
        assert_int_equal(ids + members[0].id, (int64_t)COUNT * (COUNT - 1 + 2 * first) / 2);
    }
}

static int compare_numbers(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void many_values_ascend(void **state)
{
    (void)state;
    enum { COUNT = 9000 };
    static int64_t values[COUNT], expected[COUNT];
    static const int64_t edges[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    random_state = 11;
    for (size_t count = 0; count <= COUNT; count += COUNT / 6) {
        for (size_t i = 0; i < count; i++)
            values[i] = i % 100 == 0 ? edges[i / 100 % 5] : random_below(1 << 20) - (1 << 19);
        memcpy(expected, values, count * sizeof *values);
        qsort(expected, count, sizeof *expected, compare_numbers);
        values_sort(values, count);
        assert_memory_equal(values, expected, count * sizeof *values);
    }
}

static void shares_are_exact(void **state)
{
    (void)state;
    const struct ranked members[] = {{2, 1}, {1, 2}, {0, 3}, {-4, 4}};
    int64_t shares[4];
    pareto_shares(members, 4, shares);
    assert_int_equal(shares[0], 666667);
    assert_int_equal(shares[1], D(100));
    assert_int_equal(shares[2], D(100));
    assert_int_equal(shares[3], D(100));
}

/* The class that a member would have with another amount. */
static int class_with(const struct ranked *members, size_t count, size_t place, int64_t amount,
                      const struct pareto_cuts *cuts)
{
    struct ranked changed[16];
    int classes[16];
    memcpy(changed, members, count * sizeof *members);
    int64_t id = members[place].id;
    changed[place].amount = amount;
    rank_sort(changed, count);
    pareto_classify(changed, count, cuts, classes);
    for (size_t i = 0; i < count; i++)
        if (changed[i].id == id)
            return classes[i];
    return -1;
}

/* pareto_reach gives the least amount: one less is not enough, found by trying all. */
static void reaches_by_the_least_amount(void **state)
{
    (void)state;
    const char *given = getenv("SEED");
    random_state = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("SEED=%u\n", random_state);
    for (int round = 0; round < 3000; round++) {
        struct ranked members[6];
        size_t count = 1 + (size_t)random_below(6);
        for (size_t i = 0; i < count; i++)
            members[i] = (struct ranked){random_below(40) - 5, (int64_t)i + 1};
        rank_sort(members, count);
        const struct pareto_cuts *cuts = random_below(2) == 0 ? &outside : &inside;
        int classes[6];
        pareto_classify(members, count, cuts, classes);
        size_t place = (size_t)random_below((int64_t)count);
        if (classes[place] == 0)
            continue;
        int64_t found = -1, expected = -1;
        bool reached = pareto_reach(members, count, place, cuts, classes[place] - 1, &found);
        for (int64_t amount = 1; amount <= 1000 && expected < 0; amount++)
            if (amount >= members[place].amount &&
                class_with(members, count, place, amount, cuts) < classes[place])
                expected = amount;
        if (reached != (expected >= 0) || (reached && found != expected))
            fail_msg("round %d: found %lld, expected %lld", round, (long long)found,
                     (long long)expected);
    }
}

/* ---- Points ---- */

static void maps_linear(void **state)
{
    (void)state;
    assert_int_equal(score_linear(D(50), D(0), D(200)), D(25));
    assert_int_equal(score_linear(D(-1), D(0), D(200)), 0);
    assert_int_equal(score_linear(D(300), D(0), D(200)), D(100));
    assert_int_equal(score_linear(D(1), D(1), D(5)), 0);
    assert_int_equal(score_linear(D(30), D(40), D(20)), D(50)); /* less is better */
    assert_int_equal(score_linear(D(50), D(40), D(20)), 0);
    assert_int_equal(score_linear(D(1), D(0), D(3)), 333333);
    assert_int_equal(score_linear(D(2), D(0), D(3)), 666667);
    assert_int_equal(score_linear(INT64_MAX, INT64_MIN, INT64_MAX), D(100));
}

static void maps_bands(void **state)
{
    (void)state;
    const struct band bands[] = {{.from = D(0), .points = D(20)},
                                 {.from = D(10), .points = D(60)},
                                 {.from = D(100), .to = D(1000), .has_to = true, .points = D(100)}};
    assert_int_equal(score_bands(D(-1), bands, 3), 0);
    assert_int_equal(score_bands(D(0), bands, 3), D(20));
    assert_int_equal(score_bands(D(10) - 1, bands, 3), D(20));
    assert_int_equal(score_bands(D(10), bands, 3), D(60));
    assert_int_equal(score_bands(D(999), bands, 3), D(100));
    assert_int_equal(score_bands(D(1000), bands, 3), 0);
}

static void maps_percentile_and_median(void **state)
{
    (void)state;
    const int64_t values[] = {10, 20, 20, 40, 50};
    assert_int_equal(score_percentile(10, values, 5), 0);
    assert_int_equal(score_percentile(20, values, 5), D(25));
    assert_int_equal(score_percentile(40, values, 5), D(75));
    assert_int_equal(score_percentile(50, values, 5), D(100));
    assert_int_equal(score_percentile(7, values, 1), D(100));
    assert_int_equal(score_median(values, 5), 20);
    assert_int_equal(score_median(values, 4), 20);
    const int64_t pair[] = {1, 2}; /* 1.5: to the even 2 */
    assert_int_equal(score_median(pair, 2), 2);
}

/* ---- Holding ---- */

static const struct tier_past in_b = {.tier = 1};
enum { DAY = 20000 };

static void assert_decision(struct tier_decision decision, int tier, enum tier_change change,
                            enum tier_event event)
{
    assert_int_equal(decision.tier, tier);
    assert_string_equal(tier_change_name(decision.change), tier_change_name(change));
    assert_string_equal(tier_event_name(decision.event), tier_event_name(event));
}

static void decides_at_once_without_rules(void **state)
{
    (void)state;
    const struct tier_scheme scheme = {0};
    const struct tier_past none = {.tier = TIER_NONE};
    assert_decision(tier_decide(&scheme, &none, 2, 0, DAY), 2, CHANGE_NEW, EVENT_NEW);
    assert_decision(tier_decide(&scheme, &none, TIER_NONE, 0, DAY), TIER_NONE, CHANGE_SAME,
                    EVENT_NONE);
    assert_decision(tier_decide(&scheme, &in_b, 0, 0, DAY), 0, CHANGE_PROMOTED, EVENT_PROMOTED);
    assert_decision(tier_decide(&scheme, &in_b, 1, 0, DAY), 1, CHANGE_SAME, EVENT_NONE);
    assert_decision(tier_decide(&scheme, &in_b, 2, 1, DAY), 2, CHANGE_DEMOTED, EVENT_DEMOTED);
    assert_decision(tier_decide(&scheme, &in_b, TIER_NONE, 0, DAY), TIER_NONE, CHANGE_DEMOTED,
                    EVENT_UNRATED);
}

static void holds_for_evaluations(void **state)
{
    (void)state;
    const struct tier_scheme scheme = {.demote_after = 3};
    struct tier_past past = in_b;
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY), 1, CHANGE_HELD, EVENT_HELD);
    past.below = 1;
    past.below_since = past.below_last = DAY;
    /* The same day again, or one before, neither counts nor is remembered. */
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY), 1, CHANGE_HELD, EVENT_NONE);
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY - 1), 1, CHANGE_HELD, EVENT_NONE);
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY + 1), 1, CHANGE_HELD, EVENT_HELD);
    assert_decision(tier_decide(&scheme, &past, 1, 0, DAY + 1), 1, CHANGE_SAME, EVENT_RECOVERED);
    past.below = 2;
    past.below_last = DAY + 1;
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY + 1), 1, CHANGE_HELD, EVENT_NONE);
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY + 2), 2, CHANGE_DEMOTED, EVENT_DEMOTED);
    assert_decision(tier_decide(&scheme, &past, 0, 0, DAY + 2), 0, CHANGE_PROMOTED, EVENT_PROMOTED);
}

static void holds_for_a_time_and_by_margin(void **state)
{
    (void)state;
    const struct tier_scheme timed = {.demote_after_period = {3, DURATION_MONTHS}};
    day_number start = date_from_civil(2026, 1, 31);
    struct tier_past past = {.tier = 0, .below = 1, .below_since = start, .below_last = start};
    day_number end = date_from_civil(2026, 4, 30);
    assert_decision(tier_decide(&timed, &past, 1, 1, end - 1), 0, CHANGE_HELD, EVENT_NONE);
    assert_decision(tier_decide(&timed, &past, 1, 1, end), 1, CHANGE_DEMOTED, EVENT_DEMOTED);

    const struct tier_scheme margin = {.margin = D(5)};
    assert_decision(tier_decide(&margin, &in_b, 2, D(5), DAY), 1, CHANGE_HELD, EVENT_HELD);
    assert_decision(tier_decide(&margin, &in_b, 2, D(5) + 1, DAY), 2, CHANGE_DEMOTED,
                    EVENT_DEMOTED);
    const struct tier_scheme both = {.margin = D(5), .demote_after = 2};
    assert_decision(tier_decide(&both, &in_b, 2, D(6), DAY), 2, CHANGE_DEMOTED, EVENT_DEMOTED);
    assert_decision(tier_decide(&both, &in_b, 2, D(1), DAY), 1, CHANGE_HELD, EVENT_HELD);
}

static void keeps_pins_until_their_day(void **state)
{
    (void)state;
    const struct tier_scheme scheme = {.demote_after = 2};
    struct tier_past past = {
        .tier = 0, .pinned = true, .unearned = true, .has_until = true, .until = DAY};
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY), 0, CHANGE_SAME, EVENT_NONE);
    /* It was never earned, so nothing holds it. */
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY + 1), 2, CHANGE_DEMOTED, EVENT_DEMOTED);
    assert_decision(tier_decide(&scheme, &past, 0, 0, DAY + 1), 0, CHANGE_SAME, EVENT_CONFIRMED);
    past.has_until = false;
    assert_decision(tier_decide(&scheme, &past, 2, 1, DAY + 9999), 0, CHANGE_SAME, EVENT_NONE);
    const struct tier_past released = {.tier = 0, .unearned = true};
    assert_decision(tier_decide(&scheme, &released, 1, 1, DAY), 1, CHANGE_DEMOTED, EVENT_DEMOTED);
}

/* ---- Whole evaluations ---- */

static const char *const tier_names[] = {"A", "B", "C"};
static const struct policy policy = {.tiers = tier_names, .tier_count = 3};

static const struct indicator two[] = {{.name = "revenue",
                                        .source = SOURCE_REVENUE,
                                        .high = D(200),
                                        .weight = D(60),
                                        .missing = MISSING_UNRATED},
                                       {.name = "need",
                                        .source = SOURCE_FIELD,
                                        .low = D(1),
                                        .high = D(5),
                                        .weight = D(40),
                                        .missing = MISSING_MEDIAN}};
static const struct tier_threshold score_lines[] = {{.tier = 0, .limit = D(80)},
                                                    {.tier = 1, .limit = D(60)}};
static const struct tier_scheme by_score = {.name = "stars",
                                            .method = TIER_SCORE,
                                            .indicators = two,
                                            .indicator_count = 2,
                                            .thresholds = score_lines,
                                            .threshold_count = 2};

enum { MOST = 8 };
struct fixture {
    struct arena arena;
    struct tier_evaluation evaluation;
    struct tier_subject subjects[MOST];
    struct tier_term terms[2 * MOST];
    struct tier_origin origins[2 * MOST];
};

/* Raw values of two indicators for each subject; INT64_MIN is missing. */
static void evaluate_as(struct fixture *fixture, const struct tier_scheme *scheme,
                        const int64_t (*raw)[2], size_t count, bool origins)
{
    memset(fixture, 0, sizeof *fixture);
    struct tier_evaluation *evaluation = &fixture->evaluation;
    assert_int_equal(tier_prepare(evaluation, &policy, scheme, DAY, &fixture->arena), CRM_OK);
    evaluation->subjects = fixture->subjects;
    evaluation->terms = fixture->terms;
    evaluation->origins = origins ? fixture->origins : NULL;
    evaluation->count = count;
    for (size_t i = 0; i < count; i++) {
        fixture->subjects[i] =
            (struct tier_subject){.id = (int64_t)i + 1, .rated = true, .past.tier = TIER_NONE};
        for (size_t k = 0; k < evaluation->indicator_count; k++)
            if (raw[i][k] != INT64_MIN)
                *(tier_terms(evaluation, i) + k) =
                    (struct tier_term){.raw = raw[i][k], .state = TERM_KNOWN};
    }
    assert_int_equal(tier_evaluate(evaluation, &fixture->arena), CRM_OK);
}

static void evaluate(struct fixture *fixture, const struct tier_scheme *scheme,
                     const int64_t (*raw)[2], size_t count)
{
    evaluate_as(fixture, scheme, raw, count, true);
}

static void scores_by_weight(void **state)
{
    (void)state;
    static const int64_t raw[][2] = {
        {D(200), D(5)}, {D(150), D(3)}, {D(100), INT64_MIN}, {INT64_MIN, D(5)}};
    struct fixture fixture;
    evaluate(&fixture, &by_score, raw, 4);
    const struct tier_subject *subjects = fixture.subjects;
    assert_int_equal(subjects[0].score, D(100));
    assert_int_equal(subjects[0].reached, 0);
    assert_int_equal(subjects[1].score, D(65)); /* 75 × 60 % + 50 × 40 % */
    assert_int_equal(subjects[1].reached, 1);
    assert_int_equal(subjects[2].score, D(70)); /* the median of 5, 3, 5 is 5 */
    assert_int_equal(tier_terms(&fixture.evaluation, 2)[1].state, TERM_MEDIAN);
    assert_int_equal(subjects[2].reached, 1);
    assert_int_equal(subjects[3].reached, TIER_NONE);
    assert_false(subjects[3].has_score);
    arena_release(&fixture.arena);
}

/* Nothing but the sorted values for tier_next is left out where nobody asks. */
static void scores_are_the_same_unasked(void **state)
{
    (void)state;
    static const int64_t raw[][2] = {
        {D(7), D(2)}, {D(7), INT64_MIN}, {D(9), D(4)}, {INT64_MIN, D(1)}, {D(-3), D(5)}};
    static const int64_t expected[] = {333333, 0, 866667, 0, D(40)};
    struct indicator compared[2] = {two[0], two[1]};
    struct tier_scheme scheme = by_score;
    scheme.indicators = compared;
    for (int median = 0; median < 2; median++) {
        compared[0].mapping = compared[1].mapping = MAPPING_PERCENTILE;
        compared[1].missing = median == 1 ? MISSING_MEDIAN : MISSING_UNRATED;
        struct fixture asked, unasked;
        evaluate_as(&asked, &scheme, raw, 5, true);
        evaluate_as(&unasked, &scheme, raw, 5, false);
        assert_int_equal(asked.evaluation.known[1].count, 4);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(unasked.subjects[i].score, asked.subjects[i].score);
            assert_int_equal(unasked.subjects[i].reached, asked.subjects[i].reached);
            if (median == 0)
                assert_int_equal(asked.subjects[i].score, expected[i]);
        }
        arena_release(&asked.arena);
        arena_release(&unasked.arena);
    }
}

static void takes_the_best_by_quota(void **state)
{
    (void)state;
    static const struct tier_threshold lines[] = {{.tier = 0, .limit = D(1)},
                                                  {.tier = 1, .limit = D(50), .percent = true}};
    struct tier_scheme quota = by_score;
    quota.method = TIER_QUOTA;
    quota.thresholds = lines;
    static const int64_t raw[][2] = {
        {D(10), D(1)}, {D(40), D(1)}, {D(40), D(1)}, {D(20), D(1)}, {D(5), D(1)}};
    static const int expected[] = {2, 0, 1, 1, 2}; /* one, then half of five rounded down */
    struct fixture fixture;
    evaluate(&fixture, &quota, raw, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(fixture.subjects[i].reached, expected[i]);
    int64_t line;
    assert_true(tier_line(&fixture.evaluation, 1, &line));
    assert_int_equal(line, fixture.subjects[3].score);
    arena_release(&fixture.arena);
}

/* What tier_next says is enough, and a hundredth less is not (points are rounded to four places).
 */
static void next_step_is_the_least(void **state)
{
    (void)state;
    static const int64_t raw[][2] = {{D(120), D(4)}, {D(33), D(2)}, {D(0), D(1)}};
    for (size_t i = 0; i < 3; i++) {
        struct fixture fixture;
        evaluate(&fixture, &by_score, raw, 3);
        struct tier_step step = tier_next(&fixture.evaluation, i);
        int target = fixture.subjects[i].reached - 1;
        arena_release(&fixture.arena);
        if (!step.single)
            continue;
        assert_int_equal(step.tier, target);
        int64_t changed[3][2];
        memcpy(changed, raw, sizeof raw);
        changed[i][step.indicator] = step.raw;
        evaluate(&fixture, &by_score, (const int64_t(*)[2])changed, 3);
        assert_true(fixture.subjects[i].reached <= target);
        arena_release(&fixture.arena);
        changed[i][step.indicator] = step.raw - D(0.01);
        evaluate(&fixture, &by_score, (const int64_t(*)[2])changed, 3);
        assert_true(fixture.subjects[i].reached > target);
        arena_release(&fixture.arena);
    }
}

/* The same where the points are a place among the others, of whom the customer is none. */
static void next_step_passes_the_others(void **state)
{
    (void)state;
    static const struct indicator place[] = {{.name = "revenue",
                                              .source = SOURCE_REVENUE,
                                              .mapping = MAPPING_PERCENTILE,
                                              .weight = D(100),
                                              .missing = MISSING_ZERO}};
    struct tier_scheme scheme = by_score;
    scheme.indicators = place;
    scheme.indicator_count = 1;
    static const int64_t books[][6][2] = {
        {{D(100)}, {D(200)}, {D(300)}, {D(400)}, {D(500)}, {D(600)}},
        {{D(100)}, {D(100)}, {D(100)}, {D(200)}, {D(200)}, {D(300)}},
        {{INT64_MIN}, {INT64_MIN}, {D(5)}, {D(6)}, {D(7)}, {D(7)}},
        {{INT64_MIN}, {D(-5)}, {INT64_MIN}, {INT64_MIN}, {D(7)}, {D(-9)}}};
    size_t told = 0;
    for (size_t k = 0; k < LENGTH(books); k++)
        for (size_t i = 0; i < 6; i++) {
            struct fixture fixture;
            evaluate(&fixture, &scheme, books[k], 6);
            struct tier_step step = tier_next(&fixture.evaluation, i);
            arena_release(&fixture.arena);
            if (!step.single)
                continue;
            told++;
            int64_t changed[6][2];
            memcpy(changed, books[k], sizeof changed);
            changed[i][0] = step.raw;
            evaluate(&fixture, &scheme, (const int64_t(*)[2])changed, 6);
            assert_true(fixture.subjects[i].reached <= step.tier);
            arena_release(&fixture.arena);
            changed[i][0] = step.raw - 1;
            evaluate(&fixture, &scheme, (const int64_t(*)[2])changed, 6);
            assert_true(fixture.subjects[i].reached > step.tier);
            arena_release(&fixture.arena);
        }
    assert_true(told > 12);
}

/* ---- Again and again ---- */

/* Evaluations in a row, each on what the one before left: the third day below the line demotes, a
 * day above it begins the count anew. */
static void each_evaluation_leaves_something(void **state)
{
    (void)state;
    const struct tier_scheme patient = {.demote_after = 3};
    static const struct {
        int reached, tier;
        enum tier_event event;
    } days[] = {{0, 0, EVENT_NEW},       {1, 0, EVENT_HELD}, {1, 0, EVENT_HELD},
                {0, 0, EVENT_RECOVERED}, {1, 0, EVENT_HELD}, {1, 0, EVENT_HELD},
                {1, 1, EVENT_DEMOTED},   {1, 1, EVENT_NONE}, {TIER_NONE, TIER_NONE, EVENT_UNRATED},
                {1, 1, EVENT_NEW}};
    struct tier_past past = {.tier = TIER_NONE};
    for (size_t i = 0; i < LENGTH(days); i++) {
        const day_number today = (day_number)i + 1000;
        const struct tier_decision decision =
            tier_decide(&patient, &past, days[i].reached, 0, today);
        assert_int_equal(decision.tier, days[i].tier);
        assert_int_equal(decision.event, days[i].event);
        past = tier_past_after(&past, &decision, today);
        /* A second evaluation on the same day finds nothing new. */
        const struct tier_decision again = tier_decide(&patient, &past, days[i].reached, 0, today);
        assert_int_equal(again.event, EVENT_NONE);
        assert_int_equal(again.tier, days[i].tier);
    }
}

static void a_pin_is_over_after_its_day(void **state)
{
    (void)state;
    const struct tier_scheme patient = {.demote_after = 3};
    struct tier_past past = {
        .tier = 0, .pinned = true, .unearned = true, .has_until = true, .until = 1000};
    struct tier_decision decision = tier_decide(&patient, &past, 1, 0, 1000);
    assert_int_equal(decision.event, EVENT_NONE);
    past = tier_past_after(&past, &decision, 1000);
    assert_true(past.pinned);
    decision = tier_decide(&patient, &past, 1, 0, 1001); /* unearned: nothing holds it */
    assert_int_equal(decision.event, EVENT_DEMOTED);
    past = tier_past_after(&past, &decision, 1001);
    assert_false(past.pinned);
    assert_int_equal(past.tier, 1);
}

/* The policy no longer has the tier that was given by hand. */
static void an_unknown_tier_is_not_kept(void **state)
{
    (void)state;
    const struct tier_scheme plain = {0};
    const struct tier_past past = {.tier = TIER_NONE, .pinned = true, .unearned = true};
    const struct tier_decision decision = tier_decide(&plain, &past, 1, 0, 1000);
    assert_int_equal(decision.event, EVENT_NEW);
    assert_int_equal(decision.tier, 1);
}

/* ---- Two policies ---- */

static void compares_two_policies(void **state)
{
    (void)state;
    static const char *const own_tiers[] = {"A", "B", "C"}, *const other_tiers[] = {"B", "A", "X"};
    const struct policy own = {.tiers = own_tiers, .tier_count = 3};
    const struct policy other = {.tiers = other_tiers, .tier_count = 3};
    const struct tier_scheme pareto = {.method = TIER_PARETO}, score = {.method = TIER_SCORE};
    const struct tier_evaluation evaluated_by_share = {.scheme = &pareto},
                                 evaluated_by_score = {.scheme = &score};
    static const struct {
        int from, to;
        enum tier_move move;
    } rows[] = {{0, 1, MOVE_NONE},
                {0, 0, MOVE_UP},
                {1, 1, MOVE_DOWN},
                {0, 2, MOVE_DOWN},
                {2, 0, MOVE_OTHER},
                {TIER_NONE, 0, MOVE_RATED},
                {0, TIER_NONE, MOVE_UNRATED},
                {TIER_NONE, TIER_NONE, MOVE_NONE}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct tier_subject a = {.decision.tier = rows[i].from};
        const struct tier_subject b = {.decision.tier = rows[i].to};
        const struct tier_side before = {&own, &evaluated_by_share, &a},
                               after = {&other, &evaluated_by_share, &b};
        assert_int_equal(tier_compare(&before, &after), rows[i].move);
    }
    struct tier_subject a = {.rated = true, .reached = 0, .score = 7}, b = a;
    const struct tier_side before = {&own, &evaluated_by_share, &a},
                           same = {&own, &evaluated_by_share, &b},
                           differs = {&own, &evaluated_by_score, &b};
    assert_int_equal(tier_difference(&before, &same), CAUSE_HELD);
    b.reached = 1;
    assert_int_equal(tier_difference(&before, &same), CAUSE_LINE);
    b.score = 8;
    assert_int_equal(tier_difference(&before, &same), CAUSE_SCORE);
    assert_int_equal(tier_difference(&before, &differs), CAUSE_METHOD);
    b.reached = TIER_NONE;
    assert_int_equal(tier_difference(&before, &differs), CAUSE_INPUT);
    b.past.pinned = true;
    assert_int_equal(tier_difference(&before, &differs), CAUSE_PIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classifies_by_share),
        cmocka_unit_test(classifies_edges),
        cmocka_unit_test(ties_go_by_id),
        cmocka_unit_test(many_are_sorted_as_few),
        cmocka_unit_test(many_values_ascend),
        cmocka_unit_test(shares_are_exact),
        cmocka_unit_test(reaches_by_the_least_amount),
        cmocka_unit_test(maps_linear),
        cmocka_unit_test(maps_bands),
        cmocka_unit_test(maps_percentile_and_median),
        cmocka_unit_test(decides_at_once_without_rules),
        cmocka_unit_test(holds_for_evaluations),
        cmocka_unit_test(holds_for_a_time_and_by_margin),
        cmocka_unit_test(keeps_pins_until_their_day),
        cmocka_unit_test(scores_by_weight),
        cmocka_unit_test(scores_are_the_same_unasked),
        cmocka_unit_test(takes_the_best_by_quota),
        cmocka_unit_test(next_step_is_the_least),
        cmocka_unit_test(next_step_passes_the_others),
        cmocka_unit_test(each_evaluation_leaves_something),
        cmocka_unit_test(a_pin_is_over_after_its_day),
        cmocka_unit_test(an_unknown_tier_is_not_kept),
        cmocka_unit_test(compares_two_policies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
