/* SPDX-License-Identifier: MIT */
/* References in imported rows: exact, unlike those that people type. */
#include "record/import_reference.h"

#include <stdlib.h>
#include <string.h>

/* Ids of the records for which a column equals the text; *count is 2 when there are several. */
static crm_status look(struct crm_book *book, const struct kind *kind, const char *column,
                       const struct value *text, int64_t *id, int *count)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value found[2];
    const char *sql =
        arena_printf(&arena, "SELECT min(id), count(*) FROM %s WHERE %s = $1", kind->table, column);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, text, 1, found, 2);
    *id = status == CRM_OK ? found[0].integer : 0;
    *count = status == CRM_OK && found[1].integer > 0 ? (found[1].integer > 1 ? 2 : 1) : 0;
    return status;
}

int64_t reference_number(const struct kind *kind, const struct value *text)
{
    size_t prefix = kind->prefix == NULL ? 0 : strlen(kind->prefix);
    size_t length = text->length;
    int64_t id = 0;
    if (prefix == 0 || length <= prefix || length > prefix + 18 ||
        memcmp(text->text, kind->prefix, prefix) != 0)
        return 0;
    for (size_t i = prefix; i < length; i++) {
        if (text->text[i] < '0' || text->text[i] > '9')
            return 0;
        id = id * 10 + (text->text[i] - '0');
    }
    return id;
}

static bool is_stored(const struct kind *kind, const char *name)
{
    const struct field *field = name == NULL ? NULL : kind_field(kind, name);
    return field != NULL && field->expression == NULL;
}

static crm_status refuse(struct crm_book *book, const struct kind *kind, const char *field,
                         const struct value *text, int count)
{
    if (count == 0)
        error_set(&book->error, CRM_INVALID, _("%s: there is no %s \"%.*s\""), field, kind->name,
                  (int)text->length, text->text);
    else
        error_set(&book->error, CRM_INVALID, _("%s: several are called %s \"%.*s\""), field,
                  kind->name, (int)text->length, text->text);
    return error_hint(&book->error, count == 0 ? _("import or add it first")
                                               : _("use the key, which only one has"));
}

crm_status reference_find(struct crm_book *book, const struct kind *kind, const struct value *text,
                          int64_t *id, int *count)
{
    const char *const names[] = {kind->key, "external_id", kind->title};
    crm_status status = CRM_OK;
    *count = 0;
    *id = 0;
    int64_t number = reference_number(kind, text);
    if (number > 0) {
        const struct value parameter = value_integer(number);
        status = look(book, kind, "id", &parameter, id, count);
    }
    for (size_t i = 0; i < 3 && status == CRM_OK && *count == 0; i++)
        if (is_stored(kind, names[i]))
            status = look(book, kind, names[i], text, id, count);
    return status;
}

crm_status reference_resolve(struct crm_book *book, const struct kind *kind, const char *field,
                             const struct value *text, struct value *out)
{
    int64_t id;
    int count;
    crm_status status = reference_find(book, kind, text, &id, &count);
    if (status == CRM_OK && count != 1)
        return refuse(book, kind, field, text, count);
    *out = value_integer(id);
    return status;
}

crm_status reference_order(struct crm_book *book, int64_t customer, const struct value *number,
                           struct value *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {*number, value_integer(customer)};
    crm_status status = store_row_values(
        book->store, &arena, "SELECT id FROM sales_order WHERE number = $1 AND customer = $2",
        parameters, 2, out, 1);
    if (status != CRM_NOT_FOUND)
        return status;
    return refuse(book, &kind_order, "order_ref", number, 0);
}
