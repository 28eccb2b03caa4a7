/* SPDX-License-Identifier: MIT */
/* Time zones: finding one by name, and the offset in force at an instant. */
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    DAY_SECONDS = 86400,
    LONGEST_NAME = 64,
    LARGEST_FILE = 16 * 1024 /* those of the database have up to 4 KiB */
};

static const char *const usual_directories[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                                "/usr/share/lib/zoneinfo"};

/* ---- The rule after the table ---- */

static day_number shift_day(const struct zone_shift *shift, int year)
{
    day_number january = date_from_civil(year, 1, 1);
    if (shift->kind == SHIFT_DAY) {
        return january + shift->day;
    }
    if (shift->kind == SHIFT_JULIAN) {
        bool past_leap_day = shift->day >= 60 && date_is_valid(year, 2, 29);
        return january + shift->day - 1 + (past_leap_day ? 1 : 0);
    }
    day_number first = date_from_civil(year, shift->month, 1);
    int wanted = (shift->day + 6) % 7; /* from Sunday first to Monday first */
    day_number day = first + (wanted - date_weekday(first) + 7) % 7 + (shift->week - 1) * 7;
    int next_month = shift->month == 12 ? 1 : shift->month + 1;
    day_number end = date_from_civil(shift->month == 12 ? year + 1 : year, next_month, 1);
    return day < end ? day : day - 7;
}

/* The last shift at or before `at` decides. Shifts may stand outside their year, so that the years
 * around are looked at too. */
static int rule_offset(const struct zone_rule *rule, instant at)
{
    if (!rule->has_daylight) {
        return rule->standard;
    }
    instant local = at + rule->standard;
    int middle, month, day;
    date_to_civil((day_number)(local / DAY_SECONDS), &middle, &month, &day);
    instant latest = INT64_MIN;
    int offset = rule->standard;
    for (int year = middle - 1; year <= middle + 1; year++) {
        instant start = (instant)shift_day(&rule->start, year) * DAY_SECONDS + rule->start.second -
                        rule->standard;
        instant end =
            (instant)shift_day(&rule->end, year) * DAY_SECONDS + rule->end.second - rule->daylight;
        if (end <= at && end >= latest) {
            latest = end;
            offset = rule->standard;
        }
        if (start <= at && start >= latest) {
            latest = start;
            offset = rule->daylight;
        }
    }
    return offset;
}

/* ---- Evaluation ---- */

/* Index of the last transition at or before `at`, which is not before the first. */
static size_t find_transition(const struct zone *zone, instant at)
{
    size_t low = 0, high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->transitions[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

int zone_offset(const struct zone *zone, instant at)
{
    if (zone == NULL) {
        return 0;
    }
    if (zone->count == 0) {
        return zone->has_rule ? rule_offset(&zone->rule, at) : zone->first;
    }
    if (at < zone->transitions[0]) {
        return zone->first;
    }
    if (zone->has_rule && at >= zone->transitions[zone->count - 1]) {
        return rule_offset(&zone->rule, at);
    }
    return zone->offsets[find_transition(zone, at)];
}

void zone_local(const struct zone *zone, instant at, day_number *date, int *second)
{
    instant local = at + zone_offset(zone, at);
    instant day = local / DAY_SECONDS;
    int rest = (int)(local % DAY_SECONDS);
    if (rest < 0) {
        rest += DAY_SECONDS;
        day--;
    }
    *date = (day_number)day;
    *second = rest;
}

/* The instant of the shift between `before` and `after`, whose offsets differ. */
static instant find_shift(const struct zone *zone, instant before, instant after)
{
    int offset = zone_offset(zone, before);
    while (after - before > 1) {
        instant middle = before + (after - before) / 2;
        if (zone_offset(zone, middle) == offset) {
            before = middle;
        } else {
            after = middle;
        }
    }
    return after;
}

instant zone_instant(const struct zone *zone, day_number date, int second)
{
    instant local = (instant)date * DAY_SECONDS + second;
    if (zone == NULL) {
        return local;
    }
    int before = zone_offset(zone, local - ZONE_OFFSET_LIMIT);
    int after = zone_offset(zone, local + ZONE_OFFSET_LIMIT);
    /* When clocks go back, both offsets fit in the repeated hour and the earlier one comes first.
     * A third offset can hold for less than a day in between. */
    int between = zone_offset(zone, local - before);
    if (between == before) {
        return local - before;
    }
    const int candidates[] = {between, after};
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        if (zone_offset(zone, local - candidates[i]) == candidates[i]) {
            return local - candidates[i];
        }
    }
    return after > before ? find_shift(zone, local - after, local - before) : local - before;
}

instant zone_last_instant(const struct zone *zone, day_number date, int second)
{
    instant first = zone_instant(zone, date, second), last;
    day_number shown_date;
    int shown;
    zone_local(zone, first, &shown_date, &shown);
    if (shown_date != date || shown != second) {
        return first - 1;
    }
    last = first + zone_offset(zone, first) - zone_offset(zone, first + DAY_SECONDS);
    zone_local(zone, last, &shown_date, &shown);
    return shown_date == date && shown == second && last > first ? last : first;
}

/* ---- Names ---- */

/* Two digits below `limit`. */
static bool parse_pair(const char *text, int limit, int *out)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return false;
    }
    *out = (text[0] - '0') * 10 + (text[1] - '0');
    return *out < limit;
}

/* UTC, +08:00, -0530, +08. */
static bool parse_fixed(const char *name, int32_t *offset)
{
    *offset = 0;
    if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0) {
        return true;
    }
    int hours, minutes = 0;
    if ((name[0] != '+' && name[0] != '-') || !parse_pair(name + 1, 24, &hours)) {
        return false;
    }
    const char *rest = name + 3;
    if (rest[0] != '\0') {
        rest += rest[0] == ':' ? 1 : 0;
        if (!parse_pair(rest, 60, &minutes) || rest[2] != '\0') {
            return false;
        }
    }
    *offset = (hours * 3600 + minutes * 60) * (name[0] == '-' ? -1 : 1);
    return true;
}

/* A relative path below the database that can't leave it. */
static bool name_is_safe(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= LONGEST_NAME && name[0] != '/' && strstr(name, "..") == NULL &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
               length;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Something that is no plain file. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

/* ---- Files ---- */

static FILE *open_zone(const char *directory, const char *name)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof path || is_special(path)) {
        errno = ENOENT;
        return NULL;
    }
    return fopen(path, "rb");
}

/* Where zones are: `directory`, or the usual places when it is NULL. */
static size_t zone_directories(const char *const *directory, const char *const **out)
{
    *out = *directory == NULL ? usual_directories : directory;
    return *directory == NULL ? sizeof usual_directories / sizeof usual_directories[0] : 1;
}

/* errno is ENOENT when there is none, otherwise why one could not be opened. */
static FILE *find_zone(const char *directory, const char *name)
{
    const char *const *places;
    size_t count = zone_directories(&directory, &places);
    for (size_t i = 0; i < count; i++) {
        FILE *file = open_zone(places[i], name);
        if (file != NULL || (errno != ENOENT && errno != ENOTDIR)) {
            return file;
        }
    }
    return NULL;
}

static bool has_database(const char *directory)
{
    const char *const *places;
    size_t count = zone_directories(&directory, &places);
    bool found = false;
    for (size_t i = 0; i < count && !found; i++) {
        found = is_directory(places[i]);
    }
    return found;
}

static crm_status unread_zone(const char *name, struct error *error)
{
    if (errno == ENOMEM) {
        return error_no_memory(error);
    }
    return error_set(error, CRM_IO, _("cannot read the time zone \"%s\": %s"), name,
                     strerror(errno));
}

static crm_status read_zone(struct arena *arena, FILE *file, const char *name, struct zone *zone,
                            struct error *error)
{
    unsigned char data[LARGEST_FILE];
    size_t length = fread(data, 1, sizeof data, file);
    if (ferror(file)) {
        return unread_zone(name, error);
    }
    crm_status status = zone_file_parse(arena, data, length, zone, error);
    if (status == CRM_CORRUPT || length == sizeof data) {
        error_set(error, CRM_CORRUPT, _("the file of the time zone \"%s\" is damaged"), name);
        return error_hint(error, _("install the time zone database again (package tzdata)"));
    }
    return status;
}

static crm_status unknown_zone(const char *directory, const char *name, struct error *error)
{
    error_set(error, CRM_NOT_FOUND, _("unknown time zone: \"%s\""), name);
    return has_database(directory)
               ? error_hint(error, _("write a name such as Asia/Shanghai, an offset such as "
                                     "+08:00, or UTC"))
               : error_hint(error, _("install the time zone database (package tzdata), or write "
                                     "an offset such as +08:00"));
}

crm_status zone_load(struct arena *arena, const char *name, const char *directory,
                     const struct zone **out, struct error *error)
{
    struct zone *zone = arena_alloc(arena, sizeof *zone);
    if (zone == NULL) {
        return error_no_memory(error);
    }
    *out = zone;
    if (parse_fixed(name, &zone->first)) {
        return CRM_OK;
    }
    if (!name_is_safe(name)) {
        return unknown_zone(directory, name, error);
    }
    FILE *file = find_zone(directory, name);
    if (file == NULL) {
        return errno == ENOENT || errno == ENOTDIR ? unknown_zone(directory, name, error)
                                                   : unread_zone(name, error);
    }
    crm_status status = read_zone(arena, file, name, zone, error);
    fclose(file);
    return status;
}
