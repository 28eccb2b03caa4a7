/* SPDX-License-Identifier: MIT */
/* Roles, for the engines that know users. */
#include "store/roles.h"

#include "store/driver.h"

#include <string.h>

static const char *const role_names[] = {[STORE_READER] = "reader",
                                         [STORE_MANAGER] = "manager",
                                         [STORE_ADMINISTRATOR] = "administrator"};

const char *store_role_name(enum store_role role)
{
    return role_names[role];
}

bool store_role_parse(const char *name, enum store_role *out)
{
    for (size_t i = 0; i < sizeof role_names / sizeof *role_names; i++)
        if (strcmp(role_names[i], name) == 0) {
            *out = (enum store_role)i;
            return true;
        }
    return false;
}

static crm_status need_users(struct store *store)
{
    if (store->driver->grant != NULL)
        return CRM_OK;
    error_set(store->error, CRM_USAGE, _("a book in a file knows no roles"));
    return error_hint(store->error,
                      _("whoever may read or write its directory may do so with the book: see "
                        "chmod; crm copy moves it to a database with roles"));
}

crm_status store_grant(struct store *store, const struct store_access *access)
{
    crm_status status = need_users(store);
    return status == CRM_OK ? store->driver->grant(store, access) : status;
}

crm_status store_revoke(struct store *store, int64_t staff)
{
    crm_status status = need_users(store);
    return status == CRM_OK ? store->driver->revoke(store, staff) : status;
}

crm_status store_refuse_holders(struct store *store, const char *which, int64_t parameter)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value holder[2];
    if (store->driver->find_holder == NULL)
        return CRM_OK;
    crm_status status = store->driver->find_holder(store, &arena, which, parameter, holder);
    if (status != CRM_OK)
        return status == CRM_NOT_FOUND ? CRM_OK : status;
    error_set(store->error, CRM_CONFLICT, _("%s has a role in the database: %s"), holder[0].text,
              holder[1].text);
    return error_hint(store->error, _("take it back first: crm staff revoke %s"), holder[0].text);
}

crm_status store_each_access(struct store *store, store_row each, void *context)
{
    crm_status status = need_users(store);
    return status == CRM_OK ? store->driver->each_access(store, each, context) : status;
}

crm_status store_is_restricted(struct store *store, bool *out)
{
    *out = false;
    return store->driver->grant == NULL ? CRM_OK : store->driver->is_restricted(store, out);
}

crm_status store_need_adding(struct store *store, const char *table)
{
    bool may = true;
    crm_status status =
        store->driver->may_add == NULL ? CRM_OK : store->driver->may_add(store, table, &may);
    if (status != CRM_OK || may)
        return status;
    error_set(store->error, CRM_READONLY, _("your role in the book only reads"));
    return error_hint(store->error, _("ask the book's administrator for the right to do it"));
}

crm_status store_actor(struct store *store, struct arena *arena, const char **out)
{
    return store->driver->actor == NULL ? CRM_OK : store->driver->actor(store, arena, out);
}

crm_status store_need_whole(struct store *store, const char *message, const char *hint,
                            struct error *error)
{
    bool restricted = false;
    crm_status status = store_is_restricted(store, &restricted);
    if (status != CRM_OK || !restricted)
        return status;
    error_set(error, CRM_READONLY, "%s", message);
    return error_hint(error, "%s", hint);
}
