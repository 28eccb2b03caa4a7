/* SPDX-License-Identifier: MIT */
/* Bytes that wait to be read back once: in memory at first, beyond a MiB in a temporary file. */
#ifndef CRM_BASE_SPILL_H
#define CRM_BASE_SPILL_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SPILL_MEMORY = 1024 * 1024, SPILL_WINDOW = 64 * 1024 };

/* Zero-initialise; spill_release at the end. */
struct spill {
    struct buffer memory; /* what follows on the file */
    FILE *file;           /* without a name; NULL: all is in memory */
    int64_t filed;        /* bytes in it */
    bool failed;          /* no memory or no disk: bytes are missing */
};

void spill_append(struct spill *spill, const void *data, size_t length);
int64_t spill_length(const struct spill *spill);
/* Forgets what lies beyond `length`. */
void spill_cut(struct spill *spill, int64_t length);
void spill_release(struct spill *spill);

/* Reads from the beginning on; nothing may be appended meanwhile. Initialise with .spill alone. */
struct spill_reader {
    const struct spill *spill;
    int64_t at;       /* of the next byte */
    int64_t begin;    /* of the window: bytes of the file */
    size_t in_window; /* how many */
    char window[SPILL_WINDOW];
};

/* The next `length` bytes; false when there are not so many or they cannot be read. */
bool spill_read(struct spill_reader *reader, void *out, size_t length);

#endif
