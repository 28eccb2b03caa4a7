/* SPDX-License-Identifier: MIT */
/* Reminders of birthdays, founding days and festivals. */
#include "domain/care.h"
#include "domain/remind.h"

#include <string.h>

/* With the texts that its explanation needs, as the list of care dates goes before it. */
static const void *basis_of(struct reminders *all, const struct care_item *found)
{
    struct care_item basis = *found;
    basis.born = found->born == NULL ? NULL : arena_copy(&all->arena, found->born);
    basis.last_channel =
        found->last_channel == NULL ? NULL : arena_copy(&all->arena, found->last_channel);
    return reminders_keep(all, &basis, sizeof basis);
}

static crm_status explain_care(struct why *why, const struct reminder *item)
{
    return care_explain(why, item->basis);
}

static crm_status add_item(struct reminders *all, const struct care_item *found)
{
    char due[DATE_TEXT];
    struct reminder item = reminder_of_day(all->book, found->day, due);
    item.kind = "care";
    item.succeeds = true;
    item.id = found->contact != 0 ? arena_printf(&all->arena, "care:%s:P-%lld:%s", found->occasion,
                                                 (long long)found->contact, due)
                                  : arena_printf(&all->arena, "care:%s:%lld:%s", found->occasion,
                                                 (long long)found->customer, due);
    item.state = care_state_name(found->state);
    item.customer = found->key;
    item.name = found->name;
    item.tier = found->tier;
    item.owner = found->owner;
    item.pressure = found->state == CARE_OVERDUE ? VISIT_OVERDUE
                    : found->state == CARE_DUE   ? VISIT_DUE
                                                 : STILL_TO_COME;
    item.explain = explain_care;
    item.basis = all->explains ? basis_of(all, found) : NULL;
    item.why = care_why(all->book, found, &all->arena);
    return reminders_add(all, &item);
}

crm_status remind_care(struct reminders *all)
{
    const struct care_request request = {.filter = all->request->filter,
                                         .staff = all->staff,
                                         .until = all->until,
                                         .new_to = reminders_new_to(all)};
    struct care_list list cleanup(care_list_release) = {0};
    crm_status status = care_dates(all->book, &request, &list);
    for (size_t i = 0; i < list.count && status == CRM_OK; i++)
        status = add_item(all, &list.items[i]);
    return status;
}
