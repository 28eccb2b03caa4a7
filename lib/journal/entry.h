/* SPDX-License-Identifier: MIT */
/* Entries of the journal as they are read: who, when, what was added, what became of it. */
#ifndef CRM_JOURNAL_ENTRY_H
#define CRM_JOURNAL_ENTRY_H

#include "journal/image.h"

/* Where the rows lie that an entry inserted: those of the range that carry its number, and in the
 * entry of an undo those that it brought back. */
struct added {
    const struct kind *kind; /* NULL: a table of the program's own */
    const char *table;
    int64_t count, first, last; /* ids; customers, for kinds without id */
};

struct entry {
    int64_t id;
    const char *happened_at, *actor;
    const char *command; /* NULL: erased */
    int64_t undoes;      /* the entry that this one undid; 0: none */
    struct added *added;
    size_t added_count;
};

#define ENTRY_COLUMNS "j.id, j.happened_at, j.actor, j.command, j.added, j.undoes"
enum { ENTRY_COLUMN_COUNT = 6 };
/* From a row of those columns; all lies in `arena`. */
crm_status entry_of(struct crm_book *book, const struct value *row, struct arena *arena,
                    struct entry *out);
/* CRM_NOT_FOUND names the last one that there is. */
crm_status entry_load(struct crm_book *book, int64_t id, struct arena *arena, struct entry *out);
/* NULL when the entry added none of that kind. */
const struct added *entry_added(const struct entry *entry, const struct kind *kind);

/* CRM_CONFLICT for an entry of a time when the journal kept no values: what it changed and removed
 * is not known. */
crm_status entry_refuse_valueless(struct crm_book *book, int64_t id);

/* ---- What was undone ---- */

struct undone {
    int64_t entry;  /* of an undo */
    int64_t undoes; /* what it undid */
    bool holds;     /* false: it was undone in turn */
};

/* All undos in the order of their entries. */
struct undone_list {
    struct undone *items;
    size_t count;
};

crm_status undone_load(struct crm_book *book, struct arena *arena, struct undone_list *out);
/* The entry by which `entry` is undone at present; 0: it holds. */
int64_t undone_by(const struct undone_list *list, int64_t entry);
/* Whether the entry, a later one than `since`, has no effect on what `since` left: it was undone,
 * or undid one that came after `since` too. */
bool undone_without_effect(const struct undone_list *list, const struct entry *entry,
                           int64_t since);

#endif
