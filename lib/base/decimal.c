/* SPDX-License-Identifier: MIT */
/* Exact decimal parsing, printing and arithmetic. */
#include "base/decimal.h"

#include <string.h>

enum { PLACES = 4, MOST_EXPONENT = 1 << 24 };

struct digits {
    const char *text; /* digits with at most one point among them */
    size_t length;
    bool negative;
    int exponent; /* power of ten to multiply by */
};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Reads "e[+-]digits" at `text`; the exponent is clamped far beyond the digits of any field. */
static bool read_exponent(const char *text, size_t length, int *out)
{
    size_t at = 1;
    bool negative = at < length && text[at] == '-';
    if (at < length && (text[at] == '-' || text[at] == '+'))
        at++;
    if (at == length)
        return false;
    int exponent = 0;
    for (; at < length; at++) {
        if (!is_digit(text[at]))
            return false;
        if (exponent < MOST_EXPONENT)
            exponent = exponent * 10 + (text[at] - '0');
    }
    *out = negative ? -exponent : exponent;
    return true;
}

/* Splits the text into sign, digits and exponent; false when it is no number. */
static bool scan(const char *text, size_t length, struct digits *out)
{
    size_t at = 0;
    out->negative = length > 0 && text[0] == '-';
    if (length > 0 && (text[0] == '-' || text[0] == '+'))
        at++;
    out->text = text + at;
    out->exponent = 0;
    size_t start = at, digit_count = 0;
    bool point = false;
    for (; at < length && text[at] != 'e' && text[at] != 'E'; at++) {
        if (text[at] == '.' && !point)
            point = true;
        else if (is_digit(text[at]))
            digit_count++;
        else
            return false;
    }
    out->length = at - start;
    if (digit_count == 0)
        return false;
    return at == length || read_exponent(text + at, length - at, &out->exponent);
}

/* What lies beyond the last kept digit: decides rounding half to even. */
struct rest {
    bool any;    /* some dropped digit is not 0 */
    int first;   /* the first dropped digit, -1 before it is met */
    bool beyond; /* a dropped digit after the first is not 0 */
};

static void drop_digit(struct rest *rest, int digit)
{
    if (rest->first < 0)
        rest->first = digit;
    else if (digit != 0)
        rest->beyond = true;
    rest->any = rest->any || digit != 0;
}

static bool rounds_up(const struct rest *rest, uint64_t kept)
{
    if (rest->first != 5 || rest->beyond)
        return rest->first > 5 || (rest->first == 5 && rest->beyond);
    return kept % 2 == 1;
}

static bool append_digit(uint64_t *number, int digit)
{
    if (*number > ((uint64_t)INT64_MAX - (uint64_t)digit) / 10)
        return false;
    *number = *number * 10 + (uint64_t)digit;
    return true;
}

/* Digits before the point, were the number written out without exponent. */
static long point_position(const struct digits *digits)
{
    long position = 0;
    while ((size_t)position < digits->length && digits->text[position] != '.')
        position++;
    return position + digits->exponent;
}

/* 12, -12.5: how nearly all numbers are written. false for all others, right or wrong. */
static bool parse_plain(const char *text, size_t length, int64_t *out)
{
    const char *end = text + length, *at = text + (length > 0 && *text == '-');
    if (end - at > 14 || at == end || *at < '0' || *at > '9')
        return false;
    int64_t number = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    int places = 0;
    if (at < end && *at++ != '.')
        return false;
    for (; at < end && *at >= '0' && *at <= '9' && places < PLACES; at++, places++)
        number = number * 10 + (*at - '0');
    if (at < end || end[-1] == '.')
        return false;
    for (; places < PLACES; places++)
        number *= 10;
    *out = *text == '-' ? -number : number;
    return true;
}

bool decimal_parse(const char *text, size_t length, int64_t *out, bool *rounded)
{
    if (parse_plain(text, length, out))
        return true;
    struct digits digits;
    if (!scan(text, length, &digits))
        return false;
    long keep = point_position(&digits) + PLACES; /* digits that count */
    uint64_t number = 0;
    struct rest rest = {.first = keep < 0 ? 0 : -1};
    long seen = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.text[i] == '.')
            continue;
        int digit = digits.text[i] - '0';
        if (seen >= keep)
            drop_digit(&rest, digit);
        else if (!append_digit(&number, digit))
            return false;
        seen++;
    }
    for (; seen < keep && number != 0; seen++)
        if (!append_digit(&number, 0))
            return false;
    if (rounds_up(&rest, number) && ++number > (uint64_t)INT64_MAX)
        return false;
    if (rest.any && rounded != NULL)
        *rounded = true;
    *out = digits.negative ? -(int64_t)number : (int64_t)number;
    return true;
}

size_t decimal_format(int64_t decimal, char out[24])
{
    uint64_t rest = decimal < 0 ? 0 - (uint64_t)decimal : (uint64_t)decimal;
    char reversed[24];
    size_t count = 0;
    int places = PLACES;
    while (places > 0 && rest % 10 == 0) {
        rest /= 10;
        places--;
    }
    for (int i = 0; i < places; i++, rest /= 10)
        reversed[count++] = (char)('0' + rest % 10);
    if (places > 0)
        reversed[count++] = '.';
    do {
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (decimal < 0)
        reversed[count++] = '-';
    for (size_t i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    out[count] = '\0';
    return count;
}

/* numerator ÷ denominator half to even, the sign apart. 128 bits hold every product of two. */
__extension__ typedef unsigned __int128 wide;

static bool divide_wide(wide numerator, uint64_t denominator, bool negative, int64_t *out)
{
    wide quotient = numerator / denominator;
    uint64_t rest = (uint64_t)(numerator % denominator);
    uint64_t other = denominator - rest;
    if (rest > other || (rest == other && quotient % 2 == 1))
        quotient++;
    if (quotient > (wide)INT64_MAX)
        return false;
    *out = negative ? -(int64_t)quotient : (int64_t)quotient;
    return true;
}

static uint64_t magnitude(int64_t number)
{
    return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

bool decimal_multiply(int64_t a, int64_t b, int64_t *out)
{
    return divide_wide((wide)magnitude(a) * magnitude(b), DECIMAL_ONE, (a < 0) != (b < 0), out);
}

bool decimal_multiply3(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    wide product = (wide)magnitude(a) * magnitude(b);
    bool negative = ((a < 0) != (b < 0)) != (c < 0);
    if (c != 0 && product > ~(wide)0 / magnitude(c))
        return false;
    return divide_wide(product * magnitude(c), (uint64_t)DECIMAL_ONE * DECIMAL_ONE, negative, out);
}

bool decimal_divide(int64_t a, int64_t b, int64_t *out)
{
    if (b == 0)
        return false;
    return divide_wide((wide)magnitude(a) * DECIMAL_ONE, magnitude(b), (a < 0) != (b < 0), out);
}

bool decimal_growth(int64_t before, int64_t now, int64_t *percent)
{
    if (before <= 0)
        return false;
    uint64_t change = now < before ? (uint64_t)before - (uint64_t)now : (uint64_t)(now - before);
    return divide_wide((wide)change * 100 * DECIMAL_ONE, magnitude(before), now < before, percent);
}

bool decimal_add(int64_t a, int64_t b, int64_t *out)
{
    if ((b > 0 && a > INT64_MAX - b) || (b < 0 && a < INT64_MIN - b))
        return false;
    *out = a + b;
    return true;
}
