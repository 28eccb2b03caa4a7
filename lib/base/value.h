/* SPDX-License-Identifier: MIT */
/* The value of one column of one row, as stored; what it means (money, date, …) is said by the
 * column's enum data_type. */
#ifndef CRM_BASE_VALUE_H
#define CRM_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum value_type { VALUE_NULL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT };

/* Text is borrowed: it lives until the statement's next step, or as long as its arena. */
struct value {
    enum value_type type;
    int64_t integer;
    double real;
    const char *text;
    size_t length; /* bytes of text */
};

/* How a value is meant: it decides storage, parsing and printing. */
enum data_type {
    DATA_TEXT,      /* UTF-8 on one line or several */
    DATA_INTEGER,   /* int64 */
    DATA_DECIMAL,   /* int64 count of ten-thousandths: money, quantities, discounts */
    DATA_REAL,      /* double, printed with the column's `decimals` */
    DATA_BOOLEAN,   /* 0 or 1; JSON true/false, text yes/no */
    DATA_DATE,      /* text YYYY-MM-DD */
    DATA_TIME,      /* text YYYY-MM-DDTHH:MM:SSZ, always UTC; printed with the book's offset;
                       or a day alone, where either may stand */
    DATA_ENUM,      /* text, one of the field's choices; English, stable */
    DATA_TAGS,      /* text, words separated by one space; a JSON array of strings */
    DATA_REFERENCE, /* stored: id of the other record; printed: its key as text */
    DATA_JSON       /* text that is valid JSON, printed verbatim in JSON and compactly elsewhere */
};

static inline struct value value_null(void)
{
    return (struct value){.type = VALUE_NULL};
}

static inline struct value value_integer(int64_t number)
{
    return (struct value){.type = VALUE_INTEGER, .integer = number};
}

static inline struct value value_real(double number)
{
    return (struct value){.type = VALUE_REAL, .real = number};
}

/* Borrows `text`; NULL gives the null value. */
static inline struct value value_text(const char *text)
{
    return text == NULL ? value_null()
                        : (struct value){.type = VALUE_TEXT, .text = text, .length = strlen(text)};
}

static inline struct value value_text_length(const char *text, size_t length)
{
    return (struct value){.type = VALUE_TEXT, .text = text, .length = length};
}

static inline bool value_is_null(const struct value *value)
{
    return value->type == VALUE_NULL;
}

/* Whether two stored values are the same; null equals null. */
static inline bool value_equal(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == VALUE_TEXT)
        return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    if (a->type == VALUE_REAL)
        return a->real == b->real;
    return a->type == VALUE_NULL || a->integer == b->integer;
}

#endif
