/* SPDX-License-Identifier: MIT */
/* A flat file of order lines under import: orders found or made, lines compared and handed on. */
#ifndef CRM_RECORD_IMPORT_FLAT_H
#define CRM_RECORD_IMPORT_FLAT_H

#include "record/import_parties.h"
#include "record/import_sort.h"

/* Fields of an order that a flat row can give, in the order of the columns that store them. */
enum head_field {
    HEAD_ORDERED_ON,
    HEAD_CURRENCY,
    HEAD_CHANNEL,
    HEAD_STATUS,
    HEAD_NOTES,
    HEAD_EXTERNAL_ID,
    HEAD_SHIPPED_ON, /* from here on lines may differ from their order */
    HEAD_SHIP_MODE,
    HEAD_COUNTRY,
    HEAD_REGION,
    HEAD_PROVINCE,
    HEAD_CITY,
    HEAD_FIELDS
};

/* Columns of a line as stored. */
enum line_column {
    LINE_CUSTOMER,
    LINE_ORDERED_ON,
    LINE_ORDER,
    LINE_NUMBER,
    LINE_PRODUCT,
    LINE_DESCRIPTION,
    LINE_QUANTITY,
    LINE_UNIT_PRICE,
    LINE_DISCOUNT,
    LINE_AMOUNT,
    LINE_PROFIT,
    LINE_SHIPPED_ON, /* in the order of head_field */
    LINE_SHIP_MODE,
    LINE_COUNTRY,
    LINE_REGION,
    LINE_PROVINCE,
    LINE_CITY,
    LINE_EXTERNAL_ID,
    LINE_CURRENCY,
    LINE_COUNTED,
    LINE_ENTRY,
    LINE_COLUMNS
};

extern const char *const head_names[HEAD_FIELDS];
extern const char *const line_names[LINE_COLUMNS];

/* A line that stood in the book before. */
struct stored_line {
    struct value columns[LINE_COLUMNS];
    bool met; /* in this file */
    struct stored_line *next;
};

/* An order met lately. */
struct head {
    int64_t id;       /* 0: the place is free */
    int64_t customer; /* id */
    uint64_t hash;
    struct value number;
    struct value fields[HEAD_FIELDS];
    struct value *custom; /* as stored, one for each of flat->customs; of stored orders alone */
    bool stored;          /* it stood in the book before this import */
    bool counted;         /* not cancelled */
    bool differs;         /* lines differ from it: counted already */
    bool loaded_day, loaded_all;
    bool returned; /* met before, but its place went to another: its new lines are forgotten */
    struct stored_line *lines, *last_line; /* in the order of their numbers, mostly */
    struct stored_line *cursor;            /* the one found last: the next is mostly behind it */
    bool no_memory;
    struct arena arena; /* of all texts */
};

enum { HEAD_PLACES = 256 };

/* How a line is recognised when the file comes again. */
enum line_identity { BY_OCCURRENCE, BY_NUMBER, BY_EXTERNAL_ID };

struct flat {
    struct import *import;
    struct parties customers, products, staff;
    bool has_products, has_staff;
    struct value *values; /* of the row, one for each field of the map */
    size_t value_room;
    int head_map[HEAD_FIELDS];               /* where in the map; -1 */
    enum head_field head_given[HEAD_FIELDS]; /* those that a new order has a value for */
    size_t head_given_count;
    size_t *customs; /* fields of the map that are the policy's own, of orders */
    size_t custom_count;
    int number_map;
    int line_map[LINE_COLUMNS];
    int discount_amount_map, full_amount_map;
    size_t given[LINE_COLUMNS]; /* columns that lines of this file may have a value in */
    size_t given_count;
    enum line_column stored[LINE_COLUMNS]; /* columns that are read of known lines */
    size_t stored_count;
    bool compared[LINE_COLUMNS]; /* whether a known line is compared by that column */
    enum line_identity identity;
    struct value currency, status; /* where the row gives none */

    struct hash_filter seen;                       /* orders and what their lines are known by */
    int64_t waiting;                               /* lines in the sorter */
    bool first_lines;                              /* the book has no lines but those waiting */
    struct sales_sums *sums;                       /* NULL but while the first lines are inserted */
    struct line_sorter *sorter;                    /* of new lines */
    struct head *heads;                            /* HEAD_PLACES of them, by hash */
    struct id_counters counters;                   /* lines met, by order */
    struct statement *find_order, *find_new_order; /* one of before; one of this import as well */
    struct appender *insert_order;
    int64_t next_order;
    struct hash_filter orders; /* that this import added */
    struct statement *find_day_lines, *find_lines, *update_line;
    bool orders_were_empty;
    int64_t differing; /* orders with lines that differ from them */
    int64_t renamed;   /* lines that name their product otherwise */

    int64_t *touched; /* ids of customers whose sums change */
    size_t touched_count, touched_room;
};

/* ---- Orders: import_heads.c --------------------------------------------------------------- */

crm_status heads_open(struct flat *flat);
void heads_close(struct flat *flat);
/* The order of the row; *changed when its fields were. */
crm_status heads_find(struct flat *flat, struct party *customer, struct head **out, bool *changed);

/* ---- Lines: import_lines.c ---------------------------------------------------------------- */

crm_status lines_open(struct flat *flat);
void lines_close(struct flat *flat);
/* Amount, price and discount of the row, one from the others. CRM_INVALID when it has no amount. */
crm_status lines_amount(struct flat *flat, struct value *line);
/* Completes the line's columns and compares it with what is stored. *out is IMPORT_ADDED for a line
 * that is to be inserted; a changed one has been updated. */
crm_status lines_place(struct flat *flat, struct head *head, struct party *customer,
                       struct value *line, enum import_outcome *out);
/* Inserts the new lines so far. */
crm_status flat_flush(struct flat *flat);
/* Before the first change to a customer's lines: takes the customer out of the sums by month. */
crm_status flat_touch(struct flat *flat, struct party *customer);

#endif
