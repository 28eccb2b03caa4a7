/* SPDX-License-Identifier: MIT */
/* Numbers by id: near and far ids, negative ones, and many of them against a plain array. */
#include "check/id_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct id_map map = {0};
    assert_true(id_map_get(&map, 1) == 0);
    id_map_release(&map);
}

static void any_id_may_be_put(void **state)
{
    (void)state;
    static const int64_t ids[] = {0, 1, 511, 512, 513, -1, -512, INT64_MIN, INT64_MAX, 1LL << 40};
    enum { COUNT = sizeof ids / sizeof *ids };
    struct id_map map = {0};
    for (size_t i = 0; i < COUNT; i++)
        assert_true(id_map_put(&map, ids[i], i + 1));
    for (size_t i = 0; i < COUNT; i++)
        assert_true(id_map_get(&map, ids[i]) == i + 1);
    assert_true(id_map_get(&map, 2) == 0);
    assert_true(id_map_get(&map, INT64_MAX - 1) == 0);
    id_map_release(&map);
}

static void a_later_number_replaces_an_earlier_one(void **state)
{
    (void)state;
    struct id_map map = {0};
    assert_true(id_map_put(&map, 7, 1));
    assert_true(id_map_put(&map, 7, UINT64_MAX));
    assert_true(id_map_get(&map, 7) == UINT64_MAX);
    id_map_release(&map);
}

static void many_ids_agree_with_an_array(void **state)
{
    (void)state;
    enum { IDS = 40000 };
    struct id_map map = {0};
    uint64_t *expected = calloc(IDS, sizeof *expected);
    assert_non_null(expected);
    uint64_t number = 1;
    for (int i = 0; i < IDS / 2; i++) {
        number = number * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t id = (size_t)(number >> 33) % IDS;
        expected[id] = number | 1;
        assert_true(id_map_put(&map, (int64_t)id * 1000003, expected[id]));
    }
    for (size_t id = 0; id < IDS; id++)
        assert_true(id_map_get(&map, (int64_t)id * 1000003) == expected[id]);
    free(expected);
    id_map_release(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(any_id_may_be_put),
        cmocka_unit_test(a_later_number_replaces_an_earlier_one),
        cmocka_unit_test(many_ids_agree_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
