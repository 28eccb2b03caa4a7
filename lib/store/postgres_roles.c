/* SPDX-License-Identifier: MIT */
/* Roles on PostgreSQL: GRANT says which tables; policies of the rows, see postgres_policies.c, say
 * whose. */
#include "store/postgres.h"

#include "schema/schema.h"
#include "store/roles.h"

#include <string.h>

/* ---- Rights on tables ---- */

/* What a manager may do with the program's own tables: the journal is only added to. */
static const char *internal_rights(const struct kind *kind)
{
    static const struct {
        const char *table, *rights;
    } tables[] = {
        {"journal", "SELECT, INSERT"},
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
    return postgres_is_customers(kind) ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT";
}

/* Whoever writes asks for numbers, an import also of what it then finds there already. */
static void grant_table(struct buffer *sql, const char *rights, const struct kind *kind,
                        const struct store_access *access)
{
    const char *user = access->user;
    buffer_printf(sql, "GRANT %s ON crm.%s TO ", rights, kind->table);
    postgres_name_sql(sql, user);
    buffer_character(sql, ';');
    if (kind->cluster != NULL || access->role == STORE_READER)
        return;
    buffer_printf(sql, "GRANT EXECUTE ON FUNCTION crm.next_%s TO ", kind->table);
    postgres_name_sql(sql, user);
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
        postgres_name_sql(&sql, access->user);
        buffer_character(&sql, ';');
    }
    for (size_t i = 0; i < postgres_table_count(); i++) {
        const struct kind *kind = postgres_table(i);
        const char *rights = "SELECT";
        if (access->role == STORE_ADMINISTRATOR)
            rights = "SELECT, INSERT, UPDATE, DELETE";
        else if (access->role == STORE_MANAGER)
            rights = manager_rights(kind, i < schema_kind_count);
        grant_table(&sql, rights, kind, access);
    }
    return postgres_execute_buffer(store, &sql);
}

static crm_status take_rights(struct store *store, const char *user)
{
    static const char *const parts[] = {"REVOKE ALL ON ALL TABLES IN SCHEMA crm FROM ",
                                        "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA crm FROM ",
                                        "REVOKE ALL ON SCHEMA crm FROM "};
    struct buffer sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buffer_text(&sql, parts[i]);
        postgres_name_sql(&sql, user);
        buffer_character(&sql, ';');
    }
    return postgres_execute_buffer(store, &sql);
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
    postgres_name_sql(&sql, user);
    buffer_text(&sql, " LOGIN");
    return postgres_execute_buffer(store, &sql);
}

/* Policies hold for nobody who may do as the owner may, or is above them. */
static crm_status refuse_unbound(struct store *store, const struct store_access *access,
                                 const char *owner)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_text(access->user), value_text(owner)};
    struct value unbound;
    crm_status status = store_row_values(
        store, &arena,
        "SELECT CASE WHEN rolsuper OR rolbypassrls OR pg_has_role(rolname, CAST($2 AS name), "
        "'MEMBER') THEN 1 ELSE 0 END FROM pg_roles WHERE rolname = $1",
        parameters, 2, &unbound, 1);
    if (status != CRM_OK || unbound.integer == 0)
        return status == CRM_NOT_FOUND ? CRM_OK : status;
    error_set(store->error, CRM_CONFLICT,
              _("the database's user '%s' is bound by no role: he owns the book, or stands above "
                "its rights"),
              access->user);
    return error_hint(store->error,
                      _("name another --database-user, or have those rights taken back"));
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
        status = postgres_make_guards(store, owner);
    if (status == CRM_OK)
        status = refuse_unbound(store, access, owner);
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

crm_status postgres_find_holder(struct store *store, struct arena *arena, const char *which,
                                int64_t parameter, struct value holder[2])
{
    const struct value value = value_integer(parameter);
    const char *sql =
        arena_printf(arena,
                     "SELECT s.login, a.role FROM staff_access a JOIN staff s ON s.id = a.staff "
                     "WHERE a.staff IN (%s) ORDER BY s.login LIMIT 1",
                     which);
    if (sql == NULL)
        return error_no_memory(store->error);
    return postgres_of(store)->roles ? store_row_values(store, arena, sql, &value, 1, holder, 2)
                                     : CRM_NOT_FOUND;
}

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
