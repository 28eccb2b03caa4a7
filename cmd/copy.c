/* SPDX-License-Identifier: MIT */
/* crm copy: the whole book into a new directory, on the same engine or another. */
#include "command.h"

struct options {
    const char *database;
};

static const struct argument arguments[] = {
    {.name = N_("FROM"), .help = N_("directory of the book"), .complete = COMPLETE_DIRECTORY},
    {.name = N_("TO"), .help = N_("directory to be made"), .complete = COMPLETE_DIRECTORY},
    {0},
};

static const struct option options[] = {
    {.name = "database",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, database),
     .argument = N_("ADDRESS"),
     .help = N_("PostgreSQL database of the copy: postgresql://host/name; a file when left out")},
    {0},
};

static crm_status run(struct call *call)
{
    const struct options *given = call->options;
    return crm_book_copy(call->book, call_path(call, call->arguments[1]), given->database,
                         call->sink);
}

const struct command command_copy = {
    .name = "copy",
    .summary = N_("copy the whole book, to a database or back into a file"),
    .description = N_("Reads both sides back and compares them; FROM stays as it is."),
    .flags = COMMAND_BOOK_READ | COMMAND_BOOK_NAMED,
    .arguments = arguments,
    .options = options,
    .options_size = sizeof(struct options),
    .run = run,
};
