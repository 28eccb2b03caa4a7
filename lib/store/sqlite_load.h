/* SPDX-License-Identifier: MIT */
/* Rows in bulk into SQLite. See struct store_driver. */
#ifndef CRM_STORE_SQLITE_LOAD_H
#define CRM_STORE_SQLITE_LOAD_H

#include "store/sqlite.h"

crm_status sqlite_append(struct store *store, const char *table, const struct store_source *source,
                         const size_t *places, size_t count);
crm_status sqlite_appender_open(struct appender *appender, const char *table,
                                const char *const *columns, size_t count);
crm_status sqlite_appender_add(struct appender *appender, const struct value *values);
void sqlite_appender_close(struct appender *appender);
/* Writes the rows that wait. */
crm_status sqlite_settle(struct store *store);
/* Forgets them. */
void sqlite_drop_waiting(struct store *store);

#endif
