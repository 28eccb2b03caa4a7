/* SPDX-License-Identifier: MIT */
/* UTF-8: validity, repair, widths, folding, keys, distances, JSON strings. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define UTF8_DATA "../shared/data/torture/utf8/"

#define assert_text(buffer, expected)                                                              \
    do {                                                                                           \
        assert_false((buffer).failed);                                                             \
        assert_string_equal(buffer_string(&(buffer)), (expected));                                 \
        assert_int_equal((buffer).length, strlen(expected));                                       \
    } while (0)

/* False when the file isn't there. */
static bool read_file(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    char piece[4096];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        buffer_append(out, piece, got);
    (void)fclose(file);
    return true;
}

static void assert_repaired(const char *text, size_t length, const char *expected)
{
    cleanup(buffer_release) struct buffer out = {0};
    text_repair(&out, text, length);
    assert_text(out, expected);
}

static void test_valid_prefix(void **state)
{
    (void)state;
    assert_int_equal(text_valid_prefix("", 0), 0);
    assert_int_equal(text_valid_prefix("a\0b", 3), 3);
    assert_int_equal(text_valid_prefix("plain ASCII of more than eight", 30), 30);
    assert_int_equal(text_valid_prefix("12345678\xFF", 9), 8);
    assert_int_equal(text_valid_prefix("1234567890\xE5\x8D\x8E\xC0\xAF", 15), 13);
    assert_int_equal(text_valid_prefix("\xED\xA0\x80", 3), 0);     /* a surrogate */
    assert_int_equal(text_valid_prefix("\xF4\x8F\xBF\xBF", 4), 4); /* U+10FFFF */
    assert_int_equal(text_valid_prefix("\xF4\x90\x80\x80", 4), 0); /* beyond */
    assert_int_equal(text_valid_prefix("\xE0\x9F\xBF", 3), 0);     /* overlong */
    assert_int_equal(text_valid_prefix("ab\xE5\x8D", 4), 2);       /* cut off */
    assert_true(text_is_valid("华东", 6));
    assert_false(text_is_valid("华东", 5));
}

static void test_repair(void **state)
{
    (void)state;
    assert_repaired("abc", 3, "abc");
    /* Unicode 15, tables 3-8 to 3-11. */
    assert_repaired("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 9,
                    "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"
                    "A");
    assert_repaired("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", 9,
                    "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"
                    "A");
    assert_repaired("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", 9,
                    "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"
                    "A\uFFFD\uFFFD"
                    "B");
    assert_repaired("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 9,
                    "\uFFFD\uFFFD\uFFFD\uFFFD"
                    "A");
    assert_repaired("end\xF0\x9F\x98", 6, "end\uFFFD");
}

static void test_repair_of_published_cases(void **state)
{
    (void)state;
    cleanup(buffer_release) struct buffer input = {0}, expected = {0}, out = {0};
    if (!read_file(UTF8_DATA "utf8tests.bin", &input) ||
        !read_file(UTF8_DATA "utf8.replace.ref.txt", &expected)) {
        print_message("skipped: no " UTF8_DATA "\n");
        skip();
    }
    text_repair(&out, input.data, input.length);
    assert_int_equal(out.length, expected.length);
    assert_memory_equal(out.data, expected.data, expected.length);
    assert_true(text_is_valid(out.data, out.length));
    assert_false(text_is_valid(input.data, input.length));
}

static void test_decode(void **state)
{
    (void)state;
    size_t length;
    assert_int_equal(text_decode("A", 1, &length), 'A');
    assert_int_equal(length, 1);
    assert_int_equal(text_decode("é", 2, &length), 0xE9);
    assert_int_equal(length, 2);
    assert_int_equal(text_decode("华", 3, &length), 0x534E);
    assert_int_equal(length, 3);
    assert_int_equal(text_decode("😀", 4, &length), 0x1F600);
    assert_int_equal(length, 4);
    assert_int_equal(text_decode("\xF0\x9F\x98", 3, &length), 0xFFFD);
    assert_int_equal(length, 3);
    assert_int_equal(text_decode("\xFFz", 2, &length), 0xFFFD);
    assert_int_equal(length, 1);
}

static size_t width(const char *text)
{
    return text_width(text, strlen(text));
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(width(""), 0);
    assert_int_equal(width("Acme"), 4);
    assert_int_equal(width("华东"), 4);
    assert_int_equal(width("ｱ"), 1);        /* half-width katakana */
    assert_int_equal(width("Ａ"), 2);       /* full-width letter */
    assert_int_equal(width("。"), 2);       /* ideographic full stop */
    assert_int_equal(width("한국"), 4);     /* Hangul */
    assert_int_equal(width("e\u0301"), 1);  /* combining acute */
    assert_int_equal(width("\u200B"), 0);   /* zero-width space */
    assert_int_equal(width("\u200D"), 0);   /* zero-width joiner */
    assert_int_equal(width("😀"), 2);        /* emoji */
    assert_int_equal(width("±§"), 2);       /* ambiguous */
    assert_int_equal(width("α…"), 2);       /* ambiguous */
    assert_int_equal(width("\x1b\t\n"), 0); /* controls */
    assert_int_equal(width("\xC2\x85"), 0); /* a C1 control */
    assert_int_equal(width("\xFF"), 1);     /* stands for U+FFFD */
}

static bool visible(const char *text)
{
    return text_is_visible(text, strlen(text));
}

static void test_visible(void **state)
{
    (void)state;
    assert_true(visible("a"));
    assert_true(visible(" \t."));
    assert_true(visible("华"));
    assert_true(visible("\u3000华"));
    assert_true(visible("😀"));
    assert_true(visible("\xFF")); /* stands for U+FFFD */
    assert_true(visible("e\u0301"));
    assert_false(visible(""));
    assert_false(visible("  \t\n\x01\x7F"));
    assert_false(visible("\xC2\x85"));           /* a C1 control */
    assert_false(visible("\u00A0\u3000\u2028")); /* spaces, a line separator */
    assert_false(visible("\u200B\u200D\uFEFF")); /* of no width */
    assert_false(visible("\u0301"));             /* a mark on nothing */
    assert_false(visible("\u00AD"));             /* a soft hyphen */
    assert_false(visible("\u3164"));             /* the filler of Hangul, a letter */
}

static void test_prefix_width(void **state)
{
    (void)state;
    size_t used;
    assert_int_equal(text_prefix_width("华东x", 7, 3, &used), 3);
    assert_int_equal(used, 2);
    assert_int_equal(text_prefix_width("华东x", 7, 4, &used), 6);
    assert_int_equal(used, 4);
    assert_int_equal(text_prefix_width("e\u0301x", 4, 1, &used),
                     3); /* the mark stays with its letter */
    assert_int_equal(used, 1);
    assert_int_equal(text_prefix_width("abc", 3, 0, &used), 0);
    assert_int_equal(used, 0);
    assert_int_equal(text_prefix_width("abc", 3, 10, &used), 3);
    assert_int_equal(used, 3);
}

static void assert_folded(const char *text, const char *expected)
{
    cleanup(buffer_release) struct buffer out = {0};
    assert_int_equal(text_fold(&out, text, strlen(text)), CRM_OK);
    assert_text(out, expected);
}

static void test_fold(void **state)
{
    (void)state;
    assert_folded("", "");
    assert_folded("Acme LTD.", "acme ltd.");
    assert_folded("Straße", "strasse");
    assert_folded("ＡＢＣ　１２", "abc 12");
    assert_folded("e\u0301A", "éa");
    assert_folded("ﬁ", "fi");
    assert_folded("华東", "华東");
    assert_folded("ΣΑΣ", "σασ");
    assert_folded("A\xFFZ", "a\uFFFDz");
    assert_folded("soft\u00ADhyphen", "softhyphen");
}

static void assert_slug(const char *text, const char *expected)
{
    cleanup(buffer_release) struct buffer out = {0};
    assert_int_equal(text_slug(&out, text, strlen(text)), CRM_OK);
    assert_text(out, expected);
}

static void test_slug(void **state)
{
    (void)state;
    assert_slug("Acme Ltd", "acme-ltd");
    assert_slug("  Acme,  Ltd. ", "acme-ltd");
    assert_slug("华东 贸易", "华东-贸易");
    assert_slug("徐婵-11005", "徐婵-11005");
    assert_slug("（北京）科技", "北京-科技");
    assert_slug("O'Brien & Söhne", "o-brien-söhne");
    assert_slug("Ⅻ x²", "xii-x2");
    assert_slug("--- !", "");
    assert_slug("", "");
    assert_slug("हिन्दी", "हिन्दी");
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("abc", ""), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("tier", "teir"), 1); /* neighbours exchanged */
    assert_int_equal(text_distance("华东", "华北"), 1); /* characters, not bytes */
    assert_int_equal(text_distance("import", "import"), 0);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {"customer", "contact", "complain", "import", "report"};
    assert_string_equal(text_nearest("custmer", words, 5), "customer");
    assert_string_equal(text_nearest("cust", words, 5), "customer"); /* broken off */
    assert_string_equal(text_nearest("improt", words, 5), "import");
    assert_string_equal(text_nearest("report", words, 5), "report");
    assert_null(text_nearest("calendar", words, 5));
    assert_null(text_nearest("x", words, 5));
    assert_null(text_nearest("", words, 5));
    assert_null(text_nearest("report", words, 0));
}

static void assert_quoted(const char *text, size_t length, const char *expected)
{
    cleanup(buffer_release) struct buffer out = {0};
    text_json_quote(&out, text, length);
    assert_text(out, expected);
}

static void test_json_quote(void **state)
{
    (void)state;
    assert_quoted("", 0, "\"\"");
    assert_quoted("plain text, longer than a word", 30, "\"plain text, longer than a word\"");
    assert_quoted("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
    assert_quoted("\b\t\n\v\f\r\0\x1f\x7f", 9, "\"\\b\\t\\n\\u000b\\f\\r\\u0000\\u001f\x7f\"");
    assert_quoted("1234567\"1234567\n", 16, "\"1234567\\\"1234567\\n\"");
    assert_quoted("华东\u2028\u2029😀", 16, "\"华东\u2028\u2029😀\"");
    assert_quoted("12345678\xC0\xAFz\xE5\x8D", 13, "\"12345678\uFFFD\uFFFDz\uFFFD\"");
}

/* The quick way must agree with the plain one at every length and alignment. */
static void test_json_quote_property(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a", "bcdefghijk", "\"", "\\",   "\n",   "\x01",
                                         "é", "华东",       "😀",  "\xFF", "\xE5", " "};
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 500; round++) {
        cleanup(buffer_release) struct buffer text = {0}, repaired = {0}, expected = {0};
        int count = round < 495 ? rand() % 40 : 20000;
        for (int i = 0; i < count; i++)
            buffer_text(&text, pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)]);
        text_repair(&repaired, buffer_string(&text), text.length);
        buffer_character(&expected, '"');
        for (size_t i = 0; i < repaired.length; i++) {
            char byte = repaired.data[i];
            if (byte == '"' || byte == '\\')
                buffer_printf(&expected, "\\%c", byte);
            else if (byte == '\n')
                buffer_text(&expected, "\\n");
            else if (byte == '\x01')
                buffer_text(&expected, "\\u0001");
            else
                buffer_character(&expected, byte);
        }
        buffer_character(&expected, '"');
        assert_quoted(buffer_string(&text), text.length, expected.data);
    }
}

static void expect_mask(const char *text, const char *expected)
{
    char out[128];
    *text_mask_personal(out, text, strlen(text)) = '\0';
    assert_string_equal(out, expected);
}

static void test_mask(void **state)
{
    (void)state;
    expect_mask("13812345678", "138••••5678");
    expect_mask("+86 138 1234 5678", "+86••••5678");
    expect_mask("zhang.san@example.com", "z••••@example.com");
    expect_mask("z@example.com", "••••@example.com");
    expect_mask("@example.com", "••••@example.com");
    expect_mask("北京市朝阳区望京街10号院", "北京市••••10号院");
    expect_mask("e\xCC\x81tiennes", "e\xCC\x81t••••nes"); /* an accent goes with its letter */
    expect_mask("abc", "a••••c");
    expect_mask("ab", "••••b");
    expect_mask("a", "••••");
    expect_mask("", "••••");
    expect_mask("\xFF\xFE", "••••\xFE"); /* no UTF-8: each byte is a character */
}

/* At a glance, not letter by letter to its end each time: that would take an hour. */
static void test_mask_of_a_long_word(void **state)
{
    (void)state;
    cleanup(buffer_release) struct buffer word = {0}, out = {0};
    char *room = buffer_reserve(&word, 4U << 20);
    assert_non_null(room);
    memset(room, 'x', 4U << 20);
    word.length = 4U << 20;
    buffer_text(&word, " postgresql://lin:secret@host/book");
    text_mask_passwords(&out, buffer_string(&word), word.length);
    assert_int_equal(out.length, word.length - strlen("secret") + strlen("***"));
    assert_string_equal(out.data + (4U << 20), " postgresql://lin:***@host/book");
}

/* A buffer that is used again for each row still says at the end that one of them is cut. */
static void test_clear(void **state)
{
    (void)state;
    cleanup(buffer_release) struct buffer text = {0};
    buffer_text(&text, "first");
    buffer_clear(&text);
    assert_text(text, "");
    buffer_text(&text, "second");
    assert_null(buffer_reserve(&text, SIZE_MAX / 2));
    buffer_clear(&text);
    buffer_text(&text, "third");
    assert_true(text.failed);
}

static void expect_integer(int64_t number)
{
    struct buffer buffer = {0};
    char expected[24];
    (void)snprintf(expected, sizeof expected, "%lld", (long long)number);
    buffer_integer(&buffer, number);
    assert_string_equal(buffer_string(&buffer), expected);
    buffer_release(&buffer);
}

static void test_integers(void **state)
{
    (void)state;
    for (int64_t number = -12000; number <= 12000; number++)
        expect_integer(number);
    for (int64_t power = 1; power < INT64_MAX / 10; power *= 10) {
        expect_integer(power);
        expect_integer(power - 1);
        expect_integer(power * 10 - power);
        expect_integer(-power);
    }
    expect_integer(INT64_MAX);
    expect_integer(INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_mask_of_a_long_word),
        cmocka_unit_test(test_valid_prefix),
        cmocka_unit_test(test_repair),
        cmocka_unit_test(test_repair_of_published_cases),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_visible),
        cmocka_unit_test(test_prefix_width),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_slug),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_json_quote),
        cmocka_unit_test(test_json_quote_property),
        cmocka_unit_test(test_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
