/* SPDX-License-Identifier: MIT */
/* What reads a policy by its description, and collects what is wrong with it. */
#ifndef CRM_POLICY_READER_H
#define CRM_POLICY_READER_H

#include "base/error.h"
#include "policy/description.h"
#include "policy/policy.h"
#include "policy/yaml.h"

/* No more than these are kept of one file. */
#define POLICY_PROBLEMS 200

struct policy_problem {
    long line, column;
    size_t order; /* of discovery */
    const char *key;
    const char *message;
    const char *hint; /* "" for none */
    const struct yaml_node *node;
};

/* Called for each value that holds, in the order of the description: `value` NULL for none, line 0
 * for a default. */
typedef void (*policy_trace)(void *context, const char *key, const char *value, long line,
                             const char *help);

struct policy_reader {
    struct policy *policy; /* being built; problems live in its arena too */
    struct policy_problem *problems;
    size_t problem_count;
    bool no_memory;
    struct error unread;  /* a file that could not be read: no fault of the policy */
    struct error scratch; /* of the parsers of base/ */
    policy_trace trace;   /* may be NULL */
    void *trace_context;
    const struct policy_filters *filters; /* NULL: filters are not checked */
};

/* Reads the tree into reader->policy. What is wrong goes to reader->problems, sorted by line. */
void policy_read(struct policy_reader *reader, const struct yaml_node *root);
/* As policy_load, and calls `trace` for each value. */
crm_status policy_load_traced(const char *path, policy_trace trace, void *context,
                              struct policy **out, struct error *error);

/* Records a problem at the node's value, and optionally what to do about it. */
void policy_problem(struct policy_reader *reader, const struct yaml_node *node, const char *format,
                    ...) CRM_PRINTF(3, 4);
/* The same at the node's key. */
void policy_problem_key(struct policy_reader *reader, const struct yaml_node *node,
                        const char *format, ...) CRM_PRINTF(3, 4);
/* Whether a problem with the node or with anything below it was recorded: then its value stands for
 * nothing. */
bool policy_is_faulty(const struct policy_reader *reader, const struct yaml_node *node);
/* Whether one was recorded with the node, whatever is below it. */
bool policy_is_faulty_itself(const struct policy_reader *reader, const struct yaml_node *node);
/* The line of a node, 0 of a default. */
long policy_line_of(const struct yaml_node *node);
/* Adds the hint to the last problem. */
void policy_hint(struct policy_reader *reader, const char *format, ...) CRM_PRINTF(2, 3);

/* One value's reader, by type: value.c. `base` is the section's structure. */
void policy_read_value(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *base);
/* What the type wants, for messages, untranslated: "a list", "a number", … */
const char *policy_type_label(enum policy_type type);
enum yaml_kind policy_type_kind(enum policy_type type);
/* Index of the name in `names`; -1 after a problem that names the nearest. */
int policy_resolve(struct policy_reader *reader, const struct yaml_node *node, const char *name,
                   const char *what, const char *const *names, size_t count);
/* Room in the policy's arena; NULL sets reader->no_memory. */
void *policy_array(struct policy_reader *reader, size_t count, size_t size);

/* The checks of single sections: check.c. Each is called when the section's own values are well
 * that it looks at; its lists and maps may hold faulty members. */
void policy_check_indicator(struct policy_reader *reader, const struct yaml_node *node,
                            void *member);
void policy_check_scheme(struct policy_reader *reader, const struct yaml_node *node, void *member);
void policy_check_cadence(struct policy_reader *reader, const struct yaml_node *node, void *member);
void policy_check_visits(struct policy_reader *reader, const struct yaml_node *node, void *member);
void policy_check_calendar(struct policy_reader *reader, const struct yaml_node *node,
                           void *member);
void policy_check_occasion(struct policy_reader *reader, const struct yaml_node *node,
                           void *member);
void policy_check_greeting(struct policy_reader *reader, const struct yaml_node *node,
                           void *member);
/* Greetings are for occasions that there are: when all is read. */
void policy_check_care(struct policy_reader *reader, const struct yaml_node *root);
void policy_check_limit(struct policy_reader *reader, const struct yaml_node *node, void *member);
void policy_check_complaints(struct policy_reader *reader, const struct yaml_node *node,
                             void *member);
void policy_check_ask(struct policy_reader *reader, const struct yaml_node *node, void *member);
void policy_check_field(struct policy_reader *reader, const struct yaml_node *node, void *member);
/* The filters of all schemes by rules, which may name custom fields: when all is read. */
void policy_check_rules(struct policy_reader *reader, const struct yaml_node *root);
void policy_check_book(struct policy_reader *reader, const struct yaml_node *node, void *member);

#endif
