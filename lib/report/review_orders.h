/* SPDX-License-Identifier: MIT */
/* What each customer ordered around the days of visits. */
#ifndef CRM_REPORT_REVIEW_ORDERS_H
#define CRM_REPORT_REVIEW_ORDERS_H

#include "report/report.h"

enum { CURRENCY_TEXT = 8 };

/* Orders and revenue of some days, to be added up. Zero-initialise. */
struct order_sums {
    int64_t orders;
    int64_t revenue;
    char currency[CURRENCY_TEXT]; /* "" as long as there is no order */
    bool mixed;                   /* of several currencies, or too much to count: no revenue */
};

/* Adds b to a. */
void order_sums_add(struct order_sums *a, const struct order_sums *b);

/* The order lines of one customer after the other, in the order of their ids, beside another
 * stream of the same store. */
struct review_orders;
/* Of the customers with a visit done in the request's period, from `window` days before it to as
 * many behind it. Free in any case. */
crm_status review_orders_begin(const struct report_request *request, int window,
                               struct review_orders **out);
/* Takes the lines of that customer; those of customers before it are passed over. */
crm_status review_orders_of(struct review_orders *all, int64_t customer);
/* What was ordered from day `first` to day `last`: an order with lines on several of the days is
 * one. */
void review_orders_between(const struct review_orders *all, day_number first, day_number last,
                           struct order_sums *out);
void review_orders_free(struct review_orders *all);

#endif
