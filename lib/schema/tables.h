/* SPDX-License-Identifier: MIT */
/* Shorthands for writing descriptor tables; for the files of lib/schema/ alone. */
#ifndef CRM_SCHEMA_TABLES_H
#define CRM_SCHEMA_TABLES_H

#include "schema/schema.h"

#define LENGTH(array)   (sizeof(array) / sizeof *(array))
#define CHOICES(array)  .choices = (array), .choice_count = LENGTH(array)
#define WORDS(array)    .words = (array), .word_count = LENGTH(array)
#define FIELDS(array)   .fields = (array), .field_count = LENGTH(array)
#define INDEXES(array)  .indexes = (array), .index_count = LENGTH(array)
#define UNIQUE(array)   .unique = (array), .unique_count = LENGTH(array)
#define SCALE(from, to) .type = DATA_INTEGER, .bounded = true, .minimum = (from), .maximum = (to)

enum {
    CHANNEL_WORDS = 7,
    CATEGORY_WORDS = 5,
    SERVICE_WORDS = 3,
    TIER_EVENT_WORDS = 8,
    OCCASION_WORDS = 19
};
extern const struct choice channel_words[CHANNEL_WORDS], category_words[CATEGORY_WORDS],
    service_words[SERVICE_WORDS], tier_event_words[TIER_EVENT_WORDS],
    occasion_words[OCCASION_WORDS];

#endif
