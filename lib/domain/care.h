/* SPDX-License-Identifier: MIT */
/* Care dates 客户关怀: birthdays, founding days and festivals. */
#ifndef CRM_DOMAIN_CARE_H
#define CRM_DOMAIN_CARE_H

#include "record/record.h"

/* Occasions are known festivals, or the policy's; a visit's may be a birthday or founding day. */
crm_status care_check(struct crm_book *book, const struct record *record);
/* The birthday of a new customer or contact is a day of its calendar. */
crm_status care_complete(struct crm_book *book, const struct record *record);
/* The same of record `id`, which is changed. */
crm_status care_check_update(struct crm_book *book, const struct record *record, int64_t id);

#endif
