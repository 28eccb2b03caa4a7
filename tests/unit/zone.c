/* SPDX-License-Identifier: MIT */
/* Time zones: fixed offsets, the system's database, rules past the table, and damaged files. */
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static instant utc(const char *text)
{
    instant at = 0;
    assert_true(time_parse_iso(text, strlen(text), NULL, &at));
    return at;
}

static void assert_local(const struct zone *zone, const char *at, const char *expected)
{
    char text[TIME_TEXT];
    time_format(zone, utc(at), text);
    assert_string_equal(text, expected);
}

static void fixed_offsets_need_no_database(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int offset;
    } rows[] = {{"UTC", 0},       {"Z", 0},        {"+08:00", 28800},
                {"+0800", 28800}, {"-05", -18000}, {"-05:30", -19800}};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct zone *zone;
        assert_int_equal(zone_load(&arena, rows[i].name, "/nowhere", &zone, NULL), CRM_OK);
        assert_int_equal(zone_offset(zone, 0), rows[i].offset);
        assert_int_equal(zone_instant(zone, 10, 3600), 10 * 86400 + 3600 - rows[i].offset);
    }
    arena_release(&arena);
}

static void names_that_are_no_zone(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "Mars/Olympus", "/etc/passwd",    "../../etc/passwd",
                                      "Asia", "Asia/../UTC",  "+24:00",         "+08:60",
                                      "+8",   "+08:00x",      "Asia/Shang hai", "tzdata.zi\n"};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct zone *zone;
        struct error error = {0};
        assert_int_equal(zone_load(&arena, bad[i], NULL, &zone, &error), CRM_NOT_FOUND);
        assert_non_null(strstr(error.message, bad[i]));
        assert_true(error.hint[0] != '\0');
    }
    struct error error = {0};
    const struct zone *zone;
    assert_int_equal(zone_load(&arena, "Asia/Shanghai", "/nowhere", &zone, &error), CRM_NOT_FOUND);
    assert_non_null(strstr(error.hint, "tzdata"));
    arena_release(&arena);
}

static const struct zone *load(struct arena *arena, const char *name)
{
    const struct zone *zone = NULL;
    if (zone_load(arena, name, NULL, &zone, NULL) == CRM_NOT_FOUND) {
        print_message("no time zone %s on this system: skipped\n", name);
        arena_release(arena);
        skip();
    }
    return zone;
}

static void zones_of_the_database(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct zone *shanghai = load(&arena, "Asia/Shanghai");
    assert_local(shanghai, "2018-01-02T01:00Z", "2018-01-02T09:00:00+08:00");
    assert_local(shanghai, "1988-07-01T00:00Z", "1988-07-01T09:00:00+09:00");
    /* Local mean time, 8:05:43, is printed by the minute and still names the instant. */
    assert_local(shanghai, "1900-01-01T00:00Z", "1900-01-01T08:05:00+08:05");
    const struct zone *york = load(&arena, "America/New_York");
    assert_local(york, "2026-07-01T12:00Z", "2026-07-01T08:00:00-04:00");
    /* Past the table: by the rule in the footer. */
    assert_local(york, "2399-07-01T12:00Z", "2399-07-01T08:00:00-04:00");
    assert_local(york, "2399-12-01T12:00Z", "2399-12-01T07:00:00-05:00");
    const struct zone *sydney = load(&arena, "Australia/Sydney");
    assert_local(sydney, "2399-12-31T20:00Z", "2400-01-01T07:00:00+11:00");
    assert_local(sydney, "2399-07-01T00:00Z", "2399-07-01T10:00:00+10:00");
    arena_release(&arena);
}

static void local_times_around_a_shift(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct zone *paris = load(&arena, "Europe/Paris");
    day_number spring = date_from_civil(2026, 3, 29), autumn = date_from_civil(2026, 10, 25);
    assert_int_equal(zone_instant(paris, spring, 7200 - 1), utc("2026-03-29T00:59:59Z"));
    /* 02:00 to 03:00 does not exist: all of it is the instant of the shift. */
    assert_int_equal(zone_instant(paris, spring, 7200), utc("2026-03-29T01:00Z"));
    assert_int_equal(zone_instant(paris, spring, 9000), utc("2026-03-29T01:00Z"));
    assert_int_equal(zone_instant(paris, spring, 10800), utc("2026-03-29T01:00Z"));
    /* 02:00 to 03:00 occurs twice: the first. */
    assert_int_equal(zone_instant(paris, autumn, 9000), utc("2026-10-25T00:30Z"));
    assert_int_equal(zone_instant(paris, autumn, 10800), utc("2026-10-25T02:00Z"));
    /* Apia had no 30 December 2011. */
    const struct zone *apia = load(&arena, "Pacific/Apia");
    day_number missing = date_from_civil(2011, 12, 30);
    assert_int_equal(zone_instant(apia, missing, 0), utc("2011-12-30T10:00Z"));
    assert_int_equal(zone_instant(apia, missing, 86400), utc("2011-12-30T10:00Z"));
    arena_release(&arena);
}

static void rules(void **state)
{
    (void)state;
    static const char *const good[] = {"CST-8",
                                       "<+0330>-3:30",
                                       "CET-1CEST,M3.5.0,M10.5.0/3",
                                       "EST5EDT,0/0,J365/25",
                                       "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                                       "IST-2IDT,M3.4.4/26,M10.5.0"};
    static const char *const bad[] = {"",
                                      "C",
                                      "CST",
                                      "CST-8x",
                                      "CET-1CEST",
                                      "CET-25",
                                      "<+03-3",
                                      "CET-1CEST,M13.1.0,M1.1.0",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,J0,J365",
                                      "CET-1CEST,366,0",
                                      "CET-1CEST,M3.5.0/168,M10.5.0"};
    struct zone_rule rule;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(zone_rule_parse(good[i], strlen(good[i]), &rule));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(zone_rule_parse(bad[i], strlen(bad[i]), &rule));
    }
}

static void a_rule_of_summer_all_year(void **state)
{
    (void)state;
    struct zone zone = {.has_rule = true};
    static const char text[] = "EST5EDT,0/0,J365/25";
    assert_true(zone_rule_parse(text, sizeof text - 1, &zone.rule));
    for (instant at = utc("2026-01-01T00:00Z"); at < utc("2028-01-02T00:00Z"); at += 3600) {
        assert_int_equal(zone_offset(&zone, at), -4 * 3600);
    }
}

/* ---- Files ---- */

#define COUNTS(times, types, characters)                                                           \
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, times, 0, 0, 0, types, 0, 0, 0, characters
#define RESERVED 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

/* Version 2: an empty first block; then UTC until 1970-01-01T00:00:10Z, one hour east after it. */
static const unsigned char sample[] = {'T', 'Z',  'i', 'f',  '2',  RESERVED, COUNTS(0, 1, 1),
                                       0,   0,    0,   0,    0,    0,        0,
                                       'T', 'Z',  'i', 'f',  '2',  RESERVED, COUNTS(1, 2, 1),
                                       0,   0,    0,   0,    0,    0,        0,
                                       10,  1,    0,   0,    0,    0,        0,
                                       0,   0,    0,   0x0e, 0x10, 0,        0,
                                       0,   '\n', 'C', 'E',  'T',  '-',      '1',
                                       '\n'};

static crm_status parse_copy(const unsigned char *data, size_t length, struct zone *zone)
{
    struct arena arena = {0};
    struct error error = {0};
    unsigned char *copy = malloc(length > 0 ? length : 1); /* sanitizers see the block's end */
    assert_non_null(copy);
    memcpy(copy, data, length);
    crm_status status = zone_file_parse(&arena, copy, length, zone, &error);
    if (status == CRM_OK) {
        for (instant at = -20; at < 40; at++) {
            (void)zone_offset(zone, at);
        }
    }
    free(copy);
    arena_release(&arena);
    return status;
}

static void files(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct zone zone = {0};
    assert_int_equal(zone_file_parse(&arena, sample, sizeof sample, &zone, NULL), CRM_OK);
    assert_int_equal(zone_offset(&zone, 9), 0);
    assert_int_equal(zone_offset(&zone, 10), 3600);
    assert_int_equal(zone_offset(&zone, utc("2100-01-01")), 3600);
    arena_release(&arena);
}

static void damaged_files_are_refused_or_harmless(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof sample; length++) {
        struct zone zone = {0};
        assert_int_equal(parse_copy(sample, length, &zone), CRM_CORRUPT);
    }
    for (size_t i = 0; i < sizeof sample; i++) {
        unsigned char damaged[sizeof sample];
        memcpy(damaged, sample, sizeof sample);
        static const unsigned char bytes[] = {0, 1, 0x7f, 0x80, 0xff};
        for (size_t j = 0; j < sizeof bytes; j++) {
            struct zone zone = {0};
            damaged[i] = bytes[j];
            crm_status status = parse_copy(damaged, sizeof damaged, &zone);
            assert_true(status == CRM_OK || status == CRM_CORRUPT);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_offsets_need_no_database),
        cmocka_unit_test(names_that_are_no_zone),
        cmocka_unit_test(zones_of_the_database),
        cmocka_unit_test(local_times_around_a_shift),
        cmocka_unit_test(rules),
        cmocka_unit_test(a_rule_of_summer_all_year),
        cmocka_unit_test(files),
        cmocka_unit_test(damaged_files_are_refused_or_harmless),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
