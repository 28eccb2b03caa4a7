/* SPDX-License-Identifier: MIT */
/* Customers, products and staff as a flat file names them: found or made once, then remembered. */
#ifndef CRM_RECORD_IMPORT_PARTIES_H
#define CRM_RECORD_IMPORT_PARTIES_H

#include "record/import.h"

/* One of them, met in this import. */
struct party {
    int64_t id;
    uint64_t blank;    /* fields (by number in parties->fields) that are blank in the book */
    uint64_t varied;   /* fields of which the file gave several values */
    bool added;        /* by this import */
    bool owned;        /* customers: has an owner */
    bool touched;      /* customers: their sums change */
    const char *title; /* products: the name in the book */
};

struct party_column; /* of the INSERT */

struct parties {
    struct import *import;
    const struct kind *kind;
    int key;    /* field of the map that gives the key, -1 */
    int title;  /* field of the map that gives the name, -1 */
    bool owner; /* customers get the staff of their row as owner */
    bool keep_titles;
    bool was_empty; /* nothing can be found that this import did not make */
    size_t *fields; /* other fields of the map, by their index there */
    size_t field_count;
    int64_t *varied;  /* parties with several values, one for each field */
    uint32_t *hashes; /* of the first value, field_count for each party */
    size_t hash_room;
    struct party_column *columns;
    size_t column_count;
    struct text_index index;
    struct party *entries; /* by number in the index */
    size_t capacity;
    struct statement *find;
    struct appender *insert;
    struct value *row; /* one for each column */
    int64_t next_id;
};

/* Whether the map says anything of the kind. */
bool parties_mapped(const struct import *import, const struct kind *kind);
/* `owner`: rows name staff too. */
crm_status parties_open(struct parties *parties, struct import *import, const struct kind *kind,
                        bool owner);
/* The party of the row whose values are given (one for each field of the map), NULL when the row
 * names none. `owner` is the id of the staff, 0 for none. Sets *changed when a blank was filled. */
crm_status parties_find(struct parties *parties, const struct value *values, int64_t owner,
                        struct party **out, bool *changed);
/* What the file gave more than one value of. */
void parties_note(const struct parties *parties);
void parties_close(struct parties *parties);

#endif
