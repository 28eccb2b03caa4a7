/* SPDX-License-Identifier: MIT */
/* Why a day that comes back every year falls where it does. */
#include "domain/yearly_why.h"

#include "base/error.h"

const char *yearly_explain(const struct yearly *yearly, day_number day)
{
    struct lunar_date lunar;
    if (!yearly_was_moved(yearly, day))
        return _("as named");
    if (yearly->kind == YEARLY_SOLAR)
        return _("that year has no February 29");
    if (lunar_from_day(day, &lunar) && lunar.day != yearly->day)
        return _("that month has no 30th day");
    return _("no leap month of that number in that year, or it does not count");
}
