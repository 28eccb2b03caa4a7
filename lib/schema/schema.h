/* SPDX-License-Identifier: MIT */
/* One description of each record kind. Table, options, validation, output, import, filters,
 * completion, manual and JSON Schema all derive from the tables declared here. */
#ifndef CRM_SCHEMA_SCHEMA_H
#define CRM_SCHEMA_SCHEMA_H

#include "base/date.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/value.h"

struct policy;

struct choice {
    const char *name;  /* stored, English, stable */
    const char *label; /* for people: N_("…") */
};

enum field_flags {
    FIELD_REQUIRED = 1,
    FIELD_KEY = 2,         /* names the record; unique, generated from the name when left out */
    FIELD_DERIVED = 4,     /* kept by the program; not settable, not exported */
    FIELD_SEARCH = 8,      /* searched by a bare word */
    FIELD_COLUMN = 16,     /* a column of the kind's default table */
    FIELD_POSITIONAL = 32, /* given as an argument to `add` */
    FIELD_SENSITIVE = 64,  /* personal: masked in lists, kept out of logs and messages */
    FIELD_INDEXED = 128,   /* gets an index of its own */
    FIELD_EVENT = 256, /* set by its own command (visit done, complain respond), not by add/edit */
    FIELD_IDENTITY =
        512,           /* the record's number with its kind's prefix: V-7 is the record of id 7 */
    FIELD_TIER = 1024, /* one of the policy's tiers: compared in their order */
    /* Names a person, or tells of one in free words: erased by `forget`, as are sensitive fields.
     * Shown in lists, which would be of no use without names. */
    FIELD_PERSONAL = 2048,
    /* Kept by the program, but not to be computed again: it followed from what held at the time.
     * The journal keeps it as it keeps what people write. */
    FIELD_LASTING = 4096,
    /* Holds a character that can be seen: not all is blank, control or combining. Names of people
     * and firms need not: they are taken as they come. */
    FIELD_SEEN = 8192
};

/* Checks beyond the type. Returns CRM_OK or CRM_INVALID with message and hint. */
typedef crm_status (*field_check)(const char *text, size_t length, struct error *error);

/* From what was given to the form in which it is stored, which it gives back unchanged; in `arena`.
 * CRM_INVALID with message and hint for what has no such form. */
typedef crm_status (*field_form)(const char *text, struct arena *arena, const char **out,
                                 struct error *error);

struct field {
    const char *name;  /* [a-z][a-z0-9_]*; column, option (with - for _), JSON key */
    const char *label; /* N_("…") */
    const char *help;  /* N_("…"), one line, no full stop */
    enum data_type type;
    unsigned flags;
    const char *reference; /* DATA_REFERENCE: kind */
    const struct choice *choices;
    size_t choice_count;
    const struct choice *words; /* DATA_TEXT: known words, with labels; others are taken too */
    size_t word_count;
    bool bounded; /* DATA_INTEGER, DATA_DECIMAL: within minimum…maximum (in units) */
    int64_t minimum, maximum;
    const char *default_text; /* NULL: none */
    field_check check;
    field_form form;      /* DATA_TEXT, DATA_TAGS */
    const char *index_as; /* SQL over bare columns, indexed in place of the field; FIELD_INDEXED */
    const char *expression; /* SQL over alias t, for a derived field that is not stored */
};

struct kind {
    const char *name;   /* on the command line and in JSON */
    const char *label;  /* N_("…") */
    const char *noun;   /* N_("…"): in the middle of a sentence */
    const char *help;   /* N_("…"), one line */
    const char *table;  /* in the store; no SQL keyword */
    const char *prefix; /* "C-" for complaints: C-12 is record 12; NULL: none */
    const char *key;    /* field that names a record in output and references; NULL: part of another
                           record's history, which is not named by itself */
    const char *title;  /* field shown beside the key; NULL: none */
    const struct field *fields;
    size_t field_count;
    const char *const *unique; /* each a comma-separated list of fields that is unique together */
    size_t unique_count;
    const char *const *indexes; /* each a comma-separated list of columns */
    size_t index_count;
    const char *cluster; /* primary key of a kind stored without id, NULL: id */
    const char *part_of; /* reference to the record it is removed with, NULL: none */
    bool person;         /* a person, or may be one: `forget` and `export --subject` take it */
    bool agent;          /* one of us: what names him or her tells of others */
    bool addable;        /* by `crm add KIND` */
    bool merges;         /* two records may prove to be of one thing: `crm merge` */
    bool custom;         /* may have custom fields from the policy */
};

/* The tier as its index has it. A filter by tier does not use that one: a tier may have many, few
 * of them due. */
#define TIER_KEY_SQL(column) "coalesce(" column ", '')"
extern const struct kind kind_customer, kind_contact, kind_staff, kind_product, kind_order,
    kind_line, kind_note, kind_visit, kind_complaint, kind_complaint_event, kind_survey_answer,
    kind_tier_change;

/* All kinds, referred-to kinds first. */
extern const struct kind *const schema_kinds[];
extern const size_t schema_kind_count;
/* Tables of the program's own: journal, sums, what was given. Never seen as records. */
extern const struct kind *const schema_internal_kinds[];
extern const size_t schema_internal_kind_count;

/* NULL when there is none. */
const struct kind *schema_kind(const char *name);
/* Kind of a reference such as "C-12", NULL when it has no known prefix. */
const struct kind *schema_kind_by_prefix(const char *reference);
const struct field *kind_field(const struct kind *kind, const char *name);
/* Whether people name its records by number: V-7, C-12. */
bool kind_is_numbered(const struct kind *kind);
/* Whether the number of a record that is gone is never given to another: it is named by it, or was
 * a person, of whom the journal tells by that number. */
bool kind_is_lasting(const struct kind *kind);
/* Whether the column is one of its primary key, of a kind that is stored without id. */
bool kind_is_clustered_by(const struct kind *kind, const char *column);
/* Whether an index of its table begins with that field itself. */
bool kind_has_index_on(const struct kind *kind, const struct field *field);
/* The columns of its primary key, of alias t, as an ORDER BY wants them; in `arena`, NULL when
 * memory is exhausted. */
const char *kind_stored_order(const struct kind *kind, struct arena *arena);
/* Index in kind->fields, -1 when there is none. */
int kind_field_index(const struct kind *kind, const char *name);
/* The same by the field's name, at once if it is one of the kind's own. */
int kind_field_place(const struct kind *kind, const struct field *field);

/* Whether the journal keeps what the field was: not when it follows from what else is stored. */
bool field_is_journaled(const struct field *field);

/* Stable name of a data type: "text", "decimal", … */
const char *data_type_name(enum data_type type);

/* Labels of the field's choices, or of its known words; NULL when it has neither. */
const struct choice *field_labels(const struct field *field, size_t *count);
/* What a person reads for a stored word, translated: itself when it has no label. */
const char *field_label_of(const struct field *field, const char *word);

/* What parsing needs to know of its surroundings; all constant during a command. */
struct field_context {
    day_number today;
    instant now;
    const struct zone *zone;
};

/* Parses text as that field's type and checks it: choices, bounds, check function. "" is null.
 * *out borrows from `text` or `arena`. References stay text here (the record layer resolves them).
 * Decimals with more than four places are refused unless `rounded` is given; then *rounded is set.
 * CRM_INVALID with "FIELD: what; hint". */
crm_status field_parse(const struct field *field, const char *text, size_t length,
                       const struct field_context *context, struct arena *arena, struct value *out,
                       bool *rounded, struct error *error);

/* Whether the text may stand in that field, of whatever type: of valid UTF-8, not "". */
crm_status field_check_text(const struct field *field, const char *text, size_t length,
                            struct error *error);

/* GB 32100-2015: the unified social credit code with its check digit. */
crm_status check_credit_code(const char *text, size_t length, struct error *error);
crm_status check_email(const char *text, size_t length, struct error *error);
/* Three capital letters (ISO 4217). */
crm_status check_currency(const char *text, size_t length, struct error *error);

/* A birthday of which year or day may be unknown: base/birthday.h. */
crm_status form_birthday(const char *text, struct arena *arena, const char **out,
                         struct error *error);
/* Words separated by blanks, those that name a festival by its English name; or this one alone. */
#define FESTIVALS_NONE "none"
crm_status form_festivals(const char *text, struct arena *arena, const char **out,
                          struct error *error);
/* One word for what a contact was made for: one of these, or a festival. */
#define OCCASION_BIRTHDAY "birthday"
#define OCCASION_FOUNDING "founding"
crm_status form_occasion(const char *text, struct arena *arena, const char **out,
                         struct error *error);
/* A period counted in days: 14d, 2w, 1mo, 1y. */
crm_status form_period(const char *text, struct arena *arena, const char **out,
                       struct error *error);
/* Days that come back every year, as base/yearly.h reads them, separated by commas. */
crm_status form_yearly_days(const char *text, struct arena *arena, const char **out,
                            struct error *error);

#endif
