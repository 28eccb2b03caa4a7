/* SPDX-License-Identifier: MIT */
/* Whether a book is sound: what all kinds of checks share. */
#ifndef CRM_CHECK_CHECK_H
#define CRM_CHECK_CHECK_H

#include "book.h"
#include "check/id_map.h"
#include "check/lost.h"

enum check_part {
    CHECK_INTEGRITY,
    CHECK_SCHEMA,
    CHECK_JOURNAL,
    CHECK_REFERENCES,
    CHECK_VALUES,
    CHECK_COMPLAINTS,
    CHECK_DERIVED,
    CHECK_POLICY,
    CHECK_FILES,
    CHECK_PARTS
};

/* What is known of a table once it was read. */
struct table_facts {
    struct id_map ids;   /* of its rows; what the number says is the kind's own */
    struct id_map added; /* entry -> rows that carry it */
    struct id_map gone;  /* entry -> rows of it that were removed, less those brought back */
    struct lost erased;  /* removed rows whose values are not known any more; of kinds without id
                            all at place 0 */
    int64_t rows;
    bool partial; /* it could not be read to its end */
};

/* One run of `crm check`. */
struct check {
    struct crm_book *book;
    struct crm_sink *sink;
    bool wanted[CHECK_PARTS];
    bool repair;
    bool policy_known;          /* else that of a new book stands in for it */
    struct table_facts *tables; /* one for each of schema_kinds */
    struct id_map entries;      /* that the journal has */
    bool entries_known;
    bool keys_guarded; /* by unique indexes that are there and were verified */
    int64_t entry_count, last_entry;
    char last_hash[65];
    int64_t *customers; /* ids, ascending */
    size_t customer_count, customer_room;
    size_t errors, warnings, repairable, repaired;
    struct arena arena;   /* of the whole run */
    struct arena scratch; /* texts of one finding */
    const char **hints;   /* said already, for the notes under a table */
    size_t hint_count, hint_room;
};

/* Something wrong. Texts are borrowed during the call; NULL: none. */
struct finding {
    enum check_part part;
    const char *kind, *record, *field;
    const char *stored, *expected;
    const char *problem; /* a sentence, translated */
    const char *hint;    /* how to mend it, translated */
    bool warning;        /* odd, but nothing is lost or false */
    bool repairable;     /* by --repair */
};

/* Writes it down; with --repair the caller mends what is repairable. */
crm_status check_say(struct check *check, const struct finding *finding);
/* What a person may name the record by: V-7, #12. In check->scratch; NULL without memory. */
const char *check_record(struct check *check, const struct kind *kind, int64_t id);
/* A stored value for a person, shortened. Sensitive ones are not shown. In check->scratch. */
const char *check_text(struct check *check, const struct field *field, const struct value *value);
/* Says that reading failed, after which the next check is tried: CRM_OK unless nothing can go on
 * (memory, output, another process). `what` was being read. */
crm_status check_failed(struct check *check, enum check_part part, const char *what,
                        crm_status status);
/* A fact that is kept with that record and is not what the records come to. */
crm_status check_say_derived(struct check *check, const struct kind *kind, const char *record,
                             const char *field, const struct value *stored,
                             const struct value *expected);
size_t check_kind_index(const struct kind *kind);

/* ---- The checks, in their order ---- */

crm_status check_integrity(struct check *check);
crm_status check_schema(struct check *check);
/* The chain of entries and the images; then, after the records, what the entries added. */
crm_status check_journal(struct check *check);
crm_status check_journal_added(struct check *check);
/* Under which customer each image is filed. */
crm_status check_filing(struct check *check);
/* Whether the records hold what was written last, as far as the images tell. */
crm_status check_present(struct check *check);
/* References, values, entries and sums: each table once. */
crm_status check_records(struct check *check);
crm_status check_unique(struct check *check);
/* The program's own tables: their references and values. */
crm_status check_own(struct check *check);
crm_status check_complaints(struct check *check);
crm_status check_derived(struct check *check);
crm_status check_policy(struct check *check, const struct error *broken);
crm_status check_files(struct check *check);

#endif
