/* SPDX-License-Identifier: MIT */
/* Limits in working time: when they begin and how long they are, on two lines. */
#include "book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    crm_book *book = open_book();
    char *text = text_of(data, size);
    char *limit = strchr(text, '\n');
    if (limit != NULL) {
        *limit++ = '\0';
        must_say(crm_calendar_due(book, text, NULL, limit, NULL, false, NULL),
                 crm_book_message(book), crm_book_hint(book));
        must_say(crm_calendar_due(book, NULL, text, limit, NULL, false, NULL),
                 crm_book_message(book), crm_book_hint(book));
        must_say(crm_calendar_between(book, text, limit, NULL, false, NULL), crm_book_message(book),
                 crm_book_hint(book));
    }
    free(text);
    return 0;
}
