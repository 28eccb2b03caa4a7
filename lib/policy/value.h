/* SPDX-License-Identifier: MIT */
/* What the readers of single values and of lists share. */
#ifndef CRM_POLICY_VALUE_H
#define CRM_POLICY_VALUE_H

#include "policy/reader.h"

/* Each tells a problem and returns false when the scalar is not so. */
bool policy_single_line(struct policy_reader *reader, const struct yaml_node *node);
bool policy_parse_decimal(struct policy_reader *reader, const struct yaml_node *node, size_t length,
                          int64_t *out);
bool policy_within(struct policy_reader *reader, const struct yaml_node *node, int64_t number,
                   int64_t minimum, int64_t maximum);
/* The word that stands for every tier, severity, service or channel. */
bool policy_is_any(const struct yaml_node *node);

/* Readers of lists: list.c. `base` is the section's structure. */
void policy_read_names(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *base);
void policy_read_intervals(struct policy_reader *reader, const struct policy_key *key,
                           const struct yaml_node *node, void *base);
void policy_read_quiet(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *base);
void policy_read_thresholds(struct policy_reader *reader, const struct policy_key *key,
                            const struct yaml_node *node, void *base);

#endif
