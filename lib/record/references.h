/* SPDX-License-Identifier: MIT */
/* Who refers to a record: for removing, merging and refusing circles. */
#ifndef CRM_RECORD_REFERENCES_H
#define CRM_RECORD_REFERENCES_H

#include "record/record.h"

typedef crm_status (*reference_visitor)(struct crm_book *book, const struct kind *referring,
                                        const struct field *field, void *context);

/* Calls `visit` for every field of any kind that may refer to `kind`, until one fails. */
crm_status references_each(struct crm_book *book, const struct kind *kind, reference_visitor visit,
                           void *context);
/* Whether records of that kind are parts of what the field names, and go along with it. */
bool reference_is_part(const struct kind *referring, const struct field *field);
crm_status references_remove_row(struct crm_book *book, const struct kind *kind, int64_t id);
/* CRM_CONFLICT when the record has come to stand above itself: a parent's parent, and so on. */
crm_status references_refuse_circle(struct crm_book *book, const struct kind *kind, int64_t id);

#endif
