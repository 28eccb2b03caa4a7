/* SPDX-License-Identifier: MIT */
/* What a person may ask about lunar and yearly days. */
#include "domain/yearly_why.h"

#include "book.h"
#include "output/sink.h"
#include "base/yearly.h"

#include <stdlib.h>
#include <string.h>

/* Two calendars' facts about one day. */
enum { SOLAR, YEAR, MONTH, DAY, LEAP, TEXT, FESTIVAL, WHY, LUNAR_COLUMNS };

static crm_status say_unknown(struct crm_book *book, const char *date)
{
    error_set(&book->error, CRM_INVALID, _("%s: the lunar calendar is not known there"), date);
    return error_hint(&book->error, _("its table goes from 1901-01-01 to 2100-12-31"));
}

static crm_status say_no_such_day(struct crm_book *book, const char *text,
                                  const struct lunar_date *date)
{
    int length = lunar_month_length(date->year, date->month, date->leap);
    error_set(&book->error, CRM_INVALID, _("there is no lunar day %s%s"), text,
              date->leap ? _(" in a leap month") : "");
    if (length > 0)
        return error_hint(&book->error, _("that month has %d days"), length);
    if (date->leap && lunar_leap_month(date->year) > 0)
        return error_hint(&book->error, _("the leap month of %d follows month %d"), date->year,
                          lunar_leap_month(date->year));
    return error_hint(&book->error, date->leap && date->month >= 1 && date->month <= 12
                                        ? _("that year has no leap month")
                                        : _("write year-month-day, 1901 to 2100: 2026-8-15"));
}

/* Year, month and day as numbers between two dashes. */
static bool read_lunar(const char *text, struct lunar_date *out)
{
    char *end = NULL;
    int *const parts[] = {&out->year, &out->month, &out->day};
    static const size_t most[] = {4, 2, 2};
    for (size_t i = 0; i < 3; i++) {
        size_t digits = strspn(text, "0123456789");
        if (digits < 1 || digits > most[i] || text[digits] != (i < 2 ? '-' : '\0'))
            return false;
        *parts[i] = (int)strtol(text, &end, 10);
        text = end + 1;
    }
    return true;
}

static crm_status find_day(struct crm_book *book, const char *text, bool from_lunar, bool leap,
                           day_number *day, struct lunar_date *lunar)
{
    if (from_lunar) {
        *lunar = (struct lunar_date){.leap = leap};
        return read_lunar(text, lunar) && lunar_to_day(*lunar, day)
                   ? CRM_OK
                   : say_no_such_day(book, text, lunar);
    }
    crm_status status = date_parse(text, book->today, day, &book->error);
    if (status != CRM_OK)
        return status;
    return lunar_from_day(*day, lunar) ? CRM_OK : say_unknown(book, text);
}

static const char *explain_month(struct arena *arena, day_number day, const struct lunar_date *date)
{
    char first[DATE_TEXT];
    int length = lunar_month_length(date->year, date->month, date->leap);
    date_format(day - date->day + 1, first);
    if (length == 0)
        return arena_printf(arena, _("the month began on %s; its length is not in the table"),
                            first);
    return arena_printf(arena, _("the month began on %s and has %d days"), first, length);
}

static const struct choice *festival_names(struct arena *arena)
{
    struct choice *names = arena_array(arena, festival_count, sizeof *names);
    for (size_t i = 0; names != NULL && i < festival_count; i++)
        names[i] = (struct choice){festivals[i].name, festivals[i].label};
    return names;
}

crm_status crm_calendar_lunar(crm_book *book, const char *date, bool from_lunar, bool leap,
                              bool explain, crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct choice *names = festival_names(&arena);
    if (names == NULL)
        return error_no_memory(&book->error);
    const struct column columns[LUNAR_COLUMNS] = {
        [SOLAR] = {.name = "solar", .label = _("Solar"), .type = DATA_DATE},
        [YEAR] = {.name = "year", .label = _("Year"), .type = DATA_INTEGER},
        [MONTH] = {.name = "month", .label = _("Month"), .type = DATA_INTEGER},
        [DAY] = {.name = "day", .label = _("Day"), .type = DATA_INTEGER},
        [LEAP] = {.name = "leap", .label = _("Leap month"), .type = DATA_BOOLEAN},
        [TEXT] = {.name = "text", .label = _("Lunar date"), .type = DATA_TEXT},
        [FESTIVAL] = {.name = "festival",
                      .label = _("Festival"),
                      .type = DATA_ENUM,
                      .choices = names,
                      .choice_count = festival_count},
        [WHY] = {.name = "why", .label = _("Why"), .type = DATA_TEXT}};
    struct lunar_date lunar;
    day_number day;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = find_day(book, date, from_lunar, leap, &day, &lunar);
    if (status != CRM_OK)
        return status;
    const struct festival *festival = festival_on(day);
    char solar[DATE_TEXT], text[LUNAR_TEXT];
    date_format(day, solar);
    const struct value row[LUNAR_COLUMNS] = {
        value_text(solar),
        value_integer(lunar.year),
        value_integer(lunar.month),
        value_integer(lunar.day),
        value_integer(lunar.leap),
        value_text(lunar_format(lunar, text)),
        festival == NULL ? value_null() : value_text(festival->name),
        value_text(explain ? explain_month(&arena, day, &lunar) : NULL)};
    const struct table table = {.name = "lunar",
                                .columns = columns,
                                .count = explain ? LUNAR_COLUMNS : LUNAR_COLUMNS - 1,
                                .record = true};
    status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = sink_row(sink, row);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- Days that come back ---- */

struct coming {
    struct yearly yearly;
    day_number from;
    int64_t count;
    bool in_leap, explain;
};

enum { NEXT_DATE, NEXT_DAYS, NEXT_WEEKDAY, NEXT_LUNAR, NEXT_WHY, NEXT_COLUMNS };

static const struct choice weekdays[] = {
    {"monday", N_("Monday")},     {"tuesday", N_("Tuesday")}, {"wednesday", N_("Wednesday")},
    {"thursday", N_("Thursday")}, {"friday", N_("Friday")},   {"saturday", N_("Saturday")},
    {"sunday", N_("Sunday")}};

static crm_status put_day(struct crm_book *book, const struct coming *coming, day_number day,
                          crm_sink *sink)
{
    char date[DATE_TEXT], text[LUNAR_TEXT];
    struct lunar_date lunar;
    bool known = lunar_from_day(day, &lunar);
    date_format(day, date);
    const struct value row[NEXT_COLUMNS] = {
        value_text(date), value_integer(day - book->today),
        value_text(weekdays[date_weekday(day)].name),
        value_text(known ? lunar_format(lunar, text) : NULL),
        value_text(coming->explain ? yearly_explain(&coming->yearly, day) : NULL)};
    return sink_row(sink, row);
}

static crm_status put_days(struct crm_book *book, const struct coming *coming, const char *text,
                           crm_sink *sink)
{
    crm_status status = CRM_OK;
    day_number day = coming->from - 1;
    for (int64_t i = 0; i < coming->count && status == CRM_OK; i++) {
        if (!yearly_next(&coming->yearly, coming->in_leap, day + 1, &day))
            return i > 0 ? CRM_OK : say_unknown(book, text);
        status = put_day(book, coming, day, sink);
    }
    return status;
}

static crm_status read_coming(struct crm_book *book, const char *yearly, const char *from,
                              struct coming *coming)
{
    enum { MOST = 200 };
    crm_status status = book_read(book);
    coming->from = book->today;
    if (status == CRM_OK)
        status = yearly_parse(yearly, &coming->yearly, &book->error);
    if (status == CRM_OK && from != NULL)
        status = date_parse(from, book->today, &coming->from, &book->error);
    if (status != CRM_OK || (coming->count >= 1 && coming->count <= MOST))
        return status;
    error_set(&book->error, CRM_INVALID, _("%lld is no number of days to come"),
              (long long)coming->count);
    return error_hint(&book->error, _("1 to %d"), MOST);
}

crm_status crm_calendar_next(crm_book *book, const char *yearly, const char *from, int64_t count,
                             bool in_leap, bool explain, crm_sink *sink)
{
    const struct column columns[NEXT_COLUMNS] = {
        [NEXT_DATE] = {.name = "date", .label = _("Date"), .type = DATA_DATE},
        [NEXT_DAYS] = {.name = "days", .label = _("Days until then"), .type = DATA_INTEGER},
        [NEXT_WEEKDAY] = {.name = "weekday",
                          .label = _("Weekday"),
                          .type = DATA_ENUM,
                          .choices = weekdays,
                          .choice_count = sizeof weekdays / sizeof *weekdays},
        [NEXT_LUNAR] = {.name = "lunar", .label = _("Lunar date"), .type = DATA_TEXT},
        [NEXT_WHY] = {.name = "why", .label = _("Why"), .type = DATA_TEXT}};
    const struct table table = {
        .name = "next", .columns = columns, .count = explain ? NEXT_COLUMNS : NEXT_COLUMNS - 1};
    struct coming coming = {.count = count, .in_leap = in_leap, .explain = explain};
    crm_status status = read_coming(book, yearly, from, &coming);
    if (status == CRM_OK)
        status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = put_days(book, &coming, yearly, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}
