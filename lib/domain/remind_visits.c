/* SPDX-License-Identifier: MIT */
/* Reminders of visits: duties, promises and planned visits. */
#include "domain/remind.h"
#include "domain/visit.h"
#include "domain/visit_why.h"

/* ---- Visits and promises ---- */

static crm_status explain_customer(struct why *why, int64_t customer)
{
    struct visit_explained found;
    return visit_explain(why, customer, &found);
}

static crm_status explain_duty(struct why *why, const struct reminder *item)
{
    return explain_customer(why, item->subject);
}

static const char *channel_label(const struct duty *duty)
{
    return field_label_of(kind_field(&kind_visit, "channel"), duty->channel);
}

static const char *why_first(struct reminders *all, const struct duty *duty)
{
    char first[24];
    bool any = duty->rule->channel == 0;
    if (duty->days != NULL)
        return arena_printf(&all->arena,
                            any ? _("first visit on the next of: %s")
                                : _("first visit on the next of: %s; %s or better"),
                            duty->on_days, channel_label(duty));
    return arena_printf(&all->arena,
                        any ? _("first visit %s after the relation began")
                            : _("first visit %s after the relation began, %s or better"),
                        duration_format(duty->rule->first, first), channel_label(duty));
}

static const char *why_again(struct reminders *all, const struct duty *duty)
{
    char every[24], last[DATE_TEXT];
    bool any = duty->rule->channel == 0;
    date_format(duty->last_on, last);
    if (duty->days != NULL)
        return any ? arena_printf(&all->arena, _("on the next of: %s; last on %s"), duty->on_days,
                                  last)
                   : arena_printf(&all->arena, _("on the next of: %s; %s or better, last on %s"),
                                  duty->on_days, channel_label(duty), last);
    return any ? arena_printf(&all->arena, _("every %s, last on %s"),
                              duration_format(duty->rule->every, every), last)
               : arena_printf(&all->arena, _("every %s, %s or better, last on %s"),
                              duration_format(duty->rule->every, every), channel_label(duty), last);
}

static const char *why_due(struct reminders *all, const struct duty *duty)
{
    const char *why = duty->satisfied ? why_again(all, duty) : why_first(all, duty);
    if (why == NULL || !duty->own)
        return why;
    return arena_printf(&all->arena, _("%s; of the customer's own"), why);
}

static const char *why_visit(struct reminders *all, const struct duty *duty)
{
    const char *why = why_due(all, duty);
    if (why == NULL || duty->planned_on == NULL)
        return why;
    return arena_printf(&all->arena, _("%s; planned for %s"), why, duty->planned_on);
}

static crm_status add_duty(struct reminders *all, const struct duty *duty)
{
    char due[DATE_TEXT];
    bool promise = duty->state == DUTY_PROMISED;
    struct reminder item = reminder_of_day(all->book, duty->due, due);
    item.kind = promise ? "promise" : "visit";
    item.succeeds = true;
    item.id = arena_printf(&all->arena, "%s:%lld:%s", item.kind, (long long)duty->customer, due);
    item.explain = explain_duty;
    item.subject = duty->customer;
    item.state = duty_state_name(duty->state);
    item.customer = duty->key;
    item.name = duty->name;
    item.tier = duty->tier;
    item.owner = duty->owner;
    item.pressure = duty->days_late < 0           ? STILL_TO_COME
                    : promise                     ? WORD_GIVEN
                    : duty->state == DUTY_OVERDUE ? VISIT_OVERDUE
                                                  : VISIT_DUE;
    item.why =
        promise ? arena_printf(&all->arena, _("promised at V-%lld"), (long long)duty->promised_at)
                : why_visit(all, duty);
    return reminders_add(all, &item);
}

static crm_status add_duties(struct reminders *all)
{
    const crm_reminder_request *asked = all->request;
    const struct duty_request request = {.filter = asked->filter,
                                         .staff = asked->staff,
                                         .within = asked->within,
                                         .new_to = reminders_new_to(all)};
    struct duty_list list cleanup(duty_list_release) = {0};
    crm_status status = visit_duties(all->book, &request, &list);
    for (size_t i = 0; i < list.count && status == CRM_OK; i++)
        status = add_duty(all, &list.items[i]);
    return status;
}

/* ---- Planned visits ---- */

enum { VISIT, PLANNED_ON, KEY, NAME, TIER, OWNER, PURPOSE };
static const char select_planned[] =
    "SELECT v.id, v.planned_on, t.key, t.name, t.tier, s.login, v.purpose FROM visit v "
    "JOIN customer t ON t.id = v.customer LEFT JOIN staff s ON s.id = coalesce(v.staff, t.owner) "
    "WHERE v.status = 'planned' AND v.planned_on <= ";

/* Whatever is planned, the duty is the customer's. */
static crm_status explain_planned(struct why *why, const struct reminder *item)
{
    const struct value id = value_integer(item->subject);
    struct value customer = value_null();
    crm_status status =
        store_row_values(why->book->store, &why->arena, "SELECT customer FROM visit WHERE id = $1",
                         &id, 1, &customer, 1);
    return status == CRM_OK ? explain_customer(why, customer.integer) : status;
}

static crm_status add_planned(void *context, const struct value *row)
{
    struct reminders *all = context;
    day_number day;
    char due[DATE_TEXT];
    if (!date_parse_iso(row[PLANNED_ON].text, row[PLANNED_ON].length, &day))
        return error_set(&all->book->error, CRM_CORRUPT, _("visit V-%lld: its day is damaged"),
                         (long long)row[VISIT].integer);
    struct reminder item = reminder_of_day(all->book, day, due);
    bool over = day < all->book->today;
    item.kind = "planned_visit";
    item.explain = explain_planned;
    item.subject = row[VISIT].integer;
    item.id = arena_printf(&all->arena, "planned:V-%lld:%s", (long long)row[VISIT].integer, due);
    item.state = over ? "overdue" : "due";
    item.customer = row[KEY].text;
    item.name = row[NAME].text;
    item.tier = row[TIER].text;
    item.owner = row[OWNER].text;
    item.pressure = item.late < 0 ? STILL_TO_COME : WORD_GIVEN;
    item.why =
        row[PURPOSE].type == VALUE_TEXT
            ? arena_printf(&all->arena, _("V-%lld is planned: %s"), (long long)row[VISIT].integer,
                           row[PURPOSE].text)
            : arena_printf(&all->arena, _("V-%lld is planned"), (long long)row[VISIT].integer);
    return reminders_add(all, &item);
}

static void new_planned_sql(struct reminders *all, struct query *query)
{
    static const char item[] = GIVEN_ITEM_SQL("planned", "'V-' || v.id", "v.planned_on");
    given_begin_sql(&all->to, query);
    buffer_text(&query->sql, item);
    given_state_sql(&all->to, query);
    buffer_text(&query->sql, "CASE WHEN v.planned_on < ");
    query_value(query, value_text(all->book->today_text));
    buffer_text(&query->sql, " THEN 'overdue' ELSE 'due' END");
    given_end_sql(query);
}

static crm_status add_all_planned(struct reminders *all)
{
    struct query query cleanup(query_release) = {0};
    char until[DATE_TEXT];
    date_format(all->until, until);
    buffer_text(&query.sql, select_planned);
    query_value(&query, value_text(until));
    if (reminders_new_to(all) != NULL)
        new_planned_sql(all, &query);
    return reminders_query(all, &query, "v.staff, t.owner", add_planned, all);
}

crm_status remind_visits(struct reminders *all)
{
    crm_status status = add_duties(all);
    return status == CRM_OK ? add_all_planned(all) : status;
}
