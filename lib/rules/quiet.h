/* SPDX-License-Identifier: MIT */
/* Quiet hours 免打扰: when reminders are given. */
#ifndef CRM_RULES_QUIET_H
#define CRM_RULES_QUIET_H

#include "rules/calendar.h"

/* The first instant from `now` on that is outside of the policy's quiet hours and, where it wants
 * working days, on one of them: `now` itself when that is open. `calendar` is the one of the
 * working days; beyond its day lists every day is taken for one, so that nothing is kept for ever.
 * Where quiet hours leave no time of any day, that is `now`, too. */
crm_status quiet_open(const struct policy *policy, const struct calendar *calendar, instant now,
                      instant *open, struct error *error);

#endif
