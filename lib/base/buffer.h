/* SPDX-License-Identifier: MIT */
/* A growing run of bytes with a sticky failure flag: append freely, look at `failed` once. */
#ifndef CRM_BASE_BUFFER_H
#define CRM_BASE_BUFFER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; buffer_release at the end. `data` is NUL-terminated after any append. */
struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    bool failed; /* memory ran out: what was appended since is missing */
};

void buffer_append(struct buffer *buffer, const char *data, size_t length);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_character(struct buffer *buffer, char character);
void buffer_integer(struct buffer *buffer, int64_t number);
void buffer_printf(struct buffer *buffer, const char *format, ...) CRM_PRINTF(2, 3);
/* Makes room for `length` more bytes and returns where they go, NULL on failure. The caller adds
 * what it wrote to `length`. */
char *buffer_reserve(struct buffer *buffer, size_t length);
/* The text, "" when nothing was appended. Borrowed. */
const char *buffer_string(const struct buffer *buffer);
/* Forgets the text, but not that memory ran out: who looks at the end sees it. */
void buffer_clear(struct buffer *buffer);
void buffer_release(struct buffer *buffer);

#endif
