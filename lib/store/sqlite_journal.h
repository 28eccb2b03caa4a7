/* SPDX-License-Identifier: MIT */
/* What an entry of the journal inserts, changes and removes, as SQLite itself reports it row by
 * row: no statement can be forgotten. For the files of this engine. */
#ifndef CRM_STORE_SQLITE_JOURNAL_H
#define CRM_STORE_SQLITE_JOURNAL_H

#include "base/buffer.h"
#include "base/digest.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct sqlite_journal;

/* Rows inserted into one table; ids, or customers where rows have no id. */
struct sqlite_journal_count {
    int64_t count, first, last;
};

enum { SQLITE_JOURNAL_TABLES = 32 }; /* tables watched, at most */

/* What was noted before a statement began: when it fails, the engine takes back what it did. */
struct sqlite_journal_mark {
    int64_t length;
    struct sqlite_journal_count counts[SQLITE_JOURNAL_TABLES];
    bool listened;
};

/* NULL when memory is exhausted. Errors go to *error, which is borrowed. */
struct sqlite_journal *sqlite_journal_new(sqlite3 *database, struct error *error);
void sqlite_journal_free(struct sqlite_journal *journal);

/* Notes what happens from now on as done by that entry. */
void sqlite_journal_begin(struct sqlite_journal *journal, int64_t entry);
/* Whether an entry is under way; NULL: no. */
bool sqlite_journal_is_on(const struct sqlite_journal *journal);
/* Whether the engine reports rows; returns whether it did before. */
bool sqlite_journal_listen(struct sqlite_journal *journal, bool listens);
/* Around every step of a statement that writes; they nest. A statement that concerns no image need
 * not be listened to: the engine takes the whole row apart for whoever listens. `leave` returns
 * what noting itself met with: then the transaction must fail. */
crm_status sqlite_journal_enter(struct sqlite_journal *journal, bool listens,
                                struct sqlite_journal_mark *mark);
crm_status sqlite_journal_leave(struct sqlite_journal *journal,
                                const struct sqlite_journal_mark *mark, bool failed);
/* For those who count the rows they insert themselves, while an entry is under way: where those of
 * the table are counted, NULL when they are not. As long as the journal lives. */
struct sqlite_journal_count *sqlite_journal_counter(struct sqlite_journal *journal,
                                                    const char *table);
void sqlite_journal_add(struct sqlite_journal_count *count, int64_t place);
/* Writes all images and notes nothing more. `added` and `images_digest` are those of the entry. */
crm_status sqlite_journal_end(struct sqlite_journal *journal, struct buffer *added,
                              char images_digest[DIGEST_TEXT]);
/* Forgets what was noted: the transaction is rolled back. */
void sqlite_journal_forget(struct sqlite_journal *journal);

#endif
