/* SPDX-License-Identifier: MIT */
/* crm merge: one of two records that are the same thing. */
#include "command.h"

static const struct argument arguments[] = {
    {.name = N_("KIND"),
     .help = N_("kind of both records; customer when left out"),
     .optional = true,
     .complete = COMPLETE_KIND},
    {.name = N_("FROM"), .help = N_("the record that goes"), .complete = COMPLETE_RECORD},
    {.name = N_("INTO"), .help = N_("the record that stays"), .complete = COMPLETE_RECORD},
    {0},
};

static crm_status run(struct call *call)
{
    const char *kind = call_take_kind(call, 2);
    if (call->argument_count > 2)
        return call_unknown_kind(call, call->arguments[0]);
    return crm_record_merge(call->book, kind, call->arguments[0], call->arguments[1], call->sink);
}

const struct command command_merge = {
    .name = "merge",
    .summary = N_("move everything of one record to another, and remove it"),
    .description = N_("Blanks of INTO are filled from FROM."),
    .flags = COMMAND_BOOK_WRITE,
    .arguments = arguments,
    .run = run,
};
