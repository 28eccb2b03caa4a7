/* SPDX-License-Identifier: MIT */
/* crm remind: everything that needs a person, for the morning and for cron. */
#include "command.h"

#include "remind_timer.h"

#include <stdio.h>
#include <unistd.h>

struct remind_options {
    const char *staff;
    const char *within;
    bool only_new;
    bool exit_code;
    const char *why;
    const char *timer;
    const char *at;
    bool write;
};

static const char *const timer_kinds[] = {"cron", "systemd", NULL};

static const struct option options[] = {
    {.name = "for",
     .type = OPTION_TEXT,
     .target = offsetof(struct remind_options, staff),
     .argument = N_("STAFF"),
     .help = N_("only what is this one's to do"),
     .complete = COMPLETE_RECORD,
     .of = "staff"},
    {.name = "within",
     .type = OPTION_TEXT,
     .target = offsetof(struct remind_options, within),
     .argument = N_("TIME"),
     .help = N_("also what falls due in that time: 7d, 2w, 1mo")},
    {.name = "new",
     .type = OPTION_FLAG,
     .target = offsetof(struct remind_options, only_new),
     .help = N_("give each item once per state and recipient")},
    {.name = "exit-code",
     .type = OPTION_FLAG,
     .target = offsetof(struct remind_options, exit_code),
     .help = N_("end with status 1 when there is something")},
    {.name = "why",
     .type = OPTION_TEXT,
     .target = offsetof(struct remind_options, why),
     .argument = N_("ID"),
     .help = N_("how the item of that id comes about")},
    {.name = "install-timer",
     .type = OPTION_CHOICE,
     .target = offsetof(struct remind_options, timer),
     .argument = N_("KIND"),
     .help = N_("print what reminds each morning: cron or systemd"),
     .choices = timer_kinds,
     .otherwise = "cron"},
    {.name = "at",
     .type = OPTION_TEXT,
     .target = offsetof(struct remind_options, at),
     .argument = N_("TIME"),
     .help = N_("with --install-timer: when; 08:30 when left out")},
    {.name = "write",
     .type = OPTION_FLAG,
     .target = offsetof(struct remind_options, write),
     .help = N_("with --install-timer: install it")},
    {0},
};

/* For whoever looks on; from cron it would be a mail. */
static void tell_held(const struct call *call, const crm_reminder_result *result)
{
    if (result->held == 0 || call->globals.quiet || isatty(STDERR_FILENO) != 1)
        return;
    fprintf(stderr, _("crm: kept for later: %zu, from %.16s on\n"), result->held, result->until);
}

static crm_status install_timer(struct call *call, const struct remind_options *given)
{
    const struct remind_timer timer = {
        .kind = given->timer, .at = given->at, .staff = given->staff, .write = given->write};
    if (call->argument_count == 0 && given->within == NULL && !given->only_new &&
        !given->exit_code && given->why == NULL)
        return remind_timer(call, &timer);
    call_fail(call, CRM_USAGE, _("--install-timer goes with --at, --for and --write alone"));
    return call_hint(call, CRM_USAGE, _("the timer runs: crm remind --new"));
}

/* Nothing else may seem to have been heard, least of all --new. */
static crm_status explain(struct call *call, const struct remind_options *given)
{
    const bool alone = call->argument_count == 0 && given->staff == NULL && given->within == NULL &&
                       !given->only_new && !given->exit_code && given->at == NULL && !given->write;
    if (alone)
        return crm_remind_why(call->book, given->why, call->sink);
    call_fail(call, CRM_USAGE, _("--why goes alone"));
    return call_hint(call, CRM_USAGE, _("its item is looked for among all, whenever they are due"));
}

static crm_status run(struct call *call)
{
    const struct remind_options *given = call->options;
    if (given->timer != NULL)
        return install_timer(call, given);
    if (given->why != NULL)
        return explain(call, given);
    if (given->at != NULL || given->write) {
        call_fail(call, CRM_USAGE, _("--at and --write go with --install-timer"));
        return call_hint(call, CRM_USAGE, _("crm remind --install-timer --at 08:30 --write"));
    }
    const crm_filter filter = call_filter(call, 0);
    const crm_reminder_request request = {.filter = &filter,
                                          .staff = given->staff,
                                          .within = given->within,
                                          .only_new = given->only_new};
    crm_reminder_result result;
    crm_status status = crm_remind(call->book, &request, call->sink, &result);
    if (status == CRM_OK)
        tell_held(call, &result);
    if (given->exit_code && result.count > 0)
        call->exit_code = 1;
    return status;
}

const struct command command_remind = {
    .name = "remind",
    .summary = N_("list everything that needs a person"),
    .description = N_(
        "Visits, promises, limits of complaints, surveys to ask, care dates, tiers to review; most "
        "urgent first, and nothing at all when there is nothing."),
    .flags = COMMAND_BOOK_READ | COMMAND_BOOK_MAY_WRITE,
    .arguments = customer_filter_arguments,
    .options = options,
    .options_size = sizeof(struct remind_options),
    .run = run,
};
