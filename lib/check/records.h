/* SPDX-License-Identifier: MIT */
/* One run through a table, between the files that look at its rows. */
#ifndef CRM_CHECK_RECORDS_H
#define CRM_CHECK_RECORDS_H

#include "check/values.h"
#include "record/record.h"

#define NOWHERE SIZE_MAX /* place of a column that the table does not have */

struct pass_column {
    struct column_check check;
    bool required;
    struct table_facts *target; /* of a reference; NULL: none */
};

/* A reference to a record of the same kind that had not been read. */
struct waiting {
    const struct field *field;
    int64_t record, target;
};

/* The sums under way, and what is kept of them: see sales.c. */
enum { SALES_PLACES = 7 };
struct sales_check {
    size_t places[SALES_PLACES]; /* columns of a row */
    struct sales_sums *sums;
    struct statement *customers; /* what is kept, in the order of ids */
    bool more;
    struct month_kept *months;
    size_t month_count, month_room;
    struct id_map unsound; /* customers with lines that cannot be added up */
    bool any_unsound;
    int64_t *orders; /* whose lines do not say what the order says */
    size_t order_count, order_room;
};

struct pass {
    struct check *check;
    const struct kind *kind;
    struct table_facts *facts;
    struct pass_column *columns; /* stored fields; the first columns of a row */
    size_t count;
    const char **select;
    size_t select_count;
    size_t entry_at, id_at, custom_at, counted_at;
    const struct value *row;
    bool has_words;       /* of the policy */
    struct value *values; /* the row by fields of the kind */
    int64_t entry, entry_rows;
    struct waiting *waiting;
    size_t waiting_count, waiting_room;
    struct sales_check sales;
};

/* Fills in kind, record and stored value of the row at hand. */
crm_status pass_say(struct pass *pass, struct finding finding, const struct value *stored);

/* ---- sales.c: orders, their lines, and the sums kept of them ---- */

/* Once the columns are known, of orders and lines. */
void sales_check_places(struct pass *pass);
/* What the lines of the order at hand must agree with, as a number that is not 0. */
uint64_t sales_check_order(const struct pass *pass);
crm_status sales_check_customer(struct check *check, int64_t id);
crm_status sales_check_begin(struct pass *pass);
crm_status sales_check_line(struct pass *pass);
crm_status sales_check_end(struct pass *pass);
void sales_check_release(struct sales_check *sales);

#endif
