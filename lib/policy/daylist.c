/* SPDX-License-Identifier: MIT */
/* Reads official day lists from JSON. */
#include "policy/daylist.h"

#include "base/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void cleanup_json(cJSON **json)
{
    cJSON_Delete(*json);
}

static crm_status refuse_entry(struct error *error, int index, const char *what)
{
    return error_set(error, CRM_INVALID, _("day list: entry %d of \"days\": %s"), index + 1, what);
}

static crm_status read_day(struct arena *arena, const cJSON *entry, int index, int year,
                           struct listed_day *out, struct error *error)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(entry, "name");
    const cJSON *date = cJSON_GetObjectItemCaseSensitive(entry, "date");
    const cJSON *off = cJSON_GetObjectItemCaseSensitive(entry, "isOffDay");
    if (!cJSON_IsString(name)) {
        return refuse_entry(error, index, _("\"name\" must be a text"));
    }
    if (!cJSON_IsString(date) ||
        !date_parse_iso(date->valuestring, strlen(date->valuestring), &out->date)) {
        return refuse_entry(error, index, _("\"date\" must be a day such as \"2026-01-01\""));
    }
    if (out->date < date_from_civil(year - 1, 12, 1) || out->date > date_from_civil(year, 12, 31)) {
        return refuse_entry(error, index, _("the day is not in the list's year"));
    }
    if (!cJSON_IsBool(off)) {
        return refuse_entry(error, index, _("\"isOffDay\" must be true or false"));
    }
    out->works = cJSON_IsFalse(off);
    out->name = arena_copy(arena, name->valuestring);
    return out->name == NULL ? error_no_memory(error) : CRM_OK;
}

static int compare_days(const void *left, const void *right)
{
    const struct listed_day *a = left, *b = right;
    return (a->date > b->date) - (a->date < b->date);
}

static crm_status refuse_repeated(const struct listed_day *days, size_t count, struct error *error)
{
    for (size_t i = 1; i < count; i++) {
        if (days[i].date == days[i - 1].date) {
            char text[DATE_TEXT];
            date_format(days[i].date, text);
            return error_set(error, CRM_INVALID, _("day list: %s is named twice"), text);
        }
    }
    return CRM_OK;
}

/* Lists of years to come are handed round before their days are announced. Taken for a year without
 * holidays they would make every limit end on one. */
static crm_status refuse_blank(const struct listed_day *days, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!days[i].works) {
            return CRM_OK;
        }
    }
    error_set(error, CRM_INVALID, _("day list: no day off is in it"));
    return error_hint(error, _("import it once the days of the year are announced; until then the "
                               "calendar is unknown"));
}

static crm_status read_days(struct arena *arena, const cJSON *entries, struct day_list *list,
                            struct error *error)
{
    size_t count = (size_t)cJSON_GetArraySize(entries);
    struct listed_day *days = arena_array(arena, count + 1, sizeof *days);
    if (days == NULL) {
        return error_no_memory(error);
    }
    const cJSON *entry;
    int index = 0;
    cJSON_ArrayForEach(entry, entries)
    {
        crm_status status = read_day(arena, entry, index, list->year, &days[index], error);
        if (status != CRM_OK) {
            return status;
        }
        index++;
    }
    qsort(days, count, sizeof *days, compare_days);
    list->days = days;
    list->count = count;
    crm_status status = refuse_repeated(days, count, error);
    return status == CRM_OK ? refuse_blank(days, count, error) : status;
}

/* The whole text as one JSON value; NULL when it is not JSON, or has anything behind it. errno is
 * ENOMEM when memory was exhausted, of which cJSON itself says nothing. */
static cJSON *parse_json(const char *text, size_t length)
{
    const char *end = NULL;
    errno = 0;
    if (memchr(text, '\0', length) != NULL || !text_is_valid(text, length)) {
        return NULL;
    }
    cJSON *json = cJSON_ParseWithLengthOpts(text, length, &end, 0);
    while (json != NULL && end < text + length && strchr(" \t\r\n", *end) != NULL) {
        end++;
    }
    if (json != NULL && end < text + length) {
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

crm_status day_list_parse(struct arena *arena, const char *text, size_t length,
                          struct day_list *out, struct error *error)
{
    cleanup(cleanup_json) cJSON *json = parse_json(text, length);
    if (json == NULL && errno == ENOMEM) {
        return error_no_memory(error);
    }
    if (!cJSON_IsObject(json)) {
        return error_set(error, CRM_INVALID, _("day list: not a JSON object in UTF-8"));
    }
    const cJSON *year = cJSON_GetObjectItemCaseSensitive(json, "year");
    const cJSON *days = cJSON_GetObjectItemCaseSensitive(json, "days");
    if (!cJSON_IsNumber(year) || !(year->valuedouble >= 1 && year->valuedouble <= 9999) ||
        (double)year->valueint != year->valuedouble) {
        return error_set(error, CRM_INVALID, _("day list: \"year\" must be a year such as 2026"));
    }
    if (!cJSON_IsArray(days)) {
        return error_set(error, CRM_INVALID, _("day list: \"days\" must be a list"));
    }
    out->year = year->valueint;
    return read_days(arena, days, out, error);
}

const struct listed_day *day_list_find(const struct day_list *list, day_number date)
{
    struct listed_day wanted = {.date = date};
    return list == NULL || list->count == 0
               ? NULL
               : bsearch(&wanted, list->days, list->count, sizeof *list->days, compare_days);
}
