/* SPDX-License-Identifier: MIT */
/* A table of SQLite made anew, as an older store is migrated. For the files of this engine. */
#ifndef CRM_STORE_SQLITE_REBUILD_H
#define CRM_STORE_SQLITE_REBUILD_H

#include "store/driver.h"

/* See struct store_driver. */
crm_status sqlite_rebuild(struct store *store, const struct store_rebuild *rebuild);

#endif
