/* SPDX-License-Identifier: MIT */
/* How dates and numbers are written in a file: crm-map(5) describes the notation. */
#ifndef CRM_IMPORT_FORMAT_H
#define CRM_IMPORT_FORMAT_H

#include "base/date.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Dates: "M/D/YYYY h:mm", "YYYY年M月D日", "excel", "unix" ------------------------------- */

struct date_format; /* compiled; constant */

/* A date as read, with the time of day when there was one. */
struct civil_time {
    day_number date;
    int second; /* of the day */
    bool has_offset;
    int offset; /* seconds east of UTC */
};

/* Compiles the notation. CRM_INVALID names the letter that means nothing. */
crm_status date_format_compile(struct arena *arena, const char *notation,
                               const struct date_format **out, struct error *error);
/* Whether the whole text is of that format and names a real day and time. */
bool date_format_read(const struct date_format *format, const char *text, size_t length,
                      struct civil_time *out);
/* The notation as it was written. */
const char *date_format_notation(const struct date_format *format);
/* The notations that are tried when a file names none: those that can't be mistaken. */
extern const char *const date_format_defaults[];
extern const size_t date_format_default_count;

/* ---- Numbers ----------------------------------------------------------------------------- */

struct number_format {
    char decimal;                /* '.' or ',' */
    const char *thousands;       /* "" for none; one character, perhaps of several bytes */
    const char *const *currency; /* signs and words before or after the number */
    size_t currency_count;
    bool percent; /* a bare number is a percentage too */
};

/* Reads an exact decimal. More than four decimals are rounded half to even and *rounded is set.
 * False when the text is no number in that format. */
bool number_format_read(const struct number_format *format, const char *text, size_t length,
                        int64_t *out, bool *rounded);

#endif
