/* SPDX-License-Identifier: MIT */
/* Inside of a time zone, shared by its reader (zonefile.c) and its evaluation (zone.c). */
#ifndef CRM_BASE_ZONE_H
#define CRM_BASE_ZONE_H

#include "base/date.h"

/* The day and time of a yearly shift, as in POSIX TZ. */
struct zone_shift {
    enum {
        SHIFT_JULIAN,     /* Jn: 1…365, 29 February never counted */
        SHIFT_DAY,        /* n: 0…365, 29 February counted */
        SHIFT_MONTH_WEEK, /* Mm.w.d */
    } kind;
    int day;         /* for SHIFT_MONTH_WEEK: 0 = Sunday … 6 = Saturday */
    int month, week; /* week 5 is the month's last such day */
    int32_t second;  /* of the local day before the shift; may be negative or past 24:00 */
};

/* What holds after the last transition of the table. */
struct zone_rule {
    int32_t standard;
    int32_t daylight;
    bool has_daylight; /* the members below are set */
    struct zone_shift start, end;
};

struct zone {
    const instant *transitions; /* ascending */
    const int32_t *offsets;     /* in force from the transition of the same index */
    size_t count;
    int32_t first; /* before the first transition; the only one of a fixed offset */
    bool has_rule;
    struct zone_rule rule;
};

/* Offsets of real zones are within ±26 hours (RFC 9636); others are damage. */
#define ZONE_OFFSET_LIMIT (26 * 3600)

/* Reads the bytes of a TZif file (versions 1 to 4), which may be damaged. */
crm_status zone_file_parse(struct arena *arena, const unsigned char *data, size_t length,
                           struct zone *zone, struct error *error);
/* Reads a POSIX TZ text such as CET-1CEST,M3.5.0,M10.5.0/3. */
bool zone_rule_parse(const char *text, size_t length, struct zone_rule *rule);

#endif
