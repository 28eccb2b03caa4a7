/* SPDX-License-Identifier: MIT */
/* What customers and contacts may have as birthdays and occasions. */
#include "domain/care.h"

#include "base/birthday.h"
#include "base/yearly.h"

#include <string.h>

/* ---- Occasions ---- */

/* The policy's own words are among those that it names with a day. */
static crm_status check_word(struct crm_book *book, const char *field, const char *word)
{
    const struct policy *policy = book->policy;
    struct buffer names cleanup(buffer_release) = {0};
    const struct care_occasion *own = policy_occasion(policy, word);
    if (festival_find(word) != NULL || (own != NULL && own->day != NULL))
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("%s: '%s' is no festival"), field, word);
    for (size_t i = 0; i < festival_count; i++)
        buffer_printf(&names, "%s%s", i > 0 ? ", " : "", festivals[i].name);
    for (size_t i = 0; i < policy->occasion_count; i++)
        if (policy->occasions[i].day != NULL)
            buffer_printf(&names, ", %s", policy->occasions[i].name);
    return error_hint(&book->error, _("known are %s"), buffer_string(&names));
}

crm_status care_check_occasion(struct crm_book *book, const char *word)
{
    if (strcmp(word, OCCASION_BIRTHDAY) == 0 || strcmp(word, OCCASION_FOUNDING) == 0)
        return CRM_OK;
    return check_word(book, "occasion", word);
}

/* "none" stands for no festival at all, not even those of the tier. */
static crm_status check_festivals(struct crm_book *book, const struct value *given)
{
    struct arena arena cleanup(arena_release) = {0};
    char *words = arena_copy_length(&arena, given->text, given->length), *rest = NULL;
    if (words == NULL)
        return error_no_memory(&book->error);
    crm_status status = CRM_OK;
    if (strcmp(words, FESTIVALS_NONE) == 0)
        return CRM_OK;
    for (char *word = strtok_r(words, " ", &rest); word != NULL && status == CRM_OK;
         word = strtok_r(NULL, " ", &rest))
        status = check_word(book, "festivals", word);
    return status;
}

static crm_status check_visit(struct crm_book *book, const struct value *occasion)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *word = arena_copy_length(&arena, occasion->text, occasion->length);
    return word == NULL ? error_no_memory(&book->error) : care_check_occasion(book, word);
}

/* ---- Birthdays ---- */

static crm_status check_birthday(struct crm_book *book, const struct value *text,
                                 const struct value *calendar)
{
    struct arena arena cleanup(arena_release) = {0};
    struct birthday birthday;
    const bool lunar = calendar->type == VALUE_TEXT && strcmp(calendar->text, "lunar") == 0;
    if (text->type != VALUE_TEXT)
        return CRM_OK;
    const char *copy = arena_copy_length(&arena, text->text, text->length);
    if (copy == NULL)
        return error_no_memory(&book->error);
    if (!birthday_parse(copy, &birthday) ||
        (lunar ? birthday_is_lunar(&birthday) : birthday_is_solar(&birthday)))
        return CRM_OK; /* its form was checked before */
    if (lunar) {
        error_set(&book->error, CRM_INVALID, _("birthday: no lunar month has that day"));
        return error_hint(&book->error, _("a lunar month has 29 or 30 days; with "
                                          "--birthday-calendar solar it is a solar day"));
    }
    error_set(&book->error, CRM_INVALID, _("birthday: the solar calendar has no such day"));
    return error_hint(&book->error,
                      _("of the lunar calendar it is with --birthday-calendar lunar"));
}

static bool may_have_birthday(const struct kind *kind)
{
    return kind == &kind_customer || kind == &kind_contact;
}

crm_status care_complete(struct crm_book *book, const struct record *record)
{
    if (!may_have_birthday(record->kind))
        return CRM_OK;
    return check_birthday(book, record_get(record, "birthday"),
                          record_get(record, "birthday_calendar"));
}

crm_status care_check_update(struct crm_book *book, const struct record *record, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value stored[2];
    const struct value parameter = value_integer(id);
    const int birthday = kind_field_index(record->kind, "birthday"),
              calendar = kind_field_index(record->kind, "birthday_calendar");
    if (!may_have_birthday(record->kind) || (!record->given[birthday] && !record->given[calendar]))
        return CRM_OK;
    const char *sql = arena_printf(
        &arena, "SELECT birthday, birthday_calendar FROM %s WHERE id = $1", record->kind->table);
    if (sql == NULL)
        return error_no_memory(&book->error);
    crm_status status = store_row_values(book->store, &arena, sql, &parameter, 1, stored, 2);
    if (status != CRM_OK)
        return status;
    return check_birthday(book, record->given[birthday] ? &record->values[birthday] : &stored[0],
                          record->given[calendar] ? &record->values[calendar] : &stored[1]);
}

/* ---- Both ---- */

crm_status care_check(struct crm_book *book, const struct record *record)
{
    const bool visit = record->kind == &kind_visit;
    crm_status status = CRM_OK;
    if (visit || record->kind == &kind_customer) {
        const struct value *value = record_get(record, visit ? "occasion" : "festivals");
        if (value->type == VALUE_TEXT)
            status = visit ? check_visit(book, value) : check_festivals(book, value);
    }
    /* Of a stored record all is known; what is being changed is looked at with what stays. */
    return status == CRM_OK && record->given == NULL ? care_complete(book, record) : status;
}
