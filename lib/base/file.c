/* SPDX-License-Identifier: MIT */
/* Writing files for good, and reading them whole. */
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

/* ---- Reading ---- */

static crm_status refuse_mode(const char *path, mode_t mode, enum file_form form,
                              struct error *error)
{
    const char *what = S_ISDIR(mode)    ? _("a directory")
                       : S_ISFIFO(mode) ? _("a pipe")
                       : S_ISSOCK(mode) ? _("a socket")
                                        : _("a device");
    error_set(error, CRM_INVALID, _("%s: %s, not a file"), path, what);
    return error_hint(error, form == FILE_PLAIN ? _("put a plain file in its place")
                                                : _("name a file in it"));
}

static bool is_of_form(mode_t mode, enum file_form form)
{
    return S_ISREG(mode) || (form == FILE_OR_PIPE && !S_ISDIR(mode) && !S_ISSOCK(mode));
}

crm_status file_refuse_special(const char *path, enum file_form wanted, struct error *error)
{
    struct stat state;
    return stat(path, &state) != 0 || is_of_form(state.st_mode, wanted)
               ? CRM_OK
               : refuse_mode(path, state.st_mode, wanted, error);
}

/* Opens without waiting for whom a pipe is from. */
static crm_status open_form(const char *path, enum file_form form, int *file, struct error *error)
{
    struct stat state;
    int wait = form == FILE_PLAIN ? O_NONBLOCK : 0;
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | wait);
    if (*file < 0 && (errno == ENOENT || errno == ENOTDIR))
        return CRM_NOT_FOUND;
    if (*file < 0 && errno == ENXIO)
        return file_refuse_special(path, form, error);
    if (*file < 0 || fstat(*file, &state) != 0)
        return error_system(error, path);
    return is_of_form(state.st_mode, form) ? CRM_OK : refuse_mode(path, state.st_mode, form, error);
}

crm_status file_refuse_size(const char *path, struct error *error)
{
    error_set(error, CRM_INVALID, _("%s: larger than %zu bytes"), path, FILE_READ_MOST);
    return error_hint(error, _("is it the right file? Such files have some hundred lines"));
}

crm_status file_read(const char *path, enum file_form form, struct buffer *out, struct error *error)
{
    enum { PIECE = 16384 };
    int file cleanup(file_close) = -1;
    const size_t before = out->length;
    crm_status status = open_form(path, form, &file, error);
    for (ssize_t got = 1; status == CRM_OK && got != 0;) {
        char *room = buffer_reserve(out, PIECE);
        if (room == NULL)
            return error_no_memory(error);
        got = read(file, room, PIECE);
        if (got < 0 && errno != EINTR)
            return error_system(error, path);
        out->length += got > 0 ? (size_t)got : 0;
        if (out->length - before > FILE_READ_MOST)
            return file_refuse_size(path, error);
    }
    return status;
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
