/* SPDX-License-Identifier: MIT */
/* Fields of the policy's own in a flat file. */
#include "record/import_custom.h"

#include <string.h>

bool import_is_custom(const struct map_field *field)
{
    return kind_field(field->kind, field->field->name) == NULL;
}

/* Index in policy->fields; the map would not have taken a name that is not among them. */
static size_t index_in_policy(const struct policy *policy, const struct map_field *field)
{
    size_t i = 0;
    while (!custom_is_of(&policy->fields[i], field->kind) ||
           strcmp(policy->fields[i].name, field->field->name) != 0)
        i++;
    return i;
}

void import_custom_sql(const struct import *import, size_t field, struct buffer *sql)
{
    const struct policy *policy = import->book->policy;
    const struct map_field *mapped = &import->map->fields[field];
    custom_sql(sql, &policy->fields[index_in_policy(policy, mapped)], mapped->kind->table);
}

void import_custom_put(const struct import *import, size_t field, const struct value *value,
                       struct record *record)
{
    size_t at = index_in_policy(import->book->policy, &import->map->fields[field]);
    record->custom[at] = *value;
    record->custom_given[at] = true;
    record->any_custom = true;
}

crm_status import_custom(struct import *import, const struct kind *kind, const struct value *values,
                         struct value *out)
{
    const struct map *map = import->map;
    const struct value nothing = value_null();
    struct record record;
    crm_status status = record_new(import->book, kind, &import->map->row, &record);
    if (status != CRM_OK)
        return status;
    for (size_t i = 0; i < map->field_count; i++)
        if (map->fields[i].kind == kind && import_is_custom(&map->fields[i]))
            import_custom_put(import, i, &values[i], &record);
    return custom_change(import->book, &record, &nothing, &import->map->row, out);
}
