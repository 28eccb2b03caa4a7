/* SPDX-License-Identifier: MIT */
/* PostgreSQL's own checks, and what its catalogue says about the tables of a book. */
#include "store/postgres.h"

const char postgres_columns_sql[] =
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation <> "
    "t.typcollation THEN ' COLLATE \"' || c.collname || '\"' ELSE '' END, "
    "CAST(a.attnotnull AS int) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
    "LEFT JOIN pg_collation c ON c.oid = a.attcollation "
    "WHERE a.attrelid = to_regclass('crm.' || $1) AND a.attnum > 0 AND NOT a.attisdropped "
    "ORDER BY a.attnum";
const char postgres_triggers_sql[] =
    "SELECT tgname::text FROM pg_trigger WHERE tgrelid = to_regclass('crm.' || $1) "
    "AND NOT tgisinternal AND tgname NOT IN ('keep_changed', 'keep_removed', 'retire', "
    "'staff_needs_entry', 'staff_keeps_images', 'staff_keeps_removed', 'staff_keeps_numbers') "
    "ORDER BY 1";
const char postgres_indexes_sql[] =
    "SELECT string_agg(a.attname, ', ' ORDER BY k.place), CAST(i.indisunique AS int), "
    "CAST(i.indpred IS NOT NULL AS int), min(c.relname::text) FROM pg_index i "
    "JOIN pg_class c ON c.oid = i.indexrelid "
    "CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place) "
    "LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
    "WHERE i.indrelid = to_regclass('crm.' || $1) AND i.indisvalid GROUP BY i.indexrelid";

/* ---- amcheck, where an administrator has made it available ---- */

/* "schema.bt_index_check", null when there is none that this role may call. */
static const char find_function[] =
    "SELECT min(quote_ident(n.nspname) || '.' || p.proname) FROM pg_proc p "
    "JOIN pg_namespace n ON n.oid = p.pronamespace "
    "JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' "
    "JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'amcheck' "
    "AND p.proname = 'bt_index_check' AND has_function_privilege(p.oid, 'EXECUTE')";
static const char find_indexes[] =
    "SELECT c.relname FROM pg_class c JOIN pg_am m ON m.oid = c.relam "
    "WHERE c.relnamespace = to_regnamespace('crm') AND c.relkind = 'i' AND m.amname = 'btree' "
    "ORDER BY c.relname";

struct index_names {
    struct store *store;
    struct arena arena;
    const char **items;
    size_t count, room;
};

static void index_names_release(struct index_names *names)
{
    cleanup_free(&names->items);
    arena_release(&names->arena);
}

static crm_status add_name(void *context, const struct value *row)
{
    struct index_names *names = context;
    const char **items = array_grow(names->items, &names->room, names->count + 1, sizeof *items);
    if (items == NULL)
        return error_no_memory(names->store->error);
    names->items = items;
    items[names->count] = arena_copy_length(&names->arena, row[0].text, row[0].length);
    if (items[names->count] == NULL)
        return error_no_memory(names->store->error);
    names->count++;
    return CRM_OK;
}

/* What fails inside the savepoint leaves the transaction as it was. */
static crm_status verify_index(struct store *store, const char *function, const char *index,
                               store_fault_visitor each, void *context)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *sql =
        arena_printf(&arena, "SELECT %s(to_regclass('crm.' || quote_ident($1)), true)", function);
    const struct value name = value_text(index);
    if (sql == NULL)
        return error_no_memory(store->error);
    crm_status status = postgres_execute(store, "SAVEPOINT crm_verify");
    if (status != CRM_OK)
        return status;
    if (store_run(store, sql, &name, 1) == CRM_OK)
        return postgres_execute(store, "RELEASE SAVEPOINT crm_verify");
    const char *message = arena_copy(&arena, store->error->message);
    status = message == NULL ? error_no_memory(store->error)
                             : postgres_execute(store, "ROLLBACK TO SAVEPOINT crm_verify");
    const struct store_fault fault = {.message = message, .index = index};
    return status == CRM_OK ? each(context, &fault) : status;
}

/* ---- Triggers, without which the journal does not hear of a change ---- */

static const char count_triggers[] =
    "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass('crm.' || $1) "
    "AND tgname IN ('keep_changed', 'keep_removed') AND tgenabled IN ('O', 'A')";

static crm_status examine_triggers(struct store *store, store_fault_visitor each, void *context)
{
    enum { TRIGGERS = 2 }; /* of each table of records */
    struct arena arena cleanup(arena_release) = {0};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        const struct value table = value_text(schema_kinds[i]->table);
        struct value count = value_null();
        status = store_row_values(store, &arena, count_triggers, &table, 1, &count, 1);
        if (status != CRM_OK || count.integer == TRIGGERS)
            continue;
        const struct store_fault fault = {
            .message = arena_printf(
                &arena, _("table %s: the triggers that tell the journal are missing or disabled"),
                table.text)};
        status = fault.message == NULL ? error_no_memory(store->error) : each(context, &fault);
    }
    return status;
}

crm_status postgres_examine(struct store *store, store_fault_visitor each, void *context)
{
    struct index_names names cleanup(index_names_release) = {.store = store};
    struct value function = value_null();
    crm_status status = examine_triggers(store, each, context);
    if (status == CRM_OK)
        status = store_row_values(store, &names.arena, find_function, NULL, 0, &function, 1);
    if (status != CRM_OK || value_is_null(&function))
        return status; /* the tables are read in any case, which verifies their checksums */
    status = store_query(store, find_indexes, NULL, 0, add_name, &names);
    for (size_t i = 0; i < names.count && status == CRM_OK; i++)
        status = verify_index(store, function.text, names.items[i], each, context);
    return status;
}

crm_status postgres_rebuild_index(struct store *store, const char *index)
{
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_text(&sql, "REINDEX INDEX crm.\"");
    for (const char *at = index; *at != '\0'; at++)
        buffer_printf(&sql, *at == '"' ? "\"\"" : "%c", *at);
    buffer_text(&sql, "\"");
    return sql.failed ? error_no_memory(store->error)
                      : postgres_execute(store, buffer_string(&sql));
}
