/* SPDX-License-Identifier: MIT */
/* From assignments to a record that may be stored. */
#include "record/record.h"

#include "base/text.h"

#include <string.h>

crm_status record_new(struct crm_book *book, const struct kind *kind, struct arena *arena,
                      struct record *out)
{
    size_t custom = book->policy->field_count;
    *out = (struct record){
        .kind = kind,
        .values = arena_array(arena, kind->field_count, sizeof *out->values),
        .given = arena_array(arena, kind->field_count, sizeof *out->given),
        .custom = arena_array(arena, custom, sizeof *out->custom),
        .custom_given = arena_array(arena, custom, sizeof *out->custom_given),
    };
    if (out->values == NULL || out->given == NULL || out->custom == NULL ||
        out->custom_given == NULL)
        return error_no_memory(&book->error);
    return CRM_OK;
}

const char **field_names(const struct crm_book *book, const struct kind *kind, unsigned without,
                         struct arena *arena, size_t *count)
{
    size_t most = kind->field_count + book->policy->field_count;
    const char **names = arena_array(arena, most, sizeof *names);
    *count = 0;
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < kind->field_count; i++)
        if (!(kind->fields[i].flags & without))
            names[(*count)++] = kind->fields[i].name;
    for (size_t i = 0; i < book->policy->field_count; i++)
        if (custom_is_of(&book->policy->fields[i], kind))
            names[(*count)++] = book->policy->fields[i].name;
    return names;
}

static crm_status unknown_field(struct crm_book *book, const struct kind *kind, const char *name)
{
    struct arena arena cleanup(arena_release) = {0};
    size_t count;
    const char **names = field_names(book, kind, FIELD_DERIVED, &arena, &count);
    const char *nearest = names == NULL ? NULL : text_nearest(name, names, count);
    error_set(&book->error, CRM_USAGE, _("%s has no field '%s'"), kind->name, name);
    if (nearest != NULL)
        return error_hint(&book->error, _("did you mean '%s'?"), nearest);
    return error_hint(&book->error, _("see: crm introspect, or crm help add"));
}

crm_status custom_parse(struct crm_book *book, const struct custom_field *custom, const char *text,
                        size_t length, struct arena *arena, struct value *out, struct error *error)
{
    struct choice *choices = arena_array(arena, custom->choice_count, sizeof *choices);
    if (choices == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < custom->choice_count; i++)
        choices[i] = (struct choice){custom->choices[i], custom->choices[i]};
    const struct field field = {.name = custom->name,
                                .label = custom->label,
                                .type = custom->type,
                                .choices = choices,
                                .choice_count = custom->choice_count,
                                .flags = (custom->sensitive ? FIELD_SENSITIVE : 0u) |
                                         (custom->required ? FIELD_SEEN : 0u)};
    const struct field_context context = book_field_context(book);
    return field_parse(&field, text, length, &context, arena, out, NULL, error);
}

static crm_status set_custom(struct crm_book *book, struct record *record, struct arena *arena,
                             size_t index, const char *text, size_t length)
{
    record->custom_given[index] = true;
    record->any_custom = true;
    return custom_parse(book, &book->policy->fields[index], text, length, arena,
                        &record->custom[index], &book->error);
}

static crm_status check_settable(struct crm_book *book, const struct kind *kind,
                                 const struct field *field, unsigned allow)
{
    unsigned forbidden = field->flags & (FIELD_DERIVED | FIELD_EVENT) & ~allow;
    if (forbidden == 0 || (field->flags & FIELD_IDENTITY & allow))
        return CRM_OK;
    error_set(&book->error, CRM_USAGE, _("the field '%s' of %s is kept by the program"),
              field->name, _(kind->noun));
    if (forbidden & FIELD_EVENT)
        return error_hint(&book->error, _("use the command that records the event"));
    return error_hint(&book->error, _("leave it out"));
}

/* "V-7" given as the number of a visit stands for the id 7. */
static crm_status parse_identity(struct crm_book *book, const struct kind *kind,
                                 struct value *value)
{
    size_t prefix = strlen(kind->prefix);
    int64_t id = 0;
    bool good = value->length > prefix && value->length < prefix + 19 &&
                memcmp(value->text, kind->prefix, prefix) == 0;
    for (size_t i = prefix; good && i < value->length; i++) {
        good = value->text[i] >= '0' && value->text[i] <= '9';
        id = id * 10 + (value->text[i] - '0');
    }
    if (!good || id == 0) {
        error_set(&book->error, CRM_INVALID, _("number: '%.*s' is no number of a %s"),
                  (int)value->length, value->text, _(kind->noun));
        return error_hint(&book->error, _("write it as %s12"), kind->prefix);
    }
    *value = value_integer(id);
    return CRM_OK;
}

/* The id of the record that a parsed text names. */
static crm_status resolve_value(struct crm_book *book, const struct field *field,
                                struct arena *arena, struct value *value)
{
    char *reference = arena_copy_length(arena, value->text, value->length);
    if (reference == NULL)
        return error_no_memory(&book->error);
    int64_t id;
    crm_status status = record_resolve(book, schema_kind(field->reference), reference, &id);
    if (status == CRM_OK)
        *value = value_integer(id);
    return status;
}

crm_status record_set(struct crm_book *book, struct record *record, struct arena *arena,
                      const char *name, const char *text, size_t length, unsigned allow)
{
    const struct kind *kind = record->kind;
    int index = kind_field_index(kind, name);
    if (index < 0) {
        for (size_t i = 0; i < book->policy->field_count; i++)
            if (custom_is_of(&book->policy->fields[i], kind) &&
                strcmp(book->policy->fields[i].name, name) == 0)
                return set_custom(book, record, arena, i, text, length);
        return unknown_field(book, kind, name);
    }
    const struct field *field = &kind->fields[index];
    const struct field_context context = book_field_context(book);
    struct value *value = &record->values[index];
    crm_status status = check_settable(book, kind, field, allow);
    if (length == 0 && field->default_text != NULL && !(field->flags & FIELD_REQUIRED)) {
        text = field->default_text;
        length = strlen(text);
    }
    if (status == CRM_OK)
        status = field_parse(field, text, length, &context, arena, value, NULL, &book->error);
    if (status != CRM_OK)
        return status;
    record->given[index] = true;
    if (value_is_null(value))
        return CRM_OK;
    if (field->flags & FIELD_IDENTITY)
        return parse_identity(book, kind, value);
    return field->type == DATA_REFERENCE ? resolve_value(book, field, arena, value) : CRM_OK;
}

void record_put(struct record *record, const char *field, struct value value)
{
    int index = kind_field_index(record->kind, field);
    record->values[index] = value;
    record->given[index] = true;
}

const struct value *record_get(const struct record *record, const char *field)
{
    return &record->values[kind_field_index(record->kind, field)];
}
