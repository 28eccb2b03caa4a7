/* SPDX-License-Identifier: MIT */
/* When reminders are given. */
#include "rules/quiet.h"

enum { MINUTE = 60, MINUTES = 1440 /* of a day */ };

/* The minute at which the quiet interval ends that holds at this one, beyond MINUTES for one that
 * runs over midnight; `minute` itself when none does. */
static int end_of_quiet(const struct policy *policy, int minute)
{
    for (size_t i = 0; i < policy->quiet_count; i++) {
        const struct interval *quiet = &policy->quiet[i];
        const bool over = quiet->to <= quiet->from;
        if (minute >= quiet->from && (over || minute < quiet->to))
            return over ? quiet->to + MINUTES : quiet->to;
        if (over && minute < quiet->to)
            return quiet->to;
    }
    return minute;
}

/* The working day on or after `day`. */
static crm_status working_day(const struct policy *policy, const struct calendar *calendar,
                              day_number day, day_number *out, struct error *error)
{
    *out = day;
    if (!policy->remind_on_working_days)
        return CRM_OK;
    crm_status status = calendar_working_day(calendar, day, out, error);
    if (status != CRM_INVALID)
        return status;
    error_clear(error);
    *out = day;
    return CRM_OK;
}

crm_status quiet_open(const struct policy *policy, const struct calendar *calendar, instant now,
                      instant *open, struct error *error)
{
    /* Each interval is left once a day; a holiday is passed in one step. */
    size_t steps = 2 * (policy->quiet_count + 2);
    *open = now;
    while (steps-- > 0) {
        day_number day, working;
        int second;
        zone_local(calendar->zone, *open, &day, &second);
        crm_status status = working_day(policy, calendar, day, &working, error);
        if (status != CRM_OK)
            return status;
        const int minute = working > day ? 0 : second / MINUTE;
        const int end = end_of_quiet(policy, minute);
        if (working == day && end == minute)
            return CRM_OK;
        *open = zone_instant(calendar->zone, working + end / MINUTES, end % MINUTES * MINUTE);
    }
    *open = now;
    return CRM_OK;
}
