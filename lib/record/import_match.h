/* SPDX-License-Identifier: MIT */
/* The record that a row of a file means: by its key, compared with what the row says. */
#ifndef CRM_RECORD_IMPORT_MATCH_H
#define CRM_RECORD_IMPORT_MATCH_H

#include "record/import.h"
#include "record/import_open_order.h"

/* A reference to a record of the same kind that may stand further down in the file. */
struct pending {
    int64_t id;   /* of the record that refers */
    size_t field; /* of the kind */
    const char *text;
    long line;
};

/* What a text of one reference field meant in the row before: rows of one customer or order mostly
 * stand together. */
struct remembered {
    char text[64];
    size_t length;
    int64_t customer; /* under whom it was looked for, 0 for anyone's */
    int64_t id;       /* 0: nothing is remembered */
};

struct matcher {
    struct import *import;
    const char **keys; /* names of fields; none: a record is all of what a row says */
    size_t key_count;
    bool by_id;       /* the key is the number with the kind's prefix */
    size_t made_with; /* fields of the map when the statement was made */
    struct statement *find;
    size_t *stored; /* fields of the kind that the statement selects, in their order */
    size_t stored_count;
    struct text_index seen; /* keys of the rows so far … */
    long *seen_lines;       /* … and where they stood */
    size_t seen_room;
    struct remembered *remembered; /* one for each field of the kind */
    bool whole_orders; /* lines, whose numbers in an order can come from this file alone */
    struct open_order order;
    struct pending *pending;
    size_t pending_count, pending_room;
};

crm_status matcher_open(struct matcher *matcher, struct import *import);
void matcher_close(struct matcher *matcher);
/* Puts the row's value of one field into the record. */
crm_status matcher_set(struct matcher *matcher, struct record *record, size_t field,
                       const struct value *value);
/* The record with the row's key: its id (0 for kinds without) and its stored values, one for each
 * field of the kind and of the policy. *found is false when there is none. */
crm_status matcher_find(struct matcher *matcher, const struct record *record, bool *found,
                        int64_t *id, struct record *stored);
/* CRM_INVALID when an earlier row had the same key. */
crm_status matcher_note_key(struct matcher *matcher, const struct record *record);
/* References that were left for the end; `id` is the record's. */
crm_status matcher_keep_pending(struct matcher *matcher, int64_t id);
crm_status matcher_resolve_pending(struct matcher *matcher);

#endif
