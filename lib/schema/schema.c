/* SPDX-License-Identifier: MIT */
/* The list of kinds and look-ups in it. */
#include "schema/tables.h"

#include "base/buffer.h"

#include <stdint.h>
#include <string.h>

const struct kind *const schema_kinds[] = {
    &kind_staff, &kind_customer,      &kind_contact,     &kind_product,
    &kind_order, &kind_line,          &kind_complaint,   &kind_complaint_event,
    &kind_visit, &kind_survey_answer, &kind_tier_change, &kind_note,
};
const size_t schema_kind_count = LENGTH(schema_kinds);

const struct kind *schema_kind(const char *name)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        if (strcmp(schema_kinds[i]->name, name) == 0)
            return schema_kinds[i];
    return NULL;
}

static bool is_number(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

const struct kind *schema_kind_by_prefix(const char *reference)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        const char *prefix = schema_kinds[i]->prefix;
        if (prefix != NULL && strncmp(reference, prefix, strlen(prefix)) == 0 &&
            is_number(reference + strlen(prefix)))
            return schema_kinds[i];
    }
    return NULL;
}

int kind_field_index(const struct kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (*kind->fields[i].name == *name && strcmp(kind->fields[i].name, name) == 0)
            return (int)i;
    return -1;
}

int kind_field_place(const struct kind *kind, const struct field *field)
{
    const uintptr_t first = (uintptr_t)kind->fields, at = (uintptr_t)field;
    return at >= first && at < first + kind->field_count * sizeof *field
               ? (int)((at - first) / sizeof *field)
               : kind_field_index(kind, field->name);
}

const struct field *kind_field(const struct kind *kind, const char *name)
{
    int index = kind_field_index(kind, name);
    return index < 0 ? NULL : &kind->fields[index];
}

bool field_is_journaled(const struct field *field)
{
    return field->expression == NULL &&
           ((field->flags & FIELD_DERIVED) == 0 || (field->flags & FIELD_LASTING) != 0);
}

const char *data_type_name(enum data_type type)
{
    static const char *const names[] = {
        [DATA_TEXT] = "text",           [DATA_INTEGER] = "integer", [DATA_DECIMAL] = "decimal",
        [DATA_REAL] = "real",           [DATA_BOOLEAN] = "boolean", [DATA_DATE] = "date",
        [DATA_TIME] = "time",           [DATA_ENUM] = "enum",       [DATA_TAGS] = "tags",
        [DATA_REFERENCE] = "reference", [DATA_JSON] = "json",
    };
    return names[type];
}

size_t crm_kind_count(void)
{
    return schema_kind_count;
}

bool crm_kind_get(size_t index, crm_kind_info *out)
{
    if (index >= schema_kind_count)
        return false;
    const struct kind *kind = schema_kinds[index];
    *out = (crm_kind_info){.name = kind->name,
                           .label = _(kind->label),
                           .help = _(kind->help),
                           .key = kind->key,
                           .addable = kind->addable,
                           .field_count = kind->field_count};
    return true;
}

int crm_kind_find(const char *name)
{
    for (size_t i = 0; i < schema_kind_count; i++)
        if (strcmp(schema_kinds[i]->name, name) == 0)
            return (int)i;
    return -1;
}

bool crm_kind_field(size_t kind, size_t field, crm_field_info *out)
{
    if (kind >= schema_kind_count || field >= schema_kinds[kind]->field_count)
        return false;
    const struct field *source = &schema_kinds[kind]->fields[field];
    *out = (crm_field_info){.name = source->name,
                            .label = _(source->label),
                            .help = _(source->help),
                            .type = data_type_name(source->type),
                            .reference = source->reference,
                            .default_value = source->default_text,
                            .required = (source->flags & FIELD_REQUIRED) != 0,
                            .derived = (source->flags & FIELD_DERIVED) != 0,
                            .positional = (source->flags & FIELD_POSITIONAL) != 0,
                            .sensitive = (source->flags & FIELD_SENSITIVE) != 0,
                            .choice_count = source->choice_count};
    return true;
}

bool crm_kind_field_choice(size_t kind, size_t field, size_t choice, crm_choice_info *out)
{
    crm_field_info info;
    if (!crm_kind_field(kind, field, &info) || choice >= info.choice_count)
        return false;
    const struct choice *source = &schema_kinds[kind]->fields[field].choices[choice];
    *out = (crm_choice_info){.name = source->name, .label = _(source->label)};
    return true;
}

bool kind_is_numbered(const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].flags & FIELD_IDENTITY)
            return true;
    return false;
}

bool kind_is_lasting(const struct kind *kind)
{
    return kind->person || kind_is_numbered(kind);
}

const char *kind_stored_order(const struct kind *kind, struct arena *arena)
{
    struct buffer order cleanup(buffer_release) = {0};
    if (kind->cluster == NULL)
        return "t.id";
    buffer_text(&order, "t.");
    for (const char *at = kind->cluster; *at != '\0'; at++) {
        buffer_character(&order, *at);
        if (*at == ' ')
            buffer_text(&order, "t.");
    }
    return order.failed ? NULL : arena_copy(arena, buffer_string(&order));
}

/* Length of the name at the beginning of a comma-separated list. */
static size_t name_length(const char *list)
{
    return strcspn(list, ", ");
}

static bool begins_with(const char *list, const char *name)
{
    return name_length(list) == strlen(name) && strncmp(list, name, strlen(name)) == 0;
}

bool kind_is_clustered_by(const struct kind *kind, const char *column)
{
    const char *at = kind->cluster;
    while (at != NULL && *at != '\0' && !begins_with(at, column)) {
        at += name_length(at);
        at += strspn(at, ", ");
    }
    return at != NULL && *at != '\0';
}

bool kind_has_index_on(const struct kind *kind, const struct field *field)
{
    bool has = ((field->flags & (FIELD_INDEXED | FIELD_KEY)) != 0 && field->index_as == NULL) ||
               (kind->cluster != NULL && begins_with(kind->cluster, field->name));
    for (size_t i = 0; i < kind->index_count && !has; i++)
        has = begins_with(kind->indexes[i], field->name);
    for (size_t i = 0; i < kind->unique_count && !has; i++)
        has = begins_with(kind->unique[i], field->name);
    return has;
}
