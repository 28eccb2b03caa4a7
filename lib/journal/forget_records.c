/* SPDX-License-Identifier: MIT */
/* Erasing what is personal in records, whatever their kind: the descriptors say what that is. */
#include "journal/forget.h"

#include <stdlib.h>
#include <string.h>

static bool is_personal(const struct field *field)
{
    return (field->flags & (FIELD_PERSONAL | FIELD_SENSITIVE)) != 0 && field->expression == NULL &&
           (field->flags & FIELD_DERIVED) == 0;
}

/* ---- What a value becomes ---- */

/* Words that the program itself chose are counted, and tell of nobody; so are chosen answers. */
static crm_status kept_sql(struct forgetting *forgetting, const struct subject_part *part,
                           const struct field *field, struct query *query)
{
    for (size_t i = 0; i < field->word_count; i++) {
        buffer_printf(&query->sql, "%st.%s = ", i > 0 ? " OR " : "", field->name);
        query_value(query, value_text(field->words[i].name));
    }
    const struct subject *subject = &forgetting->subject;
    return derived_counted_words(forgetting->book, part->kind, field, part->where, subject->id,
                                 query);
}

/* "t.notes = NULL": the new value of one field over alias t. */
static crm_status erased_sql(struct forgetting *forgetting, const struct subject_part *part,
                             const struct field *field, struct query *query)
{
    if (field->flags & FIELD_KEY) {
        buffer_text(&query->sql, "('forgotten-' || t.id)");
        return CRM_OK;
    }
    if (field->flags & FIELD_REQUIRED) {
        buffer_text(&query->sql, "('forgotten #' || t.id)");
        return CRM_OK;
    }
    buffer_text(&query->sql, "CASE WHEN ");
    size_t before = query->sql.length;
    crm_status status = kept_sql(forgetting, part, field, query);
    bool some = query->sql.length > before;
    if (some)
        buffer_printf(&query->sql, " THEN t.%s END", field->name);
    else if (!query->sql.failed)
        query->sql.length = before - strlen("CASE WHEN ");
    if (!some)
        buffer_text(&query->sql, "NULL");
    return status;
}

/* UPDATE … SET each personal field WHERE about the person and any of them is not erased yet. */
static crm_status update_sql(struct forgetting *forgetting, const struct subject_part *part,
                             struct query *query, bool *any)
{
    struct buffer changed cleanup(buffer_release) = {0};
    crm_status status = CRM_OK;
    *any = false;
    subject_query(&forgetting->subject, query);
    buffer_printf(&query->sql, "UPDATE %s AS t SET ", part->kind->table);
    for (size_t i = 0; i < part->kind->field_count && status == CRM_OK; i++) {
        const struct field *field = &part->kind->fields[i];
        if (!is_personal(field))
            continue;
        buffer_printf(&query->sql, "%s%s = ", *any ? ", " : "", field->name);
        size_t from = query->sql.length;
        status = erased_sql(forgetting, part, field, query);
        buffer_printf(&changed, "%st.%s IS DISTINCT FROM %s", *any ? " OR " : "", field->name,
                      query->sql.failed ? "" : query->sql.data + from);
        *any = true;
    }
    buffer_printf(&query->sql, " WHERE %s AND (%s)", part->where, buffer_string(&changed));
    if (changed.failed || query->sql.failed)
        return error_no_memory(&forgetting->book->error);
    return status;
}

static crm_status erase_fields(struct forgetting *forgetting, const struct subject_part *part,
                               int64_t *count)
{
    struct query query cleanup(query_release) = {0};
    struct store *store = forgetting->book->store;
    bool any;
    crm_status status = update_sql(forgetting, part, &query, &any);
    if (status != CRM_OK || !any)
        return status;
    status = store_run(store, buffer_string(&query.sql), query.parameters, query.count);
    if (status == CRM_OK)
        *count += store_changes(store);
    if (status != CRM_CONFLICT)
        return status;
    error_set(&forgetting->book->error, CRM_CONFLICT,
              _("a record other than this one is called 'forgotten-…' and its number"));
    return error_hint(&forgetting->book->error, _("give that one another key: crm edit"));
}

/* ---- Fields of the policy's own ---- */

struct own_fields {
    struct forgetting *forgetting;
    struct id_list ids;
};

static crm_status add_id(void *context, const struct value *row)
{
    struct own_fields *own = context;
    struct id_list *ids = &own->ids;
    return id_list_add(ids, row[0].integer) ? CRM_OK
                                            : error_no_memory(&own->forgetting->book->error);
}

static crm_status erase_own(struct forgetting *forgetting, const struct kind *kind, int64_t id,
                            bool *changed)
{
    struct crm_book *book = forgetting->book;
    struct arena arena cleanup(arena_release) = {0};
    struct value stored = value_null(), parameters[2] = {{0}, value_integer(id)};
    crm_status status = custom_load(book, kind, id, &arena, &stored);
    if (status == CRM_OK)
        status = custom_erase(book, kind, &stored, &arena, &parameters[0]);
    if (status != CRM_OK)
        return status;
    *changed = !value_equal(&stored, &parameters[0]);
    const char *sql = arena_printf(&arena, "UPDATE %s SET custom = $1 WHERE id = $2", kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    return *changed ? store_run(book->store, sql, parameters, 2) : CRM_OK;
}

static crm_status erase_own_fields(struct forgetting *forgetting, const struct subject_part *part,
                                   int64_t *count)
{
    struct own_fields own = {.forgetting = forgetting};
    struct query query cleanup(query_release) = {0};
    if (!part->kind->custom)
        return CRM_OK;
    subject_query(&forgetting->subject, &query);
    buffer_printf(&query.sql, "SELECT t.id FROM %s t WHERE %s AND t.custom IS NOT NULL",
                  part->kind->table, part->where);
    crm_status status = query.sql.failed ? error_no_memory(&forgetting->book->error) : CRM_OK;
    if (status == CRM_OK)
        status = store_query(forgetting->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, add_id, &own);
    for (size_t i = 0; i < own.ids.count && status == CRM_OK; i++) {
        bool changed = false;
        status = erase_own(forgetting, part->kind, own.ids.items[i], &changed);
        *count += changed;
    }
    id_list_release(&own.ids);
    return status;
}

/* ---- What else holds a name ---- */

/* To whom reminders were given: under the new login they are given still. */
static crm_status rename_recipient(struct forgetting *forgetting)
{
    const struct subject *subject = &forgetting->subject;
    struct arena arena cleanup(arena_release) = {0};
    struct value login, parameters[2] = {value_integer(subject->id)};
    if (subject->kind != &kind_staff || subject->removed)
        return CRM_OK;
    crm_status status =
        store_row_values(forgetting->book->store, &arena, "SELECT login FROM staff WHERE id = $1",
                         parameters, 1, &login, 1);
    parameters[0] = login;
    parameters[1] = value_text(arena_printf(&arena, "forgotten-%lld", (long long)subject->id));
    if (status == CRM_OK && value_is_null(&parameters[1]))
        status = error_no_memory(&forgetting->book->error);
    return status == CRM_OK ? store_run(forgetting->book->store,
                                        "UPDATE reminder_given SET recipient = $2 "
                                        "WHERE recipient = $1 AND recipient <> $2",
                                        parameters, 2)
                            : status;
}

/* To whom they were given under a login that nobody has now: they are never asked for again. */
static crm_status drop_recipients(struct forgetting *forgetting)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < forgetting->logins.count && status == CRM_OK; i++) {
        const struct value login = value_text(forgetting->logins.items[i].text);
        status = store_run(forgetting->book->store,
                           "DELETE FROM reminder_given WHERE recipient = $1 "
                           "AND NOT EXISTS (SELECT 1 FROM staff WHERE login = $1)",
                           &login, 1);
    }
    return status;
}

/* The items of birthdays have the day in their names: see remind_care.c. */
static crm_status drop_birthdays_of(struct forgetting *forgetting, const char *prefix, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *first = arena_printf(&arena, "care:birthday:%s%lld:", prefix, (long long)id);
    const char *end = arena_printf(&arena, "care:birthday:%s%lld;", prefix, (long long)id);
    const struct value parameters[] = {value_text(first), value_text(end)};
    if (first == NULL || end == NULL)
        return error_no_memory(&forgetting->book->error);
    return store_run(forgetting->book->store,
                     "DELETE FROM reminder_given WHERE item >= $1 AND item < $2", parameters, 2);
}

static crm_status drop_birthdays(struct forgetting *forgetting)
{
    const struct subject *subject = &forgetting->subject;
    const struct value id = value_integer(subject->id);
    struct own_fields contacts = {.forgetting = forgetting};
    if (subject->kind == &kind_contact)
        return drop_birthdays_of(forgetting, kind_contact.prefix, subject->id);
    if (subject->kind != &kind_customer)
        return CRM_OK;
    crm_status status = drop_birthdays_of(forgetting, "", subject->id);
    if (status == CRM_OK)
        status = store_query(forgetting->book->store, "SELECT id FROM contact WHERE customer = $1",
                             &id, 1, add_id, &contacts);
    for (size_t i = 0; i < contacts.ids.count && status == CRM_OK; i++)
        status = drop_birthdays_of(forgetting, kind_contact.prefix, contacts.ids.items[i]);
    free(contacts.ids.items);
    return status;
}

crm_status forget_records(struct forgetting *forgetting)
{
    crm_status status = rename_recipient(forgetting);
    if (status == CRM_OK)
        status = drop_recipients(forgetting);
    if (status == CRM_OK)
        status = drop_birthdays(forgetting);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        const struct subject_part *part = &forgetting->subject.parts[i];
        int64_t fields = 0, own = 0;
        if (part->where == NULL)
            continue;
        status = erase_fields(forgetting, part, &fields);
        if (status == CRM_OK)
            status = erase_own_fields(forgetting, part, &own);
        forgetting->erased[i] = fields > own ? fields : own;
    }
    return status;
}
