/* SPDX-License-Identifier: MIT */
/* Notations of dates, compiled to a short program. */
#include "import/format.h"

#include <string.h>

enum part {
    PART_LITERAL, /* one byte */
    PART_SPACE,   /* one or more spaces */
    PART_YEAR,    /* four digits */
    PART_YEAR2,   /* two digits: 70…99 are 19xx */
    PART_MONTH,
    PART_MONTH_NAME,
    PART_DAY,
    PART_HOUR,
    PART_MINUTE,
    PART_SECOND,
    PART_FRACTION, /* digits that do not count */
    PART_HALF,     /* AM, PM, 上午, 下午 */
    PART_OFFSET,   /* Z, +08:00, +0800 */
    PART_REST,     /* anything */
    PART_EXCEL,    /* days since 1899-12-30, with a fraction */
    PART_UNIX,     /* seconds since 1970 */
    PART_UNIX_MS
};

struct step {
    enum part part;
    bool two;     /* exactly two digits, not one or two */
    char literal; /* PART_LITERAL */
};

enum { MOST_STEPS = 48 };

struct date_format {
    const char *notation;
    size_t count;
    struct step steps[MOST_STEPS];
};

const char *const date_format_defaults[] = {"YYYY-M-D",
                                            "YYYY/M/D",
                                            "YYYY.M.D",
                                            "YYYYMMDD",
                                            "YYYY年M月D日",
                                            "YYYY-M-DTh:mm:ss.fZ",
                                            "YYYY-M-DTh:mm:ssZ",
                                            "YYYY-M-DTh:mm:ss",
                                            "YYYY-M-DTh:mm:ss.f",
                                            "YYYY-M-D h:mm:ss",
                                            "YYYY-M-D h:mm:ss.f",
                                            "YYYY-M-D h:mm",
                                            "YYYY-M-D h:mm:ss Z",
                                            "YYYY-M-D h:mm:ssZ",
                                            "YYYY-M-D h:mm:ss.f Z",
                                            "YYYY-M-D h:mm:ss.fZ",
                                            "YYYY/M/D h:mm:ss",
                                            "YYYY/M/D h:mm",
                                            "YYYY年M月D日 h:mm:ss",
                                            "YYYY年M月D日 h:mm"};
const size_t date_format_default_count = sizeof date_format_defaults / sizeof *date_format_defaults;

/* The letters of the notation, longest first. */
static const struct word {
    const char *text;
    struct step step;
} words[] = {
    {"YYYY", {PART_YEAR, false, 0}},       {"YY", {PART_YEAR2, false, 0}},
    {"MMMM", {PART_MONTH_NAME, false, 0}}, {"MMM", {PART_MONTH_NAME, false, 0}},
    {"MM", {PART_MONTH, true, 0}},         {"M", {PART_MONTH, false, 0}},
    {"DD", {PART_DAY, true, 0}},           {"D", {PART_DAY, false, 0}},
    {"hh", {PART_HOUR, true, 0}},          {"h", {PART_HOUR, false, 0}},
    {"mm", {PART_MINUTE, true, 0}},        {"m", {PART_MINUTE, false, 0}},
    {"ss", {PART_SECOND, true, 0}},        {"s", {PART_SECOND, false, 0}},
    {"f", {PART_FRACTION, false, 0}},      {"AP", {PART_HALF, false, 0}},
    {"Z", {PART_OFFSET, false, 0}},        {"*", {PART_REST, false, 0}},
    {"T", {PART_LITERAL, false, 'T'}},     {" ", {PART_SPACE, false, 0}},
};

/* Notations that are one word. */
static const struct word whole[] = {{"excel", {PART_EXCEL, false, 0}},
                                    {"unix", {PART_UNIX, false, 0}},
                                    {"unix_ms", {PART_UNIX_MS, false, 0}}};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const struct word *find_word(const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(text, words[i].text, strlen(words[i].text)) == 0)
            return &words[i];
    return NULL;
}

static bool has_part(const struct date_format *format, enum part a, enum part b)
{
    for (size_t i = 0; i < format->count; i++)
        if (format->steps[i].part == a || format->steps[i].part == b)
            return true;
    return false;
}

static crm_status refuse_notation(struct error *error, const char *notation, const char *what)
{
    error_set(error, CRM_INVALID, _("date format \"%s\": %s"), notation, what);
    return error_hint(error, _("write it as in YYYY-MM-DD, M/D/YYYY h:mm, YYYY年M月D日 or excel"));
}

crm_status date_format_compile(struct arena *arena, const char *notation,
                               const struct date_format **out, struct error *error)
{
    struct date_format *format = arena_alloc(arena, sizeof *format);
    if (format == NULL)
        return error_no_memory(error);
    *out = format;
    format->notation = notation;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (strcmp(notation, whole[i].text) == 0) {
            format->steps[format->count++] = whole[i].step;
            return CRM_OK;
        }
    }
    for (const char *at = notation; *at != '\0';) {
        const struct word *word = find_word(at);
        if (word == NULL && is_letter(*at))
            return refuse_notation(error, notation, _("a letter that means nothing here"));
        if (format->count == MOST_STEPS)
            return refuse_notation(error, notation, _("it is too long"));
        format->steps[format->count++] =
            word != NULL ? word->step : (struct step){PART_LITERAL, false, *at};
        at += word != NULL ? strlen(word->text) : 1;
    }
    if (!has_part(format, PART_YEAR, PART_YEAR2) ||
        !has_part(format, PART_MONTH, PART_MONTH_NAME) || !has_part(format, PART_DAY, PART_DAY))
        return refuse_notation(error, notation, _("it needs year, month and day"));
    return CRM_OK;
}

const char *date_format_notation(const struct date_format *format)
{
    return format->notation;
}

/* ---- Reading ----------------------------------------------------------------------------- */

struct reading {
    const char *text;
    size_t length, at;
    int year, month, day, hour, minute, second;
    int half; /* 0: none, 1: before noon, 2: after noon */
    bool has_offset;
    int offset;
    bool is_instant; /* seconds since 1970 in `instant` */
    int64_t instant;
};

/* Between `least` and `most` digits. */
static bool read_digits(struct reading *r, int least, int most, int *out)
{
    int count = 0, number = 0;
    while (count < most && r->at < r->length && r->text[r->at] >= '0' && r->text[r->at] <= '9') {
        number = number * 10 + (r->text[r->at++] - '0');
        count++;
    }
    *out = number;
    return count >= least;
}

static bool skip_text(struct reading *r, const char *text)
{
    size_t length = strlen(text);
    if (r->length - r->at < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        char a = r->text[r->at + i], b = text[i];
        if (a >= 'a' && a <= 'z')
            a = (char)(a - 'a' + 'A');
        if (a != b)
            return false;
    }
    r->at += length;
    return true;
}

static bool read_month_name(struct reading *r)
{
    static const char *const names[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                        "MAY",       "JUNE",     "JULY",     "AUGUST",
                                        "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
    for (int i = 0; i < 12; i++) {
        char brief[4] = {names[i][0], names[i][1], names[i][2], '\0'};
        if (skip_text(r, names[i]) || skip_text(r, brief)) {
            r->month = i + 1;
            return true;
        }
    }
    return false;
}

static bool read_half(struct reading *r)
{
    r->half = skip_text(r, "AM") || skip_text(r, "上午") ? 1 : 2;
    return r->half == 1 || skip_text(r, "PM") || skip_text(r, "下午");
}

static bool read_offset(struct reading *r)
{
    int hours, minutes = 0;
    r->has_offset = true;
    r->offset = 0;
    if (skip_text(r, "Z") || skip_text(r, "UTC"))
        return true;
    if (r->at >= r->length || (r->text[r->at] != '+' && r->text[r->at] != '-'))
        return false;
    int sign = r->text[r->at++] == '-' ? -1 : 1;
    if (!read_digits(r, 2, 2, &hours))
        return false;
    bool colon = skip_text(r, ":");
    bool digit = r->at < r->length && r->text[r->at] >= '0' && r->text[r->at] <= '9';
    if (((colon || digit) && !read_digits(r, 2, 2, &minutes)) || hours > 14 || minutes > 59)
        return false;
    r->offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* Whole digits of any length that fit into 15. */
static bool read_count(struct reading *r, int64_t *out)
{
    size_t begin = r->at;
    *out = 0;
    while (r->at < r->length && r->text[r->at] >= '0' && r->text[r->at] <= '9') {
        if (r->at - begin == 15)
            return false;
        *out = *out * 10 + (r->text[r->at++] - '0');
    }
    return r->at > begin;
}

static bool read_unix(struct reading *r, int64_t unit)
{
    r->is_instant = true;
    if (r->length > 15 || !read_count(r, &r->instant))
        return false;
    r->instant /= unit;
    return true;
}

/* A day number of Excel: 1 is 1900-01-01, and the 29th of February 1900, which never was, counts;
 * so day 60 and less are refused rather than guessed. The fraction is the time of day. */
static bool read_excel(struct reading *r)
{
    int64_t days;
    int64_t part = 0, unit = 1;
    if (r->length > 24 || !read_count(r, &days) || days <= 60 || days > 2958465)
        return false;
    if (r->at < r->length && r->text[r->at] == '.') {
        r->at++;
        for (; r->at < r->length && r->text[r->at] >= '0' && r->text[r->at] <= '9'; r->at++) {
            if (unit < INT64_C(1000000000000)) {
                part = part * 10 + (r->text[r->at] - '0');
                unit *= 10;
            }
        }
    }
    date_to_civil((day_number)(days - 25569), &r->year, &r->month, &r->day);
    /* Rounded to the second: the fraction of 08:26 is 0.351388888888889. */
    int64_t second = (part * 86400 + unit / 2) / unit;
    second = second > 86399 ? 86399 : second;
    r->hour = (int)(second / 3600);
    r->minute = (int)(second / 60 % 60);
    r->second = (int)(second % 60);
    return true;
}

static bool read_space(struct reading *r)
{
    size_t begin = r->at;
    while (r->at < r->length && (r->text[r->at] == ' ' || r->text[r->at] == '\t'))
        r->at++;
    return r->at > begin;
}

static bool read_step(struct reading *r, const struct step *step)
{
    int least = step->two ? 2 : 1, ignored = 0;
    switch (step->part) {
    case PART_LITERAL:
        return r->at < r->length && r->text[r->at++] == step->literal;
    case PART_SPACE:
        return read_space(r);
    case PART_YEAR:
        return read_digits(r, 4, 4, &r->year);
    case PART_YEAR2:
        if (!read_digits(r, 2, 2, &r->year))
            return false;
        r->year += r->year >= 70 ? 1900 : 2000;
        return true;
    case PART_MONTH:
        return read_digits(r, least, 2, &r->month);
    case PART_MONTH_NAME:
        return read_month_name(r);
    case PART_DAY:
        return read_digits(r, least, 2, &r->day);
    case PART_HOUR:
        return read_digits(r, least, 2, &r->hour);
    case PART_MINUTE:
        return read_digits(r, least, 2, &r->minute);
    case PART_SECOND:
        return read_digits(r, least, 2, &r->second);
    case PART_FRACTION:
        return read_digits(r, 1, 9, &ignored);
    case PART_HALF:
        return read_half(r);
    case PART_OFFSET:
        return read_offset(r);
    case PART_REST:
        r->at = r->length;
        return true;
    case PART_EXCEL:
        return read_excel(r);
    case PART_UNIX:
        return read_unix(r, 1);
    case PART_UNIX_MS:
        return read_unix(r, 1000);
    }
    return false;
}

/* Twelve-hour clock: 12 AM is 0, 12 PM is 12. */
static bool apply_half(struct reading *r)
{
    if (r->half == 0)
        return r->hour <= 23;
    /* 下午 14:30 is written too; AM with more than 12 is nonsense. */
    if (r->hour > 12)
        return r->half == 2 && r->hour <= 23;
    r->hour = r->hour % 12 + (r->half == 2 ? 12 : 0);
    return true;
}

bool date_format_read(const struct date_format *format, const char *text, size_t length,
                      struct civil_time *out)
{
    struct reading r = {.text = text, .length = length};
    for (size_t i = 0; i < format->count; i++)
        if (!read_step(&r, &format->steps[i]))
            return false;
    if (r.at != length)
        return false;
    if (r.is_instant) {
        if (r.instant > INT64_C(253402300799))
            return false;
        *out = (struct civil_time){.date = (day_number)(r.instant / 86400),
                                   .second = (int)(r.instant % 86400),
                                   .has_offset = true};
        return true;
    }
    if (!date_is_valid(r.year, r.month, r.day) || !apply_half(&r) || r.minute > 59 || r.second > 60)
        return false;
    *out = (struct civil_time){.date = date_from_civil(r.year, r.month, r.day),
                               .second = r.hour * 3600 + r.minute * 60 + r.second,
                               .has_offset = r.has_offset,
                               .offset = r.offset};
    return true;
}
