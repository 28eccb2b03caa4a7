/* SPDX-License-Identifier: MIT */
/* crm list: records of a kind that pass a filter. */
#include "command.h"

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
    .arguments = kind_filter_arguments,
    .run = run,
};
