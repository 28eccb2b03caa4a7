/* SPDX-License-Identifier: MIT */
/* Images of changed and removed rows by SQLite's pre-update hook. The hook may not write: it packs
 * each image into a spill. */
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include "store/sqlite_images.h"

#include "base/text.h"

#include <string.h>

/* ---- Tables ---- */

struct watch *sqlite_images_watch(struct sqlite_journal *journal, const char *table)
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
void sqlite_images_close(struct sqlite_journal *journal)
{
    if (journal->open.row_count == 0)
        return;
    buffer_text(&journal->rows, "]}");
    spill_image(journal, &journal->open, &journal->rows, NULL);
    journal->open.row_count = 0;
}

static void keep_image(struct sqlite_journal *journal, struct packed_image *image)
{
    sqlite_images_close(journal);
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
    sqlite_images_close(journal);
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
    struct watch *watch =
        journal->entry == 0 || journal->failed ? NULL : sqlite_images_watch(journal, table);
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

void sqlite_images_listen(struct sqlite_journal *journal, bool listens)
{
    (void)sqlite3_preupdate_hook(journal->database, listens ? note : NULL, journal);
}
