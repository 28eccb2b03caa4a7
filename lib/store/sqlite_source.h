/* SPDX-License-Identifier: MIT */
/* A source of rows as a virtual table of SQLite; for lib/store/ alone. */
#ifndef CRM_STORE_SQLITE_SOURCE_H
#define CRM_STORE_SQLITE_SOURCE_H

#include "store/store.h"

#include <sqlite3.h>

struct sqlite_source;

/* `name` is what a statement selects from. NULL on failure, which the connection tells. `error` is
 * where the source reports its own. */
struct sqlite_source *sqlite_source_register(sqlite3 *database, const char *name,
                                             const struct store_source *source,
                                             struct error *error);
void sqlite_source_unregister(sqlite3 *database, const char *name, struct sqlite_source *source);
/* Whether the last statement ended because the source failed; then *error is what it said. */
bool sqlite_source_failed(struct sqlite_source *source, struct error *error);

#endif
