/* SPDX-License-Identifier: MIT */
/* SQLite's own checks, and what it says about its tables. */
#include "store/sqlite_inspect.h"

#include "base/buffer.h"
#include "store/driver.h"
#include "store/sqlite_agree.h"

#include <string.h>

const char sqlite_columns_sql[] =
    "SELECT name, type, \"notnull\" FROM pragma_table_info($1) ORDER BY cid";
const char sqlite_indexes_sql[] =
    "SELECT (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) i), l.\"unique\", "
    "l.partial, l.name FROM pragma_index_list($1) l";
const char sqlite_triggers_sql[] =
    "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = $1 ORDER BY name";

struct verification {
    store_fault_visitor each;
    void *context;
    crm_status status; /* of the visitor */
};

/* The index that "row 12 missing from index customer_1" and the like speak of. */
static const char *index_of(const char *message)
{
    static const char *const sentences[] = {"missing from index ", "wrong # of entries in index ",
                                            "values differ from index "};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        const char *at = strstr(message, sentences[i]);
        if (at != NULL)
            return at + strlen(sentences[i]);
    }
    return NULL;
}

static crm_status visit_message(void *context, const struct value *row)
{
    struct verification *verification = context;
    if (row[0].type != VALUE_TEXT || strcmp(row[0].text, "ok") == 0)
        return CRM_OK;
    const struct store_fault fault = {.message = row[0].text, .index = index_of(row[0].text)};
    verification->status = verification->each(verification->context, &fault);
    return verification->status;
}

/* Counts what a quick look finds; nothing is handed on. */
static crm_status count_message(void *context, const struct value *row)
{
    size_t *faults = context;
    *faults += row[0].type == VALUE_TEXT && strcmp(row[0].text, "ok") != 0;
    return CRM_OK;
}

static bool is_damage(crm_status status)
{
    return status == CRM_CORRUPT || status == CRM_IO;
}

/* Whether all is well, in a third of the time that the whole check takes. */
static crm_status look_quickly(struct store *store, bool *sound)
{
    size_t faults = 0;
    bool agree = false;
    crm_status status =
        store_query(store, "PRAGMA quick_check(1)", NULL, 0, count_message, &faults);
    if (status == CRM_OK && faults == 0)
        status = sqlite_indexes_agree(store, &agree);
    *sound = status == CRM_OK && agree;
    return is_damage(status) ? CRM_OK : status;
}

crm_status sqlite_examine(struct store *store, store_fault_visitor each, void *context)
{
    struct verification verification = {.each = each, .context = context};
    bool sound = false;
    crm_status status = look_quickly(store, &sound);
    if (status != CRM_OK || sound)
        return status;
    status =
        store_query(store, "PRAGMA integrity_check(1000)", NULL, 0, visit_message, &verification);
    if (verification.status != CRM_OK || !is_damage(status))
        return status;
    const struct store_fault fault = {.message = store->error->message};
    return each(context, &fault);
}

crm_status sqlite_rebuild_index(struct store *store, const char *index)
{
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_text(&sql, "REINDEX \"");
    for (const char *at = index; *at != '\0'; at++)
        buffer_printf(&sql, *at == '"' ? "\"\"" : "%c", *at);
    buffer_text(&sql, "\"");
    return sql.failed ? error_no_memory(store->error) : store_execute(store, buffer_string(&sql));
}
