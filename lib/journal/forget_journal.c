/* SPDX-License-Identifier: MIT */
/* Erasing what the journal keeps of a person; what is hashed stays. */
#include "journal/forget.h"

#include <stdlib.h>
#include <string.h>

/* An entry that wrote no more records than that was a command about them, to be erased; a larger
 * one was a load of many (an import, tiers applied), and its command tells of nobody unless it
 * names somebody. */
enum { FEW_RECORDS = 32 };

static crm_status erase_images(struct forgetting *forgetting)
{
    const struct subject *subject = &forgetting->subject;
    struct store *store = forgetting->book->store;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < subject->image_count && status == CRM_OK; i++) {
        const struct value parameters[] = {value_integer(subject->images[i].entry),
                                           value_integer(subject->images[i].number)};
        status = store_run(store,
                           "UPDATE journal_image SET before_values = NULL, after_values = NULL, "
                           "salt = NULL WHERE entry = $1 AND number = $2 AND (before_values IS NOT "
                           "NULL OR after_values IS NOT NULL OR salt IS NOT NULL)",
                           parameters, 2);
        if (status == CRM_OK)
            forgetting->images += store_changes(store);
    }
    return status;
}

/* ---- Commands ---- */

struct commands {
    struct forgetting *forgetting;
    struct id_list entries; /* whose commands are erased */
};

static crm_status count_records(struct crm_book *book, int64_t id, int64_t *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_integer(id);
    struct value images = value_null();
    struct entry entry;
    crm_status status = entry_load(book, id, &arena, &entry);
    if (status == CRM_OK)
        status = store_row_values(book->store, &arena,
                                  "SELECT sum(row_count) FROM journal_image WHERE entry = $1",
                                  &parameter, 1, &images, 1);
    *out = images.integer;
    for (size_t i = 0; status == CRM_OK && i < entry.added_count; i++)
        *out += entry.added[i].count;
    return status;
}

static crm_status look_at_command(void *context, const struct value *row)
{
    struct commands *commands = context;
    const struct forgetting *forgetting = commands->forgetting;
    struct id_list *entries = &commands->entries;
    int64_t records = 0;
    bool named = false;
    /* The record of an earlier erasing tells of nobody. */
    bool own = strncmp(row[1].text, "crm forget ", strlen("crm forget ")) == 0;
    bool about = !own && id_list_has(&forgetting->subject.entries, row[0].integer);
    crm_status status = forget_names_in_command(forgetting, row[1].text, &named);
    if (status == CRM_OK && about && !named)
        status = count_records(forgetting->book, row[0].integer, &records);
    if (status != CRM_OK || !(named || (about && records <= FEW_RECORDS)))
        return status;
    return id_list_add(entries, row[0].integer) ? CRM_OK
                                                : error_no_memory(&forgetting->book->error);
}

static crm_status erase_commands(struct forgetting *forgetting)
{
    struct store *store = forgetting->book->store;
    struct commands commands = {.forgetting = forgetting};
    crm_status status =
        store_query(store, "SELECT id, command FROM journal WHERE command IS NOT NULL ORDER BY id",
                    NULL, 0, look_at_command, &commands);
    for (size_t i = 0; i < commands.entries.count && status == CRM_OK; i++) {
        const struct value id = value_integer(commands.entries.items[i]);
        status = store_run(store, "UPDATE journal SET command = NULL, salt = NULL WHERE id = $1",
                           &id, 1);
    }
    forgetting->commands = (int64_t)commands.entries.count;
    id_list_release(&commands.entries);
    return status;
}

crm_status forget_journal(struct forgetting *forgetting)
{
    crm_status status = erase_images(forgetting);
    return status == CRM_OK ? erase_commands(forgetting) : status;
}
