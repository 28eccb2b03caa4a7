/* SPDX-License-Identifier: MIT */
/* The policy: defaults, the sentence and place of every refusal. */
#include "policy/policy.h"

#include "base/decimal.h"
#include "policy/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YAML_DATA "../shared/data/torture/yaml"

static struct policy *parse(const char *text)
{
    struct policy *policy = NULL;
    struct error error = {0};
    if (policy_parse("policy.yaml", text, strlen(text), &policy, &error) != CRM_OK) {
        print_error("%s\n", error.message);
    }
    assert_non_null(policy);
    return policy;
}

static void assert_duration(struct duration duration, const char *expected)
{
    char text[24];
    assert_string_equal(duration_format(duration, text), expected);
}

/* ---- what holds ---- */

static void check_default_tiers(const struct policy *policy)
{
    assert_int_equal(policy->tier_count, 3);
    assert_string_equal(policy->tiers[0], "A");
    assert_int_equal(policy_tier(policy, "C"), 2);
    assert_int_equal(policy_tier(policy, "D"), -1);
    assert_int_equal(policy->scheme_count, 1);
    assert_int_equal(policy->main_scheme, 0);
    const struct tier_scheme *scheme = &policy->schemes[0];
    assert_string_equal(scheme->name, "abc");
    assert_int_equal(scheme->method, TIER_PARETO);
    assert_int_equal(scheme->measure, SOURCE_REVENUE);
    assert_duration(scheme->period, "12mo");
    assert_false(scheme->crossing_inside);
    assert_int_equal(scheme->threshold_count, 2);
    assert_int_equal(scheme->thresholds[0].tier, 0);
    assert_int_equal(scheme->thresholds[0].limit, 80 * DECIMAL_ONE);
    assert_int_equal(scheme->thresholds[1].limit, 95 * DECIMAL_ONE);
    assert_int_equal(scheme->demote_after, 0);
}

static void check_default_visits(const struct policy *policy)
{
    assert_int_equal(policy->channel_count, 6);
    assert_int_equal(policy_channel(policy, "message"), 0);
    assert_int_equal(policy_channel(policy, "face"), 5);
    assert_duration(policy->cadences[0].every, "3mo");
    assert_duration(policy->cadences[0].first, "3mo");
    assert_duration(policy->cadences[0].grace, "14d");
    assert_int_equal(policy->cadences[0].channel, policy_channel(policy, "face"));
    assert_duration(policy->cadences[1].every, "6mo");
    assert_int_equal(policy->cadences[1].channel, policy_channel(policy, "phone"));
    assert_duration(policy->cadences[2].every, "12mo");
    assert_int_equal(policy->cadences[2].channel, 0);
    assert_int_equal(policy_calendar(policy, "office"), 0);
    assert_int_equal(policy->calendars[0].week_count[4], 2);
    assert_int_equal(policy->calendars[0].week[4][1].from, 13 * 60);
    assert_int_equal(policy->calendars[0].week[4][1].to, 18 * 60);
    assert_int_equal(policy->calendars[0].week_count[5], 0);
    assert_null(policy->calendars[0].holidays);
}

static void check_default_complaints(const struct policy *policy)
{
    assert_int_equal(policy->limit_count, 6);
    assert_int_equal(policy->limits[0].tier, -1);
    assert_null(policy->limits[0].severity);
    assert_duration(policy->limits[0].respond, "8wh");
    assert_true(policy->limits[0].has_resolve);
    assert_int_equal(policy->limits[5].tier, 0);
    assert_string_equal(policy->limits[5].severity, "critical");
    assert_duration(policy->limits[5].respond, "30m");
    assert_int_equal(policy->at_risk_percent, 75);
    assert_int_equal(policy->escalation_count, 3);
    assert_int_equal(policy->escalations[2].percent, 100);
    assert_string_equal(policy->escalations[2].tell, "manager");
    assert_int_equal(policy->cause_count, 10);
    assert_string_equal(policy->causes[1].label, "质量缺陷");
    assert_int_equal(policy->causes[1].parent, 0);
    assert_int_equal(policy->causes[0].parent, -1);
    assert_int_equal(policy->survey_min_days, 90);
    assert_int_equal(policy->survey_min_n, 10);
    assert_int_equal(policy->field_count, 0);
}

static void an_empty_policy_has_the_defaults(void **state)
{
    (void)state;
    struct policy *policy = parse("");
    assert_string_equal(policy->time_zone, "UTC");
    assert_string_equal(policy->currency, "CNY");
    assert_null(policy->database);
    check_default_tiers(policy);
    check_default_visits(policy);
    check_default_complaints(policy);
    assert_string_equal(policy->fingerprint, "cbf29ce484222325");
    policy_free(policy);
}

static void sections_left_empty_have_the_defaults(void **state)
{
    (void)state;
    struct policy *policy = parse("tiers:\nvisits: ~\ncomplaints:\n");
    check_default_tiers(policy);
    check_default_visits(policy);
    check_default_complaints(policy);
    policy_free(policy);
}

static void a_new_book_has_the_defaults(void **state)
{
    (void)state;
    struct buffer text = {0};
    assert_int_equal(policy_default(&text, "Asia/Shanghai", "EUR", NULL), CRM_OK);
    struct policy *policy = parse(buffer_string(&text));
    assert_string_equal(policy->time_zone, "Asia/Shanghai");
    assert_int_equal(zone_offset(policy->zone, 0), 8 * 3600);
    assert_string_equal(policy->currency, "EUR");
    check_default_tiers(policy);
    check_default_visits(policy);
    check_default_complaints(policy);
    policy_free(policy);
    buffer_release(&text);
}

static void append_value(void *context, const char *key, const char *value, long line,
                         const char *help)
{
    (void)line;
    assert_true(help[0] != '\0');
    if (strcmp(key, "tiers.main") != 0) {
        buffer_printf(context, "%s=%s\n", key, value == NULL ? "" : value);
    }
}

static void show_text(const char *text, struct buffer *out)
{
    char path[] = "/tmp/crm-policy-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    struct policy *policy = NULL;
    assert_int_equal(policy_load_traced(path, append_value, out, &policy, NULL), CRM_OK);
    policy_free(policy);
    remove(path);
}

/* The text that people read says the same as the description. */
static void the_text_of_a_new_book_shows_every_default(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct buffer written = {0};
    struct buffer defaults = {0};
    policy_default(&text, NULL, NULL, NULL);
    show_text(buffer_string(&text), &written);
    show_text("", &defaults);
    assert_string_equal(buffer_string(&written), buffer_string(&defaults));
    buffer_release(&text);
    buffer_release(&written);
    buffer_release(&defaults);
}

static void a_score_scheme_is_read_whole(void **state)
{
    (void)state;
    struct policy *policy =
        parse("tiers:\n"
              "  main: stars\n"
              "  schemes:\n"
              "    abc: {thresholds: {B: 95%, A: 80%}, crossing: inside}\n"
              "    stars:\n"
              "      method: score\n"
              "      indicators:\n"
              "        money: {source: profit, period: 6mo, high: 2000.5, weight: 60}\n"
              "        grade: {source: credit_grade, mapping: bands, weight: 39.5,\n"
              "                bands: [{from: 0, label: B, points: 50},\n"
              "                        {from: 1, label: A, points: 100}]}\n"
              "        fit: {source: field, field: need_fit, low: 5, high: 1, weight: 0.5,\n"
              "              missing: median}\n"
              "      thresholds: {A: 80, B: 60}\n"
              "      demote_after: 3mo\n"
              "      margin: 7.5\n");
    assert_int_equal(policy->main_scheme, 1);
    assert_true(policy->schemes[0].crossing_inside);
    assert_int_equal(policy->schemes[0].thresholds[0].tier, 0);
    const struct tier_scheme *scheme = &policy->schemes[1];
    assert_int_equal(scheme->line, 5);
    assert_int_equal(scheme->method, TIER_SCORE);
    assert_int_equal(scheme->indicator_count, 3);
    assert_string_equal(scheme->indicators[0].name, "money");
    assert_int_equal(scheme->indicators[0].high, 20005000);
    assert_int_equal(scheme->indicators[0].missing, MISSING_UNRATED);
    assert_int_equal(scheme->indicators[1].line, 9);
    assert_string_equal(scheme->indicators[1].bands[1].label, "A");
    assert_int_equal(scheme->indicators[2].low, 50000);
    assert_int_equal(scheme->indicators[2].weight, 5000);
    assert_int_equal(scheme->indicators[2].missing, MISSING_MEDIAN);
    assert_duration(scheme->demote_after_period, "3mo");
    assert_int_equal(scheme->margin, 75000);
    assert_int_equal(scheme->demote_after_line, 15);
    assert_int_equal(scheme->margin_line, 16);
    assert_int_equal(policy->pin_notice_line, 0); /* a default */
    policy_free(policy);
}

/* `why` names these lines: that of the key, whatever its value begins on, and of a list's member.
 */
static void a_part_stands_where_its_key_does(void **state)
{
    (void)state;
    struct policy *policy = parse("calendars:\n"
                                  "  # A comment between them.\n"
                                  "  office:\n"
                                  "\n"
                                  "    week:\n"
                                  "      mon:\n"
                                  "        - 09:00-12:00\n"
                                  "  hotline: {week: {mon: [00:00-24:00]}}\n"
                                  "complaints:\n"
                                  "  limits:\n"
                                  "    - respond: 8wh\n"
                                  "      resolve: 5wd\n"
                                  "visits:\n"
                                  "  cadence:\n"
                                  "    A:\n"
                                  "      every: 3mo\n"
                                  "    B: {every: 6mo}\n"
                                  "    C: {every: 12mo}\n");
    assert_int_equal(policy->calendars[0].line, 3);
    assert_int_equal(policy->calendars[1].line, 8);
    assert_int_equal(policy->limits[0].line, 11);
    assert_int_equal(policy->cadences[0].line, 15);
    assert_int_equal(policy->cadences[1].line, 17);
    assert_int_equal(policy->schemes[0].line, 0); /* a default */
    assert_int_equal(policy->schemes[0].thresholds[0].line, 0);
    policy_free(policy);
}

static void quotas_count_or_share(void **state)
{
    (void)state;
    struct policy *policy =
        parse("tiers: {schemes: {q: {method: quota, thresholds: {A: 50, B: 20%},\n"
              "  indicators: {r: {source: revenue, mapping: percentile, weight: 100}}}}}\n");
    assert_false(policy->schemes[0].thresholds[0].percent);
    assert_int_equal(policy->schemes[0].thresholds[0].limit, 50 * DECIMAL_ONE);
    assert_true(policy->schemes[0].thresholds[1].percent);
    policy_free(policy);
}

static void custom_fields_stand_in_one_array(void **state)
{
    (void)state;
    struct policy *policy = parse("fields:\n"
                                  "  customer:\n"
                                  "    level: {type: enum, choices: [gold, 银], required: yes}\n"
                                  "    day: {label: 纪念日, type: date}\n");
    assert_int_equal(policy->field_count, 2);
    assert_string_equal(policy->fields[0].kind, "customer");
    assert_string_equal(policy->fields[0].label, "level");
    assert_int_equal(policy->fields[0].type, DATA_ENUM);
    assert_int_equal(policy->fields[0].choice_count, 2);
    assert_string_equal(policy->fields[0].choices[1], "银");
    assert_true(policy->fields[0].required);
    assert_int_equal(policy->fields[1].type, DATA_DATE);
    assert_int_equal(policy->fields[1].line, 4);
    policy_free(policy);
}

/* ---- refusals ---- */

static const struct {
    const char *text;
    const char *message;
} refusals[] = {
    /* the file */
    {"a: 1\na: 2\n", "policy.yaml:2:1: key 'a': given twice, first in line 1"},
    {"x: {b: 1, c: 2, b: 3}", "policy.yaml:1:17: key 'x.b': given twice, first in line 1"},
    {"a: &x 1\n", "policy.yaml:1:4: anchors (&) and aliases (*) are not used"},
    {"currency: *x\n", "policy.yaml:1:11: anchors (&) and aliases (*) are not used"},
    {"currency: !!str CNY\n", "policy.yaml:1:11: tags (!) are not used"},
    {"a: 1\n---\nb: 2\n", "policy.yaml:2:1: a second document in one file"},
    {"? [a]\n: 1\n", "policy.yaml:1:3: a key that is no text"},
    {"a: \"x\\0y\"\n", "policy.yaml:1:4: a NUL character in a text"},
    {"currency: CNY\ntime_zone: \xff\n", "policy.yaml:2:12: invalid UTF-8 in the file"},
    {"a: [1\nb: 2\n", "policy.yaml:2:2: no valid YAML: did not find expected ',' or ']'"},
    {"[a]\n", "policy.yaml:1:1: must be a group of keys"},
    /* keys and types */
    {"tiers:\n  namse: [A]\n", "policy.yaml:2:3: key 'tiers.namse': there is no such key"},
    {"tiers: [A]\n", "policy.yaml:1:8: key 'tiers': must be a group of keys"},
    {"tiers: {names: A}\n", "policy.yaml:1:16: key 'tiers.names': must be a list of names"},
    {"currency:\n", "policy.yaml:1:10: key 'currency': has no value; it must be a currency"},
    {"currency: yuan\n", "policy.yaml:1:11: key 'currency': 'yuan' is no currency"},
    {"time_zone: Asia/Nowhere\n",
     "policy.yaml:1:12: key 'time_zone': unknown time zone: \"Asia/Nowhere\""},
    {"database: mysql://x\n", "policy.yaml:1:11: key 'database': is no address of a database"},
    {"surveys: {min_n: ten}\n", "policy.yaml:1:18: key 'surveys.min_n': 'ten' is no whole number"},
    {"surveys: {min_n: 0}\n",
     "policy.yaml:1:18: key 'surveys.min_n': 0 is not within 1 and 1000000"},
    {"complaints:\n  at_risk: 120\n",
     "policy.yaml:2:12: key 'complaints.at_risk': 120 is not within 1 and 100"},
    /* tiers */
    {"tiers: {names: [gold, silver]}\n",
     "policy.yaml:1:1: key 'tiers': the key 'schemes' is missing"},
    {"tiers:\n  names: [A, B, C, A]\n  schemes: {x: {thresholds: {A: 1, B: 2}}}\n",
     "policy.yaml:2:20: key 'tiers.names[4]': 'A' is named twice"},
    {"tiers: {main: x}\n", "policy.yaml:1:15: key 'tiers.main': there is no scheme 'x'"},
    {"tiers:\n  schemes:\n    s: {method: pareto}\n",
     "policy.yaml:3:5: key 'tiers.schemes.s': the key 'thresholds' is missing"},
    {"tiers:\n  schemes:\n    s: {thresholds: {A: 80, B: 70}}\n",
     "policy.yaml:3:32: key 'tiers.schemes.s.thresholds.B': 70 is not above the line of the tier "
     "before it"},
    {"tiers:\n  schemes:\n    s: {thresholds: {A: 80}}\n",
     "policy.yaml:3:9: key 'tiers.schemes.s.thresholds': the tier 'B' has no line"},
    {"tiers:\n  schemes:\n    s: {thresholds: {A: 80, B: 90, C: 95}}\n",
     "policy.yaml:3:36: key 'tiers.schemes.s.thresholds.C': the last tier has no line: it takes "
     "the rest"},
    {"tiers:\n  schemes:\n    s: {thresholds: {A: 80, B: 101}}\n",
     "policy.yaml:3:32: key 'tiers.schemes.s.thresholds.B': 101 is not within 0 and 100"},
    {"tiers:\n  schemes:\n    s:\n      method: score\n      thresholds: {A: 80, B: 60}\n"
     "      indicators:\n        a: {source: years, weight: 60}\n        b: {source: orders, "
     "weight: 30}\n",
     "policy.yaml:6:7: key 'tiers.schemes.s.indicators': the weights sum to 90, not to 100"},
    {"tiers:\n  schemes:\n    s:\n      method: score\n      thresholds: {A: 60, B: 80}\n"
     "      indicators: {a: {source: years, weight: 100}}\n",
     "policy.yaml:5:30: key 'tiers.schemes.s.thresholds.B': 80 is not below the line of the tier "
     "before it"},
    {"tiers:\n  schemes:\n    s:\n      method: score\n      thresholds: {A: 80, B: 60}\n"
     "      indicators:\n        a: {source: years, weight: 100, mapping: bands,\n"
     "            bands: [{from: 0, to: 5, points: 1}, {from: 6, points: 2}]}\n",
     "policy.yaml:8:50: key 'tiers.schemes.s.indicators.a.bands[2]': there is a hole between 5 and "
     "6"},
    {"tiers:\n  schemes:\n    s:\n      method: score\n      thresholds: {A: 80, B: 60}\n"
     "      indicators:\n        a: {source: years, weight: 100, mapping: bands,\n"
     "            bands: [{from: 0, to: 5, points: 1}, {from: 4, points: 2}]}\n",
     "policy.yaml:8:50: key 'tiers.schemes.s.indicators.a.bands[2]': the band from 4 overlaps the "
     "one to 5"},
    {"tiers:\n  schemes:\n    s:\n      method: score\n      thresholds: {A: 80, B: 60}\n"
     "      indicators: {a: {source: field, field: nmae, weight: 100}}\n",
     "policy.yaml:6:46: key 'tiers.schemes.s.indicators.a.field': a customer has no field 'nmae'"},
    {"tiers:\n  schemes:\n    s:\n      method: score\n      measure: profit\n"
     "      thresholds: {A: 80, B: 60}\n      indicators: {a: {source: years, weight: 100}}\n",
     "policy.yaml:5:7: key 'tiers.schemes.s.measure': is not used by the method score"},
    {"tiers: {names: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, "
     "z, "
     "aa]}\n",
     "policy.yaml:1:16: key 'tiers.names': has 27 members, more than 26"},
    /* visits */
    {"visits:\n  cadence:\n    A: {every: 3mo, channel: fax}\n    B: {every: 6mo}\n"
     "    C: {every: 1y}\n",
     "policy.yaml:3:30: key 'visits.cadence.A.channel': there is no channel 'fax'"},
    {"visits:\n  cadence:\n    A: {every: 3mo}\n    C: {every: 1y}\n",
     "policy.yaml:2:3: key 'visits.cadence': the tier 'B' has no cadence"},
    {"visits:\n  cadence:\n    A: {every: 3mo}\n    B: {every: 1y}\n    C: {every: 1y}\n"
     "    D: {every: 1y}\n",
     "policy.yaml:6:5: key 'visits.cadence.D': there is no tier 'D'"},
    {"visits:\n  cadence:\n    A: {every: 4wh}\n    B: {every: 1y}\n    C: {every: 1y}\n",
     "policy.yaml:3:16: key 'visits.cadence.A.every': '4wh' is not counted in days"},
    /* calendars */
    {"calendars:\n  o: {week: {mon: [9-12]}}\n",
     "policy.yaml:2:20: key 'calendars.o.week.mon[1]': '9-12' is no interval of a day"},
    {"calendars:\n  o: {week: {mon: [18:00-09:00]}}\n",
     "policy.yaml:2:20: key 'calendars.o.week.mon[1]': '18:00-09:00' ends before it begins"},
    {"calendars:\n  o: {week: {mon: [09:00-12:00, 11:00-13:00]}}\n",
     "policy.yaml:2:33: key 'calendars.o.week.mon[2]': '11:00-13:00' begins before the one before "
     "it ends"},
    {"calendars:\n  o: {week: {mon: [00:00-24:01]}}\n",
     "policy.yaml:2:20: key 'calendars.o.week.mon[1]': '00:00-24:01' is no interval of a day"},
    {"calendars:\n  o: {week: {mon: []}}\n",
     "policy.yaml:2:7: key 'calendars.o.week': the calendar has no working time"},
    {"calendars: {}\n", "policy.yaml:1:12: key 'calendars': is empty"},
    /* complaints */
    {"complaints:\n  limits:\n    - {tier: A}\n",
     "policy.yaml:3:7: key 'complaints.limits[1]': the limit has neither 'respond' nor 'resolve'"},
    {"complaints:\n  limits:\n    - {respond: 4wh, calendar: night}\n",
     "policy.yaml:3:32: key 'complaints.limits[1].calendar': there is no calendar 'night'"},
    {"complaints:\n  limits:\n    - {respond: 2d, resolve: 4h}\n",
     "policy.yaml:3:17: key 'complaints.limits[1].respond': the time to respond exceeds that to "
     "resolve"},
    {"complaints:\n  limits:\n    - {respond: 3mo}\n",
     "policy.yaml:3:17: key 'complaints.limits[1].respond': '3mo' is no time limit"},
    {"complaints:\n  limits:\n    - {severity: low, respond: 1h}\n    - {severity: low, respond: "
     "2h}\n",
     "policy.yaml:4:7: key 'complaints.limits[2]': never holds: line 3 has the same conditions"},
    {"complaints:\n  limits:\n    - {severity: low, respond: 1h}\n"
     "    - {tier: A, severity: low, respond: 1h}\n    - {tier: B, severity: low, respond: 1h}\n"
     "    - {tier: C, severity: low, respond: 1h}\n",
     "policy.yaml:3:7: key 'complaints.limits[1]': never holds: more specific limits take every "
     "case"},
    {"complaints:\n  limits:\n    - {severity: hihg, respond: 1h}\n",
     "policy.yaml:3:18: key 'complaints.limits[1].severity': there is no choice 'hihg'"},
    {"complaints:\n  escalation: [{at: 75, tell: owner}, {at: 50, tell: owner}]\n",
     "policy.yaml:2:44: key 'complaints.escalation[2].at': 50 is below the step before it"},
    {"complaints:\n  causes: {a: {parent: b}, b: {}}\n",
     "policy.yaml:2:24: key 'complaints.causes.a.parent': the first cause can't belong to another"},
    /* custom fields */
    {"fields: {custmer: {a: {}}}\n",
     "policy.yaml:1:10: key 'fields.custmer': there is no kind with fields 'custmer'"},
    {"fields: {customer: {name: {}}}\n",
     "policy.yaml:1:21: key 'fields.customer.name': the kind customer has a field 'name' of its "
     "own"},
    {"fields: {customer: {Day: {}}}\n",
     "policy.yaml:1:21: key 'fields.customer.Day': 'Day' is no name of a field"},
    {"fields: {customer: {day: {type: enum}}}\n",
     "policy.yaml:1:33: key 'fields.customer.day.type': an enum needs the key 'choices'"},
};

static void every_refusal_names_place_and_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct policy *policy = NULL;
        struct error error = {0};
        const char *text = refusals[i].text;
        crm_status status = policy_parse("policy.yaml", text, strlen(text), &policy, &error);
        if (status != CRM_INVALID) {
            print_error("not refused:\n%s", text);
        }
        assert_int_equal(status, CRM_INVALID);
        assert_string_equal(error.message, refusals[i].message);
        assert_null(policy);
    }
}

static void hints_name_the_nearest(void **state)
{
    (void)state;
    struct policy *policy = NULL;
    struct error error = {0};
    const char *text = "tiers:\n  namse: [A]\n";
    policy_parse("p", text, strlen(text), &policy, &error);
    assert_string_equal(error.hint, "did you mean 'names'?");
    text = "visits: {cadence: {A: {every: 3mo, channel: fax}, B: {every: 1y}, C: {every: 1y}}}\n";
    policy_parse("p", text, strlen(text), &policy, &error);
    assert_string_equal(error.hint, "there are: message, email, event, phone, video, face");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    char text[80] = "a: ";
    for (size_t i = 0; i < 32; i++) {
        text[3 + i] = '[';
        text[3 + 32 + i] = ']';
    }
    struct policy *policy = NULL;
    struct error error = {0};
    assert_int_equal(policy_parse("p", text, strlen(text), &policy, &error), CRM_INVALID);
    assert_string_equal(error.message, "p:1:35: nested too deeply");
}

static void large_files_and_nul_bytes_are_refused(void **state)
{
    (void)state;
    struct policy *policy = NULL;
    struct error error = {0};
    assert_int_equal(policy_parse("p", "a: 1\nb\0: 2\n", 11, &policy, &error), CRM_INVALID);
    assert_string_equal(error.message, "p:2:2: a NUL byte in the file");
    char *large = malloc(YAML_BYTES + 1);
    assert_non_null(large);
    memset(large, '#', YAML_BYTES + 1);
    assert_int_equal(policy_parse("p", large, YAML_BYTES + 1, &policy, &error), CRM_INVALID);
    assert_string_equal(error.message, "p: larger than 1048576 bytes");
    free(large);
}

static void files_that_are_none_are_refused(void **state)
{
    (void)state;
    struct policy *policy = NULL;
    struct error error = {0};
    assert_int_equal(policy_load("/tmp", &policy, &error), CRM_INVALID);
    assert_string_equal(error.message, "/tmp: a directory, not a file");
    assert_int_equal(policy_load("/nowhere/policy.yaml", &policy, &error), CRM_NOT_FOUND);
    assert_string_equal(error.message, "/nowhere/policy.yaml: No such file or directory");
}

/* ---- the database's address ---- */

static void assert_changed(const char *text, const char *address, const char *expected)
{
    struct buffer out = {0};
    struct error error = {0};
    crm_status status = policy_with_database(text, strlen(text), address, &out, &error);
    if (status != CRM_OK) {
        print_error("%s\n", error.message);
    }
    assert_int_equal(status, CRM_OK);
    assert_string_equal(buffer_string(&out), expected);
    buffer_release(&out);
}

static void an_address_is_put_in_and_taken_out(void **state)
{
    (void)state;
    static const char plain[] = "# ours\ncurrency: EUR\n";
    static const char with[] = "# ours\ncurrency: EUR\ndatabase: \"postgresql://h/n\"\n";
    assert_changed(plain, "postgresql://h/n", with);
    assert_changed(with, NULL, plain);
    assert_changed(plain, NULL, plain);
    assert_changed("", "postgresql://h/n", "database: \"postgresql://h/n\"\n");
    assert_changed("currency: EUR", "postgresql://h/n",
                   "currency: EUR\ndatabase: \"postgresql://h/n\"\n");
    /* Lines keep their numbers, remarks stay, a replica of the old database goes. */
    assert_changed("database: postgresql://a/b   # why\nreplica: postgresql://a/c\ncurrency: EUR\n",
                   "postgresql://h/n",
                   "database: \"postgresql://h/n\"   # why\n# replica: none\ncurrency: EUR\n");
    assert_changed("database: postgresql://a/b\ncurrency: EUR\n", NULL,
                   "# database: crm.db\ncurrency: EUR\n");
    assert_changed("# database: crm.db\ncurrency: EUR\n", "postgresql://h/n",
                   "database: \"postgresql://h/n\"\ncurrency: EUR\n");
}

static void an_address_between_other_things_is_left_to_a_person(void **state)
{
    (void)state;
    static const char text[] = "{currency: EUR, database: 'postgresql://a/b'}\n";
    struct buffer out = {0};
    struct error error = {0};
    assert_int_equal(policy_with_database(text, strlen(text), "postgresql://h/n", &out, &error),
                     CRM_INVALID);
    assert_non_null(strstr(error.hint, "lines of their own"));
    buffer_release(&out);
}

static void a_replica_needs_a_database(void **state)
{
    (void)state;
    static const char text[] = "replica: postgresql://a/b\n";
    struct policy *policy = NULL;
    struct error error = {0};
    assert_int_equal(policy_parse("p", text, strlen(text), &policy, &error), CRM_INVALID);
    assert_string_equal(error.message,
                        "p:1:10: key 'replica': there is no database to be a copy of");
}

/* ---- files made to break parsers ---- */

static void load_torture(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, YAML_DATA "/%s", name);
    struct policy *policy = NULL;
    struct error error = {0};
    crm_status status = policy_load(path, &policy, &error);
    if (status == CRM_OK) {
        assert_non_null(policy);
    } else {
        assert_int_equal(status, CRM_INVALID);
        assert_int_equal(strncmp(error.message, path, strlen(path)), 0);
        assert_true(error.message[strlen(path)] == ':');
    }
    policy_free(policy);
}

static void torture_files_load_or_are_refused(void **state)
{
    (void)state;
    DIR *directory = opendir(YAML_DATA);
    if (directory == NULL) {
        print_message(YAML_DATA " is absent: skipped\n");
        return;
    }
    size_t count = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            load_torture(entry->d_name);
            count++;
        }
    }
    closedir(directory);
    assert_true(count > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_policy_has_the_defaults),
        cmocka_unit_test(sections_left_empty_have_the_defaults),
        cmocka_unit_test(a_new_book_has_the_defaults),
        cmocka_unit_test(the_text_of_a_new_book_shows_every_default),
        cmocka_unit_test(a_score_scheme_is_read_whole),
        cmocka_unit_test(a_part_stands_where_its_key_does),
        cmocka_unit_test(quotas_count_or_share),
        cmocka_unit_test(custom_fields_stand_in_one_array),
        cmocka_unit_test(every_refusal_names_place_and_key),
        cmocka_unit_test(hints_name_the_nearest),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(large_files_and_nul_bytes_are_refused),
        cmocka_unit_test(files_that_are_none_are_refused),
        cmocka_unit_test(an_address_is_put_in_and_taken_out),
        cmocka_unit_test(an_address_between_other_things_is_left_to_a_person),
        cmocka_unit_test(a_replica_needs_a_database),
        cmocka_unit_test(torture_files_load_or_are_refused),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
