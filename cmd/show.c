/* SPDX-License-Identifier: MIT */
/* crm show: one record; for a customer the whole page. */
#include "command.h"

static crm_status run(struct call *call)
{
    const char *kind, *reference;
    crm_status status = call_record(call, &kind, &reference);
    return status != CRM_OK ? status : crm_record_show(call->book, kind, reference, call->sink);
}

const struct command command_show = {
    .name = "show",
    .summary = N_("show one record, for a customer the whole page"),
    .description = N_("The page of a customer is what to read before a call."),
    .flags = COMMAND_BOOK_READ,
    .arguments = record_arguments,
    .run = run,
};
