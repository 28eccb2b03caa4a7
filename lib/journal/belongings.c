/* SPDX-License-Identifier: MIT */
/* Which rows go with a record, now or before: a customer with all that was had of it. */
#include "journal/history.h"

#include <string.h>

/* The kind that rows of `kind` are part of; NULL when they are parts of nothing. */
static const struct kind *whole_of(const struct kind *kind)
{
    return kind->part_of == NULL ? NULL : schema_kind(kind_field(kind, kind->part_of)->reference);
}

static bool has_customer(const struct kind *kind)
{
    return kind_field(kind, "customer") != NULL;
}

/* Of rows such as the events of complaints, which have the customer of their whole; else NULL. */
static const struct kind *whole_with_customer(const struct kind *kind)
{
    const struct kind *whole = has_customer(kind) ? NULL : whole_of(kind);
    return whole != NULL && has_customer(whole) ? whole : NULL;
}

static bool where_of_customer(const struct root *root, const struct kind *kind, struct query *query)
{
    const struct value id = value_integer(root->id);
    const struct kind *whole = whole_with_customer(kind);
    if (whole != NULL) {
        buffer_printf(&query->sql,
                      " WHERE t.%s IN (SELECT w.id FROM %s w WHERE w.customer = ", kind->part_of,
                      whole->table);
        query_value(query, id);
        buffer_character(&query->sql, ')');
        return true;
    }
    if (kind != &kind_customer && !has_customer(kind))
        return false;
    buffer_printf(&query->sql, " WHERE t.%s = ", kind == &kind_customer ? "id" : "customer");
    query_value(query, id);
    return true;
}

bool belongings_where(const struct root *root, const struct kind *kind, struct query *query)
{
    if (root->kind == &kind_customer)
        return where_of_customer(root, kind, query);
    if (kind != root->kind && whole_of(kind) != root->kind)
        return false;
    buffer_printf(&query->sql, " WHERE t.%s = ", kind == root->kind ? "id" : kind->part_of);
    query_value(query, value_integer(root->id));
    /* Lines lie by customer: the order alone would be looked for among all of them. */
    if (kind != root->kind && has_customer(kind)) {
        buffer_text(&query->sql, " AND t.customer = ");
        query_value(query, value_integer(root->customer));
    }
    return true;
}

/* ---- Images ---- */

struct looking {
    struct crm_book *book;
    const struct root *root;
    reading_visitor each;
    void *context;
};

static crm_status hand_over(void *context, const struct value *row)
{
    const struct looking *looking = context;
    const struct image image = image_of(row);
    return image.kind == NULL ? CRM_OK
                              : image_read(looking->book, &image, looking->each, looking->context);
}

static crm_status look(struct looking *looking, const struct query *query)
{
    if (query->sql.failed)
        return error_no_memory(&looking->book->error);
    return store_query(looking->book->store, buffer_string(&query->sql), query->parameters,
                       query->count, hand_over, looking);
}

static void select_images(struct query *query, const char *column, struct value value)
{
    buffer_printf(&query->sql,
                  "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.%s = ", column);
    query_value(query, value);
}

/* Those of the customer, whatever the kind. */
static crm_status look_at_customer(struct looking *looking)
{
    struct query query cleanup(query_release) = {0};
    select_images(&query, "customer", value_integer(looking->root->id));
    buffer_text(&query.sql, " AND i.entry > ");
    query_value(&query, value_integer(looking->root->made_by));
    return look(looking, &query);
}

/* Those of rows that are the root's now; with a customer, if they were somebody else's then. */
static crm_status look_at_present(struct looking *looking, const struct kind *kind)
{
    struct query query cleanup(query_release) = {0};
    if (kind->cluster != NULL)
        return CRM_OK;
    buffer_printf(&query.sql,
                  "SELECT " IMAGE_COLUMNS " FROM %s t JOIN journal_image i ON i.record = t.id "
                  "AND i.entry > t.entry",
                  kind->table);
    if (!belongings_where(looking->root, kind, &query))
        return CRM_OK;
    buffer_text(&query.sql, " AND i.kind = ");
    query_value(&query, value_text(kind->name));
    if (looking->root->kind == &kind_customer) {
        buffer_text(&query.sql, " AND (i.customer IS NULL OR i.customer <> ");
        query_value(&query, value_integer(looking->root->id));
        buffer_character(&query.sql, ')');
    }
    return look(looking, &query);
}

/* ---- Parts: known by the whole that their values name ---- */

static crm_status is_part_of_root(const struct looking *looking, const struct reading *reading,
                                  bool *out)
{
    const struct root *root = looking->root;
    const struct kind *kind = reading->image.kind;
    int64_t from = values_integer(&reading->before, kind->part_of);
    int64_t to = values_integer(&reading->after, kind->part_of);
    int64_t customer = 0;
    *out = root->kind != &kind_customer && (from == root->id || to == root->id);
    if (root->kind != &kind_customer)
        return CRM_OK;
    crm_status status = record_customer(looking->book, whole_of(kind), from, &customer);
    *out = status == CRM_OK && customer == root->id;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

static crm_status hand_over_part(void *context, const struct reading *reading)
{
    const struct looking *looking = context;
    bool is_part = false;
    crm_status status = is_part_of_root(looking, reading, &is_part);
    return status == CRM_OK && is_part ? looking->each(looking->context, reading) : status;
}

/* Customers whose the root, or orders of the root, once were. */
static void where_once(struct query *query, const struct root *root, const struct kind *whole)
{
    buffer_text(&query->sql, "(SELECT w.customer FROM journal_image w WHERE w.kind = ");
    query_value(query, value_text(whole->name));
    if (root->kind == whole) {
        buffer_text(&query->sql, " AND w.record = ");
        query_value(query, value_integer(root->id));
    } else {
        buffer_printf(&query->sql,
                      " AND w.record IN (SELECT t.id FROM %s t WHERE t.customer = ", whole->table);
        query_value(query, value_integer(root->id));
        buffer_text(&query->sql, ") AND w.customer <> ");
        query_value(query, value_integer(root->id));
    }
    buffer_character(&query->sql, ')');
}

/* Parts are known by their whole, if they are gone or have no id: those of the customers in
 * question are looked at. */
static crm_status look_at_parts(struct looking *looking, const struct kind *kind)
{
    const struct root *root = looking->root;
    struct query query cleanup(query_release) = {0};
    struct looking parts = {looking->book, root, hand_over_part, looking};
    bool of_customer = root->kind == &kind_customer;
    const struct kind *whole = whole_of(kind);
    if (whole == NULL || (of_customer ? kind->cluster == NULL : whole != root->kind))
        return CRM_OK;
    select_images(&query, "kind", value_text(kind->name));
    buffer_text(&query.sql, " AND (i.customer = ");
    query_value(&query, value_integer(of_customer ? 0 : root->customer));
    buffer_text(&query.sql, " OR i.customer IN ");
    where_once(&query, root, whole);
    buffer_character(&query.sql, ')');
    if (kind->cluster == NULL)
        buffer_text(&query.sql, " AND i.action = 'removed'");
    return look(&parts, &query);
}

crm_status belongings_images(struct crm_book *book, const struct root *root, reading_visitor each,
                             void *context)
{
    struct looking looking = {book, root, each, context};
    struct query query cleanup(query_release) = {0};
    bool customer = root->kind == &kind_customer;
    select_images(&query, "kind", value_text(root->kind->name));
    buffer_text(&query.sql, " AND i.record = ");
    query_value(&query, value_integer(root->id));
    buffer_text(&query.sql, " AND i.entry > ");
    query_value(&query, value_integer(root->made_by));
    crm_status status = customer ? look_at_customer(&looking) : look(&looking, &query);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        const struct kind *kind = schema_kinds[i];
        if (customer || kind != root->kind)
            status = look_at_present(&looking, kind);
        if (status == CRM_OK)
            status = look_at_parts(&looking, kind);
    }
    return status;
}
