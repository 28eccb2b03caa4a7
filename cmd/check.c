/* SPDX-License-Identifier: MIT */
/* crm check: whether everything in a book is as it should be. */
#include "program.h"

struct check_options {
    bool repair;
};

static const struct option options[] = {
    {.name = "repair",
     .type = OPTION_FLAG,
     .target = offsetof(struct check_options, repair),
     .help = N_("mend what can be derived from the rest")},
    {0},
};

static const struct argument arguments[] = {
    {.name = N_("CHECK"),
     .help = N_("integrity, schema, journal, references, values, complaints, derived, policy or "
                "files; all when left out"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_CHECK},
    {0},
};

/* The library opens the book: it may be one that cannot be opened. */
static crm_status run(struct call *call)
{
    const struct check_options *given = call->options;
    const crm_check_options request = {.directory = call->place,
                                       .names = call->arguments,
                                       .count = call->argument_count,
                                       .repair = given->repair};
    return crm_check(call->book, &request, call->sink);
}

const struct command command_check = {
    .name = "check",
    .summary = N_("check that nothing in a book is damaged, lost or falsified"),
    .description = N_("One row for each thing that is wrong, and a last one that sums up. The "
                      "status is 0 when nothing is wrong."),
    .flags = COMMAND_BOOK_DAMAGED | COMMAND_BOOK_MAY_WRITE,
    .arguments = arguments,
    .options = options,
    .options_size = sizeof(struct check_options),
    .run = run,
};
