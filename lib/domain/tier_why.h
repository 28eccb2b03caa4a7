/* SPDX-License-Identifier: MIT */
/* How the tier of a customer comes about. */
#ifndef CRM_TIER_WHY_H
#define CRM_TIER_WHY_H

#include "domain/tier.h"
#include "domain/tier_way.h"
#include "domain/why.h"

/* Texts are of the why's arena, as the evaluation is. */
struct tier_explained {
    struct why *why;
    struct tier_evaluation evaluation;
    size_t number; /* of the subject */
    struct value key, name;
    struct value change, reason, actor; /* of the last row of its history: id, why, by whom */
    struct rule_condition *conditions;  /* TIER_RULES: of the rules up to the one that fits */
    size_t condition_count, condition_capacity;
    struct tier_way way;
};
void tier_explained_release(struct tier_explained *explained);

/* Evaluates all customers, and adds the steps of that one. */
crm_status tier_explain(struct why *why, const struct tier_scheme *scheme, int64_t customer,
                        struct tier_explained *out);
/* The steps from the terms to the tier, of what is evaluated already. */
crm_status tier_add_steps(const struct tier_explained *explained);
/* Adds the last change of its tier by that scheme, if there was one. */
crm_status tier_change_explain(struct why *why, const char *scheme, int64_t customer);

#endif
