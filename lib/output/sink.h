/* SPDX-License-Identifier: MIT */
/* Sinks: the only code that prints data. Producers hand over tables of typed rows and never format.
 *
 * A producer calls sink_begin, sink_row…, sink_end; or, for a record with its surroundings,
 * sink_page_begin (the record), then for each section begin/row/end, then sink_page_end. */
#ifndef CRM_OUTPUT_SINK_H
#define CRM_OUTPUT_SINK_H

#include "base/buffer.h"
#include "base/date.h"
#include "base/memory.h"
#include "base/value.h"

#include <stdio.h>

struct choice; /* schema/schema.h */

enum column_flags {
    COLUMN_CONSTANT = 1, /* same in all rows (period, currency): the table prints it once, above */
    COLUMN_HIDDEN = 2,   /* not in the table unless asked for by --fields; in all other formats */
    COLUMN_BAR = 4,      /* on a coloured terminal followed by a bar in proportion to the maximum */
    COLUMN_SENSITIVE = 8, /* personal: masked where many records are listed */
    COLUMN_SPARE = 64, /* a list on a screen that is too narrow leaves it out, the last one first */
    COLUMN_TIMES = 32, /* a text in which points of time may stand; tables show them as times */
    COLUMN_DAY = 16    /* a text that is a day, with or without its year, which no mask hides */
};

struct column {
    const char *name;  /* JSON key and CSV heading; English, stable */
    const char *label; /* table heading, translated; NULL: the name */
    enum data_type type;
    int decimals; /* DATA_REAL only: digits after the point, in every format */
    unsigned flags;
    const struct choice *choices; /* words with translated labels, for tables; may be NULL */
    size_t choice_count;
};

struct table {
    const char *name;  /* member name when it is a section of a page */
    const char *title; /* translated heading in tables; NULL for none */
    const struct column *columns;
    size_t count;
    bool record; /* one row that reads better as "label  value" lines */
};

struct crm_sink;

/* One format. All but row may be NULL. State hangs on sink->state, which `release` frees. */
struct sink_format {
    const char *name;
    crm_status (*begin)(struct crm_sink *sink, const struct table *table);
    crm_status (*row)(struct crm_sink *sink, const struct value *values);
    crm_status (*end)(struct crm_sink *sink);
    /* Around the sections of a page; its record is given as a table of one row. A format without
     * page_begin gets the record as an ordinary table and no sections. */
    crm_status (*page_begin)(struct crm_sink *sink, const struct table *table,
                             const struct value *values);
    crm_status (*page_end)(struct crm_sink *sink);
    /* A sentence for a person: definition, period. Only tables print it. */
    crm_status (*note)(struct crm_sink *sink, const char *text);
    /* After the last table. */
    crm_status (*finish)(struct crm_sink *sink);
    void (*release)(struct crm_sink *sink);
};

struct crm_sink {
    const struct sink_format *format;
    FILE *stream;
    struct buffer out;       /* written to stream whenever it exceeds flush_at, and at the end */
    size_t flush_at;         /* grows from 4 to 256 KiB */
    const struct zone *zone; /* in which DATA_TIME is printed */
    const char *fields;
    bool color;
    bool sensitive; /* shows personal columns of lists whole */
    int width;
    size_t *masked; /* columns of the current table that are masked, in its arena */
    size_t masked_count;
    enum data_type *masked_types; /* what they are; they are printed as text */
    struct buffer masks;          /* texts of the current row */
    crm_status failure; /* not CRM_OK: output is incomplete, nothing more is written, and every
                           call says so again */
    int write_error;    /* errno of the write that failed */
    struct table table; /* the current one, after --fields was applied */
    size_t
        *projection; /* for each printed column its index in the producer's row; NULL: as given */
    struct value *projected; /* the row as it is printed, when that is not the producer's */
    bool finished;
    bool in_table;
    bool in_page;
    bool skipped; /* the current table is a section that this format or --fields leaves out */
    void *state;  /* the format's own */
    struct error *error;
    struct arena arena; /* of the current table */
};

/* `table` and its columns are copied shallowly; names and labels must outlive sink_end. CRM_USAGE
 * when --fields names a column that there is not (the message lists them). Columns named there are
 * neither hidden nor constant any more. With --fields a page is its record alone, without sections.
 * All functions do nothing and return CRM_OK when sink is NULL. */
crm_status sink_begin(struct crm_sink *sink, const struct table *table);
/* `values` has as many members as the table has columns. Borrowed during the call. A DATA_REFERENCE
 * value is the text of the key by now. */
crm_status sink_row(struct crm_sink *sink, const struct value *values);
crm_status sink_end(struct crm_sink *sink);
crm_status sink_page_begin(struct crm_sink *sink, const struct table *table,
                           const struct value *values);
crm_status sink_page_end(struct crm_sink *sink);
crm_status sink_note(struct crm_sink *sink, const char *format, ...) CRM_PRINTF(2, 3);
/* Whether the column, or section of a page, would be printed: a producer may leave out work for
 * others. */
bool sink_wants(const struct crm_sink *sink, const char *column);
/* The same, less the columns that a table hides. */
bool sink_shows(const struct crm_sink *sink, const struct column *column);

/* ---- Making one (crm_sink_new and its family add the book) ------------------------------- */

/* NULL when there is no format of that name. */
const struct sink_format *sink_format_find(const char *name);
/* Times are printed in `zone` (NULL: UTC); errors go to *error, which must outlive the sink. */
crm_status sink_open(const struct crm_sink_options *options, const struct zone *zone,
                     struct error *error, struct crm_sink **out);
/* Ends what is still open, writes the rest and flushes the stream. Once is enough: again it only
 * says whether that went well. */
crm_status sink_finish(struct crm_sink *sink);
void sink_free(struct crm_sink *sink);

/* ---- For formats ------------------------------------------------------------------------ */

/* Appends the value as every format but JSON prints it: "" for null, exact decimals, dates, times
 * with their offset, yes/no. Never quotes or pads. */
void sink_plain(const struct crm_sink *sink, struct buffer *out, const struct column *column,
                const struct value *value);
/* Appends the value as JSON: numbers bare, integers beyond 2^53 and non-finite reals as strings
 * and null respectively, text quoted and repaired, tags as an array, JSON verbatim on one line. */
void sink_json(const struct crm_sink *sink, struct buffer *out, const struct column *column,
               const struct value *value);
/* Whether values of that type are numbers: aligned to the right, never cut. */
bool sink_is_number(enum data_type type);

extern const struct sink_format sink_format_table, sink_format_jsonl, sink_format_json,
    sink_format_csv, sink_format_tsv, sink_format_markdown;

#endif
