/* SPDX-License-Identifier: MIT */
/* A copy of a book as one SQLite file, verified by reading it back. */
#include "base/file.h"
#include "store/copy.h"
#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The first fault is enough. The message may be the one that stands in *error. */
static crm_status refuse_fault(void *context, const struct store_fault *fault)
{
    struct error *error = context;
    char message[256];
    (void)snprintf(message, sizeof message, "%s", fault->message);
    error_set(error, CRM_CORRUPT, _("the book's database is damaged: %s"), message);
    return error_hint(error, _("restore it from a backup"));
}

crm_status store_verify(struct store *store)
{
    return store_examine(store, refuse_fault, store->error);
}

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

static crm_status compare_versions(struct store *store, struct store *copy)
{
    int expected = 0, found = 0;
    crm_status status = store_schema_version(store, &expected);
    if (status == CRM_OK)
        status = store_schema_version(copy, &found);
    if (status != CRM_OK || expected == found)
        return status;
    error_set(store->error, CRM_CORRUPT,
              _("the copy of the database has schema version %d, not %d"), found, expected);
    return error_hint(store->error, _("try again; look at the disk when it happens again"));
}

/* It is taken out of write-ahead mode first: a file that can be read by anybody where nothing can
 * be written, without a log beside it. */
static crm_status look_at_copy(struct store *store, const char *path)
{
    struct store *copy = NULL;
    crm_status status = store_open(path, STORE_WRITE, &copy, store->error);
    if (status == CRM_OK)
        status = store_execute(copy, "PRAGMA journal_mode=DELETE");
    if (status == CRM_OK)
        status = store_verify(copy);
    if (status == CRM_OK)
        status = compare_versions(store, copy);
    store_close(copy);
    return status;
}

/* Of an engine whose files are not to be had: how many rows there are is not known before. */
struct row_progress {
    store_progress progress;
    void *context;
};

static void report_rows(void *context, int64_t rows)
{
    const struct row_progress *report = context;
    report->progress(report->context, rows, 0);
}

static crm_status copy_rows(struct store *store, const char *path, store_progress progress,
                            void *context)
{
    struct row_progress report = {progress, context};
    struct store_copy copy = {
        .from = store, .progress = progress == NULL ? NULL : report_rows, .context = &report};
    crm_status status = store_open(path, STORE_CREATE, &copy.into, store->error);
    if (status == CRM_OK)
        status = store_copy(&copy, store->error);
    store_close(copy.into);
    return status;
}

crm_status store_backup(struct store *store, const char *path, store_progress progress,
                        void *context)
{
    crm_status status = make_file(path, store->error);
    if (status != CRM_OK)
        return status;
    status = store->driver->backup != NULL ? store->driver->backup(store, path, progress, context)
                                           : copy_rows(store, path, progress, context);
    if (status == CRM_OK)
        status = look_at_copy(store, path);
    if (status == CRM_OK && !file_sync(path))
        status = file_fail(store->error, path);
    if (status != CRM_OK)
        (void)unlink(path);
    return status;
}
