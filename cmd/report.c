/* SPDX-License-Identifier: MIT */
/* crm report: figures over a period. */
#include "command.h"

#include <string.h>

struct report_options {
    const char *by, *from, *to, *measure, *window;
    int64_t limit;
};

static const char *const measures[] = {"revenue", "profit", NULL};

static const struct option options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .target = offsetof(struct report_options, by),
     .argument = N_("GROUP"),
     .help = N_("group by these, separated by commas; crm report lists them"),
     .complete = COMPLETE_GROUP},
    {.name = "from",
     .type = OPTION_DATE,
     .target = offsetof(struct report_options, from),
     .argument = N_("DATE"),
     .help = N_("first day; twelve months before the last one when left out")},
    {.name = "to",
     .type = OPTION_DATE,
     .target = offsetof(struct report_options, to),
     .argument = N_("DATE"),
     .help = N_("last day; today when left out")},
    {.name = "measure",
     .type = OPTION_CHOICE,
     .target = offsetof(struct report_options, measure),
     .argument = N_("FIGURE"),
     .help = N_("what is added up: revenue or profit"),
     .choices = measures},
    {.name = "window",
     .type = OPTION_TEXT,
     .target = offsetof(struct report_options, window),
     .argument = N_("TIME"),
     .help = N_("how long before and after a visit orders are looked at: 60d, 8w")},
    {.name = "limit",
     .letter = 'n',
     .type = OPTION_COUNT,
     .target = offsetof(struct report_options, limit),
     .argument = N_("N"),
     .help = N_("print no more than so many rows")},
    {0},
};

static const struct argument arguments[] = {
    {.name = N_("NAME"),
     .help = N_("which report; without one they are listed"),
     .optional = true,
     .complete = COMPLETE_REPORT},
    {.name = N_("FILTER"),
     .help = N_("of which customers: field=value, or a word to search for"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_FILTER,
     .of = "customer"},
    {0},
};

static crm_status run(struct call *call)
{
    const struct report_options *given = call->options;
    if (call->argument_count == 0)
        return crm_report_list(call->book, call->sink);
    const crm_report_options wanted = {.from = given->from,
                                       .to = given->to,
                                       .by = given->by,
                                       .measure = given->measure,
                                       .window = given->window,
                                       .limit = given->limit,
                                       .filter = call_filter(call, 1)};
    return crm_report_run(call->book, call->arguments[0], &wanted, call->sink);
}

const struct command command_report = {
    .name = "report",
    .summary = N_("print figures over a period"),
    .description = N_("All reports print the period they used; the default is the last twelve "
                      "months."),
    .flags = COMMAND_BOOK_READ | COMMAND_BOOK_REPORT,
    .arguments = arguments,
    .options = options,
    .options_size = sizeof(struct report_options),
    .run = run,
};
