/* SPDX-License-Identifier: MIT */
/* What happened to a record, and what an entry did, field by field. */
#include "journal/history.h"

#include <stdlib.h>
#include <string.h>

/* ---- Events of a record ---- */

struct event {
    int64_t entry, number; /* number of the image; 0: the record came (back) */
    size_t place;          /* of the row in the image */
    const struct kind *kind;
    int64_t record;
    const char *row; /* name of a row of a kind without id */
    enum history_action action;
};

struct trace {
    struct crm_book *book;
    struct arena arena; /* names of rows, undos */
    struct undone_list undone;
    const struct kind *kind; /* whose rows are read */
    struct event *events;
    size_t count, capacity;
};

static void trace_release(struct trace *trace)
{
    arena_release(&trace->arena);
    free(trace->events);
}

static crm_status add_event(struct trace *trace, struct event event)
{
    struct event *grown =
        array_grow(trace->events, &trace->capacity, trace->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&trace->book->error);
    trace->events = grown;
    grown[trace->count++] = event;
    return CRM_OK;
}

/* A record came with its entry. */
static crm_status add_present(void *context, const struct value *row)
{
    struct trace *trace = context;
    struct event event = {.entry = row[0].integer, .kind = trace->kind, .action = ACTION_ADDED};
    if (trace->kind->cluster == NULL) {
        event.record = row[1].integer;
        return add_event(trace, event);
    }
    struct member key[] = {{trace->kind->part_of, row[1]}, {"line_number", row[2]}};
    const struct values values = {key, 2};
    crm_status status =
        history_row_name(trace->book, trace->kind, &values, &trace->arena, &event.row);
    return status == CRM_OK ? add_event(trace, event) : status;
}

static crm_status add_all_present(struct trace *trace, const struct root *root)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        struct query query cleanup(query_release) = {0};
        trace->kind = schema_kinds[i];
        if (trace->kind->cluster == NULL)
            buffer_printf(&query.sql, "SELECT t.entry, t.id FROM %s t", trace->kind->table);
        else
            buffer_printf(&query.sql, "SELECT t.entry, t.%s, t.line_number FROM %s t",
                          trace->kind->part_of, trace->kind->table);
        if (!belongings_where(root, trace->kind, &query))
            continue;
        if (query.sql.failed)
            return error_no_memory(&trace->book->error);
        status = store_query(trace->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, add_present, trace);
    }
    return status;
}

/* A removed record came once, and came back with every undo of its removal. */
static crm_status add_comings(struct trace *trace, struct event event, int64_t made_by)
{
    crm_status status = CRM_OK;
    int64_t removed_by = event.entry;
    event.number = 0;
    event.place = 0;
    event.action = ACTION_ADDED;
    event.entry = made_by;
    if (made_by != 0)
        status = add_event(trace, event);
    event.action = ACTION_RESTORED;
    for (size_t i = 0; i < trace->undone.count && status == CRM_OK; i++) {
        event.entry = trace->undone.items[i].entry;
        if (trace->undone.items[i].undoes == removed_by)
            status = add_event(trace, event);
    }
    return status;
}

static crm_status add_image(void *context, const struct reading *reading)
{
    struct trace *trace = context;
    const struct image *image = &reading->image;
    const struct values *before = &reading->before;
    struct event event = {.entry = image->entry,
                          .number = image->number,
                          .place = reading->row,
                          .kind = image->kind,
                          .record = image->record,
                          .action = image->removed ? ACTION_REMOVED : ACTION_CHANGED};
    crm_status status = add_event(trace, event);
    if (status != CRM_OK || !image->removed)
        return status;
    if (image->record == 0)
        status = history_row_name(trace->book, image->kind, before, &trace->arena, &event.row);
    return status == CRM_OK ? add_comings(trace, event, values_integer(before, "entry")) : status;
}

static int compare(const struct event *a, const struct event *b)
{
    if (a->entry != b->entry)
        return a->entry > b->entry ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (a->number != 0)
        return a->place == b->place ? 0 : a->place < b->place ? -1 : 1;
    if (a->kind != b->kind)
        return strcmp(a->kind->name, b->kind->name);
    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    if (a->action != b->action)
        return (int)a->action - (int)b->action;
    return a->row == NULL || b->row == NULL ? 0 : strcmp(a->row, b->row);
}

static int compare_events(const void *a, const void *b)
{
    return compare(a, b);
}

static crm_status write_image(void *context, const struct value *row)
{
    const struct image image = image_of(row);
    return changes_of_image(context, &image);
}

/* Rows of one image, in order: those that events tell of are written. */
struct image_events {
    struct changes *changes;
    const struct event *next, *end;
};

static crm_status write_row_of_image(void *context, const struct reading *reading)
{
    struct image_events *events = context;
    if (events->next == events->end || events->next->place != reading->row)
        return CRM_OK;
    while (events->next != events->end && events->next->place == reading->row)
        events->next++;
    return changes_of_row(events->changes, reading);
}

static crm_status write_rows_of_image(void *context, const struct value *row)
{
    struct image_events *events = context;
    const struct image image = image_of(row);
    return image_read(events->changes->book, &image, write_row_of_image, events);
}

static crm_status write_event(struct changes *changes, const struct event *event, size_t count)
{
    struct arena arena cleanup(arena_release) = {0};
    struct image_events events = {changes, event, event + count};
    const struct value parameters[] = {value_integer(event->entry), value_integer(event->number)};
    const char *name = event->row;
    if (event->number != 0)
        return store_query(changes->book->store,
                           "SELECT " IMAGE_COLUMNS
                           " FROM journal_image i WHERE i.entry = $1 AND i.number = $2",
                           parameters, 2, write_rows_of_image, &events);
    crm_status status = CRM_OK;
    if (name == NULL)
        status = history_record_name(changes->book, event->kind, event->record, &arena, &name);
    return status == CRM_OK ? changes_whole(changes, event->kind, name, event->action) : status;
}

/* How many events from the first on are of one image, or are the same. */
static size_t count_together(const struct event *events, size_t left)
{
    size_t count = 1;
    for (; count < left; count++) {
        const struct event *event = &events[count];
        bool same_image =
            event->number != 0 && event->number == events->number && event->entry == events->entry;
        if (!same_image && compare(event, events) != 0)
            break;
    }
    return count;
}

static crm_status write_events(struct trace *trace, struct changes *changes,
                               const struct bounds *bounds)
{
    crm_status status = changes_begin(changes);
    size_t count;
    for (size_t i = 0; i < trace->count && changes->left != 0 && status == CRM_OK; i += count) {
        const struct event *event = &trace->events[i];
        count = count_together(event, trace->count - i);
        status = changes_of_entry(changes, event->entry);
        if (status == CRM_OK && bounds_admit(bounds, &changes->entry))
            status = write_event(changes, event, count);
    }
    return status == CRM_OK ? changes_end(changes) : status;
}

static crm_status trace_root(struct crm_book *book, const struct root *root,
                             const struct bounds *bounds, struct changes *changes)
{
    struct trace trace cleanup(trace_release) = {.book = book};
    crm_status status = undone_load(book, &trace.arena, &trace.undone);
    if (status == CRM_OK)
        status = add_all_present(&trace, root);
    if (status == CRM_OK)
        status = belongings_images(book, root, add_image, &trace);
    if (status != CRM_OK)
        return status;
    if (trace.count > 0)
        qsort(trace.events, trace.count, sizeof *trace.events, compare_events);
    return write_events(&trace, changes, bounds);
}

/* ---- One record ---- */

static crm_status find_present(struct crm_book *book, struct root *root)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value id = value_integer(root->id);
    struct value made_by = value_null();
    const char *sql = arena_printf(&arena, "SELECT entry FROM %s WHERE id = $1", root->kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, &id, 1, &made_by, 1);
    root->made_by = made_by.integer;
    return status == CRM_OK ? record_customer(book, root->kind, root->id, &root->customer) : status;
}

/* Whom a record belongs to that may be gone; 0: nobody. */
static crm_status find_customer(struct crm_book *book, struct root *root, bool removed)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_text(root->kind->name), value_integer(root->id)};
    struct value found = value_null();
    if (!removed)
        return find_present(book, root);
    crm_status status =
        store_row_values(book->store, &arena,
                         "SELECT customer FROM journal_image WHERE kind = $1 AND record = $2 "
                         "AND action = 'removed' ORDER BY entry DESC, number DESC LIMIT 1",
                         parameters, 2, &found, 1);
    root->customer = found.type == VALUE_INTEGER ? found.integer : 0;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

crm_status history_root(struct crm_book *book, const char *kind_name, const char *reference,
                        struct root *out, bool *removed)
{
    *out = (struct root){0};
    crm_status status = record_kind(book, kind_name, reference, &out->kind);
    if (status == CRM_OK)
        status = history_resolve(book, out->kind, reference, &out->id, removed);
    return status == CRM_OK ? find_customer(book, out, *removed) : status;
}

static crm_status log_record(struct crm_book *book, const char *kind, const char *reference,
                             const crm_log_options *options, struct crm_sink *sink)
{
    struct changes changes cleanup(changes_release) = {
        .book = book, .sink = sink, .left = options->limit > 0 ? options->limit : -1};
    struct bounds bounds;
    struct root root;
    bool removed = false;
    crm_status status = bounds_read(book, options, &bounds);
    if (status == CRM_OK)
        status = history_root(book, kind, reference, &root, &removed);
    return status == CRM_OK ? trace_root(book, &root, &bounds, &changes) : status;
}

static crm_status reading(struct crm_book *book)
{
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = store_begin_reading(book->store);
    return status == CRM_OK ? store_keep_statements(book->store, true) : status;
}

static crm_status end_reading(struct crm_book *book, crm_status status)
{
    if (book->store == NULL)
        return status;
    crm_status left = store_keep_statements(book->store, false);
    store_end_reading(book->store);
    return status == CRM_OK ? left : status;
}

crm_status crm_log_record(crm_book *book, const char *kind, const char *reference,
                          const crm_log_options *options, crm_sink *sink)
{
    crm_status status = reading(book);
    if (status == CRM_OK)
        status = log_record(book, kind, reference, options, sink);
    return end_reading(book, status);
}

/* ---- One entry ---- */

struct entry_rows {
    struct changes *changes;
    const struct kind *kind;
    enum history_action action;
};

static crm_status write_whole(void *context, const struct value *row)
{
    const struct entry_rows *rows = context;
    struct crm_book *book = rows->changes->book;
    struct arena arena cleanup(arena_release) = {0};
    const char *name = NULL;
    crm_status status;
    if (rows->kind->cluster == NULL) {
        status = history_record_name(book, rows->kind, row[0].integer, &arena, &name);
    } else {
        struct member key[] = {{rows->kind->part_of, row[0]}, {"line_number", row[1]}};
        const struct values values = {key, 2};
        status = history_row_name(book, rows->kind, &values, &arena, &name);
    }
    return status == CRM_OK ? changes_whole(rows->changes, rows->kind, name, rows->action) : status;
}

/* Rows that the entry inserted and that are still there. */
static crm_status write_added(struct entry_rows *rows, const struct added *added)
{
    static const char *const of_id[] = {"t.id"};
    const char *const of_row[] = {rows->kind->part_of, "line_number"};
    bool has_id = rows->kind->cluster == NULL;
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_integer(rows->changes->entry.id),
                                       value_integer(added->first), value_integer(added->last)};
    const struct store_select select = {
        .columns = has_id ? of_id : of_row,
        .column_count = has_id ? 1 : 2,
        .from = arena_printf(&arena, "FROM %s t WHERE t.entry = $1 AND t.%s BETWEEN $2 AND $3",
                             rows->kind->table, has_id ? "id" : "customer"),
        .order = kind_stored_order(rows->kind, &arena),
        .as_stored = !has_id};
    if (select.from == NULL || select.order == NULL)
        return error_no_memory(&rows->changes->book->error);
    return store_each(rows->changes->book->store, &select, parameters, 3, write_whole, rows);
}

/* Of a row that is gone by now, if the entry inserted it. */
static crm_status write_gone_row(void *context, const struct reading *reading)
{
    const struct entry_rows *rows = context;
    struct crm_book *book = rows->changes->book;
    struct arena arena cleanup(arena_release) = {0};
    const struct values *before = &reading->before;
    const int64_t record = reading->image.record;
    const char *name = NULL;
    if (rows->action == ACTION_ADDED && values_integer(before, "entry") != rows->changes->entry.id)
        return CRM_OK;
    crm_status status = record != 0 ? history_record_name(book, rows->kind, record, &arena, &name)
                                    : history_row_name(book, rows->kind, before, &arena, &name);
    return status == CRM_OK ? changes_whole(rows->changes, rows->kind, name, rows->action) : status;
}

static crm_status write_gone(void *context, const struct value *row)
{
    const struct entry_rows *rows = context;
    const struct image image = image_of(row);
    return image_read(rows->changes->book, &image, write_gone_row, context);
}

/* A row removed, brought back and removed again is told of once. */
static crm_status write_added_and_removed(struct entry_rows *rows, const struct added *added)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *place = rows->kind->cluster == NULL ? "record" : "customer";
    const struct value parameters[] = {value_text(rows->kind->name), value_integer(added->first),
                                       value_integer(added->last),
                                       value_integer(rows->changes->entry.id)};
    const char *sql = arena_printf(
        &arena,
        "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.kind = $1 "
        "AND i.%s BETWEEN $2 AND $3 AND i.entry > $4 AND i.action = 'removed' "
        "AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.undoes = i.entry) ORDER BY i.%s",
        place, place);
    if (sql == NULL)
        return error_no_memory(&rows->changes->book->error);
    return store_query(rows->changes->book->store, sql, parameters, 4, write_gone, rows);
}

/* What an undo brought back is what the entry removed that it undid. */
static crm_status write_restored(struct changes *changes)
{
    struct entry_rows rows = {.changes = changes, .action = ACTION_RESTORED};
    const struct value undoes = value_integer(changes->entry.undoes);
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && changes->entry.undoes != 0 && status == CRM_OK;
         i++) {
        rows.kind = schema_kinds[i];
        const struct value parameters[] = {undoes, value_text(rows.kind->name)};
        status = store_query(changes->book->store,
                             "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.entry = $1 "
                             "AND i.kind = $2 AND i.action = 'removed' ORDER BY i.number",
                             parameters, 2, write_gone, &rows);
    }
    return status;
}

static crm_status write_entry(struct changes *changes)
{
    struct entry_rows rows = {.changes = changes, .action = ACTION_ADDED};
    const struct value id = value_integer(changes->entry.id);
    crm_status status = changes_begin(changes);
    for (size_t i = 0; i < changes->entry.added_count && status == CRM_OK; i++) {
        const struct added *added = &changes->entry.added[i];
        rows.kind = added->kind;
        if (rows.kind == NULL || changes->entry.undoes != 0)
            continue;
        status = write_added(&rows, added);
        if (status == CRM_OK)
            status = write_added_and_removed(&rows, added);
    }
    if (status == CRM_OK)
        status = write_restored(changes);
    if (status == CRM_OK)
        status = store_query(changes->book->store,
                             "SELECT " IMAGE_COLUMNS
                             " FROM journal_image i WHERE i.entry = $1 ORDER BY i.number",
                             &id, 1, write_image, changes);
    return status == CRM_OK ? changes_end(changes) : status;
}

crm_status crm_log_entry(crm_book *book, int64_t entry, const crm_log_options *options,
                         crm_sink *sink)
{
    struct changes changes cleanup(changes_release) = {
        .book = book, .sink = sink, .left = options->limit > 0 ? options->limit : -1};
    crm_status status = reading(book);
    if (status == CRM_OK)
        status = changes_of_entry(&changes, entry);
    if (status == CRM_NOT_FOUND)
        error_hint(&book->error,
                   _("a record with that key is named with its kind, as in: crm log customer %lld"),
                   (long long)entry);
    if (status == CRM_OK)
        status = write_entry(&changes);
    return end_reading(book, status);
}
