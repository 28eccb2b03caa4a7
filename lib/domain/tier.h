/* SPDX-License-Identifier: MIT */
/* Tiers of the open book: its inputs for rules/tier.h, and what an evaluation writes. */
#ifndef CRM_TIER_H
#define CRM_TIER_H

#include "book.h"
#include "rules/tier.h"

/* The scheme of that name, the main one for NULL. CRM_NOT_FOUND names those that there are. */
crm_status tier_scheme_find(struct crm_book *book, const char *name,
                            const struct tier_scheme **out);
bool tier_is_main(const struct crm_book *book, const struct tier_scheme *scheme);
/* Reads what the scheme needs of all customers: each table once, from its beginning to its end.
 * *foreign counts order lines left out because they are not in the book's currency. Everything lies
 * in `arena`. */
crm_status tier_load(struct crm_book *book, const struct tier_scheme *scheme, struct arena *arena,
                     struct tier_evaluation *out, int64_t *foreign);
/* Loads and evaluates. */
crm_status tier_run(struct crm_book *book, const struct tier_scheme *scheme, struct arena *arena,
                    struct tier_evaluation *out, int64_t *foreign);
/* After rows of the history were imported or added: the customer's tier is the last one that the
 * main scheme's history tells of, up to today. */
crm_status tier_follow_history(struct crm_book *book, int64_t customer);
/* id, tier, tier by the history, since, since by the history: each customer of whom they differ. */
crm_status tier_compare_history(struct crm_book *book, store_row each, void *context);
/* The customer of that id; NULL when there is none. */
struct tier_subject *tier_subject_find(const struct tier_evaluation *evaluation, int64_t id);

#endif
