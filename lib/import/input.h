/* SPDX-License-Identifier: MIT */
/* A file or stream as UTF-8, decoded on the way in constant memory. */
#ifndef CRM_IMPORT_INPUT_H
#define CRM_IMPORT_INPUT_H

#include "base/error.h"

#include <stdint.h>
#include <stdio.h>

/* Stands in the decoded text for each byte (or unit) that the encoding does not allow. It is no
 * part of any UTF-8 text, so that whoever checks the text finds it, with its line and column. */
#define INPUT_BROKEN '\xFF'

struct input;

/* Opens `path`, or takes `stream` (neither owned nor closed) when that is given; `path` is then
 * its name in messages. `encoding` is "utf-8", "gb18030", "utf-16" or any name that iconv knows;
 * NULL or "detect": by the byte order mark, else UTF-8 or GB18030 by the text itself. CRM_NOT_FOUND
 * when there is no such file, CRM_INVALID for a directory, CRM_USAGE for an unknown encoding. */
crm_status input_open(const char *path, FILE *stream, const char *encoding, struct input **out,
                      struct error *error);
void input_close(struct input *input);
/* Decodes into `out`, at least 8 bytes; *got is 0 only at the end. */
crm_status input_read(struct input *input, char *out, size_t room, size_t *got);
/* The first character that is no space, 0 when there is none in the first few thousand. Nothing is
 * taken. For ASCII only. */
crm_status input_first(struct input *input, char *first);
/* Bytes read so far, and in all (0: unknown), for progress. */
int64_t input_position(const struct input *input);
int64_t input_size(const struct input *input);
/* Name of the encoding in use, "utf-8" until something else was seen. Borrowed. */
const char *input_encoding(const struct input *input);

#endif
