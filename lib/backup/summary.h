/* SPDX-License-Identifier: MIT */
/* What crm backup and crm restore say when they are done. */
#ifndef CRM_BACKUP_SUMMARY_H
#define CRM_BACKUP_SUMMARY_H

#include "backup/facts.h"
#include "output/sink.h"

/* Texts may be NULL. */
struct backup_summary {
    const char *file; /* the backup */
    const char *book; /* what was made of it; NULL: nothing */
    const struct backup_facts *facts;
    int64_t bytes;
    double seconds;
};

crm_status backup_summary_write(const struct backup_summary *summary, struct crm_sink *sink);

#endif
