/* SPDX-License-Identifier: MIT */
/* Tiers of the open book: its inputs for rules/tier.h, and what an evaluation writes. */
#ifndef CRM_TIER_H
#define CRM_TIER_H

#include "book.h"
#include "record/record.h"
#include "rules/tier.h"

/* The scheme of that name, the main one for NULL. CRM_NOT_FOUND names those that there are. */
crm_status tier_scheme_find(struct crm_book *book, const char *name,
                            const struct tier_scheme **out);
bool tier_is_main(const struct crm_book *book, const struct tier_scheme *scheme);
/* Reads what the scheme needs of all customers, each table once, from its beginning to its end, and
 * evaluates. *foreign counts order lines left out because they are not in the book's currency.
 * Everything lies in `arena`. */
crm_status tier_run(struct crm_book *book, const struct tier_scheme *scheme, struct arena *arena,
                    struct tier_evaluation *out, int64_t *foreign);
/* The same, and counts the rows behind each value, and their days: tier_run takes sums that are
 * kept already where they are the period's. */
crm_status tier_run_whole(struct crm_book *book, const struct tier_scheme *scheme,
                          struct arena *arena, struct tier_evaluation *out, int64_t *foreign);
/* The same as tier_run on a day gone by, at which the book looks (book_look): who came later takes
 * no part. `past` is what earlier evaluations left of each customer, by id, in place of the
 * history. */
crm_status tier_run_again(struct crm_book *book, const struct tier_scheme *scheme,
                          const struct tier_past *past, struct arena *arena,
                          struct tier_evaluation *out);
/* Columns of the history's rows, as tier_follow takes them, over the alias t. */
extern const char *const tier_follow_columns[];
enum {
    FOLLOW_CUSTOMER,
    FOLLOW_SCHEME,
    FOLLOW_TIER,
    FOLLOW_ON,
    FOLLOW_PINNED,
    FOLLOW_UNTIL,
    FOLLOW_REASON,
    FOLLOW_COLUMNS
};
/* A row of a customer's history, told after those before it. `keep_tier`: the tier comes from
 * elsewhere. */
void tier_follow(struct tier_past *past, const struct policy *policy, const struct value *row,
                 bool keep_tier);
/* When the scheme was last evaluated for good, by `tier apply`: as was noted, or as the history
 * tells; `known` is false when it never was. */
crm_status tier_last_evaluation(struct crm_book *book, const struct tier_scheme *scheme,
                                bool *known, day_number *day);
/* Within the transaction of an evaluation that changed so many tiers: notes its day once, where the
 * policy wants to be reminded of the next one. Otherwise nothing is written. */
crm_status tier_note_evaluation(struct crm_book *book, const struct tier_scheme *scheme,
                                size_t changes);
/* A row of the main scheme that does not say so was given by it: its tier stands with the customer
 * from now on, whatever the scheme will be called. */
void tier_complete_change(const struct crm_book *book, struct record *record);
/* After rows of the history were imported, added or removed: the customer's tier is the last one
 * that a main scheme gave, up to today. */
crm_status tier_follow_history(struct crm_book *book, int64_t customer);
/* What tier and tier_since are kept as: SQL over the customer at hand, by what the main scheme of
 * its day said up to the day $2, whatever it was called: another one that becomes the main one
 * takes over what stands. A row that does not say so counts if it is of the scheme $1. Since when
 * is asked for once the tier is right. */
#define TIER_HISTORY                                                                               \
    "FROM tier_change h WHERE h.customer = customer.id AND (h.main = 1 OR (h.main IS NULL AND "    \
    "h.scheme = $1)) "
#define TIER_LATEST     "ORDER BY h.effective_on DESC, h.id DESC LIMIT 1"
#define TIER_OF_HISTORY "(SELECT h.tier " TIER_HISTORY TIER_LATEST ")"
#define TIER_SINCE_OF_HISTORY                                                                      \
    "(CASE WHEN customer.tier IS NOT NULL THEN (SELECT h.effective_on " TIER_HISTORY               \
    "AND h.tier IS DISTINCT FROM h.previous " TIER_LATEST ") END)"
/* History rows that meet the condition, oldest first. `record`: one that is shown as a whole. */
crm_status tier_print_history(struct crm_book *book, const char *condition,
                              const struct value *parameters, size_t count, bool record,
                              struct crm_sink *sink);
/* The customer of that id; NULL when there is none. */
struct tier_subject *tier_subject_find(const struct tier_evaluation *evaluation, int64_t id);

#endif
