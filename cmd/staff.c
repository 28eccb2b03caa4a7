/* SPDX-License-Identifier: MIT */
/* crm staff: who may do what in a book that is in a database. */
#include "command.h"

static const struct argument staff_arguments[] = {
    {.name = N_("LOGIN"),
     .help = N_("member of the staff"),
     .complete = COMPLETE_RECORD,
     .of = "staff"},
    {0},
};

/* ---- grant ---- */

struct grant_options {
    const char *role;
    const char *database_user;
    const char *department;
};

static const char *const roles[] = {"reader", "manager", "administrator", NULL};

static const struct option grant_options[] = {
    {.name = "role",
     .type = OPTION_CHOICE,
     .target = offsetof(struct grant_options, role),
     .argument = N_("ROLE"),
     .help = N_("reader, manager or administrator"),
     .choices = roles},
    {.name = "database-user",
     .type = OPTION_TEXT,
     .target = offsetof(struct grant_options, database_user),
     .argument = N_("NAME"),
     .help = N_("user of the database; the login when left out")},
    {.name = "department",
     .type = OPTION_TEXT,
     .target = offsetof(struct grant_options, department),
     .argument = N_("D"),
     .help = N_("department whose customers are seen; a manager's own when left out")},
    {0},
};

static crm_status run_grant(struct call *call)
{
    const struct grant_options *given = call->options;
    if (given->role == NULL) {
        call_fail(call, CRM_USAGE, _("crm staff grant: --role is missing"));
        return call_hint(call, CRM_USAGE, _("give one of reader, manager, administrator"));
    }
    const crm_staff_role role = {.staff = call->arguments[0],
                                 .role = given->role,
                                 .database_user = given->database_user,
                                 .department = given->department};
    return crm_staff_grant(call->book, &role, call->sink);
}

/* ---- revoke and list ---- */

static crm_status run_revoke(struct call *call)
{
    return crm_staff_revoke(call->book, call->arguments[0]);
}

static crm_status run_list(struct call *call)
{
    return crm_staff_list(call->book, call->sink);
}

static const struct command subcommands[] = {
    {.name = "grant",
     .summary = N_("give somebody a role"),
     .description = N_("A reader reads; a manager also writes what belongs to his own customers "
                       "and his department's, and sees no others; an administrator may do "
                       "everything. The database itself refuses the rest."),
     .flags = COMMAND_BOOK_WRITE,
     .arguments = staff_arguments,
     .options = grant_options,
     .options_size = sizeof(struct grant_options),
     .run = run_grant},
    {.name = "revoke",
     .summary = N_("take a role back"),
     .flags = COMMAND_BOOK_WRITE | COMMAND_PLAIN,
     .arguments = staff_arguments,
     .run = run_revoke},
    {.name = "list",
     .summary = N_("list the roles that were given"),
     .flags = COMMAND_BOOK_READ,
     .run = run_list},
    {0},
};

const struct command command_staff = {
    .name = "staff",
    .summary = N_("say who may do what in a team's book"),
    .subcommands = subcommands,
};
