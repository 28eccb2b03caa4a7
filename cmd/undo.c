/* SPDX-License-Identifier: MIT */
/* crm undo: takes back what a command did. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

static const struct argument arguments[] = {
    {.name = N_("ENTRY"),
     .help = N_("number of the entry, as crm log has it; the last one when left out"),
     .optional = true},
    {0},
};

static crm_status run(struct call *call)
{
    const char *word = call->argument_count > 0 ? call->arguments[0] : "0";
    bool number = *word != '\0' && strlen(word) <= 18 && word[strspn(word, "0123456789")] == '\0';
    int64_t entry = number ? strtoll(word, NULL, 10) : 0;
    if (!number || (entry == 0 && call->argument_count > 0)) {
        call_fail(call, CRM_USAGE, _("crm undo: \"%s\" is no number of an entry"), word);
        return call_hint(call, CRM_USAGE, _("crm log lists the entries"));
    }
    return crm_undo(call->book, entry, call->sink);
}

const struct command command_undo = {
    .name = "undo",
    .summary = N_("take back what a command did"),
    .description = N_("Refuses when something later was built on it, and says what. An undo is "
                      "undone in the same way."),
    .flags = COMMAND_BOOK_WRITE,
    .arguments = arguments,
    .run = run,
};
