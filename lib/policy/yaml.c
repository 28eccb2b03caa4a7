/* SPDX-License-Identifier: MIT */
/* The tree of a YAML file, built from libyaml's events. */
#include "policy/yaml.h"

#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct builder {
    yaml_parser_t parser;
    struct arena *arena;
    const char *file;
    struct error *error;
};

/* ---- the file --------------------------------------------------------------------------- */

static crm_status read_file(struct arena *arena, const char *path, enum file_form form,
                            const char **text, size_t *length, struct error *error)
{
    cleanup(buffer_release) struct buffer bytes = {0};
    crm_status status = file_read(path, form, &bytes, error);
    if (status == CRM_NOT_FOUND) {
        return error_set(error, status, "%s: %s", path, strerror(errno));
    }
    if (status != CRM_OK) {
        return status;
    }
    *text = arena_copy_length(arena, buffer_string(&bytes), bytes.length);
    *length = bytes.length;
    return *text == NULL ? error_no_memory(error) : CRM_OK;
}

crm_status yaml_read_file(struct arena *arena, const char *path, const char **text, size_t *length,
                          struct error *error)
{
    return read_file(arena, path, FILE_PLAIN, text, length, error);
}

/* ---- places ----------------------------------------------------------------------------- */

static void place_of_offset(const char *text, size_t offset, long *line, long *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            *line += 1;
            *column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            *column += 1; /* in characters, as libyaml counts */
        }
    }
}

void yaml_path(const struct yaml_node *node, struct buffer *out)
{
    if (node == NULL || node->parent == NULL) {
        return;
    }
    yaml_path(node->parent, out);
    if (node->key == NULL) {
        buffer_printf(out, "[%zu]", node->index + 1);
        return;
    }
    if (node->parent->parent != NULL) {
        buffer_character(out, '.');
    }
    buffer_text(out, node->key);
}

crm_status yaml_refuse(const char *file, const struct yaml_node *node, struct error *error,
                       const char *format, ...)
{
    cleanup(buffer_release) struct buffer path = {0};
    yaml_path(node, &path);
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (path.length == 0) {
        error_set(error, CRM_INVALID, "%s", what);
    } else {
        error_set(error, CRM_INVALID, _("key '%s': %s"), buffer_string(&path), what);
    }
    return error_place(error, file, node->line, node->column);
}

/* ---- the tree --------------------------------------------------------------------------- */

static crm_status refuse_at(const struct builder *builder, yaml_mark_t mark, const char *what,
                            const char *hint)
{
    error_set(builder->error, CRM_INVALID, "%s", what);
    error_place(builder->error, builder->file, (long)mark.line + 1, (long)mark.column + 1);
    return error_hint(builder->error, "%s", hint);
}

/* Whether the scanner stopped at a tab, where there can be spaces only. */
static bool is_tab(const yaml_parser_t *parser)
{
    const unsigned char *at = parser->input.string.start, *end = parser->input.string.end;
    for (size_t line = 0; at < end && line < parser->problem_mark.line; at++) {
        line += *at == '\n';
    }
    for (size_t column = 0; at < end && column < parser->problem_mark.column; column++) {
        do {
            at++;
        } while (at < end && (*at & 0xC0) == 0x80);
    }
    return parser->error == YAML_SCANNER_ERROR && at < end && *at == '\t';
}

/* What libyaml's parser found wrong, with the place where it found it. */
static crm_status refuse_syntax(const struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        return error_no_memory(builder->error);
    }
    const char *problem = parser->problem != NULL ? parser->problem : "syntax error";
    yaml_mark_t mark = parser->problem_mark;
    if (parser->error == YAML_READER_ERROR) {
        long line = 1;
        long column = 1;
        place_of_offset((const char *)parser->input.string.start, parser->problem_offset, &line,
                        &column);
        mark = (yaml_mark_t){.line = (size_t)line - 1, .column = (size_t)column - 1};
    }
    error_set(builder->error, CRM_INVALID, _("no valid YAML: %s"), problem);
    error_place(builder->error, builder->file, (long)mark.line + 1, (long)mark.column + 1);
    if (is_tab(parser)) {
        return error_hint(builder->error, _("it is a tab: indent with spaces"));
    }
    if (parser->context != NULL) {
        return error_hint(builder->error, _("it happened %s that begins in line %ld"),
                          parser->context, (long)parser->context_mark.line + 1);
    }
    return error_hint(builder->error,
                      _("indent with spaces, write one space after each colon, and put text with "
                        "special characters in quotes"));
}

static crm_status next_event(struct builder *builder, yaml_event_t *event)
{
    yaml_event_delete(event);
    if (yaml_parser_parse(&builder->parser, event) == 0) {
        return refuse_syntax(builder);
    }
    return CRM_OK;
}

/* Refuses what makes a file mean more than it shows. */
static crm_status check_event(const struct builder *builder, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    } else if (event->type == YAML_ALIAS_EVENT) {
        anchor = event->data.alias.anchor;
    }
    if (anchor != NULL) {
        return refuse_at(builder, event->start_mark, _("anchors (&) and aliases (*) are not used"),
                         _("write the value out, or put it in quotes if it begins so"));
    }
    if (tag != NULL) {
        return refuse_at(builder, event->start_mark, _("tags (!) are not used"),
                         _("leave the tag out, or put the value in quotes if it begins so"));
    }
    return CRM_OK;
}

static crm_status copy_scalar(const struct builder *builder, const yaml_event_t *event,
                              struct yaml_node *node)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (memchr(text, '\0', length) != NULL) {
        return refuse_at(builder, event->start_mark, _("a NUL character in a text"),
                         _("remove the \\0"));
    }
    node->text = arena_copy_length(builder->arena, text, length);
    node->length = length;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node->text == NULL ? error_no_memory(builder->error) : CRM_OK;
}

static crm_status new_node(const struct builder *builder, struct yaml_node **out)
{
    struct yaml_node *node = arena_alloc(builder->arena, sizeof *node);
    if (node == NULL) {
        return error_no_memory(builder->error);
    }
    node->text = "";
    *out = node;
    return CRM_OK;
}

static crm_status read_key(struct builder *builder, const yaml_event_t *event,
                           struct yaml_node *member)
{
    if (event->type != YAML_SCALAR_EVENT) {
        return refuse_at(builder, event->start_mark, _("a key that is no text"),
                         _("a key is one word before the colon"));
    }
    struct yaml_node scalar = {0};
    crm_status status = check_event(builder, event);
    if (status == CRM_OK) {
        status = copy_scalar(builder, event, &scalar);
    }
    member->key = scalar.text;
    member->key_line = (long)event->start_mark.line + 1;
    member->key_column = (long)event->start_mark.column + 1;
    return status;
}

static int compare_keys(const void *left, const void *right)
{
    const struct yaml_node *a = *(const struct yaml_node *const *)left;
    const struct yaml_node *b = *(const struct yaml_node *const *)right;
    int order = strcmp(a->key, b->key);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* By sorting, so that a hostile file of a hundred thousand keys costs no quadratic time. */
static crm_status refuse_duplicates(const struct builder *builder, const struct yaml_node *mapping)
{
    if (mapping->count < 2) {
        return CRM_OK;
    }
    cleanup(cleanup_free) const struct yaml_node **sorted = calloc(mapping->count, sizeof *sorted);
    if (sorted == NULL) {
        return error_no_memory(builder->error);
    }
    size_t count = 0;
    for (const struct yaml_node *member = mapping->first; member != NULL; member = member->next) {
        sorted[count++] = member;
    }
    qsort(sorted, count, sizeof *sorted, compare_keys);
    size_t second = 0;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0 &&
            (second == 0 || sorted[i]->index < sorted[second]->index)) {
            second = i;
        }
    }
    if (second == 0) {
        return CRM_OK;
    }
    struct yaml_node place = *sorted[second];
    place.line = place.key_line;
    place.column = place.key_column;
    yaml_refuse(builder->file, &place, builder->error, _("given twice, first in line %ld"),
                sorted[second - 1]->key_line);
    return error_hint(builder->error, _("remove one of the two"));
}

static crm_status build_node(struct builder *builder, yaml_event_t *event, int depth,
                             struct yaml_node *node);

/* Reads members until the end of the sequence or mapping whose start has just been read. */
static crm_status build_members(struct builder *builder, yaml_event_t *event, int depth,
                                struct yaml_node *node)
{
    yaml_event_type_t end =
        node->kind == YAML_MAPPING ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    const struct yaml_node **tail = &node->first;
    for (;;) {
        crm_status status = next_event(builder, event);
        if (status != CRM_OK || event->type == end) {
            return status;
        }
        struct yaml_node *member = NULL;
        status = new_node(builder, &member);
        if (status == CRM_OK && node->kind == YAML_MAPPING) {
            status = read_key(builder, event, member);
            status = status == CRM_OK ? next_event(builder, event) : status;
        }
        if (status != CRM_OK) {
            return status;
        }
        member->parent = node;
        member->index = node->count++;
        status = build_node(builder, event, depth + 1, member);
        if (status != CRM_OK) {
            return status;
        }
        *tail = member;
        tail = &member->next;
    }
}

/* Whether it begins below its key, with its first member. */
static bool is_block(const yaml_event_t *event)
{
    return event->type == YAML_MAPPING_START_EVENT
               ? event->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE
               : event->type == YAML_SEQUENCE_START_EVENT &&
                     event->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
}

static void put_place(const yaml_event_t *event, struct yaml_node *node)
{
    const bool at_key = node->key != NULL && is_block(event);
    node->line = at_key ? node->key_line : (long)event->start_mark.line + 1;
    node->column = at_key ? node->key_column : (long)event->start_mark.column + 1;
}

static crm_status build_node(struct builder *builder, yaml_event_t *event, int depth,
                             struct yaml_node *node)
{
    put_place(event, node);
    crm_status status = check_event(builder, event);
    if (status != CRM_OK) {
        return status;
    }
    if (depth > YAML_DEPTH) {
        return refuse_at(builder, event->start_mark, _("nested too deeply"),
                         _("at most 32 levels are read"));
    }
    if (event->type == YAML_SCALAR_EVENT) {
        node->kind = YAML_SCALAR;
        return copy_scalar(builder, event, node);
    }
    node->kind = event->type == YAML_MAPPING_START_EVENT ? YAML_MAPPING : YAML_SEQUENCE;
    status = build_members(builder, event, depth, node);
    if (status == CRM_OK && node->kind == YAML_MAPPING) {
        status = refuse_duplicates(builder, node);
    }
    return status;
}

/* One document into `root`; of an empty stream an empty mapping. */
static crm_status build_document(struct builder *builder, yaml_event_t *event,
                                 struct yaml_node *root)
{
    *root = (struct yaml_node){.kind = YAML_MAPPING, .line = 1, .column = 1, .text = ""};
    crm_status status = next_event(builder, event); /* start of the stream */
    if (status == CRM_OK) {
        status = next_event(builder, event);
    }
    if (status != CRM_OK || event->type == YAML_STREAM_END_EVENT) {
        return status;
    }
    status = next_event(builder, event);
    if (status == CRM_OK) {
        status = build_node(builder, event, 1, root);
    }
    if (status == CRM_OK) {
        status = next_event(builder, event); /* end of the document */
    }
    if (status == CRM_OK) {
        status = next_event(builder, event);
    }
    if (status == CRM_OK && event->type != YAML_STREAM_END_EVENT) {
        return refuse_at(builder, event->start_mark, _("a second document in one file"),
                         _("remove the line '---' and what follows it"));
    }
    return status;
}

/* Whole text first: libyaml finds these too, but names only the offset. */
static crm_status check_bytes(const char *name, const char *text, size_t length,
                              struct error *error)
{
    const char *nul = memchr(text, '\0', length);
    size_t valid = text_valid_prefix(text, length);
    bool has_nul = nul != NULL && (size_t)(nul - text) <= valid;
    if (!has_nul && valid == length) {
        return CRM_OK;
    }
    long line = 0;
    long column = 0;
    place_of_offset(text, has_nul ? (size_t)(nul - text) : valid, &line, &column);
    error_set(error, CRM_INVALID, "%s",
              has_nul ? _("a NUL byte in the file") : _("invalid UTF-8 in the file"));
    error_place(error, name, line, column);
    return error_hint(error, _("save the file as UTF-8 text"));
}

static crm_status parse_root(struct arena *arena, const char *name, const char *text, size_t length,
                             struct yaml_node **out, struct error *error)
{
    struct yaml_node *root = arena_alloc(arena, sizeof *root);
    struct builder builder = {.arena = arena, .file = name, .error = error};
    if (root == NULL || yaml_parser_initialize(&builder.parser) == 0) {
        return error_no_memory(error);
    }
    /* A byte order mark is not for libyaml, which counts it as a column of the first line. */
    if (length >= strlen(BYTE_ORDER_MARK) &&
        memcmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0) {
        text += strlen(BYTE_ORDER_MARK);
        length -= strlen(BYTE_ORDER_MARK);
    }
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)text, length);
    yaml_event_t event = {0};
    crm_status status = build_document(&builder, &event, root);
    yaml_event_delete(&event);
    yaml_parser_delete(&builder.parser);
    *out = root;
    return status;
}

crm_status yaml_parse(struct arena *arena, const char *name, const char *text, size_t length,
                      const struct yaml_node **out, struct error *error)
{
    if (length > YAML_BYTES) {
        return file_refuse_size(name, error);
    }
    crm_status status = check_bytes(name, text, length, error);
    if (status != CRM_OK) {
        return status;
    }
    struct yaml_node *root = NULL;
    status = parse_root(arena, name, text, length, &root, error);
    *out = root;
    return status;
}

crm_status yaml_parse_value(struct arena *arena, const struct yaml_node *parent, const char *key,
                            const char *text, const struct yaml_node **out, struct error *error)
{
    struct yaml_node *root = NULL;
    crm_status status = parse_root(arena, key, text, strlen(text), &root, error);
    if (status == CRM_OK) {
        root->key = key;
        root->parent = parent;
        root->line = 0;
        root->column = 0;
    }
    *out = root;
    return status;
}

crm_status yaml_load(struct arena *arena, const char *path, const struct yaml_node **out,
                     struct error *error)
{
    const char *text = NULL;
    size_t length = 0;
    crm_status status = read_file(arena, path, FILE_OR_PIPE, &text, &length, error);
    return status == CRM_OK ? yaml_parse(arena, path, text, length, out, error) : status;
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    if (node == NULL || node->kind != YAML_MAPPING) {
        return NULL;
    }
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        if (strcmp(member->key, key) == 0) {
            return member;
        }
    }
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->quoted &&
           (node->length == 0 || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}
