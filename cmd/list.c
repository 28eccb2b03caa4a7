/* SPDX-License-Identifier: MIT */
/* crm list: records of a kind that pass a filter. */
#include "command.h"

static const struct argument arguments[] = {
    {.name = N_("KIND"),
     .help = N_("kind of the records; customer when left out"),
     .optional = true,
     .complete = COMPLETE_KIND},
    {.name = N_("FILTER"),
     .help = N_("field=value, !=, <, <=, >, >=, ~ (contains), or a word to search for"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_FILTER},
    {0},
};

static crm_status run(struct call *call)
{
    const char *kind = call_take_kind(call, 0);
    crm_filter filter = call_filter(call, 0);
    return crm_record_list(call->book, kind == NULL ? "customer" : kind, &filter, call->sink);
}

const struct command command_list = {
    .name = "list",
    .summary = N_("list records that pass a filter"),
    .description = N_("Words are ANDed; a bare word searches names, keys, phones and notes."),
    .flags = COMMAND_BOOK_READ,
    .arguments = arguments,
    .run = run,
};
