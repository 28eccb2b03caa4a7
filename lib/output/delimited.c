/* SPDX-License-Identifier: MIT */
/* The formats csv and tsv.
 *
 * CSV is RFC 4180 with LF line ends: a field is quoted when it holds a comma, a quote or a line
 * break, or begins or ends with a space, which many readers would drop. TSV knows no quotes: tab,
 * line feed, carriage return and backslash are written \t \n \r \\. Both begin with a line of
 * column names. A further table with other columns follows an empty line; one with the same
 * columns goes on without a heading. */
#include "base/text.h"
#include "output/sink.h"

#include <stdlib.h>
#include <string.h>

struct delimited_state {
    char *heading; /* of the last table, NULL before the first */
    struct buffer field;
};

/* buffer_append without a call where there is room: a row is mostly short fields. */
static inline void put_bytes(struct buffer *out, const char *bytes, size_t length)
{
    if (out->failed || out->capacity - out->length <= length) {
        buffer_append(out, bytes, length);
        return;
    }
    memcpy(out->data + out->length, bytes, length);
    out->length += length;
}

static char separator_of(const struct crm_sink *sink)
{
    return sink->format == &sink_format_csv ? ',' : '\t';
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* True when some byte of the word is `byte`. */
static bool word_has(uint64_t word, unsigned char byte)
{
    uint64_t zeroed = word ^ EACH_BYTE(byte);
    return ((zeroed - EACH_BYTE(0x01)) & ~zeroed & EACH_BYTE(0x80)) != 0;
}

/* How many bytes at the beginning hold nothing that is special in the format: eight at a time while
 * that goes well. */
static size_t plain_prefix(const char *text, size_t length, bool csv)
{
    unsigned char first = csv ? ',' : '\t', second = csv ? '"' : '\\';
    size_t i = 0;
    for (uint64_t word; length - i >= sizeof word; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        if (word_has(word, first) || word_has(word, second) || word_has(word, '\n') ||
            word_has(word, '\r'))
            break;
    }
    for (; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == first || byte == second || byte == '\n' || byte == '\r')
            break;
    }
    return i;
}

/* Copies as many bytes as hold nothing special, eight at a time; *seen gathers their bits. */
static size_t copy_plain(char *to, const char *text, size_t length, bool csv, uint64_t *seen)
{
    unsigned char first = csv ? ',' : '\t', second = csv ? '"' : '\\';
    size_t i = 0;
    for (uint64_t word; length - i >= sizeof word; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        if (word_has(word, first) || word_has(word, second) || word_has(word, '\n') ||
            word_has(word, '\r'))
            return i;
        memcpy(to + i, &word, sizeof word);
        *seen |= word;
    }
    for (; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == first || byte == second || byte == '\n' || byte == '\r')
            return i;
        to[i] = text[i];
        *seen |= byte;
    }
    return i;
}

/* Most text is short and nothing in it special or beyond ASCII: one pass finds out and copies it.
 * False, and nothing is appended, when it needs more care. */
static bool put_plain(const struct crm_sink *sink, struct buffer *out, const char *text,
                      size_t length)
{
    bool csv = sink->format == &sink_format_csv;
    if (length == 0)
        return true;
    if (out->failed || (csv && (text[0] == ' ' || text[length - 1] == ' ')))
        return false;
    if (out->capacity - out->length <= length && buffer_reserve(out, length) == NULL)
        return false;
    uint64_t seen = 0;
    if (copy_plain(out->data + out->length, text, length, csv, &seen) < length ||
        ((seen & EACH_BYTE(0x80)) != 0 && !text_is_valid(text, length)))
        return false;
    out->length += length;
    return true;
}

static void put_csv(struct buffer *out, const char *text, size_t length)
{
    bool plain = plain_prefix(text, length, true) == length &&
                 (length == 0 || (text[0] != ' ' && text[length - 1] != ' '));
    if (plain) {
        put_bytes(out, text, length);
        return;
    }
    buffer_character(out, '"');
    const char *end = text + length;
    while (text < end) {
        const char *quote = memchr(text, '"', (size_t)(end - text));
        size_t size = (size_t)((quote == NULL ? end : quote + 1) - text);
        buffer_append(out, text, size);
        if (quote != NULL)
            buffer_character(out, '"');
        text += size;
    }
    buffer_character(out, '"');
}

static void put_tsv(struct buffer *out, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        size_t plain = plain_prefix(text, (size_t)(end - text), false);
        put_bytes(out, text, plain);
        text += plain;
        if (text == end)
            return;
        const char *escape = *text == '\t'   ? "\\t"
                             : *text == '\n' ? "\\n"
                             : *text == '\r' ? "\\r"
                                             : "\\\\";
        buffer_text(out, escape);
        text++;
    }
}

static void put_field(const struct crm_sink *sink, struct buffer *out, const char *text,
                      size_t length)
{
    if (sink->format == &sink_format_csv)
        put_csv(out, text, length);
    else
        put_tsv(out, text, length);
}

/* The line of column names, in memory of its own. NULL when there is none left. */
static char *make_heading(const struct crm_sink *sink, const struct table *table)
{
    struct buffer line = {0};
    for (size_t i = 0; i < table->count; i++) {
        if (i > 0)
            buffer_character(&line, separator_of(sink));
        put_field(sink, &line, table->columns[i].name, strlen(table->columns[i].name));
    }
    buffer_character(&line, '\n');
    if (!line.failed)
        return line.data;
    buffer_release(&line);
    return NULL;
}

static crm_status delimited_begin(struct crm_sink *sink, const struct table *table)
{
    struct delimited_state *state = sink->state;
    if (state == NULL)
        state = sink->state = calloc(1, sizeof *state);
    char *heading = state == NULL ? NULL : make_heading(sink, table);
    if (heading == NULL)
        return CRM_NO_MEMORY;
    if (state->heading == NULL || strcmp(heading, state->heading) != 0) {
        buffer_text(&sink->out, state->heading == NULL ? "" : "\n");
        buffer_text(&sink->out, heading);
    }
    free(state->heading);
    state->heading = heading;
    return CRM_OK;
}

static void put_value(struct crm_sink *sink, const struct column *column, const struct value *value)
{
    struct delimited_state *state = sink->state;
    if (value->type != VALUE_TEXT) {
        sink_plain(sink, &sink->out, column, value);
        return;
    }
    bool as_stored = column->type != DATA_TIME && column->type != DATA_BOOLEAN;
    if (as_stored && put_plain(sink, &sink->out, value->text, value->length))
        return;
    buffer_clear(&state->field);
    sink_plain(sink, &state->field, column, value);
    put_field(sink, &sink->out, buffer_string(&state->field), state->field.length);
}

static crm_status delimited_row(struct crm_sink *sink, const struct value *values)
{
    const struct delimited_state *state = sink->state;
    size_t start = sink->out.length;
    char separator = separator_of(sink);
    for (size_t i = 0; i < sink->table.count; i++) {
        if (i > 0)
            put_bytes(&sink->out, &separator, 1);
        if (!value_is_null(&values[i]))
            put_value(sink, &sink->table.columns[i], &values[i]);
    }
    /* A single empty field would make an empty line, which readers skip. */
    if (sink->out.length == start && sink->format == &sink_format_csv)
        buffer_text(&sink->out, "\"\"");
    buffer_character(&sink->out, '\n');
    return state->field.failed ? CRM_NO_MEMORY : CRM_OK;
}

static void delimited_release(struct crm_sink *sink)
{
    struct delimited_state *state = sink->state;
    if (state == NULL)
        return;
    free(state->heading);
    buffer_release(&state->field);
    free(state);
}

const struct sink_format sink_format_csv = {
    .name = "csv",
    .begin = delimited_begin,
    .row = delimited_row,
    .release = delimited_release,
};

const struct sink_format sink_format_tsv = {
    .name = "tsv",
    .begin = delimited_begin,
    .row = delimited_row,
    .release = delimited_release,
};
