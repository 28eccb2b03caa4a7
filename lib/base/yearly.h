/* SPDX-License-Identifier: MIT */
/* Days that come back every year: by the solar or the lunar calendar, by a solar term, or as a
 * festival's name. */
#ifndef CRM_BASE_YEARLY_H
#define CRM_BASE_YEARLY_H

#include "base/lunar.h"

enum yearly_kind {
    YEARLY_SOLAR,      /* month and day */
    YEARLY_LUNAR,      /* month, day, leap */
    YEARLY_LUNAR_LAST, /* the last day of the lunar year 除夕 */
    YEARLY_TERM        /* term */
};

struct yearly {
    enum yearly_kind kind;
    int month, day;
    bool leap; /* of the leap month that follows that month */
    enum solar_term term;
};

struct festival {
    const char *name;    /* stable English word */
    const char *label;   /* for people, to be translated */
    const char *chinese; /* also understood */
    struct yearly when;
};

/* Known festivals, in the order of the year. */
extern const struct festival festivals[];
extern const size_t festival_count;
/* By its English or Chinese name; NULL when it is none. */
const struct festival *festival_find(const char *name);
/* The festival on that day, NULL for none: lunar ones first. */
const struct festival *festival_on(day_number day);

/* "10-01", "solar 10-1", "lunar 8-15", "农历 8-15", "lunar leap 6-1", or a festival's name.
 * CRM_INVALID with message and hint otherwise, and for a day that no year has. */
crm_status yearly_parse(const char *text, struct yearly *out, struct error *error);
#define YEARLY_TEXT 24
/* "10-01", "lunar 8-15", "lunar leap 6-1", "qingming": what yearly_parse reads. Returns `out`. */
char *yearly_format(const struct yearly *yearly, char out[YEARLY_TEXT]);

/* The first such day on or after `from`. A 30th falls on the 29th of a month that has no 30th, and
 * February 29 on the 28th; a day of a leap month in the ordinary month of that number, or with
 * `in_leap` in the leap month of the years that have it. False when the lunar calendar is not known
 * so far: before 1901 and after 2100. */
bool yearly_next(const struct yearly *yearly, bool in_leap, day_number from, day_number *out);
/* Whether that occurrence was moved from the day named: to another day or out of a leap month. */
bool yearly_was_moved(const struct yearly *yearly, day_number day);

#endif
