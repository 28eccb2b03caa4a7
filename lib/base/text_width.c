/* SPDX-License-Identifier: MIT */
/* The columns that text takes on a terminal. */
#include "base/text.h"

#include <utf8proc.h>

static size_t character_width(uint32_t character)
{
    if (character < 0x20 || (character >= 0x7F && character < 0xA0))
        return 0;
    if (character < 0x300)
        return 1; /* the soft hyphen too: terminals draw it */
    int width = utf8proc_charwidth((utf8proc_int32_t)character);
    return width > 0 ? (size_t)width : 0;
}

size_t text_width(const char *text, size_t length)
{
    size_t used;
    text_prefix_width(text, length, SIZE_MAX, &used);
    return used;
}

size_t text_prefix_width(const char *text, size_t length, size_t width, size_t *used)
{
    size_t at = 0;
    *used = 0;
    while (at < length) {
        size_t step;
        size_t columns = character_width(text_decode(text + at, length - at, &step));
        if (columns > width - *used)
            break;
        *used += columns;
        at += step;
    }
    return at;
}
