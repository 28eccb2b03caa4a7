/* SPDX-License-Identifier: MIT */
/* crm add: a new record of any kind, its fields as options. */
#include "command.h"

#include <string.h>

/* The subcommand that makes records of a kind: visit add, complain add. */
static const char *maker(const char *kind, const struct command **parent)
{
    for (const struct command *const *command = commands; *command != NULL; command++) {
        const struct command *sub = (*command)->subcommands;
        for (; sub != NULL && sub->name != NULL; sub++) {
            if (sub->fields == FIELDS_ADD && sub->fields_of != NULL &&
                strcmp(sub->fields_of, kind) == 0) {
                *parent = *command;
                return sub->name;
            }
        }
    }
    return NULL;
}

static crm_status addable(struct call *call)
{
    crm_kind_info kind;
    int found = crm_kind_find(call->kind);
    if (found >= 0 && crm_kind_get((size_t)found, &kind) && kind.addable)
        return CRM_OK;
    call_fail(call, CRM_USAGE, _("crm add makes no %s"), call->kind);
    const struct command *parent;
    const char *name = maker(call->kind, &parent);
    if (name != NULL)
        return call_hint(call, CRM_USAGE, _("crm %s %s does"), parent->name, name);
    return call_hint(call, CRM_USAGE, _("crm help lists the commands"));
}

static crm_status run(struct call *call)
{
    crm_status status = addable(call);
    if (status == CRM_OK)
        status = call_bind_arguments(call);
    if (status != CRM_OK)
        return status;
    return crm_record_add(call->book, call->kind, call->fields, call->field_count, call->sink);
}

const struct command command_add = {
    .name = "add",
    .summary = N_("add a record and print it"),
    .description = N_("The kind is customer when the first word names none."),
    .flags = COMMAND_BOOK_WRITE,
    .fields = FIELDS_ADD,
    .run = run,
};
