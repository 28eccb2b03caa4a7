/* SPDX-License-Identifier: MIT */
/* Import maps: what they say about a file, and what they refuse. */
#include "import/map.h"

#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct error problem;
static const struct map_context order_context = {.as = &kind_order};
static const struct map_context product_context = {.as = &kind_product};

static void append(char *out, const char *format, ...) CRM_PRINTF(2, 3);

static void append(char *out, const char *format, ...)
{
    va_list arguments;
    size_t end = strlen(out);
    va_start(arguments, format);
    vsnprintf(out + end, 4000 - end, format, arguments);
    va_end(arguments);
}

static void append_value(char *out, const struct map *map, size_t index)
{
    struct value value;
    bool given, skip, rounded = false;
    char number[24];
    crm_status status = map_value((struct map *)map, index, &value, &given, &skip, &rounded);
    if (status != CRM_OK)
        append(out, "!%s!", problem.message);
    else if (skip)
        append(out, "skip");
    else if (value.type == VALUE_TEXT)
        append(out, "%.*s", (int)value.length, value.text);
    else if (value.type == VALUE_INTEGER && map->fields[index].field->type == DATA_DECIMAL)
        append(out, "%.*s%s", (int)decimal_format(value.integer, number), number,
               rounded ? "r" : "");
    else if (value.type == VALUE_INTEGER)
        append(out, "%lld", (long long)value.integer);
    else
        append(out, given ? "-" : "~");
}

/* The values of all rows in the order of the map's fields; or the message. */
static void assert_maps(const struct map_context *context, const char *yaml, const char *text,
                        const char *expected)
{
    char out[4096] = "";
    struct map *map = NULL;
    memset(&problem, 0, sizeof problem);
    if (map_parse("m.yaml", yaml, strlen(yaml), context, &map, &problem) != CRM_OK) {
        assert_string_equal(problem.message, expected);
        return;
    }
    FILE *stream = fmemopen((void *)text, strlen(text), "r");
    struct rows *rows = NULL;
    map->rows.path = "t.csv";
    map->rows.stream = stream;
    crm_status status = rows_open(&map->rows, &rows, &problem);
    if (status == CRM_OK)
        status = map_bind(map, rows);
    if (status != CRM_OK)
        append(out, "%s", problem.message);
    enum rows_result result;
    while (status == CRM_OK && (result = rows_next(rows)) == ROWS_ROW) {
        enum map_row row = map_begin_row(map);
        append(out, "%s", out[0] == '\0' ? "" : "\n");
        if (row == MAP_STOPPED)
            append(out, "stop");
        if (row == MAP_STOPPED)
            break;
        if (row == MAP_SKIPPED)
            append(out, "skipped");
        if (row == MAP_REFUSED)
            append(out, "!%s!", problem.message);
        for (size_t i = 0; row == MAP_ROW && i < map->field_count; i++) {
            append(out, "%s", i == 0 ? "" : "|");
            append_value(out, map, i);
        }
    }
    rows_close(rows);
    map_free(map);
    fclose(stream);
    assert_string_equal(out, expected);
}

static void assert_date(const char *notation, const char *text, const char *expected)
{
    struct arena arena = {0};
    const struct date_format *format = NULL;
    struct civil_time civil;
    char out[64] = "no";
    if (date_format_compile(&arena, notation, &format, &problem) != CRM_OK) {
        assert_string_equal(problem.message, expected);
    } else {
        if (date_format_read(format, text, strlen(text), &civil)) {
            date_format(civil.date, out);
            snprintf(out + 10, sizeof out - 10, " %05d", civil.second);
        }
        assert_string_equal(out, expected);
    }
    arena_release(&arena);
}

static void dates(void **state)
{
    (void)state;
    assert_date("YYYY-MM-DD", "2017-04-27", "2017-04-27 00000");
    assert_date("YYYY-MM-DD", "2017-4-27", "no");
    assert_date("YYYY-MM-DD", "2017-02-29", "no");
    assert_date("M/D/YYYY h:mm", "12/1/2010 8:26", "2010-12-01 30360");
    assert_date("D/M/YYYY", "12/1/2010", "2010-01-12 00000");
    assert_date("M/D/YY", "1/2/70", "1970-01-02 00000");
    assert_date("M/D/YY", "1/2/69", "2069-01-02 00000");
    assert_date("DD-MMM-YYYY", "05-Jan-2018", "2018-01-05 00000");
    assert_date("MMMM D, YYYY", "september 5, 2018", "2018-09-05 00000");
    assert_date("YYYY年M月D日", "2018年1月5日", "2018-01-05 00000");
    assert_date("YYYY-MM-DD AP h:mm", "2018-01-05 下午 3:04", "2018-01-05 54240");
    assert_date("M/D/YYYY h:mm AP", "1/5/2018 12:00 AM", "2018-01-05 00000");
    assert_date("YYYY-MM-DDThh:mm:ss.fZ", "2018-01-05T01:02:03.450+08:00", "2018-01-05 03723");
    assert_date("YYYY-MM-DD hh:mm:ss Z", "2018-01-05 01:02:03 +0800", "2018-01-05 03723");
    assert_date("YYYY-MM-DD hh:mm:ssZ", "2018-01-05 01:02:03+08", "2018-01-05 03723");
    assert_date("YYYY-MM-DD hh:mm:ssZ", "2018-01-05 01:02:03+08:", "no");
    assert_date("YYYY-MM-DD hh:mm:ssZ", "2018-01-05 01:02:03+080", "no");
    assert_date("YYYY-MM-DD*", "2018-01-05 whatever", "2018-01-05 00000");
    assert_date("excel", "43105", "2018-01-05 00000");
    assert_date("excel", "43105.351388888889", "2018-01-05 30360");
    assert_date("excel", "60", "no");
    assert_date("excel", "469999999999999999990.5", "no");
    assert_date("unix", "1515110400", "2018-01-05 00000");
    assert_date("unix_ms", "1515110400000", "2018-01-05 00000");
    assert_date("dd/MM/yyyy", "", "date format \"dd/MM/yyyy\": a letter that means nothing here");
    assert_date("YYYY-MM", "", "date format \"YYYY-MM\": it needs year, month and day");
}

static void assert_number(const struct number_format *format, const char *text,
                          const char *expected)
{
    int64_t number;
    bool rounded = false;
    char out[32] = "no";
    if (number_format_read(format, text, strlen(text), &number, &rounded)) {
        size_t length = decimal_format(number, out);
        snprintf(out + length, sizeof out - length, "%s", rounded ? "r" : "");
    }
    assert_string_equal(out, expected);
}

static void numbers(void **state)
{
    (void)state;
    static const char *const signs[] = {"$", "¥", "元", "CNY"};
    const struct number_format plain = {.decimal = '.', .thousands = ""};
    const struct number_format grouped = {
        .decimal = '.', .thousands = ",", .currency = signs, .currency_count = 4};
    const struct number_format german = {.decimal = ',', .thousands = "."};
    const struct number_format percent = {.decimal = '.', .thousands = "", .percent = true};
    assert_number(&plain, "125.43999999999998", "125.44r");
    assert_number(&plain, "-3", "-3");
    assert_number(&plain, "3-", "-3");
    assert_number(&plain, "(3.5)", "-3.5");
    assert_number(&plain,
                  "\xE2\x88\x92"
                  "3",
                  "-3");
    assert_number(&plain, "40%", "0.4");
    assert_number(&plain, "1e3", "1000");
    assert_number(&plain, "1,234", "no");
    assert_number(&plain, "$5", "no");
    assert_number(&plain, "--5", "no");
    assert_number(&plain, "-(5)", "no");
    assert_number(&plain, "", "no");
    assert_number(&plain, "12x", "no");
    assert_number(&plain, "0x10", "no");
    assert_number(&plain, "nan", "no");
    assert_number(&grouped, "$1,234.50", "1234.5");
    assert_number(&grouped, "-$1,234,567", "-1234567");
    assert_number(&grouped, "($12.00)", "-12");
    assert_number(&grouped, "¥ 12.00", "12");
    assert_number(&grouped, "12.00元", "12");
    assert_number(&grouped, "CNY 1234", "1234");
    assert_number(&grouped, "1,23", "no");
    assert_number(&grouped, "1234,567", "no");
    assert_number(&grouped, ",123", "no");
    assert_number(&german, "1.234,56", "1234.56");
    assert_number(&german, "1234,5", "1234.5");
    assert_number(&german, "1.5", "no");
    assert_number(&percent, "40", "0.4");
    assert_number(&percent, "12.5%", "0.125");
    assert_number(&plain, "999999999999999999", "no");
}

#define ORDER  "fields:\n  order.number: no\n  customer.key: c\n"
#define AMOUNT "  order.ordered_on: d\n  line.amount: a\n"

static void sources_and_steps(void **state)
{
    (void)state;
    assert_maps(&order_context, ORDER AMOUNT, "no,c,d,a\n 1 ,\xE3\x80\x80x ,2018-1-5,3\n",
                "1|x|2018-01-05|3");
    assert_maps(&product_context,
                "fields:\n  code: {join: [a, b], with: '-'}\n  name: {column: n, default: none}\n"
                "  category: {value: all}\n  unit: {column: u, values: {pc: piece, k: kg}}\n"
                "  external_id: {column: n, extract: '([0-9]+)$'}\n",
                "a,b,n,u\n1,2,x 42,pc\n1,,,k\n", "1-2|x 42|all|piece|42\n1|none|all|kg|-");
    assert_maps(&product_context, "fields: {code: [sku, '#1'], name: {column: z, optional: yes}}\n",
                "a,b\n=\"0012\",2\n", "0012|~");
    assert_maps(&product_context, "fields: {code: {column: a, values: {x: y}}, name: b}\n",
                "a,b\nx,1\nz,1\n",
                "y|1\n!t.csv:3:1: code: \"z\" is none of the values that the map translates!|1");
    assert_maps(&product_context,
                "fields: {code: {column: a, values: {x: y}, otherwise: keep},\n"
                "  name: {column: b, values: {x: y}, otherwise: {value: other}}}\n",
                "a,b\nx,x\nz,z\n", "y|y\nz|other");
    assert_maps(&product_context,
                "strip: \"'`\"\nfields: {code: a, name: {column: b, blank: skip}}\n",
                "a,b\n'12,x\n1,\n", "12|x\n1|skip");
    assert_maps(&product_context, "trim: no\nfields: {code: a, price: {column: b, negate: yes}}\n",
                "a,b\n x,5.25\n", " x|-5.25");
}

static void files(void **state)
{
    (void)state;
    assert_maps(&product_context,
                "header: none\ndelimiter: '|'\nfields: {code: '#2', name: '#1'}\n", "n|c\n", "c|n");
    assert_maps(&product_context, "skip_lines: 1\nshort_rows: pad\nfields: {code: a, name: b}\n",
                "Title\na,b\nx\n", "x|-");
    assert_maps(&product_context,
                "numbers: {thousands: ',', currency: $}\nfields:\n"
                "  code: a\n  price: b\n  cost: {column: c, numbers: {percent: yes}}\n",
                "a,b,c\nx,\"$1,234.5\",50\ny,1e,1\n",
                "x|1234.5|0.5\ny|!t.csv:3:3: price: \"1e\" is no number!|0.01");
    assert_maps(
        &order_context, "dates: [M/D/YYYY, YYYY-MM-DD h:mm]\n" ORDER AMOUNT,
        "no,c,d,a\n1,x,1/2/2018,3\n1,x,2018-01-03 4:05,3\n1,x,5.1.2018,3\n",
        "1|x|2018-01-02|3\n1|x|2018-01-03|3\n"
        "1|x|!t.csv:4:5: order.ordered_on: \"5.1.2018\" is no date in a format that the map "
        "names!|3");
    assert_maps(&order_context, ORDER AMOUNT, "no,c,d,a\n1,x,1/2/2018,3\n",
                "1|x|!t.csv:2:5: order.ordered_on: \"1/2/2018\" is no date in a format that the "
                "map names!|3");
}

static void fill_down(void **state)
{
    (void)state;
    assert_maps(&product_context, "fill_down: [a]\nfields: {code: a, name: b}\n",
                "a,b\nx,1\n,2\ny,3\n,4\n", "x|1\nx|2\ny|3\ny|4");
    assert_maps(&product_context,
                "fill_down: {columns: [a], within: g}\nfields: {code: a, name: g}\n",
                "g,a\n1,x\n1,\n2,\n2,z\n", "x|1\nx|1\n-|2\nz|2");
}

static void rules(void **state)
{
    (void)state;
    assert_maps(&product_context,
                "rows:\n  - {column: a, matches: '^Total'}\n  - {column: b, equals: [p, q]}\n"
                "  - {column: b, blank: yes, then: refuse, reason: no name}\n"
                "  - {column: a, equals: END, then: stop}\n"
                "  - {column: a, matches: ^C, set: {category: credit}}\n"
                "  - {column: a, matches: '^[A-Z]', not: yes, set: {category: low}}\n"
                "fields: {code: a, name: b}\n",
                "a,b\nTotal,1\nx,p\ny,\nC1,z\nX,z\nx,z\nEND,1\nx,1\n",
                "skipped\nskipped\n!t.csv:4:3: no name!\ncredit|C1|z\n~|X|z\nlow|x|z\nstop");
    assert_maps(&product_context, "rows: [{column: n, below: 0}]\nfields: {code: a}\n",
                "a,n\nx,-1\ny,0\nz,q\n", "skipped\ny\nz");
}

static void column_names(void **state)
{
    (void)state;
    const char *two = "code,name,,name\nx,1,2,3\n";
    assert_maps(&product_context, "fields: {code: code, name: '#4'}\n", two, "x|3");
    assert_maps(&product_context, "fields: {code: code, name: '#3'}\n", two, "x|2");
    assert_maps(&product_context, "fields: {code: code, name: name}\n", two,
                "t.csv:1: columns 2 and 4 have the same name \"name\"");
    assert_string_equal(problem.hint, "name them differently, or call them #2 and #4 in a map");
    assert_maps(&product_context, "rows: [{column: name, equals: x}]\nfields: {code: code}\n", two,
                "t.csv:1: columns 2 and 4 have the same name \"name\"");
    assert_maps(&product_context, "fill_down: name\nfields: {code: code}\n", two,
                "t.csv:1: columns 2 and 4 have the same name \"name\"");
}

static void blanks(void **state)
{
    (void)state;
    assert_maps(&product_context,
                "blanks: [NULL, '-']\nrows: [{column: unit, blank: yes}]\n"
                "fields: {code: code, name: {column: name, default: none}, unit: unit, "
                "category: {join: [name, unit]}}\n",
                "code,name,unit\nx,NULL,kg\ny, - ,-kg\nz,null,NULL\n",
                "x|none|kg|kg\ny|none|-kg|-kg\nskipped");
}

static void refusals(void **state)
{
    (void)state;
    assert_maps(&product_context, "fields: {code: a}\ncolums: x\n", "",
                "m.yaml:2:1: unknown key \"colums\"");
    assert_maps(&product_context, "fields: {cod: a}\n", "",
                "m.yaml:1:10: no field \"cod\" can be given");
    assert_string_equal(problem.hint, "did you mean \"code\"?");
    assert_maps(&order_context, "fields: {customer.nam: a}\n", "",
                "m.yaml:1:10: no field \"customer.nam\" can be given");
    assert_string_equal(problem.hint, "did you mean \"customer.name\"?");
    assert_maps(&order_context, "fields: {customer.owner: a}\n", "",
                "m.yaml:1:10: no field \"customer.owner\" can be given");
    assert_maps(&order_context, ORDER "  order.ordered_on: d\n", "",
                "m.yaml:1: the map does not say where line.amount comes from");
    assert_maps(&order_context, "{}\n", "", "m.yaml:1: the map names no fields");
    assert_maps(&order_context, "as: product\n", "",
                "m.yaml:1:5: key 'as': the map is for product, the import is as order");
    assert_maps(&product_context, "fields: {code: {colum: a}}\n", "",
                "m.yaml:1:17: unknown key \"colum\"");
    assert_maps(&product_context, "fields: {code: {default: a}}\n", "",
                "m.yaml:1:16: key 'fields.code': says not where the value comes from");
    assert_maps(&product_context, "numbers: {decimal: ','  , thousands: ','}\n", "",
                "m.yaml:1:10: key 'numbers': \",\" cannot be both decimal sign and thousands "
                "separator");
    assert_maps(
        &product_context, "rows: [{column: a, matches: '('}]\nfields: {code: a}", "",
        "m.yaml:1:29: key 'rows[1].matches': \"(\" is no regular expression: Unmatched ( or "
        "\\(");
    assert_maps(&product_context, "fields:\n  code: 客户编号\n", "客户编码,b\n",
                "m.yaml:2:9: code: t.csv has no column \"客户编号\"");
    assert_string_equal(problem.hint, "did you mean \"客户编码\"? its columns are: 客户编码, b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),
        cmocka_unit_test(column_names),
        cmocka_unit_test(blanks),
        cmocka_unit_test(numbers),
        cmocka_unit_test(sources_and_steps),
        cmocka_unit_test(files),
        cmocka_unit_test(fill_down),
        cmocka_unit_test(rules),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
