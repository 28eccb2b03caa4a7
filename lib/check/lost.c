/* SPDX-License-Identifier: MIT */
/* Rows that were removed and of which forget left no more than where they lay. */
#include "check/lost.h"

bool lost_note(struct lost *lost, int64_t place, int64_t rows)
{
    if (id_map_get(&lost->rows, place) == 0) {
        if (!id_list_add(&lost->places, place))
            return false;
        lost->sorted = false;
    }
    return id_map_put(&lost->rows, place, id_map_get(&lost->rows, place) + (uint64_t)rows);
}

int64_t lost_between(struct lost *lost, int64_t first, int64_t last)
{
    const struct id_list *places = &lost->places;
    int64_t rows = 0;
    if (!lost->sorted) /* a place that was emptied and filled again may stand there twice */
        id_list_sort(&lost->places);
    lost->sorted = true;
    for (size_t i = id_list_from(places, first); i < places->count && places->items[i] <= last; i++)
        rows += (int64_t)id_map_get(&lost->rows, places->items[i]);
    return rows;
}

void lost_release(struct lost *lost)
{
    id_map_release(&lost->rows);
    id_list_release(&lost->places);
    *lost = (struct lost){0};
}
