/* SPDX-License-Identifier: MIT */
/* When a customer is to be asked by a survey. */
#include "rules/asking.h"

const struct survey_rule *asking_rule(const struct policy *policy, enum survey_occasion after,
                                      int tier)
{
    const struct survey_rule *best = NULL;
    for (size_t i = 0; i < policy->survey_rule_count; i++) {
        const struct survey_rule *each = &policy->survey_rules[i];
        if (each->after != after || (each->tier >= 0 && each->tier != tier))
            continue;
        if (best == NULL || (each->tier >= 0 && best->tier < 0))
            best = each;
    }
    return best;
}

bool asking_by_time(const struct policy *policy)
{
    for (size_t i = 0; i < policy->survey_rule_count; i++)
        if (policy->survey_rules[i].after == ASK_BY_TIME)
            return true;
    return false;
}

day_number asking_free_on(const struct policy *policy, day_number last)
{
    return date_add(last, (struct duration){policy->survey_min_days, DURATION_DAYS});
}

day_number asking_after_guard(const struct policy *policy, const day_number *last, day_number due)
{
    const day_number free = last == NULL ? due : asking_free_on(policy, *last);
    return free > due ? free : due;
}

bool asking_next(const struct policy *policy, const struct asked *asked, day_number *due,
                 const struct survey_rule **rule)
{
    const day_number *base = asked->last != NULL ? asked->last : asked->began;
    *rule = asking_rule(policy, ASK_BY_TIME, asked->tier);
    if (*rule == NULL || base == NULL)
        return false;
    *due = asking_after_guard(policy, asked->last, date_add(*base, (*rule)->every));
    return true;
}
