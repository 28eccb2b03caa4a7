/* SPDX-License-Identifier: MIT */
/* Birthdays between text and numbers. */
#include "base/birthday.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_leap(const char **at)
{
    if (!take_word(at, "leap") && !take_word(at, "闰"))
        return false;
    *at += strspn(*at, " -");
    return true;
}

/* Up to `most` digits, all that there are. */
static bool take_number(const char **at, size_t least, size_t most, int *out)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits < least || digits > most)
        return false;
    *out = atoi(*at);
    *at += digits;
    return true;
}

static bool take_separator(const char **at, const char *sign)
{
    return take_word(at, "-") || take_word(at, "/") || take_word(at, sign);
}

static void take_year(const char **at, struct birthday *out)
{
    enum { YEAR = 4 };
    const char *behind = *at;
    if (!take_word(at, "--") && take_number(&behind, YEAR, YEAR, &out->year) &&
        take_separator(&behind, "年"))
        *at = behind;
    else
        out->year = 0;
}

/* What follows the month: nothing, or a day. */
static bool take_day(const char *at, int *day)
{
    if (*at == '\0' || strcmp(at, "月") == 0)
        return true;
    bool read = take_separator(&at, "月") && take_number(&at, 1, 2, day) && *day > 0;
    (void)take_word(&at, "日");
    return read && *at == '\0';
}

bool birthday_is_solar(const struct birthday *birthday)
{
    /* 2000 is a leap year: it has every day of a solar year. */
    const int year = birthday->year > 0 ? birthday->year : 2000;
    return !birthday->leap &&
           (birthday->day == 0 || date_is_valid(year, birthday->month, birthday->day));
}

bool birthday_is_lunar(const struct birthday *birthday)
{
    enum { LONGEST_MONTH = 30 };
    return birthday->day <= LONGEST_MONTH;
}

bool birthday_parse(const char *text, struct birthday *out)
{
    enum { MONTHS = 12 };
    const char *at = text;
    *out = (struct birthday){.leap = take_leap(&at)};
    take_year(&at, out);
    out->leap = out->leap || take_leap(&at);
    if (!take_number(&at, 1, 2, &out->month) || out->month < 1 || out->month > MONTHS)
        return false;
    return take_day(at, &out->day) && (birthday_is_solar(out) || birthday_is_lunar(out));
}

static char *format(struct birthday birthday, const char *year, char out[BIRTHDAY_TEXT])
{
    const char *leap = birthday.leap ? "leap " : "";
    if (birthday.day == 0)
        (void)snprintf(out, BIRTHDAY_TEXT, "%s%s%02d", year, leap, birthday.month);
    else
        (void)snprintf(out, BIRTHDAY_TEXT, "%s%s%02d-%02d", year, leap, birthday.month,
                       birthday.day);
    return out;
}

char *birthday_key(struct birthday birthday, char out[BIRTHDAY_TEXT])
{
    return format(birthday, "", out);
}

char *birthday_format(struct birthday birthday, char out[BIRTHDAY_TEXT])
{
    char year[16] = "";
    if (birthday.year > 0)
        (void)snprintf(year, sizeof year, "%04d-", birthday.year);
    return format(birthday, year, out);
}
