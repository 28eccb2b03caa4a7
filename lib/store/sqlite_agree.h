/* SPDX-License-Identifier: MIT */
/* Whether SQLite's indexes hold what their tables hold. For the files of this engine. */
#ifndef CRM_STORE_SQLITE_AGREE_H
#define CRM_STORE_SQLITE_AGREE_H

#include "store/store.h"

/* Reads each table and each index once and compares sums over their entries, and sees that an index
 * is in its order and a unique one without repetition. SQLite's integrity_check looks up every row
 * in every index instead, which takes several times as long. *agree is false when one index or more
 * is wrong, but not which. */
crm_status sqlite_indexes_agree(struct store *store, bool *agree);

#endif
