/* SPDX-License-Identifier: MIT */
/* Whether a stored value is one that its field takes: by the function that reads values on import.
 */
#ifndef CRM_CHECK_VALUES_H
#define CRM_CHECK_VALUES_H

#include "check/check.h"

/* Texts that were good lately: dates, cities and words come again and again. */
struct known_texts;

/* One stored field of a table. */
struct column_check {
    const struct field *field;
    size_t at; /* in the row */
    struct known_texts *known;
};

/* What is wrong with a value. */
struct verdict {
    bool good;
    const char *problem;  /* a sentence, in the arena; NULL when good */
    const char *expected; /* as the program would write the value; NULL: it would not take it */
    const char *stored;   /* of a custom field that is not sensitive */
};

/* Of a value that is not null. `arena` is the caller's, for the texts of the verdict. */
crm_status value_judge(struct check *check, const struct column_check *column,
                       const struct value *value, struct verdict *out);
/* Of the custom fields of a record: calls check_say for each that is wrong. */
crm_status value_judge_custom(struct check *check, const struct kind *kind,
                              const struct value *custom, const char *(*name)(void *context),
                              void *context);
/* NULL without memory. */
struct known_texts *known_texts_new(void);

#endif
