/* SPDX-License-Identifier: MIT */
/* The program's own tables: which reminders were given, what was merged, what is noted of the book.
 * What they name may be gone by now; it must have been there. */
#include "check/check.h"

#include "base/date.h"
#include "store/create.h"

#include <stdlib.h>
#include <string.h>

static crm_status say(struct check *check, enum check_part part, const char *table,
                      const char *record, const char *field, const char *stored,
                      const char *problem, const char *hint)
{
    const struct finding finding = {.part = part,
                                    .kind = table,
                                    .record = record,
                                    .field = field,
                                    .stored = stored,
                                    .problem = problem,
                                    .hint = hint};
    return check_say(check, &finding);
}

static crm_status say_reference(struct check *check, const char *table, const char *record,
                                const char *field, const char *stored)
{
    return say(check, CHECK_REFERENCES, table, record, field, stored,
               _("refers to a record that there never was"),
               _("compare it with that of a backup: somebody wrote past crm"));
}

/* Whether there is such a record, or was: what is removed leaves an image. */
static crm_status was_there(struct check *check, const struct kind *kind, int64_t id, bool *was)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_integer(id), value_text(kind->name)};
    struct value found = value_null();
    const char *sql = arena_printf(
        &arena,
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM %s t WHERE t.id = $1) OR EXISTS (SELECT 1 FROM "
        "journal_image i WHERE i.kind = $2 AND i.record = $1 AND i.action = 'removed') "
        "THEN 1 ELSE 0 END",
        kind->table);
    crm_status status =
        sql == NULL ? error_no_memory(&check->book->error)
                    : store_row_values(check->book->store, &arena, sql, parameters, 2, &found, 1);
    *was = found.integer != 0;
    return status;
}

static bool knows_entry(struct check *check, int64_t entry)
{
    return !check->entries_known || id_map_get(&check->entries, entry) != 0;
}

/* ---- Reminders ---- */

/* "C-5:…" names a complaint, "7:…" customer 7. */
static bool names_subject(const char *part, const struct kind **kind, int64_t *id)
{
    char name[32];
    size_t length = strcspn(part, ":");
    if (length == 0 || length >= sizeof name)
        return false;
    memcpy(name, part, length);
    name[length] = '\0';
    *kind = schema_kind_by_prefix(name);
    const char *digits = *kind == NULL ? name : name + strlen((*kind)->prefix);
    if (*kind == NULL)
        *kind = &kind_customer;
    *id = digits[strspn(digits, "0123456789")] == '\0' ? strtoll(digits, NULL, 10) : 0;
    return *id > 0;
}

/* The first part that names one: "resolve:C-5:…", "visit:7:…", "care:birthday:P-3:…". */
static bool reminder_subject(const char *item, const struct kind **kind, int64_t *id)
{
    const char *part = strchr(item, ':');
    while (part != NULL && !names_subject(part + 1, kind, id))
        part = strchr(part + 1, ':');
    return part != NULL;
}

static crm_status judge_reminder_fields(struct check *check, const char *item,
                                        const struct value *given_at, const struct value *entry)
{
    instant at;
    const char *text = check_text(check, NULL, given_at);
    bool time =
        given_at->type == VALUE_TEXT && time_parse_iso(given_at->text, given_at->length, NULL, &at);
    if (!time && check->wanted[CHECK_VALUES])
        return say(check, CHECK_VALUES, "reminder_given", item, "given_at", text,
                   _("not a point in time"),
                   _("compare it with that of a backup: somebody wrote past crm"));
    if (check->wanted[CHECK_JOURNAL] && entry->integer != 0 && !knows_entry(check, entry->integer))
        return say(check, CHECK_JOURNAL, "reminder_given", item, "entry",
                   check_text(check, NULL, entry), _("the journal has no such entry"),
                   _("compare it with that of a backup: somebody wrote past crm"));
    return CRM_OK;
}

/* item, given_at, entry */
static crm_status visit_reminder(void *context, const struct value *row)
{
    struct check *check = context;
    const struct kind *kind = NULL;
    int64_t id = 0;
    bool was = true;
    const char *item = check_text(check, NULL, &row[0]);
    crm_status status = CRM_OK;
    /* An evaluation is of no record. */
    if (row[0].type == VALUE_TEXT && strncmp(row[0].text, "evaluate:", 9) == 0)
        was = true;
    else if (row[0].type == VALUE_TEXT && reminder_subject(row[0].text, &kind, &id))
        status = was_there(check, kind, id, &was);
    else
        was = false;
    if (status == CRM_OK && !was && check->wanted[CHECK_REFERENCES])
        status = say_reference(check, "reminder_given", item, "item", item);
    return status == CRM_OK ? judge_reminder_fields(check, item, &row[1], &row[2]) : status;
}

/* ---- Merges ---- */

static crm_status judge_end(struct check *check, const struct kind *kind, const char *record,
                            const char *field, const struct value *id)
{
    bool was = false;
    crm_status status =
        id->type == VALUE_INTEGER ? was_there(check, kind, id->integer, &was) : CRM_OK;
    return status == CRM_OK && !was
               ? say_reference(check, "merged_record", record, field, check_text(check, NULL, id))
               : status;
}

/* kind, record, merged_into, entry: below zero of a merge that was undone */
static crm_status visit_merge(void *context, const struct value *row)
{
    struct check *check = context;
    const struct kind *kind = row[0].type == VALUE_TEXT ? schema_kind(row[0].text) : NULL;
    const char *name = check_text(check, NULL, &row[0]);
    const char *number = check_text(check, NULL, &row[1]);
    const char *record = arena_printf(&check->arena, "%s %s", name, number);
    crm_status status = CRM_OK;
    if (record == NULL || check->scratch.failed)
        return error_no_memory(&check->book->error);
    if (kind == NULL || !kind->merges)
        return say(check, CHECK_REFERENCES, "merged_record", record, "kind", name,
                   _("no kind of records that are merged"),
                   _("compare it with that of a backup: somebody wrote past crm"));
    status = judge_end(check, kind, record, "record", &row[1]);
    if (status == CRM_OK)
        status = judge_end(check, kind, record, "merged_into", &row[2]);
    if (status == CRM_OK && !knows_entry(check, llabs(row[3].integer)))
        status = say(check, CHECK_REFERENCES, "merged_record", record, "entry",
                     check_text(check, NULL, &row[3]), _("the journal has no such entry"),
                     _("compare it with that of a backup: somebody wrote past crm"));
    return status;
}

/* ---- Settings ---- */

/* A fingerprint of 16 digits; the number of an entry; the day of an evaluation. */
static bool is_good_setting(const char *name, const char *setting)
{
    size_t length = strlen(setting);
    if (strcmp(name, STORE_SETTING_VISIT_DATES) == 0)
        return length == 0 || (length == 16 && strspn(setting, "0123456789abcdef") == 16);
    if (strcmp(name, STORE_SETTING_VALUELESS) == 0)
        return length > 0 && length < 19 && strspn(setting, "0123456789") == length;
    day_number day;
    if (strncmp(name, STORE_SETTING_EVALUATED, strlen(STORE_SETTING_EVALUATED)) == 0)
        return date_parse_iso(setting, length, &day);
    return false;
}

/* name, setting */
static crm_status visit_setting(void *context, const struct value *row)
{
    struct check *check = context;
    if (row[0].type == VALUE_TEXT && row[1].type == VALUE_TEXT &&
        is_good_setting(row[0].text, row[1].text))
        return CRM_OK;
    return say(check, CHECK_VALUES, "setting", check_text(check, NULL, &row[0]), "setting",
               check_text(check, NULL, &row[1]), _("no setting that crm writes"),
               _("compare it with that of a backup: somebody wrote past crm"));
}

/* ---- All of them ---- */

crm_status check_own(struct check *check)
{
    struct store *store = check->book->store;
    crm_status status = CRM_OK;
    if (check->wanted[CHECK_REFERENCES] || check->wanted[CHECK_VALUES])
        status = store_query(store,
                             "SELECT item, given_at, entry FROM reminder_given "
                             "ORDER BY item, state, recipient",
                             NULL, 0, visit_reminder, check);
    status = check_failed(check, CHECK_REFERENCES, "reminder_given", status);
    if (status == CRM_OK && check->wanted[CHECK_REFERENCES])
        status = store_query(store,
                             "SELECT kind, record, merged_into, entry FROM merged_record "
                             "ORDER BY kind, record, entry",
                             NULL, 0, visit_merge, check);
    status = check_failed(check, CHECK_REFERENCES, "merged_record", status);
    if (status == CRM_OK && check->wanted[CHECK_VALUES])
        status = store_query(store, "SELECT name, setting FROM book_setting ORDER BY name", NULL, 0,
                             visit_setting, check);
    return check_failed(check, CHECK_VALUES, "setting", status);
}
