/* SPDX-License-Identifier: MIT */
/* Revenue and last orders of one customer: its lines lie together and are read once for both. */
#include "domain/customer_page.h"

#include "base/decimal.h"

#include <string.h>

enum { LAST_ORDERS = 5, ORDER_COLUMNS = 5, ORDER_AMOUNT = 3 };

/* Sums in one currency: of the twelve months up to today, and of those before. */
struct year_sums {
    struct year_sums *next;
    const char *currency;
    int64_t revenue, revenue_before;
    int64_t profit, profit_before;
};

struct sales {
    struct customer_page *page;
    char year_ago[DATE_TEXT], two_years_ago[DATE_TEXT];
    struct year_sums *sums; /* in the order in which their currencies first occur */
    int64_t order_ids[LAST_ORDERS];
    struct value orders[LAST_ORDERS][ORDER_COLUMNS];
    size_t order_count;
};

/* ---- Orders ---- */

static crm_status keep_order(void *context, const struct value *row)
{
    struct sales *sales = context;
    struct value *order = sales->orders[sales->order_count];
    sales->order_ids[sales->order_count++] = row[0].integer;
    /* The amount, which the lines give, stands before the currency. */
    const struct value cells[ORDER_COLUMNS] = {row[1], row[2], row[3], value_null(), row[4]};
    for (size_t i = 0; i < ORDER_COLUMNS; i++) {
        order[i] = cells[i];
        if (order[i].type != VALUE_TEXT)
            continue;
        order[i].text = arena_copy_length(&sales->page->arena, cells[i].text, cells[i].length);
        if (order[i].text == NULL)
            return error_no_memory(&sales->page->book->error);
    }
    return CRM_OK;
}

static const char orders_sql[] = "SELECT id, number, ordered_on, status, currency FROM sales_order "
                                 "WHERE customer = $1 ORDER BY ordered_on DESC, id DESC LIMIT 5";

static crm_status load_orders(struct sales *sales)
{
    return store_query(sales->page->book->store, orders_sql, &sales->page->id, 1, keep_order,
                       sales);
}

/* ---- Lines ---- */

static crm_status say_too_large(struct sales *sales)
{
    error_set(&sales->page->book->error, CRM_INVALID, _("the sum of order lines is too large"));
    return error_hint(&sales->page->book->error, _("look for wrong amounts: crm list line"));
}

static struct year_sums *sums_in(struct sales *sales, const struct value *currency)
{
    const char *name = currency->type == VALUE_TEXT ? currency->text : "";
    struct year_sums **at = &sales->sums;
    while (*at != NULL && strcmp((*at)->currency, name) != 0)
        at = &(*at)->next;
    if (*at != NULL)
        return *at;
    struct year_sums *sums = arena_alloc(&sales->page->arena, sizeof *sums);
    if (sums != NULL)
        sums->currency = arena_copy(&sales->page->arena, name);
    if (sums == NULL || sums->currency == NULL)
        return NULL;
    return *at = sums;
}

enum { AT_ORDER, AT_DAY, AT_AMOUNT, AT_PROFIT, AT_CURRENCY, AT_COUNTED };

static crm_status add_to_years(struct sales *sales, const struct value *row)
{
    const char *day = row[AT_DAY].text;
    if (row[AT_COUNTED].integer == 0 || strcmp(day, sales->two_years_ago) <= 0 ||
        strcmp(day, sales->page->book->today_text) > 0)
        return CRM_OK;
    struct year_sums *sums = sums_in(sales, &row[AT_CURRENCY]);
    if (sums == NULL)
        return error_no_memory(&sales->page->book->error);
    bool now = strcmp(day, sales->year_ago) > 0;
    int64_t *revenue = now ? &sums->revenue : &sums->revenue_before;
    int64_t *profit = now ? &sums->profit : &sums->profit_before;
    bool fits = decimal_add(*revenue, row[AT_AMOUNT].integer, revenue) &&
                decimal_add(*profit, row[AT_PROFIT].integer, profit); /* unknown profit is 0 */
    return fits ? CRM_OK : say_too_large(sales);
}

static crm_status add_line(void *context, const struct value *row)
{
    struct sales *sales = context;
    for (size_t i = 0; i < sales->order_count; i++) {
        struct value *amount = &sales->orders[i][ORDER_AMOUNT];
        if (sales->order_ids[i] != row[AT_ORDER].integer)
            continue;
        amount->type = VALUE_INTEGER;
        if (!decimal_add(amount->integer, row[AT_AMOUNT].integer, &amount->integer))
            return say_too_large(sales);
    }
    return add_to_years(sales, row);
}

static const char lines_sql[] = "SELECT order_ref, ordered_on, amount, profit, currency, counted "
                                "FROM order_line WHERE customer = $1";

static crm_status load_lines(struct sales *sales)
{
    return store_query(sales->page->book->store, lines_sql, &sales->page->id, 1, add_line, sales);
}

/* ---- Sections ---- */

static struct value growth_of(int64_t before, int64_t now)
{
    int64_t percent;
    return decimal_growth(before, now, &percent) ? value_integer(percent) : value_null();
}

static crm_status write_revenue(struct sales *sales)
{
    struct crm_sink *sink = sales->page->sink;
    const struct column columns[] = {
        {.name = "currency", .label = _("Currency")},
        {.name = "revenue", .label = _("12 months"), .type = DATA_DECIMAL},
        {.name = "revenue_before", .label = _("12 months before"), .type = DATA_DECIMAL},
        {.name = "growth", .label = _("Growth %"), .type = DATA_DECIMAL},
        {.name = "profit", .label = _("Profit"), .type = DATA_DECIMAL},
        {.name = "profit_before", .label = _("Profit before"), .type = DATA_DECIMAL},
    };
    const struct table table = {
        .name = "revenue", .title = _("Revenue"), .columns = columns, .count = LENGTH(columns)};
    crm_status status = sink_begin(sink, &table);
    for (const struct year_sums *sums = sales->sums; sums != NULL && status == CRM_OK;
         sums = sums->next) {
        const struct value values[] = {
            value_text(sums->currency),          value_integer(sums->revenue),
            value_integer(sums->revenue_before), growth_of(sums->revenue_before, sums->revenue),
            value_integer(sums->profit),         value_integer(sums->profit_before)};
        status = sink_row(sink, values);
    }
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status write_orders(struct sales *sales)
{
    static const char *const fields[ORDER_COLUMNS] = {"number", "ordered_on", "status", "amount",
                                                      "currency"};
    struct crm_sink *sink = sales->page->sink;
    struct column columns[ORDER_COLUMNS];
    for (size_t i = 0; i < ORDER_COLUMNS; i++)
        columns[i] = field_column(kind_field(&kind_order, fields[i]));
    const struct table table = {.name = "last_orders",
                                .title = _("Last orders"),
                                .columns = columns,
                                .count = ORDER_COLUMNS};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < sales->order_count && status == CRM_OK; i++)
        status = sink_row(sink, sales->orders[i]);
    return status == CRM_OK ? sink_end(sink) : status;
}

static bool wants_sales(const struct customer_page *page)
{
    return sink_wants(page->sink, "revenue") || sink_wants(page->sink, "last_orders");
}

void customer_announce_sales(struct customer_page *page)
{
    if (!wants_sales(page))
        return;
    store_announce(page->book->store, orders_sql, &page->id, 1);
    store_announce(page->book->store, lines_sql, &page->id, 1);
}

crm_status customer_sales(struct customer_page *page)
{
    struct sales sales = {.page = page};
    if (!wants_sales(page))
        return CRM_OK;
    date_format(date_add_months(page->book->today, -12), sales.year_ago);
    date_format(date_add_months(page->book->today, -24), sales.two_years_ago);
    crm_status status = load_orders(&sales);
    if (status == CRM_OK && sales.order_count > 0)
        status = load_lines(&sales);
    if (status == CRM_OK)
        status = write_revenue(&sales);
    return status == CRM_OK ? write_orders(&sales) : status;
}
