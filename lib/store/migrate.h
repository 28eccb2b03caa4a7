/* SPDX-License-Identifier: MIT */
/* Bringing a store that an older crm wrote up to what this one writes. */
#ifndef CRM_STORE_MIGRATE_H
#define CRM_STORE_MIGRATE_H

#include "store/store.h"

/* Whether its schema is of a released version before this one. Asks nothing: store_check_schema
 * has read the version. */
bool store_is_outdated(const struct store *store);

/* Migrates the store at `path`, in one transaction: others wait and see it before or after. A copy
 * of what it was is made beside it first, PATH.v1-backup (or -2, -3, … where there is one already).
 * Tables that differ from those of a new store are made anew and filled; what cannot be taken over
 * as it is, each step computes. CRM_OK when another process has done it meanwhile. CRM_READONLY
 * when the store cannot be written: it is of no use to this crm then. */
crm_status store_migrate(const char *path, store_progress progress, void *context,
                         struct error *error);

#endif
