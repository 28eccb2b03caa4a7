/* SPDX-License-Identifier: MIT */
/* A copy of the store while others write. */
#include "book.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* About 8 MiB, so that a copy takes several steps. */
static const char filler[] =
    "CREATE TABLE filler AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 4000) SELECT i, hex(zeroblob(1000)) AS t FROM n; CREATE INDEX by_i ON filler (i)";

struct fixture {
    char directory[32];
    char database[48], copy[48];
    crm_book *book;
    int calls;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.directory = "/tmp/crm-backup-XXXXXX"};
    if (mkdtemp(fixture.directory) == NULL)
        return -1;
    (void)snprintf(fixture.database, sizeof fixture.database, "%s/crm.db", fixture.directory);
    (void)snprintf(fixture.copy, sizeof fixture.copy, "%s/copy", fixture.directory);
    fixture.book = crm_book_new();
    if (fixture.book == NULL)
        return -1;
    crm_book_set_now(fixture.book, 1772413200);
    if (crm_book_init(fixture.book, fixture.directory, NULL, NULL) != CRM_OK ||
        crm_book_open(fixture.book, fixture.directory, CRM_OPEN_WRITE) != CRM_OK)
        return -1;
    *state = &fixture;
    return store_execute(fixture.book->store, filler) == CRM_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"copy",        "crm.db",    "crm.db-wal", "crm.db-shm",
                                        "policy.yaml", "calendars", "surveys",    ""};
    struct fixture *fixture = *state;
    char path[64];
    crm_book_free(fixture->book);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", fixture->directory, names[i]);
        (void)remove(path);
    }
    return 0;
}

static int64_t number_of(struct store *store, const char *sql)
{
    struct arena arena = {0};
    struct value value = value_null();
    assert_int_equal(store_row_values(store, &arena, sql, NULL, 0, &value, 1), CRM_OK);
    arena_release(&arena);
    return value.integer;
}

static int64_t number_in_copy(const struct fixture *fixture, const char *sql)
{
    struct error error = {0};
    struct store *store = NULL;
    assert_int_equal(store_open(fixture->copy, STORE_READ, &store, &error), CRM_OK);
    int64_t number = number_of(store, sql);
    store_close(store);
    return number;
}

static crm_status add(crm_book *book, const char *name)
{
    const crm_assignment fields[] = {{"name", name}};
    return crm_record_add(book, "customer", fields, 1, NULL);
}

static bool exists(const char *base, const char *suffix)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s%s", base, suffix);
    return access(path, F_OK) == 0;
}

static void write_meanwhile(void *context, int64_t done, int64_t total)
{
    struct fixture *fixture = context;
    char name[16];
    (void)snprintf(name, sizeof name, "Later%d", fixture->calls++);
    assert_true(done > 0 && done <= total && total > 2000);
    assert_int_equal(add(fixture->book, name), CRM_OK);
}

static void the_copy_is_of_one_moment(void **state)
{
    struct fixture *fixture = *state;
    struct store *store = fixture->book->store;
    assert_int_equal(add(fixture->book, "First"), CRM_OK);
    assert_int_equal(store_backup(store, fixture->copy, write_meanwhile, fixture), CRM_OK);
    /* Others wrote at each step, and no step was made twice. */
    assert_in_range(fixture->calls, 8, 16);
    assert_int_equal(number_of(store, "SELECT count(*) FROM customer"), fixture->calls + 1);
    assert_int_equal(number_in_copy(fixture, "SELECT count(*) FROM customer"), 1);
    assert_int_equal(number_in_copy(fixture, "SELECT count(*) FROM filler"), 4000);
}

static void the_copy_is_one_private_file(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    mode_t mask = umask(0);
    assert_int_equal(store_backup(fixture->book->store, fixture->copy, NULL, NULL), CRM_OK);
    (void)umask(mask);
    assert_int_equal(stat(fixture->copy, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_false(exists(fixture->copy, "-wal") || exists(fixture->copy, "-shm") ||
                 exists(fixture->copy, "-journal"));
}

static void a_transaction_under_way_is_not_copied(void **state)
{
    struct fixture *fixture = *state;
    struct store *store = fixture->book->store;
    assert_int_equal(add(fixture->book, "First"), CRM_OK);
    assert_int_equal(store_begin(store), CRM_OK);
    assert_int_equal(store_execute(store, "DELETE FROM customer"), CRM_OK);
    assert_int_equal(store_backup(store, fixture->copy, NULL, NULL), CRM_OK);
    store_rollback(store);
    assert_int_equal(number_in_copy(fixture, "SELECT count(*) FROM customer"), 1);
}

static void an_existing_file_is_kept(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen(fixture->copy, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(store_backup(fixture->book->store, fixture->copy, NULL, NULL), CRM_EXISTS);
    struct stat status;
    assert_int_equal(stat(fixture->copy, &status), 0);
    assert_int_equal(status.st_size, 0);
}

/* A book whose pages are damaged must not take the place of a good backup. */
static void a_damaged_book_gives_no_copy(void **state)
{
    struct fixture *fixture = *state;
    char wrong[4096];
    memset(wrong, 0x5a, sizeof wrong);
    assert_int_equal(store_execute(fixture->book->store, "PRAGMA wal_checkpoint(TRUNCATE)"),
                     CRM_OK);
    crm_book_free(fixture->book);
    fixture->book = crm_book_new();
    assert_non_null(fixture->book);
    crm_book_set_now(fixture->book, 1772413200);
    assert_int_equal(crm_book_open(fixture->book, fixture->directory, CRM_OPEN_READ), CRM_OK);
    int64_t page =
        number_of(fixture->book->store, "SELECT rootpage FROM sqlite_schema WHERE name = 'by_i'");
    int file = open(fixture->database, O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, wrong, sizeof wrong, (page - 1) * 4096), sizeof wrong);
    assert_int_equal(close(file), 0);
    assert_int_equal(store_backup(fixture->book->store, fixture->copy, NULL, NULL), CRM_CORRUPT);
    assert_false(exists(fixture->copy, ""));
}

int main(void)
{
#define BOOK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        BOOK_TEST(the_copy_is_of_one_moment),
        BOOK_TEST(the_copy_is_one_private_file),
        BOOK_TEST(a_transaction_under_way_is_not_copied),
        BOOK_TEST(an_existing_file_is_kept),
        BOOK_TEST(a_damaged_book_gives_no_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
