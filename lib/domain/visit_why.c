/* SPDX-License-Identifier: MIT */
/* visit why: how the day of a customer's next visit comes about. */
#include "domain/visit_why.h"

#include "domain/calendar_why.h"
#include "domain/tier_why.h"
#include "domain/visit.h"

#include <string.h>

enum {
    KEY,
    NAME,
    STATUS,
    TIER,
    TIER_SINCE,
    SINCE,
    FIRST_ORDER,
    MADE_AT,
    OWN_EVERY,
    OWN_CHANNEL,
    OWN_DAYS,
    NEXT_ON,
    PROMISE_ON,
    COLUMNS
};
static const char select_customer[] =
    "SELECT c.key, c.name, c.status, c.tier, c.tier_since, c.since, c.first_order_on, "
    "j.happened_at, c.visit_every, c.visit_channel, c.visit_days, c.next_visit_on, c.promise_on "
    "FROM customer c LEFT JOIN journal j ON j.id = c.entry WHERE c.id = $1";

struct visiting {
    struct why *why;
    struct value row[COLUMNS];
    struct customer_cadence cadence;
    struct cadence_history history;
    const char *channel; /* of the rule, the weakest that will do; NULL: any */
    size_t first;        /* step of the last contact that counts, or of the first of all */
    int64_t promised_at; /* the last visit */
    day_number since, due;
    bool known; /* the day is */
};

static const char *text_at(const struct visiting *visiting, int column)
{
    const struct value *value = &visiting->row[column];
    return value->type == VALUE_TEXT ? value->text : NULL;
}

static bool is_lost(const struct visiting *visiting)
{
    const char *status = text_at(visiting, STATUS);
    return status != NULL && strcmp(status, "lost") == 0;
}

static crm_status damaged(struct crm_book *book, const char *key)
{
    return error_set(&book->error, CRM_CORRUPT, _("customer %s: a date or time is damaged"), key);
}

/* ---- The rule ---- */

static const char *channel_label(const char *channel)
{
    return field_label_of(kind_field(&kind_visit, "channel"), channel);
}

static crm_status add_rule(struct visiting *visiting)
{
    struct why *why = visiting->why;
    const struct policy *policy = why->book->policy;
    const char *tier = text_at(visiting, TIER);
    const struct own_cadence own = {text_at(visiting, OWN_EVERY), text_at(visiting, OWN_CHANNEL),
                                    text_at(visiting, OWN_DAYS)};
    crm_status status =
        cadence_of_customer(policy, tier == NULL ? -1 : policy_tier(policy, tier), &own,
                            &why->arena, &visiting->cadence, &why->book->error);
    if (status != CRM_OK)
        return status;
    const struct cadence *rule = &visiting->cadence.rule;
    char every[24];
    duration_format(rule->every, every);
    const char *often = visiting->cadence.days.count > 0 ? own.days : every;
    visiting->channel = rule->channel == 0 ? NULL : policy->channels[rule->channel];
    visiting->history = (struct cadence_history){.rule = rule, .days = &visiting->cadence.days};
    why_add(why,
            (struct why_step){.figure = "due",
                              .step = "rule",
                              .input = tier != NULL ? why_text(why, _("tier %s"), tier)
                                                    : why_text(why, _("unrated: as the last tier")),
                              .record = own.days != NULL      ? "visit_days"
                                        : own.every != NULL   ? "visit_every"
                                        : own.channel != NULL ? "visit_channel"
                                                              : NULL,
                              .line = rule->line,
                              .value = visiting->channel == NULL
                                           ? why_text(why, "%s", often)
                                           : why_text(why, _("%s, %s or better"), often,
                                                      channel_label(visiting->channel))});
    return CRM_OK;
}

/* ---- What happened ---- */

static crm_status add_contact(void *context, const struct value *row)
{
    struct visiting *visiting = context;
    struct why *why = visiting->why;
    struct crm_book *book = why->book;
    struct cadence_history *history = &visiting->history;
    const char *channel = row[2].type == VALUE_TEXT ? row[2].text : NULL;
    instant at;
    day_number day, promise;
    int second;
    if (row[1].type != VALUE_TEXT || !time_parse_iso(row[1].text, row[1].length, NULL, &at))
        return damaged(book, text_at(visiting, KEY));
    zone_local(book->zone, at, &day, &second);
    const bool promised =
        row[3].type == VALUE_TEXT && date_parse_iso(row[3].text, row[3].length, &promise);
    const struct cadence_history before = *history;
    /* Told by the rule itself: it alone says what counts. */
    history->satisfied = false;
    cadence_contact(history, channel == NULL ? -1 : policy_channel(book->policy, channel), day,
                    promised ? &promise : NULL);
    const bool counts = history->satisfied;
    history->satisfied = counts || before.satisfied;
    if (counts)
        visiting->first = why->count;
    visiting->promised_at = row[0].integer;
    why_add(why, (struct why_step){.figure = "due",
                                   .step = "contact",
                                   .input = why_text(why, "%s", channel != NULL ? channel : "-"),
                                   .record = why_text(why, "V-%lld", (long long)row[0].integer),
                                   .value = why_day(why, day),
                                   .result = counts ? _("counts")
                                             : visiting->channel == NULL
                                                 ? _("does not count")
                                                 : why_text(why, _("does not count: %s or better"),
                                                            channel_label(visiting->channel))});
    return CRM_OK;
}

/* Contacts before the last one that counts made no difference. */
static void drop_former(struct visiting *visiting, size_t begin)
{
    struct why *why = visiting->why;
    const size_t dropped = visiting->first > begin ? visiting->first - begin : 0;
    if (dropped == 0)
        return;
    memmove(&why->steps[begin], &why->steps[visiting->first],
            (why->count - visiting->first) * sizeof *why->steps);
    why->count -= dropped;
}

static crm_status add_contacts(struct visiting *visiting, int64_t customer)
{
    const struct value id = value_integer(customer);
    const size_t begin = visiting->why->count;
    crm_status status =
        store_query(visiting->why->book->store,
                    "SELECT v.id, v.done_at, v.channel, v.next_on FROM visit v "
                    "WHERE v.customer = $1 AND v.done_at IS NOT NULL ORDER BY v.done_at, v.id",
                    &id, 1, add_contact, visiting);
    if (status == CRM_OK && !visiting->why->failed)
        drop_former(visiting, begin);
    return status;
}

/* The relation's first day, from which a first visit is counted. */
static crm_status add_beginning(struct visiting *visiting)
{
    static const char *const fields[] = {"since", "first_order_on", "journal"};
    struct why *why = visiting->why;
    for (int column = SINCE; column <= MADE_AT; column++) {
        const char *text = text_at(visiting, column);
        instant at;
        int second;
        if (text == NULL)
            continue;
        if (!time_parse_iso(text, strlen(text), column == MADE_AT ? NULL : why->book->zone, &at))
            return damaged(why->book, text_at(visiting, KEY));
        zone_local(why->book->zone, at, &visiting->since, &second);
        if (!visiting->history.satisfied)
            why_add(why, (struct why_step){.figure = "due",
                                           .step = "began",
                                           .record = fields[column - SINCE],
                                           .value = why_day(why, visiting->since)});
        return CRM_OK;
    }
    return damaged(why->book, text_at(visiting, KEY));
}

/* ---- The day ---- */

static crm_status add_day(struct visiting *visiting)
{
    struct why *why = visiting->why;
    struct crm_book *book = why->book;
    const struct cadence_history *history = &visiting->history;
    const struct calendar *calendars = NULL;
    day_number plain;
    char length[24];
    crm_status status = book_calendars(book, &calendars);
    if (status == CRM_OK)
        status = cadence_due(history, visiting->since, NULL, &plain, &book->error);
    if (status == CRM_NOT_FOUND)
        return CRM_OK; /* of the lunar calendar, beyond its table */
    if (status != CRM_OK)
        return status;
    const bool days = visiting->cadence.days.count > 0;
    duration_format(history->satisfied ? history->rule->every : history->rule->first, length);
    why_add(why, (struct why_step){
                     .figure = "due",
                     .step = "interval",
                     .input = why_day(why, history->satisfied ? history->counts : visiting->since),
                     .line = history->rule->line,
                     .value = days ? text_at(visiting, OWN_DAYS) : why_text(why, "+ %s", length),
                     .result = why_day(why, plain)});
    visiting->due = plain;
    visiting->known = true;
    if (book->policy->calendar_count == 0)
        return CRM_OK;
    status = cadence_due(history, visiting->since, calendars, &visiting->due, &book->error);
    return status == CRM_OK ? calendar_add_move(why, "due", calendars, plain, visiting->due)
                            : status;
}

static void add_grace(struct visiting *visiting)
{
    struct why *why = visiting->why;
    const struct cadence *rule = visiting->history.rule;
    char grace[24];
    duration_format(rule->grace, grace);
    why_add(why, (struct why_step){
                     .figure = "state",
                     .step = "grace",
                     .input = why_day(why, visiting->due),
                     .line = rule->line,
                     .value = why_text(why, "+ %s", grace),
                     .result = why_text(why, _("overdue after %s"),
                                        why_day(why, date_add(visiting->due, rule->grace)))});
}

/* ---- Beside the rule ---- */

static crm_status add_planned(void *context, const struct value *row)
{
    struct why *why = context;
    why_add(why, (struct why_step){.figure = "planned_on",
                                   .step = "planned",
                                   .record = why_text(why, "V-%lld", (long long)row[0].integer),
                                   .value = why_text(why, "%s", row[1].text)});
    return CRM_OK;
}

static crm_status add_rest(struct visiting *visiting, int64_t customer)
{
    struct why *why = visiting->why;
    const struct policy *policy = why->book->policy;
    const struct value id = value_integer(customer);
    crm_status status =
        tier_change_explain(why, policy->schemes[policy->main_scheme].name, customer);
    if (visiting->history.promised && !is_lost(visiting))
        why_add(why, (struct why_step){
                         .figure = "promise_on",
                         .step = "promise",
                         .record = why_text(why, "V-%lld", (long long)visiting->promised_at),
                         .value = why_day(why, visiting->history.promise)});
    return status == CRM_OK
               ? store_query(why->book->store,
                             "SELECT v.id, v.planned_on FROM visit v WHERE v.customer = $1 "
                             "AND v.done_at IS NULL AND v.status = 'planned' "
                             "ORDER BY v.planned_on, v.id",
                             &id, 1, add_planned, why)
               : status;
}

/* ---- The whole ---- */

crm_status visit_explain(struct why *why, int64_t customer, struct visit_explained *out)
{
    struct visiting visiting = {.why = why};
    const struct value id = value_integer(customer);
    crm_status status = store_row_values(why->book->store, &why->arena, select_customer, &id, 1,
                                         visiting.row, COLUMNS);
    if (status == CRM_OK)
        status = add_rule(&visiting);
    visiting.history.rule = &visiting.cadence.rule;
    if (status == CRM_OK)
        status = add_contacts(&visiting, customer);
    if (status == CRM_OK)
        status = add_beginning(&visiting);
    if (status == CRM_OK && !is_lost(&visiting))
        status = add_day(&visiting);
    if (status == CRM_OK && visiting.known)
        add_grace(&visiting);
    if (status == CRM_OK)
        status = add_rest(&visiting, customer);
    if (status != CRM_OK)
        return status;
    const struct cadence_history *history = &visiting.history;
    *out = (struct visit_explained){
        .key = visiting.row[KEY],
        .name = visiting.row[NAME],
        .tier = visiting.row[TIER],
        .channel = visiting.channel != NULL ? visiting.channel : "any",
        .known = visiting.known,
        .due = visiting.due,
        .satisfied = history->satisfied,
        .last_on = history->counts,
        .state = visiting.known ? duty_state_name(cadence_state(history->rule, history->satisfied,
                                                                visiting.due, why->book->today))
                                : NULL};
    return CRM_OK;
}

crm_status crm_visit_why(crm_book *book, const char *customer, crm_sink *sink)
{
    struct why why cleanup(why_release) = {.book = book};
    struct visit_explained found;
    int64_t id = 0;
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = record_resolve(book, &kind_customer, customer, &id);
    if (status == CRM_OK)
        status = visit_explain(&why, id, &found);
    if (status != CRM_OK)
        return book_end(book, status);
    size_t channel_count;
    const struct choice *channels =
        field_labels(kind_field(&kind_visit, "channel"), &channel_count);
    const struct why_cell cells[] = {
        {{.name = "customer", .label = _("Customer")}, found.key},
        {{.name = "name", .label = _("Name")}, found.name},
        {{.name = "tier", .label = _("Tier")}, found.tier},
        {{.name = "due", .label = _("Due"), .type = DATA_DATE},
         value_text(found.known ? why_day(&why, found.due) : NULL)},
        {{.name = "state", .label = _("State"), .choices = why_words, .choice_count = WHY_WORDS},
         value_text(found.state)},
        {{.name = "days_late", .label = _("Days late"), .type = DATA_INTEGER},
         found.known ? value_integer(book->today - found.due) : value_null()},
        {{.name = "channel",
          .label = _("Channel"),
          .choices = channels,
          .choice_count = channel_count},
         value_text(found.channel)},
        {{.name = "last_qualifying", .label = _("Last that counts"), .type = DATA_DATE},
         value_text(found.satisfied ? why_day(&why, found.last_on) : NULL)}};
    const struct why_page page = {
        .name = "visit_why", .cells = cells, .count = sizeof cells / sizeof *cells};
    return book_end(book, why_write(&why, &page, sink));
}
