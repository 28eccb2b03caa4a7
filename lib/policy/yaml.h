/* SPDX-License-Identifier: MIT */
/* YAML as a small tree of nodes that remember where they stood, for policies, import maps and
 * survey templates.
 *
 * The tree is plain data: what a scalar means is the reader's affair, so 09:00, no and 0012 stay
 * the text that was written. Refused, because a file that people maintain by hand is better off
 * without them: anchors and aliases, tags, several documents, keys that are no text, a key given
 * twice, nesting deeper than YAML_DEPTH, invalid UTF-8, NUL bytes, and more than YAML_BYTES. */
#ifndef CRM_POLICY_YAML_H
#define CRM_POLICY_YAML_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

#define YAML_DEPTH 32
#define YAML_BYTES FILE_READ_MOST

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    /* Of the value, from 1; of one written as a block below its key, of the key. 0 for a node that
     * stood in no file. */
    long line, column;
    const char *key;           /* member of a mapping; NULL otherwise */
    long key_line, key_column; /* of the key */
    size_t index;              /* among its siblings, from 0 */
    const struct yaml_node *parent;
    const struct yaml_node *first; /* members in the order of the file, linked by `next` */
    const struct yaml_node *next;
    size_t count;     /* of members */
    const char *text; /* scalar: NUL-terminated, without NUL bytes inside; else "" */
    size_t length;
    bool quoted; /* scalar: written in quotes or as a block, so that "" is not "nothing" */
};

/* The bytes of a plain file in `arena`, NUL-terminated: see file_read. */
crm_status yaml_read_file(struct arena *arena, const char *path, const char **text, size_t *length,
                          struct error *error);
/* The tree of one document; an empty file gives an empty mapping. `name` stands for the file in
 * messages. CRM_INVALID with file:line:column otherwise. All nodes live in `arena`. */
crm_status yaml_parse(struct arena *arena, const char *name, const char *text, size_t length,
                      const struct yaml_node **out, struct error *error);
/* Both in one, of a file that a person names: the shell's pipe will do. */
crm_status yaml_load(struct arena *arena, const char *path, const struct yaml_node **out,
                     struct error *error);
/* A value that stands in no file, such as a default written in YAML, as if it were the member `key`
 * of `parent`: its line is 0. */
crm_status yaml_parse_value(struct arena *arena, const struct yaml_node *parent, const char *key,
                            const char *text, const struct yaml_node **out, struct error *error);

/* Member of a mapping, NULL when there is none or `node` is no mapping. */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);
/* Whether nothing was written after the key: `key:`, `key: ~` or `key: null`. */
bool yaml_is_null(const struct yaml_node *node);
/* Appends the way to the node, such as tiers.schemes.stars.indicators[2].weight; members of
 * sequences count from 1. Nothing for the root. */
void yaml_path(const struct yaml_node *node, struct buffer *out);
/* Sets CRM_INVALID with "FILE:LINE:COLUMN: key 'x.y': what" and returns it. */
crm_status yaml_refuse(const char *file, const struct yaml_node *node, struct error *error,
                       const char *format, ...) CRM_PRINTF(4, 5);

#endif
