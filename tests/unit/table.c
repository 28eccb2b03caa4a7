/* SPDX-License-Identifier: MIT */
/* The format table: alignment, cutting, records, pages, and text that would command a terminal. */
#include "capture.h"

#include "base/text.h"
#include "output/table.h"
#include "schema/schema.h"

#include <time.h>

static const struct choice statuses[] = {{"active", "Active"}, {"lost", "Lost"}};

static const struct column columns[] = {
    {.name = "key", .label = "Key", .type = DATA_TEXT},
    {.name = "name", .label = "名称", .type = DATA_TEXT},
    {.name = "revenue", .label = "Revenue", .type = DATA_DECIMAL, .flags = COLUMN_BAR},
    {.name = "share", .type = DATA_REAL, .decimals = 1},
    {.name = "status", .type = DATA_ENUM, .choices = statuses, .choice_count = 2},
    {.name = "vip", .type = DATA_BOOLEAN},
    {.name = "currency", .type = DATA_TEXT, .flags = COLUMN_CONSTANT},
    {.name = "notes", .type = DATA_TEXT, .flags = COLUMN_HIDDEN},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const struct table table = {"customers", NULL, columns, COLUMNS, false};
static const struct table titled = {"customers", "Customers", columns, COLUMNS, false};

static void fill(struct value out[2 * COLUMNS])
{
    const struct value rows[2 * COLUMNS] = {
        value_text("acme"),   value_text("Acme Ltd"),     value_integer(1296960), value_real(99.96),
        value_text("active"), value_integer(1),           value_text("CNY"),      value_text("one"),
        value_text("华东"),   value_text("华东e\u0301😀"), value_integer(-50000),  value_null(),
        value_null(),         value_integer(0),           value_text("CNY"),      value_null(),
    };
    memcpy(out, rows, sizeof rows);
}

static void expect_table(crm_sink_options options, const struct table *what, size_t rows,
                         const char *expected)
{
    struct capture capture;
    struct value values[2 * COLUMNS];
    fill(values);
    options.format = "table";
    capture_open(&capture, options, NULL);
    print_table(capture.sink, what, values, rows);
    capture_expect(&capture, expected);
}

static void test_alignment(void **state)
{
    (void)state;
    expect_table((crm_sink_options){0}, &table, 2,
                 "currency CNY\n"
                 "Key   名称      Revenue  share  status  vip\n"
                 "acme  Acme Ltd  129.696  100.0  Active  yes\n"
                 "华东  华东e\u0301😀    -5                     no\n");
}

static void test_title_color_and_bars(void **state)
{
    (void)state;
    expect_table((crm_sink_options){.color = true, .fields = "key,revenue"}, &titled, 2,
                 "\033[1mCustomers\033[0m\n"
                 "\033[1mKey   Revenue\033[0m\n"
                 "acme  129.696 ██████████\n"
                 "华东   -5\n");
}

static void test_empty(void **state)
{
    (void)state;
    expect_table((crm_sink_options){0}, &table, 0, "");
    expect_table((crm_sink_options){0}, &titled, 0, "Customers\nnothing\n");
}

static void test_fields_show_what_is_hidden(void **state)
{
    (void)state;
    expect_table((crm_sink_options){.fields = "currency,notes,key"}, &table, 2,
                 "currency  notes  Key\n"
                 "CNY       one    acme\n"
                 "CNY              华东\n");
}

static void test_constant_that_is_none(void **state)
{
    (void)state;
    struct capture capture;
    const struct column two[] = {columns[0], columns[6]};
    const struct value rows[] = {value_text("a"), value_text("CNY"), value_text("b"),
                                 value_text("USD")};
    capture_open(&capture, (crm_sink_options){.format = "table"}, NULL);
    print_table(capture.sink, &(struct table){"t", NULL, two, 2, false}, rows, 2);
    capture_expect(&capture, "Key  currency\na    CNY\nb    USD\n");
}

static void test_cut_to_width(void **state)
{
    (void)state;
    struct capture capture;
    const struct column four[] = {{.name = "key", .type = DATA_TEXT},
                                  {.name = "name", .type = DATA_TEXT},
                                  {.name = "n", .type = DATA_INTEGER},
                                  {.name = "on", .type = DATA_DATE}};
    const struct value row[] = {value_text("a-very-long-key"), value_text("华东贸易有限公司"),
                                value_integer(1234567890), value_text("2018-01-02")};
    const struct table wide = {"t", NULL, four, 4, false};
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 51}, NULL);
    print_table(capture.sink, &wide, row, 1);
    capture_expect(&capture, "key              name                 n  on\n"
                             "a-very-long-key  华东贸易…   1234567890  2018-01-02\n");
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 40}, NULL);
    print_table(capture.sink, &wide, row, 1);
    capture_expect(&capture, "key              name              n  on\n"
                             "a-very-long-key  华东贸…  1234567890  2018-01-02\n");
    capture_open(&capture, (crm_sink_options){.format = "table"}, NULL);
    print_table(capture.sink, &wide, row, 1);
    capture_expect(&capture, "key              name                       n  on\n"
                             "a-very-long-key  华东贸易有限公司  1234567890  2018-01-02\n");
}

static void test_sections_wrap(void **state)
{
    (void)state;
    struct capture capture;
    const struct column head[] = {{.name = "key", .type = DATA_TEXT}};
    const struct value key[] = {value_text("a")};
    const struct column five[] = {{.name = "n", .type = DATA_INTEGER},
                                  {.name = "why", .type = DATA_TEXT, .flags = COLUMN_TIMES},
                                  {.name = "none", .type = DATA_TEXT},
                                  {.name = "place", .type = DATA_TEXT},
                                  {.name = "名称", .type = DATA_TEXT}};
    const struct value row[] = {
        value_integer(12), value_text("counted from 2018-01-02T09:00:00+08:00 on, to Z"),
        value_null(), value_text("policy.yaml:33"), value_text("华东贸易有限公司，上海")};
    const struct table page = {"p", NULL, head, 1, true}, section = {"s", NULL, five, 5, false};
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 44}, NULL);
    assert_int_equal(sink_page_begin(capture.sink, &page, key), CRM_OK);
    print_table(capture.sink, &section, row, 1);
    capture_expect(&capture, "key  a\n"
                             "\n"
                             "   n  why         place           名称\n"
                             "  12  counted     policy.yaml:33  华东贸易有\n"
                             "      from                        限公司，上\n"
                             "      2018-01-02                  海\n"
                             "      09:00 on,\n"
                             "      to Z\n");
    /* With room for all of it nothing is left out, and nothing broken. */
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 100}, NULL);
    assert_int_equal(sink_page_begin(capture.sink, &page, key), CRM_OK);
    print_table(capture.sink, &section, row, 1);
    capture_expect(&capture,
                   "key  a\n"
                   "\n"
                   "   n  why                                     none  place           名称\n"
                   "  12  counted from 2018-01-02 09:00 on, to Z        policy.yaml:33  "
                   "华东贸易有限公司，上海\n");
}

static void test_few_wide_rows_are_cards(void **state)
{
    (void)state;
    struct capture capture;
    const struct column three[] = {{.name = "on", .type = DATA_DATE},
                                   {.name = "名称", .type = DATA_TEXT},
                                   {.name = "until", .type = DATA_DATE}};
    const struct value rows[] = {
        value_text("2018-01-02"), value_text("华东"), value_text("2018-01-09"),
        value_text("2018-01-03"), value_null(),       value_text("2018-01-10")};
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 20}, NULL);
    print_table(capture.sink, &(struct table){"t", "Days", three, 3, false}, rows, 2);
    capture_expect(&capture, "Days\n"
                             "on     2018-01-02\n"
                             "名称   华东\n"
                             "until  2018-01-09\n"
                             "\n"
                             "on     2018-01-03\n"
                             "until  2018-01-10\n");
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 23}, NULL);
    print_table(capture.sink, &(struct table){"t", "Days", three, 3, false}, rows, 2);
    capture_expect(&capture, "Days\n"
                             "on          名称  until\n"
                             "2018-01-02  华东  2018-01-09\n"
                             "2018-01-03        2018-01-10\n");
}

/* One by one there is room for what a table would be printed without. */
static void test_cards_leave_nothing_out(void **state)
{
    (void)state;
    struct capture capture;
    const struct column three[] = {{.name = "on", .type = DATA_DATE},
                                   {.name = "name", .type = DATA_TEXT, .flags = COLUMN_SPARE},
                                   {.name = "until", .type = DATA_DATE}};
    const struct value row[] = {value_text("2018-01-02"), value_text("华东"),
                                value_text("2018-01-09")};
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 12}, NULL);
    print_table(capture.sink, &(struct table){"t", NULL, three, 3, false}, row, 1);
    capture_expect(&capture, "on     2018-01-02\n"
                             "name   华东\n"
                             "until  2018-01-09\n");
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 22}, NULL);
    print_table(capture.sink, &(struct table){"t", NULL, three, 3, false}, row, 1);
    capture_expect(&capture, "on          until\n"
                             "2018-01-02  2018-01-09\n"
                             "for want of room without name: --fields chooses the columns\n");
}

static void test_spare_columns_make_room(void **state)
{
    (void)state;
    struct capture capture;
    const struct column four[] = {{.name = "key", .type = DATA_TEXT},
                                  {.name = "name", .type = DATA_TEXT, .flags = COLUMN_SPARE},
                                  {.name = "n", .type = DATA_INTEGER, .flags = COLUMN_SPARE},
                                  {.name = "why", .type = DATA_TEXT}};
    const struct value row[] = {value_text("acme"), value_text("Acme Coffee"), value_integer(1234),
                                value_text("every 3mo, face or better")};
    const struct table wide = {"t", NULL, four, 4, false};
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 42}, NULL);
    print_table(capture.sink, &wide, row, 1);
    capture_expect(&capture, "key   name         why\n"
                             "acme  Acme Coffee  every 3mo, face or bet…\n"
                             "for want of room without n: --fields chooses the columns\n");
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 30}, NULL);
    print_table(capture.sink, &wide, row, 1);
    capture_expect(&capture, "key   why\n"
                             "acme  every 3mo, face or bett…\n"
                             "for want of room without n, name: --fields chooses the columns\n");
    /* Neither where there is room, nor what was asked for. */
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 60}, NULL);
    print_table(capture.sink, &wide, row, 1);
    capture_expect(&capture, "key   name            n  why\n"
                             "acme  Acme Coffee  1234  every 3mo, face or better\n");
    capture_open(&capture,
                 (crm_sink_options){.format = "table", .width = 30, .fields = "key,n,name"}, NULL);
    print_table(capture.sink, &wide, row, 1);
    capture_expect(&capture, "key      n  name\n"
                             "acme  1234  Acme Coffee\n");
}

/* What is broken into lines is all there, and each line fits. */
static void test_lines_property(void **state)
{
    (void)state;
    static const char *const parts[] = {"华",      "东，", " ",          "word",
                                        "e\u0301", "😀",    "2018-01-02", "  "};
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 2000; round++) {
        char text[256] = "";
        for (int i = rand() % 12; i > 0; i--)
            strcat(text, parts[rand() % 8]);
        size_t length = strlen(text), width = 2 + (size_t)rand() % 20, at = 0;
        while (at < length) {
            size_t used, taken = table_line(text + at, length - at, width, &used);
            size_t seen = taken;
            assert_in_range(taken, 1, length - at);
            assert_int_equal(used, text_width(text + at, taken));
            while (seen > 0 && text[at + seen - 1] == ' ')
                seen--;
            assert_in_range(text_width(text + at, seen), 0, width);
            at += taken;
        }
    }
}

static void test_keys_are_not_cut(void **state)
{
    (void)state;
    struct capture capture;
    const struct column three[] = {{.name = "n", .type = DATA_INTEGER},
                                   {.name = "customer", .type = DATA_REFERENCE},
                                   {.name = "name", .type = DATA_TEXT}};
    const struct value row[] = {value_integer(1), value_text("east-china-trading"),
                                value_text("华东贸易有限公司")};
    const struct table narrow = {"t", NULL, three, 3, false};
    capture_open(&capture, (crm_sink_options){.format = "table", .width = 24}, NULL);
    print_table(capture.sink, &narrow, row, 1);
    capture_expect(&capture, "n  customer            name\n"
                             "1  east-china-trading  华东贸…\n");
}

static void test_text_cannot_command(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"\033[31mred\033]0;title\007", "\\x1b[31mred\\x1b]0;title\\x07"},
        {"a\nb\tc\r\nd", "a b c d"},
        {"a\r\rb\n\nc", "a  b  c"},
        {"\xC2\x9B"
         "31m",
         "\\x9b31m"},
        {"abc\u202Ecba\u2066x", "abc\\u202ecba\\u2066x"},
        {"a\u2028b\xC2\x85"
         "c",
         "a b c"},
        {"bad \xFF\xE5\x8D", "bad \uFFFD\uFFFD"},
        {"\x7F华东", "\\x7f华东"},
        {"👩\u200D💻", "👩\u200D💻"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cleanup(buffer_release) struct buffer out = {0};
        table_safe_text(&out, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(buffer_string(&out), cases[i][1]);
    }
    cleanup(buffer_release) struct buffer nul = {0};
    table_safe_text(&nul, "a\0b", 3);
    assert_string_equal(buffer_string(&nul), "a\\x00b");
}

static void test_title_and_note_cannot_command(void **state)
{
    (void)state;
    struct capture capture;
    capture_open(&capture, (crm_sink_options){.format = "table"}, NULL);
    print_table(capture.sink, &(struct table){"t", "A\033[2J", columns, 1, false}, NULL, 0);
    assert_int_equal(sink_note(capture.sink, "for %s", "B\033[2J"), CRM_OK);
    capture_expect(&capture, "A\\x1b[2J\nnothing\nfor B\\x1b[2J\n");
}

static void test_times(void **state)
{
    (void)state;
    cleanup(arena_release) struct arena arena = {0};
    struct error error = {0};
    const struct zone *zone;
    assert_int_equal(zone_load(&arena, "+08:00", NULL, &zone, &error), CRM_OK);
    struct capture capture;
    const struct column at[] = {{.name = "at", .type = DATA_TIME}};
    const struct value rows[] = {value_text("2018-01-02T16:30:59Z"), value_text("soon")};
    capture_open(&capture, (crm_sink_options){.format = "table"}, zone);
    print_table(capture.sink, &(struct table){"t", NULL, at, 1, false}, rows, 2);
    capture_expect(&capture, "at\n2018-01-03 00:30\nsoon\n");
}

static void test_record(void **state)
{
    (void)state;
    struct capture capture;
    const struct column fields[] = {{.name = "key", .label = "Key", .type = DATA_TEXT},
                                    {.name = "blank", .type = DATA_TEXT},
                                    {.name = "none", .type = DATA_INTEGER},
                                    {.name = "name", .label = "名称", .type = DATA_TEXT},
                                    {.name = "revenue", .type = DATA_DECIMAL},
                                    {.name = "notes", .type = DATA_TEXT},
                                    {.name = "hidden", .type = DATA_TEXT, .flags = COLUMN_HIDDEN}};
    const struct value row[] = {value_text("acme"),     value_text(""),
                                value_null(),           value_text("华东"),
                                value_integer(1296960), value_text("first\r\nsecond \033\n"),
                                value_text("not shown")};
    const struct table record = {"customer", NULL, fields, 7, true};
    capture_open(&capture, (crm_sink_options){.format = "table"}, NULL);
    print_table(capture.sink, &record, row, 1);
    print_table(capture.sink, &record, row, 1);
#define RECORD                                                                                     \
    "Key      acme\n"                                                                              \
    "名称     华东\n"                                                                          \
    "revenue  129.696\n"                                                                           \
    "notes    first\n"                                                                             \
    "         second \\x1b\n"
    capture_expect(&capture, RECORD "\n" RECORD);
}

static void test_page(void **state)
{
    (void)state;
    struct capture capture;
    const struct column two[] = {{.name = "number", .type = DATA_TEXT},
                                 {.name = "amount", .type = DATA_DECIMAL}};
    const struct table page = {"customer", "Acme", two, 2, true};
    const struct value rows[] = {value_text("a"), value_integer(5000), value_text("b"),
                                 value_integer(125000)};
    capture_open(&capture, (crm_sink_options){.format = "table"}, NULL);
    assert_int_equal(sink_page_begin(capture.sink, &page, rows), CRM_OK);
    print_table(capture.sink, &(struct table){"empty", "Empty", two, 2, false}, NULL, 0);
    assert_int_equal(sink_begin(capture.sink, &(struct table){"orders", "Orders", two, 2, false}),
                     CRM_OK);
    assert_int_equal(sink_note(capture.sink, "last %d", 2), CRM_OK);
    assert_int_equal(sink_row(capture.sink, rows), CRM_OK);
    assert_int_equal(sink_row(capture.sink, rows + 2), CRM_OK);
    assert_int_equal(sink_end(capture.sink), CRM_OK);
    assert_int_equal(sink_page_end(capture.sink), CRM_OK);
    capture_expect(&capture, "Acme\n"
                             "number  a\n"
                             "amount  0.5\n"
                             "\n"
                             "Orders\n"
                             "  number  amount\n"
                             "  a          0.5\n"
                             "  b         12.5\n"
                             "  last 2\n");
}

/* Beyond the rows held back all are printed, in order, a wider one in full. */
static void test_streaming(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    struct capture capture;
    const struct column two[] = {{.name = "n", .type = DATA_INTEGER},
                                 {.name = "name", .type = DATA_TEXT},
                                 {.name = "currency", .type = DATA_TEXT, .flags = COLUMN_CONSTANT}};
    cleanup(buffer_release) struct buffer expected = {0};
    buffer_text(&expected, "   n  name  currency\n");
    capture_open(&capture, (crm_sink_options){.format = "table"}, NULL);
    assert_int_equal(sink_begin(capture.sink, &(struct table){"t", NULL, two, 3, false}), CRM_OK);
    for (int i = 1; i <= ROWS; i++) {
        const char *name = i == ROWS ? "wider" : "x";
        const struct value row[] = {value_integer(i), value_text(name), value_text("CNY")};
        assert_int_equal(sink_row(capture.sink, row), CRM_OK);
        buffer_printf(&expected, "%4d  %-4s  CNY\n", i, name);
    }
    assert_int_equal(sink_end(capture.sink), CRM_OK);
    capture_expect(&capture, buffer_string(&expected));
}

/* Every number of a table is the number of the JSON, and no line is wider than the screen when the
 * columns that may not be cut leave room. */
static void test_numbers_and_widths_property(void **state)
{
    (void)state;
    static const char *const names[] = {"华东贸易有限公司", "Acme", "e\u0301e\u0301", "😀😀😀",
                                        "a name of some length"};
    const struct column three[] = {{.name = "key", .type = DATA_TEXT},
                                   {.name = "name", .type = DATA_TEXT},
                                   {.name = "amount", .type = DATA_DECIMAL}};
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 300; round++) {
        struct capture capture;
        int width = 32 + rand() % 30;
        int64_t amount = (rand() - RAND_MAX / 2) * (int64_t)(1 + rand() % 100);
        const struct value row[] = {value_text("key"), value_text(names[rand() % 5]),
                                    value_integer(amount)};
        cleanup(buffer_release) struct buffer json = {0};
        capture_open(&capture, (crm_sink_options){.format = "table", .width = width}, NULL);
        sink_json(capture.sink, &json, &three[2], &row[2]);
        print_table(capture.sink, &(struct table){"t", NULL, three, 3, false}, row, 1);
        capture_end(&capture);
        char *line = strchr(capture.text, '\n') + 1;
        size_t length = strlen(line) - 1;
        assert_true(text_width(line, length) <= (size_t)width);
        assert_memory_equal(line + length - json.length, json.data, json.length);
        assert_int_equal(line[length - json.length - 1], ' ');
        free(capture.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_title_color_and_bars),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_fields_show_what_is_hidden),
        cmocka_unit_test(test_constant_that_is_none),
        cmocka_unit_test(test_cut_to_width),
        cmocka_unit_test(test_sections_wrap),
        cmocka_unit_test(test_few_wide_rows_are_cards),
        cmocka_unit_test(test_cards_leave_nothing_out),
        cmocka_unit_test(test_spare_columns_make_room),
        cmocka_unit_test(test_lines_property),
        cmocka_unit_test(test_keys_are_not_cut),
        cmocka_unit_test(test_text_cannot_command),
        cmocka_unit_test(test_title_and_note_cannot_command),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_page),
        cmocka_unit_test(test_streaming),
        cmocka_unit_test(test_numbers_and_widths_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
