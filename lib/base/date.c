/* SPDX-License-Identifier: MIT */
/* Days: civil arithmetic, ISO text, and the words in which people name a day. */
#include "base/date.h"

#include <limits.h>
#include <string.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

/* The two conversions count in eras of 400 years that begin on 1 March, so that the leap day is
 * the last of its year. */
day_number date_from_civil(int year, int month, int day)
{
    int shifted = month <= 2 ? year - 1 : year;
    int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int year_of_era = shifted - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

void date_to_civil(day_number date, int *year, int *month, int *day)
{
    int days = date + DAYS_TO_1970;
    int era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int day_of_era = days - era * DAYS_PER_ERA;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *year = era * 400 + year_of_era + (*month <= 2 ? 1 : 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool date_is_valid(int year, int month, int day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

int date_weekday(day_number date)
{
    int weekday = (date + 3) % 7; /* 1970-01-01 was a Thursday */
    return weekday < 0 ? weekday + 7 : weekday;
}

static day_number clamp_date(int64_t date)
{
    return date < DATE_FIRST ? DATE_FIRST : date > DATE_LAST ? DATE_LAST : (day_number)date;
}

static day_number add_months(day_number date, int64_t months)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    int64_t total = (int64_t)year * 12 + month - 1 + months;
    if (total < 12) {
        return DATE_FIRST;
    }
    if (total > 9999 * 12 + 11) {
        return DATE_LAST;
    }
    year = (int)(total / 12);
    month = (int)(total % 12) + 1;
    int last = days_in_month(year, month);
    return date_from_civil(year, month, day < last ? day : last);
}

day_number date_add_months(day_number date, int months)
{
    return add_months(date, months);
}

day_number date_add(day_number date, struct duration duration)
{
    switch (duration.unit) {
    case DURATION_DAYS:
        return clamp_date(date + duration.count);
    case DURATION_WEEKS:
        return clamp_date(date + duration.count * 7);
    case DURATION_MONTHS:
        return add_months(date, duration.count);
    case DURATION_YEARS:
        return add_months(date, duration.count * 12);
    case DURATION_MINUTES:
    case DURATION_HOURS:
    case DURATION_WORKING_HOURS:
    case DURATION_WORKING_DAYS:
        break;
    }
    return date;
}

static void put_digits(char *out, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

void date_format(day_number date, char out[DATE_TEXT])
{
    int year, month, day;
    date_to_civil(clamp_date(date), &year, &month, &day);
    put_digits(out, year, 4);
    out[4] = '-';
    put_digits(out + 5, month, 2);
    out[7] = '-';
    put_digits(out + 8, day, 2);
    out[10] = '\0';
}

/* ---- Reading ---- */

static bool take_digits(const char *text, int digits, int *out)
{
    int number = 0;
    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        number = number * 10 + (text[i] - '0');
    }
    *out = number;
    return true;
}

bool date_parse_iso(const char *text, size_t length, day_number *out)
{
    int year, month, day;
    if (length != 10 || !take_digits(text, 4, &year) || text[4] != '-' ||
        !take_digits(text + 5, 2, &month) || text[7] != '-' || !take_digits(text + 8, 2, &day) ||
        !date_is_valid(year, month, day)) {
        return false;
    }
    *out = date_from_civil(year, month, day);
    return true;
}

/* A whole year or month: 2018, 2018-12. */
static bool parse_period(const char *text, size_t length, day_number *first, day_number *last)
{
    int year, month;
    if (length == 4 && take_digits(text, 4, &year) && year >= 1) {
        *first = date_from_civil(year, 1, 1);
        *last = date_from_civil(year, 12, 31);
        return true;
    }
    if (length == 7 && take_digits(text, 4, &year) && text[4] == '-' &&
        take_digits(text + 5, 2, &month) && date_is_valid(year, month, 1)) {
        *first = date_from_civil(year, month, 1);
        *last = date_from_civil(year, month, days_in_month(year, month));
        return true;
    }
    return false;
}

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character + ('a' - 'A')) : character;
}

static bool same_word(const char *text, const char *word)
{
    while (*text != '\0' && lower(*text) == *word) {
        text++;
        word++;
    }
    return *text == '\0' && *word == '\0';
}

static bool parse_day_word(const char *text, day_number today, day_number *out)
{
    static const struct {
        const char *word;
        int days;
    } words[] = {{"today", 0}, {"yesterday", -1}, {"tomorrow", 1}, {"今天", 0},
                 {"昨天", -1}, {"明天", 1},       {"前天", -2},    {"后天", 2}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (same_word(text, words[i].word)) {
            *out = clamp_date((int64_t)today + words[i].days);
            return true;
        }
    }
    return false;
}

static bool parse_weekday(const char *text, day_number today, day_number *out)
{
    static const char *const words[][4] = {
        {"mon", "monday", "周一", "星期一"},    {"tue", "tuesday", "周二", "星期二"},
        {"wed", "wednesday", "周三", "星期三"}, {"thu", "thursday", "周四", "星期四"},
        {"fri", "friday", "周五", "星期五"},    {"sat", "saturday", "周六", "星期六"},
        {"sun", "sunday", "周日", "星期日"}};
    for (int weekday = 0; weekday < 7; weekday++) {
        for (int form = 0; form < 4; form++) {
            if (same_word(text, words[weekday][form])) {
                int ahead = (weekday - date_weekday(today) + 7) % 7;
                *out = clamp_date((int64_t)today + ahead);
                return true;
            }
        }
    }
    return false;
}

/* +3d, -2w, +1mo, -1y. */
static bool parse_shift(const char *text, day_number today, day_number *out)
{
    struct duration shift;
    if ((text[0] != '+' && text[0] != '-') || duration_parse(text + 1, &shift, NULL) != CRM_OK ||
        shift.unit < DURATION_DAYS || shift.unit > DURATION_YEARS) {
        return false;
    }
    if (text[0] == '-') {
        shift.count = -shift.count;
    }
    *out = date_add(today, shift);
    return true;
}

static bool looks_like_iso(const char *text, size_t length)
{
    int number;
    return length == 10 && take_digits(text, 4, &number) && text[4] == '-' && text[7] == '-' &&
           take_digits(text + 5, 2, &number) && take_digits(text + 8, 2, &number);
}

static crm_status parse_range(const char *text, day_number today, day_number *first,
                              day_number *last, struct error *error)
{
    size_t length = strlen(text);
    if (parse_period(text, length, first, last)) {
        return CRM_OK;
    }
    if (date_parse_iso(text, length, first) || parse_day_word(text, today, first) ||
        parse_weekday(text, today, first) || parse_shift(text, today, first)) {
        *last = *first;
        return CRM_OK;
    }
    if (looks_like_iso(text, length)) {
        error_set(error, CRM_INVALID, _("there is no such day: %s"), text);
    } else {
        error_set(error, CRM_INVALID, _("not a date: \"%s\""), text);
    }
    return error_hint(error, _("write YYYY-MM-DD, YYYY-MM, today, yesterday, +3d, -2w, +1mo or "
                               "mon"));
}

crm_status date_parse(const char *text, day_number today, day_number *out, struct error *error)
{
    day_number last;
    return parse_range(text, today, out, &last, error);
}

crm_status date_parse_end(const char *text, day_number today, day_number *out, struct error *error)
{
    day_number first;
    return parse_range(text, today, &first, out, error);
}
