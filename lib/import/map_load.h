/* SPDX-License-Identifier: MIT */
/* Between the files that read a map from YAML. */
#ifndef CRM_IMPORT_MAP_LOAD_H
#define CRM_IMPORT_MAP_LOAD_H

#include "import/map.h"
#include "policy/yaml.h"

struct map_loader {
    struct map *map;
    const char *file;
    struct error *error;
};

/* One key of a mapping and what reads it into `target`. */
struct map_key {
    const char *name;
    crm_status (*read)(struct map_loader *loader, const struct yaml_node *node, void *target);
};

/* Reads each member of a mapping by its key; unknown ones are refused with the nearest. */
crm_status map_read_members(struct map_loader *loader, const struct yaml_node *node,
                            const struct map_key *keys, size_t count, void *target);
crm_status map_read_text(struct map_loader *loader, const struct yaml_node *node, const char **out);
/* A text or a list of texts. */
crm_status map_read_list(struct map_loader *loader, const struct yaml_node *node,
                         const char *const **out, size_t *count);
crm_status map_read_bool(struct map_loader *loader, const struct yaml_node *node, bool *out);
/* Index of the text among `words`; refused with the list of them. */
crm_status map_read_word(struct map_loader *loader, const struct yaml_node *node,
                         const char *const *words, size_t count, int *out);
crm_status map_read_dates(struct map_loader *loader, const struct yaml_node *node,
                          struct map_dates *out);
crm_status map_read_numbers(struct map_loader *loader, const struct yaml_node *node,
                            struct number_format *out);
crm_status map_read_pattern(struct map_loader *loader, const struct yaml_node *node,
                            const regex_t **out);
/* The sections `fields` and `rows`. */
crm_status map_read_fields(struct map_loader *loader, const struct yaml_node *node, void *target);
crm_status map_read_rules(struct map_loader *loader, const struct yaml_node *node, void *target);
/* What a map for that kind of row cannot do without. */
crm_status map_check_required(struct map_loader *loader, const struct yaml_node *root);

#endif
