/* SPDX-License-Identifier: MIT */
/* Notations of numbers. */
#include "import/format.h"

#include "base/decimal.h"

#include <string.h>

struct piece {
    const char *text;
    size_t length;
};

static bool take_prefix(struct piece *piece, const char *prefix)
{
    size_t length = strlen(prefix);
    if (length == 0 || piece->length < length || memcmp(piece->text, prefix, length) != 0)
        return false;
    piece->text += length;
    piece->length -= length;
    return true;
}

static bool take_suffix(struct piece *piece, const char *suffix)
{
    size_t length = strlen(suffix);
    if (length == 0 || piece->length < length ||
        memcmp(piece->text + piece->length - length, suffix, length) != 0)
        return false;
    piece->length -= length;
    return true;
}

static void trim(struct piece *piece)
{
    while (take_prefix(piece, " ") || take_prefix(piece, "\xC2\xA0"))
        ;
    while (take_suffix(piece, " ") || take_suffix(piece, "\xC2\xA0"))
        ;
}

static bool take_currency(const struct number_format *format, struct piece *piece)
{
    for (size_t i = 0; i < format->currency_count; i++) {
        if (take_prefix(piece, format->currency[i]) || take_suffix(piece, format->currency[i])) {
            trim(piece);
            return true;
        }
    }
    return false;
}

/* Takes off parentheses, signs and currency in whatever order they stand: -$5, $-5, ($5.00), 5-. */
static bool take_ornaments(const struct number_format *format, struct piece *piece, bool *negative,
                           bool *percent)
{
    int signs = 0;
    for (;;) {
        trim(piece);
        if (piece->length >= 2 && piece->text[0] == '(' && piece->text[piece->length - 1] == ')') {
            piece->text++;
            piece->length -= 2;
            *negative = true;
            signs++;
        } else if (take_prefix(piece, "-") || take_prefix(piece, "\xE2\x88\x92") ||
                   take_suffix(piece, "-") || take_suffix(piece, "\xE2\x88\x92")) {
            *negative = true;
            signs++;
        } else if (take_prefix(piece, "+")) {
            signs++;
        } else if (take_suffix(piece, "%") || take_suffix(piece, "％")) {
            if (*percent)
                return false;
            *percent = true;
        } else if (!take_currency(format, piece)) {
            return signs <= 1;
        }
    }
}

static size_t digit_run(const struct piece *piece, size_t at)
{
    size_t begin = at;
    while (at < piece->length && piece->text[at] >= '0' && piece->text[at] <= '9')
        at++;
    return at - begin;
}

/* Copies the digits with a point for the decimal sign and without separators, which must stand
 * before groups of three digits. Returns the length, 0 when the text is not so. */
static size_t plain_digits(const struct number_format *format, const struct piece *piece, char *out,
                           size_t room)
{
    size_t separator = strlen(format->thousands), used = 0, at = 0;
    bool grouped = false;
    for (;;) {
        size_t run = digit_run(piece, at);
        if (grouped ? run != 3 : run > room)
            return 0;
        if (used + run + 2 > room)
            return 0;
        memcpy(out + used, piece->text + at, run);
        used += run;
        at += run;
        if (separator == 0 || run == 0 || piece->length - at < separator ||
            memcmp(piece->text + at, format->thousands, separator) != 0)
            break;
        if (!grouped && run > 3)
            return 0;
        grouped = true;
        at += separator;
    }
    if (at < piece->length && piece->text[at] == format->decimal) {
        out[used++] = '.';
        at++;
    }
    /* The rest: decimals and perhaps an exponent, which decimal_parse judges. */
    if (piece->length - at + used > room)
        return 0;
    memcpy(out + used, piece->text + at, piece->length - at);
    return used + piece->length - at;
}

bool number_format_read(const struct number_format *format, const char *text, size_t length,
                        int64_t *out, bool *rounded)
{
    if (format->decimal == '.' && !format->percent && decimal_parse(text, length, out, rounded))
        return true;
    char digits[192];
    bool negative = false, percent = false;
    struct piece piece = {text, length};
    /* One place in front for the sign, four behind for the exponent of a percentage. */
    if (length > sizeof digits - 8 || !take_ornaments(format, &piece, &negative, &percent))
        return false;
    size_t used = plain_digits(format, &piece, digits + 1, sizeof digits - 8);
    /* Neither a second sign nor an exponent beside a percent sign. */
    if (used == 0 || digits[1] == '-' || digits[1] == '+')
        return false;
    percent = percent || format->percent;
    if (percent && (memchr(digits + 1, 'e', used) != NULL || memchr(digits + 1, 'E', used) != NULL))
        return false;
    digits[0] = negative ? '-' : '+';
    if (percent)
        memcpy(digits + 1 + used, "e-2", 3);
    return decimal_parse(digits, 1 + used + (percent ? 3 : 0), out, rounded);
}
