/* SPDX-License-Identifier: MIT */
/* Reminders of tiers to be looked at: pins that end, and evaluations that were not run. */
#include "domain/remind.h"
#include "domain/tier_why.h"

#include <string.h>

/* ---- Pins ---- */

enum { CHANGE, CUSTOMER, UNTIL, REASON, SCHEME, PINNED_TIER, KEY, NAME, TIER, OWNER };
/* Only the last word of a scheme about a customer holds. */
static const char select_pins[] =
    "SELECT h.id, t.id, h.pinned_until, h.reason, h.scheme, h.tier, t.key, t.name, t.tier, s.login "
    "FROM tier_change h JOIN customer t ON t.id = h.customer LEFT JOIN staff s ON s.id = t.owner "
    "WHERE t.status <> 'lost' AND h.pinned = 1 AND NOT EXISTS (SELECT 1 FROM tier_change n "
    "WHERE n.customer = h.customer AND n.scheme = h.scheme AND (n.effective_on > h.effective_on "
    "OR (n.effective_on = h.effective_on AND n.id > h.id))) "
    "AND h.pinned_until <= ";

struct pin_basis {
    const struct tier_scheme *scheme;
    day_number until;
};

/* The first day on which its end is as near as the notice says: months differ in length. */
static day_number first_notice(const struct policy *policy, day_number until)
{
    struct duration back = policy->pin_notice;
    back.count = -back.count;
    day_number first = date_add(until, back);
    while (date_add(first, policy->pin_notice) < until)
        first++;
    return first;
}

/* And what it would be without: the evaluation, down to the lines of the policy. */
static crm_status explain_pin(struct why *why, const struct reminder *item)
{
    const struct pin_basis *basis = item->basis;
    const struct policy *policy = why->book->policy;
    struct tier_explained explained cleanup(tier_explained_release) = {0};
    char notice[24];
    duration_format(policy->pin_notice, notice);
    why_add(why, (struct why_step){.figure = "state",
                                   .step = "notice",
                                   .input = why_day(why, basis->until),
                                   .line = policy->pin_notice_line,
                                   .value = why_text(why, "- %s", notice),
                                   .result =
                                       why_text(why, _("told from %s on"),
                                                why_day(why, first_notice(policy, basis->until)))});
    return tier_explain(why, basis->scheme, item->subject, &explained);
}

static crm_status add_pin(void *context, const struct value *row)
{
    struct reminders *all = context;
    const struct tier_scheme *scheme;
    day_number until;
    char due[DATE_TEXT];
    if (row[UNTIL].type != VALUE_TEXT ||
        !date_parse_iso(row[UNTIL].text, row[UNTIL].length, &until))
        return error_set(&all->book->error, CRM_CORRUPT,
                         _("tier change #%lld: its last day is damaged"),
                         (long long)row[CHANGE].integer);
    if (tier_scheme_find(all->book, row[SCHEME].text, &scheme) != CRM_OK) {
        error_clear(&all->book->error); /* of a policy of former times */
        return CRM_OK;
    }
    struct reminder item = reminder_of_day(all->book, until, due);
    const struct pin_basis basis = {scheme, until};
    item.kind = "tier_review";
    item.explain = explain_pin;
    item.subject = row[CUSTOMER].integer;
    item.basis = reminders_keep(all, &basis, sizeof basis);
    item.id = arena_printf(&all->arena, "pin:%lld:%s:%s", (long long)row[CUSTOMER].integer, due,
                           scheme->name);
    item.state = item.late > 0 ? "overdue" : "due";
    item.pressure = TO_LOOK_AT;
    item.customer = row[KEY].text;
    item.name = row[NAME].text;
    item.tier = row[TIER].text;
    item.owner = row[OWNER].text;
    item.why =
        arena_printf(&all->arena, _("tier %s of %s was set by hand until %s: %s"),
                     row[PINNED_TIER].type == VALUE_TEXT ? row[PINNED_TIER].text : "-",
                     scheme->name, due, row[REASON].type == VALUE_TEXT ? row[REASON].text : "-");
    return reminders_add(all, &item);
}

static crm_status add_pins(struct reminders *all)
{
    struct query query cleanup(query_release) = {0};
    char until[DATE_TEXT];
    date_format(date_add(all->until, all->book->policy->pin_notice), until);
    buffer_text(&query.sql, select_pins);
    query_value(&query, value_text(until));
    return reminders_query(all, &query, "t.owner", add_pin, all);
}

/* ---- Evaluations ---- */

struct review_basis {
    const struct tier_scheme *scheme;
    bool known; /* when it was done last */
    day_number last, due;
};

static crm_status explain_review(struct why *why, const struct reminder *item)
{
    const struct review_basis *basis = item->basis;
    const struct policy *policy = why->book->policy;
    char every[24];
    duration_format(policy->review_every, every);
    why_add(why, (struct why_step){.figure = "due",
                                   .step = "rule",
                                   .input = why_text(why, _("scheme %s"), basis->scheme->name),
                                   .line = basis->scheme->line});
    why_add(why, (struct why_step){.figure = "due",
                                   .step = "evaluated",
                                   .value = basis->known ? why_day(why, basis->last) : NULL,
                                   .result = basis->known ? NULL : _("never")});
    why_add(why, (struct why_step){.figure = "due",
                                   .step = basis->known ? "interval" : "due",
                                   .input = basis->known ? why_day(why, basis->last) : NULL,
                                   .line = policy->review_every_line,
                                   .value = basis->known ? why_text(why, "+ %s", every) : NULL,
                                   .result = why_day(why, basis->due)});
    return CRM_OK;
}

static crm_status add_review(struct reminders *all, const struct tier_scheme *scheme)
{
    struct crm_book *book = all->book;
    const struct duration every = book->policy->review_every;
    char due_text[DATE_TEXT], last_text[DATE_TEXT], period[24];
    bool known;
    day_number last;
    crm_status status = tier_last_evaluation(book, scheme, &known, &last);
    const day_number due = known ? date_add(last, every) : book->today;
    if (status != CRM_OK || due > all->until)
        return status;
    date_format(last, last_text);
    struct reminder item = reminder_of_day(book, due, due_text);
    item.kind = "tier_review";
    item.id = arena_printf(&all->arena, "evaluate:%s:%s", scheme->name, known ? due_text : "never");
    item.state = item.late > 0 ? "overdue" : "due";
    item.pressure = item.late < 0 ? STILL_TO_COME : TO_LOOK_AT;
    item.explain = explain_review;
    const struct review_basis basis = {scheme, known, last, due};
    item.basis = reminders_keep(all, &basis, sizeof basis);
    item.why = known ? arena_printf(&all->arena, _("scheme %s is evaluated every %s, last on %s"),
                                    scheme->name, duration_format(every, period), last_text)
                     : arena_printf(&all->arena, _("scheme %s was never evaluated"), scheme->name);
    return reminders_add(all, &item);
}

/* It is about all customers and nobody's own. */
crm_status remind_tiers(struct reminders *all)
{
    const struct policy *policy = all->book->policy;
    const crm_filter *filter = all->request->filter;
    const bool everybody = all->staff == 0 && (filter == NULL || filter->count == 0);
    crm_status status = add_pins(all);
    for (size_t i = 0; i < policy->scheme_count && status == CRM_OK; i++)
        if (everybody && policy->review_every.count > 0)
            status = add_review(all, &policy->schemes[i]);
    return status;
}
