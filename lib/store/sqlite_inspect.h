/* SPDX-License-Identifier: MIT */
/* SQLite's own checks, and what it says about its tables. */
#ifndef CRM_STORE_SQLITE_INSPECT_H
#define CRM_STORE_SQLITE_INSPECT_H

#include "store/inspect.h"

crm_status sqlite_examine(struct store *store, store_fault_visitor each, void *context);
crm_status sqlite_rebuild_index(struct store *store, const char *index);
/* Of the table $1. */
extern const char sqlite_columns_sql[], sqlite_indexes_sql[], sqlite_triggers_sql[];

#endif
