/* SPDX-License-Identifier: MIT */
/* Images read: a flat JSON object of stored values, in an order that does not matter. */
#include "journal/image.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Scanning ---- */

/* The text being read, which ends with a NUL. */
struct scan {
    const char *at;
    struct arena *arena;
    bool no_memory;
};

static void skip_blanks(struct scan *scan)
{
    scan->at += strspn(scan->at, " \t\r\n");
}

static bool take(struct scan *scan, char character)
{
    skip_blanks(scan);
    if (*scan->at != character)
        return false;
    scan->at++;
    return true;
}

static int hex_digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    character |= 0x20;
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

static bool read_hex(struct scan *scan, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        int digit = hex_digit(*scan->at);
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
static char *read_escape(struct scan *scan, char *to)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char letter = *scan->at++;
    uint32_t c, low;
    if (letter != 'u') {
        const char *found = letter == '\0' ? NULL : strchr(letters, letter);
        if (found == NULL)
            return NULL;
        *to++ = meanings[found - letters];
        return to;
    }
    if (!read_hex(scan, &c))
        return NULL;
    if (c >= 0xD800 && c < 0xDC00 && scan->at[0] == '\\' && scan->at[1] == 'u') {
        scan->at += 2;
        if (!read_hex(scan, &low) || low < 0xDC00 || low > 0xDFFF)
            return NULL;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    return put_character(to, c);
}

/* A string at its quote. What is decoded is never longer than what was written. */
static bool read_string(struct scan *scan, const char **out, size_t *length)
{
    const char *end = ++scan->at;
    for (; *end != '"' && *end != '\0'; end++)
        if (*end == '\\' && end[1] != '\0')
            end++;
    char *text = arena_alloc(scan->arena, (size_t)(end - scan->at) + 1);
    char *to = text;
    scan->no_memory = text == NULL;
    while (to != NULL && scan->at < end) {
        if (*scan->at != '\\') {
            *to++ = *scan->at++;
            continue;
        }
        scan->at++;
        to = read_escape(scan, to);
    }
    if (to == NULL || *end != '"')
        return false;
    *to = '\0';
    *out = text;
    *length = (size_t)(to - text);
    scan->at = end + 1;
    return true;
}

/* An object or an array, as its own text. */
static bool read_container(struct scan *scan, struct value *out)
{
    const char *begin = scan->at;
    int depth = 0;
    do {
        char c = *scan->at++;
        if (c == '\0')
            return false;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        for (; c == '"' && *scan->at != '"'; scan->at++)
            if (*scan->at == '\0' || (*scan->at == '\\' && *++scan->at == '\0'))
                return false;
        scan->at += c == '"';
    } while (depth > 0);
    size_t length = (size_t)(scan->at - begin);
    const char *copy = arena_copy_length(scan->arena, begin, length);
    scan->no_memory = copy == NULL;
    *out = value_text_length(copy, length);
    return copy != NULL;
}

static bool read_word(struct scan *scan, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(scan->at, word, length) != 0)
        return false;
    scan->at += length;
    return true;
}

static bool read_number(struct scan *scan, struct value *out)
{
    size_t length = strspn(scan->at, "+-.0123456789eE");
    bool whole = strspn(scan->at, "-0123456789") == length;
    char *end;
    *out = whole ? value_integer(strtoll(scan->at, &end, 10)) : value_real(strtod(scan->at, &end));
    if (length == 0 || end != scan->at + length)
        return false;
    scan->at = end;
    return true;
}

static bool read_value(struct scan *scan, struct value *out)
{
    skip_blanks(scan);
    switch (*scan->at) {
    case '"':
        *out = value_text("");
        return read_string(scan, &out->text, &out->length);
    case '{':
    case '[':
        return read_container(scan, out);
    case 'n':
        *out = value_null();
        return read_word(scan, "null");
    case 't':
        *out = value_integer(1);
        return read_word(scan, "true");
    case 'f':
        *out = value_integer(0);
        return read_word(scan, "false");
    default:
        return read_number(scan, out);
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

static bool read_object(struct scan *scan, struct values *out)
{
    if (!take(scan, '{'))
        return false;
    if (take(scan, '}'))
        return true;
    do {
        struct member *member = &out->items[out->count];
        size_t length;
        skip_blanks(scan);
        if (*scan->at != '"' || !read_string(scan, &member->name, &length) || !take(scan, ':') ||
            !read_value(scan, &member->value))
            return false;
        out->count++;
    } while (take(scan, ','));
    return take(scan, '}');
}

static crm_status say_damaged(struct crm_book *book, const struct scan *scan)
{
    if (scan->no_memory)
        return error_no_memory(&book->error);
    error_set(&book->error, CRM_CORRUPT, _("an image of the journal is damaged"));
    return error_hint(&book->error, _("see where: crm check"));
}

crm_status values_read(struct crm_book *book, const char *json, struct arena *arena,
                       struct values *out)
{
    *out = (struct values){0};
    if (json == NULL)
        return CRM_OK;
    struct scan scan = {.at = json, .arena = arena};
    out->items = arena_array(arena, count_members(json) + 1, sizeof *out->items);
    if (out->items == NULL)
        return error_no_memory(&book->error);
    return read_object(&scan, out) ? CRM_OK : say_damaged(book, &scan);
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
                          .row_count = row[6].integer,
                          .before = text_in(&row[7]),
                          .after = text_in(&row[8])};
}

bool image_is_erased(const struct image *image)
{
    return image->before == NULL;
}

/* ---- Many rows in one image ---- */

/* The rows of one image on their way to the visitor. */
struct spreading {
    struct crm_book *book;
    struct scan scan;
    struct reading reading;
    reading_visitor each;
    void *context;
};

static bool read_name(struct scan *scan, const char **out)
{
    size_t length;
    skip_blanks(scan);
    return *scan->at == '"' && read_string(scan, out, &length);
}

static bool take_member(struct scan *scan, const char *name)
{
    const char *found;
    return read_name(scan, &found) && strcmp(found, name) == 0 && take(scan, ':') &&
           take(scan, '[');
}

/* Commas up to the bracket that closes the list of names: one less than there are names. */
static size_t count_names(const char *list)
{
    size_t count = 1;
    for (; *list != ']' && *list != '\0'; list++)
        count += *list == ',';
    return count;
}

/* The names of the columns, for which every row has a value. */
static bool read_columns(struct scan *scan, struct values *out)
{
    if (!take(scan, '{') || !take_member(scan, "columns"))
        return false;
    out->items = arena_array(scan->arena, count_names(scan->at), sizeof *out->items);
    scan->no_memory = out->items == NULL;
    if (out->items == NULL)
        return false;
    do {
        if (!read_name(scan, &out->items[out->count].name))
            return false;
        out->count++;
    } while (take(scan, ','));
    return take(scan, ']') && take(scan, ',');
}

/* What a row leaves out at its end is as in the row before. */
static bool read_row(struct scan *scan, struct values *out, bool first)
{
    size_t count = 0;
    if (!take(scan, '['))
        return false;
    for (bool more = !take(scan, ']'); more; more = !take(scan, ']')) {
        if (count == out->count || (count > 0 && !take(scan, ',')) ||
            !read_value(scan, &out->items[count].value))
            return false;
        count++;
    }
    return !first || count == out->count;
}

static crm_status spread(struct spreading *spreading)
{
    struct scan *scan = &spreading->scan;
    struct reading *reading = &spreading->reading;
    bool whole = read_columns(scan, &reading->before) && take_member(scan, "rows");
    crm_status status = CRM_OK;
    for (; whole && status == CRM_OK; reading->row++) {
        whole = read_row(scan, &reading->before, reading->row == 0);
        if (whole)
            status = spreading->each(spreading->context, reading);
        if (whole && status == CRM_OK && !take(scan, ','))
            return take(scan, ']') && take(scan, '}') ? CRM_OK : say_damaged(spreading->book, scan);
    }
    return whole ? status : say_damaged(spreading->book, scan);
}

static bool has_many_rows(const struct image *image)
{
    return image->removed && image->kind != NULL && image->kind->cluster != NULL &&
           image->before != NULL;
}

crm_status image_read(struct crm_book *book, const struct image *image, reading_visitor each,
                      void *context)
{
    struct arena arena cleanup(arena_release) = {0};
    struct spreading spreading = {.book = book,
                                  .scan = {.at = image->before, .arena = &arena},
                                  .reading = {.image = *image},
                                  .each = each,
                                  .context = context};
    struct reading *reading = &spreading.reading;
    if (has_many_rows(image))
        return spread(&spreading);
    crm_status status = values_read(book, image->before, &arena, &reading->before);
    if (status == CRM_OK)
        status = values_read(book, image->after, &arena, &reading->after);
    return status == CRM_OK ? each(context, reading) : status;
}
