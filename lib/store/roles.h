/* SPDX-License-Identifier: MIT */
/* Who may do what in a book: roles that the database itself enforces, whatever program asks. */
#ifndef CRM_STORE_ROLES_H
#define CRM_STORE_ROLES_H

#include "schema/schema.h"
#include "store/store.h"

/* A reader reads. A manager also writes what belongs to his own customers and his department's, and
 * sees no others. An administrator sees and writes everything. */
enum store_role { STORE_READER, STORE_MANAGER, STORE_ADMINISTRATOR };

struct store_access {
    const char *user; /* of the database */
    int64_t staff;    /* the member of staff who that is */
    enum store_role role;
    const char *department; /* whose customers are seen too; NULL: none, and for a reader all */
};

/* Stable English word: reader, manager, administrator. */
const char *store_role_name(enum store_role role);
/* False for a word that is none. */
bool store_role_parse(const char *name, enum store_role *out);

/* All need a database with users: CRM_USAGE, with a sentence, for a file. Within a write
 * transaction but the last two. */

/* Gives the member of staff that role, in place of any other; a user who is not there yet is made.
 */
crm_status store_grant(struct store *store, const struct store_access *access);
/* Takes the role back; CRM_NOT_FOUND, without a message, when there is none. */
crm_status store_revoke(struct store *store, int64_t staff);
/* CRM_CONFLICT, with a sentence, when one of the staff has a role whose number is among those that
 * `which`, a query of the parameter $1, selects: without his record nobody could take it back. */
crm_status store_refuse_holders(struct store *store, const char *which, int64_t parameter);
/* Calls `each` for every role in the order of logins: login, name, role, user, department. */
crm_status store_each_access(struct store *store, store_row each, void *context);
/* Whether whoever opened the store sees some customers only. Never for a file. */
crm_status store_is_restricted(struct store *store, bool *out);
/* CRM_READONLY, with a sentence, for whoever may not add to that table. */
crm_status store_need_adding(struct store *store, const char *table);
/* Sets *out, in the arena, to the login of the member of staff as whom the store was reached;
 * leaves it alone where the engine knows none. */
crm_status store_actor(struct store *store, struct arena *arena, const char **out);
/* CRM_READONLY with that message and hint (translated) for whoever sees some customers only. */
crm_status store_need_whole(struct store *store, const char *message, const char *hint,
                            struct error *error);

#endif
