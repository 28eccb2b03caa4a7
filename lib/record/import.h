/* SPDX-License-Identifier: MIT */
/* Import: what its parts share. The readers and maps of lib/import/ know no records; here rows
 * become records. */
#ifndef CRM_RECORD_IMPORT_H
#define CRM_RECORD_IMPORT_H

#include "import/map.h"
#include "record/import_index.h"
#include "record/record.h"

struct import_counts {
    int64_t read, added, changed, same, refused;
    int64_t skipped; /* rows that the map leaves out: not among those read */
    int64_t rounded; /* values with more than four decimals */
};

/* One import under way. */
struct import {
    struct crm_book *book;
    const crm_import_options *options;
    const struct kind *kind;
    struct map *map;
    struct rows *rows;
    struct arena arena; /* as long as the import */
    struct import_counts counts;
    int64_t *rounded_by; /* one for each field of the map … */
    size_t rounded_room;
    bool *rounded_row;                          /* … and whether it was in the row under way */
    int64_t customers, products, staff, orders; /* added by a flat file */
    struct buffer notes;                        /* members of a JSON array */
    FILE *errors_stream;
    crm_sink *errors;
    double started;
};

enum import_outcome { IMPORT_SAME, IMPORT_ADDED, IMPORT_CHANGED };

/* Goes to the next row that is data; refused rows on the way are dealt with. */
crm_status import_next(struct import *import, bool *more);
/* A row that is refused, for the reason in book->error: collected, or the end of the import.
 * `status` is what the refusing function returned; failures that are not the row's fault (memory,
 * input and output) go through. */
crm_status import_refuse(struct import *import, crm_status status);
/* Puts the row's place before the message of a failure that does not have it. */
crm_status import_place(struct import *import, crm_status status);
/* Value of one field of the map in this row; counts as rounded when the row is accepted. */
crm_status import_value(struct import *import, size_t field, struct value *out, bool *given,
                        bool *skip);
/* The row is stored, or was so already. */
void import_accept(struct import *import, enum import_outcome outcome);
/* Adds a member to the notes of the summary: a JSON object without its braces. */
void import_note(struct import *import, const char *format, ...) CRM_PRINTF(2, 3);

/* ---- The two ways of storing ------------------------------------------------------------- */

/* One record of import->kind a row. */
crm_status import_records(struct import *import);
/* Customers, products, staff, orders and lines from one flat file. */
crm_status import_orders(struct import *import);

#endif
