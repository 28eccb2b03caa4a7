/* SPDX-License-Identifier: MIT */
/* report pareto: customers in classes by cumulative share of revenue or profit. */
#include "report/report.h"

#include "base/decimal.h"
#include "rules/pareto.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 16, PARETO_COLUMNS = 8 };

/* The lines between the classes, and the classes' names, best first: one more than lines. */
struct classes {
    struct pareto_cuts cuts;
    int64_t limits[MOST_CLASSES];
    const char *names[MOST_CLASSES];
};

/* Without a scheme of the policy that works by cumulative share: 80 and 95 percent. */
static void usual_classes(struct classes *out)
{
    static const char *const names[] = {"A", "B", "C"};
    out->limits[0] = 80 * INT64_C(10000);
    out->limits[1] = 95 * INT64_C(10000);
    out->cuts = (struct pareto_cuts){.limits = out->limits, .count = 2};
    memcpy(out->names, names, sizeof names);
}

static const struct tier_scheme *pareto_scheme(const struct policy *policy)
{
    if (policy->schemes[policy->main_scheme].method == TIER_PARETO)
        return &policy->schemes[policy->main_scheme];
    for (size_t i = 0; i < policy->scheme_count; i++)
        if (policy->schemes[i].method == TIER_PARETO)
            return &policy->schemes[i];
    return NULL;
}

static void find_classes(const struct policy *policy, struct classes *out)
{
    const struct tier_scheme *scheme = pareto_scheme(policy);
    *out = (struct classes){0};
    if (scheme == NULL || policy->tier_count > MOST_CLASSES) {
        usual_classes(out);
        return;
    }
    size_t count = 0;
    for (; count + 1 < policy->tier_count && count < scheme->threshold_count; count++)
        out->limits[count] = scheme->thresholds[count].limit;
    for (size_t i = 0; i <= count; i++)
        out->names[i] = policy->tiers[i];
    out->cuts = (struct pareto_cuts){
        .limits = out->limits, .count = count, .crossing_inside = scheme->crossing_inside};
}

/* Customers of one currency, gathered until the next currency comes. */
struct gathering {
    struct report_request *request;
    struct classes classes;
    struct ranked *members;
    size_t count, capacity;
    char currency[8];
};

struct class_sum {
    int64_t customers, amount;
};

static crm_status overflow(struct gathering *g)
{
    error_set(&g->request->book->error, CRM_INVALID, _("the sum is too large to be stored"));
    return error_hint(&g->request->book->error, _("choose a shorter period"));
}

static crm_status add_up(struct gathering *g, const int *classes, struct class_sum *sums,
                         int64_t *whole)
{
    for (size_t i = 0; i < g->count; i++) {
        struct class_sum *sum = &sums[classes[i]];
        sum->customers++;
        if (!decimal_add(sum->amount, g->members[i].amount, &sum->amount) ||
            !decimal_add(*whole, g->members[i].amount, whole))
            return overflow(g);
    }
    return CRM_OK;
}

static struct value percent_of(int64_t part, int64_t whole)
{
    return whole > 0 ? value_real(100.0 * (double)part / (double)whole) : value_null();
}

static crm_status write_classes(struct gathering *g, const struct class_sum *sums, int64_t whole)
{
    crm_status status = CRM_OK;
    int64_t amount = 0;
    for (size_t i = 0; i <= g->classes.cuts.count && status == CRM_OK; i++) {
        amount += sums[i].amount;
        const struct value row[PARETO_COLUMNS] = {
            value_text(g->classes.names[i]), value_integer(sums[i].customers),
            value_integer(sums[i].amount),   percent_of(sums[i].amount, whole),
            percent_of(amount, whole),       value_text(g->currency),
            value_text(g->request->from),    value_text(g->request->to),
        };
        status = report_row(g->request, row);
    }
    return status;
}

/* The classes of the customers gathered so far. */
static crm_status finish_currency(struct gathering *g)
{
    struct class_sum sums[MOST_CLASSES + 1] = {0};
    int64_t whole = 0;
    if (g->count == 0)
        return CRM_OK;
    int *classes cleanup(cleanup_free) = calloc(g->count, sizeof *classes);
    if (classes == NULL)
        return error_no_memory(&g->request->book->error);
    rank_sort(g->members, g->count);
    pareto_classify(g->members, g->count, &g->classes.cuts, classes);
    crm_status status = add_up(g, classes, sums, &whole);
    g->count = 0;
    return status == CRM_OK ? write_classes(g, sums, whole) : status;
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

static crm_status begin(const struct report_request *request)
{
    const struct column columns[PARETO_COLUMNS] = {
        {.name = "class", .label = _("Class")},
        {.name = "customers", .label = _("Customers"), .type = DATA_INTEGER},
        {.name = request->profit ? "profit" : "revenue",
         .label = request->profit ? _("Profit") : _("Revenue"),
         .type = DATA_DECIMAL,
         .flags = COLUMN_BAR},
        {.name = "share", .label = _("Share %"), .type = DATA_REAL, .decimals = 2},
        {.name = "cumulative", .label = _("Cumulative %"), .type = DATA_REAL, .decimals = 2},
        {.name = "currency", .label = _("Currency")},
        report_from_column(),
        report_to_column(),
    };
    const struct table table = {.name = "pareto",
                                .title = _(report_pareto.title),
                                .columns = columns,
                                .count = PARETO_COLUMNS};
    return sink_begin(request->sink, &table);
}

static crm_status classify(struct gathering *g)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql,
                  "SELECT l.currency, l.customer, coalesce(sum(l.%s), 0) FROM order_line l "
                  "WHERE l.counted = 1 AND l.ordered_on >= ",
                  g->request->profit ? "profit" : "amount");
    query_value(&query, value_text(g->request->from));
    buffer_text(&query.sql, " AND l.ordered_on <= ");
    query_value(&query, value_text(g->request->to));
    crm_status status = report_customer_filter(g->request, "l.customer", &query);
    buffer_text(&query.sql, " GROUP BY l.currency, l.customer ORDER BY 1, 2");
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&g->request->book->error);
    if (status == CRM_OK)
        status = store_query(g->request->book->store, buffer_string(&query.sql), query.parameters,
                             query.count, gather, g);
    return status == CRM_OK ? finish_currency(g) : status;
}

static crm_status note_lines(const struct gathering *g)
{
    struct buffer lines cleanup(buffer_release) = {0};
    for (size_t i = 0; i < g->classes.cuts.count; i++) {
        char text[24];
        decimal_format(g->classes.limits[i], text);
        buffer_printf(&lines, "%s%s %s %%", i > 0 ? ", " : "", g->classes.names[i], text);
    }
    return sink_note(g->request->sink,
                     _("Lines: up to %s of the whole; the customer who crosses "
                       "one is %s."),
                     buffer_string(&lines),
                     g->classes.cuts.crossing_inside ? _("inside") : _("outside"));
}

static crm_status run(struct report_request *request)
{
    struct gathering g = {.request = request};
    find_classes(request->book->policy, &g.classes);
    crm_status status = begin(request);
    if (status == CRM_OK)
        status = classify(&g);
    free(g.members);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    if (status == CRM_OK)
        status = note_lines(&g);
    return status == CRM_OK ? report_notes(request) : status;
}

const struct report report_pareto = {
    .name = "pareto",
    .title = N_("Customers by cumulative share"),
    .definition = N_("Customers with order lines in the period, the largest first; customers "
                     "without a positive sum are in the last class."),
    .measures = true,
    .run = run,
};
