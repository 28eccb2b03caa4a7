/* SPDX-License-Identifier: MIT */
/* The columns that text takes on a terminal, and whether it can be seen there. */
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

static bool is_visible(uint32_t character)
{
    if (character < 0x80)
        return character > ' ' && character < 0x7F;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)character);
    switch (property->category) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
        return false;
    default:
        return !property->ignorable; /* the fillers of Hangul are letters */
    }
}

bool text_is_visible(const char *text, size_t length)
{
    size_t step;
    for (size_t at = 0; at < length; at += step)
        if (is_visible(text_decode(text + at, length - at, &step)))
            return true;
    return false;
}
