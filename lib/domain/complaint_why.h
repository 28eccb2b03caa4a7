/* SPDX-License-Identifier: MIT */
/* How the limits of a complaint come about. */
#ifndef CRM_COMPLAINT_WHY_H
#define CRM_COMPLAINT_WHY_H

#include "domain/complaint.h"
#include "domain/why.h"

/* Adds the steps of both clocks, measured by what the complaint is reminded of by; *out is loaded
 * into the why's arena. */
crm_status complaint_explain(struct why *why, int64_t id, struct complaint *out);

#endif
