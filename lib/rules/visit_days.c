/* SPDX-License-Identifier: MIT */
/* Visits on days of the year. */
#include "rules/visit_days.h"

#include <string.h>

static size_t count_entries(const char *text)
{
    size_t count = 1;
    for (const char *at = strchr(text, ','); at != NULL; at = strchr(at + 1, ','))
        count++;
    return count;
}

crm_status visit_days_parse(const char *text, struct arena *arena, struct visit_days *out,
                            struct error *error)
{
    struct yearly *items = arena_array(arena, count_entries(text), sizeof *items);
    char *copy = arena_copy(arena, text), *rest = NULL;
    if (items == NULL || copy == NULL)
        return error_no_memory(error);
    out->items = items;
    out->count = 0;
    for (char *entry = strtok_r(copy, ",", &rest); entry != NULL;
         entry = strtok_r(NULL, ",", &rest)) {
        crm_status status = yearly_parse(entry + strspn(entry, " "), &items[out->count++], error);
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

bool visit_days_after(const struct visit_days *days, day_number day, day_number *out)
{
    bool known = days->count > 0 && day < DATE_LAST;
    *out = DATE_LAST;
    for (size_t i = 0; i < days->count && known; i++) {
        day_number next;
        known = yearly_next(&days->items[i], false, day + 1, &next);
        if (known && next < *out)
            *out = next;
    }
    return known;
}

bool visit_days_next(const struct visit_days *days, day_number contact, day_number *out)
{
    return visit_days_after(days, date_add(contact, days->ahead), out);
}
