/* SPDX-License-Identifier: MIT */
/* Dates, times, durations and decimals, as people write them; and back again. */
#include "fuzz.h"
#include "base/date.h"
#include "base/decimal.h"

enum { TODAY = 20514 };
static const instant now = 1772413200;

static void try_dates(const char *text, size_t size)
{
    struct error error = {0};
    day_number day, end, again;
    char written[DATE_TEXT];
    crm_status status = date_parse(text, TODAY, &day, &error);
    must_explain(status, &error);
    if (status == CRM_OK) {
        date_format(day, written);
        MUST(date_parse_iso(written, strlen(written), &again) && again == day);
        MUST(date_parse_end(text, TODAY, &end, &error) == CRM_OK && end >= day);
    }
    if (date_parse_iso(text, size, &day)) {
        date_format(day, written);
        MUST(strcmp(written, text) == 0);
    }
}

static void try_times(const char *text, size_t size, const struct zone *zone)
{
    struct error error = {0};
    instant at, again;
    char written[TIME_TEXT];
    must_explain(time_parse(text, now, zone, &at, &error), &error);
    if (!time_parse_iso(text, size, zone, &at))
        return;
    time_format_utc(at, written);
    MUST(time_parse_iso(written, strlen(written), zone, &again) && again == at);
}

static void try_durations(const char *text)
{
    struct error error = {0};
    struct duration duration, again;
    char written[24];
    crm_status status = duration_parse(text, &duration, &error);
    must_explain(status, &error);
    if (status != CRM_OK)
        return;
    duration_format(duration, written);
    MUST(duration_parse(written, &again, &error) == CRM_OK);
    MUST(again.count == duration.count && again.unit == duration.unit);
    (void)date_add(TODAY, duration);
}

static void try_decimals(const char *text, size_t size)
{
    int64_t decimal, again, product;
    bool rounded = false;
    char written[24];
    if (!decimal_parse(text, size, &decimal, &rounded))
        return;
    decimal_format(decimal, written);
    MUST(decimal_parse(written, strlen(written), &again, &rounded) && again == decimal);
    (void)decimal_multiply(decimal, decimal, &product);
    (void)decimal_growth(decimal, again, &product);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena arena;
    static const struct zone *zone;
    struct error error = {0};
    if (zone == NULL)
        MUST(zone_load(&arena, "America/New_York", NULL, &zone, &error) == CRM_OK);
    char *text = text_of(data, size);
    size_t length = strlen(text);
    try_dates(text, length);
    try_times(text, length, zone);
    try_durations(text);
    try_decimals(text, size);
    free(text);
    return 0;
}
