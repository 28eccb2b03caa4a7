/* SPDX-License-Identifier: MIT */
/* Who refers to a record. */
#include "record/references.h"

#include "store/roles.h"

#include <string.h>

crm_status references_each(struct crm_book *book, const struct kind *kind, reference_visitor visit,
                           void *context)
{
    crm_status status = CRM_OK;
    for (size_t k = 0; k < schema_kind_count; k++) {
        const struct kind *referring = schema_kinds[k];
        for (size_t f = 0; f < referring->field_count && status == CRM_OK; f++) {
            const struct field *field = &referring->fields[f];
            if (field->type == DATA_REFERENCE && strcmp(field->reference, kind->name) == 0)
                status = visit(book, referring, field, context);
        }
    }
    return status;
}

bool reference_is_part(const struct kind *referring, const struct field *field)
{
    return referring->part_of != NULL && strcmp(referring->part_of, field->name) == 0;
}

crm_status references_remove_row(struct crm_book *book, const struct kind *kind, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_integer(id);
    const char *sql = arena_printf(&arena, "DELETE FROM %s WHERE id = $1", kind->table);
    crm_status status =
        kind == &kind_staff
            ? store_refuse_holders(book->store, "SELECT id FROM staff WHERE id = $1", id)
            : CRM_OK;
    if (status != CRM_OK)
        return status;
    return sql == NULL ? error_no_memory(&book->error) : store_run(book->store, sql, &parameter, 1);
}

static crm_status refuse_circle(struct crm_book *book, const struct kind *kind,
                                const struct field *field, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value found;
    const struct value parameter = value_integer(id);
    const char *sql =
        arena_printf(&arena,
                     "WITH RECURSIVE above (id) AS (SELECT t.%s FROM %s t WHERE t.id = $1 "
                     "UNION SELECT t.%s FROM %s t JOIN above ON above.id = t.id) "
                     "SELECT 1 FROM above WHERE id = $1",
                     field->name, kind->table, field->name, kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, &parameter, 1, &found, 1);
    if (status == CRM_NOT_FOUND)
        return CRM_OK;
    if (status != CRM_OK)
        return status;
    error_set(&book->error, CRM_CONFLICT, _("%s: the %s would come to stand above itself"),
              field->name, _(kind->noun));
    return error_hint(&book->error, _("look at the '%s' of each of them with crm show"),
                      field->name);
}

crm_status references_refuse_circle(struct crm_book *book, const struct kind *kind, int64_t id)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++) {
        const struct field *field = &kind->fields[i];
        if (field->type == DATA_REFERENCE && strcmp(field->reference, kind->name) == 0)
            status = refuse_circle(book, kind, field, id);
    }
    return status;
}
