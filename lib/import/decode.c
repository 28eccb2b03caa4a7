/* SPDX-License-Identifier: MIT */
/* Conversion to UTF-8 by iconv, and telling UTF-8 from GB18030. */
#include "import/decode.h"

#include "base/text.h"
#include "import/input.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct decoder {
    iconv_t iconv;
    bool gb18030;
    size_t unit; /* bytes to skip after an invalid sequence */
};

/* Pairs that iconv converts by the standard's edition of 2005 and later, and the rest of the world
 * (the encoding standard of the web, and with it Excel's exports) by that of 2000. */
static const struct override {
    unsigned char lead, trail;
    char utf8[4];
} gb18030_overrides[] = {{0xA3, 0xA0, "\xE3\x80\x80"}, {0xFE, 0x51, "\xEE\xA0\x96"},
                         {0xFE, 0x52, "\xEE\xA0\x97"}, {0xFE, 0x53, "\xEE\xA0\x98"},
                         {0xFE, 0x6C, "\xEE\xA0\xB1"}, {0xFE, 0x76, "\xEE\xA0\xBB"},
                         {0xFE, 0x91, "\xEE\xA1\x95"}};

/* Names that people give to what GB18030 contains. */
static bool is_gb18030_name(const char *name)
{
    static const char *const names[] = {"gb18030", "gbk", "gb2312", "cp936", "euc-cn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

crm_status decoder_new(const char *encoding, struct decoder **out, struct error *error)
{
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL)
        return error_no_memory(error);
    decoder->gb18030 = is_gb18030_name(encoding);
    decoder->unit = strncasecmp(encoding, "utf-16", 6) == 0 ? 2 : 1;
    decoder->iconv = iconv_open("UTF-8", decoder->gb18030 ? "GB18030" : encoding);
    /* iconv_open reports failure as an invalid descriptor. */
    if (decoder->iconv == (iconv_t)-1) { /* NOLINT(performance-no-int-to-ptr) */
        free(decoder);
        error_set(error, CRM_USAGE, _("encoding \"%s\" is not known here"), encoding);
        return error_hint(error, _("use utf-8, gb18030, utf-16, or a name that `iconv -l` lists"));
    }
    *out = decoder;
    return CRM_OK;
}

void decoder_free(struct decoder *decoder)
{
    if (decoder == NULL)
        return;
    iconv_close(decoder->iconv);
    free(decoder);
}

/* Bytes of the GB18030 character at `text`, 0 when it is cut off. Invalid ones count as 1. */
static size_t gb18030_length(const unsigned char *text, size_t length)
{
    if (text[0] < 0x80)
        return 1;
    if (length < 2)
        return 0;
    if (text[1] < 0x30 || text[1] > 0x39)
        return 2;
    return length < 4 ? 0 : 4;
}

static const struct override *find_override(const unsigned char *text)
{
    if (text[0] != 0xFE && text[0] != 0xA3)
        return NULL;
    for (size_t i = 0; i < sizeof gb18030_overrides / sizeof *gb18030_overrides; i++)
        if (gb18030_overrides[i].lead == text[0] && gb18030_overrides[i].trail == text[1])
            return &gb18030_overrides[i];
    return NULL;
}

/* Bytes before the first pair that has an override. */
static size_t before_override(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        const unsigned char *here = (const unsigned char *)text + at;
        size_t step = gb18030_length(here, length - at);
        if (step == 0)
            return length;
        if (step == 2 && find_override(here) != NULL)
            return at;
        at += step;
    }
    return length;
}

/* One call of iconv. Returns false when nothing more can be done with this input and output. */
static bool convert(struct decoder *decoder, const char **in, size_t *left, bool last, char **out,
                    size_t *room)
{
    /* iconv takes a pointer to non-const for historical reasons and does not write to it. */
    char *cursor = (char *)(uintptr_t)*in;
    size_t result = iconv(decoder->iconv, &cursor, left, out, room);
    *in = cursor;
    if (result != (size_t)-1 || errno == E2BIG)
        return false;
    if (errno == EINVAL && !last)
        return false;
    if (*room == 0)
        return false;
    size_t skip = decoder->unit < *left ? decoder->unit : *left;
    *in += skip;
    *left -= skip;
    *(*out)++ = INPUT_BROKEN;
    (*room)--;
    iconv(decoder->iconv, NULL, NULL, NULL, NULL);
    return *left > 0;
}

void decoder_run(struct decoder *decoder, const char *in, size_t length, bool last, size_t *used,
                 char *out, size_t room, size_t *made)
{
    const char *from = in;
    char *to = out;
    size_t space = room;
    while ((size_t)(from - in) < length) {
        size_t rest = length - (size_t)(from - in);
        size_t run = decoder->gb18030 ? before_override(from, rest) : rest;
        if (run == 0) {
            if (space < 3)
                break;
            memcpy(to, find_override((const unsigned char *)from)->utf8, 3);
            from += 2, to += 3, space -= 3;
            continue;
        }
        size_t left = run;
        while (convert(decoder, &from, &left, last || run < rest, &to, &space))
            ;
        if (left > 0)
            break;
    }
    *used = (size_t)(from - in);
    *made = (size_t)(to - out);
}

size_t decode_ascii_prefix(const char *text, size_t length)
{
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        uint64_t word;
        memcpy(&word, text + at, 8);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (at < length && ((unsigned char)text[at] & 0x80) == 0)
        at++;
    return at;
}

/* Characters of more than one byte that are right and wrong when the text is read as UTF-8. */
static void count_utf8(const char *text, size_t length, size_t *right, size_t *wrong)
{
    *right = *wrong = 0;
    for (size_t at = 0; at < length;) {
        at += decode_ascii_prefix(text + at, length - at);
        if (at >= length)
            return;
        size_t step = 1;
        uint32_t character = text_decode(text + at, length - at, &step);
        if (character != 0xFFFD || step == 3)
            (*right)++;
        else if (at + 4 <= length)
            (*wrong)++;
        at += step;
    }
}

/* As above for GB18030: pairs of the everyday area (GB2312) are right, invalid bytes wrong, and
 * `odd` are the pairs and quadruples that ordinary text seldom has. */
static void count_gb18030(const char *text, size_t length, size_t *right, size_t *odd,
                          size_t *wrong)
{
    *right = *odd = *wrong = 0;
    for (size_t at = 0; at < length;) {
        const unsigned char *here = (const unsigned char *)text + at;
        size_t step = gb18030_length(here, length - at);
        if (step == 0)
            return;
        if (step == 2 && (here[0] == 0x80 || here[0] == 0xFF || here[1] < 0x40 || here[1] == 0x7F ||
                          here[1] == 0xFF)) {
            (*wrong)++;
            step = 1;
        } else if (step == 2 && here[0] >= 0xA1 && here[0] <= 0xF7 && here[1] >= 0xA1) {
            (*right)++;
        } else if (step > 1) {
            (*odd)++;
        }
        at += step;
    }
}

bool decode_looks_gb18030(const char *text, size_t length)
{
    size_t utf8_right, utf8_wrong, right, odd, wrong;
    count_utf8(text, length, &utf8_right, &utf8_wrong);
    if (utf8_wrong == 0 || utf8_right > utf8_wrong)
        return false;
    count_gb18030(text, length, &right, &odd, &wrong);
    /* A stray byte in western text makes pairs too, but odd ones. */
    return wrong == 0 && right >= odd && right > 0;
}
