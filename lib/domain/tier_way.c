/* SPDX-License-Identifier: MIT */
/* The way to the next better tier. */
#include "domain/tier_way.h"

#include "base/decimal.h"
#include "base/text.h"

#include <string.h>

static bool is_grade(const struct indicator *indicator)
{
    return indicator->source == SOURCE_CREDIT_GRADE;
}

void tier_raw_json(const struct indicator *indicator, int64_t raw, struct buffer *json)
{
    char number[24];
    decimal_format(raw, number);
    if (is_grade(indicator))
        text_json_quote(json, indicator->bands[raw].label, strlen(indicator->bands[raw].label));
    else
        buffer_text(json, number);
}

static void text_member(struct buffer *json, const char *name, const char *text)
{
    buffer_printf(json, ",\"%s\":", name);
    text_json_quote(json, text, strlen(text));
}

static void decimal_member(struct buffer *json, const char *name, int64_t decimal)
{
    char number[24];
    decimal_format(decimal, number);
    buffer_printf(json, ",\"%s\":%s", name, number);
}

/* Of a missing value there is no change: it has to be told in the first place. */
static bool has_change(const struct tier_way *way)
{
    const struct tier_step *step = &way->step;
    return !is_grade(&way->evaluation->indicators[step->indicator]);
}

static int64_t change_of(const struct tier_way *way)
{
    const struct tier_term *term = &tier_terms(way->evaluation, way->number)[way->step.indicator];
    return way->step.raw - term->raw;
}

static void score_json(const struct tier_way *way, struct buffer *json)
{
    const struct tier_step *step = &way->step;
    const struct tier_evaluation *evaluation = way->evaluation;
    int64_t line;
    if (tier_line(evaluation, step->tier, &line))
        decimal_member(json, "threshold", line);
    if (evaluation->scheme->method != TIER_PARETO)
        decimal_member(json, "points", step->points);
    if (evaluation->scheme->method == TIER_QUOTA)
        buffer_printf(json, ",\"place\":%zu", step->place + 1);
    if (!step->single)
        return;
    const struct indicator *indicator = &evaluation->indicators[step->indicator];
    text_member(json, "indicator", indicator->name);
    buffer_text(json, ",\"raw\":");
    tier_raw_json(indicator, step->raw, json);
    if (has_change(way))
        decimal_member(json, "change", change_of(way));
}

static void rule_json(const struct tier_way *way, struct buffer *json)
{
    const struct tier_threshold *rule = &way->evaluation->scheme->thresholds[way->rule];
    const char *comma = "";
    text_member(json, "filter", rule->filter);
    buffer_text(json, ",\"fails\":[");
    for (size_t i = 0; i < way->condition_count; i++) {
        const struct rule_condition *condition = &way->conditions[i];
        if (condition->rule != way->rule || condition->met)
            continue;
        buffer_text(json, comma);
        text_json_quote(json, condition->text, strlen(condition->text));
        comma = ",";
    }
    buffer_character(json, ']');
}

static bool is_by_rules(const struct tier_way *way)
{
    return way->evaluation->scheme->method == TIER_RULES;
}

static int next_tier(const struct tier_way *way)
{
    const struct tier_scheme *scheme = way->evaluation->scheme;
    if (!is_by_rules(way))
        return way->step.tier;
    return way->rule < scheme->threshold_count ? scheme->thresholds[way->rule].tier : TIER_NONE;
}

static const struct tier_threshold *line_of(const struct tier_way *way)
{
    return tier_threshold_of(way->evaluation->scheme, next_tier(way));
}

struct value tier_way_json(const struct tier_way *way, struct why *why)
{
    struct buffer json cleanup(buffer_release) = {0};
    const int tier = next_tier(way);
    if (tier == TIER_NONE)
        return value_null();
    const char *place = why_place(why, line_of(way)->line);
    buffer_text(&json, "{\"tier\":");
    text_json_quote(&json, way->policy->tiers[tier], strlen(way->policy->tiers[tier]));
    if (is_by_rules(way))
        rule_json(way, &json);
    else
        score_json(way, &json);
    if (place != NULL)
        text_member(&json, "policy", place);
    buffer_character(&json, '}');
    why->failed = why->failed || json.failed;
    return value_text(json.failed ? NULL : why_text(why, "%s", buffer_string(&json)));
}

/* ---- For a person ---- */

void tier_line_words(const struct policy *policy, const struct tier_scheme *scheme,
                     const struct tier_threshold *line, struct buffer *out)
{
    const char *tier = policy->tiers[line->tier];
    char limit[24];
    decimal_format(line->limit, limit);
    switch (scheme->method) {
    case TIER_PARETO:
        buffer_printf(out, _("%s up to %s %%"), tier, limit);
        return;
    case TIER_SCORE:
        buffer_printf(out, _("%s from %s"), tier, limit);
        return;
    case TIER_QUOTA:
        buffer_printf(out, line->percent ? _("%s: the best %s %%") : _("%s: the best %s"), tier,
                      limit);
        return;
    case TIER_RULES:
        break;
    }
    buffer_printf(out, "%s: %s", tier, line->filter);
}

static const char *copy_of(struct why *why, const struct buffer *text)
{
    why->failed = why->failed || text->failed;
    return text->failed ? NULL : why_text(why, "%s", buffer_string(text));
}

const char *tier_line_text(struct why *why, const struct tier_scheme *scheme,
                           const struct tier_threshold *line)
{
    struct buffer words cleanup(buffer_release) = {0};
    tier_line_words(why->book->policy, scheme, line, &words);
    return copy_of(why, &words);
}

static const char *fails_text(const struct tier_way *way, struct why *why)
{
    struct buffer fails cleanup(buffer_release) = {0};
    for (size_t i = 0; i < way->condition_count; i++) {
        const struct rule_condition *condition = &way->conditions[i];
        if (condition->rule == way->rule && !condition->met)
            buffer_printf(&fails, "%s%s", fails.length > 0 ? ", " : "", condition->text);
    }
    const char *text = copy_of(why, &fails);
    return text == NULL ? NULL : why_text(why, _("fails on %s"), text);
}

static const char *single_text(const struct tier_way *way, struct why *why)
{
    const struct indicator *indicator = &way->evaluation->indicators[way->step.indicator];
    /* Pareto's is crm's own word, the others are the policy's. */
    const char *name =
        way->evaluation->scheme->method == TIER_PARETO ? _(indicator->name) : indicator->name;
    struct buffer raw cleanup(buffer_release) = {0};
    char change[24];
    tier_raw_json(indicator, way->step.raw, &raw);
    const char *value = copy_of(why, &raw);
    if (value == NULL)
        return NULL;
    if (!has_change(way))
        return why_text(why, _("with %s of %s"), name, value);
    decimal_format(change_of(way), change);
    return why_text(why, _("with %s of %s (%s%s)"), name, value, change_of(way) < 0 ? "" : "+",
                    change);
}

/* What is missing: points, and with quotas the place that has to be taken. */
static const char *missing_text(const struct tier_way *way, struct why *why)
{
    const enum tier_method method = way->evaluation->scheme->method;
    char points[24];
    decimal_format(way->step.points, points);
    if (method == TIER_QUOTA)
        return why_text(why, _("%s points more, for place %zu"), points, way->step.place + 1);
    return method == TIER_SCORE ? why_text(why, _("%s points more"), points) : NULL;
}

void tier_way_add(const struct tier_way *way, struct why *why)
{
    const struct tier_threshold *line = line_of(way);
    const bool by_rules = is_by_rules(way);
    if (line == NULL)
        return;
    why_add(why, (struct why_step){.figure = "next",
                                   .step = "next",
                                   .input = by_rules ? NULL : missing_text(way, why),
                                   .line = line->line,
                                   .value = tier_line_text(why, way->evaluation->scheme, line),
                                   .result = by_rules           ? fails_text(way, why)
                                             : way->step.single ? single_text(way, why)
                                             : way->evaluation->scheme->method == TIER_PARETO
                                                 ? _("out of reach whatever the sum")
                                                 : _("out of reach by any one indicator")});
}
