/* SPDX-License-Identifier: MIT */
/* Files on their way: found by name, owned by a lock that ends with the process. */
#include "backup/partial.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Backups at the same time that go to no file. */
enum { PLACES = 8 };

static crm_status say_busy(struct error *error, const char *path)
{
    error_set(error, CRM_BUSY, _("another backup is writing '%s'"), path);
    return error_hint(error, _("try again when it has ended"));
}

/* Whether the open file still has its name: it may have been renamed before the lock was there. */
static bool has_name(int file, const char *path)
{
    struct stat open_state, state;
    return fstat(file, &open_state) == 0 && stat(path, &state) == 0 &&
           open_state.st_dev == state.st_dev && open_state.st_ino == state.st_ino;
}

static crm_status take_file(struct partial *partial, struct error *error)
{
    do {
        file_close(&partial->file);
        partial->file = open(partial->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (partial->file < 0)
            return file_fail(error, partial->path);
        if (flock(partial->file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            file_close(&partial->file);
            partial->file = -1;
            return say_busy(error, partial->path);
        }
    } while (!has_name(partial->file, partial->path));
    return fchmod(partial->file, 0600) == 0 && ftruncate(partial->file, 0) == 0
               ? CRM_OK
               : file_fail(error, partial->path);
}

crm_status partial_open(struct partial *partial, struct arena *arena, const char *base,
                        struct error *error)
{
    partial->path = arena_printf(arena, "%s.partial", base);
    partial->database = arena_printf(arena, "%s.partial.db", base);
    if (partial->path == NULL || partial->database == NULL)
        return error_no_memory(error);
    crm_status status = take_file(partial, error);
    if (status == CRM_OK)
        partial_remove_database(partial);
    return status;
}

/* What a backup that was killed left at a place nobody uses. */
static void clear_place(struct arena *arena, const char *base)
{
    struct partial left = {.file = -1};
    const char *path = arena_printf(arena, "%s.partial", base);
    if (path == NULL || access(path, F_OK) != 0)
        return;
    (void)partial_open(&left, arena, base, NULL);
    partial_release(&left);
}

crm_status partial_open_in(struct partial *partial, struct arena *arena, const char *directory,
                           struct error *error)
{
    crm_status status = CRM_BUSY;
    for (int place = 1; place <= PLACES; place++) {
        const char *base = arena_printf(arena, "%s/backup-%d", directory, place);
        if (base == NULL)
            return error_no_memory(error);
        if (status == CRM_BUSY)
            status = partial_open(partial, arena, base, error);
        else if (status == CRM_OK)
            clear_place(arena, base);
    }
    return status;
}

void partial_remove_database(const struct partial *partial)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    struct arena arena cleanup(arena_release) = {0};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        const char *path = arena_printf(&arena, "%s%s", partial->database, suffixes[i]);
        if (path != NULL)
            (void)unlink(path);
    }
}

void partial_release(struct partial *partial)
{
    if (partial->file < 0)
        return;
    partial_remove_database(partial);
    if (has_name(partial->file, partial->path))
        (void)unlink(partial->path);
    file_close(&partial->file);
    partial->file = -1;
}
