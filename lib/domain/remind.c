/* SPDX-License-Identifier: MIT */
/* Reminders 提醒: one list of everything that needs a person. */
#include "base/decimal.h"
#include "domain/complaint.h"
#include "domain/visit.h"
#include "store/roles.h"

#include <stdlib.h>
#include <string.h>

/* What presses most, in the order of the list. */
enum pressure {
    LIMIT_BREACHED,
    LIMIT_AT_RISK, /* or not known */
    WORD_GIVEN,    /* a promise or a planned visit whose day has come */
    VISIT_OVERDUE,
    VISIT_DUE,
    STILL_TO_COME
};

struct item {
    enum pressure pressure;
    int rank;   /* of the tier */
    instant at; /* due, for the order */
    const char *id, *kind, *customer, *name, *tier, *due, *state, *owner, *why;
    int64_t late; /* decimal, in units; negative: left */
    const char *unit;
};

struct reminders {
    struct crm_book *book;
    const crm_reminder_request *request;
    int64_t staff;         /* id; 0: everybody */
    const char *recipient; /* login, "*" for everybody */
    day_number until;
    struct item *items;
    size_t count, capacity;
    struct arena arena;
    struct query member; /* SELECT of one customer under the request's filter, by id */
};

static void reminders_release(struct reminders *all)
{
    free(all->items);
    arena_release(&all->arena);
    query_release(&all->member);
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

/* Names and dates are borrowed and copied; id and why are in the arena, the rest is constant. */
static crm_status add(struct reminders *all, const struct item *item)
{
    struct item *items = array_grow(all->items, &all->capacity, all->count + 1, sizeof *items);
    bool failed = items == NULL || item->id == NULL || item->why == NULL;
    if (failed)
        return error_no_memory(&all->book->error);
    all->items = items;
    struct item *kept = &items[all->count++];
    *kept = *item;
    kept->rank = rank_of(all->book->policy, item->tier);
    kept->customer = keep(all, item->customer, &failed);
    kept->name = keep(all, item->name, &failed);
    kept->tier = keep(all, item->tier, &failed);
    kept->due = keep(all, item->due, &failed);
    kept->owner = keep(all, item->owner, &failed);
    return failed ? error_no_memory(&all->book->error) : CRM_OK;
}

static struct item day_item(const struct crm_book *book, day_number due, char text[DATE_TEXT])
{
    date_format(due, text);
    return (struct item){.at = zone_instant(book->zone, due, 0),
                         .due = text,
                         .late = (int64_t)(book->today - due) * DECIMAL_ONE,
                         .unit = "days"};
}

/* ---- Visits and promises ---- */

static const char *why_due(struct reminders *all, const struct duty *duty)
{
    char every[24], last[DATE_TEXT];
    bool any = duty->rule->channel == 0;
    if (!duty->satisfied)
        return arena_printf(&all->arena,
                            any ? _("first visit %s after the relation began")
                                : _("first visit %s after the relation began, %s or better"),
                            duration_format(duty->rule->first, every), duty->channel);
    date_format(duty->last_on, last);
    return any ? arena_printf(&all->arena, _("every %s, last on %s"),
                              duration_format(duty->rule->every, every), last)
               : arena_printf(&all->arena, _("every %s, %s or better, last on %s"),
                              duration_format(duty->rule->every, every), duty->channel, last);
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
    struct item item = day_item(all->book, duty->due, due);
    item.kind = promise ? "promise" : "visit";
    item.id = arena_printf(&all->arena, "%s:%lld:%s", item.kind, (long long)duty->customer, due);
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
    return add(all, &item);
}

static crm_status add_duties(struct reminders *all)
{
    const crm_reminder_request *asked = all->request;
    const struct duty_request request = {
        .filter = asked->filter, .staff = asked->staff, .within = asked->within};
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

static crm_status add_planned(void *context, const struct value *row)
{
    struct reminders *all = context;
    day_number day;
    char due[DATE_TEXT];
    if (!date_parse_iso(row[PLANNED_ON].text, row[PLANNED_ON].length, &day))
        return error_set(&all->book->error, CRM_CORRUPT, _("visit V-%lld: its day is damaged"),
                         (long long)row[VISIT].integer);
    struct item item = day_item(all->book, day, due);
    bool over = day < all->book->today;
    item.kind = "planned_visit";
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
    return add(all, &item);
}

static crm_status add_all_planned(struct reminders *all)
{
    struct query query cleanup(query_release) = {0};
    char until[DATE_TEXT];
    date_format(all->until, until);
    buffer_text(&query.sql, select_planned);
    query_value(&query, value_text(until));
    if (all->staff != 0) {
        buffer_text(&query.sql, " AND coalesce(v.staff, t.owner) = ");
        query_value(&query, value_integer(all->staff));
    }
    crm_status status = filter_sql(all->book, &kind_customer, "t", all->request->filter, &query);
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&all->book->error);
    return status == CRM_OK ? store_query(all->book->store, buffer_string(&query.sql),
                                          query.parameters, query.count, add_planned, all)
                            : status;
}

/* ---- Complaints ---- */

static crm_status note_member(void *context, const struct value *row)
{
    (void)row;
    *(bool *)context = true;
    return CRM_OK;
}

/* Whether that customer passes the request's filter. */
static crm_status is_member(struct reminders *all, int64_t customer, bool *member)
{
    *member = all->member.count == 0;
    if (*member)
        return CRM_OK;
    all->member.parameters[0] = value_integer(customer);
    return store_query(all->book->store, buffer_string(&all->member.sql), all->member.parameters,
                       all->member.count, note_member, member);
}

static enum pressure complaint_pressure(const char *state)
{
    if (strcmp(state, "breached") == 0)
        return LIMIT_BREACHED;
    return strcmp(state, "due") == 0 ? STILL_TO_COME : LIMIT_AT_RISK;
}

static crm_status add_complaint(void *context, const struct complaint_item *found)
{
    struct reminders *all = context;
    bool member = true, known = found->due != NULL;
    char due[TIME_TEXT] = "";
    instant at = all->book->now;
    if (all->staff != 0 && found->owner != all->staff)
        return CRM_OK;
    crm_status status = is_member(all, found->customer, &member);
    if (status != CRM_OK || !member)
        return status;
    if (known && time_parse_iso(found->due, strlen(found->due), NULL, &at))
        time_format(all->book->zone, at, due);
    const struct item item = {
        .pressure = complaint_pressure(found->state),
        .at = at,
        .id = arena_printf(&all->arena, "%s:C-%lld:%s",
                           strcmp(found->kind, "complaint_response") == 0 ? "respond" : "resolve",
                           (long long)found->complaint, known ? found->due : "unknown"),
        .kind = found->kind,
        .customer = found->customer_key,
        .name = found->customer_name,
        .tier = found->tier,
        .due = known ? due : NULL,
        .state = found->state,
        .owner = found->owner_login,
        .why =
            arena_printf(&all->arena, _("C-%lld, %s, %lld %% of the limit used: %s"),
                         (long long)found->complaint,
                         field_label_of(kind_field(&kind_complaint, "severity"), found->severity),
                         (long long)found->used_percent, found->description),
        .late = found->late * DECIMAL_ONE / 3600,
        .unit = found->working ? "working_hours" : "hours"};
    return add(all, &item);
}

static crm_status add_complaints(struct reminders *all)
{
    struct crm_book *book = all->book;
    const crm_filter *filter = all->request->filter;
    instant until = book->now;
    crm_status status = CRM_OK;
    if (all->until > book->today)
        until = zone_instant(book->zone, all->until, 86400);
    if (filter != NULL && filter->count > 0) {
        buffer_text(&all->member.sql, "SELECT t.id FROM customer t WHERE t.id = ");
        query_value(&all->member, value_integer(0));
        status = filter_sql(book, &kind_customer, "t", filter, &all->member);
        if (status == CRM_OK && all->member.sql.failed)
            status = error_no_memory(&book->error);
    }
    return status == CRM_OK ? complaint_items(book, until, add_complaint, all) : status;
}

/* ---- Given before ---- */

/* Leaves out what this recipient was given already in the same state. */
static crm_status drop_given(struct reminders *all)
{
    struct statement *given cleanup(statement_cleanup) = NULL;
    size_t kept = 0;
    crm_status status = store_prepare(all->book->store,
                                      "SELECT given_at FROM reminder_given "
                                      "WHERE item = $1 AND state = $2 AND recipient = $3",
                                      &given);
    for (size_t i = 0; i < all->count && status == CRM_OK; i++) {
        const struct value parameters[] = {value_text(all->items[i].id),
                                           value_text(all->items[i].state),
                                           value_text(all->recipient)};
        bool found = false;
        status = statement_bind_all(given, parameters, 3);
        if (status == CRM_OK)
            status = statement_step(given, &found);
        statement_reset(given);
        if (!found)
            all->items[kept++] = all->items[i];
    }
    all->count = kept;
    return status;
}

static crm_status insert_given(struct reminders *all)
{
    struct statement *insert cleanup(statement_cleanup) = NULL;
    char now[TIME_TEXT];
    time_format_utc(all->book->now, now);
    crm_status status = store_prepare(all->book->store,
                                      "INSERT INTO reminder_given (item, state, recipient, "
                                      "given_at, entry) VALUES ($1, $2, $3, $4, $5) "
                                      "ON CONFLICT DO NOTHING",
                                      &insert);
    for (size_t i = 0; i < all->count && status == CRM_OK; i++) {
        const struct value parameters[] = {
            value_text(all->items[i].id), value_text(all->items[i].state),
            value_text(all->recipient), value_text(now), value_integer(all->book->entry)};
        status = statement_bind_all(insert, parameters, 5);
        if (status == CRM_OK)
            status = statement_run(insert);
    }
    return status;
}

/* Only once the reader has them. */
static crm_status record_given(struct reminders *all, struct crm_sink *sink)
{
    crm_status status = sink_finish(sink);
    if (status != CRM_OK || all->count == 0)
        return status;
    status = book_begin(all->book);
    if (status == CRM_OK)
        status = insert_given(all);
    return book_end(all->book, status);
}

/* ---- The list ---- */

static int compare(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    const int orders[] = {(int)x->pressure - (int)y->pressure, x->rank - y->rank,
                          (x->at > y->at) - (x->at < y->at), strcmp(x->customer, y->customer),
                          strcmp(x->id, y->id)};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

static const struct choice kind_choices[] = {
    {"visit", N_("visit")},
    {"promise", N_("promise")},
    {"planned_visit", N_("planned visit")},
    {"complaint_response", N_("response to a complaint")},
    {"complaint_resolution", N_("resolution of a complaint")}};
static const struct choice state_choices[] = {
    {"first", N_("first visit")}, {"due", N_("due")},         {"promised", N_("promised")},
    {"overdue", N_("overdue")},   {"at_risk", N_("at risk")}, {"breached", N_("breached")},
    {"unknown", N_("unknown")}};
static const struct choice unit_choices[] = {
    {"days", N_("days")}, {"hours", N_("hours")}, {"working_hours", N_("working hours")}};

#define WORDS(list)                                                                                \
    .type = DATA_ENUM, .choices = (list), .choice_count = sizeof(list) / sizeof *(list)

static crm_status write_item(struct crm_sink *sink, const struct item *item)
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
        {.name = "kind", .label = _("What"), WORDS(kind_choices)},
        {.name = "customer", .label = _("Customer"), .type = DATA_REFERENCE},
        {.name = "name", .label = _("Name")},
        {.name = "tier", .label = _("Tier")},
        {.name = "due", .label = _("Due"), .type = DATA_TIME},
        {.name = "state", .label = _("State"), WORDS(state_choices)},
        {.name = "late", .label = _("Late"), .type = DATA_DECIMAL},
        {.name = "unit", .label = _("Unit"), WORDS(unit_choices)},
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
    all->recipient = "*";
    if (all->request->staff == NULL)
        return CRM_OK;
    crm_status status = record_resolve(all->book, &kind_staff, all->request->staff, &all->staff);
    const struct value staff = value_integer(all->staff);
    if (status == CRM_OK)
        status = store_row_values(all->book->store, &all->arena,
                                  "SELECT login FROM staff WHERE id = $1", &staff, 1, &login, 1);
    if (status == CRM_OK)
        all->recipient = login.text;
    return status;
}

static crm_status collect(struct reminders *all)
{
    crm_status status = visit_horizon(all->book, all->request->within, &all->until);
    if (status == CRM_OK)
        status = find_recipient(all);
    if (status == CRM_OK)
        status = add_duties(all);
    if (status == CRM_OK)
        status = add_all_planned(all);
    if (status == CRM_OK)
        status = add_complaints(all);
    if (status == CRM_OK && all->request->only_new)
        status = drop_given(all);
    if (status == CRM_OK && all->count > 1)
        qsort(all->items, all->count, sizeof *all->items, compare);
    return status;
}

crm_status crm_remind(crm_book *book, const crm_reminder_request *request, crm_sink *sink,
                      size_t *count)
{
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
        status = collect(&all);
        store_end_reading(book->store);
    }
    if (status == CRM_OK)
        status = write_items(&all, sink);
    if (status == CRM_OK && notes)
        status = record_given(&all, sink);
    *count = all.count;
    return book_end(book, status);
}
