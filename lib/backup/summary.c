/* SPDX-License-Identifier: MIT */
/* The one row of a backup or a restoration. */
#include "backup/summary.h"

crm_status backup_summary_write(const struct backup_summary *summary, struct crm_sink *sink)
{
    const struct backup_facts *facts = summary->facts;
    const struct column columns[] = {
        {.name = "file", .label = _("File")},
        {.name = "book", .label = _("Book")},
        {.name = "made_at", .label = _("Made at"), .type = DATA_TIME},
        {.name = "bytes", .label = _("Bytes"), .type = DATA_INTEGER},
        {.name = "records", .label = _("Records"), .type = DATA_INTEGER},
        {.name = "entries", .label = _("Journal entries"), .type = DATA_INTEGER},
        {.name = "head", .label = _("Hash of the last entry")},
        {.name = "seconds", .label = _("Seconds"), .type = DATA_REAL, .decimals = 3},
    };
    const struct value values[] = {value_text(summary->file),
                                   value_text(summary->book),
                                   value_text(facts->made_at),
                                   value_integer(summary->bytes),
                                   value_integer(facts->records),
                                   value_integer(facts->entries),
                                   value_text(facts->head[0] == '\0' ? NULL : facts->head),
                                   value_real(summary->seconds)};
    const struct table table = {.name = "backup",
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns,
                                .record = true};
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = sink_row(sink, values);
    return status == CRM_OK ? sink_end(sink) : status;
}
