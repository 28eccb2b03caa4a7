/* SPDX-License-Identifier: MIT */
/* The parts of the format table: cells made safe for a terminal, and the widths of columns. */
#ifndef CRM_OUTPUT_TABLE_H
#define CRM_OUTPUT_TABLE_H

#include "output/sink.h"

/* One value as it will stand on the screen. */
struct cell {
    const char *text;
    size_t length;
    size_t width;  /* columns */
    size_t whole;  /* of a number: columns before its point */
    double number; /* of a number: for its bar */
};

/* How one column is laid out. */
struct lane {
    const struct column *column;
    bool shown;
    bool left_out; /* for want of room */
    bool number;
    bool constant; /* in the caption, not among the columns */
    bool bar;
    bool cut;        /* cells wider than `width` end in an ellipsis … */
    bool wrap;       /* … or, in the sections of a page, go on in the next line */
    size_t least;    /* of a lane that wraps: its heading, and its longest word */
    size_t width;    /* columns on the screen, without the bar */
    size_t whole;    /* of numbers: most columns before the point */
    size_t fraction; /* of numbers: most columns from the point on */
    double maximum;  /* of numbers: largest, which has the longest bar */
};

enum { LANE_GAP = 2, BAR_WIDTH = 10 };

/* Appends text of unknown origin so that it stays on its line and commands nothing: invalid UTF-8
 * is replaced, line breaks and tabs become spaces, other control characters and those that turn the
 * direction of writing around become visible escapes (\x1b, \u202e). */
void table_safe_text(struct buffer *out, const char *text, size_t length);
/* Appends the value as a person reads it. Numbers read as in JSON. */
void table_plain(const struct crm_sink *sink, struct buffer *out, const struct column *column,
                 const struct value *value);
/* The value as a cell whose text is borrowed from `scratch`. */
struct cell table_cell(const struct crm_sink *sink, struct buffer *scratch,
                       const struct column *column, const struct value *value);
const char *column_label(const struct column *column);

/* Bytes of the text that stand in one line of `width` columns, broken between words where that is
 * possible; *used gets their columns. Chinese is broken anywhere but before its punctuation. */
size_t table_line(const char *text, size_t length, size_t width, size_t *used);

/* Widens the lane for the cell. */
void lane_widen(struct lane *lane, const struct cell *cell);
/* Where the lanes do not fit into `width` columns (0: no limit) even with texts of some words only,
 * leaves one that is spare out; false when there is none, or no need. */
bool lanes_leave_out(struct lane *lanes, size_t count, size_t width);
/* Narrows text lanes, the widest first, until all fit into `width` columns (0: no limit), those
 * that wrap not below their longest word if that is enough. The first shown lane, numbers, dates
 * and times are never narrowed. */
void lanes_fit(struct lane *lanes, size_t count, size_t width);
/* Columns on the screen that the lanes take. */
size_t lanes_width(const struct lane *lanes, size_t count);

#endif
