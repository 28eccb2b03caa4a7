/* SPDX-License-Identifier: MIT */
/* What all formats share: choice of columns, pages, buffering, and noticing that writing failed. */
#include "output/sink.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first rows are written soon, for a reader who waits for them; then ever more at once. */
#define FIRST_FLUSH   ((size_t)4 * 1024)
#define LARGEST_FLUSH ((size_t)256 * 1024)

/* In the order in which help lists them. */
static const struct sink_format *const formats[] = {&sink_format_table, &sink_format_jsonl,
                                                    &sink_format_json,  &sink_format_csv,
                                                    &sink_format_tsv,   &sink_format_markdown};
enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

size_t crm_format_count(void)
{
    return FORMAT_COUNT;
}

const char *crm_format_name(size_t index)
{
    return index < FORMAT_COUNT ? formats[index]->name : NULL;
}

const struct sink_format *sink_format_find(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

static crm_status unknown_format(const char *name, struct error *error)
{
    const char *names[FORMAT_COUNT];
    cleanup(buffer_release) struct buffer list = {0};
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        names[i] = formats[i]->name;
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    error_set(error, CRM_USAGE, _("there is no format \"%s\"; choose from: %s"), name,
              buffer_string(&list));
    const char *nearest = text_nearest(name, names, FORMAT_COUNT);
    if (nearest != NULL)
        error_hint(error, _("did you mean \"%s\"?"), nearest);
    return CRM_USAGE;
}

crm_status sink_open(const struct crm_sink_options *options, const struct zone *zone,
                     struct error *error, struct crm_sink **out)
{
    *out = NULL;
    const struct sink_format *format = sink_format_find(options->format);
    if (format == NULL)
        return unknown_format(options->format, error);
    struct crm_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL)
        return error_no_memory(error);
    sink->format = format;
    sink->flush_at = FIRST_FLUSH;
    sink->stream = options->stream;
    sink->fields = options->fields;
    sink->color = options->color;
    sink->sensitive = options->sensitive;
    sink->width = options->width;
    sink->zone = zone;
    sink->error = error;
    *out = sink;
    return CRM_OK;
}

void sink_free(struct crm_sink *sink)
{
    if (sink == NULL)
        return;
    if (sink->format->release != NULL)
        sink->format->release(sink);
    buffer_release(&sink->out);
    arena_release(&sink->arena);
    buffer_release(&sink->masks);
    free(sink);
}

/* ---- Writing ---------------------------------------------------------------------------- */

/* Remembers the first failure and says what it was, every time anew. */
static crm_status fail(struct crm_sink *sink, crm_status status)
{
    if (sink->failure == CRM_OK)
        sink->failure = status;
    if (sink->failure == CRM_IO)
        return error_set(sink->error, CRM_IO, _("the output cannot be written: %s"),
                         strerror(sink->write_error));
    if (sink->failure == CRM_NO_MEMORY)
        return error_no_memory(sink->error);
    return sink->failure;
}

static crm_status fail_write(struct crm_sink *sink, int code)
{
    sink->write_error = code != 0 ? code : EIO;
    return fail(sink, CRM_IO);
}

static crm_status write_out(struct crm_sink *sink)
{
    errno = 0;
    size_t written = fwrite(sink->out.data, 1, sink->out.length, sink->stream);
    if (written < sink->out.length)
        return fail_write(sink, errno);
    buffer_clear(&sink->out);
    if (sink->flush_at < LARGEST_FLUSH)
        sink->flush_at *= 2;
    return CRM_OK;
}

/* After each call of the format: its own failure, memory, and a buffer grown large. */
static crm_status settle(struct crm_sink *sink, crm_status status)
{
    if (status != CRM_OK)
        return fail(sink, status);
    if (sink->out.failed)
        return fail(sink, CRM_NO_MEMORY);
    return sink->out.length >= sink->flush_at ? write_out(sink) : CRM_OK;
}

crm_status sink_finish(struct crm_sink *sink)
{
    if (sink == NULL)
        return CRM_OK;
    crm_status status = sink->failure == CRM_OK ? CRM_OK : fail(sink, sink->failure);
    if (status != CRM_OK || sink->finished)
        return status;
    sink->finished = true;
    if (sink->in_table)
        status = sink_end(sink);
    if (status == CRM_OK && sink->in_page)
        status = sink_page_end(sink);
    if (status == CRM_OK && sink->format->finish != NULL)
        status = settle(sink, sink->format->finish(sink));
    if (status == CRM_OK && sink->out.length > 0)
        status = write_out(sink);
    if (status != CRM_OK)
        return status;
    errno = 0;
    if (fflush(sink->stream) != 0 || ferror(sink->stream))
        return fail_write(sink, errno);
    return CRM_OK;
}

/* ---- Columns ---------------------------------------------------------------------------- */

/* One name of a comma-separated list. Returns what follows it, NULL after the last. */
static const char *next_name(const char *list, const char **name, size_t *length)
{
    size_t size = strcspn(list, ",");
    const char *rest = list[size] == ',' ? list + size + 1 : NULL;
    while (size > 0 && *list == ' ') {
        list++;
        size--;
    }
    while (size > 0 && list[size - 1] == ' ')
        size--;
    *name = list;
    *length = size;
    return rest;
}

static bool is_name(const char *column, const char *name, size_t length)
{
    return strlen(column) == length && memcmp(column, name, length) == 0;
}

bool sink_wants(const struct crm_sink *sink, const char *column)
{
    if (sink == NULL || sink->fields == NULL)
        return sink != NULL;
    const char *name;
    size_t length;
    for (const char *rest = sink->fields; rest != NULL;) {
        rest = next_name(rest, &name, &length);
        if (is_name(column, name, length))
            return true;
    }
    return false;
}

bool sink_shows(const struct crm_sink *sink, const struct column *column)
{
    bool hides = sink != NULL && sink->fields == NULL && sink->format == &sink_format_table;
    return sink_wants(sink, column->name) && !(hides && (column->flags & COLUMN_HIDDEN));
}

static crm_status unknown_column(struct crm_sink *sink, const struct table *table, const char *name,
                                 size_t length)
{
    char *word = arena_copy_length(&sink->arena, name, length);
    const char **names = arena_array(&sink->arena, table->count, sizeof *names);
    cleanup(buffer_release) struct buffer list = {0};
    for (size_t i = 0; i < table->count; i++) {
        buffer_text(&list, i > 0 ? ", " : "");
        buffer_text(&list, table->columns[i].name);
        if (names != NULL)
            names[i] = table->columns[i].name;
    }
    if (word == NULL || names == NULL || list.failed)
        return error_no_memory(sink->error);
    error_set(sink->error, CRM_USAGE, _("there is no column \"%s\"; choose from: %s"), word,
              buffer_string(&list));
    const char *nearest = text_nearest(word, names, table->count);
    if (nearest != NULL)
        error_hint(sink->error, _("did you mean \"%s\"?"), nearest);
    return CRM_USAGE;
}

/* Index of the named column, table->count when there is none. */
static size_t find_column(const struct table *table, const char *name, size_t length)
{
    size_t i = 0;
    while (i < table->count && !is_name(table->columns[i].name, name, length))
        i++;
    return i;
}

/* Adds the named column to the projection, unless it is there already: a JSON object with the same
 * key twice means different things to different readers. */
static crm_status project(struct crm_sink *sink, const struct table *table, struct column *columns,
                          const char *name, size_t length)
{
    size_t at = find_column(table, name, length);
    if (at == table->count)
        return unknown_column(sink, table, name, length);
    for (size_t i = 0; i < sink->table.count; i++)
        if (sink->projection[i] == at)
            return error_set(sink->error, CRM_USAGE, _("the column \"%s\" is asked for twice"),
                             table->columns[at].name);
    columns[sink->table.count] = table->columns[at];
    columns[sink->table.count].flags &= ~(unsigned)(COLUMN_HIDDEN | COLUMN_CONSTANT | COLUMN_SPARE);
    sink->projection[sink->table.count++] = at;
    return CRM_OK;
}

/* The columns that --fields names, in its order. */
static crm_status project_all(struct crm_sink *sink, const struct table *table,
                              struct column *columns)
{
    sink->projection = arena_array(&sink->arena, table->count, sizeof *sink->projection);
    if (sink->projection == NULL)
        return fail(sink, CRM_NO_MEMORY);
    sink->table.count = 0;
    const char *name;
    size_t length;
    for (const char *rest = sink->fields; rest != NULL;) {
        rest = next_name(rest, &name, &length);
        crm_status status = project(sink, table, columns, name, length);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

/* Personal columns of a list become columns of masks. One record, and a page, is shown whole: it
 * was asked for by name. */
static crm_status choose_masks(struct crm_sink *sink, struct column *columns)
{
    sink->masked = arena_array(&sink->arena, sink->table.count, sizeof *sink->masked);
    sink->masked_types = arena_array(&sink->arena, sink->table.count, sizeof *sink->masked_types);
    if (sink->masked == NULL || sink->masked_types == NULL)
        return fail(sink, CRM_NO_MEMORY);
    for (size_t i = 0; i < sink->table.count; i++) {
        if (!(columns[i].flags & COLUMN_SENSITIVE))
            continue;
        sink->masked[sink->masked_count] = i;
        sink->masked_types[sink->masked_count++] =
            columns[i].flags & COLUMN_DAY ? DATA_DATE : columns[i].type;
        columns[i].type = DATA_TEXT;
        columns[i].choices = NULL;
        columns[i].choice_count = 0;
    }
    return CRM_OK;
}

/* Makes the table the sink's current one, with the columns that are asked for. */
static crm_status choose_columns(struct crm_sink *sink, const struct table *table, bool whole)
{
    arena_clear(&sink->arena);
    sink->table = *table;
    sink->projection = NULL;
    sink->masked_count = 0;
    struct column *columns = arena_array(&sink->arena, table->count, sizeof *columns);
    sink->projected = arena_array(&sink->arena, table->count, sizeof *sink->projected);
    if (columns == NULL || sink->projected == NULL)
        return fail(sink, CRM_NO_MEMORY);
    sink->table.columns = columns;
    memcpy(columns, table->columns, table->count * sizeof *columns);
    crm_status status = sink->fields == NULL ? CRM_OK : project_all(sink, table, columns);
    return status != CRM_OK || whole || sink->sensitive ? status : choose_masks(sink, columns);
}

/* Of a day the year stays; of what is no text, nothing. Returns the end of what was written. */
static char *mask_value(char *to, enum data_type type, struct value *value)
{
    enum { YEAR = 5 };
    char *start = to;
    const bool text = value->type == VALUE_TEXT, day = type == DATA_DATE || type == DATA_TIME;
    const bool year = text && day && value->length > YEAR && value->text[YEAR - 1] == '-';
    if (!text || type == DATA_ENUM || type == DATA_TAGS || type == DATA_JSON || (day && !year)) {
        memcpy(to, TEXT_MASK, sizeof TEXT_MASK - 1);
        to += sizeof TEXT_MASK - 1;
    } else if (day) {
        memcpy(to, value->text, YEAR);
        memcpy(to + YEAR, TEXT_MASK, sizeof TEXT_MASK - 1);
        to += YEAR + sizeof TEXT_MASK - 1;
    } else {
        to = text_mask_personal(to, value->text, value->length);
    }
    *value = value_text_length(start, (size_t)(to - start));
    return to;
}

/* All masks of a row lie in one piece of memory. */
static bool mask_row(struct crm_sink *sink)
{
    size_t room = 0;
    for (size_t i = 0; i < sink->masked_count; i++) {
        const struct value *value = &sink->projected[sink->masked[i]];
        room += sizeof TEXT_MASK + (value->type == VALUE_TEXT ? value->length : 0);
    }
    buffer_clear(&sink->masks);
    char *to = buffer_reserve(&sink->masks, room);
    for (size_t i = 0; i < sink->masked_count && to != NULL; i++)
        if (!value_is_null(&sink->projected[sink->masked[i]]))
            to = mask_value(to, sink->masked_types[i], &sink->projected[sink->masked[i]]);
    return to != NULL;
}

/* The row as the format gets it; NULL when memory is exhausted. */
static const struct value *project_row(struct crm_sink *sink, const struct value *values)
{
    if (sink->projection == NULL && sink->masked_count == 0)
        return values;
    if (sink->projection == NULL)
        memcpy(sink->projected, values, sink->table.count * sizeof *values);
    for (size_t i = 0; sink->projection != NULL && i < sink->table.count; i++)
        sink->projected[i] = values[sink->projection[i]];
    return sink->masked_count == 0 || mask_row(sink) ? sink->projected : NULL;
}

/* ---- Tables and pages ------------------------------------------------------------------- */

crm_status sink_begin(struct crm_sink *sink, const struct table *table)
{
    if (sink == NULL)
        return CRM_OK;
    if (sink->failure != CRM_OK)
        return fail(sink, sink->failure);
    sink->skipped = sink->in_page && (sink->fields != NULL || sink->format->page_begin == NULL);
    sink->in_table = true;
    if (sink->skipped)
        return CRM_OK;
    crm_status status = choose_columns(sink, table, table->record || sink->in_page);
    if (status != CRM_OK || sink->format->begin == NULL) {
        sink->in_table = status == CRM_OK;
        return status;
    }
    return settle(sink, sink->format->begin(sink, &sink->table));
}

crm_status sink_row(struct crm_sink *sink, const struct value *values)
{
    if (sink == NULL || sink->skipped)
        return CRM_OK;
    if (sink->failure != CRM_OK)
        return fail(sink, sink->failure);
    const struct value *row = project_row(sink, values);
    return row == NULL ? fail(sink, CRM_NO_MEMORY) : settle(sink, sink->format->row(sink, row));
}

crm_status sink_end(struct crm_sink *sink)
{
    if (sink == NULL)
        return CRM_OK;
    bool skipped = sink->skipped;
    sink->skipped = false;
    sink->in_table = false;
    if (sink->failure != CRM_OK)
        return fail(sink, sink->failure);
    if (skipped || sink->format->end == NULL)
        return CRM_OK;
    return settle(sink, sink->format->end(sink));
}

/* The record of a page in a format that knows no pages. */
static crm_status plain_record(struct crm_sink *sink, const struct table *table,
                               const struct value *values)
{
    crm_status status = sink_begin(sink, table);
    if (status == CRM_OK)
        status = sink_row(sink, values);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status sink_page_begin(struct crm_sink *sink, const struct table *table,
                           const struct value *values)
{
    if (sink == NULL)
        return CRM_OK;
    if (sink->failure != CRM_OK)
        return fail(sink, sink->failure);
    crm_status status;
    if (sink->format->page_begin == NULL) {
        status = plain_record(sink, table, values);
    } else {
        status = choose_columns(sink, table, true);
        if (status == CRM_OK)
            status = settle(
                sink, sink->format->page_begin(sink, &sink->table, project_row(sink, values)));
    }
    sink->in_page = status == CRM_OK;
    return status;
}

crm_status sink_page_end(struct crm_sink *sink)
{
    if (sink == NULL)
        return CRM_OK;
    sink->in_page = false;
    if (sink->failure != CRM_OK)
        return fail(sink, sink->failure);
    return sink->format->page_end == NULL ? CRM_OK : settle(sink, sink->format->page_end(sink));
}

crm_status sink_note(struct crm_sink *sink, const char *format, ...)
{
    if (sink == NULL || sink->format->note == NULL || sink->skipped)
        return CRM_OK;
    if (sink->failure != CRM_OK)
        return fail(sink, sink->failure);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text == NULL)
        return fail(sink, CRM_NO_MEMORY);
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    crm_status status = settle(sink, sink->format->note(sink, text));
    free(text);
    return status;
}
