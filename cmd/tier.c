/* SPDX-License-Identifier: MIT */
/* crm tier: what tier each customer has, and why. */
#include "command.h"

struct tier_options {
    const char *scheme;
    bool all;
    const char *reason;
    const char *since;
    const char *until;
    const char *policy;
    const char *by;
    const char *part;
};

#define OPTION_SCHEME                                                                              \
    {                                                                                              \
        .name = "scheme", .type = OPTION_TEXT, .target = offsetof(struct tier_options, scheme),    \
        .argument = N_("NAME"), .help = N_("scheme of the policy; the main one when left out")     \
    }
#define OPTION_ALL                                                                                 \
    {                                                                                              \
        .name = "all", .type = OPTION_FLAG, .target = offsetof(struct tier_options, all),          \
        .help = N_("also customers for whom nothing changes")                                      \
    }

static const struct option evaluate_options[] = {OPTION_SCHEME, OPTION_ALL, {0}};
static const struct option scheme_options[] = {OPTION_SCHEME, {0}};
static const struct option set_options[] = {
    OPTION_SCHEME,
    {.name = "reason",
     .type = OPTION_TEXT,
     .target = offsetof(struct tier_options, reason),
     .argument = N_("TEXT"),
     .help = N_("why the tier is set by hand")},
    {.name = "until",
     .type = OPTION_DATE,
     .target = offsetof(struct tier_options, until),
     .argument = N_("DATE"),
     .help = N_("last day on which it holds; for good when left out")},
    {0},
};

static const char *const simulation_parts[] = {"movement",    "movers", "load",
                                               "evaluations", "moves",  NULL};
static const struct option simulate_options[] = {
    {.name = "policy",
     .type = OPTION_TEXT,
     .target = offsetof(struct tier_options, policy),
     .argument = N_("FILE"),
     .help = N_("the policy to try"),
     .complete = COMPLETE_FILE},
    {.name = "since",
     .type = OPTION_DATE,
     .target = offsetof(struct tier_options, since),
     .argument = N_("DATE"),
     .help = N_("make the evaluations since then again; just today's when left out")},
    {.name = "scheme",
     .type = OPTION_TEXT,
     .target = offsetof(struct tier_options, scheme),
     .argument = N_("NAME"),
     .help = N_("scheme of that policy; its main one when left out")},
    {.name = "part",
     .type = OPTION_CHOICE,
     .target = offsetof(struct tier_options, part),
     .argument = N_("PART"),
     .help = N_("print that part alone, as a list"),
     .choices = simulation_parts},
    {0},
};

static const char *const history_periods[] = {"month", "quarter", "year", NULL};
static const char *const history_parts[] = {"periods", "movement", NULL};
static const struct option history_options[] = {
    {.name = "scheme",
     .type = OPTION_TEXT,
     .target = offsetof(struct tier_options, scheme),
     .argument = N_("NAME"),
     .help = N_("scheme of the policy; all when left out, with --by the main one")},
    {.name = "since",
     .type = OPTION_DATE,
     .target = offsetof(struct tier_options, since),
     .argument = N_("DATE"),
     .help = N_("changes from that day on")},
    {.name = "until",
     .type = OPTION_DATE,
     .target = offsetof(struct tier_options, until),
     .argument = N_("DATE"),
     .help = N_("changes up to that day")},
    {.name = "by",
     .type = OPTION_CHOICE,
     .target = offsetof(struct tier_options, by),
     .argument = N_("PERIOD"),
     .help = N_("count them by month, quarter or year"),
     .choices = history_periods},
    {.name = "part",
     .type = OPTION_CHOICE,
     .target = offsetof(struct tier_options, part),
     .argument = N_("PART"),
     .help = N_("print that part alone, as a list"),
     .choices = history_parts},
    {0},
};

static const struct argument filter_arguments[] = {
    {.name = N_("FILTER"),
     .help = N_("words that select customers: region=east status=active"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_FILTER,
     .of = "customer"},
    {0},
};
static const struct argument set_arguments[] = {
    {.name = N_("REF"),
     .help = N_("customer: key, #id, external id or name"),
     .complete = COMPLETE_RECORD,
     .of = "customer"},
    {.name = N_("TIER"), .help = N_("one of the policy's tiers")},
    {0},
};
static const struct argument history_arguments[] = {
    {.name = N_("REF"),
     .help = N_("customer: key, #id, external id or name; all when left out"),
     .optional = true,
     .complete = COMPLETE_RECORD,
     .of = "customer"},
    {0},
};

static crm_status run_evaluate(struct call *call)
{
    const struct tier_options *options = call->options;
    crm_filter filter = call_filter(call, 0);
    return crm_tier_evaluate(call->book, options->scheme, &filter, options->all, call->sink);
}

static crm_status run_apply(struct call *call)
{
    const struct tier_options *options = call->options;
    return crm_tier_apply(call->book, options->scheme, options->all, call->sink);
}

static crm_status run_why(struct call *call)
{
    const struct tier_options *options = call->options;
    return crm_tier_why(call->book, options->scheme, call->arguments[0], call->sink);
}

static crm_status run_set(struct call *call)
{
    const struct tier_options *options = call->options;
    return crm_tier_set(call->book, options->scheme, call->arguments[0], call->arguments[1],
                        options->reason, options->until, call->sink);
}

static crm_status run_unset(struct call *call)
{
    const struct tier_options *options = call->options;
    return crm_tier_unset(call->book, options->scheme, call->arguments[0], call->sink);
}

static crm_status run_simulate(struct call *call)
{
    const struct tier_options *options = call->options;
    const crm_tier_simulation request = {
        .policy = options->policy == NULL ? NULL : call_path(call, options->policy),
        .scheme = options->scheme,
        .since = options->since,
        .part = options->part};
    return crm_tier_simulate(call->book, &request, call->sink);
}

static crm_status run_history(struct call *call)
{
    const struct tier_options *options = call->options;
    const crm_tier_period request = {.customer =
                                         call->argument_count > 0 ? call->arguments[0] : NULL,
                                     .scheme = options->scheme,
                                     .since = options->since,
                                     .until = options->until,
                                     .by = options->by,
                                     .part = options->part};
    return crm_tier_history(call->book, &request, call->sink);
}

static const struct command subcommands[] = {
    {.name = "apply",
     .summary = N_("give every customer the tier that an evaluation finds"),
     .description = N_("Prints what changed; run again on the same day it changes nothing."),
     .flags = COMMAND_BOOK_WRITE,
     .options = evaluate_options,
     .options_size = sizeof(struct tier_options),
     .run = run_apply},
    {.name = "why",
     .summary = N_("how a customer's tier comes about, term by term"),
     .flags = COMMAND_BOOK_READ,
     .arguments = customer_arguments,
     .options = scheme_options,
     .options_size = sizeof(struct tier_options),
     .run = run_why},
    {.name = "set",
     .summary = N_("give a customer a tier by hand, with a reason"),
     .description = N_("Evaluations keep it up to its last day."),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = set_arguments,
     .options = set_options,
     .options_size = sizeof(struct tier_options),
     .run = run_set},
    {.name = "unset",
     .summary = N_("leave a tier set by hand to the next evaluation"),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = customer_arguments,
     .options = scheme_options,
     .options_size = sizeof(struct tier_options),
     .run = run_unset},
    {.name = "simulate",
     .summary = N_("who would move by another policy, and what that takes"),
     .description = N_("Nothing is written."),
     .flags = COMMAND_BOOK_READ | COMMAND_BOOK_REPORT,
     .options = simulate_options,
     .options_size = sizeof(struct tier_options),
     .run = run_simulate},
    {.name = "history",
     .summary = N_("all tier changes, of one customer or of all, or counted by period"),
     .flags = COMMAND_BOOK_READ | COMMAND_BOOK_REPORT,
     .arguments = history_arguments,
     .options = history_options,
     .options_size = sizeof(struct tier_options),
     .run = run_history},
    {0},
};

const struct command command_tier = {
    .name = "tier",
    .summary = N_("tiers of customers: evaluate, apply, explain"),
    .description = N_("Without a subcommand: what an evaluation would change."),
    .flags = COMMAND_BOOK_READ | COMMAND_BOOK_REPORT,
    .arguments = filter_arguments,
    .options = evaluate_options,
    .options_size = sizeof(struct tier_options),
    .subcommands = subcommands,
    .run = run_evaluate,
};
