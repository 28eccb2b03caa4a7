/* SPDX-License-Identifier: MIT */
/* Weak stand-ins until the rooms that define these functions are in: the real ones win at link. */
#include "book.h"

#include <stdlib.h>

#pragma weak crm_book_free
#pragma weak crm_book_hint
#pragma weak crm_book_init
#pragma weak crm_book_message
#pragma weak crm_book_new
#pragma weak crm_book_open
#pragma weak crm_book_set_actor
#pragma weak crm_book_set_data_directory
#pragma weak crm_book_set_dry_run
#pragma weak crm_book_set_now
#pragma weak crm_book_set_now_text
#pragma weak crm_book_set_progress
#pragma weak crm_record_add
#pragma weak crm_record_edit
#pragma weak crm_record_export
#pragma weak crm_record_list
#pragma weak crm_record_merge
#pragma weak crm_record_remove
#pragma weak crm_record_show
#pragma weak crm_record_complete

static crm_status missing(crm_book *book)
{
    return error_set(&book->error, CRM_IO, "not in this build");
}

crm_book *crm_book_new(void)
{
    return calloc(1, sizeof(struct crm_book));
}

void crm_book_free(crm_book *book)
{
    free(book);
}

const char *crm_book_message(const crm_book *book)
{
    return book->error.message;
}

const char *crm_book_hint(const crm_book *book)
{
    return book->error.hint;
}

void crm_book_set_now(crm_book *book, int64_t now)
{
    book->now = now;
}

void crm_book_set_now_text(crm_book *book, const char *text)
{
    book->now_text = text;
}

crm_status crm_book_set_actor(crm_book *book, const char *actor, const char *command)
{
    book->actor = actor;
    book->command = command;
    return CRM_OK;
}

void crm_book_set_dry_run(crm_book *book, bool dry_run)
{
    book->dry_run = dry_run;
}

void crm_book_set_progress(crm_book *book, crm_progress progress, void *context)
{
    book->progress = progress;
    book->progress_context = context;
}

void crm_book_set_data_directory(crm_book *book, const char *directory)
{
    book->data_directory = directory;
}

crm_status crm_book_init(crm_book *book, const char *directory, const char *zone,
                         const char *currency)
{
    (void)directory, (void)zone, (void)currency;
    return missing(book);
}

crm_status crm_book_open(crm_book *book, const char *directory, crm_open_mode mode)
{
    (void)directory, (void)mode;
    return missing(book);
}

crm_status crm_record_add(crm_book *book, const char *kind, const crm_assignment *fields,
                          size_t count, crm_sink *sink)
{
    (void)kind, (void)fields, (void)count, (void)sink;
    return missing(book);
}

crm_status crm_record_edit(crm_book *book, const char *kind, const char *reference,
                           const crm_assignment *fields, size_t count, crm_sink *sink)
{
    (void)kind, (void)reference, (void)fields, (void)count, (void)sink;
    return missing(book);
}

crm_status crm_record_remove(crm_book *book, const char *kind, const char *reference,
                             crm_sink *sink)
{
    (void)kind, (void)reference, (void)sink;
    return missing(book);
}

crm_status crm_record_merge(crm_book *book, const char *kind, const char *from, const char *into,
                            crm_sink *sink)
{
    (void)kind, (void)from, (void)into, (void)sink;
    return missing(book);
}

crm_status crm_record_show(crm_book *book, const char *kind, const char *reference, crm_sink *sink)
{
    (void)kind, (void)reference, (void)sink;
    return missing(book);
}

crm_status crm_record_list(crm_book *book, const char *kind, const crm_filter *filter,
                           crm_sink *sink)
{
    (void)kind, (void)filter, (void)sink;
    return missing(book);
}

crm_status crm_record_export(crm_book *book, const char *kind, const crm_filter *filter,
                             crm_sink *sink)
{
    (void)kind, (void)filter, (void)sink;
    return missing(book);
}

crm_status crm_record_complete(
    crm_book *book, const char *kind, const char *prefix, size_t limit,
    void (*each)(void *context, const char *key, const char *description), void *context)
{
    (void)kind, (void)prefix, (void)limit, (void)each, (void)context;
    return missing(book);
}
