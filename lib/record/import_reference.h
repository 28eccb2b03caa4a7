/* SPDX-License-Identifier: MIT */
/* References in imported rows: exact, unlike those that people type. */
#ifndef CRM_RECORD_IMPORT_REFERENCE_H
#define CRM_RECORD_IMPORT_REFERENCE_H

#include "record/record.h"

/* The id in a text such as V-7; 0 when it is none. */
int64_t reference_number(const struct kind *kind, const struct value *text);
/* The record with that number, key, external id or name, in this order. *count is 0 for none and 2
 * for several. */
crm_status reference_find(struct crm_book *book, const struct kind *kind, const struct value *text,
                          int64_t *id, int *count);
/* The same where there must be one; `field` is for the message. */
crm_status reference_resolve(struct crm_book *book, const struct kind *kind, const char *field,
                             const struct value *text, struct value *out);
/* An order by its number and its customer's id. */
crm_status reference_order(struct crm_book *book, int64_t customer, const struct value *number,
                           struct value *out);

#endif
