/* SPDX-License-Identifier: MIT */
/* SQLite's failures as ours. For the files of this engine. */
#ifndef CRM_STORE_SQLITE_ERROR_H
#define CRM_STORE_SQLITE_ERROR_H

#include "base/error.h"

#include <sqlite3.h>

/* What went wrong last on that connection (NULL: there was no memory for one), with a sentence for
 * a person in *error. */
crm_status sqlite_fail(sqlite3 *database, struct error *error);

#endif
