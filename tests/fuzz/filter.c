/* SPDX-License-Identifier: MIT */
/* Filters: one word a line. They reach the engine's SQL. */
#include "book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"customer", "order", "visit", "complaint"};
    crm_book *book = open_book();
    const char *words[16];
    crm_filter filter = {.words = words};
    char *text = text_of(data, size), *rest = text;
    for (char *word = strtok_r(text, "\n", &rest); word != NULL && filter.count < 16;
         word = strtok_r(NULL, "\n", &rest))
        words[filter.count++] = word;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        must_say(crm_record_list(book, kinds[i], &filter, NULL), crm_book_message(book),
                 crm_book_hint(book));
    must_say(crm_record_find(book, &filter, NULL), crm_book_message(book), crm_book_hint(book));
    free(text);
    return 0;
}
