/* SPDX-License-Identifier: MIT */
/* The journal: its chain of hashes, its images, and the rows that its entries say they added. */
#include "check/check.h"
#include "journal/image.h"
#include "store/journal.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char select_entries[] =
    "SELECT id, happened_at, actor, command, salt, command_digest, added, images_digest, "
    "previous_hash, hash, undoes FROM journal ORDER BY id";
static const char select_images[] =
    "SELECT " IMAGE_COLUMNS ", i.salt, i.digest FROM journal_image i ORDER BY i.entry, i.number";

struct chain {
    struct check *check;
    struct statement *entries, *images;
    bool more_images;
    int64_t before; /* number of the entry before; 0: none */
    char hash[DIGEST_TEXT];
    char happened_at[TIME_TEXT];
};

static void chain_release(struct chain *chain)
{
    statement_free(chain->entries);
    statement_free(chain->images);
}

static const char *falsified_hint(void)
{
    return _("compare the entry with that of a backup: somebody wrote past crm");
}

static crm_status say(struct check *check, const char *kind, const char *record, const char *field,
                      const char *stored, const char *expected, const char *problem)
{
    const struct finding finding = {.part = CHECK_JOURNAL,
                                    .kind = kind,
                                    .record = record,
                                    .field = field,
                                    .stored = stored,
                                    .expected = expected,
                                    .problem = problem,
                                    .hint = falsified_hint()};
    return record == NULL ? error_no_memory(&check->book->error) : check_say(check, &finding);
}

static crm_status say_entry(struct check *check, int64_t entry, const char *field,
                            const char *stored, const char *expected, const char *problem)
{
    return say(check, "journal", arena_printf(&check->scratch, "%lld", (long long)entry), field,
               stored, expected, problem);
}

static crm_status say_image(struct check *check, const struct journal_image *image,
                            const char *field, const char *problem)
{
    return say(check, "journal_image",
               arena_printf(&check->scratch, "%lld/%lld", (long long)image->entry,
                            (long long)image->number),
               field, NULL, NULL, problem);
}

/* ---- Images ---- */

/* Text, NULL for null; anything else than text in such a column is damage, and as good as "". */
static const char *text_of(struct statement *statement, int column)
{
    const struct value value = statement_column(statement, column);
    return value.type == VALUE_TEXT ? value.text : value.type == VALUE_NULL ? NULL : "";
}

static struct journal_image stored_image(struct statement *images)
{
    return (struct journal_image){.entry = statement_column(images, 0).integer,
                                  .number = statement_column(images, 1).integer,
                                  .kind = text_of(images, 2),
                                  .record = statement_column(images, 3),
                                  .customer = statement_column(images, 4),
                                  .action = text_of(images, 5),
                                  .row_count = statement_column(images, 6).integer,
                                  .before = text_of(images, 7),
                                  .after = text_of(images, 8),
                                  .salt = text_of(images, IMAGE_COLUMN_COUNT),
                                  .digest = text_of(images, IMAGE_COLUMN_COUNT + 1)};
}

static struct image image_at(struct statement *images)
{
    struct value row[IMAGE_COLUMN_COUNT];
    for (int i = 0; i < IMAGE_COLUMN_COUNT; i++)
        row[i] = statement_column(images, i);
    return image_of(row);
}

static bool add(struct id_map *map, int64_t id, int64_t number)
{
    return id_map_put(map, id, id_map_get(map, id) + (uint64_t)number);
}

/* NULL for what is no JSON. CRM_NO_MEMORY is not told apart from that by cJSON itself. */
static crm_status parse_json(struct check *check, const char *text, cJSON **out)
{
    errno = 0;
    *out = text == NULL ? NULL : cJSON_Parse(text);
    return *out == NULL && errno == ENOMEM ? error_no_memory(&check->book->error) : CRM_OK;
}

/* Removed rows count with the entries that once added them, which their values name. */
struct removal_count {
    struct check *check;
    int64_t brought_back; /* by that entry, with which they count then; 0: they are gone */
    int64_t entry, rows;  /* as many rows of that entry, not yet counted */
    int64_t known, read;  /* rows whose entry is known, and all of the image */
    bool damaged;
};

static crm_status count_rows(struct removal_count *count, const struct kind *kind)
{
    struct table_facts *facts = &count->check->tables[check_kind_index(kind)];
    bool counted = true;
    if (count->rows > 0 && count->brought_back == 0)
        counted = add(&facts->gone, count->entry, count->rows);
    else if (count->rows > 0)
        counted = add(&facts->gone, count->entry, -count->rows) &&
                  add(&facts->gone, count->brought_back, count->rows);
    count->known += count->rows;
    count->rows = 0;
    return counted ? CRM_OK : error_no_memory(&count->check->book->error);
}

/* Rows next to each other are mostly of one entry. */
static crm_status count_row(void *context, const struct reading *reading)
{
    struct removal_count *count = context;
    const int64_t entry = values_integer(&reading->before, "entry");
    crm_status status = CRM_OK;
    count->read++;
    if (entry == 0)
        return CRM_OK;
    if (entry != count->entry)
        status = count_rows(count, reading->image.kind);
    count->entry = entry;
    count->rows++;
    return status;
}

/* What is no image's JSON is found by its digest: here its rows are not known, as if erased. */
static crm_status count_image(struct removal_count *count, const struct image *image)
{
    struct error *error = &count->check->book->error;
    if (image->kind == NULL || !image->removed)
        return CRM_OK;
    crm_status status = image_read(count->check->book, image, count_row, count);
    if (status == CRM_CORRUPT) {
        error_clear(error);
        count->damaged = true;
        status = CRM_OK;
    }
    return status == CRM_OK ? count_rows(count, image->kind) : status;
}

/* Rows that went, or with a number below 0 came back. */
static bool note_erased(struct check *check, const struct image *image, int64_t rows)
{
    struct lost *erased = &check->tables[check_kind_index(image->kind)].erased;
    return lost_note(erased, image->kind->cluster == NULL ? image->record : 0, rows);
}

static crm_status count_removed(struct chain *chain, const struct journal_image *stored)
{
    struct check *check = chain->check;
    struct removal_count count = {.check = check};
    const struct image image = image_at(chain->images);
    crm_status status = count_image(&count, &image);
    if (status != CRM_OK || image.kind == NULL || !image.removed)
        return status;
    int64_t unknown = image.row_count - count.known;
    if (unknown > 0 && !note_erased(check, &image, unknown))
        return error_no_memory(&check->book->error);
    return count.read == image.row_count || count.damaged || image_is_erased(&image)
               ? CRM_OK
               : say_image(check, stored, "row_count", _("the image is not what was written"));
}

static crm_status count_returned(void *context, const struct value *row)
{
    const struct removal_count *undo = context;
    struct removal_count count = *undo;
    const struct image image = image_of(row);
    crm_status status = count_image(&count, &image);
    if (status != CRM_OK || image.kind == NULL)
        return status;
    int64_t unknown = image.row_count - count.known;
    struct id_map *gone = &count.check->tables[check_kind_index(image.kind)].gone;
    return unknown <= 0 || (note_erased(count.check, &image, -unknown) &&
                            add(gone, count.brought_back, unknown))
               ? CRM_OK
               : error_no_memory(&count.check->book->error);
}

static crm_status follow_undo(struct check *check, const struct journal_entry *entry)
{
    struct removal_count count = {.check = check, .brought_back = entry->id};
    const struct value undone = value_integer(entry->undoes);
    if (entry->undoes == 0)
        return CRM_OK;
    return store_query(check->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM journal_image i "
                       "WHERE i.entry = $1 AND i.action = 'removed'",
                       &undone, 1, count_returned, &count);
}

static crm_status judge_image(struct check *check, const struct journal_image *image,
                              int64_t number)
{
    char digest[DIGEST_TEXT];
    bool erased = image->salt == NULL && image->before == NULL && image->after == NULL;
    crm_status status = CRM_OK;
    if (image->number != number)
        status = say_image(check, image, "number", _("images before this one are missing"));
    if (status != CRM_OK || erased)
        return status;
    journal_image_digest(image, digest);
    if (image->digest == NULL || strcmp(digest, image->digest) != 0)
        status = say_image(check, image, "digest", _("the image is not what was written"));
    return status;
}

/* The images of one entry; `digest` gets what their digests come to. */
static crm_status judge_images(struct chain *chain, int64_t entry, char digest[DIGEST_TEXT])
{
    struct check *check = chain->check;
    struct digest all;
    int64_t number = 0;
    crm_status status = CRM_OK;
    digest_begin(&all);
    while (status == CRM_OK && chain->more_images) {
        const struct journal_image image = stored_image(chain->images);
        if (image.entry > entry)
            break;
        if (image.entry < entry)
            status = say_image(check, &image, "entry", _("the journal has no such entry"));
        else
            digest_text(&all, image.digest);
        if (status == CRM_OK && image.entry == entry)
            status = judge_image(check, &image, ++number);
        if (status == CRM_OK)
            status = count_removed(chain, &image);
        if (status == CRM_OK)
            status = statement_step(chain->images, &chain->more_images);
    }
    digest_end(&all, digest);
    return status;
}

/* ---- Entries ---- */

static struct journal_entry entry_of(struct statement *entries)
{
    return (struct journal_entry){.id = statement_column(entries, 0).integer,
                                  .happened_at = text_of(entries, 1),
                                  .actor = text_of(entries, 2),
                                  .command = text_of(entries, 3),
                                  .salt = text_of(entries, 4),
                                  .command_digest = text_of(entries, 5),
                                  .added = text_of(entries, 6),
                                  .images_digest = text_of(entries, 7),
                                  .previous_hash = text_of(entries, 8),
                                  .hash = text_of(entries, 9),
                                  .undoes = statement_column(entries, 10).integer};
}

static bool differ(const char *stored, const char *expected)
{
    return stored == NULL || strcmp(stored, expected) != 0;
}

static crm_status judge_number(struct chain *chain, const struct journal_entry *entry)
{
    struct check *check = chain->check;
    if (entry->id == chain->before + 1)
        return CRM_OK;
    const char *missing = arena_printf(&check->scratch, _("entries %lld to %lld are missing"),
                                       (long long)chain->before + 1, (long long)entry->id - 1);
    return missing == NULL ? error_no_memory(&check->book->error)
                           : say_entry(check, entry->id, "id", NULL, NULL, missing);
}

/* A clock was set back, or the command had one of its own (--now): odd, but nothing is false. */
static crm_status judge_time(struct chain *chain, const struct journal_entry *entry)
{
    struct check *check = chain->check;
    const struct finding finding = {
        .part = CHECK_JOURNAL,
        .kind = "journal",
        .record = arena_printf(&check->scratch, "%lld", (long long)entry->id),
        .field = "happened_at",
        .stored = entry->happened_at,
        .problem = _("earlier than the entry before"),
        .hint = _("a clock was set back, or --now was given: crm log shows the entries"),
        .warning = true};
    if (entry->happened_at == NULL || strcmp(entry->happened_at, chain->happened_at) >= 0)
        return CRM_OK;
    return finding.record == NULL ? error_no_memory(&check->book->error)
                                  : check_say(check, &finding);
}

static crm_status judge_hashes(struct chain *chain, const struct journal_entry *entry,
                               const char *images_digest)
{
    struct check *check = chain->check;
    char digest[DIGEST_TEXT];
    crm_status status = CRM_OK;
    if (entry->id == chain->before + 1 && differ(entry->previous_hash, chain->hash))
        status = say_entry(check, entry->id, "previous_hash", entry->previous_hash, chain->hash,
                           _("not the hash of the entry before"));
    /* What forget erases, it erases with its salt. */
    if (status == CRM_OK && (entry->command != NULL || entry->salt != NULL)) {
        journal_command_digest(entry->salt, entry->command, digest);
        if (differ(entry->command_digest, digest))
            status = say_entry(check, entry->id, "command", entry->command, NULL,
                               _("the command is not what was written"));
    }
    if (status == CRM_OK && differ(entry->images_digest, images_digest))
        status = say_entry(check, entry->id, "images_digest", entry->images_digest, images_digest,
                           _("the images are not those that were written"));
    journal_hash(entry, digest);
    if (status == CRM_OK && differ(entry->hash, digest))
        status = say_entry(check, entry->id, "hash", entry->hash, digest,
                           _("the entry is not what was written"));
    return status;
}

static crm_status judge_entry(struct chain *chain)
{
    struct check *check = chain->check;
    const struct journal_entry entry = entry_of(chain->entries);
    char images[DIGEST_TEXT];
    crm_status status = judge_number(chain, &entry);
    if (status == CRM_OK)
        status = judge_time(chain, &entry);
    if (status == CRM_OK)
        status = judge_images(chain, entry.id, images);
    if (status == CRM_OK)
        status = judge_hashes(chain, &entry, images);
    if (status == CRM_OK)
        status = follow_undo(check, &entry);
    if (status == CRM_OK && !id_map_put(&check->entries, entry.id, 1))
        status = error_no_memory(&check->book->error);
    chain->before = check->last_entry = entry.id;
    (void)snprintf(chain->hash, sizeof chain->hash, "%s", entry.hash == NULL ? "" : entry.hash);
    (void)snprintf(chain->happened_at, sizeof chain->happened_at, "%s",
                   entry.happened_at == NULL ? "" : entry.happened_at);
    memcpy(check->last_hash, chain->hash, sizeof check->last_hash);
    check->entry_count++;
    return status;
}

static crm_status judge_chain(struct chain *chain)
{
    struct store *store = chain->check->book->store;
    bool row = false;
    char images[DIGEST_TEXT];
    crm_status status = store_prepare(store, select_images, &chain->images);
    if (status == CRM_OK)
        status = store_prepare(store, select_entries, &chain->entries);
    if (status == CRM_OK)
        status = statement_step(chain->images, &chain->more_images);
    if (status == CRM_OK)
        status = statement_step(chain->entries, &row);
    while (status == CRM_OK && row) {
        status = judge_entry(chain);
        if (status == CRM_OK)
            status = statement_step(chain->entries, &row);
    }
    return status == CRM_OK ? judge_images(chain, INT64_MAX, images) : status;
}

crm_status check_journal(struct check *check)
{
    struct chain chain cleanup(chain_release) = {.check = check, .hash = JOURNAL_NO_HASH};
    if (!check->wanted[CHECK_JOURNAL])
        return CRM_OK;
    book_progress(check->book, _("Journal"), 0, 0);
    crm_status status = judge_chain(&chain);
    check->entries_known = status == CRM_OK;
    return status == CRM_OK ? status : check_failed(check, CHECK_JOURNAL, "journal", status);
}

/* ---- What the entries added ---- */

/* What one entry says of one table. */
struct addition {
    int64_t entry;
    const struct kind *kind;
    int64_t count, first, last; /* ids; customers, for kinds without */
};

/* Which entry a row came from whose image was erased is not known any more; but its id is. */
static bool is_excused(struct table_facts *facts, const struct addition *addition, int64_t missing)
{
    bool by_id = addition->kind->cluster == NULL;
    return missing > 0 && missing <= lost_between(&facts->erased, by_id ? addition->first : 0,
                                                  by_id ? addition->last : 0);
}

/* Against the rows that there are and were. */
static crm_status judge_added(struct check *check, const struct addition *addition)
{
    struct table_facts *facts = &check->tables[check_kind_index(addition->kind)];
    int64_t found = (int64_t)(id_map_get(&facts->added, addition->entry) +
                              id_map_get(&facts->gone, addition->entry));
    int64_t missing = addition->count - found;
    if (facts->partial || missing == 0 || is_excused(facts, addition, missing))
        return CRM_OK;
    const char *stored = arena_printf(&check->scratch, "%lld", (long long)found);
    const char *expected = arena_printf(&check->scratch, "%lld", (long long)addition->count);
    if (stored == NULL || expected == NULL)
        return error_no_memory(&check->book->error);
    return say_entry(check, addition->entry, addition->kind->name, stored, expected,
                     missing > 0 ? _("rows that it added are gone, and no command removed them")
                                 : _("more rows carry its number than it added"));
}

/* 0 for what no journal holds: its hash tells of it. */
static int64_t number_in(const cJSON *table, const char *name)
{
    enum { EXACT_BITS = 53 };
    const double most = (double)(INT64_C(1) << EXACT_BITS);
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(table, name);
    return cJSON_IsNumber(number) && number->valuedouble >= -most && number->valuedouble <= most
               ? (int64_t)number->valuedouble
               : 0;
}

static crm_status judge_entry_added(void *context, const struct value *row)
{
    struct check *check = context;
    int64_t entry = row[0].integer;
    cJSON *added = NULL;
    crm_status status = parse_json(check, row[1].type == VALUE_TEXT ? row[1].text : NULL, &added);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        const struct kind *kind = schema_kinds[i];
        const cJSON *table = cJSON_GetObjectItemCaseSensitive(added, kind->table);
        const struct addition addition = {entry, kind, number_in(table, "count"),
                                          number_in(table, "first"), number_in(table, "last")};
        if (addition.count > 0 || id_map_get(&check->tables[i].added, entry) > 0)
            status = judge_added(check, &addition);
    }
    cJSON_Delete(added);
    return status;
}

crm_status check_journal_added(struct check *check)
{
    if (!check->entries_known)
        return CRM_OK;
    crm_status status = store_query(check->book->store, "SELECT id, added FROM journal ORDER BY id",
                                    NULL, 0, judge_entry_added, check);
    return status == CRM_OK ? status : check_failed(check, CHECK_JOURNAL, "journal", status);
}
