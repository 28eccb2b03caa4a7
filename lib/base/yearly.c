/* SPDX-License-Identifier: MIT */
/* When a yearly day comes next. */
#include "base/yearly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Festivals ---- */

#define LUNAR_DAY(month, day)                                                                      \
    {                                                                                              \
        YEARLY_LUNAR, month, day, false, TERM_QINGMING                                             \
    }
#define SOLAR_DAY(month, day)                                                                      \
    {                                                                                              \
        YEARLY_SOLAR, month, day, false, TERM_QINGMING                                             \
    }

const struct festival festivals[] = {
    {"new-year", N_("New Year"), "元旦", SOLAR_DAY(1, 1)},
    {"laba", N_("Laba Festival"), "腊八", LUNAR_DAY(12, 8)},
    {"new-years-eve", N_("Lunar New Year's Eve"), "除夕", {.kind = YEARLY_LUNAR_LAST}},
    {"spring-festival", N_("Spring Festival"), "春节", LUNAR_DAY(1, 1)},
    {"lantern", N_("Lantern Festival"), "元宵", LUNAR_DAY(1, 15)},
    {"womens-day", N_("Women's Day"), "妇女节", SOLAR_DAY(3, 8)},
    {"qingming", N_("Qingming"), "清明", {.kind = YEARLY_TERM, .term = TERM_QINGMING}},
    {"labour-day", N_("Labour Day"), "劳动节", SOLAR_DAY(5, 1)},
    {"dragon-boat", N_("Dragon Boat Festival"), "端午", LUNAR_DAY(5, 5)},
    {"qixi", N_("Qixi Festival"), "七夕", LUNAR_DAY(7, 7)},
    {"zhongyuan", N_("Zhongyuan Festival"), "中元", LUNAR_DAY(7, 15)},
    {"teachers-day", N_("Teachers' Day"), "教师节", SOLAR_DAY(9, 10)},
    {"mid-autumn", N_("Mid-Autumn Festival"), "中秋", LUNAR_DAY(8, 15)},
    {"national-day", N_("National Day"), "国庆", SOLAR_DAY(10, 1)},
    {"double-ninth", N_("Double Ninth Festival"), "重阳", LUNAR_DAY(9, 9)},
    {"winter-solstice", N_("Winter Solstice"), "冬至", {.kind = YEARLY_TERM, .term = TERM_DONGZHI}},
    {"christmas", N_("Christmas"), "圣诞", SOLAR_DAY(12, 25)},
};
const size_t festival_count = sizeof festivals / sizeof *festivals;

/* 春节, and 中秋节 as well as 中秋. */
static bool is_chinese_name(const char *name, const char *chinese)
{
    size_t length = strlen(chinese);
    return strncmp(name, chinese, length) == 0 &&
           (name[length] == '\0' || strcmp(name + length, "节") == 0);
}

const struct festival *festival_find(const char *name)
{
    for (size_t i = 0; i < festival_count; i++)
        if (strcmp(name, festivals[i].name) == 0 || is_chinese_name(name, festivals[i].chinese))
            return &festivals[i];
    return NULL;
}

const struct festival *festival_on(day_number day)
{
    const struct festival *solar = NULL;
    for (size_t i = 0; i < festival_count; i++) {
        day_number next;
        if (!yearly_next(&festivals[i].when, false, day, &next) || next != day)
            continue;
        if (festivals[i].when.kind != YEARLY_SOLAR)
            return &festivals[i];
        solar = &festivals[i];
    }
    return solar;
}

/* ---- Text ---- */

/* Takes the word if the text begins with it, and blanks after it. */
static bool take_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length + strspn(*at + length, " ");
    return true;
}

static bool take_number(const char **at, int *out)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits < 1 || digits > 2)
        return false;
    *out = atoi(*at);
    *at += digits;
    return true;
}

static bool has_day(const struct yearly *yearly)
{
    /* 2000 is a leap year: it has every day of a solar year. */
    return yearly->kind == YEARLY_SOLAR
               ? date_is_valid(2000, yearly->month, yearly->day)
               : yearly->month >= 1 && yearly->month <= 12 && yearly->day >= 1 && yearly->day <= 30;
}

crm_status yearly_parse(const char *text, struct yearly *out, struct error *error)
{
    const struct festival *festival = festival_find(text);
    const char *at = text;
    if (festival != NULL) {
        *out = festival->when;
        return CRM_OK;
    }
    *out = (struct yearly){.kind = YEARLY_SOLAR};
    if (take_word(&at, "lunar") || take_word(&at, "农历"))
        out->kind = YEARLY_LUNAR;
    else if (!take_word(&at, "solar"))
        (void)take_word(&at, "公历");
    out->leap = out->kind == YEARLY_LUNAR && (take_word(&at, "leap") || take_word(&at, "闰"));
    bool read = take_number(&at, &out->month) && *at++ == '-' && take_number(&at, &out->day);
    if (read && *at == '\0' && has_day(out))
        return CRM_OK;
    error_set(error, CRM_INVALID, _("'%s' is no day of a year"), text);
    return error_hint(
        error, _("write 10-01, lunar 8-15, lunar leap 6-1, or a festival such as mid-autumn"));
}

/* Days that only a festival's name tells. */
static const char *name_of(const struct yearly *yearly)
{
    for (size_t i = 0; i < festival_count; i++)
        if (festivals[i].when.kind == yearly->kind && festivals[i].when.term == yearly->term)
            return festivals[i].name;
    return "";
}

char *yearly_format(const struct yearly *yearly, char out[YEARLY_TEXT])
{
    if (yearly->kind == YEARLY_SOLAR)
        (void)snprintf(out, YEARLY_TEXT, "%02d-%02d", yearly->month, yearly->day);
    else if (yearly->kind == YEARLY_LUNAR)
        (void)snprintf(out, YEARLY_TEXT, "lunar %s%d-%d", yearly->leap ? "leap " : "",
                       yearly->month, yearly->day);
    else
        (void)snprintf(out, YEARLY_TEXT, "%s", name_of(yearly));
    return out;
}

/* ---- Occurrences ---- */

static bool solar_in_year(const struct yearly *yearly, int year, day_number *out)
{
    if (year < 1 || year > 9999)
        return false;
    int day = date_is_valid(year, yearly->month, yearly->day) ? yearly->day : 28;
    *out = date_from_civil(year, yearly->month, day);
    return true;
}

/* The occurrence of that solar or lunar year. */
static bool in_year(const struct yearly *yearly, bool in_leap, int year, day_number *out)
{
    const struct lunar_date date = {year, yearly->month, yearly->day, yearly->leap};
    switch (yearly->kind) {
    case YEARLY_SOLAR:
        return solar_in_year(yearly, year, out);
    case YEARLY_LUNAR:
        return lunar_anniversary(year, date, in_leap, out);
    case YEARLY_TERM:
        return lunar_term(year, yearly->term, out);
    case YEARLY_LUNAR_LAST:
        if (!lunar_to_day((struct lunar_date){year + 1, 1, 1, false}, out))
            return false;
        *out -= 1;
        return *out >= LUNAR_FIRST;
    }
    return false;
}

bool yearly_next(const struct yearly *yearly, bool in_leap, day_number from, day_number *out)
{
    int year, month, day;
    date_to_civil(from, &year, &month, &day);
    /* A lunar year begins up to two months after the solar one of its number. */
    for (int i = -1; i <= 1; i++)
        if (in_year(yearly, in_leap, year + i, out) && *out >= from)
            return true;
    return false;
}

bool yearly_was_moved(const struct yearly *yearly, day_number day)
{
    int year, month, of_month;
    struct lunar_date lunar;
    switch (yearly->kind) {
    case YEARLY_SOLAR:
        date_to_civil(day, &year, &month, &of_month);
        return of_month != yearly->day;
    case YEARLY_LUNAR:
        return lunar_from_day(day, &lunar) &&
               (lunar.day != yearly->day || lunar.leap != yearly->leap);
    default:
        return false;
    }
}
