/* SPDX-License-Identifier: MIT */
/* A file that is being written: BASE.partial, and BASE.partial.db for a database on its way into
 * it. One process at a time has them; what one that was killed left behind is taken over. */
#ifndef CRM_BACKUP_PARTIAL_H
#define CRM_BACKUP_PARTIAL_H

#include "base/memory.h"

/* Paths live in the arena that was given. Set `file` to -1 before; partial_release at the end. */
struct partial {
    const char *path;
    const char *database;
    int file; /* open, empty, of mode 0600 */
};

/* CRM_BUSY when another process writes it. */
crm_status partial_open(struct partial *partial, struct arena *arena, const char *base,
                        struct error *error);
/* A place in `directory` for what is not to become a file there. */
crm_status partial_open_in(struct partial *partial, struct arena *arena, const char *directory,
                           struct error *error);
/* Removes the database and what the engine may have put beside it. */
void partial_remove_database(const struct partial *partial);
/* Removes all of it, but for a file that was renamed. */
void partial_release(struct partial *partial);

#endif
