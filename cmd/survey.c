/* SPDX-License-Identifier: MIT */
/* crm survey: asking customers, and what they answered. */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct argument no_arguments[] = {{0}};

static crm_status run_templates(struct call *call)
{
    return crm_survey_templates(call->book, call->sink);
}

/* ---- ask ---- */

struct ask_options {
    struct words answers;
    const char *contact;
    const char *on;
    bool force;
};

static const struct option ask_options[] = {
    {.name = "answer",
     .type = OPTION_LIST,
     .target = offsetof(struct ask_options, answers),
     .argument = N_("QUESTION=ANSWER"),
     .help = N_("an answer; may be given several times")},
    {.name = "contact",
     .type = OPTION_TEXT,
     .target = offsetof(struct ask_options, contact),
     .argument = N_("REF"),
     .help = N_("contact who answers"),
     .complete = COMPLETE_RECORD,
     .of = "contact"},
    {.name = "on",
     .type = OPTION_DATE,
     .target = offsetof(struct ask_options, on),
     .argument = N_("DATE"),
     .help = N_("day of the answers; today when left out")},
    {.name = "force",
     .type = OPTION_FLAG,
     .target = offsetof(struct ask_options, force),
     .help = N_("ask although the customer was asked lately")},
    {0},
};

static const struct argument ask_arguments[] = {
    {.name = N_("TEMPLATE"), .help = N_("survey, as crm survey templates lists them")},
    {.name = N_("CUSTOMER"),
     .help = N_("key, #id, external id or name"),
     .complete = COMPLETE_RECORD,
     .of = "customer"},
    {0},
};

/* Questions, and answers as they come in. */
struct dialogue {
    struct call *call;
    crm_assignment *answers;
    size_t count, capacity;
    crm_question_info *questions;
    size_t question_count, question_capacity;
};

static char *copy(struct call *call, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(call_allocate(call, size, 1), text, size);
}

/* A larger copy of a full array; what is left behind goes with the call. */
static void *grow(struct call *call, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity == 0 ? 16 : *capacity * 2;
    void *grown = call_allocate(call, *capacity, size);
    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

static void add_answer(struct dialogue *dialogue, const char *question, const char *answer)
{
    dialogue->answers = grow(dialogue->call, dialogue->answers, dialogue->count,
                             &dialogue->capacity, sizeof *dialogue->answers);
    dialogue->answers[dialogue->count++] = (crm_assignment){.field = question, .value = answer};
}

static crm_status split_answers(struct dialogue *dialogue, const struct words *given)
{
    for (size_t i = 0; i < given->count; i++) {
        char *question = copy(dialogue->call, given->items[i]);
        char *equals = strchr(question, '=');
        if (equals == NULL) {
            call_fail(dialogue->call, CRM_USAGE, _("--answer %s: there is no '='"), question);
            return call_hint(dialogue->call, CRM_USAGE,
                             _("write --answer QUESTION=ANSWER, such as --answer recommend=9"));
        }
        *equals = '\0';
        add_answer(dialogue, question, equals + 1);
    }
    return CRM_OK;
}

static crm_status keep_question(void *context, const crm_question_info *question)
{
    struct dialogue *dialogue = context;
    struct call *call = dialogue->call;
    dialogue->questions = grow(call, dialogue->questions, dialogue->question_count,
                               &dialogue->question_capacity, sizeof *dialogue->questions);
    dialogue->questions[dialogue->question_count++] =
        (crm_question_info){.id = copy(call, question->id),
                            .type = copy(call, question->type),
                            .text = copy(call, question->text),
                            .range = copy(call, question->range),
                            .labels = copy(call, question->labels)};
    return CRM_OK;
}

/* The question and what may be answered; prompts are no data, so they go to the error stream. */
static void prompt(const crm_question_info *question)
{
    fprintf(stderr, "%s\n", question->text);
    if (question->labels[0] != '\0')
        fprintf(stderr, "  %s\n", question->labels);
    if (question->range[0] != '\0')
        fprintf(stderr, "%s (%s): ", question->id, question->range);
    else
        fprintf(stderr, "%s: ", question->id);
    fflush(stderr);
}

/* Asks until the answer is one; an empty line is none. */
static crm_status ask_question(struct dialogue *dialogue, const char *template,
                               const crm_question_info *question)
{
    struct call *call = dialogue->call;
    char *line = NULL;
    size_t size = 0;
    for (;;) {
        prompt(question);
        ssize_t length = getline(&line, &size, stdin);
        if (length < 0) {
            free(line);
            fputc('\n', stderr);
            call_fail(call, CRM_USAGE, _("the answers ended before the questions"));
            return call_hint(call, CRM_USAGE,
                             _("nothing was stored; an empty line skips a question"));
        }
        line[strcspn(line, "\r\n")] = '\0';
        crm_status status = crm_survey_check(call->book, template, question->id, line);
        if (status == CRM_OK)
            break;
        if (status != CRM_INVALID) {
            free(line);
            return status;
        }
        fprintf(stderr, "%s\n", crm_book_message(call->book));
    }
    if (line[0] != '\0')
        add_answer(dialogue, question->id, copy(call, line));
    free(line);
    return CRM_OK;
}

static crm_status ask_all(struct dialogue *dialogue, const crm_survey_options *options)
{
    struct call *call = dialogue->call;
    const char *template = call->arguments[0];
    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
        call_fail(call, CRM_USAGE,
                  _("crm survey ask: no answers, and no terminal to ask for them"));
        return call_hint(call, CRM_USAGE, _("give them: --answer QUESTION=ANSWER"));
    }
    crm_status status = crm_survey_may_ask(call->book, template, call->arguments[1], options);
    if (status == CRM_OK)
        status = crm_survey_questions(call->book, template, keep_question, dialogue);
    for (size_t i = 0; i < dialogue->question_count && status == CRM_OK; i++)
        status = ask_question(dialogue, template, &dialogue->questions[i]);
    return status;
}

static crm_status run_ask(struct call *call)
{
    const struct ask_options *options = call->options;
    const crm_survey_options survey = {
        .contact = options->contact, .on = options->on, .force = options->force};
    struct dialogue dialogue = {.call = call};
    crm_status status = options->answers.count > 0 ? split_answers(&dialogue, &options->answers)
                                                   : ask_all(&dialogue, &survey);
    if (status != CRM_OK)
        return status;
    return crm_survey_ask(call->book, call->arguments[0], call->arguments[1], dialogue.answers,
                          dialogue.count, &survey, call->sink);
}

/* ---- import, list, result ---- */

static const struct argument import_arguments[] = {
    {.name = N_("TEMPLATE"), .help = N_("survey, as crm survey templates lists them")},
    {.name = N_("FILE"),
     .help = N_("CSV, TSV or JSON Lines; - is standard input"),
     .complete = COMPLETE_FILE},
    {0},
};

static crm_status run_import(struct call *call)
{
    bool standard_input = strcmp(call->arguments[1], "-") == 0;
    return crm_survey_import(call->book, call->arguments[0],
                             standard_input ? "stdin" : call->arguments[1],
                             standard_input ? stdin : NULL, call->sink);
}

#define FILTER_ARGUMENT                                                                            \
    {                                                                                              \
        .name = N_("FILTER"),                                                                      \
        .help = N_("field=value, !=, <, <=, >, >=, ~ (contains), or a word to search for"),        \
        .optional = true, .repeats = true, .complete = COMPLETE_FILTER, .of = "survey_answer"      \
    }

static const struct argument list_arguments[] = {FILTER_ARGUMENT, {0}};

static const struct argument result_arguments[] = {
    {.name = N_("TEMPLATE"), .help = N_("survey, as crm survey templates lists them")},
    FILTER_ARGUMENT,
    {0},
};

static crm_status run_list(struct call *call)
{
    crm_filter filter = call_filter(call, 0);
    return crm_record_list(call->book, "survey_answer", &filter, call->sink);
}

struct result_options {
    const char *by;
};

static const struct option result_options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .target = offsetof(struct result_options, by),
     .argument = N_("GROUP"),
     .help = N_("month, quarter, year, version, or a field of the customer")},
    {0},
};

static crm_status run_result(struct call *call)
{
    const struct result_options *options = call->options;
    crm_filter filter = call_filter(call, 1);
    return crm_survey_result(call->book, call->arguments[0], &filter, options->by, call->sink);
}

/* ---- The table ---- */

static const struct command subcommands[] = {
    {.name = "templates",
     .summary = N_("list the surveys that there are"),
     .flags = COMMAND_BOOK_READ,
     .arguments = no_arguments,
     .run = run_templates},
    {.name = "ask",
     .summary = N_("ask a customer, or store what was answered"),
     .description = N_("Asks on a terminal unless answers are given."),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = ask_arguments,
     .options = ask_options,
     .options_size = sizeof(struct ask_options),
     .run = run_ask},
    {.name = "import",
     .summary = N_("read answers from a file, all or none"),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = import_arguments,
     .run = run_import},
    {.name = "list",
     .summary = N_("list answers that pass a filter"),
     .flags = COMMAND_BOOK_READ,
     .arguments = list_arguments,
     .run = run_list},
    {.name = "result",
     .summary = N_("what a survey came to"),
     .flags = COMMAND_BOOK_READ | COMMAND_BOOK_REPORT,
     .arguments = result_arguments,
     .options = result_options,
     .options_size = sizeof(struct result_options),
     .run = run_result},
    {0},
};

const struct command command_survey = {
    .name = "survey",
    .summary = N_("ask customers, and what they answered"),
    .subcommands = subcommands,
};
