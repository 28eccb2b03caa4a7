/* SPDX-License-Identifier: MIT */
/* Tables of movement between tiers. */
#include "domain/tier_matrix.h"

#include "schema/schema.h"

static const struct choice row_words[] = {{"unrated", N_("unrated")}, {"total", N_("total")}};

static const struct column count_column = {.type = DATA_INTEGER};

crm_status tier_matrix_begin(const struct tier_matrix *matrix, struct arena *arena,
                             struct crm_sink *sink)
{
    size_t count = 0;
    struct column *columns = arena_array(arena, matrix->column_count + 4, sizeof *columns);
    if (columns == NULL)
        return CRM_NO_MEMORY;
    if (matrix->periods)
        columns[count++] = (struct column){.name = "period", .label = _("Period")};
    columns[count++] = (struct column){
        .name = "from", .label = _("From"), .choices = row_words, .choice_count = 2};
    for (size_t i = 0; i < matrix->column_count; i++) {
        columns[count] = count_column;
        columns[count].name = arena_printf(arena, "to_%s", matrix->columns[i]);
        columns[count].label = matrix->columns[i];
        if (columns[count++].name == NULL)
            return CRM_NO_MEMORY;
    }
    columns[count] = count_column;
    columns[count].name = "unrated";
    columns[count++].label = _("unrated");
    columns[count] = count_column;
    columns[count].name = "total";
    columns[count++].label = _("total");
    const struct table table = {
        .name = "movement", .title = matrix->title, .columns = columns, .count = count};
    return sink_begin(sink, &table);
}

crm_status tier_matrix_rows(const struct tier_matrix *matrix, const char *period,
                            const int64_t *counts, struct arena *arena, struct crm_sink *sink)
{
    const size_t rows = matrix->row_count + 1, width = matrix->column_count + 1;
    struct value *values = arena_array(arena, width + 3, sizeof *values);
    int64_t *totals = arena_array(arena, width, sizeof *totals);
    crm_status status = values != NULL && totals != NULL ? CRM_OK : CRM_NO_MEMORY;
    for (size_t row = 0; row <= rows && status == CRM_OK; row++) {
        int64_t sum = 0;
        size_t at = 0;
        if (matrix->periods)
            values[at++] = value_text(period);
        values[at++] =
            value_text(row + 1 < rows ? matrix->rows[row] : row_words[row + 1 - rows].name);
        for (size_t k = 0; k < width; k++) {
            int64_t count = row < rows ? counts[row * width + k] : totals[k];
            totals[k] += row < rows ? count : 0;
            sum += count;
            values[at++] = value_integer(count);
        }
        values[at] = value_integer(sum);
        status = sink_row(sink, values);
    }
    return status;
}
