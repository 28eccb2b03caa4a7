/* SPDX-License-Identifier: MIT */
/* The method `rules`: tiers by filters. */
#ifndef CRM_TIER_RULES_H
#define CRM_TIER_RULES_H

#include "domain/tier.h"

/* Chooses a tier for each subject that passes a filter of the scheme, the best tier first. */
crm_status tier_rules_load(struct crm_book *book, const struct tier_evaluation *evaluation);

/* One condition of a rule, and whether the customer meets it. */
typedef crm_status (*tier_condition)(void *context, const struct tier_threshold *rule,
                                     const char *condition, bool met);
/* The conditions of that rule, in their order. */
crm_status tier_rules_explain(struct crm_book *book, const struct tier_threshold *rule,
                              int64_t customer, tier_condition each, void *context);

#endif
