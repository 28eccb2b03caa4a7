/* SPDX-License-Identifier: MIT */
/* Custom fields: the members of one JSON object, which a record keeps in the column `custom`. */
#include "record/record.h"

#include "base/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
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

const struct custom_field *custom_find(const struct policy *policy, const struct kind *kind,
                                       const char *name, size_t length)
{
    for (size_t i = 0; i < policy->field_count; i++) {
        const struct custom_field *field = &policy->fields[i];
        if (custom_is_of(field, kind) && strlen(field->name) == length &&
            memcmp(field->name, name, length) == 0)
            return field;
    }
    return NULL;
}

/* ---- In SQL ----
 * The name of a field is an identifier by the policy's check: it cannot break out of the quotes. */

/* The stored value, of whatever type it is, as text: 12 and "12" are the same. */
static void text_sql(struct buffer *sql, const struct custom_field *field, const char *alias)
{
    buffer_printf(sql, "CAST(%s.custom ->> '%s' AS TEXT)", alias, field->name);
}

/* The stored value as it stands in JSON: a text has its quotes. */
static void token_sql(struct buffer *sql, const struct custom_field *field, const char *alias)
{
    buffer_printf(sql, "CAST(%s.custom -> '%s' AS TEXT)", alias, field->name);
}

static bool is_stored_as_number(const struct custom_field *field)
{
    return field->type == DATA_INTEGER || field->type == DATA_DECIMAL ||
           field->type == DATA_BOOLEAN || field->type == DATA_REAL;
}

/* That the stored value has the form of a day, or of a time, which begins with its day. */
static void is_day_sql(struct buffer *sql, const struct custom_field *field, const char *alias)
{
    token_sql(sql, field, alias);
    buffer_printf(sql, " LIKE '\"____-__-__%s' AND rtrim(", field->type == DATA_TIME ? "%" : "\"");
    token_sql(sql, field, alias);
    buffer_text(sql, ", '0123456789-:TZ\"') = ''");
}

static void is_choice_sql(struct buffer *sql, const struct custom_field *field, const char *alias)
{
    text_sql(sql, field, alias);
    buffer_text(sql, " IN (NULL");
    for (size_t i = 0; i < field->choice_count; i++) {
        buffer_text(sql, ", '");
        for (const char *at = field->choices[i]; *at != '\0'; at++) {
            buffer_text(sql, *at == '\'' ? "'" : "");
            buffer_character(sql, *at);
        }
        buffer_character(sql, '\'');
    }
    buffer_character(sql, ')');
}

/* That the stored value is one of the field's type. */
static void is_of_type_sql(struct buffer *sql, const struct custom_field *field, const char *alias)
{
    if (field->type == DATA_DATE || field->type == DATA_TIME) {
        is_day_sql(sql, field, alias);
    } else if (field->type == DATA_ENUM) {
        is_choice_sql(sql, field, alias);
    } else if (field->type == DATA_BOOLEAN) {
        token_sql(sql, field, alias);
        buffer_text(sql, " IN ('0', '1')");
    } else if (field->type == DATA_REAL) {
        buffer_text(sql, "ltrim(substr(");
        token_sql(sql, field, alias);
        buffer_text(sql, ", 1, 1), '-0123456789') = ''");
    } else {
        buffer_text(sql, "rtrim(");
        token_sql(sql, field, alias);
        buffer_text(sql, ", '0123456789') IN ('', '-')");
    }
}

void custom_sql(struct buffer *sql, const struct custom_field *field, const char *alias)
{
    if (field->type == DATA_TEXT || field->type == DATA_TAGS) {
        text_sql(sql, field, alias);
        return;
    }
    buffer_text(sql, "(CASE WHEN ");
    is_of_type_sql(sql, field, alias);
    buffer_text(sql, " THEN ");
    if (field->type == DATA_REAL)
        buffer_printf(sql, "CAST(%s.custom ->> '%s' AS DOUBLE PRECISION)", alias, field->name);
    else if (is_stored_as_number(field))
        buffer_printf(sql, "CAST(%s.custom ->> '%s' AS BIGINT)", alias, field->name);
    else
        text_sql(sql, field, alias);
    buffer_text(sql, " END)");
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
        const struct custom_field *field =
            custom_find(book->policy, kind, member.name, member.name_length);
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

/* ---- Values of the stored object ---- */

static bool find_member(const struct value *object, const char *name, struct member *out)
{
    const char *rest = object->type == VALUE_TEXT ? object->text : "";
    const size_t length = strlen(name);
    while (next_member(&rest, out))
        if (out->name_length == length && memcmp(out->name, name, length) == 0)
            return true;
    return false;
}

/* A text without its quotes; anything else, and what is no JSON, as it stands. */
static const char *member_text(struct arena *arena, const struct member *member)
{
    const size_t length = member->value_length;
    const bool quoted = *member->value == '"' && length > 1 && member->value[length - 1] == '"';
    if (!quoted)
        return arena_copy_length(arena, member->value, length);
    if (memchr(member->value, '\\', length) == NULL)
        return arena_copy_length(arena, member->value + 1, length - 2);
    cJSON *parsed = cJSON_ParseWithLength(member->value, length);
    const char *text = cJSON_GetStringValue(parsed);
    const char *copy =
        text == NULL ? arena_copy_length(arena, member->value, length) : arena_copy(arena, text);
    cJSON_Delete(parsed);
    return copy;
}

static bool is_nothing(const struct member *member)
{
    return member->value_length == 4 && memcmp(member->value, "null", 4) == 0;
}

/* The number that a field of that type has as it stands there; false when it is none. */
static bool read_number(enum data_type type, const struct member *member, struct value *out)
{
    const char *digits = member->value + (*member->value == '-');
    const char *end = member->value + member->value_length;
    bool whole = digits < end && digits + strspn(digits, "0123456789") == end;
    if (type == DATA_REAL && digits < end && *digits >= '0' && *digits <= '9')
        *out = value_real(strtod(member->value, NULL));
    else if (whole && (type == DATA_INTEGER || type == DATA_DECIMAL || type == DATA_BOOLEAN))
        *out = value_integer(strtoll(member->value, NULL, 10));
    else
        return false;
    return type != DATA_BOOLEAN || (out->integer & ~INT64_C(1)) == 0;
}

crm_status custom_read(struct crm_book *book, const struct value *object,
                       const struct custom_field *field, struct arena *arena, struct value *out)
{
    struct member member;
    *out = value_null();
    if (!find_member(object, field->name, &member) || is_nothing(&member) ||
        read_number(field->type, &member, out))
        return CRM_OK;
    const char *text = member_text(arena, &member);
    *out = value_text(text);
    return text == NULL ? error_no_memory(&book->error) : CRM_OK;
}

crm_status custom_differs(struct crm_book *book, const struct value *object, const char *name,
                          const struct value *given, bool *differs)
{
    struct buffer json cleanup(buffer_release) = {0};
    struct member stored, wanted;
    const bool found = find_member(object, name, &stored);
    *differs = found;
    if (value_is_null(given))
        return CRM_OK;
    append_value(&json, name, given);
    const char *rest = buffer_string(&json);
    if (json.failed)
        return error_no_memory(&book->error);
    *differs = !found || !next_member(&rest, &wanted) ||
               stored.value_length != wanted.value_length ||
               memcmp(stored.value, wanted.value, wanted.value_length) != 0;
    return CRM_OK;
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
