/* SPDX-License-Identifier: MIT */
/* A file of the time zone database, and the text at its end. */
#include "fuzz.h"
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct arena arena = {0};
    struct zone zone = {0};
    struct zone_rule rule;
    crm_status status = zone_file_parse(&arena, data, size, &zone, &error);
    for (instant at = -5000000000; status == CRM_OK && at < 10000000000; at += 777777777) {
        day_number day;
        int second;
        zone_local(&zone, at, &day, &second);
        MUST(second >= 0 && second < 86400);
        (void)zone_instant(&zone, day, second);
    }
    char *text = text_of(data, size);
    (void)zone_rule_parse(text, size, &rule);
    free(text);
    arena_release(&arena);
    return 0;
}
