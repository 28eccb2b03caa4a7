/* SPDX-License-Identifier: MIT */
/* CREATE TABLE and CREATE INDEX from the descriptors. */
#include "store/create.h"

#include "base/buffer.h"
#include "store/driver.h"

#include <string.h>

static void column_sql(const struct store *store, struct buffer *sql, const struct field *field)
{
    buffer_printf(sql, ", %s %s", field->name, store_type(store, field->type));
    if (field->flags & FIELD_REQUIRED)
        buffer_text(sql, " NOT NULL");
    if (field->flags & FIELD_KEY)
        buffer_text(sql, " UNIQUE");
    if (field->type == DATA_REFERENCE)
        buffer_printf(sql, " REFERENCES %s", schema_kind(field->reference)->table);
}

/* All columns begin with ", ", which is right for every kind that has an id. */
static void columns_sql(const struct store *store, struct buffer *sql, const struct kind *kind,
                        bool record)
{
    if (kind->cluster == NULL)
        buffer_printf(sql, ", id %s", store_identity_type(store, kind_is_lasting(kind)));
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].expression == NULL)
            column_sql(store, sql, &kind->fields[i]);
    if (kind->custom)
        buffer_printf(sql, ", custom %s", store_type(store, DATA_JSON));
    if (record)
        buffer_printf(sql, ", entry %s NOT NULL", store_type(store, DATA_INTEGER));
    for (size_t i = 0; i < kind->unique_count; i++)
        buffer_printf(sql, ", UNIQUE (%s)", kind->unique[i]);
    if (kind->cluster != NULL)
        buffer_printf(sql, ", PRIMARY KEY (%s)", kind->cluster);
}

/* Of the columns, or of the one field. */
static crm_status visit_index(const struct kind *kind, const char *columns,
                              const struct field *field, size_t number, kind_index_visitor each,
                              void *context)
{
    struct buffer name cleanup(buffer_release) = {0}, sql cleanup(buffer_release) = {0};
    const bool expression = field != NULL && field->index_as != NULL;
    const bool partial = field != NULL && (field->flags & FIELD_REQUIRED) == 0;
    buffer_printf(&name, "%s_%zu", kind->table, number);
    buffer_printf(&sql, expression ? "CREATE INDEX %s ON %s ((%s))" : "CREATE INDEX %s ON %s (%s)",
                  buffer_string(&name), kind->table, expression ? field->index_as : columns);
    if (partial)
        buffer_printf(&sql, " WHERE %s IS NOT NULL", field->name);
    const struct kind_index index = {.name = buffer_string(&name),
                                     .columns = expression ? NULL : columns,
                                     .partial = partial,
                                     .sql = buffer_string(&sql)};
    return name.failed || sql.failed ? CRM_NO_MEMORY : each(context, &index);
}

/* A field that may be empty is indexed where it isn't: a row written without it leaves that index
 * alone, which saves a page in the log for each. */
crm_status store_each_index(const struct kind *kind, kind_index_visitor each, void *context)
{
    size_t number = 0;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < kind->index_count && status == CRM_OK; i++)
        status = visit_index(kind, kind->indexes[i], NULL, ++number, each, context);
    for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++) {
        const struct field *field = &kind->fields[i];
        if (field->flags & FIELD_INDEXED)
            status = visit_index(kind, field->name, field, ++number, each, context);
    }
    return status;
}

static crm_status create_index(void *context, const struct kind_index *index)
{
    return store_execute(context, index->sql);
}

crm_status store_create_table(struct store *store, const struct kind *kind, bool record)
{
    struct buffer columns cleanup(buffer_release) = {0};
    struct buffer sql cleanup(buffer_release) = {0};
    columns_sql(store, &columns, kind, record);
    buffer_printf(&sql, "CREATE TABLE %s (%s)%s", kind->table, buffer_string(&columns) + 2,
                  kind->cluster != NULL ? store_cluster_suffix(store) : "");
    if (columns.failed || sql.failed)
        return CRM_NO_MEMORY;
    crm_status status = store_execute(store, buffer_string(&sql));
    if (status == CRM_OK)
        status = store_each_index(kind, create_index, store);
    if (status == CRM_OK && store->driver->finish_table != NULL)
        status = store->driver->finish_table(store, kind, record);
    return status;
}

static crm_status create_all(struct store *store)
{
    const struct store_driver *driver = store->driver;
    crm_status status = driver->begin_schema == NULL ? CRM_OK : driver->begin_schema(store);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = store_create_table(store, schema_kinds[i], true);
    for (size_t i = 0; i < schema_internal_kind_count && status == CRM_OK; i++)
        status = store_create_table(store, schema_internal_kinds[i], false);
    if (status == CRM_OK)
        status = store_set_schema_version(store, STORE_SCHEMA_VERSION);
    return status;
}

crm_status store_create_schema(struct store *store, struct error *error)
{
    crm_status status = store_begin(store);
    if (status != CRM_OK)
        return status;
    bool blank = false;
    status = store_is_blank(store, &blank);
    if (status == CRM_OK)
        status = blank ? create_all(store) : CRM_EXISTS;
    if (status == CRM_OK)
        return store_commit(store);
    store_rollback(store);
    return status == CRM_NO_MEMORY ? error_no_memory(error) : status;
}

crm_status store_check_version(int version, struct error *error)
{
    if (version <= STORE_SCHEMA_VERSION)
        return CRM_OK;
    error_set(error, CRM_NEWER_SCHEMA,
              _("the book has schema version %d, this crm knows versions up to %d"), version,
              STORE_SCHEMA_VERSION);
    return error_hint(error, _("use the crm that wrote it, or a newer one"));
}

static crm_status create_shadow(struct store *store, const char *prefix, const struct kind *kind,
                                bool record)
{
    struct buffer sql cleanup(buffer_release) = {0};
    const char *separator = "";
    buffer_printf(&sql, "CREATE TEMP TABLE %s%s (", prefix, kind->table);
    if (kind->cluster == NULL) {
        buffer_printf(&sql, "id %s PRIMARY KEY", store_type(store, DATA_INTEGER));
        separator = ", ";
    }
    for (size_t i = 0; i < kind->field_count; i++) {
        if (kind->fields[i].expression != NULL)
            continue;
        buffer_printf(&sql, "%s%s %s", separator, kind->fields[i].name,
                      store_type(store, kind->fields[i].type));
        separator = ", ";
    }
    if (kind->custom)
        buffer_printf(&sql, ", custom %s", store_type(store, DATA_JSON));
    if (record)
        buffer_printf(&sql, ", entry %s", store_type(store, DATA_INTEGER));
    if (kind->cluster != NULL)
        buffer_printf(&sql, ", PRIMARY KEY (%s)", kind->cluster);
    buffer_character(&sql, ')');
    return sql.failed ? CRM_NO_MEMORY : store_execute(store, buffer_string(&sql));
}

crm_status store_create_shadow(struct store *store, const char *prefix, struct error *error)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = create_shadow(store, prefix, schema_kinds[i], true);
    for (size_t i = 0; i < schema_internal_kind_count && status == CRM_OK; i++)
        if (strcmp(schema_internal_kinds[i]->table, "month_total") == 0)
            status = create_shadow(store, prefix, schema_internal_kinds[i], false);
    return status == CRM_NO_MEMORY ? error_no_memory(error) : status;
}

crm_status store_check_schema(struct store *store, struct error *error)
{
    int version;
    crm_status status = store_schema_version(store, &version);
    if (status == CRM_OK)
        status = store_check_version(version, error);
    if (status != CRM_OK || version >= 1)
        return status;
    error_set(error, CRM_CORRUPT, _("the book's database holds no customer book"));
    return error_hint(error, _("make one with: crm init"));
}
