/* SPDX-License-Identifier: MIT */
/* Duties: whom to visit, and which promises are to be kept. */
#include "domain/visit.h"

#include <stdlib.h>
#include <string.h>

/* ---- Looking for them ---- */

enum {
    ID,
    KEY,
    NAME,
    TIER,
    LAST_ON,
    CITY,
    OWNER_ID,
    OWNER,
    OWN_EVERY,
    OWN_CHANNEL,
    OWN_DAYS,
    PLANNED_ON,
    PROMISED_AT,
    DUE
};
static const char duty_columns[] =
    "SELECT t.id, t.key, t.name, t.tier, t.last_visit_on, t.city, t.owner, o.login, "
    "t.visit_every, t.visit_channel, t.visit_days, "
    "(SELECT min(CASE WHEN v.status = 'planned' THEN v.planned_on END) FROM visit v "
    "WHERE v.customer = t.id AND v.done_at IS NULL), %s, t.%s "
    "FROM customer t LEFT JOIN staff o ON o.id = t.owner%s WHERE %s.%s <= ";

/* A promise stands until the next contact, so it was given at the last one. */
static const char last_contact[] =
    "(SELECT v.id FROM visit v WHERE v.customer = t.id AND v.done_at IS NOT NULL "
    "ORDER BY v.done_at DESC, v.id DESC LIMIT 1)";

struct collecting {
    struct crm_book *book;
    struct duty_list *list;
    bool promises;
};

static const char *copy(struct duty_list *list, const struct value *value, bool *failed)
{
    if (value->type != VALUE_TEXT)
        return NULL;
    const char *text = arena_copy_length(&list->arena, value->text, value->length);
    *failed = *failed || text == NULL;
    return text;
}

/* The cadence that holds for the customer, and its state. */
static crm_status find_cadence(struct collecting *collecting, const struct value *row,
                               struct duty *duty)
{
    struct crm_book *book = collecting->book;
    const struct policy *policy = book->policy;
    struct duty_list *list = collecting->list;
    const int tier = duty->tier == NULL ? -1 : policy_tier(policy, duty->tier);
    bool failed = false;
    const struct own_cadence own = {copy(list, &row[OWN_EVERY], &failed),
                                    copy(list, &row[OWN_CHANNEL], &failed),
                                    copy(list, &row[OWN_DAYS], &failed)};
    duty->rank = tier < 0 ? (int)policy->tier_count : tier;
    duty->rule = cadence_of_tier(policy, tier);
    if (own.every != NULL || own.channel != NULL || own.days != NULL) {
        struct customer_cadence *cadence = arena_alloc(&list->arena, sizeof *cadence);
        if (failed || cadence == NULL)
            return error_no_memory(&book->error);
        crm_status status =
            cadence_of_customer(policy, tier, &own, &list->arena, cadence, &book->error);
        if (status != CRM_OK)
            return status;
        duty->rule = &cadence->rule;
        duty->days = cadence->days.count > 0 ? &cadence->days : NULL;
        duty->on_days = own.days;
        duty->own = cadence->own;
    }
    const bool any = collecting->promises || duty->rule->channel == 0;
    duty->channel = any ? "any" : policy->channels[duty->rule->channel];
    duty->state = collecting->promises
                      ? DUTY_PROMISED
                      : cadence_state(duty->rule, duty->satisfied, duty->due, book->today);
    return CRM_OK;
}

static crm_status collect(void *context, const struct value *row)
{
    struct collecting *collecting = context;
    struct crm_book *book = collecting->book;
    struct duty_list *list = collecting->list;
    struct duty *items = array_grow(list->items, &list->capacity, list->count + 1, sizeof *items);
    bool failed = items == NULL;
    if (failed)
        return error_no_memory(&book->error);
    list->items = items;
    struct duty duty = {.customer = row[ID].integer,
                        .key = copy(list, &row[KEY], &failed),
                        .name = copy(list, &row[NAME], &failed),
                        .tier = copy(list, &row[TIER], &failed),
                        .owner = copy(list, &row[OWNER], &failed),
                        .owner_id = row[OWNER_ID].integer,
                        .city = copy(list, &row[CITY], &failed),
                        .planned_on = copy(list, &row[PLANNED_ON], &failed),
                        .promised_at = row[PROMISED_AT].integer};
    duty.satisfied = row[LAST_ON].type == VALUE_TEXT &&
                     date_parse_iso(row[LAST_ON].text, row[LAST_ON].length, &duty.last_on);
    if (!date_parse_iso(row[DUE].text, row[DUE].length, &duty.due))
        return error_set(&book->error, CRM_CORRUPT, _("customer #%lld: a date or time is damaged"),
                         (long long)duty.customer);
    duty.days_late = book->today - duty.due;
    crm_status status =
        failed ? error_no_memory(&book->error) : find_cadence(collecting, row, &duty);
    list->items[list->count++] = duty;
    return status;
}

/* The state of customer n's duty, as find_cadence tells it, as SQL: where it is overdue in any
 * tier, of its row nothing is read. */
static crm_status state_sql(struct crm_book *book, struct query *query)
{
    const struct policy *policy = book->policy;
    char(*bounds)[DATE_TEXT] = arena_array(&query->arena, policy->tier_count + 1, sizeof *bounds);
    day_number first = DATE_LAST;
    if (bounds == NULL)
        return error_no_memory(&book->error);
    for (size_t i = 0; i < policy->tier_count; i++) {
        const day_number day = cadence_overdue_before(&policy->cadences[i], book->today);
        first = day < first ? day : first;
        date_format(day, bounds[i]);
    }
    date_format(first, bounds[policy->tier_count]);
    buffer_text(&query->sql, "CASE WHEN n.next_visit_on < ");
    query_value(query, value_text(bounds[policy->tier_count]));
    buffer_text(&query->sql, " THEN 'overdue' WHEN n.next_visit_on < CASE");
    for (size_t i = 0; i < policy->tier_count; i++) {
        buffer_text(&query->sql, " WHEN n.tier = ");
        query_value(query, value_text(policy->tiers[i]));
        buffer_text(&query->sql, " THEN ");
        query_value(query, value_text(bounds[i]));
    }
    buffer_text(&query->sql, " ELSE ");
    query_value(query, value_text(bounds[policy->tier_count - 1]));
    buffer_text(&query->sql, " END THEN 'overdue' WHEN n.last_visit_on IS NULL THEN 'first' "
                             "ELSE 'due' END");
    return CRM_OK;
}

/* Those given before are known by the date's index alone. */
static crm_status new_sql(struct collecting *collecting, const struct given_to *to,
                          struct query *query)
{
    static const char visit[] = GIVEN_ITEM_SQL("visit", "n.id", "n.next_visit_on");
    static const char promise[] = GIVEN_ITEM_SQL("promise", "n.id", "n.promise_on");
    crm_status status = CRM_OK;
    given_begin_sql(to, query);
    buffer_text(&query->sql, collecting->promises ? promise : visit);
    given_state_sql(to, query);
    if (collecting->promises)
        buffer_text(&query->sql, "'promised'");
    else
        status = state_sql(collecting->book, query);
    given_end_sql(query);
    return status;
}

/* Both questions are answered by the index of their date: they cost what is due. */
static crm_status look(struct collecting *collecting, const struct duty_request *request,
                       day_number until, const int64_t *staff)
{
    struct query query cleanup(query_release) = {0};
    const char *date = collecting->promises ? "promise_on" : "next_visit_on";
    const bool only_new = request->new_to != NULL;
    char text[DATE_TEXT];
    date_format(until, text);
    buffer_printf(&query.sql, duty_columns,
                  collecting->promises ? last_contact : "CAST(NULL AS BIGINT)", date,
                  only_new ? " JOIN customer n ON n.id = t.id" : "", only_new ? "n" : "t", date);
    query_value(&query, value_text(text));
    crm_status status = only_new ? new_sql(collecting, request->new_to, &query) : CRM_OK;
    buffer_text(&query.sql, " AND t.status <> 'lost'");
    if (staff != NULL) { /* not by the owner's index: an owner may have many, few of them due */
        buffer_text(&query.sql, " AND coalesce(t.owner, 0) = ");
        query_value(&query, value_integer(*staff));
    }
    if (status == CRM_OK)
        status = filter_sql(collecting->book, &kind_customer, "t", request->filter, &query);
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&collecting->book->error);
    return status == CRM_OK ? store_query(collecting->book->store, buffer_string(&query.sql),
                                          query.parameters, query.count, collect, collecting)
                            : status;
}

/* ---- Order: what presses most comes first ---- */

static int pressure(const struct duty *duty)
{
    if (duty->days_late < 0)
        return 3; /* still to come */
    if (duty->state == DUTY_PROMISED)
        return 0; /* a word was given */
    return duty->state == DUTY_OVERDUE ? 1 : 2;
}

static int compare(const void *a, const void *b)
{
    const struct duty *x = a, *y = b;
    const int orders[] = {pressure(x) - pressure(y), x->rank - y->rank,
                          (x->due > y->due) - (x->due < y->due), strcmp(x->key, y->key),
                          (int)x->state - (int)y->state};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

crm_status visit_horizon(struct crm_book *book, const char *within, day_number *out)
{
    struct duration duration;
    *out = book->today;
    if (within == NULL)
        return CRM_OK;
    if (duration_parse(within, &duration, &book->error) != CRM_OK)
        return book->error.status = CRM_USAGE;
    if (duration.unit < DURATION_DAYS || duration.unit > DURATION_YEARS) {
        error_set(&book->error, CRM_USAGE, _("'%s' is no number of days"), within);
        return error_hint(&book->error, _("write it as 7d, 2w or 1mo"));
    }
    *out = date_add(book->today, duration);
    return CRM_OK;
}

crm_status visit_duties_until(struct crm_book *book, const struct duty_request *request,
                              day_number until, struct duty_list *out)
{
    int64_t staff = 0;
    struct collecting visits = {book, out, false}, promises = {book, out, true};
    crm_status status = CRM_OK;
    if (request->staff != NULL)
        status = record_resolve(book, &kind_staff, request->staff, &staff);
    const int64_t *owner = request->staff != NULL ? &staff : NULL;
    if (status == CRM_OK)
        status = look(&visits, request, until, owner);
    if (status == CRM_OK)
        status = look(&promises, request, until, owner);
    if (status == CRM_OK && out->count > 1)
        qsort(out->items, out->count, sizeof *out->items, compare);
    return status;
}

crm_status visit_duties(struct crm_book *book, const struct duty_request *request,
                        struct duty_list *out)
{
    day_number until;
    crm_status status = visit_horizon(book, request->within, &until);
    return status == CRM_OK ? visit_duties_until(book, request, until, out) : status;
}

void duty_list_release(struct duty_list *list)
{
    free(list->items);
    arena_release(&list->arena);
}

/* ---- The list as a table ---- */

static const struct choice state_choices[] = {{"first", N_("first visit")},
                                              {"due", N_("due")},
                                              {"promised", N_("promised")},
                                              {"overdue", N_("overdue")}};

static crm_status write_duty(struct crm_sink *sink, const struct duty *duty)
{
    char due[DATE_TEXT], last[DATE_TEXT];
    date_format(duty->due, due);
    date_format(duty->last_on, last);
    const struct value values[] = {value_text(duty->key),
                                   value_text(duty->name),
                                   value_text(duty->tier),
                                   value_text(due),
                                   value_text(duty_state_name(duty->state)),
                                   value_integer(duty->days_late),
                                   value_text(duty->channel),
                                   value_text(duty->owner),
                                   value_text(duty->satisfied ? last : NULL),
                                   value_text(duty->planned_on)};
    return sink_row(sink, values);
}

static crm_status write_duties(struct crm_sink *sink, const struct duty_list *list)
{
    const struct column columns[] = {
        {.name = "customer", .label = _("Customer"), .type = DATA_REFERENCE},
        {.name = "name", .label = _("Name")},
        {.name = "tier", .label = _("Tier")},
        {.name = "due", .label = _("Due"), .type = DATA_DATE},
        {.name = "state",
         .label = _("State"),
         .type = DATA_ENUM,
         .choices = state_choices,
         .choice_count = sizeof state_choices / sizeof *state_choices},
        {.name = "days_late", .label = _("Days late"), .type = DATA_INTEGER, .flags = COLUMN_SPARE},
        field_column(kind_field(&kind_visit, "channel")),
        {.name = "owner", .label = _("Owner"), .type = DATA_REFERENCE},
        {.name = "last_qualifying",
         .label = _("Last that counts"),
         .type = DATA_DATE,
         .flags = COLUMN_SPARE},
        {.name = "planned_on", .label = _("Planned on"), .type = DATA_DATE}};
    const struct table table = {
        .name = "due", .columns = columns, .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < list->count && status == CRM_OK; i++)
        status = write_duty(sink, &list->items[i]);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status crm_visit_due(crm_book *book, const crm_filter *filter, const char *within,
                         const char *staff, crm_sink *sink)
{
    const struct duty_request request = {.filter = filter, .staff = staff, .within = within};
    struct duty_list list cleanup(duty_list_release) = {0};
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = visit_settle(book);
    if (status == CRM_OK)
        status = book_view(book);
    if (status == CRM_OK)
        status = visit_duties(book, &request, &list);
    if (status == CRM_OK)
        status = write_duties(sink, &list);
    return book_end(book, status);
}
