/* SPDX-License-Identifier: MIT */
/* The dates kept with each customer: last contact that counts, next visit due, open promise, next
 * survey by time. */
#include "domain/visit.h"

#include "domain/calendar.h"
#include "rules/asking.h"

#include <stdlib.h>
#include <string.h>

const char *const visit_date_columns[VISIT_DATES] = {"last_visit_on", "next_visit_on", "promise_on",
                                                     "next_survey_on"};

size_t visit_date_count(const struct policy *policy)
{
    return asking_by_time(policy) ? VISIT_DATES : VISIT_DATES - 1;
}

/* ---- Computing ---- */

enum {
    CUSTOMER_ID,
    STATUS,
    TIER,
    SINCE,
    MADE_AT,
    LAST_ON,
    NEXT_ON,
    PROMISE_ON,
    SURVEY_ON,
    OWN_EVERY,
    OWN_CHANNEL,
    OWN_DAYS,
    LAST_SURVEY
};
/* The entry under way, $1, stands in the journal once it has ended; it happens now, $2. */
static const char select_customers[] =
    "SELECT c.id, c.status, c.tier, coalesce(c.since, c.first_order_on), "
    "CASE WHEN c.entry = $1 THEN $2 ELSE j.happened_at END, "
    "c.last_visit_on, c.next_visit_on, c.promise_on, c.next_survey_on, "
    "c.visit_every, c.visit_channel, c.visit_days, c.last_survey_on "
    "FROM customer c LEFT JOIN journal j ON j.id = c.entry "
    "WHERE c.id >= $3 AND c.id <= $4 ORDER BY c.id";

enum { VISIT_CUSTOMER, DONE_AT, CHANNEL, PROMISED };
/* Just those that are done have a time. */
static const char select_visits[] =
    "SELECT v.customer, v.done_at, v.channel, v.next_on FROM visit v "
    "WHERE v.customer >= $1 AND v.customer <= $2 AND v.done_at IS NOT NULL "
    "ORDER BY v.customer, v.done_at, v.id";

/* Two streams in the order of customers, read side by side. */
struct refresh {
    struct crm_book *book;
    const struct calendar *calendar; /* NULL: the policy has none */
    struct statement *customers, *visits;
    struct updater *update, *update_all; /* all but the last date, which is rarely there; all */
    bool more;                           /* the visits' row is not used yet */
    const struct visit_comparison *comparison; /* NULL: dates that differ are written */
    struct visit_dates *into;                  /* NULL: dates are written or compared */
    char now[TIME_TEXT];                       /* borrowed by the customers' query */
    struct arena arena;                        /* of the customer at hand */
};

/* Customers read one after the other for somebody who writes them. */
struct visit_dates {
    struct refresh refresh;
    bool row;                /* the customers' row is not used yet */
    const char *first_order; /* of the customer at hand */
    char texts[VISIT_DATES][DATE_TEXT];
    struct value *out;
};

static void refresh_release(struct refresh *refresh)
{
    statement_free(refresh->customers);
    statement_free(refresh->visits);
    updater_free(refresh->update);
    updater_free(refresh->update_all);
    arena_release(&refresh->arena);
}

static crm_status damaged(struct crm_book *book, int64_t customer)
{
    return error_set(&book->error, CRM_CORRUPT, _("customer #%lld: a date or time is damaged"),
                     (long long)customer);
}

static bool read_date(const struct value *value, day_number *out)
{
    return value->type == VALUE_TEXT && date_parse_iso(value->text, value->length, out);
}

/* The local day of a stored time. */
static bool read_day(const struct crm_book *book, const struct value *value, day_number *out)
{
    instant at;
    int second;
    if (value->type != VALUE_TEXT || !time_parse_iso(value->text, value->length, NULL, &at))
        return false;
    zone_local(book->zone, at, out, &second);
    return true;
}

/* Adds the visits of that customer; those of customers before it are passed over. */
static crm_status read_visits(struct refresh *refresh, int64_t customer,
                              struct cadence_history *history)
{
    struct crm_book *book = refresh->book;
    crm_status status = CRM_OK;
    while (refresh->more && status == CRM_OK) {
        int64_t owner = statement_column(refresh->visits, VISIT_CUSTOMER).integer;
        if (owner > customer)
            break;
        if (owner == customer) {
            const struct value done = statement_column(refresh->visits, DONE_AT);
            const struct value channel = statement_column(refresh->visits, CHANNEL);
            const struct value next = statement_column(refresh->visits, PROMISED);
            day_number day, promise;
            bool promised = read_date(&next, &promise);
            if (!read_day(book, &done, &day))
                return damaged(book, customer);
            int index =
                channel.type == VALUE_TEXT ? policy_channel(book->policy, channel.text) : -1;
            cadence_contact(history, index, day, promised ? &promise : NULL);
        }
        status = statement_step(refresh->visits, &refresh->more);
    }
    return status;
}

static bool same_text(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return false;
    return a->type != VALUE_TEXT ||
           (a->length == b->length && memcmp(a->text, b->text, a->length) == 0);
}

/* Writes the dates, or hands them over, if one of them differs from what is stored. */
static crm_status store_dates(struct refresh *refresh, int64_t customer, const struct value *dates)
{
    const struct visit_comparison *comparison = refresh->comparison;
    struct value stored[VISIT_DATES];
    bool same = true;
    for (int i = 0; i < VISIT_DATES; i++) {
        stored[i] = statement_column(refresh->customers, LAST_ON + i);
        same = same && same_text(&stored[i], &dates[i]);
    }
    if (same)
        return CRM_OK;
    if (comparison != NULL)
        return comparison->differs(comparison->context, customer, stored, dates);
    const bool all = !same_text(&stored[VISIT_DATES - 1], &dates[VISIT_DATES - 1]);
    struct updater **update = all ? &refresh->update_all : &refresh->update;
    crm_status status = CRM_OK;
    if (*update == NULL)
        status = store_updater_new(refresh->book->store, &kind_customer, visit_date_columns,
                                   all ? VISIT_DATES : VISIT_DATES - 1, update);
    return status == CRM_OK ? updater_set(*update, customer, dates) : status;
}

static crm_status hand_over_dates(struct visit_dates *into, const struct value *dates)
{
    for (int i = 0; i < VISIT_DATES; i++) {
        into->out[i] = dates[i];
        if (dates[i].type != VALUE_TEXT)
            continue;
        memcpy(into->texts[i], dates[i].text, DATE_TEXT);
        into->out[i].text = into->texts[i];
    }
    return CRM_OK;
}

static const char *text_of(const struct value *value)
{
    return value->type == VALUE_TEXT ? value->text : NULL;
}

/* The tier's cadence, or the customer's own. */
static crm_status read_cadence(struct refresh *refresh, struct customer_cadence *out)
{
    const struct value tier = statement_column(refresh->customers, TIER);
    const struct value every = statement_column(refresh->customers, OWN_EVERY);
    const struct value channel = statement_column(refresh->customers, OWN_CHANNEL);
    const struct value days = statement_column(refresh->customers, OWN_DAYS);
    const struct own_cadence own = {text_of(&every), text_of(&channel), text_of(&days)};
    const struct policy *policy = refresh->book->policy;
    arena_clear(&refresh->arena);
    return cadence_of_customer(policy,
                               tier.type == VALUE_TEXT ? policy_tier(policy, tier.text) : -1, &own,
                               &refresh->arena, out, &refresh->book->error);
}

/* *next is left alone where the day cannot be known. */
static crm_status find_next(struct refresh *refresh, const struct cadence_history *history,
                            day_number since, char next[DATE_TEXT])
{
    day_number day;
    crm_status status = cadence_due(history, since, refresh->calendar, &day, &refresh->book->error);
    if (status == CRM_OK)
        date_format(day, next);
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

/* When to ask by time: those who buy, or did. Null leaves *next alone. */
static void find_survey(struct refresh *refresh, const struct value *standing,
                        const day_number *began, char next[DATE_TEXT])
{
    const struct policy *policy = refresh->book->policy;
    const struct value tier = statement_column(refresh->customers, TIER);
    const struct value last = statement_column(refresh->customers, LAST_SURVEY);
    const struct survey_rule *rule;
    day_number answered, due;
    const struct asked asked = {.tier =
                                    tier.type == VALUE_TEXT ? policy_tier(policy, tier.text) : -1,
                                .last = read_date(&last, &answered) ? &answered : NULL,
                                .began = began};
    if (standing->type == VALUE_TEXT &&
        (strcmp(standing->text, "active") == 0 || strcmp(standing->text, "dormant") == 0) &&
        asking_next(policy, &asked, &due, &rule))
        date_format(due, next);
}

static crm_status refresh_row(struct refresh *refresh)
{
    struct crm_book *book = refresh->book;
    const int64_t id = statement_column(refresh->customers, CUSTOMER_ID).integer;
    const struct value standing = statement_column(refresh->customers, STATUS);
    struct value began = statement_column(refresh->customers, SINCE);
    const struct value made = statement_column(refresh->customers, MADE_AT);
    struct customer_cadence cadence;
    struct cadence_history history = {.rule = &cadence.rule, .days = &cadence.days};
    char last[DATE_TEXT], next[DATE_TEXT] = "", promise[DATE_TEXT], survey[DATE_TEXT] = "";
    day_number since;
    if (refresh->into != NULL && value_is_null(&began))
        began = value_text(refresh->into->first_order);
    bool lost = standing.type == VALUE_TEXT && strcmp(standing.text, "lost") == 0;
    const bool dated = read_date(&began, &since);
    if (!dated && !read_day(book, &made, &since))
        return damaged(book, id);
    if (asking_by_time(book->policy))
        find_survey(refresh, &standing, dated ? &since : NULL, survey);
    crm_status status = read_cadence(refresh, &cadence);
    if (status == CRM_OK)
        status = read_visits(refresh, id, &history);
    if (status == CRM_OK && !lost)
        status = find_next(refresh, &history, since, next);
    if (status != CRM_OK)
        return status;
    date_format(history.counts, last);
    date_format(history.promise, promise);
    const struct value dates[] = {value_text(history.satisfied ? last : NULL),
                                  value_text(next[0] == '\0' ? NULL : next),
                                  value_text(history.promised && !lost ? promise : NULL),
                                  value_text(survey[0] == '\0' ? NULL : survey)};
    return refresh->into != NULL ? hand_over_dates(refresh->into, dates)
                                 : store_dates(refresh, id, dates);
}

static crm_status prepare(struct refresh *refresh)
{
    struct crm_book *book = refresh->book;
    const struct calendar *calendars = NULL;
    crm_status status = book_calendars(book, &calendars);
    if (status == CRM_OK && book->policy->calendar_count > 0)
        refresh->calendar = &calendars[0];
    if (status == CRM_OK)
        status = store_prepare(book->store, select_customers, &refresh->customers);
    if (status == CRM_OK)
        status = store_prepare(book->store, select_visits, &refresh->visits);
    return status;
}

/* Both streams, from customer `first` to customer `last`; *row: there is one. */
static crm_status open_range(struct refresh *refresh, int64_t first, int64_t last, bool *row)
{
    time_format_utc(refresh->book->now, refresh->now);
    const struct value parameters[] = {value_integer(refresh->book->entry),
                                       value_text(refresh->now), value_integer(first),
                                       value_integer(last)};
    crm_status status = statement_bind_all(refresh->visits, parameters + 2, 2);
    if (status == CRM_OK)
        status = statement_step(refresh->visits, &refresh->more);
    if (status == CRM_OK)
        status = statement_bind_all(refresh->customers, parameters, 4);
    return status == CRM_OK ? statement_step(refresh->customers, row) : status;
}

/* All customers from id `first` to id `last`, of whom there may be none. */
static crm_status refresh_range(struct refresh *refresh, int64_t first, int64_t last)
{
    bool row = false;
    crm_status status = open_range(refresh, first, last, &row);
    while (status == CRM_OK && row) {
        status = refresh_row(refresh);
        if ((status == CRM_CORRUPT || status == CRM_INVALID) && refresh->comparison != NULL)
            status = refresh->comparison->fails(
                refresh->comparison->context,
                statement_column(refresh->customers, CUSTOMER_ID).integer, status);
        if (status == CRM_OK)
            status = statement_step(refresh->customers, &row);
    }
    statement_reset(refresh->visits);
    statement_reset(refresh->customers);
    return status == CRM_OK ? store_settle(refresh->book->store) : status;
}

crm_status visit_refresh_range(struct crm_book *book, int64_t first, int64_t last)
{
    struct refresh refresh cleanup(refresh_release) = {.book = book};
    crm_status status = prepare(&refresh);
    return status == CRM_OK ? refresh_range(&refresh, first, last) : status;
}

crm_status visit_compare_all(struct crm_book *book, const struct visit_comparison *comparison)
{
    struct refresh refresh cleanup(refresh_release) = {.book = book, .comparison = comparison};
    crm_status status = prepare(&refresh);
    return status == CRM_OK ? refresh_range(&refresh, 0, INT64_MAX) : status;
}

crm_status visit_refresh(struct crm_book *book, int64_t customer)
{
    return visit_refresh_range(book, customer, customer);
}

bool visit_are_dense(int64_t first, int64_t last, size_t count)
{
    enum { SPARSE = 8 }; /* ids to pass over for one that is meant */
    return (last - first) / SPARSE < (int64_t)count;
}

crm_status visit_refresh_many(struct crm_book *book, const int64_t *customers, size_t count)
{
    int64_t first = INT64_MAX, last = 0;
    struct refresh refresh cleanup(refresh_release) = {.book = book};
    if (count == 0)
        return CRM_OK;
    for (size_t i = 0; i < count; i++) {
        first = customers[i] < first ? customers[i] : first;
        last = customers[i] > last ? customers[i] : last;
    }
    crm_status status = prepare(&refresh);
    if (visit_are_dense(first, last, count))
        return status == CRM_OK ? refresh_range(&refresh, first, last) : status;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = refresh_range(&refresh, customers[i], customers[i]);
    return status;
}

crm_status visit_dates_begin(struct crm_book *book, int64_t first, int64_t last,
                             struct visit_dates **out)
{
    struct visit_dates *dates = calloc(1, sizeof *dates);
    *out = dates;
    if (dates == NULL)
        return error_no_memory(&book->error);
    dates->refresh.book = book;
    dates->refresh.into = dates;
    crm_status status = prepare(&dates->refresh);
    return status == CRM_OK ? open_range(&dates->refresh, first, last, &dates->row) : status;
}

crm_status visit_dates_of(struct visit_dates *dates, int64_t customer, const char *first_order,
                          struct value out[VISIT_DATES])
{
    struct statement *customers = dates->refresh.customers;
    crm_status status = CRM_OK;
    for (int i = 0; i < VISIT_DATES; i++)
        out[i] = value_null();
    while (status == CRM_OK && dates->row &&
           statement_column(customers, CUSTOMER_ID).integer < customer)
        status = statement_step(customers, &dates->row);
    if (status != CRM_OK || !dates->row ||
        statement_column(customers, CUSTOMER_ID).integer != customer)
        return status;
    dates->first_order = first_order;
    dates->out = out;
    return refresh_row(&dates->refresh);
}

void visit_dates_free(struct visit_dates *dates)
{
    if (dates == NULL)
        return;
    refresh_release(&dates->refresh);
    free(dates);
}
