/* SPDX-License-Identifier: MIT */
/* Reminders of customers to be asked: by time, after a complaint, after a visit. None unless the
 * policy says when. */
#include "domain/remind.h"
#include "domain/why.h"
#include "rules/asking.h"

#include <stdlib.h>
#include <string.h>

/* Why somebody is to be asked. */
struct survey_basis {
    const struct survey_rule *rule;
    day_number from; /* the last answer, the relation's first day, or what happened */
    bool asked, has_since;
    day_number last;    /* when asked */
    int64_t number;     /* of the complaint or visit */
    day_number planned; /* by the rule alone */
};

/* Somebody to ask. A customer may be to be asked for several reasons: one is enough. */
struct asking {
    int64_t customer;
    day_number due;
    struct survey_basis basis;
    struct reminder item; /* texts in the list's arena; id and due are made at the end */
};

struct surveys {
    struct reminders *all;
    const struct survey_rule *rule; /* of the query, or the row, under way */
    struct asking *items;
    size_t count, capacity;
};

static void surveys_release(struct surveys *surveys)
{
    free(surveys->items);
}

/* What all queries begin with; the columns of their own come after. */
enum { CUSTOMER, KEY, NAME, TIER, OWNER, LAST_ON, NEXT_ON, SINCE, BASE, NUMBER };
#define CUSTOMER_COLUMNS                                                                           \
    "SELECT t.id, t.key, t.name, t.tier, s.login, t.last_survey_on, t.next_survey_on, t.since, "

static bool read_day(const struct value *value, day_number *out)
{
    return value->type == VALUE_TEXT && date_parse_iso(value->text, value->length, out);
}

static const struct survey_rule *rule_of(const struct policy *policy, enum survey_occasion after,
                                         const struct value *tier)
{
    return asking_rule(policy, after,
                       tier->type == VALUE_TEXT ? policy_tier(policy, tier->text) : -1);
}

/* From what the rule starts; `planned` is the day that it gives. */
static struct survey_basis basis_of(const struct survey_rule *rule, const struct value *row,
                                    day_number from, struct duration length)
{
    struct survey_basis basis = {.rule = rule,
                                 .from = from,
                                 .has_since = row[SINCE].type == VALUE_TEXT,
                                 .number = rule->after == ASK_BY_TIME ? 0 : row[NUMBER].integer,
                                 .planned = date_add(from, length)};
    basis.asked = read_day(&row[LAST_ON], &basis.last);
    return basis;
}

static day_number due_of(const struct crm_book *book, const struct survey_basis *basis)
{
    return asking_after_guard(book->policy, basis->asked ? &basis->last : NULL, basis->planned);
}

static const char *copy(struct reminders *all, const struct value *value)
{
    return value->type == VALUE_TEXT ? arena_copy_length(&all->arena, value->text, value->length)
                                     : NULL;
}

static crm_status add_asking(struct surveys *surveys, const struct value *row,
                             const struct survey_basis *basis, const char *why)
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
                                              .due = due_of(all->book, basis),
                                              .basis = *basis,
                                              .item = {.customer = copy(all, &row[KEY]),
                                                       .name = copy(all, &row[NAME]),
                                                       .tier = copy(all, &row[TIER]),
                                                       .owner = copy(all, &row[OWNER]),
                                                       .why = why}};
    return all->arena.failed ? error_no_memory(&all->book->error) : CRM_OK;
}

static crm_status damaged(struct surveys *surveys, const struct value *row)
{
    return error_set(&surveys->all->book->error, CRM_CORRUPT,
                     _("customer #%lld: a date or time is damaged"),
                     (long long)row[CUSTOMER].integer);
}

/* ---- By time: the day is kept with the customer ---- */

static crm_status add_by_time(void *context, const struct value *row)
{
    struct surveys *surveys = context;
    struct reminders *all = surveys->all;
    const struct survey_rule *rule = rule_of(all->book->policy, ASK_BY_TIME, &row[TIER]);
    day_number base;
    char every[24], day[DATE_TEXT];
    if (rule == NULL || !read_day(&row[BASE], &base))
        return damaged(surveys, row);
    const struct survey_basis basis = basis_of(rule, row, base, rule->every);
    surveys->rule = rule;
    date_format(base, day);
    return add_asking(surveys, row, &basis,
                      arena_printf(&all->arena,
                                   basis.asked ? _("asked every %s, last on %s")
                                               : _("asked every %s, never since %s"),
                                   duration_format(rule->every, every), day));
}

/* ---- After a complaint or a visit ---- */

/* By time the customer is to be asked first: that one may have been given, and not be here. */
static bool is_asked_before(const struct surveys *surveys, const struct value *row, day_number due)
{
    day_number next;
    return read_day(&row[NEXT_ON], &next) &&
           (next < due || (next == due && rule_of(surveys->all->book->policy, ASK_BY_TIME,
                                                  &row[TIER]) < surveys->rule));
}

static crm_status add_after(void *context, const struct value *row)
{
    struct surveys *surveys = context;
    struct reminders *all = surveys->all;
    const struct survey_rule *rule = surveys->rule;
    const bool complaint = rule->after == ASK_AFTER_COMPLAINT;
    instant at;
    day_number happened;
    int second;
    char day[DATE_TEXT];
    if (row[BASE].type != VALUE_TEXT ||
        !time_parse_iso(row[BASE].text, row[BASE].length, NULL, &at))
        return damaged(surveys, row);
    zone_local(all->book->zone, at, &happened, &second);
    const struct survey_basis basis = basis_of(rule, row, happened, (struct duration){0});
    const bool asked = basis.asked && basis.last >= happened;
    const day_number due = due_of(all->book, &basis);
    const day_number end = date_add(happened, rule->within);
    if (asked || due > all->until || due > end || all->book->today > end ||
        rule_of(all->book->policy, rule->after, &row[TIER]) != rule ||
        is_asked_before(surveys, row, due))
        return CRM_OK;
    date_format(happened, day);
    return add_asking(
        surveys, row, &basis,
        arena_printf(&all->arena,
                     complaint ? _("C-%lld was resolved on %s") : _("V-%lld took place on %s"),
                     (long long)row[NUMBER].integer, day));
}

/* ---- Looking for them ---- */

static const char by_time_sql[] =
    CUSTOMER_COLUMNS "coalesce(t.last_survey_on, t.since, t.first_order_on) FROM customer n "
                     "JOIN customer t ON t.id = n.id LEFT JOIN staff s ON s.id = t.owner "
                     "WHERE n.next_survey_on <= ";
static const char after_complaint_sql[] =
    CUSTOMER_COLUMNS "p.resolved_at, p.id FROM complaint p JOIN customer t ON t.id = p.customer "
                     "LEFT JOIN staff s ON s.id = t.owner WHERE t.status <> 'lost' "
                     "AND p.status IN ('resolved', 'closed') AND p.resolved_at >= ";
static const char after_visit_sql[] =
    CUSTOMER_COLUMNS "v.done_at, v.id FROM visit v JOIN customer t ON t.id = v.customer "
                     "LEFT JOIN staff s ON s.id = t.owner WHERE t.status <> 'lost' "
                     "AND v.status = 'done' AND v.done_at >= ";

static crm_status look_by_time(struct surveys *surveys)
{
    static const char item[] = GIVEN_ITEM_SQL("survey", "n.id", "n.next_survey_on");
    struct reminders *all = surveys->all;
    struct query query cleanup(query_release) = {0};
    char until[DATE_TEXT];
    date_format(all->until, until);
    buffer_text(&query.sql, by_time_sql);
    query_value(&query, value_text(until));
    if (reminders_new_to(all) != NULL) {
        given_begin_sql(&all->to, &query);
        buffer_text(&query.sql, item);
        given_state_sql(&all->to, &query);
        buffer_text(&query.sql, "'due'");
        given_end_sql(&query);
    }
    return reminders_query(all, &query, "t.owner", add_by_time, surveys);
}

/* From the first moment after which it is worth asking. Months differ in length: some days more are
 * looked at. */
static crm_status look_after(struct surveys *surveys)
{
    enum { SLACK = 4 };
    const struct crm_book *book = surveys->all->book;
    struct query query cleanup(query_release) = {0};
    struct duration back = surveys->rule->within;
    char first[TIME_TEXT];
    back.count = -back.count;
    time_format_utc(zone_instant(book->zone, date_add(book->today, back) - SLACK, 0), first);
    buffer_text(&query.sql, surveys->rule->after == ASK_AFTER_COMPLAINT ? after_complaint_sql
                                                                        : after_visit_sql);
    query_value(&query, value_text(first));
    return reminders_query(surveys->all, &query, "t.owner", add_after, surveys);
}

/* By customer; what is due first stands first. */
static int compare(const void *a, const void *b)
{
    const struct asking *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    if (x->due != y->due)
        return x->due < y->due ? -1 : 1;
    if (x->basis.rule != y->basis.rule)
        return x->basis.rule < y->basis.rule ? -1 : 1;
    return strcmp(x->item.why, y->item.why);
}

/* ---- Why ---- */

static void explain_rule(struct why *why, const struct survey_rule *rule)
{
    static const char *const occasions[] = {N_("by time"), N_("after a complaint"),
                                            N_("after a visit")};
    why_add(why, (struct why_step){
                     .figure = "due",
                     .step = "rule",
                     .input = rule->tier < 0 ? _("any tier")
                                             : why_text(why, _("tier %s"),
                                                        why->book->policy->tiers[rule->tier]),
                     .line = rule->line,
                     .value = _(occasions[rule->after]),
                     .result = rule->survey == NULL ? NULL
                                                    : why_text(why, _("survey %s"), rule->survey)});
}

static void explain_time(struct why *why, const struct survey_basis *basis)
{
    char every[24];
    duration_format(basis->rule->every, every);
    why_add(why, (struct why_step){.figure = "due",
                                   .step = basis->asked ? "asked" : "began",
                                   .record = basis->asked       ? "last_survey_on"
                                             : basis->has_since ? "since"
                                                                : "first_order_on",
                                   .value = why_day(why, basis->from)});
    why_add(why, (struct why_step){.figure = "due",
                                   .step = "interval",
                                   .input = why_day(why, basis->from),
                                   .line = basis->rule->line,
                                   .value = why_text(why, "+ %s", every),
                                   .result = why_day(why, basis->planned)});
}

static void explain_event(struct why *why, const struct survey_basis *basis)
{
    const bool complaint = basis->rule->after == ASK_AFTER_COMPLAINT;
    char within[24];
    duration_format(basis->rule->within, within);
    why_add(why, (struct why_step){.figure = "due",
                                   .step = complaint ? "resolved" : "contact",
                                   .record = why_text(why, complaint ? "C-%lld" : "V-%lld",
                                                      (long long)basis->number),
                                   .value = why_day(why, basis->from)});
    why_add(why, (struct why_step){
                     .figure = "due",
                     .step = "within",
                     .input = why_day(why, basis->from),
                     .line = basis->rule->line,
                     .value = why_text(why, "+ %s", within),
                     .result = why_text(why, _("worth asking until %s"),
                                        why_day(why, date_add(basis->from, basis->rule->within)))});
}

static crm_status explain_survey(struct why *why, const struct reminder *item)
{
    const struct survey_basis *basis = item->basis;
    explain_rule(why, basis->rule);
    if (basis->rule->after == ASK_BY_TIME)
        explain_time(why, basis);
    else
        explain_event(why, basis);
    if (basis->asked)
        why_add(why, (struct why_step){
                         .figure = "due",
                         .step = "guard",
                         .input = why_day(why, basis->last),
                         .record = "last_survey_on",
                         .line = why->book->policy->survey_min_days_line,
                         .value = why_text(why, "+ %dd", why->book->policy->survey_min_days),
                         .result = why_text(
                             why, _("not before %s"),
                             why_day(why, asking_free_on(why->book->policy, basis->last)))});
    why_add(why, (struct why_step){.figure = "due",
                                   .step = "due",
                                   .line = basis->rule->line,
                                   .result = why_day(why, due_of(why->book, basis))});
    return CRM_OK;
}

/* ---- The list ---- */

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
    item.line = asking->basis.rule->line;
    item.explain = explain_survey;
    item.basis = reminders_keep(all, &asking->basis, sizeof asking->basis);
    return reminders_add(all, &item);
}

crm_status remind_surveys(struct reminders *all)
{
    const struct policy *policy = all->book->policy;
    struct surveys surveys cleanup(surveys_release) = {.all = all};
    crm_status status = asking_by_time(policy) ? look_by_time(&surveys) : CRM_OK;
    for (size_t i = 0; i < policy->survey_rule_count && status == CRM_OK; i++) {
        surveys.rule = &policy->survey_rules[i];
        if (surveys.rule->after != ASK_BY_TIME)
            status = look_after(&surveys);
    }
    if (surveys.count > 1)
        qsort(surveys.items, surveys.count, sizeof *surveys.items, compare);
    for (size_t i = 0; i < surveys.count && status == CRM_OK; i++)
        if (i == 0 || surveys.items[i].customer != surveys.items[i - 1].customer)
            status = add_one(all, &surveys.items[i]);
    return status;
}
