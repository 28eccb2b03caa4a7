/* SPDX-License-Identifier: MIT */
/* Forms in which fields are stored, from what people write. */
#include "schema/schema.h"

#include "base/birthday.h"
#include "base/buffer.h"
#include "base/yearly.h"

#include <stdio.h>
#include <string.h>

static crm_status keep(struct arena *arena, const char *text, const char **out, struct error *error)
{
    *out = arena_copy(arena, text);
    return *out == NULL ? error_no_memory(error) : CRM_OK;
}

crm_status form_birthday(const char *text, struct arena *arena, const char **out,
                         struct error *error)
{
    struct birthday birthday;
    char form[BIRTHDAY_TEXT];
    if (birthday_parse(text, &birthday))
        return keep(arena, birthday_format(birthday, form), out, error);
    error_set(error, CRM_INVALID, _("'%s' is no birthday"), text);
    return error_hint(error, _("write 1980-05-12; without the year 05-12, without the day 1980-05, "
                               "in a leap month of the lunar calendar leap 06-01"));
}

crm_status form_period(const char *text, struct arena *arena, const char **out, struct error *error)
{
    enum { MOST = 36500 };
    struct duration period;
    char form[24];
    crm_status status = duration_parse(text, &period, error);
    if (status != CRM_OK)
        return status;
    const bool days = period.unit == DURATION_DAYS || period.unit == DURATION_WEEKS ||
                      period.unit == DURATION_MONTHS || period.unit == DURATION_YEARS;
    if (days && period.count > 0 && period.count <= MOST)
        return keep(arena, duration_format(period, form), out, error);
    error_set(error, CRM_INVALID,
              days ? _("'%s' is too short or too long") : _("'%s' is not counted in days"), text);
    return error_hint(error, _("write days, weeks, months or years: 14d, 2w, 3mo, 1y"));
}

/* ---- Lists ---- */

/* Whether one of the entries before is the same; `separator` stands between two of them. */
static bool is_listed(const struct buffer *list, const char *entry, const char *separator)
{
    const size_t length = strlen(entry), gap = strlen(separator);
    const char *at = list->length == 0 ? NULL : list->data;
    while (at != NULL && *at != '\0') {
        const char *end = strstr(at, separator);
        const size_t found = end == NULL ? strlen(at) : (size_t)(end - at);
        if (found == length && strncmp(at, entry, length) == 0)
            return true;
        at = end == NULL ? NULL : end + gap;
    }
    return false;
}

static void add_entry(struct buffer *list, const char *entry, const char *separator)
{
    if (!is_listed(list, entry, separator))
        buffer_printf(list, "%s%s", list->length > 0 ? separator : "", entry);
}

static crm_status keep_list(const struct buffer *list, struct arena *arena, const char **out,
                            struct error *error)
{
    return list->failed ? error_no_memory(error) : keep(arena, buffer_string(list), out, error);
}

crm_status form_festivals(const char *text, struct arena *arena, const char **out,
                          struct error *error)
{
    struct buffer list cleanup(buffer_release) = {0};
    char *copy = arena_copy(arena, text), *rest = NULL;
    if (copy == NULL)
        return error_no_memory(error);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        const struct festival *festival = festival_find(word);
        if (strcmp(word, "无") == 0)
            add_entry(&list, FESTIVALS_NONE, " ");
        else
            add_entry(&list, festival == NULL ? word : festival->name, " ");
    }
    return keep_list(&list, arena, out, error);
}

crm_status form_occasion(const char *text, struct arena *arena, const char **out,
                         struct error *error)
{
    const struct festival *festival = festival_find(text);
    if (festival != NULL)
        return keep(arena, festival->name, out, error);
    if (strcmp(text, "生日") == 0)
        text = OCCASION_BIRTHDAY;
    else if (strcmp(text, "成立") == 0 || strcmp(text, "成立日") == 0)
        text = OCCASION_FOUNDING;
    if (strpbrk(text, " ,\t\n") == NULL)
        return keep(arena, text, out, error);
    error_set(error, CRM_INVALID, _("'%s' is not one occasion"), text);
    return error_hint(error, _("name one: birthday, founding, or a festival such as mid-autumn"));
}

/* The next entry between commas, without blanks around it; *rest moves behind it. */
static char *next_entry(char **rest)
{
    static const char *const commas[] = {",", ";", "\n", "，", "、", "；"};
    char *entry = *rest + strspn(*rest, " \t"), *end = entry + strlen(entry), *behind = end;
    for (size_t i = 0; i < sizeof commas / sizeof *commas; i++) {
        char *comma = strstr(entry, commas[i]);
        if (comma == NULL || comma >= end)
            continue;
        end = comma;
        behind = comma + strlen(commas[i]);
    }
    *rest = behind;
    while (end > entry && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    return entry;
}

crm_status form_yearly_days(const char *text, struct arena *arena, const char **out,
                            struct error *error)
{
    struct buffer list cleanup(buffer_release) = {0};
    char *rest = arena_copy(arena, text);
    if (rest == NULL)
        return error_no_memory(error);
    while (*rest != '\0') {
        const char *entry = next_entry(&rest);
        const struct festival *festival = festival_find(entry);
        struct yearly yearly;
        char form[YEARLY_TEXT];
        crm_status status = *entry == '\0' ? CRM_OK : yearly_parse(entry, &yearly, error);
        if (status != CRM_OK)
            return status;
        if (*entry != '\0')
            add_entry(&list, festival == NULL ? yearly_format(&yearly, form) : festival->name,
                      ", ");
    }
    if (list.length > 0)
        return keep_list(&list, arena, out, error);
    error_set(error, CRM_INVALID, _("'%s' names no day of a year"), text);
    return error_hint(
        error, _("write 10-01, lunar 8-15, lunar leap 6-1, or a festival such as mid-autumn"));
}
