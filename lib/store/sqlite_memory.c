/* SPDX-License-Identifier: MIT */
/* Memory for SQLite in a process of its own.
 *
 * Opening a book and asking it three questions makes two thousand small blocks, few of which live
 * long. Cut off one piece of memory and kept in lists by size when freed, they cost a tenth less of
 * a short command's instructions than from malloc. Small blocks are reused but not given back
 * before the process ends; large ones (pages of the cache, long texts) are malloc's. */
#include "store/sqlite_memory.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT = 16, LARGEST = 2048, PIECE = 256 * 1024 };

/* Before each block; its size with this header, a multiple of UNIT when small. */
struct header {
    uint64_t size;
};

struct freed {
    struct freed *next;
};

/* SQLite hands its allocator no context, so that this is the process's. */
static struct pool {
    unsigned char *at, *end; /* of the current piece */
    struct freed *lists[LARGEST / UNIT + 1];
} pool;

static struct header *header_of(void *block)
{
    return (struct header *)block - 1;
}

static struct header *cut_small(size_t size)
{
    if ((size_t)(pool.end - pool.at) < size) {
        unsigned char *piece = malloc(PIECE);
        if (piece == NULL)
            return NULL;
        pool.at = piece;
        pool.end = piece + PIECE;
    }
    struct header *header = (void *)pool.at;
    pool.at += size;
    return header;
}

static void *allocate(int wanted)
{
    size_t size = ((size_t)wanted + sizeof(struct header) + UNIT - 1) / UNIT * UNIT;
    struct header *header;
    if (size <= LARGEST) {
        struct freed *again = pool.lists[size / UNIT];
        if (again != NULL) {
            pool.lists[size / UNIT] = again->next;
            return again;
        }
        header = cut_small(size);
    } else {
        header = malloc(size);
    }
    if (header == NULL)
        return NULL;
    header->size = size;
    return header + 1;
}

static void release(void *block)
{
    struct header *header = header_of(block);
    if (header->size > LARGEST) {
        free(header);
        return;
    }
    struct freed *freed = block;
    freed->next = pool.lists[header->size / UNIT];
    pool.lists[header->size / UNIT] = freed;
}

static int size_of(void *block)
{
    return block == NULL ? 0 : (int)(header_of(block)->size - sizeof(struct header));
}

/* Both before and after of malloc's kind. */
static void *reallocate_large(struct header *header, size_t wanted)
{
    struct header *moved = realloc(header, wanted + sizeof *moved);
    if (moved == NULL)
        return NULL;
    moved->size = wanted + sizeof *moved;
    return moved + 1;
}

static void *reallocate(void *block, int wanted)
{
    size_t room = (size_t)size_of(block);
    if ((size_t)wanted <= room)
        return block;
    if (header_of(block)->size > LARGEST)
        return reallocate_large(header_of(block), (size_t)wanted);
    void *larger = allocate(wanted);
    if (larger == NULL)
        return NULL;
    memcpy(larger, block, room);
    release(block);
    return larger;
}

static int round_up(int wanted)
{
    return wanted;
}

static int start(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void stop(void *context)
{
    (void)context;
}

void sqlite_memory_install(void)
{
#ifdef __SANITIZE_ADDRESS__
    return; /* it sees what malloc gives, not what is cut off from it */
#endif
    static const sqlite3_mem_methods methods = {.xMalloc = allocate,
                                                .xFree = release,
                                                .xRealloc = reallocate,
                                                .xSize = size_of,
                                                .xRoundup = round_up,
                                                .xInit = start,
                                                .xShutdown = stop};
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
