/* SPDX-License-Identifier: MIT */
/* Reminders of the limits of complaints. */
#include "domain/complaint.h"
#include "domain/remind.h"

#include <string.h>

static enum pressure complaint_pressure(const char *state)
{
    if (strcmp(state, "breached") == 0)
        return LIMIT_BREACHED;
    return strcmp(state, "due") == 0 ? STILL_TO_COME : LIMIT_AT_RISK;
}

static crm_status add_complaint(void *context, const struct complaint_item *found)
{
    struct reminders *all = context;
    bool wanted, known = found->due != NULL;
    char due[TIME_TEXT] = "";
    instant at = all->book->now;
    if (all->staff != 0 && found->owner != all->staff)
        return CRM_OK;
    crm_status status = reminders_want(all, found->customer, &wanted);
    if (status != CRM_OK || !wanted)
        return status;
    if (known && time_parse_iso(found->due, strlen(found->due), NULL, &at))
        time_format(all->book->zone, at, due);
    const struct reminder item = {
        .pressure = complaint_pressure(found->state),
        .at = at,
        .id = arena_printf(&all->arena, "%s:C-%lld:%s",
                           strcmp(found->kind, "complaint_response") == 0 ? "respond" : "resolve",
                           (long long)found->complaint, known ? found->due : "unknown"),
        .kind = found->kind,
        .customer = found->customer_key,
        .name = found->customer_name,
        .tier = found->tier,
        .due = known ? due : NULL,
        .state = found->state,
        .owner = found->owner_login,
        .why =
            arena_printf(&all->arena, _("C-%lld, %s, %lld %% of the limit used: %s"),
                         (long long)found->complaint,
                         field_label_of(kind_field(&kind_complaint, "severity"), found->severity),
                         (long long)found->used_percent, found->description),
        .late = found->late * DECIMAL_ONE / 3600,
        .unit = found->working ? "working_hours" : "hours"};
    return reminders_add(all, &item);
}

crm_status remind_complaints(struct reminders *all)
{
    struct crm_book *book = all->book;
    instant until = book->now;
    if (all->until > book->today)
        until = zone_instant(book->zone, all->until, 86400);
    return complaint_items(book, until, add_complaint, all);
}
