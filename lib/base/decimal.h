/* SPDX-License-Identifier: MIT */
/* Exact decimals: an int64 count of ten-thousandths (±922,337,203,685,477.5807). Never a float. */
#ifndef CRM_BASE_DECIMAL_H
#define CRM_BASE_DECIMAL_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

#define DECIMAL_ONE 10000

/* Parses [+-]digits[.digits][e[+-]digits], nothing else (no separators, no spaces). More than four
 * decimals are rounded half to even and *rounded set to true (else left alone; may be NULL).
 * Returns false when the text is no number or does not fit. */
bool decimal_parse(const char *text, size_t length, int64_t *out, bool *rounded);
/* Shortest exact form: "129.696", "-3", "0". At most 22 characters with the NUL; returns the
 * length. */
size_t decimal_format(int64_t decimal, char out[24]);
/* a × b and a ÷ b rounded half to even at four decimals; false on overflow or division by zero. */
bool decimal_multiply(int64_t a, int64_t b, int64_t *out);
/* a × b × c, rounded once. */
bool decimal_multiply3(int64_t a, int64_t b, int64_t c, int64_t *out);
bool decimal_divide(int64_t a, int64_t b, int64_t *out);
/* Growth in percent, rounded once; false when nothing can be said: `before` is not positive. */
bool decimal_growth(int64_t before, int64_t now, int64_t *percent);
/* Checked int64 addition. */
bool decimal_add(int64_t a, int64_t b, int64_t *out);

#endif
