/* SPDX-License-Identifier: MIT */
/* Maps that come with the library. */
#ifndef CRM_IMPORT_PRESET_H
#define CRM_IMPORT_PRESET_H

#include "base/error.h"
#include "base/memory.h"

/* The file that a map is read from: `name` is a path, or the name of a map in `directory` (NULL:
 * there are none), which goes before a file of that name. CRM_NOT_FOUND lists those that there
 * are. *path lives as long as the arena. */
crm_status preset_find(struct arena *arena, const char *directory, const char *name,
                       const char **path, struct error *error);

#endif
