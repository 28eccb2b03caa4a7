/* SPDX-License-Identifier: MIT */
/* Which encoding a run of bytes is in, and its conversion to UTF-8 piece by piece. */
#ifndef CRM_IMPORT_DECODE_H
#define CRM_IMPORT_DECODE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct decoder;

/* CRM_USAGE when the system cannot convert from that encoding. */
crm_status decoder_new(const char *encoding, struct decoder **out, struct error *error);
void decoder_free(struct decoder *decoder);
/* Converts from `in` to `out`; *used bytes were taken and *made were written. Stops when `out` is
 * full or the rest of `in` is the beginning of a character, unless `last`. What the encoding does
 * not allow becomes one INPUT_BROKEN. */
void decoder_run(struct decoder *decoder, const char *in, size_t length, bool last, size_t *used,
                 char *out, size_t room, size_t *made);

/* Bytes before the first that is not ASCII. */
size_t decode_ascii_prefix(const char *text, size_t length);
/* Whether text that is neither marked nor all ASCII reads as GB18030 rather than as UTF-8. Cut
 * characters at the end do not count. */
bool decode_looks_gb18030(const char *text, size_t length);

#endif
