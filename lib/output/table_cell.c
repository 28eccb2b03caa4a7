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

/* Bytes of the point of time that the text begins with, as JSON has it; 0 when it does not. */
static size_t time_length(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00";
    size_t at = 0;
    while (form[at] != '\0' &&
           (form[at] == '0' ? text[at] >= '0' && text[at] <= '9' : text[at] == form[at]))
        at++;
    if (form[at] != '\0')
        return 0;
    if (text[at] == 'Z')
        return at + 1;
    bool zone = (text[at] == '+' || text[at] == '-') && strspn(text + at + 1, "0123456789") == 2 &&
                text[at + 3] == ':' && strspn(text + at + 4, "0123456789") >= 2;
    return zone ? at + 6 : 0;
}

/* The same for each point of time in what was appended from `start` on. */
static void shorten_times(struct buffer *out, size_t start)
{
    size_t kept = start;
    for (size_t at = start; !out->failed && at < out->length;) {
        size_t length = time_length(out->data + at);
        size_t keep = length > 0 ? 16 : 1;
        memmove(out->data + kept, out->data + at, keep);
        if (length > 0)
            out->data[kept + 10] = ' ';
        kept += keep;
        at += length > 0 ? length : 1;
    }
    if (out->failed || kept == out->length)
        return;
    out->length = kept;
    out->data[kept] = '\0';
}

void table_plain(const struct crm_sink *sink, struct buffer *out, const struct column *column,
                 const struct value *value)
{
    if (column->type == DATA_BOOLEAN && value->type == VALUE_INTEGER) {
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
    if (label != NULL) {
        buffer_text(out, label);
        return;
    }
    size_t start = out->length;
    table_safe_text(out, value->text, value->length);
    if ((column->flags & COLUMN_TIMES) != 0)
        shorten_times(out, start);
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

/* ---- Lines ------------------------------------------------------------------------------ */

static bool closes(uint32_t character)
{
    static const uint32_t marks[] = {0x3001, 0x3002, 0x300B, 0x300D, 0x300F, 0x3011, 0xFF01,
                                     0xFF09, 0xFF0C, 0xFF1A, 0xFF1B, 0xFF1F, 0x2019, 0x201D};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i] == character)
            return true;
    return false;
}

/* One character of a text, and whether a line may begin with it. */
struct step {
    size_t bytes, width;
    bool may_begin;
};

static struct step step_at(const char *text, size_t length, const struct step *before, bool space)
{
    struct step step = {.may_begin = space};
    uint32_t character = text_decode(text, length, &step.bytes);
    step.width = text_width(text, step.bytes);
    if (step.width > 1 || (before->width > 1 && step.width > 0))
        step.may_begin = !closes(character);
    return step;
}

size_t table_line(const char *text, size_t length, size_t width, size_t *used)
{
    struct step step = {0};
    size_t at = 0, columns = 0, end = 0;
    *used = 0;
    while (at < length) {
        step = step_at(text + at, length - at, &step, at > 0 && text[at - 1] == ' ');
        if (at > 0 && step.may_begin) {
            end = at;
            *used = columns;
        }
        if (columns + step.width > width && text[at] != ' ')
            break;
        at += step.bytes;
        columns += step.width;
    }
    if (at < length && end > 0)
        return end;
    if (at == 0) /* wider than the line: it has one for itself */
        at = step.bytes, columns = step.width;
    *used = columns;
    return at;
}

/* ---- Widths ----------------------------------------------------------------------------- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t longest_word(const struct cell *cell)
{
    struct step step = {0};
    size_t most = 0, word = 0;
    for (size_t at = 0; at < cell->length; at += step.bytes) {
        step =
            step_at(cell->text + at, cell->length - at, &step, at > 0 && cell->text[at - 1] == ' ');
        word = step.may_begin ? 0 : word;
        word += cell->text[at] == ' ' ? 0 : step.width;
        most = larger(most, word);
    }
    return most;
}

void lane_widen(struct lane *lane, const struct cell *cell)
{
    if (!lane->number) {
        lane->width = larger(lane->width, cell->width);
        lane->least = lane->wrap ? larger(lane->least, longest_word(cell)) : 0;
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

/* What is left of a lane of which none is to be wider than `cap`. */
static size_t capped(const struct lane *lane, size_t cap)
{
    cap = larger(cap, lane->least);
    return lane->cut && lane->width > cap ? cap : lane->width;
}

static size_t total_width(const struct lane *lanes, size_t count, size_t cap)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (lanes[i].shown)
            total += capped(&lanes[i], cap) + (lanes[i].bar ? BAR_WIDTH + 1 : 0) +
                     (total > 0 ? LANE_GAP : 0);
    return total;
}

size_t lanes_width(const struct lane *lanes, size_t count)
{
    return total_width(lanes, count, SIZE_MAX);
}

/* Half a date or half a number says something else than the whole, and half a key names nothing. */
static bool may_be_cut(enum data_type type)
{
    return type == DATA_TEXT || type == DATA_TAGS || type == DATA_JSON || type == DATA_ENUM;
}

/* Lets the longest word be broken; false when none is left. */
static bool give_up_a_word(struct lane *lanes, size_t count)
{
    struct lane *longest = NULL;
    for (size_t i = 0; i < count; i++)
        if (lanes[i].cut && lanes[i].least > LEAST_WIDTH &&
            (longest == NULL || lanes[i].least > longest->least))
            longest = &lanes[i];
    if (longest != NULL)
        longest->least = 0;
    return longest != NULL;
}

static void find_cut(struct lane *lanes, size_t count, size_t width)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        lanes[i].cut = lanes[i].shown && !first && width > 0 && may_be_cut(lanes[i].column->type);
        first = first && !lanes[i].shown;
    }
}

bool lanes_leave_out(struct lane *lanes, size_t count, size_t width)
{
    enum { SOME_WORDS = 20 };
    struct lane *spare = NULL;
    find_cut(lanes, count, width);
    if (width == 0 || total_width(lanes, count, SOME_WORDS) <= width)
        return false;
    for (size_t i = 0; i < count; i++)
        if (lanes[i].shown && (lanes[i].column->flags & COLUMN_SPARE) != 0)
            spare = &lanes[i];
    if (spare == NULL)
        return false;
    spare->shown = false;
    spare->left_out = true;
    return true;
}

void lanes_fit(struct lane *lanes, size_t count, size_t width)
{
    size_t low = LEAST_WIDTH, high = LEAST_WIDTH;
    find_cut(lanes, count, width);
    for (size_t i = 0; i < count; i++)
        high = lanes[i].cut ? larger(high, lanes[i].width) : high;
    while (total_width(lanes, count, LEAST_WIDTH) > width && give_up_a_word(lanes, count))
        ;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (total_width(lanes, count, middle) <= width)
            low = middle;
        else
            high = middle - 1;
    }
    for (size_t i = 0; i < count; i++)
        lanes[i].width = capped(&lanes[i], low);
}
