/* SPDX-License-Identifier: MIT */
/* A file as a stream of rows of named cells: CSV, TSV and JSON Lines behind one interface. */
#ifndef CRM_IMPORT_ROWS_H
#define CRM_IMPORT_ROWS_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ROWS_FIELD_MAX ((size_t)1024 * 1024)     /* bytes in one cell */
#define ROWS_ROW_MAX   ((size_t)4 * 1024 * 1024) /* bytes in one row */
#define ROWS_COLUMNS   2000                      /* columns in one file */

enum rows_header {
    ROWS_HEADER_NAMES,     /* the first line names the columns */
    ROWS_HEADER_POSITIONS, /* it is there, but columns are told apart by their number only */
    ROWS_HEADER_NONE       /* data from the first line on */
};

struct rows_options {
    const char *path;     /* or what to call `stream` in messages */
    FILE *stream;         /* NULL: open path */
    const char *encoding; /* as in input_open */
    const char *format;   /* "csv", "tsv", "jsonl"; NULL: by the file's name, else by its text */
    char delimiter;       /* 0: found out from the header */
    char quote;           /* '"' as a rule; 0: quotes mean nothing */
    enum rows_header header;
    int skip_lines; /* physical lines before the header or the first row */
    bool own;       /* tabs mean TSV as export writes it, not CSV with tabs */
    bool pad_short; /* rows may end early: the rest is blank */
};

/* One value as it stands in the file. Borrowed until the next row. */
struct cell {
    const char *text; /* not NUL-terminated */
    size_t length;
    bool given;    /* false: JSON null, or a key that this object does not have */
    size_t offset; /* where it begins in the raw row */
};

enum rows_result {
    ROWS_ROW,     /* a row is there */
    ROWS_END,     /* none is left */
    ROWS_REFUSED, /* this row is no good, see the error; the next call goes on after it */
    ROWS_FAILED   /* nothing more can be read, see the error */
};

struct rows {
    /* What the reader offers; all constant for the user. */
    const char *name;         /* of the file, for messages */
    char *const *columns;     /* names; JSON Lines may add some with every row */
    size_t column_count;      /* grows only */
    const struct cell *cells; /* column_count of them */
    long line;                /* physical line on which the row begins, from 1 */
    long header_line;         /* of the column names, 0: there is none */
    const char *raw;          /* the row as it stands in the file, without its line end */
    size_t raw_length;
    struct error *error;
    /* The format's own. */
    enum rows_result (*next)(struct rows *rows);
    void (*release)(struct rows *rows);
};

/* Opens and reads the header. A column without a name is called by its number, as #3. CRM_INVALID
 * with file:line:column for a file that has no rows at all. */
crm_status rows_open(const struct rows_options *options, struct rows **out, struct error *error);
enum rows_result rows_next(struct rows *rows);
void rows_close(struct rows *rows);
/* The column of that name, or of the form #3; -1 when there is none. */
int rows_column(const struct rows *rows, const char *name);
/* CRM_INVALID with the header's place when the name of that column is also another's. */
crm_status rows_check_name(const struct rows *rows, int column);
/* Physical line and column (in characters) at which a cell of the current row begins. */
void rows_place(const struct rows *rows, size_t column, long *line, long *character);
/* Puts the place of the cell before the message of rows->error and returns its status. */
crm_status rows_error_place(struct rows *rows, size_t column);
/* Progress: bytes read and in all (0: unknown). */
void rows_progress(const struct rows *rows, int64_t *done, int64_t *total);
/* Encoding in use. Borrowed. */
const char *rows_encoding(const struct rows *rows);

#endif
