/* SPDX-License-Identifier: MIT */
/* Reminders of customers to be asked: by time, after a complaint, after a visit. None unless the
 * policy says when. */
#include "domain/remind.h"

#include <stdlib.h>
#include <string.h>

/* Somebody to ask. A customer may be to be asked for several reasons: one is enough. */
struct asking {
    int64_t customer;
    day_number due;
    const struct survey_rule *rule;
    struct reminder item; /* texts in the list's arena; id and due are made at the end */
};

struct surveys {
    struct reminders *all;
    const struct survey_rule *rule; /* of the query under way */
    struct asking *items;
    size_t count, capacity;
};

static void surveys_release(struct surveys *surveys)
{
    free(surveys->items);
}

/* What all queries begin with; the columns of their own come after. */
enum { CUSTOMER, KEY, NAME, TIER, OWNER, LAST_ON, BASE, NUMBER };
#define CUSTOMER_COLUMNS "SELECT t.id, t.key, t.name, t.tier, s.login, t.last_survey_on, "

static bool read_day(const struct value *value, day_number *out)
{
    return value->type == VALUE_TEXT && date_parse_iso(value->text, value->length, out);
}

/* The rule for customers of that tier who are asked by time: one for the tier goes before one for
 * any. */
static bool is_rule_of(const struct policy *policy, const struct survey_rule *rule,
                       const struct value *tier)
{
    const int index = tier->type == VALUE_TEXT ? policy_tier(policy, tier->text) : -1;
    const struct survey_rule *best = NULL;
    for (size_t i = 0; i < policy->survey_rule_count; i++) {
        const struct survey_rule *each = &policy->survey_rules[i];
        if (each->after != rule->after || (each->tier >= 0 && each->tier != index))
            continue;
        if (best == NULL || (each->tier >= 0 && best->tier < 0))
            best = each;
    }
    return best == rule;
}

/* Not before the days of the fatigue guard are over. */
static day_number after_guard(const struct crm_book *book, const struct value *last_on,
                              day_number due)
{
    day_number last;
    if (!read_day(last_on, &last))
        return due;
    const struct duration guard = {book->policy->survey_min_days, DURATION_DAYS};
    const day_number free = date_add(last, guard);
    return free > due ? free : due;
}

static const char *copy(struct reminders *all, const struct value *value)
{
    return value->type == VALUE_TEXT ? arena_copy_length(&all->arena, value->text, value->length)
                                     : NULL;
}

static crm_status add_asking(struct surveys *surveys, const struct value *row, day_number due,
                             const char *why)
{
    struct reminders *all = surveys->all;
    const struct survey_rule *rule = surveys->rule;
    struct asking *items =
        array_grow(surveys->items, &surveys->capacity, surveys->count + 1, sizeof *items);
    if (why != NULL && rule->survey != NULL)
        why = arena_printf(&all->arena, _("%s; survey %s"), why, rule->survey);
    if (items != NULL)
        surveys->items = items;
    if (items == NULL || why == NULL)
        return error_no_memory(&all->book->error);
    items[surveys->count++] = (struct asking){.customer = row[CUSTOMER].integer,
                                              .due = due,
                                              .rule = rule,
                                              .item = {.customer = copy(all, &row[KEY]),
                                                       .name = copy(all, &row[NAME]),
                                                       .tier = copy(all, &row[TIER]),
                                                       .owner = copy(all, &row[OWNER]),
                                                       .why = why}};
    return all->arena.failed ? error_no_memory(&all->book->error) : CRM_OK;
}

/* ---- By time ---- */

static crm_status add_by_time(void *context, const struct value *row)
{
    struct surveys *surveys = context;
    struct reminders *all = surveys->all;
    const struct survey_rule *rule = surveys->rule;
    day_number base;
    char every[24], day[DATE_TEXT];
    if (!read_day(&row[BASE], &base) || !is_rule_of(all->book->policy, rule, &row[TIER]))
        return CRM_OK;
    const day_number due = after_guard(all->book, &row[LAST_ON], date_add(base, rule->every));
    if (due > all->until)
        return CRM_OK;
    date_format(base, day);
    const bool asked = row[LAST_ON].type == VALUE_TEXT;
    return add_asking(
        surveys, row, due,
        arena_printf(&all->arena,
                     asked ? _("asked every %s, last on %s") : _("asked every %s, never since %s"),
                     duration_format(rule->every, every), day));
}

/* ---- After a complaint or a visit ---- */

static crm_status add_after(void *context, const struct value *row)
{
    struct surveys *surveys = context;
    struct reminders *all = surveys->all;
    const struct survey_rule *rule = surveys->rule;
    const bool complaint = rule->after == ASK_AFTER_COMPLAINT;
    instant at;
    day_number happened, last;
    int second;
    char day[DATE_TEXT];
    if (row[BASE].type != VALUE_TEXT ||
        !time_parse_iso(row[BASE].text, row[BASE].length, NULL, &at))
        return error_set(&all->book->error, CRM_CORRUPT,
                         _("customer #%lld: a date or time is damaged"),
                         (long long)row[CUSTOMER].integer);
    zone_local(all->book->zone, at, &happened, &second);
    const bool asked = read_day(&row[LAST_ON], &last) && last >= happened;
    const day_number due = after_guard(all->book, &row[LAST_ON], happened);
    const day_number end = date_add(happened, rule->within);
    if (asked || due > all->until || due > end || all->book->today > end ||
        !is_rule_of(all->book->policy, rule, &row[TIER]))
        return CRM_OK;
    date_format(happened, day);
    return add_asking(
        surveys, row, due,
        arena_printf(&all->arena,
                     complaint ? _("C-%lld was resolved on %s") : _("V-%lld took place on %s"),
                     (long long)row[NUMBER].integer, day));
}

/* ---- Looking for them ---- */

static const char by_time_sql[] =
    CUSTOMER_COLUMNS "coalesce(t.last_survey_on, t.since, t.first_order_on) FROM customer t "
                     "LEFT JOIN staff s ON s.id = t.owner WHERE t.status IN ('active', 'dormant') "
                     "AND coalesce(t.last_survey_on, t.since, t.first_order_on) <= ";
static const char after_complaint_sql[] =
    CUSTOMER_COLUMNS "p.resolved_at, p.id FROM complaint p JOIN customer t ON t.id = p.customer "
                     "LEFT JOIN staff s ON s.id = t.owner WHERE t.status <> 'lost' "
                     "AND p.status IN ('resolved', 'closed') AND p.resolved_at >= ";
static const char after_visit_sql[] =
    CUSTOMER_COLUMNS "v.done_at, v.id FROM visit v JOIN customer t ON t.id = v.customer "
                     "LEFT JOIN staff s ON s.id = t.owner WHERE t.status <> 'lost' "
                     "AND v.status = 'done' AND v.done_at >= ";

/* By time: the last day on which somebody was asked who is to be asked again. Otherwise the first
 * moment after which it is worth asking. Months differ in length: some days more are looked at. */
static void bound_text(const struct surveys *surveys, char out[TIME_TEXT])
{
    enum { SLACK = 4 };
    const struct crm_book *book = surveys->all->book;
    struct duration back = surveys->rule->every;
    back.count = -back.count;
    if (surveys->rule->after == ASK_BY_TIME) {
        date_format(date_add(surveys->all->until, back) + SLACK, out);
        return;
    }
    back = surveys->rule->within;
    back.count = -back.count;
    time_format_utc(zone_instant(book->zone, date_add(book->today, back) - SLACK, 0), out);
}

static crm_status look(struct surveys *surveys)
{
    static const char *const texts[] = {by_time_sql, after_complaint_sql, after_visit_sql};
    struct reminders *all = surveys->all;
    struct query query cleanup(query_release) = {0};
    char bound[TIME_TEXT];
    bound_text(surveys, bound);
    buffer_text(&query.sql, texts[surveys->rule->after]);
    query_value(&query, value_text(bound));
    if (all->staff != 0) {
        buffer_text(&query.sql, " AND coalesce(t.owner, 0) = ");
        query_value(&query, value_integer(all->staff));
    }
    crm_status status = filter_sql(all->book, &kind_customer, "t", all->request->filter, &query);
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&all->book->error);
    return status == CRM_OK
               ? store_query(all->book->store, buffer_string(&query.sql), query.parameters,
                             query.count,
                             surveys->rule->after == ASK_BY_TIME ? add_by_time : add_after, surveys)
               : status;
}

/* By customer; what is due first stands first. */
static int compare(const void *a, const void *b)
{
    const struct asking *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    if (x->due != y->due)
        return x->due < y->due ? -1 : 1;
    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    return strcmp(x->item.why, y->item.why);
}

static crm_status add_one(struct reminders *all, const struct asking *asking)
{
    char due[DATE_TEXT];
    struct reminder item = reminder_of_day(all->book, asking->due, due);
    item.id = arena_printf(&all->arena, "survey:%lld:%s", (long long)asking->customer, due);
    item.kind = "survey";
    item.succeeds = true;
    item.state = "due";
    item.pressure = item.late < 0 ? STILL_TO_COME : TO_LOOK_AT;
    item.customer = asking->item.customer;
    item.name = asking->item.name;
    item.tier = asking->item.tier;
    item.owner = asking->item.owner;
    item.why = asking->item.why;
    item.line = asking->rule->line;
    return reminders_add(all, &item);
}

crm_status remind_surveys(struct reminders *all)
{
    const struct policy *policy = all->book->policy;
    struct surveys surveys cleanup(surveys_release) = {.all = all};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < policy->survey_rule_count && status == CRM_OK; i++) {
        surveys.rule = &policy->survey_rules[i];
        status = look(&surveys);
    }
    if (surveys.count > 1)
        qsort(surveys.items, surveys.count, sizeof *surveys.items, compare);
    for (size_t i = 0; i < surveys.count && status == CRM_OK; i++)
        if (i == 0 || surveys.items[i].customer != surveys.items[i - 1].customer)
            status = add_one(all, &surveys.items[i]);
    return status;
}
