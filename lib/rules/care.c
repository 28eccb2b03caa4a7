/* SPDX-License-Identifier: MIT */
/* Care dates: days and keys. */
#include "rules/care.h"

#include <stdio.h>
#include <string.h>

/* ---- Working days ---- */

static crm_status has_list(const struct calendar *calendar, day_number day, bool *has,
                           struct error *error)
{
    int year, month, of_month;
    const struct day_list *list = NULL;
    date_to_civil(day, &year, &month, &of_month);
    *has = calendar->policy->holidays == NULL;
    if (*has)
        return CRM_OK;
    crm_status status = calendar->lists(calendar->context, year, &list, error);
    *has = list != NULL;
    return status;
}

static crm_status is_working(const struct calendar *calendar, day_number day, bool *working,
                             bool *known, struct error *error)
{
    bool listed = true;
    int64_t seconds = 0;
    crm_status status = has_list(calendar, day, &listed, error);
    *working = calendar->policy->week_count[date_weekday(day)] > 0;
    *known = *known && listed;
    if (status != CRM_OK || !listed)
        return status;
    status = calendar_between(calendar, zone_instant(calendar->zone, day, 0),
                              zone_instant(calendar->zone, day + 1, 0) - 1, NULL, &seconds, error);
    if (status == CRM_OK)
        *working = seconds > 0;
    if (status != CRM_INVALID)
        return status;
    /* A December that the next year's list, which is not there, would say more about. */
    enum { MONTH = 31 };
    *known = false;
    error_clear(error);
    return has_list(calendar, day + MONTH, &listed, error);
}

static bool has_working_time(const struct calendar *calendar)
{
    for (int weekday = 0; weekday < 7; weekday++)
        if (calendar->policy->week_count[weekday] > 0)
            return true;
    return false;
}

crm_status care_working_day(const struct calendar *calendar, day_number day, int step,
                            day_number *out, bool *known, struct error *error)
{
    enum { FARTHEST = 31 };
    crm_status status = CRM_OK;
    *out = day;
    if (!has_working_time(calendar))
        return CRM_OK;
    for (int i = 0; i <= FARTHEST && day >= DATE_FIRST && day < DATE_LAST; i++, day += step) {
        bool working = false;
        status = is_working(calendar, day, &working, known, error);
        if (status != CRM_OK)
            return status;
        if (!working)
            continue;
        *out = day;
        return CRM_OK;
    }
    return CRM_OK;
}

crm_status care_remind_on(const struct calendar *calendar, day_number day, struct duration lead,
                          day_number *out, bool *known, struct error *error)
{
    lead.count = -lead.count;
    return care_working_day(calendar, date_add(day, lead), -1, out, known, error);
}

/* ---- Birthdays of a day ---- */

static void add_key(char keys[CARE_KEYS][BIRTHDAY_TEXT], size_t *count, int month, int day,
                    bool leap)
{
    if (*count < CARE_KEYS)
        (void)birthday_key((struct birthday){.month = month, .day = day, .leap = leap},
                           keys[(*count)++]);
}

/* Whether `day` is the first working day on or after `first`. */
static crm_status is_first(const struct calendar *calendar, day_number first, day_number day,
                           bool *out, struct error *error)
{
    day_number working;
    bool known = true;
    crm_status status = care_working_day(calendar, first, 1, &working, &known, error);
    *out = status == CRM_OK && working == day;
    return status;
}

static crm_status solar_keys(const struct calendar *calendar, day_number day, struct care_keys *out,
                             struct error *error)
{
    int year, month, of_month;
    bool first = false;
    date_to_civil(day, &year, &month, &of_month);
    add_key(out->solar, &out->solar_count, month, of_month, false);
    if (month == 2 && of_month == 28 && !date_is_valid(year, 2, 29))
        add_key(out->solar, &out->solar_count, month, 29, false);
    crm_status status = is_first(calendar, day - of_month + 1, day, &first, error);
    if (first)
        add_key(out->solar, &out->solar_count, month, 0, false);
    return status;
}

static crm_status lunar_keys(const struct calendar *calendar, bool in_leap, day_number day,
                             struct care_keys *out, struct error *error)
{
    enum { SHORT = 29 };
    struct lunar_date date;
    bool first = false;
    if (!lunar_from_day(day, &date))
        return CRM_OK;
    const bool last =
        date.day == SHORT && lunar_month_length(date.year, date.month, date.leap) == SHORT;
    crm_status status = is_first(calendar, day - date.day + 1, day, &first, error);
    for (int leap = 0; leap <= 1; leap++) {
        const bool kept = in_leap && lunar_leap_month(date.year) == date.month;
        if (leap == 0 ? date.leap : kept != date.leap)
            continue;
        add_key(out->lunar, &out->lunar_count, date.month, date.day, leap == 1);
        if (last)
            add_key(out->lunar, &out->lunar_count, date.month, SHORT + 1, leap == 1);
        if (first)
            add_key(out->lunar, &out->lunar_count, date.month, 0, leap == 1);
    }
    return status;
}

crm_status care_keys_of(const struct calendar *calendar, bool in_leap, day_number day,
                        struct care_keys *out, struct error *error)
{
    out->solar_count = out->lunar_count = 0;
    crm_status status = solar_keys(calendar, day, out, error);
    return status == CRM_OK ? lunar_keys(calendar, in_leap, day, out, error) : status;
}

int care_age(const struct birthday *birthday, bool lunar, day_number day)
{
    int year, month, of_month;
    struct lunar_date date;
    if (birthday->year == 0)
        return 0;
    date_to_civil(day, &year, &month, &of_month);
    if (lunar && lunar_from_day(day, &date))
        year = date.year;
    return year > birthday->year ? year - birthday->year : 0;
}

bool care_is_round(int years, int round)
{
    return years > 0 && round > 0 && years % round == 0;
}
