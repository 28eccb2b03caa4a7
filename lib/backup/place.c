/* SPDX-License-Identifier: MIT */
/* The place of a restored book: hidden until the last moment. */
#include "backup/place.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char last_name[] = "policy.yaml";    /* without it there is no book */
static const char hidden_name[] = ".crm-restore"; /* in a directory that exists */

/* ---- Choosing ---- */

static crm_status say_taken(struct place *place, const char *found)
{
    error_set(place->error, CRM_EXISTS, _("'%s' is not empty: it holds %s"), place->directory,
              found);
    return error_hint(place->error, _("choose a directory that is empty, or a new one"));
}

static crm_status look_inside(struct place *place)
{
    DIR *directory = opendir(place->directory);
    if (directory == NULL)
        return file_fail(place->error, place->directory);
    crm_status status = CRM_OK;
    for (const struct dirent *entry; status == CRM_OK && (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, hidden_name) != 0)
            status = say_taken(place, entry->d_name);
    (void)closedir(directory);
    return status;
}

static const char *without_slashes(struct arena *arena, const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return arena_copy_length(arena, path, length);
}

crm_status place_choose(struct place *place, const char *directory, struct error *error)
{
    struct stat state;
    place->error = error;
    if (directory == NULL || directory[0] == '\0') {
        error_set(error, CRM_USAGE, _("the name of the book's directory is empty"));
        return error_hint(error, _("name one; . is the current directory"));
    }
    place->directory = without_slashes(&place->arena, directory);
    if (place->directory == NULL)
        return error_no_memory(error);
    place->exists = stat(place->directory, &state) == 0;
    if (place->exists && !S_ISDIR(state.st_mode)) {
        error_set(error, CRM_EXISTS, _("'%s' is no directory"), place->directory);
        return error_hint(error, _("choose a directory that is empty, or a new one"));
    }
    const char *slash = strrchr(place->directory, '/');
    const char *name = slash == NULL ? place->directory : slash + 1;
    place->hidden = place->exists
                        ? arena_printf(&place->arena, "%s/%s", place->directory, hidden_name)
                        : arena_printf(&place->arena, "%.*s.%s%s", (int)(name - place->directory),
                                       place->directory, name, hidden_name);
    if (place->hidden == NULL)
        return error_no_memory(error);
    return place->exists ? look_inside(place) : CRM_OK;
}

/* ---- Making ---- */

static int remove_one(const char *path, const struct stat *state, int type, struct FTW *where)
{
    (void)state;
    (void)type;
    (void)where;
    return remove(path);
}

static bool remove_tree(const char *path)
{
    enum { OPEN_DIRECTORIES = 8 };
    return nftw(path, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS) == 0;
}

/* CRM_BUSY when somebody else holds it. */
static crm_status lock_hidden(struct place *place, int *lock)
{
    *lock = open(place->hidden, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (*lock < 0)
        return file_fail(place->error, place->hidden);
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return CRM_OK;
    file_close(lock);
    error_set(place->error, CRM_BUSY, _("another restoration to '%s' is under way"),
              place->directory);
    return error_hint(place->error, _("try again when it has ended"));
}

/* What a restoration that was killed left there. */
static crm_status clear_left_behind(struct place *place)
{
    int lock;
    crm_status status = lock_hidden(place, &lock);
    if (status != CRM_OK)
        return status;
    if (!remove_tree(place->hidden))
        status = file_fail(place->error, place->hidden);
    file_close(&lock);
    return status;
}

crm_status place_make(struct place *place)
{
    crm_status status = place->exists ? CRM_OK : file_make_parents(place->hidden, place->error);
    bool again = true;
    while (status == CRM_OK && mkdir(place->hidden, 0700) != 0) {
        if (errno != EEXIST || !again)
            return file_fail(place->error, place->hidden);
        again = false;
        status = clear_left_behind(place);
    }
    if (status == CRM_OK)
        status = lock_hidden(place, &place->lock);
    place->made = status == CRM_OK;
    return status;
}

static crm_status say_occupied(struct place *place)
{
    error_set(place->error, CRM_EXISTS, _("something was put at '%s' meanwhile"), place->directory);
    return error_hint(place->error, _("choose a directory that is empty, or a new one"));
}

/* ---- Showing ---- */

static crm_status move_up(struct place *place, const char *name)
{
    const char *from = arena_printf(&place->arena, "%s/%s", place->hidden, name);
    const char *to = arena_printf(&place->arena, "%s/%s", place->directory, name);
    if (from == NULL || to == NULL)
        return error_no_memory(place->error);
    return rename(from, to) == 0 ? CRM_OK : file_fail(place->error, to);
}

/* A directory that exists may be a mount point, or where somebody stands: it stays, and what
 * belongs into it comes by name. Without its policy, which comes last, it is no book. */
static crm_status fill_directory(struct place *place)
{
    DIR *directory = opendir(place->hidden);
    if (directory == NULL)
        return file_fail(place->error, place->hidden);
    crm_status status = CRM_OK;
    for (const struct dirent *entry; status == CRM_OK && (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, last_name) != 0)
            status = move_up(place, entry->d_name);
    (void)closedir(directory);
    if (status == CRM_OK && !file_sync(place->directory))
        status = file_fail(place->error, place->directory);
    if (status == CRM_OK)
        status = move_up(place, last_name);
    if (status == CRM_OK && (rmdir(place->hidden) != 0 || !file_sync(place->directory)))
        status = file_fail(place->error, place->directory);
    return status;
}

static crm_status rename_directory(struct place *place)
{
    if (rename(place->hidden, place->directory) == 0)
        return file_sync_name(place->directory) ? CRM_OK
                                                : file_fail(place->error, place->directory);
    if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR)
        return say_occupied(place);
    return file_fail(place->error, place->directory);
}

static crm_status sync_directories(struct place *place)
{
    static const char *const names[] = {"", "/calendars", "/surveys"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_printf(&place->arena, "%s%s", place->hidden, names[i]);
        if (path == NULL)
            return error_no_memory(place->error);
        if (!file_sync(path) && errno != ENOENT)
            return file_fail(place->error, path);
    }
    return CRM_OK;
}

crm_status place_show(struct place *place)
{
    crm_status status = sync_directories(place);
    if (status == CRM_OK)
        status = place->exists ? fill_directory(place) : rename_directory(place);
    if (status == CRM_OK) {
        place->made = false;
        file_close(&place->lock);
    }
    return status;
}

void place_release(struct place *place)
{
    if (place->made) {
        (void)remove_tree(place->hidden);
        file_close(&place->lock);
    }
    place->made = false;
    arena_release(&place->arena);
}
