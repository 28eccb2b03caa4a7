/* SPDX-License-Identifier: MIT */
/* crm export: all stored fields of records, for import. */
#include "command.h"

static crm_status run(struct call *call)
{
    const char *kind = call_take_kind(call, 0);
    crm_filter filter = call_filter(call, 0);
    return crm_record_export(call->book, kind == NULL ? "customer" : kind, &filter, call->sink);
}

const struct command command_export = {
    .name = "export",
    .summary = N_("write records with all stored fields, for import"),
    .description = N_("The output can be imported again without loss."),
    .flags = COMMAND_BOOK_READ,
    .arguments = kind_filter_arguments,
    .run = run,
};
