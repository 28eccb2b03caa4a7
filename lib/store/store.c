/* SPDX-License-Identifier: MIT */
/* What all engines share: statements, short queries, nesting of transactions. */
#include "base/buffer.h"
#include "store/driver.h"
#include "store/keep.h"

#include <stdlib.h>
#include <string.h>

static const struct store_driver *const drivers[] = {&store_driver_sqlite, &store_driver_postgres};

void store_own_process(void)
{
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (drivers[i]->own_process != NULL)
            drivers[i]->own_process();
}

crm_status store_open(const char *path, enum store_mode mode, struct store **out,
                      struct error *error)
{
    *out = NULL;
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
        if (!drivers[i]->accepts(path))
            continue;
        struct store *store = calloc(1, sizeof *store);
        if (store == NULL)
            return error_no_memory(error);
        store->driver = drivers[i];
        store->error = error;
        store->timeout = STORE_TIMEOUT;
        crm_status status = store->driver->open(store, path, mode);
        if (status == CRM_OK)
            *out = store;
        else
            store_close(store);
        return status;
    }
    error_set(error, CRM_USAGE, _("no store can open '%s'"), path);
    return error_hint(error, _("give the name of a file, or postgresql://…"));
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    kept_statements_free(store->kept);
    store->driver->close(store);
    free(store);
}

crm_status store_execute(struct store *store, const char *sql)
{
    return store->driver->execute(store, sql);
}

crm_status store_prepare(struct store *store, const char *sql, struct statement **out)
{
    *out = NULL;
    struct statement *statement = calloc(1, sizeof *statement);
    if (statement == NULL)
        return error_no_memory(store->error);
    statement->store = store;
    crm_status status = store->driver->prepare(statement, sql);
    if (status == CRM_OK)
        *out = statement;
    else
        free(statement);
    return status;
}

void statement_free(struct statement *statement)
{
    if (statement == NULL)
        return;
    statement->store->driver->finalize(statement->handle);
    free(statement->row);
    free(statement);
}

void statement_cleanup(struct statement **statement)
{
    statement_free(*statement);
}

crm_status statement_bind(struct statement *statement, int index, const struct value *value)
{
    return statement->store->driver->bind(statement, index, value);
}

crm_status statement_bind_all(struct statement *statement, const struct value *values, size_t count)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = statement_bind(statement, (int)i + 1, &values[i]);
    return status;
}

crm_status statement_step(struct statement *statement, bool *row)
{
    return statement->store->driver->step(statement, row);
}

struct value statement_column(struct statement *statement, int column)
{
    return statement->store->driver->column(statement, column);
}

int statement_column_count(struct statement *statement)
{
    return statement->store->driver->column_count(statement);
}

void statement_reset(struct statement *statement)
{
    statement->store->driver->reset(statement);
}

crm_status statement_run(struct statement *statement)
{
    bool row = true;
    crm_status status = CRM_OK;
    while (status == CRM_OK && row)
        status = statement_step(statement, &row);
    statement_reset(statement);
    return status;
}

crm_status store_run(struct store *store, const char *sql, const struct value *parameters,
                     size_t count)
{
    struct statement *statement cleanup(statement_return) = NULL;
    crm_status status = statement_borrow(store, sql, &statement);
    if (status == CRM_OK)
        status = statement_bind_all(statement, parameters, count);
    if (status == CRM_OK)
        status = statement_run(statement);
    return status;
}

/* Where store_row_values puts its one row. */
struct one_row {
    struct arena *arena;
    struct value *out;
    size_t columns;
    bool found;
};

static crm_status keep_row(struct one_row *row, struct statement *statement)
{
    for (size_t i = 0; i < row->columns; i++) {
        row->out[i] = statement_column(statement, (int)i);
        if (row->out[i].type != VALUE_TEXT)
            continue;
        row->out[i].text = arena_copy_length(row->arena, row->out[i].text, row->out[i].length);
        if (row->out[i].text == NULL)
            return error_no_memory(statement->store->error);
    }
    row->found = true;
    return CRM_OK;
}

crm_status store_row_values(struct store *store, struct arena *arena, const char *sql,
                            const struct value *parameters, size_t count, struct value *out,
                            size_t columns)
{
    struct statement *statement cleanup(statement_return) = NULL;
    struct one_row kept = {.arena = arena, .out = out, .columns = columns};
    bool row = false;
    crm_status status = statement_borrow(store, sql, &statement);
    if (status == CRM_OK)
        status = statement_bind_all(statement, parameters, count);
    if (status == CRM_OK)
        status = statement_step(statement, &row);
    if (status == CRM_OK && row)
        status = keep_row(&kept, statement);
    return status == CRM_OK && !kept.found ? CRM_NOT_FOUND : status;
}

crm_status store_each(struct store *store, const struct store_select *select,
                      const struct value *parameters, size_t count, store_row each, void *context)
{
    return store->driver->each(store, select, parameters, count, each, context);
}

static crm_status hand_over_rows(struct statement *statement, store_row each, void *context)
{
    struct value *values cleanup(cleanup_free) = NULL;
    int columns = 0;
    for (;;) {
        bool row;
        crm_status status = statement_step(statement, &row);
        if (status != CRM_OK || !row)
            return status;
        if (values == NULL) {
            columns = statement_column_count(statement);
            values = calloc((size_t)columns + 1, sizeof *values);
        }
        if (values == NULL)
            return error_no_memory(statement->store->error);
        for (int i = 0; i < columns; i++)
            values[i] = statement_column(statement, i);
        status = each(context, values);
        if (status != CRM_OK)
            return status;
    }
}

crm_status store_query(struct store *store, const char *sql, const struct value *parameters,
                       size_t count, store_row each, void *context)
{
    struct statement *statement cleanup(statement_cleanup) = NULL;
    crm_status status = store_prepare(store, sql, &statement);
    if (status == CRM_OK)
        status = statement_bind_all(statement, parameters, count);
    if (status == CRM_OK)
        status = hand_over_rows(statement, each, context);
    return status;
}

void store_announce(struct store *store, const char *sql, const struct value *parameters,
                    size_t count)
{
    if (store->driver->announce != NULL)
        store->driver->announce(store, sql, parameters, count);
}

crm_status store_append(struct store *store, const char *table, const struct store_source *source,
                        const size_t *places, size_t count)
{
    return store->driver->append(store, table, source, places, count);
}

crm_status store_appender_new(struct store *store, const char *table, const char *const *columns,
                              size_t count, struct appender **out)
{
    *out = NULL;
    struct appender *appender = calloc(1, sizeof *appender);
    if (appender == NULL)
        return error_no_memory(store->error);
    appender->store = store;
    crm_status status = store->driver->appender_open(appender, table, columns, count);
    if (status == CRM_OK)
        *out = appender;
    else
        free(appender);
    return status;
}

crm_status appender_add(struct appender *appender, const struct value *values)
{
    return appender->store->driver->appender_add(appender, values);
}

void appender_free(struct appender *appender)
{
    if (appender == NULL)
        return;
    appender->store->driver->appender_close(appender);
    free(appender);
}

void appender_cleanup(struct appender **appender)
{
    appender_free(*appender);
}

static crm_status prepare_update(struct updater *updater, const struct kind *kind,
                                 const char *const *columns)
{
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_printf(&sql, "UPDATE %s SET ", kind->table);
    for (size_t i = 0; i < updater->count; i++)
        buffer_printf(&sql, "%s%s = $%zu", i > 0 ? ", " : "", columns[i], i + 1);
    buffer_printf(&sql, " WHERE id = $%zu", updater->count + 1);
    return sql.failed ? error_no_memory(updater->store->error)
                      : store_prepare(updater->store, buffer_string(&sql), &updater->statement);
}

crm_status store_updater_new(struct store *store, const struct kind *kind,
                             const char *const *columns, size_t count, struct updater **out)
{
    *out = NULL;
    struct updater *updater = calloc(1, sizeof *updater);
    if (updater == NULL)
        return error_no_memory(store->error);
    *updater = (struct updater){.store = store, .count = count};
    crm_status status = store->driver->updater_open == NULL
                            ? prepare_update(updater, kind, columns)
                            : store->driver->updater_open(updater, kind, columns, count);
    if (status == CRM_OK)
        *out = updater;
    else
        free(updater);
    return status;
}

crm_status updater_set(struct updater *updater, int64_t id, const struct value *values)
{
    struct statement *statement = updater->statement;
    if (statement == NULL)
        return updater->store->driver->updater_set(updater, id, values);
    const struct value which = value_integer(id);
    crm_status status = statement_bind_all(statement, values, updater->count);
    if (status == CRM_OK)
        status = statement_bind(statement, (int)updater->count + 1, &which);
    return status == CRM_OK ? statement_run(statement) : status;
}

void updater_free(struct updater *updater)
{
    if (updater == NULL)
        return;
    if (updater->statement != NULL)
        statement_free(updater->statement);
    else
        updater->store->driver->updater_close(updater);
    free(updater);
}

void statement_may_overtake(struct statement *statement)
{
    statement->overtakes = true;
}

crm_status store_settle(struct store *store)
{
    return store->driver->settle(store);
}

crm_status store_next_id(struct store *store, const struct kind *kind, int64_t *out)
{
    return store->driver->next_id(store, kind, out);
}

crm_status store_set_loading(struct store *store, bool loading)
{
    return store->driver->set_loading(store, loading);
}

int64_t store_changes(struct store *store)
{
    return store->driver->changes(store);
}

int64_t store_total_changes(struct store *store)
{
    return store->driver->total_changes(store);
}

crm_status store_set_timeout(struct store *store, int milliseconds)
{
    crm_status status =
        milliseconds == store->timeout ? CRM_OK : store->driver->set_timeout(store, milliseconds);
    if (status == CRM_OK)
        store->timeout = milliseconds;
    return status;
}

crm_status store_begin(struct store *store)
{
    crm_status status = store->depth == 0 ? store->driver->begin(store) : CRM_OK;
    if (status == CRM_OK)
        store->depth++;
    return status;
}

crm_status store_commit(struct store *store)
{
    if (store->depth > 1) {
        store->depth--;
        return CRM_OK;
    }
    crm_status status = store->driver->commit(store);
    if (status != CRM_OK)
        store->driver->rollback(store);
    store->depth = 0;
    return status;
}

void store_rollback(struct store *store)
{
    if (store->depth > 0)
        store->driver->rollback(store);
    store->depth = 0;
}

crm_status store_lock_turn(struct store *store)
{
    return store->driver->lock_turn == NULL ? CRM_OK : store->driver->lock_turn(store);
}

void store_unlock_turn(struct store *store)
{
    if (store->driver->unlock_turn != NULL)
        store->driver->unlock_turn(store);
}

crm_status store_begin_reading(struct store *store)
{
    if (store->depth > 0)
        return CRM_OK;
    crm_status status = store->reading == 0 ? store->driver->begin_reading(store) : CRM_OK;
    if (status == CRM_OK)
        store->reading++;
    return status;
}

crm_status store_begin_shadow(struct store *store)
{
    if (store->depth > 0 || store->reading)
        return error_set(store->error, CRM_USAGE, _("a look at the past begins by itself"));
    crm_status (*begin)(struct store *) = store->driver->begin_shadow != NULL
                                              ? store->driver->begin_shadow
                                              : store->driver->begin_reading;
    crm_status status = begin(store);
    store->reading = status == CRM_OK;
    return status;
}

void store_end_reading(struct store *store)
{
    if (store->reading == 1)
        store->driver->rollback(store);
    if (store->reading > 0)
        store->reading--;
}

bool store_in_transaction(const struct store *store)
{
    return store->depth > 0;
}

bool store_is_outermost(const struct store *store)
{
    return store->depth == 1;
}

const char *store_identity_type(const struct store *store, bool lasting)
{
    return lasting ? store->driver->lasting_identity_type : store->driver->identity_type;
}

const char *store_type(const struct store *store, enum data_type type)
{
    return store->driver->types[type];
}

const char *store_cluster_suffix(const struct store *store)
{
    return store->driver->cluster_suffix;
}

crm_status store_is_blank(struct store *store, bool *out)
{
    return store->driver->is_blank(store, out);
}

crm_status store_scrub(struct store *store, bool *whole)
{
    return store->driver->scrub(store, whole);
}

crm_status store_schema_version(struct store *store, int *out)
{
    crm_status status = store->driver->schema_version(store, out);
    store->version = status == CRM_OK ? *out : 0;
    return status;
}

crm_status store_set_schema_version(struct store *store, int version)
{
    return store->driver->set_schema_version(store, version);
}
