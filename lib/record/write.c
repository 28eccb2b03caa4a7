/* SPDX-License-Identifier: MIT */
/* Inserting and updating records. */
#include "record/record.h"

#include "base/text.h"

#include <string.h>

/* The custom fields of a kind as one JSON object: texts quoted, numbers as stored. */
static void custom_json(const struct crm_book *book, const struct record *record,
                        struct buffer *json)
{
    bool any = false;
    buffer_character(json, '{');
    for (size_t i = 0; i < book->policy->field_count; i++) {
        const struct value *value = &record->custom[i];
        const char *name = book->policy->fields[i].name;
        if (value_is_null(value) || strcmp(book->policy->fields[i].kind, record->kind->name) != 0)
            continue;
        if (any)
            buffer_character(json, ',');
        any = true;
        text_json_quote(json, name, strlen(name));
        buffer_character(json, ':');
        if (value->type == VALUE_INTEGER)
            buffer_integer(json, value->integer);
        else
            text_json_quote(json, value->text, value->length);
    }
    buffer_character(json, '}');
}

static crm_status custom_value(struct crm_book *book, const struct record *record,
                               struct query *query, struct value *out)
{
    struct buffer json cleanup(buffer_release) = {0};
    custom_json(book, record, &json);
    const char *text = json.failed ? NULL : arena_copy(&query->arena, buffer_string(&json));
    if (text == NULL)
        return error_no_memory(&book->error);
    *out = json.length > 2 ? value_text(text) : value_null();
    return CRM_OK;
}

/* Says which value is taken already. */
static crm_status explain_conflict(struct crm_book *book, const struct record *record)
{
    const struct kind *kind = record->kind;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct value *value = &record->values[i];
        if (!(kind->fields[i].flags & FIELD_KEY) || value->type != VALUE_TEXT)
            continue;
        error_set(&book->error, CRM_EXISTS, _("there is a %s with %s '%.*s' already"), kind->name,
                  kind->fields[i].name, (int)value->length, value->text);
        return error_hint(&book->error, _("choose another, or change that one: crm edit"));
    }
    error_set(&book->error, CRM_EXISTS, _("there is such a %s already (same %s)"), kind->name,
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
    buffer_printf(&query->sql, "INSERT INTO %s (entry", kind->table);
    if (given_identity(record) != NULL)
        buffer_text(&query->sql, ", id");
    for (size_t i = 0; i < kind->field_count; i++)
        if (is_stored(record, i))
            buffer_printf(&query->sql, ", %s", kind->fields[i].name);
    buffer_text(&query->sql, custom ? ", custom) VALUES (" : ") VALUES (");
}

static crm_status insert_sql(struct crm_book *book, const struct record *record,
                             struct query *query)
{
    bool custom = record->any_custom && record->kind->custom;
    const struct value *identity = given_identity(record);
    struct value json = value_null();
    crm_status status = custom ? custom_value(book, record, query, &json) : CRM_OK;
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
    buffer_text(&query->sql,
                record->kind->cluster == NULL ? ") RETURNING id" : ") RETURNING entry");
    return query->sql.failed ? error_no_memory(&book->error) : CRM_OK;
}

crm_status record_insert(struct crm_book *book, const struct record *record, int64_t *id)
{
    struct query query cleanup(query_release) = {0};
    struct value returned = value_null();
    crm_status status = derived_check(book, record);
    if (status == CRM_OK)
        status = insert_sql(book, record, &query);
    if (status == CRM_OK)
        status = store_row_values(book->store, &query.arena, buffer_string(&query.sql),
                                  query.parameters, query.count, &returned, 1);
    *id = record->kind->cluster == NULL ? returned.integer : 0;
    return status == CRM_CONFLICT ? explain_conflict(book, record) : status;
}

/* The stored form of one custom field, as an SQL expression over `alias`. */
static const char *custom_cast(enum data_type type)
{
    bool number = type == DATA_INTEGER || type == DATA_DECIMAL || type == DATA_BOOLEAN;
    return number ? "SELECT CAST(custom ->> $1 AS BIGINT) FROM %s WHERE id = $2"
                  : "SELECT custom ->> $1 FROM %s WHERE id = $2";
}

/* What custom fields hold now, so that those not given stay. */
static crm_status load_custom(struct crm_book *book, struct record *record, int64_t id,
                              struct query *query)
{
    for (size_t i = 0; i < book->policy->field_count; i++) {
        const struct custom_field *field = &book->policy->fields[i];
        if (record->custom_given[i] || strcmp(field->kind, record->kind->name) != 0)
            continue;
        const struct value parameters[] = {value_text(field->name), value_integer(id)};
        const char *sql =
            arena_printf(&query->arena, custom_cast(field->type), record->kind->table);
        if (sql == NULL)
            return error_no_memory(&book->error);
        crm_status status =
            store_row_values(book->store, &query->arena, sql, parameters, 2, &record->custom[i], 1);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

static crm_status update_custom(struct crm_book *book, struct record *record, int64_t id,
                                const char *separator, struct query *query)
{
    struct value json;
    crm_status status = load_custom(book, record, id, query);
    if (status == CRM_OK)
        status = custom_value(book, record, query, &json);
    if (status != CRM_OK)
        return status;
    buffer_printf(&query->sql, "%scustom = ", separator);
    query_value(query, json);
    return CRM_OK;
}

static crm_status update_sql(struct crm_book *book, struct record *record, int64_t id,
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
    return CRM_OK;
}

static bool is_empty(const struct record *record)
{
    for (size_t i = 0; i < record->kind->field_count; i++)
        if (is_stored(record, i))
            return false;
    return !record->any_custom;
}

crm_status record_update(struct crm_book *book, const struct record *record, int64_t id)
{
    struct query query cleanup(query_release) = {0};
    struct record copy = *record;
    if (is_empty(record))
        return CRM_OK;
    crm_status status = check_not_emptied(book, record);
    if (status == CRM_OK)
        status = derived_check(book, record);
    if (status == CRM_OK)
        status = update_sql(book, &copy, id, &query);
    if (status == CRM_OK)
        status = store_run(book->store, buffer_string(&query.sql), query.parameters, query.count);
    return status == CRM_CONFLICT ? explain_conflict(book, record) : status;
}
