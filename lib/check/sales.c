/* SPDX-License-Identifier: MIT */
/* Orders, their lines, and the sums by customer and month: added up by the code that keeps them, on
 * the way through the lines. */
#include "check/records.h"
#include "domain/sales.h"

#include <stdlib.h>
#include <string.h>

/* ---- Heads of orders, packed: customer, currency, counted, and a bit that is always set ---- */

enum { CURRENCY_BITS = 24, HEAD_CUSTOMER = CURRENCY_BITS + 2 };

/* Three letters fit into three bytes; another text is as good as none, and was complained of. */
static uint64_t pack_currency(const struct value *currency)
{
    uint64_t packed = 0;
    if (currency->type != VALUE_TEXT || currency->length != 3)
        return 0;
    for (size_t i = 0; i < 3; i++)
        packed = packed << 8 | (unsigned char)currency->text[i];
    return packed;
}

static void unpack_currency(uint64_t head, char out[4])
{
    for (int i = 0; i < 3; i++)
        out[i] = (char)(head >> (2 + 8 * (2 - i)) & 0xFF);
    out[3] = '\0';
}

static uint64_t pack_head(uint64_t customer, const struct value *currency, bool counted)
{
    return customer << HEAD_CUSTOMER | pack_currency(currency) << 2 | (uint64_t)counted << 1 | 1;
}

/* Columns that the sums are made of. */
enum { CUSTOMER, DAY, ORDER, AMOUNT, PROFIT, CURRENCY, COUNTED };
static const char *const place_names[SALES_PLACES] = {
    "customer", "ordered_on", "order_ref", "amount", "profit", "currency", "counted"};

void sales_check_places(struct pass *pass)
{
    for (size_t place = 0; place < SALES_PLACES; place++)
        for (size_t i = 0; i < pass->count; i++)
            if (strcmp(pass->columns[i].check.field->name, place_names[place]) == 0)
                pass->sales.places[place] = i;
}

static const struct value *at(const struct pass *pass, int place)
{
    return &pass->row[pass->sales.places[place]];
}

uint64_t sales_check_order(const struct pass *pass)
{
    const struct value *currency = at(pass, CURRENCY);
    const struct value *customer = at(pass, CUSTOMER);
    return pack_head((uint64_t)customer->integer, currency,
                     pass->row[pass->counted_at].integer != 0);
}

crm_status sales_check_customer(struct check *check, int64_t id)
{
    int64_t *ids =
        array_grow(check->customers, &check->customer_room, check->customer_count + 1, sizeof *ids);
    if (ids == NULL)
        return error_no_memory(&check->book->error);
    check->customers = ids;
    ids[check->customer_count++] = id;
    return CRM_OK;
}

/* ---- What is kept of each customer ---- */

static const char *const customer_fields[SALES_CUSTOMER_SUMS] = {
    "orders", "revenue_total", "profit_total", "first_order_on", "last_order_on", "currency"};

static crm_status step_to(struct sales_check *sales, int64_t customer)
{
    crm_status status = CRM_OK;
    while (status == CRM_OK && sales->more &&
           statement_column(sales->customers, 0).integer < customer)
        status = statement_step(sales->customers, &sales->more);
    return status;
}

static crm_status compare_customer(void *context, int64_t customer, const struct value *sums)
{
    struct pass *pass = context;
    struct sales_check *sales = &pass->sales;
    bool same = true;
    crm_status status = step_to(sales, customer);
    if (status != CRM_OK || !sales->more ||
        statement_column(sales->customers, 0).integer != customer ||
        id_map_get(&sales->unsound, customer) != 0)
        return status;
    for (int i = 0; i < SALES_CUSTOMER_SUMS && status == CRM_OK; i++) {
        const struct value kept = statement_column(sales->customers, i + 1);
        if (value_equal(&kept, &sums[i]))
            continue;
        same = false;
        status = check_say_derived(pass->check, &kind_customer,
                                   check_record(pass->check, &kind_customer, customer),
                                   customer_fields[i], &kept, &sums[i]);
    }
    if (status == CRM_OK && !same && pass->check->repair)
        status = sales_keep_customer(sales->sums, customer, sums);
    return status;
}

/* ---- What is kept of each month ---- */

struct month_kept {
    char month[16], currency[16];
    int64_t sums[4];
    bool seen;
};
static const char *const month_fields[] = {"revenue", "profit", "orders", "customers"};

static crm_status add_month(void *context, const struct value *row)
{
    struct pass *pass = context;
    struct sales_check *sales = &pass->sales;
    struct month_kept *months =
        array_grow(sales->months, &sales->month_room, sales->month_count + 1, sizeof *months);
    if (months == NULL)
        return error_no_memory(&pass->check->book->error);
    sales->months = months;
    struct month_kept *kept = &months[sales->month_count++];
    *kept = (struct month_kept){.seen = false};
    for (size_t i = 0; i < 2; i++) {
        char *out = i == 0 ? kept->month : kept->currency;
        if (row[i].type == VALUE_TEXT && row[i].length < sizeof kept->month)
            memcpy(out, row[i].text, row[i].length);
    }
    for (size_t i = 0; i < 4; i++)
        kept->sums[i] = row[i + 2].integer;
    return CRM_OK;
}

static crm_status say_month(struct check *check, const char *month, const char *currency,
                            const char *field, const struct value *stored,
                            const struct value *expected)
{
    static const struct field money = {.type = DATA_DECIMAL}, number = {.type = DATA_INTEGER};
    const struct field *about =
        strcmp(field, "revenue") == 0 || strcmp(field, "profit") == 0 ? &money : &number;
    const struct finding finding = {.part = CHECK_DERIVED,
                                    .kind = "month_total",
                                    .record =
                                        arena_printf(&check->scratch, "%s %s", month, currency),
                                    .field = field,
                                    .stored = check_text(check, about, stored),
                                    .expected = check_text(check, about, expected),
                                    .problem = _("not what the records come to"),
                                    .repairable = true};
    return check_say(check, &finding);
}

static crm_status remove_month(struct check *check, const char *month, const char *currency)
{
    const struct value key[] = {value_text(month), value_text(currency)};
    return store_run(check->book->store,
                     "DELETE FROM month_total WHERE month_of = $1 AND currency = $2", key, 2);
}

static struct month_kept *find_month(struct sales_check *sales, const struct value *sums)
{
    for (size_t i = 0; i < sales->month_count; i++)
        if (strcmp(sales->months[i].month, sums[0].text) == 0 &&
            strcmp(sales->months[i].currency, sums[1].text) == 0)
            return &sales->months[i];
    return NULL;
}

static crm_status compare_month(void *context, const struct value *sums)
{
    struct pass *pass = context;
    struct check *check = pass->check;
    struct month_kept *kept = find_month(&pass->sales, sums);
    bool same = true;
    crm_status status = CRM_OK;
    if (pass->sales.any_unsound || sums[5].integer == 0)
        return CRM_OK;
    if (kept != NULL)
        kept->seen = true;
    for (size_t i = 0; i < 4 && status == CRM_OK; i++) {
        const struct value stored = kept == NULL ? value_null() : value_integer(kept->sums[i]);
        if (value_equal(&stored, &sums[i + 2]))
            continue;
        same = false;
        status =
            say_month(check, sums[0].text, sums[1].text, month_fields[i], &stored, &sums[i + 2]);
    }
    if (status != CRM_OK || same || !check->repair)
        return status;
    status = remove_month(check, sums[0].text, sums[1].text);
    return status == CRM_OK ? sales_keep_month(pass->sales.sums, sums) : status;
}

static crm_status compare_months_left(struct pass *pass)
{
    crm_status status = CRM_OK;
    const struct value none = value_null();
    for (size_t i = 0; i < pass->sales.month_count && status == CRM_OK; i++) {
        const struct month_kept *kept = &pass->sales.months[i];
        if (kept->seen)
            continue;
        const struct value stored = value_integer(kept->sums[0]);
        status = say_month(pass->check, kept->month, kept->currency, "revenue", &stored, &none);
        if (status == CRM_OK && pass->check->repair)
            status = remove_month(pass->check, kept->month, kept->currency);
    }
    return status;
}

/* ---- On the way through the lines ---- */

crm_status sales_check_begin(struct pass *pass)
{
    static const struct sales_keeper comparing = {compare_customer, compare_month, NULL};
    struct check *check = pass->check;
    struct sales_check *sales = &pass->sales;
    struct sales_keeper keeper = comparing;
    struct store *store = check->book->store;
    crm_status status = store_query(store,
                                    "SELECT month_of, currency, revenue, profit, orders, "
                                    "customers FROM month_total ORDER BY month_of, currency",
                                    NULL, 0, add_month, pass);
    if (status == CRM_OK)
        status = store_prepare(store,
                               "SELECT id, orders, revenue_total, profit_total, first_order_on, "
                               "last_order_on, currency FROM customer ORDER BY id",
                               &sales->customers);
    if (status == CRM_OK)
        status = statement_step(sales->customers, &sales->more);
    if (status == CRM_OK)
        status =
            sales_sums_begin(check->book, check->customers, check->customer_count, &sales->sums);
    keeper.context = pass;
    if (status == CRM_OK)
        sales_sums_hand_to(sales->sums, &keeper);
    return status == CRM_OK ? status : check_failed(check, CHECK_DERIVED, "line", status);
}

static crm_status settle_later(struct pass *pass, int64_t order)
{
    struct sales_check *sales = &pass->sales;
    if (!pass->check->repair ||
        (sales->order_count > 0 && sales->orders[sales->order_count - 1] == order))
        return CRM_OK;
    int64_t *orders =
        array_grow(sales->orders, &sales->order_room, sales->order_count + 1, sizeof *orders);
    if (orders == NULL)
        return error_no_memory(&pass->check->book->error);
    sales->orders = orders;
    orders[sales->order_count++] = order;
    return CRM_OK;
}

/* Currency and counted follow the order. */
static crm_status compare_head(struct pass *pass, uint64_t head)
{
    const struct value *currency = at(pass, CURRENCY);
    const struct value *counted = at(pass, COUNTED);
    const struct value *order = at(pass, ORDER);
    char text[4];
    unpack_currency(head, text);
    const struct value expected[] = {value_text(text), value_integer((int64_t)(head >> 1 & 1))};
    const struct value *const kept[] = {currency, counted};
    static const char *const names[] = {"currency", "counted"};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < 2 && status == CRM_OK; i++) {
        if (value_equal(kept[i], &expected[i]) || (i == 0 && text[0] == '\0'))
            continue;
        struct finding finding = {
            .part = CHECK_DERIVED,
            .field = names[i],
            .expected = check_text(pass->check, kind_field(&kind_line, names[i]), &expected[i]),
            .problem = _("not what the order says"),
            .repairable = true};
        status = pass_say(pass, finding, kept[i]);
        if (status == CRM_OK)
            status = settle_later(pass, order->integer);
    }
    return status;
}

/* The sums of the customer, and those of the months, cannot be told any more. One line of the
 * customer is named, the first that stands in the way. */
static crm_status leave_out(struct pass *pass, crm_status failure)
{
    struct check *check = pass->check;
    struct sales_check *sales = &pass->sales;
    struct error *error = &check->book->error;
    int64_t customer = at(pass, CUSTOMER)->integer;
    bool told = id_map_get(&sales->unsound, customer) != 0;
    if (failure == CRM_NO_MEMORY || check->sink->failure != CRM_OK)
        return failure;
    sales->any_unsound = true;
    if (!id_map_put(&sales->unsound, customer, 1))
        return error_no_memory(error);
    const struct finding finding = {.part = CHECK_DERIVED,
                                    .field = "amount",
                                    .problem = arena_copy(&check->scratch, error->message),
                                    .hint = arena_copy(&check->scratch, error->hint)};
    error_clear(error);
    if (failure == CRM_OK || told)
        return CRM_OK;
    return finding.problem == NULL || finding.hint == NULL
               ? error_no_memory(error)
               : pass_say(pass, finding, at(pass, AMOUNT));
}

static crm_status add_line(struct pass *pass, uint64_t head)
{
    char currency[4];
    unpack_currency(head, currency);
    const struct value *profit = at(pass, PROFIT);
    const struct value row[] = {*at(pass, CUSTOMER),
                                *at(pass, DAY),
                                *at(pass, ORDER),
                                *at(pass, AMOUNT),
                                value_is_null(profit) ? value_integer(0) : *profit,
                                value_text(currency),
                                value_integer((int64_t)(head >> 1 & 1))};
    day_number day;
    bool sound = head != 0 && currency[0] != '\0' && row[0].type == VALUE_INTEGER &&
                 row[1].type == VALUE_TEXT && date_parse_iso(row[1].text, row[1].length, &day) &&
                 row[3].type == VALUE_INTEGER && row[4].type == VALUE_INTEGER;
    crm_status status = sound ? sales_sums_add(pass->sales.sums, row) : CRM_OK;
    return sound && status == CRM_OK ? CRM_OK : leave_out(pass, status);
}

crm_status sales_check_line(struct pass *pass)
{
    struct check *check = pass->check;
    const struct value *customer = at(pass, CUSTOMER);
    struct table_facts *orders = &check->tables[check_kind_index(&kind_order)];
    uint64_t head = id_map_get(&orders->ids, at(pass, ORDER)->integer);
    crm_status status = CRM_OK;
    if (head != 0 && check->wanted[CHECK_REFERENCES] &&
        head >> HEAD_CUSTOMER != (uint64_t)customer->integer << HEAD_CUSTOMER >> HEAD_CUSTOMER) {
        const struct finding finding = {
            .part = CHECK_REFERENCES,
            .field = "customer",
            .problem = _("the order is another customer's"),
            .hint = _("crm log shows who moved it; crm undo takes that back")};
        status = pass_say(pass, finding, customer);
    }
    if (status == CRM_OK && head != 0 && check->wanted[CHECK_DERIVED])
        status = compare_head(pass, head);
    if (status == CRM_OK && pass->sales.sums != NULL)
        status = add_line(pass, head);
    return status;
}

static crm_status settle_orders(struct pass *pass)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < pass->sales.order_count && status == CRM_OK; i++)
        status = sales_settle_lines(pass->check->book, pass->sales.orders[i]);
    return status;
}

crm_status sales_check_end(struct pass *pass)
{
    if (pass->facts->partial || pass->sales.sums == NULL)
        return CRM_OK;
    crm_status status = sales_sums_end(pass->sales.sums);
    if (status == CRM_OK && !pass->sales.any_unsound)
        status = compare_months_left(pass);
    return status == CRM_OK ? settle_orders(pass) : status;
}

void sales_check_release(struct sales_check *sales)
{
    statement_free(sales->customers);
    sales_sums_free(sales->sums);
    id_map_release(&sales->unsound);
    free(sales->months);
    free(sales->orders);
}
