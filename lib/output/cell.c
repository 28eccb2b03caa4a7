/* SPDX-License-Identifier: MIT */
/* The text of one value, plain and as JSON. */
#include "base/decimal.h"
#include "base/text.h"
#include "output/sink.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Integers that a reader which keeps numbers as doubles (JavaScript, jq) still gets right. */
#define EXACT_INTEGER (INT64_C(1) << 53)

enum { MOST_DECIMALS = 17 };

bool sink_is_number(enum data_type type)
{
    return type == DATA_INTEGER || type == DATA_DECIMAL || type == DATA_REAL;
}

/* Rounds to `decimals` digits as printf does, but with a point in every locale and without a sign
 * before zero. The number is finite. */
static void put_real(struct buffer *out, double number, int decimals)
{
    char text[352]; /* 309 digits, a point of some bytes, 17 digits, sign and NUL */
    int places = decimals < 0 ? 0 : decimals > MOST_DECIMALS ? MOST_DECIMALS : decimals;
    int written = snprintf(text, sizeof text, "%.*f", places, fabs(number));
    if (written <= 0 || (size_t)written >= sizeof text) {
        out->failed = true;
        return;
    }
    size_t length = (size_t)written;
    bool zero = strpbrk(text, "123456789") == NULL;
    if (number < 0 && !zero)
        buffer_character(out, '-');
    buffer_append(out, text, strspn(text, "0123456789"));
    if (places > 0) {
        buffer_character(out, '.');
        buffer_append(out, text + length - places, (size_t)places);
    }
}

static void put_decimal(struct buffer *out, int64_t decimal)
{
    char text[24];
    buffer_append(out, text, decimal_format(decimal, text));
}

/* SQL arithmetic may have made a real of a count of ten-thousandths: it is one still. False when it
 * is no number of that size. */
static bool decimal_of_real(double real, int64_t *out)
{
    if (!(fabs(real) < 9.2e18))
        return false;
    *out = llrint(real);
    return true;
}

/* Appends the number that the column's type makes of the value. False when the value is no number
 * (text in a numeric column) or not a finite one; nothing is appended then. */
static bool put_number(struct buffer *out, const struct column *column, const struct value *value)
{
    double real = value->type == VALUE_INTEGER ? (double)value->integer : value->real;
    int64_t decimal = value->integer;
    if (value->type == VALUE_TEXT || value->type == VALUE_NULL)
        return false;
    if (value->type == VALUE_REAL && column->type == DATA_DECIMAL &&
        !decimal_of_real(value->real, &decimal))
        return false;
    if (column->type == DATA_DECIMAL)
        put_decimal(out, decimal);
    else if (value->type == VALUE_INTEGER && column->type != DATA_REAL)
        buffer_integer(out, value->integer);
    else if (isfinite(real))
        put_real(out, real, column->decimals);
    else
        return false;
    return true;
}

/* A text is no answer to yes or no: it is shown as it is. */
static bool is_answer(const struct column *column, const struct value *value)
{
    return column->type == DATA_BOOLEAN && value->type != VALUE_TEXT;
}

/* The stored UTC time in the sink's zone; false when the text is no time. */
/* A day without a time is one everywhere: it stays what it is. */
static bool local_time(const struct crm_sink *sink, const struct value *value, char out[TIME_TEXT])
{
    instant at;
    if (value->type != VALUE_TEXT || value->length < DATE_TEXT ||
        !time_parse_iso(value->text, value->length, NULL, &at))
        return false;
    time_format(sink->zone, at, out);
    return true;
}

void sink_plain(const struct crm_sink *sink, struct buffer *out, const struct column *column,
                const struct value *value)
{
    char time[TIME_TEXT];
    if (value->type == VALUE_NULL)
        return;
    if (is_answer(column, value))
        buffer_text(out, value->integer != 0 ? "yes" : "no");
    else if (column->type == DATA_TIME && local_time(sink, value, time))
        buffer_text(out, time);
    else if (value->type == VALUE_TEXT)
        text_repair(out, value->text, value->length);
    else
        put_number(out, column, value);
}

/* ---- JSON ------------------------------------------------------------------------------- */

static void json_tags(struct buffer *out, const struct value *value)
{
    const char *end = value->text + value->length;
    bool first = true;
    buffer_character(out, '[');
    for (const char *at = value->text; at < end;) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        size_t length = (size_t)((space == NULL ? end : space) - at);
        if (length > 0) {
            buffer_text(out, first ? "" : ",");
            text_json_quote(out, at, length);
            first = false;
        }
        at += length + 1;
    }
    buffer_character(out, ']');
}

/* Stored JSON as it is, on one line: a raw line break can only stand between its tokens. */
static void json_verbatim(struct buffer *out, const struct value *value)
{
    if (value->length == 0) {
        buffer_text(out, "null");
        return;
    }
    size_t start = out->length;
    text_repair(out, value->text, value->length);
    for (size_t i = start; i < out->length; i++)
        if ((unsigned char)out->data[i] < 0x20)
            out->data[i] = ' ';
}

/* Numbers of columns that aren't numeric (a year as a group's name) are quoted, so that a key has
 * one type; so are integers that many readers would change. */
static void json_number(struct buffer *out, const struct column *column, const struct value *value)
{
    bool quoted = !sink_is_number(column->type) ||
                  (value->type == VALUE_INTEGER && column->type == DATA_INTEGER &&
                   (value->integer > EXACT_INTEGER || value->integer < -EXACT_INTEGER));
    if (quoted)
        buffer_character(out, '"');
    if (!put_number(out, column, value) && !quoted)
        buffer_text(out, "null");
    if (quoted)
        buffer_character(out, '"');
}

void sink_json(const struct crm_sink *sink, struct buffer *out, const struct column *column,
               const struct value *value)
{
    char time[TIME_TEXT];
    if (value->type == VALUE_NULL)
        buffer_append(out, "null", 4);
    else if (is_answer(column, value))
        buffer_text(out, value->integer != 0 ? "true" : "false");
    else if (value->type != VALUE_TEXT)
        json_number(out, column, value);
    else if (column->type == DATA_TIME && local_time(sink, value, time))
        text_json_quote(out, time, strlen(time));
    else if (column->type == DATA_TAGS)
        json_tags(out, value);
    else if (column->type == DATA_JSON)
        json_verbatim(out, value);
    else
        text_json_quote(out, value->text, value->length);
}
