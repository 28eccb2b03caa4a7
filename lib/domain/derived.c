/* SPDX-License-Identifier: MIT */
/* Which domain keeps which facts: the one place where records meet sales, visits and the rest. */
#include "record/record.h"

#include "base/text.h"
#include "domain/care.h"
#include "domain/complaint.h"
#include "domain/customer.h"
#include "domain/sales.h"
#include "domain/survey.h"
#include "domain/tier.h"
#include "domain/visit.h"

#include <string.h>

static bool moves_sales(const struct kind *kind)
{
    return kind == &kind_order || kind == &kind_line;
}

crm_status derived_settle(struct crm_book *book, const struct kind *kind, struct crm_sink *sink)
{
    return kind == &kind_customer ? visit_settle_to_read(book, sink) : CRM_OK;
}

crm_status derived_before(struct crm_book *book, const struct kind *kind, int64_t customer)
{
    return moves_sales(kind) ? sales_take_out(book, customer) : CRM_OK;
}

crm_status derived_before_many(struct crm_book *book, const struct kind *kind, int64_t *customers,
                               size_t count)
{
    return moves_sales(kind) ? sales_take_out_many(book, customers, count) : CRM_OK;
}

crm_status derived_follow(struct crm_book *book, const struct kind *kind, int64_t id)
{
    return kind == &kind_order ? sales_settle_lines(book, id) : CRM_OK;
}

/* A first order begins the relation with a customer who has no since-date. */
static bool moves_visits(const struct kind *kind)
{
    return kind == &kind_visit || kind == &kind_customer || kind == &kind_tier_change ||
           moves_sales(kind);
}

crm_status derived_after(struct crm_book *book, const struct kind *kind, int64_t customer)
{
    if (kind == &kind_complaint)
        return complaint_count_open(book, customer);
    if (kind == &kind_survey_answer)
        return survey_follow(book, &customer, 1);
    crm_status status = CRM_OK;
    if (kind == &kind_tier_change)
        status = tier_follow_history(book, customer);
    if (moves_sales(kind))
        status = sales_put_in(book, customer);
    return status == CRM_OK && moves_visits(kind) ? visit_refresh(book, customer) : status;
}

crm_status derived_after_many(struct crm_book *book, const struct kind *kind, int64_t *customers,
                              size_t count)
{
    crm_status status = CRM_OK;
    if (kind == &kind_complaint_event)
        return complaint_follow_events(book);
    if (kind == &kind_survey_answer)
        return survey_follow(book, customers, count);
    if (moves_sales(kind))
        status = sales_put_in_many(book, customers, count);
    for (size_t i = 0; kind == &kind_tier_change && i < count && status == CRM_OK; i++)
        status = tier_follow_history(book, customers[i]);
    if (moves_visits(kind))
        return status == CRM_OK ? visit_refresh_many(book, customers, count) : status;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = derived_after(book, kind, customers[i]);
    return status;
}

crm_status derived_lines_begin(struct crm_book *book, int64_t *customers, size_t count,
                               struct sales_sums **out)
{
    crm_status status = sales_sums_begin(book, customers, count, out);
    return status == CRM_OK ? sales_sums_date(*out) : status;
}

crm_status derived_lines_add(struct sales_sums *sums, const struct value *line)
{
    return sales_sums_add(sums, line);
}

crm_status derived_lines_end(struct crm_book *book, struct sales_sums *sums,
                             const int64_t *customers, size_t count)
{
    crm_status status = sales_sums_end(sums);
    return status == CRM_OK && !sales_sums_are_dated(sums)
               ? visit_refresh_many(book, customers, count)
               : status;
}

void derived_lines_free(struct sales_sums *sums)
{
    sales_sums_free(sums);
}

crm_status derived_complete(struct crm_book *book, struct record *record, struct arena *arena)
{
    if (record->kind == &kind_order)
        return sales_complete_order(book, record);
    if (record->kind == &kind_line)
        return sales_complete_line(book, record, arena);
    if (record->kind == &kind_visit)
        return visit_complete(book, record);
    if (record->kind == &kind_complaint)
        return complaint_complete(book, record, arena);
    if (record->kind == &kind_tier_change)
        tier_complete_change(book, record);
    return care_complete(book, record);
}

crm_status derived_update(struct crm_book *book, const struct record *record, int64_t id,
                          int64_t customer)
{
    if (record->kind == &kind_order)
        return sales_update_order(book, record, id, customer);
    if (record->kind == &kind_visit)
        return visit_check_update(book, record, id);
    if (record->kind == &kind_complaint)
        return complaint_update(book, record, id);
    return care_check_update(book, record, id);
}

/* ---- Owners of customers ---- */

static bool gives_owner(const struct record *record)
{
    return record->kind == &kind_customer && record->given[kind_field_index(record->kind, "owner")];
}

crm_status derived_owner(struct crm_book *book, const struct record *record, int64_t id,
                         int64_t *owner)
{
    *owner = 0;
    return gives_owner(record) ? visit_owner(book, id, owner) : CRM_OK;
}

crm_status derived_pass_on(struct crm_book *book, const struct record *record, int64_t id,
                           int64_t owner)
{
    return gives_owner(record)
               ? visit_pass_on(book, id, owner, record_get(record, "owner")->integer, 0)
               : CRM_OK;
}

crm_status derived_merge(struct crm_book *book, int64_t from, int64_t into)
{
    int64_t former = 0, owner = 0;
    crm_status status = visit_owner(book, from, &former);
    if (status == CRM_OK)
        status = visit_owner(book, into, &owner);
    return status == CRM_OK ? visit_pass_on(book, from, former, owner, 0) : status;
}

bool derived_builds_on(const struct kind *kind, const char *earlier, const char *later)
{
    return kind == &kind_visit && strcmp(earlier, "staff") == 0 && strcmp(later, "done_at") == 0;
}

crm_status derived_owner_back(struct crm_book *book, int64_t customer, int64_t owner, int64_t entry)
{
    int64_t now = 0;
    crm_status status = visit_owner(book, customer, &now);
    if (status == CRM_NOT_FOUND)
        return CRM_OK;
    return status == CRM_OK ? visit_pass_on(book, customer, owner, now, entry) : status;
}

crm_status derived_note(struct crm_book *book, struct crm_sink *sink)
{
    return book->passed_on == 0 ? CRM_OK
                                : sink_note(sink,
                                            _("planned visits passed on to the new owner: "
                                              "%lld"),
                                            (long long)book->passed_on);
}

/* ---- Words that the policy defines ---- */

static const char *const *channels(const struct policy *policy, size_t *count)
{
    *count = policy->channel_count;
    return policy->channels;
}

static const char *const *categories(const struct policy *policy, size_t *count)
{
    *count = policy->category_count;
    return policy->categories;
}

static const char *const *services(const struct policy *policy, size_t *count)
{
    *count = policy->service_count;
    return policy->services;
}

/* Fields whose values are words of the policy; an empty list allows any. */
static const struct vocabulary {
    const struct kind *kind;
    const char *field;
    const char *const *(*words)(const struct policy *policy, size_t *count);
    const char *key; /* of the policy, for the hint */
} vocabularies[] = {
    {&kind_visit, "channel", channels, "channels"},
    {&kind_contact, "preferred_channel", channels, "channels"},
    {&kind_customer, "visit_channel", channels, "channels"},
    {&kind_complaint, "category", categories, "complaints.categories"},
    {&kind_complaint, "service", services, "complaints.services"},
};

static crm_status check_word(struct crm_book *book, const struct vocabulary *vocabulary,
                             const struct value *value)
{
    size_t count;
    const char *const *words = vocabulary->words(book->policy, &count);
    struct buffer list cleanup(buffer_release) = {0};
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == value->length && memcmp(words[i], value->text, value->length) == 0)
            return CRM_OK;
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    if (count == 0)
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("%s: the policy knows no '%.*s'"), vocabulary->field,
              (int)value->length, value->text);
    return error_hint(&book->error, _("choose one of %s, or add it to '%s' in policy.yaml"),
                      buffer_string(&list), vocabulary->key);
}

static crm_status check_cause(struct crm_book *book, const struct value *value)
{
    const struct policy *policy = book->policy;
    for (size_t i = 0; i < policy->cause_count; i++)
        if (strlen(policy->causes[i].name) == value->length &&
            memcmp(policy->causes[i].name, value->text, value->length) == 0)
            return CRM_OK;
    if (policy->cause_count == 0)
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("cause: the policy knows no '%.*s'"), (int)value->length,
              value->text);
    return error_hint(&book->error, _("see 'complaints.causes' in policy.yaml"));
}

bool derived_has_words(const struct kind *kind)
{
    for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
        if (vocabularies[i].kind == kind)
            return true;
    return false;
}

crm_status derived_check(struct crm_book *book, const struct record *record)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies && status == CRM_OK; i++) {
        if (vocabularies[i].kind != record->kind)
            continue;
        const struct value *value = record_get(record, vocabularies[i].field);
        if (!value_is_null(value))
            status = check_word(book, &vocabularies[i], value);
    }
    if (status == CRM_OK && record->kind == &kind_complaint &&
        !value_is_null(record_get(record, "cause")))
        status = check_cause(book, record_get(record, "cause"));
    return status == CRM_OK ? care_check(book, record) : status;
}

crm_status derived_counted_words(struct crm_book *book, const struct kind *kind,
                                 const struct field *field, const char *where, int64_t id,
                                 struct query *query)
{
    if (kind != &kind_survey_answer || strcmp(field->name, "answer_text") != 0)
        return CRM_OK;
    return survey_counted_words(book, where, id, query);
}

void derived_announce(struct crm_book *book, const struct kind *kind, int64_t id,
                      struct crm_sink *sink)
{
    if (kind == &kind_customer)
        customer_announce(book, id, sink);
}

crm_status derived_sections(struct crm_book *book, const struct kind *kind, int64_t id,
                            struct crm_sink *sink)
{
    if (kind == &kind_customer)
        return customer_sections(book, id, sink);
    return kind == &kind_complaint ? complaint_sections(book, id, sink) : CRM_OK;
}
