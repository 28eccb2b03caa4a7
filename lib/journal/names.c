/* SPDX-License-Identifier: MIT */
/* Names of records, those that are gone included. */
#include "journal/history.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- From a record to its name ---- */

/* The last image of a record that was removed; nothing when there is none, or it was erased. */
static crm_status last_values(struct crm_book *book, const struct kind *kind, int64_t id,
                              struct arena *arena, struct values *out)
{
    const struct value parameters[] = {value_text(kind->name), value_integer(id)};
    struct value before = value_null();
    *out = (struct values){0};
    crm_status status =
        store_row_values(book->store, arena,
                         "SELECT before_values FROM journal_image WHERE kind = $1 AND record = $2 "
                         "AND action = 'removed' ORDER BY entry DESC, number DESC LIMIT 1",
                         parameters, 2, &before, 1);
    if (status == CRM_NOT_FOUND || (status == CRM_OK && value_is_null(&before)))
        return CRM_OK;
    return status == CRM_OK ? values_read(book, before.text, arena, out) : status;
}

static bool has_stored_key(const struct kind *kind)
{
    const struct field *key = kind->key == NULL ? NULL : kind_field(kind, kind->key);
    return key != NULL && key->expression == NULL;
}

/* The stored key, else the one that it had when it was removed; NULL when neither is known. */
static crm_status key_of(struct crm_book *book, const struct kind *kind, int64_t id,
                         struct arena *arena, const char **out)
{
    const struct value parameter = value_integer(id);
    struct value key = value_null();
    struct values last;
    const char *sql =
        arena_printf(arena, "SELECT %s FROM %s WHERE id = $1", kind->key, kind->table);
    *out = NULL;
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, arena, sql, &parameter, 1, &key, 1);
    if (status == CRM_NOT_FOUND) {
        status = last_values(book, kind, id, arena, &last);
        const struct value *found = values_find(&last, kind->key);
        if (status == CRM_OK && found != NULL)
            key = *found;
    }
    if (key.type == VALUE_TEXT)
        *out = key.text;
    return status;
}

static crm_status numbered_name(struct crm_book *book, const struct kind *kind, int64_t id,
                                struct arena *arena, const char **out)
{
    *out = arena_printf(arena, "%s%lld", kind->prefix == NULL ? "#" : kind->prefix, (long long)id);
    return *out == NULL ? error_no_memory(&book->error) : CRM_OK;
}

crm_status history_record_name(struct crm_book *book, const struct kind *kind, int64_t id,
                               struct arena *arena, const char **out)
{
    *out = NULL;
    crm_status status =
        kind->prefix == NULL && has_stored_key(kind) ? key_of(book, kind, id, arena, out) : CRM_OK;
    return status == CRM_OK && *out == NULL ? numbered_name(book, kind, id, arena, out) : status;
}

crm_status history_reference_name(struct crm_book *book, const struct field *field, int64_t id,
                                  struct arena *arena, const char **out)
{
    const struct kind *kind = schema_kind(field->reference);
    *out = NULL;
    crm_status status = has_stored_key(kind) ? key_of(book, kind, id, arena, out) : CRM_OK;
    return status == CRM_OK && *out == NULL ? numbered_name(book, kind, id, arena, out) : status;
}

crm_status history_row_name(struct crm_book *book, const struct kind *kind,
                            const struct values *values, struct arena *arena, const char **out)
{
    const struct field *whole = kind_field(kind, kind->part_of);
    *out = arena_printf(arena, "%s%lld/%lld", schema_kind(whole->reference)->prefix,
                        (long long)values_integer(values, whole->name),
                        (long long)values_integer(values, "line_number"));
    return *out == NULL ? error_no_memory(&book->error) : CRM_OK;
}

/* ---- From a name to a record that is gone ---- */

/* Looks through removed records of a kind for one that bore the name. */
struct search {
    struct crm_book *book;
    const struct kind *kind;
    const char *text;
    const char *quoted; /* as it stands in JSON */
    int64_t found;
    bool several;
};

static bool bears(const struct search *search, const struct values *values)
{
    const char *const fields[] = {search->kind->key, "external_id", search->kind->title};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct value *value = fields[i] == NULL ? NULL : values_find(values, fields[i]);
        if (value != NULL && value->type == VALUE_TEXT && strcmp(value->text, search->text) == 0)
            return true;
    }
    return false;
}

static crm_status look_at_removed(void *context, const struct value *row)
{
    struct search *search = context;
    struct arena arena cleanup(arena_release) = {0};
    struct values values;
    if (row[0].type != VALUE_INTEGER || row[1].type != VALUE_TEXT ||
        strstr(row[1].text, search->quoted) == NULL)
        return CRM_OK;
    crm_status status = values_read(search->book, row[1].text, &arena, &values);
    if (status != CRM_OK || !bears(search, &values))
        return status;
    search->several = search->several || (search->found != 0 && search->found != row[0].integer);
    search->found = row[0].integer;
    return CRM_OK;
}

/* "#12", or "V-12" for a visit; 0 for anything else. */
static int64_t number_in(const struct kind *kind, const char *text)
{
    size_t prefix = kind->prefix == NULL ? 0 : strlen(kind->prefix);
    const char *digits = text[0] == '#'                                           ? text + 1
                         : prefix > 0 && strncmp(text, kind->prefix, prefix) == 0 ? text + prefix
                                                                                  : "";
    bool number =
        *digits != '\0' && strlen(digits) <= 18 && digits[strspn(digits, "0123456789")] == '\0';
    return number ? strtoll(digits, NULL, 10) : 0;
}

static crm_status removed_by_number(struct search *search, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_text(search->kind->name), value_integer(id)};
    struct value found;
    crm_status status = store_row_values(
        search->book->store, &arena,
        "SELECT record FROM journal_image WHERE kind = $1 AND record = $2 AND action = 'removed' "
        "LIMIT 1",
        parameters, 2, &found, 1);
    if (status == CRM_OK)
        search->found = id;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

static crm_status look_for_removed(struct search *search)
{
    struct buffer quoted cleanup(buffer_release) = {0};
    const struct value kind = value_text(search->kind->name);
    text_json_quote(&quoted, search->text, strlen(search->text));
    search->quoted = buffer_string(&quoted);
    if (quoted.failed)
        return error_no_memory(&search->book->error);
    int64_t number = number_in(search->kind, search->text);
    crm_status status = number == 0 ? CRM_OK : removed_by_number(search, number);
    if (status != CRM_OK || search->found != 0)
        return status;
    return store_query(search->book->store,
                       "SELECT record, before_values FROM journal_image "
                       "WHERE kind = $1 AND record IS NOT NULL AND action = 'removed'",
                       &kind, 1, look_at_removed, search);
}

crm_status history_resolve(struct crm_book *book, const struct kind *kind, const char *text,
                           int64_t *id, bool *removed)
{
    *removed = false;
    crm_status status = record_resolve(book, kind, text, id);
    if (status != CRM_NOT_FOUND || *text == '\0')
        return status;
    struct error there_is_none = book->error;
    struct search search = {.book = book, .kind = kind, .text = text};
    status = look_for_removed(&search);
    if (status != CRM_OK)
        return status;
    if (search.several) {
        error_set(&book->error, CRM_AMBIGUOUS,
                  _("several records that were removed bore the name '%s'"), text);
        return error_hint(&book->error,
                          _("name it by number: #12; crm log shows what was removed"));
    }
    *id = search.found;
    *removed = search.found != 0;
    if (!*removed) {
        book->error = there_is_none;
        return CRM_NOT_FOUND;
    }
    error_clear(&book->error);
    return CRM_OK;
}
