/* SPDX-License-Identifier: MIT */
/* A day moved to a working day, explained. */
#include "domain/calendar_why.h"

struct moving {
    struct why *why;
    const char *figure;
    const struct calendar *calendar;
};

static crm_status add_day_off(void *context, const struct span *span)
{
    const struct moving *moving = context;
    struct why *why = moving->why;
    day_number from, to;
    int second;
    if (span->kind != SPAN_WEEKEND && span->kind != SPAN_HOLIDAY)
        return CRM_OK;
    zone_local(why->book->zone, span->from, &from, &second);
    zone_local(why->book->zone, span->to - 1, &to, &second);
    why_add(why, (struct why_step){
                     .figure = moving->figure,
                     .step = "day_off",
                     .input = from == to
                                  ? why_day(why, from)
                                  : why_text(why, "%s – %s", why_day(why, from), why_day(why, to)),
                     .line = moving->calendar->policy->line,
                     .value = span->name != NULL ? why_text(why, "%s", span->name) : _("weekend")});
    return CRM_OK;
}

crm_status calendar_add_move(struct why *why, const char *figure, const struct calendar *calendar,
                             day_number from, day_number to)
{
    struct crm_book *book = why->book;
    struct moving moving = {why, figure, calendar};
    const struct span_trace trace = {add_day_off, &moving};
    const bool later = from < to;
    int64_t seconds;
    if (from == to)
        return CRM_OK;
    crm_status status = calendar_between(
        calendar, zone_instant(book->zone, later ? from : to + 1, 0),
        zone_instant(book->zone, later ? to : from + 1, 0), &trace, &seconds, &book->error);
    const bool guessed = status == CRM_INVALID; /* beyond the lists days go by their weekday */
    if (status != CRM_OK && !guessed)
        return status;
    error_clear(&book->error);
    why_add(why,
            (struct why_step){.figure = figure,
                              .step = "working_day",
                              .input = why_text(why, "%s", calendar->policy->name),
                              .line = calendar->policy->line,
                              .value = guessed ? _("by weekday: its day lists end before") : NULL,
                              .result = why_day(why, to)});
    return CRM_OK;
}
