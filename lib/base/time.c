/* SPDX-License-Identifier: MIT */
/* Instants as text: ISO-8601 both ways, and the words in which people name a point in time. */
#include "base/date.h"

#include <string.h>

enum { DAY_SECONDS = 86400 };

static const instant first_instant = (instant)DATE_FIRST * DAY_SECONDS;
static const instant last_instant = (instant)DATE_LAST * DAY_SECONDS + DAY_SECONDS - 1;

static bool in_range(instant at)
{
    return at >= first_instant && at <= last_instant;
}

static instant clamp_instant(instant at)
{
    return at < first_instant ? first_instant : at > last_instant ? last_instant : at;
}

/* ---- Writing ---- */

static void put_pair(char *out, int number)
{
    out[0] = (char)('0' + number / 10);
    out[1] = (char)('0' + number % 10);
}

/* `local` counts seconds of the wall clock; it is not negative after the shift by DATE_FIRST. */
static void put_local(instant local, char *out)
{
    instant since_first = clamp_instant(local) - first_instant;
    int second = (int)(since_first % DAY_SECONDS);
    date_format((day_number)(since_first / DAY_SECONDS) + DATE_FIRST, out);
    out[10] = 'T';
    put_pair(out + 11, second / 3600);
    out[13] = ':';
    put_pair(out + 14, second / 60 % 60);
    out[16] = ':';
    put_pair(out + 17, second % 60);
}

void time_format_utc(instant at, char out[TIME_TEXT])
{
    put_local(at, out);
    out[19] = 'Z';
    out[20] = '\0';
}

void time_format(const struct zone *zone, instant at, char out[TIME_TEXT])
{
    if (zone == NULL) {
        time_format_utc(at, out);
        return;
    }
    /* Offsets before the age of time zones have seconds, which ISO-8601 can't write. The wall clock
     * is printed by the cut offset too, so that the text names the same instant. */
    int minutes = zone_offset(zone, at) / 60;
    put_local(at + (instant)minutes * 60, out);
    int magnitude = minutes < 0 ? -minutes : minutes;
    out[19] = minutes < 0 ? '-' : '+';
    put_pair(out + 20, magnitude / 60);
    out[22] = ':';
    put_pair(out + 23, magnitude % 60);
    out[25] = '\0';
}

/* ---- Reading: a cursor over the text ---- */

struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *cursor, char wanted)
{
    if (cursor->at == cursor->end || *cursor->at != wanted) {
        return false;
    }
    cursor->at++;
    return true;
}

/* A number of `least` to two digits. */
static bool take_number(struct cursor *cursor, int least, int *out)
{
    int digits = 0, number = 0;
    while (digits < 2 && cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
        number = number * 10 + (*cursor->at - '0');
        cursor->at++;
        digits++;
    }
    *out = number;
    return digits >= least;
}

static bool take_fraction(struct cursor *cursor)
{
    const char *start = cursor->at;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
        cursor->at++;
    }
    return cursor->at > start;
}

/* hh:mm[:ss[.fff]] up to 24:00. Parts of a second are dropped. */
static bool take_clock(struct cursor *cursor, int least_hour_digits, int *second_of_day)
{
    int hour, minute, second = 0;
    if (!take_number(cursor, least_hour_digits, &hour) || !take(cursor, ':') ||
        !take_number(cursor, 2, &minute)) {
        return false;
    }
    if (take(cursor, ':')) {
        if (!take_number(cursor, 2, &second)) {
            return false;
        }
        if (take(cursor, '.') && !take_fraction(cursor)) {
            return false;
        }
    }
    *second_of_day = hour * 3600 + minute * 60 + second;
    return minute < 60 && second < 60 && *second_of_day <= DAY_SECONDS;
}

/* Z, ±hh, ±hhmm or ±hh:mm. */
static bool take_offset(struct cursor *cursor, int *seconds)
{
    *seconds = 0;
    if (take(cursor, 'Z')) {
        return true;
    }
    bool negative = take(cursor, '-');
    int hours, minutes = 0;
    if ((!negative && !take(cursor, '+')) || !take_number(cursor, 2, &hours)) {
        return false;
    }
    bool colon = take(cursor, ':');
    if ((colon || cursor->at < cursor->end) && !take_number(cursor, 2, &minutes)) {
        return false;
    }
    *seconds = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
    return hours < 24 && minutes < 60;
}

bool time_parse_iso(const char *text, size_t length, const struct zone *zone, instant *out)
{
    day_number date;
    if (length < DATE_TEXT - 1 || !date_parse_iso(text, DATE_TEXT - 1, &date)) {
        return false;
    }
    struct cursor cursor = {.at = text + DATE_TEXT - 1, .end = text + length};
    int second = 0, offset = 0;
    if (cursor.at < cursor.end) {
        if ((!take(&cursor, 'T') && !take(&cursor, ' ')) || !take_clock(&cursor, 2, &second)) {
            return false;
        }
    }
    instant at;
    if (cursor.at < cursor.end) {
        if (!take_offset(&cursor, &offset)) {
            return false;
        }
        at = (instant)date * DAY_SECONDS + second - offset;
    } else {
        at = zone_instant(zone, date, second);
    }
    if (cursor.at != cursor.end || !in_range(at)) {
        return false;
    }
    *out = at;
    return true;
}

/* -2h, +30m: counted from now. */
static bool parse_shift(const char *text, instant now, instant *out)
{
    struct duration shift;
    if ((text[0] != '+' && text[0] != '-') || duration_parse(text + 1, &shift, NULL) != CRM_OK ||
        (shift.unit != DURATION_MINUTES && shift.unit != DURATION_HOURS)) {
        return false;
    }
    int64_t seconds = shift.count * (shift.unit == DURATION_HOURS ? 3600 : 60);
    *out = clamp_instant(text[0] == '-' ? now - seconds : now + seconds);
    return true;
}

/* Splits "yesterday 14:30" or "14:30" into the day's words and the clock. False without clock. */
static bool split_clock(const char *text, size_t *day_length, int *second)
{
    const char *space = strrchr(text, ' ');
    const char *clock = space == NULL ? text : space + 1;
    struct cursor cursor = {.at = clock, .end = clock + strlen(clock)};
    *day_length = space == NULL ? 0 : (size_t)(space - text);
    return take_clock(&cursor, 1, second) && cursor.at == cursor.end;
}

/* The day before the clock of "yesterday 14:30"; the empty one is today. */
static bool parse_day(const char *text, size_t length, day_number today, day_number *out)
{
    char day[32];
    if (length == 0) {
        *out = today;
        return true;
    }
    if (length >= sizeof day) {
        return false;
    }
    memcpy(day, text, length);
    day[length] = '\0';
    return date_parse(day, today, out, NULL) == CRM_OK;
}

crm_status time_parse(const char *text, instant now, const struct zone *zone, instant *out,
                      struct error *error)
{
    if (strcmp(text, "now") == 0 || strcmp(text, "现在") == 0) {
        *out = now;
        return CRM_OK;
    }
    if (time_parse_iso(text, strlen(text), zone, out) || parse_shift(text, now, out)) {
        return CRM_OK;
    }
    day_number today, date;
    int second = 0;
    zone_local(zone, now, &today, &second);
    size_t day_length;
    bool clock = split_clock(text, &day_length, &second);
    if (!clock) {
        second = 0;
        day_length = strlen(text);
    }
    if ((clock || day_length > 0) && parse_day(text, day_length, today, &date)) {
        *out = zone_instant(zone, date, second);
        return CRM_OK;
    }
    error_set(error, CRM_INVALID, _("not a point in time: \"%s\""), text);
    return error_hint(error, _("write YYYY-MM-DD, YYYY-MM-DDThh:mm, yesterday 14:30, 14:30, -2h "
                               "or now"));
}
