/* SPDX-License-Identifier: MIT */
/* Entries of the journal, and which of them were undone. */
#include "journal/entry.h"

#include "store/create.h"

#include <stdlib.h>
#include <string.h>

/* ---- Reading an entry ---- */

static const struct kind *kind_of_table(const char *table)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        if (strcmp(schema_kinds[i]->table, table) == 0)
            return schema_kinds[i];
    return NULL;
}

/* {"customer":{"count":2,"first":1,"last":2},…} */
static crm_status read_added(struct crm_book *book, const char *json, struct arena *arena,
                             struct entry *out)
{
    struct values tables;
    crm_status status = values_read(book, json, arena, &tables);
    if (status != CRM_OK)
        return status;
    out->added = arena_array(arena, tables.count + 1, sizeof *out->added);
    if (out->added == NULL)
        return error_no_memory(&book->error);
    for (size_t i = 0; i < tables.count && status == CRM_OK; i++) {
        const struct member *member = &tables.items[i];
        struct values range;
        if (member->value.type != VALUE_TEXT)
            continue;
        status = values_read(book, member->value.text, arena, &range);
        out->added[out->added_count++] = (struct added){.kind = kind_of_table(member->name),
                                                        .table = member->name,
                                                        .count = values_integer(&range, "count"),
                                                        .first = values_integer(&range, "first"),
                                                        .last = values_integer(&range, "last")};
    }
    return status;
}

static const char *copy(struct arena *arena, const struct value *value)
{
    return value->type == VALUE_TEXT ? arena_copy_length(arena, value->text, value->length) : NULL;
}

crm_status entry_of(struct crm_book *book, const struct value *row, struct arena *arena,
                    struct entry *out)
{
    *out = (struct entry){.id = row[0].integer,
                          .happened_at = copy(arena, &row[1]),
                          .actor = copy(arena, &row[2]),
                          .command = copy(arena, &row[3]),
                          .undoes = row[5].type == VALUE_INTEGER ? row[5].integer : 0};
    if (out->happened_at == NULL || out->actor == NULL)
        return error_no_memory(&book->error);
    return read_added(book, row[4].type == VALUE_TEXT ? row[4].text : NULL, arena, out);
}

static crm_status say_no_entry(struct crm_book *book, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value last = value_null();
    crm_status status =
        store_row_values(book->store, &arena, "SELECT max(id) FROM journal", NULL, 0, &last, 1);
    if (status != CRM_OK)
        return status;
    if (value_is_null(&last)) {
        error_set(&book->error, CRM_NOT_FOUND, _("the journal has no entry %lld"), (long long)id);
        return error_hint(&book->error, _("nothing was written to this book yet"));
    }
    error_set(&book->error, CRM_NOT_FOUND, _("the journal has no entry %lld: its last is %lld"),
              (long long)id, (long long)last.integer);
    return error_hint(&book->error, _("crm log shows what each did"));
}

crm_status entry_load(struct crm_book *book, int64_t id, struct arena *arena, struct entry *out)
{
    const struct value parameter = value_integer(id);
    struct value row[ENTRY_COLUMN_COUNT];
    crm_status status = store_row_values(book->store, arena,
                                         "SELECT " ENTRY_COLUMNS " FROM journal j WHERE j.id = $1",
                                         &parameter, 1, row, ENTRY_COLUMN_COUNT);
    if (status == CRM_NOT_FOUND)
        return say_no_entry(book, id);
    return status == CRM_OK ? entry_of(book, row, arena, out) : status;
}

const struct added *entry_added(const struct entry *entry, const struct kind *kind)
{
    for (size_t i = 0; i < entry->added_count; i++)
        if (entry->added[i].kind == kind)
            return &entry->added[i];
    return NULL;
}

crm_status entry_refuse_valueless(struct crm_book *book, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value name = value_text(STORE_SETTING_VALUELESS);
    struct value last = value_null();
    crm_status status =
        store_row_values(book->store, &arena, STORE_SETTING_SQL, &name, 1, &last, 1);
    if (status == CRM_NOT_FOUND || (status == CRM_OK && id > strtoll(last.text, NULL, 10)))
        return CRM_OK;
    if (status != CRM_OK)
        return status;
    error_set(&book->error, CRM_CONFLICT,
              _("the journal keeps no values up to its entry %s: an older crm wrote them"),
              last.text);
    return error_hint(&book->error, _("look into a backup of that time"));
}

/* ---- What was undone ---- */

struct undone_reading {
    struct undone *items;
    size_t count, capacity;
    struct error *error;
};

static crm_status add_undone(void *context, const struct value *row)
{
    struct undone_reading *reading = context;
    struct undone *grown =
        array_grow(reading->items, &reading->capacity, reading->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(reading->error);
    reading->items = grown;
    grown[reading->count++] = (struct undone){row[0].integer, row[1].integer, true};
    return CRM_OK;
}

/* From the last one backwards: one that holds makes the one it undid void. */
static void settle(struct undone *items, size_t count)
{
    for (size_t i = count; i-- > 0;)
        for (size_t j = i; items[i].holds && j-- > 0;)
            if (items[j].entry == items[i].undoes)
                items[j].holds = false;
}

crm_status undone_load(struct crm_book *book, struct arena *arena, struct undone_list *out)
{
    struct undone_reading reading = {.error = &book->error};
    crm_status status = store_query(
        book->store, "SELECT id, undoes FROM journal WHERE undoes IS NOT NULL ORDER BY id", NULL, 0,
        add_undone, &reading);
    *out = (struct undone_list){.items = arena_array(arena, reading.count + 1, sizeof *out->items),
                                .count = reading.count};
    if (status == CRM_OK && out->items == NULL)
        status = error_no_memory(&book->error);
    if (status == CRM_OK && reading.count > 0)
        memcpy(out->items, reading.items, reading.count * sizeof *out->items);
    free(reading.items);
    if (status == CRM_OK)
        settle(out->items, out->count);
    return status;
}

int64_t undone_by(const struct undone_list *list, int64_t entry)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].undoes == entry && list->items[i].holds)
            return list->items[i].entry;
    return 0;
}

bool undone_without_effect(const struct undone_list *list, const struct entry *entry, int64_t since)
{
    return undone_by(list, entry->id) != 0 || entry->undoes > since;
}
