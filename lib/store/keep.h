/* SPDX-License-Identifier: MIT */
/* Statements kept for the next call with the same text; for lib/store/ alone. */
#ifndef CRM_STORE_KEEP_H
#define CRM_STORE_KEEP_H

#include "store/store.h"

struct kept_statements;

/* A statement with that text, kept or new: give it back to statement_put_back. */
crm_status statement_borrow(struct store *store, const char *sql, struct statement **out);
/* Keeps the statement, if this store does, or frees it. */
void statement_put_back(struct statement *statement);
/* For `cleanup(statement_return)`. */
void statement_return(struct statement **statement);
/* Frees what is kept; NULL is nothing. */
void kept_statements_free(struct kept_statements *kept);

#endif
