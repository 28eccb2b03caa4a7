/* SPDX-License-Identifier: MIT */
/* Entries of the journal: numbered, hashed, written. */
#include "store/journal.h"

#include "store/driver.h"

#include <string.h>

/* ---- Digests ---- */

/* A line of what is hashed, but for its end. */
static void next_line(struct digest *digest)
{
    digest_add(digest, "\n", 1);
}

void journal_command_digest(const char *salt, const char *command, char out[DIGEST_TEXT])
{
    struct digest digest;
    digest_begin(&digest);
    digest_text(&digest, salt);
    digest_text(&digest, command);
    digest_end(&digest, out);
}

void journal_image_digest(const struct journal_image *image, char out[DIGEST_TEXT])
{
    struct digest digest;
    digest_begin(&digest);
    digest_text(&digest, image->salt);
    next_line(&digest);
    digest_text(&digest, image->kind);
    next_line(&digest);
    if (image->record.type == VALUE_INTEGER)
        digest_integer(&digest, image->record.integer);
    next_line(&digest);
    digest_text(&digest, image->action);
    next_line(&digest);
    digest_text(&digest, image->before);
    next_line(&digest);
    digest_text(&digest, image->after);
    digest_end(&digest, out);
}

void journal_hash(const struct journal_entry *entry, char out[DIGEST_TEXT])
{
    const char *const lines[] = {entry->happened_at, entry->actor, entry->command_digest,
                                 entry->added, entry->images_digest};
    struct digest digest;
    digest_begin(&digest);
    digest_text(&digest, entry->previous_hash);
    next_line(&digest);
    digest_integer(&digest, entry->id);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        next_line(&digest);
        digest_text(&digest, lines[i]);
    }
    if (entry->undoes != 0) {
        next_line(&digest);
        digest_integer(&digest, entry->undoes);
    }
    digest_end(&digest, out);
}

/* ---- What is noted ---- */

bool journal_counts(const struct kind *kind)
{
    return kind_field(kind, "entry") != NULL && strcmp(kind->name, "journal_image") != 0;
}

void journal_put_added(struct buffer *added, const struct kind *kind, int64_t count, int64_t first,
                       int64_t last)
{
    bool placed = kind->cluster == NULL || kind_field(kind, "customer") != NULL;
    if (added->length > 1)
        buffer_character(added, ',');
    buffer_printf(added, "\"%s\":{\"count\":%lld", kind->table, (long long)count);
    if (placed)
        buffer_printf(added, ",\"first\":%lld,\"last\":%lld", (long long)first, (long long)last);
    buffer_character(added, '}');
}

/* ---- Writing ---- */

/* A book without entries begins the chain. */
static crm_status read_last(struct store *store)
{
    struct arena arena cleanup(arena_release) = {0};
    struct journal_head *head = &store->journal;
    struct value last[] = {value_integer(0), value_text(JOURNAL_NO_HASH)};
    crm_status status = store_row_values(
        store, &arena, "SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1", NULL, 0, last, 2);
    if (status != CRM_OK && status != CRM_NOT_FOUND)
        return status;
    if (last[1].type != VALUE_TEXT || last[1].length != DIGEST_TEXT - 1) {
        error_set(store->error, CRM_CORRUPT, _("entry %lld of the journal has no hash"),
                  (long long)last[0].integer);
        return error_hint(store->error, _("restore the book from a backup"));
    }
    head->entry = last[0].integer + 1;
    head->undoes = 0;
    memcpy(head->previous_hash, last[1].text, DIGEST_TEXT);
    return CRM_OK;
}

crm_status journal_begin(struct store *store, int64_t *entry)
{
    crm_status status = read_last(store);
    if (status == CRM_OK && store->driver->journal_begin != NULL)
        status = store->driver->journal_begin(store, store->journal.entry);
    *entry = status == CRM_OK ? store->journal.entry : 0;
    return status;
}

void journal_undoes(struct store *store, int64_t entry)
{
    store->journal.undoes = entry;
}

static crm_status insert_entry(struct store *store, const struct journal_entry *entry)
{
    const struct value parameters[] = {value_integer(entry->id),
                                       value_text(entry->happened_at),
                                       value_text(entry->actor),
                                       value_text(entry->command),
                                       value_text(entry->salt),
                                       value_text(entry->command_digest),
                                       value_text(entry->added),
                                       value_text(entry->images_digest),
                                       value_text(entry->previous_hash),
                                       value_text(entry->hash),
                                       entry->undoes != 0 ? value_integer(entry->undoes)
                                                          : value_null()};
    return store_run(store,
                     "INSERT INTO journal (id, happened_at, actor, command, salt, command_digest, "
                     "added, images_digest, previous_hash, hash, undoes) "
                     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                     parameters, sizeof parameters / sizeof *parameters);
}

static crm_status end_noting(struct store *store, struct buffer *added, char *images_digest)
{
    struct digest nothing;
    if (store->driver->journal_end != NULL)
        return store->driver->journal_end(store, added, images_digest);
    buffer_text(added, "{}");
    digest_begin(&nothing);
    digest_end(&nothing, images_digest);
    return added->failed ? error_no_memory(store->error) : CRM_OK;
}

crm_status journal_end(struct store *store, const char *happened_at, const char *actor,
                       const char *command)
{
    struct buffer added cleanup(buffer_release) = {0};
    struct salts salts = {0};
    char salt[SALT_TEXT], command_digest[DIGEST_TEXT], images_digest[DIGEST_TEXT];
    char hash[DIGEST_TEXT];
    crm_status status = end_noting(store, &added, images_digest);
    if (status != CRM_OK)
        return status;
    if (!salt_next(&salts, salt))
        return error_set(store->error, CRM_IO, _("the system has no random numbers"));
    journal_command_digest(salt, command, command_digest);
    struct journal_entry entry = {.id = store->journal.entry,
                                  .happened_at = happened_at,
                                  .actor = actor,
                                  .command = command,
                                  .salt = salt,
                                  .command_digest = command_digest,
                                  .added = buffer_string(&added),
                                  .images_digest = images_digest,
                                  .undoes = store->journal.undoes,
                                  .previous_hash = store->journal.previous_hash,
                                  .hash = hash};
    journal_hash(&entry, hash);
    return insert_entry(store, &entry);
}

crm_status journal_end_derived(struct store *store)
{
    struct buffer added cleanup(buffer_release) = {0};
    struct digest nothing;
    char images_digest[DIGEST_TEXT], no_images[DIGEST_TEXT];
    crm_status status = end_noting(store, &added, images_digest);
    if (status != CRM_OK)
        return status;
    digest_begin(&nothing);
    digest_end(&nothing, no_images);
    return strcmp(buffer_string(&added), "{}") == 0 && strcmp(images_digest, no_images) == 0
               ? CRM_OK
               : error_set(store->error, CRM_CORRUPT,
                           _("records would have changed without an entry in the journal"));
}
