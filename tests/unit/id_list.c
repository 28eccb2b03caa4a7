/* SPDX-License-Identifier: MIT */
/* Lists of ids: sorted, each once, found. */
#include "base/id_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void an_empty_list_has_nothing(void **state)
{
    (void)state;
    struct id_list list = {0};
    id_list_sort(&list);
    assert_int_equal(list.count, 0);
    assert_int_equal(id_list_from(&list, 7), 0);
    assert_false(id_list_has(&list, 7));
    id_list_release(&list);
}

static void what_comes_twice_in_a_row_is_added_once(void **state)
{
    (void)state;
    struct id_list list = {0};
    for (int i = 0; i < 6; i++)
        assert_true(id_list_add(&list, i / 2));
    assert_int_equal(list.count, 3);
    id_list_release(&list);
}

/* Against a table of what was added. */
static void random_lists(void **state)
{
    (void)state;
    const char *given = getenv("SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("SEED=%u\n", seed);
    srand(seed);
    for (int round = 0; round < 200; round++) {
        struct id_list list = {0};
        bool added[64] = {false};
        size_t different = 0;
        for (int i = rand() % 100; i > 0; i--) {
            int id = rand() % 64;
            assert_true(id_list_add(&list, id - 32));
            different += !added[id];
            added[id] = true;
        }
        id_list_sort(&list);
        assert_int_equal(list.count, different);
        for (size_t i = 1; i < list.count; i++)
            assert_true(list.items[i - 1] < list.items[i]);
        for (int id = 0; id < 64; id++) {
            size_t place = id_list_from(&list, id - 32);
            assert_true(id_list_has(&list, id - 32) == added[id]);
            assert_true(place == 0 || list.items[place - 1] < id - 32);
            assert_true(place == list.count || list.items[place] >= id - 32);
        }
        id_list_release(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_list_has_nothing),
        cmocka_unit_test(what_comes_twice_in_a_row_is_added_once),
        cmocka_unit_test(random_lists),
    };
    return cmocka_run_group_tests_name("id_list", tests, NULL, NULL);
}
