/* SPDX-License-Identifier: MIT */
/* Rows that were removed and of which forget left no more than where they lay. */
#include "check/lost.h"

#include "base/memory.h"

#include <stdlib.h>

bool lost_note(struct lost *lost, int64_t place, int64_t rows)
{
    int64_t *places = array_grow(lost->places, &lost->room, lost->count + 1, sizeof *places);
    if (places == NULL)
        return false;
    lost->places = places;
    if (id_map_get(&lost->rows, place) == 0) {
        places[lost->count++] = place;
        lost->sorted = false;
    }
    return id_map_put(&lost->rows, place, id_map_get(&lost->rows, place) + (uint64_t)rows);
}

static int compare_places(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* A place that was emptied and filled again may stand there twice. */
static void sort(struct lost *lost)
{
    size_t kept = 0;
    if (lost->count > 1)
        qsort(lost->places, lost->count, sizeof *lost->places, compare_places);
    for (size_t i = 0; i < lost->count; i++)
        if (kept == 0 || lost->places[kept - 1] != lost->places[i])
            lost->places[kept++] = lost->places[i];
    lost->count = kept;
    lost->sorted = true;
}

static size_t first_from(const struct lost *lost, int64_t place)
{
    size_t low = 0, high = lost->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lost->places[middle] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t lost_between(struct lost *lost, int64_t first, int64_t last)
{
    int64_t rows = 0;
    if (!lost->sorted)
        sort(lost);
    for (size_t i = first_from(lost, first); i < lost->count && lost->places[i] <= last; i++)
        rows += (int64_t)id_map_get(&lost->rows, lost->places[i]);
    return rows;
}

void lost_release(struct lost *lost)
{
    id_map_release(&lost->rows);
    free(lost->places);
    *lost = (struct lost){0};
}
