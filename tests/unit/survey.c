/* SPDX-License-Identifier: MIT */
/* Answers and what they come to, against published values and their own laws; templates as a
 * person may write them. */
#include "rules/survey.h"

#include "base/decimal.h"
#include "policy/yaml.h"
#include "domain/survey.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void near(double value, double expected, double tolerance)
{
    if (fabs(value - expected) > tolerance)
        fail_msg("%.6f is not %.6f", value, expected);
}

/* ---- Figures ---- */

static const struct question nps = {.id = "q", .type = QUESTION_NPS, .minimum = 0, .maximum = 10};
static const struct question csat = {.id = "q", .type = QUESTION_CSAT, .minimum = 1, .maximum = 5};
static const struct question ces = {.id = "q", .type = QUESTION_CES, .minimum = 1, .maximum = 7};

static void nps_published(void **state)
{
    (void)state;
    struct survey_figure figure;
    const struct tally ten[] = {{10, 2}, {9, 1}, {8, 3}, {7, 2}, {6, 1}, {0, 1}};
    survey_figure(&nps, ten, 6, &figure);
    assert_string_equal(figure.metric, "nps");
    assert_int_equal(figure.n, 10);
    near(figure.estimate.value, 10, 1e-9);
    const struct tally more[] = {{9, 10}, {10, 8}, {7, 5}, {8, 6}, {5, 2}};
    survey_figure(&nps, more, 5, &figure);
    assert_int_equal(figure.n, 31);
    near(figure.estimate.value, 51.6, 0.05);
    near(figure.estimate.high - figure.estimate.value, 21.7, 0.05);
    near(figure.estimate.value - figure.estimate.low, 21.7, 0.05);
}

static void nps_stays_within_its_bounds(void **state)
{
    (void)state;
    struct survey_figure figure;
    const struct tally all[] = {{10, 3}};
    survey_figure(&nps, all, 1, &figure);
    assert_true(figure.estimate.value == 100 && figure.estimate.low == 100 &&
                figure.estimate.high == 100);
    const struct tally most[] = {{10, 2}, {7, 1}};
    survey_figure(&nps, most, 2, &figure);
    assert_true(figure.estimate.high == 100);
}

static void csat_is_the_share_of_the_two_best(void **state)
{
    (void)state;
    struct survey_figure figure;
    const struct tally tallies[] = {{5, 30}, {4, 17}, {3, 2}, {1, 1}};
    survey_figure(&csat, tallies, 4, &figure);
    assert_string_equal(figure.metric, "csat");
    assert_int_equal(figure.n, 50);
    near(figure.estimate.value, 94.0, 1e-9);
    near(figure.estimate.low, 83.8, 0.05);
    near(figure.estimate.high, 97.9, 0.05);
}

/* 2, 4, 4, 4, 5, 5, 7, 7: mean 4.75, and by hand the sum of
 * squares 7.5625 + 3 × 0.5625 + 2 × 0.0625 + 2 × 5.0625 = 19.5; √(19.5 / 7) = 1.669046;
 * t(7) = 2.364624; half of the interval 2.364624 × 1.669046 / √8 = 1.395350. */
static void ces_is_a_mean(void **state)
{
    (void)state;
    struct survey_figure figure;
    const struct tally tallies[] = {{2, 1}, {4, 3}, {5, 2}, {7, 2}};
    survey_figure(&ces, tallies, 4, &figure);
    assert_string_equal(figure.metric, "ces");
    near(figure.estimate.value, 4.75, 1e-9);
    near(figure.spread, 1.669046, 1e-6);
    near(figure.estimate.low, 4.75 - 1.395350, 1e-4);
    near(figure.estimate.high, 4.75 + 1.395350, 1e-4);
}

static void few_answers_promise_little(void **state)
{
    (void)state;
    struct survey_figure figure;
    survey_figure(&ces, NULL, 0, &figure);
    assert_int_equal(figure.n, 0);
    assert_false(figure.has_interval);
    const struct tally one[] = {{6, 1}};
    survey_figure(&ces, one, 1, &figure);
    near(figure.estimate.value, 6, 1e-12);
    assert_false(figure.has_interval);
    assert_false(figure.has_spread);
    survey_share(0, 0, &figure);
    assert_false(figure.has_interval);
    survey_share(47, 50, &figure);
    near(figure.estimate.low, 83.8, 0.05);
}

/* The estimate lies in its interval and within the scale; more of the same narrows it; NPS is the
 * mean of +100, 0 and −100. */
static void laws(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 5000; round++) {
        struct tally tallies[11], doubled[11];
        double sum = 0, n = 0;
        for (int i = 0; i < 11; i++) {
            tallies[i] = (struct tally){i, rand() % 20};
            doubled[i] = (struct tally){i, tallies[i].count * 2};
            sum += (double)tallies[i].count * (i >= 9 ? 100 : i <= 6 ? -100 : 0);
            n += (double)tallies[i].count;
        }
        if (n < 2)
            continue;
        struct survey_figure a, b;
        survey_figure(&nps, tallies, 11, &a);
        survey_figure(&nps, doubled, 11, &b);
        near(a.estimate.value, sum / n, 1e-9);
        near(b.estimate.value, a.estimate.value, 1e-9);
        assert_true(a.estimate.low <= a.estimate.value && a.estimate.value <= a.estimate.high);
        assert_true(a.estimate.low >= -100 && a.estimate.high <= 100);
        assert_true(b.estimate.high - b.estimate.low <= a.estimate.high - a.estimate.low);
    }
}

/* ---- Answers ---- */

static const struct question_label choices[] = {
    {"shop", "our shop"}, {"web", "our site"}, {"friend", "朋友"}};
static const struct question multi = {
    .id = "heard", .type = QUESTION_MULTI, .labels = choices, .label_count = 3};
static const struct question choice = {
    .id = "where", .type = QUESTION_CHOICE, .labels = choices, .label_count = 3};
static const struct question words = {.id = "why", .type = QUESTION_TEXT};

static void answers_are_read(void **state)
{
    (void)state;
    static const struct {
        const struct question *question;
        const char *text;
        crm_status status;
        int64_t number; /* -1: none */
        const char *words;
    } rows[] = {
        {&nps, "0", CRM_OK, 0, NULL},
        {&nps, " 10 ", CRM_OK, 10, NULL},
        {&nps, "9.0", CRM_OK, 9, NULL},
        {&nps, "11", CRM_INVALID, -1, NULL},
        {&nps, "-1", CRM_INVALID, -1, NULL},
        {&nps, "9.5", CRM_INVALID, -1, NULL},
        {&nps, "nine", CRM_INVALID, -1, NULL},
        {&nps, "9 of 10", CRM_INVALID, -1, NULL},
        {&nps, "99999999999999999999", CRM_INVALID, -1, NULL},
        {&csat, "0", CRM_INVALID, -1, NULL},
        {&csat, "5", CRM_OK, 5, NULL},
        {&ces, "7", CRM_OK, 7, NULL},
        {&ces, "8", CRM_INVALID, -1, NULL},
        {&nps, "", CRM_OK, -1, NULL},
        {&words, "  ", CRM_OK, -1, NULL},
        {&words, " too slow\t", CRM_OK, -1, "too slow"},
        {&words, "\xff", CRM_INVALID, -1, NULL},
        {&choice, "web", CRM_OK, -1, "web"},
        {&choice, "2", CRM_OK, -1, "web"},
        {&choice, "朋友", CRM_OK, -1, "friend"},
        {&choice, "web,shop", CRM_INVALID, -1, NULL},
        {&choice, "4", CRM_INVALID, -1, NULL},
        {&multi, "web, shop", CRM_OK, -1, "shop,web"},
        {&multi, "web,web,3", CRM_OK, -1, "web,friend"},
        {&multi, "web,", CRM_INVALID, -1, NULL},
        {&multi, "radio", CRM_INVALID, -1, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct error error = {0};
        struct answer answer;
        crm_status status = answer_parse(rows[i].question, rows[i].text, strlen(rows[i].text),
                                         &arena, &answer, &error);
        if (status != rows[i].status)
            fail_msg("row %zu: status %d, %s", i + 1, (int)status, error.message);
        if (status == CRM_OK && rows[i].number >= 0)
            assert_int_equal(answer.number.integer, rows[i].number * DECIMAL_ONE);
        else if (status == CRM_OK)
            assert_true(value_is_null(&answer.number));
        if (status == CRM_OK && rows[i].words != NULL)
            assert_true(strlen(rows[i].words) == answer.text.length &&
                        memcmp(rows[i].words, answer.text.text, answer.text.length) == 0);
        else if (status == CRM_OK)
            assert_true(value_is_null(&answer.text));
        arena_release(&arena);
    }
}

static void a_refusal_names_question_and_range(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct answer answer;
    answer_parse(&ces, "8", 1, &arena, &answer, &error);
    assert_string_equal(error.message, "q: '8' is no whole number within 1-7");
    answer_parse(&multi, "radio", 5, &arena, &answer, &error);
    assert_string_equal(error.message, "heard: 'radio' is none of the choices: shop, web, friend");
    arena_release(&arena);
}

/* ---- Templates ---- */

#define HEAD "id: t\nversion: 2\ntitle: T\nquestions:\n"

static crm_status parse(const char *text, bool chinese, struct arena *arena, struct survey *out,
                        struct error *error)
{
    return survey_parse("t.yaml", text, strlen(text), chinese, arena, out, error);
}

static void a_template_is_read(void **state)
{
    (void)state;
    static const char text[] =
        "id: repair\nversion: 3\ntitle: {en: Repair, zh: 维修}\nlanguage: en\nquestions:\n"
        "  - {id: easy, type: ces, text: {en: Easy?, zh: 容易吗？}}\n"
        "  - {id: mood, type: scale, min: -2, max: 2, labels: {-2: angry, 2: happy}, text: Mood}\n"
        "  - {id: heard, type: multi, choices: {shop: our shop, web: our site}, text: Heard}\n"
        "  - {id: where, type: choice, choices: [a, b], text: {zh: 哪里}}\n";
    struct arena arena = {0};
    struct error error = {0};
    struct survey survey;
    if (parse(text, false, &arena, &survey, &error) != CRM_OK)
        fail_msg("%s", error.message);
    assert_string_equal(survey.id, "repair");
    assert_int_equal(survey.version, 3);
    assert_string_equal(survey.title, "Repair");
    assert_int_equal(survey.question_count, 4);
    assert_int_equal(survey.questions[0].maximum, 7);
    assert_int_equal(survey.questions[1].minimum, -2);
    assert_string_equal(survey.questions[1].labels[1].text, "happy");
    assert_string_equal(survey.questions[2].labels[0].text, "our shop");
    assert_string_equal(survey.questions[3].labels[1].text, "b");
    assert_string_equal(survey.questions[3].text, "哪里");
    assert_int_equal(parse(text, true, &arena, &survey, &error), CRM_OK);
    assert_string_equal(survey.title, "维修");
    assert_string_equal(survey.questions[0].text, "容易吗？");
    assert_string_equal(survey.questions[1].text, "Mood");
    arena_release(&arena);
}

static void mistakes_have_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "t.yaml:1:1: 'id' is missing"},
        {"- a\n", "t.yaml:1:1: must hold `key: value` lines"},
        {"id: Big\n", "t.yaml:1:5: key 'id': an id has small letters, digits, - and _, and begins "
                      "with a letter"},
        {"id: t\nversion: two\n",
         "t.yaml:2:10: key 'version': must be a whole number from 1 to 1000000"},
        {"id: t\nversion: 1\ntitel: T\n", "t.yaml:3:1: unknown key 'titel'"},
        {"id: t\nversion: 1\ntitle: T\nquestions: []\n",
         "t.yaml:4:12: key 'questions': must have 1 to 200 questions"},
        {HEAD "  - {id: a, type: npz, text: A}\n",
         "t.yaml:5:19: key 'questions[1].type': there is no type 'npz'"},
        {HEAD "  - {id: a, type: kano, text: A}\n",
         "t.yaml:5:19: key 'questions[1].type': this crm does not know questions of type kano yet"},
        {HEAD "  - {id: a, type: nps, max: 5, text: A}\n",
         "t.yaml:5:29: key 'questions[1].max': only questions of type scale have it"},
        {HEAD "  - {id: a, type: scale, min: 5, text: A}\n",
         "t.yaml:5:5: key 'questions[1]': 'min' must be below 'max'"},
        {HEAD "  - {id: a, type: choice, text: A}\n",
         "t.yaml:5:5: key 'questions[1]': 'choices' has to give two or more"},
        {HEAD "  - {id: a, type: text, text: A}\n  - {id: a, type: text, text: B}\n",
         "t.yaml:6:5: key 'questions[2]': there is a question 'a' already"},
        {HEAD "  - {id: date, type: text, text: A}\n",
         "t.yaml:5:10: key 'questions[1].id': 'date' is a column of its own in files of answers"},
        {HEAD "  - {id: a, type: text}\n", "t.yaml:5:5: key 'questions[1]': 'text' is missing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct error error = {0};
        struct survey survey;
        assert_int_equal(parse(rows[i].text, false, &arena, &survey, &error), CRM_INVALID);
        if (strcmp(error.message, rows[i].message) != 0)
            fail_msg("row %zu: %s", i + 1, error.message);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nps_published),
        cmocka_unit_test(nps_stays_within_its_bounds),
        cmocka_unit_test(csat_is_the_share_of_the_two_best),
        cmocka_unit_test(ces_is_a_mean),
        cmocka_unit_test(few_answers_promise_little),
        cmocka_unit_test(laws),
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(a_refusal_names_question_and_range),
        cmocka_unit_test(a_template_is_read),
        cmocka_unit_test(mistakes_have_a_place),
    };
    return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
