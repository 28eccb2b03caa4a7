/* SPDX-License-Identifier: MIT */
/* Surveys: templates of the book and of the library, and the answers to them. */
#ifndef CRM_SURVEY_H
#define CRM_SURVEY_H

#include "record/record.h"
#include "rules/survey.h"

struct survey {
    const char *id;
    int64_t version;
    const char *title, *language;
    const struct question *questions;
    size_t question_count;
    const char *path;
    bool shipped; /* with the library, not of the book */
};

/* The template of that id: of the book's surveys/, else one that came with the library. In `arena`.
 * CRM_NOT_FOUND names those that there are, CRM_INVALID gives file:line:column. */
crm_status survey_load(struct crm_book *book, const char *id, struct arena *arena,
                       struct survey *out);
/* From memory; `path` stands for the file. `chinese` chooses among texts in two languages. */
crm_status survey_parse(const char *path, const char *text, size_t length, bool chinese,
                        struct arena *arena, struct survey *out, struct error *error);
/* Ids of all templates, sorted, without double ones. In `arena`. */
crm_status survey_ids(struct crm_book *book, struct arena *arena, const char *const **out,
                      size_t *count);
/* NULL when there is none. */
const struct question *survey_question(const struct survey *survey, const char *id);
/* Refuses a question that there is not. */
crm_status survey_refuse_question(const struct survey *survey, const char *id, struct error *error);

/* Keeps customer.last_survey_on. */
crm_status survey_note_last(struct crm_book *book, int64_t customer);
/* After a change of the customers' answers: that, and the day on which they are asked again. */
crm_status survey_follow(struct crm_book *book, const int64_t *customers, size_t count);
/* What it is kept as: SQL over the customer at hand. */
#define SURVEY_LAST                                                                                \
    "(SELECT max(a.answered_on) FROM survey_answer a WHERE a.customer = customer.id)"

/* For lib/domain/derived.c: see derived_counted_words. */
crm_status survey_counted_words(struct crm_book *book, const char *where, int64_t id,
                                struct query *query);

/* ---- Results ---- */

enum {
    SURVEY_TEMPLATE,
    SURVEY_QUESTION,
    SURVEY_METRIC,
    SURVEY_ANSWER, /* of a choice */
    SURVEY_VALUE,
    SURVEY_LOW,
    SURVEY_HIGH,
    SURVEY_SPREAD,
    SURVEY_N,
    SURVEY_MISSING,
    SURVEY_BY,
    SURVEY_GROUP,
    SURVEY_MARK, /* n is below SURVEY_FEW */
    SURVEY_RESULT_COLUMNS
};
enum { SURVEY_FEW = 30 /* figures of fewer say little: they are marked */ };

/* Which answers count, and how they are grouped. */
struct survey_scope {
    const char *from, *to; /* days, both included; NULL: any */
    const char *by; /* month, quarter, year, version, or a field of the customer; NULL: all */
    const struct crm_filter *customers, *answers; /* NULL: all */
    bool unanswered; /* a figure for each question even when there are no answers */
};
/* One row of SURVEY_RESULT_COLUMNS values for each figure of a survey. *withheld is set when a
 * group has too few answers to be ranked, and left alone otherwise. */
crm_status survey_each_figure(struct crm_book *book, const char *id,
                              const struct survey_scope *scope, store_row each, void *context,
                              bool *withheld);
void survey_result_columns(bool grouped, struct column out[SURVEY_RESULT_COLUMNS]);
/* What the metrics mean, and why some groups have none. */
crm_status survey_result_notes(const struct crm_book *book, bool withheld, struct crm_sink *sink);

/* ---- Between the files of this domain ---- */

/* All answers that were given together. */
struct response {
    int64_t customer;
    struct value contact, staff, external_id;
    char answered_on[DATE_TEXT];
    struct answer *answers; /* one a question of the survey; blank ones are not stored */
};
/* The statement that stores answers, prepared once for many of them. */
crm_status response_prepare(struct crm_book *book, struct statement **out);
/* Stores a response; *stored gets the number of answers, *number that of the response. */
crm_status response_store(struct crm_book *book, struct statement *statement,
                          const struct survey *survey, const struct response *response,
                          int64_t *stored, int64_t *number);
/* The acting member of the staff; null when the actor is none. */
crm_status response_staff(struct crm_book *book, struct arena *arena, struct value *out);
/* Refuses a contact of another customer. */
crm_status response_check_contact(struct crm_book *book, int64_t contact, int64_t customer);

#endif
