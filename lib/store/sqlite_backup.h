/* SPDX-License-Identifier: MIT */
/* A copy of an SQLite database while others write to it. */
#ifndef CRM_STORE_SQLITE_BACKUP_H
#define CRM_STORE_SQLITE_BACKUP_H

#include "store/store.h"

#include <sqlite3.h>

/* Fills the empty file `path`. A transaction for reading must be open on `source`: the copy is of
 * what it sees, so that it never has to begin anew however much others write. */
crm_status sqlite_backup_file(sqlite3 *source, const char *path, store_progress progress,
                              void *context, struct error *error);

#endif
