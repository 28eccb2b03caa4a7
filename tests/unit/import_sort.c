/* SPDX-License-Identifier: MIT */
/* The sorter of imported lines. */
#include "record/import_sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Texts of more than 245 bytes are packed in another way than shorter ones. */
enum { COLUMNS = 6, MOST_TEXT = 300 };

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Row `number` of a sample: its fifth value tells which it is, its sixth is a text or null. */
static void make_row(uint64_t number, char *day, char *text, struct value *row)
{
    uint64_t state = number * 7919 + 1;
    snprintf(day, 12, "20%02u-%02u-01", (unsigned)(next(&state) % 30),
             (unsigned)(next(&state) % 12) + 1);
    snprintf(text, MOST_TEXT, "%0*u", (int)(next(&state) % (MOST_TEXT - 2)) + 1,
             (unsigned)(number % 1000));
    row[0] = value_integer((int64_t)(next(&state) % 500) - 250);
    row[1] = value_text(day);
    row[2] = value_integer((int64_t)(next(&state) % 3));
    row[3] = value_integer((int64_t)number);
    row[4] = value_integer(number % 2 ? INT64_MIN + (int64_t)number : INT64_MAX - (int64_t)number);
    row[5] = number % 5 == 0 ? value_null() : value_text(text);
}

static int compare(const struct value *a, const struct value *b)
{
    if (a[0].integer != b[0].integer)
        return a[0].integer < b[0].integer ? -1 : 1;
    int day = memcmp(a[1].text, b[1].text, 10);
    if (day != 0 || a[2].integer != b[2].integer)
        return day != 0 ? day : a[2].integer < b[2].integer ? -1 : 1;
    return a[3].integer < b[3].integer ? -1 : 1;
}

/* Every row comes back once, whole, and after those that are less. */
static void check(uint64_t count)
{
    struct error error = {0};
    struct line_sorter *sorter = NULL;
    static const size_t places[COLUMNS] = {0, 1, 2, 3, 4, 5};
    struct value row[COLUMNS + 1], expected[COLUMNS], last[COLUMNS] = {0};
    char day[12], text[MOST_TEXT], last_day[12] = "";
    /* One column more than is kept. */
    assert_int_equal(line_sorter_new(COLUMNS + 1, places, COLUMNS, &sorter, &error), CRM_OK);
    for (uint64_t i = 0; i < count; i++) {
        make_row(i, day, text, row);
        row[COLUMNS] = value_integer(1);
        assert_int_equal(line_sorter_add(sorter, row), CRM_OK);
    }
    bool more = true, *met = calloc(count + 1, sizeof *met);
    uint64_t rows = 0;
    for (;; rows++) {
        assert_int_equal(line_sorter_next(sorter, row, &more), CRM_OK);
        if (!more)
            break;
        uint64_t number = (uint64_t)row[3].integer;
        assert_true(number < count && !met[number]);
        met[number] = true;
        make_row(number, day, text, expected);
        for (int i = 0; i < COLUMNS; i++)
            assert_true(value_equal(&row[i], &expected[i]));
        assert_true(value_is_null(&row[COLUMNS]));
        if (rows > 0)
            assert_true(compare(last, row) < 0);
        memcpy(last, row, sizeof last);
        memcpy(last_day, row[1].text, 10);
        last[1].text = last_day;
    }
    assert_int_equal(rows, count);
    free(met);
    line_sorter_free(sorter);
}

static void in_memory(void **state)
{
    (void)state;
    check(0);
    check(1);
    check(1000);
}

static void in_runs(void **state)
{
    (void)state;
    check(200000);
}

/* A text longer than a run takes one of its own. */
static void long_texts(void **state)
{
    (void)state;
    struct error error = {0};
    struct line_sorter *sorter = NULL;
    static const size_t places[] = {0, 1, 2, 3, 4};
    enum { LENGTH = 2200 * 1024, ROWS = 140 };
    char *text = malloc(LENGTH);
    memset(text, 'x', LENGTH);
    assert_int_equal(line_sorter_new(5, places, 5, &sorter, &error), CRM_OK);
    bool more;
    struct value row[5] = {value_integer(0), value_text("2018-01-01"), value_integer(0),
                           value_integer(0), value_text_length(text, LENGTH)};
    /* More than the most runs that are kept: they are merged on the way. */
    for (int i = ROWS; i > 0; i--) {
        row[0] = value_integer(i);
        row[4].length = i % 10 == 0 ? LENGTH : LENGTH - 100;
        assert_int_equal(line_sorter_add(sorter, row), CRM_OK);
    }
    for (int i = 1; i <= ROWS; i++) {
        assert_int_equal(line_sorter_next(sorter, row, &more), CRM_OK);
        assert_true(more);
        assert_int_equal(row[0].integer, i);
        assert_int_equal(row[4].length, i % 10 == 0 ? LENGTH : LENGTH - 100);
    }
    assert_int_equal(line_sorter_next(sorter, row, &more), CRM_OK);
    assert_false(more);
    free(text);
    line_sorter_free(sorter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_memory), cmocka_unit_test(in_runs),
                                       cmocka_unit_test(long_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
