/* SPDX-License-Identifier: MIT */
/* The records against the journal: what the last command that changed a field wrote must be there
 * still. Of a record that an undo brought back all is known, of one that was never changed nothing:
 * the journal keeps no copy of what an entry adds. */
#include "check/check.h"

#include "journal/image.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 96 };

/* One stored field, or the custom ones together. */
struct kept_column {
    const char *name;
    const struct field *field; /* NULL: the custom fields */
    bool known;                /* which value was written last */
    struct value value;
    int64_t entry; /* that wrote it */
};

/* The record at hand, and what its images come to; they are read in their order. */
struct presence {
    struct check *check;
    const struct kind *kind;
    int64_t record; /* 0: none yet */
    int64_t born;   /* entry that added it, when an image tells */
    struct kept_column columns[MOST_COLUMNS];
    size_t count;
    struct arena arena; /* values of the record */
    struct statement *present;
};

static void presence_release(struct presence *presence)
{
    statement_free(presence->present);
    arena_release(&presence->arena);
}

static void forget_all(struct presence *presence)
{
    for (size_t i = 0; i < presence->count; i++)
        presence->columns[i].known = false;
}

/* ---- What was written last ---- */

static crm_status keep_value(struct presence *presence, struct kept_column *column,
                             const struct value *value, int64_t entry)
{
    column->known = true;
    column->value = value == NULL ? value_null() : *value;
    column->entry = entry;
    if (column->value.type != VALUE_TEXT)
        return CRM_OK;
    column->value.text = arena_copy_length(&presence->arena, value->text, value->length);
    return column->value.text == NULL ? error_no_memory(&presence->check->book->error) : CRM_OK;
}

/* A removal tells of all columns: of what an undo brings back. */
static crm_status keep_reading(void *context, const struct reading *reading)
{
    struct presence *presence = context;
    const struct image *image = &reading->image;
    const struct values *values = image->removed ? &reading->before : &reading->after;
    crm_status status = CRM_OK;
    if (image_is_erased(image)) {
        forget_all(presence);
        return CRM_OK;
    }
    if (image->removed)
        presence->born = values_integer(values, "entry");
    for (size_t i = 0; i < presence->count && status == CRM_OK; i++) {
        const struct value *value = values_find(values, presence->columns[i].name);
        if (value != NULL || image->removed)
            status = keep_value(presence, &presence->columns[i], value, image->entry);
    }
    return status;
}

/* ---- What is there ---- */

static crm_status say_changed(struct presence *presence, const struct kept_column *column,
                              const struct value *stored)
{
    struct check *check = presence->check;
    const struct finding finding = {
        .part = CHECK_JOURNAL,
        .kind = presence->kind->name,
        .record = check_record(check, presence->kind, presence->record),
        .field = column->name,
        .stored = column->field == NULL ? NULL : check_text(check, column->field, stored),
        .expected = column->field == NULL ? NULL : check_text(check, column->field, &column->value),
        .problem =
            arena_printf(&check->scratch, _("not what the journal has of it, from entry %lld"),
                         (long long)column->entry),
        .hint = _("crm log shows who wrote what; give the field its right value: crm edit")};
    return finding.record == NULL || finding.problem == NULL ? error_no_memory(&check->book->error)
                                                             : check_say(check, &finding);
}

/* A number may be another record's since; its row names another entry then. */
static crm_status compare(struct presence *presence)
{
    const struct value id = value_integer(presence->record);
    bool there = false;
    crm_status status = statement_bind(presence->present, 1, &id);
    if (status == CRM_OK)
        status = statement_step(presence->present, &there);
    int64_t born = there ? statement_column(presence->present, 0).integer : 0;
    there = there && (presence->born == 0 || presence->born == born);
    for (size_t i = 0; there && i < presence->count && status == CRM_OK; i++) {
        const struct kept_column *column = &presence->columns[i];
        const struct value stored = statement_column(presence->present, (int)i + 1);
        if (column->known && column->entry > born && !value_equal(&stored, &column->value))
            status = say_changed(presence, column, &stored);
    }
    statement_reset(presence->present);
    return status;
}

static crm_status next_record(struct presence *presence, int64_t record)
{
    crm_status status = presence->record != 0 ? compare(presence) : CRM_OK;
    presence->record = record;
    presence->born = 0;
    forget_all(presence);
    arena_clear(&presence->arena);
    return status;
}

static crm_status visit_image(void *context, const struct value *row)
{
    struct presence *presence = context;
    struct crm_book *book = presence->check->book;
    const struct image image = image_of(row);
    crm_status status =
        image.record != presence->record ? next_record(presence, image.record) : CRM_OK;
    if (status == CRM_OK)
        status = image_read(book, &image, keep_reading, presence);
    if (status != CRM_CORRUPT)
        return status;
    error_clear(&book->error); /* its digest tells */
    forget_all(presence);
    return CRM_OK;
}

/* ---- A kind ---- */

static void add_column(struct presence *presence, const char *name, const struct field *field,
                       struct buffer *sql)
{
    if (presence->count == MOST_COLUMNS)
        return;
    presence->columns[presence->count++] = (struct kept_column){.name = name, .field = field};
    buffer_printf(sql, ", %s", name);
}

static crm_status prepare(struct presence *presence)
{
    struct buffer sql cleanup(buffer_release) = {0};
    const struct kind *kind = presence->kind;
    buffer_text(&sql, "SELECT entry");
    for (size_t i = 0; i < kind->field_count; i++)
        if (field_is_journaled(&kind->fields[i]))
            add_column(presence, kind->fields[i].name, &kind->fields[i], &sql);
    if (kind->custom)
        add_column(presence, "custom", NULL, &sql);
    buffer_printf(&sql, " FROM %s WHERE id = $1", kind->table);
    return sql.failed ? error_no_memory(&presence->check->book->error)
                      : store_prepare(presence->check->book->store, buffer_string(&sql),
                                      &presence->present);
}

static crm_status check_present_kind(struct check *check, const struct kind *kind)
{
    struct presence presence cleanup(presence_release) = {.check = check, .kind = kind};
    const struct value name = value_text(kind->name);
    crm_status status = prepare(&presence);
    if (status == CRM_OK)
        status = store_query(check->book->store,
                             "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.kind = $1 "
                             "AND i.record IS NOT NULL ORDER BY i.record, i.entry, i.number",
                             &name, 1, visit_image, &presence);
    return status == CRM_OK ? next_record(&presence, 0) : status;
}

crm_status check_present(struct check *check)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; check->wanted[CHECK_JOURNAL] && i < schema_kind_count; i++)
        if (schema_kinds[i]->cluster == NULL && status == CRM_OK)
            status = check_failed(check, CHECK_JOURNAL, schema_kinds[i]->name,
                                  check_present_kind(check, schema_kinds[i]));
    return status;
}
