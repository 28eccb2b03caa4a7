/* SPDX-License-Identifier: MIT */
/* report concentration: how much hangs on how few customers. */
#include "report/customer_sums.h"

#include "base/decimal.h"

enum { CONCENTRATION_FIGURES = 9 };

/* Herfindahl–Hirschman index: the sum of the squares of the shares in percent, from near 0 to
 * 10,000 (A. O. Hirschman, American Economic Review 54 (1964) 761–762). Customers without a
 * positive sum have no share. */
static double herfindahl(const struct customer_sums *sums, int64_t whole)
{
    double index = 0;
    for (size_t i = 0; i < sums->count && sums->members[i].amount > 0; i++) {
        double share = 100.0 * (double)sums->members[i].amount / (double)whole;
        index += share * share;
    }
    return index;
}

/* Sum of the positive amounts of the first `most` customers; false when it does not fit. */
static bool sum_of_first(const struct customer_sums *sums, size_t most, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < sums->count && i < most && sums->members[i].amount > 0; i++)
        if (!decimal_add(*out, sums->members[i].amount, out))
            return false;
    return true;
}

static crm_status largest_key(const struct report_request *request,
                              const struct customer_sums *sums, struct arena *arena,
                              struct value *out)
{
    const struct value id = value_integer(sums->members[0].id);
    return store_row_values(request->book->store, arena, "SELECT key FROM customer WHERE id = $1",
                            &id, 1, out, 1);
}

static crm_status write_currency(void *context, const struct customer_sums *sums)
{
    struct report_request *request = context;
    struct arena arena cleanup(arena_release) = {0};
    struct value largest;
    int64_t whole, first, five, ten;
    if (!sum_of_first(sums, sums->count, &whole) || !sum_of_first(sums, 1, &first) ||
        !sum_of_first(sums, 5, &five) || !sum_of_first(sums, 10, &ten)) {
        error_set(&request->book->error, CRM_INVALID, _("the sum is too large to be stored"));
        return error_hint(&request->book->error, _("choose a shorter period"));
    }
    crm_status status = largest_key(request, sums, &arena, &largest);
    if (status != CRM_OK)
        return status;
    double index = whole > 0 ? herfindahl(sums, whole) : 0;
    const struct value row[CONCENTRATION_FIGURES] = {
        value_text(sums->currency),
        value_integer((int64_t)sums->count),
        value_integer(whole),
        whole > 0 ? value_real(index) : value_null(),
        whole > 0 ? value_real(10000.0 / index) : value_null(),
        largest,
        report_percent(first, whole),
        report_percent(five, whole),
        report_percent(ten, whole),
    };
    return report_row(request, row, CONCENTRATION_FIGURES);
}

static crm_status run(struct report_request *request)
{
    const struct column columns[CONCENTRATION_FIGURES] = {
        {.name = "currency", .label = _("Currency")},
        {.name = "customers", .label = _("Customers"), .type = DATA_INTEGER},
        {.name = request->profit ? "profit" : "revenue",
         .label = request->profit ? _("Profit") : _("Revenue"),
         .type = DATA_DECIMAL},
        {.name = "hhi", .label = _("HHI"), .type = DATA_REAL, .decimals = 1},
        {.name = "as_many_equal", .label = _("As many equal"), .type = DATA_REAL, .decimals = 1},
        {.name = "largest", .label = _("Largest")},
        {.name = "largest_share", .label = _("Share %"), .type = DATA_REAL, .decimals = 2},
        {.name = "five_share", .label = _("First five %"), .type = DATA_REAL, .decimals = 2},
        {.name = "ten_share", .label = _("First ten %"), .type = DATA_REAL, .decimals = 2},
    };
    crm_status status = report_begin(request, NULL, columns, CONCENTRATION_FIGURES);
    if (status == CRM_OK)
        status = report_customer_sums(request, write_currency, request);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    return status == CRM_OK ? report_notes(request) : status;
}

const struct report report_concentration = {
    .name = "concentration",
    .title = N_("Concentration"),
    .definition = N_("HHI: sum of the squared shares in percent; as many equal customers would "
                     "give the same index. Losing the largest customer costs its share. Only "
                     "customers with a positive sum have a share."),
    .measures = true,
    .run = run,
};
