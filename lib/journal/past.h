/* SPDX-License-Identifier: MIT */
/* A record as it once was, between the files that make it so: past.c finds what is shown and shows
 * it, past_images.c rolls it back. */
#ifndef CRM_JOURNAL_PAST_H
#define CRM_JOURNAL_PAST_H

#include "journal/history.h"

/* Of the temporary tables, until they take the names of the book's own. */
#define PAST_PREFIX "past_"

/* Something to take back, the last one first. */
struct back {
    int64_t entry, number; /* number 0: a row that the entry brought back goes again */
    int64_t image_entry, image_number;
    size_t place; /* of the row in the image */
};

struct past {
    struct crm_book *book;
    struct root root;
    int64_t entry;        /* the last one that counts */
    bool clock_went_back; /* later ones are of no later time */
    struct undone_list undone;
    struct back *backs;
    size_t count, capacity;
    struct arena arena;
};

crm_status past_run_query(struct past *past, struct query *query);
/* CRM_NOT_FOUND: an image that is needed was erased. */
crm_status past_say_erased(struct past *past);

/* Adds to past->backs what happened since to the records of past_member … */
crm_status past_note_members(struct past *past);
/* … and to the lines of those orders. */
crm_status past_note_lines(struct past *past);
/* Takes all of it back, and empties the list. */
crm_status past_take_back(struct past *past);

#endif
