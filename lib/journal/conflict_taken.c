/* SPDX-License-Identifier: MIT */
/* What an entry took, and is gone or taken by others now: it could not be given back. */
#include "journal/conflict.h"

#include <string.h>

/* The later entry by which a record went; 0 when it is there, or comes back with this undo. */
static crm_status gone_by(struct conflicts *conflicts, const struct kind *kind, int64_t id,
                          int64_t *out)
{
    const struct value parameters[] = {value_text(kind->name), value_integer(id),
                                       value_integer(conflicts->entry->id)};
    const char *sql =
        arena_printf(&conflicts->arena, "SELECT 1 FROM %s WHERE id = $1", kind->table);
    struct value found = value_null();
    bool there = false;
    *out = 0;
    crm_status status = conflict_exists(conflicts, sql, &parameters[1], 1, &there);
    if (status == CRM_OK && !there)
        status = store_row_values(conflicts->book->store, &conflicts->arena,
                                  "SELECT min(entry) FROM journal_image WHERE kind = $1 "
                                  "AND record = $2 AND entry >= $3 AND action = 'removed'",
                                  parameters, 3, &found, 1);
    *out = found.type == VALUE_INTEGER && found.integer > conflicts->entry->id ? found.integer : 0;
    return status;
}

/* When a record got the key it has now, later than it was added. */
struct key_change {
    const char *field;
    int64_t entry;
};

static crm_status note_key_change(void *context, const struct reading *reading)
{
    struct key_change *change = context;
    const struct value *before = values_find(&reading->before, change->field);
    const struct value *after = values_find(&reading->after, change->field);
    if (before != NULL && after != NULL && !value_equal(before, after))
        change->entry = reading->image.entry;
    return CRM_OK;
}

struct key_search {
    struct crm_book *book;
    struct key_change change;
};

static crm_status look_at_key(void *context, const struct value *row)
{
    struct key_search *search = context;
    const struct image image = image_of(row);
    return image_read(search->book, &image, note_key_change, &search->change);
}

static crm_status key_since(struct conflicts *conflicts, const struct kind *kind, int64_t id,
                            const char *field, int64_t *out)
{
    const struct value parameters[] = {value_text(kind->name), value_integer(id),
                                       value_integer(conflicts->entry->id)};
    struct key_search search = {conflicts->book, {.field = field}};
    crm_status status =
        store_query(conflicts->book->store,
                    "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.kind = $1 "
                    "AND i.record = $2 AND i.entry > $3 ORDER BY i.entry, i.number",
                    parameters, 3, look_at_key, &search);
    *out = search.change.entry;
    return status;
}

/* The later entry by which another row has the number or key that a record had; 0 when they are
 * free. */
static crm_status taken_by(struct conflicts *conflicts, const struct reading *reading,
                           const struct member *member, int64_t *out)
{
    const struct kind *kind = reading->image.kind;
    const struct field *field = kind_field(kind, member->name);
    const struct value parameters[] = {member->value, value_integer(reading->image.record)};
    bool number = strcmp(member->name, "id") == 0 && reading->image.removed;
    bool key = field != NULL && (field->flags & FIELD_KEY);
    struct value found[] = {value_null(), value_null()};
    *out = 0;
    if ((!number && !key) || value_is_null(&member->value))
        return CRM_OK;
    const char *sql = arena_printf(&conflicts->arena, "SELECT entry, id FROM %s WHERE %s = $1%s",
                                   kind->table, member->name, number ? "" : " AND id <> $2");
    if (sql == NULL)
        return error_no_memory(&conflicts->book->error);
    crm_status status = store_row_values(conflicts->book->store, &conflicts->arena, sql, parameters,
                                         number ? 1 : 2, found, 2);
    if (status != CRM_OK)
        return status == CRM_NOT_FOUND ? CRM_OK : status;
    *out = found[0].type == VALUE_INTEGER ? found[0].integer : 0;
    return number || *out > conflicts->entry->id
               ? CRM_OK
               : key_since(conflicts, kind, found[1].integer, field->name, out);
}

static crm_status judge_member(struct conflicts *conflicts, const struct reading *reading,
                               const struct member *member)
{
    const struct field *field = kind_field(reading->image.kind, member->name);
    int64_t gone = 0, taken = 0;
    crm_status status = taken_by(conflicts, reading, member, &taken);
    if (status == CRM_OK && field != NULL && field->type == DATA_REFERENCE &&
        member->value.type == VALUE_INTEGER)
        status = gone_by(conflicts, schema_kind(field->reference), member->value.integer, &gone);
    if (status == CRM_OK && gone != 0)
        status = conflict_add(conflicts, gone);
    return status == CRM_OK && taken > conflicts->entry->id ? conflict_add(conflicts, taken)
                                                            : status;
}

static crm_status judge_taken(void *context, const struct reading *reading)
{
    struct conflicts *conflicts = context;
    crm_status status = CRM_OK;
    arena_clear(&conflicts->arena);
    for (size_t i = 0; i < reading->before.count && status == CRM_OK; i++)
        status = judge_member(conflicts, reading, &reading->before.items[i]);
    return status;
}

static crm_status look_at_taken(void *context, const struct value *row)
{
    struct conflicts *conflicts = context;
    const struct image image = image_of(row);
    return image.kind == NULL ? CRM_OK
                              : image_read(conflicts->book, &image, judge_taken, conflicts);
}

crm_status conflict_with_taken(struct conflicts *conflicts)
{
    const struct value id = value_integer(conflicts->entry->id);
    return store_query(conflicts->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.entry = $1", &id, 1,
                       look_at_taken, conflicts);
}
