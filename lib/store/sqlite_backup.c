/* SPDX-License-Identifier: MIT */
/* A copy of an SQLite database while others write to it: page by page, by the engine's own backup.
 */
#include "store/sqlite_backup.h"

#include "base/file.h"
#include "store/sqlite_error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    STEP_PAGES = 256, /* copied between two reports of progress: 1 MiB */
    /* Only a recovery of the log by another process is waited for: the transaction for reading is
     * open, and nobody else knows of the copy. */
    TRIES = 1000,
    PAUSE_MILLISECONDS = 10
};

/* Private from the beginning: the engine makes files with the umask's mode. */
static crm_status make_file(const char *path, struct error *error)
{
    int file cleanup(file_close) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0)
        return CRM_OK;
    if (errno != EEXIST)
        return file_fail(error, path);
    error_set(error, CRM_EXISTS, _("there is a file '%s' already"), path);
    return error_hint(error, _("choose another name"));
}

static crm_status open_copy(const char *path, const char *settings, sqlite3 **out,
                            struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(path, out, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(*out, settings, NULL, NULL, NULL);
    return code == SQLITE_OK ? CRM_OK : sqlite_fail(*out, error);
}

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
static crm_status copy(sqlite3 *source, const char *path, store_progress progress, void *context,
                       struct error *error)
{
    sqlite3 *database cleanup(close_copy) = NULL;
    crm_status status =
        open_copy(path, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", &database, error);
    if (status != CRM_OK)
        return status;
    sqlite3_backup *backup = sqlite3_backup_init(database, "main", source, "main");
    if (backup == NULL)
        return sqlite_fail(database, error);
    int code = copy_pages(backup, progress, context);
    int finished = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE && finished == SQLITE_OK ? CRM_OK : sqlite_fail(database, error);
}

enum { LONGEST_ANSWER = 256 };

static int take_answer(void *context, int count, char **values, char **names)
{
    (void)names;
    if (count == 1 && values[0] != NULL)
        (void)sqlite3_snprintf(LONGEST_ANSWER, context, "%s", values[0]);
    return 0;
}

/* The last row of a question of one column. */
static crm_status ask(sqlite3 *database, const char *question, char answer[LONGEST_ANSWER],
                      struct error *error)
{
    answer[0] = '\0';
    return sqlite3_exec(database, question, take_answer, answer, NULL) == SQLITE_OK
               ? CRM_OK
               : sqlite_fail(database, error);
}

crm_status sqlite_verify_file(sqlite3 *database, struct error *error)
{
    char answer[LONGEST_ANSWER];
    crm_status status = ask(database, "PRAGMA integrity_check(1)", answer, error);
    if (status != CRM_OK || strcmp(answer, "ok") == 0)
        return status;
    error_set(error, CRM_CORRUPT, _("the book's database is damaged: %s"), answer);
    return error_hint(error, _("restore it from a backup"));
}

/* Reads the whole copy back. It is taken out of write-ahead mode first: a file that can be read by
 * anybody where nothing can be written, without a log beside it. */
static crm_status verify(sqlite3 *source, const char *path, struct error *error)
{
    sqlite3 *database cleanup(close_copy) = NULL;
    char expected[LONGEST_ANSWER], found[LONGEST_ANSWER] = "";
    static const char version[] = "PRAGMA user_version";
    crm_status status = ask(source, version, expected, error);
    if (status == CRM_OK)
        status = open_copy(path, "PRAGMA journal_mode=DELETE", &database, error);
    if (status == CRM_OK)
        status = sqlite_verify_file(database, error);
    if (status == CRM_OK)
        status = ask(database, version, found, error);
    if (status != CRM_OK || strcmp(expected, found) == 0)
        return status;
    error_set(error, CRM_CORRUPT, _("the copy of the database has schema version %s, not %s"),
              found, expected);
    return error_hint(error, _("try again; look at the disk when it happens again"));
}

crm_status sqlite_backup_file(sqlite3 *source, const char *path, store_progress progress,
                              void *context, struct error *error)
{
    crm_status status = make_file(path, error);
    if (status != CRM_OK)
        return status;
    status = copy(source, path, progress, context, error);
    if (status == CRM_OK)
        status = verify(source, path, error);
    if (status == CRM_OK)
        status = file_sync(path) ? CRM_OK : file_fail(error, path);
    if (status != CRM_OK)
        (void)unlink(path);
    return status;
}
