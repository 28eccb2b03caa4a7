/* SPDX-License-Identifier: MIT */
/* crm restore: a book from a backup. */
#include "command.h"

#include <string.h>

struct options {
    const char *database;
    bool verify;
};

static const struct argument arguments[] = {
    {.name = N_("FILE"),
     .help = N_("what crm backup wrote; - is standard input"),
     .complete = COMPLETE_FILE},
    {.name = N_("DIR"),
     .help = N_("directory of the book, empty or new; .crm when left out"),
     .optional = true,
     .complete = COMPLETE_DIRECTORY},
    {0},
};

static const struct option options[] = {
    {.name = "database",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, database),
     .argument = N_("URL"),
     .help = N_("PostgreSQL database of the book: postgresql://host/name; a file when left out")},
    {.name = "verify",
     .type = OPTION_FLAG,
     .target = offsetof(struct options, verify),
     .help = N_("only read the backup and say whether all is well")},
    {0},
};

static crm_status run(struct call *call)
{
    const struct options *given = call->options;
    bool input = strcmp(call->arguments[0], "-") == 0;
    const crm_restore_options restore = {
        .file = input ? "stdin" : call->arguments[0],
        .stream = input ? stdin : NULL,
        .verify = given->verify,
        .seconds = call_clock(call),
    };
    if (given->verify && (given->database != NULL || call->argument_count > 1)) {
        call_fail(call, CRM_USAGE, _("--verify only reads: it takes no place for a book"));
        return call_hint(call, CRM_USAGE, _("crm restore --verify FILE"));
    }
    crm_status status =
        given->database == NULL ? CRM_OK : crm_book_set_database(call->book, given->database, true);
    return status != CRM_OK ? status : crm_restore(call->book, call->place, &restore, call->sink);
}

const struct command command_restore = {
    .name = "restore",
    .summary = N_("make a book from a backup"),
    .description = N_("Only where nothing stands yet; an existing book is never touched."),
    .flags = COMMAND_BOOK_CREATE,
    .arguments = arguments,
    .options = options,
    .options_size = sizeof(struct options),
    .run = run,
};
