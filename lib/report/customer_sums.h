/* SPDX-License-Identifier: MIT */
/* What each customer bought in the period, for reports that rank customers. */
#ifndef CRM_REPORT_CUSTOMER_SUMS_H
#define CRM_REPORT_CUSTOMER_SUMS_H

#include "report/report.h"
#include "rules/pareto.h"

/* Customers of one currency, the largest first; at least one. Valid during the call. */
struct customer_sums {
    const char *currency;
    struct ranked *members; /* id is the customer's */
    size_t count;
};
typedef crm_status (*customer_sums_visitor)(void *context, const struct customer_sums *sums);

/* Calls `each` once for each currency, in their order. Customers with lines in the period count. */
crm_status report_customer_sums(const struct report_request *request, customer_sums_visitor each,
                                void *context);
/* part of whole in percent; null when there is no whole to be part of. */
struct value report_percent(int64_t part, int64_t whole);

#endif
