/* SPDX-License-Identifier: MIT */
/* Finding a map by its name. */
#include "import/preset.h"

#include "base/buffer.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool has_ending(const char *name, const char *ending)
{
    size_t length = strlen(name), end = strlen(ending);
    return length > end && strcmp(name + length - end, ending) == 0;
}

static int is_map(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && has_ending(entry->d_name, ".yaml");
}

/* Says what there is, in the order of names. */
static crm_status refuse_name(const char *directory, const char *name, struct error *error)
{
    struct dirent **entries = NULL;
    int count = directory == NULL ? 0 : scandir(directory, &entries, is_map, alphasort);
    struct buffer list cleanup(buffer_release) = {0};
    for (int i = 0; i < count; i++) {
        int length = (int)(strlen(entries[i]->d_name) - strlen(".yaml"));
        buffer_printf(&list, "%s%.*s", i > 0 ? ", " : "", length, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    error_set(error, CRM_NOT_FOUND, _("there is no map \"%s\""), name);
    return error_hint(error, _("give the path of a map, or one of: %s"), buffer_string(&list));
}

crm_status preset_find(struct arena *arena, const char *directory, const char *name,
                       const char **path, struct error *error)
{
    *path = name;
    if (strchr(name, '/') != NULL || has_ending(name, ".yaml") || has_ending(name, ".yml"))
        return CRM_OK;
    struct stat info;
    if (directory != NULL) {
        *path = arena_printf(arena, "%s/%s.yaml", directory, name);
        if (*path == NULL)
            return error_no_memory(error);
        if (stat(*path, &info) == 0)
            return CRM_OK;
    }
    *path = name;
    return stat(name, &info) == 0 ? CRM_OK : refuse_name(directory, name, error);
}
