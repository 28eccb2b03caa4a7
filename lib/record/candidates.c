/* SPDX-License-Identifier: MIT */
/* Names of records for completion in a shell. */
#include "record/record.h"

struct offering {
    void (*each)(void *context, const char *key, const char *description);
    void *context;
};

static crm_status offer(void *context, const struct value *row)
{
    const struct offering *offering = context;
    offering->each(offering->context, row[0].text, row[1].type == VALUE_TEXT ? row[1].text : "");
    return CRM_OK;
}

/* A stored key is found by its beginning, a numbered one (V-7) among the newest. */
static void candidates_sql(struct query *query, const struct kind *kind, const char *prefix)
{
    const struct field *key = kind_field(kind, kind->key);
    buffer_text(&query->sql, "SELECT ");
    field_sql(&query->sql, key, "t");
    buffer_printf(&query->sql, ", %s%s FROM %s t WHERE ", kind->title != NULL ? "t." : "",
                  kind->title != NULL ? kind->title : "NULL", kind->table);
    if (key->expression != NULL) {
        buffer_text(&query->sql, "(");
        field_sql(&query->sql, key, "t");
        buffer_text(&query->sql, ") LIKE ");
        query_value(query, value_text(arena_printf(&query->arena, "%s%%", prefix)));
        buffer_text(&query->sql, " ORDER BY t.id DESC");
        return;
    }
    buffer_printf(&query->sql, "t.%s >= ", key->name);
    query_value(query, value_text(prefix));
    buffer_printf(&query->sql, " AND t.%s < ", key->name);
    query_value(query, value_text(arena_printf(&query->arena, "%s\xF4\x8F\xBF\xBF", prefix)));
    buffer_printf(&query->sql, " ORDER BY t.%s", key->name);
}

crm_status
crm_record_complete(crm_book *book, const char *kind_name, const char *prefix, size_t limit,
                    void (*each)(void *context, const char *key, const char *description),
                    void *context)
{
    struct query query cleanup(query_release) = {0};
    struct offering offering = {each, context};
    const struct kind *kind = NULL;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, NULL, &kind);
    if (status != CRM_OK || kind->key == NULL)
        return status;
    candidates_sql(&query, kind, prefix);
    buffer_text(&query.sql, " LIMIT ");
    query_value(&query, value_integer((int64_t)limit));
    if (query.sql.failed)
        return error_no_memory(&book->error);
    return store_query(book->store, buffer_string(&query.sql), query.parameters, query.count, offer,
                       &offering);
}
