/* SPDX-License-Identifier: MIT */
/* Writing files for good. */
#include "base/file.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_write(int file, const void *data, size_t length)
{
    const char *at = data;
    while (length > 0) {
        ssize_t written = write(file, at, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
        length -= (size_t)written;
    }
    return true;
}

bool file_sync(const char *path)
{
    int file cleanup(file_close) = open(path, O_RDONLY | O_CLOEXEC);
    return file >= 0 && fsync(file) == 0;
}

bool file_sync_name(const char *path)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    const char *directory = length == 0 ? "." : arena_copy_length(&arena, path, length);
    errno = ENOMEM;
    return directory != NULL && file_sync(directory);
}

crm_status file_make_parents(const char *path, struct error *error)
{
    struct arena arena cleanup(arena_release) = {0};
    char *copy = arena_copy(&arena, path);
    if (copy == NULL)
        return error_no_memory(error);
    for (char *at = copy + (*copy != '\0'); *at != '\0'; at++) {
        if (*at != '/' || at[strspn(at, "/")] == '\0')
            continue;
        *at = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            return file_fail(error, copy);
        *at = '/';
    }
    return CRM_OK;
}

crm_status file_fail(struct error *error, const char *path)
{
    if (error_system(error, path) == CRM_NO_MEMORY)
        return CRM_NO_MEMORY;
    return error_hint(error, _("look at the directory's permissions and free space"));
}

void file_close(const int *file)
{
    if (*file >= 0)
        (void)close(*file);
}
