/* SPDX-License-Identifier: MIT */
/* Sorting of whole numbers by their digits, in time in proportion to how many they are. */
#ifndef CRM_RULES_SORT_H
#define CRM_RULES_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Records of `width` numbers, 1 or 2, by the first of each; equal ones stay as they stand. False,
 * with nothing done, when they are too few to be worth it or there is no memory for it. */
bool digits_sort(int64_t *records, size_t count, size_t width, bool descending);
/* Ascending. */
void values_sort(int64_t *values, size_t count);

#endif
