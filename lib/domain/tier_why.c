/* SPDX-License-Identifier: MIT */
/* tier why: the terms of one customer's evaluation, from the evaluation itself. */
#include "domain/tier.h"
#include "domain/why.h"

#include "base/decimal.h"
#include "domain/tier_rules.h"
#include "domain/tier_way.h"
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

/* ---- The head: score, line, decision ---- */

static const struct choice changes[] = {{"promoted", N_("promoted")},
                                        {"demoted", N_("demoted")},
                                        {"held", N_("held")},
                                        {"new", N_("new")},
                                        {"same", N_("same")}};
static const char *const method_names[] = {"pareto", "score", "quota", "rules"};

struct tier_why {
    struct crm_book *book;
    struct arena arena;
    struct tier_evaluation evaluation;
    size_t number; /* of the subject */
    struct value customer, name;
    struct value reason, actor; /* of the last change */
    int64_t foreign;
    struct rule_condition *conditions; /* TIER_RULES: of the rules up to the one that fits */
    size_t condition_count, condition_capacity;
    struct tier_way way;
};

static void tier_why_release(struct tier_why *why)
{
    arena_release(&why->arena);
    free(why->conditions);
}

static const struct tier_subject *subject_of(const struct tier_why *why)
{
    return &why->evaluation.subjects[why->number];
}

static struct value tier_value(const struct tier_why *why, int tier)
{
    return tier == TIER_NONE ? value_null() : value_text(why->book->policy->tiers[tier]);
}

static struct value line_value(const struct tier_why *why, int tier)
{
    int64_t line;
    return tier != TIER_NONE && tier_line(&why->evaluation, tier, &line) ? value_integer(line)
                                                                         : value_null();
}

static struct value day_value(struct tier_why *why, bool known, day_number day)
{
    char *text = known ? arena_alloc(&why->arena, DATE_TEXT) : NULL;
    if (text != NULL)
        date_format(day, text);
    return value_text(text);
}

static bool is_grade(const struct indicator *indicator)
{
    return indicator->source == SOURCE_CREDIT_GRADE;
}

/* "2" evaluations or "3mo", as the policy says; the null value for none. */
static struct value patience_value(struct tier_why *why)
{
    const struct tier_scheme *scheme = why->evaluation.scheme;
    char text[24];
    if (scheme->demote_after_period.count > 0)
        return value_text(
            arena_copy(&why->arena, duration_format(scheme->demote_after_period, text)));
    if (scheme->demote_after == 0)
        return value_null();
    return value_text(arena_printf(&why->arena, "%d", scheme->demote_after));
}

/* Points below the line of the tier held; the null value when there is none to speak of. */
static struct value shortfall_value(const struct tier_why *why)
{
    const struct tier_subject *subject = subject_of(why);
    int64_t shortfall = tier_shortfall(&why->evaluation, why->number);
    return subject->has_score && subject->past.tier != TIER_NONE && shortfall > 0
               ? value_integer(shortfall)
               : value_null();
}

static struct value place_value(const struct tier_why *why, bool all)
{
    const struct tier_evaluation *evaluation = &why->evaluation;
    const enum tier_method method = evaluation->scheme->method;
    if ((method != TIER_PARETO && method != TIER_QUOTA) || !subject_of(why)->has_score)
        return value_null();
    return value_integer(
        (int64_t)(all ? evaluation->ranked : tier_place(evaluation, why->number) + 1));
}

static crm_status write_head(struct tier_why *why, struct crm_sink *sink)
{
    const struct tier_subject *subject = subject_of(why);
    const struct tier_past *past = &subject->past;
    const struct tier_scheme *scheme = why->evaluation.scheme;
    const struct why_cell cells[] = {
        {{.name = "customer", .label = _("Customer")}, why->customer},
        {{.name = "name", .label = _("Name")}, why->name},
        {{.name = "scheme", .label = _("Scheme")}, value_text(scheme->name)},
        {{.name = "method", .label = _("Method")}, value_text(method_names[scheme->method])},
        {{.name = "tier", .label = _("Tier")}, tier_value(why, subject->decision.tier)},
        {{.name = "previous", .label = _("Before")}, tier_value(why, past->tier)},
        {{.name = "reached", .label = _("By score")}, tier_value(why, subject->reached)},
        {{.name = "score", .label = _("Score"), .type = DATA_DECIMAL},
         subject->has_score ? value_integer(subject->score) : value_null()},
        {{.name = "threshold", .label = _("Threshold"), .type = DATA_DECIMAL},
         line_value(why, subject->reached)},
        {{.name = "place", .label = _("Place"), .type = DATA_INTEGER}, place_value(why, false)},
        {{.name = "ranked", .label = _("Customers ranked"), .type = DATA_INTEGER},
         place_value(why, true)},
        {{.name = "change",
          .label = _("Change"),
          .type = DATA_ENUM,
          .choices = changes,
          .choice_count = sizeof changes / sizeof *changes},
         value_text(tier_change_name(subject->decision.change))},
        {{.name = "shortfall", .label = _("Below the line by"), .type = DATA_DECIMAL},
         shortfall_value(why)},
        {{.name = "demote_after", .label = _("Demoted after")}, patience_value(why)},
        {{.name = "margin", .label = _("Margin"), .type = DATA_DECIMAL},
         scheme->margin > 0 ? value_integer(scheme->margin) : value_null()},
        {{.name = "below", .label = _("Evaluations below"), .type = DATA_INTEGER},
         value_integer(past->below)},
        {{.name = "below_since", .label = _("Below since"), .type = DATA_DATE},
         day_value(why, past->below > 0, past->below_since)},
        {{.name = "pinned", .label = _("Pinned"), .type = DATA_BOOLEAN},
         value_integer(past->pinned)},
        {{.name = "pinned_until", .label = _("Until"), .type = DATA_DATE},
         day_value(why, past->has_until, past->until)},
        {field_column(kind_field(&kind_tier_change, "reason")), why->reason},
        {{.name = "actor", .label = _("By")}, why->actor},
        {{.name = "next", .label = _("Next"), .type = DATA_JSON, .flags = COLUMN_HIDDEN},
         tier_way_json(&why->way, &why->arena)},
        {{.name = "policy", .label = _("Policy")}, value_text(why->book->policy->fingerprint)},
        {{.name = "policy_line", .label = _("Policy line"), .type = DATA_INTEGER},
         value_integer(scheme->line)},
    };
    return why_begin_page(why->book, &why->arena, "tier_why", _("Tier"), cells,
                          sizeof cells / sizeof *cells, sink);
}

/* ---- The terms ---- */

static const char *source_of(const struct indicator *indicator)
{
    switch (indicator->source) {
    case SOURCE_REVENUE:
    case SOURCE_PROFIT:
    case SOURCE_ORDERS:
    case SOURCE_GROWTH:
        return "order_line";
    case SOURCE_SATISFACTION:
        return "survey_answer";
    case SOURCE_YEARS:
    case SOURCE_FIELD:
    case SOURCE_CREDIT_GRADE:
    case SOURCE_ON_TIME_PAYMENT:
        break;
    }
    return "customer";
}

static struct value raw_value(struct tier_why *why, const struct indicator *indicator,
                              const struct tier_term *term)
{
    if (term->state == TERM_MISSING || (is_grade(indicator) && term->state == TERM_ZERO))
        return value_null();
    if (!is_grade(indicator))
        return value_integer(term->raw);
    struct buffer json cleanup(buffer_release) = {0};
    tier_raw_json(indicator, term->raw, &json);
    return value_text(json.failed ? NULL : arena_copy(&why->arena, buffer_string(&json)));
}

/* Of a scheme with credit grades the raw values are of two types: JSON holds both. */
static struct value as_json(struct tier_why *why, struct value raw)
{
    char number[24];
    if (raw.type != VALUE_INTEGER)
        return raw;
    decimal_format(raw.integer, number);
    return value_text(arena_copy(&why->arena, number));
}

#define LABELS(list) .choices = (list), .choice_count = sizeof(list) / sizeof *(list)

static const struct choice source_words[] = {{"order_line", N_("order lines")},
                                             {"survey_answer", N_("survey answers")},
                                             {"customer", N_("the customer's file")}};
static const struct choice state_words[] = {{"missing", N_("missing")},
                                            {"known", N_("known")},
                                            {"zero", N_("as zero")},
                                            {"median", N_("as the median")}};
/* Indicators are named by the policy; pareto's are these. */
static const struct choice indicator_words[] = {{"revenue", N_("revenue")},
                                                {"profit", N_("profit")}};

static crm_status write_term(struct tier_why *why, size_t k, bool grades, struct crm_sink *sink)
{
    const struct indicator *indicator = &why->evaluation.indicators[k];
    const struct tier_term *term = &tier_terms(&why->evaluation, why->number)[k];
    bool known = term->state != TERM_MISSING;
    bool dated = term->rows > 0 && (term->from != 0 || term->to != 0);
    struct value raw = raw_value(why, indicator, term);
    const struct value values[] = {
        value_text(indicator->name),
        grades ? as_json(why, raw) : raw,
        known ? value_integer(term->points) : value_null(),
        value_integer(indicator->weight),
        known ? value_integer(score_product(term->points, indicator->weight)) : value_null(),
        value_text(source_of(indicator)),
        value_integer(term->rows),
        day_value(why, dated, term->from),
        day_value(why, dated, term->to),
        value_text(state_words[term->state].name),
        value_integer(indicator->line),
    };
    return sink_row(sink, values);
}

static crm_status write_terms(struct tier_why *why, struct crm_sink *sink)
{
    const struct tier_evaluation *evaluation = &why->evaluation;
    bool grades = false;
    for (size_t k = 0; k < evaluation->indicator_count; k++)
        grades = grades || is_grade(&evaluation->indicators[k]);
    const struct column columns[] = {
        {.name = "indicator", .label = _("Indicator"), LABELS(indicator_words)},
        {.name = "raw", .label = _("Value"), .type = grades ? DATA_JSON : DATA_DECIMAL},
        {.name = "points", .label = _("Points"), .type = DATA_DECIMAL},
        {.name = "weight", .label = _("Weight"), .type = DATA_DECIMAL},
        {.name = "product", .label = _("Weighted"), .type = DATA_DECIMAL},
        {.name = "source", .label = _("Source"), LABELS(source_words)},
        {.name = "rows", .label = _("Rows"), .type = DATA_INTEGER},
        {.name = "from", .label = _("First day"), .type = DATA_DATE},
        {.name = "to", .label = _("Last day"), .type = DATA_DATE},
        {.name = "state", .label = _("Input"), LABELS(state_words)},
        {.name = "policy_line", .label = _("Policy line"), .type = DATA_INTEGER},
    };
    const struct table table = {.name = "terms",
                                .title = _("Terms"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t k = 0; k < evaluation->indicator_count && status == CRM_OK; k++)
        status = write_term(why, k, grades, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- The conditions of rules ---- */

static crm_status keep_condition(void *context, const struct tier_threshold *rule,
                                 const char *condition, bool met)
{
    struct tier_why *why = context;
    struct rule_condition *grown = array_grow(why->conditions, &why->condition_capacity,
                                              why->condition_count + 1, sizeof *grown);
    const char *text = arena_copy(&why->arena, condition);
    if (grown == NULL || text == NULL)
        return error_no_memory(&why->book->error);
    why->conditions = grown;
    grown[why->condition_count++] = (struct rule_condition){
        .rule = (size_t)(rule - why->evaluation.scheme->thresholds), .text = text, .met = met};
    return CRM_OK;
}

/* All rules down to the one that fits; the last of those before it comes next. */
static crm_status explain_rules(struct tier_why *why)
{
    const struct tier_scheme *scheme = why->evaluation.scheme;
    const struct tier_subject *subject = subject_of(why);
    crm_status status = CRM_OK;
    why->way.rule = scheme->threshold_count;
    if (scheme->method != TIER_RULES || !subject->rated)
        return CRM_OK;
    for (size_t i = 0; i < scheme->threshold_count && status == CRM_OK; i++) {
        const struct tier_threshold *rule = &scheme->thresholds[i];
        if (rule->tier > subject->reached)
            break;
        if (rule->tier < subject->reached)
            why->way.rule = i;
        status = tier_rules_explain(why->book, rule, subject->id, keep_condition, why);
    }
    return status;
}

static crm_status write_rules(struct tier_why *why, struct crm_sink *sink)
{
    const struct tier_scheme *scheme = why->evaluation.scheme;
    const struct column columns[] = {
        {.name = "tier", .label = _("Tier")},
        {.name = "condition", .label = _("Condition")},
        {.name = "met", .label = _("Met"), .type = DATA_BOOLEAN},
        {.name = "policy_line", .label = _("Policy line"), .type = DATA_INTEGER},
    };
    const struct table table = {.name = "rules",
                                .title = _("Rules"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < why->condition_count && status == CRM_OK; i++) {
        const struct rule_condition *condition = &why->conditions[i];
        const struct tier_threshold *rule = &scheme->thresholds[condition->rule];
        const struct value values[] = {tier_value(why, rule->tier), value_text(condition->text),
                                       value_integer(condition->met), value_integer(rule->line)};
        status = sink_row(sink, values);
    }
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- Sentences for a person ---- */

static crm_status note_missing(const struct tier_why *why, struct crm_sink *sink)
{
    struct buffer names cleanup(buffer_release) = {0};
    const struct tier_term *terms = tier_terms(&why->evaluation, why->number);
    for (size_t k = 0; k < why->evaluation.indicator_count; k++)
        if (terms[k].state == TERM_MISSING)
            buffer_printf(&names, "%s%s", names.length > 0 ? ", " : "",
                          why->evaluation.indicators[k].name);
    return sink_note(sink, _("unrated: an input is missing: %s"), buffer_string(&names));
}

static crm_status note_pin(const struct tier_past *past, struct crm_sink *sink)
{
    char until[DATE_TEXT];
    if (!past->has_until)
        return sink_note(sink, _("set by hand: evaluations keep it"));
    date_format(past->until, until);
    return sink_note(sink, _("set by hand: evaluations keep it until %s"), until);
}

/* What holds the tier, and what will let it go. */
static crm_status note_held(const struct tier_why *why, struct crm_sink *sink)
{
    const struct tier_subject *subject = subject_of(why);
    const struct tier_scheme *scheme = why->evaluation.scheme;
    const day_number today = why->evaluation.today;
    const struct tier_past after = tier_past_after(&subject->past, &subject->decision, today);
    char text[24];
    crm_status status = CRM_OK;
    if (scheme->demote_after > 0)
        status = sink_note(sink, _("held: %d of %d evaluations below the line"), after.below,
                           scheme->demote_after);
    if (scheme->demote_after_period.count > 0) {
        date_format(date_add(after.below_since, scheme->demote_after_period), text);
        status = sink_note(sink, _("held: below the line; it falls from %s on"), text);
    }
    if (status != CRM_OK || scheme->margin == 0)
        return status;
    decimal_format(scheme->margin, text);
    return sink_note(sink, _("held: more than %s points below the line let it fall at once"), text);
}

static crm_status note_decision(const struct tier_why *why, struct crm_sink *sink)
{
    const struct tier_subject *subject = subject_of(why);
    if (tier_is_pinned(&subject->past, why->evaluation.today))
        return note_pin(&subject->past, sink);
    if (!subject->rated)
        return sink_note(sink, _("prospects and lost customers have no tier"));
    if (subject->reached == TIER_NONE)
        return note_missing(why, sink);
    return subject->decision.change == CHANGE_HELD ? note_held(why, sink) : CRM_OK;
}

/* ---- The whole ---- */

static crm_status find_customer(struct tier_why *why, const char *reference)
{
    struct crm_book *book = why->book;
    struct value row[2];
    int64_t id = 0;
    crm_status status = record_resolve(book, &kind_customer, reference, &id);
    if (status != CRM_OK)
        return status;
    const struct value parameters[] = {value_integer(id), value_text(why->evaluation.scheme->name)};
    status =
        store_row_values(book->store, &why->arena, "SELECT key, name FROM customer WHERE id = $1",
                         parameters, 1, row, 2);
    why->customer = row[0];
    why->name = row[1];
    const struct tier_subject *subject = tier_subject_find(&why->evaluation, id);
    if (status != CRM_OK || subject == NULL)
        return status != CRM_OK ? status : CRM_NOT_FOUND;
    why->number = (size_t)(subject - why->evaluation.subjects);
    status = store_row_values(book->store, &why->arena,
                              "SELECT reason, actor FROM tier_change WHERE customer = $1 AND "
                              "scheme = $2 ORDER BY id DESC LIMIT 1",
                              parameters, 2, row, 2);
    why->reason = status == CRM_OK ? row[0] : value_null();
    why->actor = status == CRM_OK ? row[1] : value_null();
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

static crm_status write_why(struct tier_why *why, struct crm_sink *sink)
{
    why->way.policy = why->book->policy;
    why->way.evaluation = &why->evaluation;
    why->way.number = why->number;
    why->way.step = tier_next(&why->evaluation, why->number);
    crm_status status = explain_rules(why);
    why->way.conditions = why->conditions;
    why->way.condition_count = why->condition_count;
    if (status == CRM_OK)
        status = write_head(why, sink);
    if (status == CRM_OK)
        status = write_terms(why, sink);
    if (status == CRM_OK)
        status = write_rules(why, sink);
    if (status == CRM_OK)
        status = sink_page_end(sink);
    if (status == CRM_OK)
        status = note_decision(why, sink);
    return status == CRM_OK ? tier_way_note(&why->way, sink) : status;
}

crm_status crm_tier_why(crm_book *book, const char *scheme_name, const char *customer,
                        crm_sink *sink)
{
    struct tier_why why cleanup(tier_why_release) = {.book = book};
    const struct tier_scheme *scheme;
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = tier_scheme_find(book, scheme_name, &scheme);
    if (status == CRM_OK)
        status = tier_run_whole(book, scheme, &why.arena, &why.evaluation, &why.foreign);
    if (status == CRM_OK)
        status = find_customer(&why, customer);
    return book_end(book, status == CRM_OK ? write_why(&why, sink) : status);
}
