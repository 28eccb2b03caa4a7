/* SPDX-License-Identifier: MIT */
/* UTF-8: validity, decoding, repair, and quoting for JSON. */
#include "base/text.h"

#include <string.h>

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS       EACH_BYTE(0x80)

/* U+FFFD REPLACEMENT CHARACTER. */
#define REPLACEMENT        "\xEF\xBF\xBD"
#define REPLACEMENT_LENGTH 3

static uint64_t load_word(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Bytes that a sequence led by `lead` has, and the range of its second byte, which shuts out
 * overlong forms, surrogates and what lies beyond U+10FFFF. 0 for a byte that leads nothing. */
static size_t sequence_length(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    if (lead < 0xE0)
        return 2;
    if (lead == 0xE0)
        *low = 0xA0;
    else if (lead == 0xED)
        *high = 0x9F;
    else if (lead == 0xF0)
        *low = 0x90;
    else if (lead == 0xF4)
        *high = 0x8F;
    return lead < 0xF0 ? 3 : 4;
}

/* Length of the character at `text`; when it is none, *valid is false and the length is that of its
 * maximal subpart, which one U+FFFD stands for. `available` is at least 1. */
static size_t scan_character(const unsigned char *text, size_t available, bool *valid)
{
    unsigned char low, high;
    size_t length = sequence_length(text[0], &low, &high);
    *valid = false;
    if (length == 0)
        return 1;
    for (size_t i = 1; i < length; i++) {
        if (i == available || text[i] < low || text[i] > high)
            return i;
        low = 0x80;
        high = 0xBF;
    }
    *valid = true;
    return length;
}

static bool continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* True for U+1000 to U+CFFF, and so for nearly all Chinese: three bytes without a special case
 * among the second ones. */
static bool is_common_triple(const unsigned char *text, size_t available)
{
    return text[0] >= 0xE1 && text[0] <= 0xEC && available >= 3 && continues(text[1]) &&
           continues(text[2]);
}

size_t text_valid_prefix(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    while (at < length) {
        while (length - at >= 8 && (load_word(bytes + at) & HIGH_BITS) == 0)
            at += 8;
        while (at < length && bytes[at] < 0x80)
            at++;
        while (at < length && bytes[at] >= 0x80) {
            bool valid = is_common_triple(bytes + at, length - at);
            size_t step = valid ? 3 : scan_character(bytes + at, length - at, &valid);
            if (!valid)
                return at;
            at += step;
        }
    }
    return at;
}

bool text_is_valid(const char *text, size_t length)
{
    return text_valid_prefix(text, length) == length;
}

void text_repair(struct buffer *out, const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t good = text_valid_prefix(text + at, length - at);
        buffer_append(out, text + at, good);
        at += good;
        if (at == length)
            return;
        bool valid;
        at += scan_character((const unsigned char *)text + at, length - at, &valid);
        buffer_append(out, REPLACEMENT, REPLACEMENT_LENGTH);
    }
}

uint32_t text_decode(const char *text, size_t available, size_t *length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    bool valid = false;
    if (available == 0) {
        *length = 0;
        return 0xFFFD;
    }
    *length = scan_character(bytes, available, &valid);
    if (!valid)
        return 0xFFFD;
    if (*length == 1)
        return bytes[0];
    uint32_t character = bytes[0] & (0x7Fu >> *length);
    for (size_t i = 1; i < *length; i++)
        character = character << 6 | (bytes[i] & 0x3Fu);
    return character;
}

/* ---- JSON strings ----------------------------------------------------------------------- */

/* True when some byte of the word can't be copied as it is into a JSON string without a closer
 * look: a quote, a backslash, a control character, or a part of a longer sequence. */
static bool word_needs_care(uint64_t word)
{
    uint64_t quote = word ^ EACH_BYTE(0x22);
    uint64_t backslash = word ^ EACH_BYTE(0x5C);
    uint64_t care =
        word | (word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(0x01)) | (backslash - EACH_BYTE(0x01));
    return (care & HIGH_BITS) != 0;
}

static char *put_escape(char *to, unsigned char character)
{
    static const char digits[] = "0123456789abcdef";
    static const char names[] = "btn\0fr"; /* U+0008 … U+000D, without U+000B */
    *to++ = '\\';
    if (character == '"' || character == '\\') {
        *to++ = (char)character;
    } else if (character >= 8 && character <= 13 && names[character - 8] != '\0') {
        *to++ = names[character - 8];
    } else {
        memcpy(to, "u00", 3);
        to[3] = digits[character >> 4];
        to[4] = digits[character & 15];
        to += 5;
    }
    return to;
}

/* One character, whatever it is, from *from to `to`, which has room for 6 bytes. */
static char *put_character(char *to, const unsigned char **from, const unsigned char *end)
{
    unsigned char byte = **from;
    if (is_common_triple(*from, (size_t)(end - *from))) {
        memcpy(to, *from, 3);
        *from += 3;
        return to + 3;
    }
    if (byte >= 0x80) {
        bool valid;
        size_t step = scan_character(*from, (size_t)(end - *from), &valid);
        const void *character = valid ? (const void *)*from : (const void *)REPLACEMENT;
        size_t size = valid ? step : REPLACEMENT_LENGTH;
        memcpy(to, character, size);
        *from += step;
        return to + size;
    }
    ++*from;
    if (byte < 0x20 || byte == '"' || byte == '\\')
        return put_escape(to, byte);
    *to = (char)byte;
    return to + 1;
}

/* Copies the characters that begin before `stop` (the last may reach beyond it, never beyond
 * `end`) and advances *from past them. */
static char *put_characters(char *to, const unsigned char **from, const unsigned char *stop,
                            const unsigned char *end)
{
    const unsigned char *at = *from;
    while (at < stop) {
        while (stop - at >= 8 && !word_needs_care(load_word(at))) {
            memcpy(to, at, 8);
            at += 8;
            to += 8;
        }
        for (int i = 0; i < 8 && at < stop; i++) {
            if (*at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
                *to++ = (char)*at++;
            else
                to = put_character(to, &at, end);
        }
    }
    *from = at;
    return to;
}

char *text_json_put(char *to, const char *text, size_t length)
{
    const unsigned char *from = (const unsigned char *)text;
    *to++ = '"';
    to = put_characters(to, &from, from + length, from + length);
    *to++ = '"';
    return to;
}

/* Input is taken in pieces so that the room for the worst case (six bytes for one) stays small. */
#define JSON_PIECE 4096

void text_json_quote(struct buffer *out, const char *text, size_t length)
{
    const unsigned char *from = (const unsigned char *)text;
    const unsigned char *end = from + length;
    buffer_character(out, '"');
    while (from < end) {
        size_t piece = (size_t)(end - from) < JSON_PIECE ? (size_t)(end - from) : JSON_PIECE;
        char *start = buffer_reserve(out, piece * 6);
        if (start == NULL)
            return;
        out->length += (size_t)(put_characters(start, &from, from + piece, end) - start);
    }
    buffer_character(out, '"');
}
