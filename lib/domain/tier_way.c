/* SPDX-License-Identifier: MIT */
/* The way to the next better tier. */
#include "domain/tier_way.h"

#include "base/decimal.h"
#include "base/text.h"
#include "output/sink.h"

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
    buffer_printf(json, "],\"policy_line\":%ld", rule->line);
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

struct value tier_way_json(const struct tier_way *way, struct arena *arena)
{
    struct buffer json cleanup(buffer_release) = {0};
    int tier = next_tier(way);
    if (tier == TIER_NONE)
        return value_null();
    buffer_text(&json, "{\"tier\":");
    text_json_quote(&json, way->policy->tiers[tier], strlen(way->policy->tiers[tier]));
    if (is_by_rules(way))
        rule_json(way, &json);
    else
        score_json(way, &json);
    buffer_character(&json, '}');
    return value_text(json.failed ? NULL : arena_copy(arena, buffer_string(&json)));
}

/* ---- For a person ---- */

static crm_status note_rule(const struct tier_way *way, const char *tier, struct crm_sink *sink)
{
    struct buffer fails cleanup(buffer_release) = {0};
    for (size_t i = 0; i < way->condition_count; i++) {
        const struct rule_condition *condition = &way->conditions[i];
        if (condition->rule == way->rule && !condition->met)
            buffer_printf(&fails, "%s%s", fails.length > 0 ? ", " : "", condition->text);
    }
    return sink_note(sink, _("next: %s, which fails on %s"), tier, buffer_string(&fails));
}

static crm_status note_single(const struct tier_way *way, const char *tier, struct crm_sink *sink)
{
    const struct indicator *indicator = &way->evaluation->indicators[way->step.indicator];
    struct buffer raw cleanup(buffer_release) = {0};
    char change[24];
    tier_raw_json(indicator, way->step.raw, &raw);
    if (!has_change(way))
        return sink_note(sink, _("next: %s with %s of %s"), tier, indicator->name,
                         buffer_string(&raw));
    decimal_format(change_of(way), change);
    return sink_note(sink, _("next: %s with %s of %s (%s%s)"), tier, indicator->name,
                     buffer_string(&raw), change_of(way) < 0 ? "" : "+", change);
}

crm_status tier_way_note(const struct tier_way *way, struct crm_sink *sink)
{
    int next = next_tier(way);
    if (next == TIER_NONE)
        return CRM_OK;
    const char *tier = way->policy->tiers[next];
    const enum tier_method method = way->evaluation->scheme->method;
    crm_status status = CRM_OK;
    char points[24];
    decimal_format(way->step.points, points);
    if (method == TIER_RULES)
        return note_rule(way, tier, sink);
    if (method == TIER_QUOTA)
        status = sink_note(sink, _("%s reaches to place %zu; this is place %zu of %zu"), tier,
                           way->step.place + 1, tier_place(way->evaluation, way->number) + 1,
                           way->evaluation->ranked);
    if (status != CRM_OK || way->step.single)
        return status == CRM_OK ? note_single(way, tier, sink) : status;
    return method == TIER_PARETO
               ? sink_note(sink, _("next: %s, out of reach whatever the sum"), tier)
               : sink_note(sink,
                           _("next: %s with %s points more, out of reach by any one "
                             "indicator"),
                           tier, points);
}
