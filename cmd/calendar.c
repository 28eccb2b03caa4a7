/* SPDX-License-Identifier: MIT */
/* crm calendar: working time, and the day lists it is counted by. */
#include "command.h"

/* ---- import ---- */

struct import_options {
    const char *name;
};

static const struct option import_options[] = {
    {.name = "name",
     .type = OPTION_TEXT,
     .target = offsetof(struct import_options, name),
     .argument = N_("NAME"),
     .help = N_("name of the day list; cn when left out")},
    {0},
};

static const struct argument import_arguments[] = {
    {.name = N_("FILE"), .help = N_("day list of one year, in JSON"), .complete = COMPLETE_FILE},
    {0},
};

static crm_status run_import(struct call *call)
{
    const struct import_options *options = call->options;
    return crm_calendar_import(call->book, call->arguments[0], options->name, call->sink);
}

/* ---- due ---- */

struct due_options {
    const char *from;
    const char *limit;
    const char *calendar;
    bool explain;
};

static const struct option due_options[] = {
    {.name = "from",
     .type = OPTION_TEXT,
     .target = offsetof(struct due_options, from),
     .argument = N_("TIME"),
     .help = N_("when the limit begins; now when left out")},
    {.name = "limit",
     .type = OPTION_TEXT,
     .target = offsetof(struct due_options, limit),
     .argument = N_("LIMIT"),
     .help = N_("30m, 4h, 2d in clock time; 4wh, 2wd in working time")},
    {.name = "calendar",
     .type = OPTION_TEXT,
     .target = offsetof(struct due_options, calendar),
     .argument = N_("NAME"),
     .help = N_("calendar of the policy; its first when left out")},
    {.name = "explain",
     .type = OPTION_FLAG,
     .target = offsetof(struct due_options, explain),
     .help = N_("show each interval, counted or skipped, and why")},
    {0},
};

static crm_status run_due(struct call *call)
{
    const struct due_options *options = call->options;
    if (options->limit == NULL) {
        call_fail(call, CRM_USAGE, _("crm calendar due: which limit?"));
        return call_hint(call, CRM_USAGE, _("add --limit 4wh"));
    }
    return crm_calendar_due(call->book, options->from == NULL ? "now" : options->from,
                            options->limit, options->calendar, options->explain, call->sink);
}

/* ---- between ---- */

struct between_options {
    const char *calendar;
    bool explain;
};

static const struct option between_options[] = {
    {.name = "calendar",
     .type = OPTION_TEXT,
     .target = offsetof(struct between_options, calendar),
     .argument = N_("NAME"),
     .help = N_("calendar of the policy; its first when left out")},
    {.name = "explain",
     .type = OPTION_FLAG,
     .target = offsetof(struct between_options, explain),
     .help = N_("show each interval, counted or skipped, and why")},
    {0},
};

static const struct argument between_arguments[] = {
    {.name = N_("A"), .help = N_("point in time: 2026-03-02T10:00, yesterday 14:30, now")},
    {.name = N_("B"), .help = N_("point in time, as a rule the later one")},
    {0},
};

static crm_status run_between(struct call *call)
{
    const struct between_options *options = call->options;
    return crm_calendar_between(call->book, call->arguments[0], call->arguments[1],
                                options->calendar, options->explain, call->sink);
}

/* ---- The table ---- */

static const struct command subcommands[] = {
    {.name = "import",
     .summary = N_("load an official list of days off and make-up working days"),
     .description = N_("The list is checked and copied into the book's calendars/."),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = import_arguments,
     .options = import_options,
     .options_size = sizeof(struct import_options),
     .run = run_import},
    {.name = "due",
     .summary = N_("when a limit ends"),
     .flags = COMMAND_BOOK_READ,
     .options = due_options,
     .options_size = sizeof(struct due_options),
     .run = run_due},
    {.name = "between",
     .summary = N_("working time between two points in time"),
     .flags = COMMAND_BOOK_READ,
     .arguments = between_arguments,
     .options = between_options,
     .options_size = sizeof(struct between_options),
     .run = run_between},
    {0},
};

const struct command command_calendar = {
    .name = "calendar",
    .summary = N_("count in working time"),
    .subcommands = subcommands,
};
