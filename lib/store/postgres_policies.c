/* SPDX-License-Identifier: MIT */
/* Policies on PostgreSQL: they say whose a row is, and follow from the descriptors. A table is a
 * customer's by its reference to one, or by what it is part of. */
#include "store/postgres.h"

#include "schema/schema.h"

#include <string.h>

/* ---- Who is who ---- */

/* Not among the book's kinds: roles are of this server, and do not move with a copy of the book.
 * The functions read the table once a query, as the user who asks. */
static const char access_schema[] =
    "CREATE TABLE IF NOT EXISTS crm.staff_access ("
    "database_user name PRIMARY KEY, "
    "staff bigint NOT NULL UNIQUE, "
    "role text NOT NULL CHECK (role IN ('reader', 'manager', 'administrator')), "
    "department text COLLATE \"C\");"
    /* Who has a role is not removed: the rights would stay. */
    "ALTER TABLE crm.staff_access DROP CONSTRAINT IF EXISTS staff_access_staff_fkey, "
    "ADD CONSTRAINT staff_access_staff_fkey FOREIGN KEY (staff) REFERENCES crm.staff;"
    "CREATE OR REPLACE FUNCTION crm.access_role() RETURNS text LANGUAGE sql "
    "STABLE " POSTGRES_AS_CALLER
    "AS $$ SELECT role FROM crm.staff_access WHERE database_user = current_user $$;"
    "CREATE OR REPLACE FUNCTION crm.access_staff() RETURNS bigint LANGUAGE sql "
    "STABLE " POSTGRES_AS_CALLER
    "AS $$ SELECT staff FROM crm.staff_access WHERE database_user = current_user $$;"
    "CREATE OR REPLACE FUNCTION crm.access_department() RETURNS text LANGUAGE sql "
    "STABLE " POSTGRES_AS_CALLER
    "AS $$ SELECT department FROM crm.staff_access WHERE database_user = current_user $$;"
    "CREATE OR REPLACE FUNCTION crm.access_everything() RETURNS boolean LANGUAGE sql "
    "STABLE " POSTGRES_AS_CALLER
    "AS $$ SELECT coalesce(bool_or(role = 'administrator' OR (role = 'reader' AND department IS "
    "NULL)), false) FROM crm.staff_access WHERE database_user = current_user $$;";

/* ---- Whose is a row ---- */

/* How a table belongs to customers. */
struct belonging {
    const char *column; /* reference to the owner; NULL: everybody's */
    const char *table;  /* of the owner */
};

static struct belonging belonging_of(const struct kind *kind)
{
    const char *part = kind->part_of;
    const char *column = kind_field(kind, "customer") != NULL ? "customer" : part;
    if (column == NULL)
        return (struct belonging){0};
    const struct field *field = kind_field(kind, column);
    if (field->type != DATA_REFERENCE && field->type != DATA_INTEGER)
        return (struct belonging){0};
    const char *owner = field->type == DATA_REFERENCE ? field->reference : "customer";
    return (struct belonging){.column = column, .table = schema_kind(owner)->table};
}

/* The owner's own policy decides about what belongs to it: a row of it that is not seen is as none.
 * What has neither owner nor department is everybody's to take. */
static void visible_sql(struct buffer *sql, const struct kind *kind)
{
    struct belonging owner = belonging_of(kind);
    buffer_text(sql, "((SELECT crm.access_everything())");
    if (kind == &kind_customer)
        buffer_text(sql, " OR owner = (SELECT crm.access_staff())"
                         " OR department = (SELECT crm.access_department())"
                         " OR (owner IS NULL AND department IS NULL"
                         " AND (SELECT crm.access_role()) IS NOT NULL)");
    else if (owner.column != NULL)
        buffer_printf(sql, " OR EXISTS (SELECT 1 FROM crm.%s o WHERE o.id = %s.%s)", owner.table,
                      kind->table, owner.column);
    buffer_character(sql, ')');
}

static void policy_sql(struct buffer *sql, const struct kind *kind, const char *name,
                       const char *command)
{
    buffer_printf(sql,
                  "DROP POLICY IF EXISTS %s ON crm.%s;"
                  "CREATE POLICY %s ON crm.%s FOR %s ",
                  name, kind->table, name, kind->table, command);
}

/* Nothing is written outside of the entry under way, so that nothing escapes the journal: see
 * postgres_guard.c. */
#define WITHIN_ENTRY " AND (SELECT crm.access_entry()) IS NOT NULL"

/* By how much a statement may go beyond the highest number: so that nobody uses them up. */
enum { NUMBERS_AT_ONCE = 100000000 };

/* A row belongs to the entry, or comes back by it as what an older one had added: see
 * access_need_entry. */
static void of_the_entry_sql(struct buffer *sql, const struct kind *kind)
{
    buffer_text(sql, " AND entry <= (SELECT crm.access_entry())");
    if (kind->cluster == NULL)
        buffer_printf(sql, " AND id <= (SELECT crm.access_highest('%s')) + %d", kind->table,
                      NUMBERS_AT_ONCE);
}

static void writing_policies_sql(struct buffer *sql, const struct kind *kind)
{
    policy_sql(sql, kind, "staff_adds", "INSERT WITH CHECK (");
    visible_sql(sql, kind);
    of_the_entry_sql(sql, kind);
    buffer_text(sql, ");");
    policy_sql(sql, kind, "staff_changes", "UPDATE USING (");
    visible_sql(sql, kind);
    buffer_text(sql, WITHIN_ENTRY ") WITH CHECK (");
    visible_sql(sql, kind);
    buffer_text(sql, WITHIN_ENTRY ");");
    policy_sql(sql, kind, "staff_removes", "DELETE USING (");
    visible_sql(sql, kind);
    buffer_text(sql, WITHIN_ENTRY ");");
}

/* Records of customers, and the journal's images of them. */
static void row_policies_sql(struct buffer *sql, const struct kind *kind, bool record)
{
    buffer_printf(sql, "ALTER TABLE crm.%s ENABLE ROW LEVEL SECURITY;", kind->table);
    policy_sql(sql, kind, "staff_reads", "SELECT USING (");
    visible_sql(sql, kind);
    if (!record)
        buffer_text(sql, " OR customer IS NULL");
    buffer_text(sql, ");");
    if (record) {
        writing_policies_sql(sql, kind);
        return;
    }
    /* No role but an administrator's is granted this; forgetting a person takes it. */
    policy_sql(sql, kind, "staff_changes", "UPDATE USING ((SELECT crm.access_everything()));");
    policy_sql(sql, kind, "staff_removes", "DELETE USING ((SELECT crm.access_everything()));");
}

bool postgres_is_customers(const struct kind *kind)
{
    return kind == &kind_customer || belonging_of(kind).column != NULL;
}

/* ---- All that roles rest on ---- */

/* What is everybody's: folding of letters, and what policies ask on behalf of whoever reads. All
 * else serves the triggers of the book's tables, and anybody's if it could be called. */
static const char everybodys_functions[] =
    "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA crm FROM PUBLIC;"
    "DROP FUNCTION IF EXISTS crm.access_was_removed(text, bigint, bigint, bigint);"
    "GRANT EXECUTE ON FUNCTION crm.lower(text), crm.lower_rare(text), crm.access_role(), "
    "crm.access_staff(), crm.access_department(), crm.access_everything(), crm.access_entry(), "
    "crm.access_login(), crm.access_right_entry(crm.journal), "
    "crm.access_highest(text) TO PUBLIC;";

/* Another who may do what the owner may has left things of his own, whose functions run as him. */
static void adopt_sql(struct buffer *sql, const char *owner)
{
    buffer_text(sql,
                "DO $$ DECLARE other regprocedure; BEGIN FOR other IN SELECT p.oid FROM "
                "pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
                "WHERE n.nspname = 'crm' AND p.proowner <> n.nspowner LOOP EXECUTE "
                "pg_catalog.format('ALTER FUNCTION %s OWNER TO %I', other, ");
    postgres_literal_sql(sql, owner);
    buffer_text(sql, "); END LOOP; END $$;ALTER TABLE IF EXISTS crm.staff_access OWNER TO ");
    postgres_name_sql(sql, owner);
    buffer_text(sql, ";SET LOCAL ROLE ");
    postgres_name_sql(sql, owner);
    buffer_character(sql, ';');
}

static void functions_sql(struct buffer *sql)
{
    buffer_text(sql, postgres_image_function);
    for (size_t i = 0; i < postgres_table_count(); i++) {
        const struct kind *kind = postgres_table(i);
        if (kind->cluster == NULL)
            postgres_number_functions(sql, kind);
        if (i < schema_kind_count)
            postgres_image_functions(sql, kind);
    }
    postgres_guard_functions(sql);
}

crm_status postgres_make_guards(struct store *store, const char *owner)
{
    struct buffer sql cleanup(buffer_release) = {0};
    adopt_sql(&sql, owner);
    buffer_text(&sql, access_schema);
    functions_sql(&sql);
    postgres_guard_journal(&sql, owner);
    for (size_t i = 0; i < postgres_table_count(); i++) {
        const struct kind *kind = postgres_table(i);
        if (postgres_is_customers(kind))
            row_policies_sql(&sql, kind, i < schema_kind_count);
        if (postgres_is_customers(kind) && i < schema_kind_count)
            postgres_guard_kind(&sql, kind, owner);
    }
    buffer_text(&sql, everybodys_functions);
    buffer_printf(&sql, "COMMENT ON TABLE crm.staff_access IS 'roles of crm, guards %d';RESET ROLE",
                  POSTGRES_GUARDS);
    return postgres_execute_buffer(store, &sql);
}

crm_status postgres_renew_guards(struct store *store)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value owner;
    postgres_of(store)->unguarded = false;
    crm_status status = store_row_values(store, &arena,
                                         "SELECT CAST(pg_get_userbyid(nspowner) AS text) "
                                         "FROM pg_namespace WHERE nspname = 'crm'",
                                         NULL, 0, &owner, 1);
    return status == CRM_OK ? postgres_make_guards(store, owner.text) : status;
}
