/* SPDX-License-Identifier: MIT */
/* The steps of tier why: from the terms to the score, the tier reached, and the tier that holds. */
#include "base/decimal.h"
#include "domain/tier_why.h"

#include <string.h>

static const struct tier_subject *subject_of(const struct tier_explained *explained)
{
    return &explained->evaluation.subjects[explained->number];
}

static const char *tier_text(const struct tier_explained *explained, int tier)
{
    return tier == TIER_NONE ? "-" : explained->why->book->policy->tiers[tier];
}

static const char *decimal_text(struct why *why, int64_t decimal)
{
    char text[24];
    decimal_format(decimal, text);
    return why_text(why, "%s", text);
}

static const char *place_text(const struct tier_explained *explained)
{
    return why_text(explained->why, _("%zu of %zu"),
                    tier_place(&explained->evaluation, explained->number) + 1,
                    explained->evaluation.ranked);
}

static const char *score_text(const struct tier_explained *explained)
{
    const char *score = decimal_text(explained->why, subject_of(explained)->score);
    return explained->evaluation.scheme->method == TIER_PARETO
               ? why_text(explained->why, "%s %%", score)
               : score;
}

/* ---- The score ---- */

static void add_scheme(const struct tier_explained *explained)
{
    static const char *const methods[] = {N_("by share"), N_("by score"), N_("by quota"),
                                          N_("by rules")};
    struct why *why = explained->why;
    const struct tier_scheme *scheme = explained->evaluation.scheme;
    const bool pareto = scheme->method == TIER_PARETO;
    char period[24];
    why_add(why, (struct why_step){
                     .figure = scheme->method == TIER_RULES ? "reached" : "score",
                     .step = "rule",
                     .input = why_text(why, _("scheme %s"), scheme->name),
                     .line = scheme->line,
                     .value = pareto ? why_text(why, _("%s: %s of %s"), _(methods[scheme->method]),
                                                _(explained->evaluation.indicators->name),
                                                duration_format(scheme->period, period))
                                     : _(methods[scheme->method]),
                     .result = !pareto                   ? NULL
                               : scheme->crossing_inside ? _("who crosses a line is inside it")
                                                         : _("who crosses a line is outside it")});
}

static void add_missing(const struct tier_explained *explained)
{
    const struct tier_evaluation *evaluation = &explained->evaluation;
    const struct tier_term *terms = tier_terms(evaluation, explained->number);
    for (size_t k = 0; k < evaluation->indicator_count; k++)
        if (terms[k].state == TERM_MISSING)
            why_add(explained->why, (struct why_step){.figure = "score",
                                                      .step = "missing",
                                                      .input = evaluation->indicators[k].name,
                                                      .line = evaluation->indicators[k].line,
                                                      .result = _("unrated")});
}

/* "40 × 50 % + 10 × 50 %", with the indicators' names. */
static const char *products_text(const struct tier_explained *explained)
{
    const struct tier_evaluation *evaluation = &explained->evaluation;
    struct buffer sum cleanup(buffer_release) = {0};
    for (size_t k = 0; k < evaluation->indicator_count; k++) {
        char points[24], weight[24];
        decimal_format(tier_terms(evaluation, explained->number)[k].points, points);
        decimal_format(evaluation->indicators[k].weight, weight);
        buffer_printf(&sum, "%s%s %s × %s %%", k > 0 ? " + " : "", evaluation->indicators[k].name,
                      points, weight);
    }
    explained->why->failed = explained->why->failed || sum.failed;
    return sum.failed ? NULL : why_text(explained->why, "%s", buffer_string(&sum));
}

/* All that those ranked as high or higher have, of what all have. */
static const char *share_text(const struct tier_explained *explained, size_t place)
{
    const struct tier_evaluation *evaluation = &explained->evaluation;
    struct why *why = explained->why;
    int64_t part, whole;
    if (evaluation->ranking[place].amount <= 0)
        return _("nothing above 0: ranked last");
    if (!pareto_sums(evaluation->ranking, evaluation->ranked, place, &part, &whole))
        return NULL;
    return why_text(why, _("%s of %s"), decimal_text(why, part), decimal_text(why, whole));
}

static void add_score(const struct tier_explained *explained)
{
    const struct tier_evaluation *evaluation = &explained->evaluation;
    struct why *why = explained->why;
    const bool pareto = evaluation->scheme->method == TIER_PARETO;
    if (!subject_of(explained)->has_score || evaluation->scheme->method == TIER_RULES)
        return;
    const size_t place = evaluation->ranked > 0 ? tier_place(evaluation, explained->number) : 0;
    if (evaluation->ranked > 0)
        why_add(why, (struct why_step){
                         .figure = "place", .step = "place", .result = place_text(explained)});
    why_add(why, (struct why_step){.figure = "score",
                                   .step = "sum",
                                   .input = pareto ? share_text(explained, place)
                                                   : products_text(explained),
                                   .result = score_text(explained)});
}

/* ---- The tier reached by it ---- */

static void add_conditions(const struct tier_explained *explained)
{
    const struct tier_scheme *scheme = explained->evaluation.scheme;
    for (size_t i = 0; i < explained->condition_count; i++) {
        const struct rule_condition *condition = &explained->conditions[i];
        const struct tier_threshold *rule = &scheme->thresholds[condition->rule];
        why_add(explained->why,
                (struct why_step){.figure = "reached",
                                  .step = "condition",
                                  .input = condition->text,
                                  .line = rule->line,
                                  .value = tier_text(explained, rule->tier),
                                  .result = condition->met ? _("met") : _("not met")});
    }
}

/* Down to the line that holds; below all of them is the last tier. */
static void add_thresholds(const struct tier_explained *explained)
{
    struct why *why = explained->why;
    const struct tier_scheme *scheme = explained->evaluation.scheme;
    const int reached = subject_of(explained)->reached;
    const size_t count = scheme->method == TIER_RULES ? 0 : scheme->threshold_count;
    for (size_t i = 0; i < count && scheme->thresholds[i].tier <= reached; i++) {
        const struct tier_threshold *line = &scheme->thresholds[i];
        why_add(why,
                (struct why_step){.figure = "reached",
                                  .step = "threshold",
                                  .input = scheme->method == TIER_QUOTA ? place_text(explained)
                                                                        : score_text(explained),
                                  .line = line->line,
                                  .value = tier_line_text(why, scheme, line),
                                  .result = line->tier == reached ? tier_text(explained, reached)
                                                                  : _("not reached")});
    }
    if (scheme->threshold_count == 0 ||
        scheme->thresholds[scheme->threshold_count - 1].tier < reached)
        why_add(why, (struct why_step){.figure = "reached",
                                       .step = "threshold",
                                       .line = scheme->line,
                                       .value = _("the last tier takes the rest"),
                                       .result = tier_text(explained, reached)});
}

static void add_reached(const struct tier_explained *explained)
{
    const struct tier_subject *subject = subject_of(explained);
    if (!subject->rated)
        why_add(explained->why,
                (struct why_step){.figure = "reached",
                                  .step = "rule",
                                  .result = _("prospects and lost customers have no tier")});
    else if (subject->reached == TIER_NONE)
        add_missing(explained);
    else {
        add_conditions(explained);
        add_thresholds(explained);
    }
}

/* ---- The tier that holds ---- */

/* Of changes that were imported, reason and former tier need not be known. */
static const char *text_of(struct why *why, const struct value *value, const char *otherwise)
{
    return value->type == VALUE_TEXT ? why_text(why, "%s", value->text) : otherwise;
}

static crm_status add_change(void *context, const struct value *row)
{
    struct why *why = context;
    why_add(why, (struct why_step){.figure = "tier",
                                   .step = "tier_change",
                                   .input = text_of(why, &row[1], text_of(why, &row[2], NULL)),
                                   .record = why_text(why, "#%lld", (long long)row[0].integer),
                                   .value = why_text(why, "%s → %s", text_of(why, &row[2], "-"),
                                                     text_of(why, &row[3], "-")),
                                   .result = why_text(why, _("from %s on"), row[4].text)});
    return CRM_OK;
}

crm_status tier_change_explain(struct why *why, const char *scheme, int64_t customer)
{
    const struct value parameters[] = {value_integer(customer), value_text(scheme)};
    return store_query(
        why->book->store,
        "SELECT h.id, h.reason, h.previous, h.tier, h.effective_on FROM tier_change h "
        "WHERE h.customer = $1 AND h.scheme = $2 "
        "AND h.tier IS DISTINCT FROM h.previous ORDER BY h.effective_on DESC, h.id DESC LIMIT 1",
        parameters, 2, add_change, why);
}

/* By whom, and how long it holds. */
static void add_pin(const struct tier_explained *explained)
{
    struct why *why = explained->why;
    const struct tier_past *past = &subject_of(explained)->past;
    const bool holds = tier_is_pinned(past, explained->evaluation.today);
    if (!past->pinned)
        return;
    const char *until = past->has_until ? why_day(why, past->until) : NULL;
    why_add(why,
            (struct why_step){
                .figure = "tier",
                .step = "pin",
                .input = explained->reason.type == VALUE_TEXT ? explained->reason.text : NULL,
                .record = why_text(why, "#%lld", (long long)explained->change.integer),
                .value = tier_text(explained, past->tier),
                .result = !holds          ? _("over: evaluations decide again")
                          : until != NULL ? why_text(why, _("evaluations keep it until %s"), until)
                                          : _("evaluations keep it")});
}

/* Any of these lets a tier go: enough evaluations or time below the line, or far enough below it.
 */
static void add_patience(const struct tier_explained *explained, int64_t shortfall)
{
    struct why *why = explained->why;
    const struct tier_scheme *scheme = explained->evaluation.scheme;
    const day_number today = explained->evaluation.today;
    const struct tier_holding holding = tier_holding(&subject_of(explained)->past, today);
    struct why_step step = {.figure = "tier", .step = "demote_after"};
    char period[24];
    step.line = scheme->demote_after_line;
    if (scheme->demote_after > 0) {
        step.value = why_text(why, _("%d of %d evaluations below the line"), holding.below,
                              scheme->demote_after);
        step.result = holding.below < scheme->demote_after ? _("holds it") : _("lets it go");
        why_add(why, step);
    }
    if (scheme->demote_after_period.count > 0) {
        const day_number end = date_add(holding.since, scheme->demote_after_period);
        step.input = why_day(why, holding.since);
        step.value = why_text(why, "+ %s", duration_format(scheme->demote_after_period, period));
        step.result = why_text(
            why, end > today ? _("holds it; it falls from %s on") : _("lets it go from %s on"),
            why_day(why, end));
        why_add(why, step);
    }
    if (scheme->margin > 0)
        why_add(why, (struct why_step){.figure = "tier",
                                       .step = "margin",
                                       .input = decimal_text(why, shortfall),
                                       .line = scheme->margin_line,
                                       .value = why_text(why, _("more than %s points"),
                                                         decimal_text(why, scheme->margin)),
                                       .result = shortfall > scheme->margin ? _("lets it go")
                                                                            : _("holds it")});
}

/* Of a customer whose figures reach less than the tier held. */
static void add_below(const struct tier_explained *explained)
{
    struct why *why = explained->why;
    const struct tier_subject *subject = subject_of(explained);
    const struct tier_past *past = &subject->past;
    const int64_t shortfall = tier_shortfall(&explained->evaluation, explained->number);
    if (past->tier == TIER_NONE || subject->reached <= past->tier ||
        tier_is_pinned(past, explained->evaluation.today))
        return;
    why_add(why, (struct why_step){.figure = "tier",
                                   .step = "below",
                                   .input = tier_text(explained, subject->reached),
                                   .value = tier_text(explained, past->tier),
                                   .result = shortfall > 0 ? why_text(why, _("%s points below"),
                                                                      decimal_text(why, shortfall))
                                                           : NULL});
    if (past->unearned || past->pinned)
        why_add(why, (struct why_step){.figure = "tier",
                                       .step = "demote_after",
                                       .result = _("given by hand: nothing holds it")});
    else
        add_patience(explained, shortfall);
}

static void add_decision(const struct tier_explained *explained)
{
    struct why *why = explained->why;
    const struct tier_subject *subject = subject_of(explained);
    why_add(why, (struct why_step){.figure = "tier",
                                   .step = "decision",
                                   .input = why_text(why, _("%s before, %s by its figures"),
                                                     tier_text(explained, subject->past.tier),
                                                     tier_text(explained, subject->reached)),
                                   .line = explained->evaluation.scheme->line,
                                   .value = _(tier_change_name(subject->decision.change)),
                                   .result = tier_text(explained, subject->decision.tier)});
}

crm_status tier_add_steps(const struct tier_explained *explained)
{
    add_scheme(explained);
    add_score(explained);
    add_reached(explained);
    crm_status status = tier_change_explain(explained->why, explained->evaluation.scheme->name,
                                            subject_of(explained)->id);
    if (status != CRM_OK)
        return status;
    add_pin(explained);
    add_below(explained);
    add_decision(explained);
    tier_way_add(&explained->way, explained->why);
    return CRM_OK;
}
