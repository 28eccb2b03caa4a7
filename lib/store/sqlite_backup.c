/* SPDX-License-Identifier: MIT */
/* A copy of an SQLite database while others write to it: page by page, by the engine's own backup.
 */
#include "store/sqlite_backup.h"

#include "base/memory.h"
#include "store/sqlite_error.h"

enum {
    STEP_PAGES = 256, /* copied between two reports of progress: 1 MiB */
    /* Only a recovery of the log by another process is waited for: the transaction for reading is
     * open, and nobody else knows of the copy. */
    TRIES = 1000,
    PAUSE_MILLISECONDS = 10
};

static void close_copy(sqlite3 **database)
{
    (void)sqlite3_close(*database);
}

static int copy_pages(sqlite3_backup *backup, store_progress progress, void *context)
{
    int code = SQLITE_OK;
    for (int waited = 0; waited < TRIES && code != SQLITE_DONE;) {
        code = sqlite3_backup_step(backup, STEP_PAGES);
        int total = sqlite3_backup_pagecount(backup);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
            waited++;
            (void)sqlite3_sleep(PAUSE_MILLISECONDS);
        } else if (code != SQLITE_OK && code != SQLITE_DONE) {
            return code;
        } else if (progress != NULL) {
            progress(context, total - sqlite3_backup_remaining(backup), total);
        }
    }
    return code;
}

/* The copy needs neither journal nor syncs of its own before it is complete: until then it is of no
 * use anyway. */
crm_status sqlite_backup_file(sqlite3 *source, const char *path, store_progress progress,
                              void *context, struct error *error)
{
    sqlite3 *database cleanup(close_copy) = NULL;
    static const char settings[] = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF";
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &database, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(database, settings, NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_fail(database, error);
    sqlite3_backup *backup = sqlite3_backup_init(database, "main", source, "main");
    if (backup == NULL)
        return sqlite_fail(database, error);
    int code = copy_pages(backup, progress, context);
    int finished = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE && finished == SQLITE_OK ? CRM_OK : sqlite_fail(database, error);
}
