/* SPDX-License-Identifier: MIT */
/* The orders of the customers visited, read in step with their visits. */
#include "report/review_orders.h"

#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

/* The lines of one order on one day. */
struct order_day {
    day_number day;
    day_number before; /* the same order's day before this one; DATE_FIRST for its first */
    int64_t order;
    int64_t amount;
    char currency[CURRENCY_TEXT];
    bool overflow;
};

struct review_orders {
    struct crm_book *book;
    struct statement *lines;
    struct query query; /* holds what is bound to `lines` */
    bool more;          /* the row of `lines` is not used yet */
    int64_t customer;   /* whose days these are; 0: nobody's yet */
    struct order_day *days;
    size_t count, capacity;
    struct order_day **by_order; /* scratch for link_days */
    size_t by_order_capacity;
};

enum { CUSTOMER, ORDERED_ON, ORDER, CURRENCY, AMOUNT };

static void set_currency(char out[CURRENCY_TEXT], const struct value *currency)
{
    if (currency->type == VALUE_TEXT && currency->length < CURRENCY_TEXT)
        memcpy(out, currency->text, currency->length + 1);
}

void order_sums_add(struct order_sums *a, const struct order_sums *b)
{
    a->orders += b->orders;
    a->mixed =
        a->mixed || b->mixed || !decimal_add(a->revenue, b->revenue, &a->revenue) ||
        (a->currency[0] != '\0' && b->currency[0] != '\0' && strcmp(a->currency, b->currency) != 0);
    if (a->currency[0] == '\0')
        memcpy(a->currency, b->currency, CURRENCY_TEXT);
}

/* ---- Reading ---- */

static crm_status lines_sql(const struct report_request *request, int window, struct query *query)
{
    day_number from = 0, to = 0;
    char *first = arena_alloc(&query->arena, DATE_TEXT);
    char *last = arena_alloc(&query->arena, DATE_TEXT);
    if (first == NULL || last == NULL)
        return error_no_memory(&request->book->error);
    (void)date_parse_iso(request->from, DATE_TEXT - 1, &from);
    (void)date_parse_iso(request->to, DATE_TEXT - 1, &to);
    date_format(from - window, first);
    date_format(to + window, last);
    buffer_text(&query->sql, "SELECT l.customer, l.ordered_on, l.order_ref, l.currency, l.amount "
                             "FROM order_line l WHERE l.counted = 1 AND l.customer IN "
                             "(SELECT v.customer FROM visit v WHERE v.done_at IS NOT NULL");
    report_period_sql(request, query);
    buffer_text(&query->sql, ") AND l.ordered_on >= ");
    query_value(query, value_text(first));
    buffer_text(&query->sql, " AND l.ordered_on <= ");
    query_value(query, value_text(last));
    crm_status status = report_customer_filter(request, "l.customer", query);
    buffer_text(&query->sql, " ORDER BY l.customer, l.ordered_on, l.order_ref");
    return status == CRM_OK && query->sql.failed ? error_no_memory(&request->book->error) : status;
}

crm_status review_orders_begin(const struct report_request *request, int window,
                               struct review_orders **out)
{
    struct crm_book *book = request->book;
    struct review_orders *all = *out = calloc(1, sizeof *all);
    if (all == NULL)
        return error_no_memory(&book->error);
    all->book = book;
    crm_status status = lines_sql(request, window, &all->query);
    if (status == CRM_OK)
        status = store_prepare(book->store, buffer_string(&all->query.sql), &all->lines);
    if (status == CRM_OK)
        status = statement_bind_all(all->lines, all->query.parameters, all->query.count);
    return status == CRM_OK ? statement_step(all->lines, &all->more) : status;
}

void review_orders_free(struct review_orders *all)
{
    if (all == NULL)
        return;
    statement_free(all->lines);
    query_release(&all->query);
    free(all->days);
    free((void *)all->by_order);
    free(all);
}

/* Adds the line at hand to the last day, or opens another. */
static crm_status take_line(struct review_orders *all)
{
    const struct value on = statement_column(all->lines, ORDERED_ON);
    const struct value currency = statement_column(all->lines, CURRENCY);
    const int64_t order = statement_column(all->lines, ORDER).integer;
    const int64_t amount = statement_column(all->lines, AMOUNT).integer;
    struct order_day *last = all->count == 0 ? NULL : &all->days[all->count - 1];
    day_number day;
    if (on.type != VALUE_TEXT || !date_parse_iso(on.text, on.length, &day))
        return error_set(&all->book->error, CRM_CORRUPT,
                         _("customer #%lld: a date or time is damaged"), (long long)all->customer);
    if (last != NULL && last->day == day && last->order == order) {
        last->overflow = !decimal_add(last->amount, amount, &last->amount) || last->overflow;
        return CRM_OK;
    }
    struct order_day *grown = array_grow(all->days, &all->capacity, all->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&all->book->error);
    all->days = grown;
    last = &grown[all->count++];
    *last = (struct order_day){.day = day, .before = DATE_FIRST, .order = order, .amount = amount};
    set_currency(last->currency, &currency);
    return CRM_OK;
}

static int compare_orders(const void *a, const void *b)
{
    const struct order_day *x = *(struct order_day *const *)a, *y = *(struct order_day *const *)b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

/* Real exports have orders with lines on several days. */
static crm_status link_days(struct review_orders *all)
{
    struct order_day **sorted = (struct order_day **)array_grow(
        (void *)all->by_order, &all->by_order_capacity, all->count + 1, sizeof(void *));
    if (sorted == NULL)
        return error_no_memory(&all->book->error);
    all->by_order = sorted;
    for (size_t i = 0; i < all->count; i++)
        sorted[i] = &all->days[i];
    if (all->count > 1)
        qsort((void *)sorted, all->count, sizeof(void *), compare_orders);
    for (size_t i = 1; i < all->count; i++)
        if (sorted[i]->order == sorted[i - 1]->order)
            sorted[i]->before = sorted[i - 1]->day;
    return CRM_OK;
}

crm_status review_orders_of(struct review_orders *all, int64_t customer)
{
    crm_status status = CRM_OK;
    if (all->customer == customer)
        return CRM_OK;
    all->customer = customer;
    all->count = 0;
    while (status == CRM_OK && all->more) {
        const int64_t owner = statement_column(all->lines, CUSTOMER).integer;
        if (owner > customer)
            break;
        if (owner == customer)
            status = take_line(all);
        if (status == CRM_OK)
            status = statement_step(all->lines, &all->more);
    }
    return status == CRM_OK ? link_days(all) : status;
}

/* ---- Sums ---- */

static size_t first_from(const struct review_orders *all, day_number day)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->days[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void review_orders_between(const struct review_orders *all, day_number first, day_number last,
                           struct order_sums *out)
{
    *out = (struct order_sums){0};
    for (size_t i = first_from(all, first); i < all->count && all->days[i].day <= last; i++) {
        const struct order_day *day = &all->days[i];
        struct order_sums one = {
            .orders = day->before < first, .revenue = day->amount, .mixed = day->overflow};
        memcpy(one.currency, day->currency, CURRENCY_TEXT);
        order_sums_add(out, &one);
    }
}
