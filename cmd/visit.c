/* SPDX-License-Identifier: MIT */
/* crm visit: who is due, and what happened. */
#include "command.h"

static const struct argument list_arguments[] = {
    {.name = N_("FILTER"),
     .help = N_("field=value of the visit or its customer, or a word to search for"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_FILTER,
     .of = "visit"},
    {0},
};

static const struct argument visit_arguments[] = {
    {.name = N_("VISIT"),
     .help = N_("number, such as V-7"),
     .complete = COMPLETE_RECORD,
     .of = "visit"},
    {0},
};

/* ---- add and done ---- */

struct time_options {
    const char *at;
};

static const struct option time_options[] = {
    {.name = "at",
     .type = OPTION_TEXT,
     .target = offsetof(struct time_options, at),
     .argument = N_("TIME"),
     .help = N_("when it took place: yesterday 14:30, 2018-01-02T10:00; now when left out")},
    {0},
};

static const char *const add_fields[] = {
    "contact", "staff",    "channel",   "purpose",     "occasion", "planned_on",
    "minutes", "outcome",  "need",      "feedback",    "problem",  "solution",
    "next_on", "campaign", "complaint", "external_id", NULL};

static crm_status run_add(struct call *call)
{
    const struct time_options *options = call->options;
    return crm_visit_add(call->book, call->arguments[0], options->at, call->fields,
                         call->field_count, call->sink);
}

static const char *const done_fields[] = {
    "contact",  "staff",   "channel",  "purpose", "occasion", "minutes",   "outcome", "need",
    "feedback", "problem", "solution", "next_on", "campaign", "complaint", NULL};

static crm_status run_done(struct call *call)
{
    const struct time_options *options = call->options;
    return crm_visit_done(call->book, call->arguments[0], options->at, call->fields,
                          call->field_count, call->sink);
}

/* ---- skip ---- */

struct skip_options {
    const char *reason;
};

static const struct option skip_options[] = {
    {.name = "reason",
     .type = OPTION_TEXT,
     .target = offsetof(struct skip_options, reason),
     .argument = N_("TEXT"),
     .help = N_("why it does not take place")},
    {0},
};

static crm_status run_skip(struct call *call)
{
    const struct skip_options *options = call->options;
    return crm_visit_skip(call->book, call->arguments[0], options->reason, call->sink);
}

/* ---- due and list ---- */

struct due_options {
    const char *within;
    const char *staff;
};

static const struct option due_options[] = {
    {.name = "within",
     .type = OPTION_TEXT,
     .target = offsetof(struct due_options, within),
     .argument = N_("TIME"),
     .help = N_("also what falls due in that time: 7d, 2w, 1mo")},
    {.name = "for",
     .type = OPTION_TEXT,
     .target = offsetof(struct due_options, staff),
     .argument = N_("STAFF"),
     .help = N_("only customers of that owner"),
     .complete = COMPLETE_RECORD,
     .of = "staff"},
    {0},
};

static crm_status run_due(struct call *call)
{
    const struct due_options *options = call->options;
    crm_filter filter = call_filter(call, 0);
    return crm_visit_due(call->book, &filter, options->within, options->staff, call->sink);
}

static crm_status run_list(struct call *call)
{
    crm_filter filter = call_filter(call, 0);
    return crm_record_list(call->book, "visit", &filter, call->sink);
}

static crm_status run_why(struct call *call)
{
    return crm_visit_why(call->book, call->arguments[0], call->sink);
}

/* ---- plan ---- */

struct plan_options {
    const char *until;
    const char *staff;
    bool save;
};

static const struct option plan_options[] = {
    {.name = "until",
     .type = OPTION_TEXT,
     .target = offsetof(struct plan_options, until),
     .argument = N_("DATE"),
     .help = N_("last day of the plan: +13w, 2026-06-30; four weeks when left out")},
    {.name = "for",
     .type = OPTION_TEXT,
     .target = offsetof(struct plan_options, staff),
     .argument = N_("STAFF"),
     .help = N_("only customers of that owner"),
     .complete = COMPLETE_RECORD,
     .of = "staff"},
    {.name = "save",
     .type = OPTION_FLAG,
     .target = offsetof(struct plan_options, save),
     .help = N_("write them as planned visits")},
    {0},
};

static crm_status run_plan(struct call *call)
{
    const struct plan_options *options = call->options;
    crm_filter filter = call_filter(call, 0);
    return crm_visit_plan(call->book, &filter, options->until, options->staff, options->save,
                          call->sink);
}

/* ---- review ---- */

struct review_options {
    const char *by, *from, *to, *since, *window;
};

static const struct option review_options[] = {
    {.name = "by",
     .type = OPTION_TEXT,
     .target = offsetof(struct review_options, by),
     .argument = N_("GROUP"),
     .help = N_("tier, channel, owner, staff, customer, segment or month; several with commas"),
     .complete = COMPLETE_GROUP,
     .of = "review"},
    {.name = "from",
     .type = OPTION_DATE,
     .target = offsetof(struct review_options, from),
     .argument = N_("DATE"),
     .help = N_("first day; twelve months before the last one when left out")},
    {.name = "to",
     .type = OPTION_DATE,
     .target = offsetof(struct review_options, to),
     .argument = N_("DATE"),
     .help = N_("last day; today when left out")},
    {.name = "since",
     .type = OPTION_DATE,
     .target = offsetof(struct review_options, since),
     .argument = N_("DATE"),
     .help = N_("from that day until today")},
    {.name = "window",
     .type = OPTION_TEXT,
     .target = offsetof(struct review_options, window),
     .argument = N_("TIME"),
     .help = N_("how long before and after a visit orders are looked at: 60d, 8w")},
    {0},
};

static crm_status run_review(struct call *call)
{
    const struct review_options *given = call->options;
    if (given->since != NULL && (given->from != NULL || given->to != NULL)) {
        call_fail(call, CRM_USAGE, _("--since goes without --from and --to"));
        return call_hint(call, CRM_USAGE, _("give --from and --to for another period"));
    }
    const crm_report_options wanted = {.from = given->since != NULL ? given->since : given->from,
                                       .to = given->since != NULL ? "today" : given->to,
                                       .by = given->by,
                                       .window = given->window,
                                       .filter = call_filter(call, 0)};
    return crm_report_run(call->book, "review", &wanted, call->sink);
}

/* ---- The table ---- */

static const struct command subcommands[] = {
    {.name = "due",
     .summary = N_("whom to visit, most urgent first"),
     .flags = COMMAND_BOOK_READ | COMMAND_BOOK_MAY_WRITE,
     .arguments = customer_filter_arguments,
     .options = due_options,
     .options_size = sizeof(struct due_options),
     .run = run_due},
    {.name = "why",
     .summary = N_("how the day of a customer's next visit comes about"),
     .flags = COMMAND_BOOK_READ,
     .arguments = customer_arguments,
     .run = run_why},
    {.name = "plan",
     .summary = N_("spread the visits to come over working days"),
     .description =
         N_("By what each owner can do in a day, by city, and by the days they are due."),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = customer_filter_arguments,
     .options = plan_options,
     .options_size = sizeof(struct plan_options),
     .run = run_plan},
    {.name = "add",
     .summary = N_("record a visit, or plan one"),
     .description = N_("Done now or --at that time; planned with --planned-on."),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = customer_arguments,
     .options = time_options,
     .options_size = sizeof(struct time_options),
     .fields = FIELDS_EDIT,
     .fields_of = "visit",
     .fields_only = add_fields,
     .run = run_add},
    {.name = "done",
     .summary = N_("record that a planned visit took place"),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = visit_arguments,
     .options = time_options,
     .options_size = sizeof(struct time_options),
     .fields = FIELDS_EDIT,
     .fields_of = "visit",
     .fields_only = done_fields,
     .run = run_done},
    {.name = "skip",
     .summary = N_("record that a planned visit does not take place"),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = visit_arguments,
     .options = skip_options,
     .options_size = sizeof(struct skip_options),
     .run = run_skip},
    {.name = "list",
     .summary = N_("list visits"),
     .flags = COMMAND_BOOK_READ,
     .arguments = list_arguments,
     .run = run_list},
    {.name = "review",
     .summary = N_("what became of visits, and what was ordered before and after them"),
     .description = N_("Visits planned, done in time, late and missed; promises kept; problems "
                       "solved; outcome; orders. The default is the last twelve months."),
     .flags = COMMAND_BOOK_READ | COMMAND_BOOK_REPORT,
     .arguments = customer_filter_arguments,
     .options = review_options,
     .options_size = sizeof(struct review_options),
     .run = run_review},
    {0},
};

const struct command command_visit = {
    .name = "visit",
    .summary = N_("visit customers and see who is due"),
    .subcommands = subcommands,
};
