/* SPDX-License-Identifier: MIT */
/* By digits of eleven bits, the last one first. */
#include "rules/sort.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, PASSES = 6, WORTH_IT = 4096 };

struct sorting {
    size_t count, width;
    uint64_t flip; /* bits turned over, so that the digits ascend as wanted */
    size_t *starts;
};

static size_t digit_of(const struct sorting *sorting, const int64_t *record, int pass)
{
    return (size_t)(((uint64_t)*record ^ sorting->flip) >> (pass * DIGIT_BITS)) & (DIGITS - 1);
}

/* By one digit; false when all have the same and nothing was moved. */
static bool sort_digit(const struct sorting *sorting, const int64_t *from, int64_t *to, int pass)
{
    const size_t width = sorting->width, end = sorting->count * width;
    size_t *starts = sorting->starts;
    memset(starts, 0, DIGITS * sizeof *starts);
    for (size_t i = 0; i < end; i += width)
        starts[digit_of(sorting, &from[i], pass)]++;
    if (starts[digit_of(sorting, from, pass)] == sorting->count)
        return false;
    size_t sum = 0;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        size_t members = starts[digit];
        starts[digit] = sum;
        sum += members * width;
    }
    for (size_t i = 0; i < end; i += width) {
        size_t *place = &starts[digit_of(sorting, &from[i], pass)];
        to[*place] = from[i];
        if (width == 2)
            to[*place + 1] = from[i + 1];
        *place += width;
    }
    return true;
}

bool digits_sort(int64_t *records, size_t count, size_t width, bool descending)
{
    const uint64_t sign = (uint64_t)1 << 63;
    if (count < WORTH_IT)
        return false;
    int64_t *other cleanup(cleanup_free) = calloc(count * width, sizeof *other);
    size_t *starts cleanup(cleanup_free) = calloc(DIGITS, sizeof *starts);
    if (other == NULL || starts == NULL)
        return false;
    const struct sorting sorting = {count, width, descending ? ~sign : sign, starts};
    int64_t *from = records, *to = other;
    for (int pass = 0; pass < PASSES; pass++) {
        if (!sort_digit(&sorting, from, to, pass))
            continue;
        int64_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != records)
        memcpy(records, from, count * width * sizeof *records);
    return true;
}

static int compare_values(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left;
    const int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

void values_sort(int64_t *values, size_t count)
{
    if (digits_sort(values, count, 1, false))
        return;
    if (count > 1)
        qsort(values, count, sizeof *values, compare_values);
}
