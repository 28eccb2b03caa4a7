/* SPDX-License-Identifier: MIT */
/* How a day comes to be moved to a working day. */
#ifndef CRM_CALENDAR_WHY_H
#define CRM_CALENDAR_WHY_H

#include "domain/calendar.h"
#include "domain/why.h"

/* Adds the days off between the two, each with its name, and the day that it was moved to, later or
 * earlier; nothing when that is the same day. */
crm_status calendar_add_move(struct why *why, const char *figure, const struct calendar *calendar,
                             day_number from, day_number to);

#endif
