/* SPDX-License-Identifier: MIT */
/* crm export: all stored fields of records, for import; or everything held on one person. */
#include "command.h"

struct export_options {
    const char *subject;
};

static const struct option options[] = {
    {.name = "subject",
     .type = OPTION_TEXT,
     .target = offsetof(struct export_options, subject),
     .argument = N_("REF"),
     .help = N_("everything held on this person, as one document"),
     .complete = COMPLETE_RECORD},
    {0},
};

static const char *subject(const struct call *call)
{
    return ((const struct export_options *)call->options)->subject;
}

/* A document is for reading. */
static const char *default_format(const struct call *call)
{
    return subject(call) != NULL ? "json" : NULL;
}

static crm_status run(struct call *call)
{
    const char *kind = call_take_kind(call, 0);
    crm_filter filter = call_filter(call, 0);
    if (subject(call) == NULL)
        return crm_record_export(call->book, kind == NULL ? "customer" : kind, &filter, call->sink);
    if (filter.count == 0)
        return crm_subject_export(call->book, kind, subject(call), call->sink);
    call_fail(call, CRM_USAGE, _("--subject: \"%s\" is one argument too many"), filter.words[0]);
    return call_hint(call, CRM_USAGE,
                     _("a person is named by --subject alone; a kind may stand before it"));
}

const struct command command_export = {
    .name = "export",
    .summary = N_("write records with all stored fields, for import"),
    .description = N_("The output can be imported again without loss."),
    .flags = COMMAND_BOOK_READ | COMMAND_BOOK_REPORT,
    .arguments = kind_filter_arguments,
    .options = options,
    .options_size = sizeof(struct export_options),
    .default_format = default_format,
    .run = run,
};
