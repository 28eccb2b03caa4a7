/* SPDX-License-Identifier: MIT */
/* The store's tables, made from the descriptors. */
#ifndef CRM_STORE_CREATE_H
#define CRM_STORE_CREATE_H

#include "schema/schema.h"
#include "store/store.h"

/* Raised whenever a descriptor changes what is stored. */
#define STORE_SCHEMA_VERSION 3

/* Makes all tables and indexes, in one transaction; CRM_EXISTS when there are tables already. */
crm_status store_create_schema(struct store *store, struct error *error);
/* One table and its indexes; `record`: of the user's records, not of the program's own. */
crm_status store_create_table(struct store *store, const struct kind *kind, bool record);
/* CRM_NEWER_SCHEMA for a version that this crm does not know yet. */
crm_status store_check_version(int version, struct error *error);
/* Makes temporary tables like those of the records and of their sums, empty and without references
 * and indexes, whose names begin with `prefix`. Within store_begin_shadow. */
crm_status store_create_shadow(struct store *store, const char *prefix, struct error *error);
/* The setting $1 of the book, and the names of settings. */
#define STORE_SETTING_SQL         "SELECT setting FROM book_setting WHERE name = $1"
#define STORE_SETTING_EVALUATED   "tier_evaluated:" /* and a scheme: on which day */
#define STORE_SETTING_VISIT_DATES "visit_dates"     /* by which policy they were computed */
/* The last entry of the journal for which it kept no values. */
#define STORE_SETTING_VALUELESS "journal_without_values"
/* An index of a kind's table that serves speed alone. */
struct kind_index {
    const char *name;
    const char *columns; /* "a, b"; NULL: of an expression */
    bool partial;        /* of rows that have the one column */
    const char *sql;     /* makes it; it and the name live during the call */
};
typedef crm_status (*kind_index_visitor)(void *context, const struct kind_index *index);
/* CRM_NO_MEMORY without a message. */
crm_status store_each_index(const struct kind *kind, kind_index_visitor each, void *context);
/* CRM_NEWER_SCHEMA when the store was written by a newer crm, CRM_CORRUPT when it holds no book. */
crm_status store_check_schema(struct store *store, struct error *error);

#endif
