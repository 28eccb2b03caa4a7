/* SPDX-License-Identifier: MIT */
/* Bytes in memory and in a file: what was appended is read back, whatever was cut meanwhile. */
#include "base/spill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { RECORD = 100 };

static void append(struct spill *spill, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        char record[RECORD];
        memset(record, (int)(i % 251), sizeof record);
        memcpy(record, &i, sizeof i);
        spill_append(spill, record, sizeof record);
    }
    assert_false(spill->failed);
    assert_int_equal(spill_length(spill), to * RECORD);
}

static void expect_records(const struct spill *spill, int64_t count)
{
    static struct spill_reader reader;
    char record[RECORD], expected[RECORD];
    memset(&reader, 0, sizeof reader);
    reader.spill = spill;
    for (int64_t i = 0; i < count; i++) {
        memset(expected, (int)(i % 251), sizeof expected);
        memcpy(expected, &i, sizeof i);
        assert_true(spill_read(&reader, record, sizeof record));
        assert_memory_equal(record, expected, sizeof record);
    }
    assert_false(spill_read(&reader, record, 1));
}

static void little_stays_in_memory(void **state)
{
    (void)state;
    struct spill spill = {0};
    expect_records(&spill, 0);
    append(&spill, 0, 50);
    assert_null(spill.file);
    expect_records(&spill, 50);
    spill_cut(&spill, 20 * RECORD);
    expect_records(&spill, 20);
    append(&spill, 20, 30);
    expect_records(&spill, 30);
    spill_release(&spill);
}

static void much_goes_to_a_file(void **state)
{
    (void)state;
    struct spill spill = {0};
    append(&spill, 0, 50000);
    assert_non_null(spill.file);
    assert_true(spill.memory.capacity <= 2 * SPILL_MEMORY);
    expect_records(&spill, 50000);
    spill_cut(&spill, 45000 * RECORD); /* within the file */
    append(&spill, 45000, 70000);
    expect_records(&spill, 70000);
    spill_cut(&spill, 69999 * RECORD); /* within memory */
    expect_records(&spill, 69999);
    spill_cut(&spill, 0);
    append(&spill, 0, 3);
    expect_records(&spill, 3);
    spill_release(&spill);
    assert_int_equal(spill_length(&spill), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(little_stays_in_memory),
                                       cmocka_unit_test(much_goes_to_a_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
