/* SPDX-License-Identifier: MIT */
/* The working-time engine: walks over days, each cut into spans that count or do not. */
#include "rules/calendar.h"

#include <string.h>

enum {
    DAY_SECONDS = 86400,
    YEARS_SEARCHED = 100 /* for the nearest list, to say where knowledge ends */
};

/* ---- One day ---- */

struct day {
    day_number date;
    const struct interval *intervals;
    size_t count;
    const struct listed_day *listed; /* NULL: an ordinary day */
};

/* Goes from day to day and keeps the lists of the year at hand. */
struct walk {
    const struct calendar *calendar;
    struct error *error;
    struct day day;
    size_t piece; /* of the day: 0 … 2 × count, intervals at the odd ones */
    int year;     /* of `list`; 0 before the first day */
    const struct day_list *list, *next_list;
    bool next_list_loaded;
    /* The edge looked up last: the next span begins where this one ends. */
    int64_t edge_local;
    instant edge;
};

static crm_status load_list(struct walk *walk, int year, const struct day_list **out)
{
    *out = NULL;
    return walk->calendar->lists(walk->calendar->context, year, out, walk->error);
}

/* The nearest year with a list in the direction of `step`; 0 when there is none. */
static crm_status nearest_year(struct walk *walk, int year, int step, int *out)
{
    const struct day_list *list = NULL;
    *out = 0;
    for (int i = 1; i <= YEARS_SEARCHED && list == NULL && year + i * step > 0; i++) {
        crm_status status = load_list(walk, year + i * step, &list);
        if (status != CRM_OK) {
            return status;
        }
        *out = list == NULL ? 0 : year + i * step;
    }
    return CRM_OK;
}

static crm_status refuse_unknown(struct walk *walk, int year)
{
    const char *name = walk->calendar->policy->holidays;
    int before, after;
    crm_status status = nearest_year(walk, year, -1, &before);
    if (status == CRM_OK) {
        status = nearest_year(walk, year, 1, &after);
    }
    if (status != CRM_OK) {
        return status;
    }
    if (before != 0) {
        error_set(walk->error, CRM_INVALID,
                  _("calendar unknown after %04d-12-31: no day list \"%s\" for %d"), before, name,
                  year);
    } else if (after != 0) {
        error_set(walk->error, CRM_INVALID,
                  _("calendar unknown before %04d-01-01: no day list \"%s\" for %d"), after, name,
                  year);
    } else {
        error_set(walk->error, CRM_INVALID, _("calendar unknown: no day list \"%s\" for %d"), name,
                  year);
    }
    error_hint(walk->error, _("load the official list of %d: crm calendar import FILE --name %s"),
               year, name);
    return CRM_INVALID;
}

/* What the lists say about a day. Days of December are decided by the next year's list too. */
static crm_status find_listed(struct walk *walk, day_number date, const struct listed_day **out)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    crm_status status = CRM_OK;
    if (year != walk->year) {
        status = load_list(walk, year, &walk->list);
        if (status != CRM_OK) {
            return status;
        }
        if (walk->list == NULL) {
            return refuse_unknown(walk, year);
        }
        walk->year = year;
        walk->next_list_loaded = false;
    }
    if (month == 12 && !walk->next_list_loaded) {
        status = load_list(walk, year + 1, &walk->next_list);
        walk->next_list_loaded = status == CRM_OK;
    }
    *out = month == 12 ? day_list_find(walk->next_list, date) : NULL;
    if (*out == NULL) {
        *out = day_list_find(walk->list, date);
    }
    return status;
}

static crm_status refuse_range(struct error *error)
{
    error_set(error, CRM_INVALID, _("the limit reaches beyond the years 1 to 9999"));
    return error_hint(error, _("write a shorter limit"));
}

static int first_open_weekday(const struct calendar_policy *policy)
{
    int weekday = 0;
    while (weekday < 7 && policy->week_count[weekday] == 0) {
        weekday++;
    }
    return weekday;
}

static crm_status walk_to_day(struct walk *walk, day_number date)
{
    const struct calendar_policy *policy = walk->calendar->policy;
    const struct listed_day *listed = NULL;
    if (date < DATE_FIRST || date > DATE_LAST) {
        return refuse_range(walk->error);
    }
    if (policy->holidays != NULL) {
        crm_status status = find_listed(walk, date, &listed);
        if (status != CRM_OK) {
            return status;
        }
    }
    int weekday = date_weekday(date);
    if (listed != NULL && listed->works && policy->week_count[weekday] == 0) {
        weekday = first_open_weekday(policy) % 7;
    }
    bool off = listed != NULL && !listed->works;
    walk->day = (struct day){.date = date,
                             .intervals = policy->week[weekday],
                             .count = off ? 0 : policy->week_count[weekday],
                             .listed = listed};
    walk->piece = 0;
    return CRM_OK;
}

/* ---- Spans ---- */

static enum span_kind piece_kind(const struct day *day, size_t piece)
{
    if (piece % 2 == 1) {
        return SPAN_WORKING;
    }
    if (day->count == 0) {
        return day->listed != NULL ? SPAN_HOLIDAY : SPAN_WEEKEND;
    }
    return piece == 0 || piece == 2 * day->count ? SPAN_NIGHT : SPAN_BREAK;
}

static instant edge_instant(struct walk *walk, int second)
{
    int64_t local = (int64_t)walk->day.date * DAY_SECONDS + second;
    if (local != walk->edge_local) {
        walk->edge_local = local;
        walk->edge = zone_instant(walk->calendar->zone, walk->day.date, second);
    }
    return walk->edge;
}

/* The pieces of a day follow each other without holes, and so do the days. */
static struct span walk_span(struct walk *walk)
{
    const struct day *day = &walk->day;
    size_t piece = walk->piece;
    int from, to;
    if (piece % 2 == 1) {
        from = day->intervals[piece / 2].from * 60;
        to = day->intervals[piece / 2].to * 60;
    } else {
        from = piece == 0 ? 0 : day->intervals[piece / 2 - 1].to * 60;
        to = piece == 2 * day->count ? DAY_SECONDS : day->intervals[piece / 2].from * 60;
    }
    enum span_kind kind = piece_kind(day, piece);
    bool named = day->listed != NULL && (kind == SPAN_WORKING || kind == SPAN_HOLIDAY);
    instant begins = edge_instant(walk, from); /* before the other: the memory holds one edge */
    return (struct span){.from = begins,
                         .to = edge_instant(walk, to),
                         .kind = kind,
                         .name = named ? day->listed->name : NULL};
}

static crm_status walk_next(struct walk *walk)
{
    if (walk->piece < 2 * walk->day.count) {
        walk->piece++;
        return CRM_OK;
    }
    return walk_to_day(walk, walk->day.date + 1);
}

static crm_status walk_previous(struct walk *walk)
{
    if (walk->piece > 0) {
        walk->piece--;
        return CRM_OK;
    }
    crm_status status = walk_to_day(walk, walk->day.date - 1);
    walk->piece = 2 * walk->day.count;
    return status;
}

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

static crm_status walk_begin(struct walk *walk, const struct calendar *calendar, instant at,
                             struct error *error)
{
    day_number date;
    int second;
    *walk = (struct walk){.calendar = calendar, .error = error, .edge_local = INT64_MIN};
    zone_local(calendar->zone, at, &date, &second);
    return walk_to_day(walk, date);
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

static crm_status refuse_closed(const struct calendar *calendar, struct error *error)
{
    if (first_open_weekday(calendar->policy) < 7) {
        return CRM_OK;
    }
    error_set(error, CRM_INVALID, _("the calendar \"%s\" has no working time"),
              calendar->policy->name);
    return error_hint(error, _("give it intervals in policy.yaml, such as mon: 09:00-17:00"));
}

crm_status calendar_advance(const struct calendar *calendar, instant start, int64_t seconds,
                            const struct span_trace *trace, instant *out, struct error *error)
{
    crm_status status = refuse_closed(calendar, error);
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
        return refuse_range(error);
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

/* ---- Working days ---- */

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

static crm_status move_working_days(const struct calendar *calendar, instant start, int64_t days,
                                    instant *out, struct error *error)
{
    *out = start;
    crm_status status = days == 0 ? CRM_OK : refuse_closed(calendar, error);
    if (status != CRM_OK || days == 0) {
        return status;
    }
    struct walk walk;
    day_number date;
    int second;
    zone_local(calendar->zone, start, &date, &second);
    status = walk_begin(&walk, calendar, start, error);
    if (status == CRM_OK) {
        status = enter_working_time(&walk, &second, 1);
    }
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

/* The last instant at which the clock shows that time of the day: it shows it twice when it is put
 * back. Where it is put forward over it, the last instant before. */
static instant last_showing(const struct zone *zone, day_number date, int second)
{
    instant first = zone_instant(zone, date, second), last;
    day_number shown_date;
    int shown;
    zone_local(zone, first, &shown_date, &shown);
    if (shown_date != date || shown != second) {
        return first - 1;
    }
    last = first + zone_offset(zone, first) - zone_offset(zone, first + DAY_SECONDS);
    zone_local(zone, last, &shown_date, &shown);
    return shown_date == date && shown == second && last > first ? last : first;
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

/* The latest start from which so many working days lead to `due`, or to what is before it. */
static crm_status start_of_working_days(const struct calendar *calendar, instant due, int64_t days,
                                        instant *start, struct error *error)
{
    *start = due;
    crm_status status = days == 0 ? CRM_OK : refuse_closed(calendar, error);
    if (status != CRM_OK || days == 0) {
        return status;
    }
    struct walk walk;
    day_number date;
    int second;
    zone_local(calendar->zone, due, &date, &second);
    status = walk_begin(&walk, calendar, due, error);
    if (status == CRM_OK) {
        status = enter_working_time(&walk, &second, -1);
    }
    const struct day end = walk.day;
    for (int64_t i = 0; i < days && status == CRM_OK; i++) {
        status = step_working_day(&walk, -1);
    }
    int found = status == CRM_OK ? last_leading_second(&walk.day, &end, second) : -1;
    if (status == CRM_OK && found < 0) {
        status = step_working_day(&walk, -1);
        found = last_second(&walk.day);
    }
    if (status == CRM_OK) {
        *start = last_showing(calendar->zone, walk.day.date, found);
    }
    return status;
}

crm_status calendar_working_day(const struct calendar *calendar, day_number date, day_number *out,
                                struct error *error)
{
    struct walk walk = {.calendar = calendar, .error = error, .edge_local = INT64_MIN};
    crm_status status = refuse_closed(calendar, error);
    if (status == CRM_OK) {
        status = walk_to_day(&walk, date);
    }
    if (status == CRM_OK && walk.day.count == 0) {
        status = step_working_day(&walk, 1);
    }
    *out = walk.day.date;
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
        return refuse_range(error);
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
                            ? move_working_days(calendar, start, limit.count, due, error)
                            : move_clock(calendar, start, limit, due, error);
    return status == CRM_OK ? trace_used(calendar, limit, start, *due, trace, error) : status;
}

crm_status calendar_start(const struct calendar *calendar, instant due, struct duration limit,
                          instant *start, struct error *error)
{
    if (limit.unit == DURATION_WORKING_DAYS) {
        return start_of_working_days(calendar, due, limit.count, start, error);
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
        *start = last_showing(calendar->zone, date_add(date, limit), second);
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
