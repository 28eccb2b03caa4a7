/* SPDX-License-Identifier: MIT */
/* The working-time engine against published due times and against its own laws. */
#include "rules/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Calendars ---- */

static const struct interval nine_to_five[] = {{540, 1020}};
static const struct interval eight_to_six[] = {{480, 1080}};
static const struct interval with_lunch[] = {{540, 720}, {780, 1080}};
static const struct interval all_day[] = {{0, 1440}};
static const struct interval small_hours[] = {{0, 240}};

static struct calendar_policy weekly(const struct interval *intervals, size_t count, int days,
                                     const char *holidays)
{
    struct calendar_policy policy = {.name = "test", .holidays = holidays};
    for (int i = 0; i < days; i++) {
        policy.week[i] = intervals;
        policy.week_count[i] = count;
    }
    return policy;
}

static crm_status one_list(void *context, int year, const struct day_list **out,
                           struct error *error)
{
    (void)error;
    const struct day_list *list = context;
    *out = list->year == year ? list : NULL;
    return CRM_OK;
}

/* False when the file is absent. */
static bool read_list(struct arena *arena, const char *path, struct day_list *list)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    static char text[65536];
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    struct error error = {0};
    crm_status status = day_list_parse(arena, text, length, list, &error);
    if (status != CRM_OK) {
        fail_msg("%s: %s", path, error.message);
    }
    return true;
}

struct fixture {
    struct arena arena;
    const struct zone *zone;
    struct day_list list;
    struct calendar_policy policy;
    struct calendar calendar;
};

static void set_up(struct fixture *fixture, const char *zone, struct calendar_policy policy)
{
    *fixture = (struct fixture){.policy = policy};
    assert_int_equal(zone_load(&fixture->arena, zone, NULL, &fixture->zone, NULL), CRM_OK);
    fixture->calendar = (struct calendar){.policy = &fixture->policy,
                                          .zone = fixture->zone,
                                          .lists = one_list,
                                          .context = &fixture->list};
}

static void tear_down(struct fixture *fixture)
{
    arena_release(&fixture->arena);
}

static instant at(const struct fixture *fixture, const char *text)
{
    instant out = 0;
    if (!time_parse_iso(text, strlen(text), fixture->zone, &out)) {
        fail_msg("bad time in a test: %s", text);
    }
    return out;
}

static struct duration limit(const char *text)
{
    struct duration out;
    assert_int_equal(duration_parse(text, &out, NULL), CRM_OK);
    return out;
}

static void assert_time(const struct fixture *fixture, instant actual, const char *expected)
{
    char a[TIME_TEXT], b[TIME_TEXT];
    time_format(fixture->zone, actual, a);
    time_format(fixture->zone, at(fixture, expected), b);
    assert_string_equal(a, b);
}

static void assert_due(const struct fixture *fixture, const char *start, const char *length,
                       const char *expected)
{
    struct error error = {0};
    instant due = 0;
    crm_status status =
        calendar_due(&fixture->calendar, at(fixture, start), limit(length), NULL, &due, &error);
    if (status != CRM_OK) {
        fail_msg("%s + %s: %s", start, length, error.message);
    }
    assert_time(fixture, due, expected);
}

static void assert_start(const struct fixture *fixture, const char *due, const char *length,
                         const char *expected)
{
    instant start = 0;
    assert_int_equal(
        calendar_start(&fixture->calendar, at(fixture, due), limit(length), &start, NULL), CRM_OK);
    assert_time(fixture, start, expected);
}

static void assert_between(const struct fixture *fixture, const char *a, const char *b,
                           int64_t expected)
{
    int64_t seconds;
    assert_int_equal(
        calendar_between(&fixture->calendar, at(fixture, a), at(fixture, b), NULL, &seconds, NULL),
        CRM_OK);
    assert_int_equal(seconds, expected);
}

static void assert_unknown(const struct fixture *fixture, const char *start, const char *length,
                           const char *message)
{
    struct error error = {0};
    instant due;
    assert_int_equal(
        calendar_due(&fixture->calendar, at(fixture, start), limit(length), NULL, &due, &error),
        CRM_INVALID);
    assert_non_null(strstr(error.message, message));
    assert_non_null(strstr(error.hint, "crm calendar import"));
}

/* ---- Published rows ---- */

static void weekdays_nine_to_five(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "UTC", weekly(nine_to_five, 1, 5, NULL));
    assert_due(&f, "2026-03-06 16:30", "1wh", "2026-03-09 09:30"); /* Friday */
    assert_due(&f, "2026-03-03 16:00", "4wh", "2026-03-04 12:00");
    assert_due(&f, "2026-03-06 16:00", "4wh", "2026-03-09 12:00");
    /* The end of an interval is reached on its own day. */
    assert_due(&f, "2026-03-06 16:00", "1wh", "2026-03-06 17:00");
    assert_due(&f, "2026-03-06 17:00", "1wh", "2026-03-09 10:00");
    assert_due(&f, "2026-03-07 12:00", "0wh", "2026-03-07 12:00");
    tear_down(&f);
}

static void before_due(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "Europe/Paris", weekly(eight_to_six, 1, 5, NULL));
    assert_due(&f, "2026-03-02 17:00", "4wh", "2026-03-03 11:00");
    assert_start(&f, "2026-03-03 11:00", "1wh", "2026-03-03 10:00");
    assert_start(&f, "2026-03-03 11:00", "4wh", "2026-03-02 17:00");
    assert_start(&f, "2026-03-09 09:00", "2wh", "2026-03-06 17:00");
    tear_down(&f);
}

static void no_minute_is_lost_at_midnight(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "Asia/Shanghai", "America/New_York"};
    for (size_t i = 0; i < 3; i++) {
        struct fixture f;
        set_up(&f, zones[i], weekly(all_day, 1, 7, NULL));
        instant start = at(&f, "2026-02-27 10:01"), due;
        for (int64_t hours = 0; hours < 24 * 400; hours += 7) {
            struct duration length = {hours, DURATION_WORKING_HOURS};
            assert_int_equal(calendar_due(&f.calendar, start, length, NULL, &due, NULL), CRM_OK);
            assert_int_equal(due - start, hours * 3600);
        }
        assert_between(&f, "2026-03-03 23:59", "2026-03-04 00:01", 120);
        tear_down(&f);
    }
}

static void china_2026(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "Asia/Shanghai", weekly(with_lunch, 2, 5, "cn"));
    if (!read_list(&f.arena, "../shared/data/holiday-cn/2026.json", &f.list)) {
        print_message("../shared/data/holiday-cn/2026.json is absent: skipped\n");
        tear_down(&f);
        skip();
    }
    assert_due(&f, "2026-09-18 17:00", "8wh", "2026-09-20 17:00");
    assert_due(&f, "2026-09-18 17:00", "16wh", "2026-09-21 17:00");
    assert_due(&f, "2026-02-14 10:00", "24wh", "2026-02-26 10:00");
    assert_due(&f, "2026-09-30 16:00", "8wh", "2026-10-08 16:00");
    assert_unknown(&f, "2027-01-04 10:00", "4wh", "calendar unknown after 2026-12-31");
    assert_start(&f, "2026-10-08 16:00", "8wh", "2026-09-30 16:00");
    tear_down(&f);
}

/* ---- Day lists ---- */

static void listed_days(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "+08:00", weekly(with_lunch, 2, 5, "made-up"));
    assert_true(read_list(&f.arena, "tests/data/daylist-2026.json", &f.list));
    assert_int_equal(f.list.count, 8);
    /* Friday 6 March is off, Saturday 7 works. */
    assert_due(&f, "2026-03-05 17:00", "2wh", "2026-03-07 10:00");
    assert_due(&f, "2026-03-05 17:00", "9wh", "2026-03-07 18:00");
    assert_due(&f, "2026-03-05 17:00", "10wh", "2026-03-09 10:00");
    /* Sunday 14 June works, 15 to 17 are off. */
    assert_due(&f, "2026-06-12 17:00", "17wh", "2026-06-18 18:00");
    assert_due(&f, "2026-03-05 10:00", "1wd", "2026-03-07 10:00");
    assert_due(&f, "2026-06-14 10:00", "1wd", "2026-06-18 10:00");
    /* No further than the year is known, but up to its end. */
    assert_due(&f, "2026-12-31 17:00", "1wh", "2026-12-31 18:00");
    assert_between(&f, "2026-12-31 17:00", "2027-01-01 00:00", 3600);
    assert_unknown(&f, "2026-12-31 17:00", "2wh", "calendar unknown after 2026-12-31");
    assert_unknown(&f, "2031-05-05 10:00", "1wh", "calendar unknown after 2026-12-31");
    assert_unknown(&f, "2031-05-05 10:00", "1wd", "calendar unknown after 2026-12-31");
    assert_unknown(&f, "2025-12-30 10:00", "1wh", "calendar unknown before 2026-01-01");
    f.list.year = 0;
    assert_unknown(&f, "2025-12-30 10:00", "1wh", "calendar unknown: no day list \"made-up\"");
    tear_down(&f);
}

/* 31 December 2025 is decided by the list of 2026. */
static crm_status two_lists(void *context, int year, const struct day_list **out,
                            struct error *error)
{
    static const struct day_list empty = {.year = 2025};
    *out = &empty;
    return year == 2025 ? CRM_OK : one_list(context, year, out, error);
}

static void december_belongs_to_the_next_list_too(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "+08:00", weekly(nine_to_five, 1, 5, "made-up"));
    assert_true(read_list(&f.arena, "tests/data/daylist-2026.json", &f.list));
    f.calendar.lists = two_lists;
    assert_due(&f, "2025-12-30 16:00", "2wh", "2026-01-02 10:00");
    assert_start(&f, "2026-01-02 10:00", "2wh", "2025-12-30 16:00");
    tear_down(&f);
}

static void working_day_on_or_after(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"2026-03-05", "2026-03-05"},
                                          {"2026-03-06", "2026-03-07"},
                                          {"2026-03-08", "2026-03-09"},
                                          {"2026-06-15", "2026-06-18"}};
    struct fixture f;
    set_up(&f, "UTC", weekly(nine_to_five, 1, 5, "made-up"));
    assert_true(read_list(&f.arena, "tests/data/daylist-2026.json", &f.list));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        day_number date = 0, expected = 0;
        assert_true(date_parse_iso(rows[i][0], 10, &date));
        assert_true(date_parse_iso(rows[i][1], 10, &expected));
        assert_int_equal(calendar_working_day(&f.calendar, date, &date, NULL), CRM_OK);
        assert_int_equal(date, expected);
    }
    tear_down(&f);
}

static void bad_lists_are_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "not a JSON object"},
        {"[]", "not a JSON object"},
        {"{\"year\": 2026, \"days\": []} x", "not a JSON object"},
        {"{\"days\": []}", "\"year\""},
        {"{\"year\": 2026.5, \"days\": []}", "\"year\""},
        {"{\"year\": 2026}", "\"days\""},
        {"{\"year\": 2026, \"days\": [7]}", "entry 1"},
        {"{\"year\": 2026, \"days\": [{\"name\": \"x\", \"date\": \"2026-02-30\", "
         "\"isOffDay\": true}]}",
         "\"date\""},
        {"{\"year\": 2026, \"days\": [{\"name\": \"x\", \"date\": \"2027-01-01\", "
         "\"isOffDay\": true}]}",
         "not in the list's year"},
        {"{\"year\": 2026, \"days\": [{\"name\": \"x\", \"date\": \"2026-01-01\", "
         "\"isOffDay\": 1}]}",
         "\"isOffDay\""},
        {"{\"year\": 2026, \"days\": [{\"name\": \"x\", \"date\": \"2026-01-01\", "
         "\"isOffDay\": true}, {\"name\": \"y\", \"date\": \"2026-01-01\", \"isOffDay\": false}]}",
         "2026-01-01 is named twice"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct arena arena = {0};
        struct day_list list;
        struct error error = {0};
        assert_int_equal(day_list_parse(&arena, bad[i][0], strlen(bad[i][0]), &list, &error),
                         CRM_INVALID);
        if (strstr(error.message, bad[i][1]) == NULL) {
            fail_msg("\"%s\" does not say %s", error.message, bad[i][1]);
        }
        arena_release(&arena);
    }
}

/* ---- Other units ---- */

static void working_days(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "Europe/Paris", weekly(with_lunch, 2, 5, NULL));
    assert_due(&f, "2026-03-02 10:00", "2wd", "2026-03-04 10:00");
    assert_due(&f, "2026-03-05 10:00", "2wd", "2026-03-09 10:00");
    assert_due(&f, "2026-03-06 18:00", "1wd", "2026-03-09 18:00");
    assert_due(&f, "2026-03-06 18:01", "1wd", "2026-03-10 09:00");
    assert_due(&f, "2026-03-07 11:00", "1wd", "2026-03-10 09:00");
    assert_due(&f, "2026-03-02 12:30", "1wd", "2026-03-03 13:00");
    assert_start(&f, "2026-03-09 10:00", "2wd", "2026-03-05 10:00");
    assert_start(&f, "2026-03-08 10:00", "1wd", "2026-03-05 18:00");
    /* A short Wednesday: the day's last working instant. */
    f.policy.week_count[2] = 1;
    assert_due(&f, "2026-03-03 16:00", "1wd", "2026-03-04 12:00");
    assert_start(&f, "2026-03-05 16:00", "1wd", "2026-03-04 12:00");
    tear_down(&f);
}

static void clock_limits(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "Europe/Paris", weekly(nine_to_five, 1, 5, NULL));
    assert_due(&f, "2026-03-28 12:00", "30m", "2026-03-28 12:30");
    assert_due(&f, "2026-03-28 12:00", "24h", "2026-03-29 13:00");
    assert_due(&f, "2026-03-28 12:00", "1d", "2026-03-29 12:00");
    assert_due(&f, "2026-01-31 12:00", "1mo", "2026-02-28 12:00");
    assert_start(&f, "2026-03-29 12:00", "1d", "2026-03-28 12:00");
    int64_t seconds;
    assert_int_equal(calendar_used(&f.calendar, limit("4h"), 1000, 500, NULL, &seconds, NULL),
                     CRM_OK);
    assert_int_equal(seconds, -500);
    tear_down(&f);
}

static void shifts_of_the_clocks(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "Europe/Paris", weekly(small_hours, 1, 7, NULL));
    assert_between(&f, "2026-03-28 12:00", "2026-03-29 12:00", 3 * 3600);
    assert_between(&f, "2026-10-24 12:00", "2026-10-25 12:00", 5 * 3600);
    assert_due(&f, "2026-03-28 12:00", "3wh", "2026-03-29 04:00");
    assert_due(&f, "2026-10-24 12:00", "4wh", "2026-10-25T03:00+01:00");
    assert_start(&f, "2026-03-29 12:00", "2wh", "2026-03-29 01:00");
    tear_down(&f);
}

static void senseless_limits(void **state)
{
    (void)state;
    static const char *const limits[] = {"999999999wh", "999999999wd", "9999y", "999999999h"};
    struct fixture f;
    set_up(&f, "Europe/Paris", weekly(nine_to_five, 1, 5, NULL));
    struct error error = {0};
    instant due;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(calendar_due(&f.calendar, 0, limit(limits[i]), NULL, &due, &error),
                         CRM_INVALID);
        assert_non_null(strstr(error.message, "9999"));
    }
    memset(f.policy.week_count, 0, sizeof f.policy.week_count);
    assert_int_equal(calendar_due(&f.calendar, 0, limit("1wh"), NULL, &due, &error), CRM_INVALID);
    assert_int_equal(calendar_due(&f.calendar, 0, limit("1wd"), NULL, &due, &error), CRM_INVALID);
    assert_string_equal(error.message, "the calendar \"test\" has no working time");
    tear_down(&f);
}

/* ---- Explanation ---- */

struct listing {
    const struct fixture *fixture;
    char text[2048];
    instant last;
};

static crm_status list_span(void *context, const struct span *span)
{
    struct listing *listing = context;
    char from[TIME_TEXT];
    time_format(listing->fixture->zone, span->from, from);
    if (listing->last != 0) {
        assert_int_equal(span->from, listing->last);
    }
    listing->last = span->to;
    size_t used = strlen(listing->text);
    snprintf(listing->text + used, sizeof listing->text - used, "%.16s %lldm %s%s%s\n", from,
             (long long)(span->to - span->from) / 60, span_kind_name(span->kind),
             span->name == NULL ? "" : " ", span->name == NULL ? "" : span->name);
    return CRM_OK;
}

static void explanation(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "+08:00", weekly(with_lunch, 2, 5, "made-up"));
    assert_true(read_list(&f.arena, "tests/data/daylist-2026.json", &f.list));
    struct listing listing = {.fixture = &f};
    struct span_trace trace = {.visit = list_span, .context = &listing};
    instant due;
    assert_int_equal(
        calendar_due(&f.calendar, at(&f, "2026-06-12 17:00"), limit("10wh"), &trace, &due, NULL),
        CRM_OK);
    assert_time(&f, due, "2026-06-18 10:00");
    assert_string_equal(listing.text, "2026-06-12T17:00 60m working\n"
                                      "2026-06-12T18:00 360m night\n"
                                      "2026-06-13T00:00 1440m weekend\n"
                                      "2026-06-14T00:00 540m night\n"
                                      "2026-06-14T09:00 180m working Lantern Week\n"
                                      "2026-06-14T12:00 60m break\n"
                                      "2026-06-14T13:00 300m working Lantern Week\n"
                                      "2026-06-14T18:00 360m night\n"
                                      "2026-06-15T00:00 4320m holiday Lantern Week\n"
                                      "2026-06-18T00:00 540m night\n"
                                      "2026-06-18T09:00 60m working\n");
    listing = (struct listing){.fixture = &f};
    assert_int_equal(
        calendar_due(&f.calendar, at(&f, "2026-06-12 17:00"), limit("2h"), &trace, &due, NULL),
        CRM_OK);
    assert_string_equal(listing.text, "2026-06-12T17:00 120m clock\n");
    tear_down(&f);
}

/* ---- Laws, on random calendars ---- */

static uint64_t random_state;

static int64_t draw(int64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)(random_state % (uint64_t)below);
}

static void seed_random(void)
{
    const char *given = getenv("SEED");
    random_state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761U;
    random_state |= 1;
    print_message("SEED=%llu\n", (unsigned long long)random_state);
}

/* Up to three intervals on each of up to seven days; at least one in all. */
static struct calendar_policy random_policy(struct interval store[7][3])
{
    struct calendar_policy policy = {.name = "random"};
    size_t all = 0;
    while (all == 0) {
        for (int weekday = 0; weekday < 7; weekday++) {
            int from = (int)draw(300);
            size_t count = 0;
            for (size_t wanted = (size_t)draw(4); count < wanted && from < 1300; count++) {
                int to = from + 1 + (int)draw(1440 - from);
                store[weekday][count] = (struct interval){from, to};
                from = to + 1 + (int)draw(200);
            }
            policy.week[weekday] = store[weekday];
            policy.week_count[weekday] = count;
            all += count;
        }
    }
    return policy;
}

static void due_and_between_agree(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "Asia/Shanghai", "Europe/Paris", "America/New_York",
                                        "Australia/Lord_Howe"};
    seed_random();
    for (int round = 0; round < 400; round++) {
        struct interval store[7][3];
        struct fixture f;
        set_up(&f, zones[draw(5)], random_policy(store));
        instant start = 1700000000 + draw(200000000);
        int64_t wanted = 1 + draw(400 * 3600), used;
        instant due, back, again;
        assert_int_equal(calendar_advance(&f.calendar, start, wanted, NULL, &due, NULL), CRM_OK);
        assert_int_equal(calendar_between(&f.calendar, start, due, NULL, &used, NULL), CRM_OK);
        assert_int_equal(used, wanted);
        /* One second earlier is not enough: the due time is the first. */
        assert_int_equal(calendar_between(&f.calendar, start, due - 1, NULL, &used, NULL), CRM_OK);
        assert_int_equal(used, wanted - 1);
        assert_int_equal(calendar_between(&f.calendar, due, start, NULL, &used, NULL), CRM_OK);
        assert_int_equal(used, -wanted);
        /* Backwards gives the latest start, and forwards from there the same due time. */
        assert_int_equal(calendar_advance(&f.calendar, due, -wanted, NULL, &back, NULL), CRM_OK);
        assert_true(back >= start);
        assert_int_equal(calendar_between(&f.calendar, start, back, NULL, &used, NULL), CRM_OK);
        assert_int_equal(used, 0);
        assert_int_equal(calendar_advance(&f.calendar, back, wanted, NULL, &again, NULL), CRM_OK);
        assert_int_equal(again, due);
        tear_down(&f);
    }
}

static void a_holiday_never_makes_a_due_time_earlier(void **state)
{
    (void)state;
    int compared = 0;
    seed_random();
    for (int round = 0; round < 400; round++) {
        struct interval store[7][3];
        struct listed_day off = {.name = "off"};
        struct fixture f;
        set_up(&f, "Europe/Paris", random_policy(store));
        f.policy.holidays = "random";
        f.list = (struct day_list){.year = 2026, .days = &off};
        instant start = at(&f, "2026-02-01 00:00") + draw(200 * 86400), before, after;
        struct duration length = {1 + draw(40), DURATION_WORKING_HOURS};
        if (round % 2 == 1) {
            length = (struct duration){1 + draw(6), DURATION_WORKING_DAYS};
        }
        /* A calendar that hardly works needs years for forty hours, and only one is known. */
        bool known = calendar_due(&f.calendar, start, length, NULL, &before, NULL) == CRM_OK;
        off.date = (day_number)(start / 86400 + draw(14));
        f.list.count = 1;
        crm_status status = calendar_due(&f.calendar, start, length, NULL, &after, NULL);
        compared += known && status == CRM_OK ? 1 : 0;
        assert_true(known ? status != CRM_OK || after >= before : status == CRM_INVALID);
        tear_down(&f);
    }
    assert_true(compared > 300);
}

/* In every unit of limits: the start found backwards is the latest with that due time. */
static void the_start_leads_to_the_due_time(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC", "Asia/Shanghai", "Europe/Paris", "America/New_York",
                                        "Australia/Lord_Howe"};
    static const enum duration_unit units[] = {DURATION_MINUTES,       DURATION_HOURS,
                                               DURATION_DAYS,          DURATION_WEEKS,
                                               DURATION_WORKING_HOURS, DURATION_WORKING_DAYS};
    seed_random();
    for (int round = 0; round < 3000; round++) {
        struct interval store[7][3];
        struct fixture f;
        set_up(&f, zones[draw(5)], random_policy(store));
        const struct duration limit = {1 + draw(60), units[round % 6]};
        instant begin = 1700000000 + draw(200000000), due, start, again, later;
        assert_int_equal(calendar_due(&f.calendar, begin, limit, NULL, &due, NULL), CRM_OK);
        assert_int_equal(calendar_start(&f.calendar, due, limit, &start, NULL), CRM_OK);
        assert_int_equal(calendar_due(&f.calendar, start, limit, NULL, &again, NULL), CRM_OK);
        assert_int_equal(calendar_due(&f.calendar, start + 1, limit, NULL, &later, NULL), CRM_OK);
        if (again != due || start < begin || later <= due) {
            print_error("%lld of unit %d from %lld\n", (long long)limit.count, (int)limit.unit,
                        (long long)begin);
        }
        assert_int_equal(again, due);
        assert_true(start >= begin);
        assert_true(later > due);
        tear_down(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weekdays_nine_to_five),
        cmocka_unit_test(before_due),
        cmocka_unit_test(no_minute_is_lost_at_midnight),
        cmocka_unit_test(china_2026),
        cmocka_unit_test(listed_days),
        cmocka_unit_test(december_belongs_to_the_next_list_too),
        cmocka_unit_test(working_day_on_or_after),
        cmocka_unit_test(bad_lists_are_refused),
        cmocka_unit_test(working_days),
        cmocka_unit_test(clock_limits),
        cmocka_unit_test(shifts_of_the_clocks),
        cmocka_unit_test(senseless_limits),
        cmocka_unit_test(explanation),
        cmocka_unit_test(due_and_between_agree),
        cmocka_unit_test(a_holiday_never_makes_a_due_time_earlier),
        cmocka_unit_test(the_start_leads_to_the_due_time),
    };
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
