/* SPDX-License-Identifier: MIT */
/* Columns of the tables that the journal watches, and which statements concern it. */
#include "store/sqlite_watch.h"

#include "store/journal.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static void add_column(struct watch *watch, const char *name, bool journaled)
{
    struct watched_column *column = &watch->columns[watch->column_count++];
    *column = (struct watched_column){.name = name, .length = strlen(name), .journaled = journaled};
}

static int column_of(const struct watch *watch, const char *name)
{
    for (int i = 0; name != NULL && i < watch->column_count; i++)
        if (strcmp(watch->columns[i].name, name) == 0)
            return i;
    return NO_COLUMN;
}

/* Where the customer is to be found: in the row, or in that of what it is part of. */
static void find_customer(struct watch *watch)
{
    const struct kind *kind = watch->kind;
    const struct field *part = kind->part_of == NULL ? NULL : kind_field(kind, kind->part_of);
    watch->customer = column_of(watch, kind == &kind_customer ? "id" : "customer");
    if (watch->customer == NO_COLUMN && part != NULL) {
        watch->part = column_of(watch, part->name);
        watch->whole = schema_kind(part->reference);
    }
}

/* Columns stand in the order in which store/create.c makes them. */
bool watch_learn(struct watch *watch)
{
    const struct kind *kind = watch->kind;
    watch->columns = calloc(kind->field_count + 3, sizeof *watch->columns);
    if (watch->columns == NULL)
        return false;
    if (kind->cluster == NULL)
        add_column(watch, "id", false);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->expression == NULL)
            add_column(watch, field->name, field_is_journaled(field));
    }
    if (kind->custom)
        add_column(watch, "custom", true);
    if (watch->images)
        add_column(watch, "entry", false);
    for (int i = 0; i < watch->column_count; i++)
        watch->columns[i].key = kind_is_clustered_by(kind, watch->columns[i].name);
    watch->entry = column_of(watch, "entry");
    watch->part = NO_COLUMN;
    find_customer(watch);
    return true;
}

void watch_forget_use(struct watch *watch)
{
    for (int i = 0; watch->columns != NULL && i < watch->column_count; i++)
        watch->columns[i].used = false;
}

/* NULL when its rows carry no entry; *images is false when they make no images. */
static const struct kind *watched_kind(const char *table, bool *images)
{
    *images = true;
    for (size_t i = 0; i < schema_kind_count; i++)
        if (strcmp(schema_kinds[i]->table, table) == 0)
            return schema_kinds[i];
    *images = false;
    for (size_t i = 0; i < schema_internal_kind_count; i++)
        if (strcmp(schema_internal_kinds[i]->table, table) == 0 &&
            journal_counts(schema_internal_kinds[i]))
            return schema_internal_kinds[i];
    return NULL;
}

int watch_authorize(void *concerned, int action, const char *table, const char *column,
                    const char *schema, const char *trigger)
{
    (void)schema;
    (void)trigger;
    if (action != SQLITE_INSERT && action != SQLITE_UPDATE && action != SQLITE_DELETE)
        return SQLITE_OK;
    bool images, *flag = concerned;
    const struct kind *kind = watched_kind(table, &images);
    if (kind == NULL || (action == SQLITE_UPDATE && !images))
        return SQLITE_OK;
    const struct field *field = action == SQLITE_UPDATE ? kind_field(kind, column) : NULL;
    *flag = *flag || field == NULL || field_is_journaled(field);
    return SQLITE_OK;
}
