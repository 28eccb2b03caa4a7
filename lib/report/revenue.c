/* SPDX-License-Identifier: MIT */
/* report revenue: sums of order lines by any of ten groupings. */
#include "report/report.h"

#include "base/decimal.h"
#include "store/roles.h"

#include <string.h>

#define JOIN_CUSTOMER " JOIN customer c ON c.id = l.customer"
#define JOIN_PRODUCT  " LEFT JOIN product p ON p.id = l.product"
#define JOIN_OWNER    " JOIN customer oc ON oc.id = l.customer LEFT JOIN staff s ON s.id = oc.owner"
/* Where it was delivered decides; customers have moved, and some have several addresses. */
#define JOIN_REGION                                                                                \
    " JOIN customer rc ON rc.id = l.customer JOIN sales_order o ON o.id = l.order_ref"

static const struct report_group groups[] = {
    {"month", N_("Month"), "substr(l.ordered_on, 1, 7)", "", true},
    {"quarter", N_("Quarter"),
     "substr(l.ordered_on, 1, 4) || '-Q' || "
     "((CAST(substr(l.ordered_on, 6, 2) AS INTEGER) + 2) / 3)",
     "", true},
    {"year", N_("Year"), "substr(l.ordered_on, 1, 4)", "", true},
    {"customer", N_("Customer"), "c.key", JOIN_CUSTOMER, false},
    {"tier", N_("Tier"), "c.tier", JOIN_CUSTOMER, false},
    {"segment", N_("Segment"), "c.segment", JOIN_CUSTOMER, false},
    {"region", N_("Region"), "coalesce(l.region, o.region, rc.region)", JOIN_REGION, false},
    {"owner", N_("Owner"), "s.login", JOIN_OWNER, false},
    {"product", N_("Product"), "p.code", JOIN_PRODUCT, false},
    {"category", N_("Category"), "p.category", JOIN_PRODUCT, false},
};

enum { FIGURES = 5 }; /* revenue, profit, orders, customers, currency */

/* Sums over all rows, those beyond --limit included. */
struct totals {
    struct report_request *request;
    int64_t revenue, profit;
    bool overflow;
    bool several_currencies;
    char currency[8];
};

static void add_up(struct totals *totals, const struct value *figures)
{
    const struct value *currency = &figures[4];
    if (!decimal_add(totals->revenue, figures[0].integer, &totals->revenue) ||
        !decimal_add(totals->profit, figures[1].integer, &totals->profit))
        totals->overflow = true;
    if (totals->currency[0] != '\0' && strcmp(totals->currency, currency->text) != 0)
        totals->several_currencies = true;
    if (currency->length < sizeof totals->currency)
        memcpy(totals->currency, currency->text, currency->length + 1);
}

static crm_status hand_over(void *context, const struct value *row)
{
    struct totals *totals = context;
    add_up(totals, row + totals->request->group_count);
    return report_row(totals->request, row, totals->request->group_count + FIGURES);
}

static crm_status begin(struct report_request *request)
{
    const struct column figures[FIGURES] = {
        {.name = "revenue", .label = _("Revenue"), .type = DATA_DECIMAL, .flags = COLUMN_BAR},
        {.name = "profit", .label = _("Profit"), .type = DATA_DECIMAL},
        {.name = "orders", .label = _("Orders"), .type = DATA_INTEGER},
        {.name = "customers", .label = _("Customers"), .type = DATA_INTEGER},
        {.name = "currency", .label = _("Currency")},
    };
    return report_begin(request, NULL, figures, FIGURES);
}

/* Whole months without a filter are read from the sums that are kept by month, unless they hold
 * orders that are not for this one to see. */
static crm_status sums_will_do(const struct report_request *request, bool *out)
{
    day_number from, to;
    int year, month, day;
    *out = false;
    bool by_month = request->group_count == 1 && strcmp(request->groups[0]->name, "month") == 0;
    if (!by_month || (request->filter != NULL && request->filter->count > 0) ||
        !date_parse_iso(request->from, 10, &from) || !date_parse_iso(request->to, 10, &to))
        return CRM_OK;
    date_to_civil(from, &year, &month, &day);
    bool whole = day == 1, restricted = false;
    date_to_civil(to + 1, &year, &month, &day);
    if (!whole || day != 1)
        return CRM_OK;
    crm_status status = store_is_restricted(request->book->store, &restricted);
    *out = status == CRM_OK && !restricted;
    return status;
}

static crm_status run_on_sums(struct report_request *request, struct totals *totals)
{
    const struct value parameters[] = {value_text_length(request->from, 7),
                                       value_text_length(request->to, 7)};
    return store_query(request->book->store,
                       "SELECT month_of, revenue, profit, orders, customers, currency "
                       "FROM month_total WHERE month_of BETWEEN $1 AND $2 ORDER BY 1, 6",
                       parameters, 2, hand_over, totals);
}

/* The currency is grouped by, but shown last: the outer query puts the columns in order. */
static crm_status lines_sql(const struct report_request *request, struct query *query)
{
    struct buffer *sql = &query->sql;
    buffer_text(sql, "SELECT ");
    for (size_t i = 1; i <= request->group_count; i++)
        buffer_printf(sql, "g%zu, ", i);
    buffer_text(sql, "revenue, profit, orders, customers, currency FROM (SELECT ");
    for (size_t i = 0; i < request->group_count; i++)
        buffer_printf(sql, "%s AS g%zu, ", request->groups[i]->sql, i + 1);
    buffer_text(sql, "l.currency AS currency, sum(l.amount) AS revenue, "
                     "coalesce(sum(l.profit), 0) AS profit, "
                     "count(DISTINCT l.order_ref) AS orders, "
                     "count(DISTINCT l.customer) AS customers FROM order_line l");
    report_group_joins(request, sql);
    buffer_text(sql, " WHERE l.counted = 1 AND l.ordered_on >= ");
    query_value(query, value_text(request->from));
    buffer_text(sql, " AND l.ordered_on <= ");
    query_value(query, value_text(request->to));
    crm_status status = report_customer_filter(request, "l.customer", query);
    report_group_by(request, 1, sql);
    /* Periods in their order, anything else by falling revenue. */
    buffer_text(sql, request->groups[0]->time ? ") x ORDER BY " : ") x ORDER BY revenue DESC, ");
    report_order_by(request, "g", sql);
    buffer_text(sql, "currency");
    return status == CRM_OK && sql->failed ? error_no_memory(&request->book->error) : status;
}

static crm_status run_on_lines(struct report_request *request, struct totals *totals)
{
    struct query query cleanup(query_release) = {0};
    crm_status status = lines_sql(request, &query);
    if (status != CRM_OK)
        return status;
    return store_query(request->book->store, buffer_string(&query.sql), query.parameters,
                       query.count, hand_over, totals);
}

static crm_status note_totals(const struct totals *totals)
{
    char revenue[24], profit[24];
    if (totals->currency[0] == '\0' || totals->several_currencies || totals->overflow)
        return CRM_OK;
    decimal_format(totals->revenue, revenue);
    decimal_format(totals->profit, profit);
    return sink_note(totals->request->sink, _("In all: revenue %s, profit %s %s."), revenue, profit,
                     totals->currency);
}

static crm_status run(struct report_request *request)
{
    struct totals totals = {.request = request};
    bool sums = false;
    crm_status status = begin(request);
    if (status == CRM_OK)
        status = sums_will_do(request, &sums);
    if (status == CRM_OK)
        status = sums ? run_on_sums(request, &totals) : run_on_lines(request, &totals);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    if (status == CRM_OK)
        status = note_totals(&totals);
    return status == CRM_OK ? report_notes(request) : status;
}

const struct report report_revenue = {
    .name = "revenue",
    .title = N_("Revenue"),
    .definition = N_("Revenue is the sum of the amounts of all order lines, returns included as "
                     "negative amounts, cancelled orders left out; profit the sum of their "
                     "profits."),
    .by = groups,
    .by_count = sizeof groups / sizeof *groups,
    .run = run,
};
