/* SPDX-License-Identifier: MIT */
/* Which answers in words were chosen from the template: those are counted, and tell of nobody. */
#include "domain/survey.h"

#include <string.h>

struct counting {
    struct crm_book *book;
    struct query *query;
    const char *id; /* of the template that was loaded last; NULL: none */
    bool known;     /* whether there is one of that id */
    struct survey survey;
    struct arena arena;
    bool any;
};

static void counting_release(struct counting *counting)
{
    arena_release(&counting->arena);
}

/* A template that is gone counts nothing any more. */
static crm_status load(struct counting *counting, const struct value *id)
{
    if (counting->id != NULL && strcmp(counting->id, id->text) == 0)
        return CRM_OK;
    counting->id = arena_copy_length(&counting->arena, id->text, id->length);
    if (counting->id == NULL)
        return error_no_memory(&counting->book->error);
    crm_status status =
        survey_load(counting->book, counting->id, &counting->arena, &counting->survey);
    counting->known = status == CRM_OK;
    return status == CRM_NOT_FOUND || status == CRM_INVALID ? CRM_OK : status;
}

static crm_status add_question(void *context, const struct value *row)
{
    struct counting *counting = context;
    struct query *query = counting->query;
    crm_status status = load(counting, &row[0]);
    const struct question *question = status == CRM_OK && counting->known
                                          ? survey_question(&counting->survey, row[1].text)
                                          : NULL;
    if (question == NULL || question->type == QUESTION_TEXT)
        return status;
    const char *name = arena_copy(&query->arena, question->id);
    const char *id = arena_copy(&query->arena, counting->id);
    if (name == NULL || id == NULL)
        return error_no_memory(&counting->book->error);
    buffer_text(&query->sql, counting->any ? " OR (t.template = " : "(t.template = ");
    query_value(query, value_text(id));
    buffer_text(&query->sql, " AND t.question = ");
    query_value(query, value_text(name));
    buffer_character(&query->sql, ')');
    counting->any = true;
    return CRM_OK;
}

crm_status survey_counted_words(struct crm_book *book, const char *where, int64_t id,
                                struct query *query)
{
    struct counting counting cleanup(counting_release) = {.book = book, .query = query};
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_integer(id);
    const char *sql = arena_printf(&arena,
                                   "SELECT DISTINCT t.template, t.question FROM survey_answer t "
                                   "WHERE %s AND t.answer_text IS NOT NULL ORDER BY 1, 2",
                                   where);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_query(book->store, sql, &parameter, 1, add_question, &counting);
    if (status == CRM_OK)
        error_clear(&book->error); /* of templates that are gone */
    return status;
}
