/* SPDX-License-Identifier: MIT */
/* Text made comparable: folding for search, keys made of names, and "did you mean". */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static bool is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

static void fold_ascii(struct buffer *out, const char *text, size_t length)
{
    char *to = buffer_reserve(out, length);
    if (to == NULL)
        return;
    for (size_t i = 0; i < length; i++)
        to[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i];
    out->length += length;
    buffer_append(out, "", 0); /* ends the text with a NUL, as every append does */
}

static crm_status fold_valid(struct buffer *out, const char *text, size_t length)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t size = utf8proc_map(
        (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &folded,
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    if (size < 0)
        return CRM_NO_MEMORY; /* the text is valid and the options agree: nothing else can fail */
    buffer_append(out, (const char *)folded, (size_t)size);
    free(folded);
    return out->failed ? CRM_NO_MEMORY : CRM_OK;
}

crm_status text_fold(struct buffer *out, const char *text, size_t length)
{
    if (is_ascii(text, length)) {
        fold_ascii(out, text, length);
        return out->failed ? CRM_NO_MEMORY : CRM_OK;
    }
    if (text_is_valid(text, length))
        return fold_valid(out, text, length);
    cleanup(buffer_release) struct buffer repaired = {0};
    text_repair(&repaired, text, length);
    if (repaired.failed)
        return CRM_NO_MEMORY;
    return fold_valid(out, repaired.data, repaired.length);
}

/* Letters and digits of any script, and the marks that belong to them. */
static bool is_word_character(uint32_t character)
{
    switch (utf8proc_category((utf8proc_int32_t)character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
        return true;
    default:
        return false;
    }
}

crm_status text_slug(struct buffer *out, const char *text, size_t length)
{
    cleanup(buffer_release) struct buffer folded = {0};
    if (text_fold(&folded, text, length) != CRM_OK)
        return CRM_NO_MEMORY;
    bool begun = false, gap = false;
    size_t step;
    for (size_t at = 0; at < folded.length; at += step) {
        uint32_t character = text_decode(folded.data + at, folded.length - at, &step);
        if (!is_word_character(character)) {
            gap = begun;
            continue;
        }
        if (gap)
            buffer_character(out, '-');
        buffer_append(out, folded.data + at, step);
        begun = true;
        gap = false;
    }
    return out->failed ? CRM_NO_MEMORY : CRM_OK;
}

/* Names of commands, fields and choices are far shorter; of longer words the rest is left out, so
 * that the comparison needs no memory. */
#define WORD_LIMIT 64

static size_t decode_word(const char *word, uint32_t out[WORD_LIMIT])
{
    size_t length = strlen(word), count = 0, step;
    for (size_t at = 0; at < length && count < WORD_LIMIT; at += step)
        out[count++] = text_decode(word + at, length - at, &step);
    return count;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t text_distance(const char *a, const char *b)
{
    uint32_t left[WORD_LIMIT], right[WORD_LIMIT];
    size_t left_count = decode_word(a, left), right_count = decode_word(b, right);
    size_t rows[3][WORD_LIMIT + 1];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= right_count; j++)
        before[j] = previous[j] = j;
    for (size_t i = 1; i <= left_count; i++) {
        current[0] = i;
        for (size_t j = 1; j <= right_count; j++) {
            size_t change = left[i - 1] != right[j - 1];
            current[j] = least(least(previous[j], current[j - 1]) + 1, previous[j - 1] + change);
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                current[j] = least(current[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = previous;
        previous = current;
        current = oldest;
    }
    return previous[right_count];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word);
    size_t allowed = length < 2 ? 0 : (length + 2) / 3; /* one letter is like any other */
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        /* A word broken off early is as good as one slip. */
        bool begins = length >= 3 && strncmp(candidates[i], word, length) == 0;
        size_t distance = begins ? 1 : text_distance(word, candidates[i]);
        if (distance <= allowed && (nearest == NULL || distance < allowed)) {
            nearest = candidates[i];
            allowed = distance;
        }
    }
    return nearest;
}
