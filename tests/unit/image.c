/* SPDX-License-Identifier: MIT */
/* Images read: one row with its values, or many rows of a kind without id. */
#include "book.h"
#include "journal/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What a visitor was handed, a line for each row. */
struct told {
    struct buffer text;
    size_t rows;
};

static void tell(struct buffer *text, const struct values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct value *value = &values->items[i].value;
        buffer_printf(text, " %s=", values->items[i].name);
        if (value->type == VALUE_TEXT)
            buffer_append(text, value->text, value->length);
        else if (value->type == VALUE_INTEGER)
            buffer_integer(text, value->integer);
        else
            buffer_text(text, "null");
    }
}

static crm_status tell_row(void *context, const struct reading *reading)
{
    struct told *told = context;
    assert_true(reading->row == told->rows);
    told->rows++;
    tell(&told->text, &reading->before);
    buffer_text(&told->text, " ->");
    tell(&told->text, &reading->after);
    buffer_character(&told->text, '\n');
    return CRM_OK;
}

static crm_status read_image(const struct image *image, struct told *told)
{
    struct crm_book book = {0};
    return image_read(&book, image, tell_row, told);
}

static void expect(const struct image *image, const char *text)
{
    struct told told = {0};
    assert_int_equal(read_image(image, &told), CRM_OK);
    assert_string_equal(buffer_string(&told.text), text);
    buffer_release(&told.text);
}

static struct image of_lines(const char *before)
{
    return (struct image){.kind = &kind_line, .removed = true, .before = before};
}

static void a_change_is_one_row(void **state)
{
    (void)state;
    const struct image image = {.kind = &kind_customer,
                                .before = "{\"name\":\"A\",\"owner\":null}",
                                .after = "{\"name\":\"B\",\"owner\":3}"};
    expect(&image, " name=A owner=null -> name=B owner=3\n");
}

static void a_record_that_went_is_one_row(void **state)
{
    (void)state;
    const struct image image = {
        .kind = &kind_customer, .removed = true, .before = "{\"id\":7,\"name\":\"\\u5f20\"}"};
    expect(&image, " id=7 name=张 ->\n");
}

static void what_was_erased_is_one_row_without_values(void **state)
{
    (void)state;
    const struct image image = of_lines(NULL);
    expect(&image, " ->\n");
}

static void rows_that_went_together(void **state)
{
    (void)state;
    const struct image image =
        of_lines("{\"columns\":[\"amount\",\"description\"],\"rows\":[[1,null],[-2,\"],[\"]]}");
    expect(&image, " amount=1 description=null ->\n amount=-2 description=],[ ->\n");
}

static void blanks_do_not_matter(void **state)
{
    (void)state;
    const struct image image =
        of_lines(" { \"columns\" : [ \"amount\" , \"entry\" ] , \"rows\" : [ [ 1 , 2 ] , [ ] ] }");
    expect(&image, " amount=1 entry=2 ->\n amount=1 entry=2 ->\n");
}

static void what_a_row_leaves_out_is_as_before(void **state)
{
    (void)state;
    const struct image image = of_lines("{\"columns\":[\"a\",\"b\",\"c\"],\"rows\":[[1,\"x\",3],[2]"
                                        ",[2,\"y\"],[],[4,null,null],[5]]}");
    expect(&image, " a=1 b=x c=3 ->\n a=2 b=x c=3 ->\n a=2 b=y c=3 ->\n a=2 b=y c=3 ->\n"
                   " a=4 b=null c=null ->\n a=5 b=null c=null ->\n");
}

static void what_is_damaged_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "{\"amount\":1}",
        "{\"columns\":[],\"rows\":[]}",
        "{\"columns\":[\"a\"],\"rows\":[]}",
        "{\"columns\":[\"a\"]}",
        "{\"columns\":[\"a\"],\"rows\":[[1,2]]}",
        "{\"columns\":[\"a\",\"b\"],\"rows\":[[1],[1,2]]}",
        "{\"columns\":[\"a\"],\"rows\":[[1]}",
        "{\"columns\":[\"a\"],\"rows\":[[1],]}",
        "{\"columns\":[\"a\"],\"rows\":[[1][2]]}",
        "{\"columns\":[\"a\"],\"rows\":[[1,]]}",
        "{\"columns\":[\"a\"],\"rows\":[[\"1]]}",
        "{\"columns\":[\"a\"],\"rows\":[1]}",
        "{\"rows\":[[1]],\"columns\":[\"a\"]}",
        "{\"columns\":[\"a",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct image image = of_lines(texts[i]);
        struct told told = {0};
        if (read_image(&image, &told) != CRM_CORRUPT)
            fail_msg("read: %s", texts[i]);
        buffer_release(&told.text);
    }
}

static crm_status stop(void *context, const struct reading *reading)
{
    (void)reading;
    ++*(int *)context;
    return CRM_CONFLICT;
}

static void a_visitor_may_stop(void **state)
{
    (void)state;
    struct crm_book book = {0};
    const struct image image = of_lines("{\"columns\":[\"a\"],\"rows\":[[1],[2]]}");
    int rows = 0;
    assert_int_equal(image_read(&book, &image, stop, &rows), CRM_CONFLICT);
    assert_int_equal(rows, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_one_row),
        cmocka_unit_test(a_record_that_went_is_one_row),
        cmocka_unit_test(what_was_erased_is_one_row_without_values),
        cmocka_unit_test(rows_that_went_together),
        cmocka_unit_test(blanks_do_not_matter),
        cmocka_unit_test(what_a_row_leaves_out_is_as_before),
        cmocka_unit_test(what_is_damaged_is_refused),
        cmocka_unit_test(a_visitor_may_stop),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
