/* SPDX-License-Identifier: MIT */
/* Whether SQLite's indexes hold what their tables hold: by sums that do not depend on the order. */
#include "store/sqlite_agree.h"

#include "base/buffer.h"
#include "store/sqlite.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 8, MOST_INDEXES = 32 };

/* ---- The aggregate functions ---- */

/* One value of the entry before. */
struct last_value {
    int type;
    sqlite3_int64 integer;
    char *text;
    size_t length, room;
};

struct entry_sum {
    uint64_t sum;
    bool any;
    bool wrong; /* out of order, or repeated where it may not be */
    struct last_value last[MOST_COLUMNS];
};

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t mix_text(uint64_t hash, const unsigned char *text, size_t length)
{
    uint64_t word = 0;
    for (; length >= sizeof word; length -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, text, length);
    return mix(mix(hash, word), length);
}

static uint64_t mix_value(uint64_t hash, sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    hash = mix(hash, (uint64_t)type);
    if (type == SQLITE_NULL)
        return hash;
    if (type == SQLITE_INTEGER)
        return mix(hash, (uint64_t)sqlite3_value_int64(value));
    if (type == SQLITE_FLOAT) {
        double real = sqlite3_value_double(value);
        uint64_t bits;
        memcpy(&bits, &real, sizeof bits);
        return mix(hash, bits);
    }
    const unsigned char *bytes = sqlite3_value_blob(value);
    return bytes == NULL ? hash : mix_text(hash, bytes, (size_t)sqlite3_value_bytes(value));
}

static uint64_t entry_hash(int count, sqlite3_value **values)
{
    uint64_t hash = UINT64_C(0x243F6A8885A308D3);
    for (int i = 0; i < count; i++)
        hash = mix_value(hash, values[i]);
    return mix(hash, (uint64_t)count);
}

static void sum_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct entry_sum *sum = sqlite3_aggregate_context(context, sizeof *sum);
    if (sum == NULL)
        sqlite3_result_error_nomem(context);
    else
        sum->sum += entry_hash(count, values);
}

static void sum_final(sqlite3_context *context)
{
    const struct entry_sum *sum = sqlite3_aggregate_context(context, 0);
    sqlite3_result_int64(context, sum == NULL ? 0 : (sqlite3_int64)sum->sum);
}

/* Less, equal or greater than 0, as the engine orders values: nulls, numbers, texts. Real numbers
 * stand in no index of ours. */
static int compare_last(const struct last_value *last, sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    if (last->type == SQLITE_INTEGER && type == SQLITE_INTEGER) {
        sqlite3_int64 number = sqlite3_value_int64(value);
        return (last->integer > number) - (last->integer < number);
    }
    if (last->type != type || type == SQLITE_NULL || type == SQLITE_FLOAT) {
        static const int ranks[] = {[SQLITE_NULL] = 0,
                                    [SQLITE_INTEGER] = 1,
                                    [SQLITE_FLOAT] = 1,
                                    [SQLITE_TEXT] = 2,
                                    [SQLITE_BLOB] = 3};
        return ranks[last->type] - ranks[type];
    }
    const char *text = sqlite3_value_blob(value);
    size_t length = text == NULL ? 0 : (size_t)sqlite3_value_bytes(value);
    size_t shorter = last->length < length ? last->length : length;
    int order = shorter == 0 ? 0 : memcmp(last->text, text, shorter);
    return order != 0 ? order : (last->length > length) - (last->length < length);
}

static bool keep_last(struct last_value *last, sqlite3_value *value)
{
    last->type = sqlite3_value_type(value);
    if (last->type == SQLITE_INTEGER)
        last->integer = sqlite3_value_int64(value);
    if (last->type != SQLITE_TEXT && last->type != SQLITE_BLOB)
        return true;
    const char *text = sqlite3_value_blob(value);
    last->length = text == NULL ? 0 : (size_t)sqlite3_value_bytes(value);
    char *grown = array_grow(last->text, &last->room, last->length + 1, 1);
    if (grown == NULL)
        return false;
    last->text = grown;
    if (last->length > 0)
        memcpy(grown, text, last->length);
    return true;
}

/* Whether the entry may follow the one before; the first `unique` columns are not repeated (0: may
 * be), but that null is like nothing else. */
static bool may_follow(const struct entry_sum *sum, int unique, int count, sqlite3_value **values)
{
    bool null = false;
    for (int i = 0; i < count; i++) {
        int order = compare_last(&sum->last[i], values[i]);
        null = null || sqlite3_value_type(values[i]) == SQLITE_NULL;
        if (order != 0)
            return order < 0;
        if (i + 1 == unique && !null)
            return false;
    }
    return false; /* the whole entry twice */
}

/* Number of unique columns, then the columns of an entry of an index, in the order of the index. */
static void order_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct entry_sum *sum = sqlite3_aggregate_context(context, sizeof *sum);
    int columns = count - 1;
    if (sum == NULL || columns > MOST_COLUMNS) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sum->sum += entry_hash(columns, values + 1);
    if (sum->any && !may_follow(sum, sqlite3_value_int(values[0]), columns, values + 1))
        sum->wrong = true;
    sum->any = true;
    for (int i = 0; i < columns; i++)
        if (!keep_last(&sum->last[i], values[i + 1]))
            sqlite3_result_error_nomem(context);
}

/* The sum; null when the index is out of order. */
static void order_final(sqlite3_context *context)
{
    struct entry_sum *sum = sqlite3_aggregate_context(context, 0);
    for (int i = 0; sum != NULL && i < MOST_COLUMNS; i++)
        free(sum->last[i].text);
    if (sum != NULL && sum->wrong)
        sqlite3_result_null(context);
    else
        sqlite3_result_int64(context, sum == NULL ? 0 : (sqlite3_int64)sum->sum);
}

/* ---- The indexes of one table ---- */

struct index_entry {
    const char *name, *columns; /* "name, rowid" */
    const char *condition;      /* " WHERE …" or "" */
    int unique;                 /* columns that are not repeated */
};

struct agreement {
    struct store *store;
    struct arena arena;
    struct index_entry indexes[MOST_INDEXES];
    size_t count;
};

static void agreement_release(struct agreement *agreement)
{
    arena_release(&agreement->arena);
}

/* name, columns, number of unique ones, condition. An expression, which crm indexes by itself and
 * of some rows alone, is what stands in the brackets. */
static const char select_indexes[] =
    "SELECT l.name, (SELECT group_concat(CASE x.cid WHEN -1 THEN 'rowid' WHEN -2 THEN "
    "(SELECT substr(s.sql, instr(s.sql, '('), instr(s.sql, ') WHERE ') - instr(s.sql, '(') + 1) "
    "FROM sqlite_schema s WHERE s.name = l.name) ELSE '\"' || x.name || '\"' END, ', ') "
    "FROM pragma_index_xinfo(l.name) x), CASE WHEN l.\"unique\" THEN (SELECT sum(x.key) "
    "FROM pragma_index_xinfo(l.name) x) ELSE 0 END, "
    "coalesce((SELECT substr(s.sql, instr(s.sql, ' WHERE ')) FROM sqlite_schema s "
    "WHERE s.name = l.name AND l.partial), '') "
    "FROM pragma_index_list($1) l JOIN pragma_table_list($1) t ON t.schema = 'main' "
    "WHERE NOT (t.wr AND l.origin = 'pk')";

static crm_status add_index(void *context, const struct value *row)
{
    struct agreement *agreement = context;
    if (agreement->count == MOST_INDEXES || row[1].type != VALUE_TEXT)
        return CRM_OK; /* none of ours: over an expression */
    struct index_entry *index = &agreement->indexes[agreement->count++];
    *index = (struct index_entry){.name = arena_copy(&agreement->arena, row[0].text),
                                  .columns = arena_copy(&agreement->arena, row[1].text),
                                  .unique = (int)row[2].integer,
                                  .condition = arena_copy(&agreement->arena, row[3].text)};
    bool whole = index->name != NULL && index->columns != NULL && index->condition != NULL;
    return whole ? CRM_OK : error_no_memory(agreement->store->error);
}

/* One run through the table for all of its indexes. */
static crm_status sum_table(struct agreement *agreement, const char *table, struct value *sums)
{
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_text(&sql, "SELECT ");
    for (size_t i = 0; i < agreement->count; i++) {
        const struct index_entry *index = &agreement->indexes[i];
        buffer_printf(&sql, "%scrm_index_sum(%s)", i > 0 ? ", " : "", index->columns);
        if (*index->condition != '\0')
            buffer_printf(&sql, " FILTER (%s)", index->condition + 1);
    }
    buffer_printf(&sql, " FROM %s NOT INDEXED", table);
    if (sql.failed)
        return error_no_memory(agreement->store->error);
    return store_row_values(agreement->store, &agreement->arena, buffer_string(&sql), NULL, 0, sums,
                            agreement->count);
}

static crm_status sum_index(struct agreement *agreement, const char *table,
                            const struct index_entry *index, struct value *sum)
{
    const char *sql = arena_printf(
        &agreement->arena, "SELECT crm_index_order(%d, %s) FROM %s INDEXED BY \"%s\"%s",
        index->unique, index->columns, table, index->name, index->condition);
    if (sql == NULL)
        return error_no_memory(agreement->store->error);
    return store_row_values(agreement->store, &agreement->arena, sql, NULL, 0, sum, 1);
}

static crm_status table_agrees(struct store *store, const char *table, bool *agrees)
{
    struct agreement agreement cleanup(agreement_release) = {.store = store};
    struct value sums[MOST_INDEXES] = {{.type = VALUE_NULL}};
    const struct value name = value_text(table);
    crm_status status = store_query(store, select_indexes, &name, 1, add_index, &agreement);
    if (status == CRM_OK && agreement.count > 0)
        status = sum_table(&agreement, table, sums);
    for (size_t i = 0; i < agreement.count && status == CRM_OK; i++) {
        struct value sum = value_null();
        status = sum_index(&agreement, table, &agreement.indexes[i], &sum);
        if (status == CRM_OK && (value_is_null(&sum) || sum.integer != sums[i].integer))
            *agrees = false;
    }
    return status;
}

crm_status sqlite_indexes_agree(struct store *store, bool *agree)
{
    sqlite3 *database = connection_of(store)->database;
    crm_status status = CRM_OK;
    *agree = true;
    if (sqlite3_create_function(database, "crm_index_sum", -1, SQLITE_UTF8, NULL, NULL, sum_step,
                                sum_final) != SQLITE_OK ||
        sqlite3_create_function(database, "crm_index_order", -1, SQLITE_UTF8, NULL, NULL,
                                order_step, order_final) != SQLITE_OK)
        return sqlite_failed(store);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = table_agrees(store, schema_kinds[i]->table, agree);
    for (size_t i = 0; i < schema_internal_kind_count && status == CRM_OK; i++)
        status = table_agrees(store, schema_internal_kinds[i]->table, agree);
    return status;
}
