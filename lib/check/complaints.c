/* SPDX-License-Identifier: MIT */
/* Complaints beside their events: both are read in the order of complaints. */
#include "check/check.h"
#include "domain/complaint.h"

#include <string.h>

static const char select_complaints[] =
    "SELECT id, status, responded_at, resolved_at, closed_at, reopened FROM complaint ORDER BY id";
static const char select_events[] = "SELECT complaint, event, happened_at FROM complaint_event "
                                    "ORDER BY complaint, happened_at, id";

struct two_streams {
    struct check *check;
    struct statement *complaints, *events;
    bool more_events;
};

static void two_streams_release(struct two_streams *streams)
{
    statement_free(streams->complaints);
    statement_free(streams->events);
}

static crm_status follow(struct two_streams *streams, int64_t complaint,
                         struct complaint_course *course)
{
    crm_status status = CRM_OK;
    while (status == CRM_OK && streams->more_events) {
        int64_t owner = statement_column(streams->events, 0).integer;
        const struct value event = statement_column(streams->events, 1);
        const struct value at = statement_column(streams->events, 2);
        if (owner > complaint)
            break;
        if (owner == complaint && event.type == VALUE_TEXT && at.type == VALUE_TEXT)
            complaint_course_add(course, event.text, at.text);
        status = statement_step(streams->events, &streams->more_events);
    }
    return status;
}

static crm_status say(struct check *check, int64_t complaint, const char *field,
                      const struct value *stored, const char *expected)
{
    const struct finding finding = {
        .part = CHECK_COMPLAINTS,
        .kind = kind_complaint.name,
        .record = check_record(check, &kind_complaint, complaint),
        .field = field,
        .stored = check_text(check, NULL, stored),
        .expected = *expected == '\0' ? NULL : expected,
        .problem = _("not where its events leave it"),
        .hint = _("compare crm show and crm log of the complaint; its next step may set it right: "
                  "crm complain")};
    return check_say(check, &finding);
}

static bool same_text(const struct value *value, const char *text)
{
    if (value->type != VALUE_TEXT)
        return value_is_null(value) && *text == '\0';
    return strcmp(value->text, text) == 0;
}

static crm_status compare(struct two_streams *streams, const struct complaint_course *course)
{
    static const char *const times[] = {"responded_at", "resolved_at", "closed_at"};
    const char *const expected[] = {course->responded_at, course->resolved_at, course->closed_at};
    struct check *check = streams->check;
    int64_t id = statement_column(streams->complaints, 0).integer;
    const struct value stands = statement_column(streams->complaints, 1);
    const struct value reopened = statement_column(streams->complaints, 5);
    crm_status status = CRM_OK;
    if (stands.type != VALUE_TEXT || !complaint_course_may_be(course, stands.text))
        status = say(check, id, "status", &stands, complaint_course_end(course));
    for (int i = 0; i < 3 && status == CRM_OK; i++) {
        const struct value at = statement_column(streams->complaints, i + 2);
        if (!same_text(&at, expected[i]))
            status = say(check, id, times[i], &at, expected[i]);
    }
    if (status != CRM_OK || reopened.integer == course->reopened)
        return status;
    const struct value number = value_integer(course->reopened);
    const char *count = check_text(check, NULL, &number);
    return count == NULL ? error_no_memory(&check->book->error)
                         : say(check, id, "reopened", &reopened, count);
}

static crm_status compare_all(struct two_streams *streams)
{
    struct store *store = streams->check->book->store;
    bool row = false;
    crm_status status = store_prepare(store, select_complaints, &streams->complaints);
    if (status == CRM_OK)
        status = store_prepare(store, select_events, &streams->events);
    if (status == CRM_OK)
        status = statement_step(streams->events, &streams->more_events);
    if (status == CRM_OK)
        status = statement_step(streams->complaints, &row);
    while (status == CRM_OK && row) {
        struct complaint_course course = {0};
        status = follow(streams, statement_column(streams->complaints, 0).integer, &course);
        if (status == CRM_OK && course.opened)
            status = compare(streams, &course);
        if (status == CRM_OK)
            status = statement_step(streams->complaints, &row);
    }
    return status;
}

crm_status check_complaints(struct check *check)
{
    struct two_streams streams cleanup(two_streams_release) = {.check = check};
    if (!check->wanted[CHECK_COMPLAINTS])
        return CRM_OK;
    crm_status status = compare_all(&streams);
    return status == CRM_OK ? status
                            : check_failed(check, CHECK_COMPLAINTS, kind_complaint.name, status);
}
