/* SPDX-License-Identifier: MIT */
/* Everything held on one person, in one document. */
#include "journal/subject.h"

#include <string.h>

/* ---- Records ---- */

static crm_status hand_over(void *context, const struct value *row)
{
    return sink_row(context, row);
}

static crm_status write_part(const struct subject *subject, const struct subject_part *part,
                             struct crm_sink *sink)
{
    struct crm_book *book = subject->book;
    struct arena arena cleanup(arena_release) = {0};
    struct query query cleanup(query_release) = {0};
    struct selection selection;
    if (part->where == NULL || part->kind == subject->kind)
        return CRM_OK;
    crm_status status = selection_make(book, part->kind, 0, NULL, &arena, &selection);
    if (status != CRM_OK)
        return status;
    for (size_t i = 0; i < selection.count; i++)
        selection.columns[i].flags = 0; /* nothing is hidden, nothing masked */
    subject_query(subject, &query);
    buffer_printf(&query.sql, "%s WHERE %s", selection.from, part->where);
    if (query.sql.failed)
        return error_no_memory(&book->error);
    const struct table table = {.name = part->kind->name,
                                .title = _(part->kind->label),
                                .columns = selection.columns,
                                .count = selection.count};
    const struct store_select select = {.from = buffer_string(&query.sql),
                                        .order = kind_stored_order(part->kind, &query.arena),
                                        .as_stored = part->kind->cluster != NULL};
    status = select.order == NULL ? error_no_memory(&book->error) : sink_begin(sink, &table);
    if (status == CRM_OK)
        status = selection_each(book, &selection, &select, &query, hand_over, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* Of a record that was removed nothing is left but what the journal keeps. */
static crm_status write_head(const struct subject *subject, struct crm_sink *sink)
{
    if (!subject->removed)
        return record_write_head(subject->book, subject->kind, subject->id, sink);
    const struct column columns[] = {
        {.name = "kind", .label = _("Kind")},
        {.name = "id", .label = _("Id"), .type = DATA_INTEGER},
        {.name = "removed", .label = _("Removed"), .type = DATA_BOOLEAN}};
    const struct value row[] = {value_text(subject->kind->name), value_integer(subject->id),
                                value_integer(1)};
    const struct table table = {.name = subject->kind->name,
                                .title = _(subject->kind->label),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns,
                                .record = true};
    return sink_page_begin(sink, &table, row);
}

/* ---- Records that only name the person ---- */

static crm_status write_mention(void *context, const struct kind *kind, const struct field *field,
                                const char *record)
{
    const struct value row[] = {value_text(kind->name), value_text(record),
                                value_text(field->name)};
    return sink_row(context, row);
}

static crm_status write_mentions(const struct subject *subject, struct crm_sink *sink)
{
    const struct column columns[] = {{.name = "kind", .label = _("Kind")},
                                     {.name = "record", .label = _("Record")},
                                     {.name = "field", .label = _("Field")}};
    const struct table table = {.name = "mentions",
                                .title = _("Records that name the person"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = subject_mentions(subject, write_mention, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- The journal ---- */

struct telling {
    const struct subject *subject;
    struct changes changes;
    const struct subject_part *part; /* whose records are told of */
    size_t told;                     /* images, in the order of their entries */
};

static crm_status tell_addition(void *context, const struct value *row)
{
    struct telling *telling = context;
    struct arena arena cleanup(arena_release) = {0};
    const struct kind *kind = telling->part->kind;
    const char *record = NULL;
    crm_status status = CRM_OK;
    if (row[0].type == VALUE_INTEGER)
        status = history_record_name(telling->subject->book, kind, row[0].integer, &arena, &record);
    return status == CRM_OK ? changes_whole(&telling->changes, kind, record, ACTION_ADDED) : status;
}

static crm_status tell_additions(struct telling *telling, int64_t entry)
{
    const struct subject *subject = telling->subject;
    crm_status status = CRM_OK;
    for (size_t k = 0; k < schema_kind_count && status == CRM_OK; k++) {
        struct query query cleanup(query_release) = {0};
        telling->part = &subject->parts[k];
        if (telling->part->where == NULL)
            continue;
        subject_query(subject, &query);
        buffer_printf(&query.sql, "SELECT %s FROM %s t WHERE %s AND t.entry = ",
                      telling->part->kind->cluster == NULL ? "t.id" : "NULL",
                      telling->part->kind->table, telling->part->where);
        query_value(&query, value_integer(entry));
        if (query.sql.failed)
            return error_no_memory(&subject->book->error);
        status = store_query(subject->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, tell_addition, telling);
    }
    return status;
}

static crm_status tell_image(void *context, const struct value *row)
{
    struct telling *telling = context;
    const struct image image = image_of(row);
    return changes_of_image(&telling->changes, &image);
}

static crm_status tell_images(struct telling *telling, int64_t entry)
{
    const struct subject *subject = telling->subject;
    crm_status status = CRM_OK;
    for (; telling->told < subject->image_count && status == CRM_OK; telling->told++) {
        const struct image_key *key = &subject->images[telling->told];
        const struct value parameters[] = {value_integer(key->entry), value_integer(key->number)};
        if (key->entry != entry)
            break;
        status = store_query(subject->book->store,
                             "SELECT " IMAGE_COLUMNS " FROM journal_image i "
                             "WHERE i.entry = $1 AND i.number = $2",
                             parameters, 2, tell_image, telling);
    }
    return status;
}

static crm_status write_journal(const struct subject *subject, struct crm_sink *sink)
{
    struct telling telling = {.subject = subject,
                              .changes = {.book = subject->book, .sink = sink, .left = -1}};
    crm_status status = changes_begin(&telling.changes);
    for (size_t i = 0; i < subject->entries.count && status == CRM_OK; i++) {
        status = changes_of_entry(&telling.changes, subject->entries.items[i]);
        if (status == CRM_OK)
            status = tell_additions(&telling, subject->entries.items[i]);
        if (status == CRM_OK)
            status = tell_images(&telling, subject->entries.items[i]);
    }
    if (status == CRM_OK)
        status = changes_end(&telling.changes);
    changes_release(&telling.changes);
    return status;
}

/* ---- All of it ---- */

static crm_status refuse_format(struct crm_book *book, const struct crm_sink *sink)
{
    if (sink->format->page_begin != NULL && sink->fields == NULL)
        return CRM_OK;
    if (sink->fields != NULL) {
        error_set(&book->error, CRM_USAGE,
                  _("everything held on a person has no columns to choose"));
        return error_hint(&book->error, _("leave out --fields"));
    }
    error_set(&book->error, CRM_USAGE, _("the format \"%s\" holds one table, not a document"),
              sink->format->name);
    return error_hint(&book->error, _("choose json, jsonl or table"));
}

static crm_status write_document(const struct subject *subject, struct crm_sink *sink)
{
    crm_status status = write_head(subject, sink);
    for (size_t k = 0; k < schema_kind_count && status == CRM_OK; k++)
        status = write_part(subject, &subject->parts[k], sink);
    if (status == CRM_OK)
        status = write_mentions(subject, sink);
    if (status == CRM_OK)
        status = write_journal(subject, sink);
    return status == CRM_OK ? sink_page_end(sink) : status;
}

crm_status crm_subject_export(crm_book *book, const char *kind, const char *reference,
                              crm_sink *sink)
{
    struct subject subject cleanup(subject_release) = {0};
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = refuse_format(book, sink);
    if (status == CRM_OK)
        status = derived_settle(book, &kind_customer, sink);
    if (status == CRM_OK)
        status = store_begin_reading(book->store);
    if (status != CRM_OK)
        return status;
    sink->sensitive = true;
    status = subject_find(book, kind, reference, &subject);
    if (status == CRM_OK)
        status = write_document(&subject, sink);
    store_end_reading(book->store);
    return status;
}
