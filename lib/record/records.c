/* SPDX-License-Identifier: MIT */
/* The public functions on records: add, edit, remove, show, list, export. */
#include "record/record.h"

#include <string.h>

/* ---- Reading ---- */

static crm_status hand_over(void *context, const struct value *row)
{
    return sink_row(context, row);
}

/* Whether `name` is a member of "a, b, c". */
static bool is_in_list(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at != NULL;) {
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
        at = strchr(at, ' ');
        at = at == NULL ? NULL : at + 1;
    }
    return false;
}

/* What one record looks like: its table and its single row. */
struct whole_record {
    struct selection selection;
    struct value *values;
};

/* " WHERE …" for the one record: by id, or by the columns of a kind stored without one. */
static void which_record(struct query *query, const struct kind *kind, int64_t id,
                         const struct record *written)
{
    buffer_text(&query->sql, " WHERE ");
    if (kind->cluster == NULL) {
        buffer_text(&query->sql, "t.id = ");
        query_value(query, value_integer(id));
        return;
    }
    bool first = true;
    for (size_t i = 0; i < kind->field_count; i++) {
        if (!is_in_list(kind->cluster, kind->fields[i].name))
            continue;
        buffer_printf(&query->sql, "%st.%s = ", first ? "" : " AND ", kind->fields[i].name);
        query_value(query, written->values[i]);
        first = false;
    }
}

/* The values of the one row, copied to stay. */
struct kept_row {
    struct arena *arena;
    struct value *values;
    size_t count;
    bool found;
};

static crm_status keep_row(void *context, const struct value *row)
{
    struct kept_row *kept = context;
    memcpy(kept->values, row, kept->count * sizeof *row);
    for (size_t i = 0; i < kept->count; i++) {
        if (row[i].type != VALUE_TEXT)
            continue;
        kept->values[i].text = arena_copy_length(kept->arena, row[i].text, row[i].length);
        if (kept->values[i].text == NULL)
            return CRM_NO_MEMORY;
    }
    kept->found = true;
    return CRM_OK;
}

static crm_status load_values(struct crm_book *book, const struct query *query, struct arena *arena,
                              struct whole_record *out)
{
    struct kept_row kept = {.arena = arena,
                            .values = arena_array(arena, out->selection.count, sizeof *out->values),
                            .count = out->selection.count};
    const struct store_select select = {.from = buffer_string(&query->sql)};
    if (kept.values == NULL || query->sql.failed)
        return error_no_memory(&book->error);
    out->values = kept.values;
    /* For one row too: the engine names no columns then, a quarter of the work. */
    crm_status status = selection_each(book, &out->selection, &select, query, keep_row, &kept);
    if (status == CRM_NO_MEMORY)
        return error_no_memory(&book->error);
    return status == CRM_OK && !kept.found ? CRM_NOT_FOUND : status;
}

static crm_status load_record(struct crm_book *book, const struct kind *kind, int64_t id,
                              const struct record *written, struct arena *arena,
                              struct whole_record *out)
{
    crm_status status = selection_make(book, kind, 0, NULL, arena, &out->selection);
    if (status != CRM_OK)
        return status;
    for (size_t i = 0; i < out->selection.count; i++)
        out->selection.columns[i].flags = 0; /* one record is shown whole */
    struct query query cleanup(query_release) = {0};
    buffer_text(&query.sql, out->selection.from);
    which_record(&query, kind, id, written);
    return load_values(book, &query, arena, out);
}

static struct table record_table(const struct kind *kind, const struct selection *selection)
{
    return (struct table){.name = kind->name,
                          .title = _(kind->label),
                          .columns = selection->columns,
                          .count = selection->count,
                          .record = true};
}

static crm_status write_one(struct crm_book *book, const struct kind *kind, int64_t id,
                            const struct record *written, struct crm_sink *sink)
{
    if (sink == NULL)
        return CRM_OK;
    struct arena arena cleanup(arena_release) = {0};
    struct whole_record record;
    crm_status status = load_record(book, kind, id, written, &arena, &record);
    if (status != CRM_OK)
        return status;
    const struct table table = record_table(kind, &record.selection);
    status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = sink_row(sink, record.values);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status record_write(struct crm_book *book, const struct kind *kind, int64_t id,
                        struct crm_sink *sink)
{
    return write_one(book, kind, id, NULL, sink);
}

crm_status record_write_head(struct crm_book *book, const struct kind *kind, int64_t id,
                             struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct whole_record record;
    crm_status status = load_record(book, kind, id, NULL, &arena, &record);
    if (status != CRM_OK)
        return status;
    const struct table table = record_table(kind, &record.selection);
    return sink_page_begin(sink, &table, record.values);
}

static crm_status show_record(struct crm_book *book, const struct kind *kind, const char *reference,
                              struct crm_sink *sink)
{
    int64_t id = 0;
    crm_status status = record_resolve(book, kind, reference, &id);
    if (status == CRM_OK) {
        derived_announce(book, kind, id, sink);
        status = record_write_head(book, kind, id, sink);
    }
    if (status == CRM_OK)
        status = derived_sections(book, kind, id, sink);
    return status == CRM_OK ? sink_page_end(sink) : status;
}

crm_status crm_record_show(crm_book *book, const char *kind_name, const char *reference,
                           crm_sink *sink)
{
    const struct kind *kind = NULL;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, reference, &kind);
    if (status == CRM_OK)
        status = derived_settle(book, kind, sink);
    if (status == CRM_OK)
        status = store_begin_reading(book->store);
    if (status != CRM_OK)
        return status;
    status = show_record(book, kind, reference, sink);
    store_end_reading(book->store);
    return status;
}

static crm_status write_list(struct crm_book *book, const struct kind *kind, unsigned flags,
                             const struct crm_filter *filter, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct query query cleanup(query_release) = {0};
    struct selection selection;
    crm_status status = selection_make(book, kind, flags, sink, &arena, &selection);
    if (status != CRM_OK)
        return status;
    buffer_printf(&query.sql, "%s WHERE 1 = 1", selection.from);
    status = filter_sql(book, kind, "t", filter, &query);
    if (status != CRM_OK)
        return status;
    const struct table table = {
        .name = kind->name, .title = NULL, .columns = selection.columns, .count = selection.count};
    /* Without a filter the table is read as it is stored, which is the order of ids. */
    bool as_stored = filter == NULL || filter->count == 0 || kind->cluster != NULL;
    const struct store_select select = {.from = buffer_string(&query.sql),
                                        .order = kind_stored_order(kind, &arena),
                                        .as_stored = as_stored};
    status = select.order == NULL ? error_no_memory(&book->error) : sink_begin(sink, &table);
    if (status == CRM_OK)
        status = selection_each(book, &selection, &select, &query, hand_over, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status read_list(crm_book *book, const char *kind_name, unsigned flags,
                            const crm_filter *filter, crm_sink *sink)
{
    const struct kind *kind = NULL;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, NULL, &kind);
    if (status == CRM_OK)
        status = derived_settle(book, kind, sink);
    return status == CRM_OK ? write_list(book, kind, flags, filter, sink) : status;
}

crm_status crm_record_list(crm_book *book, const char *kind, const crm_filter *filter,
                           crm_sink *sink)
{
    return read_list(book, kind, 0, filter, sink);
}

crm_status crm_record_export(crm_book *book, const char *kind, const crm_filter *filter,
                             crm_sink *sink)
{
    return read_list(book, kind, SELECT_STORED, filter, sink);
}

/* ---- Writing ---- */

static crm_status set_all(struct crm_book *book, struct record *record, struct arena *arena,
                          const crm_assignment *fields, size_t count)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = record_set(book, record, arena, fields[i].field, fields[i].value,
                            strlen(fields[i].value), 0);
    return status;
}

/* Customer named by a record that is being written; 0 when the kind has none. */
static int64_t customer_in(const struct record *record)
{
    int field = kind_field_index(record->kind, "customer");
    return field < 0 ? 0 : record->values[field].integer;
}

static crm_status insert_with_facts(struct crm_book *book, struct record *record, int64_t *id)
{
    const struct kind *kind = record->kind;
    int64_t customer = customer_in(record);
    crm_status status = CRM_OK;
    if (customer != 0)
        status = derived_before(book, kind, customer);
    if (status == CRM_OK)
        status = record_insert(book, record, id);
    if (kind == &kind_customer)
        customer = *id;
    if (status == CRM_OK && customer != 0)
        status = derived_after(book, kind, customer);
    return status;
}

static crm_status add_record(struct crm_book *book, const struct kind *kind,
                             const crm_assignment *fields, size_t count, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct record record;
    int64_t id = 0;
    crm_status status = record_new(book, kind, &arena, &record);
    if (status == CRM_OK)
        status = set_all(book, &record, &arena, fields, count);
    if (status == CRM_OK)
        status = record_complete(book, &record, &arena);
    if (status == CRM_OK)
        status = insert_with_facts(book, &record, &id);
    return status == CRM_OK ? write_one(book, kind, id, &record, sink) : status;
}

crm_status crm_record_add(crm_book *book, const char *kind_name, const crm_assignment *fields,
                          size_t count, crm_sink *sink)
{
    const struct kind *kind = NULL;
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, NULL, &kind);
    if (status == CRM_OK)
        status = add_record(book, kind, fields, count, sink);
    return book_end(book, status);
}

/* Updates with the derived facts of the customer it belonged to and of the one it belongs to now.
 */
static crm_status update_with_facts(struct crm_book *book, const struct record *record, int64_t id)
{
    const struct kind *kind = record->kind;
    int64_t before = 0, after = 0;
    crm_status status = record_customer(book, kind, id, &before);
    int field = kind_field_index(kind, "customer");
    after = field >= 0 && record->given[field] ? record->values[field].integer : before;
    if (status == CRM_OK && before != 0)
        status = derived_before(book, kind, before);
    if (status == CRM_OK && after != 0 && after != before)
        status = derived_before(book, kind, after);
    if (status == CRM_OK)
        status = derived_update(book, record, id, before);
    if (status == CRM_OK)
        status = record_update(book, record, id);
    if (status == CRM_OK && before != 0)
        status = derived_after(book, kind, before);
    if (status == CRM_OK && after != 0 && after != before)
        status = derived_after(book, kind, after);
    return status;
}

static crm_status edit_record(struct crm_book *book, const struct kind *kind, int64_t id,
                              const crm_assignment *fields, size_t count, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct record record;
    bool differs = false;
    crm_status status = record_new(book, kind, &arena, &record);
    if (status == CRM_OK)
        status = set_all(book, &record, &arena, fields, count);
    if (status == CRM_OK)
        status = record_differs(book, &record, id, &differs);
    if (status == CRM_OK && differs)
        status = update_with_facts(book, &record, id);
    return status == CRM_OK ? record_write(book, kind, id, sink) : status;
}

crm_status crm_record_edit(crm_book *book, const char *kind_name, const char *reference,
                           const crm_assignment *fields, size_t count, crm_sink *sink)
{
    const struct kind *kind = NULL;
    int64_t id = 0;
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = record_kind(book, kind_name, reference, &kind);
    if (status == CRM_OK)
        status = record_resolve(book, kind, reference, &id);
    if (status == CRM_OK)
        status = edit_record(book, kind, id, fields, count, sink);
    if (status == CRM_OK)
        status = derived_note(book, sink);
    return book_end(book, status);
}
