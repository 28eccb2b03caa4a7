/* SPDX-License-Identifier: MIT */
/* Birthdays as people know them: without the year, without the day, in a leap month. */
#ifndef CRM_BASE_BIRTHDAY_H
#define CRM_BASE_BIRTHDAY_H

#include <stdbool.h>
#include <stddef.h>

/* By the solar calendar or by the lunar one: the text does not tell. */
struct birthday {
    int year;  /* 0: not known */
    int month; /* 1 … 12 */
    int day;   /* 0: not known */
    bool leap; /* of the leap month that follows that month; of the lunar calendar, then */
};

/* 1980-05-12, 05-12, 1980-05, 05, leap 06-01, 1987-leap 06-01; also 5-12, --05-12, 1980/5/12,
 * 1980年5月12日, 闰6-1, leap 1987-6-1. False for anything else, and for a day that no month of
 * that number has in either calendar. */
bool birthday_parse(const char *text, struct birthday *out);
#define BIRTHDAY_TEXT 48
/* The first of these forms, in which it is stored. Returns `out`. */
char *birthday_format(struct birthday birthday, char out[BIRTHDAY_TEXT]);
/* What every such birthday has in common whatever its year: 05-12, 05, leap 06-01. */
char *birthday_key(struct birthday birthday, char out[BIRTHDAY_TEXT]);
/* The same over the column `birthday`, as both engines know it. */
#define BIRTHDAY_KEY_SQL(column)                                                                   \
    "CASE WHEN substr(" column ", 5, 1) = '-' THEN substr(" column ", 6) ELSE " column " END"
/* Whether the solar calendar, or the lunar one, has such a day. */
bool birthday_is_solar(const struct birthday *birthday);
bool birthday_is_lunar(const struct birthday *birthday);

#endif
