/* SPDX-License-Identifier: MIT */
/* Finding the record of a row. */
#include "record/import_match.h"

#include "base/text.h"
#include "record/import_reference.h"

#include <stdlib.h>
#include <string.h>

/* ---- By what a record is known ----------------------------------------------------------- */

static bool is_mapped(const struct matcher *matcher, const char *name)
{
    return map_find(matcher->import->map, matcher->import->kind, name) >= 0;
}

/* Takes the names of a comma-separated list as keys if the map gives all of them. */
static crm_status try_keys(struct matcher *matcher, const char *list)
{
    struct import *import = matcher->import;
    char *text = arena_copy(&import->arena, list);
    if (text == NULL)
        return error_no_memory(&import->book->error);
    size_t count = 0;
    char *rest = NULL;
    for (char *name = strtok_r(text, ", ", &rest); name != NULL;
         name = strtok_r(NULL, ", ", &rest)) {
        if (!is_mapped(matcher, name) || count == 8)
            return CRM_OK;
        matcher->keys[count++] = name;
    }
    matcher->key_count = count;
    return CRM_OK;
}

/* Without keys of the user: those that the kind itself has, the surest first. */
static crm_status choose_keys(struct matcher *matcher)
{
    const struct kind *kind = matcher->import->kind;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].flags & FIELD_IDENTITY && is_mapped(matcher, kind->fields[i].name)) {
            matcher->by_id = true;
            return try_keys(matcher, kind->fields[i].name);
        }
    const char *own[4] = {NULL};
    size_t count = 0;
    if (kind == &kind_line) {
        own[count++] = "order_ref,line_number";
        own[count++] = "order_ref,external_id";
    } else if (kind->unique_count > 0) {
        own[count++] = kind->unique[0];
    } else if (kind->key != NULL && kind_field(kind, kind->key)->flags & FIELD_KEY) {
        own[count++] = kind->key;
        own[count++] = "external_id";
        own[count++] = kind->title;
    } else {
        own[count++] = "external_id";
    }
    for (size_t i = 0; i < count && status == CRM_OK && matcher->key_count == 0; i++)
        status = try_keys(matcher, own[i]);
    return status;
}

static crm_status refuse_key(struct import *import, const char *name)
{
    error_set(&import->book->error, CRM_USAGE, _("%s cannot be a key: no column gives it"), name);
    return error_hint(&import->book->error, _("name fields that the file has, such as --key key"));
}

static crm_status take_keys(struct matcher *matcher)
{
    struct import *import = matcher->import;
    const struct map *map = import->map;
    if (map->key_count == 0)
        return choose_keys(matcher);
    for (size_t i = 0; i < map->key_count && i < 8; i++) {
        const char *name = map->key[i];
        size_t kind = strlen(import->kind->name);
        if (strncmp(name, import->kind->name, kind) == 0 && name[kind] == '.')
            name += kind + 1;
        const struct field *field = kind_field(import->kind, name);
        if (field == NULL || field->expression != NULL || !is_mapped(matcher, name))
            return refuse_key(import, map->key[i]);
        matcher->keys[matcher->key_count++] = name;
    }
    return CRM_OK;
}

/* ---- The statement ----------------------------------------------------------------------- */

static void add_condition(struct buffer *sql, const char *name, size_t parameter, bool nullable)
{
    buffer_printf(sql, "%s%s %s $%zu", parameter > 1 ? " AND " : " WHERE ", name,
                  nullable ? "IS NOT DISTINCT FROM" : "=", parameter);
}

static void add_conditions(struct matcher *matcher, struct buffer *sql)
{
    const struct map *map = matcher->import->map;
    size_t parameter = 0;
    if (matcher->by_id) {
        buffer_text(sql, " WHERE id = $1");
        return;
    }
    for (size_t i = 0; i < matcher->key_count; i++)
        add_condition(sql, matcher->keys[i], ++parameter, false);
    if (matcher->key_count > 0 && matcher->import->kind == &kind_line)
        add_condition(sql, "customer", ++parameter, false);
    for (size_t i = 0; matcher->key_count == 0 && i < map->field_count; i++) {
        const struct field *field = kind_field(matcher->import->kind, map->fields[i].field->name);
        if (field != NULL) /* PostgreSQL uses no index for what may be null */
            add_condition(sql, field->name, ++parameter, !(field->flags & FIELD_REQUIRED));
    }
}

/* Made again when JSON Lines brought new fields. */
static crm_status prepare(struct matcher *matcher)
{
    struct import *import = matcher->import;
    const struct kind *kind = import->kind;
    struct buffer sql cleanup(buffer_release) = {0};
    if (matcher->find != NULL && matcher->made_with == import->map->field_count)
        return CRM_OK;
    statement_free(matcher->find);
    matcher->find = NULL;
    matcher->stored_count = 0;
    matcher->key_count = 0;
    crm_status status = take_keys(matcher);
    if (status != CRM_OK)
        return status;
    matcher->whole_orders =
        kind == &kind_line && matcher->key_count == 2 &&
        strcmp(matcher->keys[0], "order_ref") == 0 &&
        (strcmp(matcher->keys[1], "line_number") == 0 || !is_mapped(matcher, "line_number"));
    buffer_printf(&sql, "SELECT %s", kind->cluster == NULL ? "id" : "0");
    for (size_t i = 0; i < kind->field_count; i++) {
        if (kind->fields[i].expression != NULL)
            continue;
        matcher->stored[matcher->stored_count++] = i;
        buffer_printf(&sql, ", %s", kind->fields[i].name);
    }
    if (kind->custom)
        buffer_text(&sql, ", custom");
    buffer_printf(&sql, " FROM %s", kind->table);
    add_conditions(matcher, &sql);
    buffer_text(&sql, " LIMIT 2");
    matcher->made_with = import->map->field_count;
    return sql.failed ? error_no_memory(&import->book->error)
                      : store_prepare(import->book->store, buffer_string(&sql), &matcher->find);
}

crm_status matcher_open(struct matcher *matcher, struct import *import)
{
    *matcher = (struct matcher){.import = import};
    matcher->keys = arena_array(&import->arena, 8, sizeof *matcher->keys);
    matcher->stored =
        arena_array(&import->arena, import->kind->field_count, sizeof *matcher->stored);
    matcher->remembered =
        arena_array(&import->arena, import->kind->field_count, sizeof *matcher->remembered);
    if (matcher->keys == NULL || matcher->stored == NULL || matcher->remembered == NULL)
        return error_no_memory(&import->book->error);
    /* JSON Lines name their fields with the first row. */
    return import->map->field_count == 0 ? CRM_OK : prepare(matcher);
}

void matcher_close(struct matcher *matcher)
{
    statement_free(matcher->find);
    text_index_release(&matcher->seen);
    free(matcher->seen_lines);
    free(matcher->pending);
}

/* ---- Values ------------------------------------------------------------------------------ */

static crm_status add_pending(struct matcher *matcher, size_t field, const struct value *text)
{
    struct import *import = matcher->import;
    char *copy = arena_copy_length(&import->arena, text->text, text->length);
    if (copy == NULL)
        return error_no_memory(&import->book->error);
    struct pending *pending = array_grow(matcher->pending, &matcher->pending_room,
                                         matcher->pending_count + 1, sizeof *pending);
    if (pending == NULL)
        return error_no_memory(&import->book->error);
    matcher->pending = pending;
    pending[matcher->pending_count++] =
        (struct pending){.field = field, .text = copy, .line = import->rows->line};
    return CRM_OK;
}

/* The customer under whom an order is looked for; 0 where any record of the kind will do. */
static int64_t owner_of_reference(const struct record *record, const struct kind *kind,
                                  const struct value *text)
{
    if (kind != &kind_order || record->kind != &kind_line || reference_number(kind, text) != 0)
        return 0;
    const struct value *customer = record_get(record, "customer");
    return customer->type == VALUE_INTEGER ? customer->integer : 0;
}

/* Records of another kind do not change while these are imported: what was found once stays. */
static crm_status find_other(struct matcher *matcher, const struct record *record, size_t index,
                             const struct kind *kind, const struct value *text, struct value *out)
{
    struct crm_book *book = matcher->import->book;
    struct remembered *known = &matcher->remembered[index];
    int64_t customer = owner_of_reference(record, kind, text);
    if (known->id != 0 && known->customer == customer && known->length == text->length &&
        memcmp(known->text, text->text, text->length) == 0) {
        *out = value_integer(known->id);
        return CRM_OK;
    }
    crm_status status =
        customer != 0 ? reference_order(book, customer, text, out)
                      : reference_resolve(book, kind, record->kind->fields[index].name, text, out);
    known->id = 0;
    if (status != CRM_OK || text->length > sizeof known->text)
        return status;
    memcpy(known->text, text->text, text->length);
    known->length = text->length;
    known->customer = customer;
    known->id = out->integer;
    return CRM_OK;
}

static crm_status set_reference(struct matcher *matcher, struct record *record, size_t index,
                                const struct value *value)
{
    struct crm_book *book = matcher->import->book;
    const struct field *field = &record->kind->fields[index];
    const struct kind *kind = schema_kind(field->reference);
    int64_t id;
    int count;
    if (kind != record->kind)
        return find_other(matcher, record, index, kind, value, &record->values[index]);
    if (field->flags & FIELD_REQUIRED)
        return reference_resolve(book, kind, field->name, value, &record->values[index]);
    crm_status status = reference_find(book, kind, value, &id, &count);
    if (status != CRM_OK || count == 1) {
        record->values[index] = value_integer(id);
        return status;
    }
    record->given[index] = false;
    return add_pending(matcher, index, value);
}

static crm_status set_custom(struct matcher *matcher, struct record *record, const char *name,
                             const struct value *value)
{
    const struct policy *policy = matcher->import->book->policy;
    for (size_t i = 0; i < policy->field_count; i++) {
        if (strcmp(policy->fields[i].kind, record->kind->name) != 0 ||
            strcmp(policy->fields[i].name, name) != 0)
            continue;
        record->custom[i] = *value;
        record->custom_given[i] = true;
        record->any_custom = true;
    }
    return CRM_OK;
}

crm_status matcher_set(struct matcher *matcher, struct record *record, size_t index,
                       const struct value *value)
{
    struct import *import = matcher->import;
    const struct field *wanted = import->map->fields[index].field;
    const char *name = wanted->name;
    int at = kind_field_place(record->kind, wanted);
    if (at < 0)
        return set_custom(matcher, record, name, value);
    const struct field *field = &record->kind->fields[at];
    record->given[at] = true;
    record->values[at] = *value;
    if (value_is_null(value))
        return CRM_OK;
    if (field->type == DATA_REFERENCE)
        return set_reference(matcher, record, (size_t)at, value);
    if (!(field->flags & FIELD_IDENTITY))
        return CRM_OK;
    int64_t id = reference_number(record->kind, value);
    record->values[at] = value_integer(id);
    if (id > 0)
        return CRM_OK;
    error_set(&import->book->error, CRM_INVALID, _("%s: \"%.*s\" is no number of a %s"), name,
              (int)value->length, value->text, record->kind->name);
    return error_hint(&import->book->error, _("write it as %s12"), record->kind->prefix);
}

/* ---- Finding ----------------------------------------------------------------------------- */

static crm_status bind_keys(struct matcher *matcher, const struct record *record, bool *blank)
{
    const struct map *map = matcher->import->map;
    crm_status status = CRM_OK;
    int parameter = 0;
    *blank = false;
    for (size_t i = 0; i < matcher->key_count && status == CRM_OK; i++) {
        const struct value *value = record_get(record, matcher->keys[i]);
        *blank = *blank || value_is_null(value);
        status = statement_bind(matcher->find, ++parameter, value);
    }
    if (status == CRM_OK && matcher->key_count > 0 && record->kind == &kind_line)
        status = statement_bind(matcher->find, ++parameter, record_get(record, "customer"));
    for (size_t i = 0; matcher->key_count == 0 && i < map->field_count && status == CRM_OK; i++) {
        int at = kind_field_place(record->kind, map->fields[i].field);
        if (at >= 0)
            status = statement_bind(matcher->find, ++parameter, &record->values[at]);
    }
    return status;
}

static crm_status read_found(struct matcher *matcher, struct record *stored)
{
    struct import *import = matcher->import;
    crm_status status = record_new(import->book, import->kind, &import->map->row, stored);
    int column = 1;
    for (size_t i = 0; i < matcher->stored_count && status == CRM_OK; i++) {
        struct value value = statement_column(matcher->find, column++);
        if (value.type == VALUE_TEXT)
            value.text = arena_copy_length(&import->map->row, value.text, value.length);
        if (value.type == VALUE_TEXT && value.text == NULL)
            return error_no_memory(&import->book->error);
        stored->values[matcher->stored[i]] = value;
    }
    if (status != CRM_OK || !import->kind->custom)
        return status;
    stored->object = statement_column(matcher->find, column);
    if (value_is_null(&stored->object))
        return CRM_OK;
    stored->object.text =
        arena_copy_length(&import->map->row, stored->object.text, stored->object.length);
    return stored->object.text == NULL ? error_no_memory(&import->book->error) : CRM_OK;
}

static crm_status refuse_several(struct matcher *matcher)
{
    error_set(&matcher->import->book->error, CRM_INVALID,
              _("several records of the book have what this row has for a key"));
    return error_hint(&matcher->import->book->error, _("choose a key that only one has: --key"));
}

crm_status matcher_find(struct matcher *matcher, const struct record *record, bool *found,
                        int64_t *id, struct record *stored)
{
    bool blank = true, second = false;
    *found = false;
    crm_status status = prepare(matcher);
    if (status == CRM_OK)
        status = bind_keys(matcher, record, &blank);
    if (status == CRM_OK && matcher->whole_orders)
        status = open_order_turn(&matcher->order, matcher->import->book, record);
    bool is_new = blank || (matcher->whole_orders && open_order_lacks(&matcher->order, record));
    if (status == CRM_OK && !is_new)
        status = statement_step(matcher->find, found);
    if (status == CRM_OK && *found) {
        *id = statement_column(matcher->find, 0).integer;
        status = read_found(matcher, stored);
    }
    if (status == CRM_OK && *found && matcher->key_count > 0)
        status = statement_step(matcher->find, &second);
    if (matcher->find != NULL)
        statement_reset(matcher->find);
    return status == CRM_OK && second ? refuse_several(matcher) : status;
}

/* The key's values as one text. */
static void key_text(const struct matcher *matcher, const struct record *record, struct buffer *out)
{
    for (size_t i = 0; i < matcher->key_count; i++) {
        const struct value *value = record_get(record, matcher->keys[i]);
        if (i > 0)
            buffer_text(out, ", ");
        if (value->type == VALUE_TEXT)
            buffer_append(out, value->text, value->length);
        else if (value->type == VALUE_INTEGER)
            buffer_integer(out, value->integer);
    }
}

crm_status matcher_note_key(struct matcher *matcher, const struct record *record)
{
    struct import *import = matcher->import;
    struct buffer key cleanup(buffer_release) = {0};
    key_text(matcher, record, &key);
    for (size_t i = 0; i < matcher->key_count; i++)
        if (value_is_null(record_get(record, matcher->keys[i])))
            return CRM_OK;
    if (key.failed || matcher->key_count == 0)
        return key.failed ? error_no_memory(&import->book->error) : CRM_OK;
    uint32_t number = text_index_find(&matcher->seen, key.data, key.length);
    if (number != TEXT_INDEX_NONE) {
        const char *name = matcher->keys[0];
        bool sensitive = crm_book_is_sensitive(import->book, record->kind->name, name);
        error_set(&import->book->error, CRM_INVALID, _("%s \"%s\" stands in line %ld already"),
                  name, sensitive ? TEXT_MASK : key.data, matcher->seen_lines[number]);
        return error_hint(&import->book->error, _("remove one of the two lines"));
    }
    number = text_index_add(&matcher->seen, key.data, key.length);
    long *lines = number == TEXT_INDEX_NONE ? NULL
                                            : array_grow(matcher->seen_lines, &matcher->seen_room,
                                                         (size_t)number + 1, sizeof *lines);
    if (lines == NULL)
        return error_no_memory(&import->book->error);
    matcher->seen_lines = lines;
    lines[number] = import->rows->line;
    return CRM_OK;
}

/* ---- References further down -------------------------------------------------------------- */

crm_status matcher_keep_pending(struct matcher *matcher, int64_t id)
{
    for (size_t i = matcher->pending_count; i > 0 && matcher->pending[i - 1].id == 0; i--)
        matcher->pending[i - 1].id = id;
    return CRM_OK;
}

crm_status matcher_resolve_pending(struct matcher *matcher)
{
    struct import *import = matcher->import;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < matcher->pending_count && status == CRM_OK; i++) {
        const struct pending *pending = &matcher->pending[i];
        const struct value text = value_text(pending->text);
        struct record record;
        struct value id;
        const char *name = import->kind->fields[pending->field].name;
        status = reference_resolve(import->book, import->kind, name, &text, &id);
        if (status == CRM_INVALID)
            return error_place(&import->book->error, import->rows->name, pending->line, 0);
        if (status == CRM_OK)
            status = record_new(import->book, import->kind, &import->arena, &record);
        if (status != CRM_OK)
            return status;
        record_put(&record, name, id);
        status = record_update(import->book, &record, pending->id);
    }
    return status;
}
