/* SPDX-License-Identifier: MIT */
/* An import map, and behind a line of --- the file that it describes. */
#include "fuzz.h"
#include "import/map.h"

static void read_values(struct map *map)
{
    struct value value;
    bool given, skip, rounded = false;
    for (size_t i = 0; i < map->field_count; i++) {
        crm_status status = map_value(map, i, &value, &given, &skip, &rounded);
        must_explain(status, map->source->error);
        if (status == CRM_OK && given && value.type == VALUE_TEXT)
            MUST(text_is_valid(value.text, value.length));
    }
}

static void read_file(struct map *map, const char *text, struct error *error)
{
    struct rows *rows = NULL;
    map->rows.path = "input.csv";
    map->rows.stream = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    if (map->rows.stream == NULL)
        return;
    crm_status status = rows_open(&map->rows, &rows, error);
    if (status == CRM_OK)
        status = map_bind(map, rows);
    must_explain(status, error);
    for (int row = 0; status == CRM_OK && row < 100; row++) {
        enum rows_result result = rows_next(rows);
        if (result == ROWS_END || result == ROWS_FAILED)
            break;
        if (result == ROWS_ROW && map_bind_new(map) == CRM_OK && map_begin_row(map) == MAP_ROW)
            read_values(map);
    }
    if (rows != NULL)
        rows_close(rows);
    fclose(map->rows.stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct map *map = NULL;
    const struct map_context context = {.as = schema_kind("order"),
                                        .field = {.today = 20514, .now = 1772413200}};
    char *text = text_of(data, size);
    char *file = strstr(text, "\n---\n");
    size_t length = file == NULL ? size : (size_t)(file - text) + 1;
    crm_status status = map_parse("map.yaml", text, length, &context, &map, &error);
    must_explain(status, &error);
    if (status == CRM_OK && file != NULL && file[5] != '\0')
        read_file(map, file + 5, &error);
    map_free(map);
    free(text);
    return 0;
}
