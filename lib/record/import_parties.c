/* SPDX-License-Identifier: MIT */
/* Customers, products and staff of a flat file. */
#include "record/import_parties.h"

#include "record/import_custom.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_FIELDS = 64 };

enum party_source {
    FROM_ID,
    FROM_ENTRY,
    FROM_KEY,
    FROM_TITLE,
    FROM_FIELD,
    FROM_OWNER,
    FROM_CUSTOM
};

struct party_column {
    const char *name;
    enum party_source source;
    size_t field;        /* FROM_FIELD: index in the map */
    struct value absent; /* the kind's default, where the row gives nothing */
};

bool parties_mapped(const struct import *import, const struct kind *kind)
{
    for (size_t i = 0; i < import->map->field_count; i++)
        if (import->map->fields[i].kind == kind)
            return true;
    return false;
}

/* ---- Opening ----------------------------------------------------------------------------- */

static crm_status add_column(struct parties *parties, const char *name, enum party_source source,
                             size_t field)
{
    struct import *import = parties->import;
    const struct field *described = kind_field(parties->kind, name);
    struct party_column *column = &parties->columns[parties->column_count++];
    *column = (struct party_column){.name = name, .source = source, .field = field};
    if (described == NULL || described->default_text == NULL)
        return CRM_OK;
    const struct field_context context = book_field_context(import->book);
    return field_parse(described, described->default_text, strlen(described->default_text),
                       &context, &import->arena, &column->absent, NULL, &import->book->error);
}

/* Defaults of fields that the map does not give. */
static crm_status add_defaults(struct parties *parties)
{
    const struct map *map = parties->import->map;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < parties->kind->field_count && status == CRM_OK; i++) {
        const struct field *field = &parties->kind->fields[i];
        if (field->default_text != NULL && map_find(map, parties->kind, field->name) < 0)
            status = add_column(parties, field->name, FROM_FIELD, SIZE_MAX);
    }
    return status;
}

static crm_status add_columns(struct parties *parties)
{
    const struct map *map = parties->import->map;
    bool custom = false;
    crm_status status = add_column(parties, "id", FROM_ID, 0);
    if (status == CRM_OK)
        status = add_column(parties, "entry", FROM_ENTRY, 0);
    if (status == CRM_OK)
        status = add_column(parties, parties->kind->key, FROM_KEY, 0);
    if (status == CRM_OK)
        status = add_column(parties, parties->kind->title, FROM_TITLE, 0);
    for (size_t i = 0; i < map->field_count && status == CRM_OK; i++) {
        const struct map_field *field = &map->fields[i];
        if (field->kind != parties->kind || (int)i == parties->key || (int)i == parties->title)
            continue;
        parties->fields[parties->field_count++] = i;
        if (import_is_custom(field))
            custom = true;
        else
            status = add_column(parties, field->field->name, FROM_FIELD, i);
    }
    if (status == CRM_OK)
        status = add_defaults(parties);
    if (status == CRM_OK && parties->owner)
        status = add_column(parties, "owner", FROM_OWNER, 0);
    if (status == CRM_OK && custom)
        status = add_column(parties, "custom", FROM_CUSTOM, 0);
    return status;
}

static crm_status open_insert(struct parties *parties)
{
    struct import *import = parties->import;
    struct store *store = import->book->store;
    const char **names = arena_array(&import->arena, parties->column_count, sizeof *names);
    parties->row = arena_array(&import->arena, parties->column_count, sizeof *parties->row);
    if (names == NULL || parties->row == NULL)
        return error_no_memory(&import->book->error);
    for (size_t i = 0; i < parties->column_count; i++)
        names[i] = parties->columns[i].name;
    crm_status status = store_next_id(store, parties->kind, &parties->next_id);
    return status == CRM_OK ? store_appender_new(store, parties->kind->table, names,
                                                 parties->column_count, &parties->insert)
                            : status;
}

static crm_status prepare(struct parties *parties)
{
    struct buffer find cleanup(buffer_release) = {0};
    const struct kind *kind = parties->kind;
    buffer_printf(&find, "SELECT id, %s, %s", kind->title, parties->owner ? "owner" : "NULL");
    for (size_t i = 0; i < parties->field_count; i++) {
        const struct map_field *field = &parties->import->map->fields[parties->fields[i]];
        buffer_text(&find, ", ");
        if (import_is_custom(field))
            import_custom_sql(parties->import, parties->fields[i], &find);
        else
            buffer_text(&find, field->field->name);
    }
    buffer_printf(&find, " FROM %s WHERE %s = $1", kind->table, kind->key);
    if (find.failed)
        return error_no_memory(&parties->import->book->error);
    struct store *store = parties->import->book->store;
    crm_status status = store_prepare(store, buffer_string(&find), &parties->find);
    /* Whom this import adds the index knows. */
    if (status == CRM_OK)
        statement_may_overtake(parties->find);
    return status == CRM_OK ? open_insert(parties) : status;
}

static crm_status look_for_any(struct parties *parties)
{
    struct import *import = parties->import;
    struct value any;
    const char *sql =
        arena_printf(&import->arena, "SELECT EXISTS (SELECT 1 FROM %s)", parties->kind->table);
    if (sql == NULL)
        return error_no_memory(&import->book->error);
    crm_status status =
        store_row_values(import->book->store, &import->arena, sql, NULL, 0, &any, 1);
    parties->was_empty = status == CRM_OK && any.integer == 0;
    return status;
}

crm_status parties_open(struct parties *parties, struct import *import, const struct kind *kind,
                        bool owner)
{
    size_t most = import->map->field_count + kind->field_count + 9;
    *parties = (struct parties){.import = import,
                                .kind = kind,
                                .key = map_find(import->map, kind, kind->key),
                                .title = map_find(import->map, kind, kind->title),
                                .owner = owner,
                                .keep_titles = kind == &kind_product};
    parties->fields = arena_array(&import->arena, most, sizeof *parties->fields);
    parties->varied = arena_array(&import->arena, most, sizeof *parties->varied);
    parties->columns = arena_array(&import->arena, most, sizeof *parties->columns);
    if (parties->fields == NULL || parties->varied == NULL || parties->columns == NULL)
        return error_no_memory(&import->book->error);
    crm_status status = add_columns(parties);
    /* The name is one of the fields that may be blank or vary. */
    if (parties->title >= 0 && parties->key >= 0)
        parties->fields[parties->field_count++] = (size_t)parties->title;
    if (status == CRM_OK && parties->field_count > MOST_FIELDS) {
        error_set(&import->book->error, CRM_INVALID, _("more than %d fields of a %s in one map"),
                  MOST_FIELDS, kind->name);
        return error_hint(&import->book->error, _("import the rest as --as %s"), kind->name);
    }
    if (status == CRM_OK)
        status = look_for_any(parties);
    return status == CRM_OK ? prepare(parties) : status;
}

void parties_close(struct parties *parties)
{
    statement_free(parties->find);
    appender_free(parties->insert);
    text_index_release(&parties->index);
    free(parties->entries);
    free(parties->hashes);
}

/* ---- Finding ----------------------------------------------------------------------------- */

/* The key, which may be left to the name; the name, which may be left to the key. */
static const struct value *key_of(const struct parties *parties, const struct value *values)
{
    static const struct value none = {.type = VALUE_NULL};
    if (parties->key >= 0 && !value_is_null(&values[parties->key]))
        return &values[parties->key];
    return parties->title >= 0 ? &values[parties->title] : &none;
}

static const struct value *title_of(const struct parties *parties, const struct value *values)
{
    if (parties->title >= 0 && !value_is_null(&values[parties->title]))
        return &values[parties->title];
    return key_of(parties, values);
}

static crm_status make_room(struct parties *parties)
{
    size_t count = parties->index.count + 1;
    struct party *entries =
        array_grow(parties->entries, &parties->capacity, count, sizeof *entries);
    if (entries == NULL)
        return error_no_memory(&parties->import->book->error);
    parties->entries = entries;
    uint32_t *hashes = array_grow(parties->hashes, &parties->hash_room,
                                  count * parties->field_count + 1, sizeof *hashes);
    if (hashes == NULL)
        return error_no_memory(&parties->import->book->error);
    parties->hashes = hashes;
    memset(hashes + (count - 1) * parties->field_count, 0, parties->field_count * sizeof *hashes);
    return CRM_OK;
}

/* The key of a new one: where it is left to the name, the name must do as a key. */
static crm_status new_key(struct parties *parties, const struct value *values, struct value *out)
{
    struct import *import = parties->import;
    const struct field *field = kind_field(parties->kind, parties->kind->key);
    *out = *key_of(parties, values);
    crm_status status = field_check_text(field, out->text, out->length, &import->book->error);
    return status == CRM_OK
               ? CRM_OK
               : rows_error_place(import->rows, map_column(import->map, (size_t)parties->title));
}

static crm_status column_value(struct parties *parties, const struct party_column *column,
                               const struct value *values, int64_t owner, struct value *out)
{
    switch (column->source) {
    case FROM_ID:
        *out = value_integer(parties->next_id);
        return CRM_OK;
    case FROM_ENTRY:
        *out = value_integer(parties->import->book->entry);
        return CRM_OK;
    case FROM_KEY:
        return new_key(parties, values, out);
    case FROM_TITLE:
        *out = *title_of(parties, values);
        return CRM_OK;
    case FROM_FIELD:
        *out = column->field == SIZE_MAX ? value_null() : values[column->field];
        if (value_is_null(out))
            *out = column->absent;
        return CRM_OK;
    case FROM_OWNER:
        *out = owner == 0 ? value_null() : value_integer(owner);
        return CRM_OK;
    case FROM_CUSTOM:
        break;
    }
    return import_custom(parties->import, parties->kind, values, out);
}

static void count_added(struct parties *parties)
{
    struct import *import = parties->import;
    if (parties->kind == &kind_customer)
        import->customers++;
    else if (parties->kind == &kind_product)
        import->products++;
    else
        import->staff++;
}

static crm_status insert_party(struct parties *parties, const struct value *values, int64_t owner,
                               struct party *party)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < parties->column_count && status == CRM_OK; i++)
        status = column_value(parties, &parties->columns[i], values, owner, &parties->row[i]);
    if (status == CRM_OK)
        status = appender_add(parties->insert, parties->row);
    if (status != CRM_OK)
        return status;
    party->id = parties->next_id++;
    party->added = true;
    party->owned = owner != 0;
    for (size_t i = 0; i < parties->field_count; i++)
        if (value_is_null(&values[parties->fields[i]]))
            party->blank |= UINT64_C(1) << i;
    count_added(parties);
    return CRM_OK;
}

static crm_status keep_title(struct parties *parties, struct party *party,
                             const struct value *title)
{
    if (!parties->keep_titles || value_is_null(title))
        return CRM_OK;
    party->title = arena_copy_length(&parties->index.arena, title->text, title->length);
    return party->title == NULL ? error_no_memory(&parties->import->book->error) : CRM_OK;
}

/* Reads one that was there before; *found is false when there is none. */
static crm_status load_party(struct parties *parties, const struct value *key, struct party *party,
                             bool *found)
{
    *found = false;
    if (parties->was_empty)
        return CRM_OK;
    crm_status status = statement_bind(parties->find, 1, key);
    if (status == CRM_OK)
        status = statement_step(parties->find, found);
    if (status == CRM_OK && *found) {
        party->id = statement_column(parties->find, 0).integer;
        struct value title = statement_column(parties->find, 1);
        struct value owner = statement_column(parties->find, 2);
        party->owned = !value_is_null(&owner);
        for (size_t i = 0; i < parties->field_count; i++) {
            struct value stored = statement_column(parties->find, (int)i + 3);
            if (value_is_null(&stored))
                party->blank |= UINT64_C(1) << i;
        }
        status = keep_title(parties, party, &title);
    }
    statement_reset(parties->find);
    return status;
}

static crm_status meet(struct parties *parties, const struct value *key, const struct value *values,
                       int64_t owner, uint32_t *number)
{
    struct party party = {0};
    bool found = false;
    crm_status status = make_room(parties);
    if (status == CRM_OK)
        status = load_party(parties, key, &party, &found);
    if (status == CRM_OK && !found)
        status = insert_party(parties, values, owner, &party);
    if (status == CRM_OK && !found)
        status = keep_title(parties, &party, title_of(parties, values));
    if (status != CRM_OK)
        return status;
    *number = text_index_add(&parties->index, key->text, key->length);
    if (*number == TEXT_INDEX_NONE)
        return error_no_memory(&parties->import->book->error);
    parties->entries[*number] = party;
    return CRM_OK;
}

/* ---- Comparing --------------------------------------------------------------------------- */

static crm_status fill(struct parties *parties, struct party *party, const char *field,
                       struct value value)
{
    struct import *import = parties->import;
    const struct value parameters[] = {value, value_integer(party->id)};
    const char *sql = arena_printf(&import->map->row, "UPDATE %s SET %s = $1 WHERE id = $2",
                                   parties->kind->table, field);
    return sql == NULL ? error_no_memory(&import->book->error)
                       : store_run(import->book->store, sql, parameters, 2);
}

static crm_status fill_field(struct parties *parties, struct party *party, size_t index,
                             const struct value *value)
{
    struct import *import = parties->import;
    const struct map_field *field = &import->map->fields[index];
    struct record record;
    if (!import_is_custom(field))
        return fill(parties, party, field->field->name, *value);
    crm_status status = record_new(import->book, parties->kind, &import->map->row, &record);
    if (status != CRM_OK)
        return status;
    import_custom_put(import, index, value, &record);
    return record_update(import->book, &record, party->id);
}

/* A hash that is never 0. Two values with one hash would only be counted as one in the notes. */
static uint32_t value_hash(const struct value *value)
{
    uint64_t hash = value->type == VALUE_TEXT
                        ? text_hash(value->text, value->length)
                        : text_hash((const char *)&value->integer, sizeof value->integer);
    return (uint32_t)hash | 1;
}

static crm_status compare(struct parties *parties, uint32_t number, const struct value *values,
                          bool *changed)
{
    struct party *party = &parties->entries[number];
    uint32_t *hashes = parties->hashes + number * parties->field_count;
    for (size_t i = 0; i < parties->field_count; i++) {
        const struct value *value = &values[parties->fields[i]];
        uint64_t bit = UINT64_C(1) << i;
        if (value_is_null(value))
            continue;
        if (party->blank & bit) {
            crm_status status = fill_field(parties, party, parties->fields[i], value);
            if (status != CRM_OK)
                return status;
            party->blank &= ~bit;
            *changed = true;
        }
        uint32_t hash = value_hash(value);
        if (hashes[i] == 0) {
            hashes[i] = hash;
        } else if (hashes[i] != hash && !(party->varied & bit)) {
            party->varied |= bit;
            parties->varied[i]++;
        }
    }
    return CRM_OK;
}

crm_status parties_find(struct parties *parties, const struct value *values, int64_t owner,
                        struct party **out, bool *changed)
{
    const struct value *key = key_of(parties, values);
    *out = NULL;
    if (value_is_null(key))
        return CRM_OK;
    uint32_t number = text_index_find(&parties->index, key->text, key->length);
    crm_status status = CRM_OK;
    if (number == TEXT_INDEX_NONE)
        status = meet(parties, key, values, owner, &number);
    if (status == CRM_OK)
        status = compare(parties, number, values, changed);
    if (status != CRM_OK)
        return status;
    struct party *party = &parties->entries[number];
    if (parties->owner && owner != 0 && !party->owned) {
        status = fill(parties, party, "owner", value_integer(owner));
        party->owned = true;
        *changed = true;
    }
    *out = party;
    return status;
}

void parties_note(const struct parties *parties)
{
    for (size_t i = 0; i < parties->field_count; i++)
        if (parties->varied[i] > 0)
            import_note(
                parties->import, "\"note\":\"several_values\",\"field\":\"%s.%s\",\"records\":%lld",
                parties->kind->name, parties->import->map->fields[parties->fields[i]].field->name,
                (long long)parties->varied[i]);
}
