/* SPDX-License-Identifier: MIT */
/* crm log: what was written to the book, by whom and when. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

struct log_options {
    crm_log_options log;
};

static const struct option options[] = {
    {.name = "from",
     .type = OPTION_DATE,
     .target = offsetof(struct log_options, log.from),
     .argument = N_("DATE"),
     .help = N_("only what was done on that day and later")},
    {.name = "to",
     .type = OPTION_DATE,
     .target = offsetof(struct log_options, log.to),
     .argument = N_("DATE"),
     .help = N_("only what was done on that day and before")},
    {.name = "by",
     .type = OPTION_TEXT,
     .target = offsetof(struct log_options, log.actor),
     .argument = N_("ACTOR"),
     .help = N_("only what this one did, as the column \"by\" has the name"),
     .complete = COMPLETE_RECORD,
     .of = "staff"},
    {.name = "limit",
     .letter = 'n',
     .type = OPTION_COUNT,
     .target = offsetof(struct log_options, log.limit),
     .argument = N_("N"),
     .help = N_("print no more than so many rows")},
    {0},
};

static const struct argument arguments[] = {
    {.name = N_("KIND"),
     .help = N_("kind of the record; customer when left out, or as C-12 and V-7 say"),
     .optional = true,
     .complete = COMPLETE_KIND},
    {.name = N_("REF"),
     .help = N_("a record: key, #id, external id or name; or the number of an entry"),
     .optional = true,
     .complete = COMPLETE_RECORD},
    {0},
};

/* A bare number is an entry's; a record with such a key is named with its kind. */
static bool is_entry(const struct call *call, const char *kind)
{
    const char *word = call->arguments[0];
    return kind == NULL && *word != '\0' && strlen(word) <= 18 &&
           word[strspn(word, "0123456789")] == '\0';
}

static crm_status run(struct call *call)
{
    const struct log_options *given = call->options;
    const char *kind, *reference;
    if (call->argument_count == 0)
        return crm_log(call->book, &given->log, call->sink);
    crm_status status = call_record(call, &kind, &reference);
    if (status != CRM_OK)
        return status;
    if (is_entry(call, kind) &&
        (given->log.from != NULL || given->log.to != NULL || given->log.actor != NULL)) {
        call_fail(call, CRM_USAGE,
                  _("one entry is asked for: --from, --to and --by choose among "
                    "many"));
        return call_hint(call, CRM_USAGE, _("leave out the number of the entry, or the options"));
    }
    if (is_entry(call, kind))
        return crm_log_entry(call->book, strtoll(reference, NULL, 10), &given->log, call->sink);
    return crm_log_record(call->book, kind, reference, &given->log, call->sink);
}

const struct command command_log = {
    .name = "log",
    .summary = N_("what was written to the book, by whom and when"),
    .description = N_("Without an argument the entries of the journal; with a number what that "
                      "entry did, with a record what happened to it, field by field."),
    .flags = COMMAND_BOOK_READ,
    .arguments = arguments,
    .options = options,
    .options_size = sizeof(struct log_options),
    .run = run,
};
