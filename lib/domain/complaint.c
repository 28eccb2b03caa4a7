/* SPDX-License-Identifier: MIT */
/* Complaints: taking one down, and what may happen to it in which state. */
#include "domain/complaint.h"

#include <string.h>

/* ---- Facts ---- */

crm_status complaint_count_open(struct crm_book *book, int64_t customer)
{
    const struct value parameter = value_integer(customer);
    return store_run(book->store,
                     "UPDATE customer SET open_complaints = " COMPLAINTS_OPEN " WHERE id = $1",
                     &parameter, 1);
}

/* ---- A new complaint ---- */

/* The customer's owner, if still with us, else whoever acts, if one of us. */
static crm_status find_owner(struct crm_book *book, int64_t customer, struct arena *arena,
                             struct value *out)
{
    const struct value parameters[] = {value_integer(customer), value_text(book->actor)};
    return store_row_values(
        book->store, arena,
        "SELECT coalesce((SELECT s.id FROM customer c JOIN staff s ON s.id = c.owner "
        "WHERE c.id = $1 AND coalesce(s.active, 1) = 1), "
        "(SELECT s.id FROM staff s WHERE s.login = $2))",
        parameters, 2, out, 1);
}

static crm_status complete_owner(struct crm_book *book, struct record *record, struct arena *arena)
{
    struct value found[2];
    const struct value *customer = record_get(record, "customer");
    if (!value_is_null(record_get(record, "owner")))
        return CRM_OK;
    crm_status status = find_owner(book, customer->integer, arena, &found[0]);
    if (status == CRM_OK && !value_is_null(&found[0])) {
        record_put(record, "owner", found[0]);
        return CRM_OK;
    }
    if (status == CRM_OK)
        status = store_row_values(book->store, arena, "SELECT key FROM customer WHERE id = $1",
                                  customer, 1, &found[1], 1);
    if (status != CRM_OK)
        return status;
    error_set(&book->error, CRM_INVALID,
              _("complaint: it needs an owner; %.*s has none, and '%s' is no staff member"),
              (int)found[1].length, found[1].text, book->actor != NULL ? book->actor : "");
    return error_hint(&book->error,
                      _("give --owner LOGIN, or the customer one: "
                        "crm edit %.*s --owner LOGIN"),
                      (int)found[1].length, found[1].text);
}

static crm_status check_contact(struct crm_book *book, const struct record *record,
                                struct arena *arena)
{
    const struct value *contact = record_get(record, "contact");
    const struct value *customer = record_get(record, "customer");
    struct value belongs;
    if (value_is_null(contact))
        return CRM_OK;
    crm_status status = store_row_values(
        book->store, arena, "SELECT customer FROM contact WHERE id = $1", contact, 1, &belongs, 1);
    if (status != CRM_OK || belongs.integer == customer->integer)
        return status;
    error_set(&book->error, CRM_INVALID, _("complaint: contact P-%lld is another customer's"),
              (long long)contact->integer);
    return error_hint(&book->error, _("see whose contacts there are: crm list contact"));
}

static crm_status refuse_times(struct crm_book *book)
{
    return error_hint(&book->error, _("a complaint is opened, responded to, resolved and closed, "
                                      "in that order and not after now"));
}

/* Of one that is imported: its commands write down the time themselves. */
static crm_status check_times(struct crm_book *book, const struct record *record)
{
    static const char *const names[] = {"opened_at", "responded_at", "resolved_at", "closed_at"};
    const char *before = NULL;
    instant last = 0, at;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct value *time = record_get(record, names[i]);
        if (time->type != VALUE_TEXT || !time_parse_iso(time->text, time->length, NULL, &at))
            continue;
        if (at <= book->now && (before == NULL || at >= last)) {
            before = names[i];
            last = at;
            continue;
        }
        if (at > book->now)
            error_set(&book->error, CRM_INVALID, _("complaint: '%s' is still to come"), names[i]);
        else
            error_set(&book->error, CRM_INVALID, _("complaint: '%s' is before '%s'"), names[i],
                      before);
        return refuse_times(book);
    }
    return CRM_OK;
}

static crm_status check_status(struct crm_book *book, const struct record *record)
{
    const struct value *status = record_get(record, "status");
    bool resolved = !value_is_null(record_get(record, "resolved_at"));
    bool over = status->type == VALUE_TEXT &&
                (strcmp(status->text, "resolved") == 0 || strcmp(status->text, "closed") == 0);
    if (over == resolved)
        return CRM_OK;
    error_set(&book->error, CRM_INVALID,
              over ? _("complaint: 'resolved_at' is missing")
                   : _("complaint: it has a 'resolved_at', but is not resolved"));
    return error_hint(&book->error, _("give status and time together"));
}

static const char *text_of(struct arena *arena, const struct value *value)
{
    return value->type == VALUE_TEXT ? arena_copy_length(arena, value->text, value->length) : NULL;
}

/* What limits depend on, taken from a record that is not stored yet. */
static crm_status read_record(struct crm_book *book, const struct record *record,
                              struct arena *arena, struct complaint *out)
{
    struct value tier = value_null();
    const struct value *opened = record_get(record, "opened_at");
    *out = (struct complaint){.customer = record_get(record, "customer")->integer,
                              .status = text_of(arena, record_get(record, "status")),
                              .severity = text_of(arena, record_get(record, "severity")),
                              .service = text_of(arena, record_get(record, "service")),
                              .responded_at = *record_get(record, "responded_at"),
                              .resolved_at = *record_get(record, "resolved_at")};
    const struct value customer = value_integer(out->customer);
    crm_status status = store_row_values(
        book->store, arena, "SELECT tier FROM customer WHERE id = $1", &customer, 1, &tier, 1);
    out->tier = tier.text;
    out->runs = arena_array(arena, 1, sizeof *out->runs);
    if (out->runs == NULL || out->status == NULL || out->severity == NULL)
        return status == CRM_OK ? error_no_memory(&book->error) : status;
    if (opened->type == VALUE_TEXT)
        (void)time_parse_iso(opened->text, opened->length, NULL, &out->opened);
    out->runs[0] = (struct sla_run){out->opened, SLA_OPEN};
    out->run_count = 1;
    return status;
}

crm_status complaint_complete(struct crm_book *book, struct record *record, struct arena *arena)
{
    struct complaint complaint;
    struct value respond, resolve;
    if (value_is_null(record_get(record, "customer")))
        return CRM_OK; /* what is missing is said later */
    crm_status status = complete_owner(book, record, arena);
    if (status == CRM_OK)
        status = check_contact(book, record, arena);
    if (status == CRM_OK)
        status = check_times(book, record);
    if (status == CRM_OK)
        status = check_status(book, record);
    if (status == CRM_OK)
        status = read_record(book, record, arena, &complaint);
    if (status == CRM_OK)
        status = complaint_due(book, &complaint, SLA_RESPONSE, arena, &respond, NULL);
    if (status == CRM_OK)
        status = complaint_due(book, &complaint, SLA_RESOLUTION, arena, &resolve, NULL);
    if (status != CRM_OK)
        return status;
    record_put(record, "respond_due", respond);
    record_put(record, "resolve_due", resolve);
    return CRM_OK;
}

/* ---- Writing out ---- */

/* Past its limit now, or when it was answered or resolved. A limit that is not known is not past.
 */
static const char breached_sql[] =
    "CASE WHEN coalesce(t.responded_at, $1) > t.respond_due "
    "OR coalesce(t.resolved_at, $1) > t.resolve_due THEN 1 ELSE 0 END";

static crm_status hand_over(void *context, const struct value *row)
{
    return sink_row(context, row);
}

/* The columns of the kind and whether a limit was breached. */
static crm_status select_all(struct crm_book *book, const struct crm_sink *sink, bool whole,
                             struct arena *arena, struct selection *out)
{
    struct selection fields;
    crm_status status =
        selection_make(book, &kind_complaint, 0, whole ? NULL : sink, arena, &fields);
    if (status != CRM_OK)
        return status;
    *out = fields;
    out->sql = arena_array(arena, fields.count + 1, sizeof *out->sql);
    out->columns = arena_array(arena, fields.count + 1, sizeof *out->columns);
    if (out->sql == NULL || out->columns == NULL)
        return error_no_memory(&book->error);
    memcpy(out->sql, fields.sql, fields.count * sizeof *out->sql);
    memcpy(out->columns, fields.columns, fields.count * sizeof *out->columns);
    for (size_t i = 0; whole && i < fields.count; i++)
        out->columns[i].flags = 0; /* one complaint is shown whole */
    out->sql[out->count] = breached_sql;
    out->columns[out->count++] =
        (struct column){.name = "breached", .label = _("Breached"), .type = DATA_BOOLEAN};
    return CRM_OK;
}

/* Writes complaints by a condition whose $1 is the time now; begins the query's parameters. */
struct listing {
    struct query query; /* " WHERE …" */
    char now[TIME_TEXT];
};

static void listing_begin(struct crm_book *book, struct listing *listing)
{
    time_format_utc(book->now, listing->now);
    query_value(&listing->query, value_text(listing->now));
    buffer_clear(&listing->query.sql);
}

static crm_status listing_write(struct crm_book *book, struct listing *listing, bool whole,
                                struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct selection selection;
    crm_status status = select_all(book, sink, whole, &arena, &selection);
    if (status != CRM_OK)
        return status;
    const char *from =
        arena_printf(&arena, "%s%s", selection.from, buffer_string(&listing->query.sql));
    if (from == NULL || listing->query.sql.failed)
        return error_no_memory(&book->error);
    const struct table table = {.name = "complaint",
                                .title = whole ? _(kind_complaint.label) : NULL,
                                .columns = selection.columns,
                                .count = selection.count,
                                .record = whole};
    const struct store_select select = {.from = from, .order = "t.id"};
    status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = selection_each(book, &selection, &select, &listing->query, hand_over, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status complaint_write(struct crm_book *book, int64_t id, const struct complaint_doubt *doubt,
                           struct crm_sink *sink)
{
    struct listing listing = {0};
    if (sink == NULL)
        return CRM_OK;
    listing_begin(book, &listing);
    buffer_text(&listing.query.sql, " WHERE t.id = ");
    query_value(&listing.query, value_integer(id));
    crm_status status = listing_write(book, &listing, true, sink);
    query_release(&listing.query);
    if (status == CRM_OK && doubt->text[0] != '\0')
        status = sink_note(sink, _("The limit is not known yet: %s. %s"), doubt->text, doubt->hint);
    return status;
}

crm_status crm_complaint_list(crm_book *book, const crm_filter *filter, bool open, bool breached,
                              crm_sink *sink)
{
    struct listing listing = {0};
    crm_status status = book_read(book);
    if (status != CRM_OK)
        return status;
    listing_begin(book, &listing);
    buffer_text(&listing.query.sql, " WHERE 1 = 1");
    if (open)
        buffer_text(&listing.query.sql, " AND t.status NOT IN ('resolved', 'closed')");
    if (breached)
        buffer_printf(&listing.query.sql, " AND (%s) = 1", breached_sql);
    status = filter_sql(book, &kind_complaint, "t", filter, &listing.query);
    if (status == CRM_OK)
        status = listing_write(book, &listing, false, sink);
    query_release(&listing.query);
    return status;
}

crm_status complaint_sections(struct crm_book *book, int64_t id, struct crm_sink *sink)
{
    const struct field *event = kind_field(&kind_complaint_event, "event");
    const struct column columns[] = {
        {.name = "happened_at", .label = _("At"), .type = DATA_TIME},
        {.name = "event",
         .label = _("Event"),
         .type = DATA_ENUM,
         .choices = event->choices,
         .choice_count = event->choice_count},
        {.name = "staff", .label = _("Staff"), .type = DATA_TEXT},
        {.name = "department", .label = _("Department"), .type = DATA_TEXT},
        {.name = "reason", .label = _("Reason"), .type = DATA_TEXT},
        {.name = "cause", .label = _("Cause"), .type = DATA_TEXT},
        {.name = "satisfaction", .label = _("Satisfaction"), .type = DATA_INTEGER},
    };
    const struct table table = {.name = "events",
                                .title = _("Events"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    const struct value parameter = value_integer(id);
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = store_query(book->store,
                             "SELECT e.happened_at, e.event, s.login, e.department, e.reason, "
                             "e.cause, e.satisfaction FROM complaint_event e "
                             "LEFT JOIN staff s ON s.id = e.staff WHERE e.complaint = $1 "
                             "ORDER BY e.happened_at, e.id",
                             &parameter, 1, hand_over, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}
