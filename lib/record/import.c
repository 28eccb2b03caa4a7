/* SPDX-License-Identifier: MIT */
/* crm_import: opens file and map, walks through the rows, sums up. */
#include "record/import.h"

#include "base/text.h"
#include "import/preset.h"

#include <errno.h>
#include <stdlib.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- Opening ----------------------------------------------------------------------------- */

/* A custom field of the policy as a field like the kinds' own. */
static const struct field *custom_field(struct import *import, const struct custom_field *custom)
{
    struct field *field = arena_alloc(&import->arena, sizeof *field);
    struct choice *choices = arena_array(&import->arena, custom->choice_count + 1, sizeof *choices);
    if (field == NULL || choices == NULL)
        return NULL;
    for (size_t i = 0; i < custom->choice_count; i++)
        choices[i] = (struct choice){custom->choices[i], custom->choices[i]};
    *field = (struct field){.name = custom->name,
                            .label = custom->label,
                            .help = "",
                            .type = custom->type,
                            .choices = choices,
                            .choice_count = custom->choice_count,
                            .flags = custom->sensitive ? FIELD_SENSITIVE : 0};
    return field;
}

static const struct field *look_up(void *context, const struct kind *kind, const char *name)
{
    struct import *import = context;
    const struct policy *policy = import->book->policy;
    for (size_t i = 0; kind->custom && i < policy->field_count; i++)
        if (strcmp(policy->fields[i].kind, kind->name) == 0 &&
            strcmp(policy->fields[i].name, name) == 0)
            return custom_field(import, &policy->fields[i]);
    return kind_field(kind, name);
}

static crm_status open_map(struct import *import)
{
    const struct map_context context = {.as = import->kind,
                                        .lookup = look_up,
                                        .lookup_context = import,
                                        .field = book_field_context(import->book)};
    struct error *error = &import->book->error;
    if (import->options->map == NULL)
        return map_identity(&context, &import->map, error);
    const char *path;
    crm_status status = preset_find(&import->arena, import->book->data_directory,
                                    import->options->map, &path, error);
    return status == CRM_OK ? map_load(path, &context, &import->map, error) : status;
}

/* What the command line says goes before what the map says. */
static crm_status open_rows(struct import *import)
{
    struct rows_options *options = &import->map->rows;
    options->path = import->options->file;
    options->stream = import->options->stream;
    options->own = import->options->map == NULL;
    if (import->options->encoding != NULL)
        options->encoding = import->options->encoding;
    return rows_open(options, &import->rows, &import->book->error);
}

static crm_status read_keys(struct import *import)
{
    struct map *map = import->map;
    if (import->options->key == NULL)
        return CRM_OK;
    char *text = arena_copy(&import->arena, import->options->key);
    size_t most = text == NULL ? 0 : strlen(text) / 2 + 1;
    const char **keys = arena_array(&import->arena, most, sizeof *keys);
    if (text == NULL || keys == NULL)
        return error_no_memory(&import->book->error);
    map->key = keys;
    map->key_count = 0;
    char *rest = NULL;
    for (char *key = strtok_r(text, ", ", &rest); key != NULL; key = strtok_r(NULL, ", ", &rest))
        keys[map->key_count++] = key;
    return CRM_OK;
}

static crm_status open_errors(struct import *import)
{
    static const struct column columns[] = {{.name = "line", .type = DATA_INTEGER},
                                            {.name = "reason", .type = DATA_TEXT},
                                            {.name = "row", .type = DATA_TEXT}};
    static const struct table table = {.name = "refused", .columns = columns, .count = 3};
    const char *path = import->options->errors;
    if (path == NULL)
        return CRM_OK;
    /* What is refused is personal as what is taken is: for its owner alone, unless the file is
     * there already. */
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    import->errors_stream = file < 0 ? NULL : fdopen(file, "w");
    if (file >= 0 && import->errors_stream == NULL)
        (void)close(file);
    if (import->errors_stream == NULL)
        return error_set(&import->book->error, CRM_IO, _("cannot write %s: %s"), path,
                         strerror(errno));
    const crm_sink_options options = {.format = "csv", .stream = import->errors_stream};
    crm_status status = crm_sink_new(import->book, &options, &import->errors);
    return status == CRM_OK ? sink_begin(import->errors, &table) : status;
}

static crm_status close_errors(struct import *import, crm_status status)
{
    if (import->errors_stream == NULL)
        return status;
    if (import->errors != NULL && status == CRM_OK)
        status = sink_end(import->errors);
    if (import->errors != NULL && status == CRM_OK)
        status = crm_sink_finish(import->errors);
    if (fclose(import->errors_stream) != 0 && status == CRM_OK)
        status = error_set(&import->book->error, CRM_IO, _("cannot write %s: %s"),
                           import->options->errors, strerror(errno));
    return status;
}

static crm_status open_import(struct import *import)
{
    crm_status status = record_kind(import->book, import->options->kind, NULL, &import->kind);
    if (status == CRM_OK)
        status = open_map(import);
    if (status == CRM_OK)
        status = open_rows(import);
    if (status == CRM_OK)
        status = map_bind(import->map, import->rows);
    if (status == CRM_OK)
        status = read_keys(import);
    if (status == CRM_OK)
        status = open_errors(import);
    return status;
}

static void close_import(struct import *import)
{
    rows_close(import->rows);
    map_free(import->map);
    crm_sink_free(import->errors);
    free(import->rounded_by);
    free(import->rounded_row);
    buffer_release(&import->notes);
    arena_release(&import->arena);
}

/* ---- Rows -------------------------------------------------------------------------------- */

/* Room for the counters of fields, of which JSON Lines may bring more with every row. */
static crm_status make_room(struct import *import)
{
    size_t count = import->map->field_count;
    if (count <= import->rounded_room)
        return CRM_OK;
    int64_t *by = realloc(import->rounded_by, count * sizeof *by);
    if (by != NULL)
        import->rounded_by = by;
    bool *row = realloc(import->rounded_row, count * sizeof *row);
    if (row != NULL)
        import->rounded_row = row;
    if (by == NULL || row == NULL)
        return error_no_memory(&import->book->error);
    for (size_t i = import->rounded_room; i < count; i++) {
        by[i] = 0;
        row[i] = false;
    }
    import->rounded_room = count;
    return CRM_OK;
}

static crm_status write_refused(struct import *import)
{
    const struct error *error = &import->book->error;
    struct buffer reason cleanup(buffer_release) = {0};
    struct buffer row cleanup(buffer_release) = {0};
    buffer_printf(&reason, "%s%s%s", error->message, error->hint[0] == '\0' ? "" : "; ",
                  error->hint);
    text_repair(&row, import->rows->raw, import->rows->raw_length);
    if (reason.failed || row.failed)
        return error_no_memory(&import->book->error);
    const struct value values[] = {value_integer(import->rows->line),
                                   value_text_length(buffer_string(&reason), reason.length),
                                   value_text_length(buffer_string(&row), row.length)};
    return sink_row(import->errors, values);
}

crm_status import_refuse(struct import *import, crm_status status)
{
    bool of_the_row = status == CRM_INVALID || status == CRM_EXISTS || status == CRM_CONFLICT ||
                      status == CRM_AMBIGUOUS;
    if (!of_the_row)
        return status;
    for (size_t i = 0; i < import->rounded_room; i++)
        import->rounded_row[i] = false;
    import->counts.refused++;
    if (import->errors == NULL) {
        import->book->error.status = CRM_INVALID;
        return CRM_INVALID;
    }
    status = write_refused(import);
    if (status == CRM_OK)
        error_clear(&import->book->error);
    return status;
}

crm_status import_place(struct import *import, crm_status status)
{
    if (status != CRM_OK && status != CRM_NO_MEMORY && status != CRM_IO)
        error_place(&import->book->error, import->rows->name, import->rows->line, 0);
    return status;
}

static void show_progress(struct import *import)
{
    int64_t done, total;
    if (import->book->progress == NULL || import->counts.read % 16384 != 0)
        return;
    rows_progress(import->rows, &done, &total);
    book_progress(import->book, _("importing"), done, total);
}

crm_status import_next(struct import *import, bool *more)
{
    crm_status status = CRM_OK;
    *more = false;
    while (status == CRM_OK) {
        enum rows_result result = rows_next(import->rows);
        if (result == ROWS_END)
            return map_finish(import->map);
        if (result == ROWS_FAILED)
            return import->book->error.status;
        show_progress(import);
        enum map_row row = result == ROWS_REFUSED ? MAP_REFUSED : map_begin_row(import->map);
        if (row == MAP_STOPPED)
            return CRM_OK;
        if (row == MAP_SKIPPED) {
            import->counts.skipped++;
            continue;
        }
        import->counts.read++;
        if (row == MAP_REFUSED) {
            status = import_refuse(import, import->book->error.status);
            continue;
        }
        *more = true;
        return make_room(import);
    }
    return status;
}

crm_status import_value(struct import *import, size_t field, struct value *out, bool *given,
                        bool *skip)
{
    bool rounded = false;
    crm_status status = map_value(import->map, field, out, given, skip, &rounded);
    if (rounded)
        import->rounded_row[field] = true;
    return status;
}

void import_accept(struct import *import, enum import_outcome outcome)
{
    for (size_t i = 0; i < import->rounded_room; i++) {
        import->rounded_by[i] += import->rounded_row[i];
        import->counts.rounded += import->rounded_row[i];
        import->rounded_row[i] = false;
    }
    if (outcome == IMPORT_ADDED)
        import->counts.added++;
    else if (outcome == IMPORT_CHANGED)
        import->counts.changed++;
    else
        import->counts.same++;
}

/* ---- The summary ------------------------------------------------------------------------- */

void import_note(struct import *import, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof text)
        buffer_printf(&import->notes, "%s{%s}", import->notes.length > 0 ? "," : "", text);
}

static void note_unused_columns(struct import *import)
{
    struct buffer list cleanup(buffer_release) = {0};
    for (size_t i = 0; i < import->rows->column_count; i++) {
        if (!map_unused(import->map, i))
            continue;
        const char *name = import->rows->columns[i];
        buffer_text(&list, list.length > 0 ? "," : "");
        text_json_quote(&list, name, strlen(name));
    }
    if (list.length > 0)
        buffer_printf(&import->notes, "%s{\"note\":\"columns_not_used\",\"columns\":[%s]}",
                      import->notes.length > 0 ? "," : "", buffer_string(&list));
}

static void rounded_json(const struct import *import, struct buffer *out)
{
    bool any = false;
    buffer_character(out, '{');
    for (size_t i = 0; i < import->rounded_room; i++) {
        if (import->rounded_by[i] == 0)
            continue;
        const char *name = import->map->fields[i].name;
        buffer_text(out, any ? "," : "");
        text_json_quote(out, name, strlen(name));
        buffer_character(out, ':');
        buffer_integer(out, import->rounded_by[i]);
        any = true;
    }
    buffer_character(out, '}');
}

static crm_status write_summary(struct import *import, crm_sink *sink)
{
    static const struct column columns[] = {
        {.name = "file", .label = N_("File"), .type = DATA_TEXT},
        {.name = "encoding", .label = N_("Encoding"), .type = DATA_TEXT},
        {.name = "read", .label = N_("Read"), .type = DATA_INTEGER},
        {.name = "added", .label = N_("Added"), .type = DATA_INTEGER},
        {.name = "changed", .label = N_("Changed"), .type = DATA_INTEGER},
        {.name = "same", .label = N_("Same"), .type = DATA_INTEGER},
        {.name = "refused", .label = N_("Refused"), .type = DATA_INTEGER},
        {.name = "skipped", .label = N_("Skipped"), .type = DATA_INTEGER},
        {.name = "rounded", .label = N_("Rounded"), .type = DATA_INTEGER},
        {.name = "rounded_by", .label = N_("Rounded by field"), .type = DATA_JSON},
        {.name = "customers", .label = N_("New customers"), .type = DATA_INTEGER},
        {.name = "products", .label = N_("New products"), .type = DATA_INTEGER},
        {.name = "staff", .label = N_("New staff"), .type = DATA_INTEGER},
        {.name = "orders", .label = N_("New orders"), .type = DATA_INTEGER},
        {.name = "seconds", .label = N_("Seconds"), .type = DATA_REAL, .decimals = 3},
        {.name = "notes", .label = N_("Notes"), .type = DATA_JSON},
    };
    enum { COUNT = sizeof columns / sizeof *columns };
    struct column shown[COUNT];
    memcpy(shown, columns, sizeof columns);
    for (size_t i = 0; i < COUNT; i++)
        shown[i].label = _(columns[i].label);
    struct buffer rounded cleanup(buffer_release) = {0};
    struct buffer notes cleanup(buffer_release) = {0};
    rounded_json(import, &rounded);
    note_unused_columns(import);
    if (import->book->passed_on > 0)
        import_note(import, "\"note\":\"visits_passed_on\",\"visits\":%lld",
                    (long long)import->book->passed_on);
    buffer_printf(&notes, "[%s]", buffer_string(&import->notes));
    if (rounded.failed || notes.failed || import->notes.failed)
        return error_no_memory(&import->book->error);
    const struct import_counts *counts = &import->counts;
    double seconds =
        import->options->seconds == NULL ? 0 : import->options->seconds() - import->started;
    const struct value values[COUNT] = {value_text(import->options->file),
                                        value_text(rows_encoding(import->rows)),
                                        value_integer(counts->read),
                                        value_integer(counts->added),
                                        value_integer(counts->changed),
                                        value_integer(counts->same),
                                        value_integer(counts->refused),
                                        value_integer(counts->skipped),
                                        value_integer(counts->rounded),
                                        value_text(buffer_string(&rounded)),
                                        value_integer(import->customers),
                                        value_integer(import->products),
                                        value_integer(import->staff),
                                        value_integer(import->orders),
                                        value_real(seconds),
                                        value_text(buffer_string(&notes))};
    const struct table table = {
        .name = "import", .title = _("Import"), .columns = shown, .count = COUNT, .record = true};
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = sink_row(sink, values);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- The whole --------------------------------------------------------------------------- */

/* A flat file is stored in bulk; a file of orders alone, by its columns, record by record. */
static bool is_flat(const struct import *import)
{
    return import->kind == &kind_order && import->options->map != NULL;
}

static crm_status store_all(struct import *import)
{
    struct store *store = import->book->store;
    crm_status status = store_keep_statements(store, true);
    if (status == CRM_OK)
        status = is_flat(import) ? import_orders(import) : import_records(import);
    (void)store_keep_statements(store, false);
    return status;
}

/* Every reference is one to a record that the import found or made: the store need not look for it
 * once more. */
static crm_status store_rows(struct import *import)
{
    struct crm_book *book = import->book;
    crm_status status = store_set_loading(book->store, true);
    if (status == CRM_OK)
        status = book_begin(book);
    if (status == CRM_OK)
        status = book_end(book, store_all(import));
    struct error kept = book->error;
    crm_status restored = store_set_loading(book->store, false);
    if (status != CRM_OK)
        book->error = kept;
    return status == CRM_OK ? restored : status;
}

crm_status crm_import(crm_book *book, const crm_import_options *options, crm_sink *sink)
{
    struct import import = {.book = book, .options = options};
    crm_status status = book_read(book);
    if (status != CRM_OK)
        return status;
    import.started = options->seconds == NULL ? 0 : options->seconds();
    status = open_import(&import);
    if (status == CRM_OK)
        status = store_rows(&import);
    status = close_errors(&import, status);
    if (status == CRM_OK)
        status = write_summary(&import, sink);
    close_import(&import);
    return status;
}
