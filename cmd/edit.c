/* SPDX-License-Identifier: MIT */
/* crm edit: changes fields of one record. */
#include "command.h"

static crm_status run(struct call *call)
{
    const char *kind, *reference;
    crm_status status = call_record(call, &kind, &reference);
    if (status != CRM_OK)
        return status;
    if (call->field_count == 0) {
        call_fail(call, CRM_USAGE, _("crm edit: nothing to change"));
        return call_hint(call, CRM_USAGE, _("name a field: --phone 021-5550100; \"\" clears it"));
    }
    return crm_record_edit(call->book, kind, reference, call->fields, call->field_count,
                           call->sink);
}

const struct command command_edit = {
    .name = "edit",
    .summary = N_("change fields of a record"),
    .description = N_("An empty value clears the field."),
    .flags = COMMAND_BOOK_WRITE,
    .arguments = record_arguments,
    .fields = FIELDS_EDIT,
    .run = run,
};
