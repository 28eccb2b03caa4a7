/* SPDX-License-Identifier: MIT */
/* What makes a new record whole: defaults, a key, and whatever is required. */
#include "record/record.h"

#include "base/text.h"

#include <string.h>

static crm_status apply_defaults(struct crm_book *book, struct record *record, struct arena *arena)
{
    const struct kind *kind = record->kind;
    const struct field_context context = book_field_context(book);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (record->given[i] || field->default_text == NULL)
            continue;
        crm_status status = field_parse(field, field->default_text, strlen(field->default_text),
                                        &context, arena, &record->values[i], NULL, &book->error);
        if (status != CRM_OK)
            return status;
        record->given[i] = true;
    }
    return CRM_OK;
}

static crm_status key_is_taken(struct crm_book *book, const struct kind *kind, const char *key,
                               bool *taken)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value id;
    const struct value parameter = value_text(key);
    const char *sql =
        arena_printf(&arena, "SELECT id FROM %s WHERE %s = $1", kind->table, kind->key);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, &parameter, 1, &id, 1);
    *taken = status == CRM_OK;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

/* The number after the newest record's: a key that ends in it is free but for odd hand-made ones.
 */
static crm_status next_number(struct crm_book *book, const struct kind *kind, struct arena *arena,
                              int64_t *out)
{
    struct value next = value_null();
    const char *sql = arena_printf(arena, "SELECT coalesce(max(id), 0) + 1 FROM %s", kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, arena, sql, NULL, 0, &next, 1);
    *out = next.integer;
    return status;
}

/* A key is to be typed: of a long name its beginning will do. */
static void shorten(struct buffer *slug)
{
    enum { LONGEST_KEY = 60 };
    if (slug->length <= LONGEST_KEY)
        return;
    slug->length = text_valid_prefix(slug->data, LONGEST_KEY);
    while (slug->length > 0 && slug->data[slug->length - 1] == '-')
        slug->length--;
    slug->data[slug->length] = '\0';
}

/* "acme-ltd", else "acme-ltd-2" … "acme-ltd-9", else with a number that grows with the table, so
 * that the thousandth customer of one name does not cost a thousand look-ups. */
static crm_status make_key(struct crm_book *book, const struct record *record, struct arena *arena,
                           const struct value *name, struct value *out)
{
    enum { FEW = 9 };
    struct buffer slug cleanup(buffer_release) = {0};
    crm_status status = text_slug(&slug, name->text, name->length);
    if (status != CRM_OK || slug.failed)
        return error_no_memory(&book->error);
    shorten(&slug);
    const char *base = slug.length > 0 ? buffer_string(&slug) : record->kind->name;
    bool taken = true;
    const char *key = NULL;
    for (int64_t number = 1; taken && status == CRM_OK; number++) {
        if (number == FEW + 1)
            status = next_number(book, record->kind, arena, &number);
        key = number == 1 ? arena_copy(arena, base)
                          : arena_printf(arena, "%s-%lld", base, (long long)number);
        if (key == NULL)
            return error_no_memory(&book->error);
        if (status == CRM_OK)
            status = key_is_taken(book, record->kind, key, &taken);
    }
    *out = value_text(key);
    return status;
}

/* A derived field follows from the others: what is missing is among them. */
static bool is_missing(const struct record *record, size_t field)
{
    unsigned flags = record->kind->fields[field].flags;
    return (flags & FIELD_REQUIRED) && !(flags & FIELD_DERIVED) &&
           value_is_null(&record->values[field]);
}

/* References come first: much of a record may follow from what it refers to. */
static crm_status require_fields(struct crm_book *book, const struct record *record)
{
    const struct kind *kind = record->kind;
    const struct field *missing = NULL;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        bool first =
            missing == NULL || (missing->type != DATA_REFERENCE && field->type == DATA_REFERENCE);
        if (first && is_missing(record, i))
            missing = field;
    }
    if (missing == NULL)
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("%s: '%s' is missing"), kind->name, missing->name);
    return error_hint(&book->error, _("give it: %s"), _(missing->help));
}

static crm_status require_custom(struct crm_book *book, const struct record *record)
{
    for (size_t i = 0; i < book->policy->field_count; i++) {
        const struct custom_field *field = &book->policy->fields[i];
        if (!field->required || !custom_is_of(field, record->kind) ||
            !value_is_null(&record->custom[i]))
            continue;
        error_set(&book->error, CRM_INVALID, _("%s: '%s' is missing"), record->kind->name,
                  field->name);
        return error_hint(&book->error, _("the policy requires it (policy.yaml:%ld)"), field->line);
    }
    return CRM_OK;
}

/* A key that was not given is made from the name. */
static crm_status complete_key(struct crm_book *book, struct record *record, struct arena *arena)
{
    const struct kind *kind = record->kind;
    int key = kind->key == NULL ? -1 : kind_field_index(kind, kind->key);
    if (key < 0 || !(kind->fields[key].flags & FIELD_KEY) || !value_is_null(&record->values[key]))
        return CRM_OK;
    const struct value *name = record_get(record, kind->title);
    if (value_is_null(name))
        return CRM_OK;
    record->given[key] = true;
    return make_key(book, record, arena, name, &record->values[key]);
}

crm_status record_complete(struct crm_book *book, struct record *record, struct arena *arena)
{
    crm_status status = apply_defaults(book, record, arena);
    if (status == CRM_OK)
        status = derived_complete(book, record, arena);
    if (status == CRM_OK)
        status = complete_key(book, record, arena);
    if (status == CRM_OK)
        status = require_fields(book, record);
    if (status == CRM_OK)
        status = require_custom(book, record);
    return status;
}
