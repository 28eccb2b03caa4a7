/* SPDX-License-Identifier: MIT */
/* SHA-256 against the vectors of NIST (FIPS 180-4 and its examples), salts, and the journal's
 * digests. */
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct vector {
    const char *text;
    size_t times;
    const char *expected;
};

/* `step` bytes at a time: what comes in pieces digests as the whole. */
static void expect_digest(const struct vector *vector, digest_blocks *take, size_t step)
{
    struct digest digest;
    char out[DIGEST_TEXT];
    const size_t length = strlen(vector->text);
    digest_begin_by(&digest, take);
    for (size_t i = 0; i < vector->times; i++)
        for (size_t at = 0; at < length; at += step)
            digest_add(&digest, vector->text + at, length - at < step ? length - at : step);
    digest_end(&digest, out);
    assert_string_equal(out, vector->expected);
}

static void expect_vectors(digest_blocks *take)
{
    static const struct vector vectors[] = {
        {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
         "lmnopqrsmnopqrstnopqrstu",
         1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
        {"\xbd", 1, "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
        {"\xc9\x8c\x8e\x55", 1, "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        expect_digest(&vectors[i], take, 1);
        expect_digest(&vectors[i], take, 7);
        expect_digest(&vectors[i], take, 1000);
    }
}

static void vectors_of_nist(void **state)
{
    (void)state;
    expect_vectors(digest_blocks_portable);
}

static void vectors_of_nist_by_the_processor(void **state)
{
    (void)state;
    if (digest_blocks_x86() == NULL)
        skip();
    expect_vectors(digest_blocks_x86());
}

/* Of every length up to some blocks, so that each way to end a block is met. */
static void both_ways_give_the_same(void **state)
{
    (void)state;
    enum { LONGEST = 5 * DIGEST_BLOCK };
    unsigned char bytes[LONGEST];
    if (digest_blocks_x86() == NULL)
        skip();
    for (size_t i = 0; i < LONGEST; i++)
        bytes[i] = (unsigned char)(i * 151 + i / 7);
    for (size_t length = 0; length <= LONGEST; length++) {
        struct digest one, other;
        char first[DIGEST_TEXT], second[DIGEST_TEXT];
        digest_begin_by(&one, digest_blocks_portable);
        digest_begin_by(&other, digest_blocks_x86());
        digest_add(&one, bytes, length);
        digest_add(&other, bytes, length / 3);
        digest_add(&other, bytes + length / 3, length - length / 3);
        digest_end(&one, first);
        digest_end(&other, second);
        assert_string_equal(first, second);
    }
}

static void numbers_and_texts(void **state)
{
    (void)state;
    struct digest one, other;
    char first[DIGEST_TEXT], second[DIGEST_TEXT];
    digest_begin(&one);
    digest_integer(&one, -9223372036854775807 - 1);
    digest_text(&one, NULL);
    digest_text(&one, "x");
    digest_end(&one, first);
    digest_begin(&other);
    digest_text(&other, "-9223372036854775808x");
    digest_end(&other, second);
    assert_string_equal(first, second);
}

static void salts_are_digits_and_differ(void **state)
{
    (void)state;
    enum { MANY = 200 }; /* more than one question to the system */
    static char texts[MANY][SALT_TEXT];
    struct salts salts = {0};
    for (int i = 0; i < MANY; i++) {
        assert_true(salt_next(&salts, texts[i]));
        assert_int_equal(strspn(texts[i], "0123456789abcdef"), SALT_TEXT - 1);
        assert_int_equal(strlen(texts[i]), SALT_TEXT - 1);
        for (int before = 0; before < i; before++)
            assert_string_not_equal(texts[before], texts[i]);
    }
}

/* Values computed with sha256sum. */
static void digests_of_the_journal(void **state)
{
    (void)state;
    char out[DIGEST_TEXT];
    journal_command_digest("00112233445566778899aabbccddeeff", "crm add 华为", out);
    assert_string_equal(out, "d3befe5fe284195b9870efde5d591ea5669ad189b68bd04f43c5af2353906e39");
    struct journal_image image = {.salt = "00112233445566778899aabbccddeeff",
                                  .kind = "customer",
                                  .record = value_integer(7),
                                  .action = "changed",
                                  .before = "{\"name\":\"Acme\"}",
                                  .after = "{\"name\":\"Acme Ltd\"}"};
    journal_image_digest(&image, out);
    assert_string_equal(out, "ee3cb2a5a7913d090328c935970f63a315a56175b44e9ed70866ca73243de8b8");
    image.action = "removed";
    image.kind = "line";
    image.record = value_null();
    image.after = NULL;
    journal_image_digest(&image, out);
    assert_string_equal(out, "54071d8e85913be46b5a9e4de07c31d62393e03334011a268f99e294afd10e9c");
    struct journal_entry entry = {.id = 3,
                                  .happened_at = "2026-03-02T01:00:00Z",
                                  .actor = "lin",
                                  .command_digest = "aa",
                                  .added = "{}",
                                  .images_digest = "bb",
                                  .previous_hash = JOURNAL_NO_HASH};
    journal_hash(&entry, out);
    assert_string_equal(out, "c34d98cd998705f4d3c6d1d9f1fb4d50afce23e53463a6a79d8f1cba844a659c");
    entry.undoes = 2;
    journal_hash(&entry, out);
    assert_string_equal(out, "96fccb9b198a6078927053f3344f5c695693937ab647ec17d952ba37cd6c4038");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_nist),
        cmocka_unit_test(vectors_of_nist_by_the_processor),
        cmocka_unit_test(both_ways_give_the_same),
        cmocka_unit_test(numbers_and_texts),
        cmocka_unit_test(salts_are_digits_and_differ),
        cmocka_unit_test(digests_of_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
