/* SPDX-License-Identifier: MIT */
/* Indicators that are sums of order lines: all of them in one pass. */
#ifndef CRM_TIER_SALES_H
#define CRM_TIER_SALES_H

#include "domain/tier.h"

bool tier_sums_sales(enum indicator_source source);
/* Fills in the terms of such indicators. A period ends today: its days are those after today less
 * its length. CRM_CONFLICT when there are lines, but none in the book's currency. */
crm_status tier_sales_load(struct crm_book *book, struct tier_evaluation *evaluation,
                           int64_t *foreign);

/* Day after which the indicator's period begins. */
day_number tier_sales_after(const struct indicator *indicator, day_number today);

#endif
