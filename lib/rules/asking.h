/* SPDX-License-Identifier: MIT */
/* Asking 何时调查: when a customer is to be asked by a survey, by the policy's `surveys.ask`. */
#ifndef CRM_RULES_ASKING_H
#define CRM_RULES_ASKING_H

#include "policy/policy.h"

/* The rule for customers of that tier (index; -1: none) on that occasion: one for the tier goes
 * before one for any. NULL: there is none. */
const struct survey_rule *asking_rule(const struct policy *policy, enum survey_occasion after,
                                      int tier);
/* Whether anybody is asked by time. */
bool asking_by_time(const struct policy *policy);
/* The day on which the days of the fatigue guard after the last answer are over. */
day_number asking_free_on(const struct policy *policy, day_number last);
/* The first day from `due` on that is not within the days of the fatigue guard after the last
 * answer; NULL: there was none. */
day_number asking_after_guard(const struct policy *policy, const day_number *last, day_number due);

/* A customer as asking by time looks at it. */
struct asked {
    int tier;                /* index in the policy's; -1: none */
    const day_number *last;  /* answer; NULL: none */
    const day_number *began; /* the relation; NULL: not known */
};
/* The day on which to ask, and by which rule. False: nobody asks this one by time. */
bool asking_next(const struct policy *policy, const struct asked *asked, day_number *due,
                 const struct survey_rule **rule);

#endif
