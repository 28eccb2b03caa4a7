/* SPDX-License-Identifier: MIT */
/* Numbers of records or entries, gathered and then looked up. */
#include "base/id_list.h"

#include "base/memory.h"
#include "base/search.h"

#include <stdlib.h>

bool id_list_add(struct id_list *list, int64_t id)
{
    if (list->count > 0 && list->items[list->count - 1] == id)
        return true;
    int64_t *items = array_grow(list->items, &list->capacity, list->count + 1, sizeof *items);
    if (items == NULL)
        return false;
    list->items = items;
    items[list->count++] = id;
    return true;
}

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void id_list_sort(struct id_list *list)
{
    size_t kept = 0;
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, compare);
    for (size_t i = 0; i < list->count; i++)
        if (kept == 0 || list->items[kept - 1] != list->items[i])
            list->items[kept++] = list->items[i];
    list->count = kept;
}

size_t id_list_from(const struct id_list *list, int64_t id)
{
    return search_from(list->items, list->count, sizeof *list->items, id);
}

bool id_list_has(const struct id_list *list, int64_t id)
{
    size_t place = id_list_from(list, id);
    return place < list->count && list->items[place] == id;
}

void id_list_release(struct id_list *list)
{
    free(list->items);
    *list = (struct id_list){0};
}
