/* SPDX-License-Identifier: MIT */
/* Care dates 客户关怀: which birthdays fall on a day, when to tell of them, and what to say.
 *
 * A day of a short month: the 30th falls on the 29th, February 29 on the 28th. A day of a leap
 * month falls in the ordinary month of that number, or with `in_leap` in the leap month of the
 * years that have it. Of a birthday whose day is not known, the first working day of its month
 * stands for it.
 */
#ifndef CRM_RULES_CARE_H
#define CRM_RULES_CARE_H

#include "base/birthday.h"
#include "base/buffer.h"
#include "rules/calendar.h"

/* The birthdays of one day, as birthday_key writes them, by the calendar that they are kept in. */
enum { CARE_KEYS = 8 };
struct care_keys {
    char solar[CARE_KEYS][BIRTHDAY_TEXT], lunar[CARE_KEYS][BIRTHDAY_TEXT];
    size_t solar_count, lunar_count;
};
/* Days whose lunar date is not in the table have none of the lunar calendar. */
crm_status care_keys_of(const struct calendar *calendar, bool in_leap, day_number day,
                        struct care_keys *out, struct error *error);
/* The nearest working day to `day`, itself included: after it with a `step` of 1, before it with
 * -1. Where the calendar's day lists do not reach, it is found by weekday alone and *known cleared.
 * A calendar without working time leaves the day as it is. */
crm_status care_working_day(const struct calendar *calendar, day_number day, int step,
                            day_number *out, bool *known, struct error *error);
/* The last working day that is `lead` before the day, or more. */
crm_status care_remind_on(const struct calendar *calendar, day_number day, struct duration lead,
                          day_number *out, bool *known, struct error *error);
/* How old somebody becomes on that day; 0 when the year of birth is not known. */
int care_age(const struct birthday *birthday, bool lunar, day_number day);
bool care_is_round(int years, int round);
/* How long before or after its day a visit made for an occasion is one for that day. */
#define CARE_SEASON 60

/* ---- Greetings ---- */

struct care_words {
    const char *name;     /* of the person, or of the customer */
    const char *title;    /* NULL: not known */
    const char *customer; /* name of the customer */
    int years;            /* 0: not known */
};
/* The greeting for the occasion, in the customer's language: the most specific of the policy's of
 * which all placeholders are known, the first of several; where there is none, one of crm's own, in
 * Chinese or English. Without a language (NULL) any will do. NULL when there is none. */
const struct greeting *care_choose(const struct policy *policy, const char *occasion,
                                   const char *language, const struct care_words *words);
/* The text with its placeholders filled in. */
void care_write(const struct policy *policy, const struct greeting *greeting, const char *occasion,
                const struct care_words *words, struct buffer *out);
/* Surname and job title 王经理 where both are Chinese, otherwise the name. */
void care_salutation(const struct care_words *words, struct buffer *out);

#endif
