/* SPDX-License-Identifier: MIT */
/* The opened book: what every domain file (tier.c, visit.c, …) works on. */
#ifndef CRM_BOOK_H
#define CRM_BOOK_H

#include "crm.h"
#include "base/date.h"
#include "base/error.h"
#include "base/memory.h"
#include "output/sink.h"
#include "policy/policy.h"
#include "schema/schema.h"
#include "store/store.h"

struct calendar; /* rules/calendar.h */

struct crm_book {
    struct error error;
    struct arena arena; /* as long as the book is open */
    char *directory;
    crm_open_mode mode;
    struct store *store;
    struct policy *policy;
    const char *notice; /* of opening; NULL: none */
    const struct zone *zone;
    const struct calendar *calendars; /* kept by book_calendars; NULL: not asked for yet */
    const char *data_directory;
    const char *database; /* address given by the caller; NULL: as the policy says */
    bool database_lasting;

    instant now;
    day_number today; /* in the book's zone */
    char today_text[DATE_TEXT];
    bool now_set;
    const char *now_text;

    const char *actor; /* for the journal */
    const char *login; /* of the staff, as whom the database knows who acts; NULL: it knows none */
    const char *command;
    int64_t entry;          /* of the transaction under way; 0: none */
    int64_t changes_before; /* of the store, when that entry began */
    int64_t passed_on;      /* planned visits that it gave to a customer's new owner */
    bool changed_no_rows;   /* something else was written, such as an index: it counts, too */
    bool derives;           /* see book_derives */
    crm_status failed;      /* what an inner pair of book_begin and book_end ended with */
    bool dry_run;
    bool erasing; /* the entry's images keep no values: what is being erased would stand in them */
    int timeout;  /* milliseconds that a writer waits for others */
    crm_progress progress;
    void *progress_context;
};

/* The files of a book. */
extern const char book_database_name[], book_policy_name[];
/* Begins anew in that directory, whatever was open. */
crm_status book_set_directory(struct crm_book *book, const char *directory);
void book_close(struct crm_book *book);

/* Every public function that writes goes: book_begin, work, book_end(status). book_begin clears the
 * error, takes the write lock and begins the journal's entry, whose number is book->entry. book_end
 * writes the entry and commits when status is CRM_OK and something was written (rolls back in a dry
 * run, and when there is nothing), else rolls back; it returns the status of the whole. They nest:
 * the outermost pair counts, and fails when an inner one did. */
crm_status book_begin(struct crm_book *book);
crm_status book_end(struct crm_book *book, crm_status status);
/* Within book_begin: what is written are figures computed from what is there, on nobody's behalf.
 * The transaction makes no entry, unless it is part of one that does. */
void book_derives(struct crm_book *book);
/* For public functions that only read: clears the error, refuses a closed book. */
crm_status book_read(struct crm_book *book);
/* As crm_book_open for a book that may be damaged: says what of it could not be opened (status
 * CRM_OK: it is open), and opens the rest. In place of a policy that could not be read stands that
 * of a new book; without a store book->store is NULL. */
struct book_damage {
    struct error policy, store;
};
crm_status book_open_damaged(struct crm_book *book, const char *directory, crm_open_mode mode,
                             struct book_damage *out);
/* The same for those that read by several queries: up to book_end, which goes with it as with
 * book_begin, they see the book as it is at one moment. Nothing may be written meanwhile. */
crm_status book_view(struct crm_book *book);
/* Within book_view: the book as it looks by another policy, or at the end of an earlier day, up to
 * book_look_back. Records and the time zone stay as they are. */
struct book_look {
    struct policy *policy;
    instant now;
    day_number today;
};
void book_look(struct crm_book *book, struct policy *policy, day_number day,
               struct book_look *before);
void book_look_back(struct crm_book *book, const struct book_look *before);
/* How long to wait for other writers, from now on. */
crm_status book_set_timeout(struct crm_book *book, int milliseconds);
/* For functions that read as a rule but must write now: reopens for writing a store that was opened
 * for reading, which stays as it is when that fails. Not while statements of it are in use. */
crm_status book_want_write(struct crm_book *book);
/* For commands of which one at a time runs in a book, though each reads, prints and only then
 * writes: waits for its turn without keeping anybody from reading or writing; CRM_BUSY when it
 * takes long. The turn ends with book_end_turn, at the latest with the process. */
struct book_turn {
    int directory;       /* locked among the processes of one machine; -1: not */
    struct store *store; /* locked among those of all machines; NULL: not */
};
crm_status book_take_turn(struct crm_book *book, struct book_turn *turn);
void book_end_turn(const struct book_turn *turn);
#define BOOK_NO_TURN ((struct book_turn){.directory = -1})
struct field_context book_field_context(const struct crm_book *book);
/* Path of a file in the book, in `arena`; NULL when memory is exhausted. */
char *book_path(const struct crm_book *book, struct arena *arena, const char *name);
void book_progress(struct crm_book *book, const char *what, int64_t done, int64_t total);

#endif
