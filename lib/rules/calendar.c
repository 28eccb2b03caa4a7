/* SPDX-License-Identifier: MIT */
/* The working-time engine: counts what a walk over the days meets, and measures limits. */
#include "rules/calendar_walk.h"

#include <string.h>

/* ---- Explanation ---- */

/* Joins neighbours before they are handed on. */
struct tracer {
    const struct span_trace *trace;
    struct span pending; /* none while empty */
};

static crm_status trace_flush(struct tracer *tracer)
{
    bool empty = tracer->pending.from == tracer->pending.to;
    return tracer->trace == NULL || empty
               ? CRM_OK
               : tracer->trace->visit(tracer->trace->context, &tracer->pending);
}

static bool same_name(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static crm_status trace_span(struct tracer *tracer, const struct span *span)
{
    struct span *pending = &tracer->pending;
    if (pending->from != pending->to && pending->kind == span->kind &&
        same_name(pending->name, span->name)) {
        pending->to = span->to;
        return CRM_OK;
    }
    crm_status status = trace_flush(tracer);
    *pending = *span;
    return status;
}

/* ---- Counting ---- */

/* Where counting stops: at an instant, or when enough is counted, whichever comes first. */
struct goal {
    instant end;
    int64_t seconds;
};

struct count {
    instant at;
    int64_t seconds;
};

static bool reached(const struct count *count, const struct goal *goal)
{
    return count->at >= goal->end || count->seconds >= goal->seconds;
}

/* Counts the part of a span that lies between count->at and the goal. */
static crm_status count_span(struct count *count, struct span span, const struct goal *goal,
                             struct tracer *tracer)
{
    if (span.to <= count->at) {
        return CRM_OK;
    }
    span.from = count->at;
    if (span.to > goal->end) {
        span.to = goal->end;
    }
    if (span_counts(&span)) {
        if (span.to - span.from > goal->seconds - count->seconds) {
            span.to = span.from + (goal->seconds - count->seconds);
        }
        count->seconds += span.to - span.from;
    }
    count->at = span.to;
    return trace_span(tracer, &span);
}

static crm_status count_forward(const struct calendar *calendar, instant start,
                                const struct goal *goal, const struct span_trace *trace,
                                struct count *count, struct error *error)
{
    struct walk walk;
    struct tracer tracer = {.trace = trace};
    *count = (struct count){.at = start};
    if (reached(count, goal)) {
        return CRM_OK;
    }
    crm_status status = walk_begin(&walk, calendar, start, error);
    while (status == CRM_OK) {
        status = count_span(count, walk_span(&walk), goal, &tracer);
        if (status != CRM_OK || reached(count, goal)) {
            break;
        }
        status = walk_next(&walk);
    }
    return status == CRM_OK ? trace_flush(&tracer) : status;
}

static crm_status count_backward(const struct calendar *calendar, instant start, int64_t seconds,
                                 instant *out, struct error *error)
{
    struct walk walk;
    crm_status status = walk_begin(&walk, calendar, start, error);
    /* A shift back over midnight repeats the end of a day after the next one has begun. */
    if (status == CRM_OK && zone_instant(calendar->zone, walk.day.date, DAY_SECONDS) < start) {
        status = walk_to_day(&walk, walk.day.date + 1);
    }
    walk.piece = 2 * walk.day.count;
    while (status == CRM_OK) {
        struct span span = walk_span(&walk);
        int64_t length = start < span.to ? start - span.from : span.to - span.from;
        if (length > 0 && span_counts(&span)) {
            if (length >= seconds) {
                *out = span.from + (length - seconds);
                return CRM_OK;
            }
            seconds -= length;
        }
        status = walk_previous(&walk);
    }
    return status;
}

crm_status calendar_advance(const struct calendar *calendar, instant start, int64_t seconds,
                            const struct span_trace *trace, instant *out, struct error *error)
{
    crm_status status = walk_refuse_closed(calendar, error);
    if (status != CRM_OK) {
        return status;
    }
    if (seconds < 0) {
        status = count_backward(calendar, start, -seconds, out, error);
        return status == CRM_OK && trace != NULL
                   ? calendar_between(calendar, *out, start, trace, &(int64_t){0}, error)
                   : status;
    }
    /* Working time is never longer than clock time: most senseless limits end here. */
    if (seconds > (instant)DATE_LAST * DAY_SECONDS - start) {
        return walk_refuse_range(error);
    }
    struct goal goal = {.end = INT64_MAX, .seconds = seconds};
    struct count count;
    status = count_forward(calendar, start, &goal, trace, &count, error);
    *out = count.at;
    return status;
}

crm_status calendar_between(const struct calendar *calendar, instant a, instant b,
                            const struct span_trace *trace, int64_t *seconds, struct error *error)
{
    struct goal goal = {.end = a < b ? b : a, .seconds = INT64_MAX};
    struct count count;
    crm_status status = count_forward(calendar, a < b ? a : b, &goal, trace, &count, error);
    *seconds = a < b ? count.seconds : -count.seconds;
    return status;
}

/* ---- Limits ---- */

static crm_status move_clock(const struct calendar *calendar, instant start,
                             struct duration duration, instant *out, struct error *error)
{
    day_number date;
    int second;
    if (duration.unit == DURATION_MINUTES || duration.unit == DURATION_HOURS) {
        *out = start + duration.count * (duration.unit == DURATION_HOURS ? 3600 : 60);
    } else {
        zone_local(calendar->zone, start, &date, &second);
        *out = zone_instant(calendar->zone, date_add(date, duration), second);
    }
    /* Days stop at the ends of the calendar: a due time there is not the true one. */
    if (*out < (instant)(DATE_FIRST + 1) * DAY_SECONDS ||
        *out >= (instant)(DATE_LAST - 1) * DAY_SECONDS) {
        return walk_refuse_range(error);
    }
    return CRM_OK;
}

static crm_status trace_used(const struct calendar *calendar, struct duration limit, instant a,
                             instant b, const struct span_trace *trace, struct error *error)
{
    int64_t seconds;
    return trace == NULL ? CRM_OK : calendar_used(calendar, limit, a, b, trace, &seconds, error);
}

crm_status calendar_due(const struct calendar *calendar, instant start, struct duration limit,
                        const struct span_trace *trace, instant *due, struct error *error)
{
    if (limit.unit == DURATION_WORKING_HOURS) {
        return calendar_advance(calendar, start, limit.count * 3600, trace, due, error);
    }
    crm_status status = limit.unit == DURATION_WORKING_DAYS
                            ? working_days_after(calendar, start, limit.count, due, error)
                            : move_clock(calendar, start, limit, due, error);
    return status == CRM_OK ? trace_used(calendar, limit, start, *due, trace, error) : status;
}

crm_status calendar_start(const struct calendar *calendar, instant due, struct duration limit,
                          instant *start, struct error *error)
{
    if (limit.unit == DURATION_WORKING_DAYS) {
        return working_days_before(calendar, due, limit.count, start, error);
    }
    limit.count = -limit.count;
    if (limit.unit == DURATION_WORKING_HOURS) {
        return calendar_advance(calendar, due, limit.count * 3600, NULL, start, error);
    }
    crm_status status = move_clock(calendar, due, limit, start, error);
    if (status == CRM_OK && limit.unit != DURATION_MINUTES && limit.unit != DURATION_HOURS) {
        day_number date;
        int second;
        zone_local(calendar->zone, due, &date, &second);
        *start = zone_last_instant(calendar->zone, date_add(date, limit), second);
    }
    return status;
}

crm_status calendar_used(const struct calendar *calendar, struct duration limit, instant a,
                         instant b, const struct span_trace *trace, int64_t *seconds,
                         struct error *error)
{
    if (limit.unit == DURATION_WORKING_HOURS || limit.unit == DURATION_WORKING_DAYS) {
        return calendar_between(calendar, a, b, trace, seconds, error);
    }
    *seconds = b - a;
    struct span span = {.from = a < b ? a : b, .to = a < b ? b : a, .kind = SPAN_CLOCK};
    return trace == NULL || a == b ? CRM_OK : trace->visit(trace->context, &span);
}

const char *span_kind_name(enum span_kind kind)
{
    static const char *const names[] = {
        [SPAN_CLOCK] = "clock", [SPAN_WORKING] = "working", [SPAN_BREAK] = "break",
        [SPAN_NIGHT] = "night", [SPAN_WEEKEND] = "weekend", [SPAN_HOLIDAY] = "holiday"};
    return names[kind];
}
