/* SPDX-License-Identifier: MIT */
/* crm forget: erases a person's data. */
#include "command.h"

struct forget_options {
    const char *reason;
};

static const struct option options[] = {
    {.name = "reason",
     .type = OPTION_TEXT,
     .target = offsetof(struct forget_options, reason),
     .argument = N_("TEXT"),
     .help = N_("why; it stays in the journal and must not name the person")},
    {0},
};

static crm_status run(struct call *call)
{
    const struct forget_options *given = call->options;
    const char *kind, *reference;
    crm_status status = call_record(call, &kind, &reference);
    if (status == CRM_OK)
        status = crm_forget(call->book, kind, reference, given->reason, call->sink);
    if (status == CRM_OK && !call->globals.quiet && !call->globals.dry_run)
        fprintf(stderr, "crm: %s\n", _("backups made before this still hold what was erased"));
    return status;
}

const struct command command_forget = {
    .name = "forget",
    .summary = N_("erase a person's data, in records and journal"),
    .description = N_("A contact, a customer who is a person, or one of the staff. Sums and counts "
                      "stay as they are. It cannot be undone."),
    .flags = COMMAND_BOOK_WRITE,
    .arguments = record_arguments,
    .options = options,
    .options_size = sizeof(struct forget_options),
    .run = run,
};
