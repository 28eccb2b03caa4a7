/* SPDX-License-Identifier: MIT */
/* Orders and their lines: what a new one needs, and the sums kept of them. */
#ifndef CRM_SALES_H
#define CRM_SALES_H

#include "record/record.h"

/* Takes the customer's share out of the sums by month, and puts it in again together with the
 * customer's own sums: around every change of the customer's lines. */
crm_status sales_take_out(struct crm_book *book, int64_t customer);
crm_status sales_put_in(struct crm_book *book, int64_t customer);
/* sales_take_out for each of the customers (ids, each once), which are sorted on the way. */
crm_status sales_take_out_many(struct crm_book *book, int64_t *customers, size_t count);
/* sales_put_in for each of the customers (ids, each once), which are sorted on the way. */
crm_status sales_put_in_many(struct crm_book *book, int64_t *customers, size_t count);
/* The same by a caller that has all lines of the book at hand: first begin, with the ids of the
 * customers as above, then each line (customer, ordered_on, order_ref, amount, profit, currency,
 * counted) in the order of customer and day, then end; free in any case. */
struct sales_sums;
crm_status sales_sums_begin(struct crm_book *book, int64_t *customers, size_t count,
                            struct sales_sums **out);
/* After begin, in a book that had no lines: the dates of visits are computed and written with the
 * sums, unless the customers are few among many. */
crm_status sales_sums_date(struct sales_sums *sums);
bool sales_sums_are_dated(const struct sales_sums *sums);
crm_status sales_sums_add(struct sales_sums *sums, const struct value *row);
crm_status sales_sums_end(struct sales_sums *sums);
void sales_sums_free(struct sales_sums *sums);
/* Who gets the sums, customers in the order of their ids: they are written down unless another is
 * named after begin. */
enum {
    SALES_CUSTOMER_SUMS = 6, /* orders, revenue, profit, first and last day, currency */
    SALES_MONTH_SUMS = 6     /* month, currency, revenue, profit, orders, customers */
};
struct sales_keeper {
    crm_status (*customer)(void *context, int64_t customer, const struct value *sums);
    crm_status (*month)(void *context, const struct value *sums);
    void *context;
};
void sales_sums_hand_to(struct sales_sums *sums, const struct sales_keeper *keeper);
/* These write them down: the customer's in place of what was there, the month's added to it.
 * `context` is the struct sales_sums. */
crm_status sales_keep_customer(void *context, int64_t customer, const struct value *sums);
crm_status sales_keep_month(void *context, const struct value *sums);
/* Currency of an order; for a line what its order says, its number and its amount. A line that has
 * `counted` already comes from one who has read the order. */
crm_status sales_complete_order(struct crm_book *book, struct record *record);
crm_status sales_complete_line(struct crm_book *book, struct record *record, struct arena *arena);
/* Whether the lines of an order are part of all figures: SQL over a row of it. */
#define SALES_ORDER_COUNTS "CASE WHEN status = 'cancelled' THEN 0 ELSE 1 END"
/* Puts down again with each line of the order what it takes from the order. */
crm_status sales_settle_lines(struct crm_book *book, int64_t order);
/* The lines of order `id` follow what is about to change in it. */
crm_status sales_update_order(struct crm_book *book, const struct record *record, int64_t id,
                              int64_t customer);

#endif
