/* SPDX-License-Identifier: MIT */
/* JSON Lines: one object a line. Scanned here rather than by a JSON library because the digits of a
 * number must arrive as they were written, and because a tree per row costs more than the import.
 */
#include "base/memory.h"
#include "base/text.h"
#include "import/text_rows.h"

#include <stdlib.h>
#include <string.h>

#define JSON_DEPTH 64

struct jsonl {
    struct text_rows text; /* first: see text_rows.h */
    struct buffer scratch; /* decoded strings of the row */
    size_t guess;          /* column expected next: objects mostly keep one order of keys */
};

/* The line being scanned. */
struct cursor {
    const char *text;
    size_t length;
    size_t at;
    struct error *error;
};

static bool refuse(struct cursor *cursor, const char *what)
{
    error_set(cursor->error, CRM_INVALID, "%s", what);
    return false;
}

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->length ? cursor->text[cursor->at] : '\0';
}

static void skip_space(struct cursor *cursor)
{
    while (peek(cursor) == ' ' || peek(cursor) == '\t' || peek(cursor) == '\r')
        cursor->at++;
}

static bool expect(struct cursor *cursor, char character)
{
    skip_space(cursor);
    if (peek(cursor) != character) {
        error_set(cursor->error, CRM_INVALID, _("\"%c\" is missing here"), character);
        return false;
    }
    cursor->at++;
    return true;
}

static bool scan_hex(struct cursor *cursor, uint32_t *out)
{
    if (cursor->length - cursor->at < 4)
        return refuse(cursor, _("\\u needs four hexadecimal digits"));
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = cursor->text[cursor->at++];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint32_t)((c | 0x20) - 'a') + 10;
        else
            return refuse(cursor, _("\\u needs four hexadecimal digits"));
        *out = *out * 16 + digit;
    }
    return true;
}

static void append_character(struct buffer *out, uint32_t c)
{
    if (c < 0x80) {
        buffer_character(out, (char)c);
    } else if (c < 0x800) {
        buffer_character(out, (char)(0xC0 | (c >> 6)));
        buffer_character(out, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buffer_character(out, (char)(0xE0 | (c >> 12)));
        buffer_character(out, (char)(0x80 | ((c >> 6) & 0x3F)));
        buffer_character(out, (char)(0x80 | (c & 0x3F)));
    } else {
        buffer_character(out, (char)(0xF0 | (c >> 18)));
        buffer_character(out, (char)(0x80 | ((c >> 12) & 0x3F)));
        buffer_character(out, (char)(0x80 | ((c >> 6) & 0x3F)));
        buffer_character(out, (char)(0x80 | (c & 0x3F)));
    }
}

/* After "\u". */
static bool scan_unicode(struct cursor *cursor, struct buffer *out)
{
    uint32_t c, low;
    if (!scan_hex(cursor, &c))
        return false;
    if (c == 0)
        return refuse(cursor, _("a NUL character"));
    if (c >= 0xD800 && c < 0xDC00 && cursor->length - cursor->at >= 6 &&
        memcmp(cursor->text + cursor->at, "\\u", 2) == 0) {
        cursor->at += 2;
        if (!scan_hex(cursor, &low))
            return false;
        if (low < 0xDC00 || low > 0xDFFF)
            return refuse(cursor, _("half of a surrogate pair"));
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xD800 && c <= 0xDFFF) {
        return refuse(cursor, _("half of a surrogate pair"));
    }
    append_character(out, c);
    return true;
}

static bool scan_escape(struct cursor *cursor, struct buffer *out)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char c = peek(cursor);
    cursor->at++;
    if (c == 'u')
        return scan_unicode(cursor, out);
    const char *found = c == '\0' ? NULL : strchr(letters, c);
    if (found == NULL)
        return refuse(cursor, _("no such escape in JSON"));
    buffer_character(out, meanings[found - letters]);
    return true;
}

struct span {
    const char *text;
    size_t length;
};

/* A string at the cursor: in place when it has no escapes, else decoded at the end of `out`, which
 * has room for the whole line and so does not move. */
static bool scan_string(struct cursor *cursor, struct buffer *out, struct span *span)
{
    if (!expect(cursor, '"'))
        return false;
    size_t begin = cursor->at, piece = begin, start = out->length;
    bool decoded = false;
    for (;;) {
        unsigned char c = (unsigned char)peek(cursor);
        if (cursor->at >= cursor->length)
            return refuse(cursor, _("the string is not closed"));
        if (c < 0x20)
            return refuse(cursor, _("a control character in a string"));
        if (c == '"')
            break;
        cursor->at++;
        if (c != '\\')
            continue;
        decoded = true;
        buffer_append(out, cursor->text + piece, cursor->at - 1 - piece);
        if (!scan_escape(cursor, out))
            return false;
        piece = cursor->at;
    }
    *span = (struct span){cursor->text + begin, cursor->at - begin};
    if (decoded) {
        buffer_append(out, cursor->text + piece, cursor->at - piece);
        *span = (struct span){out->data + start, out->length - start};
    }
    cursor->at++;
    return true;
}

static bool digits(struct cursor *cursor)
{
    size_t begin = cursor->at;
    while (peek(cursor) >= '0' && peek(cursor) <= '9')
        cursor->at++;
    return cursor->at > begin;
}

static bool scan_number(struct cursor *cursor)
{
    const char *message = _("this is no JSON value");
    if (peek(cursor) == '-')
        cursor->at++;
    if (peek(cursor) == '0')
        cursor->at++;
    else if (!digits(cursor))
        return refuse(cursor, message);
    if (peek(cursor) == '.') {
        cursor->at++;
        if (!digits(cursor))
            return refuse(cursor, message);
    }
    if (peek(cursor) == 'e' || peek(cursor) == 'E') {
        cursor->at++;
        if (peek(cursor) == '+' || peek(cursor) == '-')
            cursor->at++;
        if (!digits(cursor))
            return refuse(cursor, message);
    }
    return true;
}

static bool scan_word(struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    if (cursor->length - cursor->at < length ||
        memcmp(cursor->text + cursor->at, word, length) != 0)
        return refuse(cursor, _("this is no JSON value"));
    cursor->at += length;
    return true;
}

static bool skip_scalar(struct cursor *cursor, struct buffer *scratch)
{
    struct span span;
    switch (peek(cursor)) {
    case '"':
        return scan_string(cursor, scratch, &span);
    case 't':
        return scan_word(cursor, "true");
    case 'f':
        return scan_word(cursor, "false");
    case 'n':
        return scan_word(cursor, "null");
    default:
        return scan_number(cursor);
    }
}

/* Key and colon of a member, where the innermost container is an object. */
static bool skip_key(struct cursor *cursor, struct buffer *scratch)
{
    struct span span;
    return scan_string(cursor, scratch, &span) && expect(cursor, ':');
}

/* An array or object, checked and passed. `open` is the stack of containers. */
static bool skip_container(struct cursor *cursor, struct buffer *scratch)
{
    char open[JSON_DEPTH];
    int depth = 0;
    do {
        skip_space(cursor);
        char c = peek(cursor);
        if (c == '[' || c == '{') {
            if (depth == JSON_DEPTH)
                return refuse(cursor, _("nested too deeply"));
            open[depth++] = c == '[' ? ']' : '}';
            cursor->at++;
            skip_space(cursor);
            if (peek(cursor) != open[depth - 1]) {
                if (c == '{' && !skip_key(cursor, scratch))
                    return false;
                continue;
            }
        } else if (!skip_scalar(cursor, scratch)) {
            return false;
        }
        skip_space(cursor);
        while (depth > 0 && peek(cursor) == open[depth - 1]) {
            cursor->at++;
            depth--;
            skip_space(cursor);
        }
        if (depth > 0 && !expect(cursor, ','))
            return false;
        if (depth > 0 && open[depth - 1] == '}' && !skip_key(cursor, scratch))
            return false;
    } while (depth > 0);
    return true;
}

/* An array of strings as one text, separated by commas, as tags are given; anything else stays JSON
 * text. */
static bool scan_array(struct cursor *cursor, struct buffer *out, struct span *span)
{
    struct cursor ahead = *cursor;
    size_t start = out->length;
    if (!skip_container(cursor, out))
        return false;
    *span = (struct span){ahead.text + ahead.at, cursor->at - ahead.at};
    out->length = start;
    struct span item;
    size_t count = 0;
    ahead.at++;
    for (skip_space(&ahead); peek(&ahead) != ']'; skip_space(&ahead)) {
        if (count++ > 0) {
            buffer_character(out, ',');
            ahead.at++;
            skip_space(&ahead);
        }
        size_t before = out->length;
        if (peek(&ahead) != '"' || !scan_string(&ahead, out, &item)) {
            out->length = start;
            return true;
        }
        if (out->length == before)
            buffer_append(out, item.text, item.length);
    }
    *span = (struct span){count == 0 ? "" : out->data + start, out->length - start};
    return true;
}

/* Value of a member. */
static bool scan_value(struct cursor *cursor, struct buffer *out, struct cell *cell)
{
    skip_space(cursor);
    size_t begin = cursor->at;
    char c = peek(cursor);
    struct span span = {0};
    bool right;
    if (c == '"')
        right = scan_string(cursor, out, &span);
    else if (c == '[')
        right = scan_array(cursor, out, &span);
    else
        right = c == '{' ? skip_container(cursor, out) : skip_scalar(cursor, out);
    if (c != '"' && c != '[')
        span = (struct span){cursor->text + begin, cursor->at - begin};
    *cell =
        (struct cell){.text = span.text, .length = span.length, .given = c != 'n', .offset = begin};
    if (!cell->given)
        cell->length = 0;
    return right;
}

/* ---- Rows -------------------------------------------------------------------------------- */

static int find_column(struct jsonl *jsonl, const struct span *name)
{
    const struct rows *rows = &jsonl->text.rows;
    for (size_t tried = 0; tried < rows->column_count; tried++) {
        size_t i = (jsonl->guess + tried) % rows->column_count;
        if (strlen(rows->columns[i]) == name->length &&
            memcmp(rows->columns[i], name->text, name->length) == 0) {
            jsonl->guess = i + 1;
            return (int)i;
        }
    }
    return -1;
}

/* The column of a key, made when it is new; -1 on failure. A cell whose text is set was met. */
static int member_column(struct jsonl *jsonl, struct cursor *cursor)
{
    struct span name;
    size_t before = jsonl->scratch.length;
    if (!scan_string(cursor, &jsonl->scratch, &name))
        return -1;
    int column = find_column(jsonl, &name);
    if (column >= 0 && jsonl->text.cells[column].text != NULL) {
        error_set(cursor->error, CRM_INVALID, _("key \"%s\" stands twice in this object"),
                  jsonl->text.rows.columns[column]);
        column = -1;
    } else if (column < 0 && text_rows_add_column(&jsonl->text, name.text, name.length)) {
        column = (int)jsonl->text.rows.column_count - 1;
    }
    jsonl->scratch.length = before;
    return column;
}

static bool scan_members(struct jsonl *jsonl, struct cursor *cursor)
{
    if (!expect(cursor, '{'))
        return false;
    skip_space(cursor);
    if (peek(cursor) == '}') {
        cursor->at++;
        return true;
    }
    do {
        skip_space(cursor);
        int column = member_column(jsonl, cursor);
        if (column < 0 || !expect(cursor, ':') ||
            !scan_value(cursor, &jsonl->scratch, &jsonl->text.cells[column]))
            return false;
        skip_space(cursor);
        if (peek(cursor) == ',') {
            cursor->at++;
            continue;
        }
        return expect(cursor, '}');
    } while (true);
}

/* One object and nothing after it. */
static bool scan_object(struct jsonl *jsonl, struct cursor *cursor)
{
    skip_space(cursor);
    if (peek(cursor) == '[') {
        refuse(cursor, _("an array where each line must be an object"));
        error_hint(cursor->error, _("make one object a line of it: jq -c '.[]'"));
        return false;
    }
    if (!scan_members(jsonl, cursor))
        return false;
    skip_space(cursor);
    return cursor->at == cursor->length || refuse(cursor, _("text after the end of the object"));
}

/* Columns that the object does not have read as "not given". */
static void finish_cells(struct jsonl *jsonl)
{
    for (size_t i = 0; i < jsonl->text.rows.column_count; i++)
        if (jsonl->text.cells[i].text == NULL)
            jsonl->text.cells[i] = (struct cell){.text = ""};
}

static enum rows_result jsonl_next(struct rows *rows)
{
    struct jsonl *jsonl = (struct jsonl *)rows;
    struct text_rows *reader = &jsonl->text;
    size_t from, length;
    bool found;
    do {
        rows->line = reader->next_line;
        if (!text_rows_line(reader, &from, &length, &found))
            return text_rows_failure(reader);
        if (!found)
            return ROWS_END;
    } while (length == 0);
    rows->raw = reader->data + from;
    rows->raw_length = length;
    if (!text_rows_check(reader, rows->raw, length, rows->line))
        return ROWS_REFUSED;
    buffer_clear(&jsonl->scratch);
    if (buffer_reserve(&jsonl->scratch, length + 1) == NULL) {
        error_no_memory(rows->error);
        return ROWS_FAILED;
    }
    for (size_t i = 0; i < rows->column_count; i++)
        reader->cells[i] = (struct cell){0};
    jsonl->guess = 0;
    struct cursor cursor = {.text = rows->raw, .length = length, .error = rows->error};
    error_clear(rows->error);
    bool right = scan_object(jsonl, &cursor);
    finish_cells(jsonl);
    if (right)
        return ROWS_ROW;
    if (rows->error->hint[0] == '\0')
        error_hint(rows->error, _("each line must be one whole JSON object"));
    long line = rows->line, character = 1;
    for (size_t i = 0; i < cursor.at && i < length; i++)
        character += ((unsigned char)rows->raw[i] & 0xC0) != 0x80;
    error_place(rows->error, rows->name, line, character);
    return rows->error->status == CRM_NO_MEMORY ? ROWS_FAILED : ROWS_REFUSED;
}

static void jsonl_release(struct rows *rows)
{
    struct jsonl *jsonl = (struct jsonl *)rows;
    buffer_release(&jsonl->scratch);
    text_rows_release(&jsonl->text);
}

crm_status jsonl_rows_new(const struct rows_options *options, struct input *input,
                          struct rows **out, struct error *error)
{
    struct jsonl *jsonl = calloc(1, sizeof *jsonl);
    if (jsonl == NULL) {
        input_close(input);
        return error_no_memory(error);
    }
    jsonl->text = (struct text_rows){
        .input = input,
        .next_line = 1,
        .rows = {
            .name = options->path, .error = error, .next = jsonl_next, .release = jsonl_release}};
    if (!text_rows_fill(&jsonl->text)) {
        jsonl_release(&jsonl->text.rows);
        return error->status;
    }
    if (jsonl->text.at_end) {
        jsonl_release(&jsonl->text.rows);
        error_set(error, CRM_INVALID, _("%s is empty"), options->path);
        return error_hint(error, _("a JSON Lines file has one object a line"));
    }
    *out = &jsonl->text.rows;
    return CRM_OK;
}
