/* SPDX-License-Identifier: MIT */
/* Between the files that write the page of a customer. */
#ifndef CRM_CUSTOMER_PAGE_H
#define CRM_CUSTOMER_PAGE_H

#include "record/record.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Facts kept with the customer that the sections go by. */
enum {
    FACT_TIER,
    FACT_COMPLAINTS,
    FACT_SURVEY,
    FACT_LAST_VISIT,
    FACT_NEXT_VISIT,
    FACT_PROMISE,
    FACT_STATUS,
    FACT_VISIT_EVERY,
    FACT_VISIT_CHANNEL,
    FACT_VISIT_DAYS,
    FACT_COUNT
};

struct customer_page {
    struct crm_book *book;
    struct crm_sink *sink;
    struct arena arena;
    struct value id;
    struct value facts[FACT_COUNT];
};

/* The sections revenue and last_orders, from one reading of the customer's lines. */
crm_status customer_sales(struct customer_page *page);
void customer_announce_sales(struct customer_page *page);

#endif
