/* SPDX-License-Identifier: MIT */
/* Transactions of a book, and what the engine does not do by itself. */
#include "book.h"

#include "base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char directory[32];
    crm_book *book;
};

static crm_book *open_again(const char *directory, crm_open_mode mode)
{
    crm_book *book = crm_book_new();
    assert_non_null(book);
    crm_book_set_now(book, 1772413200);
    assert_int_equal(crm_book_open(book, directory, mode), CRM_OK);
    return book;
}

static int set_up(void **state)
{
    static struct fixture fixture;
    (void)snprintf(fixture.directory, sizeof fixture.directory, "/tmp/crm-store-XXXXXX");
    if (mkdtemp(fixture.directory) == NULL)
        return -1;
    crm_book *book = crm_book_new();
    if (book == NULL || crm_book_init(book, fixture.directory, NULL, NULL) != CRM_OK)
        return -1;
    crm_book_free(book);
    fixture.book = open_again(fixture.directory, CRM_OPEN_WRITE);
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

static int64_t number(crm_book *book, const char *sql)
{
    struct arena arena = {0};
    struct value value = value_null();
    assert_int_equal(store_row_values(book->store, &arena, sql, NULL, 0, &value, 1), CRM_OK);
    arena_release(&arena);
    return value.integer;
}

static crm_status add(crm_book *book, const char *name)
{
    const crm_assignment fields[] = {{"name", name}};
    return crm_record_add(book, "customer", fields, 1, NULL);
}

static int64_t customers(crm_book *book)
{
    return number(book, "SELECT count(*) FROM customer");
}

static int64_t entries(crm_book *book)
{
    return number(book, "SELECT count(*) FROM journal");
}

static void pairs_nest(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    assert_int_equal(book_begin(book), CRM_OK);
    assert_int_equal(add(book, "One"), CRM_OK);
    assert_int_equal(add(book, "Two"), CRM_OK);
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    assert_int_equal(customers(book), 2);
    assert_int_equal(entries(book), 1);
}

static void an_inner_failure_fails_the_whole(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    assert_int_equal(book_begin(book), CRM_OK);
    assert_int_equal(add(book, "One"), CRM_OK);
    assert_int_equal(add(book, ""), CRM_INVALID);
    assert_true(store_in_transaction(book->store));
    assert_int_equal(add(book, "Two"), CRM_OK);
    assert_int_equal(book_end(book, CRM_OK), CRM_INVALID); /* though its caller did not look */
    assert_int_equal(customers(book), 0);
    assert_int_equal(entries(book), 0);
    /* And it is over with that. */
    assert_int_equal(add(book, "Three"), CRM_OK);
    assert_int_equal(customers(book), 1);
}

static void a_dry_run_and_nothing_leave_no_entry(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    assert_int_equal(book_begin(book), CRM_OK);
    assert_int_equal(book_end(book, CRM_OK), CRM_OK);
    crm_book_set_dry_run(book, true);
    assert_int_equal(add(book, "One"), CRM_OK);
    assert_int_equal(customers(book), 0);
    assert_int_equal(entries(book), 0);
}

static void a_book_opened_for_reading_is_not_written(void **state)
{
    struct fixture *fixture = *state;
    crm_book *reader = open_again(fixture->directory, CRM_OPEN_READ);
    assert_int_equal(add(reader, "One"), CRM_READONLY);
    assert_string_equal(crm_book_message(reader), "the book was opened for reading only");
    crm_book_free(reader);
    assert_int_equal(customers(fixture->book), 0);
}

static crm_status stop(void *context, const struct value *row)
{
    (void)row;
    struct fixture *fixture = context;
    /* As long as the row is looked at, its statement holds the log. */
    time_t before = time(NULL);
    for (int i = 0; i < 40; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "N%d", i);
        assert_int_equal(add(fixture->book, name), CRM_OK);
    }
    assert_true(time(NULL) - before < 5);
    return CRM_NOT_FOUND;
}

static void writers_do_not_wait_for_readers(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(add(fixture->book, "First"), CRM_OK);
    crm_book *reader = open_again(fixture->directory, CRM_OPEN_READ);
    assert_int_equal(store_query(reader->store, "SELECT id FROM customer", NULL, 0, stop, fixture),
                     CRM_NOT_FOUND);
    crm_book_free(reader);
    assert_int_equal(customers(fixture->book), 41);
}

static crm_status check_wide(void *context, const struct value *row)
{
    size_t *rows = context;
    assert_int_equal(row[0].integer, 0);
    assert_int_equal(row[299].integer, 299);
    ++*rows;
    return CRM_OK;
}

static void rows_may_be_wide(void **state)
{
    enum { WIDE = 300 };
    crm_book *book = ((struct fixture *)*state)->book;
    char texts[WIDE][8];
    const char *columns[WIDE];
    struct buffer sql = {0};
    for (size_t i = 0; i < WIDE; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "%zu", i);
        columns[i] = texts[i];
        buffer_printf(&sql, "%s%zu", i == 0 ? "SELECT " : ", ", i);
    }
    assert_int_equal(add(book, "One"), CRM_OK);
    assert_int_equal(add(book, "Two"), CRM_OK);
    buffer_text(&sql, " FROM customer");
    size_t rows = 0;
    struct store_select select = {
        .columns = columns, .column_count = WIDE, .from = "FROM customer t", .order = "t.id"};
    assert_int_equal(store_each(book->store, &select, NULL, 0, check_wide, &rows), CRM_OK);
    select.order = NULL;
    assert_int_equal(store_each(book->store, &select, NULL, 0, check_wide, &rows), CRM_OK);
    assert_int_equal(store_query(book->store, buffer_string(&sql), NULL, 0, check_wide, &rows),
                     CRM_OK);
    assert_int_equal(rows, 6);
    buffer_release(&sql);
}

static void a_sum_beyond_64_bits_is_refused(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    static const crm_assignment orders[][2] = {{{"number", "N1"}, {"customer", "one"}},
                                               {{"number", "N2"}, {"customer", "two"}}};
    static const crm_assignment lines[][2] = {{{"order_ref", "N1"}, {"amount", "900000000000000"}},
                                              {{"order_ref", "N2"}, {"amount", "900000000000000"}},
                                              {{"order_ref", "N2"}, {"amount", "-1"}}};
    assert_int_equal(add(book, "One"), CRM_OK);
    assert_int_equal(add(book, "Two"), CRM_OK);
    assert_int_equal(crm_record_add(book, "order", orders[0], 2, NULL), CRM_OK);
    assert_int_equal(crm_record_add(book, "order", orders[1], 2, NULL), CRM_OK);
    assert_int_equal(crm_record_add(book, "line", lines[0], 2, NULL), CRM_OK);
    assert_int_equal(crm_record_add(book, "line", lines[0], 2, NULL), CRM_INVALID);
    assert_string_equal(crm_book_message(book), "a sum of amounts is too large");
    assert_int_equal(crm_record_add(book, "line", lines[1], 2, NULL), CRM_INVALID);
    assert_string_equal(crm_book_message(book), "the sum of the month 2026-03 is too large");
    assert_int_equal(crm_record_add(book, "line", lines[2], 2, NULL), CRM_OK);
    assert_int_equal(number(book, "SELECT revenue FROM month_total"), 8999999999999990000);
}

static void parameters_go_by_number(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    struct arena arena = {0};
    struct value row[2];
    const struct value parameters[] = {value_text("one"), value_text("two"), value_text("three")};
    assert_int_equal(
        store_row_values(book->store, &arena, "SELECT $3 || $1, $2 || $3", parameters, 3, row, 2),
        CRM_OK);
    assert_string_equal(row[0].text, "threeone");
    assert_string_equal(row[1].text, "twothree");
    assert_int_equal(store_row_values(book->store, &arena, "SELECT $1, $1", parameters, 2, row, 2),
                     CRM_USAGE);
    arena_release(&arena);
}

/* A kept statement starts anew each time: no row, no parameter of the run before is left. */
static void kept_statements_start_anew(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    static const char sql[] = "SELECT coalesce($1, 0) + $2 FROM customer";
    struct arena arena = {0};
    struct value out = value_null();
    const struct value parameters[] = {value_integer(40), value_integer(2)};
    assert_int_equal(add(book, "Acme"), CRM_OK);
    assert_int_equal(add(book, "Zeta"), CRM_OK);
    assert_int_equal(store_keep_statements(book->store, true), CRM_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_row_values(book->store, &arena, sql, parameters, 2, &out, 1),
                         CRM_OK);
        assert_int_equal(out.integer, 42);
    }
    assert_int_equal(store_row_values(book->store, &arena, sql, parameters, 1, &out, 1), CRM_OK);
    assert_true(value_is_null(&out));
    for (int i = 0; i < 100; i++) {
        char other[64];
        (void)snprintf(other, sizeof other, "SELECT %d + count(*) FROM customer", i);
        assert_int_equal(number(book, other), i + 2);
        assert_int_equal(number(book, other), i + 2);
    }
    assert_int_equal(store_keep_statements(book->store, false), CRM_OK);
    assert_int_equal(add(book, "Omega"), CRM_OK);
    assert_int_equal(customers(book), 3);
    arena_release(&arena);
}

/* The row borrowed in one run is not disturbed by the same query inside it. */
static crm_status ask_again(void *context, const struct value *row)
{
    crm_book *book = context;
    assert_int_equal(number(book, "SELECT max(id) FROM customer"), 2);
    assert_true(row[0].integer == 1 || row[0].integer == 2);
    return CRM_OK;
}

static void kept_statements_may_be_nested(void **state)
{
    crm_book *book = ((struct fixture *)*state)->book;
    assert_int_equal(add(book, "Acme"), CRM_OK);
    assert_int_equal(add(book, "Zeta"), CRM_OK);
    assert_int_equal(store_keep_statements(book->store, true), CRM_OK);
    static const char *const columns[] = {"id"};
    const struct store_select select = {
        .columns = columns, .column_count = 1, .from = "FROM customer", .order = "id"};
    assert_int_equal(store_each(book->store, &select, NULL, 0, ask_again, book), CRM_OK);
    assert_int_equal(store_each(book->store, &select, NULL, 0, ask_again, book), CRM_OK);
    assert_int_equal(store_keep_statements(book->store, false), CRM_OK);
}

int main(void)
{
#define BOOK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BOOK_TEST(parameters_go_by_number),
        BOOK_TEST(pairs_nest),
        BOOK_TEST(an_inner_failure_fails_the_whole),
        BOOK_TEST(a_dry_run_and_nothing_leave_no_entry),
        BOOK_TEST(a_book_opened_for_reading_is_not_written),
        BOOK_TEST(writers_do_not_wait_for_readers),
        BOOK_TEST(rows_may_be_wide),
        BOOK_TEST(a_sum_beyond_64_bits_is_refused),
        BOOK_TEST(kept_statements_start_anew),
        BOOK_TEST(kept_statements_may_be_nested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
