/* SPDX-License-Identifier: MIT */
/* report pareto: customers in classes by cumulative share of revenue or profit. */
#include "report/report.h"

#include "base/decimal.h"
#include "report/customer_sums.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 16, PARETO_FIGURES = 6 };

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

struct pareto {
    struct report_request *request;
    struct classes classes;
};

struct class_sum {
    int64_t customers, amount;
};

static crm_status overflow(const struct pareto *p)
{
    error_set(&p->request->book->error, CRM_INVALID, _("the sum is too large to be stored"));
    return error_hint(&p->request->book->error, _("choose a shorter period"));
}

static crm_status add_up(const struct pareto *p, const struct customer_sums *customers,
                         const int *classes, struct class_sum *sums, int64_t *whole)
{
    for (size_t i = 0; i < customers->count; i++) {
        struct class_sum *sum = &sums[classes[i]];
        int64_t amount = customers->members[i].amount;
        sum->customers++;
        if (!decimal_add(sum->amount, amount, &sum->amount) || !decimal_add(*whole, amount, whole))
            return overflow(p);
    }
    return CRM_OK;
}

static crm_status write_classes(const struct pareto *p, const char *currency,
                                const struct class_sum *sums, int64_t whole)
{
    crm_status status = CRM_OK;
    int64_t amount = 0;
    for (size_t i = 0; i <= p->classes.cuts.count && status == CRM_OK; i++) {
        amount += sums[i].amount;
        const struct value row[PARETO_FIGURES] = {
            value_text(p->classes.names[i]), value_integer(sums[i].customers),
            value_integer(sums[i].amount),   report_percent(sums[i].amount, whole),
            report_percent(amount, whole),   value_text(currency),
        };
        status = report_row(p->request, row, PARETO_FIGURES);
    }
    return status;
}

static crm_status classify(void *context, const struct customer_sums *customers)
{
    const struct pareto *p = context;
    struct class_sum sums[MOST_CLASSES + 1] = {0};
    int64_t whole = 0;
    int *classes cleanup(cleanup_free) = calloc(customers->count, sizeof *classes);
    if (classes == NULL)
        return error_no_memory(&p->request->book->error);
    pareto_classify(customers->members, customers->count, &p->classes.cuts, classes);
    crm_status status = add_up(p, customers, classes, sums, &whole);
    return status == CRM_OK ? write_classes(p, customers->currency, sums, whole) : status;
}

static crm_status begin(struct report_request *request)
{
    const struct column columns[PARETO_FIGURES] = {
        {.name = "class", .label = _("Class")},
        {.name = "customers", .label = _("Customers"), .type = DATA_INTEGER},
        {.name = request->profit ? "profit" : "revenue",
         .label = request->profit ? _("Profit") : _("Revenue"),
         .type = DATA_DECIMAL,
         .flags = COLUMN_BAR},
        {.name = "share", .label = _("Share %"), .type = DATA_REAL, .decimals = 2},
        {.name = "cumulative", .label = _("Cumulative %"), .type = DATA_REAL, .decimals = 2},
        {.name = "currency", .label = _("Currency")},
    };
    return report_begin(request, NULL, columns, PARETO_FIGURES);
}

static crm_status note_lines(const struct pareto *p)
{
    struct buffer lines cleanup(buffer_release) = {0};
    if (p->request->rows == 0)
        return CRM_OK;
    for (size_t i = 0; i < p->classes.cuts.count; i++) {
        char text[24];
        decimal_format(p->classes.limits[i], text);
        buffer_printf(&lines, "%s%s %s %%", i > 0 ? ", " : "", p->classes.names[i], text);
    }
    return sink_note(p->request->sink,
                     _("Lines: up to %s of the whole; the customer who crosses "
                       "one is %s."),
                     buffer_string(&lines),
                     p->classes.cuts.crossing_inside ? _("inside") : _("outside"));
}

static crm_status run(struct report_request *request)
{
    struct pareto p = {.request = request};
    find_classes(request->book->policy, &p.classes);
    crm_status status = begin(request);
    if (status == CRM_OK)
        status = report_customer_sums(request, classify, &p);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    if (status == CRM_OK)
        status = note_lines(&p);
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
