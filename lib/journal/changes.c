/* SPDX-License-Identifier: MIT */
/* The history of records as rows: by whom, when, which field, from what to what. */
#include "journal/history.h"

#include "base/text.h"

#include <string.h>

static const struct choice actions[] = {[ACTION_ADDED] = {"added", N_("added")},
                                        [ACTION_CHANGED] = {"changed", N_("changed")},
                                        [ACTION_REMOVED] = {"removed", N_("removed")},
                                        [ACTION_RESTORED] = {"restored", N_("restored")}};

enum {
    ENTRY,
    AT,
    BY,
    COMMAND,
    KIND,
    RECORD,
    ACTION,
    FIELD,
    BEFORE,
    AFTER,
    COLUMN_COUNT,
    MOST_KINDS = 32
};

/* Kinds as the table names them. */
static size_t kind_choices(struct choice out[MOST_KINDS])
{
    size_t count = 0;
    for (; count < schema_kind_count && count < MOST_KINDS; count++)
        out[count] = (struct choice){schema_kinds[count]->name, schema_kinds[count]->noun};
    return count;
}

crm_status changes_begin(struct changes *changes)
{
    struct choice *kinds = arena_array(&changes->book->arena, MOST_KINDS, sizeof *kinds);
    if (kinds == NULL)
        return error_no_memory(&changes->book->error);
    const struct column columns[COLUMN_COUNT] = {
        [ENTRY] = {.name = "entry", .label = _("Entry"), .type = DATA_INTEGER},
        [AT] = {.name = "at", .label = _("At"), .type = DATA_TIME},
        [BY] = {.name = "by", .label = _("By")},
        [COMMAND] = {.name = "command", .label = _("Command"), .flags = COLUMN_HIDDEN},
        [KIND] = {.name = "kind",
                  .label = _("Kind"),
                  .type = DATA_ENUM,
                  .choices = kinds,
                  .choice_count = kind_choices(kinds)},
        [RECORD] = {.name = "record", .label = _("Record")},
        [ACTION] = {.name = "action",
                    .label = _("Action"),
                    .type = DATA_ENUM,
                    .choices = actions,
                    .choice_count = sizeof actions / sizeof *actions},
        [FIELD] = {.name = "field", .label = _("Field")},
        [BEFORE] = {.name = "before", .label = _("Before")},
        [AFTER] = {.name = "after", .label = _("After")},
    };
    const struct table table = {.name = "log", .columns = columns, .count = COLUMN_COUNT};
    return sink_begin(changes->sink, &table);
}

crm_status changes_end(struct changes *changes)
{
    return sink_end(changes->sink);
}

void changes_release(struct changes *changes)
{
    arena_release(&changes->arena);
}

crm_status changes_of_entry(struct changes *changes, int64_t entry)
{
    if (changes->entry.id == entry && entry != 0)
        return CRM_OK;
    arena_clear(&changes->arena);
    changes->entry = (struct entry){0};
    return entry_load(changes->book, entry, &changes->arena, &changes->entry);
}

static crm_status write_row(struct changes *changes, const struct kind *kind, const char *record,
                            enum history_action action, const char *field, const char *before,
                            const char *after)
{
    const struct entry *entry = &changes->entry;
    if (changes->left == 0)
        return CRM_OK;
    changes->left -= changes->left > 0;
    const struct value values[COLUMN_COUNT] = {[ENTRY] = value_integer(entry->id),
                                               [AT] = value_text(entry->happened_at),
                                               [BY] = value_text(entry->actor),
                                               [COMMAND] = value_text(entry->command),
                                               [KIND] = value_text(kind->name),
                                               [RECORD] = value_text(record),
                                               [ACTION] = value_text(actions[action].name),
                                               [FIELD] = value_text(field),
                                               [BEFORE] = value_text(before),
                                               [AFTER] = value_text(after)};
    return sink_row(changes->sink, values);
}

crm_status changes_whole(struct changes *changes, const struct kind *kind, const char *record,
                         enum history_action action)
{
    return write_row(changes, kind, record, action, NULL, NULL, NULL);
}

/* ---- Values as text ---- */

static bool shows_labels(const struct changes *changes)
{
    return changes->sink != NULL && changes->sink->format == &sink_format_table;
}

/* What a value is, to be written: of a field of the kind, or of the policy's own. */
struct described {
    const char *name;
    struct column column;
    const struct field *field; /* NULL: the policy's own */
    bool sensitive;
};

static bool masks(const struct changes *changes, const struct kind *kind, const char *name)
{
    return !changes->sink->sensitive && crm_book_is_sensitive(changes->book, kind->name, name);
}

static crm_status describe_value(struct changes *changes, const struct described *what,
                                 const struct value *value, struct arena *arena, const char **out)
{
    struct buffer text cleanup(buffer_release) = {0};
    *out = NULL;
    if (value == NULL || value_is_null(value))
        return CRM_OK;
    if (what->sensitive)
        buffer_text(&text, TEXT_MASK);
    else if (what->field != NULL && what->field->type == DATA_REFERENCE &&
             value->type == VALUE_INTEGER)
        return history_reference_name(changes->book, what->field, value->integer, arena, out);
    else if (what->field != NULL && value->type == VALUE_TEXT && shows_labels(changes))
        buffer_text(&text, field_label_of(what->field, value->text));
    else
        sink_plain(changes->sink, &text, &what->column, value);
    *out = arena_copy_length(arena, buffer_string(&text), text.length);
    return text.failed || *out == NULL ? error_no_memory(&changes->book->error) : CRM_OK;
}

/* ---- The fields of an image ---- */

struct image_rows {
    struct changes *changes;
    const struct kind *kind;
    const char *record;
    enum history_action action;
    struct arena arena;
};

static crm_status write_field(struct image_rows *rows, const struct described *what,
                              const struct value *before, const struct value *after)
{
    const char *from, *to;
    crm_status status = describe_value(rows->changes, what, before, &rows->arena, &from);
    if (status == CRM_OK)
        status = describe_value(rows->changes, what, after, &rows->arena, &to);
    return status == CRM_OK ? write_row(rows->changes, rows->kind, rows->record, rows->action,
                                        what->name, from, to)
                            : status;
}

static bool differ(const struct value *a, const struct value *b)
{
    const struct value none = value_null();
    return !value_equal(a == NULL ? &none : a, b == NULL ? &none : b);
}

/* Members of the policy's own, which lie in one object. One that the policy does not declare any
 * more is text, and may have been sensitive. */
static crm_status write_own(struct image_rows *rows, const char *name, const struct value *before,
                            const struct value *after)
{
    const struct policy *policy = rows->changes->book->policy;
    struct described what = {
        .name = name, .column = {.name = name}, .sensitive = !rows->changes->sink->sensitive};
    if (!differ(before, after))
        return CRM_OK;
    for (size_t i = 0; i < policy->field_count; i++) {
        const struct custom_field *field = &policy->fields[i];
        if (strcmp(field->name, name) != 0 || !custom_is_of(field, rows->kind))
            continue;
        what.column.type = field->type;
        what.column.decimals = 4;
        what.sensitive = masks(rows->changes, rows->kind, name);
    }
    return write_field(rows, &what, before, after);
}

static const char *object_in(const struct value *value)
{
    return value != NULL && value->type == VALUE_TEXT ? value->text : NULL;
}

static crm_status write_own_all(struct image_rows *rows, const struct value *before,
                                const struct value *after)
{
    struct values old = {0}, new = {0};
    crm_status status = values_read(rows->changes->book, object_in(before), &rows->arena, &old);
    if (status == CRM_OK)
        status = values_read(rows->changes->book, object_in(after), &rows->arena, &new);
    for (size_t i = 0; status == CRM_OK && i < old.count; i++)
        status = write_own(rows, old.items[i].name, &old.items[i].value,
                           values_find(&new, old.items[i].name));
    for (size_t i = 0; status == CRM_OK && i < new.count; i++)
        if (values_find(&old, new.items[i].name) == NULL)
            status = write_own(rows, new.items[i].name, NULL, &new.items[i].value);
    return status;
}

/* Engines keep the columns in orders of their own: fields come in that of their kind. */
static crm_status write_member(struct image_rows *rows, const char *name,
                               const struct reading *reading, bool removed)
{
    const struct field *field = kind_field(rows->kind, name);
    const struct value *before = values_find(&reading->before, name);
    const struct value *after = removed ? NULL : values_find(&reading->after, name);
    if (before == NULL || !differ(before, after))
        return CRM_OK;
    if (field == NULL)
        return write_own_all(rows, before, after);
    if (field->flags & FIELD_DERIVED)
        return CRM_OK; /* sums */
    const struct described what = {.name = field->name,
                                   .column = field_column(field),
                                   .field = field,
                                   .sensitive = masks(rows->changes, rows->kind, field->name)};
    return write_field(rows, &what, before, after);
}

static crm_status name_row(struct image_rows *rows, const struct image *image,
                           const struct values *before)
{
    struct crm_book *book = rows->changes->book;
    if (image->record != 0)
        return history_record_name(book, image->kind, image->record, &rows->arena, &rows->record);
    return history_row_name(book, image->kind, before, &rows->arena, &rows->record);
}

static void image_rows_release(struct image_rows *rows)
{
    arena_release(&rows->arena);
}

/* Which fields an image was about can't be told once it was erased. */
static crm_status write_erased(struct image_rows *rows, const struct image *image)
{
    const struct values nothing = {0};
    crm_status status = name_row(rows, image, &nothing);
    return status == CRM_OK ? changes_whole(rows->changes, rows->kind,
                                            image->record != 0 ? rows->record : NULL, rows->action)
                            : status;
}

crm_status changes_of_row(struct changes *changes, const struct reading *reading)
{
    const struct image *image = &reading->image;
    const struct values *before = &reading->before;
    struct image_rows rows cleanup(image_rows_release) = {
        .changes = changes,
        .kind = image->kind,
        .action = image->removed ? ACTION_REMOVED : ACTION_CHANGED};
    if (changes->left == 0)
        return CRM_OK;
    if (image_is_erased(image))
        return write_erased(&rows, image);
    crm_status status = name_row(&rows, image, before);
    for (size_t i = 0; status == CRM_OK && i < image->kind->field_count; i++)
        status = write_member(&rows, image->kind->fields[i].name, reading, image->removed);
    return status == CRM_OK && image->kind->custom
               ? write_member(&rows, "custom", reading, image->removed)
               : status;
}

static crm_status write_row_of_image(void *context, const struct reading *reading)
{
    return changes_of_row(context, reading);
}

crm_status changes_of_image(struct changes *changes, const struct image *image)
{
    return image->kind == NULL || changes->left == 0
               ? CRM_OK
               : image_read(changes->book, image, write_row_of_image, changes);
}
