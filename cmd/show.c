/* SPDX-License-Identifier: MIT */
/* crm show: one record; for a customer the whole page. */
#include "command.h"

struct show_options {
    const char *as_of;
};

static const struct option options[] = {
    {.name = "as-of",
     .type = OPTION_DATE,
     .target = offsetof(struct show_options, as_of),
     .argument = N_("DATE"),
     .help = N_("as it was at the end of that day, or at that time")},
    {0},
};

static crm_status run(struct call *call)
{
    const struct show_options *given = call->options;
    const char *kind, *reference;
    crm_status status = call_record(call, &kind, &reference);
    if (status != CRM_OK)
        return status;
    return given->as_of == NULL
               ? crm_record_show(call->book, kind, reference, call->sink)
               : crm_record_show_as_of(call->book, kind, reference, given->as_of, call->sink);
}

const struct command command_show = {
    .name = "show",
    .summary = N_("show one record, for a customer the whole page"),
    .description = N_("The page of a customer is what to read before a call."),
    .flags = COMMAND_BOOK_READ,
    .arguments = record_arguments,
    .options = options,
    .options_size = sizeof(struct show_options),
    .run = run,
};
