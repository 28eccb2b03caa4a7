/* SPDX-License-Identifier: MIT */
/* Evaluation of a tier scheme over all customers. */
#include "rules/tier.h"

#include "base/decimal.h"
#include "rules/sort.h"

#include <stdlib.h>

enum { WHOLE = 100 * DECIMAL_ONE };

struct tier_term *tier_terms(const struct tier_evaluation *evaluation, size_t subject)
{
    return evaluation->terms + subject * evaluation->indicator_count;
}

struct tier_origin *tier_origins(const struct tier_evaluation *evaluation, size_t subject)
{
    return evaluation->origins + subject * evaluation->indicator_count;
}

void tier_put_origin(const struct tier_evaluation *evaluation, size_t subject, size_t indicator,
                     struct tier_origin origin)
{
    if (evaluation->origins != NULL)
        tier_origins(evaluation, subject)[indicator] = origin;
}

crm_status tier_prepare(struct tier_evaluation *evaluation, const struct policy *policy,
                        const struct tier_scheme *scheme, day_number today, struct arena *arena)
{
    *evaluation = (struct tier_evaluation){.scheme = scheme,
                                           .tier_count = (int)policy->tier_count,
                                           .today = today,
                                           .indicators = scheme->indicators,
                                           .indicator_count = scheme->indicator_count};
    if (scheme->method == TIER_RULES)
        evaluation->indicator_count = 0;
    if (scheme->method != TIER_PARETO)
        return CRM_OK;
    struct indicator *summed = arena_alloc(arena, sizeof *summed);
    if (summed == NULL)
        return CRM_NO_MEMORY;
    *summed = (struct indicator){.name = scheme->measure == SOURCE_PROFIT ? "profit" : "revenue",
                                 .source = scheme->measure,
                                 .period = scheme->period,
                                 .weight = WHOLE,
                                 .missing = MISSING_ZERO,
                                 .line = scheme->line};
    evaluation->indicators = summed;
    evaluation->indicator_count = 1;
    return CRM_OK;
}

/* ---- Terms to points ---- */

/* Whether points go by where a value stands among all others. */
static bool compares(const struct indicator *indicator)
{
    return indicator->mapping == MAPPING_PERCENTILE || indicator->missing == MISSING_MEDIAN;
}

static void sort_known(const struct tier_evaluation *evaluation, size_t indicator,
                       struct sorted_values *known)
{
    for (size_t i = 0; i < evaluation->count; i++) {
        const struct tier_term *term = &tier_terms(evaluation, i)[indicator];
        if (evaluation->subjects[i].rated && term->state == TERM_KNOWN)
            known->values[known->count++] = term->raw;
    }
    values_sort(known->values, known->count);
}

static void fill_missing(struct tier_term *term, const struct indicator *indicator,
                         const struct sorted_values *known)
{
    if (indicator->missing == MISSING_ZERO) {
        term->state = TERM_ZERO;
        term->raw = 0;
    } else if (indicator->missing == MISSING_MEDIAN && known->count > 0) {
        term->state = TERM_MEDIAN;
        term->raw = score_median(known->values, known->count);
    }
}

static int64_t points_of(const struct tier_term *term, const struct indicator *indicator,
                         const struct sorted_values *known)
{
    if (term->state == TERM_MISSING)
        return 0;
    if (indicator->source == SOURCE_CREDIT_GRADE)
        return term->state == TERM_ZERO ? 0 : indicator->bands[term->raw].points;
    switch (indicator->mapping) {
    case MAPPING_BANDS:
        return score_bands(term->raw, indicator->bands, indicator->band_count);
    case MAPPING_PERCENTILE:
        return score_percentile(term->raw, known->values, known->count);
    case MAPPING_LINEAR:
        break;
    }
    return score_linear(term->raw, indicator->low, indicator->high);
}

static void score_terms(struct tier_evaluation *evaluation, size_t k,
                        const struct sorted_values *known)
{
    const struct indicator *indicator = &evaluation->indicators[k];
    for (size_t i = 0; i < evaluation->count; i++) {
        struct tier_subject *subject = &evaluation->subjects[i];
        struct tier_term *term = &tier_terms(evaluation, i)[k];
        if (term->state == TERM_MISSING && subject->rated)
            fill_missing(term, indicator, known);
        term->points = (int32_t)points_of(term, indicator, known);
        subject->score += score_product(term->points, indicator->weight);
        subject->has_score = subject->has_score && term->state != TERM_MISSING;
    }
}

/* The sorted values are in nobody's way once the indicator is done, unless somebody asks. */
static crm_status score_indicator(struct tier_evaluation *evaluation, size_t k, struct arena *arena)
{
    struct sorted_values known = {0};
    int64_t *passing cleanup(cleanup_free) = NULL;
    bool kept = evaluation->origins != NULL;
    bool sorted = kept || compares(&evaluation->indicators[k]);
    if (kept)
        known.values = arena_array(arena, evaluation->count, sizeof *known.values);
    else if (sorted)
        known.values = passing = calloc(evaluation->count + 1, sizeof *passing);
    if (sorted && known.values == NULL)
        return CRM_NO_MEMORY;
    if (sorted)
        sort_known(evaluation, k, &known);
    score_terms(evaluation, k, &known);
    if (kept)
        evaluation->known[k] = known;
    return CRM_OK;
}

static crm_status score_all(struct tier_evaluation *evaluation, struct arena *arena)
{
    crm_status status = CRM_OK;
    evaluation->known = arena_array(arena, evaluation->indicator_count, sizeof *evaluation->known);
    if (evaluation->known == NULL)
        return CRM_NO_MEMORY;
    for (size_t i = 0; i < evaluation->count; i++)
        evaluation->subjects[i].has_score = evaluation->subjects[i].rated;
    for (size_t k = 0; k < evaluation->indicator_count && status == CRM_OK; k++)
        status = score_indicator(evaluation, k, arena);
    for (size_t i = 0; i < evaluation->count; i++)
        if (!evaluation->subjects[i].has_score)
            evaluation->subjects[i].score = 0;
    return status;
}

/* ---- Ranking ---- */

static bool takes_part(const struct tier_evaluation *evaluation, size_t number)
{
    const struct tier_subject *subject = &evaluation->subjects[number];
    return evaluation->scheme->method == TIER_PARETO ? subject->rated : subject->has_score;
}

static crm_status rank(struct tier_evaluation *evaluation, struct arena *arena)
{
    evaluation->ranking = arena_array(arena, evaluation->count, sizeof *evaluation->ranking);
    if (evaluation->ranking == NULL)
        return CRM_NO_MEMORY;
    bool pareto = evaluation->scheme->method == TIER_PARETO;
    for (size_t i = 0; i < evaluation->count; i++) {
        const struct tier_subject *subject = &evaluation->subjects[i];
        if (!takes_part(evaluation, i))
            continue;
        evaluation->ranking[evaluation->ranked++] =
            (struct ranked){.amount = pareto ? tier_terms(evaluation, i)->raw : subject->score,
                            .id = (int64_t)i}; /* in the order of the subjects' own */
    }
    rank_sort(evaluation->ranking, evaluation->ranked);
    return CRM_OK;
}

size_t tier_place(const struct tier_evaluation *evaluation, size_t number)
{
    size_t place = 0;
    while (place < evaluation->ranked && (size_t)evaluation->ranking[place].id != number)
        place++;
    return place;
}

static crm_status pareto_cuts_of(const struct tier_scheme *scheme, struct arena *arena,
                                 struct pareto_cuts *out)
{
    int64_t *limits = arena_array(arena, scheme->threshold_count, sizeof *limits);
    if (limits == NULL)
        return CRM_NO_MEMORY;
    for (size_t i = 0; i < scheme->threshold_count; i++)
        limits[i] = scheme->thresholds[i].limit;
    *out = (struct pareto_cuts){limits, scheme->threshold_count, scheme->crossing_inside};
    return CRM_OK;
}

static crm_status evaluate_pareto(struct tier_evaluation *evaluation, struct arena *arena)
{
    struct pareto_cuts cuts;
    crm_status status = rank(evaluation, arena);
    if (status == CRM_OK)
        status = pareto_cuts_of(evaluation->scheme, arena, &cuts);
    size_t count = evaluation->ranked;
    int *classes cleanup(cleanup_free) = calloc(count + 1, sizeof *classes);
    int64_t *shares cleanup(cleanup_free) = calloc(count + 1, sizeof *shares);
    if (status != CRM_OK || classes == NULL || shares == NULL)
        return CRM_NO_MEMORY;
    pareto_classify(evaluation->ranking, count, &cuts, classes);
    pareto_shares(evaluation->ranking, count, shares);
    for (size_t place = 0; place < count; place++) {
        size_t number = (size_t)evaluation->ranking[place].id;
        struct tier_subject *subject = &evaluation->subjects[number];
        struct tier_term *term = tier_terms(evaluation, number);
        term->points = (int32_t)shares[place];
        term->state = term->state == TERM_MISSING ? TERM_ZERO : term->state;
        subject->has_score = true;
        subject->score = shares[place];
        subject->reached = classes[place];
    }
    return CRM_OK;
}

/* ---- Tiers ---- */

/* How many of the ranking, from the top, are in that threshold's tier or a better one. Shares are
 * rounded down: the best 10 % of fifteen is one. */
static size_t quota_end(const struct tier_evaluation *evaluation, size_t threshold)
{
    const struct tier_scheme *scheme = evaluation->scheme;
    int64_t counts = 0, shares = 0;
    int64_t ranked = (int64_t)evaluation->ranked;
    for (size_t i = 0; i <= threshold; i++) {
        if (scheme->thresholds[i].percent)
            shares += scheme->thresholds[i].limit;
        else
            counts += scheme->thresholds[i].limit / DECIMAL_ONE;
    }
    int64_t end = counts + ranked / WHOLE * shares + ranked % WHOLE * shares / WHOLE;
    return end < ranked ? (size_t)end : evaluation->ranked;
}

static crm_status evaluate_quota(struct tier_evaluation *evaluation, struct arena *arena)
{
    crm_status status = score_all(evaluation, arena);
    if (status == CRM_OK)
        status = rank(evaluation, arena);
    if (status != CRM_OK)
        return status;
    const struct tier_scheme *scheme = evaluation->scheme;
    size_t line = 0;
    for (size_t place = 0; place < evaluation->ranked; place++) {
        while (line < scheme->threshold_count && place >= quota_end(evaluation, line))
            line++;
        evaluation->subjects[evaluation->ranking[place].id].reached =
            line < scheme->threshold_count ? scheme->thresholds[line].tier
                                           : evaluation->tier_count - 1;
    }
    return CRM_OK;
}

static crm_status evaluate_score(struct tier_evaluation *evaluation, struct arena *arena)
{
    crm_status status = score_all(evaluation, arena);
    if (status != CRM_OK)
        return status;
    for (size_t i = 0; i < evaluation->count; i++) {
        struct tier_subject *subject = &evaluation->subjects[i];
        if (subject->has_score)
            subject->reached =
                score_tier(evaluation->scheme, evaluation->tier_count, subject->score);
    }
    return CRM_OK;
}

static crm_status reach(struct tier_evaluation *evaluation, struct arena *arena)
{
    for (size_t i = 0; i < evaluation->count; i++)
        if (!evaluation->subjects[i].chosen || !evaluation->subjects[i].rated)
            evaluation->subjects[i].reached = TIER_NONE;
    switch (evaluation->scheme->method) {
    case TIER_PARETO:
        return evaluate_pareto(evaluation, arena);
    case TIER_QUOTA:
        return evaluate_quota(evaluation, arena);
    case TIER_SCORE:
        return evaluate_score(evaluation, arena);
    case TIER_RULES:
        break;
    }
    for (size_t i = 0; i < evaluation->count; i++)
        if (evaluation->subjects[i].rated && !evaluation->subjects[i].chosen)
            evaluation->subjects[i].reached = evaluation->tier_count - 1;
    return CRM_OK;
}

const struct tier_threshold *tier_threshold_of(const struct tier_scheme *scheme, int tier)
{
    for (size_t i = 0; i < scheme->threshold_count; i++)
        if (scheme->thresholds[i].tier == tier)
            return &scheme->thresholds[i];
    return NULL;
}

bool tier_line(const struct tier_evaluation *evaluation, int tier, int64_t *out)
{
    const struct tier_scheme *scheme = evaluation->scheme;
    const struct tier_threshold *line = tier_threshold_of(scheme, tier);
    if (line == NULL || scheme->method == TIER_RULES)
        return false;
    *out = line->limit;
    if (scheme->method != TIER_QUOTA)
        return true;
    size_t end = quota_end(evaluation, (size_t)(line - scheme->thresholds));
    if (end == 0)
        return false;
    *out = evaluation->ranking[end - 1].amount; /* the score of the last one inside */
    return true;
}

int64_t tier_shortfall(const struct tier_evaluation *evaluation, size_t number)
{
    const struct tier_subject *subject = &evaluation->subjects[number];
    int64_t line;
    if (!tier_line(evaluation, subject->past.tier, &line))
        return 0;
    return evaluation->scheme->method == TIER_PARETO ? subject->score - line
                                                     : line - subject->score;
}

crm_status tier_evaluate(struct tier_evaluation *evaluation, struct arena *arena)
{
    crm_status status = reach(evaluation, arena);
    for (size_t i = 0; i < evaluation->count && status == CRM_OK; i++) {
        struct tier_subject *subject = &evaluation->subjects[i];
        subject->decision = tier_decide(evaluation->scheme, &subject->past, subject->reached,
                                        tier_shortfall(evaluation, i), evaluation->today);
    }
    return status;
}
