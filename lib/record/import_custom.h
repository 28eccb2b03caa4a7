/* SPDX-License-Identifier: MIT */
/* Fields of the policy's own in a flat file: members of one JSON object in the column `custom`. */
#ifndef CRM_RECORD_IMPORT_CUSTOM_H
#define CRM_RECORD_IMPORT_CUSTOM_H

#include "record/import.h"

bool import_is_custom(const struct map_field *field);
/* Appends the stored value of a custom field (by its index in the map) as an expression over its
 * kind's table. */
void import_custom_sql(const struct import *import, size_t field, struct buffer *sql);
/* Puts the value of a custom field into a record of its kind. */
void import_custom_put(const struct import *import, size_t field, const struct value *value,
                       struct record *record);
/* The custom fields of a new record as the row gives them (`values`: one for each field of the
 * map), null when it gives none. Lives as long as the row. */
crm_status import_custom(struct import *import, const struct kind *kind, const struct value *values,
                         struct value *out);

#endif
