/* SPDX-License-Identifier: MIT */
/* SQLite's failures as ours, with sentences for people. */
#include "store/sqlite_error.h"

#include <string.h>

static crm_status status_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* others kept opening and recovering the log for ten seconds */
        return CRM_BUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return CRM_READONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* a table or column that a statement names is gone */
        return CRM_CORRUPT;
    case SQLITE_NOMEM:
        return CRM_NO_MEMORY;
    case SQLITE_CONSTRAINT:
        return CRM_CONFLICT;
    case SQLITE_MISUSE:
        return CRM_USAGE;
    default:
        return CRM_IO;
    }
}

crm_status sqlite_fail(sqlite3 *database, struct error *error)
{
    int code = database == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(database);
    crm_status status = status_of(code);
    switch (status) {
    case CRM_BUSY:
        error_set(error, status, _("another process is writing to the book"));
        return error_hint(error, _("try again in a moment"));
    case CRM_READONLY:
        error_set(error, status, _("the book cannot be written"));
        return error_hint(error, _("look at the permissions of its directory and files"));
    case CRM_CORRUPT:
        if (strcmp(sqlite3_errmsg(database), "integer overflow") == 0) {
            error_set(error, CRM_INVALID, _("a sum of amounts is too large"));
            return error_hint(error, _("look at the amounts: sums are kept below 9×10^14"));
        }
        error_set(error, status, _("the book's database is damaged: %s"), sqlite3_errmsg(database));
        return error_hint(error, _("restore it from a backup"));
    case CRM_NO_MEMORY:
        return error_no_memory(error);
    default:
        error_set(error, status, _("the book's database: %s"), sqlite3_errmsg(database));
        if ((code & 0xFF) == SQLITE_FULL)
            return error_hint(error, _("make room on the disk, then try again"));
        return status;
    }
}
