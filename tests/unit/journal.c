/* SPDX-License-Identifier: MIT */
/* What the journal notes when statements fail, nest, or are very many. */
#include "book.h"

#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char directory[40];
    crm_book *book;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    (void)snprintf(fixture.directory, sizeof fixture.directory, "/tmp/crm-journal-XXXXXX");
    if (mkdtemp(fixture.directory) == NULL)
        return -1;
    fixture.book = crm_book_new();
    if (fixture.book == NULL ||
        crm_book_init(fixture.book, fixture.directory, NULL, NULL) != CRM_OK)
        return -1;
    crm_book_set_now(fixture.book, 1772413200);
    if (crm_book_open(fixture.book, fixture.directory, CRM_OPEN_WRITE) != CRM_OK)
        return -1;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {
        "crm.db", "crm.db-wal", "crm.db-shm", "policy.yaml", "calendars", "surveys", ""};
    struct fixture *fixture = *state;
    char path[64];
    crm_book_free(fixture->book);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", fixture->directory, names[i]);
        (void)remove(path);
    }
    return 0;
}

static struct store *store_of(void **state)
{
    return ((struct fixture *)*state)->book->store;
}

static int64_t number(struct store *store, const char *sql)
{
    struct arena arena = {0};
    struct value value = value_null();
    assert_int_equal(store_row_values(store, &arena, sql, NULL, 0, &value, 1), CRM_OK);
    arena_release(&arena);
    return value.integer;
}

static void expect_text(struct store *store, const char *sql, const char *expected)
{
    struct arena arena = {0};
    struct value value = value_null();
    assert_int_equal(store_row_values(store, &arena, sql, NULL, 0, &value, 1), CRM_OK);
    assert_int_equal(value.type, VALUE_TEXT);
    assert_string_equal(value.text, expected);
    arena_release(&arena);
}

static void run(struct store *store, const char *sql)
{
    assert_int_equal(store_run(store, sql, NULL, 0), CRM_OK);
}

/* `count` products in an entry of their own. */
static void add_products(crm_book *book, int64_t count)
{
    const struct value parameters[] = {value_integer(count), value_integer(0)};
    struct value with_entry[2];
    memcpy(with_entry, parameters, sizeof with_entry);
    assert_int_equal(book_begin(book), CRM_OK);
    with_entry[1] = value_integer(book->entry);
    assert_int_equal(
        store_run(book->store,
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
                  "INSERT INTO product (code, name, entry) SELECT 'p' || i, 'Product ' || i, $2 "
                  "FROM n",
                  with_entry, 2),
        CRM_OK);
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
}

static int64_t images(struct store *store)
{
    return number(store, "SELECT count(*) FROM journal_image");
}

static void a_failed_statement_leaves_no_image(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    struct store *store = store_of(state);
    add_products(book, 3);
    assert_int_equal(book_begin(book), CRM_OK);
    run(store, "UPDATE product SET unit = 'kg' WHERE code = 'p1'");
    /* The first two rows are changed before the third is in the way. */
    assert_int_equal(store_run(store,
                               "UPDATE product SET code = CASE code WHEN 'p1' THEN 'x' ELSE 'y' "
                               "END",
                               NULL, 0),
                     CRM_CONFLICT);
    assert_int_equal(store_run(store,
                               "INSERT INTO product (code, name, entry) VALUES ('a', 'A', 2), "
                               "('a', 'A', 2)",
                               NULL, 0),
                     CRM_CONFLICT);
    run(store, "UPDATE product SET unit = 'm' WHERE code = 'p2'");
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    assert_int_equal(images(store), 2);
    expect_text(store, "SELECT after_values FROM journal_image WHERE number = 2",
                "{\"unit\":\"m\"}");
    expect_text(store, "SELECT added FROM journal WHERE id = 2", "{}");
}

static void what_is_rolled_back_leaves_nothing(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    struct store *store = store_of(state);
    add_products(book, 2);
    assert_int_equal(book_begin(book), CRM_OK);
    run(store, "UPDATE product SET unit = 'kg'");
    assert_int_equal(book_end(book, CRM_INVALID), CRM_INVALID);
    assert_int_equal(images(store), 0);
    assert_int_equal(number(store, "SELECT count(*) FROM journal"), 1);
    /* And nothing of it comes into the next. */
    assert_int_equal(book_begin(book), CRM_OK);
    run(store, "DELETE FROM product WHERE code = 'p2'");
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    assert_int_equal(images(store), 1);
    expect_text(store, "SELECT before_values FROM journal_image",
                "{\"id\":2,\"code\":\"p2\",\"name\":\"Product 2\",\"entry\":1}");
}

static void rows_of_the_entry_itself_have_no_images(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    struct store *store = store_of(state);
    assert_int_equal(book_begin(book), CRM_OK);
    run(store, "INSERT INTO product (code, name, entry) VALUES ('a', 'A', 1), ('b', 'B', 1)");
    run(store, "UPDATE product SET unit = 'kg'");
    run(store, "DELETE FROM product WHERE code = 'b'");
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    assert_int_equal(images(store), 0);
    expect_text(store, "SELECT added FROM journal",
                "{\"product\":{\"count\":1,\"first\":1,\"last\":2}}");
}

/* A statement that removes all rows is not cut short, as the engine does when nobody listens. */
static void removing_all_is_told_row_by_row(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    struct store *store = store_of(state);
    add_products(book, 5);
    assert_int_equal(book_begin(book), CRM_OK);
    run(store, "DELETE FROM product");
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    assert_int_equal(images(store), 5);
}

/* Writes to another table for each row it gives. */
struct nesting {
    crm_book *book;
    int64_t row;
};

static crm_status next_line(void *context, struct value *row, bool *more)
{
    struct nesting *nesting = context;
    struct store *store = nesting->book->store;
    const struct value parameter = value_integer(++nesting->row);
    *more = nesting->row <= 3;
    if (!*more)
        return CRM_OK;
    assert_int_equal(
        store_run(store, "UPDATE product SET unit = 'box' WHERE id = $1", &parameter, 1), CRM_OK);
    row[0] = value_integer(1);
    row[1] = value_text("2026-03-02");
    row[2] = value_integer(1);
    row[3] = value_integer(nesting->row);
    row[4] = value_integer(10000);
    row[5] = value_text("CNY");
    row[6] = value_integer(1);
    row[7] = value_integer(nesting->book->entry);
    return CRM_OK;
}

static void statements_nest(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    struct store *store = store_of(state);
    static const crm_assignment customer[] = {{"name", "Acme"}};
    static const crm_assignment order[] = {{"number", "N1"}, {"customer", "acme"}};
    static const char *const columns[] = {"customer", "ordered_on", "order_ref", "line_number",
                                          "amount",   "currency",   "counted",   "entry"};
    static const size_t places[] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct nesting nesting = {.book = book};
    const struct store_source source = {columns, 8, next_line, &nesting};
    add_products(book, 3);
    assert_int_equal(crm_record_add(book, "customer", customer, 1, NULL), CRM_OK);
    assert_int_equal(crm_record_add(book, "order", order, 2, NULL), CRM_OK);
    assert_int_equal(book_begin(book), CRM_OK);
    assert_int_equal(store_append(store, "order_line", &source, places, 8), CRM_OK);
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    assert_int_equal(images(store), 3);
    expect_text(store, "SELECT added FROM journal ORDER BY id DESC LIMIT 1",
                "{\"order_line\":{\"count\":3,\"first\":1,\"last\":1}}");
}

/* All images of one statement wait until it ends: in a file, not in memory. */
static void many_images_take_little_memory(void **state)
{
    enum { MANY = 100000, KIB = 1024 };
    crm_book *book = ((struct fixture *)*state)->book;
    struct store *store = store_of(state);
    struct rusage before, after;
    add_products(book, MANY);
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    assert_int_equal(book_begin(book), CRM_OK);
    run(store, "UPDATE product SET name = name || ' of a name that is rather long, as names go', "
               "unit = 'box'");
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_int_equal(images(store), MANY);
    assert_int_equal(number(store, "SELECT max(number) FROM journal_image"), MANY);
    /* The images themselves are more than 20 MiB. */
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(after.ru_maxrss - before.ru_maxrss < 8 * KIB);
#endif
}

int main(void)
{
#define BOOK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BOOK_TEST(many_images_take_little_memory),
        BOOK_TEST(a_failed_statement_leaves_no_image),
        BOOK_TEST(what_is_rolled_back_leaves_nothing),
        BOOK_TEST(rows_of_the_entry_itself_have_no_images),
        BOOK_TEST(removing_all_is_told_row_by_row),
        BOOK_TEST(statements_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
