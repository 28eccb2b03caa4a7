/* SPDX-License-Identifier: MIT */
/* Why a day that comes back every year falls where it does. */
#ifndef CRM_YEARLY_WHY_H
#define CRM_YEARLY_WHY_H

#include "base/yearly.h"

/* One sentence, translated: as named, or what it was moved by. */
const char *yearly_explain(const struct yearly *yearly, day_number day);

#endif
