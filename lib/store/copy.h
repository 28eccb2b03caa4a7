/* SPDX-License-Identifier: MIT */
/* A whole book from one store into another, whatever the engines. */
#ifndef CRM_STORE_COPY_H
#define CRM_STORE_COPY_H

#include "base/digest.h"
#include "schema/schema.h"
#include "store/store.h"

struct store_copy {
    struct store *from; /* its schema must be of the present version */
    struct store *into; /* opened by STORE_CREATE, blank */
    /* All may be NULL. For each table, records' first, once both sides were compared: its rows, and
     * SHA-256 over them in the order of their key. */
    crm_status (*each)(void *context, const struct kind *kind, int64_t rows, const char *digest);
    /* Rows so far of all tables. */
    void (*progress)(void *context, int64_t rows);
    void *context;
};

/* Copies all tables as they are stored, ids and entries included, and the numbers that were given
 * and are not to be given again; then reads both sides back and compares them. The source is seen
 * as it was at one moment; the copy is there as a whole or not at all. CRM_EXISTS, without a
 * message, when `into` is not blank; CRM_READONLY when `from` shows its user a part of
 * the book alone; CRM_CORRUPT when a table differs. */
crm_status store_copy(const struct store_copy *copy, struct error *error);

#endif
