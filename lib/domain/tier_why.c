/* SPDX-License-Identifier: MIT */
/* tier why: the terms of one customer's evaluation, from the evaluation itself. */
#include "domain/tier.h"

#include "base/decimal.h"
#include "base/text.h"
#include "record/record.h"

#include <string.h>

/* ---- The head: score, line, decision ---- */

static const struct choice changes[] = {{"promoted", N_("promoted")},
                                        {"demoted", N_("demoted")},
                                        {"held", N_("held")},
                                        {"new", N_("new")},
                                        {"same", N_("same")}};
static const char *const method_names[] = {"pareto", "score", "quota", "rules"};

struct why {
    struct crm_book *book;
    struct arena arena;
    struct tier_evaluation evaluation;
    size_t number; /* of the subject */
    struct value customer, name;
    struct value reason, actor; /* of the last change */
    int64_t foreign;
};

static void why_release(struct why *why)
{
    arena_release(&why->arena);
}

static const struct tier_subject *subject_of(const struct why *why)
{
    return &why->evaluation.subjects[why->number];
}

static struct value tier_value(const struct why *why, int tier)
{
    return tier == TIER_NONE ? value_null() : value_text(why->book->policy->tiers[tier]);
}

static struct value line_value(const struct why *why, int tier)
{
    int64_t line;
    return tier != TIER_NONE && tier_line(&why->evaluation, tier, &line) ? value_integer(line)
                                                                         : value_null();
}

static struct value day_value(struct why *why, bool known, day_number day)
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

/* A raw value as JSON: a number, or the letters of a credit grade. */
static void raw_json(const struct indicator *indicator, int64_t raw, struct buffer *json)
{
    char number[24];
    decimal_format(raw, number);
    if (is_grade(indicator))
        text_json_quote(json, indicator->bands[raw].label, strlen(indicator->bands[raw].label));
    else
        buffer_text(json, number);
}

static void decimal_member(struct buffer *json, const char *name, int64_t decimal)
{
    char number[24];
    decimal_format(decimal, number);
    buffer_printf(json, ",\"%s\":%s", name, number);
}

/* {"tier":"A","threshold":80,"indicator":"revenue","raw":1200,"change":200}; null when no single
 * change reaches a better tier. */
static struct value next_value(struct why *why, const struct tier_step *step)
{
    if (step->tier == TIER_NONE)
        return value_null();
    const struct indicator *indicator = &why->evaluation.indicators[step->indicator];
    const struct tier_term *term = &tier_terms(&why->evaluation, why->number)[step->indicator];
    struct buffer json cleanup(buffer_release) = {0};
    const char *tier = why->book->policy->tiers[step->tier];
    int64_t line;
    buffer_text(&json, "{\"tier\":");
    text_json_quote(&json, tier, strlen(tier));
    if (tier_line(&why->evaluation, step->tier, &line))
        decimal_member(&json, "threshold", line);
    buffer_text(&json, ",\"indicator\":");
    text_json_quote(&json, indicator->name, strlen(indicator->name));
    buffer_text(&json, ",\"raw\":");
    raw_json(indicator, step->raw, &json);
    if (!is_grade(indicator))
        decimal_member(&json, "change", step->raw - term->raw);
    buffer_character(&json, '}');
    return value_text(json.failed ? NULL : arena_copy(&why->arena, buffer_string(&json)));
}

static crm_status write_head(struct why *why, const struct tier_step *step, struct crm_sink *sink)
{
    const struct tier_subject *subject = subject_of(why);
    const struct tier_past *past = &subject->past;
    const struct tier_scheme *scheme = why->evaluation.scheme;
    const struct {
        struct column column;
        struct value value;
    } cells[] = {
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
        {{.name = "change",
          .label = _("Change"),
          .type = DATA_ENUM,
          .choices = changes,
          .choice_count = sizeof changes / sizeof *changes},
         value_text(tier_change_name(subject->decision.change))},
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
         next_value(why, step)},
        {{.name = "policy", .label = _("Policy")}, value_text(why->book->policy->fingerprint)},
        {{.name = "policy_line", .label = _("Policy line"), .type = DATA_INTEGER},
         value_integer(scheme->line)},
    };
    enum { CELLS = sizeof cells / sizeof *cells };
    struct column columns[CELLS];
    struct value values[CELLS];
    for (size_t i = 0; i < CELLS; i++) {
        columns[i] = cells[i].column;
        values[i] = cells[i].value;
    }
    const struct table table = {
        .name = "tier_why", .title = _("Tier"), .columns = columns, .count = CELLS, .record = true};
    return sink_page_begin(sink, &table, values);
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

static struct value raw_value(struct why *why, const struct indicator *indicator,
                              const struct tier_term *term)
{
    if (term->state == TERM_MISSING || (is_grade(indicator) && term->state == TERM_ZERO))
        return value_null();
    if (!is_grade(indicator))
        return value_integer(term->raw);
    struct buffer json cleanup(buffer_release) = {0};
    raw_json(indicator, term->raw, &json);
    return value_text(json.failed ? NULL : arena_copy(&why->arena, buffer_string(&json)));
}

/* Of a scheme with credit grades the raw values are of two types: JSON holds both. */
static struct value as_json(struct why *why, struct value raw)
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

static crm_status write_term(struct why *why, size_t k, bool grades, struct crm_sink *sink)
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

static crm_status write_terms(struct why *why, struct crm_sink *sink)
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

/* ---- Sentences for a person ---- */

static crm_status note_decision(const struct why *why, struct crm_sink *sink)
{
    const struct tier_subject *subject = subject_of(why);
    const struct tier_scheme *scheme = why->evaluation.scheme;
    if (!subject->rated)
        return sink_note(sink, _("prospects and lost customers have no tier"));
    if (subject->reached == TIER_NONE)
        return sink_note(sink, _("unrated: an input is missing"));
    if (subject->decision.change != CHANGE_HELD)
        return CRM_OK;
    if (scheme->demote_after > 0)
        return sink_note(sink, _("held: %d of %d evaluations below the line"), subject->past.below,
                         scheme->demote_after);
    return sink_note(sink, _("held: below the line, but not yet far or long enough"));
}

static crm_status note_next(const struct why *why, const struct tier_step *step,
                            struct crm_sink *sink)
{
    if (step->tier == TIER_NONE)
        return CRM_OK;
    const struct indicator *indicator = &why->evaluation.indicators[step->indicator];
    struct buffer raw cleanup(buffer_release) = {0};
    raw_json(indicator, step->raw, &raw);
    return sink_note(sink, _("next: %s with %s of %s"), why->book->policy->tiers[step->tier],
                     indicator->name, buffer_string(&raw));
}

/* ---- The whole ---- */

static crm_status find_customer(struct why *why, const char *reference)
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

static crm_status write_why(struct why *why, struct crm_sink *sink)
{
    const struct tier_step step = tier_next(&why->evaluation, why->number);
    crm_status status = write_head(why, &step, sink);
    if (status == CRM_OK)
        status = write_terms(why, sink);
    if (status == CRM_OK)
        status = sink_page_end(sink);
    if (status == CRM_OK)
        status = note_decision(why, sink);
    return status == CRM_OK ? note_next(why, &step, sink) : status;
}

crm_status crm_tier_why(crm_book *book, const char *scheme_name, const char *customer,
                        crm_sink *sink)
{
    struct why why cleanup(why_release) = {.book = book};
    const struct tier_scheme *scheme;
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = tier_scheme_find(book, scheme_name, &scheme);
    if (status == CRM_OK)
        status = tier_run(book, scheme, &why.arena, &why.evaluation, &why.foreign);
    if (status == CRM_OK)
        status = find_customer(&why, customer);
    return book_end(book, status == CRM_OK ? write_why(&why, sink) : status);
}
