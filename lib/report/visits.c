/* SPDX-License-Identifier: MIT */
/* report visits: what was done, missed and planned, and with what outcome. */
#include "report/report.h"

#include <string.h>

#define JOIN_STAFF " LEFT JOIN staff s ON s.id = v.staff"

static const struct report_group groups[] = {
    {"tier", N_("Tier"), "c.tier", "", false},
    {"channel", N_("Channel"), "v.channel", "", false},
    {"staff", N_("Staff"), "s.login", JOIN_STAFF, false},
    {"customer", N_("Customer"), "c.key", "", false},
    {"segment", N_("Segment"), "c.segment", "", false},
    {"month", N_("Month"), NULL, "", true},
};

enum { FIGURES = 8 };

static crm_status hand_over(void *context, const struct value *row)
{
    struct report_request *request = context;
    return report_row(request, row, request->group_count + FIGURES);
}

static crm_status begin(struct report_request *request)
{
    const struct column figures[FIGURES] = {
        {.name = "done", .label = _("Done"), .type = DATA_INTEGER, .flags = COLUMN_BAR},
        {.name = "missed", .label = _("Missed"), .type = DATA_INTEGER},
        {.name = "cancelled", .label = _("Cancelled"), .type = DATA_INTEGER},
        {.name = "planned", .label = _("Planned"), .type = DATA_INTEGER},
        {.name = "customers", .label = _("Customers visited"), .type = DATA_INTEGER},
        {.name = "minutes", .label = _("Minutes"), .type = DATA_INTEGER},
        {.name = "outcome", .label = _("Outcome, mean"), .type = DATA_REAL, .decimals = 2},
        {.name = "rated", .label = _("Rated"), .type = DATA_INTEGER},
    };
    return report_begin(request, &kind_visit, figures, FIGURES);
}

static crm_status visits_sql(const struct report_request *request, struct query *query)
{
    struct buffer *sql = &query->sql;
    buffer_text(sql, "SELECT ");
    for (size_t i = 0; i < request->group_count; i++) {
        report_group_sql(request, i, query);
        buffer_text(sql, ", ");
    }
    buffer_text(sql, "count(*) FILTER (WHERE v.status = 'done'), "
                     "count(*) FILTER (WHERE v.status = 'missed'), "
                     "count(*) FILTER (WHERE v.status = 'cancelled'), "
                     "count(*) FILTER (WHERE v.status = 'planned'), "
                     "count(DISTINCT CASE WHEN v.status = 'done' THEN v.customer END), "
                     "coalesce(sum(v.minutes) FILTER (WHERE v.status = 'done'), 0), "
                     "avg(v.outcome * 1.0), count(v.outcome) "
                     "FROM visit v JOIN customer c ON c.id = v.customer");
    report_group_joins(request, sql);
    buffer_text(sql, " WHERE 1 = 1");
    report_period_sql(request, query);
    crm_status status = report_customer_filter(request, "v.customer", query);
    report_group_by(request, 0, sql);
    buffer_text(sql, " ORDER BY ");
    report_order_by(request, "", sql);
    buffer_text(sql, "1");
    return status == CRM_OK && sql->failed ? error_no_memory(&request->book->error) : status;
}

static crm_status run(struct report_request *request)
{
    struct query query cleanup(query_release) = {0};
    crm_status status = visits_sql(request, &query);
    if (status == CRM_OK)
        status = begin(request);
    if (status == CRM_OK)
        status = store_query(request->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, hand_over, request);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    return status == CRM_OK ? report_notes(request) : status;
}

const struct report report_visits = {
    .name = "visits",
    .title = N_("Visits"),
    .definition = N_("Each visit counts on the day it was done, else on the day it was planned "
                     "for; the outcome is the mean of those rated 1 to 5."),
    .by = groups,
    .by_count = sizeof groups / sizeof *groups,
    .instant = "v.done_at",
    .day = "v.planned_on",
    .run = run,
};
