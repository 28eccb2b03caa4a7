/* SPDX-License-Identifier: MIT */
/* SQLite's own checks, and what it says about its tables. */
#include "store/sqlite_inspect.h"

#include "base/buffer.h"
#include "store/driver.h"

#include <string.h>

const char sqlite_columns_sql[] =
    "SELECT name, type, \"notnull\" FROM pragma_table_info($1) ORDER BY cid";
const char sqlite_indexes_sql[] =
    "SELECT (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) i), l.\"unique\", "
    "l.partial FROM pragma_index_list($1) l";

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

crm_status sqlite_examine(struct store *store, store_fault_visitor each, void *context)
{
    struct verification verification = {.each = each, .context = context};
    crm_status status =
        store_query(store, "PRAGMA integrity_check(1000)", NULL, 0, visit_message, &verification);
    if (verification.status != CRM_OK || (status != CRM_CORRUPT && status != CRM_IO))
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
