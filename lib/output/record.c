/* SPDX-License-Identifier: MIT */
/* A record of values that are not stored: what a program says of itself. */
#include "output/sink.h"

#include <stdlib.h>

static const enum data_type cell_types[] = {
    [CRM_CELL_TEXT] = DATA_TEXT,
    [CRM_CELL_INTEGER] = DATA_INTEGER,
    [CRM_CELL_BOOLEAN] = DATA_BOOLEAN,
    [CRM_CELL_JSON] = DATA_JSON,
};

static struct value cell_value(const crm_cell *cell)
{
    if (cell->value == NULL)
        return value_null();
    if (cell->type == CRM_CELL_INTEGER)
        return value_integer(strtoll(cell->value, NULL, 10));
    if (cell->type == CRM_CELL_BOOLEAN)
        return value_integer(strcmp(cell->value, "yes") == 0);
    return value_text(cell->value);
}

crm_status crm_sink_record(crm_sink *sink, const crm_cell *cells, size_t count)
{
    if (sink == NULL)
        return CRM_OK;
    struct arena arena = {0};
    struct column *columns = arena_array(&arena, count, sizeof *columns);
    struct value *values = arena_array(&arena, count, sizeof *values);
    crm_status status = CRM_NO_MEMORY;
    if (columns != NULL && values != NULL) {
        for (size_t i = 0; i < count; i++) {
            columns[i] = (struct column){
                .name = cells[i].name, .label = cells[i].label, .type = cell_types[cells[i].type]};
            values[i] = cell_value(&cells[i]);
        }
        struct table table = {.columns = columns, .count = count, .record = true};
        status = sink_page_begin(sink, &table, values);
        if (status == CRM_OK)
            status = sink_page_end(sink);
    } else {
        error_no_memory(sink->error);
    }
    arena_release(&arena);
    return status;
}
