/* SPDX-License-Identifier: MIT */
/* Finding the columns of a map in a file. */
#include "import/map.h"

#include "base/text.h"

#include <string.h>

static crm_status refuse_column(struct map *map, const char *name, const char *user, long line,
                                long column)
{
    const struct rows *rows = map->source;
    const char *nearest =
        text_nearest(name, (const char *const *)rows->columns, rows->column_count);
    struct error *error = rows->error;
    struct buffer list cleanup(buffer_release) = {0};
    for (size_t i = 0; i < rows->column_count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", rows->columns[i]);
    error_set(error, CRM_INVALID, _("%s: %s has no column \"%s\""), user, rows->name, name);
    if (nearest != NULL)
        error_hint(error, _("did you mean \"%s\"? its columns are: %s"), nearest,
                   buffer_string(&list));
    else
        error_hint(error, _("its columns are: %s"), buffer_string(&list));
    return error_place(error, map->name == NULL ? rows->name : map->name, line, column);
}

static void bind_field(struct map_field *field, const struct rows *rows)
{
    for (size_t i = 0; i < field->column_count; i++)
        if (field->bound[i] < 0)
            field->bound[i] = rows_column(rows, field->columns[i]);
}

/* Name of a column that the field cannot do without and does not have; NULL for none. */
static const char *missing_column(const struct map_field *field)
{
    const char *missing = NULL;
    for (size_t i = 0; i < field->column_count; i++) {
        if (field->bound[i] < 0)
            missing = missing == NULL ? field->columns[i] : missing;
        else if (!field->joined)
            return NULL;
    }
    return field->optional ? NULL : missing;
}

/* Column names of the file that are fields, or are refused. */
static crm_status bind_identity(struct map *map, size_t column)
{
    struct rows *rows = map->source;
    const struct kind *kind = map->context.as;
    const char *name = rows->columns[column];
    const struct field *known = kind_field(kind, name);
    const struct field *field = map->context.lookup == NULL
                                    ? known
                                    : map->context.lookup(map->context.lookup_context, kind, name);
    if (field == NULL || (field->flags & (FIELD_DERIVED | FIELD_IDENTITY)) == FIELD_DERIVED) {
        /* What `list` prints besides the stored fields is kept by the program itself. */
        if ((known != NULL && known->flags & FIELD_DERIVED) || strcmp(name, "id") == 0)
            return CRM_OK;
        const char *names[128];
        size_t count = 0;
        for (size_t i = 0; i < kind->field_count && count < 128; i++)
            if ((kind->fields[i].flags & (FIELD_DERIVED | FIELD_IDENTITY)) != FIELD_DERIVED)
                names[count++] = kind->fields[i].name;
        const char *nearest = text_nearest(name, names, count);
        if (name[0] == '#' && rows_column(rows, name) == (int)column)
            error_set(rows->error, CRM_INVALID, _("column %zu has no name"), column + 1);
        else
            error_set(rows->error, CRM_INVALID, _("a %s has no field \"%s\""), _(kind->noun), name);
        if (nearest != NULL)
            error_hint(rows->error, _("did you mean \"%s\"? or say what the columns are by --map"),
                       nearest);
        else
            error_hint(rows->error,
                       _("rename the column, or say what it is by --map (crm-map(5))"));
        return error_place(rows->error, rows->name,
                           rows->header_line > 0 ? rows->header_line : rows->line, 0);
    }
    struct map_field *fields =
        array_grow(map->fields, &map->field_capacity, map->field_count + 1, sizeof *fields);
    int *bound = arena_alloc(&map->arena, sizeof *bound);
    const char **columns = arena_alloc(&map->arena, sizeof *columns);
    if (fields != NULL)
        map->fields = fields;
    if (fields == NULL || bound == NULL || columns == NULL)
        return error_no_memory(rows->error);
    *bound = (int)column;
    *columns = arena_copy(&map->arena, name);
    fields[map->field_count++] = (struct map_field){.kind = kind,
                                                    .field = field,
                                                    .name = *columns,
                                                    .columns = columns,
                                                    .column_count = 1,
                                                    .bound = bound};
    return *columns == NULL ? error_no_memory(rows->error) : CRM_OK;
}

static void bind_rest(struct map *map)
{
    const struct rows *rows = map->source;
    for (size_t i = 0; i < map->rule_count; i++)
        map->rules[i].bound = rows_column(rows, map->rules[i].column);
    for (size_t i = 0; i < map->fill_count; i++)
        map->fills[i].bound = rows_column(rows, map->fills[i].column);
    if (map->within != NULL)
        map->within_bound = rows_column(rows, map->within);
}

crm_status map_bind_new(struct map *map)
{
    for (size_t i = map->bound_columns; map->name == NULL && i < map->source->column_count; i++) {
        crm_status status = bind_identity(map, i);
        if (status != CRM_OK)
            return status;
    }
    for (size_t i = 0; map->name != NULL && i < map->field_count; i++)
        bind_field(&map->fields[i], map->source);
    bind_rest(map);
    map->bound_columns = map->source->column_count;
    return CRM_OK;
}

/* A column that is called by a name must be the only one of that name. */
static crm_status check_name(const struct map *map, const char *name, int bound)
{
    if (bound < 0 || strcmp(map->source->columns[bound], name) != 0)
        return CRM_OK;
    return rows_check_name(map->source, bound);
}

static crm_status check_field(struct map *map, const struct map_field *field)
{
    const char *missing = field->constant == NULL ? missing_column(field) : NULL;
    if (missing != NULL)
        return refuse_column(map, missing, field->name, field->line, field->column);
    crm_status status = CRM_OK;
    for (size_t i = 0; status == CRM_OK && i < field->column_count; i++)
        status = check_name(map, field->columns[i], field->bound[i]);
    return status;
}

/* `user` is the part of the map that calls for the column, at `line`. */
static crm_status check_column(struct map *map, const char *name, int bound, const char *user,
                               long line)
{
    return bound < 0 ? refuse_column(map, name, user, line, 0) : check_name(map, name, bound);
}

static crm_status check_bound(struct map *map)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; status == CRM_OK && i < map->field_count; i++)
        status = check_field(map, &map->fields[i]);
    for (size_t i = 0; status == CRM_OK && i < map->rule_count; i++)
        status = check_column(map, map->rules[i].column, map->rules[i].bound, "rows",
                              map->rules[i].line);
    for (size_t i = 0; status == CRM_OK && i < map->fill_count; i++)
        status = check_column(map, map->fills[i].column, map->fills[i].bound, "fill_down", 0);
    if (status == CRM_OK && map->within != NULL)
        status = check_column(map, map->within, map->within_bound, "fill_down.within", 0);
    return status;
}

crm_status map_bind(struct map *map, struct rows *rows)
{
    map->source = rows;
    crm_status status = map_bind_new(map);
    /* JSON Lines name their columns row by row: whether one is missing shows at the end. */
    return status == CRM_OK && rows->column_count > 0 ? check_bound(map) : status;
}

crm_status map_finish(struct map *map)
{
    return check_bound(map);
}

size_t map_column(const struct map *map, size_t index)
{
    const struct map_field *field = &map->fields[index];
    for (size_t i = 0; i < field->column_count; i++)
        if (field->bound[i] >= 0)
            return (size_t)field->bound[i];
    return map->source->column_count;
}

static bool uses_column(const struct map_field *field, int column)
{
    for (size_t i = 0; i < field->column_count; i++)
        if (field->bound[i] == column)
            return true;
    return false;
}

bool map_unused(const struct map *map, size_t column)
{
    for (size_t i = 0; i < map->field_count; i++)
        if (uses_column(&map->fields[i], (int)column))
            return false;
    for (size_t i = 0; i < map->rule_count; i++)
        if (map->rules[i].bound == (int)column)
            return false;
    for (size_t i = 0; i < map->ignored_count; i++)
        if (rows_column(map->source, map->ignored[i]) == (int)column)
            return false;
    return map->within == NULL || map->within_bound != (int)column;
}
