/* SPDX-License-Identifier: MIT */
/* The cheapest single change that reaches the next better tier. */
#include "rules/tier.h"

#include "base/decimal.h"

__extension__ typedef __int128 wide;

enum { WHOLE = 100 * DECIMAL_ONE };

static const struct tier_step no_step = {.tier = TIER_NONE};

/* The quotient rounded up; `divisor` is positive. */
static wide divide_up(wide dividend, wide divisor)
{
    wide quotient = dividend / divisor;
    return quotient + (dividend % divisor > 0 ? 1 : 0);
}

/* ---- The raw value that gives at least so many points ---- */

static bool linear_raw(const struct indicator *indicator, int64_t points, int64_t *raw)
{
    wide range = (wide)indicator->high - indicator->low;
    wide part = divide_up((range < 0 ? -range : range) * points, WHOLE);
    *raw = (int64_t)(indicator->low + (range < 0 ? -part : part));
    return true;
}

/* A grade is better by its points, wherever it stands in the list. */
static bool band_raw(const struct indicator *indicator, int64_t points, int64_t *raw)
{
    bool grades = indicator->source == SOURCE_CREDIT_GRADE;
    const struct band *found = NULL;
    for (size_t i = 0; i < indicator->band_count; i++) {
        const struct band *band = &indicator->bands[i];
        bool enough = band->points >= points;
        if (enough && (found == NULL || (grades && band->points < found->points)))
            found = band;
    }
    if (found != NULL)
        *raw = grades ? found - indicator->bands : found->from;
    return found != NULL;
}

/* One ten-thousandth above as many of the others' values as are needed. A value that is known is
 * one of the sorted ones itself, and leaves its place; one that was missing joins them. */
static bool percentile_raw(const struct sorted_values *known, const struct tier_term *term,
                           int64_t points, int64_t *raw)
{
    const bool counted = term->state == TERM_KNOWN;
    const size_t others = counted && known->count > 0 ? known->count - 1 : known->count;
    size_t below = (size_t)divide_up((wide)points * (wide)others, WHOLE);
    if (below == 0)
        return false;
    /* Those below the place from which the own value is taken stand where they stood. */
    const bool behind = counted && known->values[below - 1] >= term->raw;
    const int64_t passed = known->values[behind ? below : below - 1];
    if (passed == INT64_MAX)
        return false;
    *raw = passed + 1;
    return true;
}

static bool raw_for(const struct tier_evaluation *evaluation, size_t k,
                    const struct tier_term *term, int64_t points, int64_t *raw)
{
    const struct indicator *indicator = &evaluation->indicators[k];
    switch (indicator->mapping) {
    case MAPPING_BANDS:
        return band_raw(indicator, points, raw);
    case MAPPING_PERCENTILE:
        return percentile_raw(&evaluation->known[k], term, points, raw);
    case MAPPING_LINEAR:
        break;
    }
    return linear_raw(indicator, points, raw);
}

/* ---- The cheapest of them ---- */

static struct tier_step next_by_score(const struct tier_evaluation *evaluation, size_t number,
                                      int tier, int64_t line)
{
    const struct tier_subject *subject = &evaluation->subjects[number];
    const struct tier_term *terms = tier_terms(evaluation, number);
    struct tier_step step = {.tier = tier, .points = line - subject->score};
    int64_t fewest = INT64_MAX;
    for (size_t k = 0; k < evaluation->indicator_count; k++) {
        int64_t weight = evaluation->indicators[k].weight;
        int64_t rest = line - (subject->score - score_product(terms[k].points, weight));
        if (weight == 0)
            continue;
        int64_t points = (int64_t)divide_up((wide)rest * WHOLE, weight);
        int64_t raw;
        if (points > WHOLE || points - terms[k].points >= fewest ||
            !raw_for(evaluation, k, &terms[k], points, &raw))
            continue;
        fewest = points - terms[k].points;
        step.single = true;
        step.indicator = k;
        step.raw = raw;
    }
    return step;
}

static struct tier_step next_by_share(const struct tier_evaluation *evaluation, size_t number,
                                      int tier)
{
    int64_t limits[32];
    const struct tier_scheme *scheme = evaluation->scheme;
    struct pareto_cuts cuts = {limits, 0, scheme->crossing_inside};
    for (size_t i = 0; i < scheme->threshold_count && i < sizeof limits / sizeof *limits; i++)
        limits[cuts.count++] = scheme->thresholds[i].limit;
    struct tier_step step = {.tier = tier};
    step.single = pareto_reach(evaluation->ranking, evaluation->ranked,
                               tier_place(evaluation, number), &cuts, tier, &step.raw);
    return step;
}

/* Its last place has to be won: at an equal score the customer added first comes first. */
static struct tier_step next_by_place(const struct tier_evaluation *evaluation, size_t number,
                                      int tier)
{
    size_t place = tier_place(evaluation, number);
    while (place > 0 && evaluation->subjects[evaluation->ranking[place].id].reached > tier)
        place--;
    const struct ranked *last = &evaluation->ranking[place];
    int64_t line = last->amount + ((int64_t)number < last->id ? 0 : 1);
    struct tier_step step = next_by_score(evaluation, number, tier, line);
    step.place = place;
    return step;
}

struct tier_step tier_next(const struct tier_evaluation *evaluation, size_t number)
{
    const struct tier_subject *subject = &evaluation->subjects[number];
    int64_t line;
    int tier = subject->reached - 1;
    if (!subject->has_score || tier < 0)
        return no_step;
    if (evaluation->scheme->method == TIER_PARETO)
        return next_by_share(evaluation, number, tier);
    while (tier >= 0 && !tier_line(evaluation, tier, &line))
        tier--;
    if (tier < 0)
        return no_step;
    if (evaluation->scheme->method == TIER_QUOTA)
        return next_by_place(evaluation, number, tier);
    return next_by_score(evaluation, number, tier, line);
}
