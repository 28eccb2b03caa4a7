/* SPDX-License-Identifier: MIT */
/* Durations as people write them: one number and one unit. */
#include "base/date.h"

#include <stdio.h>
#include <string.h>

/* Longer numbers are slips of the finger; nine digits keep all sums of seconds within int64. */
enum { MOST_DIGITS = 9 };

static const char *const unit_names[] = {
    [DURATION_MINUTES] = "m",        [DURATION_HOURS] = "h",        [DURATION_DAYS] = "d",
    [DURATION_WEEKS] = "w",          [DURATION_MONTHS] = "mo",      [DURATION_YEARS] = "y",
    [DURATION_WORKING_HOURS] = "wh", [DURATION_WORKING_DAYS] = "wd"};

static bool find_unit(const char *name, enum duration_unit *out)
{
    for (size_t i = 0; i < sizeof unit_names / sizeof unit_names[0]; i++) {
        if (strcmp(name, unit_names[i]) == 0) {
            *out = (enum duration_unit)i;
            return true;
        }
    }
    return false;
}

crm_status duration_parse(const char *text, struct duration *out, struct error *error)
{
    int64_t count = 0;
    size_t digits = 0;
    while (digits <= MOST_DIGITS && text[digits] >= '0' && text[digits] <= '9') {
        count = count * 10 + (text[digits] - '0');
        digits++;
    }
    if (digits > MOST_DIGITS) {
        error_set(error, CRM_INVALID, _("duration too long: \"%s\""), text);
        return error_hint(error, _("write a number of at most %d digits"), (int)MOST_DIGITS);
    }
    enum duration_unit unit;
    if (digits == 0 || !find_unit(text + digits, &unit)) {
        error_set(error, CRM_INVALID, _("not a duration: \"%s\""), text);
        return error_hint(error, _("write a number and a unit: 30m, 4h, 2d, 1w, 3mo, 1y, or 4wh, "
                                   "2wd in working time"));
    }
    *out = (struct duration){.count = count, .unit = unit};
    return CRM_OK;
}

char *duration_format(struct duration duration, char out[24])
{
    snprintf(out, 24, "%lld%s", (long long)duration.count, unit_names[duration.unit]);
    return out;
}
