/* SPDX-License-Identifier: MIT */
/* CSV and JSON Lines as rows. */
#include "import/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <dirent.h>

#define DATA "../shared/data/torture/"

static struct error problem;

static struct rows *open_text(const char *text, size_t length, struct rows_options options,
                              FILE **stream)
{
    *stream = fmemopen((void *)text, length, "r");
    assert_non_null(*stream);
    options.path = options.path == NULL ? "t.csv" : options.path;
    options.stream = *stream;
    struct rows *rows = NULL;
    memset(&problem, 0, sizeof problem);
    rows_open(&options, &rows, &problem);
    return rows;
}

static void append(char *out, const char *text, size_t length)
{
    size_t end = strlen(out);
    assert_true(end + length < 4000);
    memcpy(out + end, text, length);
    out[end + length] = '\0';
}

/* Names, then every row with its line, cells between |, ~ for what is not given. */
static void assert_reads(const char *text, size_t length, struct rows_options options,
                         const char *expected)
{
    FILE *stream;
    struct rows *rows = open_text(text, length, options, &stream);
    char out[4096] = "";
    if (rows == NULL) {
        assert_string_equal(problem.message, expected);
        fclose(stream);
        return;
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        append(out, "|", i > 0);
        append(out, rows->columns[i], strlen(rows->columns[i]));
    }
    enum rows_result result;
    while ((result = rows_next(rows)) != ROWS_END) {
        char line[32];
        append(out, line, (size_t)snprintf(line, sizeof line, "\n%ld: ", rows->line));
        if (result != ROWS_ROW)
            append(out, problem.message, strlen(problem.message));
        for (size_t i = 0; result == ROWS_ROW && i < rows->column_count; i++) {
            append(out, "|", i > 0);
            append(out, rows->cells[i].given ? rows->cells[i].text : "~",
                   rows->cells[i].given ? rows->cells[i].length : 1);
        }
        if (result == ROWS_FAILED)
            break;
    }
    rows_close(rows);
    fclose(stream);
    assert_string_equal(out, expected);
}

#define READS(text, expected)                                                                      \
    assert_reads(text, sizeof(text) - 1, (struct rows_options){.quote = '"'}, expected)
#define READS_WITH(text, expected, ...)                                                            \
    assert_reads(text, sizeof(text) - 1, (struct rows_options){.quote = '"', __VA_ARGS__}, expected)

static void line_ends(void **state)
{
    (void)state;
    READS("a,b\n1,2\n3,4\n", "a|b\n2: 1|2\n3: 3|4");
    READS("a,b\r\n1,2\r\n3,4", "a|b\n2: 1|2\n3: 3|4");
    READS("a,b\r1,2\r3,4\r", "a|b\n2: 1|2\n3: 3|4");
    READS("\na,b\n\n1,2\n,\n\n3,\n", "a|b\n4: 1|2\n7: 3|");
    READS("a\n", "a");
}

static void quoted_cells(void **state)
{
    (void)state;
    READS("a,b\n\"x\ny\",\"1 \"\"2\"\" 3\"\n\"\"\"\",\"\"\n5\" pipe,z\n",
          "a|b\n2: x\ny|1 \"2\" 3\n4: \"|\n5: 5\" pipe|z");
    READS("a,b\n\"x\r\ny\",2\r\n3,4\n", "a|b\n2: x\r\ny|2\n4: 3|4");
    assert_reads("a,b\n\"x,2\n", 9, (struct rows_options){.quote = 0}, "a|b\n2: \"x|2");
}

static void delimiters(void **state)
{
    (void)state;
    READS("a;b,c\n1;2,3\n", "a;b|c\n2: 1;2|3");
    READS("a;b;c,d\n1;2;3\n", "a|b|c,d\n2: 1|2|3");
    READS("a\tb\n1\t\n", "a|b\n2: 1|");
    READS("a|b\n1|2\n", "a|b\n2: 1|2");
    READS("sep=;\na,b,c;d\n1;2\n", "a,b,c|d\n3: 1|2");
    READS("\"a,b,c\";d\n1;2\n", "a,b,c|d\n2: 1|2");
    READS_WITH("a,b;c\n1;2,3\n", "a|b;c\n2: 1;2|3", .delimiter = ',');
    READS_WITH("a;b,c\n1\t2\n", "a;b,c\n2: t.tsv:2: 2 fields where there are 1 columns",
               .path = "t.tsv");
}

static void headers(void **state)
{
    (void)state;
    READS(" a ,\xE3\x80\x80"
          "b\xE3\x80\x80\n1,2\n",
          "a|b\n2: 1|2");
    READS("\xC2\xA0 a\xC2\xA0,b\n1,2\n", "a|b\n2: 1|2");
    READS("a,b,a\n1,2,3\n", "a|b|a\n2: 1|2|3");
    READS(",a,\xC2\xA0\n1,2,3\n", "#1|a|#3\n2: 1|2|3");
    READS_WITH("a,,a\n1,2,3\n", "#1|#2|#3\n2: 1|2|3", .header = ROWS_HEADER_POSITIONS);
    READS_WITH("1,2\n3,4\n", "#1|#2\n1: 1|2\n2: 3|4", .header = ROWS_HEADER_NONE);
    READS_WITH("Sales report\nof \"today\n\na,b\n1,2\n", "a|b\n5: 1|2", .skip_lines = 2);
}

static void refusals(void **state)
{
    (void)state;
    READS("a,b\n1,2,3\n1\n3,4\n", "a|b\n2: t.csv:2: 3 fields where there are 2 columns\n"
                                  "3: t.csv:3: 1 field where there are 2 columns\n4: 3|4");
    READS_WITH("a,b\n1\n", "a|b\n2: 1|", .pad_short = true);
    READS("a,b\n1,2\n3,\"4\n5,6\n",
          "a|b\n2: 1|2\n3: t.csv:3:3: the quote opened here is not closed");
    READS("a,b\n\"1\"x,2\n3,4\n", "a|b\n2: t.csv:2:4: text after a closing quote\n3: 3|4");
    READS("a,b\n1,\0\n3,4\n", "a|b\n2: t.csv:2:3: a NUL byte\n3: 3|4");
    READS("a,b\n\xE4\xB8\xAD,\xE4\xB8x\n3,4\n",
          "a|b\n2: t.csv:2:3: byte E4 is not valid UTF-8 here\n3: 3|4");
    READS("a,b\xFFz\n", "t.csv:1:4: byte FF is not valid UTF-8 here");
    READS("\n \n", "t.csv holds no rows");
}

static void empty_and_huge(void **state)
{
    (void)state;
    struct rows *rows = NULL;
    struct rows_options options = {.path = "/dev/null", .quote = '"'};
    assert_int_equal(rows_open(&options, &rows, &problem), CRM_INVALID);
    assert_string_equal(problem.message, "/dev/null is empty");
    size_t length = ROWS_FIELD_MAX * 2;
    char *text = malloc(length + 16);
    memcpy(text, "a,b\n1,\"", 7);
    memset(text + 7, 'x', length);
    FILE *stream;
    rows = open_text(text, length, (struct rows_options){.quote = '"'}, &stream);
    assert_int_equal(rows_next(rows), ROWS_FAILED);
    assert_string_equal(problem.message, "t.csv:2:3: a field of more than 1048576 bytes");
    rows_close(rows);
    fclose(stream);
    /* One byte less is allowed. */
    text[7 + ROWS_FIELD_MAX - 3] = '"';
    text[8 + ROWS_FIELD_MAX - 3] = '\n';
    rows = open_text(text, 9 + ROWS_FIELD_MAX - 3, (struct rows_options){.quote = '"'}, &stream);
    assert_int_equal(rows_next(rows), ROWS_ROW);
    assert_int_equal(rows->cells[1].length, ROWS_FIELD_MAX - 3);
    assert_int_equal(rows_next(rows), ROWS_END);
    rows_close(rows);
    fclose(stream);
    free(text);
}

#define JSONL(text, expected)                                                                      \
    assert_reads(text, sizeof(text) - 1, (struct rows_options){.path = "t.jsonl"}, expected)

static void json_lines(void **state)
{
    (void)state;
    JSONL("{\"a\":\"x\",\"b\":12345678901234567890.12345}\n\n{\"b\":null,\"a\":true}\n{}\n",
          "\n1: x|12345678901234567890.12345\n3: true|~\n4: ~|~");
    JSONL("{\"a\":\"\\u4e2d\\ud83d\\ude00\\\"\\n\",\"b\":[\"x\",\"y\"],\"c\":{\"k\":[1,{}]},\"d\":["
          "1]}",
          "\n1: \xE4\xB8\xAD\xF0\x9F\x98\x80\"\n|x,y|{\"k\":[1,{}]}|[1]");
    JSONL("{\"a\":[]}", "\n1: ");
    JSONL("{\"a\":1,\"a\":2}\n", "\n1: t.jsonl:1:11: key \"a\" stands twice in this object");
    JSONL("[{\"a\":1}]\n", "\n1: t.jsonl:1:1: an array where each line must be an object");
    JSONL("{\"a\":01}\n{\"a\":2}\n", "\n1: t.jsonl:1:7: \"}\" is missing here\n2: 2");
    JSONL("{\"a\":\"\\u0000\"}", "\n1: t.jsonl:1:13: a NUL character");
    JSONL("{\"a\":\"\\ud800\"}", "\n1: t.jsonl:1:13: half of a surrogate pair");
    JSONL("{\"a\":\"x}\n", "\n1: t.jsonl:1:9: the string is not closed");
}

/* ---- Data that others made --------------------------------------------------------------- */

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        print_message("no %s: skipped\n", path);
        skip();
        return NULL;
    }
    char *text = malloc(1 << 20);
    *length = fread(text, 1, (1 << 20) - 1, file);
    text[*length] = '\0';
    fclose(file);
    return text;
}

/* The vectors have lost their CR. */
static char *with_cr(const char *text, size_t *length)
{
    char *out = malloc(*length * 2 + 1);
    size_t n = 0;
    for (size_t i = 0; i < *length; i++) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            out[n++] = '\r';
        out[n++] = text[i];
    }
    *length = n;
    return out;
}

static void check_spectrum(const char *name)
{
    char path[256];
    size_t length, json_length;
    snprintf(path, sizeof path, DATA "csv-spectrum/csvs/%s.csv", name);
    char *text = read_file(path, &length);
    snprintf(path, sizeof path, DATA "csv-spectrum/json/%s.json", name);
    char *json = read_file(path, &json_length);
    if (strstr(name, "crlf") != NULL) {
        char *crlf = with_cr(text, &length);
        free(text);
        text = crlf;
    }
    cJSON *expected = cJSON_Parse(json);
    assert_non_null(expected);
    FILE *stream;
    struct rows *rows = open_text(text, length, (struct rows_options){.quote = '"'}, &stream);
    assert_non_null(rows);
    const cJSON *object = cJSON_IsArray(expected) ? expected->child : expected;
    for (; object != NULL; object = object->next) {
        assert_int_equal(rows_next(rows), ROWS_ROW);
        const cJSON *member = object->child;
        for (size_t i = 0; i < rows->column_count; i++, member = member->next) {
            assert_string_equal(rows->columns[i], member->string);
            assert_int_equal(rows->cells[i].length, strlen(member->valuestring));
            assert_memory_equal(rows->cells[i].text, member->valuestring, rows->cells[i].length);
        }
        assert_null(member);
    }
    assert_int_equal(rows_next(rows), ROWS_END);
    rows_close(rows);
    fclose(stream);
    cJSON_Delete(expected);
    free(text);
    free(json);
}

static void csv_spectrum(void **state)
{
    (void)state;
    static const char *const names[] = {
        "comma_in_quotes", "empty",  "empty_crlf",          "escaped_quotes", "json", "newlines",
        "newlines_crlf",   "simple", "quotes_and_newlines", "simple_crlf",    "utf8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_spectrum(names[i]);
}

/* Each vector as the value of one member: valid ones are read, invalid ones refused. */
static void json_suite(void **state)
{
    (void)state;
    DIR *directory = opendir(DATA "json");
    if (directory == NULL) {
        print_message("no " DATA "json: skipped\n");
        skip();
        return;
    }
    int checked = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strncmp(entry->d_name + 1, "_", 1) != 0)
            continue;
        char path[512];
        size_t length;
        snprintf(path, sizeof path, DATA "json/%s", entry->d_name);
        char *text = read_file(path, &length);
        /* A line of JSON Lines has no line end inside, and text no NUL. */
        bool one_line =
            memchr(text, '\n', length) == NULL && memchr(text, '\0', length) == NULL && length > 0;
        char *line = malloc(length + 16);
        memcpy(line, "{\"v\":", 5);
        memcpy(line + 5, text, length);
        memcpy(line + 5 + length, "}\n", 3);
        FILE *stream;
        struct rows *rows =
            open_text(line, length + 7,
                      (struct rows_options){.path = "t.jsonl", .encoding = "utf-8"}, &stream);
        enum rows_result result = rows == NULL ? ROWS_FAILED : rows_next(rows);
        if (entry->d_name[0] == 'y' && one_line && strstr(entry->d_name, "null_escape") == NULL &&
            strstr(entry->d_name, "escaped_null") == NULL)
            assert_int_equal(result, ROWS_ROW);
        if (entry->d_name[0] == 'n' && one_line)
            assert_int_not_equal(result, ROWS_ROW);
        checked++;
        rows_close(rows);
        fclose(stream);
        free(line);
        free(text);
    }
    closedir(directory);
    assert_true(checked > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_ends),  cmocka_unit_test(quoted_cells),
        cmocka_unit_test(delimiters), cmocka_unit_test(headers),
        cmocka_unit_test(refusals),   cmocka_unit_test(empty_and_huge),
        cmocka_unit_test(json_lines), cmocka_unit_test(csv_spectrum),
        cmocka_unit_test(json_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
