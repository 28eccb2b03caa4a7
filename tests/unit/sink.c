/* SPDX-License-Identifier: MIT */
/* The formats for programs (jsonl, json, csv, tsv) and what all formats share. */
#include "capture.h"

#include "base/decimal.h"
#include "base/text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <time.h>

/* One column of each type. */
static const struct column all_types[] = {
    {.name = "text", .type = DATA_TEXT},       {.name = "integer", .type = DATA_INTEGER},
    {.name = "decimal", .type = DATA_DECIMAL}, {.name = "real", .type = DATA_REAL, .decimals = 2},
    {.name = "boolean", .type = DATA_BOOLEAN}, {.name = "date", .type = DATA_DATE},
    {.name = "time", .type = DATA_TIME},       {.name = "enum", .type = DATA_ENUM},
    {.name = "tags", .type = DATA_TAGS},       {.name = "reference", .type = DATA_REFERENCE},
    {.name = "json", .type = DATA_JSON},
};
enum { ALL_TYPES = sizeof all_types / sizeof *all_types };
static const struct table all_types_table = {"things", NULL, all_types, ALL_TYPES, false};

static const struct column two[] = {
    {.name = "key", .type = DATA_TEXT},
    {.name = "n", .type = DATA_INTEGER},
};
static const struct table two_table = {"pairs", NULL, two, 2, false};

static void fill(struct value out[ALL_TYPES])
{
    const struct value row[ALL_TYPES] = {
        value_text("华东 \"A\"\n, B"),
        value_integer(-42),
        value_integer(1296960),
        value_real(2.5),
        value_integer(1),
        value_text("2018-01-02"),
        value_text("2018-01-02T01:00:00Z"),
        value_text("active"),
        value_text("vip gold"),
        value_text("acme"),
        value_text("{\"a\":\n[1]}"),
    };
    memcpy(out, row, sizeof row);
}

static void with_zone(struct arena *arena, const struct zone **zone)
{
    struct error error = {0};
    assert_int_equal(zone_load(arena, "+08:00", NULL, zone, &error), CRM_OK);
}

static void all_types_in(const char *format, const char *expected)
{
    cleanup(arena_release) struct arena arena = {0};
    const struct zone *zone;
    with_zone(&arena, &zone);
    struct value rows[2 * ALL_TYPES];
    fill(rows);
    for (size_t i = ALL_TYPES; i < 2 * ALL_TYPES; i++)
        rows[i] = value_null();
    struct capture capture;
    capture_open(&capture, (crm_sink_options){.format = format}, zone);
    print_table(capture.sink, &all_types_table, rows, 2);
    capture_expect(&capture, expected);
}

static void test_jsonl(void **state)
{
    (void)state;
    all_types_in("jsonl",
                 "{\"text\":\"华东 \\\"A\\\"\\n, B\",\"integer\":-42,\"decimal\":129.696,"
                 "\"real\":2.50,\"boolean\":true,\"date\":\"2018-01-02\","
                 "\"time\":\"2018-01-02T09:00:00+08:00\",\"enum\":\"active\","
                 "\"tags\":[\"vip\",\"gold\"],\"reference\":\"acme\",\"json\":{\"a\": [1]}}\n"
                 "{\"text\":null,\"integer\":null,\"decimal\":null,\"real\":null,\"boolean\":null,"
                 "\"date\":null,\"time\":null,\"enum\":null,\"tags\":null,\"reference\":null,"
                 "\"json\":null}\n");
}

static void test_csv(void **state)
{
    (void)state;
    all_types_in(
        "csv", "text,integer,decimal,real,boolean,date,time,enum,tags,reference,json\n"
               "\"华东 \"\"A\"\"\n, B\",-42,129.696,2.50,yes,2018-01-02,2018-01-02T09:00:00+08:00,"
               "active,vip gold,acme,\"{\"\"a\"\":\n[1]}\"\n"
               ",,,,,,,,,,\n");
}

static void test_tsv(void **state)
{
    (void)state;
    all_types_in("tsv",
                 "text\tinteger\tdecimal\treal\tboolean\tdate\ttime\tenum\ttags\treference\tjson\n"
                 "华东 \"A\"\\n, B\t-42\t129.696\t2.50\tyes\t2018-01-02\t2018-01-02T09:00:00+08:00"
                 "\tactive\tvip gold\tacme\t{\"a\":\\n[1]}\n"
                 "\t\t\t\t\t\t\t\t\t\t\n");
}

static void test_json(void **state)
{
    (void)state;
    struct capture capture;
    const struct value rows[] = {value_text("a"), value_integer(1), value_text("b"), value_null()};
    capture_open(&capture, (crm_sink_options){.format = "json"}, NULL);
    print_table(capture.sink, &two_table, rows, 2);
    print_table(capture.sink, &two_table, rows, 1);
    capture_expect(&capture, "[\n"
                             "  {\n    \"key\": \"a\",\n    \"n\": 1\n  },\n"
                             "  {\n    \"key\": \"b\",\n    \"n\": null\n  },\n"
                             "  {\n    \"key\": \"a\",\n    \"n\": 1\n  }\n"
                             "]\n");
}

static void test_nothing(void **state)
{
    (void)state;
    static const char *const expected[][2] = {
        {"jsonl", ""}, {"json", "[]\n"}, {"csv", "key,n\n"}, {"tsv", "key\tn\n"}, {"table", ""}};
    for (size_t i = 0; i < 5; i++) {
        struct capture capture;
        capture_open(&capture, (crm_sink_options){.format = expected[i][0]}, NULL);
        print_table(capture.sink, &two_table, NULL, 0);
        capture_expect(&capture, expected[i][1]);
    }
    for (size_t i = 0; i < 5; i++) { /* not even a table */
        struct capture capture;
        capture_open(&capture, (crm_sink_options){.format = expected[i][0]}, NULL);
        capture_expect(&capture, i == 1 ? "[]\n" : "");
    }
}

static void print_page(struct crm_sink *sink)
{
    static const struct table page = {"customer", "Acme", two, 2, true};
    const struct value rows[] = {value_text("a"), value_integer(1), value_text("b"),
                                 value_integer(2)};
    assert_int_equal(sink_page_begin(sink, &page, rows), CRM_OK);
    print_table(sink, &two_table, rows, 2);
    print_table(sink, &(struct table){"none", "None", two, 2, false}, NULL, 0);
    assert_int_equal(sink_note(sink, "%d rows", 2), CRM_OK);
    assert_int_equal(sink_page_end(sink), CRM_OK);
}

static void page_in(const char *format, const char *fields, const char *expected)
{
    struct capture capture;
    capture_open(&capture, (crm_sink_options){.format = format, .fields = fields}, NULL);
    print_page(capture.sink);
    print_page(capture.sink);
    capture_expect(&capture, expected);
}

static void test_page(void **state)
{
    (void)state;
#define LINE                                                                                       \
    "{\"key\":\"a\",\"n\":1,\"pairs\":[{\"key\":\"a\",\"n\":1},{\"key\":\"b\",\"n\":2}],"          \
    "\"none\":[]}\n"
    page_in("jsonl", NULL, LINE LINE);
#define ITEM(key, n) "      {\n        \"key\": \"" key "\",\n        \"n\": " n "\n      }"
#define PAGE                                                                                       \
    "  {\n    \"key\": \"a\",\n    \"n\": 1,\n    \"pairs\": [\n" ITEM("a", "1") ",\n" ITEM(       \
        "b", "2") "\n    ],\n    \"none\": []\n  }"
    page_in("json", NULL, "[\n" PAGE ",\n" PAGE "\n]\n");
    page_in("csv", NULL, "key,n\na,1\na,1\n");
    page_in("tsv", NULL, "key\tn\na\t1\na\t1\n");
    page_in("jsonl", "n", "{\"n\":1}\n{\"n\":1}\n"); /* chosen fields: no sections */
}

/* A producer that gave up still leaves valid JSON. */
static void test_unfinished_page_is_closed(void **state)
{
    (void)state;
    struct capture capture;
    const struct value row[] = {value_text("a"), value_integer(1)};
    capture_open(&capture, (crm_sink_options){.format = "jsonl"}, NULL);
    assert_int_equal(sink_page_begin(capture.sink, &two_table, row), CRM_OK);
    assert_int_equal(sink_begin(capture.sink, &two_table), CRM_OK);
    assert_int_equal(sink_row(capture.sink, row), CRM_OK);
    capture_expect(&capture, "{\"key\":\"a\",\"n\":1,\"pairs\":[{\"key\":\"a\",\"n\":1}]}\n");
}

static void test_csv_of_several_tables(void **state)
{
    (void)state;
    struct capture capture;
    const struct value rows[] = {value_text("a"), value_integer(1)};
    const struct value empty[] = {value_text("")};
    capture_open(&capture, (crm_sink_options){.format = "csv"}, NULL);
    print_table(capture.sink, &two_table, rows, 1);
    print_table(capture.sink, &two_table, rows, 1);
    print_table(capture.sink, &(struct table){"t", NULL, two, 1, false}, empty, 1);
    capture_expect(&capture, "key,n\na,1\na,1\n\nkey\n\"\"\n");
}

static void test_csv_quotes_when_needed(void **state)
{
    (void)state;
    struct capture capture;
    const struct value rows[] = {
        value_text("plain text"), value_text(" leading"), value_text("trailing "),
        value_text("a,b"),        value_text("\""),       value_text("a\rb"),
        value_text("=1+1"),       value_text("a\tb"),     value_text("bad \xFF,"),
    };
    capture_open(&capture, (crm_sink_options){.format = "csv"}, NULL);
    print_table(capture.sink, &(struct table){"t", NULL, two, 1, false}, rows, 9);
    capture_expect(&capture, "key\nplain text\n\" leading\"\n\"trailing \"\n\"a,b\"\n\"\"\"\"\n"
                             "\"a\rb\"\n=1+1\na\tb\n\"bad \uFFFD,\"\n");
}

static void test_tsv_escapes(void **state)
{
    (void)state;
    struct capture capture;
    const struct value rows[] = {value_text("a\tb\nc\rd\\e\"f"), value_text("\\"), value_text("")};
    capture_open(&capture, (crm_sink_options){.format = "tsv"}, NULL);
    print_table(capture.sink, &(struct table){"t", NULL, two, 1, false}, rows, 3);
    capture_expect(&capture, "key\na\\tb\\nc\\rd\\\\e\"f\n\\\\\n\n");
}

/* ---- Numbers ---------------------------------------------------------------------------- */

static void assert_json(const struct column *column, struct value value, const char *json,
                        const char *plain)
{
    const struct crm_sink sink = {0};
    cleanup(buffer_release) struct buffer out = {0};
    sink_json(&sink, &out, column, &value);
    assert_string_equal(buffer_string(&out), json);
    buffer_clear(&out);
    sink_plain(&sink, &out, column, &value);
    assert_string_equal(buffer_string(&out), plain);
}

static void test_numbers(void **state)
{
    (void)state;
    const struct column integer = {.name = "i", .type = DATA_INTEGER};
    const struct column decimal = {.name = "d", .type = DATA_DECIMAL};
    const struct column one = {.name = "r", .type = DATA_REAL, .decimals = 1};
    const struct column none = {.name = "r", .type = DATA_REAL};
    const struct column text = {.name = "t", .type = DATA_TEXT};
    assert_json(&integer, value_integer(INT64_C(9007199254740992)), "9007199254740992",
                "9007199254740992");
    assert_json(&integer, value_integer(INT64_C(9007199254740993)), "\"9007199254740993\"",
                "9007199254740993");
    assert_json(&integer, value_integer(INT64_MIN), "\"-9223372036854775808\"",
                "-9223372036854775808");
    assert_json(&decimal, value_integer(INT64_MIN), "-922337203685477.5808",
                "-922337203685477.5808");
    assert_json(&decimal, value_integer(-5), "-0.0005", "-0.0005");
    assert_json(&decimal, value_integer(0), "0", "0");
    assert_json(&decimal, value_real(1296960.0), "129.696", "129.696");
    assert_json(&decimal, value_real(INFINITY), "null", "");
    assert_json(&one, value_real(-0.0), "0.0", "0.0");
    assert_json(&one, value_real(-0.04), "0.0", "0.0");
    assert_json(&one, value_real(-0.06), "-0.1", "-0.1");
    assert_json(&one, value_real(NAN), "null", "");
    assert_json(&one, value_real(-INFINITY), "null", "");
    assert_json(&one, value_integer(7), "7.0", "7.0");
    assert_json(&none, value_real(2.5), "2", "2");
    assert_json(&none, value_real(1e15), "1000000000000000", "1000000000000000");
    assert_json(&text, value_integer(2017), "\"2017\"", "2017"); /* a key has one type */
}

static void test_other_values(void **state)
{
    (void)state;
    const struct column boolean = {.name = "b", .type = DATA_BOOLEAN};
    const struct column moment = {.name = "t", .type = DATA_TIME};
    const struct column tags = {.name = "t", .type = DATA_TAGS};
    const struct column json = {.name = "j", .type = DATA_JSON};
    assert_json(&boolean, value_integer(0), "false", "no");
    assert_json(&boolean, value_text("abc"), "\"abc\"", "abc"); /* as it is stored */
    assert_json(&boolean, value_text("false"), "\"false\"", "false");
    assert_json(&moment, value_text("2018-01-02T01:00:00Z"), "\"2018-01-02T01:00:00Z\"",
                "2018-01-02T01:00:00Z");
    assert_json(&moment, value_text("soon"), "\"soon\"", "soon"); /* shown, not lost */
    assert_json(&tags, value_text(""), "[]", "");
    assert_json(&tags, value_text(" a  b\" "), "[\"a\",\"b\\\"\"]", " a  b\" ");
    assert_json(&json, value_text(""), "null", "");
    assert_json(&json, value_text("\"\xFF\""), "\"\uFFFD\"", "\"\uFFFD\"");
}

/* ---- Columns ---------------------------------------------------------------------------- */

static void test_fields(void **state)
{
    (void)state;
    struct capture capture;
    struct value rows[ALL_TYPES];
    fill(rows);
    capture_open(&capture, (crm_sink_options){.format = "jsonl", .fields = " date , text,integer"},
                 NULL);
    assert_true(sink_wants(capture.sink, "date"));
    assert_true(sink_wants(capture.sink, "integer"));
    assert_false(sink_wants(capture.sink, "int"));
    assert_false(sink_wants(NULL, "date"));
    print_table(capture.sink, &all_types_table, rows, 1);
    capture_expect(&capture,
                   "{\"date\":\"2018-01-02\",\"text\":\"华东 \\\"A\\\"\\n, B\",\"integer\":-42}\n");
}

static void refused(const char *fields, const char *message, const char *hint)
{
    struct capture capture;
    capture_open(&capture, (crm_sink_options){.format = "csv", .fields = fields}, NULL);
    assert_int_equal(sink_begin(capture.sink, &two_table), CRM_USAGE);
    assert_string_equal(capture.error.message, message);
    assert_string_equal(capture.error.hint, hint);
    capture_expect(&capture, "");
}

static void test_unknown_fields(void **state)
{
    (void)state;
    refused("key,kez", "there is no column \"kez\"; choose from: key, n", "did you mean \"key\"?");
    refused("quantity", "there is no column \"quantity\"; choose from: key, n", "");
    refused("", "there is no column \"\"; choose from: key, n", "");
    refused("n,", "there is no column \"\"; choose from: key, n", "");
    refused("n,key,n", "the column \"n\" is asked for twice", "");
}

static void test_formats(void **state)
{
    (void)state;
    struct error error = {0};
    struct crm_sink *sink = NULL;
    const crm_sink_options options = {.format = "jsno", .stream = stdout};
    assert_string_equal(crm_format_name(0), "table");
    assert_string_equal(crm_format_name(4), "tsv");
    assert_null(crm_format_name(crm_format_count()));
    assert_int_equal(sink_open(&options, NULL, &error, &sink), CRM_USAGE);
    assert_null(sink);
    assert_string_equal(error.message, "there is no format \"jsno\"; choose from: table, jsonl, "
                                       "json, csv, tsv, markdown");
    assert_string_equal(error.hint, "did you mean \"json\"?");
}

static void test_no_sink(void **state)
{
    (void)state;
    const struct value row[] = {value_text("a"), value_integer(1)};
    assert_int_equal(sink_begin(NULL, &two_table), CRM_OK);
    assert_int_equal(sink_row(NULL, row), CRM_OK);
    assert_int_equal(sink_end(NULL), CRM_OK);
    assert_int_equal(sink_page_begin(NULL, &two_table, row), CRM_OK);
    assert_int_equal(sink_page_end(NULL), CRM_OK);
    assert_int_equal(sink_note(NULL, "x"), CRM_OK);
    assert_int_equal(sink_finish(NULL), CRM_OK);
    sink_free(NULL);
}

/* ---- Failures --------------------------------------------------------------------------- */

static void full_device(const char *format, size_t rows)
{
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        print_message("skipped: no /dev/full\n");
        skip();
    }
    struct error error = {0};
    struct crm_sink *sink;
    const crm_sink_options options = {.format = format, .stream = full};
    const struct value row[] = {value_text("a name of some length"), value_integer(1)};
    assert_int_equal(sink_open(&options, NULL, &error, &sink), CRM_OK);
    crm_status status = sink_begin(sink, &two_table);
    for (size_t i = 0; i < rows && status == CRM_OK; i++)
        status = sink_row(sink, row);
    if (rows > 100000) { /* noticed on the way, not at the end alone */
        assert_int_equal(status, CRM_IO);
        assert_int_equal(sink_end(sink), CRM_IO);
    }
    error_clear(&error);
    assert_int_equal(sink_finish(sink), CRM_IO);
    assert_string_equal(error.message, "the output cannot be written: No space left on device");
    sink_free(sink);
    (void)fclose(full);
}

static void test_full_device(void **state)
{
    (void)state;
    for (size_t i = 0; i < crm_format_count(); i++) {
        full_device(crm_format_name(i), 1);
        full_device(crm_format_name(i), 200000);
    }
}

/* Memory that ran out on the way is told by every call from then on, and nothing is written. */
static void test_no_memory(void **state)
{
    (void)state;
    const struct value row[] = {value_text("a"), value_integer(1)};
    for (size_t i = 0; i < crm_format_count(); i++) {
        struct capture capture;
        capture_open(&capture, (crm_sink_options){.format = crm_format_name(i)}, NULL);
        assert_int_equal(sink_begin(capture.sink, &two_table), CRM_OK);
        assert_int_equal(sink_row(capture.sink, row), CRM_OK);
        capture.sink->out.failed = true;
        assert_int_equal(sink_row(capture.sink, row), CRM_NO_MEMORY);
        assert_int_equal(sink_row(capture.sink, row), CRM_NO_MEMORY);
        assert_int_equal(sink_end(capture.sink), CRM_NO_MEMORY);
        assert_int_equal(sink_finish(capture.sink), CRM_NO_MEMORY);
        assert_int_equal(capture.error.status, CRM_NO_MEMORY);
        sink_free(capture.sink);
        (void)fclose(capture.stream);
        assert_int_equal(capture.length, 0);
        free(capture.text);
    }
}

/* ---- Properties: what is printed can be read back ---------------------------------------- */

static const char *const pieces[] = {"a",       "Acme", "华东", "😀",    "\"",     ",",
                                     "\n",      "\r\n", "\t",   "\\",   "\\n",    " ",
                                     "e\u0301", "'",    "{",    "\x1b", "\u2028", "0"};

static struct value random_text(struct arena *arena)
{
    char text[128] = "";
    for (int count = rand() % 12; count > 0; count--)
        strcat(text, pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)]);
    return value_text(arena_copy(arena, text));
}

static int64_t random_integer(void)
{
    int64_t number = (int64_t)rand() << 31 | rand();
    number >>= rand() % 62;
    return rand() % 2 ? number : -number;
}

static struct value random_value(struct arena *arena, enum data_type type)
{
    if (rand() % 6 == 0)
        return value_null();
    if (type == DATA_TEXT)
        return random_text(arena);
    if (type == DATA_REAL)
        return value_real((double)random_integer() / 1000.0);
    return value_integer(random_integer());
}

static const struct column mixed[] = {
    {.name = "a", .type = DATA_TEXT},    {.name = "b", .type = DATA_DECIMAL},
    {.name = "c", .type = DATA_TEXT},    {.name = "d", .type = DATA_REAL, .decimals = 3},
    {.name = "e", .type = DATA_INTEGER},
};
enum { MIXED = sizeof mixed / sizeof *mixed, RANDOM_ROWS = 400 };
static const struct table mixed_table = {"mixed", NULL, mixed, MIXED, false};

static struct value *random_rows(struct arena *arena)
{
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    struct value *rows = arena_array(arena, MIXED * RANDOM_ROWS, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < MIXED * RANDOM_ROWS; i++)
        rows[i] = random_value(arena, mixed[i % MIXED].type);
    return rows;
}

static void print_random(const char *format, const struct value *rows, struct capture *capture)
{
    capture_open(capture, (crm_sink_options){.format = format}, NULL);
    print_table(capture->sink, &mixed_table, rows, RANDOM_ROWS);
    capture_end(capture);
}

/* The number after "key": as the text has it, since cJSON keeps doubles. */
static void assert_number_text(const char *line, const char *key, const char *expected)
{
    char name[8];
    (void)snprintf(name, sizeof name, "\"%s\":", key);
    const char *at = line;
    for (const char *next = line; (next = strstr(next, name)) != NULL; next++)
        at = next + strlen(name);
    assert_memory_equal(at, expected, strlen(expected));
    assert_true(at[strlen(expected)] == ',' || at[strlen(expected)] == '}');
}

static void assert_same_json(const char *line, const cJSON *json, const struct column *column,
                             const struct value *value)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, column->name);
    char text[24];
    assert_non_null(member);
    if (value_is_null(value)) {
        assert_true(cJSON_IsNull(member));
    } else if (value->type == VALUE_TEXT) {
        assert_true(cJSON_IsString(member));
        assert_string_equal(member->valuestring, value->text);
    } else if (value->type == VALUE_REAL) {
        assert_true(fabs(member->valuedouble - value->real) <= 0.0005 + fabs(value->real) * 1e-15);
    } else if (column->type == DATA_DECIMAL) {
        decimal_format(value->integer, text);
        assert_number_text(line, column->name, text);
    } else if (cJSON_IsString(member)) {
        assert_int_equal(strtoll(member->valuestring, NULL, 10), value->integer);
        assert_true(llabs(value->integer) > INT64_C(1) << 53);
    } else {
        assert_true(member->valuedouble == (double)value->integer);
    }
}

static void test_jsonl_reads_back(void **state)
{
    (void)state;
    cleanup(arena_release) struct arena arena = {0};
    const struct value *rows = random_rows(&arena);
    struct capture capture;
    print_random("jsonl", rows, &capture);
    char *rest = capture.text;
    for (size_t row = 0; row < RANDOM_ROWS; row++) {
        char *line = rest;
        rest = strchr(line, '\n');
        assert_non_null(rest);
        *rest++ = '\0';
        cJSON *json = cJSON_Parse(line);
        assert_non_null(json);
        assert_int_equal(cJSON_GetArraySize(json), MIXED);
        for (size_t i = 0; i < MIXED; i++)
            assert_same_json(line, json, &mixed[i], &rows[row * MIXED + i]);
        cJSON_Delete(json);
    }
    assert_string_equal(rest, "");
    free(capture.text);
}

/* Reads one CSV field; *end_of_line says whether it was the line's last. Returns what follows. */
static const char *read_csv_field(const char *text, struct buffer *field, bool *end_of_line)
{
    buffer_clear(field);
    if (*text == '"') {
        for (text++; *text != '"' || text[1] == '"'; text++) {
            assert_true(*text != '\0');
            text += *text == '"';
            buffer_character(field, *text);
        }
        text++;
    } else {
        while (*text != ',' && *text != '\n') {
            assert_true(*text != '"' && *text != '\r' && *text != '\0');
            buffer_character(field, *text++);
        }
    }
    assert_true(*text == ',' || *text == '\n');
    *end_of_line = *text == '\n';
    return text + 1;
}

/* The same for TSV. */
static const char *read_tsv_field(const char *text, struct buffer *field, bool *end_of_line)
{
    buffer_clear(field);
    for (; *text != '\t' && *text != '\n'; text++) {
        assert_true(*text != '\0' && *text != '\r');
        char byte = *text;
        if (byte == '\\') {
            text++;
            assert_non_null(strchr("tnr\\", *text));
            byte = *text == 't' ? '\t' : *text == 'n' ? '\n' : *text == 'r' ? '\r' : '\\';
        }
        buffer_character(field, byte);
    }
    *end_of_line = *text == '\n';
    return text + 1;
}

static void expected_field(struct buffer *out, const struct column *column,
                           const struct value *value)
{
    const struct crm_sink sink = {0};
    buffer_clear(out);
    sink_plain(&sink, out, column, value);
}

static void delimited_reads_back(const char *format)
{
    cleanup(arena_release) struct arena arena = {0};
    cleanup(buffer_release) struct buffer field = {0}, expected = {0};
    const struct value *rows = random_rows(&arena);
    bool csv = strcmp(format, "csv") == 0;
    struct capture capture;
    print_random(format, rows, &capture);
    const char *rest = capture.text + strlen("a,b,c,d,e\n");
    for (size_t i = 0; i < MIXED * RANDOM_ROWS; i++) {
        bool end_of_line;
        rest = csv ? read_csv_field(rest, &field, &end_of_line)
                   : read_tsv_field(rest, &field, &end_of_line);
        expected_field(&expected, &mixed[i % MIXED], &rows[i]);
        assert_string_equal(buffer_string(&field), buffer_string(&expected));
        assert_int_equal(end_of_line, i % MIXED == MIXED - 1);
    }
    assert_string_equal(rest, "");
    free(capture.text);
}

static void test_csv_reads_back(void **state)
{
    (void)state;
    delimited_reads_back("csv");
}

static void test_tsv_reads_back(void **state)
{
    (void)state;
    delimited_reads_back("tsv");
}

static const struct column personal[] = {
    {.name = "name", .type = DATA_TEXT},
    {.name = "phone", .type = DATA_TEXT, .flags = COLUMN_SENSITIVE},
    {.name = "born", .type = DATA_DATE, .flags = COLUMN_SENSITIVE},
    {.name = "children", .type = DATA_INTEGER, .flags = COLUMN_SENSITIVE},
    {.name = "smoker", .type = DATA_BOOLEAN, .flags = COLUMN_SENSITIVE},
    {.name = "tags", .type = DATA_TAGS, .flags = COLUMN_SENSITIVE},
};

static void expect_personal(crm_sink_options options, bool record, const char *expected)
{
    const struct value rows[] = {value_text("Ann"),
                                 value_text("13812345678"),
                                 value_text("1990-05-12"),
                                 value_integer(2),
                                 value_integer(1),
                                 value_text("a b"),
                                 value_text("Bob"),
                                 value_null(),
                                 value_null(),
                                 value_null(),
                                 value_null(),
                                 value_null()};
    const struct table table = {"people", NULL, personal, 6, record};
    struct capture capture;
    capture_open(&capture, options, NULL);
    print_table(capture.sink, &table, rows, record ? 1 : 2);
    capture_expect(&capture, expected);
}

static void test_masks(void **state)
{
    (void)state;
    expect_personal((crm_sink_options){.format = "csv"}, false,
                    "name,phone,born,children,smoker,tags\n"
                    "Ann,138••••5678,1990-••••,••••,••••,••••\nBob,,,,,\n");
    expect_personal((crm_sink_options){.format = "jsonl", .fields = "children,phone"}, false,
                    "{\"children\":\"••••\",\"phone\":\"138••••5678\"}\n"
                    "{\"children\":null,\"phone\":null}\n");
    const char *whole = "name,phone,born,children,smoker,tags\n"
                        "Ann,13812345678,1990-05-12,2,yes,a b\n";
    expect_personal((crm_sink_options){.format = "csv"}, true, whole);
    expect_personal((crm_sink_options){.format = "csv", .sensitive = true}, true, whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_jsonl),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_tsv),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_page),
        cmocka_unit_test(test_unfinished_page_is_closed),
        cmocka_unit_test(test_csv_of_several_tables),
        cmocka_unit_test(test_csv_quotes_when_needed),
        cmocka_unit_test(test_tsv_escapes),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_other_values),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_unknown_fields),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_no_sink),
        cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_jsonl_reads_back),
        cmocka_unit_test(test_csv_reads_back),
        cmocka_unit_test(test_tsv_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
