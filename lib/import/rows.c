/* SPDX-License-Identifier: MIT */
/* Opening a file as rows, and what all readers share. */
#include "import/rows.h"

#include "base/memory.h"
#include "base/text.h"
#include "import/decode.h"
#include "import/text_rows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WINDOW 262144

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path), end = strlen(suffix);
    return length >= end && strcasecmp(path + length - end, suffix) == 0;
}

static const char *format_by_name(const char *path)
{
    static const char *const suffixes[][2] = {{".csv", "csv"},
                                              {".tsv", "tsv"},
                                              {".jsonl", "jsonl"},
                                              {".ndjson", "jsonl"},
                                              {".json", "jsonl"}};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (has_suffix(path, suffixes[i][0]))
            return suffixes[i][1];
    return NULL;
}

crm_status rows_open(const struct rows_options *options, struct rows **out, struct error *error)
{
    struct input *input = NULL;
    crm_status status =
        input_open(options->path, options->stream, options->encoding, &input, error);
    if (status != CRM_OK)
        return status;
    struct rows_options chosen = *options;
    char first = '\0';
    if (chosen.format == NULL)
        chosen.format = format_by_name(options->path);
    if (chosen.format == NULL) {
        status = input_first(input, &first);
        chosen.format = first == '{' ? "jsonl" : NULL;
    }
    if (status != CRM_OK) {
        input_close(input);
        return status;
    }
    if (chosen.format != NULL && strcmp(chosen.format, "tsv") == 0 && chosen.delimiter == 0)
        chosen.delimiter = '\t';
    /* What other programs call .tsv is mostly CSV with tabs. */
    if (options->format == NULL && !options->own && chosen.delimiter == '\t')
        chosen.format = "csv";
    if (chosen.format != NULL && strcmp(chosen.format, "jsonl") == 0)
        return jsonl_rows_new(&chosen, input, out, error);
    return csv_rows_new(&chosen, input, out, error);
}

enum rows_result rows_next(struct rows *rows)
{
    return rows->next(rows);
}

void rows_close(struct rows *rows)
{
    if (rows != NULL)
        rows->release(rows);
}

static int column_by_number(const struct rows *rows, const char *name)
{
    if (name[0] != '#' || name[1] < '1' || name[1] > '9')
        return -1;
    char *end = NULL;
    unsigned long number = strtoul(name + 1, &end, 10);
    return *end == '\0' && number <= rows->column_count ? (int)number - 1 : -1;
}

int rows_column(const struct rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->column_count; i++)
        if (strcmp(rows->columns[i], name) == 0)
            return (int)i;
    return column_by_number(rows, name);
}

crm_status rows_check_name(const struct rows *rows, int column)
{
    size_t first = (size_t)column, other;
    for (other = 0; other < rows->column_count; other++)
        if (other != first && strcmp(rows->columns[other], rows->columns[first]) == 0)
            break;
    if (other == rows->column_count)
        return CRM_OK;
    if (other < first) {
        other = first;
        first = (size_t)rows_column(rows, rows->columns[other]);
    }
    error_set(rows->error, CRM_INVALID, _("columns %zu and %zu have the same name \"%s\""),
              first + 1, other + 1, rows->columns[first]);
    error_hint(rows->error, _("name them differently, or call them #%zu and #%zu in a map"),
               first + 1, other + 1);
    return error_place(rows->error, rows->name, rows->header_line, 0);
}

/* Characters from the last line end before `offset`, and the line ends before it. */
static void locate(const char *text, size_t offset, long *line, long *character)
{
    *character = 1;
    for (size_t i = 0; i < offset; i++) {
        bool line_end = text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n');
        if (line_end) {
            (*line)++;
            *character = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80 && text[i] != '\r') {
            (*character)++;
        }
    }
}

void rows_place(const struct rows *rows, size_t column, long *line, long *character)
{
    *line = rows->line;
    *character = 1;
    if (column < rows->column_count)
        locate(rows->raw, rows->cells[column].offset, line, character);
}

crm_status rows_error_place(struct rows *rows, size_t column)
{
    long line, character;
    rows_place(rows, column, &line, &character);
    return error_place(rows->error, rows->name, line, character);
}

void rows_progress(const struct rows *rows, int64_t *done, int64_t *total)
{
    const struct text_rows *reader = (const struct text_rows *)rows;
    *done = input_position(reader->input);
    *total = input_size(reader->input);
}

const char *rows_encoding(const struct rows *rows)
{
    return input_encoding(((const struct text_rows *)rows)->input);
}

/* ---- The window -------------------------------------------------------------------------- */

static bool make_room(struct text_rows *reader)
{
    if (reader->start > 0) {
        memmove(reader->data, reader->data + reader->start, reader->end - reader->start);
        reader->end -= reader->start;
        reader->start = 0;
    }
    if (reader->capacity - reader->end >= WINDOW / 2)
        return true;
    if (reader->capacity >= ROWS_ROW_MAX)
        return reader->capacity - reader->end > 8;
    size_t capacity = reader->capacity == 0 ? WINDOW : reader->capacity * 2;
    /* One byte more, so that text[i + 1] may always be looked at. */
    char *data = realloc(reader->data, capacity + 1);
    if (data == NULL) {
        error_no_memory(reader->rows.error);
        return false;
    }
    reader->data = data;
    reader->capacity = capacity;
    return true;
}

bool text_rows_fill(struct text_rows *reader)
{
    error_clear(reader->rows.error);
    if (!make_room(reader))
        return false;
    size_t got = 0;
    if (input_read(reader->input, reader->data + reader->end, reader->capacity - reader->end,
                   &got) != CRM_OK)
        return false;
    reader->end += got;
    reader->data[reader->end] = '\0';
    reader->at_end = got == 0;
    return true;
}

bool text_rows_line(struct text_rows *reader, size_t *from, size_t *length, bool *found)
{
    size_t at = 0; /* from start, which moves when the window slides */
    if (reader->data == NULL && !text_rows_fill(reader))
        return false;
    for (;;) {
        const char *text = reader->data + reader->start;
        size_t available = reader->end - reader->start;
        while (at < available && text[at] != '\n' && text[at] != '\r')
            at++;
        /* A CR at the end of the window may be half of a CRLF. */
        if (at < available && (text[at] == '\n' || at + 1 < available || reader->at_end))
            break;
        if (reader->at_end)
            break;
        if (!text_rows_fill(reader))
            return false;
    }
    const char *text = reader->data + reader->start;
    size_t available = reader->end - reader->start;
    *from = reader->start;
    *length = at;
    *found = available > 0;
    if (at < available)
        at += text[at] == '\r' && text[at + 1] == '\n' ? 2 : 1;
    reader->start += at;
    reader->next_line++;
    return true;
}

bool text_rows_add_column(struct text_rows *reader, const char *name, size_t length)
{
    size_t count = reader->rows.column_count;
    if (count >= ROWS_COLUMNS) {
        error_set(reader->rows.error, CRM_INVALID, _("more than %d columns"), ROWS_COLUMNS);
        return false;
    }
    char **columns =
        array_grow(reader->columns, &reader->column_capacity, count + 1, sizeof *columns);
    if (columns != NULL)
        reader->rows.columns = reader->columns = columns;
    struct cell *cells =
        array_grow(reader->cells, &reader->cell_capacity, count + 1, sizeof *cells);
    if (cells != NULL)
        reader->rows.cells = reader->cells = cells;
    char *copy = malloc(length + 1);
    if (columns == NULL || cells == NULL || copy == NULL) {
        free(copy);
        error_no_memory(reader->rows.error);
        return false;
    }
    memcpy(copy, name, length);
    copy[length] = '\0';
    reader->columns[count] = copy;
    reader->cells[count] = (struct cell){0};
    reader->rows.column_count++;
    return true;
}

static bool refuse_byte(struct text_rows *reader, const char *text, size_t offset, long line,
                        const char *encoding)
{
    struct error *error = reader->rows.error;
    long character = 1;
    locate(text, offset, &line, &character);
    if (text[offset] == '\0') {
        error_set(error, CRM_INVALID, _("a NUL byte"));
        error_hint(error, _("is it UTF-16 or no text at all? try --encoding utf-16le"));
    } else if (strcmp(encoding, "utf-8") == 0) {
        error_set(error, CRM_INVALID, _("byte %02X is not valid UTF-8 here"),
                  (unsigned)(unsigned char)text[offset]);
        error_hint(error, _("repair the text, or name its encoding: --encoding gb18030, or "
                            "windows-1252 for western text"));
    } else {
        error_set(error, CRM_INVALID, _("the text is not valid %s here"), encoding);
        error_hint(error, _("repair the text, or name its encoding with --encoding"));
    }
    error_place(error, reader->rows.name, line, character);
    return false;
}

bool text_rows_check(struct text_rows *reader, const char *text, size_t length, long line)
{
    const char *encoding = input_encoding(reader->input);
    const char *nul = memchr(text, '\0', length);
    if (nul != NULL)
        return refuse_byte(reader, text, (size_t)(nul - text), line, encoding);
    size_t ascii = decode_ascii_prefix(text, length);
    if (ascii == length)
        return true;
    size_t valid = ascii + text_valid_prefix(text + ascii, length - ascii);
    return valid == length || refuse_byte(reader, text, valid, line, encoding);
}

/* After text_rows_fill returned false. */
enum rows_result text_rows_failure(struct text_rows *reader)
{
    struct error *error = reader->rows.error;
    if (error->status == CRM_OK) {
        error_set(error, CRM_INVALID, _("a row of more than %zu bytes"), ROWS_ROW_MAX);
        error_hint(error, _("is it a text file with one record a line?"));
        error_place(error, reader->rows.name, reader->rows.line, 0);
    }
    return ROWS_FAILED;
}

void text_rows_release(struct text_rows *reader)
{
    for (size_t i = 0; i < reader->rows.column_count; i++)
        free(reader->columns[i]);
    free(reader->columns);
    free(reader->cells);
    free(reader->data);
    input_close(reader->input);
    free(reader);
}
