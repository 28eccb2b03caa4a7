/* SPDX-License-Identifier: MIT */
/* Limits on complaints, by the engine of working time. */
#include "rules/sla.h"

#include <string.h>

/* ---- The line of the matrix ---- */

/* In the order of what they weigh when two lines have equally many conditions. */
enum { WEIGHT_SERVICE = 1, WEIGHT_TIER = 2, WEIGHT_SEVERITY = 4, WEIGHT_CONDITION = 8 };

static bool fits(const char *condition, const char *value)
{
    return condition == NULL || (value != NULL && strcmp(condition, value) == 0);
}

/* How specific the line is; -1 when it does not fit. */
static int weight(const struct complaint_limit *line, enum sla_clock clock,
                  const struct sla_case *about)
{
    bool sets = clock == SLA_RESPONSE ? line->has_respond : line->has_resolve;
    if (!sets || (line->tier >= 0 && line->tier != about->tier) ||
        !fits(line->severity, about->severity) || !fits(line->service, about->service))
        return -1;
    int sum = 0;
    if (line->tier >= 0)
        sum += WEIGHT_CONDITION + WEIGHT_TIER;
    if (line->severity != NULL)
        sum += WEIGHT_CONDITION + WEIGHT_SEVERITY;
    if (line->service != NULL)
        sum += WEIGHT_CONDITION + WEIGHT_SERVICE;
    return sum;
}

const struct complaint_limit *sla_line(const struct policy *policy, enum sla_clock clock,
                                       const struct sla_case *about)
{
    const struct complaint_limit *best = NULL;
    int most = -1;
    for (size_t i = 0; i < policy->limit_count; i++) {
        int here = weight(&policy->limits[i], clock, about);
        if (here > most) {
            most = here;
            best = &policy->limits[i];
        }
    }
    return best;
}

/* ---- The clock ---- */

size_t sla_runs(instant opened, const struct sla_mark *marks, size_t count, struct sla_run *out)
{
    size_t runs = 1;
    out[0] = (struct sla_run){opened, SLA_OPEN};
    for (size_t i = 0; i < count; i++) {
        bool running = out[runs - 1].to == SLA_OPEN;
        if (marks[i].starts && !running)
            out[runs++] = (struct sla_run){marks[i].at, SLA_OPEN};
        else if (!marks[i].starts && running)
            out[runs - 1].to = marks[i].at;
    }
    return runs;
}

static bool in_working_time(struct duration length)
{
    return length.unit == DURATION_WORKING_HOURS || length.unit == DURATION_WORKING_DAYS;
}

/* The instant by which so much more of the limit's own time has passed. */
static crm_status go_on(const struct sla_limit *limit, instant from, int64_t seconds, instant *out,
                        struct error *error)
{
    if (in_working_time(limit->length))
        return calendar_advance(limit->calendar, from, seconds, NULL, out, error);
    *out = from + seconds;
    return CRM_OK;
}

crm_status sla_reached(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                       int64_t seconds, instant *at, struct error *error)
{
    int64_t left = seconds, used;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < count && status == CRM_OK; i++) {
        status = go_on(limit, runs[i].from, left, at, error);
        if (status != CRM_OK || i == count - 1 || *at <= runs[i].to)
            break;
        status = calendar_used(limit->calendar, limit->length, runs[i].from, runs[i].to, NULL,
                               &used, error);
        left -= used;
    }
    return status;
}

crm_status sla_due(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                   instant *due, struct error *error)
{
    int64_t left;
    instant without_stops;
    crm_status status =
        calendar_due(limit->calendar, runs[0].from, limit->length, NULL, &without_stops, error);
    *due = without_stops;
    if (status != CRM_OK || count == 1 || *due <= runs[0].to)
        return status;
    status = calendar_used(limit->calendar, limit->length, runs[0].to, *due, NULL, &left, error);
    if (status == CRM_OK)
        status = sla_reached(limit, runs + 1, count - 1, left, due, error);
    /* Working days may end at the beginning of an interval, what is left of them ends at the end of
     * one: a stop outside of working time must not bring the end forward. */
    if (status == CRM_OK && *due < without_stops)
        *due = without_stops;
    return status;
}

crm_status sla_used(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                    instant until, int64_t *seconds, struct error *error)
{
    crm_status status = CRM_OK;
    *seconds = 0;
    for (size_t i = 0; i < count && runs[i].from < until && status == CRM_OK; i++) {
        instant to = runs[i].to < until ? runs[i].to : until;
        int64_t used = 0;
        status =
            calendar_used(limit->calendar, limit->length, runs[i].from, to, NULL, &used, error);
        *seconds += used;
    }
    return status;
}

crm_status sla_standing(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                        instant due, instant now, int at_risk_percent, struct sla_standing *out,
                        struct error *error)
{
    crm_status status = sla_used(limit, runs, count, due, &out->length, error);
    if (status == CRM_OK)
        status = sla_used(limit, runs, count, now, &out->used, error);
    if (status != CRM_OK)
        return status;
    bool at_risk = out->used * 100 >= out->length * at_risk_percent;
    out->state = now > due ? SLA_BREACHED : at_risk ? SLA_AT_RISK : SLA_RUNNING;
    return CRM_OK;
}
