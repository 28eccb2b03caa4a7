/* SPDX-License-Identifier: MIT */
/* crm init: makes a book. */
#include "command.h"

struct options {
    const char *zone;
    const char *currency;
    const char *database;
};

static const struct argument arguments[] = {
    {.name = N_("DIR"),
     .help = N_("directory of the book; .crm when left out"),
     .optional = true,
     .complete = COMPLETE_DIRECTORY},
    {0},
};

static const struct option options[] = {
    {.name = "zone",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, zone),
     .argument = N_("ZONE"),
     .help = N_("time zone, such as Asia/Shanghai; UTC when left out")},
    {.name = "currency",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, currency),
     .argument = N_("CODE"),
     .help = N_("three-letter currency code; CNY when left out")},
    {.name = "database",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, database),
     .argument = N_("ADDRESS"),
     .help = N_("PostgreSQL database for a team's book: postgresql://host/name")},
    {0},
};

static crm_status run(struct call *call)
{
    const struct options *given = call->options;
    crm_status status =
        given->database == NULL ? CRM_OK : crm_book_set_database(call->book, given->database, true);
    if (status == CRM_OK)
        status = crm_book_init(call->book, call->place, given->zone, given->currency);
    if (status != CRM_OK)
        return status;
    const crm_cell cells[] = {{.name = "book", .label = _("Book"), .value = call->place}};
    return crm_sink_record(call->sink, cells, 1);
}

const struct command command_init = {
    .name = "init",
    .summary = N_("make a book"),
    .description = N_("The book's policy.yaml says how customers are rated and visited; every "
                      "line is commented."),
    .flags = COMMAND_BOOK_CREATE,
    .arguments = arguments,
    .options = options,
    .options_size = sizeof(struct options),
    .run = run,
};
