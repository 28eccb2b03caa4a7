/* SPDX-License-Identifier: MIT */
/* The sums of many customers at once, from one run through the lines as they are stored. */
#include "domain/sales.h"

#include "base/decimal.h"
#include "domain/visit.h"

#include <stdlib.h>
#include <string.h>

/* Orders of one customer already counted. Slots hold order ids; `round` empties it at no cost. */
struct order_set {
    struct order_slot {
        int64_t order;
        uint32_t round;
    } * slots;
    size_t size, count;
    uint32_t round;
};

struct month_sum {
    char month[8];
    char currency[8];
    int64_t revenue, profit, orders, customers;
    int64_t last_customer; /* counted last */
};

/* One run through the lines: the customer under way and all months. */
struct sales_sums {
    struct crm_book *book;
    const int64_t *touched; /* ascending */
    size_t count, at;
    int64_t customer; /* 0: none yet, or one that is not wanted */
    struct order_set orders, month_orders;
    char month[8]; /* that month_orders is of */
    int64_t revenue, profit;
    char currency[8];        /* of the customer's lines; "" before the first */
    bool several_currencies; /* then their sum means nothing */
    size_t order_count;
    char first[DATE_TEXT], last[DATE_TEXT];
    struct month_sum *months;
    size_t month_count, month_room, latest;
    struct sales_keeper keeper;
    struct updater *update;    /* of the keeper that writes them down */
    struct visit_dates *dates; /* its as well; NULL: sums alone are written */
};

static bool grow(struct order_set *set)
{
    size_t size = set->size == 0 ? 256 : set->size * 2;
    struct order_slot *slots = calloc(size, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < set->size; i++) {
        if (set->slots[i].round != set->round)
            continue;
        size_t at = (size_t)set->slots[i].order & (size - 1);
        while (slots[at].round == set->round)
            at = (at + 1) & (size - 1);
        slots[at] = set->slots[i];
    }
    free(set->slots);
    set->slots = slots;
    set->size = size;
    return true;
}

static void empty(struct order_set *set)
{
    set->round++;
    set->count = 0;
    if (set->round != 0)
        return;
    memset(set->slots, 0, set->size * sizeof *set->slots);
    set->round = 1;
}

/* Adds the order; *added is false when it was there. */
static bool add(struct order_set *set, int64_t order, bool *added)
{
    if ((set->count + 1) * 2 > set->size && !grow(set))
        return false;
    size_t at = (size_t)order & (set->size - 1);
    while (set->slots[at].round == set->round && set->slots[at].order != order)
        at = (at + 1) & (set->size - 1);
    *added = set->slots[at].round != set->round;
    if (*added) {
        set->slots[at] = (struct order_slot){order, set->round};
        set->count++;
    }
    return true;
}

/* ---- Writing sums down ---- */

static const char *const kept_columns[] = {
    "orders",   "revenue_total", "profit_total",  "first_order_on", "last_order_on",
    "currency", "last_visit_on", "next_visit_on", "promise_on",     "next_survey_on"};

crm_status sales_keep_customer(void *context, int64_t customer, const struct value *sums)
{
    enum { FIRST_ORDER = 3 };
    struct sales_sums *s = context;
    struct value parameters[SALES_CUSTOMER_SUMS + VISIT_DATES];
    size_t count = SALES_CUSTOMER_SUMS;
    memcpy(parameters, sums, SALES_CUSTOMER_SUMS * sizeof *sums);
    crm_status status = CRM_OK;
    if (s->dates != NULL) {
        status = visit_dates_of(s->dates, customer, sums[FIRST_ORDER].text, parameters + count);
        count += visit_date_count(s->book->policy);
    }
    if (status == CRM_OK && s->update == NULL)
        status = store_updater_new(s->book->store, &kind_customer, kept_columns, count, &s->update);
    return status == CRM_OK ? updater_set(s->update, customer, parameters) : status;
}

crm_status sales_keep_month(void *context, const struct value *sums)
{
    struct sales_sums *s = context;
    return store_run(s->book->store,
                     "INSERT INTO month_total (month_of, currency, revenue, profit, orders, "
                     "customers) VALUES ($1, $2, $3, $4, $5, $6) "
                     "ON CONFLICT (month_of, currency) DO UPDATE SET "
                     "revenue = month_total.revenue + excluded.revenue, "
                     "profit = month_total.profit + excluded.profit, "
                     "orders = month_total.orders + excluded.orders, "
                     "customers = month_total.customers + excluded.customers",
                     sums, SALES_MONTH_SUMS);
}

/* ---- Adding up ---- */

/* The customer's own sums. */
static crm_status finish_customer(struct sales_sums *s)
{
    if (s->customer == 0)
        return CRM_OK;
    bool any = s->order_count > 0;
    const struct value sums[SALES_CUSTOMER_SUMS] = {
        value_integer((int64_t)s->order_count),
        s->several_currencies ? value_null() : value_integer(s->revenue),
        s->several_currencies ? value_null() : value_integer(s->profit),
        any ? value_text(s->first) : value_null(),
        any ? value_text(s->last) : value_null(),
        any && !s->several_currencies ? value_text(s->currency) : value_null()};
    return s->keeper.customer(s->keeper.context, s->customer, sums);
}

static void begin_customer(struct sales_sums *s, int64_t customer)
{
    s->customer = customer;
    s->revenue = s->profit = 0;
    s->order_count = 0;
    s->currency[0] = '\0';
    s->several_currencies = false;
    s->month[0] = '\0';
    empty(&s->orders);
}

/* Customers without a single line left get their zeros too. */
static crm_status pass_customers(struct sales_sums *s, int64_t until)
{
    crm_status status = finish_customer(s);
    while (status == CRM_OK && s->at < s->count && s->touched[s->at] < until) {
        begin_customer(s, s->touched[s->at++]);
        status = finish_customer(s);
    }
    s->customer = 0;
    return status;
}

static crm_status next_customer(struct sales_sums *s, int64_t customer)
{
    crm_status status = pass_customers(s, customer);
    if (status == CRM_OK && s->at < s->count && s->touched[s->at] == customer) {
        s->at++;
        begin_customer(s, customer);
    }
    return status;
}

static struct month_sum *month_of(struct sales_sums *s, const char *month,
                                  const struct value *currency)
{
    for (size_t tried = 0; tried < s->month_count; tried++) {
        size_t i = (s->latest + tried) % s->month_count;
        if (memcmp(s->months[i].month, month, 7) == 0 &&
            strlen(s->months[i].currency) == currency->length &&
            memcmp(s->months[i].currency, currency->text, currency->length) == 0) {
            s->latest = i;
            return &s->months[i];
        }
    }
    struct month_sum *months = NULL;
    if (currency->length < sizeof months->currency)
        months = array_grow(s->months, &s->month_room, s->month_count + 1, sizeof *months);
    if (months == NULL)
        return NULL;
    s->months = months;
    struct month_sum *sum = &months[s->month_count];
    *sum = (struct month_sum){.last_customer = -1};
    memcpy(sum->month, month, 7);
    memcpy(sum->currency, currency->text, currency->length);
    s->latest = s->month_count++;
    return sum;
}

static crm_status sum_too_large(struct sales_sums *s)
{
    error_set(&s->book->error, CRM_INVALID, _("a sum of amounts is too large"));
    return error_hint(&s->book->error, _("look for a line with a mistaken amount"));
}

static crm_status add_to_month(struct sales_sums *s, const struct value *row)
{
    struct month_sum *sum = month_of(s, row[1].text, &row[5]);
    bool added = false;
    if (sum == NULL)
        return error_no_memory(&s->book->error);
    if (memcmp(s->month, row[1].text, 7) != 0) {
        memcpy(s->month, row[1].text, 7);
        empty(&s->month_orders);
    }
    if (!add(&s->month_orders, row[2].integer, &added))
        return error_no_memory(&s->book->error);
    sum->orders += added;
    sum->customers += sum->last_customer != s->customer;
    sum->last_customer = s->customer;
    return decimal_add(sum->revenue, row[3].integer, &sum->revenue) &&
                   decimal_add(sum->profit, row[4].integer, &sum->profit)
               ? CRM_OK
               : sum_too_large(s);
}

static void note_currency(struct sales_sums *s, const struct value *currency)
{
    if (s->currency[0] != '\0' && (strlen(s->currency) != currency->length ||
                                   memcmp(s->currency, currency->text, currency->length) != 0))
        s->several_currencies = true;
    if (currency->length >= sizeof s->currency)
        return;
    memcpy(s->currency, currency->text, currency->length);
    s->currency[currency->length] = '\0';
}

crm_status sales_sums_add(struct sales_sums *s, const struct value *row)
{
    bool added = false;
    if (s->customer != row[0].integer) {
        if (s->at >= s->count && s->customer == 0)
            return CRM_OK;
        crm_status status = next_customer(s, row[0].integer);
        if (status != CRM_OK)
            return status;
    }
    if (s->customer == 0 || row[6].integer == 0)
        return CRM_OK;
    if (row[1].length != DATE_TEXT - 1 || row[5].type != VALUE_TEXT)
        return error_set(&s->book->error, CRM_CORRUPT, _("a line without day or currency"));
    if (!add(&s->orders, row[2].integer, &added))
        return error_no_memory(&s->book->error);
    crm_status status = add_to_month(s, row);
    if (status != CRM_OK)
        return status;
    if (s->order_count == 0)
        memcpy(s->first, row[1].text, DATE_TEXT - 1);
    memcpy(s->last, row[1].text, DATE_TEXT - 1);
    s->first[DATE_TEXT - 1] = s->last[DATE_TEXT - 1] = '\0';
    s->order_count += added;
    note_currency(s, &row[5]);
    if (!decimal_add(s->revenue, row[3].integer, &s->revenue) ||
        !decimal_add(s->profit, row[4].integer, &s->profit))
        return sum_too_large(s);
    return CRM_OK;
}

static crm_status put_months(struct sales_sums *s)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < s->month_count && status == CRM_OK; i++) {
        const struct month_sum *sum = &s->months[i];
        const struct value sums[SALES_MONTH_SUMS] = {
            value_text(sum->month),     value_text(sum->currency),  value_integer(sum->revenue),
            value_integer(sum->profit), value_integer(sum->orders), value_integer(sum->customers)};
        status = s->keeper.month(s->keeper.context, sums);
    }
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

crm_status sales_sums_begin(struct crm_book *book, int64_t *customers, size_t count,
                            struct sales_sums **out)
{
    struct sales_sums *s = calloc(1, sizeof *s);
    *out = s;
    if (s == NULL)
        return error_no_memory(&book->error);
    if (count > 1)
        qsort(customers, count, sizeof *customers, compare_ids);
    s->book = book;
    s->touched = customers;
    s->count = count;
    s->orders.round = s->month_orders.round = 1;
    s->keeper = (struct sales_keeper){sales_keep_customer, sales_keep_month, s};
    return CRM_OK;
}

void sales_sums_hand_to(struct sales_sums *s, const struct sales_keeper *keeper)
{
    s->keeper = *keeper;
}

crm_status sales_sums_date(struct sales_sums *s)
{
    if (s->count == 0 || !visit_are_dense(s->touched[0], s->touched[s->count - 1], s->count))
        return CRM_OK;
    return visit_dates_begin(s->book, s->touched[0], s->touched[s->count - 1], &s->dates);
}

bool sales_sums_are_dated(const struct sales_sums *s)
{
    return s->dates != NULL;
}

crm_status sales_sums_end(struct sales_sums *s)
{
    crm_status status = pass_customers(s, INT64_MAX);
    if (status == CRM_OK)
        status = put_months(s);
    if (status != CRM_OK || s->keeper.context != s)
        return status;
    return store_execute(s->book->store, "DELETE FROM month_total WHERE customers = 0");
}

void sales_sums_free(struct sales_sums *s)
{
    if (s == NULL)
        return;
    updater_free(s->update);
    visit_dates_free(s->dates);
    free(s->orders.slots);
    free(s->month_orders.slots);
    free(s->months);
    free(s);
}

static crm_status add_row(void *context, const struct value *row)
{
    return sales_sums_add(context, row);
}

/* `keeper` NULL: the sums are written down. */
static crm_status sum_all(struct crm_book *book, int64_t *customers, size_t count,
                          const struct sales_keeper *keeper)
{
    static const char *const columns[] = {"customer", "ordered_on",          "order_ref",
                                          "amount",   "coalesce(profit, 0)", "currency",
                                          "counted"};
    const struct store_select select = {.columns = columns,
                                        .column_count = 7,
                                        .from = "FROM order_line",
                                        .order = "customer, ordered_on, order_ref, line_number",
                                        .as_stored = true};
    struct sales_sums *sums = NULL;
    crm_status status = sales_sums_begin(book, customers, count, &sums);
    if (status == CRM_OK && keeper != NULL)
        sales_sums_hand_to(sums, keeper);
    if (status == CRM_OK)
        status = store_each(book->store, &select, NULL, 0, add_row, sums);
    if (status == CRM_OK)
        status = sales_sums_end(sums);
    sales_sums_free(sums);
    return status;
}

/* One run through all lines costs about what twenty customers in a hundred cost one by one. */
static crm_status are_many(struct crm_book *book, size_t count, bool *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value all = value_integer(0);
    crm_status status = CRM_OK;
    if (count > 64)
        status = store_row_values(book->store, &arena, "SELECT count(*) FROM customer", NULL, 0,
                                  &all, 1);
    *out = count > 64 && (int64_t)count * 20 > all.integer;
    return status;
}

crm_status sales_put_in_many(struct crm_book *book, int64_t *customers, size_t count)
{
    bool many;
    crm_status status = are_many(book, count, &many);
    if (status == CRM_OK && many)
        return sum_all(book, customers, count, NULL);
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = sales_put_in(book, customers[i]);
    return status;
}

/* ---- Taking out ---- */

static crm_status pass_customer(void *context, int64_t customer, const struct value *sums)
{
    (void)context;
    (void)customer;
    (void)sums;
    return CRM_OK;
}

static crm_status take_out_month(void *context, const struct value *sums)
{
    struct crm_book *book = context;
    return store_run(book->store,
                     "UPDATE month_total SET revenue = revenue - $3, profit = profit - $4, "
                     "orders = orders - $5, customers = customers - $6 "
                     "WHERE month_of = $1 AND currency = $2",
                     sums, SALES_MONTH_SUMS);
}

crm_status sales_take_out_many(struct crm_book *book, int64_t *customers, size_t count)
{
    const struct sales_keeper keeper = {pass_customer, take_out_month, book};
    bool many;
    crm_status status = are_many(book, count, &many);
    if (status == CRM_OK && many)
        status = sum_all(book, customers, count, &keeper);
    for (size_t i = 0; i < count && !many && status == CRM_OK; i++)
        status = sales_take_out(book, customers[i]);
    /* Whom it is taken from may never be put in again. */
    return status == CRM_OK
               ? store_execute(book->store, "DELETE FROM month_total WHERE customers = 0")
               : status;
}
