/* SPDX-License-Identifier: MIT */
/* Removing a record that nothing refers to. */
#include "record/references.h"

#include <string.h>

/* What stands in the way of a removal: "3 order, 1 visit". */
struct obstacles {
    int64_t id;
    struct buffer list;
};

static crm_status count_reference(struct crm_book *book, const struct kind *referring,
                                  const struct field *field, void *context)
{
    struct obstacles *obstacles = context;
    struct arena arena cleanup(arena_release) = {0};
    struct value number = value_null();
    const struct value parameter = value_integer(obstacles->id);
    if (reference_is_part(referring, field))
        return CRM_OK;
    const char *sql = arena_printf(&arena, "SELECT count(*) FROM %s WHERE %s = $1",
                                   referring->table, field->name);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, &parameter, 1, &number, 1);
    if (status == CRM_OK && number.integer > 0)
        buffer_printf(&obstacles->list, "%s%lld %s", obstacles->list.length > 0 ? ", " : "",
                      (long long)number.integer, _(referring->noun));
    return status;
}

static crm_status remove_part(struct crm_book *book, const struct kind *referring,
                              const struct field *field, void *context)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_integer(((struct obstacles *)context)->id);
    if (!reference_is_part(referring, field))
        return CRM_OK;
    const char *sql =
        arena_printf(&arena, "DELETE FROM %s WHERE %s = $1", referring->table, field->name);
    return sql == NULL ? error_no_memory(&book->error) : store_run(book->store, sql, &parameter, 1);
}

static crm_status refuse_when_referred_to(struct crm_book *book, const struct kind *kind,
                                          int64_t id, const char *reference)
{
    struct obstacles obstacles = {.id = id};
    crm_status status = references_each(book, kind, count_reference, &obstacles);
    bool free_to_go = obstacles.list.length == 0;
    if (status == CRM_OK && !free_to_go)
        error_set(&book->error, CRM_CONFLICT, _("%s '%s' is referred to by: %s"), _(kind->noun),
                  reference, buffer_string(&obstacles.list));
    buffer_release(&obstacles.list);
    if (status != CRM_OK || free_to_go)
        return status;
    if (kind == &kind_customer)
        return error_hint(&book->error, _("merge it into another (crm merge), or edit its status"));
    return error_hint(&book->error, _("change or remove those first"));
}

static crm_status remove_record(struct crm_book *book, const struct kind *kind, int64_t id)
{
    struct obstacles obstacles = {.id = id};
    int64_t customer = 0;
    crm_status status = record_customer(book, kind, id, &customer);
    if (status == CRM_OK && customer != 0)
        status = derived_before(book, kind, customer);
    if (status == CRM_OK)
        status = references_each(book, kind, remove_part, &obstacles);
    if (status == CRM_OK)
        status = references_remove_row(book, kind, id);
    if (status == CRM_OK && customer != 0)
        status = derived_after(book, kind, customer);
    return status;
}

crm_status crm_record_remove(crm_book *book, const char *kind_name, const char *reference,
                             crm_sink *sink)
{
    const struct kind *kind = NULL;
    int64_t id = 0;
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, reference, &kind);
    if (status == CRM_OK)
        status = record_resolve(book, kind, reference, &id);
    if (status == CRM_OK)
        status = refuse_when_referred_to(book, kind, id, reference);
    if (status == CRM_OK)
        status = record_write(book, kind, id, sink); /* what is removed is shown */
    if (status == CRM_OK)
        status = remove_record(book, kind, id);
    return book_end(book, status);
}
