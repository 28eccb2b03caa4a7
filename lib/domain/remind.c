/* SPDX-License-Identifier: MIT */
/* Reminders 提醒: one list of everything that needs a person. */
#include "domain/remind.h"

#include "domain/calendar.h"
#include "domain/visit.h"
#include "rules/quiet.h"
#include "store/roles.h"

#include <stdlib.h>
#include <string.h>

void reminders_release(struct reminders *all)
{
    free(all->items);
    arena_release(&all->arena);
    query_release(&all->member);
}

const struct given_to *reminders_new_to(const struct reminders *all)
{
    return all->request->only_new ? &all->to : NULL;
}

static int rank_of(const struct policy *policy, const char *tier)
{
    int rank = tier == NULL ? -1 : policy_tier(policy, tier);
    return rank < 0 ? (int)policy->tier_count : rank;
}

/* NULL stays NULL; `failed` is set when memory runs out. */
static const char *keep(struct reminders *all, const char *text, bool *failed)
{
    const char *copy = text == NULL ? NULL : arena_copy(&all->arena, text);
    *failed = *failed || (text != NULL && copy == NULL);
    return copy;
}

crm_status reminders_add(struct reminders *all, const struct reminder *item)
{
    bool failed = item->id == NULL || item->why == NULL || all->arena.failed;
    if (failed)
        return error_no_memory(&all->book->error);
    struct reminder *items = array_grow(all->items, &all->capacity, all->count + 1, sizeof *items);
    if (items == NULL)
        return error_no_memory(&all->book->error);
    all->items = items;
    struct reminder *kept = &items[all->count++];
    *kept = *item;
    kept->rank = rank_of(all->book->policy, item->tier);
    kept->customer = keep(all, item->customer, &failed);
    kept->name = keep(all, item->name, &failed);
    kept->tier = keep(all, item->tier, &failed);
    kept->due = keep(all, item->due, &failed);
    kept->owner = keep(all, item->owner, &failed);
    return failed ? error_no_memory(&all->book->error) : CRM_OK;
}

const void *reminders_keep(struct reminders *all, const void *basis, size_t size)
{
    void *copy = all->explains ? arena_alloc(&all->arena, size) : NULL;
    if (copy != NULL)
        memcpy(copy, basis, size);
    return copy;
}

struct reminder reminder_of_day(const struct crm_book *book, day_number due, char text[DATE_TEXT])
{
    date_format(due, text);
    return (struct reminder){.at = zone_instant(book->zone, due, 0),
                             .due = text,
                             .late = (int64_t)(book->today - due) * DECIMAL_ONE,
                             .unit = "days"};
}

static crm_status note_member(void *context, const struct value *row)
{
    (void)row;
    *(bool *)context = true;
    return CRM_OK;
}

/* Prepared at the first question. */
static crm_status prepare_member(struct reminders *all)
{
    buffer_text(&all->member.sql, "SELECT t.id FROM customer t WHERE t.id = ");
    query_value(&all->member, value_integer(0));
    crm_status status =
        filter_sql(all->book, &kind_customer, "t", all->request->filter, &all->member);
    return status == CRM_OK && all->member.sql.failed ? error_no_memory(&all->book->error) : status;
}

crm_status reminders_want(struct reminders *all, int64_t customer, bool *wanted)
{
    const crm_filter *filter = all->request->filter;
    *wanted = filter == NULL || filter->count == 0;
    if (*wanted)
        return CRM_OK;
    crm_status status = all->member.count == 0 ? prepare_member(all) : CRM_OK;
    if (status != CRM_OK)
        return status;
    all->member.parameters[0] = value_integer(customer);
    return store_query(all->book->store, buffer_string(&all->member.sql), all->member.parameters,
                       all->member.count, note_member, wanted);
}

crm_status reminders_query(struct reminders *all, struct query *query, const char *owner,
                           store_row each, void *context)
{
    if (all->staff != 0) {
        buffer_printf(&query->sql, " AND coalesce(%s, 0) = ", owner);
        query_value(query, value_integer(all->staff));
    }
    crm_status status = filter_sql(all->book, &kind_customer, "t", all->request->filter, query);
    if (status == CRM_OK && query->sql.failed)
        status = error_no_memory(&all->book->error);
    return status == CRM_OK ? store_query(all->book->store, buffer_string(&query->sql),
                                          query->parameters, query->count, each, context)
                            : status;
}

/* ---- Given ---- */

/* Only once the reader has them. */
static crm_status record_given(struct reminders *all, struct crm_sink *sink)
{
    crm_status status = sink_finish(sink);
    if (status != CRM_OK || all->count == 0)
        return status;
    status = book_begin(all->book);
    if (status == CRM_OK)
        status = reminders_note_given(all);
    return book_end(all->book, status);
}

/* ---- Quiet hours ---- */

/* Keeps for later what is not urgent, when this is no time for it: what is not given is not noted
 * either, and so comes with a later run. */
static crm_status hold_back(struct reminders *all, crm_reminder_result *result)
{
    struct crm_book *book = all->book;
    const struct calendar *calendars;
    const struct policy *policy = book->policy;
    instant open = all->book->now;
    size_t kept = 0;
    if (policy->quiet_count == 0 && !policy->remind_on_working_days)
        return CRM_OK;
    crm_status status = book_calendars(book, &calendars);
    if (status == CRM_OK)
        status =
            quiet_open(policy, &calendars[policy->remind_calendar], book->now, &open, &book->error);
    if (status != CRM_OK || open == book->now)
        return status;
    for (size_t i = 0; i < all->count; i++)
        if (policy->remind_urgent && all->items[i].urgent)
            all->items[kept++] = all->items[i];
    result->held = all->count - kept;
    if (result->held > 0)
        time_format(book->zone, open, result->until);
    all->count = kept;
    return CRM_OK;
}

/* ---- The list ---- */

static int compare(const void *a, const void *b)
{
    const struct reminder *x = a, *y = b;
    const int orders[] = {
        (int)x->pressure - (int)y->pressure, x->rank - y->rank, (x->at > y->at) - (x->at < y->at),
        strcmp(x->customer != NULL ? x->customer : "", y->customer != NULL ? y->customer : ""),
        strcmp(x->id, y->id)};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

const struct choice remind_kinds[REMIND_KINDS] = {
    {"visit", N_("visit")},
    {"promise", N_("promise")},
    {"planned_visit", N_("planned visit")},
    {"complaint_response", N_("response to a complaint")},
    {"complaint_resolution", N_("resolution of a complaint")},
    {"escalation", N_("escalation")},
    {"care", N_("care date")},
    {"survey", N_("survey to ask")},
    {"tier_review", N_("review of a tier")}};
static const struct choice state_choices[] = {
    {"first", N_("first visit")}, {"due", N_("due")},         {"promised", N_("promised")},
    {"overdue", N_("overdue")},   {"at_risk", N_("at risk")}, {"breached", N_("breached")},
    {"reached", N_("reached")},   {"unknown", N_("unknown")}, {"coming", N_("coming")}};
static const struct choice unit_choices[] = {
    {"days", N_("days")}, {"hours", N_("hours")}, {"working_hours", N_("working hours")}};

#define WORDS(list)                                                                                \
    .type = DATA_ENUM, .choices = (list), .choice_count = sizeof(list) / sizeof *(list)

static crm_status write_item(struct crm_sink *sink, const struct reminder *item)
{
    const struct value values[] = {
        value_text(item->id),    value_text(item->kind),    value_text(item->customer),
        value_text(item->name),  value_text(item->tier),    value_text(item->due),
        value_text(item->state), value_integer(item->late), value_text(item->unit),
        value_text(item->owner), value_text(item->why)};
    return sink_row(sink, values);
}

/* Silent when there is nothing: not even headings. */
static crm_status write_items(const struct reminders *all, struct crm_sink *sink)
{
    const struct column columns[] = {
        {.name = "id", .label = _("Id"), .flags = COLUMN_HIDDEN},
        {.name = "kind", .label = _("What"), WORDS(remind_kinds)},
        {.name = "customer", .label = _("Customer"), .type = DATA_REFERENCE},
        {.name = "name", .label = _("Name"), .flags = COLUMN_SPARE},
        {.name = "tier", .label = _("Tier"), .flags = COLUMN_SPARE},
        {.name = "due", .label = _("Due"), .type = DATA_TIME},
        {.name = "state", .label = _("State"), WORDS(state_choices)},
        {.name = "late", .label = _("Late"), .type = DATA_DECIMAL, .flags = COLUMN_SPARE},
        {.name = "unit", .label = _("Unit"), WORDS(unit_choices), .flags = COLUMN_SPARE},
        {.name = "owner", .label = _("Owner"), .type = DATA_REFERENCE},
        {.name = "why", .label = _("Why")}};
    const struct table table = {
        .name = "reminders", .columns = columns, .count = sizeof columns / sizeof *columns};
    crm_status status = all->count == 0 ? CRM_OK : sink_begin(sink, &table);
    for (size_t i = 0; i < all->count && status == CRM_OK; i++)
        status = write_item(sink, &all->items[i]);
    return status == CRM_OK && all->count > 0 ? sink_end(sink) : status;
}

static crm_status find_recipient(struct reminders *all)
{
    struct value login;
    time_format_utc(all->book->now, all->now);
    all->to = (struct given_to){.recipient = "*", .now = all->now};
    if (all->request->staff == NULL)
        return CRM_OK;
    crm_status status = record_resolve(all->book, &kind_staff, all->request->staff, &all->staff);
    const struct value staff = value_integer(all->staff);
    if (status == CRM_OK)
        status = store_row_values(all->book->store, &all->arena,
                                  "SELECT login FROM staff WHERE id = $1", &staff, 1, &login, 1);
    if (status == CRM_OK)
        all->to.recipient = login.text;
    return status;
}

crm_status reminders_collect(struct reminders *all)
{
    crm_status status = visit_horizon(all->book, all->request->within, &all->until);
    if (status == CRM_OK)
        status = find_recipient(all);
    if (status == CRM_OK)
        status = remind_visits(all);
    if (status == CRM_OK)
        status = remind_complaints(all);
    if (status == CRM_OK)
        status = remind_care(all);
    if (status == CRM_OK)
        status = remind_surveys(all);
    if (status == CRM_OK)
        status = remind_tiers(all);
    return status;
}

static crm_status collect(struct reminders *all, crm_reminder_result *result)
{
    crm_status status = reminders_collect(all);
    if (status == CRM_OK && all->request->only_new)
        status = reminders_drop_given(all);
    if (status == CRM_OK && all->request->only_new)
        status = hold_back(all, result);
    if (status == CRM_OK && all->count > 1)
        qsort(all->items, all->count, sizeof *all->items, compare);
    return status;
}

crm_status crm_remind(crm_book *book, const crm_reminder_request *request, crm_sink *sink,
                      crm_reminder_result *result)
{
    *result = (crm_reminder_result){0};
    struct reminders all cleanup(reminders_release) = {.book = book, .request = request};
    struct book_turn turn cleanup(book_end_turn) = BOOK_NO_TURN;
    const bool notes = request->only_new && !book->dry_run;
    crm_status status = book_read(book);
    /* A book that cannot be written is refused before anything is shown that would come again. */
    if (status == CRM_OK && notes)
        status = book_want_write(book);
    if (status == CRM_OK && notes)
        status = store_need_adding(book->store, "reminder_given");
    /* Two at once would both print what neither has noted yet. */
    if (status == CRM_OK && notes)
        status = book_take_turn(book, &turn);
    if (status == CRM_OK)
        status = visit_settle(book);
    if (status == CRM_OK)
        status = store_begin_reading(book->store);
    if (status == CRM_OK) {
        status = collect(&all, result);
        store_end_reading(book->store);
    }
    if (status == CRM_OK)
        status = write_items(&all, sink);
    if (status == CRM_OK && notes)
        status = record_given(&all, sink);
    result->count = all.count;
    return book_end(book, status);
}
