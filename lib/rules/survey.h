/* SPDX-License-Identifier: MIT */
/* Surveys: what may be answered to a question, and what the answers of many come to. */
#ifndef CRM_RULES_SURVEY_H
#define CRM_RULES_SURVEY_H

#include "base/error.h"
#include "base/memory.h"
#include "base/value.h"
#include "rules/statistics.h"

enum question_type {
    QUESTION_NPS,    /* 0 to 10: would recommend */
    QUESTION_CSAT,   /* 1 to 5: satisfied */
    QUESTION_CES,    /* 1 to 7: was easy */
    QUESTION_SCALE,  /* the template's minimum to maximum */
    QUESTION_CHOICE, /* one of the choices */
    QUESTION_MULTI,  /* any of the choices */
    QUESTION_TEXT
};
enum { QUESTION_TYPES = QUESTION_TEXT + 1 };
/* As written in templates: nps, csat, … */
extern const char *const question_type_names[QUESTION_TYPES];

/* A choice, or a point of a scale that has a name. */
struct question_label {
    const char *name; /* stored; a point: its number in digits */
    const char *text; /* for people */
};

struct question {
    const char *id;
    enum question_type type;
    const char *text;
    int64_t minimum, maximum; /* of the numbers that may be answered */
    const struct question_label *labels;
    size_t label_count;
    long line; /* in the template */
};

/* Numbers from minimum to maximum are answered. */
bool question_is_number(const struct question *question);

/* An answer as it is stored: a decimal, or text. Both null for a blank, which is no answer. */
struct answer {
    struct value number, text;
};
/* Reads an answer: CRM_INVALID with the question and what it may be. Choices are named, or counted
 * from 1; several are separated by commas. Text is borrowed or lives in `arena`. */
crm_status answer_parse(const struct question *question, const char *text, size_t length,
                        struct arena *arena, struct answer *out, struct error *error);
/* What may be answered, for a prompt: "0-10", "shop, web". In `arena`. */
const char *question_range(const struct question *question, struct arena *arena);

/* How often a number was answered. */
struct tally {
    int64_t value; /* in units */
    int64_t count;
};

/* What a question's answers come to, with its 95 percent interval.
 *   nps: share of 9 and 10 less share of 0 to 6, in points; variance p + d − (p − d)²
 *   csat: share of the two best answers, in percent; Wilson's interval
 *   ces, scale: the mean, Student's interval, and the standard deviation as spread */
struct survey_figure {
    const char *metric; /* nps, csat, ces, mean */
    int64_t n;
    struct interval_estimate estimate;
    bool has_interval; /* a mean of one answer has none */
    double spread;     /* of means; of n − 1 */
    bool has_spread;
};
/* For a question of numbers; n is 0 when nothing was tallied. */
void survey_figure(const struct question *question, const struct tally *tallies, size_t count,
                   struct survey_figure *out);
/* How many of `n` chose it, in percent, with Wilson's interval. */
void survey_share(int64_t chosen, int64_t n, struct survey_figure *out);

#endif
