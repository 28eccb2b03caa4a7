/* SPDX-License-Identifier: MIT */
/* Satisfaction from the last survey that each customer answered. */
#include "domain/tier_survey.h"

#include "base/decimal.h"
#include "domain/survey.h"

#include <string.h>

/* The templates by which a question is known to be of the type csat. */
struct reading {
    struct crm_book *book;
    struct tier_evaluation *evaluation;
    size_t indicator;
    const struct survey *surveys;
    size_t survey_count;
    int64_t customer, response; /* of the answer before */
    size_t number;              /* of that customer's subject */
    struct tier_origin origin;  /* the response's answers so far, summed up in its term; of no rows
                                   before the first */
};

static bool is_text(const struct value *value, const char *text)
{
    return value->type == VALUE_TEXT && value->length == strlen(text) &&
           memcmp(value->text, text, value->length) == 0;
}

/* Answers to a survey whose template is gone cannot be told apart: they do not count. */
static bool is_csat(const struct reading *reading, const struct value *survey,
                    const struct value *question)
{
    for (size_t i = 0; i < reading->survey_count; i++) {
        const struct survey *known = &reading->surveys[i];
        if (!is_text(survey, known->id))
            continue;
        for (size_t k = 0; k < known->question_count; k++)
            if (is_text(question, known->questions[k].id))
                return known->questions[k].type == QUESTION_CSAT;
    }
    return false;
}

enum { AT_CUSTOMER, AT_DAY, AT_RESPONSE, AT_TEMPLATE, AT_QUESTION, AT_ANSWER };

/* The sum becomes a mean. */
static void finish_response(struct reading *reading)
{
    if (reading->origin.rows == 0)
        return;
    tier_terms(reading->evaluation, reading->number)[reading->indicator].raw /=
        reading->origin.rows;
    tier_put_origin(reading->evaluation, reading->number, reading->indicator, reading->origin);
}

/* A later response takes the place of an earlier one. */
static crm_status read_answer(void *context, const struct value *row)
{
    struct reading *reading = context;
    if (!is_csat(reading, &row[AT_TEMPLATE], &row[AT_QUESTION]))
        return CRM_OK;
    const struct tier_subject *subject =
        tier_subject_find(reading->evaluation, row[AT_CUSTOMER].integer);
    day_number day;
    if (subject == NULL || row[AT_DAY].type != VALUE_TEXT ||
        !date_parse_iso(row[AT_DAY].text, row[AT_DAY].length, &day))
        return CRM_OK;
    size_t number = (size_t)(subject - reading->evaluation->subjects);
    struct tier_term *term = &tier_terms(reading->evaluation, number)[reading->indicator];
    bool another =
        reading->customer != subject->id || reading->response != row[AT_RESPONSE].integer;
    if (another) {
        finish_response(reading);
        *term = (struct tier_term){.state = TERM_KNOWN};
        reading->origin = (struct tier_origin){.from = day, .to = day};
    }
    reading->customer = subject->id;
    reading->response = row[AT_RESPONSE].integer;
    reading->number = number;
    term->raw += (row[AT_ANSWER].integer - DECIMAL_ONE) * 25;
    reading->origin.rows++;
    return CRM_OK;
}

static crm_status load_surveys(struct reading *reading, struct arena *arena)
{
    const char *const *ids;
    size_t count;
    crm_status status = survey_ids(reading->book, arena, &ids, &count);
    if (status != CRM_OK)
        return status;
    struct survey *surveys = arena_array(arena, count, sizeof *surveys);
    if (surveys == NULL)
        return error_no_memory(&reading->book->error);
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = survey_load(reading->book, ids[i], arena, &surveys[i]);
    reading->surveys = surveys;
    reading->survey_count = count;
    return status;
}

crm_status tier_satisfaction_load(struct crm_book *book, struct tier_evaluation *evaluation,
                                  size_t indicator, struct arena *arena)
{
    struct reading reading = {.book = book, .evaluation = evaluation, .indicator = indicator};
    struct duration back = evaluation->indicators[indicator].period;
    char from[DATE_TEXT];
    back.count = -back.count;
    date_format(date_add(evaluation->today, back), from);
    const struct value parameters[] = {value_text(from), value_text(book->today_text)};
    crm_status status = load_surveys(&reading, arena);
    if (status == CRM_OK)
        status = store_query(book->store,
                             "SELECT customer, answered_on, response, template, question, answer "
                             "FROM survey_answer WHERE answered_on > $1 AND answered_on <= $2 "
                             "AND answer IS NOT NULL ORDER BY customer, answered_on, response",
                             parameters, 2, read_answer, &reading);
    if (status == CRM_OK)
        finish_response(&reading);
    return status;
}
