/* SPDX-License-Identifier: MIT */
/* Asking a customer: who may be asked, and the answers that are stored. */
#include "domain/survey.h"

#include "domain/visit.h"
#include "rules/asking.h"

#include <string.h>

crm_status survey_note_last(struct crm_book *book, int64_t customer)
{
    const struct value parameter = value_integer(customer);
    return store_run(book->store,
                     "UPDATE customer SET last_survey_on = " SURVEY_LAST " WHERE id = $1",
                     &parameter, 1);
}

crm_status survey_follow(struct crm_book *book, const int64_t *customers, size_t count)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = survey_note_last(book, customers[i]);
    return status == CRM_OK && asking_by_time(book->policy)
               ? visit_refresh_many(book, customers, count)
               : status;
}

/* ---- Storing a response ---- */

crm_status response_prepare(struct crm_book *book, struct statement **out)
{
    return store_prepare(book->store,
                         "INSERT INTO survey_answer (response, customer, contact, staff, template, "
                         "template_version, answered_on, question, answer, answer_text, "
                         "external_id, entry) "
                         "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                         out);
}

/* Responses are numbered by the index of their answers, which costs no look through all of them. */
static crm_status next_response(struct crm_book *book, int64_t *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value next = value_null();
    crm_status status = store_row_values(book->store, &arena,
                                         "SELECT coalesce(max(response), 0) + 1 FROM survey_answer",
                                         NULL, 0, &next, 1);
    *out = next.integer;
    return status;
}

crm_status response_store(struct crm_book *book, struct statement *statement,
                          const struct survey *survey, const struct response *response,
                          int64_t *stored, int64_t *number)
{
    crm_status status = next_response(book, number);
    *stored = 0;
    for (size_t i = 0; i < survey->question_count && status == CRM_OK; i++) {
        const struct answer *answer = &response->answers[i];
        if (value_is_null(&answer->number) && value_is_null(&answer->text))
            continue;
        const struct value row[] = {value_integer(*number),
                                    value_integer(response->customer),
                                    response->contact,
                                    response->staff,
                                    value_text(survey->id),
                                    value_integer(survey->version),
                                    value_text(response->answered_on),
                                    value_text(survey->questions[i].id),
                                    answer->number,
                                    answer->text,
                                    response->external_id,
                                    value_integer(book->entry)};
        status = statement_bind_all(statement, row, sizeof row / sizeof *row);
        if (status == CRM_OK)
            status = statement_run(statement);
        (*stored)++;
    }
    return status;
}

crm_status response_staff(struct crm_book *book, struct arena *arena, struct value *out)
{
    const struct value actor = value_text(book->actor);
    crm_status status = store_row_values(
        book->store, arena, "SELECT id FROM staff WHERE login = $1", &actor, 1, out, 1);
    if (status == CRM_NOT_FOUND)
        *out = value_null();
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

crm_status response_check_contact(struct crm_book *book, int64_t contact, int64_t customer)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value id = value_integer(contact);
    struct value row;
    crm_status status = store_row_values(
        book->store, &arena, "SELECT customer FROM contact WHERE id = $1", &id, 1, &row, 1);
    if (status != CRM_OK || row.integer == customer)
        return status;
    error_set(&book->error, CRM_INVALID, _("contact P-%lld is another customer's"),
              (long long)contact);
    return error_hint(&book->error, _("see whose contacts there are: crm list contact"));
}

/* ---- Who may be asked ---- */

/* One asking under way. */
struct asking {
    struct crm_book *book;
    const crm_survey_options *options;
    struct arena arena;
    struct survey survey;
    struct response response;
    day_number day;
};

static crm_status read_day(struct asking *asking)
{
    struct crm_book *book = asking->book;
    const char *on = asking->options->on;
    asking->day = book->today;
    crm_status status =
        on == NULL ? CRM_OK : date_parse(on, book->today, &asking->day, &book->error);
    date_format(asking->day, asking->response.answered_on);
    if (status != CRM_OK || asking->day <= book->today)
        return status;
    error_set(&book->error, CRM_INVALID, _("on: %s is in the future"),
              asking->response.answered_on);
    return error_hint(&book->error, _("write down what was answered, when it was answered"));
}

/* A customer is not asked again too soon, whatever the survey. */
static crm_status guard_fatigue(struct asking *asking)
{
    struct crm_book *book = asking->book;
    int days = book->policy->survey_min_days;
    const struct value customer = value_integer(asking->response.customer);
    struct value row[2];
    day_number last;
    if (days == 0 || asking->options->force)
        return CRM_OK;
    crm_status status = store_row_values(book->store, &asking->arena,
                                         "SELECT key, last_survey_on FROM customer WHERE id = $1",
                                         &customer, 1, row, 2);
    if (status != CRM_OK || row[1].type != VALUE_TEXT ||
        !date_parse_iso(row[1].text, row[1].length, &last))
        return status;
    day_number apart = asking->day > last ? asking->day - last : last - asking->day;
    if (apart >= days)
        return CRM_OK;
    char next[DATE_TEXT];
    date_format(date_add(last, (struct duration){days, DURATION_DAYS}), next);
    error_set(&book->error, CRM_CONFLICT,
              _("%s answered a survey on %s and is not asked again before %s"), row[0].text,
              row[1].text, next);
    return error_hint(&book->error, _("surveys.min_days of the policy is %d; --force asks now"),
                      days);
}

static crm_status guard_contact(struct asking *asking)
{
    struct crm_book *book = asking->book;
    int64_t id = 0;
    struct value refuses = value_null();
    if (asking->options->contact == NULL)
        return CRM_OK;
    crm_status status = record_resolve(book, &kind_contact, asking->options->contact, &id);
    if (status == CRM_OK)
        status = response_check_contact(book, id, asking->response.customer);
    asking->response.contact = value_integer(id);
    if (status == CRM_OK)
        status = store_row_values(book->store, &asking->arena,
                                  "SELECT do_not_contact FROM contact WHERE id = $1",
                                  &asking->response.contact, 1, &refuses, 1);
    if (status != CRM_OK || refuses.integer != 1 || asking->options->force)
        return status;
    error_set(&book->error, CRM_CONFLICT, _("contact P-%lld does not want to be contacted"),
              (long long)id);
    return error_hint(&book->error, _("ask somebody else, or --force"));
}

static crm_status prepare(struct asking *asking, const char *id, const char *reference)
{
    struct crm_book *book = asking->book;
    crm_status status = survey_load(book, id, &asking->arena, &asking->survey);
    if (status == CRM_OK)
        status = record_resolve(book, &kind_customer, reference, &asking->response.customer);
    if (status == CRM_OK)
        status = read_day(asking);
    if (status == CRM_OK)
        status = guard_contact(asking);
    return status == CRM_OK ? guard_fatigue(asking) : status;
}

crm_status crm_survey_may_ask(crm_book *book, const char *id, const char *reference,
                              const crm_survey_options *options)
{
    struct asking asking = {.book = book, .options = options};
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = prepare(&asking, id, reference);
    arena_release(&asking.arena);
    return status;
}

/* ---- Asking ---- */

static crm_status take_answer(struct asking *asking, const crm_assignment *given, bool *taken)
{
    struct error *error = &asking->book->error;
    const struct survey *survey = &asking->survey;
    const struct question *question = survey_question(survey, given->field);
    if (question == NULL)
        return survey_refuse_question(survey, given->field, error);
    size_t index = (size_t)(question - survey->questions);
    if (taken[index]) {
        error_set(error, CRM_INVALID, _("%s: it was answered twice"), given->field);
        return error_hint(error, _("give one answer; several choices are separated by commas"));
    }
    taken[index] = true;
    return answer_parse(question, given->value, strlen(given->value), &asking->arena,
                        &asking->response.answers[index], error);
}

static crm_status take_answers(struct asking *asking, const crm_assignment *answers, size_t count)
{
    size_t questions = asking->survey.question_count;
    bool *taken = arena_array(&asking->arena, questions, sizeof *taken);
    asking->response.answers =
        arena_array(&asking->arena, questions, sizeof *asking->response.answers);
    if (taken == NULL || asking->response.answers == NULL)
        return error_no_memory(&asking->book->error);
    crm_status status = CRM_OK;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = take_answer(asking, &answers[i], taken);
    return status;
}

static crm_status refuse_empty(struct asking *asking)
{
    struct error *error = &asking->book->error;
    error_set(error, CRM_INVALID, _("survey %s: nothing was answered"), asking->survey.id);
    return error_hint(error, _("give answers, such as --answer %s=…"),
                      asking->survey.questions[0].id);
}

static crm_status hand_over(void *context, const struct value *row)
{
    return sink_row(context, row);
}

static crm_status write_response(struct crm_book *book, int64_t number, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct selection selection;
    const struct value parameter = value_integer(number);
    crm_status status = selection_make(book, &kind_survey_answer, 0, sink, &arena, &selection);
    if (status != CRM_OK || sink == NULL)
        return status;
    const char *from = arena_printf(&arena, "%s WHERE t.response = $1", selection.from);
    const struct table table = {
        .name = "survey_answer", .columns = selection.columns, .count = selection.count};
    const struct store_select select = {
        .columns = selection.sql, .column_count = selection.count, .from = from, .order = "t.id"};
    if (from == NULL)
        return error_no_memory(&book->error);
    status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = store_each(book->store, &select, &parameter, 1, hand_over, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status store_answers(struct asking *asking, struct crm_sink *sink)
{
    struct crm_book *book = asking->book;
    struct statement *statement cleanup(statement_cleanup) = NULL;
    int64_t stored = 0, number = 0;
    crm_status status = response_staff(book, &asking->arena, &asking->response.staff);
    if (status == CRM_OK)
        status = response_prepare(book, &statement);
    if (status == CRM_OK)
        status =
            response_store(book, statement, &asking->survey, &asking->response, &stored, &number);
    if (status == CRM_OK && stored == 0)
        status = refuse_empty(asking);
    if (status == CRM_OK)
        status = survey_follow(book, &asking->response.customer, 1);
    return status == CRM_OK ? write_response(book, number, sink) : status;
}

crm_status crm_survey_ask(crm_book *book, const char *id, const char *reference,
                          const crm_assignment *answers, size_t count,
                          const crm_survey_options *options, crm_sink *sink)
{
    struct asking asking = {.book = book, .options = options};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = prepare(&asking, id, reference);
    if (status == CRM_OK)
        status = take_answers(&asking, answers, count);
    if (status == CRM_OK)
        status = store_answers(&asking, sink);
    arena_release(&asking.arena);
    return book_end(book, status);
}
