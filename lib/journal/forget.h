/* SPDX-License-Identifier: MIT */
/* Erasing a person's data: between the files that do it. */
#ifndef CRM_JOURNAL_FORGET_H
#define CRM_JOURNAL_FORGET_H

#include "journal/subject.h"

/* Texts by which a person is known: names, numbers, addresses, present and past. */
struct names {
    const char **items;
    size_t count, capacity;
};

struct forgetting {
    struct crm_book *book;
    struct subject subject;
    struct names names;
    struct names logins; /* of one of us, present and past */
    size_t own_names; /* the first of them are those that the person's own record holds now */
    int64_t *erased;  /* records, one count for each of schema_kinds */
    int64_t images, commands;
    struct arena arena;
};

/* ---- lib/journal/forget_names.c ---- */

/* Collects the names before they are erased. */
crm_status forget_collect_names(struct forgetting *forgetting);
/* Whether the text holds one of them as a word of its own. */
bool forget_names_in(const struct names *names, const char *text);
/* The same of a command, but for the words "crm" and "add" that it begins with. */
bool forget_names_in_command(const struct names *names, const char *command);

/* ---- lib/journal/forget_records.c ---- */

/* Erases what is personal in the records that are about the person. What must not be empty becomes
 * "forgotten #12"; references, days, amounts and grades stay, so that every sum does. */
crm_status forget_records(struct forgetting *forgetting);

/* ---- lib/journal/forget_journal.c ---- */

/* Erases the values of all images, and the commands that were about the person or name him or her;
 * their digests stay, and with them the chain. */
crm_status forget_journal(struct forgetting *forgetting);

#endif
