/* SPDX-License-Identifier: MIT */
/* Roles on PostgreSQL: GRANT says which tables, policies of the rows say whose. Both follow from
 * the descriptors: a table is a customer's by its reference to one, or by what it is part of. */
#include "store/postgres.h"

#include "schema/schema.h"
#include "store/roles.h"

#include <string.h>

/* ---- Who is who ---- */

/* Not among the book's kinds: roles are of this server, and do not move with a copy of the book.
 * The functions read the table once a query, as the user who asks. */
static const char access_schema[] =
    "CREATE TABLE IF NOT EXISTS crm.staff_access ("
    "database_user name PRIMARY KEY, "
    "staff bigint NOT NULL UNIQUE REFERENCES crm.staff ON DELETE CASCADE, "
    "role text NOT NULL CHECK (role IN ('reader', 'manager', 'administrator')), "
    "department text COLLATE \"C\");"
    "CREATE OR REPLACE FUNCTION crm.access_role() RETURNS text LANGUAGE sql STABLE AS "
    "$$ SELECT role FROM crm.staff_access WHERE database_user = current_user $$;"
    "CREATE OR REPLACE FUNCTION crm.access_staff() RETURNS bigint LANGUAGE sql STABLE AS "
    "$$ SELECT staff FROM crm.staff_access WHERE database_user = current_user $$;"
    "CREATE OR REPLACE FUNCTION crm.access_department() RETURNS text LANGUAGE sql STABLE AS "
    "$$ SELECT department FROM crm.staff_access WHERE database_user = current_user $$;"
    "CREATE OR REPLACE FUNCTION crm.access_everything() RETURNS boolean LANGUAGE sql STABLE AS "
    "$$ SELECT coalesce(bool_or(role = 'administrator' OR (role = 'reader' AND department IS "
    "NULL)),"
    " false) FROM crm.staff_access WHERE database_user = current_user $$;";

/* What is everybody's, and what only numbers and images are made by. */
static const char access_functions[] = "REVOKE EXECUTE ON FUNCTION crm.keep_image FROM PUBLIC;";

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

/* A row belongs to the entry, or comes back by it as what an older one had added. Lines have no
 * number; those removed are known by their customer. */
static void of_the_entry_sql(struct buffer *sql, const struct kind *kind)
{
    buffer_printf(sql,
                  " AND (entry = (SELECT crm.access_entry()) OR "
                  "crm.access_was_removed('%s', %s, entry))",
                  kind->name, kind->cluster == NULL ? "id, NULL" : "NULL, customer");
}

static void writing_policies_sql(struct buffer *sql, const struct kind *kind)
{
    policy_sql(sql, kind, "staff_adds", "INSERT WITH CHECK (");
    visible_sql(sql, kind);
    buffer_text(sql, WITHIN_ENTRY);
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

static bool is_customers(const struct kind *kind)
{
    return kind == &kind_customer || belonging_of(kind).column != NULL;
}

static const struct kind *kind_at(size_t place)
{
    return place < schema_kind_count ? schema_kinds[place]
                                     : schema_internal_kinds[place - schema_kind_count];
}

static size_t kinds_in_all(void)
{
    return schema_kind_count + schema_internal_kind_count;
}

static crm_status run(struct store *store, const struct buffer *sql)
{
    return sql->failed ? error_no_memory(store->error)
                       : postgres_execute(store, buffer_string(sql));
}

static crm_status make_policies(struct store *store, const char *owner)
{
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_text(&sql, access_schema);
    buffer_text(&sql, access_functions);
    buffer_text(&sql, postgres_guard_functions);
    postgres_guard_journal(&sql, owner);
    for (size_t i = 0; i < kinds_in_all(); i++) {
        const struct kind *kind = kind_at(i);
        if (is_customers(kind))
            row_policies_sql(&sql, kind, i < schema_kind_count);
        if (is_customers(kind) && i < schema_kind_count)
            postgres_guard_kind(&sql, kind, owner);
        if (kind->cluster == NULL)
            buffer_printf(&sql, "REVOKE EXECUTE ON FUNCTION crm.next_%s FROM PUBLIC;", kind->table);
    }
    return run(store, &sql);
}

/* ---- Rights on tables ---- */

static void name_sql(struct buffer *sql, const char *name)
{
    buffer_character(sql, '"');
    for (; *name != '\0'; name++)
        buffer_printf(sql, *name == '"' ? "\"\"" : "%c", *name);
    buffer_character(sql, '"');
}

/* What a manager may do with the program's own tables: the journal is only added to. */
static const char *internal_rights(const struct kind *kind)
{
    static const struct {
        const char *table, *rights;
    } tables[] = {
        {"journal", "SELECT, INSERT"},
        {"merged_record", "SELECT, INSERT"},
        {"month_total", "SELECT, INSERT, UPDATE, DELETE"},
        {"reminder_given", "SELECT, INSERT, DELETE"},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(kind->table, tables[i].table) == 0)
            return tables[i].rights;
    return "SELECT";
}

/* A customer is removed by an administrator; what everybody shares is changed by one. */
static const char *manager_rights(const struct kind *kind, bool record)
{
    if (!record)
        return internal_rights(kind);
    if (kind == &kind_customer)
        return "SELECT, INSERT, UPDATE";
    return is_customers(kind) ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT";
}

/* Whoever writes asks for numbers, an import also of what it then finds there already. */
static void grant_table(struct buffer *sql, const char *rights, const struct kind *kind,
                        const struct store_access *access)
{
    const char *user = access->user;
    buffer_printf(sql, "GRANT %s ON crm.%s TO ", rights, kind->table);
    name_sql(sql, user);
    buffer_character(sql, ';');
    if (kind->cluster != NULL || access->role == STORE_READER)
        return;
    buffer_printf(sql, "GRANT EXECUTE ON FUNCTION crm.next_%s TO ", kind->table);
    name_sql(sql, user);
    buffer_character(sql, ';');
}

static crm_status grant_tables(struct store *store, const struct store_access *access)
{
    static const char *const everybodys[] = {"GRANT USAGE ON SCHEMA crm TO ",
                                             "GRANT SELECT ON crm.staff_access TO ",
                                             "GRANT SELECT ON crm.identity TO "};
    struct buffer sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < sizeof everybodys / sizeof *everybodys; i++) {
        buffer_text(&sql, everybodys[i]);
        name_sql(&sql, access->user);
        buffer_character(&sql, ';');
    }
    for (size_t i = 0; i < kinds_in_all(); i++) {
        const struct kind *kind = kind_at(i);
        const char *rights = "SELECT";
        if (access->role == STORE_ADMINISTRATOR)
            rights = "SELECT, INSERT, UPDATE, DELETE";
        else if (access->role == STORE_MANAGER)
            rights = manager_rights(kind, i < schema_kind_count);
        grant_table(&sql, rights, kind, access);
    }
    return run(store, &sql);
}

static crm_status take_rights(struct store *store, const char *user)
{
    static const char *const parts[] = {"REVOKE ALL ON ALL TABLES IN SCHEMA crm FROM ",
                                        "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA crm FROM ",
                                        "REVOKE ALL ON SCHEMA crm FROM "};
    struct buffer sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buffer_text(&sql, parts[i]);
        name_sql(&sql, user);
        buffer_character(&sql, ';');
    }
    return run(store, &sql);
}

/* ---- Users ---- */

/* Policies belong to who made the book: *owner, in the arena. */
static crm_status need_owner(struct store *store, struct arena *arena, const char **owner)
{
    struct value facts[2];
    crm_status status = store_row_values(
        store, arena,
        "SELECT CASE WHEN pg_has_role(nspowner, 'USAGE') THEN 1 ELSE 0 END, "
        "CAST(pg_get_userbyid(nspowner) AS text) FROM pg_namespace WHERE nspname = 'crm'",
        NULL, 0, facts, 2);
    *owner = status == CRM_OK ? facts[1].text : NULL;
    if (status != CRM_OK || facts[0].integer != 0)
        return status;
    error_set(store->error, CRM_READONLY,
              _("only the owner of the book's database, %s, gives and "
                "takes roles"),
              facts[1].text);
    return error_hint(store->error, _("ask %s, or connect as that user"), facts[1].text);
}

static crm_status make_user(struct store *store, const char *user)
{
    struct arena arena cleanup(arena_release) = {0};
    struct buffer sql cleanup(buffer_release) = {0};
    const struct value name = value_text(user);
    struct value facts[2];
    crm_status status =
        store_row_values(store, &arena,
                         "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = $1), "
                         "(SELECT count(*) FROM pg_roles WHERE rolname = current_user AND "
                         "(rolsuper OR rolcreaterole))",
                         &name, 1, facts, 2);
    if (status != CRM_OK || facts[0].integer > 0)
        return status;
    if (facts[1].integer == 0) {
        error_set(store->error, CRM_NOT_FOUND, _("the database has no user '%s'"), user);
        return error_hint(store->error, _("have one made: CREATE ROLE \"%s\" LOGIN"), user);
    }
    buffer_text(&sql, "CREATE ROLE ");
    name_sql(&sql, user);
    buffer_text(&sql, " LOGIN");
    return run(store, &sql);
}

/* A second role of somebody's, or a user who is somebody else, would be one too many. */
static crm_status refuse_user(struct store *store, const struct store_access *access)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_text(access->user), value_integer(access->staff)};
    struct value other;
    crm_status status =
        store_row_values(store, &arena,
                         "SELECT s.login FROM staff_access a JOIN staff s ON s.id = a.staff "
                         "WHERE a.database_user = $1 AND a.staff <> $2",
                         parameters, 2, &other, 1);
    if (status != CRM_OK)
        return status == CRM_NOT_FOUND ? CRM_OK : status;
    error_set(store->error, CRM_CONFLICT, _("the database's user '%s' is %s already"), access->user,
              other.text);
    return error_hint(store->error, _("revoke that role first, or name another --database-user"));
}

static crm_status has_access_table(struct store *store, bool *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value found;
    crm_status status = store_row_values(
        store, &arena, "SELECT count(*) FROM pg_class WHERE oid = to_regclass('crm.staff_access')",
        NULL, 0, &found, 1);
    *out = status == CRM_OK && found.integer > 0;
    return status;
}

crm_status postgres_revoke(struct store *store, int64_t staff)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_integer(staff);
    struct value user;
    const char *owner;
    bool known = false;
    crm_status status = need_owner(store, &arena, &owner);
    if (status == CRM_OK)
        status = has_access_table(store, &known);
    if (status != CRM_OK || !known)
        return status == CRM_OK ? CRM_NOT_FOUND : status;
    status = store_row_values(store, &arena,
                              "SELECT CAST(database_user AS text) FROM staff_access "
                              "WHERE staff = $1",
                              &parameter, 1, &user, 1);
    if (status == CRM_OK)
        status = take_rights(store, user.text);
    return status == CRM_OK
               ? store_run(store, "DELETE FROM staff_access WHERE staff = $1", &parameter, 1)
               : status;
}

crm_status postgres_grant(struct store *store, const struct store_access *access)
{
    const struct value parameters[] = {value_text(access->user), value_integer(access->staff),
                                       value_text(store_role_name(access->role)),
                                       value_text(access->department)};
    struct arena arena cleanup(arena_release) = {0};
    const char *owner;
    crm_status status = need_owner(store, &arena, &owner);
    if (status == CRM_OK)
        status = make_policies(store, owner);
    if (status == CRM_OK)
        status = refuse_user(store, access);
    if (status == CRM_OK)
        status = postgres_revoke(store, access->staff);
    if (status == CRM_OK || status == CRM_NOT_FOUND)
        status = make_user(store, access->user);
    if (status == CRM_OK)
        status = grant_tables(store, access);
    return status == CRM_OK
               ? store_run(store,
                           "INSERT INTO staff_access (database_user, staff, role, department) "
                           "VALUES ($1, $2, $3, $4)",
                           parameters, 4)
               : status;
}

/* ---- Asking ---- */

crm_status postgres_each_access(struct store *store, store_row each, void *context)
{
    bool known = false;
    crm_status status = has_access_table(store, &known);
    return status == CRM_OK && known
               ? store_query(store,
                             "SELECT s.login, s.name, a.role, CAST(a.database_user AS text), "
                             "a.department FROM staff_access a JOIN staff s ON s.id = a.staff "
                             "ORDER BY s.login",
                             NULL, 0, each, context)
               : status;
}

crm_status postgres_is_restricted(struct store *store, bool *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value active;
    crm_status status = store_row_values(
        store, &arena, "SELECT CASE WHEN row_security_active('customer') THEN 1 ELSE 0 END", NULL,
        0, &active, 1);
    if (status != CRM_OK || active.integer == 0)
        return status;
    status =
        store_row_values(store, &arena, "SELECT CASE WHEN access_everything() THEN 1 ELSE 0 END",
                         NULL, 0, &active, 1);
    *out = status == CRM_OK && active.integer == 0;
    return status;
}

crm_status postgres_actor(struct store *store, struct arena *arena, const char **out)
{
    struct value login = value_null();
    if (!postgres_of(store)->roles)
        return CRM_OK;
    crm_status status =
        store_row_values(store, arena,
                         "SELECT max(s.login) FROM staff_access a JOIN staff s ON s.id = a.staff "
                         "WHERE a.database_user = current_user",
                         NULL, 0, &login, 1);
    if (status == CRM_OK && login.type == VALUE_TEXT)
        *out = login.text;
    return status;
}

crm_status postgres_may_add(struct store *store, const char *table, bool *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value name = value_text(table);
    struct value may;
    crm_status status = store_row_values(
        store, &arena, "SELECT CASE WHEN has_table_privilege($1, 'INSERT') THEN 1 ELSE 0 END",
        &name, 1, &may, 1);
    *out = status == CRM_OK && may.integer != 0;
    return status;
}
