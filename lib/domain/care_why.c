/* SPDX-License-Identifier: MIT */
/* How a care date comes about: its day of the year, by the lunar calendar where it is kept so, and
 * since when it is told of. */
#include "base/birthday.h"
#include "domain/calendar_why.h"
#include "domain/care.h"
#include "domain/why.h"
#include "domain/yearly_why.h"

#include <string.h>

struct caring {
    struct why *why;
    const struct care_item *item;
    const struct care_occasion *rule; /* NULL: the policy says nothing of it */
    const struct calendar *calendar;
    struct yearly when; /* not of a birthday whose day is not known */
};

static bool is_birthday(const struct care_item *item)
{
    return strcmp(item->occasion, OCCASION_BIRTHDAY) == 0;
}

/* ---- The occasion, and where it stands ---- */

static const char *tiers_text(const struct caring *caring)
{
    struct why *why = caring->why;
    const char *text = "";
    for (size_t i = 0; i < caring->rule->tier_count && text != NULL; i++)
        text = why_text(why, "%s%s%s", text, i > 0 ? ", " : "", caring->rule->tiers[i]);
    return text == NULL ? NULL : why_text(why, _("of tiers %s"), text);
}

/* A festival that the customer observes itself, or that all of its tier do. */
static crm_status add_festival(const struct caring *caring, struct why_step *step)
{
    struct why *why = caring->why;
    const struct value id = value_integer(caring->item->customer);
    struct value own = value_null();
    crm_status status =
        store_row_values(why->book->store, &why->arena,
                         "SELECT festivals FROM customer WHERE id = $1", &id, 1, &own, 1);
    step->record = own.type == VALUE_TEXT ? "festivals" : NULL;
    step->value = own.type == VALUE_TEXT ? own.text
                  : caring->rule != NULL ? tiers_text(caring)
                                         : NULL;
    return status;
}

static crm_status add_occasion(const struct caring *caring)
{
    struct why *why = caring->why;
    const struct care_item *item = caring->item;
    struct why_step step = {.figure = "due",
                            .step = "occasion",
                            .input = care_label(why->book->policy, item->occasion),
                            .line = caring->rule != NULL ? caring->rule->line : 0};
    crm_status status = CRM_OK;
    if (item->contact != 0)
        step.record = why_text(why, "%s%lld", kind_contact.prefix, (long long)item->contact);
    else if (is_birthday(item))
        step.record = "birthday";
    else if (strcmp(item->occasion, OCCASION_FOUNDING) == 0)
        step.record = "founded_on";
    else
        status = add_festival(caring, &step);
    why_add(why, step);
    return status;
}

/* ---- Its day ---- */

/* Month and day as they are kept; the year of a birth is nobody's business. */
static bool find_yearly(struct caring *caring)
{
    const struct care_item *item = caring->item;
    struct birthday born;
    const struct festival *festival = festival_find(item->occasion);
    if (item->born != NULL) {
        if (!birthday_parse(item->born, &born) || born.day == 0)
            return false;
        caring->when = (struct yearly){.kind = item->lunar ? YEARLY_LUNAR : YEARLY_SOLAR,
                                       .month = born.month,
                                       .day = born.day,
                                       .leap = born.leap};
        return true;
    }
    if (caring->rule == NULL && festival == NULL)
        return false;
    caring->when = caring->rule != NULL ? caring->rule->when : festival->when;
    return true;
}

static void add_unknown_day(const struct caring *caring)
{
    struct why *why = caring->why;
    why_add(why, (struct why_step){.figure = "due",
                                   .step = "moved",
                                   .input = _("the day is not known"),
                                   .line = caring->calendar->policy->line,
                                   .value = _("the first working day of the month"),
                                   .result = why_day(why, caring->item->day)});
}

static void add_day(struct caring *caring)
{
    struct why *why = caring->why;
    const struct care_item *item = caring->item;
    char named[YEARLY_TEXT], lunar_text[LUNAR_TEXT];
    struct lunar_date lunar;
    if (!find_yearly(caring)) {
        add_unknown_day(caring);
        return;
    }
    const bool by_moon =
        caring->when.kind == YEARLY_LUNAR || caring->when.kind == YEARLY_LUNAR_LAST;
    const bool known = by_moon && lunar_from_day(item->day, &lunar);
    const bool moved = yearly_was_moved(&caring->when, item->day);
    why_add(why, (struct why_step){
                     .figure = "due",
                     .step = "date",
                     .input = why_text(why, "%s", yearly_format(&caring->when, named)),
                     .value = known ? why_text(why, "%s", lunar_format(lunar, lunar_text)) : NULL,
                     .result = why_day(why, item->day)});
    if (moved)
        why_add(why, (struct why_step){.figure = "due",
                                       .step = "moved",
                                       .input = yearly_explain(&caring->when, item->day),
                                       .result = why_day(why, item->day)});
}

/* ---- Since when it is told, and until when ---- */

static crm_status add_lead(const struct caring *caring)
{
    struct why *why = caring->why;
    const struct policy *policy = why->book->policy;
    const struct care_item *item = caring->item;
    const bool own = caring->rule != NULL && caring->rule->has_lead;
    struct duration lead = own ? caring->rule->lead : policy->care_lead;
    char text[24];
    duration_format(lead, text);
    lead.count = -lead.count;
    const day_number plain = date_add(item->day, lead);
    why_add(why, (struct why_step){.figure = "state",
                                   .step = "lead",
                                   .input = why_day(why, item->day),
                                   .line = own ? caring->rule->line : policy->care_lead_line,
                                   .value = why_text(why, "- %s", text),
                                   .result = why_day(why, plain)});
    return calendar_add_move(why, "state", caring->calendar, plain, item->from);
}

static void add_grace(const struct caring *caring)
{
    struct why *why = caring->why;
    const struct policy *policy = why->book->policy;
    char text[24];
    duration_format(policy->care_grace, text);
    why_add(why, (struct why_step){.figure = "state",
                                   .step = "grace",
                                   .input = why_day(why, caring->item->day),
                                   .line = policy->care_grace_line,
                                   .value = why_text(why, "+ %s", text),
                                   .result = why_text(why, _("may be made up for until %s"),
                                                      why_day(why, date_add(caring->item->day,
                                                                            policy->care_grace)))});
}

static void add_last(const struct caring *caring)
{
    struct why *why = caring->why;
    const struct care_item *item = caring->item;
    why_add(why, (struct why_step){.figure = "state",
                                   .step = "contact",
                                   .input = item->greeted ? item->last_channel : NULL,
                                   .value = item->greeted ? why_day(why, item->last_on) : NULL,
                                   .result = item->greeted ? _("at the occasion before this one")
                                                           : _("never greeted before")});
}

crm_status care_explain(struct why *why, const struct care_item *item)
{
    struct caring caring = {
        .why = why, .item = item, .rule = policy_occasion(why->book->policy, item->occasion)};
    crm_status status = book_calendars(why->book, &caring.calendar);
    if (status == CRM_OK)
        status = add_occasion(&caring);
    if (status != CRM_OK)
        return status;
    add_day(&caring);
    status = add_lead(&caring);
    add_grace(&caring);
    add_last(&caring);
    return status;
}
