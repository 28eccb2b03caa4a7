/* SPDX-License-Identifier: MIT */
/* report complaints: how many, answered and resolved in time or not, and how long it took. */
#include "report/report.h"

#include "rules/statistics.h"

#include <stdlib.h>
#include <string.h>

#define JOIN_OWNER " LEFT JOIN staff s ON s.id = k.owner"

static const struct report_group groups[] = {
    {"severity", N_("Severity"), "k.severity", "", false},
    {"tier", N_("Tier"), "c.tier", "", false},
    {"category", N_("Category"), "k.category", "", false},
    {"cause", N_("Cause"), "k.cause", "", false},
    {"owner", N_("Owner"), "s.login", JOIN_OWNER, false},
    {"department", N_("Department"), "k.department", "", false},
    {"customer", N_("Customer"), "c.key", "", false},
    {"month", N_("Month"), NULL, "", true},
};

enum {
    FIGURES = 16,
    FEW = 30 /* a share of fewer says little: it is marked */
};

/* One of the two clocks over the complaints of a group. */
struct clock_figures {
    int64_t decided; /* complaints whose limit was kept or missed by now */
    int64_t on_time;
    double *hours; /* of those that were answered, or resolved */
    size_t count, capacity;
};

/* The group that is being gathered. */
struct gathering {
    struct report_request *request;
    struct arena arena; /* of the group's values */
    struct value group[MOST_GROUPS];
    int64_t opened, open, reopened;
    struct clock_figures response, resolution;
};

/* The columns after the groups' in the query. */
enum { OPENED_AT, RESPONDED_AT, RESPOND_DUE, RESOLVED_AT, RESOLVE_DUE, REOPENED };

static instant instant_of(const struct value *stored)
{
    instant at = 0;
    (void)time_parse_iso(stored->text, stored->length, NULL, &at);
    return at;
}

/* Counts one complaint on one clock. A limit that has passed without an end is missed. */
static crm_status count_clock(struct gathering *g, struct clock_figures *clock,
                              const struct value *opened, const struct value *ended,
                              const struct value *due)
{
    bool has_ended = !value_is_null(ended);
    if (has_ended) {
        double *hours = array_grow(clock->hours, &clock->capacity, clock->count + 1, sizeof *hours);
        if (hours == NULL)
            return error_no_memory(&g->request->book->error);
        clock->hours = hours;
        hours[clock->count++] = (double)(instant_of(ended) - instant_of(opened)) / 3600.0;
    }
    if (value_is_null(due))
        return CRM_OK;
    instant limit = instant_of(due);
    if (!has_ended && limit >= g->request->book->now)
        return CRM_OK;
    clock->decided++;
    clock->on_time += has_ended && instant_of(ended) <= limit;
    return CRM_OK;
}

static bool same_group(const struct gathering *g, const struct value *row)
{
    for (size_t i = 0; i < g->request->group_count; i++) {
        const struct value *a = &g->group[i], *b = &row[i];
        if (a->type != b->type || a->length != b->length ||
            (a->type == VALUE_TEXT && memcmp(a->text, b->text, a->length) != 0))
            return false;
    }
    return true;
}

/* n, share on time in percent with its Wilson interval, median and 90th percentile in hours. */
static void clock_values(struct clock_figures *clock, struct value *out)
{
    struct interval_estimate share = wilson_interval(clock->on_time, clock->decided);
    bool any = clock->decided > 0;
    out[0] = value_integer(clock->decided);
    out[1] = any ? value_real(100.0 * share.value) : value_null();
    out[2] = any ? value_real(100.0 * share.low) : value_null();
    out[3] = any ? value_real(100.0 * share.high) : value_null();
    any = clock->count > 0;
    out[4] = any ? value_real(percentile(clock->hours, clock->count, 50)) : value_null();
    out[5] = any ? value_real(percentile(clock->hours, clock->count, 90)) : value_null();
}

static crm_status finish_group(struct gathering *g)
{
    struct value row[MOST_GROUPS + FIGURES];
    size_t count = g->request->group_count;
    if (g->opened == 0)
        return CRM_OK;
    memcpy(row, g->group, count * sizeof *row);
    row[count++] = value_integer(g->opened);
    row[count++] = value_integer(g->open);
    clock_values(&g->response, row + count);
    count += 6;
    clock_values(&g->resolution, row + count);
    count += 6;
    row[count++] = value_integer(g->reopened);
    row[count++] = value_integer(g->response.decided < FEW || g->resolution.decided < FEW);
    crm_status status = report_row(g->request, row, count);
    g->opened = g->open = g->reopened = 0;
    g->response.decided = g->response.on_time = 0;
    g->resolution.decided = g->resolution.on_time = 0;
    g->response.count = g->resolution.count = 0;
    return status;
}

static crm_status begin_group(struct gathering *g, const struct value *row)
{
    arena_clear(&g->arena);
    for (size_t i = 0; i < g->request->group_count; i++) {
        g->group[i] = row[i];
        if (row[i].type != VALUE_TEXT)
            continue;
        g->group[i].text = arena_copy_length(&g->arena, row[i].text, row[i].length);
        if (g->group[i].text == NULL)
            return error_no_memory(&g->request->book->error);
    }
    return CRM_OK;
}

static crm_status gather(void *context, const struct value *row)
{
    struct gathering *g = context;
    const struct value *facts = row + g->request->group_count;
    crm_status status = CRM_OK;
    if (g->opened > 0 && !same_group(g, row))
        status = finish_group(g);
    if (status == CRM_OK && g->opened == 0)
        status = begin_group(g, row);
    g->opened++;
    g->open += value_is_null(&facts[RESOLVED_AT]);
    g->reopened += facts[REOPENED].integer > 0;
    if (status == CRM_OK)
        status = count_clock(g, &g->response, &facts[OPENED_AT], &facts[RESPONDED_AT],
                             &facts[RESPOND_DUE]);
    if (status == CRM_OK)
        status = count_clock(g, &g->resolution, &facts[OPENED_AT], &facts[RESOLVED_AT],
                             &facts[RESOLVE_DUE]);
    return status;
}

static crm_status begin(struct report_request *request)
{
    const struct column figures[FIGURES] = {
        {.name = "opened", .label = _("Opened"), .type = DATA_INTEGER, .flags = COLUMN_BAR},
        {.name = "open", .label = _("Open"), .type = DATA_INTEGER},
        {.name = "response_n", .label = _("Answered, n"), .type = DATA_INTEGER},
        {.name = "response_on_time", .label = _("in time %"), .type = DATA_REAL, .decimals = 1},
        {.name = "response_low", .label = _("Low"), .type = DATA_REAL, .decimals = 1},
        {.name = "response_high", .label = _("High"), .type = DATA_REAL, .decimals = 1},
        {.name = "response_p50", .label = _("p50 h"), .type = DATA_REAL, .decimals = 1},
        {.name = "response_p90", .label = _("p90 h"), .type = DATA_REAL, .decimals = 1},
        {.name = "resolution_n", .label = _("Resolved, n"), .type = DATA_INTEGER},
        {.name = "resolution_on_time", .label = _("in time %"), .type = DATA_REAL, .decimals = 1},
        {.name = "resolution_low", .label = _("Low"), .type = DATA_REAL, .decimals = 1},
        {.name = "resolution_high", .label = _("High"), .type = DATA_REAL, .decimals = 1},
        {.name = "resolution_p50", .label = _("p50 h"), .type = DATA_REAL, .decimals = 1},
        {.name = "resolution_p90", .label = _("p90 h"), .type = DATA_REAL, .decimals = 1},
        {.name = "reopened", .label = _("Reopened"), .type = DATA_INTEGER},
        {.name = "few", .label = _("n < 30"), .type = DATA_BOOLEAN},
    };
    return report_begin(request, &kind_complaint, figures, FIGURES);
}

static crm_status complaints_sql(const struct report_request *request, struct query *query)
{
    struct buffer *sql = &query->sql;
    buffer_text(sql, "SELECT ");
    for (size_t i = 0; i < request->group_count; i++) {
        report_group_sql(request, i, query);
        buffer_text(sql, ", ");
    }
    buffer_text(sql, "k.opened_at, k.responded_at, k.respond_due, k.resolved_at, k.resolve_due, "
                     "coalesce(k.reopened, 0) "
                     "FROM complaint k JOIN customer c ON c.id = k.customer");
    report_group_joins(request, sql);
    buffer_text(sql, " WHERE 1 = 1");
    report_period_sql(request, query);
    crm_status status = report_customer_filter(request, "k.customer", query);
    buffer_text(sql, " ORDER BY ");
    report_order_by(request, "", sql);
    buffer_text(sql, "k.id");
    return status == CRM_OK && sql->failed ? error_no_memory(&request->book->error) : status;
}

static crm_status run(struct report_request *request)
{
    struct query query cleanup(query_release) = {0};
    struct gathering g = {.request = request};
    crm_status status = complaints_sql(request, &query);
    if (status == CRM_OK)
        status = begin(request);
    if (status == CRM_OK)
        status = store_query(request->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, gather, &g);
    if (status == CRM_OK)
        status = finish_group(&g);
    arena_release(&g.arena);
    free(g.response.hours);
    free(g.resolution.hours);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    return status == CRM_OK ? report_notes(request) : status;
}

const struct report report_complaints = {
    .name = "complaints",
    .title = N_("Complaints"),
    .definition = N_("Complaints opened in the period. In time: share of those whose limit was "
                     "kept or has passed, with Wilson's interval of 95 percent; fewer than 30 are "
                     "marked. p50 and p90: nearest rank, in hours on the clock from opening."),
    .by = groups,
    .by_count = sizeof groups / sizeof *groups,
    .instant = "k.opened_at",
    .run = run,
};
