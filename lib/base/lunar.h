/* SPDX-License-Identifier: MIT */
/* The Chinese lunar calendar 农历, from 1901-01-01 to 2100-12-31, by the tables of the Hong Kong
 * Observatory (Gregorian-Lunar Calendar Conversion Table). Nothing is computed from astronomy:
 * other tables and libraries differ from the Observatory's on known days. */
#ifndef CRM_BASE_LUNAR_H
#define CRM_BASE_LUNAR_H

#include "base/date.h"

#define LUNAR_FIRST (-25202) /* 1901-01-01, the 11th of month 11 of 1900 */
#define LUNAR_LAST  47846    /* 2100-12-31, the 1st of month 12 of 2100 */

struct lunar_date {
    int year;  /* 1900 … 2100: the year in which most of the lunar year lies */
    int month; /* 1 … 12 */
    int day;   /* 1 … 30 */
    bool leap; /* of the leap month that follows the month of that number */
};

enum solar_term {
    TERM_QINGMING, /* 清明: April 4, 5 or 6 */
    TERM_DONGZHI   /* 冬至: December 21, 22 or 23 */
};

/* False when `day` is not between LUNAR_FIRST and LUNAR_LAST. */
bool lunar_from_day(day_number day, struct lunar_date *out);
/* False when there is no such day, or it is not between LUNAR_FIRST and LUNAR_LAST. */
bool lunar_to_day(struct lunar_date date, day_number *out);
/* The number of the month that is followed by a leap month in that year; 0 when none is. */
int lunar_leap_month(int year);
#define LUNAR_TEXT 48
/* As people write it: 二〇二五年闰六月初一. Returns `out`. */
char *lunar_format(struct lunar_date date, char out[LUNAR_TEXT]);
/* 29 or 30; 0 for a month that the year does not have or that the table does not hold whole. */
int lunar_month_length(int year, int month, bool leap);
/* The day on which what happens every year on that month and day (leap or not) falls in that lunar
 * year: the 29th for a 30th that the month does not have; the ordinary month for a leap month,
 * unless `in_leap` is set and the year has that leap month. False outside of the table. */
bool lunar_anniversary(int year, struct lunar_date date, bool in_leap, day_number *out);
/* The day of a solar term in that Gregorian year, 1901 … 2100; false for others. */
bool lunar_term(int year, enum solar_term term, day_number *out);

#endif
