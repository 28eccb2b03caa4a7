/* SPDX-License-Identifier: MIT */
/* When the next visit is due. */
#include "rules/cadence.h"

void cadence_contact(struct cadence_history *history, int channel, day_number day,
                     const day_number *promise)
{
    const struct cadence *rule = history->rule;
    if (rule->channel == 0 || channel >= rule->channel) {
        history->satisfied = true;
        history->counts = day;
    }
    history->promised = promise != NULL;
    history->promise = promise != NULL ? *promise : 0;
}

const struct cadence *cadence_of_tier(const struct policy *policy, int tier)
{
    bool known = tier >= 0 && (size_t)tier < policy->tier_count;
    return &policy->cadences[known ? (size_t)tier : policy->tier_count - 1];
}

crm_status cadence_of_customer(const struct policy *policy, int tier, const struct own_cadence *own,
                               struct arena *arena, struct customer_cadence *out,
                               struct error *error)
{
    const int channel = own->channel == NULL ? -1 : policy_channel(policy, own->channel);
    crm_status status = CRM_OK;
    *out =
        (struct customer_cadence){.rule = *cadence_of_tier(policy, tier),
                                  .days = {.ahead = policy->plan_ahead},
                                  .own = own->every != NULL || channel >= 0 || own->days != NULL};
    if (own->every != NULL)
        status = duration_parse(own->every, &out->rule.every, error);
    if (own->every != NULL)
        out->rule.first = out->rule.every;
    if (channel >= 0)
        out->rule.channel = channel;
    if (status == CRM_OK && own->days != NULL)
        status = visit_days_parse(own->days, arena, &out->days, error);
    return status;
}

/* Reads the day lists that a search from `day` may look into; it is no failure when there are none.
 */
static crm_status read_lists(const struct calendar *calendar, day_number day, struct error *error)
{
    int year, month, day_of_month;
    const struct day_list *list = NULL;
    if (calendar->policy->holidays == NULL)
        return CRM_OK;
    date_to_civil(day, &year, &month, &day_of_month);
    crm_status status = calendar->lists(calendar->context, year, &list, error);
    return status == CRM_OK ? calendar->lists(calendar->context, year + 1, &list, error) : status;
}

/* By weekday alone; a calendar without any working time leaves the day as it is. */
static day_number working_weekday(const struct calendar *calendar, day_number day)
{
    for (day_number moved = day; moved < day + 7 && moved <= DATE_LAST; moved++)
        if (calendar->policy->week_count[date_weekday(moved)] > 0)
            return moved;
    return day;
}

static crm_status working_day(const struct calendar *calendar, day_number day, day_number *out,
                              struct error *error)
{
    *out = day;
    if (calendar == NULL)
        return CRM_OK;
    crm_status status = calendar_working_day(calendar, day, out, error);
    if (status != CRM_INVALID)
        return status;
    /* The lists end before that day, or the calendar has no working time: neither is a reason to
     * have no date at all. A list that is there but damaged is. */
    error_clear(error);
    *out = working_weekday(calendar, day);
    return read_lists(calendar, day, error);
}

crm_status cadence_due(const struct cadence_history *history, day_number since,
                       const struct calendar *calendar, day_number *due, struct error *error)
{
    const struct cadence *rule = history->rule;
    const struct visit_days *days = history->days;
    day_number day =
        history->satisfied ? date_add(history->counts, rule->every) : date_add(since, rule->first);
    if (days != NULL && days->count > 0 &&
        !(history->satisfied ? visit_days_next(days, history->counts, &day)
                             : visit_days_after(days, since, &day)))
        return CRM_NOT_FOUND;
    return working_day(calendar, day, due, error);
}

const char *const cadence_load_definition =
    N_("Visits a month: one every interval of the tier's cadence, 30.4375 days to the month; "
       "hours: visits x minutes / 60. A customer's own cadence goes before the tier's. Who has no "
       "tier is visited as the last one; who is lost is not.");

double cadence_visits_a_month(const struct customer_cadence *cadence)
{
    const double days_a_month = 30.4375;
    const struct duration every = cadence->rule.every;
    const double count = (double)every.count;
    if (cadence->days.count > 0)
        return (double)cadence->days.count / 12;
    switch (every.unit) {
    case DURATION_YEARS:
        return 1 / (12 * count);
    case DURATION_MONTHS:
        return 1 / count;
    case DURATION_WEEKS:
        return days_a_month / (7 * count);
    case DURATION_DAYS:
    case DURATION_MINUTES:
    case DURATION_HOURS:
    case DURATION_WORKING_HOURS:
    case DURATION_WORKING_DAYS:
        break;
    }
    return days_a_month / count;
}

double cadence_hours_a_month(const struct customer_cadence *cadence)
{
    return cadence_visits_a_month(cadence) * cadence->rule.minutes / 60;
}

enum duty_state cadence_state(const struct cadence *rule, bool satisfied, day_number due,
                              day_number today)
{
    if (today > date_add(due, rule->grace))
        return DUTY_OVERDUE;
    return satisfied ? DUTY_DUE : DUTY_FIRST;
}

day_number cadence_overdue_before(const struct cadence *rule, day_number today)
{
    enum { SLACK = 4 }; /* months differ in length */
    struct duration back = rule->grace;
    back.count = -back.count;
    day_number day = date_add(today, back) - SLACK;
    while (today > date_add(day, rule->grace))
        day++;
    return day;
}

const char *duty_state_name(enum duty_state state)
{
    static const char *const names[] = {[DUTY_FIRST] = "first",
                                        [DUTY_DUE] = "due",
                                        [DUTY_PROMISED] = "promised",
                                        [DUTY_OVERDUE] = "overdue"};
    return names[state];
}
