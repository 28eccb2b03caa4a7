/* SPDX-License-Identifier: MIT */
/* What the columns of a file mean: crm-map(5). A map is read from YAML, or made from the file's own
 * column names when they are the names of fields. It knows kinds and fields, but no records. */
#ifndef CRM_IMPORT_MAP_H
#define CRM_IMPORT_MAP_H

#include "base/error.h"
#include "base/memory.h"
#include "import/format.h"
#include "import/rows.h"
#include "schema/schema.h"

#include <regex.h>

/* Finds a field that may be given, custom fields included; NULL when there is none. */
typedef const struct field *(*map_lookup)(void *context, const struct kind *kind, const char *name);

struct map_context {
    const struct kind *as; /* what a row is; kind_order: customers, products, staff and lines too */
    map_lookup lookup;     /* NULL: the kind's own fields */
    void *lookup_context;
    struct field_context field; /* what the parsing of fields needs */
};

enum map_blank { BLANK_KEEP, BLANK_REFUSE, BLANK_SKIP };
enum map_otherwise { OTHERWISE_REFUSE, OTHERWISE_KEEP, OTHERWISE_TEXT };
enum map_returns { RETURNS_REFUSE, RETURNS_KEEP, RETURNS_SKIP };

struct translation {
    const char *from, *to;
};

struct map_dates {
    const struct date_format *const *formats;
    size_t count;
};

/* One field and how to get its value out of a row. */
struct map_field {
    const struct kind *kind;
    const struct field *field;
    const char *name;  /* as in the map: customer.key */
    long line, column; /* in the map, 0: there is no map */

    /* Where the text comes from. */
    const char *const *columns; /* alternatives, or parts when joined */
    size_t column_count;
    int *bound; /* for each of them its number in the file, -1 */
    bool joined;
    const char *separator;
    const char *constant; /* instead of columns */
    bool optional;        /* the file need not have the column */

    /* What is done to it, in this order. */
    const regex_t *extract; /* the first group, or all that matches; nothing when it doesn't */
    const struct translation *translations;
    size_t translation_count;
    enum map_otherwise otherwise;
    const char *otherwise_text;
    const char *fallback; /* for a blank; NULL: stays blank */
    enum map_blank blank;

    /* How it is read. */
    const struct map_dates *dates;
    const struct number_format *numbers;
    bool negate;

    /* The last date read: files are mostly in the order of days. */
    char memo[48];
    size_t memo_length;
    char memo_value[TIME_TEXT];
};

enum map_test { TEST_EQUALS, TEST_MATCHES, TEST_BLANK, TEST_BELOW };
enum map_action { ACTION_SKIP, ACTION_REFUSE, ACTION_STOP, ACTION_SET };

/* Rows that are something else than they seem. */
struct map_rule {
    const char *column;
    int bound;
    enum map_test test;
    bool negated;
    const char *const *values; /* TEST_EQUALS */
    size_t value_count;
    const regex_t *pattern; /* TEST_MATCHES */
    bool blank;             /* TEST_BLANK */
    int64_t below;          /* TEST_BELOW, decimal */
    enum map_action action;
    const char *reason; /* ACTION_REFUSE */
    size_t field;       /* ACTION_SET: index in map->fields … */
    const char *value;  /* … and what it becomes */
    long line;
};

struct map_fill {
    const char *column;
    int bound;
    char *text; /* heap; the last that was not blank */
    size_t length, capacity;
};

/* Compiled expressions of a map, to be freed with it. */
struct map_pattern {
    regex_t regex;
    struct map_pattern *next;
};

struct map {
    struct arena arena;
    struct map_pattern *patterns;
    const char *name; /* of its file, for messages; NULL: made from the header */
    struct map_context context;

    /* Of the file. */
    struct rows_options rows;
    bool trim;                 /* spaces and ="…" around cells are no part of them */
    const char *strip;         /* further characters to take off both ends */
    const char *const *blanks; /* cells that mean blank, such as NULL */
    size_t blank_count;
    const char *const *key; /* fields by which a row finds its record; none: the kind's own */
    size_t key_count;
    enum map_returns returns;
    const char *const *ignored;
    size_t ignored_count;
    struct map_dates dates;
    struct number_format numbers;

    struct map_field *fields;
    size_t field_count, field_capacity;
    struct map_rule *rules;
    size_t rule_count;
    struct map_fill *fills;
    size_t fill_count;
    const char *within; /* fills end where this column changes */
    int within_bound;
    struct map_fill within_value;

    /* Of the row under way. */
    struct rows *source;
    size_t bound_columns;   /* columns of the source that were looked at */
    struct arena row;       /* cleared for each row */
    const char **overrides; /* one a field: set by a rule, else NULL */
};

enum map_row { MAP_ROW, MAP_SKIPPED, MAP_STOPPED, MAP_REFUSED };

/* Reads a map file. `context` is copied. CRM_INVALID with file:line:column and the nearest name for
 * whatever the map does not know. */
crm_status map_load(const char *path, const struct map_context *context, struct map **out,
                    struct error *error);
/* The same from memory; `name` stands for the file in messages. */
crm_status map_parse(const char *name, const char *text, size_t length,
                     const struct map_context *context, struct map **out, struct error *error);
/* A map for a file whose column names are field names, with values as export writes them. */
crm_status map_identity(const struct map_context *context, struct map **out, struct error *error);
void map_free(struct map *map);
/* Index of the field of that kind and name, -1 when it is not mapped. */
int map_find(const struct map *map, const struct kind *kind, const char *name);

/* Finds the columns in the file. CRM_INVALID when one is missing: lists those that there are.
 * `rows` must stay until map_free. */
crm_status map_bind(struct map *map, struct rows *rows);
/* Finds the columns that were not there when this was done last. */
crm_status map_bind_new(struct map *map);
/* At the end of a JSON Lines file: whether each column occurred at all. */
crm_status map_finish(struct map *map);
/* Prepares for the row that `rows` is at: fills down, applies the rules. On MAP_REFUSED the error
 * of the rows says why. */
enum map_row map_begin_row(struct map *map);
/* Value of one field in this row. Text is borrowed until the next row. *given is false when the row
 * says nothing about it (a key that a JSON object does not have); *skip when the map leaves out
 * rows where it is blank. CRM_INVALID with file:line:column. */
crm_status map_value(struct map *map, size_t field, struct value *out, bool *given, bool *skip,
                     bool *rounded);
/* Number of the column that a field comes from, for messages; column_count when from none. */
size_t map_column(const struct map *map, size_t field);
/* Whether nothing uses the column and the map does not say that this is right. */
bool map_unused(const struct map *map, size_t column);

#endif
