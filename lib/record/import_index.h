/* SPDX-License-Identifier: MIT */
/* Look-up tables of an import: texts and numbers to small data, in memory. */
#ifndef CRM_RECORD_IMPORT_INDEX_H
#define CRM_RECORD_IMPORT_INDEX_H

#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers each different text in the order of appearance. Zero-initialise. */
struct text_index {
    struct text_slot *slots;
    size_t slot_count;
    struct text_key *keys; /* by number */
    size_t count, capacity;
    uint32_t latest;    /* found or added last: files often say the same again */
    struct arena arena; /* of the longer texts */
};

#define TEXT_INDEX_NONE UINT32_MAX

/* Number of the text, TEXT_INDEX_NONE when it is not there. */
uint32_t text_index_find(struct text_index *index, const char *text, size_t length);
/* Adds a text that is not there; TEXT_INDEX_NONE when memory is exhausted. */
uint32_t text_index_add(struct text_index *index, const char *text, size_t length);
void text_index_release(struct text_index *index);

/* A counter for each id, for ids that mostly lie close together: an array in pages. */
struct id_counters {
    uint32_t **pages;
    size_t page_count;
};

/* The counter of an id, 0 at first; NULL when memory is exhausted. */
uint32_t *id_counter(struct id_counters *counters, int64_t id);
void id_counters_release(struct id_counters *counters);

/* Hashes met so far, in memory of one size whatever their number. Zero-initialise. */
struct hash_filter {
    uint64_t *words;
};

/* Adds a hash. *maybe is false when it certainly was not there; true may be wrong, the more often
 * the more there are. false is returned when memory is exhausted. */
bool hash_filter_add(struct hash_filter *filter, uint64_t hash, bool *maybe);
void hash_filter_release(struct hash_filter *filter);

/* 64-bit hash of a text, for tables and for telling texts apart. */
uint64_t text_hash(const char *text, size_t length);

#endif
