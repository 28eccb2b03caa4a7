/* SPDX-License-Identifier: MIT */
/* Looking a number up among sorted ones. */
#ifndef CRM_BASE_SEARCH_H
#define CRM_BASE_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Of `count` items of `size` bytes each, which begin with an int64_t and stand in ascending order
 * of it: the place of the first that is not below `wanted`; the count when there is none. Inline,
 * so that the size is a constant where it is called. */
static inline size_t search_from(const void *items, size_t count, size_t size, int64_t wanted)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        int64_t number;
        memcpy(&number, (const char *)items + middle * size, sizeof number);
        if (number < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
