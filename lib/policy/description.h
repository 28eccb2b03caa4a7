/* SPDX-License-Identifier: MIT */
/* The one description of policy.yaml: reading, unknown keys, defaults, `crm policy show` and the
 * keys of crm-policy(5) derive from the tables declared here. A new key is one row. */
#ifndef CRM_POLICY_DESCRIPTION_H
#define CRM_POLICY_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_reader;
struct yaml_node;

/* How a value is written, and what it becomes in the structures of policy.h. */
enum policy_type {
    POLICY_TEXT,       /* const char *: one line of text */
    POLICY_INTEGER,    /* int, minimum…maximum */
    POLICY_DECIMAL,    /* int64_t decimal, minimum…maximum (in units) */
    POLICY_PERCENT,    /* int, minimum…maximum, with or without a percent sign */
    POLICY_BOOLEAN,    /* bool: yes, no, true, false; or the second of two choices */
    POLICY_PERIOD,     /* struct duration in days, weeks, months or years */
    POLICY_LIMIT,      /* struct duration in minutes, hours, days, weeks, wh or wd */
    POLICY_CHOICE,     /* int: index in choices */
    POLICY_WORD,       /* const char *: one of choices; NULL for "any" */
    POLICY_ZONE,       /* const char *: a time zone that the system knows */
    POLICY_CURRENCY,   /* const char *: three capital letters */
    POLICY_DATABASE,   /* const char *: postgresql://… */
    POLICY_TIER,       /* int: index in policy.tiers, -1 for "any" */
    POLICY_SCHEME,     /* int: index in policy.schemes */
    POLICY_CHANNEL,    /* int: index in policy.channels; "any" is the weakest */
    POLICY_CALENDAR,   /* int: index in policy.calendars */
    POLICY_SERVICE,    /* const char *: one of policy.services, NULL for "any" */
    POLICY_CAUSE,      /* int: index in policy.causes of an earlier one, -1 for "none" */
    POLICY_DEMOTION,   /* tier_scheme.demote_after or .demote_after_period */
    POLICY_NAMES,      /* const char *const *, count: a list of different names */
    POLICY_INTERVALS,  /* const struct interval *, count: [09:00-12:00, 13:00-18:00] */
    POLICY_QUIET,      /* the same, also over midnight: [22:00-08:00] */
    POLICY_THRESHOLDS, /* const struct tier_threshold *, count: tier: limit */
    POLICY_SECTION,    /* keys of its own, read into the same structure */
    POLICY_LIST,       /* a list of members that all have the section's keys */
    POLICY_MAP,        /* the same, each under its name */
    POLICY_FIELDS,     /* the same, under the name of a record kind and its own */
    POLICY_TYPE_COUNT
};

enum policy_key_flags {
    KEY_REQUIRED = 1, /* within its section */
    KEY_TIERED = 2,   /* the default holds for the default tiers only */
    KEY_APART = 4     /* the section's check does not look at it */
};

/* For members that a structure does not have. */
#define POLICY_NOWHERE ((size_t)-1)

struct policy_key {
    const char *name;
    enum policy_type type;
    unsigned flags;
    size_t offset;            /* of the value in the section's structure */
    size_t count_offset;      /* of the number of members: lists and maps */
    size_t given_offset;      /* of a bool that says whether the key was given; 0: none */
    size_t place_offset;      /* of the long with its line, 0 for a default; 0: none */
    int64_t minimum, maximum; /* of the number, the members, or a period's days; maximum 0: none */
    const char *const *choices;
    size_t choice_count;
    const char *default_text; /* as YAML; NULL: none */
    const char *help;         /* N_("…"), one line, no full stop */
    const struct policy_section *section;
};

struct policy_section {
    const struct policy_key *keys;
    size_t count;
    size_t size;        /* of the structure of one member; 0 for POLICY_SECTION */
    size_t name_offset; /* POLICY_MAP: of the member's name */
    bool tiers;         /* POLICY_MAP: the names are tiers, and the name an int */
    size_t line_offset;
    /* Checks what a single value cannot show; called when all values that it looks at are well,
     * but for those within lists, maps and sections of its own. */
    void (*check)(struct policy_reader *reader, const struct yaml_node *node, void *member);
};

/* The whole file; its structure is struct policy. */
extern const struct policy_section policy_description;

#endif
