/* SPDX-License-Identifier: MIT */
/* Addresses of databases: the form, before anybody prints or uses one. */
#include "base/address.h"

#include <string.h>

bool address_is_postgres(const char *text)
{
    return strncmp(text, "postgresql://", 13) == 0 || strncmp(text, "postgres://", 11) == 0;
}

static bool has_unprintable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || strchr("\"'", *text) != NULL)
            return true;
    return false;
}

crm_status address_check(const char *text, struct error *error)
{
    if (!address_is_postgres(text)) {
        error_set(error, CRM_USAGE, _("the database's address does not begin with postgresql://"));
        return error_hint(error, _("write it as postgresql://user@host/name"));
    }
    const char *login = strstr(text, "://") + 3, *at = strchr(login, '@');
    if (has_unprintable(text)) {
        error_set(error, CRM_USAGE, _("the database's address holds a blank or a quote"));
        return error_hint(error, _("write %%20 for a blank, %%22 and %%27 for quotes"));
    }
    if (at == NULL || strchr(at + 1, '@') == NULL)
        return CRM_OK;
    error_set(error, CRM_USAGE, _("the database's address holds more than one @"));
    return error_hint(error, _("write %%40 for an @ in the user's name or the password"));
}
