/* SPDX-License-Identifier: MIT */
/* Addresses of databases. */
#ifndef CRM_BASE_ADDRESS_H
#define CRM_BASE_ADDRESS_H

#include "base/error.h"

#include <stdbool.h>

/* postgresql://… or postgres://… */
bool address_is_postgres(const char *text);
/* CRM_USAGE for what is no address, and for one in which a password is not marked off from the
 * rest: then what is printed of it could not be masked. Messages hold nothing of the text. */
crm_status address_check(const char *text, struct error *error);

#endif
