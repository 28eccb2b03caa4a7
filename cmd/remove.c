/* SPDX-License-Identifier: MIT */
/* crm remove: removes a record that nothing refers to. */
#include "command.h"

static crm_status run(struct call *call)
{
    const char *kind, *reference;
    crm_status status = call_record(call, &kind, &reference);
    return status != CRM_OK ? status : crm_record_remove(call->book, kind, reference, call->sink);
}

const struct command command_remove = {
    .name = "remove",
    .summary = N_("remove a record that nothing refers to"),
    .description = N_("What still refers to it is named, and nothing is removed."),
    .flags = COMMAND_BOOK_WRITE,
    .arguments = record_arguments,
    .run = run,
};
