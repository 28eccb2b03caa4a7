/* SPDX-License-Identifier: MIT */
/* Looking for words in the records of all kinds at once. */
#include "record/record.h"

enum { FIND_COLUMNS = 4 };

static crm_status hand_over(void *context, const struct value *row)
{
    return sink_row(context, row);
}

static bool is_searchable(const struct kind *kind)
{
    bool searched = false;
    for (size_t i = 0; i < kind->field_count; i++)
        searched = searched || (kind->fields[i].flags & FIELD_SEARCH) != 0;
    return searched && kind->cluster == NULL && kind->key != NULL;
}

/* What tells a person which record it is: its title, else the first text that is searched. */
static void title_sql(struct buffer *sql, const struct kind *kind)
{
    const struct field *title = kind->title == NULL ? NULL : kind_field(kind, kind->title);
    for (size_t i = 0; i < kind->field_count && title == NULL; i++)
        if ((kind->fields[i].flags & (FIELD_SEARCH | FIELD_SENSITIVE)) == FIELD_SEARCH &&
            kind->fields[i].type == DATA_TEXT)
            title = &kind->fields[i];
    if (title != NULL)
        field_sql(sql, title, "t");
    else
        buffer_text(sql, "NULL");
}

static void found_sql(struct query *query, const struct kind *kind)
{
    struct buffer *sql = &query->sql;
    buffer_text(sql, "SELECT ");
    query_value(query, value_text(kind->name));
    buffer_text(sql, ", ");
    field_sql(sql, kind_field(kind, kind->key), "t");
    buffer_text(sql, ", ");
    title_sql(sql, kind);
    if (kind_field(kind, "customer") != NULL)
        buffer_printf(sql, ", c.key FROM %s t JOIN customer c ON c.id = t.customer", kind->table);
    else
        buffer_printf(sql, ", NULL FROM %s t", kind->table);
    buffer_text(sql, " WHERE 1 = 1");
}

static crm_status find_in(struct crm_book *book, const struct kind *kind,
                          const struct crm_filter *words, struct crm_sink *sink)
{
    struct query query cleanup(query_release) = {0};
    found_sql(&query, kind);
    crm_status status = search_sql(book, kind, "t", words, &query);
    buffer_text(&query.sql, " ORDER BY t.id");
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&book->error);
    if (status != CRM_OK)
        return status;
    return store_query(book->store, buffer_string(&query.sql), query.parameters, query.count,
                       hand_over, sink);
}

crm_status crm_record_find(crm_book *book, const crm_filter *words, crm_sink *sink)
{
    const struct column columns[FIND_COLUMNS] = {
        {.name = "kind", .label = _("Kind")},
        {.name = "record", .label = _("Record")},
        {.name = "title", .label = _("Title")},
        {.name = "customer", .label = _("Customer")},
    };
    const struct table table = {.name = "found", .columns = columns, .count = FIND_COLUMNS};
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = sink_begin(sink, &table);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        if (is_searchable(schema_kinds[i]))
            status = find_in(book, schema_kinds[i], words, sink);
    return book_end(book, status == CRM_OK ? sink_end(sink) : status);
}
