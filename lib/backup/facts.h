/* SPDX-License-Identifier: MIT */
/* What a backup says of itself in its first member: enough to know it before reading the rest. */
#ifndef CRM_BACKUP_FACTS_H
#define CRM_BACKUP_FACTS_H

#include "base/buffer.h"
#include "base/date.h"
#include "base/digest.h"
#include "store/store.h"

extern const char backup_facts_name[]; /* crm-backup.json */

struct backup_facts {
    int schema;
    int64_t entries;         /* of the journal */
    char head[DIGEST_TEXT];  /* hash of the last one; "" when there is none */
    int64_t records;         /* of all kinds */
    char made_at[TIME_TEXT]; /* UTC */
};

/* All but made_at, from the database of a book. */
crm_status backup_facts_read(struct store *store, struct backup_facts *out);
bool backup_facts_equal(const struct backup_facts *one, const struct backup_facts *other);

void backup_facts_write(const struct backup_facts *facts, struct buffer *out);
/* False when that is nothing that backup_facts_write wrote. */
bool backup_facts_parse(const char *text, size_t length, struct backup_facts *out);

#endif
