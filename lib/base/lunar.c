/* SPDX-License-Identifier: MIT */
/* The lunar calendar by table. */
#include "base/lunar.h"

#include <stdio.h>

enum { FIRST_YEAR = 1901, LAST_YEAR = 2100, YEARS = LAST_YEAR - FIRST_YEAR + 1 };

/* Of each lunar year, from the lowest bit: 13 bits, the months in order, set for one of 30 days; 4,
 * the number of the month that a leap month follows; 5, days from January 20 to the New Year; 2,
 * days from April 4 to 清明; 2, days from December 21 to 冬至. The last month of 2100 is known by
 * its first day alone. Source: Hong Kong Observatory, conversion table 1901–2100. */
static const uint32_t years[YEARS] = {
    0x17c0752, 0x2a60ea5, 0x292b64a, 0x176064b, 0x15e0a9b, /* 1901 */
    0x28a9556, 0x2b0056a, 0x15a0b59, 0x1445752, 0x2aa0752, /* 1906 */
    0x294db25, 0x17a0b25, 0x1620a4b, 0x24cb4ab, 0x2b202ad, /* 1911 */
    0x15c056b, 0x1464b69, 0x16c0da9, 0x298fd92, 0x17e0e92, /* 1916 */
    0x1660d25, 0x150ba4d, 0x2b60a56, 0x16002b6, 0x14895b5, /* 1921 */
    0x17006d4, 0x29a0ea9, 0x1465e92, 0x16a0e92, 0x154cd26, /* 1926 */
    0x2b8052b, 0x1620a57, 0x14cb2b6, 0x1720b5a, 0x29e06d4, /* 1931 */
    0x1486ec9, 0x16c0749, 0x156f693, 0x2bc0a93, 0x166052b, /* 1936 */
    0x14eca5b, 0x1740aad, 0x2a0056a, 0x14a9b55, 0x1700ba4, /* 1941 */
    0x15a0b49, 0x2445a93, 0x16a0a95, 0x152f52d, 0x1780536, /* 1946 */
    0x2620aad, 0x14eb5aa, 0x17205b2, 0x15c0da5, 0x1487d4a, /* 1951 */
    0x16e0d4a, 0x1570a95, 0x17a0a97, 0x1660556, 0x150cab5, /* 1956 */
    0x1740ad5, 0x16006d2, 0x14a8ea5, 0x1700ea5, 0x15a064a, /* 1961 */
    0x1426c97, 0x1680a9b, 0x154f55a, 0x178056a, 0x1620b69, /* 1966 */
    0x14eb752, 0x1740b52, 0x15c0b25, 0x146964b, 0x16c0a4b, /* 1971 */
    0x11714ab, 0x17a02ad, 0x164056d, 0x150cb69, 0x1360da9, /* 1976 */
    0x1600d92, 0x14a9d25, 0x1700d25, 0x11b5a4d, 0x17e0a56, /* 1981 */
    0x16802b6, 0x152c5b5, 0x03806d5, 0x1620ea9, 0x14ebe92, /* 1986 */
    0x1740e92, 0x01e0d26, 0x1466a56, 0x16a0a57, 0x15714d6, /* 1991 */
    0x03c035a, 0x16406d5, 0x150b6c9, 0x1760749, 0x0200693, /* 1996 */
    0x148952b, 0x16e052b, 0x1580a5b, 0x004555a, 0x168056a, /* 2001 */
    0x152fb55, 0x17a0ba4, 0x0240b49, 0x10cba93, 0x1720a95, /* 2006 */
    0x15c052d, 0x0068aad, 0x12a0ab5, 0x15735aa, 0x17c05d2, /* 2011 */
    0x0260da5, 0x110dd4a, 0x1760d4a, 0x1600c95, 0x00a952e, /* 2016 */
    0x02e0556, 0x1580ab5, 0x14455b2, 0x02a06d2, 0x012cea5, /* 2021 */
    0x1780725, 0x162064b, 0x00cac97, 0x0300cab, 0x15c055a, /* 2026 */
    0x1466ad6, 0x02c0b69, 0x0177752, 0x17c0b52, 0x1660b25, /* 2031 */
    0x010da4b, 0x0340a4b, 0x15e04ab, 0x148a55b, 0x02e05ad, /* 2036 */
    0x0180b6a, 0x1045b52, 0x16a0d92, 0x014fd25, 0x0380d25, /* 2041 */
    0x1220a55, 0x14cb4ad, 0x03204b6, 0x01a05b5, 0x1066daa, /* 2046 */
    0x16c0ec9, 0x0191e92, 0x03c0e92, 0x1260d26, 0x150ca56, /* 2051 */
    0x0340a57, 0x01e0556, 0x00886d5, 0x16e0755, 0x01a0749, /* 2056 */
    0x0026e93, 0x0280693, 0x152f52b, 0x038052b, 0x0200a5b, /* 2061 */
    0x00cb55a, 0x172056a, 0x01c0b65, 0x006974a, 0x02c0b4a, /* 2066 */
    0x1571a95, 0x03c0a95, 0x024052d, 0x00ecaad, 0x1340ab5, /* 2071 */
    0x02005aa, 0x0088ba5, 0x02e0da5, 0x11a0d4a, 0x0047c95, /* 2076 */
    0x0280c96, 0x012f94e, 0x1380556, 0x0220ab5, 0x00cb5b2, /* 2081 */
    0x03206d2, 0x11c0ea5, 0x0088e4a, 0x02a068b, 0x0150c97, /* 2086 */
    0x03a04ab, 0x024055b, 0x00ecad6, 0x0340b6a, 0x0200752, /* 2091 */
    0x00a9725, 0x02e0b45, 0x0180a8b, 0x002549b, 0x16804ab, /* 2096 */
};

/* The two months of 1900 of which the table still needs days. */
#define MONTH_11_OF_1900 (LUNAR_FIRST - 10)
enum { LENGTH_11_OF_1900 = 29, LENGTH_12_OF_1900 = 30 };

static uint32_t bits_of(int year)
{
    return years[year - FIRST_YEAR];
}

static bool is_in_table(int year)
{
    return year >= FIRST_YEAR && year <= LAST_YEAR;
}

int lunar_leap_month(int year)
{
    return is_in_table(year) ? (int)(bits_of(year) >> 13 & 0xF) : 0;
}

static day_number new_year(int year)
{
    return date_from_civil(year, 1, 20) + (int)(bits_of(year) >> 17 & 0x1F);
}

static int months_of(int year)
{
    return lunar_leap_month(year) == 0 ? 12 : 13;
}

/* Place of a month in its year, from 0; -1 when the year does not have it. */
static int place_of(int year, int month, bool leap)
{
    int leap_month = lunar_leap_month(year);
    if (month < 1 || month > 12 || (leap && month != leap_month))
        return -1;
    bool behind = leap || (leap_month != 0 && month > leap_month);
    return month - 1 + (behind ? 1 : 0);
}

static int length_at(int year, int place)
{
    return bits_of(year) >> place & 1 ? 30 : 29;
}

int lunar_month_length(int year, int month, bool leap)
{
    if (year == FIRST_YEAR - 1 && !leap && (month == 11 || month == 12))
        return month == 11 ? LENGTH_11_OF_1900 : LENGTH_12_OF_1900;
    if (!is_in_table(year) || (year == LAST_YEAR && month == 12))
        return 0;
    int place = place_of(year, month, leap);
    return place < 0 ? 0 : length_at(year, place);
}

static day_number first_of_month(int year, int month, bool leap)
{
    if (year < FIRST_YEAR)
        return MONTH_11_OF_1900 + (month == 12 ? LENGTH_11_OF_1900 : 0);
    day_number day = new_year(year);
    for (int place = place_of(year, month, leap); place > 0; place--)
        day += length_at(year, place - 1);
    return day;
}

/* Behind 1900-12-22; the year is the one of the New Year at or before it. */
static struct lunar_date in_year(int year, day_number day)
{
    int place = 0, rest = day - new_year(year), leap_month = lunar_leap_month(year);
    while (place + 1 < months_of(year) && rest >= length_at(year, place))
        rest -= length_at(year, place++);
    bool behind = leap_month != 0 && place >= leap_month;
    return (struct lunar_date){year, place + (behind ? 0 : 1), rest + 1,
                               behind && place == leap_month};
}

bool lunar_from_day(day_number day, struct lunar_date *out)
{
    if (day < LUNAR_FIRST || day > LUNAR_LAST)
        return false;
    int year, month, of_month;
    date_to_civil(day, &year, &month, &of_month);
    if (day < new_year(year))
        year--;
    if (year >= FIRST_YEAR) {
        *out = in_year(year, day);
        return true;
    }
    int rest = day - MONTH_11_OF_1900;
    bool last = rest >= LENGTH_11_OF_1900;
    *out =
        (struct lunar_date){year, last ? 12 : 11, rest + 1 - (last ? LENGTH_11_OF_1900 : 0), false};
    return true;
}

bool lunar_to_day(struct lunar_date date, day_number *out)
{
    bool only_first = date.year == LAST_YEAR && date.month == 12 && !date.leap;
    int length = only_first ? 1 : lunar_month_length(date.year, date.month, date.leap);
    if (date.day < 1 || date.day > length)
        return false;
    *out = first_of_month(date.year, date.month, date.leap) + date.day - 1;
    return *out >= LUNAR_FIRST;
}

bool lunar_anniversary(int year, struct lunar_date date, bool in_leap, day_number *out)
{
    date.year = year;
    date.leap = date.leap && in_leap && lunar_leap_month(year) == date.month;
    if (date.day == 30 && lunar_month_length(year, date.month, date.leap) == 29)
        date.day = 29;
    return lunar_to_day(date, out);
}

bool lunar_term(int year, enum solar_term term, day_number *out)
{
    if (!is_in_table(year))
        return false;
    *out = term == TERM_QINGMING ? date_from_civil(year, 4, 4) + (int)(bits_of(year) >> 22 & 3)
                                 : date_from_civil(year, 12, 21) + (int)(bits_of(year) >> 24 & 3);
    return true;
}

/* ---- As people write it ---- */

static const char *day_word(int day, char out[8])
{
    static const char *const digits[] = {"",   "一", "二", "三", "四", "五",
                                         "六", "七", "八", "九", "十"};
    static const char *const tens[] = {"初", "十", "廿"};
    if (day == 10 || day == 20 || day == 30)
        return day == 10 ? "初十" : day == 20 ? "二十" : "三十";
    (void)snprintf(out, 8, "%s%s", tens[day / 10 % 3], digits[day % 10]);
    return out;
}

char *lunar_format(struct lunar_date date, char out[LUNAR_TEXT])
{
    static const char *const digits[] = {"〇", "一", "二", "三", "四",
                                         "五", "六", "七", "八", "九"};
    static const char *const months[] = {"正", "二", "三", "四", "五", "六",
                                         "七", "八", "九", "十", "冬", "腊"};
    char day[8];
    (void)snprintf(out, LUNAR_TEXT, "%s%s%s%s年%s%s月%s", digits[date.year / 1000 % 10],
                   digits[date.year / 100 % 10], digits[date.year / 10 % 10],
                   digits[date.year % 10], date.leap ? "闰" : "", months[(date.month - 1) % 12],
                   day_word(date.day, day));
    return out;
}
