/* SPDX-License-Identifier: MIT */
/* Answers from a file: a row for each response, a column for each question. All or nothing. */
#include "domain/survey.h"

#include "base/id_list.h"
#include "domain/visit.h"
#include "import/rows.h"
#include "rules/asking.h"

#include <string.h>

enum { COLUMN_CUSTOMER, COLUMN_DATE, COLUMN_CONTACT, COLUMN_EXTERNAL, COLUMN_QUESTION };

struct reading {
    struct crm_book *book;
    struct survey survey;
    struct rows *rows;
    int *meaning; /* of each column: COLUMN_… + index of the question */
    size_t columns;
    struct statement *insert, *known;
    struct response response;
    struct value staff;
    int64_t read, added, same, answers;
    struct arena arena; /* of the file */
    struct arena row;
};

static crm_status refuse_column(struct reading *reading, const char *name)
{
    survey_refuse_question(&reading->survey, name, &reading->book->error);
    return error_place(&reading->book->error, reading->rows->name, reading->rows->header_line, 0);
}

static crm_status bind_column(struct reading *reading, size_t column)
{
    static const char *const names[] = {"customer", "date", "contact", "external_id"};
    const char *name = reading->rows->columns[column];
    for (int i = 0; i < COLUMN_QUESTION; i++) {
        if (strcmp(names[i], name) == 0) {
            reading->meaning[column] = i;
            return CRM_OK;
        }
    }
    const struct question *question = survey_question(&reading->survey, name);
    if (question == NULL)
        return refuse_column(reading, name);
    reading->meaning[column] = COLUMN_QUESTION + (int)(question - reading->survey.questions);
    return CRM_OK;
}

/* JSON Lines may name new columns in any row. */
static crm_status bind_columns(struct reading *reading)
{
    size_t count = reading->rows->column_count;
    if (reading->columns == count)
        return CRM_OK;
    int *meaning = arena_array(&reading->arena, count, sizeof *meaning);
    if (meaning == NULL)
        return error_no_memory(&reading->book->error);
    if (reading->columns > 0)
        memcpy(meaning, reading->meaning, reading->columns * sizeof *meaning);
    reading->meaning = meaning;
    crm_status status = CRM_OK;
    for (; reading->columns < count && status == CRM_OK; reading->columns++)
        status = bind_column(reading, reading->columns);
    return status;
}

static crm_status require_customer_column(struct reading *reading)
{
    struct error *error = &reading->book->error;
    const struct rows *rows = reading->rows;
    if (rows->header_line == 0 || rows_column(rows, "customer") >= 0)
        return CRM_OK;
    error_set(error, CRM_INVALID, _("there is no column 'customer'"));
    error_hint(error, _("the columns are customer, the questions' ids, and date, contact or "
                        "external_id"));
    return error_place(error, rows->name, rows->header_line, 0);
}

/* ---- One row ---- */

static crm_status take_reference(struct reading *reading, const struct kind *kind,
                                 const struct cell *cell, int64_t *out)
{
    struct crm_book *book = reading->book;
    char *text = arena_copy_length(&reading->row, cell->text, cell->length);
    if (text == NULL)
        return error_no_memory(&book->error);
    crm_status status = record_resolve(book, kind, text, out);
    /* In a file, a name that fits none or several is bad input. */
    if (status == CRM_NOT_FOUND || status == CRM_AMBIGUOUS)
        status = book->error.status = CRM_INVALID;
    return status;
}

static crm_status take_date(struct reading *reading, const struct cell *cell)
{
    struct crm_book *book = reading->book;
    char *text = arena_copy_length(&reading->row, cell->text, cell->length);
    day_number day;
    if (text == NULL)
        return error_no_memory(&book->error);
    crm_status status = date_parse(text, book->today, &day, &book->error);
    if (status != CRM_OK)
        return status;
    if (day > book->today) {
        error_set(&book->error, CRM_INVALID, _("date: '%s' is in the future"), text);
        return error_hint(&book->error, _("look at the file's dates"));
    }
    date_format(day, reading->response.answered_on);
    return CRM_OK;
}

static crm_status take_cell(struct reading *reading, size_t column)
{
    const struct cell *cell = &reading->rows->cells[column];
    struct response *response = &reading->response;
    int meaning = reading->meaning[column];
    int64_t id = 0;
    crm_status status = CRM_OK;
    if (!cell->given || cell->length == 0)
        return CRM_OK;
    if (meaning >= COLUMN_QUESTION)
        return answer_parse(&reading->survey.questions[meaning - COLUMN_QUESTION], cell->text,
                            cell->length, &reading->row,
                            &response->answers[meaning - COLUMN_QUESTION], &reading->book->error);
    if (meaning == COLUMN_CUSTOMER)
        return take_reference(reading, &kind_customer, cell, &response->customer);
    if (meaning == COLUMN_DATE)
        return take_date(reading, cell);
    if (meaning == COLUMN_EXTERNAL) {
        response->external_id = value_text_length(cell->text, cell->length);
        return CRM_OK;
    }
    status = take_reference(reading, &kind_contact, cell, &id);
    response->contact = value_integer(id);
    return status;
}

/* A response that bears the number of one that is stored is that one. */
static crm_status is_known(struct reading *reading, bool *known)
{
    const struct value parameters[] = {value_text(reading->survey.id),
                                       reading->response.external_id};
    *known = false;
    if (value_is_null(&parameters[1]))
        return CRM_OK;
    crm_status status = statement_bind_all(reading->known, parameters, 2);
    if (status == CRM_OK)
        status = statement_step(reading->known, known);
    statement_reset(reading->known);
    return status;
}

static crm_status check_row(struct reading *reading)
{
    struct crm_book *book = reading->book;
    struct response *response = &reading->response;
    if (response->customer == 0) {
        error_set(&book->error, CRM_INVALID, _("the customer is missing"));
        return error_hint(&book->error, _("every row names one in the column 'customer'"));
    }
    if (value_is_null(&response->contact))
        return CRM_OK;
    return response_check_contact(book, response->contact.integer, response->customer);
}

static crm_status keep_row(struct reading *reading)
{
    bool known = false;
    int64_t stored = 0, number;
    crm_status status = check_row(reading);
    if (status == CRM_OK)
        status = is_known(reading, &known);
    if (status == CRM_OK && !known)
        status = response_store(reading->book, reading->insert, &reading->survey,
                                &reading->response, &stored, &number);
    if (status == CRM_OK && !known && stored == 0) {
        error_set(&reading->book->error, CRM_INVALID, _("nothing was answered"));
        status = error_hint(&reading->book->error, _("take the row out of the file"));
    }
    reading->same += known;
    reading->added += !known;
    reading->answers += stored;
    return status;
}

static crm_status place(struct reading *reading, crm_status status, size_t column)
{
    struct error *error = &reading->book->error;
    long line = reading->rows->line, character = 0;
    if (status != CRM_INVALID)
        return status;
    if (column < reading->rows->column_count)
        rows_place(reading->rows, column, &line, &character);
    return error_place(error, reading->rows->name, line, character);
}

static crm_status take_row(struct reading *reading)
{
    struct response *response = &reading->response;
    size_t questions = reading->survey.question_count;
    arena_clear(&reading->row);
    *response = (struct response){.staff = reading->staff};
    memcpy(response->answered_on, reading->book->today_text, sizeof response->answered_on);
    response->answers = arena_array(&reading->row, questions, sizeof *response->answers);
    if (response->answers == NULL)
        return error_no_memory(&reading->book->error);
    crm_status status = bind_columns(reading);
    for (size_t i = 0; i < reading->rows->column_count && status == CRM_OK; i++)
        status = place(reading, take_cell(reading, i), i);
    if (status == CRM_OK)
        status = place(reading, keep_row(reading), reading->rows->column_count);
    reading->read++;
    return status;
}

/* ---- The file ---- */

static crm_status take_rows(struct reading *reading)
{
    crm_status status = bind_columns(reading);
    if (status == CRM_OK)
        status = require_customer_column(reading);
    while (status == CRM_OK) {
        enum rows_result result = rows_next(reading->rows);
        if (result == ROWS_END)
            break;
        status = result == ROWS_ROW ? take_row(reading) : reading->book->error.status;
        int64_t done, total;
        rows_progress(reading->rows, &done, &total);
        book_progress(reading->book, reading->rows->name, done, total);
    }
    return status;
}

static crm_status open_all(struct reading *reading, const char *id, const char *file, FILE *stream)
{
    struct crm_book *book = reading->book;
    const struct rows_options options = {.path = file, .stream = stream, .quote = '"'};
    crm_status status = survey_load(book, id, &reading->arena, &reading->survey);
    if (status == CRM_OK)
        status = response_staff(book, &reading->arena, &reading->staff);
    if (status == CRM_OK)
        status = response_prepare(book, &reading->insert);
    if (status == CRM_OK)
        status = store_prepare(book->store,
                               "SELECT 1 FROM survey_answer WHERE template = $1 "
                               "AND external_id = $2 LIMIT 1",
                               &reading->known);
    return status == CRM_OK ? rows_open(&options, &reading->rows, &book->error) : status;
}

static crm_status add_customer(void *context, const struct value *row)
{
    return id_list_add(context, row[0].integer) ? CRM_OK : CRM_NO_MEMORY;
}

/* The day on which they are asked again. */
static crm_status note_next(struct crm_book *book)
{
    const struct value entry = value_integer(book->entry);
    struct id_list customers = {0};
    crm_status status = store_query(book->store,
                                    "SELECT DISTINCT customer FROM survey_answer WHERE entry = $1 "
                                    "ORDER BY customer",
                                    &entry, 1, add_customer, &customers);
    if (status == CRM_NO_MEMORY)
        error_no_memory(&book->error);
    if (status == CRM_OK)
        status = visit_refresh_many(book, customers.items, customers.count);
    id_list_release(&customers);
    return status;
}

/* The customers of this entry's answers. */
static crm_status note_last(struct crm_book *book)
{
    const struct value entry = value_integer(book->entry);
    crm_status status =
        store_run(book->store,
                  "UPDATE customer SET last_survey_on = (SELECT max(a.answered_on) "
                  "FROM survey_answer a WHERE a.customer = customer.id) WHERE id IN "
                  "(SELECT b.customer FROM survey_answer b WHERE b.entry = $1)",
                  &entry, 1);
    return status == CRM_OK && asking_by_time(book->policy) ? note_next(book) : status;
}

static crm_status write_summary(const struct reading *reading, const char *file,
                                struct crm_sink *sink)
{
    const struct column columns[] = {
        {.name = "file", .label = _("File"), .type = DATA_TEXT},
        {.name = "template", .label = _("Template"), .type = DATA_TEXT},
        {.name = "read", .label = _("Read"), .type = DATA_INTEGER},
        {.name = "added", .label = _("Added"), .type = DATA_INTEGER},
        {.name = "same", .label = _("Same"), .type = DATA_INTEGER},
        {.name = "answers", .label = _("Answers"), .type = DATA_INTEGER}};
    const struct table table = {.name = "import",
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns,
                                .record = true};
    const struct value row[] = {value_text(file),
                                value_text(reading->survey.id),
                                value_integer(reading->read),
                                value_integer(reading->added),
                                value_integer(reading->same),
                                value_integer(reading->answers)};
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = sink_row(sink, row);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status crm_survey_import(crm_book *book, const char *id, const char *file, FILE *stream,
                             crm_sink *sink)
{
    struct reading reading = {.book = book};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = open_all(&reading, id, file, stream);
    if (status == CRM_OK)
        status = take_rows(&reading);
    if (status == CRM_OK)
        status = note_last(book);
    if (status == CRM_OK)
        status = write_summary(&reading, file, sink);
    statement_free(reading.insert);
    statement_free(reading.known);
    rows_close(reading.rows);
    arena_release(&reading.row);
    arena_release(&reading.arena);
    return book_end(book, status);
}
