/* SPDX-License-Identifier: MIT */
/* Memory for SQLite in a process of its own. */
#ifndef CRM_STORE_SQLITE_MEMORY_H
#define CRM_STORE_SQLITE_MEMORY_H

/* Before SQLite is used for the first time; without effect afterwards. One thread only. */
void sqlite_memory_install(void);

#endif
