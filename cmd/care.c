/* SPDX-License-Identifier: MIT */
/* crm care: birthdays, founding days and festivals, and what to say. */
#include "command.h"

struct care_options {
    const char *within;
    const char *staff;
};

static const struct option care_options[] = {
    {.name = "within",
     .type = OPTION_TEXT,
     .target = offsetof(struct care_options, within),
     .argument = N_("TIME"),
     .help = N_("those told in that time: 7d, 2w, 1mo; 30d when left out")},
    {.name = "for",
     .type = OPTION_TEXT,
     .target = offsetof(struct care_options, staff),
     .argument = N_("STAFF"),
     .help = N_("only customers of that owner"),
     .complete = COMPLETE_RECORD,
     .of = "staff"},
    {0},
};

static crm_status run(struct call *call)
{
    const struct care_options *options = call->options;
    const crm_filter filter = call_filter(call, 0);
    return crm_care(call->book, &filter, options->within, options->staff, call->sink);
}

static const struct argument greeting_arguments[] = {
    {.name = N_("REF"),
     .help = N_("customer, or contact such as P-12"),
     .complete = COMPLETE_RECORD,
     .of = "customer"},
    {.name = N_("OCCASION"),
     .help = N_("birthday, founding, or a festival; the next one when left out"),
     .optional = true},
    {0},
};

static crm_status run_greeting(struct call *call)
{
    const char *text = NULL;
    crm_status status =
        crm_care_greeting(call->book, call->arguments[0],
                          call->argument_count > 1 ? call->arguments[1] : NULL, &text);
    if (status != CRM_OK)
        return status;
    status = crm_plain_text(call->stream, text);
    return status == CRM_OK ? crm_plain_text(call->stream, "\n") : status;
}

static const struct command subcommands[] = {
    {.name = "greeting",
     .summary = N_("print the greeting for a customer or contact"),
     .description =
         N_("The text is that of 'care.greetings' in policy.yaml, else one of crm's own."),
     .flags = COMMAND_BOOK_READ | COMMAND_PLAIN,
     .arguments = greeting_arguments,
     .run = run_greeting},
    {0},
};

const struct command command_care = {
    .name = "care",
    .summary = N_("birthdays, founding days and festivals to come"),
    .description = N_("Without a subcommand: whom to greet, in the order of the days."),
    .flags = COMMAND_BOOK_READ,
    .arguments = customer_filter_arguments,
    .options = care_options,
    .options_size = sizeof(struct care_options),
    .subcommands = subcommands,
    .run = run,
};
