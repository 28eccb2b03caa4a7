/* SPDX-License-Identifier: MIT */
/* Limits on complaints: which one holds, when it ends, and how much of it is used. */
#ifndef CRM_RULES_SLA_H
#define CRM_RULES_SLA_H

#include "rules/calendar.h"

enum sla_clock {
    SLA_RESPONSE,  /* from opening to the first response */
    SLA_RESOLUTION /* from opening to resolution, less pauses; goes on when reopened */
};

/* The complaint that a line of the policy's matrix is sought for. */
struct sla_case {
    int tier;             /* index in policy.tiers; -1: unrated, which fits lines for any tier */
    const char *severity; /* never NULL */
    const char *service;  /* NULL: none given, which fits lines for any service */
};

/* The line that sets that limit: of those that fit and say anything about it, the one with the most
 * conditions; of several, one with a severity before one with a tier before one with a service;
 * then the first in the file. NULL: there is no limit. */
const struct complaint_limit *sla_line(const struct policy *policy, enum sla_clock clock,
                                       const struct sla_case *about);

struct sla_limit {
    struct duration length;
    const struct calendar *calendar; /* of working hours and days */
};

/* A time during which the clock runs. Runs are in order and do not overlap; the first begins when
 * the complaint was opened. */
struct sla_run {
    instant from, to;
};
#define SLA_OPEN INT64_MAX /* `to` of a run that has not ended */

/* What starts and stops the clock of resolution, in order of time. */
struct sla_mark {
    instant at;
    bool starts; /* resumed, reopened; otherwise paused, resolved */
};

/* The runs of a clock that began at `opened`; `out` has room for count + 1. Marks that change
 * nothing (a stop of a stopped clock) are passed over. Returns the number of runs. */
size_t sla_runs(instant opened, const struct sla_mark *marks, size_t count, struct sla_run *out);

/* The instant by which the limit has passed on the clock, as if its last run went on. So a due time
 * after the end of the last run was not reached: the clock stood still before. At least one run. */
crm_status sla_due(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                   instant *due, struct error *error);
/* The instant by which so many seconds of the limit's own time have passed on the clock, as if its
 * last run went on. */
crm_status sla_reached(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                       int64_t seconds, instant *at, struct error *error);
/* Seconds on the clock until `until`, counted in the limit's own time. */
crm_status sla_used(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                    instant until, int64_t *seconds, struct error *error);

enum sla_state { SLA_RUNNING, SLA_AT_RISK, SLA_BREACHED };

/* How a limit stands: at risk from `at_risk_percent` of it used, breached after it has passed. */
struct sla_standing {
    int64_t used, length; /* seconds in the limit's own time */
    enum sla_state state;
};
crm_status sla_standing(const struct sla_limit *limit, const struct sla_run *runs, size_t count,
                        instant due, instant now, int at_risk_percent, struct sla_standing *out,
                        struct error *error);

#endif
