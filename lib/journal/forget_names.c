/* SPDX-License-Identifier: MIT */
/* By which texts a person is known: to find the commands and free words that hold them. */
#include "journal/forget.h"

#include <stdlib.h>
#include <string.h>

enum { SHORTEST_NAME = 2 /* bytes; one letter tells nobody */, MOST_FIELDS = 16 };

/* Fields that tell who it is, and nothing else. */
static bool is_name(const struct kind *kind, const struct field *field)
{
    const bool title = kind->title != NULL && strcmp(field->name, kind->title) == 0;
    const bool personal = (field->flags & (FIELD_PERSONAL | FIELD_SENSITIVE)) != 0;
    return personal && field->type == DATA_TEXT && field->form == NULL &&
           field->expression == NULL &&
           (title || (field->flags & (FIELD_KEY | FIELD_SENSITIVE)) || field->check != NULL ||
            strcmp(field->name, "external_id") == 0);
}

static crm_status add_text(struct forgetting *forgetting, struct names *names, const char *text,
                           bool sensitive)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].text, text) == 0)
            return CRM_OK;
    struct name *grown =
        array_grow(names->items, &names->capacity, names->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&forgetting->book->error);
    names->items = grown;
    return forget_make_name(forgetting, text, sensitive, &grown[names->count++]);
}

static crm_status add_name(struct forgetting *forgetting, const struct kind *kind,
                           const struct field *field, const struct value *value)
{
    bool sensitive = (field->flags & FIELD_SENSITIVE) != 0;
    crm_status status = CRM_OK;
    if (value == NULL || value->type != VALUE_TEXT)
        return CRM_OK;
    if (kind->agent && (field->flags & FIELD_KEY))
        status = add_text(forgetting, &forgetting->logins, value->text, sensitive);
    return status == CRM_OK && value->length >= SHORTEST_NAME
               ? add_text(forgetting, &forgetting->names, value->text, sensitive)
               : status;
}

/* ---- Present names ---- */

struct naming {
    struct forgetting *forgetting;
    const struct kind *kind;
    const struct field *fields[MOST_FIELDS]; /* of the columns */
    size_t columns;
};

static crm_status add_row(void *context, const struct value *row)
{
    const struct naming *naming = context;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < naming->columns && status == CRM_OK; i++)
        status = add_name(naming->forgetting, naming->kind, naming->fields[i], &row[i]);
    return status;
}

static crm_status collect_present(struct forgetting *forgetting, const struct subject_part *part)
{
    struct naming naming = {.forgetting = forgetting, .kind = part->kind};
    struct query query cleanup(query_release) = {0};
    subject_query(&forgetting->subject, &query);
    buffer_text(&query.sql, "SELECT ");
    for (size_t i = 0; i < part->kind->field_count && naming.columns < MOST_FIELDS; i++) {
        const struct field *field = &part->kind->fields[i];
        if (!is_name(part->kind, field))
            continue;
        buffer_printf(&query.sql, "%st.%s", naming.columns > 0 ? ", " : "", field->name);
        naming.fields[naming.columns++] = field;
    }
    buffer_printf(&query.sql, " FROM %s t WHERE %s", part->kind->table, part->where);
    if (query.sql.failed)
        return error_no_memory(&forgetting->book->error);
    return store_query(forgetting->book->store, buffer_string(&query.sql), query.parameters,
                       query.count, add_row, &naming);
}

/* ---- Past names ---- */

static crm_status add_values(struct forgetting *forgetting, const struct kind *kind,
                             const char *json)
{
    struct arena arena cleanup(arena_release) = {0};
    struct values values;
    crm_status status = values_read(forgetting->book, json, &arena, &values);
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++)
        if (is_name(kind, &kind->fields[i]))
            status = add_name(forgetting, kind, &kind->fields[i],
                              values_find(&values, kind->fields[i].name));
    return status;
}

static crm_status add_image(void *context, const struct value *row)
{
    struct forgetting *forgetting = context;
    const struct image image = image_of(row);
    if (image.kind == NULL || !image.kind->person || image_is_erased(&image))
        return CRM_OK;
    crm_status status = add_values(forgetting, image.kind, image.before);
    return status == CRM_OK ? add_values(forgetting, image.kind, image.after) : status;
}

static crm_status collect_past(struct forgetting *forgetting)
{
    const struct subject *subject = &forgetting->subject;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < subject->image_count && status == CRM_OK; i++) {
        const struct value parameters[] = {value_integer(subject->images[i].entry),
                                           value_integer(subject->images[i].number)};
        status = store_query(forgetting->book->store,
                             "SELECT " IMAGE_COLUMNS " FROM journal_image i "
                             "WHERE i.entry = $1 AND i.number = $2",
                             parameters, 2, add_image, forgetting);
    }
    return status;
}

static bool is_person(const struct subject_part *part)
{
    return part->where != NULL && part->kind->person;
}

crm_status forget_collect_names(struct forgetting *forgetting)
{
    const struct subject *subject = &forgetting->subject;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        if (subject->parts[i].kind == subject->kind)
            status = collect_present(forgetting, &subject->parts[i]);
    forgetting->own_names = forgetting->names.count;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        if (is_person(&subject->parts[i]) && subject->parts[i].kind != subject->kind)
            status = collect_present(forgetting, &subject->parts[i]);
    return status == CRM_OK ? collect_past(forgetting) : status;
}
