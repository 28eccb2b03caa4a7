/* SPDX-License-Identifier: MIT */
/* Numbers of records or entries, gathered and then looked up. */
#ifndef CRM_BASE_ID_LIST_H
#define CRM_BASE_ID_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; id_list_release at the end. */
struct id_list {
    int64_t *items;
    size_t count, capacity;
};

/* At the end, unless it is the last already. False when memory is exhausted. */
bool id_list_add(struct id_list *list, int64_t id);
/* In ascending order, each once. */
void id_list_sort(struct id_list *list);
/* In a sorted list: the place of the first that is not below `id`; the count when there is none. */
size_t id_list_from(const struct id_list *list, int64_t id);
bool id_list_has(const struct id_list *list, int64_t id);
void id_list_release(struct id_list *list);

#endif
