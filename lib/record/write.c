/* SPDX-License-Identifier: MIT */
/* Inserting and updating records. */
#include "record/references.h"

#include "base/text.h"

#include <string.h>

/* Says which value is taken already. */
static crm_status explain_conflict(struct crm_book *book, const struct record *record)
{
    const struct kind *kind = record->kind;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct value *value = &record->values[i];
        if (!(kind->fields[i].flags & FIELD_KEY) || value->type != VALUE_TEXT)
            continue;
        error_set(&book->error, CRM_EXISTS, _("there is a %s with %s '%.*s' already"),
                  _(kind->noun), kind->fields[i].name, (int)value->length, value->text);
        return error_hint(&book->error, _("choose another, or change that one: crm edit"));
    }
    error_set(&book->error, CRM_EXISTS, _("there is such a %s already (same %s)"), _(kind->noun),
              kind->unique_count > 0 ? kind->unique[0] : "id");
    return error_hint(&book->error, _("change that one: crm edit"));
}

static bool is_stored(const struct record *record, size_t field)
{
    return record->given[field] && record->kind->fields[field].expression == NULL;
}

/* An identity given as V-7 or P-3 becomes the row's id. */
static const struct value *given_identity(const struct record *record)
{
    for (size_t i = 0; i < record->kind->field_count; i++)
        if ((record->kind->fields[i].flags & FIELD_IDENTITY) && record->given[i] &&
            record->values[i].type == VALUE_INTEGER)
            return &record->values[i];
    return NULL;
}

static void insert_columns(const struct record *record, struct query *query, bool custom)
{
    const struct kind *kind = record->kind;
    buffer_text(&query->sql, "INSERT INTO ");
    buffer_text(&query->sql, kind->table);
    buffer_text(&query->sql, " (entry");
    if (given_identity(record) != NULL)
        buffer_text(&query->sql, ", id");
    for (size_t i = 0; i < kind->field_count; i++) {
        if (!is_stored(record, i))
            continue;
        buffer_text(&query->sql, ", ");
        buffer_text(&query->sql, kind->fields[i].name);
    }
    buffer_text(&query->sql, custom ? ", custom) VALUES (" : ") VALUES (");
}

static crm_status insert_sql(struct crm_book *book, const struct record *record,
                             struct query *query)
{
    bool custom = record->any_custom && record->kind->custom;
    const struct value *identity = given_identity(record);
    const struct value nothing = value_null();
    struct value json = value_null();
    crm_status status =
        custom ? custom_change(book, record, &nothing, &query->arena, &json) : CRM_OK;
    if (status != CRM_OK)
        return status;
    insert_columns(record, query, custom);
    query_value(query, value_integer(book->entry));
    if (identity != NULL) {
        buffer_text(&query->sql, ", ");
        query_value(query, *identity);
    }
    for (size_t i = 0; i < record->kind->field_count; i++) {
        if (!is_stored(record, i))
            continue;
        buffer_text(&query->sql, ", ");
        query_value(query, record->values[i]);
    }
    if (custom) {
        buffer_text(&query->sql, ", ");
        query_value(query, json);
    }
    buffer_text(&query->sql, record->kind->cluster == NULL ? ") RETURNING id" : ")");
    return query->sql.failed ? error_no_memory(&book->error) : CRM_OK;
}

static crm_status run_insert(struct crm_book *book, const struct record *record,
                             struct query *query, int64_t *id)
{
    const char *sql = buffer_string(&query->sql);
    struct value made = value_integer(0);
    crm_status status = record->kind->cluster != NULL
                            ? store_run(book->store, sql, query->parameters, query->count)
                            : store_row_values(book->store, &query->arena, sql, query->parameters,
                                               query->count, &made, 1);
    *id = made.integer;
    return status;
}

crm_status record_insert(struct crm_book *book, const struct record *record, int64_t *id)
{
    struct query query cleanup(query_release) = {0};
    *id = 0;
    crm_status status = derived_check(book, record);
    if (status == CRM_OK)
        status = insert_sql(book, record, &query);
    if (status == CRM_OK)
        status = run_insert(book, record, &query, id);
    return status == CRM_CONFLICT ? explain_conflict(book, record) : status;
}

static crm_status update_custom(struct crm_book *book, const struct record *record, int64_t id,
                                const char *separator, struct query *query)
{
    struct value stored = value_null(), json;
    crm_status status = custom_load(book, record->kind, id, &query->arena, &stored);
    if (status == CRM_OK)
        status = custom_change(book, record, &stored, &query->arena, &json);
    if (status != CRM_OK)
        return status;
    buffer_printf(&query->sql, "%scustom = ", separator);
    query_value(query, json);
    return CRM_OK;
}

static crm_status update_sql(struct crm_book *book, const struct record *record, int64_t id,
                             struct query *query)
{
    const struct kind *kind = record->kind;
    const char *separator = "";
    crm_status status = CRM_OK;
    buffer_printf(&query->sql, "UPDATE %s SET ", kind->table);
    for (size_t i = 0; i < kind->field_count; i++) {
        if (!is_stored(record, i))
            continue;
        buffer_printf(&query->sql, "%s%s = ", separator, kind->fields[i].name);
        query_value(query, record->values[i]);
        separator = ", ";
    }
    if (record->any_custom && kind->custom)
        status = update_custom(book, record, id, separator, query);
    buffer_text(&query->sql, " WHERE id = ");
    query_value(query, value_integer(id));
    return query->sql.failed ? error_no_memory(&book->error) : status;
}

static crm_status check_not_emptied(struct crm_book *book, const struct record *record)
{
    for (size_t i = 0; i < record->kind->field_count; i++) {
        const struct field *field = &record->kind->fields[i];
        if (!record->given[i] || !value_is_null(&record->values[i]) ||
            !(field->flags & FIELD_REQUIRED))
            continue;
        error_set(&book->error, CRM_INVALID, _("%s: '%s' cannot be empty"), record->kind->name,
                  field->name);
        return error_hint(&book->error, _("give it: %s"), _(field->help));
    }
    for (size_t i = 0; i < book->policy->field_count; i++) {
        const struct custom_field *field = &book->policy->fields[i];
        if (!field->required || !record->custom_given[i] || !value_is_null(&record->custom[i]))
            continue;
        error_set(&book->error, CRM_INVALID, _("%s: '%s' cannot be empty"), record->kind->name,
                  field->name);
        return error_hint(&book->error, _("the policy requires it (policy.yaml:%ld)"), field->line);
    }
    return CRM_OK;
}

/* Whether a field that names a record of the same kind, such as the parent, is given. */
static bool names_own_kind(const struct record *record)
{
    for (size_t i = 0; i < record->kind->field_count; i++) {
        const struct field *field = &record->kind->fields[i];
        if (record->given[i] && field->type == DATA_REFERENCE &&
            strcmp(field->reference, record->kind->name) == 0)
            return true;
    }
    return false;
}

static bool is_empty(const struct record *record)
{
    for (size_t i = 0; i < record->kind->field_count; i++)
        if (is_stored(record, i))
            return false;
    return !record->any_custom;
}

/* Calls for all that is given, in one order. */
struct comparing {
    struct buffer *sql;         /* NULL: compares */
    const struct value *stored; /* the columns of that SQL */
    size_t count;
    bool differs;
};

static void compare_field(struct comparing *comparing, const char *name, const struct value *given)
{
    if (comparing->sql != NULL)
        buffer_printf(comparing->sql, ", %s", name);
    else if (!value_equal(given, &comparing->stored[comparing->count]))
        comparing->differs = true;
    comparing->count++;
}

static void compare_all(const struct record *record, struct comparing *comparing)
{
    const struct kind *kind = record->kind;
    for (size_t i = 0; i < kind->field_count; i++)
        if (is_stored(record, i))
            compare_field(comparing, kind->fields[i].name, &record->values[i]);
}

/* The same for the policy's own fields, in the object that the record keeps. */
static crm_status compare_custom(struct crm_book *book, const struct record *record, int64_t id,
                                 struct arena *arena, bool *differs)
{
    struct value object = value_null();
    crm_status status =
        record->any_custom ? custom_load(book, record->kind, id, arena, &object) : CRM_OK;
    for (size_t i = 0; i < book->policy->field_count && status == CRM_OK && !*differs; i++)
        if (record->custom_given[i])
            status = custom_differs(book, &object, book->policy->fields[i].name, &record->custom[i],
                                    differs);
    return status;
}

crm_status record_differs(struct crm_book *book, const struct record *record, int64_t id,
                          bool *differs)
{
    struct arena arena cleanup(arena_release) = {0};
    struct buffer sql cleanup(buffer_release) = {0};
    const struct value parameter = value_integer(id);
    struct comparing comparing = {.sql = &sql, .count = 1};
    buffer_text(&sql, "SELECT id");
    compare_all(record, &comparing);
    buffer_printf(&sql, " FROM %s WHERE id = $1", record->kind->table);
    struct value *stored = arena_array(&arena, comparing.count, sizeof *stored);
    if (sql.failed || stored == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, buffer_string(&sql), &parameter, 1,
                                         stored, comparing.count);
    comparing = (struct comparing){.stored = stored, .count = 1};
    if (status == CRM_OK)
        compare_all(record, &comparing);
    *differs = comparing.differs;
    return status == CRM_OK ? compare_custom(book, record, id, &arena, differs) : status;
}

crm_status record_update(struct crm_book *book, const struct record *record, int64_t id)
{
    struct query query cleanup(query_release) = {0};
    int64_t owner = 0;
    if (is_empty(record))
        return CRM_OK;
    crm_status status = check_not_emptied(book, record);
    if (status == CRM_OK)
        status = derived_check(book, record);
    if (status == CRM_OK)
        status = update_sql(book, record, id, &query);
    if (status == CRM_OK)
        status = derived_owner(book, record, id, &owner);
    if (status == CRM_OK)
        status = store_run(book->store, buffer_string(&query.sql), query.parameters, query.count);
    if (status == CRM_CONFLICT)
        return explain_conflict(book, record);
    if (status == CRM_OK && names_own_kind(record))
        status = references_refuse_circle(book, record->kind, id);
    return status == CRM_OK ? derived_pass_on(book, record, id, owner) : status;
}
