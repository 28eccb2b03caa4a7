/* SPDX-License-Identifier: MIT */
/* The tables of a store beside the descriptors. */
#include "store/inspect.h"

#include "store/create.h"
#include "store/driver.h"

#include <string.h>
#include <strings.h>

crm_status store_examine(struct store *store, store_fault_visitor each, void *context)
{
    return store->driver->examine(store, each, context);
}

crm_status store_rebuild_index(struct store *store, const char *index)
{
    return store->driver->rebuild_index(store, index);
}

/* ---- What the engine has ---- */

struct column_list {
    struct store *store;
    struct arena *arena;
    struct stored_column {
        const char *name, *type;
        bool required;
    } * items;
    size_t count, room;
};

struct index_list {
    struct store *store;
    struct arena *arena;
    struct stored_index {
        const char *name, *columns;
        bool unique, partial;
    } * items;
    size_t count, room;
};

static crm_status add_column(void *context, const struct value *row)
{
    struct column_list *list = context;
    struct stored_column *items =
        array_grow(list->items, &list->room, list->count + 1, sizeof *items);
    if (items == NULL)
        return error_no_memory(list->store->error);
    list->items = items;
    struct stored_column *column = &items[list->count];
    column->name = arena_copy(list->arena, row[0].type == VALUE_TEXT ? row[0].text : "");
    column->type = arena_copy(list->arena, row[1].type == VALUE_TEXT ? row[1].text : "");
    column->required = row[2].integer != 0;
    if (column->name == NULL || column->type == NULL)
        return error_no_memory(list->store->error);
    list->count++;
    return CRM_OK;
}

static crm_status add_index(void *context, const struct value *row)
{
    struct index_list *list = context;
    struct stored_index *items =
        array_grow(list->items, &list->room, list->count + 1, sizeof *items);
    if (items == NULL)
        return error_no_memory(list->store->error);
    list->items = items;
    struct stored_index *index = &items[list->count];
    index->columns = arena_copy(list->arena, row[0].type == VALUE_TEXT ? row[0].text : "");
    index->unique = row[1].integer != 0;
    index->partial = row[2].integer != 0;
    index->name = arena_copy(list->arena, row[3].type == VALUE_TEXT ? row[3].text : "");
    if (index->columns == NULL || index->name == NULL)
        return error_no_memory(list->store->error);
    list->count++;
    return CRM_OK;
}

/* ---- Comparing ---- */

/* One table under comparison. */
struct comparison {
    struct store *store;
    const struct kind *kind;
    struct column_list columns;
    struct index_list indexes;
    struct arena arena;
    schema_fault_visitor each;
    void *context;
};

static void comparison_release(struct comparison *comparison)
{
    cleanup_free(&comparison->columns.items);
    cleanup_free(&comparison->indexes.items);
    arena_release(&comparison->arena);
}

static crm_status say(struct comparison *comparison, const char *field, const char *stored,
                      const char *expected, const char *index_sql)
{
    const struct schema_fault fault = {.kind = comparison->kind,
                                       .field = field,
                                       .stored = stored,
                                       .expected = expected,
                                       .index_sql = index_sql};
    return comparison->each(comparison->context, &fault);
}

static const struct stored_column *find_column(const struct comparison *comparison,
                                               const char *name)
{
    for (size_t i = 0; i < comparison->columns.count; i++)
        if (strcmp(comparison->columns.items[i].name, name) == 0)
            return &comparison->columns.items[i];
    return NULL;
}

static crm_status compare_column(struct comparison *comparison, const char *name, const char *type,
                                 bool required)
{
    const struct stored_column *column = find_column(comparison, name);
    const char *expected =
        arena_printf(&comparison->arena, "%s%s", type, required ? " NOT NULL" : "");
    const char *stored = column == NULL ? NULL
                                        : arena_printf(&comparison->arena, "%s%s", column->type,
                                                       column->required ? " NOT NULL" : "");
    if (expected == NULL || (column != NULL && stored == NULL))
        return error_no_memory(comparison->store->error);
    bool same =
        column != NULL && strcasecmp(column->type, type) == 0 && column->required == required;
    return same ? CRM_OK : say(comparison, name, stored, expected, NULL);
}

static crm_status compare_columns(struct comparison *comparison, bool record)
{
    const struct kind *kind = comparison->kind;
    const struct store *store = comparison->store;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++) {
        const struct field *field = &kind->fields[i];
        if (field->expression == NULL)
            status = compare_column(comparison, field->name, store_type(store, field->type),
                                    (field->flags & FIELD_REQUIRED) != 0);
    }
    if (status == CRM_OK && kind->custom)
        status = compare_column(comparison, "custom", store_type(store, DATA_JSON), false);
    if (status == CRM_OK && record)
        status = compare_column(comparison, "entry", store_type(store, DATA_INTEGER), true);
    return status;
}

static crm_status compare_index(struct comparison *comparison, const char *columns, bool unique,
                                bool partial, const char *sql)
{
    for (size_t i = 0; i < comparison->indexes.count; i++) {
        const struct stored_index *index = &comparison->indexes.items[i];
        if (strcmp(index->columns, columns) == 0 && index->unique == unique &&
            index->partial == partial)
            return CRM_OK;
    }
    return say(comparison, columns, NULL, unique ? "UNIQUE" : "INDEX", sql);
}

/* Engines write an expression each in its own way: the name stands for it. */
static crm_status compare_expression_index(struct comparison *comparison,
                                           const struct kind_index *index)
{
    for (size_t i = 0; i < comparison->indexes.count; i++)
        if (strcmp(comparison->indexes.items[i].name, index->name) == 0 &&
            comparison->indexes.items[i].partial == index->partial)
            return CRM_OK;
    return say(comparison, index->name, NULL, "INDEX", index->sql);
}

static crm_status compare_plain_index(void *context, const struct kind_index *index)
{
    if (index->columns == NULL)
        return compare_expression_index(context, index);
    return compare_index(context, index->columns, false, index->partial, index->sql);
}

static crm_status compare_indexes(struct comparison *comparison)
{
    const struct kind *kind = comparison->kind;
    crm_status status = store_each_index(kind, compare_plain_index, comparison);
    if (status == CRM_NO_MEMORY)
        return error_no_memory(comparison->store->error);
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++)
        if (kind->fields[i].flags & FIELD_KEY)
            status = compare_index(comparison, kind->fields[i].name, true, false, NULL);
    for (size_t i = 0; i < kind->unique_count && status == CRM_OK; i++)
        status = compare_index(comparison, kind->unique[i], true, false, NULL);
    if (status == CRM_OK && kind->cluster != NULL)
        status = compare_index(comparison, kind->cluster, true, false, NULL);
    return status;
}

/* A trigger changes what commands write, and no command tells of it. */
static crm_status visit_trigger(void *context, const struct value *row)
{
    struct comparison *comparison = context;
    const struct schema_fault fault = {.kind = comparison->kind,
                                       .stored = row[0].type == VALUE_TEXT ? row[0].text : "",
                                       .trigger = true};
    return comparison->each(comparison->context, &fault);
}

static crm_status compare_kind(struct store *store, const struct kind *kind, bool record,
                               schema_fault_visitor each, void *context)
{
    struct comparison comparison cleanup(comparison_release) = {
        .store = store, .kind = kind, .each = each, .context = context};
    const struct value table = value_text(kind->table);
    comparison.columns.store = comparison.indexes.store = store;
    comparison.columns.arena = comparison.indexes.arena = &comparison.arena;
    crm_status status =
        store_query(store, store->driver->columns_sql, &table, 1, add_column, &comparison.columns);
    if (status == CRM_OK)
        status = store_query(store, store->driver->indexes_sql, &table, 1, add_index,
                             &comparison.indexes);
    if (status != CRM_OK)
        return status;
    if (comparison.columns.count == 0)
        return say(&comparison, NULL, NULL, "TABLE", NULL);
    status = compare_columns(&comparison, record);
    if (status == CRM_OK)
        status = compare_indexes(&comparison);
    return status == CRM_OK ? store_query(store, store->driver->triggers_sql, &table, 1,
                                          visit_trigger, &comparison)
                            : status;
}

crm_status store_compare_schema(struct store *store, schema_fault_visitor each, void *context)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = compare_kind(store, schema_kinds[i], true, each, context);
    for (size_t i = 0; i < schema_internal_kind_count && status == CRM_OK; i++)
        status = compare_kind(store, schema_internal_kinds[i], false, each, context);
    return status;
}
