/* SPDX-License-Identifier: MIT */
/* What a value looks like on a terminal, and how wide columns are. */
#include "base/text.h"
#include "output/table.h"
#include "schema/schema.h"

#include <string.h>

/* ---- Cells ------------------------------------------------------------------------------ */

static bool is_line_break(uint32_t character)
{
    return (character >= '\t' && character <= '\r') || character == 0x85 || character == 0x2028 ||
           character == 0x2029;
}

/* Control characters, and the embeddings, overrides and isolates of the bidirectional algorithm,
 * which make what follows read backwards. */
static bool is_command(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0) ||
           (character >= 0x202A && character <= 0x202E) ||
           (character >= 0x2066 && character <= 0x2069);
}

static size_t plain_ascii(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && text[at] >= 0x20 && text[at] < 0x7F)
        at++;
    return at;
}

void table_safe_text(struct buffer *out, const char *text, size_t length)
{
    bool after_return = false;
    for (size_t at = 0; at < length;) {
        size_t plain = plain_ascii(text + at, length - at);
        buffer_append(out, text + at, plain);
        at += plain;
        if (at == length)
            return;
        size_t step;
        uint32_t character = text_decode(text + at, length - at, &step);
        if (is_line_break(character))
            buffer_text(out, after_return && plain == 0 && character == '\n' ? "" : " ");
        else if (is_command(character))
            buffer_printf(out, character < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)character);
        else if (character == 0xFFFD)
            buffer_text(out, "\xEF\xBF\xBD");
        else
            buffer_append(out, text + at, step);
        after_return = character == '\r';
        at += step;
    }
}

static const char *choice_label(const struct column *column, const struct value *value)
{
    for (size_t i = 0; i < column->choice_count; i++) {
        const struct choice *choice = &column->choices[i];
        if (strlen(choice->name) == value->length &&
            memcmp(choice->name, value->text, value->length) == 0)
            return choice->label == NULL ? NULL : _(choice->label);
    }
    return NULL;
}

/* "2018-01-02T09:00:00+08:00" to the minute, which is what a person plans by. */
static void put_time(const struct crm_sink *sink, struct buffer *out, const struct column *column,
                     const struct value *value)
{
    size_t start = out->length;
    sink_plain(sink, out, column, value);
    if (out->failed || out->length - start < 16 || out->data[start + 10] != 'T')
        return;
    out->data[start + 10] = ' ';
    out->length = start + 16;
    out->data[out->length] = '\0';
}

void table_plain(const struct crm_sink *sink, struct buffer *out, const struct column *column,
                 const struct value *value)
{
    if (column->type == DATA_BOOLEAN && !value_is_null(value)) {
        size_t start = out->length;
        sink_plain(sink, out, column, value);
        bool yes = !out->failed && out->data[start] == 'y';
        out->length = start;
        buffer_text(out, yes ? _("yes") : _("no"));
        return;
    }
    if (column->type == DATA_TIME) {
        put_time(sink, out, column, value);
        return;
    }
    if (value->type != VALUE_TEXT) {
        sink_plain(sink, out, column, value);
        return;
    }
    const char *label = choice_label(column, value);
    if (label != NULL)
        buffer_text(out, label);
    else
        table_safe_text(out, value->text, value->length);
}

static double number_of(const struct value *value)
{
    return value->type == VALUE_INTEGER ? (double)value->integer : value->real;
}

struct cell table_cell(const struct crm_sink *sink, struct buffer *scratch,
                       const struct column *column, const struct value *value)
{
    buffer_clear(scratch);
    table_plain(sink, scratch, column, value);
    struct cell cell = {.text = buffer_string(scratch), .length = scratch->length};
    if (sink_is_number(column->type) && value->type != VALUE_TEXT) {
        const char *point = memchr(cell.text, '.', cell.length);
        cell.width = cell.length;
        cell.whole = point == NULL ? cell.length : (size_t)(point - cell.text);
        cell.number = value_is_null(value) ? 0 : number_of(value);
    } else {
        cell.width = text_width(cell.text, cell.length);
        cell.whole = cell.width;
    }
    return cell;
}

const char *column_label(const struct column *column)
{
    return column->label != NULL ? column->label : column->name;
}

/* ---- Widths ----------------------------------------------------------------------------- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

void lane_widen(struct lane *lane, const struct cell *cell)
{
    if (!lane->number) {
        lane->width = larger(lane->width, cell->width);
        return;
    }
    lane->whole = larger(lane->whole, cell->whole);
    lane->fraction = larger(lane->fraction, cell->width - cell->whole);
    lane->width = larger(lane->width, lane->whole + lane->fraction);
    if (cell->number > lane->maximum)
        lane->maximum = cell->number;
}

/* No column is cut below this: three Chinese characters and the ellipsis. */
#define LEAST_WIDTH ((size_t)7)

/* Columns that the lanes take when those that may be cut are at most `cap` wide. */
static size_t total_width(const struct lane *lanes, size_t count, size_t cap)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (!lanes[i].shown)
            continue;
        size_t width = lanes[i].cut && lanes[i].width > cap ? cap : lanes[i].width;
        total += width + (lanes[i].bar ? BAR_WIDTH + 1 : 0) + (total > 0 ? LANE_GAP : 0);
    }
    return total;
}

/* Half a date or half a number says something else than the whole, and half a key names nothing. */
static bool may_be_cut(enum data_type type)
{
    return type == DATA_TEXT || type == DATA_TAGS || type == DATA_JSON || type == DATA_ENUM;
}

void lanes_fit(struct lane *lanes, size_t count, size_t width)
{
    size_t low = LEAST_WIDTH, high = LEAST_WIDTH;
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        lanes[i].cut = lanes[i].shown && !first && width > 0 && may_be_cut(lanes[i].column->type);
        first = first && !lanes[i].shown;
        high = lanes[i].cut ? larger(high, lanes[i].width) : high;
    }
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (total_width(lanes, count, middle) <= width)
            low = middle;
        else
            high = middle - 1;
    }
    for (size_t i = 0; i < count; i++)
        if (lanes[i].cut && lanes[i].width > low)
            lanes[i].width = low;
}
