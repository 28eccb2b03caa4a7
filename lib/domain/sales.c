/* SPDX-License-Identifier: MIT */
/* Orders and their lines, and the sums kept of them. */
#include "domain/sales.h"

#include "base/decimal.h"

#include <string.h>

/* One customer's counted lines by month and currency. */
#define SHARE_OF_CUSTOMER                                                                          \
    "SELECT substr(ordered_on, 1, 7) AS month_of, currency, sum(amount) AS revenue, "              \
    "coalesce(sum(profit), 0) AS profit, count(DISTINCT order_ref) AS orders "                     \
    "FROM order_line WHERE customer = $1 AND counted = 1 "                                         \
    "GROUP BY substr(ordered_on, 1, 7), currency"

crm_status sales_take_out(struct crm_book *book, int64_t customer)
{
    const struct value parameter = value_integer(customer);
    return store_run(book->store,
                     "UPDATE month_total SET revenue = month_total.revenue - s.revenue, "
                     "profit = month_total.profit - s.profit, "
                     "orders = month_total.orders - s.orders, "
                     "customers = month_total.customers - 1 FROM (" SHARE_OF_CUSTOMER ") s "
                     "WHERE month_total.month_of = s.month_of "
                     "AND month_total.currency = s.currency",
                     &parameter, 1);
}

#define TOO_LARGE " NOT BETWEEN -9000000000000000000 AND 9000000000000000000"

/* An engine may turn a sum that leaves the 64 bits into a float: none may come near. */
static crm_status check_sums(struct crm_book *book)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value month;
    crm_status status = store_row_values(book->store, &arena,
                                         "SELECT month_of FROM month_total WHERE revenue" TOO_LARGE
                                         " OR profit" TOO_LARGE " ORDER BY 1 LIMIT 1",
                                         NULL, 0, &month, 1);
    if (status != CRM_OK)
        return status == CRM_NOT_FOUND ? CRM_OK : status;
    error_set(&book->error, CRM_INVALID, _("the sum of the month %s is too large"), month.text);
    return error_hint(&book->error, _("look at the amounts: sums are kept below 9×10^14"));
}

crm_status sales_put_in(struct crm_book *book, int64_t customer)
{
    const struct value parameter = value_integer(customer);
    crm_status status = store_run(
        book->store,
        "INSERT INTO month_total (month_of, currency, revenue, profit, orders, customers) "
        "SELECT s.month_of, s.currency, s.revenue, s.profit, s.orders, 1 "
        "FROM (" SHARE_OF_CUSTOMER ") s WHERE 1 = 1 "
        "ON CONFLICT (month_of, currency) DO UPDATE SET "
        "revenue = month_total.revenue + excluded.revenue, "
        "profit = month_total.profit + excluded.profit, "
        "orders = month_total.orders + excluded.orders, "
        "customers = month_total.customers + excluded.customers",
        &parameter, 1);
    if (status == CRM_OK)
        status = check_sums(book);
    if (status == CRM_OK)
        status = store_execute(book->store, "DELETE FROM month_total WHERE customers = 0");
    if (status == CRM_OK)
        status = store_run(
            book->store,
            "UPDATE customer SET (orders, revenue_total, profit_total, currency, first_order_on, "
            "last_order_on) = (SELECT count(DISTINCT order_ref), "
            "CASE WHEN count(DISTINCT currency) < 2 THEN coalesce(sum(amount), 0) END, "
            "CASE WHEN count(DISTINCT currency) < 2 THEN coalesce(sum(profit), 0) END, "
            "CASE WHEN count(DISTINCT currency) < 2 THEN max(currency) END, "
            "min(ordered_on), max(ordered_on) FROM order_line "
            "WHERE customer = $1 AND counted = 1) WHERE id = $1",
            &parameter, 1);
    return status;
}

crm_status sales_complete_order(struct crm_book *book, struct record *record)
{
    if (value_is_null(record_get(record, "currency")))
        record_put(record, "currency", value_text(book->policy->currency));
    return CRM_OK;
}

/* amount = quantity × unit price × (1 − discount), where it was not given. */
static crm_status complete_amount(struct crm_book *book, struct record *record)
{
    const struct value *quantity = record_get(record, "quantity");
    const struct value *price = record_get(record, "unit_price");
    const struct value *discount = record_get(record, "discount");
    if (!value_is_null(record_get(record, "amount")) || value_is_null(quantity) ||
        value_is_null(price))
        return CRM_OK;
    int64_t amount, rest = DECIMAL_ONE;
    if ((!value_is_null(discount) && !decimal_add(rest, -discount->integer, &rest)) ||
        !decimal_multiply3(quantity->integer, price->integer, rest, &amount)) {
        error_set(&book->error, CRM_INVALID, _("line: quantity times price is too large"));
        return error_hint(&book->error, _("look at quantity, unit price and discount"));
    }
    record_put(record, "amount", value_integer(amount));
    return CRM_OK;
}

crm_status sales_complete_line(struct crm_book *book, struct record *record, struct arena *arena)
{
    const struct value *order = record_get(record, "order_ref");
    if (value_is_null(order))
        return CRM_OK;
    if (!value_is_null(record_get(record, "counted")))
        return complete_amount(book, record);
    const struct value parameters[] = {*order, *record_get(record, "line_number")};
    struct value head[6];
    crm_status status = store_row_values(
        book->store, arena,
        "SELECT customer, ordered_on, currency, " SALES_ORDER_COUNTS ", "
        "CASE WHEN CAST($2 AS BIGINT) IS NULL THEN (SELECT coalesce(max(l.line_number), 0) + 1 "
        "FROM order_line l "
        "WHERE l.customer = o.customer AND l.order_ref = o.id) END, "
        "CASE WHEN CAST($2 AS BIGINT) IS NOT NULL THEN (SELECT count(*) FROM order_line l "
        "WHERE l.customer = o.customer AND l.order_ref = o.id AND l.line_number = $2) END "
        "FROM sales_order o WHERE o.id = $1",
        parameters, 2, head, 6);
    if (status != CRM_OK)
        return status;
    const struct value *customer = record_get(record, "customer");
    if (!value_is_null(customer) && customer->integer != head[0].integer) {
        error_set(&book->error, CRM_CONFLICT, _("line: the order is another customer's"));
        return error_hint(&book->error, _("leave out the customer, or name the order as O-12"));
    }
    if (head[5].integer > 0) {
        error_set(&book->error, CRM_EXISTS, _("line: the order has a line %lld already"),
                  (long long)parameters[1].integer);
        return error_hint(&book->error, _("leave out line_number: the next one is taken"));
    }
    record_put(record, "customer", head[0]);
    record_put(record, "currency", head[2]);
    record_put(record, "counted", head[3]);
    if (value_is_null(record_get(record, "ordered_on")))
        record_put(record, "ordered_on", head[1]);
    if (value_is_null(record_get(record, "line_number")))
        record_put(record, "line_number", head[4]);
    return complete_amount(book, record);
}

/* Sets one column of the order's lines; `condition` begins with " AND" or is "". */
static crm_status set_lines(struct crm_book *book, const char *assignment, const char *condition,
                            struct value value, int64_t id, int64_t customer)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value, value_integer(customer), value_integer(id)};
    const char *sql =
        arena_printf(&arena, "UPDATE order_line SET %s WHERE customer = $2 AND order_ref = $3%s",
                     assignment, condition);
    return sql == NULL ? error_no_memory(&book->error) : store_run(book->store, sql, parameters, 3);
}

crm_status sales_update_order(struct crm_book *book, const struct record *record, int64_t id,
                              int64_t customer)
{
    static const struct {
        const char *field, *assignment, *condition;
    } followers[] = {
        /* Lines with a day of their own keep it. */
        {"ordered_on", "ordered_on = $1",
         " AND ordered_on = (SELECT o.ordered_on FROM sales_order o WHERE o.id = $3)"},
        {"currency", "currency = $1", ""},
        {"status", "counted = CASE WHEN $1 = 'cancelled' THEN 0 ELSE 1 END", ""},
        {"customer", "customer = $1", ""}, /* last: the others look under the old one */
    };
    crm_status status = CRM_OK;
    for (size_t i = 0; i < sizeof followers / sizeof *followers && status == CRM_OK; i++) {
        const struct value *value = record_get(record, followers[i].field);
        bool given = record->given[kind_field_index(record->kind, followers[i].field)];
        if (given && !value_is_null(value))
            status = set_lines(book, followers[i].assignment, followers[i].condition, *value, id,
                               customer);
    }
    return status;
}

crm_status sales_settle_lines(struct crm_book *book, int64_t order)
{
    const struct value id = value_integer(order);
    return store_run(
        book->store,
        "UPDATE order_line SET (currency, counted) = (SELECT currency, " SALES_ORDER_COUNTS
        " FROM sales_order WHERE id = $1) WHERE customer = "
        "(SELECT customer FROM sales_order WHERE id = $1) AND order_ref = $1",
        &id, 1);
}
