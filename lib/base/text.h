/* SPDX-License-Identifier: MIT */
/* UTF-8: validity, repair, folding for search, and the columns that text takes on a terminal. */
#ifndef CRM_BASE_TEXT_H
#define CRM_BASE_TEXT_H

#include "base/buffer.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes before the first invalid sequence; `length` when all is valid. NUL bytes are valid here. */
size_t text_valid_prefix(const char *text, size_t length);
bool text_is_valid(const char *text, size_t length);
/* Appends the text with each maximal invalid subpart replaced by U+FFFD (Unicode 3.9, table 3-8).
 */
void text_repair(struct buffer *out, const char *text, size_t length);
/* Decodes one character, sets *length to its bytes; U+FFFD and 1 or more for an invalid one. */
uint32_t text_decode(const char *text, size_t available, size_t *length);

/* Columns on a terminal: East Asian wide 2, combining 0, control characters 0. */
size_t text_width(const char *text, size_t length);
/* Bytes of the longest prefix that takes at most `width` columns; *used gets the columns. */
size_t text_prefix_width(const char *text, size_t length, size_t width, size_t *used);
/* Whether any character of the text can be seen: not all is blank, control or combining. */
bool text_is_visible(const char *text, size_t length);
/* Case-folded, compatibility-composed (NFKC_CF) copy for comparing and searching. */
crm_status text_fold(struct buffer *out, const char *text, size_t length);
/* A key made of the text: lower-case letters (any script), digits, '-' between runs; "" if none. */
crm_status text_slug(struct buffer *out, const char *text, size_t length);
/* Stands for what is hidden of a personal text. */
#define TEXT_MASK "••••"
/* Writes the text with its middle hidden: 138••••5678. The first three and the last four characters
 * stay, fewer of a short text; of an e-mail address the first one and the domain. There is room for
 * `length` and TEXT_MASK. Returns the end, without a NUL. */
char *text_mask_personal(char *to, const char *text, size_t length);

/* Damerau–Levenshtein distance in characters, for "did you mean". */
size_t text_distance(const char *a, const char *b);
/* The candidate nearest to `word` if it is near enough to suggest, else NULL. */
const char *text_nearest(const char *word, const char *const *candidates, size_t count);

/* Appends the text with *** for each password in an address (scheme://user:password@host,
 * ?password=…). */
void text_mask_passwords(struct buffer *out, const char *text, size_t length);

/* Appends as a JSON string with quotes: escapes ", \, controls; invalid UTF-8 becomes U+FFFD. */
void text_json_quote(struct buffer *out, const char *text, size_t length);
/* The same to memory that has room for 6 × length + 2 bytes. Returns the end, without a NUL. */
char *text_json_put(char *to, const char *text, size_t length);

#endif
