/* SPDX-License-Identifier: MIT */
/* The journal in SQLite: images packed by the hook are written into journal_image between
 * statements, and counted and summed up at the end of the entry. */
#include "store/sqlite_journal.h"

#include "base/memory.h"
#include "schema/schema.h"
#include "store/sqlite_error.h"
#include "store/sqlite_images.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of images that are written together, and of those few that are not. */
enum { IMAGES_AT_ONCE = SPILL_MEMORY / 2, MANY_IMAGES = 64 * 1024 };

#define IMAGE_COLUMNS                                                                              \
    "entry, number, kind, record, customer, action, row_count, before_values, after_values, "      \
    "salt, digest"
enum { IMAGE_COLUMN_COUNT = 11 };

static const char source_name[] = "crm_images";

/* ---- Images into their table ---- */

static crm_status fail(struct sqlite_journal *journal)
{
    return sqlite_fail(journal->database, journal->error);
}

static crm_status say_lost(struct sqlite_journal *journal)
{
    error_set(journal->error, CRM_IO, _("what the journal must keep found no room"));
    return error_hint(journal->error,
                      _("make room in memory and where temporary files are, then try again"));
}

static crm_status prepare(struct sqlite_journal *journal, const char *sql, sqlite3_stmt **out)
{
    return sqlite3_prepare_v2(journal->database, sql, -1, out, NULL) == SQLITE_OK ? CRM_OK
                                                                                  : fail(journal);
}

static void finalize(sqlite3_stmt **statement)
{
    (void)sqlite3_finalize(*statement);
}

/* Looks the customer up in what the row is part of. */
static crm_status ask_whole(struct sqlite_journal *journal, struct packed_image *image)
{
    const struct kind *whole = journal->watches[image->watch].whole;
    struct buffer sql cleanup(buffer_release) = {0};
    sqlite3_stmt *statement cleanup(finalize) = NULL;
    buffer_printf(&sql, "SELECT customer FROM %s WHERE id = ?1", whole->table);
    if (sql.failed)
        return error_no_memory(journal->error);
    crm_status status = prepare(journal, buffer_string(&sql), &statement);
    if (status != CRM_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, image->whole);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        image->has_customer = sqlite3_column_type(statement, 0) == SQLITE_INTEGER;
        image->customer = sqlite3_column_int64(statement, 0);
        return CRM_OK;
    }
    if (code != SQLITE_DONE)
        return fail(journal);
    struct orphan *grown = array_grow(journal->orphans, &journal->orphan_capacity,
                                      journal->orphan_count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(journal->error);
    journal->orphans = grown;
    journal->orphans[journal->orphan_count++] =
        (struct orphan){.number = journal->number, .whole = image->whole, .kind = whole};
    return CRM_OK;
}

/* What the next image leaves behind stays valid until the one after it. */
static crm_status put_image(struct sqlite_journal *journal, const struct packed_image *packed,
                            const char *before, const char *after, struct value *row)
{
    if (!salt_next(&journal->salts, journal->salt))
        return error_set(journal->error, CRM_IO, _("the system has no random numbers"));
    const struct journal_image image = {.kind = journal->watches[packed->watch].kind->name,
                                        .record = packed->has_record ? value_integer(packed->record)
                                                                     : value_null(),
                                        .action = packed->removed ? "removed" : "changed",
                                        .before = before,
                                        .after = packed->removed ? NULL : after,
                                        .salt = journal->salt};
    journal_image_digest(&image, journal->digest);
    digest_add(&journal->images, journal->digest, DIGEST_TEXT - 1);
    const struct value values[IMAGE_COLUMN_COUNT] = {
        value_integer(journal->entry),
        value_integer(journal->number),
        value_text(image.kind),
        image.record,
        packed->has_customer ? value_integer(packed->customer) : value_null(),
        value_text(image.action),
        value_integer(packed->row_count),
        value_text_length(before, packed->before),
        packed->removed ? value_null() : value_text_length(after, packed->after),
        value_text_length(journal->salt, SALT_TEXT - 1),
        value_text_length(journal->digest, DIGEST_TEXT - 1)};
    memcpy(row, values, sizeof values);
    return CRM_OK;
}

/* The next image of the spill as a row of the table. */
static crm_status next_image(void *context, struct value *row, bool *more)
{
    struct sqlite_journal *journal = context;
    struct spill_reader *reader = journal->reader;
    struct packed_image image;
    *more = reader->at < spill_length(&journal->spill);
    if (!*more)
        return CRM_OK;
    if (!spill_read(reader, &image, sizeof image))
        return say_lost(journal);
    buffer_clear(&journal->before);
    buffer_clear(&journal->after);
    char *before = buffer_reserve(&journal->before, image.before + 1);
    char *after = buffer_reserve(&journal->after, image.after + 1);
    if (before == NULL || after == NULL)
        return error_no_memory(journal->error);
    if (!spill_read(reader, before, image.before + 1) ||
        !spill_read(reader, after, image.after + 1))
        return say_lost(journal);
    journal->number++;
    crm_status status = image.has_whole ? ask_whole(journal, &image) : CRM_OK;
    return status == CRM_OK ? put_image(journal, &image, before, after, row) : status;
}

/* The bindings need no memory: their texts are borrowed. */
static crm_status insert_row(struct sqlite_journal *journal, const struct value *row)
{
    sqlite3_stmt *statement = journal->insert;
    for (int i = 0; i < IMAGE_COLUMN_COUNT; i++) {
        const struct value *value = &row[i];
        if (value->type == VALUE_INTEGER)
            (void)sqlite3_bind_int64(statement, i + 1, value->integer);
        else if (value->type == VALUE_TEXT)
            (void)sqlite3_bind_text(statement, i + 1, value->text, (int)value->length,
                                    SQLITE_STATIC);
        else
            (void)sqlite3_bind_null(statement, i + 1);
    }
    int code = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE ? CRM_OK : fail(journal);
}

static crm_status insert_one_by_one(struct sqlite_journal *journal)
{
    struct value row[IMAGE_COLUMN_COUNT];
    bool more = true;
    crm_status status = CRM_OK;
    if (journal->insert == NULL)
        status = prepare(journal,
                         "INSERT INTO journal_image (" IMAGE_COLUMNS
                         ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                         &journal->insert);
    while (status == CRM_OK && more) {
        status = next_image(journal, row, &more);
        if (status == CRM_OK && more)
            status = insert_row(journal, row);
    }
    return status;
}

static crm_status prepare_all(struct sqlite_journal *journal)
{
    static const char *const columns[IMAGE_COLUMN_COUNT] = {
        "entry",     "number",        "kind",         "record", "customer", "action",
        "row_count", "before_values", "after_values", "salt",   "digest"};
    const struct store_source source = {.columns = columns,
                                        .column_count = IMAGE_COLUMN_COUNT,
                                        .next = next_image,
                                        .context = journal};
    journal->source =
        sqlite_source_register(journal->database, source_name, &source, journal->error);
    return journal->source == NULL ? fail(journal)
                                   : prepare(journal,
                                             "INSERT OR FAIL INTO journal_image (" IMAGE_COLUMNS
                                             ") SELECT " IMAGE_COLUMNS " FROM crm_images",
                                             &journal->insert_all);
}

/* Pulled by one statement: see sqlite_load.c. */
static crm_status insert_all(struct sqlite_journal *journal)
{
    crm_status status = journal->insert_all == NULL ? prepare_all(journal) : CRM_OK;
    if (status != CRM_OK)
        return status;
    int code = sqlite3_step(journal->insert_all);
    if (code != SQLITE_DONE)
        status = sqlite_source_failed(journal->source, journal->error) ? journal->error->status
                                                                       : fail(journal);
    (void)sqlite3_reset(journal->insert_all);
    return status;
}

/* The hook need not hear of images. To prepare the statement that takes them all costs as much as
 * some ten of them. */
static crm_status write_images(struct sqlite_journal *journal)
{
    const int64_t length = spill_length(&journal->spill);
    if (length == 0)
        return CRM_OK;
    struct spill_reader *reader cleanup(cleanup_free) = calloc(1, sizeof *reader);
    if (reader == NULL)
        return error_no_memory(journal->error);
    reader->spill = &journal->spill;
    journal->reader = reader;
    const bool listened = sqlite_journal_listen(journal, false);
    crm_status status = length < MANY_IMAGES && journal->insert_all == NULL
                            ? insert_one_by_one(journal)
                            : insert_all(journal);
    (void)sqlite_journal_listen(journal, listened);
    journal->reader = NULL;
    spill_cut(&journal->spill, 0);
    return status;
}

/* Those whose whole went in the same entry find the customer in its image. */
static crm_status settle_orphans(struct sqlite_journal *journal)
{
    sqlite3_stmt *statement cleanup(finalize) = NULL;
    crm_status status = CRM_OK;
    if (journal->orphan_count > 0)
        status = prepare(journal,
                         "UPDATE journal_image SET customer = (SELECT i.customer "
                         "FROM journal_image i WHERE i.kind = ?3 AND i.record = ?4 "
                         "AND i.entry = ?1 AND i.action = 'removed') "
                         "WHERE entry = ?1 AND number = ?2",
                         &statement);
    for (size_t i = 0; i < journal->orphan_count && status == CRM_OK; i++) {
        const struct orphan *orphan = &journal->orphans[i];
        (void)sqlite3_bind_int64(statement, 1, journal->entry);
        (void)sqlite3_bind_int64(statement, 2, orphan->number);
        (void)sqlite3_bind_text(statement, 3, orphan->kind->name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(statement, 4, orphan->whole);
        if (sqlite3_step(statement) != SQLITE_DONE)
            status = fail(journal);
        (void)sqlite3_reset(statement);
    }
    return status;
}

/* ---- The entry ---- */

struct sqlite_journal *sqlite_journal_new(sqlite3 *database, struct error *error)
{
    struct sqlite_journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL)
        return NULL;
    journal->database = database;
    journal->error = error;
    for (size_t i = 0; i < schema_kind_count; i++)
        journal->watches[journal->watch_count++] =
            (struct watch){.kind = schema_kinds[i], .images = true};
    for (size_t i = 0; i < schema_internal_kind_count; i++)
        if (journal_counts(schema_internal_kinds[i]))
            journal->watches[journal->watch_count++] =
                (struct watch){.kind = schema_internal_kinds[i]};
    (void)sqlite_journal_listen(journal, true);
    return journal;
}

bool sqlite_journal_listen(struct sqlite_journal *journal, bool listens)
{
    if (journal == NULL || journal->listens == listens)
        return listens;
    sqlite_images_listen(journal, listens);
    journal->listens = listens;
    return !listens;
}

bool sqlite_journal_is_on(const struct sqlite_journal *journal)
{
    return journal != NULL && journal->entry != 0;
}

struct sqlite_journal_count *sqlite_journal_counter(struct sqlite_journal *journal,
                                                    const char *table)
{
    const struct watch *watch = sqlite_images_watch(journal, table);
    return watch == NULL ? NULL : &journal->counts[watch - journal->watches];
}

void sqlite_journal_free(struct sqlite_journal *journal)
{
    if (journal == NULL)
        return;
    sqlite_journal_forget(journal);
    for (size_t i = 0; i < journal->watch_count; i++)
        free(journal->watches[i].columns);
    buffer_release(&journal->before);
    buffer_release(&journal->after);
    buffer_release(&journal->rows);
    free(journal->orphans);
    free(journal);
}

void sqlite_journal_begin(struct sqlite_journal *journal, int64_t entry)
{
    sqlite_journal_forget(journal);
    memset(journal->counts, 0, sizeof journal->counts);
    for (size_t i = 0; i < journal->watch_count; i++)
        watch_forget_use(&journal->watches[i]);
    digest_begin(&journal->images);
    journal->number = 0;
    journal->entry = entry;
}

crm_status sqlite_journal_enter(struct sqlite_journal *journal, bool listens,
                                struct sqlite_journal_mark *mark)
{
    crm_status status = CRM_OK;
    sqlite_images_close(journal);
    if (journal->depth == 0 && spill_length(&journal->spill) >= IMAGES_AT_ONCE)
        status = write_images(journal);
    journal->depth++;
    mark->length = spill_length(&journal->spill);
    memcpy(mark->counts, journal->counts, journal->watch_count * sizeof *mark->counts);
    mark->listened = sqlite_journal_listen(journal, listens);
    return status;
}

crm_status sqlite_journal_leave(struct sqlite_journal *journal,
                                const struct sqlite_journal_mark *mark, bool failed)
{
    journal->depth--;
    (void)sqlite_journal_listen(journal, mark->listened);
    if (!failed) {
        sqlite_images_close(journal);
    } else {
        journal->open.row_count = 0;
        spill_cut(&journal->spill, mark->length);
        memcpy(journal->counts, mark->counts, journal->watch_count * sizeof *mark->counts);
    }
    return journal->failed || journal->spill.failed ? say_lost(journal) : CRM_OK;
}

static void put_added(const struct sqlite_journal *journal, struct buffer *added)
{
    buffer_character(added, '{');
    for (size_t i = 0; i < journal->watch_count; i++) {
        const struct sqlite_journal_count *count = &journal->counts[i];
        if (count->count > 0)
            journal_put_added(added, journal->watches[i].kind, count->count, count->first,
                              count->last);
    }
    buffer_character(added, '}');
}

crm_status sqlite_journal_end(struct sqlite_journal *journal, struct buffer *added,
                              char images_digest[DIGEST_TEXT])
{
    crm_status status = journal->failed || journal->spill.failed ? say_lost(journal) : CRM_OK;
    if (status == CRM_OK)
        status = write_images(journal);
    if (status == CRM_OK)
        status = settle_orphans(journal);
    put_added(journal, added);
    digest_end(&journal->images, images_digest);
    sqlite_journal_forget(journal);
    return status == CRM_OK && added->failed ? error_no_memory(journal->error) : status;
}

void sqlite_journal_forget(struct sqlite_journal *journal)
{
    (void)sqlite3_finalize(journal->insert);
    (void)sqlite3_finalize(journal->insert_all);
    journal->insert = journal->insert_all = NULL;
    sqlite_source_unregister(journal->database, source_name, journal->source);
    journal->source = NULL;
    spill_release(&journal->spill);
    journal->open.row_count = 0;
    journal->orphan_count = 0;
    journal->depth = 0;
    journal->entry = 0;
    journal->failed = false;
}
