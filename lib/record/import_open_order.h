/* SPDX-License-Identifier: MIT */
/* The order whose lines are being imported line by line: what each line would look up again. */
#ifndef CRM_RECORD_IMPORT_OPEN_ORDER_H
#define CRM_RECORD_IMPORT_OPEN_ORDER_H

#include "record/record.h"

struct open_order {
    int64_t id; /* 0: none */
    int64_t customer, counted;
    char day[16], currency[16];
    bool was_empty; /* it had no line before the ones now coming */
    int64_t lines;  /* highest number of them */
};

/* Turns to the order of a line if it is another than before. */
crm_status open_order_turn(struct open_order *order, struct crm_book *book,
                           const struct record *line);
/* Whether the line is certainly new: all lines of its order came with this file, where a key stands
 * once, and its number comes after theirs. */
bool open_order_lacks(const struct open_order *order, const struct record *line);
/* Puts into a new line what follows from its order; nothing when the book has to be asked. */
void open_order_complete(struct open_order *order, struct record *line);

#endif
