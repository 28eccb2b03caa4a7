/* SPDX-License-Identifier: MIT */
/* report book: the whole book on one page, made of the other reports. */
#include "report/report.h"

enum { HEAD_COLUMNS = 13 };

/* The customers that the filter chooses, for all figures of the head. */
static crm_status chosen_sql(const struct report_request *request, struct query *query)
{
    buffer_text(&query->sql, "WITH chosen AS (SELECT t.id, t.status, t.tier, t.next_visit_on, "
                             "t.promise_on, t.open_complaints FROM customer t WHERE 1 = 1");
    crm_status status = filter_sql(request->book, &kind_customer, "t", request->filter, query);
    buffer_text(&query->sql, ") ");
    return status;
}

static void count_sql(struct query *query, const char *condition)
{
    buffer_printf(&query->sql, "(SELECT count(*) FROM chosen WHERE %s), ", condition);
}

static crm_status head_sql(const struct report_request *request, struct query *query)
{
    crm_status status = chosen_sql(request, query);
    buffer_text(&query->sql, "SELECT (SELECT count(*) FROM chosen), ");
    count_sql(query, "status = 'active'");
    count_sql(query, "status = 'prospect'");
    count_sql(query, "status = 'dormant'");
    count_sql(query, "status = 'lost'");
    count_sql(query, "tier IS NULL");
    buffer_text(&query->sql, "(SELECT count(*) FROM chosen WHERE next_visit_on <= ");
    query_value(query, value_text(request->book->today_text));
    buffer_text(&query->sql, "), (SELECT count(*) FROM chosen WHERE promise_on <= ");
    query_value(query, value_text(request->book->today_text));
    buffer_text(&query->sql, "), (SELECT coalesce(sum(open_complaints), 0) FROM chosen), ");
    buffer_text(&query->sql, "(SELECT count(DISTINCT l.customer) FROM order_line l "
                             "WHERE l.counted = 1 AND l.ordered_on >= ");
    query_value(query, value_text(request->from));
    buffer_text(&query->sql, " AND l.ordered_on <= ");
    query_value(query, value_text(request->to));
    buffer_text(&query->sql, " AND l.customer IN (SELECT id FROM chosen))");
    return status == CRM_OK && query->sql.failed ? error_no_memory(&request->book->error) : status;
}

static crm_status write_head(struct report_request *request)
{
    const struct column columns[HEAD_COLUMNS] = {
        {.name = "from", .label = _("From"), .type = DATA_DATE},
        {.name = "to", .label = _("To"), .type = DATA_DATE},
        {.name = "customers", .label = _("Customers"), .type = DATA_INTEGER},
        {.name = "active", .label = _("Active customers"), .type = DATA_INTEGER},
        {.name = "prospect", .label = _("Prospects"), .type = DATA_INTEGER},
        {.name = "dormant", .label = _("Dormant"), .type = DATA_INTEGER},
        {.name = "lost", .label = _("Lost"), .type = DATA_INTEGER},
        {.name = "without_tier", .label = _("Without a tier"), .type = DATA_INTEGER},
        {.name = "visits_due", .label = _("Visits due today"), .type = DATA_INTEGER},
        {.name = "promises_due", .label = _("Promises due today"), .type = DATA_INTEGER},
        {.name = "open_complaints", .label = _("Open complaints"), .type = DATA_INTEGER},
        {.name = "buying", .label = _("Bought in the period"), .type = DATA_INTEGER},
        {.name = "as_of", .label = _("As of"), .type = DATA_DATE},
    };
    const struct table table = {.name = "book",
                                .title = _(report_book.title),
                                .columns = columns,
                                .count = HEAD_COLUMNS,
                                .record = true};
    struct query query cleanup(query_release) = {0};
    struct value row[HEAD_COLUMNS] = {value_text(request->from), value_text(request->to)};
    crm_status status = head_sql(request, &query);
    if (status == CRM_OK)
        status = store_row_values(request->book->store, &query.arena, buffer_string(&query.sql),
                                  query.parameters, query.count, row + 2, HEAD_COLUMNS - 3);
    row[HEAD_COLUMNS - 1] = value_text(request->book->today_text);
    return status == CRM_OK ? sink_page_begin(request->sink, &table, row) : status;
}

static crm_status hand_over(void *context, const struct value *row)
{
    return sink_row(context, row);
}

static crm_status write_tiers(struct report_request *request)
{
    const struct column columns[] = {
        {.name = "tier", .label = _("Tier")},
        {.name = "customers", .label = _("Customers"), .type = DATA_INTEGER, .flags = COLUMN_BAR},
    };
    const struct table table = {
        .name = "tiers", .title = _("Tiers"), .columns = columns, .count = 2};
    struct query query cleanup(query_release) = {0};
    crm_status status = chosen_sql(request, &query);
    buffer_text(&query.sql, "SELECT tier, count(*) FROM chosen WHERE tier IS NOT NULL "
                            "GROUP BY tier ORDER BY tier");
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&request->book->error);
    if (status == CRM_OK)
        status = sink_begin(request->sink, &table);
    if (status == CRM_OK)
        status = store_query(request->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, hand_over, request->sink);
    return status == CRM_OK ? sink_end(request->sink) : status;
}

/* Another report as a section, grouped as it is by default. */
static crm_status write_section(const struct report_request *request, const struct report *report)
{
    struct report_request section = *request;
    section.report = report;
    section.rows = 0;
    section.group_count = 0;
    if (report->by_count > 0)
        section.groups[section.group_count++] = &report->by[0];
    return report->run(&section);
}

static crm_status run(struct report_request *request)
{
    static const struct report *const sections[] = {&report_revenue, &report_pareto, &report_visits,
                                                    &report_complaints, &report_satisfaction};
    crm_status status = write_head(request);
    if (status == CRM_OK)
        status = write_tiers(request);
    for (size_t i = 0; i < sizeof sections / sizeof *sections && status == CRM_OK; i++)
        status = write_section(request, sections[i]);
    return status == CRM_OK ? sink_page_end(request->sink) : status;
}

const struct report report_book = {
    .name = "book",
    .title = N_("The book"),
    .definition = N_("Customers as they stand today, then each report over the period."),
    .whole_months = true,
    .follows_policy = true,
    .run = run,
};
