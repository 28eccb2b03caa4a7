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
    const char *until;
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
    {.name = "until",
     .type = OPTION_TEXT,
     .target = offsetof(struct due_options, until),
     .argument = N_("TIME"),
     .help = N_("backwards: when the limit ends, to see when it begins")},
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
    if (options->from != NULL && options->until != NULL) {
        call_fail(call, CRM_USAGE, _("--from and --until exclude each other"));
        return call_hint(call, CRM_USAGE, _("the other end is what is computed"));
    }
    return crm_calendar_due(call->book, options->from == NULL ? "now" : options->from,
                            options->until, options->limit, options->calendar, options->explain,
                            call->sink);
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

/* ---- lunar ---- */

struct lunar_options {
    bool from_lunar, leap, explain;
};

static const struct option lunar_options[] = {
    {.name = "from-lunar",
     .type = OPTION_FLAG,
     .target = offsetof(struct lunar_options, from_lunar),
     .help = N_("DATE is a lunar one: 2026-8-15")},
    {.name = "leap",
     .type = OPTION_FLAG,
     .target = offsetof(struct lunar_options, leap),
     .help = N_("with --from-lunar: of the leap month of that number")},
    {.name = "explain",
     .type = OPTION_FLAG,
     .target = offsetof(struct lunar_options, explain),
     .help = N_("show when the month began and how long it is")},
    {0},
};

static const struct argument lunar_arguments[] = {
    {.name = N_("DATE"), .help = N_("day to convert; today when left out"), .optional = true},
    {0},
};

static crm_status run_lunar(struct call *call)
{
    const struct lunar_options *options = call->options;
    const char *date = call->argument_count > 0 ? call->arguments[0] : NULL;
    if ((options->from_lunar && date == NULL) || (options->leap && !options->from_lunar)) {
        call_fail(call, CRM_USAGE, _("crm calendar lunar: which lunar day?"));
        return call_hint(call, CRM_USAGE, _("crm calendar lunar 2026-8-15 --from-lunar"));
    }
    return crm_calendar_lunar(call->book, date == NULL ? "today" : date, options->from_lunar,
                              options->leap, options->explain, call->sink);
}

/* ---- next ---- */

struct next_options {
    int64_t count;
    const char *from;
    bool leap, explain;
};

static const struct option next_options[] = {
    {.name = "count",
     .letter = 'n',
     .type = OPTION_INTEGER,
     .target = offsetof(struct next_options, count),
     .argument = N_("N"),
     .help = N_("so many of them; one when left out")},
    {.name = "from",
     .type = OPTION_TEXT,
     .target = offsetof(struct next_options, from),
     .argument = N_("DATE"),
     .help = N_("first day to look at; today when left out")},
    {.name = "leap",
     .type = OPTION_FLAG,
     .target = offsetof(struct next_options, leap),
     .help = N_("a day of a leap month stays there in years that have it")},
    {.name = "explain",
     .type = OPTION_FLAG,
     .target = offsetof(struct next_options, explain),
     .help = N_("say why it falls on that day")},
    {0},
};
static const struct next_options next_defaults = {.count = 1};

static const struct argument next_arguments[] = {
    {.name = N_("DAY"), .help = N_("10-01, \"lunar 8-15\", \"lunar leap 6-1\", or a festival")},
    {0},
};

static crm_status run_next(struct call *call)
{
    const struct next_options *options = call->options;
    return crm_calendar_next(call->book, call->arguments[0], options->from, options->count,
                             options->leap, options->explain, call->sink);
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
    {.name = "lunar",
     .summary = N_("a day by the solar and the lunar calendar"),
     .description = N_("From 1901-01-01 to 2100-12-31, by the Hong Kong Observatory's table."),
     .flags = COMMAND_BOOK_READ,
     .arguments = lunar_arguments,
     .options = lunar_options,
     .options_size = sizeof(struct lunar_options),
     .run = run_lunar},
    {.name = "next",
     .summary = N_("when a yearly day comes next"),
     .flags = COMMAND_BOOK_READ,
     .arguments = next_arguments,
     .options = next_options,
     .options_size = sizeof(struct next_options),
     .defaults = &next_defaults,
     .run = run_next},
    {0},
};

const struct command command_calendar = {
    .name = "calendar",
    .summary = N_("count in working time"),
    .subcommands = subcommands,
};
