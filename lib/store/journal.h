/* SPDX-License-Identifier: MIT */
/* The journal: one entry for each command that wrote, each covered by the hash of the next. */
#ifndef CRM_STORE_JOURNAL_H
#define CRM_STORE_JOURNAL_H

#include "base/buffer.h"
#include "base/digest.h"
#include "schema/schema.h"
#include "store/store.h"

/* previous_hash of the first entry. */
#define JOURNAL_NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* Bytes of rows in one image, after which the next one begins: what fits into a page of SQLite's
 * index beside the rest, since the last page of a longer one would be mostly empty. */
enum { JOURNAL_ROWS_TEXT = 800 };

/* An entry as stored. `command` and `salt` are NULL once they were erased. */
struct journal_entry {
    int64_t id;
    const char *happened_at, *actor, *command, *salt;
    const char *command_digest;
    const char *added; /* JSON: table -> {"count":n,"first":id,"last":id} of the rows inserted; ids
                          of customers for records without id, of which `line` is the only kind */
    const char *images_digest;
    int64_t undoes; /* the entry that this one undid; 0: none, stored as null */
    const char *previous_hash, *hash;
};

/* What one entry changed or removed. Values are JSON objects of raw stored values: money as whole
 * ten-thousandths, references as ids, custom fields as the text they are kept as. Of a change both
 * hold the fields that differ (and the key, for kinds without id); of a removal `before` holds all
 * columns that were not null and `after` is NULL. Values and salt are NULL once they were erased.
 * Rows that the entry itself inserted have no images, and derived fields make none.
 *
 * Rows of a kind without id that were removed together, and were one customer's, are one image:
 *   {"columns":["ordered_on",…,"customer"],"rows":[["2025-01-05",…,1],…]}
 * in this order; null is written as null. Columns that are null in all of them may be left out, and
 * so may values at the end of a row that are those of the row before. It is of this form for one
 * row as well; the next image begins at JOURNAL_ROWS_TEXT bytes. */
struct journal_image {
    int64_t entry, number;
    const char *kind;
    struct value record;   /* id; null for kinds without */
    struct value customer; /* whom it belonged to before; null for none. Where it went is found by
                              the record, or is among the values after */
    const char *action;    /* changed or removed */
    int64_t row_count;     /* rows that it is about: 1, but for removals of kinds without id; known
                              by its values, so no digest covers it */
    const char *before, *after, *salt;
    const char *digest;
};

/* ---- Digests, as everybody must compute them ---- */

/* Of salt and command. */
void journal_command_digest(const char *salt, const char *command, char out[DIGEST_TEXT]);
/* Of salt, kind, record, action, before and after, a line each; nothing stands for null. */
void journal_image_digest(const struct journal_image *image, char out[DIGEST_TEXT]);
/* Of the hash before, id, happened_at, actor, command_digest, added and images_digest, a line each,
 * and of what it undoes, if anything.
 * images_digest is the digest over the digests of the entry's images, in order. */
void journal_hash(const struct journal_entry *entry, char out[DIGEST_TEXT]);

/* ---- What is noted ---- */

/* Whether rows of that table of the program's own carry the entry that inserted them, as those of
 * all records do: they are counted in `added`. */
bool journal_counts(const struct kind *kind);
/* Appends one member of `added`, after a "{" or other members. */
void journal_put_added(struct buffer *added, const struct kind *kind, int64_t count, int64_t first,
                       int64_t last);

/* ---- Writing: book_begin and book_end alone call these ---- */

/* After store_begin: the number of the entry that begins. */
crm_status journal_begin(struct store *store, int64_t *entry);
/* The entry under way undoes that one. */
void journal_undoes(struct store *store, int64_t entry);
/* Before store_commit: writes the entry. All texts are borrowed during the call. */
crm_status journal_end(struct store *store, const char *happened_at, const char *actor,
                       const char *command);
/* In its place where nothing was written that an entry would tell of, else CRM_CORRUPT: the entry
 * is given up. */
crm_status journal_end_derived(struct store *store);

#endif
