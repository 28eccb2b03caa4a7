/* SPDX-License-Identifier: MIT */
/* What each customer bought in the period. */
#include "report/customer_sums.h"

#include <stdlib.h>
#include <string.h>

/* Customers of one currency, gathered until the next currency comes. */
struct gathering {
    const struct report_request *request;
    customer_sums_visitor each;
    void *context;
    struct ranked *members;
    size_t count, capacity;
    char currency[8];
};

static crm_status finish_currency(struct gathering *g)
{
    const struct customer_sums sums = {g->currency, g->members, g->count};
    if (g->count == 0)
        return CRM_OK;
    rank_sort(g->members, g->count);
    g->count = 0;
    return g->each(g->context, &sums);
}

static crm_status gather(void *context, const struct value *row)
{
    struct gathering *g = context;
    crm_status status = CRM_OK;
    if (strcmp(g->currency, row[0].text) != 0)
        status = finish_currency(g);
    if (status != CRM_OK)
        return status;
    size_t length = row[0].length < sizeof g->currency ? row[0].length : sizeof g->currency - 1;
    memcpy(g->currency, row[0].text, length);
    g->currency[length] = '\0';
    struct ranked *members = array_grow(g->members, &g->capacity, g->count + 1, sizeof *members);
    if (members == NULL)
        return error_no_memory(&g->request->book->error);
    g->members = members;
    members[g->count++] = (struct ranked){.amount = row[2].integer, .id = row[1].integer};
    return CRM_OK;
}

static crm_status sums_sql(const struct report_request *request, struct query *query)
{
    buffer_printf(&query->sql,
                  "SELECT l.currency, l.customer, coalesce(sum(l.%s), 0) FROM order_line l "
                  "WHERE l.counted = 1 AND l.ordered_on >= ",
                  request->profit ? "profit" : "amount");
    query_value(query, value_text(request->from));
    buffer_text(&query->sql, " AND l.ordered_on <= ");
    query_value(query, value_text(request->to));
    crm_status status = report_customer_filter(request, "l.customer", query);
    buffer_text(&query->sql, " GROUP BY l.currency, l.customer ORDER BY 1, 2");
    return status == CRM_OK && query->sql.failed ? error_no_memory(&request->book->error) : status;
}

crm_status report_customer_sums(const struct report_request *request, customer_sums_visitor each,
                                void *context)
{
    struct query query cleanup(query_release) = {0};
    struct gathering g = {.request = request, .each = each, .context = context};
    crm_status status = sums_sql(request, &query);
    if (status == CRM_OK)
        status = store_query(request->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, gather, &g);
    if (status == CRM_OK)
        status = finish_currency(&g);
    free(g.members);
    return status;
}

struct value report_percent(int64_t part, int64_t whole)
{
    return whole > 0 ? value_real(100.0 * (double)part / (double)whole) : value_null();
}
