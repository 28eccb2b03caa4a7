/* SPDX-License-Identifier: MIT */
/* Turns, transactions and journal entries of an open book. */
#include "book.h"

#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* ---- Turns ---- */

enum { TURN_STEP = 20 }; /* milliseconds */

static crm_status lock_directory(struct crm_book *book, int *turn)
{
    const struct timespec step = {.tv_nsec = TURN_STEP * 1000000L};
    *turn = open(book->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*turn < 0)
        return error_set(&book->error, CRM_IO, _("'%s' cannot be opened: %s"), book->directory,
                         strerror(errno));
    for (int waited = 0; flock(*turn, LOCK_EX | LOCK_NB) != 0; waited += TURN_STEP) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return CRM_OK; /* a file system without locks: then people must see to it */
        if (waited >= book->timeout) {
            error_set(&book->error, CRM_BUSY, _("the same command is still running in the book"));
            return error_hint(&book->error, _("try again when it has ended"));
        }
        (void)nanosleep(&step, NULL);
    }
    return CRM_OK;
}

crm_status book_take_turn(struct crm_book *book, struct book_turn *turn)
{
    crm_status status = lock_directory(book, &turn->directory);
    if (status != CRM_OK || book->store == NULL)
        return status;
    status = store_lock_turn(book->store);
    if (status == CRM_OK) {
        turn->store = book->store;
    } else if (status == CRM_BUSY) {
        error_set(&book->error, CRM_BUSY, _("the same command is still running in the book"));
        error_hint(&book->error, _("try again when it has ended"));
    }
    return status;
}

void book_end_turn(const struct book_turn *turn)
{
    if (turn->store != NULL)
        store_unlock_turn(turn->store);
    if (turn->directory >= 0)
        (void)close(turn->directory);
}

/* ---- Transactions ---- */

crm_status book_read(struct crm_book *book)
{
    error_clear(&book->error);
    if (book->store != NULL)
        return CRM_OK;
    error_set(&book->error, CRM_USAGE, _("the book is not open"));
    return error_hint(&book->error, _("call crm_book_open first"));
}

crm_status book_view(struct crm_book *book)
{
    crm_status status = book_read(book);
    return status == CRM_OK ? store_begin_reading(book->store) : status;
}

crm_status book_set_timeout(struct crm_book *book, int milliseconds)
{
    book->timeout = milliseconds;
    return store_set_timeout(book->store, milliseconds);
}

static crm_status begin_entry(struct crm_book *book)
{
    crm_status status = journal_begin(book->store, &book->entry);
    book->changes_before = store_total_changes(book->store);
    book->passed_on = 0;
    return status;
}

static crm_status erase_images(struct crm_book *book)
{
    const struct value entry = value_integer(book->entry);
    return store_run(book->store,
                     "UPDATE journal_image SET before_values = NULL, after_values = NULL, "
                     "salt = NULL WHERE entry = $1",
                     &entry, 1);
}

static crm_status end_entry(struct crm_book *book)
{
    char now[TIME_TEXT];
    if (book->derives)
        return journal_end_derived(book->store);
    time_format_utc(book->now, now);
    crm_status status = journal_end(book->store, now, book->actor != NULL ? book->actor : "unknown",
                                    book->command != NULL ? book->command : "");
    return status == CRM_OK && book->erasing ? erase_images(book) : status;
}

static crm_status give_up(struct crm_book *book, crm_status status)
{
    store_rollback(book->store);
    book->entry = 0;
    return status;
}

crm_status book_begin(struct crm_book *book)
{
    bool outermost = book->store == NULL || !store_in_transaction(book->store);
    crm_status status = outermost ? book_read(book) : CRM_OK;
    if (status == CRM_OK && book->mode != CRM_OPEN_WRITE)
        return error_set(&book->error, CRM_READONLY, _("the book was opened for reading only"));
    if (status == CRM_OK)
        status = store_begin(book->store);
    if (status == CRM_OK && outermost) {
        book->failed = CRM_OK;
        book->changed_no_rows = false;
        book->derives = false;
        status = begin_entry(book);
        if (status != CRM_OK)
            return give_up(book, status);
    }
    return status;
}

void book_derives(struct crm_book *book)
{
    book->derives = store_is_outermost(book->store);
}

crm_status book_end(struct crm_book *book, crm_status status)
{
    if (book->store == NULL)
        return status;
    if (!store_in_transaction(book->store)) {
        store_end_reading(book->store);
        return status;
    }
    if (!store_is_outermost(book->store)) {
        if (status != CRM_OK)
            book->failed = status;
        crm_status left = store_commit(book->store); /* of the inner pair: nothing is written */
        return status == CRM_OK ? left : status;
    }
    if (status == CRM_OK)
        status = book->failed;
    bool unchanged =
        store_total_changes(book->store) == book->changes_before && !book->changed_no_rows;
    if (status != CRM_OK || book->dry_run || unchanged)
        return give_up(book, status);
    status = end_entry(book);
    if (status != CRM_OK)
        return give_up(book, status);
    book->entry = 0;
    return store_commit(book->store);
}
