/* SPDX-License-Identifier: MIT */
/* A whole book from one store into another: table by table, a block of rows at a time, and read
 * back on both sides. */
#include "store/copy.h"

#include "base/buffer.h"
#include "store/create.h"
#include "store/driver.h"
#include "store/roles.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_ROWS = 8192, MOST_KEYS = 8 };

/* ---- What a table consists of ---- */

struct columns {
    const char **names;
    size_t count;
    const char *key;        /* of the order: "id", or the primary key */
    size_t keys[MOST_KEYS]; /* its columns */
    size_t key_count;
};

static void add_column(struct columns *columns, const char *name)
{
    columns->names[columns->count++] = name;
}

/* Marks the columns of the key, in its order. */
static void find_keys(struct columns *columns)
{
    const char *key = columns->key;
    while (*key != '\0') {
        size_t length = strcspn(key, ", ");
        for (size_t i = 0; i < columns->count; i++)
            if (strlen(columns->names[i]) == length && strncmp(columns->names[i], key, length) == 0)
                columns->keys[columns->key_count++] = i;
        key += length;
        key += strspn(key, ", ");
    }
}

static crm_status list_columns(const struct kind *kind, bool record, struct arena *arena,
                               struct columns *out, struct error *error)
{
    *out = (struct columns){.key = kind->cluster == NULL ? "id" : kind->cluster};
    out->names = arena_array(arena, kind->field_count + 3, sizeof *out->names);
    if (out->names == NULL)
        return error_no_memory(error);
    if (kind->cluster == NULL)
        add_column(out, "id");
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].expression == NULL)
            add_column(out, kind->fields[i].name);
    if (kind->custom)
        add_column(out, "custom");
    if (record)
        add_column(out, "entry");
    find_keys(out);
    return CRM_OK;
}

/* ---- Reading a table in the order of its key ---- */

/* By blocks, each beginning behind the last key of the one before: no engine has to keep more of a
 * large table. */
struct reading {
    struct store *store;
    const struct columns *columns;
    struct statement *first, *further; /* a block from the beginning, and from a key */
    struct statement *block;           /* under way; NULL: none */
    struct arena *keys, arenas[2];     /* texts of the last key, one arena after the other */
    struct value last[MOST_KEYS];
    int64_t rows, in_block;
    struct digest digest;
};

static crm_status prepare_block(struct reading *reading, const struct kind *kind, bool further,
                                struct statement **out)
{
    const struct columns *columns = reading->columns;
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_text(&sql, "SELECT ");
    for (size_t i = 0; i < columns->count; i++)
        buffer_printf(&sql, "%s%s", i > 0 ? ", " : "", columns->names[i]);
    buffer_printf(&sql, " FROM %s", kind->table);
    if (further) {
        buffer_printf(&sql, " WHERE (%s) > (", columns->key);
        for (size_t i = 0; i < columns->key_count; i++)
            buffer_printf(&sql, "%s$%zu", i > 0 ? ", " : "", i + 1);
        buffer_text(&sql, ")");
    }
    buffer_printf(&sql, " ORDER BY %s LIMIT %d", columns->key, BLOCK_ROWS);
    return sql.failed ? error_no_memory(reading->store->error)
                      : store_prepare(reading->store, buffer_string(&sql), out);
}

static crm_status reading_begin(struct reading *reading, struct store *store,
                                const struct kind *kind, const struct columns *columns)
{
    *reading = (struct reading){.store = store, .columns = columns};
    reading->keys = &reading->arenas[0];
    digest_begin(&reading->digest);
    crm_status status = prepare_block(reading, kind, false, &reading->first);
    if (status == CRM_OK)
        status = prepare_block(reading, kind, true, &reading->further);
    reading->block = reading->first;
    return status;
}

static void reading_release(struct reading *reading)
{
    statement_free(reading->first);
    statement_free(reading->further);
    arena_release(&reading->arenas[0]);
    arena_release(&reading->arenas[1]);
}

/* Type and length before the bytes: no two rows are written alike. */
static void digest_value(struct digest *digest, const struct value *value)
{
    const unsigned char type = (unsigned char)value->type;
    digest_add(digest, &type, sizeof type);
    if (value->type == VALUE_INTEGER)
        digest_add(digest, &value->integer, sizeof value->integer);
    if (value->type == VALUE_REAL)
        digest_add(digest, &value->real, sizeof value->real);
    if (value->type == VALUE_TEXT) {
        digest_add(digest, &value->length, sizeof value->length);
        digest_add(digest, value->text, value->length);
    }
}

/* The last key of a full block, kept over the end of its statement. */
static crm_status keep_key(struct reading *reading, const struct value *row)
{
    struct arena *keys = &reading->arenas[reading->keys == &reading->arenas[0]];
    arena_release(keys);
    reading->keys = keys;
    for (size_t i = 0; i < reading->columns->key_count; i++) {
        struct value value = row[reading->columns->keys[i]];
        if (value.type == VALUE_TEXT)
            value.text = arena_copy_length(keys, value.text, value.length);
        if (value.type == VALUE_TEXT && value.text == NULL)
            return error_no_memory(reading->store->error);
        reading->last[i] = value;
    }
    return CRM_OK;
}

/* A short block was the last one. */
static crm_status next_block(struct reading *reading)
{
    bool full = reading->in_block == BLOCK_ROWS;
    statement_reset(reading->block);
    reading->in_block = 0;
    reading->block = full ? reading->further : NULL;
    return full ? statement_bind_all(reading->further, reading->last, reading->columns->key_count)
                : CRM_OK;
}

static crm_status reading_next(void *context, struct value *row, bool *more)
{
    struct reading *reading = context;
    crm_status status = CRM_OK;
    *more = false;
    while (status == CRM_OK && reading->block != NULL && !*more) {
        status = statement_step(reading->block, more);
        if (status == CRM_OK && !*more)
            status = next_block(reading);
    }
    if (status != CRM_OK || !*more)
        return status;
    for (size_t i = 0; i < reading->columns->count; i++) {
        row[i] = statement_column(reading->block, (int)i);
        digest_value(&reading->digest, &row[i]);
    }
    reading->rows++;
    return ++reading->in_block == BLOCK_ROWS ? keep_key(reading, row) : CRM_OK;
}

/* ---- Copying ---- */

struct copying {
    const struct store_copy *copy;
    struct error *error;
    struct reading source;
    int64_t rows; /* of all tables before */
};

static crm_status next_to_copy(void *context, struct value *row, bool *more)
{
    struct copying *copying = context;
    crm_status status = reading_next(&copying->source, row, more);
    if (copying->copy->progress != NULL && (copying->source.rows & 1023) == 0)
        copying->copy->progress(copying->copy->context, copying->rows + copying->source.rows);
    return status;
}

static crm_status append(struct copying *copying, const struct kind *kind,
                         const struct columns *columns, struct arena *arena)
{
    size_t *places = arena_array(arena, columns->count, sizeof *places);
    if (places == NULL)
        return error_no_memory(copying->error);
    for (size_t i = 0; i < columns->count; i++)
        places[i] = i;
    const struct store_source source = {.columns = columns->names,
                                        .column_count = columns->count,
                                        .next = next_to_copy,
                                        .context = copying};
    return store_append(copying->copy->into, kind->table, &source, places, columns->count);
}

/* What is in the table of the new book now. */
static crm_status read_back(struct copying *copying, const struct kind *kind,
                            const struct columns *columns, struct arena *arena,
                            char digest[DIGEST_TEXT], int64_t *rows)
{
    struct reading reading cleanup(reading_release) = {0};
    struct value *row = arena_array(arena, columns->count, sizeof *row);
    if (row == NULL)
        return error_no_memory(copying->error);
    crm_status status = reading_begin(&reading, copying->copy->into, kind, columns);
    for (bool more = true; status == CRM_OK && more;)
        status = reading_next(&reading, row, &more);
    digest_end(&reading.digest, digest);
    *rows = reading.rows;
    return status;
}

static crm_status compare(struct copying *copying, const struct kind *kind,
                          const struct columns *columns, struct arena *arena)
{
    char expected[DIGEST_TEXT], found[DIGEST_TEXT];
    int64_t rows = 0;
    digest_end(&copying->source.digest, expected);
    crm_status status = read_back(copying, kind, columns, arena, found, &rows);
    if (status != CRM_OK)
        return status;
    if (rows != copying->source.rows || strcmp(expected, found) != 0) {
        error_set(copying->error, CRM_CORRUPT,
                  _("the copy of the table %s is not what was read: %lld rows of %lld"),
                  kind->table, (long long)rows, (long long)copying->source.rows);
        return error_hint(copying->error, _("nothing was kept of it; crm check looks at the book"));
    }
    return copying->copy->each == NULL
               ? CRM_OK
               : copying->copy->each(copying->copy->context, kind, rows, found);
}

static crm_status copy_numbers(struct copying *copying, const struct kind *kind)
{
    const struct store_driver *from = copying->copy->from->driver;
    const struct store_driver *into = copying->copy->into->driver;
    int64_t last = 0;
    if (!kind_is_lasting(kind))
        return CRM_OK;
    crm_status status = from->last_number(copying->copy->from, kind->table, &last);
    return status == CRM_OK ? into->set_last_number(copying->copy->into, kind->table, last)
                            : status;
}

static crm_status copy_table(struct copying *copying, const struct kind *kind, bool record)
{
    struct arena arena cleanup(arena_release) = {0};
    struct columns columns;
    crm_status status = list_columns(kind, record, &arena, &columns, copying->error);
    if (status == CRM_OK)
        status = reading_begin(&copying->source, copying->copy->from, kind, &columns);
    if (status == CRM_OK)
        status = append(copying, kind, &columns, &arena);
    if (status == CRM_OK)
        status = copy_numbers(copying, kind);
    if (status == CRM_OK)
        status = compare(copying, kind, &columns, &arena);
    copying->rows += copying->source.rows;
    reading_release(&copying->source);
    copying->source = (struct reading){0};
    return status;
}

static crm_status copy_tables(struct copying *copying)
{
    const struct store_driver *driver = copying->copy->into->driver;
    crm_status status =
        driver->begin_copy == NULL ? CRM_OK : driver->begin_copy(copying->copy->into);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = copy_table(copying, schema_kinds[i], true);
    for (size_t i = 0; i < schema_internal_kind_count && status == CRM_OK; i++)
        status = copy_table(copying, schema_internal_kinds[i], false);
    if (status == CRM_OK && driver->end_copy != NULL)
        status = driver->end_copy(copying->copy->into);
    return status;
}

static crm_status copy_all(const struct store_copy *copy, struct error *error)
{
    struct copying copying = {.copy = copy, .error = error};
    crm_status status = store_begin(copy->into);
    if (status != CRM_OK)
        return status;
    status = store_create_schema(copy->into, error);
    if (status == CRM_OK)
        status = copy_tables(&copying);
    if (status == CRM_OK)
        return store_commit(copy->into);
    store_rollback(copy->into);
    return status;
}

static crm_status refuse_part(const struct store_copy *copy, struct error *error)
{
    return store_need_whole(copy->from,
                            _("your role shows a part of the book: a copy would lack the rest"),
                            _("ask an administrator of the book for a copy"), error);
}

crm_status store_copy(const struct store_copy *copy, struct error *error)
{
    crm_status status = store_begin_reading(copy->from);
    if (status != CRM_OK)
        return status;
    status = refuse_part(copy, error);
    if (status == CRM_OK)
        status = store_set_loading(copy->into, true);
    if (status == CRM_OK)
        status = copy_all(copy, error);
    store_end_reading(copy->from);
    crm_status ended = store_set_loading(copy->into, false);
    return status == CRM_OK ? ended : status;
}
