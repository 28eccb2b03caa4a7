/* SPDX-License-Identifier: MIT */
/* A small book for targets that need one. It is made once, in a directory that goes with the
 * process. */
#ifndef CRM_TESTS_FUZZ_BOOK_H
#define CRM_TESTS_FUZZ_BOOK_H

#include "fuzz.h"

#include <ftw.h>
#include <unistd.h>

static char book_directory[] = "/tmp/crm-fuzz-XXXXXX";

static inline int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void remove_book(void)
{
    (void)nftw(book_directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline crm_book *open_book(void)
{
    static crm_book *book;
    if (book != NULL)
        return book;
    MUST(mkdtemp(book_directory) != NULL && atexit(remove_book) == 0);
    book = crm_book_new();
    MUST(book != NULL && crm_book_init(book, book_directory, "Asia/Shanghai", "CNY") == CRM_OK);
    crm_book_set_now(book, 1772413200);
    MUST(crm_book_open(book, book_directory, CRM_OPEN_WRITE) == CRM_OK);
    const crm_assignment acme[] = {
        {"name", "Acme 港湾"}, {"phone", "138-0013-8000"}, {"tags", "a,b"}};
    const crm_assignment beta[] = {
        {"name", "Beta"}, {"since", "2024-01-01"}, {"notes", "100 %_\\"}};
    MUST(crm_record_add(book, "customer", acme, 3, NULL) == CRM_OK);
    MUST(crm_record_add(book, "customer", beta, 3, NULL) == CRM_OK);
    return book;
}

#endif
