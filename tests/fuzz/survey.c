/* SPDX-License-Identifier: MIT */
/* A survey template, and answers to its questions. */
#include "fuzz.h"
#include "domain/survey.h"

static void answer(const struct question *question, const char *text, struct arena *arena)
{
    struct error error = {0};
    struct answer out;
    must_explain(answer_parse(question, text, strlen(text), arena, &out, &error), &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const answers[] = {
        "", "0", "10", "-3", "yes", "shop,web", "9999999999999999999"};
    struct error error = {0};
    struct survey survey;
    struct arena arena = {0};
    char *text = text_of(data, size);
    crm_status status =
        survey_parse("survey.yaml", text, size, size % 2 == 0, &arena, &survey, &error);
    must_explain(status, &error);
    for (size_t i = 0; status == CRM_OK && i < survey.question_count; i++)
        for (size_t j = 0; j < sizeof answers / sizeof *answers; j++)
            answer(&survey.questions[i], answers[j], &arena);
    arena_release(&arena);
    free(text);
    return 0;
}
