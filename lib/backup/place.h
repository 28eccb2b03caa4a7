/* SPDX-License-Identifier: MIT */
/* Where a book is to be restored: made out of sight, then shown at once. */
#ifndef CRM_BACKUP_PLACE_H
#define CRM_BACKUP_PLACE_H

#include "base/memory.h"

#include <stdbool.h>

/* Zero-initialise; place_release at the end. */
struct place {
    const char *directory; /* where the book is to be */
    const char *hidden;    /* where it is made: DIR.partial, or DIR/.partial when DIR exists */
    bool exists;           /* the directory does, and is empty */
    bool made;             /* the hidden one was */
    int lock;              /* on the hidden one, while `made` */
    struct arena arena;
    struct error *error;
};

/* CRM_EXISTS when something stands there. */
crm_status place_choose(struct place *place, const char *directory, struct error *error);
/* Makes the hidden directory, empty, and parents of the other as they are needed. CRM_BUSY when
 * another process restores to the same place. */
crm_status place_make(struct place *place);
/* Everything in the hidden directory is on the disk and becomes the book. */
crm_status place_show(struct place *place);
/* Removes what was not shown. */
void place_release(struct place *place);

#endif
