/* SPDX-License-Identifier: MIT */
/* The formats json (one indented array) and jsonl (one object a line). They differ in layout only.
 *
 * Rows are written as they come, never built as a tree. All bytes that stand before a value, from
 * the comma to the colon, are joined once per table, and the common values are written straight to
 * the buffer, for which room is made a row at a time. */
#include "base/decimal.h"
#include "base/text.h"
#include "output/sink.h"

#include <stdlib.h>
#include <string.h>

/* What stands around the members of an object. */
struct object_layout {
    const char *open;  /* up to the first key's quote */
    const char *next;  /* between members */
    const char *colon; /* from the key to the value */
    const char *close;
};

struct json_layout {
    const char *before_first, *before_next, *after; /* around the objects of the document */
    const char *end, *end_empty;                    /* of the document */
    struct object_layout object;                    /* of the document */
    struct object_layout item;                      /* of a section in a page */
    const char *section_end;                        /* of one that isn't empty */
};

static const struct json_layout layout_lines = {
    .before_first = "",
    .before_next = "",
    .after = "\n",
    .end = "",
    .end_empty = "",
    .object = {"{\"", ",\"", "\":", "}"},
    .item = {"{\"", ",\"", "\":", "}"},
    .section_end = "]",
};

static const struct json_layout layout_array = {
    .before_first = "[\n",
    .before_next = ",\n",
    .after = "",
    .end = "\n]\n",
    .end_empty = "[]\n",
    .object = {"  {\n    \"", ",\n    \"", "\": ", "\n  }"},
    .item = {"\n      {\n        \"", ",\n        \"", "\": ", "\n      }"},
    .section_end = "\n    ]",
};

/* Room for null, and for a number with its NUL. */
#define NUMBER_ROOM ((size_t)24)
/* Longer text is written piece by piece. */
#define SHORT_TEXT ((size_t)1024)

/* The bytes before a column's value; "null" follows them in memory, and then so many bytes that
 * STRIDE may be copied at once. */
struct member {
    const char *prefix;
    size_t length;
};

#define STRIDE ((size_t)32)

struct json_state {
    const struct json_layout *layout;
    const struct object_layout *object; /* of the current table */
    struct member *members;             /* of the current table, in its arena */
    size_t room;                        /* for all members, text aside */
    bool any_object;                    /* the document has one */
    bool any_item;                      /* the section has one */
};

static const struct json_layout *layout_of(const struct crm_sink *sink)
{
    return sink->format == &sink_format_json ? &layout_array : &layout_lines;
}

static struct json_state *state_of(struct crm_sink *sink)
{
    if (sink->state == NULL) {
        struct json_state *state = calloc(1, sizeof *state);
        if (state == NULL)
            return NULL;
        state->layout = layout_of(sink);
        sink->state = state;
    }
    return sink->state;
}

static bool make_member(struct arena *arena, const char *before, const char *name,
                        const char *colon, struct member *out)
{
    const char *const parts[] = {before, name, colon, "null"};
    size_t lengths[4];
    out->length = 0;
    for (size_t i = 0; i < 4; i++)
        out->length += lengths[i] = strlen(parts[i]);
    char *to = arena_alloc(arena, out->length + STRIDE);
    out->prefix = to;
    out->length -= lengths[3];
    for (size_t i = 0; i < 4 && to != NULL; to += lengths[i++])
        memcpy(to, parts[i], lengths[i]);
    return to != NULL;
}

static crm_status prepare(struct crm_sink *sink, const struct table *table)
{
    struct json_state *state = state_of(sink);
    if (state == NULL)
        return CRM_NO_MEMORY;
    const struct object_layout *object =
        sink->in_page ? &state->layout->item : &state->layout->object;
    state->object = object;
    state->room = STRIDE;
    state->members = arena_array(&sink->arena, table->count, sizeof *state->members);
    if (state->members == NULL)
        return CRM_NO_MEMORY;
    for (size_t i = 0; i < table->count; i++) {
        if (!make_member(&sink->arena, i == 0 ? object->open : object->next, table->columns[i].name,
                         object->colon, &state->members[i]))
            return CRM_NO_MEMORY;
        state->room += state->members[i].length + NUMBER_ROOM;
    }
    return CRM_OK;
}

static bool is_short_text(const struct column *column, const struct value *value)
{
    return value->type == VALUE_TEXT && value->length <= SHORT_TEXT &&
           (column->type == DATA_TEXT || column->type == DATA_ENUM || column->type == DATA_DATE ||
            column->type == DATA_REFERENCE);
}

static bool is_small_integer(const struct column *column, const struct value *value)
{
    return column->type == DATA_INTEGER && value->type == VALUE_INTEGER &&
           value->integer > INT32_MIN && value->integer < INT32_MAX;
}

static char *put_small_integer(char *to, int64_t number)
{
    char digits[12];
    size_t count = 0;
    uint32_t rest = (uint32_t)(number < 0 ? -number : number);
    do {
        digits[sizeof digits - ++count] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *to++ = '-';
    memcpy(to, digits + sizeof digits - count, count);
    return to + count;
}

/* Makes room for `length` bytes after `to`, up to which the buffer is filled. */
static char *make_room(struct buffer *out, char *to, size_t length)
{
    size_t used = (size_t)(to - out->data);
    if (out->capacity - used > length)
        return to;
    out->length = used;
    return buffer_reserve(out, length);
}

/* A value that has no short way. Returns where the next goes, NULL when memory is exhausted. */
static char *put_other(struct crm_sink *sink, const char *to, size_t i, const struct value *value)
{
    const struct json_state *state = sink->state;
    sink->out.length = (size_t)(to - sink->out.data);
    sink_json(sink, &sink->out, &sink->table.columns[i], value);
    return buffer_reserve(&sink->out, state->room);
}

/* Most prefixes are short: a copy of constant size costs less than one of the right size. */
static char *put_prefix(char *to, const struct member *member, bool with_null)
{
    size_t size = member->length + (with_null ? 4 : 0);
    if (size <= STRIDE)
        memcpy(to, member->prefix, STRIDE);
    else
        memcpy(to, member->prefix, size);
    return to + size;
}

/* The object up to its last value; the brace is left to the caller. */
static void put_members(struct crm_sink *sink, const struct value *values)
{
    const struct json_state *state = sink->state;
    char *to = buffer_reserve(&sink->out, state->room);
    for (size_t i = 0; i < sink->table.count && to != NULL; i++) {
        const struct member *member = &state->members[i];
        const struct column *column = &sink->table.columns[i];
        const struct value *value = &values[i];
        to = put_prefix(to, member, value_is_null(value));
        if (value_is_null(value))
            continue;
        if (is_short_text(column, value)) {
            to = make_room(&sink->out, to, value->length * 6 + 2 + state->room);
            to = to == NULL ? NULL : text_json_put(to, value->text, value->length);
        } else if (column->type == DATA_DECIMAL && value->type == VALUE_INTEGER) {
            to += decimal_format(value->integer, to);
        } else if (is_small_integer(column, value)) {
            to = put_small_integer(to, value->integer);
        } else {
            to = put_other(sink, to, i, value);
        }
    }
    if (to != NULL)
        sink->out.length = (size_t)(to - sink->out.data);
}

static void open_object(struct crm_sink *sink)
{
    struct json_state *state = sink->state;
    buffer_text(&sink->out,
                state->any_object ? state->layout->before_next : state->layout->before_first);
    state->any_object = true;
}

static void close_object(struct crm_sink *sink)
{
    const struct json_state *state = sink->state;
    buffer_text(&sink->out, state->layout->object.close);
    buffer_text(&sink->out, state->layout->after);
}

static crm_status json_begin(struct crm_sink *sink, const struct table *table)
{
    crm_status status = prepare(sink, table);
    if (status != CRM_OK || !sink->in_page)
        return status;
    struct json_state *state = sink->state;
    buffer_text(&sink->out, state->layout->object.next);
    buffer_text(&sink->out, table->name);
    buffer_text(&sink->out, state->layout->object.colon);
    buffer_character(&sink->out, '[');
    state->any_item = false;
    return CRM_OK;
}

static crm_status json_row(struct crm_sink *sink, const struct value *values)
{
    struct json_state *state = sink->state;
    if (!sink->in_page) {
        open_object(sink);
        put_members(sink, values);
        close_object(sink);
        return CRM_OK;
    }
    if (state->any_item)
        buffer_character(&sink->out, ',');
    state->any_item = true;
    put_members(sink, values);
    buffer_text(&sink->out, state->object->close);
    return CRM_OK;
}

static crm_status json_end(struct crm_sink *sink)
{
    const struct json_state *state = sink->state;
    if (sink->in_page)
        buffer_text(&sink->out, state->any_item ? state->layout->section_end : "]");
    return CRM_OK;
}

static crm_status json_page_begin(struct crm_sink *sink, const struct table *table,
                                  const struct value *values)
{
    crm_status status = prepare(sink, table);
    if (status != CRM_OK)
        return status;
    open_object(sink);
    put_members(sink, values);
    return CRM_OK;
}

static crm_status json_page_end(struct crm_sink *sink)
{
    close_object(sink);
    return CRM_OK;
}

static crm_status json_finish(struct crm_sink *sink)
{
    const struct json_state *state = sink->state;
    const struct json_layout *layout = layout_of(sink);
    buffer_text(&sink->out, state != NULL && state->any_object ? layout->end : layout->end_empty);
    return CRM_OK;
}

static void json_release(struct crm_sink *sink)
{
    free(sink->state);
}

const struct sink_format sink_format_json = {
    .name = "json",
    .begin = json_begin,
    .row = json_row,
    .end = json_end,
    .page_begin = json_page_begin,
    .page_end = json_page_end,
    .finish = json_finish,
    .release = json_release,
};

const struct sink_format sink_format_jsonl = {
    .name = "jsonl",
    .begin = json_begin,
    .row = json_row,
    .end = json_end,
    .page_begin = json_page_begin,
    .page_end = json_page_end,
    .finish = json_finish,
    .release = json_release,
};
