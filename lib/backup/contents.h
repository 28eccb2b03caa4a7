/* SPDX-License-Identifier: MIT */
/* Which files make up a book. */
#ifndef CRM_BACKUP_CONTENTS_H
#define CRM_BACKUP_CONTENTS_H

#include "base/memory.h"

#include <stdbool.h>

/* The database's name in a backup, whatever engine the book is on. */
extern const char contents_database[];

/* A file or, with a slash at its end, a directory; named from the book's directory. */
struct contents {
    const char **names; /* sorted; a directory before what is in it */
    size_t count, capacity;
};

/* All that belongs to the book in `directory` but its database: the policy and other YAML files
 * beside it, calendars/ and surveys/. Names live in `arena`; contents_release at the end. */
crm_status contents_list(const char *directory, struct arena *arena, struct contents *out,
                         struct error *error);
void contents_release(struct contents *contents);
/* Whether a backup may hold a file (or, with the slash, a directory) of that name: nothing outside
 * of the directory it is unpacked into. */
bool contents_may_hold(const char *name);

#endif
