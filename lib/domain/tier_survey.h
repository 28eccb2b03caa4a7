/* SPDX-License-Identifier: MIT */
/* The indicator `satisfaction`: what customers last answered. */
#ifndef CRM_TIER_SURVEY_H
#define CRM_TIER_SURVEY_H

#include "domain/tier.h"

/* Fills in that indicator's terms: the mean of the answers to questions of the type csat that each
 * customer gave last in the period, 1–5 as 0–100. */
crm_status tier_satisfaction_load(struct crm_book *book, struct tier_evaluation *evaluation,
                                  size_t indicator, struct arena *arena);

#endif
