/* SPDX-License-Identifier: MIT */
/* Images read: a flat JSON object of stored values, in an order that does not matter. */
#include "journal/image.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Scanning ---- */

/* The text being read, which ends with a NUL. */
struct reading {
    const char *at;
    struct arena *arena;
    bool no_memory;
};

static void skip_blanks(struct reading *reading)
{
    reading->at += strspn(reading->at, " \t\r\n");
}

static bool take(struct reading *reading, char character)
{
    skip_blanks(reading);
    if (*reading->at != character)
        return false;
    reading->at++;
    return true;
}

static int hex_digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    character |= 0x20;
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

static bool read_hex(struct reading *reading, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, reading->at++) {
        int digit = hex_digit(*reading->at);
        if (digit < 0)
            return false;
        *out = *out * 16 + (uint32_t)digit;
    }
    return true;
}

static char *put_character(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | (c >> 6));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xE0 | (c >> 12));
        } else {
            *to++ = (char)(0xF0 | (c >> 18));
            *to++ = (char)(0x80 | ((c >> 12) & 0x3F));
        }
        *to++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* Behind a backslash. NULL when that is no escape. */
static char *read_escape(struct reading *reading, char *to)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char letter = *reading->at++;
    uint32_t c, low;
    if (letter != 'u') {
        const char *found = letter == '\0' ? NULL : strchr(letters, letter);
        if (found == NULL)
            return NULL;
        *to++ = meanings[found - letters];
        return to;
    }
    if (!read_hex(reading, &c))
        return NULL;
    if (c >= 0xD800 && c < 0xDC00 && reading->at[0] == '\\' && reading->at[1] == 'u') {
        reading->at += 2;
        if (!read_hex(reading, &low) || low < 0xDC00 || low > 0xDFFF)
            return NULL;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    return put_character(to, c);
}

/* A string at its quote. What is decoded is never longer than what was written. */
static bool read_string(struct reading *reading, const char **out, size_t *length)
{
    const char *end = ++reading->at;
    for (; *end != '"' && *end != '\0'; end++)
        if (*end == '\\' && end[1] != '\0')
            end++;
    char *text = arena_alloc(reading->arena, (size_t)(end - reading->at) + 1);
    char *to = text;
    reading->no_memory = text == NULL;
    while (to != NULL && reading->at < end) {
        if (*reading->at != '\\') {
            *to++ = *reading->at++;
            continue;
        }
        reading->at++;
        to = read_escape(reading, to);
    }
    if (to == NULL || *end != '"')
        return false;
    *to = '\0';
    *out = text;
    *length = (size_t)(to - text);
    reading->at = end + 1;
    return true;
}

/* An object or an array, as its own text. */
static bool read_container(struct reading *reading, struct value *out)
{
    const char *begin = reading->at;
    int depth = 0;
    do {
        char c = *reading->at++;
        if (c == '\0')
            return false;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        for (; c == '"' && *reading->at != '"'; reading->at++)
            if (*reading->at == '\0' || (*reading->at == '\\' && *++reading->at == '\0'))
                return false;
        reading->at += c == '"';
    } while (depth > 0);
    size_t length = (size_t)(reading->at - begin);
    const char *copy = arena_copy_length(reading->arena, begin, length);
    reading->no_memory = copy == NULL;
    *out = value_text_length(copy, length);
    return copy != NULL;
}

static bool read_word(struct reading *reading, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(reading->at, word, length) != 0)
        return false;
    reading->at += length;
    return true;
}

static bool read_number(struct reading *reading, struct value *out)
{
    size_t length = strspn(reading->at, "+-.0123456789eE");
    bool whole = strspn(reading->at, "-0123456789") == length;
    char *end;
    *out = whole ? value_integer(strtoll(reading->at, &end, 10))
                 : value_real(strtod(reading->at, &end));
    if (length == 0 || end != reading->at + length)
        return false;
    reading->at = end;
    return true;
}

static bool read_value(struct reading *reading, struct value *out)
{
    skip_blanks(reading);
    switch (*reading->at) {
    case '"':
        *out = value_text("");
        return read_string(reading, &out->text, &out->length);
    case '{':
    case '[':
        return read_container(reading, out);
    case 'n':
        *out = value_null();
        return read_word(reading, "null");
    case 't':
        *out = value_integer(1);
        return read_word(reading, "true");
    case 'f':
        *out = value_integer(0);
        return read_word(reading, "false");
    default:
        return read_number(reading, out);
    }
}

/* Colons outside of texts: no fewer than there are members. */
static size_t count_members(const char *json)
{
    size_t count = 0;
    for (const char *at = json; *at != '\0'; at++)
        count += *at == ':';
    return count;
}

static bool read_object(struct reading *reading, struct values *out)
{
    if (!take(reading, '{'))
        return false;
    if (take(reading, '}'))
        return true;
    do {
        struct member *member = &out->items[out->count];
        size_t length;
        skip_blanks(reading);
        if (*reading->at != '"' || !read_string(reading, &member->name, &length) ||
            !take(reading, ':') || !read_value(reading, &member->value))
            return false;
        out->count++;
    } while (take(reading, ','));
    return take(reading, '}');
}

crm_status values_read(struct crm_book *book, const char *json, struct arena *arena,
                       struct values *out)
{
    *out = (struct values){0};
    if (json == NULL)
        return CRM_OK;
    struct reading reading = {.at = json, .arena = arena};
    out->items = arena_array(arena, count_members(json) + 1, sizeof *out->items);
    if (out->items == NULL)
        return error_no_memory(&book->error);
    if (read_object(&reading, out))
        return CRM_OK;
    if (reading.no_memory)
        return error_no_memory(&book->error);
    error_set(&book->error, CRM_CORRUPT, _("an image of the journal is damaged"));
    return error_hint(&book->error, _("see where: crm check"));
}

const struct value *values_find(const struct values *values, const char *name)
{
    for (size_t i = 0; i < values->count; i++)
        if (strcmp(values->items[i].name, name) == 0)
            return &values->items[i].value;
    return NULL;
}

int64_t values_integer(const struct values *values, const char *name)
{
    const struct value *value = values_find(values, name);
    return value == NULL || value->type != VALUE_INTEGER ? 0 : value->integer;
}

/* ---- Rows of journal_image ---- */

static const char *text_in(const struct value *value)
{
    return value->type == VALUE_TEXT ? value->text : NULL;
}

struct image image_of(const struct value *row)
{
    return (struct image){.entry = row[0].integer,
                          .number = row[1].integer,
                          .kind = row[2].type == VALUE_TEXT ? schema_kind(row[2].text) : NULL,
                          .record = row[3].type == VALUE_INTEGER ? row[3].integer : 0,
                          .customer = row[4].type == VALUE_INTEGER ? row[4].integer : 0,
                          .removed =
                              row[5].type == VALUE_TEXT && strcmp(row[5].text, "removed") == 0,
                          .before = text_in(&row[6]),
                          .after = text_in(&row[7])};
}

bool image_is_erased(const struct image *image)
{
    return image->before == NULL;
}

crm_status image_keep(struct crm_book *book, const struct image *image, struct arena *arena,
                      struct image *out)
{
    *out = *image;
    if (image->before != NULL)
        out->before = arena_copy(arena, image->before);
    if (image->after != NULL)
        out->after = arena_copy(arena, image->after);
    bool copied = (image->before == NULL) == (out->before == NULL) &&
                  (image->after == NULL) == (out->after == NULL);
    return copied ? CRM_OK : error_no_memory(&book->error);
}
