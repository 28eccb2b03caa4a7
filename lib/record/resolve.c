/* SPDX-License-Identifier: MIT */
/* From what a person writes to the one record that is meant. */
#include "record/record.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CANDIDATES = 6 };

struct candidates {
    int64_t ids[MOST_CANDIDATES];
    size_t count; /* found; more than MOST_CANDIDATES are not looked for */
    struct buffer names;
};

static crm_status add_candidate(void *context, const struct value *row)
{
    struct candidates *found = context;
    for (size_t i = 0; i < found->count; i++)
        if (found->ids[i] == row[0].integer)
            return CRM_OK;
    if (found->count == MOST_CANDIDATES)
        return CRM_OK;
    found->ids[found->count++] = row[0].integer;
    buffer_text(&found->names, found->count > 1 ? ", " : "");
    buffer_append(&found->names, row[1].text, row[1].length);
    if (row[2].type == VALUE_TEXT && row[2].length > 0)
        buffer_printf(&found->names, " (%.*s)", (int)row[2].length, row[2].text);
    return CRM_OK;
}

/* SELECT id, name of the record, title … WHERE `condition`, order included, over alias t. */
static crm_status look(struct crm_book *book, const struct kind *kind, const char *condition,
                       const struct value *parameters, size_t count, struct candidates *found)
{
    struct buffer sql cleanup(buffer_release) = {0};
    const struct field *key = kind_field(kind, kind->key);
    buffer_text(&sql, "SELECT t.id, ");
    /* An order's number may stand under several customers: its id tells them apart. */
    if (kind->prefix != NULL)
        buffer_printf(&sql, "'%s' || t.id", kind->prefix);
    else
        field_sql(&sql, key, "t");
    buffer_text(&sql, ", ");
    if (kind->title != NULL)
        buffer_printf(&sql, "t.%s", kind->title);
    else if (kind_field(kind, "customer") != NULL)
        buffer_text(&sql, "(SELECT c.key FROM customer c WHERE c.id = t.customer)");
    else
        buffer_text(&sql, "NULL");
    buffer_printf(&sql, " FROM %s t WHERE %s LIMIT %d", kind->table, condition, MOST_CANDIDATES);
    if (sql.failed)
        return error_no_memory(&book->error);
    return store_query(book->store, buffer_string(&sql), parameters, count, add_candidate, found);
}

/* "#12", or "V-12" for a visit; 0 for anything else. */
static int64_t number_in(const struct kind *kind, const char *text)
{
    const char *digits = NULL;
    size_t prefix = kind->prefix == NULL ? 0 : strlen(kind->prefix);
    if (text[0] == '#')
        digits = text + 1;
    else if (prefix > 0 && strncmp(text, kind->prefix, prefix) == 0)
        digits = text + prefix;
    if (digits == NULL || *digits == '\0' || strlen(digits) > 18 ||
        digits[strspn(digits, "0123456789")] != '\0')
        return 0;
    return strtoll(digits, NULL, 10);
}

static crm_status look_for_number(struct crm_book *book, const struct kind *kind, const char *text,
                                  struct candidates *found)
{
    const struct value id = value_integer(number_in(kind, text));
    return id.integer == 0 ? CRM_OK : look(book, kind, "t.id = $1", &id, 1, found);
}

static crm_status look_for_equal(struct crm_book *book, const struct kind *kind, const char *field,
                                 const char *text, struct candidates *found)
{
    const struct field *described = field == NULL ? NULL : kind_field(kind, field);
    if (described == NULL || described->expression != NULL)
        return CRM_OK;
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_text(text);
    const char *condition = arena_printf(&arena, "t.%s = $1 ORDER BY t.id", field);
    if (condition == NULL)
        return error_no_memory(&book->error);
    return look(book, kind, condition, &parameter, 1, found);
}

/* Beginnings by range, which an index serves; U+10FFFF sorts after every text that goes on. */
static crm_status look_for_beginning(struct crm_book *book, const struct kind *kind,
                                     const char *field, const char *text, struct candidates *found)
{
    const struct field *described = field == NULL ? NULL : kind_field(kind, field);
    if (described == NULL || described->expression != NULL)
        return CRM_OK;
    struct arena arena cleanup(arena_release) = {0};
    const char *condition =
        arena_printf(&arena, "t.%s >= $1 AND t.%s < $2 ORDER BY t.%s, t.id", field, field, field);
    const char *end = arena_printf(&arena, "%s\xF4\x8F\xBF\xBF", text);
    if (condition == NULL || end == NULL)
        return error_no_memory(&book->error);
    const struct value parameters[] = {value_text(text), value_text(end)};
    return look(book, kind, condition, parameters, 2, found);
}

/* The ways of naming a record, the surest first; the first that finds anything decides. */
static crm_status look_all_ways(struct crm_book *book, const struct kind *kind, const char *text,
                                struct candidates *found)
{
    crm_status status = look_for_equal(book, kind, kind->key, text, found);
    if (status == CRM_OK && found->count == 0)
        status = look_for_number(book, kind, text, found);
    if (status == CRM_OK && found->count == 0)
        status = look_for_equal(book, kind, "external_id", text, found);
    if (status == CRM_OK && found->count == 0)
        status = look_for_equal(book, kind, kind->title, text, found);
    if (status == CRM_OK && found->count == 0)
        status = look_for_beginning(book, kind, kind->key, text, found);
    if (status == CRM_OK && found->count == 0)
        status = look_for_beginning(book, kind, kind->title, text, found);
    return status;
}

static crm_status say_not_found(struct crm_book *book, const struct kind *kind, const char *text)
{
    error_set(&book->error, CRM_NOT_FOUND, _("there is no %s '%s'"), _(kind->noun), text);
    /* A quote inside would end the shell's quotes. */
    char quote = strchr(text, '\'') != NULL ? '"' : '\'';
    return error_hint(&book->error, _("look for it with: crm list %s %c%s%c"), kind->name, quote,
                      text, quote);
}

crm_status record_resolve(struct crm_book *book, const struct kind *kind, const char *text,
                          int64_t *id)
{
    struct candidates found = {0};
    crm_status status = CRM_OK;
    if (*text == '\0')
        return say_not_found(book, kind, text);
    if (kind->key == NULL) {
        error_set(&book->error, CRM_USAGE, _("a %s cannot be named by itself"), _(kind->noun));
        return error_hint(&book->error, _("name the record it belongs to"));
    }
    if (!text_is_valid(text, strlen(text)))
        status = error_set(&book->error, CRM_INVALID, _("the name is not valid UTF-8"));
    if (status == CRM_OK)
        status = look_all_ways(book, kind, text, &found);
    if (status == CRM_OK && found.count == 0)
        status = say_not_found(book, kind, text);
    if (status == CRM_OK && found.count > 1) {
        error_set(&book->error, CRM_AMBIGUOUS, _("'%s' fits several: %s%s"), text,
                  buffer_string(&found.names), found.count == MOST_CANDIDATES ? ", …" : "");
        status = error_hint(&book->error, _("write more of it, or one of these"));
    }
    *id = found.count > 0 ? found.ids[0] : 0;
    buffer_release(&found.names);
    return status;
}

static crm_status exists(struct crm_book *book, const char *sql, struct value parameter, bool *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value found;
    crm_status status = store_row_values(book->store, &arena, sql, &parameter, 1, &found, 1);
    *out = status == CRM_OK;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

/* "C-12" is complaint 12; where there is none, a customer whose key is C-12 in another system. */
static crm_status kind_by_prefix(struct crm_book *book, const char *reference,
                                 const struct kind **out)
{
    const struct kind *kind = schema_kind_by_prefix(reference);
    struct arena arena cleanup(arena_release) = {0};
    bool numbered = false, customer = false;
    if (kind == NULL)
        return CRM_OK;
    const char *sql = arena_printf(&arena, "SELECT 1 FROM %s WHERE id = $1", kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = exists(book, sql, value_integer(number_in(kind, reference)), &numbered);
    if (status == CRM_OK && !numbered)
        status =
            exists(book, "SELECT 1 FROM customer WHERE key = $1", value_text(reference), &customer);
    if (!customer)
        *out = kind;
    return status;
}

crm_status record_kind(struct crm_book *book, const char *kind_name, const char *reference,
                       const struct kind **out)
{
    *out = &kind_customer;
    if (kind_name == NULL && reference != NULL)
        return kind_by_prefix(book, reference, out);
    if (kind_name != NULL)
        *out = schema_kind(kind_name);
    if (*out != NULL)
        return CRM_OK;
    const char *names[32];
    size_t count = 0;
    for (; count < schema_kind_count && count < sizeof names / sizeof *names; count++)
        names[count] = schema_kinds[count]->name;
    const char *nearest = text_nearest(kind_name, names, count);
    error_set(&book->error, CRM_USAGE, _("there is no kind of record '%s'"), kind_name);
    if (nearest != NULL)
        return error_hint(&book->error, _("did you mean '%s'?"), nearest);
    return error_hint(&book->error, _("kinds are customer, contact, staff, product, order, …"));
}

crm_status record_customer(struct crm_book *book, const struct kind *kind, int64_t id,
                           int64_t *customer)
{
    *customer = kind == &kind_customer ? id : 0;
    if (kind == &kind_customer || kind->cluster != NULL || kind_field(kind, "customer") == NULL)
        return CRM_OK;
    struct arena arena cleanup(arena_release) = {0};
    struct value found = value_null();
    const struct value parameter = value_integer(id);
    const char *sql = arena_printf(&arena, "SELECT customer FROM %s WHERE id = $1", kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, &parameter, 1, &found, 1);
    *customer = found.integer;
    return status;
}
