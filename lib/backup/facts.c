/* SPDX-License-Identifier: MIT */
/* The facts of a backup: counted in its database, kept as one line of JSON. */
#include "backup/facts.h"

#include "base/memory.h"
#include "schema/schema.h"

#include <cjson/cJSON.h>
#include <string.h>

enum { FORM = 1 }; /* of this file and of the archive; raised when an older crm could not read it */

const char backup_facts_name[] = "crm-backup.json";

static crm_status count_records(struct store *store, struct arena *arena, int64_t *out)
{
    *out = 0;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        struct value count = value_integer(0);
        const char *sql = arena_printf(arena, "SELECT count(*) FROM %s", schema_kinds[i]->table);
        status =
            sql == NULL ? CRM_NO_MEMORY : store_row_values(store, arena, sql, NULL, 0, &count, 1);
        *out += count.integer;
    }
    return status;
}

crm_status backup_facts_read(struct store *store, struct backup_facts *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value last[] = {value_integer(0), value_text("")};
    crm_status status = store_schema_version(store, &out->schema);
    if (status == CRM_OK)
        status =
            store_row_values(store, &arena, "SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1",
                             NULL, 0, last, 2);
    if (status != CRM_OK && status != CRM_NOT_FOUND)
        return status;
    out->entries = last[0].integer;
    out->head[0] = '\0';
    if (last[1].type == VALUE_TEXT && last[1].length < sizeof out->head)
        memcpy(out->head, last[1].text, last[1].length + 1);
    return count_records(store, &arena, &out->records);
}

bool backup_facts_equal(const struct backup_facts *one, const struct backup_facts *other)
{
    return one->schema == other->schema && one->entries == other->entries &&
           one->records == other->records && strcmp(one->head, other->head) == 0;
}

/* Nothing in it needs quoting. */
void backup_facts_write(const struct backup_facts *facts, struct buffer *out)
{
    buffer_printf(out,
                  "{\"crm_backup\":%d,\"crm\":\"%s\",\"schema\":%d,\"made_at\":\"%s\","
                  "\"entries\":%lld,\"head\":\"%s\",\"records\":%lld}\n",
                  FORM, CRM_VERSION, facts->schema, facts->made_at, (long long)facts->entries,
                  facts->head, (long long)facts->records);
}

static void free_json(cJSON **json)
{
    cJSON_Delete(*json);
}

static bool read_number(const cJSON *json, const char *name, int64_t *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    if (!cJSON_IsNumber(member) || member->valuedouble < 0 || member->valuedouble > 1e15)
        return false;
    *out = (int64_t)member->valuedouble;
    return true;
}

static bool read_text(const cJSON *json, const char *name, char *out, size_t size)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    if (!cJSON_IsString(member) || strlen(member->valuestring) >= size)
        return false;
    (void)snprintf(out, size, "%s", member->valuestring);
    return true;
}

bool backup_facts_parse(const char *text, size_t length, struct backup_facts *out)
{
    cJSON *json cleanup(free_json) = cJSON_ParseWithLength(text, length);
    int64_t form = 0, schema = 0;
    if (!read_number(json, "crm_backup", &form) || form != FORM ||
        !read_number(json, "schema", &schema) || schema > INT32_MAX)
        return false;
    out->schema = (int)schema;
    return read_number(json, "entries", &out->entries) &&
           read_number(json, "records", &out->records) &&
           read_text(json, "head", out->head, sizeof out->head) &&
           read_text(json, "made_at", out->made_at, sizeof out->made_at);
}
