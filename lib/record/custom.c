/* SPDX-License-Identifier: MIT */
/* Custom fields: the members of one JSON object, which a record keeps in the column `custom`. */
#include "record/record.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool custom_is_of(const struct custom_field *field, const struct kind *kind)
{
    return kind->custom && strcmp(field->kind, kind->name) == 0;
}

bool crm_book_is_sensitive(const crm_book *book, const char *kind_name, const char *name)
{
    const struct kind *kind = kind_name == NULL ? NULL : schema_kind(kind_name);
    const struct field *field = kind == NULL ? NULL : kind_field(kind, name);
    if (field != NULL)
        return (field->flags & FIELD_SENSITIVE) != 0;
    bool sensitive = book->policy == NULL;
    for (size_t i = 0; kind != NULL && book->policy != NULL && i < book->policy->field_count; i++)
        if (custom_is_of(&book->policy->fields[i], kind) &&
            strcmp(book->policy->fields[i].name, name) == 0)
            sensitive = book->policy->fields[i].sensitive;
    return sensitive;
}

void custom_sql(struct buffer *sql, const struct custom_field *field, const char *alias)
{
    /* The name is an identifier by the policy's check: it cannot break out of the quotes. */
    bool whole =
        field->type == DATA_INTEGER || field->type == DATA_DECIMAL || field->type == DATA_BOOLEAN;
    if (whole)
        buffer_printf(sql, "CAST(%s.custom ->> '%s' AS BIGINT)", alias, field->name);
    else if (field->type == DATA_REAL)
        buffer_printf(sql, "CAST(%s.custom ->> '%s' AS DOUBLE PRECISION)", alias, field->name);
    else
        buffer_printf(sql, "(%s.custom ->> '%s')", alias, field->name);
}

/* ---- The stored object, member by member. Values are texts and numbers, nothing deeper. ---- */

struct member {
    const char *name; /* without its quotes; an identifier, so that nothing in it is escaped */
    size_t name_length;
    const char *value; /* as it stands, quotes included */
    size_t value_length;
};

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n,{:");
}

/* Behind the text that begins at the quote `at`. */
static const char *skip_text(const char *at)
{
    for (at++; *at != '\0' && *at != '"'; at++)
        if (*at == '\\' && at[1] != '\0')
            at++;
    return *at == '"' ? at + 1 : at;
}

static bool next_member(const char **rest, struct member *out)
{
    const char *name = skip_blanks(*rest);
    if (*name != '"')
        return false;
    const char *end = skip_text(name);
    const char *value = skip_blanks(end);
    const char *after = *value == '"' ? skip_text(value) : value + strcspn(value, " \t\r\n,}");
    *out = (struct member){name + 1, (size_t)(end - name) - 2, value, (size_t)(after - value)};
    *rest = after;
    return after > value;
}

static bool has_member(const char *object, const struct member *wanted)
{
    struct member member;
    while (next_member(&object, &member))
        if (member.name_length == wanted->name_length &&
            memcmp(member.name, wanted->name, member.name_length) == 0)
            return true;
    return false;
}

static void append_member(struct buffer *json, const struct member *member)
{
    buffer_character(json, json->length == 0 ? '{' : ',');
    buffer_printf(json, "\"%.*s\":%.*s", (int)member->name_length, member->name,
                  (int)member->value_length, member->value);
}

/* ---- New objects ---- */

static void append_value(struct buffer *json, const char *name, const struct value *value)
{
    buffer_character(json, json->length == 0 ? '{' : ',');
    text_json_quote(json, name, strlen(name));
    buffer_character(json, ':');
    if (value->type == VALUE_INTEGER)
        buffer_integer(json, value->integer);
    else if (value->type == VALUE_REAL)
        buffer_printf(json, "%.17g", value->real);
    else
        text_json_quote(json, value->text, value->length);
}

static bool is_given(const struct crm_book *book, const struct record *record,
                     const struct member *member)
{
    for (size_t i = 0; i < book->policy->field_count; i++) {
        const struct custom_field *field = &book->policy->fields[i];
        if (record->custom_given[i] && custom_is_of(field, record->kind) &&
            strlen(field->name) == member->name_length &&
            memcmp(field->name, member->name, member->name_length) == 0)
            return true;
    }
    return false;
}

/* The finished object as a value in `arena`; null when it has no member. */
static crm_status finish(struct crm_book *book, struct buffer *json, struct arena *arena,
                         struct value *out)
{
    *out = value_null();
    bool empty = json->length == 0;
    buffer_character(json, '}');
    if (json->failed)
        return error_no_memory(&book->error);
    if (empty)
        return CRM_OK;
    const char *text = arena_copy_length(arena, json->data, json->length);
    *out = value_text(text);
    return text == NULL ? error_no_memory(&book->error) : CRM_OK;
}

crm_status custom_change(struct crm_book *book, const struct record *record,
                         const struct value *stored, struct arena *arena, struct value *out)
{
    struct buffer json cleanup(buffer_release) = {0};
    const char *rest = value_is_null(stored) ? "" : stored->text;
    struct member member;
    for (size_t i = 0; i < book->policy->field_count; i++)
        if (custom_is_of(&book->policy->fields[i], record->kind) &&
            !value_is_null(&record->custom[i]))
            append_value(&json, book->policy->fields[i].name, &record->custom[i]);
    while (next_member(&rest, &member))
        if (!is_given(book, record, &member))
            append_member(&json, &member);
    return finish(book, &json, arena, out);
}

crm_status custom_fill(struct crm_book *book, const struct value *into, const struct value *from,
                       struct arena *arena, struct value *out)
{
    struct buffer json cleanup(buffer_release) = {0};
    const char *own = value_is_null(into) ? "" : into->text;
    const char *rest = own;
    struct member member;
    while (next_member(&rest, &member))
        append_member(&json, &member);
    rest = value_is_null(from) ? "" : from->text;
    while (next_member(&rest, &member))
        if (!has_member(own, &member))
            append_member(&json, &member);
    return finish(book, &json, arena, out);
}

static const struct custom_field *declared(const struct crm_book *book, const struct kind *kind,
                                           const struct member *member)
{
    for (size_t i = 0; i < book->policy->field_count; i++) {
        const struct custom_field *field = &book->policy->fields[i];
        if (custom_is_of(field, kind) && strlen(field->name) == member->name_length &&
            memcmp(field->name, member->name, member->name_length) == 0)
            return field;
    }
    return NULL;
}

/* A number, a choice or a yes tells nothing of whom it is about. */
static bool is_impersonal(const struct custom_field *field)
{
    return !field->sensitive && field->type != DATA_TEXT && field->type != DATA_TAGS &&
           field->type != DATA_DATE && field->type != DATA_TIME;
}

crm_status custom_erase(struct crm_book *book, const struct kind *kind, const struct value *stored,
                        struct arena *arena, struct value *out)
{
    static const char placeholder[] = "\"forgotten\"";
    struct buffer json cleanup(buffer_release) = {0};
    const char *rest = value_is_null(stored) ? "" : stored->text;
    struct member member;
    while (next_member(&rest, &member)) {
        const struct custom_field *field = declared(book, kind, &member);
        if (field != NULL && field->required && field->type == DATA_TEXT) {
            member.value = placeholder;
            member.value_length = sizeof placeholder - 1;
        } else if (field == NULL || !is_impersonal(field)) {
            continue;
        }
        append_member(&json, &member);
    }
    return finish(book, &json, arena, out);
}

crm_status custom_load(struct crm_book *book, const struct kind *kind, int64_t id,
                       struct arena *arena, struct value *out)
{
    const struct value parameter = value_integer(id);
    const char *sql = arena_printf(arena, "SELECT custom FROM %s WHERE id = $1", kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    return store_row_values(book->store, arena, sql, &parameter, 1, out, 1);
}
