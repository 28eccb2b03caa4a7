/* SPDX-License-Identifier: MIT */
/* One image put back: a changed row gets its fields again, a removed one is there again. */
#include "journal/history.h"

#include <string.h>

const struct value *reading_key(const struct reading *reading, const char *column, bool after)
{
    const struct value *value = after ? values_find(&reading->after, column) : NULL;
    return value != NULL ? value : values_find(&reading->before, column);
}

/* Names of columns come from the journal: only those that the kind has are written into SQL. */
static bool is_column(const struct kind *kind, const char *name)
{
    const struct field *field = kind_field(kind, name);
    if (field != NULL)
        return field->expression == NULL;
    return strcmp(name, "entry") == 0 || (kind->cluster == NULL && strcmp(name, "id") == 0) ||
           (kind->custom && strcmp(name, "custom") == 0);
}

static crm_status say_unknown(struct crm_book *book, const struct image *image, const char *name)
{
    error_set(&book->error, CRM_CONFLICT, _("entry %lld: a %s has no field '%s' any more"),
              (long long)image->entry, _(image->kind->noun), name);
    return error_hint(&book->error, _("restore a backup of that time beside this book"));
}

void reading_where(const struct reading *reading, bool after, struct query *query)
{
    const struct kind *kind = reading->image.kind;
    if (kind->cluster == NULL) {
        buffer_text(&query->sql, " WHERE id = ");
        query_value(query, value_integer(reading->image.record));
        return;
    }
    const char *word = " WHERE ";
    for (size_t i = 0; i < kind->field_count; i++) {
        const char *name = kind->fields[i].name;
        const struct value *value = reading_key(reading, name, after);
        if (!kind_is_clustered_by(kind, name) || value == NULL)
            continue;
        buffer_printf(&query->sql, "%s%s = ", word, name);
        query_value(query, *value);
        word = " AND ";
    }
}

static crm_status say_gone(struct crm_book *book, const struct image *image)
{
    error_set(&book->error, CRM_CORRUPT, _("entry %lld: a %s that it changed is not there"),
              (long long)image->entry, _(image->kind->noun));
    return error_hint(&book->error, _("see what is wrong with the book: crm check"));
}

static crm_status revert_change(struct crm_book *book, const char *prefix,
                                const struct reading *reading)
{
    struct query query cleanup(query_release) = {0};
    const struct kind *kind = reading->image.kind;
    const char *separator = "";
    buffer_printf(&query.sql, "UPDATE %s%s SET ", prefix, kind->table);
    for (size_t i = 0; i < reading->before.count; i++) {
        const struct member *member = &reading->before.items[i];
        const struct value *after = values_find(&reading->after, member->name);
        if (!is_column(kind, member->name))
            return say_unknown(book, &reading->image, member->name);
        if (after != NULL && value_equal(&member->value, after))
            continue;
        buffer_printf(&query.sql, "%s%s = ", separator, member->name);
        query_value(&query, member->value);
        separator = ", ";
    }
    reading_where(reading, true, &query);
    if (query.sql.failed)
        return error_no_memory(&book->error);
    crm_status status =
        store_run(book->store, buffer_string(&query.sql), query.parameters, query.count);
    return status == CRM_OK && store_changes(book->store) != 1 ? say_gone(book, &reading->image)
                                                               : status;
}

static crm_status revert_removal(struct crm_book *book, const char *prefix,
                                 const struct reading *reading)
{
    struct query query cleanup(query_release) = {0};
    const struct kind *kind = reading->image.kind;
    buffer_printf(&query.sql, "INSERT INTO %s%s (", prefix, kind->table);
    for (size_t i = 0; i < reading->before.count; i++) {
        const char *name = reading->before.items[i].name;
        if (!is_column(kind, name))
            return say_unknown(book, &reading->image, name);
        buffer_printf(&query.sql, "%s%s", i > 0 ? ", " : "", name);
    }
    buffer_text(&query.sql, ") VALUES (");
    for (size_t i = 0; i < reading->before.count; i++) {
        buffer_text(&query.sql, i > 0 ? ", " : "");
        query_value(&query, reading->before.items[i].value);
    }
    buffer_character(&query.sql, ')');
    if (query.sql.failed)
        return error_no_memory(&book->error);
    return store_run(book->store, buffer_string(&query.sql), query.parameters, query.count);
}

crm_status revert_image(struct crm_book *book, const char *prefix, const struct reading *reading)
{
    return reading->image.removed ? revert_removal(book, prefix, reading)
                                  : revert_change(book, prefix, reading);
}
