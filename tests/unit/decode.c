/* SPDX-License-Identifier: MIT */
/* Encodings: detection, conversion and what is not valid. */
#include "import/decode.h"
#include "import/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DATA "../shared/data/"

struct text {
    char *data;
    size_t length;
};

/* Everything that `input_read` gives, asked for in pieces of `piece` bytes. */
static struct text read_all(const char *path, FILE *stream, const char *encoding, size_t piece)
{
    struct error error = {0};
    struct input *input = NULL;
    assert_int_equal(input_open(path, stream, encoding, &input, &error), CRM_OK);
    struct text text = {malloc(1 << 20), 0};
    size_t got = 1;
    while (got > 0) {
        assert_int_equal(input_read(input, text.data + text.length, piece, &got), CRM_OK);
        text.length += got;
        assert_true(text.length < (1 << 20) - piece);
    }
    input_close(input);
    text.data[text.length] = '\0';
    return text;
}

static void assert_decodes(const char *bytes, size_t length, const char *encoding,
                           const char *expected)
{
    static const size_t pieces[] = {8, 4096};
    for (size_t i = 0; i < 2; i++) {
        FILE *stream = fmemopen((void *)bytes, length, "r");
        assert_non_null(stream);
        struct text text = read_all("test", stream, encoding, pieces[i]);
        assert_string_equal(text.data, expected);
        free(text.data);
        fclose(stream);
    }
}

#define DECODES(bytes, encoding, expected)                                                         \
    assert_decodes(bytes, sizeof(bytes) - 1, encoding, expected)

static void marks_decide(void **state)
{
    (void)state;
    DECODES("\xEF\xBB\xBF"
            "a,\xE4\xB8\xAD",
            NULL, "a,\xE4\xB8\xAD");
    DECODES("\xFF\xFE"
            "a\0-N\x3D\xD8\x00\xDE",
            NULL, "a\xE4\xB8\xAD\xF0\x9F\x98\x80");
    DECODES("\xFE\xFF\0aN-", NULL, "a\xE4\xB8\xAD");
    DECODES("\xFE\xFF\0aN-", "utf-16", "a\xE4\xB8\xAD");
    DECODES("a\0-N", "utf-16le", "a\xE4\xB8\xAD");
    /* A mark of the encoding that was named is no text either. */
    DECODES("\xEF\xBB\xBFx", "utf-8", "x");
}

static void text_decides_without_a_mark(void **state)
{
    (void)state;
    DECODES("plain", NULL, "plain");
    DECODES("\xE5\xAE\xA2\xE6\x88\xB7", NULL, "\xE5\xAE\xA2\xE6\x88\xB7");
    DECODES("id,\xBF\xCD\xBB\xA7", NULL, "id,\xE5\xAE\xA2\xE6\x88\xB7");
    DECODES("\xBF\xCD\xBB\xA7", "gbk", "\xE5\xAE\xA2\xE6\x88\xB7");
    /* One broken byte makes no GB18030 of UTF-8, and none of western text. */
    DECODES("\xE5\xAE\xA2\xE6\x88\xB7\xFF\xE5\xAE\xA2", NULL,
            "\xE5\xAE\xA2\xE6\x88\xB7\xFF\xE5\xAE\xA2");
    DECODES("caf\xE9line", NULL, "caf\xE9line");
    DECODES("caf\xE9, x", NULL, "caf\xE9, x");
}

static void broken_sequences_are_marked(void **state)
{
    (void)state;
    DECODES("a\xFF"
            "b",
            "gb18030",
            "a\xFF"
            "b");
    DECODES("a\x81", "gb18030", "a\xFF");
    /* Half of a surrogate pair, and half a unit. */
    DECODES("\xFF\xFE\x3D\xD8"
            "a\0b",
            NULL,
            "\xFF"
            "a\xFF");
}

static void long_text_is_read_in_pieces(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    char *bytes = malloc((size_t)COUNT * 4), *expected = malloc((size_t)COUNT * 6 + 1);
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(bytes + i * 4, "\xBF\xCD\xBB\xA7", 4);
        memcpy(expected + i * 6, "\xE5\xAE\xA2\xE6\x88\xB7", 6);
    }
    expected[COUNT * 6] = '\0';
    assert_decodes(bytes, (size_t)COUNT * 4, NULL, expected);
    free(bytes);
    free(expected);
}

static void refusals(void **state)
{
    (void)state;
    struct error error = {0};
    struct input *input = NULL;
    assert_int_equal(input_open("/", NULL, NULL, &input, &error), CRM_INVALID);
    assert_string_equal(error.message, "/ is a directory");
    assert_int_equal(input_open("/none/such", NULL, NULL, &input, &error), CRM_NOT_FOUND);
    assert_int_equal(input_open("/dev/null", NULL, "klingon", &input, &error), CRM_USAGE);
    assert_string_equal(error.message, "encoding \"klingon\" is not known here");
}

/* The vectors begin with comment lines, which are ASCII. */
static void gb18030_vectors(void **state)
{
    (void)state;
    FILE *in = fopen(DATA "gb18030/gb18030_in.txt", "rb");
    FILE *reference = fopen(DATA "gb18030/gb18030_in_ref.txt", "rb");
    if (in == NULL || reference == NULL) {
        print_message("no " DATA "gb18030: skipped\n");
        skip();
    }
    struct text text = read_all("in", in, "gb18030", 4096);
    struct text expected = read_all("reference", reference, "utf-8", 4096);
    assert_int_equal(text.length, expected.length);
    assert_memory_equal(text.data, expected.data, text.length);
    free(text.data);
    free(expected.data);
    fclose(in);
    fclose(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_decide),
        cmocka_unit_test(text_decides_without_a_mark),
        cmocka_unit_test(broken_sequences_are_marked),
        cmocka_unit_test(long_text_is_read_in_pieces),
        cmocka_unit_test(refusals),
        cmocka_unit_test(gb18030_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
