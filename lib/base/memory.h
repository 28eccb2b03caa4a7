/* SPDX-License-Identifier: MIT */
/* Memory: an arena for what lives as long as one command, one policy or one row, and cleanup on
 * leaving a scope. */
#ifndef CRM_BASE_MEMORY_H
#define CRM_BASE_MEMORY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise (`struct arena arena = {0};`) and arena_release at the end. */
struct arena {
    struct arena_block *blocks;
    bool failed; /* memory ran out, until arena_release: for who need not look at each allocation */
};

/* All return NULL when memory is exhausted, and zeroed memory otherwise. */
void *arena_alloc(struct arena *arena, size_t size);
/* Allocates count × size, NULL on overflow too. */
void *arena_array(struct arena *arena, size_t count, size_t size);
char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_length(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) CRM_PRINTF(2, 3);
/* Forgets all allocations but keeps the first block for reuse: for one arena a row. */
void arena_clear(struct arena *arena);
/* Frees everything; the arena may be used again. */
void arena_release(struct arena *arena);

/* A grown copy of a heap array that doubles its capacity (element count) when `needed` exceeds it.
 * On failure returns NULL and leaves `array` as it was. Otherwise `array` is gone, so what else can
 * fail is asked before, or after the result has taken its place. */
void *array_grow(void *array, size_t *capacity, size_t needed, size_t element_size);

/* `cleanup(function)` calls function(&variable) when the scope is left. */
#define cleanup(function) __attribute__((cleanup(function)))
void cleanup_free(void *pointer_to_pointer);

#endif
