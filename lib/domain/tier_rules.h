/* SPDX-License-Identifier: MIT */
/* The method `rules`: tiers by filters. */
#ifndef CRM_TIER_RULES_H
#define CRM_TIER_RULES_H

#include "domain/tier.h"

/* Chooses a tier for each subject that passes a filter of the scheme, the best tier first. */
crm_status tier_rules_load(struct crm_book *book, const struct tier_evaluation *evaluation);

#endif
