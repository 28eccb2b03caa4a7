/* SPDX-License-Identifier: MIT */
/* The page of a customer: what to read before a call. */
#ifndef CRM_CUSTOMER_H
#define CRM_CUSTOMER_H

#include "record/record.h"

/* The sections after the record itself. Every query goes by an index, and what the facts kept with
 * the customer show to be empty is not asked for: the page costs the same in a book of any size.
 * customer_announce says which queries it begins with: see store_announce. */
void customer_announce(struct crm_book *book, int64_t id, struct crm_sink *sink);
crm_status customer_sections(struct crm_book *book, int64_t id, struct crm_sink *sink);

#endif
