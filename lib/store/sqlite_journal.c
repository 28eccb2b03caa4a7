/* SPDX-License-Identifier: MIT */
/* Images of changed and removed rows by SQLite's pre-update hook. The hook may not write: it packs
 * each image into a spill, which is written into journal_image between statements. */
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include "store/sqlite_journal.h"

#include "base/memory.h"
#include "base/spill.h"
#include "base/text.h"
#include "schema/schema.h"
#include "store/journal.h"
#include "store/sqlite_error.h"
#include "store/sqlite_watch.h"

#include <stdlib.h>
#include <string.h>

/* An image on its way; its two texts follow, each with a NUL. */
struct packed_image {
    size_t watch;
    size_t before, after; /* bytes of text */
    int64_t record, customer, whole, row_count;
    bool has_record, has_customer, has_whole, removed;
};

/* An image whose customer is known by what it was part of, which is gone as well. */
struct orphan {
    int64_t number, whole;
    const struct kind *kind;
};

struct sqlite_journal {
    sqlite3 *database;
    struct error *error;
    struct watch watches[SQLITE_JOURNAL_TABLES];
    struct sqlite_journal_count counts[SQLITE_JOURNAL_TABLES];
    size_t watch_count, last_watch;
    int64_t entry; /* 0: nothing is noted */
    int depth;     /* of statements that write */
    bool listens;  /* the hook is set */
    bool failed;   /* no memory, no disk */
    struct spill spill;
    struct buffer before, after; /* of the row at hand */
    struct packed_image open;    /* that further removed rows are put into; without rows: none */
    struct buffer rows;          /* its text */
    int64_t number;              /* of the image written last */
    struct digest images;
    struct salts salts;
    sqlite3_stmt *insert;
    struct orphan *orphans;
    size_t orphan_count, orphan_capacity;
};

/* ---- Tables ---- */

static struct watch *watch_of(struct sqlite_journal *journal, const char *table)
{
    if (strcmp(journal->watches[journal->last_watch].kind->table, table) == 0)
        return &journal->watches[journal->last_watch];
    for (size_t i = 0; i < journal->watch_count; i++)
        if (strcmp(journal->watches[i].kind->table, table) == 0) {
            journal->last_watch = i;
            return &journal->watches[i];
        }
    return NULL;
}

/* ---- Rows ---- */

static sqlite3_value *old_value(struct sqlite_journal *journal, int column)
{
    sqlite3_value *value = NULL;
    if (sqlite3_preupdate_old(journal->database, column, &value) != SQLITE_OK)
        journal->failed = true;
    return value;
}

static sqlite3_value *new_value(struct sqlite_journal *journal, int column)
{
    sqlite3_value *value = NULL;
    if (sqlite3_preupdate_new(journal->database, column, &value) != SQLITE_OK)
        journal->failed = true;
    return value;
}

static bool same_value(sqlite3_value *a, sqlite3_value *b)
{
    int type = sqlite3_value_type(a);
    if (type != sqlite3_value_type(b))
        return false;
    switch (type) {
    case SQLITE_NULL:
        return true;
    case SQLITE_INTEGER:
        return sqlite3_value_int64(a) == sqlite3_value_int64(b);
    case SQLITE_FLOAT:
        return !(sqlite3_value_double(a) < sqlite3_value_double(b)) &&
               !(sqlite3_value_double(a) > sqlite3_value_double(b));
    default: {
        int length = sqlite3_value_bytes(a);
        return length == sqlite3_value_bytes(b) &&
               memcmp(sqlite3_value_blob(a), sqlite3_value_blob(b), (size_t)length) == 0;
    }
    }
}

static void put_value(struct buffer *json, sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
        buffer_append(json, "null", 4);
        break;
    case SQLITE_INTEGER:
        buffer_integer(json, sqlite3_value_int64(value));
        break;
    case SQLITE_FLOAT:
        buffer_printf(json, "%.17g", sqlite3_value_double(value));
        break;
    default: {
        const char *text = (const char *)sqlite3_value_text(value);
        if (text == NULL)
            json->failed = true;
        else
            text_json_quote(json, text, (size_t)sqlite3_value_bytes(value));
    }
    }
}

static void put_member(struct buffer *json, const struct watched_column *column,
                       sqlite3_value *value)
{
    buffer_append(json, json->length == 0 ? "{\"" : ",\"", 2);
    buffer_append(json, column->name, column->length);
    buffer_append(json, "\":", 2);
    put_value(json, value);
}

/* `after` is NULL of a removal. */
static void spill_image(struct sqlite_journal *journal, struct packed_image *image,
                        const struct buffer *before, const struct buffer *after)
{
    image->before = before->length;
    image->after = after == NULL ? 0 : after->length;
    journal->failed = journal->failed || before->failed || (after != NULL && after->failed);
    spill_append(&journal->spill, image, sizeof *image);
    spill_append(&journal->spill, buffer_string(before), image->before + 1);
    spill_append(&journal->spill, after == NULL ? "" : buffer_string(after), image->after + 1);
}

/* What comes next belongs behind the rows that were put together. */
static void close_rows(struct sqlite_journal *journal)
{
    if (journal->open.row_count == 0)
        return;
    buffer_text(&journal->rows, "]}");
    spill_image(journal, &journal->open, &journal->rows, NULL);
    journal->open.row_count = 0;
}

static void keep_image(struct sqlite_journal *journal, struct packed_image *image)
{
    close_rows(journal);
    image->row_count = 1;
    buffer_character(&journal->before, '}');
    if (!image->removed)
        buffer_character(&journal->after, '}');
    spill_image(journal, image, &journal->before, image->removed ? NULL : &journal->after);
}

static bool take_number(sqlite3_value *value, int64_t *out)
{
    bool there = value != NULL && sqlite3_value_type(value) == SQLITE_INTEGER;
    *out = there ? sqlite3_value_int64(value) : 0;
    return there;
}

/* Whom the row belonged to. */
static void find_owner(struct sqlite_journal *journal, const struct watch *watch,
                       struct packed_image *image)
{
    if (watch->customer != NO_COLUMN)
        image->has_customer = take_number(old_value(journal, watch->customer), &image->customer);
    else if (watch->part != NO_COLUMN)
        image->has_whole = take_number(old_value(journal, watch->part), &image->whole);
}

/* Puts the values of the columns that differ; whether there were any. */
static bool put_changes(struct sqlite_journal *journal, const struct watch *watch)
{
    bool changed = false;
    for (int i = 0; i < watch->column_count && !journal->failed; i++) {
        const struct watched_column *column = &watch->columns[i];
        if (!column->journaled && !column->key)
            continue;
        sqlite3_value *before = old_value(journal, i), *after = new_value(journal, i);
        if (journal->failed)
            return false;
        bool same = same_value(before, after);
        changed = changed || !same;
        if (same && !column->key)
            continue;
        put_member(&journal->before, column, before);
        put_member(&journal->after, column, after);
    }
    return changed;
}

/* The columns in the order of rows put together: the customer last, as it is one for all. */
static struct watched_column *column_at(const struct watch *watch, int place, int *out)
{
    const int last = watch->column_count - 1;
    *out = watch->customer == NO_COLUMN ? place
           : place == last              ? watch->customer
                                        : place + (place >= watch->customer);
    return &watch->columns[*out];
}

/* Columns that no removed row has used yet are left out. */
static void open_rows(struct sqlite_journal *journal, const struct packed_image *image)
{
    const struct watch *watch = &journal->watches[image->watch];
    struct buffer *rows = &journal->rows;
    const char *separator = "[\"";
    close_rows(journal);
    journal->open = *image;
    buffer_clear(rows);
    buffer_text(rows, "{\"columns\":");
    for (int i = 0, index; i < watch->column_count; i++) {
        const struct watched_column *column = column_at(watch, i, &index);
        if (!column->used)
            continue;
        buffer_text(rows, separator);
        buffer_append(rows, column->name, column->length);
        separator = "\",\"";
    }
    buffer_text(rows, "\"],\"rows\":[");
}

static bool goes_with(const struct packed_image *open, const struct packed_image *image)
{
    return open->row_count > 0 && open->watch == image->watch &&
           open->has_customer == image->has_customer && open->customer == image->customer &&
           open->has_whole == image->has_whole && open->whole == image->whole;
}

/* Whether the row has values in columns that none before it had. */
static bool uses_more(struct sqlite_journal *journal, const struct watch *watch)
{
    bool more = false;
    for (int i = 0; i < watch->column_count && !journal->failed; i++) {
        struct watched_column *column = &watch->columns[i];
        if (column->used)
            continue;
        sqlite3_value *value = old_value(journal, i);
        column->used = value != NULL && sqlite3_value_type(value) != SQLITE_NULL;
        more = more || column->used;
    }
    return more;
}

/* The text at the end, from `at` on. */
static bool is_as_before(const struct buffer *rows, const struct watched_column *column, size_t at)
{
    return column->bytes == rows->length - at &&
           memcmp(rows->data + column->at, rows->data + at, column->bytes) == 0;
}

/* Puts the values of the row. Those at its end that are as in the row before are cut off again. */
static void put_values(struct sqlite_journal *journal, const struct watch *watch)
{
    struct buffer *rows = &journal->rows;
    const bool first = journal->open.row_count == 0;
    size_t end = rows->length;
    for (int i = 0, index; i < watch->column_count && !journal->failed && !rows->failed; i++) {
        struct watched_column *column = column_at(watch, i, &index);
        sqlite3_value *value = column->used ? old_value(journal, index) : NULL;
        if (value == NULL)
            continue;
        buffer_character(rows, ',');
        const size_t at = rows->length;
        put_value(rows, value);
        if (rows->failed)
            return;
        if (!first && is_as_before(rows, column, at))
            continue;
        end = rows->length;
        column->at = at;
        column->bytes = end - at;
    }
    rows->length = end;
}

/* A removed row without id, beside others of the same customer. */
static void keep_row(struct sqlite_journal *journal, const struct packed_image *image)
{
    const struct watch *watch = &journal->watches[image->watch];
    struct buffer *rows = &journal->rows;
    bool more = uses_more(journal, watch);
    if (more || !goes_with(&journal->open, image) || rows->length >= JOURNAL_ROWS_TEXT)
        open_rows(journal, image);
    else
        buffer_character(rows, ',');
    const size_t begin = rows->length;
    put_values(journal, watch);
    /* The first comma is the bracket. */
    if (rows->length == begin)
        buffer_character(rows, '[');
    else
        rows->data[begin] = '[';
    buffer_character(rows, ']');
    journal->open.row_count++;
}

static void put_row(struct sqlite_journal *journal, const struct watch *watch)
{
    for (int i = 0; i < watch->column_count && !journal->failed; i++) {
        sqlite3_value *value = old_value(journal, i);
        if (value != NULL && sqlite3_value_type(value) != SQLITE_NULL)
            put_member(&journal->before, &watch->columns[i], value);
    }
}

/* A row that this entry inserted needs no image: taking the entry back removes it. */
static bool is_own(struct sqlite_journal *journal, const struct watch *watch)
{
    int64_t entry;
    return take_number(old_value(journal, watch->entry), &entry) && entry == journal->entry;
}

static void note_removal(struct sqlite_journal *journal, struct watch *watch, int64_t id)
{
    struct packed_image image = {.watch = (size_t)(watch - journal->watches),
                                 .removed = true,
                                 .record = id,
                                 .has_record = watch->kind->cluster == NULL};
    if (is_own(journal, watch)) {
        journal->counts[image.watch].count--;
        return;
    }
    if (!watch->images)
        return;
    find_owner(journal, watch, &image);
    if (watch->kind->cluster != NULL) {
        keep_row(journal, &image);
        return;
    }
    buffer_clear(&journal->before);
    put_row(journal, watch);
    keep_image(journal, &image);
}

static void note_change(struct sqlite_journal *journal, struct watch *watch, int64_t id)
{
    struct packed_image image = {.watch = (size_t)(watch - journal->watches),
                                 .record = id,
                                 .has_record = watch->kind->cluster == NULL};
    if (!watch->images || is_own(journal, watch))
        return;
    buffer_clear(&journal->before);
    buffer_clear(&journal->after);
    if (!put_changes(journal, watch))
        return;
    find_owner(journal, watch, &image);
    keep_image(journal, &image);
}

void sqlite_journal_add(struct sqlite_journal_count *count, int64_t place)
{
    if (count->count == 0 || place < count->first)
        count->first = place;
    if (count->count == 0 || place > count->last)
        count->last = place;
    count->count++;
}

static void note_insertion(struct sqlite_journal *journal, struct watch *watch, int64_t id)
{
    int64_t place = id;
    if (watch->kind->cluster != NULL)
        (void)(watch->customer != NO_COLUMN &&
               take_number(new_value(journal, watch->customer), &place));
    sqlite_journal_add(&journal->counts[watch - journal->watches], place);
}

static void note(void *context, sqlite3 *database, int operation, const char *schema,
                 const char *table, sqlite3_int64 old_id, sqlite3_int64 new_id)
{
    (void)database;
    (void)schema;
    struct sqlite_journal *journal = context;
    struct watch *watch = journal->entry == 0 || journal->failed ? NULL : watch_of(journal, table);
    if (watch == NULL)
        return;
    if (watch->columns == NULL && !watch_learn(watch)) {
        journal->failed = true;
        return;
    }
    if (operation == SQLITE_INSERT)
        note_insertion(journal, watch, new_id);
    else if (operation == SQLITE_UPDATE)
        note_change(journal, watch, old_id);
    else
        note_removal(journal, watch, old_id);
}

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

static void bind_text(sqlite3_stmt *statement, int place, const char *text)
{
    (void)sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *statement, int place, bool there, int64_t number)
{
    if (there)
        (void)sqlite3_bind_int64(statement, place, number);
    else
        (void)sqlite3_bind_null(statement, place);
}

/* The bindings need no memory: their texts are borrowed. */
static crm_status insert_image(struct sqlite_journal *journal, const struct packed_image *packed,
                               const char *before, const char *after)
{
    char salt[SALT_TEXT], digest[DIGEST_TEXT];
    if (!salt_next(&journal->salts, salt))
        return error_set(journal->error, CRM_IO, _("the system has no random numbers"));
    const struct journal_image image = {.kind = journal->watches[packed->watch].kind->name,
                                        .record = packed->has_record ? value_integer(packed->record)
                                                                     : value_null(),
                                        .action = packed->removed ? "removed" : "changed",
                                        .before = before,
                                        .after = packed->removed ? NULL : after,
                                        .salt = salt};
    journal_image_digest(&image, digest);
    digest_text(&journal->images, digest);
    sqlite3_stmt *statement = journal->insert;
    bind_number(statement, 1, true, journal->entry);
    bind_number(statement, 2, true, journal->number);
    bind_text(statement, 3, image.kind);
    bind_number(statement, 4, packed->has_record, packed->record);
    bind_number(statement, 5, packed->has_customer, packed->customer);
    bind_text(statement, 6, image.action);
    bind_number(statement, 7, true, packed->row_count);
    bind_text(statement, 8, image.before);
    bind_text(statement, 9, image.after);
    bind_text(statement, 10, salt);
    bind_text(statement, 11, digest);
    int code = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE ? CRM_OK : fail(journal);
}

static crm_status write_image(struct sqlite_journal *journal, struct spill_reader *reader)
{
    struct packed_image image;
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
    return status == CRM_OK ? insert_image(journal, &image, before, after) : status;
}

static crm_status write_images(struct sqlite_journal *journal)
{
    const int64_t length = spill_length(&journal->spill);
    if (length == 0)
        return CRM_OK;
    struct spill_reader *reader cleanup(cleanup_free) = calloc(1, sizeof *reader);
    if (reader == NULL)
        return error_no_memory(journal->error);
    reader->spill = &journal->spill;
    crm_status status = CRM_OK;
    if (journal->insert == NULL)
        status = prepare(journal,
                         "INSERT INTO journal_image (entry, number, kind, record, customer, "
                         "action, row_count, before_values, after_values, salt, digest) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                         &journal->insert);
    while (status == CRM_OK && reader->at < length)
        status = write_image(journal, reader);
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
        bind_text(statement, 3, orphan->kind->name);
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
    (void)sqlite3_preupdate_hook(journal->database, listens ? note : NULL, journal);
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
    const struct watch *watch = watch_of(journal, table);
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
    close_rows(journal);
    if (journal->depth == 0 && spill_length(&journal->spill) >= SPILL_MEMORY)
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
        close_rows(journal);
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
    journal->insert = NULL;
    spill_release(&journal->spill);
    journal->open.row_count = 0;
    journal->orphan_count = 0;
    journal->depth = 0;
    journal->entry = 0;
    journal->failed = false;
}
