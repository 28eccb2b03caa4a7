/* SPDX-License-Identifier: MIT */
/* Walks the tree of a policy along its description. */
#include "policy/reader.h"

#include "base/text.h"
#include "schema/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- problems --------------------------------------------------------------------------- */

/* The place of a default is that of the nearest node around it that stands in the file. */
static const struct yaml_node *placed(const struct yaml_node *node)
{
    const struct yaml_node *place = node;
    for (const struct yaml_node *each = node; each->parent != NULL; each = each->parent) {
        if (each->line == 0) {
            place = each->parent;
        }
    }
    return place;
}

static bool is_default(const struct yaml_node *node)
{
    return placed(node) != node;
}

long policy_line_of(const struct yaml_node *node)
{
    return is_default(node) ? 0 : node->line;
}

static char *path_of(struct policy_reader *reader, const struct yaml_node *node)
{
    cleanup(buffer_release) struct buffer path = {0};
    yaml_path(node, &path);
    char *copy = path.failed ? NULL : arena_copy(&reader->policy->arena, buffer_string(&path));
    reader->no_memory |= copy == NULL;
    return copy;
}

CRM_PRINTF(4, 0)
static void record(struct policy_reader *reader, const struct yaml_node *node, bool at_key,
                   const char *format, va_list arguments)
{
    if (reader->problem_count == POLICY_PROBLEMS) {
        return;
    }
    if (reader->problems == NULL) {
        reader->problems = policy_array(reader, POLICY_PROBLEMS, sizeof *reader->problems);
    }
    char what[512];
    vsnprintf(what, sizeof what, format, arguments);
    struct error sentence = {0}; /* cuts at a whole character */
    error_set(&sentence, CRM_INVALID, "%s", what);
    const char *message = arena_copy(&reader->policy->arena, sentence.message);
    const char *path = path_of(reader, node);
    if (reader->problems == NULL || message == NULL || path == NULL) {
        reader->no_memory = true;
        return;
    }
    const struct yaml_node *place = placed(node);
    at_key = at_key && place->key != NULL;
    reader->problems[reader->problem_count] = (struct policy_problem){
        .line = at_key ? place->key_line : place->line,
        .column = at_key ? place->key_column : place->column,
        .order = reader->problem_count,
        .key = path,
        .message = message,
        .hint = "",
        .node = node,
    };
    reader->problem_count++;
}

bool policy_is_faulty(const struct policy_reader *reader, const struct yaml_node *node)
{
    for (size_t i = 0; i < reader->problem_count; i++) {
        const struct yaml_node *at = reader->problems[i].node;
        while (at != NULL && at != node) {
            at = at->parent;
        }
        if (at != NULL) {
            return true;
        }
    }
    return false;
}

bool policy_is_faulty_itself(const struct policy_reader *reader, const struct yaml_node *node)
{
    bool faulty = false;
    for (size_t i = 0; i < reader->problem_count; i++) {
        faulty = faulty || reader->problems[i].node == node;
    }
    return faulty;
}

void policy_problem(struct policy_reader *reader, const struct yaml_node *node, const char *format,
                    ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(reader, node, false, format, arguments);
    va_end(arguments);
}

void policy_problem_key(struct policy_reader *reader, const struct yaml_node *node,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(reader, node, true, format, arguments);
    va_end(arguments);
}

void policy_hint(struct policy_reader *reader, const char *format, ...)
{
    if (reader->problem_count == 0 || reader->no_memory) {
        return;
    }
    struct policy_problem *last = &reader->problems[reader->problem_count - 1];
    if (last->hint[0] != '\0') {
        return; /* of a problem that was kept when this one was not */
    }
    char text[384];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct error sentence = {0};
    error_set(&sentence, CRM_INVALID, "%s", text);
    const char *copy = arena_copy(&reader->policy->arena, sentence.message);
    reader->no_memory |= copy == NULL;
    last->hint = copy != NULL ? copy : "";
}

void *policy_array(struct policy_reader *reader, size_t count, size_t size)
{
    void *array = arena_array(&reader->policy->arena, count == 0 ? 1 : count, size);
    reader->no_memory |= array == NULL;
    return array;
}

static int compare_problems(const void *left, const void *right)
{
    const struct policy_problem *a = left;
    const struct policy_problem *b = right;
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    if (a->column != b->column) {
        return a->column < b->column ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

/* ---- what holds, for `policy show` ------------------------------------------------------- */

static void trace_text(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, const char *text)
{
    const char *path = path_of(reader, node);
    if (path != NULL) {
        reader->trace(reader->trace_context, path, text, policy_line_of(node), key->help);
    }
}

/* A value is a scalar, a list of scalars, or (thresholds) a mapping of scalars. */
static void trace(struct policy_reader *reader, const struct policy_key *key,
                  const struct yaml_node *node)
{
    if (reader->trace == NULL) {
        return;
    }
    if (node->kind == YAML_SCALAR) {
        trace_text(reader, key, node, node->text);
        return;
    }
    cleanup(buffer_release) struct buffer joined = {0};
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        if (node->kind == YAML_MAPPING) {
            trace_text(reader, key, member, member->text);
        } else {
            buffer_text(&joined, joined.length == 0 ? "" : ", ");
            buffer_text(&joined, member->text);
        }
    }
    if (node->kind == YAML_SEQUENCE || node->count == 0) {
        trace_text(reader, key, node, joined.length == 0 ? NULL : buffer_string(&joined));
    }
}

/* ---- sections --------------------------------------------------------------------------- */

/* An empty mapping in place of a section that is not there, or that has all below it commented
 * out. */
static const struct yaml_node *empty_section(struct policy_reader *reader,
                                             const struct yaml_node *like)
{
    struct yaml_node *nothing = policy_array(reader, 1, sizeof *nothing);
    if (nothing != NULL) {
        *nothing = *like;
        nothing->kind = YAML_MAPPING;
    }
    return nothing;
}

static void read_section(struct policy_reader *reader, const struct policy_section *section,
                         const struct yaml_node *node, void *base);

static bool expect_kind(struct policy_reader *reader, const struct yaml_node *node,
                        enum yaml_kind kind, const char *what)
{
    if (node->kind == kind && !yaml_is_null(node)) {
        return true;
    }
    if (yaml_is_null(node)) {
        policy_problem(reader, node, _("has no value; it must be %s"), _(what));
        policy_hint(reader, _("remove the line for the default, or write [] or {} for none"));
        return false;
    }
    policy_problem(reader, node, _("must be %s"), _(what));
    const char *name = node->key != NULL ? node->key : "name";
    if (kind == YAML_SCALAR) {
        policy_hint(reader, _("write '%s: value'"), name);
    } else if (kind == YAML_SEQUENCE) {
        policy_hint(reader, _("write '%s: [one, two]', or one member a line after '- '"), name);
    } else {
        policy_hint(reader, _("write one 'name: value' a line, indented alike"));
    }
    return false;
}

static bool within_count(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node)
{
    if ((int64_t)node->count < key->minimum) {
        policy_problem(reader, node, _("is empty"));
        policy_hint(reader, _("give at least one, or remove the key for the default"));
        return false;
    }
    if (key->maximum > 0 && (int64_t)node->count > key->maximum) {
        policy_problem(reader, node, _("has %zu members, more than %d"), node->count,
                       (int)key->maximum);
        return false;
    }
    return true;
}

/* One member of a list or map: a structure of its own. */
static void read_member(struct policy_reader *reader, const struct policy_section *section,
                        const struct yaml_node *node, void *member)
{
    if (section->line_offset != POLICY_NOWHERE) {
        const long line = policy_line_of(node);
        memcpy((char *)member + section->line_offset, &line, sizeof line);
    }
    if (node->key != NULL && section->tiers) {
        int tier = policy_resolve(reader, node, node->key, _("tier"), reader->policy->tiers,
                                  reader->policy->tier_count);
        memcpy((char *)member + section->name_offset, &tier, sizeof tier);
    } else if (node->key != NULL && section->name_offset != POLICY_NOWHERE) {
        memcpy((char *)member + section->name_offset, &node->key, sizeof node->key);
        if (node->key[0] == '\0') {
            policy_problem_key(reader, node, _("has an empty name"));
        }
    }
    if (expect_kind(reader, node, YAML_MAPPING, N_("a group of keys"))) {
        read_section(reader, section, node, member);
    }
}

static void store_array(const struct policy_key *key, void *base, const void *array, size_t count)
{
    memcpy((char *)base + key->offset, &array, sizeof array);
    if (key->count_offset != POLICY_NOWHERE) {
        memcpy((char *)base + key->count_offset, &count, sizeof count);
    }
}

static void read_members(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, void *base)
{
    size_t size = key->section->size;
    char *array = policy_array(reader, node->count, size);
    if (array == NULL || !within_count(reader, key, node)) {
        return;
    }
    store_array(key, base, array, node->count);
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        read_member(reader, key->section, member, array + member->index * size);
    }
}

static void check_custom_kind(struct policy_reader *reader, const struct yaml_node *node)
{
    enum { MOST = 32 }; /* kinds of records */
    const char *names[MOST];
    size_t count = 0;
    for (size_t i = 0; i < schema_kind_count && count < MOST; i++) {
        if (schema_kinds[i]->custom) {
            names[count++] = schema_kinds[i]->name;
        }
    }
    policy_resolve(reader, node, node->key, _("kind with fields"), names, count);
}

/* Custom fields stand under their kind, but in one array. */
static void read_fields(struct policy_reader *reader, const struct policy_key *key,
                        const struct yaml_node *node, void *base)
{
    size_t count = 0;
    for (const struct yaml_node *kind = node->first; kind != NULL; kind = kind->next) {
        count += kind->count;
    }
    struct custom_field *fields = policy_array(reader, count, sizeof *fields);
    if (fields == NULL) {
        return;
    }
    store_array(key, base, fields, count);
    for (const struct yaml_node *kind = node->first; kind != NULL; kind = kind->next) {
        check_custom_kind(reader, kind);
        if (!expect_kind(reader, kind, YAML_MAPPING, N_("a group of fields"))) {
            continue;
        }
        for (const struct yaml_node *each = kind->first; each != NULL; each = each->next) {
            fields->kind = kind->key;
            read_member(reader, key->section, each, fields++);
        }
    }
}

static void read_key(struct policy_reader *reader, const struct policy_key *key,
                     const struct yaml_node *node, void *base)
{
    if (key->type == POLICY_SECTION && yaml_is_null(node)) {
        const struct yaml_node *nothing = empty_section(reader, node);
        if (nothing != NULL) {
            read_section(reader, key->section, nothing, base);
        }
        return;
    }
    if (!expect_kind(reader, node, policy_type_kind(key->type), policy_type_label(key->type))) {
        return;
    }
    switch (key->type) {
    case POLICY_SECTION:
        read_section(reader, key->section, node, base);
        return;
    case POLICY_LIST:
    case POLICY_MAP:
        read_members(reader, key, node, base);
        break;
    case POLICY_FIELDS:
        read_fields(reader, key, node, base);
        break;
    default:
        if (key->type != POLICY_NAMES || within_count(reader, key, node)) {
            policy_read_value(reader, key, node, base);
        }
        trace(reader, key, node);
        return;
    }
    if (node->count == 0) {
        trace(reader, key, node);
    }
}

static bool default_tiers(const struct policy *policy)
{
    return policy->tier_count == 3 && strcmp(policy->tiers[0], "A") == 0 &&
           strcmp(policy->tiers[1], "B") == 0 && strcmp(policy->tiers[2], "C") == 0;
}

/* A node for a default: scalars and empty lists as they stand, anything else through the parser. */
static const struct yaml_node *default_node(struct policy_reader *reader,
                                            const struct policy_key *key,
                                            const struct yaml_node *section)
{
    const char *text = key->default_text != NULL ? key->default_text : "";
    const struct yaml_node *node = NULL;
    enum yaml_kind kind = policy_type_kind(key->type);
    bool empty = strcmp(text, "[]") == 0 || strcmp(text, "{}") == 0;
    if (kind == YAML_SCALAR || empty) {
        struct yaml_node *simple = policy_array(reader, 1, sizeof *simple);
        if (simple == NULL) {
            return NULL;
        }
        *simple = (struct yaml_node){.kind = kind,
                                     .key = key->name,
                                     .parent = section,
                                     .text = empty ? "" : text,
                                     .length = empty ? 0 : strlen(text)};
        return simple;
    }
    if (yaml_parse_value(&reader->policy->arena, section, key->name, text, &node,
                         &reader->scratch) != CRM_OK) {
        reader->no_memory = true; /* the text is our own: nothing else can go wrong */
        return NULL;
    }
    return node;
}

static void read_default(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *section, void *base)
{
    if (key->type == POLICY_SECTION && (key->flags & KEY_REQUIRED) == 0) {
        const struct yaml_node *nothing = empty_section(
            reader, &(struct yaml_node){.key = key->name, .parent = section, .text = ""});
        if (nothing != NULL) {
            read_section(reader, key->section, nothing, base);
        }
        return;
    }
    bool tiered = (key->flags & KEY_TIERED) != 0 && !default_tiers(reader->policy);
    if (tiered && reader->policy->tier_count == 0) {
        return; /* they could not be read, which has been told */
    }
    if ((key->flags & KEY_REQUIRED) != 0 || tiered) {
        policy_problem_key(reader, section, _("the key '%s' is missing"), key->name);
        policy_hint(reader,
                    tiered ? _("its default is for the tiers A, B, C only. It says: %s")
                           : _("it says: %s"),
                    _(key->help));
        return;
    }
    if (key->default_text == NULL && reader->trace == NULL) {
        return;
    }
    const struct yaml_node *node = default_node(reader, key, section);
    if (node != NULL && key->default_text == NULL) {
        trace_text(reader, key, node, NULL);
    } else if (node != NULL) {
        read_key(reader, key, node, base);
    }
}

static void refuse_unknown(struct policy_reader *reader, const struct policy_section *section,
                           const struct yaml_node *node)
{
    enum { MOST = 32 }; /* keys of a section */
    const char *names[MOST];
    size_t count = 0;
    for (size_t i = 0; i < section->count && count < MOST; i++) {
        names[count++] = section->keys[i].name;
    }
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], member->key) != 0) {
            i++;
        }
        if (i < count || reader->problem_count == POLICY_PROBLEMS) {
            continue;
        }
        policy_problem_key(reader, member, _("there is no such key"));
        const char *nearest = text_nearest(member->key, names, count);
        if (nearest != NULL) {
            policy_hint(reader, _("did you mean '%s'?"), nearest);
        } else {
            policy_hint(reader, _("crm-policy(5) lists all keys"));
        }
    }
}

/* Reads one key of a section, given or not; false when the section's own value is faulty, which a
 * fault within a list, a map or a section below it leaves well. */
static bool read_own(struct policy_reader *reader, const struct policy_key *key,
                     const struct yaml_node *section, void *base)
{
    size_t before = reader->problem_count;
    const struct yaml_node *member = yaml_get(section, key->name);
    if (key->given_offset != 0) {
        bool given = member != NULL;
        memcpy((char *)base + key->given_offset, &given, sizeof given);
    }
    if (key->place_offset != 0 && member != NULL) {
        memcpy((char *)base + key->place_offset, &member->key_line, sizeof member->key_line);
    }
    if (member == NULL) {
        read_default(reader, key, section, base);
    } else {
        read_key(reader, key, member, base);
    }
    if (key->section == NULL) {
        return reader->problem_count == before;
    }
    for (size_t i = before; i < reader->problem_count; i++) {
        const struct yaml_node *place = reader->problems[i].node;
        if (place == member || place == section) {
            return false;
        }
    }
    return true;
}

static void read_section(struct policy_reader *reader, const struct policy_section *section,
                         const struct yaml_node *node, void *base)
{
    bool well = true;
    for (size_t i = 0; i < section->count; i++) {
        if (!read_own(reader, &section->keys[i], node, base) &&
            (section->keys[i].flags & KEY_APART) == 0) {
            well = false;
        }
    }
    refuse_unknown(reader, section, node);
    if (section->check != NULL && well && !reader->no_memory &&
        reader->problem_count < POLICY_PROBLEMS) {
        section->check(reader, node, base);
    }
}

void policy_read(struct policy_reader *reader, const struct yaml_node *root)
{
    struct yaml_node top = *root;
    if (yaml_is_null(root)) {
        top.kind = YAML_MAPPING;
    }
    if (expect_kind(reader, &top, YAML_MAPPING, N_("a group of keys"))) {
        /* The members know `root` as their parent, which has no name either. */
        read_section(reader, &policy_description, &top, reader->policy);
        if (reader->filters != NULL && reader->problem_count < POLICY_PROBLEMS) {
            policy_check_rules(reader, &top);
        }
        if (reader->problem_count < POLICY_PROBLEMS) {
            policy_check_care(reader, &top);
        }
    }
    if (reader->problem_count > 1) {
        qsort(reader->problems, reader->problem_count, sizeof *reader->problems, compare_problems);
    }
}
