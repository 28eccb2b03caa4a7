/* SPDX-License-Identifier: MIT */
/* Erasing a person's data: between the files that do it. */
#ifndef CRM_JOURNAL_FORGET_H
#define CRM_JOURNAL_FORGET_H

#include "journal/subject.h"

/* A text by which a person is known: a name, a number, an address. */
struct name {
    const char *text;
    const char *slug;     /* as text_slug makes it, looked for between words; NULL: `text` itself */
    const char *squeezed; /* looked for anywhere among letters without blanks; NULL: nothing */
};

/* Present ones and past ones. */
struct names {
    struct name *items;
    size_t count, capacity;
};

struct forgetting {
    struct crm_book *book;
    struct subject subject;
    struct names names;
    struct names logins; /* of one of us, present and past */
    size_t own_names;    /* the first of them are those that the person's own record holds now */
    int64_t *erased;     /* records, one count for each of schema_kinds */
    int64_t images, commands;
    struct arena arena;
};

/* ---- lib/journal/forget_names.c ---- */

/* Collects the names before they are erased. */
crm_status forget_collect_names(struct forgetting *forgetting);

/* ---- lib/journal/forget_search.c ---- */

/* Of a sensitive text that is a number the digits count, not how they are parted. */
crm_status forget_make_name(struct forgetting *forgetting, const char *text, bool sensitive,
                            struct name *out);
/* Whether the text holds one of the first `count` names as words of their own, in capitals or
 * small letters and with whatever signs between them. */
crm_status forget_names_in(const struct forgetting *forgetting, size_t count, const char *text,
                           bool *out);
/* The same of a command and all names, but for the words "crm" and "add" that it begins with. */
crm_status forget_names_in_command(const struct forgetting *forgetting, const char *command,
                                   bool *out);

/* ---- lib/journal/forget_mentions.c ---- */

/* Writes which records of others still hold a name in their words, or held one, by the entry whose
 * image keeps it. */
crm_status forget_write_mentions(const struct forgetting *forgetting, struct crm_sink *sink);

/* ---- lib/journal/forget_records.c ---- */

/* Erases what is personal in the records that are about the person. What must not be empty becomes
 * "forgotten #12"; references, days, amounts and grades stay, so that every sum does. */
crm_status forget_records(struct forgetting *forgetting);

/* ---- lib/journal/forget_journal.c ---- */

/* Erases the values of all images, and the commands that were about the person or name him or her;
 * their digests stay, and with them the chain. */
crm_status forget_journal(struct forgetting *forgetting);

#endif
