/* SPDX-License-Identifier: MIT */
/* What the readers share: a window on the decoded text that slides with the rows. */
#ifndef CRM_IMPORT_TEXT_ROWS_H
#define CRM_IMPORT_TEXT_ROWS_H

#include "import/input.h"
#include "import/rows.h"

/* Base of each reader; `rows` comes first so that one pointer is both. */
struct text_rows {
    struct rows rows;
    struct input *input;
    char *data;
    size_t capacity;
    size_t start; /* of the text not yet taken */
    size_t end;
    bool at_end;    /* nothing follows `end` */
    long next_line; /* physical line at `start` */
    struct cell *cells;
    size_t cell_capacity;
    char **columns;
    size_t column_capacity;
};

/* Makes room and reads more; false when the input failed (error set) or the window is at its limit
 * of ROWS_ROW_MAX (error clear). At the end of the input sets at_end and returns true. */
bool text_rows_fill(struct text_rows *reader);
/* The next physical line without its end (LF, CRLF or CR), its beginning in *from. Moves on.
 * *found is false at the end. */
bool text_rows_line(struct text_rows *reader, size_t *from, size_t *length, bool *found);
/* Adds a column of that name; false when memory is exhausted or there are too many. */
bool text_rows_add_column(struct text_rows *reader, const char *name, size_t length);
/* Looks for what no text may hold: invalid UTF-8 and NUL bytes. Sets the error with its place. */
bool text_rows_check(struct text_rows *reader, const char *text, size_t length, long line);
enum rows_result text_rows_failure(struct text_rows *reader);
void text_rows_release(struct text_rows *reader);

/* Both take over `reader->input`. */
crm_status csv_rows_new(const struct rows_options *options, struct input *input, struct rows **out,
                        struct error *error);
crm_status jsonl_rows_new(const struct rows_options *options, struct input *input,
                          struct rows **out, struct error *error);

#endif
