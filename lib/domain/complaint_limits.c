/* SPDX-License-Identifier: MIT */
/* Complaints and the clock: their runs, their due times, and which of them are pressing. */
#include "domain/complaint.h"

#include "domain/calendar.h"

#include <stdlib.h>
#include <string.h>

/* ---- A complaint as it is stored ---- */

static bool read_time(const struct value *value, instant *out)
{
    return value->type == VALUE_TEXT && time_parse_iso(value->text, value->length, NULL, out);
}

static crm_status refuse_damaged(struct crm_book *book, int64_t id)
{
    error_set(&book->error, CRM_CORRUPT, _("C-%lld: a time in the book is no time"), (long long)id);
    return error_hint(&book->error, _("restore a backup of the book"));
}

struct marks {
    struct complaint *complaint;
    struct sla_mark *items;
    size_t count;
    bool damaged;
};

static crm_status add_mark(void *context, const struct value *row)
{
    struct marks *marks = context;
    instant at;
    if (!read_time(&row[0], &at) || row[1].type != VALUE_TEXT) {
        marks->damaged = true;
        return CRM_OK;
    }
    if (at > marks->complaint->last_event)
        marks->complaint->last_event = at;
    bool resolved = strcmp(row[1].text, "resolved") == 0;
    bool starts = strcmp(row[1].text, "resumed") == 0 || strcmp(row[1].text, "reopened") == 0;
    /* Resolved out of a pause is resumed at that moment: what was left of the limit is left. */
    if (starts || resolved)
        marks->items[marks->count++] = (struct sla_mark){at, true};
    if (resolved || strcmp(row[1].text, "paused") == 0)
        marks->items[marks->count++] = (struct sla_mark){at, false};
    return CRM_OK;
}

static const char events_sql[] = "SELECT happened_at, event FROM complaint_event "
                                 "WHERE complaint = $1 ORDER BY happened_at, id";

/* The runs of the clock of resolution, from `events` events. A complaint that was imported has
 * none: then the row says when it was resolved. */
static crm_status load_runs(struct crm_book *book, size_t events, struct arena *arena,
                            struct complaint *out)
{
    const struct value id = value_integer(out->id);
    struct marks marks = {.complaint = out,
                          .items = arena_array(arena, 2 * events + 1, sizeof *marks.items)};
    out->runs = arena_array(arena, 2 * events + 2, sizeof *out->runs);
    if (marks.items == NULL || out->runs == NULL)
        return error_no_memory(&book->error);
    crm_status status = CRM_OK;
    if (events > 0)
        status = store_query(book->store, events_sql, &id, 1, add_mark, &marks);
    instant resolved;
    if (read_time(&out->resolved_at, &resolved))
        marks.items[marks.count++] = (struct sla_mark){resolved, false};
    if (status == CRM_OK && marks.damaged)
        status = refuse_damaged(book, out->id);
    out->run_count = sla_runs(out->opened, marks.items, marks.count, out->runs);
    return status;
}

#define COMPLAINT_COLUMNS                                                                          \
    "t.id, t.customer, t.owner, t.reopened, t.status, t.severity, t.service, t.department, "       \
    "c.tier, t.opened_at, t.responded_at, t.resolved_at, t.respond_due, t.resolve_due, "           \
    "(SELECT count(*) FROM complaint_event e WHERE e.complaint = t.id)"
#define COMPLAINT_FROM "FROM complaint t JOIN customer c ON c.id = t.customer"
enum { COMPLAINT_COLUMN_COUNT = 15 };

/* From a row of COMPLAINT_COLUMNS, whose text lives as long as `out`. */
static crm_status from_row(struct crm_book *book, const struct value *row, struct arena *arena,
                           struct complaint *out)
{
    *out = (struct complaint){.id = row[0].integer,
                              .customer = row[1].integer,
                              .owner = row[2].integer,
                              .reopened = row[3].integer,
                              .status = row[4].text,
                              .severity = row[5].text,
                              .service = row[6].text,
                              .department = row[7].text,
                              .tier = row[8].text,
                              .responded_at = row[10],
                              .resolved_at = row[11],
                              .respond_due = row[12],
                              .resolve_due = row[13]};
    bool well = read_time(&row[9], &out->opened) && out->status != NULL;
    if (!value_is_null(&out->responded_at))
        well = well && read_time(&out->responded_at, &out->responded);
    if (!well)
        return refuse_damaged(book, out->id);
    out->last_event = out->opened;
    if (out->severity == NULL)
        out->severity = "normal";
    return load_runs(book, (size_t)row[14].integer, arena, out);
}

crm_status complaint_load(struct crm_book *book, int64_t id, struct arena *arena,
                          struct complaint *out)
{
    const struct value parameter = value_integer(id);
    struct value row[COMPLAINT_COLUMN_COUNT];
    store_announce(book->store, events_sql, &parameter, 1);
    crm_status status = store_row_values(
        book->store, arena, "SELECT " COMPLAINT_COLUMNS " " COMPLAINT_FROM " WHERE t.id = $1",
        &parameter, 1, row, COMPLAINT_COLUMN_COUNT);
    return status == CRM_OK ? from_row(book, row, arena, out) : status;
}

/* ---- Due times ---- */

const struct complaint_limit *
complaint_line(const struct policy *policy, const struct complaint *complaint, enum sla_clock clock)
{
    const struct sla_case about = {
        .tier = complaint->tier == NULL ? -1 : policy_tier(policy, complaint->tier),
        .severity = complaint->severity,
        .service = complaint->service};
    return sla_line(policy, clock, &about);
}

void complaint_measure_of(const struct complaint *complaint, const struct complaint_limit *line,
                          enum sla_clock clock, const struct calendar *calendars,
                          struct complaint_measure *out)
{
    bool answered = !value_is_null(&complaint->responded_at);
    out->limit = (struct sla_limit){.length = clock == SLA_RESPONSE ? line->respond : line->resolve,
                                    .calendar = &calendars[line->calendar]};
    out->response = (struct sla_run){complaint->opened, answered ? complaint->responded : SLA_OPEN};
    out->runs = clock == SLA_RESPONSE ? &out->response : complaint->runs;
    out->count = clock == SLA_RESPONSE ? 1 : complaint->run_count;
}

static crm_status store_form(struct crm_book *book, instant at, struct arena *arena,
                             struct value *out)
{
    char *text = arena_alloc(arena, TIME_TEXT);
    if (text == NULL)
        return error_no_memory(&book->error);
    time_format_utc(at, text);
    *out = value_text(text);
    return CRM_OK;
}

/* A calendar that does not reach so far must not keep anybody from taking a complaint down. */
static crm_status doubt_it(struct crm_book *book, struct complaint_doubt *doubt)
{
    if (doubt != NULL) {
        memcpy(doubt->text, book->error.message, sizeof doubt->text);
        memcpy(doubt->hint, book->error.hint, sizeof doubt->hint);
    }
    error_clear(&book->error);
    return CRM_OK;
}

static crm_status due_of(struct crm_book *book, const struct complaint *complaint,
                         enum sla_clock clock, const struct calendar *calendars,
                         struct arena *arena, struct value *out, struct complaint_doubt *doubt)
{
    const struct complaint_limit *line = complaint_line(book->policy, complaint, clock);
    struct complaint_measure measure;
    instant due;
    *out = value_null();
    if (line == NULL)
        return CRM_OK;
    complaint_measure_of(complaint, line, clock, calendars, &measure);
    crm_status status = sla_due(&measure.limit, measure.runs, measure.count, &due, &book->error);
    if (status == CRM_INVALID)
        return doubt_it(book, doubt);
    if (status != CRM_OK)
        return status;
    bool paused = strcmp(complaint->status, "paused") == 0;
    if (clock == SLA_RESOLUTION && paused && due > measure.runs[measure.count - 1].to)
        return CRM_OK;
    return store_form(book, due, arena, out);
}

crm_status complaint_due(struct crm_book *book, const struct complaint *complaint,
                         enum sla_clock clock, struct arena *arena, struct value *out,
                         struct complaint_doubt *doubt)
{
    const struct calendar *calendars;
    crm_status status = book_calendars(book, &calendars);
    return status == CRM_OK ? due_of(book, complaint, clock, calendars, arena, out, doubt) : status;
}

crm_status complaint_store_dues(struct crm_book *book, int64_t id, enum complaint_clocks anew,
                                struct complaint_doubt *doubt)
{
    struct arena arena cleanup(arena_release) = {0};
    struct complaint complaint;
    crm_status status = complaint_load(book, id, &arena, &complaint);
    if (status != CRM_OK)
        return status;
    struct value parameters[] = {complaint.respond_due, complaint.resolve_due, value_integer(id)};
    for (enum sla_clock clock = SLA_RESPONSE; clock <= SLA_RESOLUTION; clock++) {
        bool wanted = (anew & (clock == SLA_RESPONSE ? CLOCK_RESPONSE : CLOCK_RESOLUTION)) != 0;
        if (status == CRM_OK && (wanted || value_is_null(&parameters[clock])))
            status = complaint_due(book, &complaint, clock, &arena, &parameters[clock], doubt);
    }
    if (status != CRM_OK)
        return status;
    return store_run(book->store,
                     "UPDATE complaint SET respond_due = $1, resolve_due = $2 WHERE id = $3",
                     parameters, 3);
}

struct followed {
    struct crm_book *book;
    int64_t *ids;
    size_t count, room;
};

static crm_status add_followed(void *context, const struct value *row)
{
    struct followed *followed = context;
    int64_t *ids =
        array_grow(followed->ids, &followed->room, followed->count + 1, sizeof *followed->ids);
    if (ids == NULL)
        return error_no_memory(&followed->book->error);
    followed->ids = ids;
    followed->ids[followed->count++] = row[0].integer;
    return CRM_OK;
}

crm_status complaint_follow_events(struct crm_book *book)
{
    struct followed followed = {.book = book};
    const struct value entry = value_integer(book->entry);
    crm_status status = store_query(book->store,
                                    "SELECT DISTINCT complaint FROM complaint_event "
                                    "WHERE entry = $1 ORDER BY complaint",
                                    &entry, 1, add_followed, &followed);
    for (size_t i = 0; i < followed.count && status == CRM_OK; i++)
        status = complaint_store_dues(book, followed.ids[i], CLOCK_RESOLUTION, NULL);
    free(followed.ids);
    return status;
}

/* ---- What is pressing ---- */

struct pressing {
    struct crm_book *book;
    const struct calendar *calendars;
    instant until;
    complaint_visitor each;
    void *context;
    struct arena arena; /* of the row under way */
};

/* How a duty stands whose due time is known. Where the calendar does not reach from the due time to
 * now, the clock on the wall says how late it is. */
static crm_status judge(struct pressing *pressing, const struct complaint_measure *measure,
                        instant due, struct complaint_item *item)
{
    static const char *const states[] = {
        [SLA_RUNNING] = "due", [SLA_AT_RISK] = "at_risk", [SLA_BREACHED] = "breached"};
    struct crm_book *book = pressing->book;
    struct sla_standing standing;
    crm_status status = sla_standing(&measure->limit, measure->runs, measure->count, due, book->now,
                                     book->policy->at_risk_percent, &standing, &book->error);
    if (status == CRM_INVALID) {
        error_clear(&book->error);
        item->state = states[book->now > due ? SLA_BREACHED : SLA_RUNNING];
        item->late = book->now - due;
        return CRM_OK;
    }
    item->state = states[standing.state];
    item->late = standing.used - standing.length;
    item->length = standing.length;
    item->used_percent = standing.length > 0 ? standing.used * 100 / standing.length : 100;
    item->working = measure->limit.length.unit == DURATION_WORKING_HOURS ||
                    measure->limit.length.unit == DURATION_WORKING_DAYS;
    return status;
}

/* The steps of the ladder that are reached. */
static crm_status climb(struct pressing *pressing, const struct complaint_measure *measure,
                        struct complaint_item *item)
{
    struct crm_book *book = pressing->book;
    const struct policy *policy = book->policy;
    const int64_t used = item->late + item->length;
    struct complaint_step *steps =
        arena_array(&pressing->arena, policy->escalation_count + 1, sizeof *steps);
    crm_status status = steps == NULL ? error_no_memory(&book->error) : CRM_OK;
    item->steps = steps;
    for (size_t i = 0; i < policy->escalation_count && status == CRM_OK; i++) {
        const int64_t share = item->length * policy->escalations[i].percent;
        if (item->length == 0 || used * 100 < share)
            break;
        struct complaint_step *step = &steps[item->step_count++];
        step->rule = &policy->escalations[i];
        status = sla_reached(&measure->limit, measure->runs, measure->count, (share + 99) / 100,
                             &step->at, &book->error);
    }
    return status;
}

static crm_status visit_duty(struct pressing *pressing, const struct complaint *complaint,
                             enum sla_clock clock, struct complaint_item item)
{
    struct crm_book *book = pressing->book;
    const struct complaint_limit *line = complaint_line(book->policy, complaint, clock);
    struct value stored = clock == SLA_RESPONSE ? complaint->respond_due : complaint->resolve_due;
    bool paused = clock == SLA_RESOLUTION && strcmp(complaint->status, "paused") == 0;
    crm_status status = CRM_OK;
    if (value_is_null(&stored) && (line == NULL || paused))
        return CRM_OK;
    if (value_is_null(&stored)) /* not known when it was opened, but perhaps now */
        status =
            due_of(book, complaint, clock, pressing->calendars, &pressing->arena, &stored, NULL);
    if (status != CRM_OK)
        return status;
    item.kind = clock == SLA_RESPONSE ? "complaint_response" : "complaint_resolution";
    item.state = "unknown";
    instant due = 0;
    struct complaint_measure measure;
    bool known = read_time(&stored, &due);
    if (known) {
        /* A policy that has lost its limit since leaves the due time, measured by the clock. */
        static const struct complaint_limit none = {.respond.unit = DURATION_HOURS,
                                                    .resolve.unit = DURATION_HOURS};
        complaint_measure_of(complaint, line != NULL ? line : &none, clock, pressing->calendars,
                             &measure);
        item.due = stored.text;
        status = judge(pressing, &measure, due, &item);
        if (status == CRM_OK && line != NULL)
            status = climb(pressing, &measure, &item);
    }
    item.presses = !known || due <= pressing->until || strcmp(item.state, "due") != 0;
    if (status != CRM_OK || (!item.presses && item.step_count == 0))
        return status;
    return pressing->each(pressing->context, &item);
}

static crm_status visit_complaint(void *context, const struct value *row)
{
    struct pressing *pressing = context;
    struct complaint complaint;
    arena_clear(&pressing->arena);
    crm_status status = from_row(pressing->book, row, &pressing->arena, &complaint);
    const struct value *more = row + COMPLAINT_COLUMN_COUNT;
    const struct complaint_item item = {
        .complaint = complaint.id,
        .customer = complaint.customer,
        .owner = complaint.owner,
        .customer_key = more[0].text,
        .customer_name = more[1].text,
        .tier = complaint.tier,
        .owner_login = more[2].text,
        .department = complaint.department != NULL ? complaint.department : more[4].text,
        .reopened = complaint.reopened,
        .severity = complaint.severity,
        .description = more[3].text};
    if (status == CRM_OK && value_is_null(&complaint.responded_at))
        status = visit_duty(pressing, &complaint, SLA_RESPONSE, item);
    if (status == CRM_OK)
        status = visit_duty(pressing, &complaint, SLA_RESOLUTION, item);
    return status;
}

crm_status complaint_items(struct crm_book *book, instant until, complaint_visitor each,
                           void *context)
{
    struct pressing pressing = {.book = book, .until = until, .each = each, .context = context};
    crm_status status = book_calendars(book, &pressing.calendars);
    if (status == CRM_OK)
        status = store_query(book->store,
                             "SELECT " COMPLAINT_COLUMNS
                             ", c.key, c.name, s.login, t.description, s.department " COMPLAINT_FROM
                             " LEFT JOIN staff s ON s.id = t.owner WHERE t.status "
                             "IN ('open', 'responded', 'in_progress', 'paused') ORDER BY t.id",
                             NULL, 0, visit_complaint, &pressing);
    arena_release(&pressing.arena);
    return status;
}

static crm_status note_left(void *context, const struct complaint_item *item)
{
    *(struct complaint_left *)context = (struct complaint_left){
        .known = item->due != NULL, .seconds = -item->late, .working = item->working};
    return CRM_OK;
}

crm_status complaint_left(struct crm_book *book, int64_t id, struct complaint_left *out)
{
    struct pressing pressing = {
        .book = book, .until = INT64_MAX, .each = note_left, .context = out};
    struct complaint complaint;
    *out = (struct complaint_left){0};
    crm_status status = book_calendars(book, &pressing.calendars);
    if (status == CRM_OK)
        status = complaint_load(book, id, &pressing.arena, &complaint);
    if (status == CRM_OK) {
        bool answered = !value_is_null(&complaint.responded_at);
        status = visit_duty(&pressing, &complaint, answered ? SLA_RESOLUTION : SLA_RESPONSE,
                            (struct complaint_item){.complaint = id});
    }
    arena_release(&pressing.arena);
    return status;
}
