/* SPDX-License-Identifier: MIT */
/* Numbers by id, in pages that are found by hash: ids are given one after the other, but a damaged
 * book may hold any. */
#include "check/id_map.h"

#include <stdlib.h>

enum { PAGE_BITS = 9, PAGE_IDS = 1 << PAGE_BITS, FIRST_SIZE = 64 };

struct id_page {
    int64_t number;
    uint64_t values[PAGE_IDS];
};

static size_t place_of(struct id_page *const *slots, size_t size, int64_t number)
{
    uint64_t hash = (uint64_t)number * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(hash >> 32) & (size - 1);
    while (slots[at] != NULL && slots[at]->number != number)
        at = (at + 1) & (size - 1);
    return at;
}

static bool grow(struct id_map *map)
{
    size_t size = map->size == 0 ? FIRST_SIZE : map->size * 2;
    struct id_page **slots = calloc(size, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < map->size; i++)
        if (map->slots[i] != NULL)
            slots[place_of(slots, size, map->slots[i]->number)] = map->slots[i];
    free(map->slots);
    map->slots = slots;
    map->size = size;
    return true;
}

static int64_t page_number(int64_t id)
{
    return (int64_t)((uint64_t)id >> PAGE_BITS);
}

static struct id_page *find_page(struct id_map *map, int64_t number)
{
    if (map->latest != NULL && map->latest->number == number)
        return map->latest;
    struct id_page *page =
        map->size == 0 ? NULL : map->slots[place_of(map->slots, map->size, number)];
    if (page != NULL)
        map->latest = page;
    return page;
}

static struct id_page *add_page(struct id_map *map, int64_t number)
{
    if ((map->count + 1) * 2 > map->size && !grow(map))
        return NULL;
    struct id_page *page = calloc(1, sizeof *page);
    if (page == NULL)
        return NULL;
    page->number = number;
    map->slots[place_of(map->slots, map->size, number)] = page;
    map->count++;
    map->latest = page;
    return page;
}

bool id_map_put(struct id_map *map, int64_t id, uint64_t value)
{
    struct id_page *page = find_page(map, page_number(id));
    if (page == NULL)
        page = add_page(map, page_number(id));
    if (page == NULL)
        return false;
    page->values[(uint64_t)id & (PAGE_IDS - 1)] = value;
    return true;
}

uint64_t id_map_get(struct id_map *map, int64_t id)
{
    const struct id_page *page = find_page(map, page_number(id));
    return page == NULL ? 0 : page->values[(uint64_t)id & (PAGE_IDS - 1)];
}

void id_map_release(struct id_map *map)
{
    for (size_t i = 0; i < map->size; i++)
        free(map->slots[i]);
    free(map->slots);
    *map = (struct id_map){0};
}
