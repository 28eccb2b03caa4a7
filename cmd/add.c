/* SPDX-License-Identifier: MIT */
/* crm add: a new record of any kind, its fields as options. */
#include "command.h"

static crm_status addable(struct call *call)
{
    crm_kind_info kind;
    int found = crm_kind_find(call->kind);
    if (found >= 0 && crm_kind_get((size_t)found, &kind) && kind.addable)
        return CRM_OK;
    call_fail(call, CRM_USAGE, _("crm add makes no %s"), call->kind);
    return call_hint(call, CRM_USAGE, _("crm --help lists the command that does"));
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
