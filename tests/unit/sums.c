/* SPDX-License-Identifier: MIT */
/* The sums kept by month and by customer always equal those of the order lines, whatever was
 * added, edited, removed and merged before. SEED=n repeats a run. */
#include "book.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { CUSTOMERS = 5, STEPS = 600 };

/* xorshift: the same numbers everywhere. */
static uint64_t state;

static unsigned below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state % limit);
}

static crm_book *open_book(const char *directory)
{
    crm_book *book = crm_book_new();
    assert_non_null(book);
    crm_book_set_now(book, 1772413200);
    assert_int_equal(crm_book_init(book, directory, "Asia/Shanghai", "CNY"), CRM_OK);
    assert_int_equal(crm_book_open(book, directory, CRM_OPEN_WRITE), CRM_OK);
    return book;
}

static void remove_book(const char *directory)
{
    static const char *const names[] = {
        "crm.db", "crm.db-wal", "crm.db-shm", "policy.yaml", "calendars", "surveys", ""};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)remove(path);
    }
}

/* The number in the first column of the first row. */
static int64_t number(crm_book *book, const char *sql)
{
    struct arena arena = {0};
    struct value value = value_null();
    assert_int_equal(store_row_values(book->store, &arena, sql, NULL, 0, &value, 1), CRM_OK);
    assert_int_equal(value.type, VALUE_INTEGER);
    arena_release(&arena);
    return value.integer;
}

#define BY_MONTH                                                                                   \
    "SELECT substr(l.ordered_on, 1, 7), l.currency, sum(l.amount), coalesce(sum(l.profit), 0), "   \
    "count(DISTINCT l.order_ref), count(DISTINCT l.customer) FROM order_line l "                   \
    "JOIN sales_order o ON o.id = l.order_ref WHERE o.status <> 'cancelled' "                      \
    "GROUP BY substr(l.ordered_on, 1, 7), l.currency"
#define KEPT_BY_MONTH                                                                              \
    "SELECT month_of, currency, revenue, profit, orders, customers FROM month_total"
#define BY_CUSTOMER                                                                                \
    "SELECT c.id, count(DISTINCT o.id), CASE WHEN count(DISTINCT l.currency) < 2 "                 \
    "THEN coalesce(sum(l.amount), 0) END, CASE WHEN count(DISTINCT l.currency) < 2 "               \
    "THEN coalesce(sum(l.profit), 0) END, CASE WHEN count(DISTINCT l.currency) < 2 "               \
    "THEN max(l.currency) END, "                                                                   \
    "min(l.ordered_on), max(l.ordered_on) FROM customer c LEFT JOIN (order_line l "                \
    "JOIN sales_order o ON o.id = l.order_ref AND o.status <> 'cancelled') "                       \
    "ON o.customer = c.id GROUP BY c.id"
#define KEPT_BY_CUSTOMER                                                                           \
    "SELECT id, orders, revenue_total, profit_total, currency, first_order_on, last_order_on "     \
    "FROM customer"

static void compare(crm_book *book, const char *what, int step)
{
    static const char *const differences[] = {
        "SELECT count(*) FROM (" BY_MONTH " EXCEPT " KEPT_BY_MONTH ")",
        "SELECT count(*) FROM (" KEPT_BY_MONTH " EXCEPT " BY_MONTH ")",
        "SELECT count(*) FROM (" BY_CUSTOMER " EXCEPT " KEPT_BY_CUSTOMER ")",
        /* What a line repeats of its order. */
        ("SELECT count(*) FROM order_line l JOIN sales_order o ON o.id = l.order_ref "
         "WHERE l.customer <> o.customer OR l.currency <> o.currency OR l.currency IS NULL"),
    };
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++) {
        int64_t found = number(book, differences[i]);
        if (found != 0)
            fail_msg("after step %d (%s): %lld rows of comparison %zu differ", step, what,
                     (long long)found, i);
    }
}

/* ---- Random operations: refusals are fine, wrong sums are not ---- */

static const char *random_customer(void)
{
    static const char *const keys[CUSTOMERS] = {"c0", "c1", "c2", "c3", "c4"};
    return keys[below(CUSTOMERS)];
}

static const char *random_day(char out[16])
{
    (void)snprintf(out, 16, "2026-%02u-%02u", 1 + below(4), 1 + below(28));
    return out;
}

static const char *random_order(crm_book *book, char out[32])
{
    int64_t most = number(book, "SELECT coalesce(max(id), 0) FROM sales_order");
    (void)snprintf(out, 32, "#%u", 1 + below((unsigned)most + 1));
    return out;
}

static crm_status add_customer(crm_book *book)
{
    const crm_assignment fields[] = {{"name", "Customer"}, {"key", random_customer()}};
    return crm_record_add(book, "customer", fields, 2, NULL);
}

static crm_status add_order(crm_book *book)
{
    static const char *const statuses[] = {"completed", "cancelled", "open", ""};
    static const char *const currencies[] = {"CNY", "EUR", ""};
    char text[16], day[16];
    (void)snprintf(text, sizeof text, "N%u", below(80));
    const crm_assignment fields[] = {{"number", text},
                                     {"customer", random_customer()},
                                     {"ordered_on", random_day(day)},
                                     {"currency", currencies[below(3)]},
                                     {"status", statuses[below(4)]}};
    return crm_record_add(book, "order", fields, 5, NULL);
}

static crm_status add_line(crm_book *book)
{
    char order[32], amount[16], profit[16], day[16];
    (void)snprintf(amount, sizeof amount, "%d.%02u", (int)below(2000) - 500, below(100));
    (void)snprintf(profit, sizeof profit, "%d", (int)below(200) - 50);
    const crm_assignment fields[] = {{"order_ref", random_order(book, order)},
                                     {"amount", amount},
                                     {"profit", below(3) == 0 ? "" : profit},
                                     {"ordered_on", random_day(day)}};
    return crm_record_add(book, "line", fields, below(2) == 0 ? 3 : 4, NULL);
}

static crm_status edit_order(crm_book *book)
{
    static const char *const statuses[] = {"completed", "cancelled", "returned", ""};
    static const char *const currencies[] = {"CNY", "EUR", ""};
    char order[32], day[16];
    const crm_assignment fields[] = {{"customer", random_customer()},
                                     {"ordered_on", random_day(day)},
                                     {"currency", currencies[below(3)]},
                                     {"status", statuses[below(4)]}};
    size_t first = below(4);
    return crm_record_edit(book, "order", random_order(book, order), fields + first,
                           1 + below((unsigned)(4 - first)), NULL);
}

static crm_status remove_order(crm_book *book)
{
    char order[32];
    return crm_record_remove(book, "order", random_order(book, order), NULL);
}

static crm_status remove_customer(crm_book *book)
{
    return crm_record_remove(book, "customer", random_customer(), NULL);
}

static crm_status merge_customers(crm_book *book)
{
    return crm_record_merge(book, "customer", random_customer(), random_customer(), NULL);
}

static crm_status merge_orders(crm_book *book)
{
    char from[32], into[32];
    return crm_record_merge(book, "order", random_order(book, from), random_order(book, into),
                            NULL);
}

static const struct operation {
    const char *name;
    crm_status (*run)(crm_book *book);
    unsigned weight;
} operations[] = {
    {"add customer", add_customer, 4},
    {"add order", add_order, 10},
    {"add line", add_line, 20},
    {"edit order", edit_order, 12},
    {"remove order", remove_order, 6},
    {"remove customer", remove_customer, 6},
    {"merge customers", merge_customers, 2},
    {"merge orders", merge_orders, 1},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static const struct operation *random_operation(void)
{
    unsigned sum = 0;
    for (size_t i = 0; i < OPERATIONS; i++)
        sum += operations[i].weight;
    unsigned pick = below(sum);
    size_t i = 0;
    for (; pick >= operations[i].weight; i++)
        pick -= operations[i].weight;
    return &operations[i];
}

static void random_changes_keep_sums(void **unused)
{
    (void)unused;
    const char *seed = getenv("SEED");
    state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)getpid() * UINT64_C(2654435761) + 1;
    print_message("SEED=%llu\n", (unsigned long long)state);
    char directory[] = "/tmp/crm-sums-XXXXXX";
    assert_non_null(mkdtemp(directory));
    crm_book *book = open_book(directory);
    size_t done[OPERATIONS] = {0};
    for (int step = 0; step < STEPS; step++) {
        const struct operation *operation = random_operation();
        crm_book_set_dry_run(book, below(8) == 0);
        crm_status status = operation->run(book);
        done[operation - operations] += status == CRM_OK;
        assert_true(status == CRM_OK || crm_book_message(book)[0] != '\0');
        compare(book, operation->name, step);
    }
    for (size_t i = 0; i < 5; i++) /* each of the common ones happened, not only tried */
        assert_true(done[i] > 0);
    crm_book_free(book);
    remove_book(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_changes_keep_sums)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
