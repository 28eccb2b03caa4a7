/* SPDX-License-Identifier: MIT */
/* Names of records for completion in a shell. */
#include "record/record.h"

#include "base/text.h"

#include <string.h>

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

/* A stored key is found by its beginning, which its index serves; a numbered one (V-7) among the
 * newest. U+10FFFF sorts after every text that goes on. */
static void candidates_sql(struct query *query, const struct kind *kind, const char *prefix)
{
    const struct field *key = kind_field(kind, kind->key);
    struct buffer name cleanup(buffer_release) = {0};
    const char *end = arena_printf(&query->arena, "%s\xF4\x8F\xBF\xBF", prefix);
    field_sql(&name, key, "t");
    buffer_printf(&query->sql, "SELECT %s, %s%s FROM %s t WHERE %s >= ", buffer_string(&name),
                  kind->title != NULL ? "t." : "", kind->title != NULL ? kind->title : "NULL",
                  kind->table, buffer_string(&name));
    query_value(query, value_text(prefix));
    buffer_printf(&query->sql, " AND %s < ", buffer_string(&name));
    query_value(query, value_text(end));
    buffer_printf(&query->sql, " ORDER BY %s",
                  key->expression != NULL ? "t.id DESC" : buffer_string(&name));
    if (name.failed || end == NULL)
        query->sql.failed = true;
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
    if (status != CRM_OK || kind->key == NULL || !text_is_valid(prefix, strlen(prefix)))
        return status;
    candidates_sql(&query, kind, prefix);
    buffer_text(&query.sql, " LIMIT ");
    query_value(&query, value_integer((int64_t)limit));
    if (query.sql.failed)
        return error_no_memory(&book->error);
    return store_query(book->store, buffer_string(&query.sql), query.parameters, query.count, offer,
                       &offering);
}
