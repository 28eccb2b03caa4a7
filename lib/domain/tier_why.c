/* SPDX-License-Identifier: MIT */
/* tier why: the terms of one customer's evaluation, from the evaluation itself. */
#include "domain/tier_why.h"

#include "base/decimal.h"
#include "domain/tier_rules.h"
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

static const struct choice changes[] = {{"promoted", N_("promoted")},
                                        {"demoted", N_("demoted")},
                                        {"held", N_("held")},
                                        {"new", N_("new")},
                                        {"same", N_("same")}};
static const char *const method_names[] = {"pareto", "score", "quota", "rules"};

#define LABELS(list) .choices = (list), .choice_count = sizeof(list) / sizeof *(list)

static const struct tier_subject *subject_of(const struct tier_explained *explained)
{
    return &explained->evaluation.subjects[explained->number];
}

/* ---- The head: score, line, decision, and what was before ---- */

static struct value tier_value(const struct tier_explained *explained, int tier)
{
    return tier == TIER_NONE ? value_null() : value_text(explained->why->book->policy->tiers[tier]);
}

static struct value line_value(const struct tier_explained *explained, int tier)
{
    int64_t line;
    return tier != TIER_NONE && tier_line(&explained->evaluation, tier, &line) ? value_integer(line)
                                                                               : value_null();
}

/* "2" evaluations or "3mo", as the policy says; the null value for none. */
static struct value patience_value(struct why *why, const struct tier_scheme *scheme)
{
    char text[24];
    if (scheme->demote_after_period.count > 0)
        return value_text(why_text(why, "%s", duration_format(scheme->demote_after_period, text)));
    if (scheme->demote_after == 0)
        return value_null();
    return value_text(why_text(why, "%d", scheme->demote_after));
}

/* Points below the line of the tier held; the null value when there is none to speak of. */
static struct value shortfall_value(const struct tier_explained *explained)
{
    const struct tier_subject *subject = subject_of(explained);
    const int64_t shortfall = tier_shortfall(&explained->evaluation, explained->number);
    return subject->has_score && subject->past.tier != TIER_NONE && shortfall > 0
               ? value_integer(shortfall)
               : value_null();
}

enum { RESULT_CELLS = 12, PAST_CELLS = 11 };

static void result_cells(const struct tier_explained *explained,
                         struct why_cell cells[RESULT_CELLS])
{
    const struct tier_subject *subject = subject_of(explained);
    const struct tier_evaluation *evaluation = &explained->evaluation;
    const bool ranked = evaluation->ranked > 0 && subject->has_score;
    const struct why_cell found[RESULT_CELLS] = {
        {{.name = "customer", .label = _("Customer")}, explained->key},
        {{.name = "name", .label = _("Name")}, explained->name},
        {{.name = "scheme", .label = _("Scheme")}, value_text(evaluation->scheme->name)},
        {{.name = "method", .label = _("Method")},
         value_text(method_names[evaluation->scheme->method])},
        {{.name = "tier", .label = _("Tier")}, tier_value(explained, subject->decision.tier)},
        {{.name = "previous", .label = _("Before")}, tier_value(explained, subject->past.tier)},
        {{.name = "reached", .label = _("By score")}, tier_value(explained, subject->reached)},
        {{.name = "score", .label = _("Score"), .type = DATA_DECIMAL},
         subject->has_score ? value_integer(subject->score) : value_null()},
        {{.name = "threshold", .label = _("Threshold"), .type = DATA_DECIMAL},
         line_value(explained, subject->reached)},
        {{.name = "place", .label = _("Place"), .type = DATA_INTEGER},
         ranked ? value_integer((int64_t)tier_place(evaluation, explained->number) + 1)
                : value_null()},
        {{.name = "ranked", .label = _("Customers ranked"), .type = DATA_INTEGER},
         ranked ? value_integer((int64_t)evaluation->ranked) : value_null()},
        {{.name = "change", .label = _("Change"), .type = DATA_ENUM, LABELS(changes)},
         value_text(tier_change_name(subject->decision.change))},
    };
    memcpy(cells, found, sizeof found);
}

static void past_cells(const struct tier_explained *explained, struct why_cell cells[PAST_CELLS])
{
    struct why *why = explained->why;
    const struct tier_scheme *scheme = explained->evaluation.scheme;
    const struct tier_past *past = &subject_of(explained)->past;
    const struct why_cell found[PAST_CELLS] = {
        {{.name = "shortfall", .label = _("Below the line by"), .type = DATA_DECIMAL},
         shortfall_value(explained)},
        {{.name = "demote_after", .label = _("Demoted after")}, patience_value(why, scheme)},
        {{.name = "margin", .label = _("Margin"), .type = DATA_DECIMAL},
         scheme->margin > 0 ? value_integer(scheme->margin) : value_null()},
        {{.name = "below", .label = _("Evaluations below"), .type = DATA_INTEGER},
         value_integer(past->below)},
        {{.name = "below_since", .label = _("Below since"), .type = DATA_DATE},
         value_text(past->below > 0 ? why_day(why, past->below_since) : NULL)},
        {{.name = "pinned", .label = _("Pinned"), .type = DATA_BOOLEAN},
         value_integer(past->pinned)},
        {{.name = "pinned_until", .label = _("Until"), .type = DATA_DATE},
         value_text(past->has_until ? why_day(why, past->until) : NULL)},
        {field_column(kind_field(&kind_tier_change, "reason")), explained->reason},
        {{.name = "actor", .label = _("By")}, explained->actor},
        {{.name = "next", .label = _("Next"), .type = DATA_JSON, .flags = COLUMN_HIDDEN},
         tier_way_json(&explained->way, why)},
        {{.name = "policy", .label = _("Policy")}, value_text(why->book->policy->fingerprint)},
    };
    memcpy(cells, found, sizeof found);
}

/* ---- The terms ---- */

static bool is_grade(const struct indicator *indicator)
{
    return indicator->source == SOURCE_CREDIT_GRADE;
}

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

/* Of a scheme with credit grades the raw values are of two types: JSON holds both. */
static struct value raw_value(struct why *why, const struct indicator *indicator,
                              const struct tier_term *term, bool grades)
{
    if (term->state == TERM_MISSING || (is_grade(indicator) && term->state == TERM_ZERO))
        return value_null();
    if (!grades)
        return value_integer(term->raw);
    struct buffer json cleanup(buffer_release) = {0};
    tier_raw_json(indicator, term->raw, &json);
    return value_text(why_text(why, "%s", json.failed ? "" : buffer_string(&json)));
}

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

enum { TERM_COLUMNS = 11 };

static void put_term(const struct tier_explained *explained, size_t k, bool grades,
                     struct value values[TERM_COLUMNS])
{
    struct why *why = explained->why;
    const struct indicator *indicator = &explained->evaluation.indicators[k];
    const struct tier_term *term = &tier_terms(&explained->evaluation, explained->number)[k];
    const struct tier_origin *origin = &tier_origins(&explained->evaluation, explained->number)[k];
    const bool known = term->state != TERM_MISSING;
    const bool dated = origin->rows > 0 && (origin->from != 0 || origin->to != 0);
    const struct value found[TERM_COLUMNS] = {
        value_text(indicator->name),
        raw_value(why, indicator, term, grades),
        known ? value_integer(term->points) : value_null(),
        value_integer(indicator->weight),
        known ? value_integer(score_product(term->points, indicator->weight)) : value_null(),
        value_text(source_of(indicator)),
        value_integer(origin->rows),
        value_text(dated ? why_day(why, origin->from) : NULL),
        value_text(dated ? why_day(why, origin->to) : NULL),
        value_text(state_words[term->state].name),
        value_text(why_place(why, indicator->line)),
    };
    memcpy(values, found, sizeof found);
}

static void put_term_columns(bool grades, struct column columns[TERM_COLUMNS])
{
    const struct column found[TERM_COLUMNS] = {
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
        {.name = "policy", .label = _("Policy")},
    };
    memcpy(columns, found, sizeof found);
}

/* ---- What is told of one customer ---- */

static crm_status keep_condition(void *context, const struct tier_threshold *rule,
                                 const char *condition, bool met)
{
    struct tier_explained *explained = context;
    struct why *why = explained->why;
    const char *text = why_text(why, "%s", condition);
    if (text == NULL)
        return error_no_memory(&why->book->error);
    struct rule_condition *grown = array_grow(explained->conditions, &explained->condition_capacity,
                                              explained->condition_count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&why->book->error);
    explained->conditions = grown;
    grown[explained->condition_count++] =
        (struct rule_condition){.rule = (size_t)(rule - explained->evaluation.scheme->thresholds),
                                .text = text,
                                .met = met};
    return CRM_OK;
}

/* All rules down to the one that fits; the last of those before it comes next. */
static crm_status explain_rules(struct tier_explained *explained)
{
    const struct tier_scheme *scheme = explained->evaluation.scheme;
    const struct tier_subject *subject = subject_of(explained);
    crm_status status = CRM_OK;
    explained->way.rule = scheme->threshold_count;
    if (scheme->method != TIER_RULES || !subject->rated)
        return CRM_OK;
    for (size_t i = 0; i < scheme->threshold_count && status == CRM_OK; i++) {
        const struct tier_threshold *rule = &scheme->thresholds[i];
        if (rule->tier > subject->reached)
            break;
        if (rule->tier < subject->reached)
            explained->way.rule = i;
        status =
            tier_rules_explain(explained->why->book, rule, subject->id, keep_condition, explained);
    }
    return status;
}

static crm_status read_customer(struct tier_explained *explained, int64_t id)
{
    struct why *why = explained->why;
    struct store *store = why->book->store;
    const struct value parameters[] = {value_integer(id),
                                       value_text(explained->evaluation.scheme->name)};
    struct value row[3];
    crm_status status = store_row_values(
        store, &why->arena, "SELECT key, name FROM customer WHERE id = $1", parameters, 1, row, 2);
    if (status != CRM_OK)
        return status;
    explained->key = row[0];
    explained->name = row[1];
    status = store_row_values(store, &why->arena,
                              "SELECT id, reason, actor FROM tier_change WHERE customer = $1 AND "
                              "scheme = $2 ORDER BY effective_on DESC, id DESC LIMIT 1",
                              parameters, 2, row, 3);
    if (status != CRM_OK)
        return status == CRM_NOT_FOUND ? CRM_OK : status;
    explained->change = row[0];
    explained->reason = row[1];
    explained->actor = row[2];
    return CRM_OK;
}

static void find_way(struct tier_explained *explained)
{
    explained->way.policy = explained->why->book->policy;
    explained->way.evaluation = &explained->evaluation;
    explained->way.number = explained->number;
    explained->way.step = tier_next(&explained->evaluation, explained->number);
    explained->way.conditions = explained->conditions;
    explained->way.condition_count = explained->condition_count;
}

crm_status tier_explain(struct why *why, const struct tier_scheme *scheme, int64_t customer,
                        struct tier_explained *out)
{
    int64_t foreign;
    *out = (struct tier_explained){.why = why};
    crm_status status = tier_run_whole(why->book, scheme, &why->arena, &out->evaluation, &foreign);
    const struct tier_subject *subject =
        status == CRM_OK ? tier_subject_find(&out->evaluation, customer) : NULL;
    if (subject == NULL)
        return status != CRM_OK ? status : CRM_NOT_FOUND;
    out->number = (size_t)(subject - out->evaluation.subjects);
    status = read_customer(out, customer);
    if (status == CRM_OK)
        status = explain_rules(out);
    if (status != CRM_OK)
        return status;
    find_way(out);
    return tier_add_steps(out);
}

void tier_explained_release(struct tier_explained *explained)
{
    free(explained->conditions);
}

/* ---- The whole ---- */

static crm_status write_why(const struct tier_explained *explained, struct crm_sink *sink)
{
    const struct tier_evaluation *evaluation = &explained->evaluation;
    struct why *why = explained->why;
    struct why_cell cells[RESULT_CELLS + PAST_CELLS];
    struct column columns[TERM_COLUMNS];
    struct value *values =
        arena_array(&why->arena, evaluation->indicator_count * TERM_COLUMNS, sizeof *values);
    bool grades = false;
    if (values == NULL)
        return error_no_memory(&why->book->error);
    for (size_t k = 0; k < evaluation->indicator_count; k++)
        grades = grades || is_grade(&evaluation->indicators[k]);
    put_term_columns(grades, columns);
    for (size_t k = 0; k < evaluation->indicator_count; k++)
        put_term(explained, k, grades, values + k * TERM_COLUMNS);
    result_cells(explained, cells);
    past_cells(explained, cells + RESULT_CELLS);
    const struct why_terms terms = {columns, TERM_COLUMNS, values, evaluation->indicator_count};
    const struct why_page page = {
        .name = "tier_why", .cells = cells, .count = sizeof cells / sizeof *cells, .terms = &terms};
    return why_write(why, &page, sink);
}

crm_status crm_tier_why(crm_book *book, const char *scheme_name, const char *customer,
                        crm_sink *sink)
{
    struct why why cleanup(why_release) = {.book = book};
    struct tier_explained explained cleanup(tier_explained_release) = {0};
    const struct tier_scheme *scheme;
    int64_t id = 0;
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = tier_scheme_find(book, scheme_name, &scheme);
    if (status == CRM_OK)
        status = record_resolve(book, &kind_customer, customer, &id);
    if (status == CRM_OK)
        status = tier_explain(&why, scheme, id, &explained);
    return book_end(book, status == CRM_OK ? write_why(&explained, sink) : status);
}
