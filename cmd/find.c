/* SPDX-License-Identifier: MIT */
/* crm find: words in the records of all kinds. */
#include "command.h"

static const struct argument arguments[] = {
    {.name = N_("WORD"), .help = N_("what the record contains; all of them"), .repeats = true},
    {0},
};

static crm_status run(struct call *call)
{
    crm_filter words = call_filter(call, 0);
    return crm_record_find(call->book, &words, call->sink);
}

const struct command command_find = {
    .name = "find",
    .summary = N_("find words in the records of all kinds"),
    .description = N_("Searches names, keys, phones, numbers, notes and what was said, from one "
                      "character up."),
    .flags = COMMAND_BOOK_READ,
    .arguments = arguments,
    .run = run,
};
