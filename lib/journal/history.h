/* SPDX-License-Identifier: MIT */
/* The history of records: told as typed rows, undone, and rolled back to look at the past. */
#ifndef CRM_JOURNAL_HISTORY_H
#define CRM_JOURNAL_HISTORY_H

#include "journal/entry.h"

/* ---- Names: lib/journal/names.c ---- */

/* A record as people name it: its key, V-7, O-5, else #12. One that was removed is named as it was
 * last. In `arena`. */
crm_status history_record_name(struct crm_book *book, const struct kind *kind, int64_t id,
                               struct arena *arena, const char **out);
/* A row of a kind without id, such as the second line of order 5: O-5/2. */
crm_status history_row_name(struct crm_book *book, const struct kind *kind,
                            const struct values *values, struct arena *arena, const char **out);
/* A reference as records show it: the key of the other record. */
crm_status history_reference_name(struct crm_book *book, const struct field *field, int64_t id,
                                  struct arena *arena, const char **out);
/* As record_resolve, but a record that was removed may be named too, by #id, number, key, external
 * id or name. *removed says that it is not there any more. */
crm_status history_resolve(struct crm_book *book, const struct kind *kind, const char *text,
                           int64_t *id, bool *removed);

/* ---- Rows: lib/journal/changes.c ---- */

enum history_action { ACTION_ADDED, ACTION_CHANGED, ACTION_REMOVED, ACTION_RESTORED };

/* The table of changes under way. */
struct changes {
    struct crm_book *book;
    struct crm_sink *sink;
    struct arena arena; /* of the entry under way */
    struct entry entry; /* whose changes are written */
    int64_t left;       /* rows that may still be written; negative: any number */
};

/* Begins the table; changes_release in any case. */
crm_status changes_begin(struct changes *changes);
crm_status changes_end(struct changes *changes);
void changes_release(struct changes *changes);
/* What follows belongs to that entry. */
crm_status changes_of_entry(struct changes *changes, int64_t entry);
/* One row: a record came (back). */
crm_status changes_whole(struct changes *changes, const struct kind *kind, const char *record,
                         enum history_action action);
/* A row for each field that changed, or that a removed record had. */
crm_status changes_of_row(struct changes *changes, const struct reading *reading);
/* The same for every row of the image. */
crm_status changes_of_image(struct changes *changes, const struct image *image);

/* ---- Entries as rows: lib/journal/log.c ---- */

/* Which entries are meant. */
struct bounds {
    char from[TIME_TEXT], end[TIME_TEXT]; /* as stored, the end excluded; "" for none */
    const char *actor;                    /* NULL: anybody */
};
crm_status bounds_read(struct crm_book *book, const crm_log_options *options, struct bounds *out);
bool bounds_admit(const struct bounds *bounds, const struct entry *entry);

/* Writes one table of one row: the entry, what it did, and by which it was undone (0: none). */
crm_status history_write_entry(struct crm_book *book, const struct entry *entry, int64_t undone,
                               struct crm_sink *sink);

/* ---- Who belongs to a record: lib/journal/belongings.c ---- */

/* A record and all that goes with it: what a customer has, the events of a complaint, the lines of
 * an order. */
struct root {
    const struct kind *kind;
    int64_t id;
    int64_t customer; /* whom it belongs to, or itself; 0: nobody */
    int64_t made_by; /* its entry, before which its number may have been another's; 0: it is gone */
};

/* The record that a person names, which may be gone: then *removed is set. */
crm_status history_root(struct crm_book *book, const char *kind_name, const char *reference,
                        struct root *out, bool *removed);
/* Appends " WHERE …" over alias t, which selects the rows of `kind` that belong to the root at
 * present; false when none ever do. */
bool belongings_where(const struct root *root, const struct kind *kind, struct query *query);
/* Calls `each` for every row in an image of the root and of what belongs to it, or did. */
crm_status belongings_images(struct crm_book *book, const struct root *root, reading_visitor each,
                             void *context);

/* ---- Taking back: lib/journal/revert.c ---- */

/* The values by which a row of a kind without id is found: as it stands after the change, or before
 * it. */
const struct value *reading_key(const struct reading *reading, const char *column, bool after);
/* Appends " WHERE …" for its row as it stands after the change, or stood before the change or
 * before it was removed. */
void reading_where(const struct reading *reading, bool after, struct query *query);
/* Puts back what the image tells, into the tables whose names begin with `prefix` ("" for the
 * book's own). CRM_CONFLICT without a message when such a row is there already. */
crm_status revert_image(struct crm_book *book, const char *prefix, const struct reading *reading);

/* ---- What was built on an entry: lib/journal/conflict.c ---- */

/* CRM_CONFLICT, naming them, when later entries stand in the way of undoing this one: they changed
 * or removed what it changed or added, refer to what it added, or took what it removed. */
crm_status conflict_refuse(struct crm_book *book, const struct entry *entry,
                           const struct undone_list *undone);

#endif
