/* SPDX-License-Identifier: MIT */
/* What PostgreSQL does around the loading of a whole book. */
#include "store/postgres.h"

#include "schema/schema.h"

#include <string.h>

crm_status postgres_last_number(struct store *store, const char *table, int64_t *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value name = value_text(table);
    struct value last = value_null();
    crm_status status = store_row_values(
        store, &arena, "SELECT last FROM identity WHERE table_name = $1", &name, 1, &last, 1);
    *out = last.integer;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

crm_status postgres_set_last_number(struct store *store, const char *table, int64_t last)
{
    const struct value values[] = {value_text(table), value_integer(last)};
    return store_run(store, "UPDATE identity SET last = $2 WHERE table_name = $1", values, 2);
}

/* A record may come before the one of its own kind that it refers to, and the server looks after
 * each megabyte. ALTER does so for all such references, `how` is the state. */
static crm_status alter_own_references(struct store *store, const char *how)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct kind *kind = schema_kinds[i];
        for (size_t j = 0; j < kind->field_count && status == CRM_OK; j++) {
            const struct field *field = &kind->fields[j];
            struct buffer sql cleanup(buffer_release) = {0};
            if (field->type != DATA_REFERENCE || strcmp(field->reference, kind->name) != 0)
                continue;
            buffer_printf(&sql, "ALTER TABLE %s ALTER CONSTRAINT %s_%s_fkey %s", kind->table,
                          kind->table, field->name, how);
            status = sql.failed ? error_no_memory(store->error)
                                : postgres_execute(store, buffer_string(&sql));
        }
    }
    return status;
}

crm_status postgres_begin_copy(struct store *store)
{
    return alter_own_references(store, "DEFERRABLE INITIALLY DEFERRED");
}

/* The references are verified now. Without figures of the new tables the first queries would be
 * planned as if these were empty. */
crm_status postgres_end_copy(struct store *store)
{
    crm_status status = postgres_execute(store, "SET CONSTRAINTS ALL IMMEDIATE");
    if (status == CRM_OK)
        status = alter_own_references(store, "NOT DEFERRABLE");
    for (size_t i = 0; i < schema_kind_count + schema_internal_kind_count && status == CRM_OK;
         i++) {
        struct buffer sql cleanup(buffer_release) = {0};
        buffer_printf(&sql, "ANALYZE %s",
                      i < schema_kind_count ? schema_kinds[i]->table
                                            : schema_internal_kinds[i - schema_kind_count]->table);
        status = sql.failed ? error_no_memory(store->error)
                            : postgres_execute(store, buffer_string(&sql));
    }
    return status;
}
