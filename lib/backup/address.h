/* SPDX-License-Identifier: MIT */
/* Where a restored policy says the records are. */
#ifndef CRM_BACKUP_ADDRESS_H
#define CRM_BACKUP_ADDRESS_H

#include "base/error.h"

#include <stdbool.h>

/* Lets the policy at `path` name `database`, or none when that is NULL: a copy of a book must not
 * write to the database of the book that it is a copy of. What it named stays as a comment.
 * *changed says whether it named another one. */
crm_status address_set(const char *path, const char *database, bool *changed, struct error *error);

#endif
