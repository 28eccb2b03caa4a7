/* SPDX-License-Identifier: MIT */
/* From day to day of a calendar: what its week and its day lists say, cut into spans. */
#include "rules/calendar_walk.h"

enum { YEARS_SEARCHED = 100 /* for the nearest list, to say where knowledge ends */ };

/* ---- Day lists ---- */

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

crm_status walk_refuse_range(struct error *error)
{
    error_set(error, CRM_INVALID, _("the limit reaches beyond the years 1 to 9999"));
    return error_hint(error, _("write a shorter limit"));
}

/* ---- Days ---- */

static int first_open_weekday(const struct calendar_policy *policy)
{
    int weekday = 0;
    while (weekday < 7 && policy->week_count[weekday] == 0) {
        weekday++;
    }
    return weekday;
}

crm_status walk_to_day(struct walk *walk, day_number date)
{
    const struct calendar_policy *policy = walk->calendar->policy;
    const struct listed_day *listed = NULL;
    if (date < DATE_FIRST || date > DATE_LAST) {
        return walk_refuse_range(walk->error);
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

crm_status walk_begin(struct walk *walk, const struct calendar *calendar, instant at,
                      struct error *error)
{
    day_number date;
    int second;
    *walk = (struct walk){.calendar = calendar, .error = error, .edge_local = INT64_MIN};
    zone_local(calendar->zone, at, &date, &second);
    return walk_to_day(walk, date);
}

crm_status walk_refuse_closed(const struct calendar *calendar, struct error *error)
{
    if (first_open_weekday(calendar->policy) < 7) {
        return CRM_OK;
    }
    error_set(error, CRM_INVALID, _("the calendar \"%s\" has no working time"),
              calendar->policy->name);
    return error_hint(error, _("give it intervals in policy.yaml, such as mon: 09:00-17:00"));
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
struct span walk_span(struct walk *walk)
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

crm_status walk_next(struct walk *walk)
{
    if (walk->piece < 2 * walk->day.count) {
        walk->piece++;
        return CRM_OK;
    }
    return walk_to_day(walk, walk->day.date + 1);
}

crm_status walk_previous(struct walk *walk)
{
    if (walk->piece > 0) {
        walk->piece--;
        return CRM_OK;
    }
    crm_status status = walk_to_day(walk, walk->day.date - 1);
    walk->piece = 2 * walk->day.count;
    return status;
}
