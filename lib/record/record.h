/* SPDX-License-Identifier: MIT */
/* Records of any kind: parsed from text, resolved, selected, filtered, written. */
#ifndef CRM_RECORD_RECORD_H
#define CRM_RECORD_RECORD_H

#include "book.h"
#include "base/buffer.h"

/* ---- SQL under construction ---- */

enum { MOST_PARAMETERS = 512 };

/* Text and the values bound to its $1, $2, … Zero-initialise; query_release at the end. */
struct query {
    struct buffer sql;
    struct value *parameters;
    size_t count, capacity;
    bool full;          /* a parameter more than MOST_PARAMETERS was added */
    struct arena arena; /* for texts of parameters */
};

void query_release(struct query *query);
/* Adds a parameter and appends its "$n" to the SQL. Text is borrowed: it must outlive the query or
 * lie in query->arena. Failure shows in query->sql.failed. */
void query_value(struct query *query, struct value value);

/* ---- Values ---- */

/* One record as parsed: a value for each field of the kind, and the custom fields. */
struct record {
    const struct kind *kind;
    struct value *values; /* kind->field_count of them; references are ids */
    bool *given;
    struct value *custom; /* one for each member of policy->fields, those of other kinds unused */
    bool *custom_given;
    bool any_custom;
    struct value
        object; /* of a record that an import found: what it keeps of the policy's fields */
};

/* An empty record in `arena`. */
crm_status record_new(struct crm_book *book, const struct kind *kind, struct arena *arena,
                      struct record *out);
/* Parses one assignment into the record: type, choices, references. An empty text clears the field;
 * one with a default gets that again, unless it is required. CRM_INVALID for a bad value,
 * CRM_USAGE for a field that there is not (the hint names the nearest one) or that is kept by the
 * program. `allow` holds flags (FIELD_EVENT, FIELD_IDENTITY) that would otherwise forbid it. */
crm_status record_set(struct crm_book *book, struct record *record, struct arena *arena,
                      const char *name, const char *text, size_t length, unsigned allow);
/* Sets a field by name without parsing, for the program's own writes. The name must exist. */
void record_put(struct record *record, const char *field, struct value value);
const struct value *record_get(const struct record *record, const char *field);
/* Defaults for what was not given, a key made from the name, then: is everything required there? */
crm_status record_complete(struct crm_book *book, struct record *record, struct arena *arena);
/* Inserts; the new id goes to *id (0 for kinds without). CRM_EXISTS names the field whose value is
 * taken. */
crm_status record_insert(struct crm_book *book, const struct record *record, int64_t *id);
/* Whether a given field is not stored like that already in record `id`, of a kind with ids. */
crm_status record_differs(struct crm_book *book, const struct record *record, int64_t id,
                          bool *differs);
/* Updates the given fields of record `id`. */
crm_status record_update(struct crm_book *book, const struct record *record, int64_t id);

/* ---- Custom fields ---- */

/* Whether the policy declares the field for that kind. */
bool custom_is_of(const struct custom_field *field, const struct kind *kind);
/* field_parse for a field of the policy's own. */
crm_status custom_parse(struct crm_book *book, const struct custom_field *custom, const char *text,
                        size_t length, struct arena *arena, struct value *out, struct error *error);
/* The field of that name, of so many bytes; NULL: the policy declares none for that kind. */
const struct custom_field *custom_find(const struct policy *policy, const struct kind *kind,
                                       const char *name, size_t length);
/* Appends the stored value as an expression over `alias`; null when it is not of the field's type:
 * the policy may have had another one when it was written. */
void custom_sql(struct buffer *sql, const struct custom_field *field, const char *alias);
/* The value that the stored object has of the field, texts in `arena`; what is not of the field's
 * type is the text that stands there. Null for nothing. */
crm_status custom_read(struct crm_book *book, const struct value *object,
                       const struct custom_field *field, struct arena *arena, struct value *out);
/* Whether the stored object would be another with that value. */
crm_status custom_differs(struct crm_book *book, const struct value *object, const char *name,
                          const struct value *given, bool *differs);
/* The object that a record of that kind keeps; null for none. */
crm_status custom_load(struct crm_book *book, const struct kind *kind, int64_t id,
                       struct arena *arena, struct value *out);
/* The stored object with the record's given fields put in or, cleared, taken out. Members that the
 * policy does not declare (any more) stay. */
crm_status custom_change(struct crm_book *book, const struct record *record,
                         const struct value *stored, struct arena *arena, struct value *out);
/* The stored object without what is personal: texts, days, what is declared sensitive, and what is
 * not declared (any more). A text that is required becomes "forgotten". */
crm_status custom_erase(struct crm_book *book, const struct kind *kind, const struct value *stored,
                        struct arena *arena, struct value *out);
/* The object `into` with the members of `from` that it lacks. */
crm_status custom_fill(struct crm_book *book, const struct value *into, const struct value *from,
                       struct arena *arena, struct value *out);

/* ---- Naming ---- */

/* The record that a person means: key, #id, prefix and id (V-7), external id, or a name or
 * beginning of a key or name that fits only one. CRM_NOT_FOUND, or CRM_AMBIGUOUS with the
 * candidates. */
crm_status record_resolve(struct crm_book *book, const struct kind *kind, const char *text,
                          int64_t *id);
/* The kind that a reference on the command line is of: `kind_name` if given, else by prefix, else
 * customer. CRM_USAGE for an unknown kind. */
crm_status record_kind(struct crm_book *book, const char *kind_name, const char *reference,
                       const struct kind **out);
/* id of the customer that the record belongs to (itself, for a customer); 0 for none. */
crm_status record_customer(struct crm_book *book, const struct kind *kind, int64_t id,
                           int64_t *customer);

/* ---- Reading ---- */

enum selection_flags {
    SELECT_STORED = 1 /* no derived fields: for export */
};

/* What to SELECT for a kind, and the columns in which a sink shows it. */
struct selection {
    const char **sql; /* one expression a column, over alias t */
    struct column *columns;
    size_t count;
    const char *from; /* "FROM … t LEFT JOIN …" */
    bool stored;      /* made with SELECT_STORED: nothing of it is masked */
    /* The policy's own fields: columns one after the other, which selection_each fills. */
    const struct custom_field **customs;
    size_t custom_at, custom_count;
};

/* A column named, typed and worded as that field. */
struct column field_column(const struct field *field);

/* In `arena`. With a sink, columns that it does not want are selected as NULL. */
crm_status selection_make(struct crm_book *book, const struct kind *kind, unsigned flags,
                          const struct crm_sink *sink, struct arena *arena, struct selection *out);
/* store_each of these columns, whatever stands in `select`. What is stored in a field of the
 * policy's own without being of its type is handed over as the text it is. */
crm_status selection_each(struct crm_book *book, const struct selection *selection,
                          const struct store_select *select, const struct query *query,
                          store_row each, void *context);
/* Appends the SQL of a field over `alias`: the column, or the expression of a derived one. */
void field_sql(struct buffer *sql, const struct field *field, const char *alias);
/* Appends " AND (…)" for each word, over `alias`. Fields of the customer may be named for every
 * kind that has one. CRM_USAGE for an unknown field, CRM_INVALID for a bad value. */
crm_status filter_sql(struct crm_book *book, const struct kind *kind, const char *alias,
                      const struct crm_filter *filter, struct query *query);
/* As filter_sql, but each word is one to search for, whatever it looks like. */
crm_status search_sql(struct crm_book *book, const struct kind *kind, const char *alias,
                      const struct crm_filter *words, struct query *query);
/* Writes the one record to the sink as a table of one row; nothing when sink is NULL. */
crm_status record_write(struct crm_book *book, const struct kind *kind, int64_t id,
                        struct crm_sink *sink);
/* As record_write, but as the head of a page: the caller adds sections and ends the page. */
crm_status record_write_head(struct crm_book *book, const struct kind *kind, int64_t id,
                             struct crm_sink *sink);
/* Names of the fields that a person may give, the policy's own included; for suggestions. */
const char **field_names(const struct crm_book *book, const struct kind *kind, unsigned without,
                         struct arena *arena, size_t *count);

/* ---- Derived facts: implemented by lib/domain/derived.c, which knows the domain ---- */

/* Before records of that kind are read for a person: computes what depends on the policy anew when
 * it was changed. */
crm_status derived_settle(struct crm_book *book, const struct kind *kind, struct crm_sink *sink);
/* Around every change of a record that belongs to `customer` (its id). */
crm_status derived_before(struct crm_book *book, const struct kind *kind, int64_t customer);
crm_status derived_after(struct crm_book *book, const struct kind *kind, int64_t customer);
/* derived_before for many customers at once, whom it may put into another order. */
crm_status derived_before_many(struct crm_book *book, const struct kind *kind, int64_t *customers,
                               size_t count);
/* After a row of that kind was put back as it once was: its parts follow. */
crm_status derived_follow(struct crm_book *book, const struct kind *kind, int64_t id);
/* derived_after for many customers at once, whom it may put into another order. */
crm_status derived_after_many(struct crm_book *book, const struct kind *kind, int64_t *customers,
                              size_t count);
/* derived_after_many for the lines of a book that had none before, as they are inserted: begin,
 * then each line (customer, ordered_on, order_ref, amount, profit, currency, counted) in the order
 * of customer and day, then end; free in any case. */
struct sales_sums;
crm_status derived_lines_begin(struct crm_book *book, int64_t *customers, size_t count,
                               struct sales_sums **out);
crm_status derived_lines_add(struct sales_sums *sums, const struct value *line);
crm_status derived_lines_end(struct crm_book *book, struct sales_sums *sums,
                             const int64_t *customers, size_t count);
void derived_lines_free(struct sales_sums *sums);
/* Before record `id`, which belongs to `customer` (0: none), is updated. */
crm_status derived_update(struct crm_book *book, const struct record *record, int64_t id,
                          int64_t customer);
/* Around the update of a record: *owner is who looked after it, a customer for whom another owner
 * is given, else 0; then what that one was to do goes to the other. */
crm_status derived_owner(struct crm_book *book, const struct record *record, int64_t id,
                         int64_t *owner);
crm_status derived_pass_on(struct crm_book *book, const struct record *record, int64_t id,
                           int64_t owner);
/* Before the one customer goes up in the other. */
crm_status derived_merge(struct crm_book *book, int64_t from, int64_t into);
/* Whether what a later entry set builds on what an earlier one set in another field of the same
 * record: a visit was made by whom it was given to. */
bool derived_builds_on(const struct kind *kind, const char *earlier, const char *later);
/* After `entry`, which had given the customer to `owner`, was taken back: so goes what came since.
 */
crm_status derived_owner_back(struct crm_book *book, int64_t customer, int64_t owner,
                              int64_t entry);
/* Says what else the entry under way did on account of that; nothing as a rule. */
crm_status derived_note(struct crm_book *book, struct crm_sink *sink);
/* Fills in what the kind's domain knows before a new record is checked for completeness. */
crm_status derived_complete(struct crm_book *book, struct record *record, struct arena *arena);
/* Checks against the policy: channels, categories, causes. */
bool derived_has_words(const struct kind *kind);
crm_status derived_check(struct crm_book *book, const struct record *record);
/* Appends a condition over alias t, preceded by " OR " unless it is the first in the query's last
 * brackets: in which rows `field` holds a word that was chosen and is counted, not written freely.
 * Appends nothing where there is none. `where` selects the rows at hand, with $1 = id. */
crm_status derived_counted_words(struct crm_book *book, const struct kind *kind,
                                 const struct field *field, const char *where, int64_t id,
                                 struct query *query);
/* Says which queries derived_sections will begin with: see store_announce. */
void derived_announce(struct crm_book *book, const struct kind *kind, int64_t id,
                      struct crm_sink *sink);
/* The page of a record beyond its fields: `show CUSTOMER`. Writes nothing for most kinds. */
crm_status derived_sections(struct crm_book *book, const struct kind *kind, int64_t id,
                            struct crm_sink *sink);

#endif
