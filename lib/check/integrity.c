/* SPDX-License-Identifier: MIT */
/* The engine's own view of the store, its tables beside the descriptors, and keys given twice. */
#include "check/check.h"
#include "store/inspect.h"

#include <string.h>

static const char *backup_hint(void)
{
    return _(
        "restore a backup: crm restore; what came after it is in the damaged book's crm export");
}

/* ---- The engine ---- */

struct broken_indexes {
    struct check *check;
    const char *names[64]; /* in check->arena */
    size_t count;
};

static crm_status keep_index(struct broken_indexes *broken, const char *name)
{
    size_t most = sizeof broken->names / sizeof *broken->names;
    for (size_t i = 0; i < broken->count; i++)
        if (strcmp(broken->names[i], name) == 0)
            return CRM_OK;
    const char *copy = arena_copy(&broken->check->arena, name);
    if (copy == NULL)
        return error_no_memory(&broken->check->book->error);
    if (broken->count < most)
        broken->names[broken->count++] = copy;
    return CRM_OK;
}

static crm_status say_fault(void *context, const struct store_fault *fault)
{
    struct broken_indexes *broken = context;
    struct check *check = broken->check;
    crm_status status = CRM_OK;
    const struct finding finding = {.part = CHECK_INTEGRITY,
                                    .record = fault->index,
                                    .problem = arena_copy(&check->scratch, fault->message),
                                    .hint = fault->index == NULL ? backup_hint() : NULL,
                                    .repairable = fault->index != NULL};
    if (finding.problem == NULL)
        return error_no_memory(&check->book->error);
    if (fault->index != NULL)
        status = keep_index(broken, fault->index);
    return status == CRM_OK ? check_say(check, &finding) : status;
}

crm_status check_integrity(struct check *check)
{
    struct broken_indexes broken = {.check = check};
    if (!check->wanted[CHECK_INTEGRITY])
        return CRM_OK;
    book_progress(check->book, _("reading the database"), 0, 0);
    crm_status status = store_examine(check->book->store, say_fault, &broken);
    if (status != CRM_OK)
        return check_failed(check, CHECK_INTEGRITY, NULL, status);
    for (size_t i = 0; check->repair && i < broken.count && status == CRM_OK; i++) {
        status = store_rebuild_index(check->book->store, broken.names[i]);
        check->book->changed_no_rows = true;
    }
    return status;
}

/* ---- The tables ---- */

static crm_status say_trigger(struct check *check, const struct schema_fault *fault)
{
    const struct finding finding = {
        .part = CHECK_SCHEMA,
        .kind = fault->kind->name,
        .stored = fault->stored,
        .problem = _("a trigger that is not crm's: it changes what commands write"),
        .hint = _("look at what it did, and drop it with the database's own means")};
    return check_say(check, &finding);
}

static crm_status say_schema_fault(void *context, const struct schema_fault *fault)
{
    struct check *check = context;
    if (fault->trigger)
        return say_trigger(check, fault);
    const char *problem = _("not stored as the program stores it");
    if (fault->stored == NULL && fault->index_sql != NULL)
        problem = _("the index is missing: what needs it is slow");
    else if (fault->stored == NULL)
        problem = fault->field == NULL ? _("the table is missing") : _("missing");
    const struct finding finding = {.part = CHECK_SCHEMA,
                                    .kind = fault->kind->name,
                                    .field = fault->field,
                                    .stored = fault->stored,
                                    .expected = fault->expected,
                                    .problem = problem,
                                    .hint = fault->index_sql == NULL ? backup_hint() : NULL,
                                    .repairable = fault->index_sql != NULL};
    if (fault->index_sql == NULL)
        check->keys_guarded = false;
    crm_status status = check_say(check, &finding);
    if (status != CRM_OK || !check->repair || fault->index_sql == NULL)
        return status;
    check->book->changed_no_rows = true;
    return store_execute(check->book->store, fault->index_sql);
}

crm_status check_schema(struct check *check)
{
    if (!check->wanted[CHECK_SCHEMA])
        return CRM_OK;
    check->keys_guarded = check->wanted[CHECK_INTEGRITY];
    crm_status status = store_compare_schema(check->book->store, say_schema_fault, check);
    return status == CRM_OK ? status : check_failed(check, CHECK_SCHEMA, NULL, status);
}

/* ---- Keys ---- */

struct key_check {
    struct check *check;
    const struct kind *kind;
    const char *fields; /* "number, customer" */
};

static crm_status say_taken(void *context, const struct value *row)
{
    const struct key_check *key = context;
    const struct finding finding = {
        .part = CHECK_VALUES,
        .kind = key->kind->name,
        .record = check_record(key->check, key->kind, row[0].integer),
        .field = key->fields,
        .stored = check_text(key->check, NULL, &row[1]),
        .problem = _("several records have this, which is one's alone"),
        .hint = _("edit all of them but one, or merge them: crm edit, crm merge")};
    return check_say(key->check, &finding);
}

static crm_status check_key(struct check *check, const struct kind *kind, const char *fields)
{
    struct arena arena cleanup(arena_release) = {0};
    struct key_check key = {check, kind, fields};
    size_t first = strcspn(fields, ",");
    const char *sql = arena_printf(&arena,
                                   "SELECT min(id), min(%.*s) FROM %s WHERE %.*s IS NOT NULL "
                                   "GROUP BY %s HAVING count(*) > 1 ORDER BY 1",
                                   (int)first, fields, kind->table, (int)first, fields, fields);
    if (sql == NULL)
        return error_no_memory(&check->book->error);
    crm_status status = store_query(check->book->store, sql, NULL, 0, say_taken, &key);
    return status == CRM_OK ? status : check_failed(check, CHECK_VALUES, kind->name, status);
}

/* Where the indexes are all there, and sound, the engine has seen to it. */
crm_status check_unique(struct check *check)
{
    crm_status status = CRM_OK;
    for (size_t k = 0; !check->keys_guarded && check->wanted[CHECK_VALUES] && k < schema_kind_count;
         k++) {
        const struct kind *kind = schema_kinds[k];
        for (size_t i = 0; i < kind->field_count && status == CRM_OK; i++)
            if (kind->fields[i].flags & FIELD_KEY)
                status = check_key(check, kind, kind->fields[i].name);
        for (size_t i = 0; i < kind->unique_count && status == CRM_OK; i++)
            status = check_key(check, kind, kind->unique[i]);
    }
    return status;
}
