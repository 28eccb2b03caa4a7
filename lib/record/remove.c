/* SPDX-License-Identifier: MIT */
/* Removing a record and merging two: both ask what refers to them. */
#include "record/record.h"

#include <string.h>

/* Calls `each` for every stored field of any kind that may refer to `kind`. */
typedef crm_status (*reference_visitor)(struct crm_book *book, const struct kind *referring,
                                        const struct field *field, void *context);

static crm_status each_reference(struct crm_book *book, const struct kind *kind,
                                 reference_visitor visit, void *context)
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

/* ---- Removing ---- */

/* What stands in the way of a removal: "3 order, 1 visit". */
struct obstacles {
    int64_t id;
    struct buffer list;
};

static bool goes_along(const struct kind *referring, const struct field *field)
{
    return referring->part_of != NULL && strcmp(referring->part_of, field->name) == 0;
}

static crm_status count_reference(struct crm_book *book, const struct kind *referring,
                                  const struct field *field, void *context)
{
    struct obstacles *obstacles = context;
    struct arena arena cleanup(arena_release) = {0};
    struct value number = value_null();
    const struct value parameter = value_integer(obstacles->id);
    if (goes_along(referring, field))
        return CRM_OK;
    const char *sql = arena_printf(&arena, "SELECT count(*) FROM %s WHERE %s = $1",
                                   referring->table, field->name);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, &parameter, 1, &number, 1);
    if (status == CRM_OK && number.integer > 0)
        buffer_printf(&obstacles->list, "%s%lld %s", obstacles->list.length > 0 ? ", " : "",
                      (long long)number.integer, referring->name);
    return status;
}

static crm_status remove_part(struct crm_book *book, const struct kind *referring,
                              const struct field *field, void *context)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_integer(((struct obstacles *)context)->id);
    if (!goes_along(referring, field))
        return CRM_OK;
    const char *sql =
        arena_printf(&arena, "DELETE FROM %s WHERE %s = $1", referring->table, field->name);
    return sql == NULL ? error_no_memory(&book->error) : store_run(book->store, sql, &parameter, 1);
}

static crm_status remove_row(struct crm_book *book, const struct kind *kind, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_integer(id);
    const char *sql = arena_printf(&arena, "DELETE FROM %s WHERE id = $1", kind->table);
    return sql == NULL ? error_no_memory(&book->error) : store_run(book->store, sql, &parameter, 1);
}

static crm_status refuse_when_referred_to(struct crm_book *book, const struct kind *kind,
                                          int64_t id, const char *reference)
{
    struct obstacles obstacles = {.id = id};
    crm_status status = each_reference(book, kind, count_reference, &obstacles);
    bool free_to_go = obstacles.list.length == 0;
    if (status == CRM_OK && !free_to_go)
        error_set(&book->error, CRM_CONFLICT, _("%s '%s' is referred to by: %s"), kind->name,
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
        status = each_reference(book, kind, remove_part, &obstacles);
    if (status == CRM_OK)
        status = remove_row(book, kind, id);
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

/* ---- Merging ---- */

struct merging {
    int64_t from, into;
};

static crm_status move_reference(struct crm_book *book, const struct kind *referring,
                                 const struct field *field, void *context)
{
    const struct merging *merging = context;
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_integer(merging->into), value_integer(merging->from)};
    const char *sql = arena_printf(&arena, "UPDATE %s SET %s = $1 WHERE %s = $2", referring->table,
                                   field->name, field->name);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_run(book->store, sql, parameters, 2);
    if (status != CRM_CONFLICT)
        return status;
    error_set(&book->error, CRM_CONFLICT, _("both have a %s of the same %s"), referring->name,
              referring->unique_count > 0 ? referring->unique[0] : field->name);
    return error_hint(&book->error, _("rename or remove one of the two first"));
}

/* Blanks of `into` are filled from `from`; its own values stay. */
static crm_status fill_blanks(struct crm_book *book, const struct kind *kind,
                              const struct merging *merging)
{
    struct query query cleanup(query_release) = {0};
    const char *separator = "";
    buffer_printf(&query.sql, "UPDATE %s SET ", kind->table);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->expression != NULL || (field->flags & FIELD_KEY))
            continue;
        buffer_printf(&query.sql, "%s%s = coalesce(%s.%s, f.%s)", separator, field->name,
                      kind->table, field->name, field->name);
        separator = ", ";
    }
    if (kind->custom)
        buffer_printf(&query.sql, "%scustom = coalesce(%s.custom, f.custom)", separator,
                      kind->table);
    buffer_printf(&query.sql, " FROM (SELECT * FROM %s WHERE id = ", kind->table);
    query_value(&query, value_integer(merging->from));
    buffer_printf(&query.sql, ") f WHERE %s.id = ", kind->table);
    query_value(&query, value_integer(merging->into));
    if (query.sql.failed)
        return error_no_memory(&book->error);
    return store_run(book->store, buffer_string(&query.sql), query.parameters, query.count);
}

/* A record that named the other as its parent or referrer must not end up naming itself. */
static crm_status drop_self_references(struct crm_book *book, const struct kind *kind, int64_t id)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++) {
        const struct field *field = &kind->fields[i];
        if (field->type != DATA_REFERENCE || strcmp(field->reference, kind->name) != 0)
            continue;
        struct arena arena cleanup(arena_release) = {0};
        const struct value parameter = value_integer(id);
        const char *sql = arena_printf(&arena, "UPDATE %s SET %s = NULL WHERE id = $1 AND %s = $1",
                                       kind->table, field->name, field->name);
        status = sql == NULL ? error_no_memory(&book->error)
                             : store_run(book->store, sql, &parameter, 1);
    }
    return status;
}

/* Every fact of the customer that records of any kind bring about. */
static crm_status around_all(struct crm_book *book, int64_t customer,
                             crm_status (*derive)(struct crm_book *book, const struct kind *kind,
                                                  int64_t customer))
{
    static const struct kind *const moving[] = {&kind_order, &kind_visit, &kind_complaint,
                                                &kind_survey_answer, &kind_customer};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < sizeof moving / sizeof *moving && status == CRM_OK; i++)
        status = derive(book, moving[i], customer);
    return status;
}

static crm_status merge_rows(struct crm_book *book, const struct kind *kind,
                             struct merging *merging)
{
    bool customers = kind == &kind_customer;
    crm_status status = CRM_OK;
    if (customers)
        status = around_all(book, merging->from, derived_before);
    if (status == CRM_OK && customers)
        status = around_all(book, merging->into, derived_before);
    if (status == CRM_OK)
        status = each_reference(book, kind, move_reference, merging);
    if (status == CRM_OK)
        status = fill_blanks(book, kind, merging);
    if (status == CRM_OK)
        status = drop_self_references(book, kind, merging->into);
    if (status == CRM_OK)
        status = remove_row(book, kind, merging->from);
    if (status == CRM_OK && customers)
        status = around_all(book, merging->into, derived_after);
    return status;
}

crm_status crm_record_merge(crm_book *book, const char *kind_name, const char *from,
                            const char *into, crm_sink *sink)
{
    const struct kind *kind = NULL;
    struct merging merging = {0};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, from, &kind);
    if (status == CRM_OK)
        status = record_resolve(book, kind, from, &merging.from);
    if (status == CRM_OK)
        status = record_resolve(book, kind, into, &merging.into);
    if (status == CRM_OK && merging.from == merging.into) {
        error_set(&book->error, CRM_USAGE, _("'%s' and '%s' are the same %s"), from, into,
                  kind->name);
        status = error_hint(&book->error, _("name two different ones"));
    }
    if (status == CRM_OK)
        status = merge_rows(book, kind, &merging);
    if (status == CRM_OK)
        status = record_write(book, kind, merging.into, sink);
    return book_end(book, status);
}
