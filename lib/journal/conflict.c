/* SPDX-License-Identifier: MIT */
/* What was built on an entry since: the later entries that stand in the way of undoing it. */
#include "journal/conflict.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED = 3 /* entries that a refusal describes */ };

static void conflicts_release(struct conflicts *conflicts)
{
    arena_release(&conflicts->arena);
    free(conflicts->found);
    free(conflicts->since);
}

crm_status conflict_add(struct conflicts *conflicts, int64_t entry)
{
    size_t at = conflicts->count;
    while (at > 0 && conflicts->found[at - 1] >= entry)
        at--;
    if (at < conflicts->count && conflicts->found[at] == entry)
        return CRM_OK;
    int64_t *grown =
        array_grow(conflicts->found, &conflicts->capacity, conflicts->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&conflicts->book->error);
    conflicts->found = grown;
    memmove(&grown[at + 1], &grown[at], (conflicts->count - at) * sizeof *grown);
    grown[at] = entry;
    conflicts->count++;
    return CRM_OK;
}

static bool is_found(const struct conflicts *conflicts, int64_t entry)
{
    for (size_t i = conflicts->count; i-- > 0 && conflicts->found[i] >= entry;)
        if (conflicts->found[i] == entry)
            return true;
    return false;
}

crm_status conflict_exists(struct conflicts *conflicts, const char *sql,
                           const struct value *parameters, size_t count, bool *out)
{
    struct value found;
    crm_status status = sql == NULL ? error_no_memory(&conflicts->book->error)
                                    : store_row_values(conflicts->book->store, &conflicts->arena,
                                                       sql, parameters, count, &found, 1);
    *out = status == CRM_OK;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

/* ---- What the entry brought ---- */

/* Whether the record came, or came back, with the entry. */
static crm_status came_with_entry(struct conflicts *conflicts, const struct kind *kind, int64_t id,
                                  bool *out)
{
    const struct entry *entry = conflicts->entry;
    const struct added *added = entry_added(entry, kind);
    *out = false;
    if (entry->undoes != 0) {
        const struct value parameters[] = {value_text(kind->name), value_integer(id),
                                           value_integer(entry->undoes)};
        return conflict_exists(conflicts,
                               "SELECT 1 FROM journal_image WHERE kind = $1 AND record = $2 "
                               "AND entry = $3 AND action = 'removed'",
                               parameters, 3, out);
    }
    if (added == NULL || id < added->first || id > added->last)
        return CRM_OK;
    const struct value parameters[] = {value_integer(id), value_integer(entry->id)};
    const char *sql = arena_printf(&conflicts->arena,
                                   "SELECT 1 FROM %s WHERE id = $1 AND entry = $2", kind->table);
    return conflict_exists(conflicts, sql, parameters, 2, out);
}

/* Appends a condition: what `field` of row r names came, or came back, with the entry. Whether any
 * of that kind did. */
static bool came_with_sql(const struct entry *entry, const struct field *field, struct query *query)
{
    const struct kind *kind = schema_kind(field->reference);
    if (entry->undoes == 0 && entry_added(entry, kind) == NULL)
        return false;
    if (entry->undoes == 0) {
        buffer_printf(&query->sql,
                      " AND EXISTS (SELECT 1 FROM %s k WHERE k.id = r.%s AND k.entry = ",
                      kind->table, field->name);
        query_value(query, value_integer(entry->id));
    } else {
        buffer_printf(&query->sql,
                      " AND EXISTS (SELECT 1 FROM journal_image k WHERE k.record = r.%s "
                      "AND k.action = 'removed' AND k.kind = '%s' AND k.entry = ",
                      field->name, kind->name);
        query_value(query, value_integer(entry->undoes));
    }
    buffer_character(&query->sql, ')');
    return true;
}

/* ---- Images since ---- */

struct meeting {
    struct conflicts *conflicts;
    const struct reading *later;
    bool meets;
};

/* Two changes of one record meet in a field that both changed, or in one that builds on it. */
static bool builds_on(const struct reading *later, const char *field)
{
    const struct values *before = &later->before;
    for (size_t i = 0; i < before->count; i++)
        if (strcmp(before->items[i].name, field) == 0 ||
            derived_builds_on(later->image.kind, field, before->items[i].name))
            return true;
    return false;
}

static crm_status compare_fields(void *context, const struct reading *earlier)
{
    struct meeting *meeting = context;
    const struct values *before = &earlier->before;
    for (size_t i = 0; i < before->count && !meeting->meets; i++)
        meeting->meets = builds_on(meeting->later, before->items[i].name);
    return CRM_OK;
}

/* A removal meets everything. */
static crm_status meet_image(void *context, const struct value *row)
{
    struct meeting *meeting = context;
    const struct image image = image_of(row);
    meeting->meets = meeting->meets || image.removed || meeting->later->image.removed ||
                     image.before == NULL || meeting->later->image.before == NULL;
    return meeting->meets ? CRM_OK
                          : image_read(meeting->conflicts->book, &image, compare_fields, meeting);
}

static crm_status meets_record(struct meeting *meeting)
{
    struct conflicts *conflicts = meeting->conflicts;
    const struct image *image = &meeting->later->image;
    const struct value parameters[] = {value_text(image->kind->name), value_integer(image->record),
                                       value_integer(conflicts->entry->id)};
    int64_t made_by = values_integer(&meeting->later->before, "entry");
    crm_status status = came_with_entry(conflicts, image->kind, image->record, &meeting->meets);
    if (image->removed && made_by == conflicts->entry->id)
        meeting->meets = true;
    if (status != CRM_OK || meeting->meets)
        return status;
    return store_query(conflicts->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.kind = $1 "
                       "AND i.record = $2 AND i.entry = $3",
                       parameters, 3, meet_image, meeting);
}

/* The row at hand, if the entry changed, removed or brought back a row of that key. */
static crm_status meet_row(void *context, const struct reading *reading)
{
    struct meeting *meeting = context;
    const struct kind *kind = reading->image.kind;
    bool same = !image_is_erased(&reading->image);
    for (size_t i = 0; i < kind->field_count && same; i++) {
        const char *name = kind->fields[i].name;
        const struct value *left = reading_key(reading, name, true);
        const struct value *right = reading_key(meeting->later, name, false);
        if (kind_is_clustered_by(kind, name))
            same = left != NULL && right != NULL && value_equal(left, right);
    }
    meeting->meets = meeting->meets || same;
    return CRM_OK;
}

static crm_status meet_rows(void *context, const struct value *row)
{
    struct meeting *meeting = context;
    const struct image image = image_of(row);
    return image_read(meeting->conflicts->book, &image, meet_row, meeting);
}

/* Rows without id: by their key, among those of the same whole that the entry knows. */
static crm_status meets_row(struct meeting *meeting)
{
    struct conflicts *conflicts = meeting->conflicts;
    const struct reading *later = meeting->later;
    const struct kind *kind = later->image.kind;
    const struct added *added = entry_added(conflicts->entry, kind);
    struct query query cleanup(query_release) = {0};
    bool brought = conflicts->entry->undoes != 0;
    if (later->image.removed)
        meeting->meets = values_integer(&later->before, "entry") == conflicts->entry->id;
    if (!meeting->meets && added != NULL && !brought) {
        buffer_printf(&query.sql, "SELECT 1 FROM %s WHERE entry = ", kind->table);
        query_value(&query, value_integer(conflicts->entry->id));
        for (size_t i = 0; i < kind->field_count; i++) {
            const struct value *value = reading_key(later, kind->fields[i].name, true);
            if (value == NULL || !kind_is_clustered_by(kind, kind->fields[i].name))
                continue;
            buffer_printf(&query.sql, " AND %s = ", kind->fields[i].name);
            query_value(&query, *value);
        }
        crm_status status = conflict_exists(conflicts, buffer_string(&query.sql), query.parameters,
                                            query.count, &meeting->meets);
        if (status != CRM_OK)
            return status;
    }
    if (meeting->meets)
        return CRM_OK;
    const struct value parameters[] = {value_text(kind->name), value_integer(later->image.customer),
                                       value_integer(conflicts->entry->id),
                                       value_integer(conflicts->entry->undoes)};
    return store_query(conflicts->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.kind = $1 "
                       "AND i.customer = $2 AND (i.entry = $3 OR i.entry = $4)",
                       parameters, 4, meet_rows, meeting);
}

/* A field that was given since names a record that came with the entry. */
static crm_status refers_to_entry(struct meeting *meeting)
{
    const struct reading *later = meeting->later;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < later->after.count && status == CRM_OK && !meeting->meets; i++) {
        const struct member *member = &later->after.items[i];
        const struct field *field = kind_field(later->image.kind, member->name);
        if (field != NULL && field->type == DATA_REFERENCE && member->value.type == VALUE_INTEGER)
            status = came_with_entry(meeting->conflicts, schema_kind(field->reference),
                                     member->value.integer, &meeting->meets);
    }
    return status;
}

/* ---- Images since, of which only the record is known any more ---- */

/* A row of that kind that the entry did not add names what came with it: the record, where rows
 * have an id. */
static crm_status still_names(struct conflicts *conflicts, const struct image *image,
                              const struct field *field, bool *out)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql, "SELECT 1 FROM %s r WHERE r.entry <> ", image->kind->table);
    query_value(&query, value_integer(conflicts->entry->id));
    if (image->record != 0) {
        buffer_text(&query.sql, " AND r.id = ");
        query_value(&query, value_integer(image->record));
    }
    if (!came_with_sql(conflicts->entry, field, &query))
        return CRM_OK;
    buffer_text(&query.sql, " LIMIT 1");
    return conflict_exists(conflicts, query.sql.failed ? NULL : buffer_string(&query.sql),
                           query.parameters, query.count, out);
}

/* What was given to the record is erased; what it has now is there to be asked. */
static crm_status erased_names(struct conflicts *conflicts, const struct image *image, bool *out)
{
    const struct kind *kind = image->kind;
    crm_status status = CRM_OK;
    if (kind == conflicts->rows_asked)
        return CRM_OK;
    conflicts->rows_asked = kind->cluster != NULL ? kind : conflicts->rows_asked;
    for (size_t i = 0; i < kind->field_count && status == CRM_OK && !*out; i++)
        if (kind->fields[i].type == DATA_REFERENCE && kind->fields[i].expression == NULL)
            status = still_names(conflicts, image, &kind->fields[i], out);
    return status;
}

/* Of which entry a row was that went is erased: of this one, if it lay among those that it added.
 */
static bool erased_among_added(const struct conflicts *conflicts, const struct image *image)
{
    const struct added *added = entry_added(conflicts->entry, image->kind);
    int64_t place = image->kind->cluster == NULL ? image->record : image->customer;
    return image->removed && added != NULL && conflicts->entry->undoes == 0 &&
           place >= added->first && place <= added->last;
}

static crm_status meets_erased(struct conflicts *conflicts, const struct image *image, bool *out)
{
    *out = erased_among_added(conflicts, image);
    return *out || image->removed ? CRM_OK : erased_names(conflicts, image, out);
}

static crm_status judge_row(void *context, const struct reading *later)
{
    struct conflicts *conflicts = context;
    struct meeting meeting = {.conflicts = conflicts, .later = later};
    if (is_found(conflicts, later->image.entry))
        return CRM_OK;
    arena_clear(&conflicts->arena);
    crm_status status = later->image.record != 0 ? meets_record(&meeting) : meets_row(&meeting);
    if (status == CRM_OK && !meeting.meets)
        status = image_is_erased(&later->image)
                     ? meets_erased(conflicts, &later->image, &meeting.meets)
                     : refers_to_entry(&meeting);
    return status == CRM_OK && meeting.meets ? conflict_add(conflicts, later->image.entry) : status;
}

static bool is_without_effect(struct conflicts *conflicts, int64_t entry)
{
    struct entry later = {.id = entry};
    if (conflicts->at == entry)
        return conflicts->without_effect;
    for (size_t i = 0; i < conflicts->undone->count; i++)
        if (conflicts->undone->items[i].entry == entry)
            later.undoes = conflicts->undone->items[i].undoes;
    conflicts->at = entry;
    return conflicts->without_effect =
               undone_without_effect(conflicts->undone, &later, conflicts->entry->id);
}

static crm_status look_at_image(void *context, const struct value *row)
{
    struct conflicts *conflicts = context;
    const struct image image = image_of(row);
    if (image.kind == NULL || is_without_effect(conflicts, image.entry) ||
        is_found(conflicts, image.entry))
        return CRM_OK;
    return image_read(conflicts->book, &image, judge_row, conflicts);
}

/* ---- Rows added since ---- */

static crm_status note_since(void *context, const struct value *row)
{
    struct conflicts *conflicts = context;
    struct entry later;
    arena_clear(&conflicts->arena);
    crm_status status = entry_of(conflicts->book, row, &conflicts->arena, &later);
    if (status != CRM_OK || is_without_effect(conflicts, later.id))
        return status;
    for (size_t i = 0; i < later.added_count; i++) {
        const struct added *added = &later.added[i];
        for (size_t k = 0; k < schema_kind_count; k++) {
            struct added *since = &conflicts->since[k];
            if (schema_kinds[k] != added->kind)
                continue;
            since->first =
                since->count == 0 || added->first < since->first ? added->first : since->first;
            since->last = added->last > since->last ? added->last : since->last;
            since->count += added->count;
        }
    }
    return CRM_OK;
}

static crm_status note_reference(void *context, const struct value *row)
{
    struct conflicts *conflicts = context;
    return is_without_effect(conflicts, row[0].integer) ? CRM_OK
                                                        : conflict_add(conflicts, row[0].integer);
}

/* Rows since whose `field` names a record of the entry. */
static crm_status look_at_reference(struct conflicts *conflicts, const struct kind *referring,
                                    const struct added *since, const struct field *field)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql, "SELECT DISTINCT r.entry FROM %s r WHERE r.%s BETWEEN ",
                  referring->table, referring->cluster == NULL ? "id" : "customer");
    query_value(&query, value_integer(since->first));
    buffer_text(&query.sql, " AND ");
    query_value(&query, value_integer(since->last));
    buffer_text(&query.sql, " AND r.entry > ");
    query_value(&query, value_integer(conflicts->entry->id));
    if (!came_with_sql(conflicts->entry, field, &query))
        return CRM_OK;
    if (query.sql.failed)
        return error_no_memory(&conflicts->book->error);
    return store_query(conflicts->book->store, buffer_string(&query.sql), query.parameters,
                       query.count, note_reference, conflicts);
}

static crm_status look_at_since(struct conflicts *conflicts)
{
    crm_status status = CRM_OK;
    for (size_t k = 0; k < schema_kind_count; k++) {
        const struct kind *kind = schema_kinds[k];
        for (size_t f = 0; f < kind->field_count && status == CRM_OK; f++)
            if (conflicts->since[k].count > 0 && kind->fields[f].type == DATA_REFERENCE)
                status = look_at_reference(conflicts, kind, &conflicts->since[k], &kind->fields[f]);
    }
    return status;
}

/* ---- The refusal ---- */

static crm_status describe(struct conflicts *conflicts, struct buffer *out)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < conflicts->count && i < NAMED && status == CRM_OK; i++) {
        struct entry later;
        arena_clear(&conflicts->arena);
        status = entry_load(conflicts->book, conflicts->found[i], &conflicts->arena, &later);
        if (status != CRM_OK)
            return status;
        const char *command = later.command == NULL ? _("erased") : later.command;
        size_t shown, width = 60;
        size_t length = text_prefix_width(command, strlen(command), width, &shown);
        buffer_printf(out, "%s%lld (%s: %.*s%s)", i > 0 ? ", " : "", (long long)later.id,
                      later.actor, (int)length, command, command[length] != '\0' ? "…" : "");
    }
    if (conflicts->count > NAMED)
        buffer_printf(out, _(" and %zu more"), conflicts->count - NAMED);
    return status;
}

static crm_status refuse(struct conflicts *conflicts)
{
    struct buffer list cleanup(buffer_release) = {0};
    struct error *error = &conflicts->book->error;
    crm_status status = describe(conflicts, &list);
    if (status != CRM_OK)
        return status;
    error_set(error, CRM_CONFLICT, _("entry %lld cannot be undone: later entries build on it: %s"),
              (long long)conflicts->entry->id, buffer_string(&list));
    return error_hint(error, _("undo those first, the last one before the others: crm undo %lld"),
                      (long long)conflicts->found[conflicts->count - 1]);
}

static crm_status find(struct conflicts *conflicts)
{
    const struct value id = value_integer(conflicts->entry->id);
    struct store *store = conflicts->book->store;
    crm_status status =
        store_query(store, "SELECT " ENTRY_COLUMNS " FROM journal j WHERE j.id > $1 ORDER BY j.id",
                    &id, 1, note_since, conflicts);
    if (status == CRM_OK)
        status = store_query(store,
                             "SELECT " IMAGE_COLUMNS
                             " FROM journal_image i WHERE i.entry > $1 ORDER BY i.entry, i.number",
                             &id, 1, look_at_image, conflicts);
    if (status == CRM_OK)
        status = look_at_since(conflicts);
    return status == CRM_OK ? conflict_with_taken(conflicts) : status;
}

crm_status conflict_refuse(struct crm_book *book, const struct entry *entry,
                           const struct undone_list *undone)
{
    struct conflicts conflicts cleanup(conflicts_release) = {
        .book = book, .entry = entry, .undone = undone};
    struct arena arena cleanup(arena_release) = {0};
    const struct value id = value_integer(entry->id);
    struct value later;
    crm_status status = store_row_values(
        book->store, &arena, "SELECT id FROM journal WHERE id > $1 LIMIT 1", &id, 1, &later, 1);
    if (status != CRM_OK)
        return status == CRM_NOT_FOUND ? CRM_OK : status; /* nothing was done since */
    conflicts.since = calloc(schema_kind_count, sizeof *conflicts.since);
    if (conflicts.since == NULL)
        return error_no_memory(&book->error);
    status = find(&conflicts);
    return status == CRM_OK && conflicts.count > 0 ? refuse(&conflicts) : status;
}
