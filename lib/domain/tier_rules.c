/* SPDX-License-Identifier: MIT */
/* The method `rules`: the first tier whose filter a customer passes. */
#include "domain/tier_rules.h"

#include "record/filter.h"

struct choosing {
    const struct tier_evaluation *evaluation;
    int tier;
};

static crm_status choose(void *context, const struct value *row)
{
    const struct choosing *choosing = context;
    struct tier_subject *subject = tier_subject_find(choosing->evaluation, row[0].integer);
    if (subject != NULL && !subject->chosen) {
        subject->chosen = true;
        subject->reached = choosing->tier;
    }
    return CRM_OK;
}

static crm_status apply_rule(struct crm_book *book, const struct tier_threshold *rule,
                             const struct tier_evaluation *evaluation)
{
    struct query query cleanup(query_release) = {0};
    struct crm_filter filter;
    crm_status status = filter_split(rule->filter, &query.arena, &filter, &book->error);
    buffer_text(&query.sql, "SELECT t.id FROM customer t WHERE 1 = 1");
    if (status == CRM_OK)
        status = filter_sql(book, &kind_customer, "t", &filter, &query);
    if (status != CRM_OK)
        return error_place(&book->error, book->policy->file, rule->line, 0);
    struct choosing choosing = {evaluation, rule->tier};
    return store_query(book->store, buffer_string(&query.sql), query.parameters, query.count,
                       choose, &choosing);
}

crm_status tier_rules_load(struct crm_book *book, const struct tier_evaluation *evaluation)
{
    const struct tier_scheme *scheme = evaluation->scheme;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < scheme->threshold_count && status == CRM_OK; i++)
        status = apply_rule(book, &scheme->thresholds[i], evaluation);
    return status;
}

/* ---- Why ---- */

static crm_status note_met(void *context, const struct value *row)
{
    (void)row;
    *(bool *)context = true;
    return CRM_OK;
}

static crm_status ask_condition(struct crm_book *book, const char *word, int64_t customer,
                                bool *met)
{
    struct query query cleanup(query_release) = {0};
    const struct crm_filter filter = {&word, 1};
    *met = false;
    buffer_text(&query.sql, "SELECT t.id FROM customer t WHERE t.id = ");
    query_value(&query, value_integer(customer));
    crm_status status = filter_sql(book, &kind_customer, "t", &filter, &query);
    return status == CRM_OK ? store_query(book->store, buffer_string(&query.sql), query.parameters,
                                          query.count, note_met, met)
                            : status;
}

crm_status tier_rules_explain(struct crm_book *book, const struct tier_threshold *rule,
                              int64_t customer, tier_condition each, void *context)
{
    struct arena arena cleanup(arena_release) = {0};
    struct crm_filter filter;
    bool met;
    crm_status status = filter_split(rule->filter, &arena, &filter, &book->error);
    for (size_t i = 0; i < filter.count && status == CRM_OK; i++) {
        status = ask_condition(book, filter.words[i], customer, &met);
        if (status == CRM_OK)
            status = each(context, rule, filter.words[i], met);
    }
    return status;
}
