/* SPDX-License-Identifier: MIT */
/* Migration of an older store: a copy, the tables anew, then what each version's step computes. */
#include "store/migrate.h"

#include "base/file.h"
#include "store/create.h"
#include "store/driver.h"
#include "store/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From a released version to the next. The tables are those of today already: a step fills what no
 * older crm knew. */
struct step {
    int from;
    const struct store_fill *fills; /* columns that must not be empty */
    size_t fill_count;
    crm_status (*finish)(struct store *store); /* NULL: nothing */
};

/* ---- 1 to 2: entries get their hashes ---- */

static const struct store_fill fills_of_1[] = {
    {"journal", "command_digest", "''"}, {"journal", "added", "'{}'"},
    {"journal", "images_digest", "''"},  {"journal", "previous_hash", "''"},
    {"journal", "hash", "''"},           {"reminder_given", "entry", "0"},
};

/* Two streams in the order of entries, read side by side. */
struct chain {
    struct store *store;
    struct statement *entries, *counts, *update;
    bool more_counts;
    struct salts salts;
    char hash[DIGEST_TEXT];
    char no_images[DIGEST_TEXT];
    struct buffer added;
};

static void chain_release(struct chain *chain)
{
    statement_free(chain->entries);
    statement_free(chain->counts);
    statement_free(chain->update);
    buffer_release(&chain->added);
}

/* Rows by entry and table; `place` is the table's in schema_kinds, or behind them. */
static void count_sql(struct buffer *sql, const struct kind *kind, size_t place)
{
    const char *by = kind->cluster == NULL                  ? "id"
                     : kind_field(kind, "customer") == NULL ? "0"
                                                            : "customer";
    buffer_printf(sql,
                  "%sSELECT entry, %zu AS place, count(*) AS rows_of, min(%s) AS first_of, "
                  "max(%s) AS last_of FROM %s GROUP BY entry",
                  sql->length > 0 ? " UNION ALL " : "", place, by, by, kind->table);
}

static crm_status prepare_counts(struct chain *chain)
{
    struct buffer tables cleanup(buffer_release) = {0}, sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < schema_kind_count; i++)
        count_sql(&tables, schema_kinds[i], i);
    for (size_t i = 0; i < schema_internal_kind_count; i++)
        if (journal_counts(schema_internal_kinds[i]))
            count_sql(&tables, schema_internal_kinds[i], schema_kind_count + i);
    buffer_printf(&sql,
                  "SELECT c.entry, c.place, c.rows_of, c.first_of, c.last_of FROM (%s) c "
                  "ORDER BY c.entry, c.place",
                  buffer_string(&tables));
    if (tables.failed || sql.failed)
        return error_no_memory(chain->store->error);
    crm_status status = store_prepare(chain->store, buffer_string(&sql), &chain->counts);
    return status == CRM_OK ? statement_step(chain->counts, &chain->more_counts) : status;
}

static const struct kind *kind_at(int64_t place)
{
    const size_t index = (size_t)place;
    return index < schema_kind_count ? schema_kinds[index]
                                     : schema_internal_kinds[index - schema_kind_count];
}

/* Rows that were removed since left no trace: an entry is said to have added what is there. */
static crm_status count_added(struct chain *chain, int64_t entry)
{
    crm_status status = CRM_OK;
    buffer_clear(&chain->added);
    buffer_character(&chain->added, '{');
    while (status == CRM_OK && chain->more_counts) {
        int64_t of = statement_column(chain->counts, 0).integer;
        if (of > entry)
            break;
        if (of == entry)
            journal_put_added(&chain->added, kind_at(statement_column(chain->counts, 1).integer),
                              statement_column(chain->counts, 2).integer,
                              statement_column(chain->counts, 3).integer,
                              statement_column(chain->counts, 4).integer);
        status = statement_step(chain->counts, &chain->more_counts);
    }
    buffer_character(&chain->added, '}');
    return status == CRM_OK && chain->added.failed ? error_no_memory(chain->store->error) : status;
}

static const char *text_at(struct statement *statement, int column)
{
    const struct value value = statement_column(statement, column);
    return value.type == VALUE_TEXT ? value.text : "";
}

static crm_status hash_entry(struct chain *chain)
{
    char salt[SALT_TEXT], command_digest[DIGEST_TEXT], hash[DIGEST_TEXT];
    struct journal_entry entry = {.id = statement_column(chain->entries, 0).integer,
                                  .happened_at = text_at(chain->entries, 1),
                                  .actor = text_at(chain->entries, 2),
                                  .command = text_at(chain->entries, 3),
                                  .command_digest = command_digest,
                                  .images_digest = chain->no_images,
                                  .previous_hash = chain->hash};
    if (!salt_next(&chain->salts, salt))
        return error_set(chain->store->error, CRM_IO, _("the system has no random numbers"));
    crm_status status = count_added(chain, entry.id);
    if (status != CRM_OK)
        return status;
    entry.added = buffer_string(&chain->added);
    journal_command_digest(salt, entry.command, command_digest);
    journal_hash(&entry, hash);
    const struct value parameters[] = {value_text(salt),        value_text(command_digest),
                                       value_text(entry.added), value_text(chain->no_images),
                                       value_text(chain->hash), value_text(hash),
                                       value_integer(entry.id)};
    status = statement_bind_all(chain->update, parameters, sizeof parameters / sizeof *parameters);
    if (status == CRM_OK)
        status = statement_run(chain->update);
    memcpy(chain->hash, hash, sizeof hash);
    return status;
}

static crm_status hash_entries(struct store *store)
{
    struct chain chain cleanup(chain_release) = {.store = store, .hash = JOURNAL_NO_HASH};
    struct digest nothing;
    bool row = false;
    digest_begin(&nothing);
    digest_end(&nothing, chain.no_images);
    crm_status status = prepare_counts(&chain);
    if (status == CRM_OK)
        status =
            store_prepare(store, "SELECT id, happened_at, actor, command FROM journal ORDER BY id",
                          &chain.entries);
    if (status == CRM_OK)
        status = store_prepare(store,
                               "UPDATE journal SET salt = $1, command_digest = $2, added = $3, "
                               "images_digest = $4, previous_hash = $5, hash = $6 WHERE id = $7",
                               &chain.update);
    if (status == CRM_OK)
        status = statement_step(chain.entries, &row);
    while (status == CRM_OK && row) {
        status = hash_entry(&chain);
        if (status == CRM_OK)
            status = statement_step(chain.entries, &row);
    }
    return status;
}

/* A reminder was given by the entry of that moment. */
static crm_status finish_1(struct store *store)
{
    crm_status status = store_execute(
        store, "CREATE INDEX journal_moment ON journal (happened_at);"
               "UPDATE reminder_given SET entry = coalesce((SELECT max(j.id) FROM journal j "
               "WHERE j.happened_at = reminder_given.given_at), 0);"
               "DROP INDEX journal_moment");
    if (status == CRM_OK)
        status = store_execute(store, "INSERT INTO book_setting (name, setting) "
                                      "SELECT '" STORE_SETTING_VALUELESS
                                      "', CAST(max(id) AS TEXT) FROM journal "
                                      "HAVING max(id) IS NOT NULL");
    return status == CRM_OK ? hash_entries(store) : status;
}

/* Where there was one scheme only and customers have tiers, it was the main one. Of several it is
 * not known, and the policy in force decides. */
static crm_status finish_2(struct store *store)
{
    return store_execute(store, "UPDATE tier_change SET main = 1 "
                                "WHERE (SELECT count(DISTINCT scheme) FROM tier_change) = 1 "
                                "AND EXISTS (SELECT 1 FROM customer WHERE tier IS NOT NULL)");
}

static const struct step steps[] = {
    {1, fills_of_1, sizeof fills_of_1 / sizeof *fills_of_1, finish_1},
    {2, NULL, 0, finish_2},
};
enum { STEPS = sizeof steps / sizeof *steps };

/* ---- The copy ---- */

struct migration {
    struct store *store;
    const char *path;
    store_progress progress;
    void *context;
    struct error *error;
    struct arena arena;
    int version; /* of the store as found */
};

static void migration_release(struct migration *migration)
{
    store_close(migration->store);
    arena_release(&migration->arena);
}

/* PATH.v1-backup, -2, -3, …: the first that there is not. Nobody else looks for one: the write lock
 * is held. */
static const char *free_name(struct migration *migration)
{
    const char *name =
        arena_printf(&migration->arena, "%s.v%d-backup", migration->path, migration->version);
    for (int i = 2; name != NULL && access(name, F_OK) == 0; i++)
        name = arena_printf(&migration->arena, "%s.v%d-backup-%d", migration->path,
                            migration->version, i);
    return name;
}

/* What bears the name of a copy is a whole copy, even when this is killed. */
static crm_status keep_copy(struct migration *migration)
{
    const char *name = free_name(migration);
    const char *part =
        arena_printf(&migration->arena, "%s.v%d-backup.part", migration->path, migration->version);
    if (name == NULL || part == NULL)
        return error_no_memory(migration->error);
    if (unlink(part) != 0 && errno != ENOENT)
        return file_fail(migration->error, part);
    crm_status status =
        store_backup(migration->store, part, migration->progress, migration->context);
    if (status != CRM_OK)
        return status;
    if (rename(part, name) != 0)
        return file_fail(migration->error, name);
    return file_sync_name(name) ? CRM_OK : file_fail(migration->error, name);
}

/* ---- The tables ---- */

static crm_status open_blank(struct migration *migration, struct store **out)
{
    crm_status status = store_open(":memory:", STORE_CREATE, out, migration->error);
    return status == CRM_OK ? store_create_schema(*out, migration->error) : status;
}

static void close_blank(struct store **store)
{
    store_close(*store);
}

/* Those of all steps that are to be taken. */
static const struct store_fill *find_fill(const void *context, const char *table,
                                          const char *column)
{
    const struct migration *migration = context;
    for (size_t i = 0; i < STEPS; i++)
        for (size_t j = 0; steps[i].from >= migration->version && j < steps[i].fill_count; j++)
            if (strcmp(steps[i].fills[j].table, table) == 0 &&
                strcmp(steps[i].fills[j].column, column) == 0)
                return &steps[i].fills[j];
    return NULL;
}

static crm_status make_tables(struct migration *migration)
{
    struct store *store = migration->store, *blank cleanup(close_blank) = NULL;
    struct store_rebuild rebuild = {.find_fill = find_fill, .context = migration};
    crm_status status = open_blank(migration, &blank);
    rebuild.blank = blank;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        rebuild.kind = schema_kinds[i];
        rebuild.record = true;
        status = store->driver->rebuild(store, &rebuild);
    }
    for (size_t i = 0; i < schema_internal_kind_count && status == CRM_OK; i++) {
        rebuild.kind = schema_internal_kinds[i];
        rebuild.record = false;
        status = store->driver->rebuild(store, &rebuild);
    }
    return status;
}

/* ---- The whole ---- */

bool store_is_outdated(const struct store *store)
{
    return store->version >= 1 && store->version < STORE_SCHEMA_VERSION;
}

static crm_status take_steps(struct migration *migration)
{
    crm_status status = keep_copy(migration);
    if (status == CRM_OK)
        status = make_tables(migration);
    for (size_t i = 0; i < STEPS && status == CRM_OK; i++)
        if (steps[i].from >= migration->version && steps[i].finish != NULL)
            status = steps[i].finish(migration->store);
    if (status == CRM_OK)
        status = store_set_schema_version(migration->store, STORE_SCHEMA_VERSION);
    return status;
}

/* Once the lock is held: another process may have been quicker. */
static crm_status migrate_locked(struct migration *migration)
{
    crm_status status = store_schema_version(migration->store, &migration->version);
    if (status == CRM_OK && store_is_outdated(migration->store))
        status = take_steps(migration);
    if (status == CRM_OK)
        return store_commit(migration->store);
    store_rollback(migration->store);
    return status;
}

static crm_status say_readonly(struct migration *migration)
{
    error_set(migration->error, CRM_READONLY,
              _("an older crm wrote '%s', and it cannot be written to be brought up to date"),
              migration->path);
    return error_hint(migration->error,
                      _("open a copy of it with any command where it can be written"));
}

crm_status store_migrate(const char *path, store_progress progress, void *context,
                         struct error *error)
{
    struct migration migration cleanup(migration_release) = {
        .path = path, .progress = progress, .context = context, .error = error};
    crm_status status = store_open(path, STORE_WRITE, &migration.store, error);
    if (status == CRM_OK && migration.store->driver->rebuild == NULL)
        return error_set(error, CRM_USAGE, _("'%s' was written by a crm that was never released"),
                         path);
    if (status == CRM_OK)
        status = store_set_loading(migration.store, true);
    if (status == CRM_OK)
        status = store_begin(migration.store);
    if (status == CRM_OK)
        status = migrate_locked(&migration);
    return status == CRM_READONLY ? say_readonly(&migration) : status;
}
