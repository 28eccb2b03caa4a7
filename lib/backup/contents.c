/* SPDX-License-Identifier: MIT */
/* The files of a book, listed for a backup. What else lies in its directory, the engine's files,
 * an editor's, older backups, is none of it. */
#include "backup/contents.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char contents_database[] = "crm.db";

static const char *const rooms[] = {"calendars/", "surveys/"};

/* A listing under way. */
struct listing {
    const char *directory;
    struct arena *arena;
    struct contents *out;
    struct error *error;
};

static void close_directory(DIR **directory)
{
    if (*directory != NULL)
        (void)closedir(*directory);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static crm_status keep(const struct listing *listing, const char *name)
{
    struct contents *out = listing->out;
    const char **grown = array_grow(out->names, &out->capacity, out->count + 1, sizeof *out->names);
    if (grown == NULL)
        return error_no_memory(listing->error);
    out->names = grown;
    out->names[out->count++] = name;
    return CRM_OK;
}

/* One entry of `room`, which is "" for the book's own directory. */
static crm_status look_at(const struct listing *listing, const char *room, const char *entry)
{
    struct stat state;
    bool whole = entry[0] != '.' && !ends_with(entry, ".new"); /* not one being written */
    if (!whole || (room[0] == '\0' && !ends_with(entry, ".yaml")))
        return CRM_OK;
    const char *name = arena_printf(listing->arena, "%s%s", room, entry);
    const char *path =
        name == NULL ? NULL : arena_printf(listing->arena, "%s/%s", listing->directory, name);
    if (path == NULL)
        return error_no_memory(listing->error);
    if (stat(path, &state) != 0)
        return errno == ENOENT ? CRM_OK : file_fail(listing->error, path);
    return S_ISREG(state.st_mode) ? keep(listing, name) : CRM_OK;
}

static crm_status list_room(const struct listing *listing, const char *room)
{
    const char *path = arena_printf(listing->arena, "%s/%s", listing->directory, room);
    if (path == NULL)
        return error_no_memory(listing->error);
    DIR *directory cleanup(close_directory) = opendir(path);
    if (directory == NULL)
        return errno == ENOENT ? CRM_OK : file_fail(listing->error, path);
    crm_status status = room[0] == '\0' ? CRM_OK : keep(listing, room);
    while (status == CRM_OK) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL)
            return errno == 0 ? CRM_OK : file_fail(listing->error, path);
        status = look_at(listing, room, entry->d_name);
    }
    return status;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

crm_status contents_list(const char *directory, struct arena *arena, struct contents *out,
                         struct error *error)
{
    const struct listing listing = {directory, arena, out, error};
    crm_status status = list_room(&listing, "");
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms && status == CRM_OK; i++)
        status = list_room(&listing, rooms[i]);
    if (status == CRM_OK && out->count > 0)
        qsort(out->names, out->count, sizeof *out->names, by_name);
    return status;
}

void contents_release(struct contents *contents)
{
    free(contents->names);
}

bool contents_may_hold(const char *name)
{
    size_t room = 0;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        if (strcmp(name, rooms[i]) == 0)
            return true;
        if (strncmp(name, rooms[i], strlen(rooms[i])) == 0)
            room = strlen(rooms[i]);
    }
    const char *file = name + room;
    if (file[0] == '\0' || file[0] == '.' || strchr(file, '/') != NULL)
        return false;
    return room > 0 || ends_with(file, ".yaml") || strcmp(file, contents_database) == 0;
}
