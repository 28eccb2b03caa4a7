/* SPDX-License-Identifier: MIT */
/* Whether a store is sound: what its engine finds, and its tables beside the descriptors. */
#ifndef CRM_STORE_INSPECT_H
#define CRM_STORE_INSPECT_H

#include "schema/schema.h"
#include "store/store.h"

/* What the engine found in its own files. */
struct store_fault {
    const char *message; /* the engine's own words */
    const char *index;   /* that is wrong, but can be built anew; NULL: it is no index's fault */
};
typedef crm_status (*store_fault_visitor)(void *context, const struct store_fault *fault);
/* Reads the whole store as the engine checks it. What keeps it from going on is the last fault. */
crm_status store_examine(struct store *store, store_fault_visitor each, void *context);
/* Within a write transaction. */
crm_status store_rebuild_index(struct store *store, const char *index);

/* A table that is not what its descriptor says. */
struct schema_fault {
    const struct kind *kind;
    const char *field;             /* column, columns of an index, or its name */
    const char *stored, *expected; /* NULL: missing */
    const char *index_sql;         /* makes the index that is missing; NULL: it is no index */
    bool trigger;                  /* `stored` is the name of one that crm did not make */
};
typedef crm_status (*schema_fault_visitor)(void *context, const struct schema_fault *fault);
crm_status store_compare_schema(struct store *store, schema_fault_visitor each, void *context);

#endif
