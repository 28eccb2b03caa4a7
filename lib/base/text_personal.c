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

/* Where each byte is a character of its own, as in most numbers and addresses. */
static bool is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7F)
            return false;
    return true;
}

/* Characters that stay at both ends of so many. */
struct shown {
    size_t head, tail;
};

static struct shown shown_of(size_t count, bool mailbox)
{
    size_t head = (count + 1) / 4, tail = (count + 1) / 3;
    if (mailbox)
        return (struct shown){.head = count > 1 ? 1 : 0};
    return (struct shown){.head = head < MOST_AT_HEAD ? head : MOST_AT_HEAD,
                          .tail = tail < MOST_AT_TAIL ? tail : MOST_AT_TAIL};
}

static char *put(char *to, const char *text, size_t length)
{
    memcpy(to, text, length);
    return to + length;
}

/* The mask is of one length, so that it does not tell how long the text is. */
char *text_mask_personal(char *to, const char *text, size_t length)
{
    size_t masked = length;
    for (size_t i = length; i > 0 && masked == length; i--)
        if (text[i - 1] == '@')
            masked = i - 1;
    const bool mailbox = masked < length, plain = is_plain(text, masked);
    const size_t count = plain ? masked : count_characters(text, masked);
    const struct shown shown = shown_of(count, mailbox);
    const size_t head = plain ? shown.head : skip_characters(text, masked, shown.head);
    const size_t rest =
        plain ? masked - shown.tail : skip_characters(text, masked, count - shown.tail);
    to = put(to, text, head);
    to = put(to, TEXT_MASK, sizeof TEXT_MASK - 1);
    return put(to, text + rest, length - rest);
}
