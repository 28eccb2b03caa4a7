/* SPDX-License-Identifier: MIT */
/* crm complain: complaints, from taking one down to closing it. */
#include "command.h"

/* ---- What all steps have ---- */

struct step_options {
    const char *at;
    const char *to;
    const char *department;
    const char *reason;
    const char *cause;
    const char *solution;
    const char *satisfaction;
};

#define STEP_TEXT(option, member, word, text)                                                      \
    {                                                                                              \
        .name = (option), .type = OPTION_TEXT, .target = offsetof(struct step_options, member),    \
        .argument = (word), .help = (text)                                                         \
    }
#define STEP_AT           STEP_TEXT("at", at, N_("TIME"), N_("when it happened; now when left out"))
#define STEP_REASON(text) STEP_TEXT("reason", reason, N_("TEXT"), (text))

static const struct argument complaint_arguments[] = {
    {.name = N_("C-NUMBER"),
     .help = N_("number of the complaint: C-12, or #12"),
     .complete = COMPLETE_RECORD,
     .of = "complaint"},
    {0},
};

static crm_status take_step(struct call *call, const char *event)
{
    const struct step_options *options = call->options;
    const crm_complaint_step step = {
        .event = event,
        .at = options->at,
        .staff = options->to,
        .department = options->department,
        .reason = options->solution != NULL ? options->solution : options->reason,
        .cause = options->cause,
        .satisfaction = options->satisfaction,
    };
    return crm_complaint_change(call->book, call->arguments[0], &step, call->sink);
}

/* ---- add ---- */

static const char *const add_fields[] = {"contact", "product",     "category", "severity",
                                         "service", "intake",      "owner",    "department",
                                         "notes",   "external_id", NULL};

static const struct option add_options[] = {
    STEP_TEXT("at", at, N_("TIME"), N_("when it was raised; now when left out")),
    {0},
};

static crm_status run_add(struct call *call)
{
    const struct step_options *options = call->options;
    crm_status status = call_bind_arguments(call);
    if (status != CRM_OK)
        return status;
    return crm_complaint_add(call->book, call->fields, call->field_count, options->at, call->sink);
}

/* ---- Steps ---- */

static const struct option respond_options[] = {
    STEP_AT, STEP_REASON(N_("what the customer was told")), {0}};

static crm_status run_respond(struct call *call)
{
    return take_step(call, "responded");
}

static const struct option assign_options[] = {
    {.name = "to",
     .type = OPTION_TEXT,
     .target = offsetof(struct step_options, to),
     .argument = N_("STAFF"),
     .help = N_("who sees to it from now on"),
     .complete = COMPLETE_RECORD,
     .of = "staff"},
    STEP_TEXT("department", department, N_("NAME"), N_("department in charge from now on")),
    STEP_REASON(N_("why it is handed over")),
    STEP_AT,
    {0}};

static crm_status run_assign(struct call *call)
{
    return take_step(call, "assigned");
}

static const struct option pause_options[] = {
    STEP_REASON(N_("what is waited for; has to be given")), STEP_AT, {0}};

static crm_status run_pause(struct call *call)
{
    return take_step(call, "paused");
}

static const struct option resume_options[] = {STEP_REASON(N_("why it goes on")), STEP_AT, {0}};

static crm_status run_resume(struct call *call)
{
    return take_step(call, "resumed");
}

static const struct option resolve_options[] = {
    STEP_TEXT("cause", cause, N_("CAUSE"), N_("one of the policy's causes")),
    STEP_TEXT("solution", solution, N_("TEXT"), N_("how it was solved")),
    STEP_AT,
    {0}};

static crm_status run_resolve(struct call *call)
{
    return take_step(call, "resolved");
}

static const struct option close_options[] = {STEP_TEXT("satisfaction", satisfaction, N_("NUMBER"),
                                                        N_("how content the customer is, 1 to 5")),
                                              STEP_REASON(N_("what the customer said")),
                                              STEP_AT,
                                              {0}};

static crm_status run_close(struct call *call)
{
    return take_step(call, "closed");
}

static const struct option reopen_options[] = {
    STEP_REASON(N_("why it was not settled")), STEP_AT, {0}};

static crm_status run_reopen(struct call *call)
{
    return take_step(call, "reopened");
}

/* ---- list ---- */

struct list_options {
    bool open;
    bool breached;
};

static const struct option list_options[] = {
    {.name = "open",
     .type = OPTION_FLAG,
     .target = offsetof(struct list_options, open),
     .help = N_("only those that are not resolved yet")},
    {.name = "breached",
     .type = OPTION_FLAG,
     .target = offsetof(struct list_options, breached),
     .help = N_("only those past a limit")},
    {0},
};

static const struct argument list_arguments[] = {
    {.name = N_("FILTER"),
     .help = N_("field=value, !=, <, <=, >, >=, ~ (contains), or a word to search for"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_FILTER,
     .of = "complaint"},
    {0},
};

static crm_status run_list(struct call *call)
{
    const struct list_options *options = call->options;
    crm_filter filter = call_filter(call, 0);
    return crm_complaint_list(call->book, &filter, options->open, options->breached, call->sink);
}

/* ---- why ---- */

static crm_status run_why(struct call *call)
{
    return crm_complaint_why(call->book, call->arguments[0], call->sink);
}

/* ---- The table ---- */

#define STEP(word, text, table, function)                                                          \
    {                                                                                              \
        .name = (word), .summary = (text), .flags = COMMAND_BOOK_WRITE,                            \
        .arguments = complaint_arguments, .options = (table),                                      \
        .options_size = sizeof(struct step_options), .run = (function)                             \
    }

static const struct command subcommands[] = {
    {.name = "add",
     .summary = N_("take a complaint down"),
     .description = N_("Its owner is the one given, else the customer's, else whoever types."),
     .flags = COMMAND_BOOK_WRITE,
     .options = add_options,
     .options_size = sizeof(struct step_options),
     .fields = FIELDS_ADD,
     .fields_of = "complaint",
     .fields_only = add_fields,
     .run = run_add},
    STEP("respond", N_("note the first response to the customer"), respond_options, run_respond),
    STEP("assign", N_("hand it over to somebody else"), assign_options, run_assign),
    STEP("pause", N_("stop the clock of resolution, with a reason"), pause_options, run_pause),
    STEP("resume", N_("let the clock of resolution run again"), resume_options, run_resume),
    STEP("resolve", N_("note that it was solved, and how"), resolve_options, run_resolve),
    STEP("close", N_("close a resolved complaint"), close_options, run_close),
    STEP("reopen", N_("open a resolved or closed complaint again"), reopen_options, run_reopen),
    {.name = "why",
     .summary = N_("how its limits come about, interval by interval"),
     .flags = COMMAND_BOOK_READ,
     .arguments = complaint_arguments,
     .run = run_why},
    {.name = "list",
     .summary = N_("list complaints that pass a filter"),
     .description = N_("Words are ANDed; fields of the customer may be named too."),
     .flags = COMMAND_BOOK_READ,
     .arguments = list_arguments,
     .options = list_options,
     .options_size = sizeof(struct list_options),
     .run = run_list},
    {0},
};

const struct command command_complain = {
    .name = "complain",
    .summary = N_("complaints and the time limits on them"),
    .subcommands = subcommands,
};
