/* SPDX-License-Identifier: MIT */
/* What is held on one person: the records that are about him or her, and what the journal keeps of
 * them. */
#ifndef CRM_JOURNAL_SUBJECT_H
#define CRM_JOURNAL_SUBJECT_H

#include "base/id_list.h"
#include "journal/history.h"

/* The records of one kind that are about the person. */
struct subject_part {
    const struct kind *kind;
    const char *where;  /* over alias t, with the person's id as $1; NULL: none can be */
    struct id_list ids; /* sorted; of kinds with ids: also of those that were removed or merged */
};

struct image_key {
    int64_t entry, number;
};

struct subject {
    struct crm_book *book;
    const struct kind *kind; /* one with `person` */
    int64_t id;
    bool removed;               /* the record itself is not there any more */
    int64_t survivor;           /* the record that it was merged into in the end; 0: none */
    struct subject_part *parts; /* one for each of schema_kinds, in their order */
    struct image_key *images;   /* all that are about the person, in order */
    size_t image_count, image_capacity;
    struct id_list entries; /* that wrote any of this */
    struct arena arena;
};

/* Finds the person that `reference` names (`kind_name` NULL: customer, or as the reference says),
 * who may have been removed, and all that is about him or her: records that refer to the person,
 * those that refer to these, and so on. A record that names one of us tells of others: of a member
 * of staff only the own record belongs. CRM_USAGE for a kind that is no person. Zero-initialise;
 * subject_release in any case. */
crm_status subject_find(struct crm_book *book, const char *kind_name, const char *reference,
                        struct subject *out);
void subject_release(struct subject *subject);
/* Begins a query whose $1 is the person's id. */
void subject_query(const struct subject *subject, struct query *query);
/* Appends how people name a record over alias t: V-7, a key, else #12. */
void subject_name_sql(struct buffer *sql, const struct kind *kind);

/* Calls `each` for every reference to the person in a record that is not about the person: of whom
 * a customer recommended, what a member of staff does. */
typedef crm_status (*subject_mention)(void *context, const struct kind *kind,
                                      const struct field *field, const char *record);
crm_status subject_mentions(const struct subject *subject, subject_mention each, void *context);

#endif
