/* SPDX-License-Identifier: MIT */
/* A file of rows, read to its end. */
#ifndef CRM_TESTS_FUZZ_ROWS_H
#define CRM_TESTS_FUZZ_ROWS_H

#include "fuzz.h"
#include "import/rows.h"

static inline void look_at_row(const struct rows *rows)
{
    long line = 0, character = 0;
    MUST(rows->line > 0);
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct cell *cell = &rows->cells[i];
        MUST(rows->columns[i] != NULL);
        if (!cell->given)
            continue;
        MUST(cell->length == 0 || memchr(cell->text, '\0', cell->length) == NULL ||
             text_is_valid(cell->text, cell->length));
        rows_place(rows, i, &line, &character);
        MUST(line >= rows->line && character > 0);
    }
}

static inline void read_rows(const uint8_t *data, size_t size, struct rows_options options)
{
    struct error error = {0};
    struct rows *rows = NULL;
    if (size == 0)
        return;
    options.stream = fmemopen((void *)(uintptr_t)data, size, "r");
    MUST(options.stream != NULL);
    crm_status status = rows_open(&options, &rows, &error);
    must_explain(status, &error);
    enum rows_result result = status == CRM_OK ? ROWS_ROW : ROWS_END;
    while (result == ROWS_ROW || result == ROWS_REFUSED) {
        result = rows_next(rows);
        if (result == ROWS_ROW)
            look_at_row(rows);
        else if (result != ROWS_END)
            must_explain(CRM_INVALID, &error);
    }
    if (status == CRM_OK)
        rows_close(rows);
    fclose(options.stream);
}

#endif
