/* SPDX-License-Identifier: MIT */
/* Dates, instants, time zones and the forms in which people write them. Nothing here reads the
 * clock: "now" is always passed in. */
#ifndef CRM_BASE_DATE_H
#define CRM_BASE_DATE_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* Days since 1970-01-01, proleptic Gregorian; valid from 0001-01-01 to 9999-12-31. */
typedef int32_t day_number;
#define DATE_FIRST (-719162) /* 0001-01-01 */
#define DATE_LAST  2932896   /* 9999-12-31 */
/* Seconds since 1970-01-01T00:00:00Z. */
typedef int64_t instant;

#define DATE_TEXT 11 /* YYYY-MM-DD and a NUL */
#define TIME_TEXT 26 /* YYYY-MM-DDTHH:MM:SS+HH:MM and a NUL */

day_number date_from_civil(int year, int month, int day);
void date_to_civil(day_number date, int *year, int *month, int *day);
bool date_is_valid(int year, int month, int day);
/* 0 = Monday … 6 = Sunday. */
int date_weekday(day_number date);
/* Same day of the month `months` later (or earlier), the month's last day where there is none.
 * Additions stop at DATE_FIRST and DATE_LAST. */
day_number date_add_months(day_number date, int months);
void date_format(day_number date, char out[DATE_TEXT]);
/* Strict YYYY-MM-DD of a real day. */
bool date_parse_iso(const char *text, size_t length, day_number *out);

/* A named zone: its transitions from the system's time zone database, or a fixed offset. */
struct zone;
/* `name` is "UTC", "+08:00" or an IANA name such as Asia/Shanghai. Lives in `arena`. `directory`
 * is the database, NULL for the usual places. CRM_NOT_FOUND with a hint for an unknown
 * name, CRM_IO when its file cannot be read. */
crm_status zone_load(struct arena *arena, const char *name, const char *directory,
                     const struct zone **out, struct error *error);
/* Offset from UTC in seconds in force at that instant. */
int zone_offset(const struct zone *zone, instant at);
/* Local civil day and second of the day at that instant. */
void zone_local(const struct zone *zone, instant at, day_number *date, int *second);
/* The instant of a local day and second (0…86400). A time that a shift skipped gives the instant of
 * the shift; of one that occurs twice the first is taken. So later local times never give earlier
 * instants. A NULL zone is UTC, here and in the other functions. */
instant zone_instant(const struct zone *zone, day_number date, int second);
/* The last instant at which the clock shows that time of the day: it shows it twice when it is put
 * back. Where it is put forward over it, the last instant before. */
instant zone_last_instant(const struct zone *zone, day_number date, int second);

/* "2018-01-02T09:00:00+08:00" in that zone; UTC prints Z when zone is NULL. */
void time_format(const struct zone *zone, instant at, char out[TIME_TEXT]);
/* The stored form YYYY-MM-DDTHH:MM:SSZ. */
void time_format_utc(instant at, char out[TIME_TEXT]);
/* Parses ISO-8601 date with optional time (T or space; hh:mm[:ss[.fff]], up to 24:00) and optional
 * offset (Z, ±hh[[:]mm]); without offset in `zone`, without time at 00:00. */
bool time_parse_iso(const char *text, size_t length, const struct zone *zone, instant *out);

/* What people write on the command line, relative to `today`: 2018-01-02, 2018-01 (its first day),
 * today, yesterday, tomorrow, +3d, -2w, +1mo, -1y, mon…sun (the next such day, today included),
 * also 今天 昨天 明天 前天 后天 周一 星期一; 2018 (its first day). CRM_INVALID with message and
 * hint otherwise. */
crm_status date_parse(const char *text, day_number today, day_number *out, struct error *error);
/* Last day meant by the text: 2018-12 → 2018-12-31, 2018 → 2018-12-31; otherwise as date_parse. */
crm_status date_parse_end(const char *text, day_number today, day_number *out, struct error *error);
/* A point in time: any form of date_parse (at 00:00 local), ISO with time, "14:30" (today),
 * "yesterday 14:30", "now", "-2h", "+30m". */
crm_status time_parse(const char *text, instant now, const struct zone *zone, instant *out,
                      struct error *error);

/* Durations: 30m 4h 2d (clock), 4wh 2wd (working time), 1w, 3mo, 1y. */
enum duration_unit {
    DURATION_MINUTES,
    DURATION_HOURS,
    DURATION_DAYS,
    DURATION_WEEKS,
    DURATION_MONTHS,
    DURATION_YEARS,
    DURATION_WORKING_HOURS,
    DURATION_WORKING_DAYS
};
struct duration {
    int64_t count; /* 0 or more */
    enum duration_unit unit;
};
/* One number and one unit, as above. CRM_INVALID with message and hint otherwise. */
crm_status duration_parse(const char *text, struct duration *out, struct error *error);
/* Inverse of duration_parse: "4wh". Returns `out`. */
char *duration_format(struct duration duration, char out[24]);
/* date + duration for days, weeks, months, years (a negative count goes back). Other units leave
 * the day as it is: hours belong to instants, working time to rules/calendar.h. */
day_number date_add(day_number date, struct duration duration);

#endif
