/* SPDX-License-Identifier: MIT */
/* Merging two records that prove to be of one thing. */
#include "record/references.h"

#include <string.h>

struct merging {
    int64_t from, into;
};

/* A history cannot be mixed with another: `from` lends its own where `into` has none. */
static crm_status drop_second_history(struct crm_book *book, const struct kind *referring,
                                      const struct field *field, const struct merging *merging)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_integer(merging->into), value_integer(merging->from)};
    const char *sql = arena_printf(
        &arena, "DELETE FROM %s WHERE %s = $2 AND EXISTS (SELECT 1 FROM %s t WHERE t.%s = $1)",
        referring->table, field->name, referring->table, field->name);
    if (sql == NULL)
        return error_no_memory(&book->error);
    return store_run(book->store, sql, parameters, 2);
}

static crm_status move_reference(struct crm_book *book, const struct kind *referring,
                                 const struct field *field, void *context)
{
    const struct merging *merging = context;
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_integer(merging->into), value_integer(merging->from)};
    const char *sql = arena_printf(&arena, "UPDATE %s SET %s = $1 WHERE %s = $2", referring->table,
                                   field->name, field->name);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = CRM_OK;
    if (reference_is_part(referring, field))
        status = drop_second_history(book, referring, field, merging);
    if (status == CRM_OK)
        status = store_run(book->store, sql, parameters, 2);
    if (status != CRM_CONFLICT)
        return status;
    error_set(&book->error, CRM_CONFLICT, _("both have a %s of the same %s"), referring->name,
              referring->unique_count > 0 ? referring->unique[0] : field->name);
    return error_hint(&book->error, _("rename or remove one of the two first"));
}

/* Blanks of `into` are filled from `from`; its own values stay. */
static crm_status fill_blanks(struct crm_book *book, const struct kind *kind,
                              const struct merging *merging)
{
    struct query query cleanup(query_release) = {0};
    const char *separator = "";
    buffer_printf(&query.sql, "UPDATE %s SET ", kind->table);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->expression != NULL || (field->flags & FIELD_KEY))
            continue;
        buffer_printf(&query.sql, "%s%s = coalesce(%s.%s, f.%s)", separator, field->name,
                      kind->table, field->name, field->name);
        separator = ", ";
    }
    buffer_printf(&query.sql, " FROM (SELECT * FROM %s WHERE id = ", kind->table);
    query_value(&query, value_integer(merging->from));
    buffer_printf(&query.sql, ") f WHERE %s.id = ", kind->table);
    query_value(&query, value_integer(merging->into));
    if (query.sql.failed)
        return error_no_memory(&book->error);
    return store_run(book->store, buffer_string(&query.sql), query.parameters, query.count);
}

static crm_status fill_custom(struct crm_book *book, const struct kind *kind,
                              const struct merging *merging)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value from = value_null(), parameters[2] = {{0}, value_integer(merging->into)};
    if (!kind->custom)
        return CRM_OK;
    crm_status status = custom_load(book, kind, merging->from, &arena, &from);
    if (status == CRM_OK)
        status = custom_load(book, kind, merging->into, &arena, &parameters[0]);
    if (status == CRM_OK)
        status = custom_fill(book, &parameters[0], &from, &arena, &parameters[0]);
    const char *sql = arena_printf(&arena, "UPDATE %s SET custom = $1 WHERE id = $2", kind->table);
    if (status == CRM_OK && sql == NULL)
        status = error_no_memory(&book->error);
    return status == CRM_OK ? store_run(book->store, sql, parameters, 2) : status;
}

/* A record that named the other as its parent or referrer must not end up naming itself. */
static crm_status drop_self_references(struct crm_book *book, const struct kind *kind, int64_t id)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++) {
        const struct field *field = &kind->fields[i];
        if (field->type != DATA_REFERENCE || strcmp(field->reference, kind->name) != 0)
            continue;
        struct arena arena cleanup(arena_release) = {0};
        const struct value parameter = value_integer(id);
        const char *sql = arena_printf(&arena, "UPDATE %s SET %s = NULL WHERE id = $1 AND %s = $1",
                                       kind->table, field->name, field->name);
        status = sql == NULL ? error_no_memory(&book->error)
                             : store_run(book->store, sql, &parameter, 1);
    }
    return status;
}

/* Every fact of the customer that records of any kind bring about. */
static crm_status around_all(struct crm_book *book, int64_t customer,
                             crm_status (*derive)(struct crm_book *book, const struct kind *kind,
                                                  int64_t customer))
{
    static const struct kind *const moving[] = {&kind_order, &kind_visit, &kind_complaint,
                                                &kind_survey_answer, &kind_customer};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < sizeof moving / sizeof *moving && status == CRM_OK; i++)
        status = derive(book, moving[i], customer);
    return status;
}

/* What the journal keeps of the one is about the other from now on: `forget` must find it. */
static crm_status note_merged(struct crm_book *book, const struct kind *kind,
                              const struct merging *merging)
{
    const struct value parameters[] = {value_text(kind->name), value_integer(merging->from),
                                       value_integer(merging->into), value_integer(book->entry)};
    return store_run(book->store,
                     "INSERT INTO merged_record (kind, record, merged_into, entry) "
                     "VALUES ($1, $2, $3, $4)",
                     parameters, 4);
}

static crm_status merge_rows(struct crm_book *book, const struct kind *kind,
                             struct merging *merging)
{
    bool customers = kind == &kind_customer;
    crm_status status = CRM_OK;
    if (customers)
        status = around_all(book, merging->from, derived_before);
    if (status == CRM_OK && customers)
        status = around_all(book, merging->into, derived_before);
    if (status == CRM_OK && customers)
        status = derived_merge(book, merging->from, merging->into);
    if (status == CRM_OK)
        status = references_each(book, kind, move_reference, merging);
    if (status == CRM_OK)
        status = drop_self_references(book, kind, merging->into);
    if (status == CRM_OK)
        status = fill_blanks(book, kind, merging);
    if (status == CRM_OK)
        status = drop_self_references(book, kind, merging->into); /* of what was filled in */
    if (status == CRM_OK)
        status = fill_custom(book, kind, merging);
    if (status == CRM_OK)
        status = references_remove_row(book, kind, merging->from);
    if (status == CRM_OK)
        status = note_merged(book, kind, merging);
    if (status == CRM_OK)
        status = references_refuse_circle(book, kind, merging->into);
    if (status == CRM_OK && customers)
        status = around_all(book, merging->into, derived_after);
    return status;
}

crm_status crm_record_merge(crm_book *book, const char *kind_name, const char *from,
                            const char *into, crm_sink *sink)
{
    const struct kind *kind = NULL;
    struct merging merging = {0};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, from, &kind);
    if (status == CRM_OK && !kind->merges) {
        error_set(&book->error, CRM_USAGE, _("two records of the kind %s cannot be merged"),
                  _(kind->noun));
        status = error_hint(&book->error, _("customers, contacts, staff and products can"));
    }
    if (status == CRM_OK)
        status = record_resolve(book, kind, from, &merging.from);
    if (status == CRM_OK)
        status = record_resolve(book, kind, into, &merging.into);
    if (status == CRM_OK && merging.from == merging.into) {
        error_set(&book->error, CRM_USAGE, _("'%s' and '%s' are the same %s"), from, into,
                  _(kind->noun));
        status = error_hint(&book->error, _("name two different ones"));
    }
    if (status == CRM_OK)
        status = merge_rows(book, kind, &merging);
    if (status == CRM_OK)
        status = record_write(book, kind, merging.into, sink);
    if (status == CRM_OK)
        status = derived_note(book, sink);
    return book_end(book, status);
}
