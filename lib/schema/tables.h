/* SPDX-License-Identifier: MIT */
/* Shorthands for writing descriptor tables; for the files of lib/schema/ alone. */
#ifndef CRM_SCHEMA_TABLES_H
#define CRM_SCHEMA_TABLES_H

#include "schema/schema.h"

#define LENGTH(array)   (sizeof(array) / sizeof *(array))
#define CHOICES(array)  .choices = (array), .choice_count = LENGTH(array)
#define FIELDS(array)   .fields = (array), .field_count = LENGTH(array)
#define INDEXES(array)  .indexes = (array), .index_count = LENGTH(array)
#define UNIQUE(array)   .unique = (array), .unique_count = LENGTH(array)
#define SCALE(from, to) .type = DATA_INTEGER, .bounded = true, .minimum = (from), .maximum = (to)

#endif
