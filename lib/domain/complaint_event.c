/* SPDX-License-Identifier: MIT */
/* What happens to a complaint: each event is a row that is never changed; the complaint's own row
 * says where it stands now. */
#include "domain/complaint.h"

#include <stdio.h>
#include <string.h>

/* ---- States and steps ---- */

enum {
    OPEN = 1,
    RESPONDED = 2,
    IN_PROGRESS = 4,
    PAUSED = 8,
    RESOLVED = 16,
    CLOSED = 32,
    UNDER_WAY = OPEN | RESPONDED | IN_PROGRESS
};

static const struct {
    const char *name;
    unsigned state;
} states[] = {{"open", OPEN},     {"responded", RESPONDED}, {"in_progress", IN_PROGRESS},
              {"paused", PAUSED}, {"resolved", RESOLVED},   {"closed", CLOSED}};
enum { STATES = sizeof states / sizeof *states };

static unsigned state_of(const char *status)
{
    for (size_t i = 0; i < STATES; i++)
        if (strcmp(states[i].name, status) == 0)
            return states[i].state;
    return 0;
}

/* Where an event leaves a complaint that was in that state, and had its first response or not. */
static unsigned state_after(const char *event, unsigned state, bool answered)
{
    const unsigned working = answered ? IN_PROGRESS : OPEN;
    const struct {
        const char *event;
        unsigned after;
    } moves[] = {{"opened", OPEN},
                 {"responded", state == OPEN ? RESPONDED : state},
                 {"assigned", state == RESPONDED ? IN_PROGRESS : state},
                 {"paused", PAUSED},
                 {"resumed", working},
                 {"resolved", RESOLVED},
                 {"closed", CLOSED},
                 {"reopened", working}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (strcmp(moves[i].event, event) == 0)
            return moves[i].after;
    return state;
}

/* ---- The course of a complaint, from its events ---- */

void complaint_course_add(struct complaint_course *course, const char *event, const char *at)
{
    unsigned after = 0;
    bool opened = strcmp(event, "opened") == 0, resolved = strcmp(event, "resolved") == 0;
    for (size_t i = 0; i < STATES; i++)
        if (course->states & states[i].state)
            after |= state_after(event, states[i].state, course->responded_at[0] != '\0');
    /* A hand-over by `edit` leaves it where it was. */
    if (strcmp(event, "assigned") == 0)
        after |= course->states;
    if (opened)
        after = OPEN;
    if ((strcmp(event, "responded") == 0 || resolved) && course->responded_at[0] == '\0')
        (void)snprintf(course->responded_at, TIME_TEXT, "%s", at);
    if (resolved)
        (void)snprintf(course->resolved_at, TIME_TEXT, "%s", at);
    if (strcmp(event, "closed") == 0)
        (void)snprintf(course->closed_at, TIME_TEXT, "%s", at);
    if (strcmp(event, "reopened") == 0) {
        course->resolved_at[0] = course->closed_at[0] = '\0';
        course->reopened++;
    }
    course->states = after;
    course->opened = course->opened || opened;
}

bool complaint_course_may_be(const struct complaint_course *course, const char *status)
{
    return (course->states & state_of(status)) != 0;
}

const char *complaint_course_end(const struct complaint_course *course)
{
    for (size_t i = 0; i < STATES; i++)
        if (course->states & states[i].state)
            return states[i].name;
    return "";
}

static void put_state(struct record *row, unsigned state)
{
    for (size_t i = 0; i < STATES; i++)
        if (states[i].state == state)
            record_put(row, "status", value_text(states[i].name));
}

/* One step under way. */
struct change {
    struct crm_book *book;
    const crm_complaint_step *step;
    struct complaint complaint;
    char at[TIME_TEXT];
    struct record row, event;
    struct arena arena;
    enum complaint_clocks anew; /* limits that the step moves */
};

static crm_status set_given(struct change *change, const char *field, const char *text)
{
    return text == NULL ? CRM_OK
                        : record_set(change->book, &change->row, &change->arena, field, text,
                                     strlen(text), FIELD_EVENT);
}

static crm_status respond(struct change *change)
{
    record_put(&change->row, "responded_at", value_text(change->at));
    return CRM_OK;
}

static crm_status assign(struct change *change)
{
    if (change->step->staff == NULL && change->step->department == NULL) {
        error_set(&change->book->error, CRM_USAGE, _("C-%lld: assign it to whom?"),
                  (long long)change->complaint.id);
        return error_hint(&change->book->error, _("give --to LOGIN, --department NAME or both"));
    }
    crm_status status = set_given(change, "owner", change->step->staff);
    if (status == CRM_OK)
        status = set_given(change, "department", change->step->department);
    if (status == CRM_OK && change->step->staff != NULL)
        record_put(&change->event, "staff", *record_get(&change->row, "owner"));
    if (status == CRM_OK && change->step->department != NULL)
        record_put(&change->event, "department", *record_get(&change->row, "department"));
    return status;
}

static crm_status pause_clock(struct change *change)
{
    if (change->step->reason == NULL || *change->step->reason == '\0') {
        error_set(&change->book->error, CRM_USAGE, _("C-%lld: a pause needs a reason"),
                  (long long)change->complaint.id);
        return error_hint(&change->book->error,
                          _("give --reason, such as 'waits for the customer'"));
    }
    change->anew = CLOCK_RESOLUTION;
    return CRM_OK;
}

static crm_status resume(struct change *change)
{
    change->anew = CLOCK_RESOLUTION;
    return CRM_OK;
}

/* A resolution is the first response, if none was recorded before. */
static crm_status resolve(struct change *change)
{
    crm_status status = set_given(change, "cause", change->step->cause);
    if (status == CRM_OK)
        status = set_given(change, "resolution", change->step->reason);
    if (value_is_null(&change->complaint.responded_at))
        record_put(&change->row, "responded_at", value_text(change->at));
    if (change->step->cause != NULL)
        record_put(&change->event, "cause", *record_get(&change->row, "cause"));
    record_put(&change->row, "resolved_at", value_text(change->at));
    return status;
}

static crm_status close_it(struct change *change)
{
    crm_status status = set_given(change, "satisfaction", change->step->satisfaction);
    if (change->step->satisfaction != NULL)
        record_put(&change->event, "satisfaction", *record_get(&change->row, "satisfaction"));
    record_put(&change->row, "closed_at", value_text(change->at));
    return status;
}

static crm_status reopen(struct change *change)
{
    change->anew = CLOCK_RESOLUTION;
    record_put(&change->row, "reopened", value_integer(change->complaint.reopened + 1));
    record_put(&change->row, "resolved_at", value_null());
    record_put(&change->row, "closed_at", value_null());
    return CRM_OK;
}

static const struct step {
    const char *event;
    unsigned from; /* states */
    crm_status (*apply)(struct change *change);
    const char *refusal; /* number, state */
} steps[] = {
    {"responded", UNDER_WAY | PAUSED, respond,
     N_("C-%lld is %s: a first response comes before that")},
    {"assigned", UNDER_WAY | PAUSED, assign, N_("C-%lld is %s: it cannot be assigned any more")},
    {"paused", UNDER_WAY, pause_clock, N_("C-%lld is %s: it cannot be paused")},
    {"resumed", PAUSED, resume, N_("C-%lld is %s: only a paused complaint is resumed")},
    {"resolved", UNDER_WAY | PAUSED, resolve, N_("C-%lld is %s: it cannot be resolved again")},
    {"closed", RESOLVED, close_it, N_("C-%lld is %s: only a resolved complaint is closed")},
    {"reopened", RESOLVED | CLOSED, reopen,
     N_("C-%lld is %s: only a resolved or closed complaint is opened again")},
};

static const struct step *find_step(const char *event)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(steps[i].event, event) == 0)
            return &steps[i];
    return NULL;
}

/* ---- What is in the way ---- */

static const char *status_label(const char *status)
{
    const struct field *field = kind_field(&kind_complaint, "status");
    for (size_t i = 0; i < field->choice_count; i++)
        if (strcmp(field->choices[i].name, status) == 0)
            return _(field->choices[i].label);
    return status;
}

static crm_status refuse_state(struct change *change, const struct step *step)
{
    const struct complaint *complaint = &change->complaint;
    struct error *error = &change->book->error;
    long long number = complaint->id;
    unsigned state = state_of(complaint->status);
    error_set(error, CRM_CONFLICT, _(step->refusal), number, status_label(complaint->status));
    if (step->apply == close_it && state == CLOSED)
        return error_hint(error, _("see it: crm show C-%lld"), number);
    if (state & (RESOLVED | CLOSED))
        return error_hint(error, _("open it again: crm complain reopen C-%lld"), number);
    if (state == PAUSED && (step->from & UNDER_WAY) == UNDER_WAY)
        return error_hint(error, _("let its clock run first: crm complain resume C-%lld"), number);
    if (step->apply == resume)
        return error_hint(error, _("its clock is running: see crm show C-%lld"), number);
    return error_hint(error, _("resolve it first: crm complain resolve C-%lld"), number);
}

static crm_status check_state(struct change *change, const struct step *step)
{
    const struct complaint *complaint = &change->complaint;
    struct crm_book *book = change->book;
    if (!(step->from & state_of(complaint->status)))
        return refuse_state(change, step);
    if (step->apply != respond || value_is_null(&complaint->responded_at))
        return CRM_OK;
    char at[TIME_TEXT];
    time_format(book->zone, complaint->responded, at);
    error_set(&book->error, CRM_CONFLICT, _("C-%lld had its first response already, at %s"),
              (long long)complaint->id, at);
    return error_hint(&book->error,
                      _("the first one counts; write down more with: "
                        "crm edit C-%lld --notes TEXT"),
                      (long long)complaint->id);
}

/* The time given, else now: neither in the future nor before the event before. */
static crm_status event_time(struct crm_book *book, const char *text, instant *out)
{
    *out = book->now;
    crm_status status =
        text == NULL ? CRM_OK : time_parse(text, book->now, book->zone, out, &book->error);
    if (status != CRM_OK || *out <= book->now)
        return status;
    char at[TIME_TEXT];
    time_format(book->zone, *out, at);
    error_set(&book->error, CRM_INVALID, _("at: %s is in the future"), at);
    return error_hint(&book->error, _("write down what happened, when it happened"));
}

static crm_status check_order(struct change *change, instant at)
{
    const struct complaint *complaint = &change->complaint;
    struct crm_book *book = change->book;
    if (at >= complaint->last_event)
        return CRM_OK;
    char last[TIME_TEXT];
    time_format(book->zone, complaint->last_event, last);
    error_set(&book->error, CRM_CONFLICT, _("C-%lld: the event before was at %s"),
              (long long)complaint->id, last);
    return error_hint(&book->error, _("events are written down in their order: give a later --at"));
}

/* ---- Taking a step ---- */

static crm_status prepare(struct change *change, const char *reference)
{
    struct crm_book *book = change->book;
    int64_t id = 0;
    crm_status status = record_resolve(book, &kind_complaint, reference, &id);
    if (status == CRM_OK)
        status = complaint_load(book, id, &change->arena, &change->complaint);
    if (status == CRM_OK)
        status = record_new(book, &kind_complaint, &change->arena, &change->row);
    if (status == CRM_OK)
        status = record_new(book, &kind_complaint_event, &change->arena, &change->event);
    return status;
}

static crm_status insert_event(struct change *change, const char *event)
{
    int64_t id;
    record_put(&change->event, "complaint", value_integer(change->complaint.id));
    record_put(&change->event, "happened_at", value_text(change->at));
    record_put(&change->event, "event", value_text(event));
    const char *reason = change->step->reason;
    crm_status status = CRM_OK;
    if (reason != NULL)
        status = record_set(change->book, &change->event, &change->arena, "reason", reason,
                            strlen(reason), 0);
    if (status != CRM_OK)
        return status;
    return record_insert(change->book, &change->event, &id);
}

static crm_status take_step(struct change *change, const struct step *step,
                            struct complaint_doubt *doubt)
{
    struct crm_book *book = change->book;
    instant at = 0;
    crm_status status = check_state(change, step);
    if (status == CRM_OK)
        status = event_time(book, change->step->at, &at);
    if (status == CRM_OK)
        status = check_order(change, at);
    if (status != CRM_OK)
        return status;
    time_format_utc(at, change->at);
    unsigned before = state_of(change->complaint.status);
    unsigned after =
        state_after(step->event, before, !value_is_null(&change->complaint.responded_at));
    if (after != before)
        put_state(&change->row, after);
    status = step->apply(change);
    if (status == CRM_OK)
        status = insert_event(change, step->event);
    if (status == CRM_OK)
        status = record_update(book, &change->row, change->complaint.id);
    if (status == CRM_OK)
        status = complaint_store_dues(book, change->complaint.id, change->anew, doubt);
    return status == CRM_OK ? complaint_count_open(book, change->complaint.customer) : status;
}

static crm_status refuse_event(struct crm_book *book, const char *event)
{
    error_set(&book->error, CRM_USAGE, _("nothing such as '%s' happens to a complaint"), event);
    return error_hint(&book->error, _("events are responded, assigned, paused, resumed, resolved, "
                                      "closed and reopened"));
}

crm_status crm_complaint_change(crm_book *book, const char *reference,
                                const crm_complaint_step *given, crm_sink *sink)
{
    struct change change = {.book = book, .step = given};
    struct complaint_doubt doubt = {0};
    crm_status status = book_begin(book);
    const struct step *step = find_step(given->event);
    if (status == CRM_OK && step == NULL)
        status = refuse_event(book, given->event);
    if (status == CRM_OK)
        status = prepare(&change, reference);
    if (status == CRM_OK)
        status = take_step(&change, step, &doubt);
    if (status == CRM_OK)
        status = complaint_write(book, change.complaint.id, &doubt, sink);
    arena_release(&change.arena);
    return book_end(book, status);
}

/* ---- Opening ---- */

static crm_status insert_opened(struct crm_book *book, const struct record *complaint, int64_t id,
                                struct arena *arena)
{
    struct record event;
    int64_t event_id;
    crm_status status = record_new(book, &kind_complaint_event, arena, &event);
    if (status != CRM_OK)
        return status;
    record_put(&event, "complaint", value_integer(id));
    record_put(&event, "happened_at", *record_get(complaint, "opened_at"));
    record_put(&event, "event", value_text("opened"));
    record_put(&event, "staff", *record_get(complaint, "owner"));
    record_put(&event, "department", *record_get(complaint, "department"));
    return record_insert(book, &event, &event_id);
}

static crm_status fill(struct crm_book *book, const crm_assignment *fields, size_t count,
                       const char *at, struct arena *arena, struct record *out)
{
    instant opened;
    char *text = arena_alloc(arena, TIME_TEXT);
    crm_status status = text == NULL ? error_no_memory(&book->error)
                                     : record_new(book, &kind_complaint, arena, out);
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = record_set(book, out, arena, fields[i].field, fields[i].value,
                            strlen(fields[i].value), 0);
    if (status == CRM_OK)
        status = event_time(book, at, &opened);
    if (status != CRM_OK)
        return status;
    time_format_utc(opened, text);
    record_put(out, "opened_at", value_text(text));
    return record_complete(book, out, arena);
}

static crm_status open_complaint(struct crm_book *book, const crm_assignment *fields, size_t count,
                                 const char *at, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct complaint_doubt doubt = {0};
    struct record record;
    int64_t id = 0;
    crm_status status = fill(book, fields, count, at, &arena, &record);
    if (status == CRM_OK)
        status = record_insert(book, &record, &id);
    if (status == CRM_OK)
        status = insert_opened(book, &record, id, &arena);
    if (status == CRM_OK) /* a limit that is not known says why */
        status = complaint_store_dues(book, id, CLOCK_NONE, &doubt);
    if (status == CRM_OK)
        status = complaint_count_open(book, record_get(&record, "customer")->integer);
    return status == CRM_OK ? complaint_write(book, id, &doubt, sink) : status;
}

crm_status crm_complaint_add(crm_book *book, const crm_assignment *fields, size_t count,
                             const char *at, crm_sink *sink)
{
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = open_complaint(book, fields, count, at, sink);
    return book_end(book, status);
}

/* ---- Editing ---- */

static bool is_given(const struct record *record, const char *field)
{
    return record->given[kind_field_index(record->kind, field)];
}

static bool same_text(const struct value *value, const char *text)
{
    if (value->type != VALUE_TEXT || text == NULL)
        return value_is_null(value) && text == NULL;
    return strlen(text) == value->length && memcmp(text, value->text, value->length) == 0;
}

/* Another owner or department is a hand-over, however it was given. */
static crm_status note_hand_over(struct change *change, const struct record *record)
{
    const struct complaint *complaint = &change->complaint;
    const struct value *owner = record_get(record, "owner");
    const struct value *department = record_get(record, "department");
    bool other_owner =
        is_given(record, "owner") && !value_is_null(owner) && owner->integer != complaint->owner;
    bool other_department =
        is_given(record, "department") && !same_text(department, complaint->department);
    if (!other_owner && !other_department)
        return CRM_OK;
    if (other_owner)
        record_put(&change->event, "staff", *owner);
    if (other_department)
        record_put(&change->event, "department", *department);
    /* Written down as it happened, even after an event that was dated later. */
    instant now = change->book->now;
    time_format_utc(now > complaint->last_event ? now : complaint->last_event, change->at);
    return insert_event(change, "assigned");
}

static const char *copy_text(struct arena *arena, const struct value *value)
{
    return value->type == VALUE_TEXT ? arena_copy_length(arena, value->text, value->length) : NULL;
}

/* Limits by what the row will be: the values given, else those stored. */
static crm_status move_limits(struct change *change, const struct record *record)
{
    struct complaint changed = change->complaint;
    struct crm_book *book = change->book;
    const struct value id = value_integer(changed.id);
    struct value dues[3] = {value_null(), value_null(), id};
    struct value tier = value_text(changed.tier);
    crm_status status = CRM_OK;
    if (!is_given(record, "severity") && !is_given(record, "service") &&
        !is_given(record, "customer"))
        return CRM_OK;
    if (is_given(record, "severity"))
        changed.severity = copy_text(&change->arena, record_get(record, "severity"));
    if (is_given(record, "service"))
        changed.service = copy_text(&change->arena, record_get(record, "service"));
    if (is_given(record, "customer"))
        status =
            store_row_values(book->store, &change->arena, "SELECT tier FROM customer WHERE id = $1",
                             record_get(record, "customer"), 1, &tier, 1);
    changed.tier = tier.text;
    if (changed.severity == NULL)
        changed.severity = "normal";
    if (status == CRM_OK)
        status = complaint_due(book, &changed, SLA_RESPONSE, &change->arena, &dues[0], NULL);
    if (status == CRM_OK)
        status = complaint_due(book, &changed, SLA_RESOLUTION, &change->arena, &dues[1], NULL);
    if (status != CRM_OK)
        return status;
    return store_run(book->store,
                     "UPDATE complaint SET respond_due = $1, resolve_due = $2 WHERE id = $3", dues,
                     3);
}

crm_status complaint_update(struct crm_book *book, const struct record *record, int64_t id)
{
    static const crm_complaint_step none = {.event = "assigned"};
    struct change change = {.book = book, .step = &none};
    crm_status status = complaint_load(book, id, &change.arena, &change.complaint);
    if (status == CRM_OK)
        status = record_new(book, &kind_complaint_event, &change.arena, &change.event);
    if (status == CRM_OK)
        status = note_hand_over(&change, record);
    if (status == CRM_OK)
        status = move_limits(&change, record);
    arena_release(&change.arena);
    return status;
}
