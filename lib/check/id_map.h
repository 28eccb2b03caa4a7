/* SPDX-License-Identifier: MIT */
/* Which ids a table has, with a number kept for each: eight bytes an id where ids lie close. */
#ifndef CRM_CHECK_ID_MAP_H
#define CRM_CHECK_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; id_map_release at the end. */
struct id_map {
    struct id_page **slots;
    size_t size, count;
    struct id_page *latest;
};

/* Keeps `value`, which is not 0, for the id; false when memory is exhausted. */
bool id_map_put(struct id_map *map, int64_t id, uint64_t value);
/* 0 for an id that was not put. */
uint64_t id_map_get(struct id_map *map, int64_t id);
void id_map_release(struct id_map *map);

#endif
