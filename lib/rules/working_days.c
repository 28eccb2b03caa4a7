/* SPDX-License-Identifier: MIT */
/* Working days: the same local time so many of them later or earlier, and the next one. */
#include "rules/calendar_walk.h"

/* The day after (step 1) or before (step -1) on which people work. */
static crm_status step_working_day(struct walk *walk, int step)
{
    crm_status status;
    do {
        status = walk_to_day(walk, walk->day.date + step);
    } while (status == CRM_OK && walk->day.count == 0);
    return status;
}

/* Nearest working second of the day to `second`: itself inside of an interval, both ends included;
 * else the nearest end in the direction of `step`; -1 when there is none on that side. */
static int nearest_working_second(const struct day *day, int second, int step)
{
    int nearest = -1;
    for (size_t i = 0; i < day->count; i++) {
        int from = day->intervals[i].from * 60, to = day->intervals[i].to * 60;
        if (from <= second && second <= to) {
            return second;
        }
        if (step > 0 && from > second && nearest < 0) {
            nearest = from;
        } else if (step < 0 && to < second) {
            nearest = to;
        }
    }
    return nearest;
}

/* First (step 1) or last (step -1) working second of a day that has any. */
static int edge_of_day(const struct day *day, int step)
{
    return step > 0 ? day->intervals[0].from * 60 : day->intervals[day->count - 1].to * 60;
}

/* Moves to where working time is met in the direction of `step`. */
static crm_status enter_working_time(struct walk *walk, int *second, int step)
{
    int nearest = nearest_working_second(&walk->day, *second, step);
    if (nearest >= 0) {
        *second = nearest;
        return CRM_OK;
    }
    crm_status status = step_working_day(walk, step);
    if (status == CRM_OK) {
        *second = edge_of_day(&walk->day, step);
    }
    return status;
}

/* From where working time is met in the direction of `step`, at *second of its day. */
static crm_status begin_working_days(struct walk *walk, const struct calendar *calendar, instant at,
                                     int step, int *second, struct error *error)
{
    day_number date;
    crm_status status = walk_refuse_closed(calendar, error);
    if (status != CRM_OK) {
        return status;
    }
    zone_local(calendar->zone, at, &date, second);
    status = walk_begin(walk, calendar, at, error);
    return status == CRM_OK ? enter_working_time(walk, second, step) : status;
}

crm_status working_days_after(const struct calendar *calendar, instant start, int64_t days,
                              instant *out, struct error *error)
{
    struct walk walk;
    int second;
    *out = start;
    if (days == 0) {
        return CRM_OK;
    }
    crm_status status = begin_working_days(&walk, calendar, start, 1, &second, error);
    for (int64_t i = 0; i < days && status == CRM_OK; i++) {
        status = step_working_day(&walk, 1);
    }
    if (status != CRM_OK) {
        return status;
    }
    int clipped = nearest_working_second(&walk.day, second, -1);
    if (clipped < 0) {
        clipped = edge_of_day(&walk.day, 1);
    }
    *out = zone_instant(calendar->zone, walk.day.date, clipped);
    return CRM_OK;
}

/* The working second of `day` to which the same local time leads that begins on `from`. */
static int second_led_to(const struct day *from, const struct day *day, int second)
{
    int begun = nearest_working_second(from, second, 1);
    int clipped = nearest_working_second(day, begun, -1);
    return clipped < 0 ? edge_of_day(day, 1) : clipped;
}

/* The day's last second that is read as one of that day: 24:00 is the next day's beginning. */
static int last_second(const struct day *day)
{
    int last = edge_of_day(day, -1);
    return last < DAY_SECONDS ? last : DAY_SECONDS - 1;
}

/* The last second of `from` that leads to no later one than `due` of the day `day`; -1: none. */
static int last_leading_second(const struct day *from, const struct day *day, int due)
{
    int early = edge_of_day(from, 1), late = last_second(from);
    if (second_led_to(from, day, early) > due) {
        return -1;
    }
    while (early < late) {
        int middle = late - (late - early) / 2;
        if (second_led_to(from, day, middle) > due) {
            late = middle - 1;
        } else {
            early = middle;
        }
    }
    /* A start in a break is moved to its end: so the last one is that end itself. */
    return nearest_working_second(from, early, 1);
}

crm_status working_days_before(const struct calendar *calendar, instant due, int64_t days,
                               instant *start, struct error *error)
{
    struct walk walk;
    int second;
    *start = due;
    if (days == 0) {
        return CRM_OK;
    }
    crm_status status = begin_working_days(&walk, calendar, due, -1, &second, error);
    if (status != CRM_OK) {
        return status;
    }
    const struct day end = walk.day;
    for (int64_t i = 0; i < days && status == CRM_OK; i++) {
        status = step_working_day(&walk, -1);
    }
    if (status != CRM_OK) {
        return status;
    }
    int found = last_leading_second(&walk.day, &end, second);
    if (found < 0) {
        status = step_working_day(&walk, -1);
        if (status != CRM_OK) {
            return status;
        }
        found = last_second(&walk.day);
    }
    *start = zone_last_instant(calendar->zone, walk.day.date, found);
    return CRM_OK;
}

crm_status calendar_working_day(const struct calendar *calendar, day_number date, day_number *out,
                                struct error *error)
{
    struct walk walk = {.calendar = calendar, .error = error, .edge_local = INT64_MIN};
    crm_status status = walk_refuse_closed(calendar, error);
    if (status == CRM_OK) {
        status = walk_to_day(&walk, date);
    }
    if (status == CRM_OK && walk.day.count == 0) {
        status = step_working_day(&walk, 1);
    }
    *out = walk.day.date;
    return status;
}
