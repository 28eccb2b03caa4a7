/* SPDX-License-Identifier: MIT */
/* Personal text as a list shows it: enough to recognise, too little to use. */
#include "base/text.h"

#include <string.h>

enum { MOST_AT_HEAD = 3, MOST_AT_TAIL = 4 };

/* The end of the character that begins at `at`: what takes no room of its own goes with it. */
static size_t next_character(const char *text, size_t length, size_t at)
{
    size_t step;
    do {
        (void)text_decode(text + at, length - at, &step);
        at += step;
        if (at < length)
            (void)text_decode(text + at, length - at, &step);
    } while (at < length && text_width(text + at, step) == 0);
    return at;
}

static size_t count_characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t at = 0; at < length; at = next_character(text, length, at))
        count++;
    return count;
}

/* Bytes of the first `count` characters. */
static size_t skip_characters(const char *text, size_t length, size_t count)
{
    size_t at = 0;
    while (count-- > 0 && at < length)
        at = next_character(text, length, at);
    return at;
}

/* The mask is of one length, so that it does not tell how long the text is. */
void text_mask_personal(struct buffer *out, const char *text, size_t length)
{
    const char *domain = NULL;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '@')
            domain = text + i;
    size_t masked = domain != NULL ? (size_t)(domain - text) : length;
    size_t count = count_characters(text, masked);
    size_t head = (count + 1) / 4, tail = (count + 1) / 3;
    if (domain != NULL)
        head = count > 1 ? 1 : 0;
    head = head < MOST_AT_HEAD ? head : MOST_AT_HEAD;
    tail = domain != NULL ? 0 : tail < MOST_AT_TAIL ? tail : MOST_AT_TAIL;
    buffer_append(out, text, skip_characters(text, masked, head));
    buffer_text(out, TEXT_MASK);
    size_t from = skip_characters(text, masked, count - tail);
    buffer_append(out, text + from, length - from);
}
