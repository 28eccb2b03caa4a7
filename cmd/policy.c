/* SPDX-License-Identifier: MIT */
/* crm policy: the rules of a book, and what is wrong with them. */
#include "program.h"

/* The book stays closed: one whose policy is broken could not be opened. */
static crm_status run_check(struct call *call)
{
    if (call->argument_count > 0)
        return crm_policy_check(call->book, call->arguments[0], call->sink);
    crm_status status = environment_place(call);
    return status != CRM_OK ? status : crm_policy_check(call->book, call->place, call->sink);
}

static crm_status run_show(struct call *call)
{
    return crm_policy_show(call->book, call->sink);
}

static const struct argument check_arguments[] = {
    {.name = N_("FILE"),
     .help = N_("a policy, or the directory of a book; the book's own when left out"),
     .optional = true,
     .complete = COMPLETE_FILE},
    {0},
};

static const struct command subcommands[] = {
    {.name = "check",
     .summary = N_("list what is wrong with a policy"),
     .description = N_("One row for each problem, with file, line, column and key. It needs no "
                       "book when a file is named, and works when the book's policy is broken."),
     .flags = COMMAND_NO_BOOK,
     .arguments = check_arguments,
     .run = run_check},
    {.name = "show",
     .summary = N_("list every rule that holds, defaults included"),
     .description = N_("Each key with its value and the line it comes from."),
     .flags = COMMAND_BOOK_READ,
     .run = run_show},
    {0},
};

const struct command command_policy = {
    .name = "policy",
    .summary = N_("check and show the rules of a book"),
    .description = N_("The rules stand in policy.yaml of the book: see crm-policy(5)."),
    .subcommands = subcommands,
};
