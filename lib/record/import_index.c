/* SPDX-License-Identifier: MIT */
/* Look-up tables of an import. */
#include "record/import_index.h"

#include <stdlib.h>
#include <string.h>

enum { NEAR = 16 };

/* Short texts, as most keys are, stand in the table itself: each pointer that is followed is a look
 * into memory far away. */
struct text_key {
    union {
        const char *far; /* in the arena */
        char near[NEAR];
    };
    uint32_t length;
};

/* The number + 1, 0: free; and enough of the hash to tell most texts apart. */
struct text_slot {
    uint32_t number, hash;
};

enum { PAGE = 1024, FILTER_WORDS = 1 << 19, FILTER_PROBES = 3 };

uint64_t text_hash(const char *text, size_t length)
{
    uint64_t hash = UINT64_C(0x9E3779B97F4A7C15) ^ length;
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        hash = (hash ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
        hash ^= hash >> 32;
        text += 8;
        length -= 8;
    }
    uint64_t tail = 0;
    memcpy(&tail, text, length);
    hash = (hash ^ tail) * UINT64_C(0xC4CEB9FE1A85EC53);
    return hash ^ (hash >> 29);
}

static bool is_text(const struct text_key *key, const char *text, size_t length)
{
    return key->length == length &&
           memcmp(length <= NEAR ? key->near : key->far, text, length) == 0;
}

static size_t find_slot(const struct text_index *index, const char *text, size_t length,
                        uint32_t hash)
{
    size_t mask = index->slot_count - 1;
    size_t at = hash & mask;
    for (; index->slots[at].number != 0; at = (at + 1) & mask)
        if (index->slots[at].hash == hash &&
            is_text(&index->keys[index->slots[at].number - 1], text, length))
            break;
    return at;
}

uint32_t text_index_find(struct text_index *index, const char *text, size_t length)
{
    if (index->count == 0)
        return TEXT_INDEX_NONE;
    if (is_text(&index->keys[index->latest], text, length))
        return index->latest;
    uint32_t number =
        index->slots[find_slot(index, text, length, (uint32_t)text_hash(text, length))].number;
    if (number == 0)
        return TEXT_INDEX_NONE;
    index->latest = number - 1;
    return index->latest;
}

/* Twice as many slots, so that at most half of them are taken. */
static bool grow_slots(struct text_index *index)
{
    if ((index->count + 1) * 2 <= index->slot_count)
        return true;
    size_t count = index->slot_count == 0 ? 1024 : index->slot_count * 2;
    struct text_slot *slots = calloc(count, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < index->slot_count; i++) {
        size_t at = index->slots[i].hash & (count - 1);
        if (index->slots[i].number == 0)
            continue;
        while (slots[at].number != 0)
            at = (at + 1) & (count - 1);
        slots[at] = index->slots[i];
    }
    free(index->slots);
    index->slots = slots;
    index->slot_count = count;
    return true;
}

static bool keep_text(struct text_index *index, const char *text, size_t length,
                      struct text_key *out)
{
    *out = (struct text_key){.length = (uint32_t)length};
    if (length <= NEAR) {
        memcpy(out->near, text, length);
        return true;
    }
    out->far = arena_copy_length(&index->arena, text, length);
    return out->far != NULL;
}

uint32_t text_index_add(struct text_index *index, const char *text, size_t length)
{
    struct text_key *keys =
        array_grow(index->keys, &index->capacity, index->count + 1, sizeof *keys);
    if (keys == NULL)
        return TEXT_INDEX_NONE;
    index->keys = keys;
    if (index->count >= UINT32_MAX - 1 || !grow_slots(index) ||
        !keep_text(index, text, length, &keys[index->count]))
        return TEXT_INDEX_NONE;
    uint32_t hash = (uint32_t)text_hash(text, length);
    index->slots[find_slot(index, text, length, hash)] =
        (struct text_slot){.number = (uint32_t)index->count + 1, .hash = hash};
    index->latest = (uint32_t)index->count++;
    return index->latest;
}

void text_index_release(struct text_index *index)
{
    free(index->slots);
    free(index->keys);
    arena_release(&index->arena);
    *index = (struct text_index){0};
}

uint32_t *id_counter(struct id_counters *counters, int64_t id)
{
    size_t page = (size_t)id / PAGE;
    if (page >= counters->page_count) {
        size_t count = page + 1 > counters->page_count * 2 ? page + 1 : counters->page_count * 2;
        uint32_t **pages = realloc(counters->pages, count * sizeof *pages);
        if (pages == NULL)
            return NULL;
        memset(pages + counters->page_count, 0, (count - counters->page_count) * sizeof *pages);
        counters->pages = pages;
        counters->page_count = count;
    }
    if (counters->pages[page] == NULL)
        counters->pages[page] = calloc(PAGE, sizeof **counters->pages);
    return counters->pages[page] == NULL ? NULL : &counters->pages[page][(size_t)id % PAGE];
}

void id_counters_release(struct id_counters *counters)
{
    for (size_t i = 0; i < counters->page_count; i++)
        free(counters->pages[i]);
    free(counters->pages);
    *counters = (struct id_counters){0};
}

bool hash_filter_add(struct hash_filter *filter, uint64_t hash, bool *maybe)
{
    if (filter->words == NULL)
        filter->words = calloc(FILTER_WORDS, sizeof *filter->words);
    if (filter->words == NULL)
        return false;
    /* All bits in one word: each word costs a look into memory far away. */
    uint64_t *word = &filter->words[hash % FILTER_WORDS], bits = 0;
    for (int i = 1; i <= FILTER_PROBES; i++)
        bits |= UINT64_C(1) << ((hash >> (64 - 6 * i)) & 63);
    *maybe = (*word & bits) == bits;
    *word |= bits;
    return true;
}

void hash_filter_release(struct hash_filter *filter)
{
    free(filter->words);
    filter->words = NULL;
}
