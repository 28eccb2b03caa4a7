/* SPDX-License-Identifier: MIT */
/* The format table: for a person at a terminal.
 *
 * Columns are aligned by display width and numbers at their point. The first rows are held back
 * until there are enough of them to settle the widths; all further rows are printed as they come,
 * so that memory stays bounded. A table without rows prints nothing, or one faint line when it has
 * a title; an empty section of a page is left out. */
#include "output/table.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Rows, and bytes of their text, that are held back. */
#define HELD_ROWS  2000
#define HELD_BYTES ((size_t)1 << 20)

#define STYLE_BOLD "\033[1m"
#define STYLE_DIM  "\033[2m"
#define STYLE_END  "\033[0m"

struct table_state {
    struct lane *lanes; /* of the current table, in its arena */
    struct arena held;  /* the rows held back */
    struct cell **rows;
    size_t row_count, row_capacity, held_bytes;
    bool streaming; /* widths are settled and the heading is printed */
    bool printed;   /* something stands above: a table begins with an empty line */
    size_t records; /* printed in this table */
    size_t indent;
    size_t gap; /* spaces owed before the next text on this line */
    struct buffer scratch;
    struct buffer notes; /* of the current table, NUL after each */
};

static struct table_state *state_of(struct crm_sink *sink)
{
    if (sink->state == NULL)
        sink->state = calloc(1, sizeof(struct table_state));
    return sink->state;
}

/* ---- Lines ------------------------------------------------------------------------------ */

/* Spaces are owed until text follows them, so that no line ends in one. */
static void put_text(struct crm_sink *sink, const char *text, size_t length)
{
    struct table_state *state = sink->state;
    if (length == 0)
        return;
    char *spaces = buffer_reserve(&sink->out, state->gap);
    if (spaces == NULL)
        return;
    memset(spaces, ' ', state->gap);
    sink->out.length += state->gap;
    state->gap = 0;
    buffer_append(&sink->out, text, length);
}

static void put_style(struct crm_sink *sink, const char *style)
{
    if (sink->color)
        buffer_text(&sink->out, style);
}

static void end_line(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    state->gap = 0;
    buffer_character(&sink->out, '\n');
    state->printed = true;
}

/* A whole line of one style; the text may come from anywhere. */
static void put_line(struct crm_sink *sink, const char *style, const char *text)
{
    struct table_state *state = sink->state;
    buffer_clear(&state->scratch);
    table_safe_text(&state->scratch, text, strlen(text));
    put_style(sink, style);
    put_text(sink, buffer_string(&state->scratch), state->scratch.length);
    put_style(sink, STYLE_END);
    end_line(sink);
}

static void put_title(struct crm_sink *sink)
{
    const struct table_state *state = sink->state;
    if (state->printed)
        buffer_character(&sink->out, '\n');
    if (sink->table.title != NULL)
        put_line(sink, STYLE_BOLD, sink->table.title);
}

static void put_notes(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    const char *end = buffer_string(&state->notes) + state->notes.length;
    for (const char *note = buffer_string(&state->notes); note < end; note += strlen(note) + 1) {
        state->gap = state->indent;
        put_line(sink, STYLE_DIM, note);
    }
    buffer_clear(&state->notes);
}

/* ---- Cells ------------------------------------------------------------------------------ */

static void put_word(struct crm_sink *sink, const struct lane *lane, const char *text,
                     size_t length, size_t width)
{
    struct table_state *state = sink->state;
    if (lane->cut && width > lane->width) {
        length = text_prefix_width(text, length, lane->width - 1, &width);
        put_text(sink, text, length);
        put_text(sink, "…", strlen("…"));
        width++;
    } else {
        put_text(sink, text, length);
    }
    state->gap += width < lane->width ? lane->width - width : 0;
}

static void put_number(struct crm_sink *sink, const struct lane *lane, const struct cell *cell)
{
    struct table_state *state = sink->state;
    size_t fraction = cell->width - cell->whole;
    size_t after = fraction < lane->fraction ? lane->fraction - fraction : 0;
    size_t taken = cell->width + after;
    state->gap += taken < lane->width ? lane->width - taken : 0;
    put_text(sink, cell->text, cell->length);
    state->gap += after;
}

/* The number as a share of the largest, in eighths of a column. */
static void put_bar(struct crm_sink *sink, const struct lane *lane, double number)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    struct table_state *state = sink->state;
    double share = number > 0 && lane->maximum > 0 ? number / lane->maximum : 0;
    size_t eighths = (size_t)((share < 1 ? share : 1) * BAR_WIDTH * 8 + 0.5);
    state->gap++;
    for (size_t i = 0; i < eighths / 8; i++)
        put_text(sink, "█", strlen("█"));
    put_text(sink, parts[eighths % 8], strlen(parts[eighths % 8]));
    state->gap += BAR_WIDTH - (eighths + 7) / 8;
}

static void put_cell(struct crm_sink *sink, const struct lane *lane, const struct cell *cell)
{
    if (lane->number)
        put_number(sink, lane, cell);
    else
        put_word(sink, lane, cell->text, cell->length, cell->width);
    if (lane->bar)
        put_bar(sink, lane, cell->number);
}

/* The line of a cell that is next: *cell keeps what is left of it. */
static void put_part(struct crm_sink *sink, const struct lane *lane, struct cell *cell)
{
    struct cell part = *cell;
    if (lane->wrap && lane->cut) {
        part.length = table_line(cell->text, cell->length, lane->width, &part.width);
        while (part.length > 0 && cell->text[part.length - 1] == ' ')
            part.length--, part.width--;
    }
    put_cell(sink, lane, &part);
    cell->text += part.length;
    cell->length -= part.length;
    for (; cell->length > 0 && cell->text[0] == ' '; cell->length--)
        cell->text++;
    cell->width = cell->whole = 0;
    cell->number = 0;
}

/* Cells wider than lanes that wrap go on below. They are used up. */
static void put_row(struct crm_sink *sink, struct cell *cells)
{
    struct table_state *state = sink->state;
    for (bool more = true; more;) {
        bool first = true;
        more = false;
        state->gap = state->indent;
        for (size_t i = 0; i < sink->table.count; i++) {
            if (!state->lanes[i].shown)
                continue;
            state->gap += first ? 0 : LANE_GAP;
            first = false;
            put_part(sink, &state->lanes[i], &cells[i]);
            more = more || cells[i].length > 0;
        }
        end_line(sink);
    }
}

static void put_heading(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    bool first = true;
    put_style(sink, STYLE_BOLD);
    state->gap = state->indent;
    for (size_t i = 0; i < sink->table.count; i++) {
        const struct lane *lane = &state->lanes[i];
        if (!lane->shown)
            continue;
        const char *label = column_label(lane->column);
        size_t width = text_width(label, strlen(label));
        state->gap += first ? 0 : LANE_GAP;
        state->gap += lane->number && width < lane->width ? lane->width - width : 0;
        first = false;
        struct lane as_text = *lane;
        as_text.width = lane->number ? 0 : lane->width;
        put_word(sink, &as_text, label, strlen(label), width);
        state->gap += lane->bar ? BAR_WIDTH + 1 : 0;
    }
    put_style(sink, STYLE_END);
    end_line(sink);
}

/* What is the same in all rows, on one line: "currency CNY · from 2017-01-01". */
static void put_caption(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    cleanup(buffer_release) struct buffer caption = {0};
    for (size_t i = 0; i < sink->table.count; i++) {
        const struct cell *cell = &state->rows[0][i];
        if (!state->lanes[i].constant || cell->length == 0)
            continue;
        buffer_text(&caption, caption.length > 0 ? " · " : "");
        buffer_text(&caption, column_label(&sink->table.columns[i]));
        buffer_character(&caption, ' ');
        buffer_append(&caption, cell->text, cell->length);
    }
    if (caption.failed)
        sink->out.failed = true;
    if (caption.length == 0)
        return;
    state->gap = state->indent;
    put_line(sink, STYLE_DIM, buffer_string(&caption));
}

/* ---- Tables ----------------------------------------------------------------------------- */

static bool same_in_all_rows(const struct table_state *state, size_t column)
{
    const struct cell *first = &state->rows[0][column];
    for (size_t i = 1; i < state->row_count; i++) {
        const struct cell *cell = &state->rows[i][column];
        if (cell->length != first->length || memcmp(cell->text, first->text, cell->length) != 0)
            return false;
    }
    return true;
}

/* A section too wide for the screen leaves out the columns without any value. */
static void hide_blank_lanes(struct crm_sink *sink, size_t limit)
{
    struct table_state *state = sink->state;
    if (lanes_width(state->lanes, sink->table.count) <= limit)
        return;
    for (size_t i = 0; i < sink->table.count; i++) {
        bool blank = state->lanes[i].shown;
        for (size_t row = 0; blank && row < state->row_count; row++)
            blank = state->rows[row][i].length == 0;
        state->lanes[i].shown = state->lanes[i].shown && !blank;
    }
}

/* What a list was printed without, the last one first. */
static void note_left_out(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    cleanup(buffer_release) struct buffer names = {0};
    for (size_t i = sink->table.count; i-- > 0;) {
        if (!state->lanes[i].left_out)
            continue;
        buffer_text(&names, names.length > 0 ? ", " : "");
        buffer_text(&names, state->lanes[i].column->name);
    }
    if (names.length > 0) {
        buffer_printf(&state->notes, _("for want of room without %s: --fields chooses the columns"),
                      buffer_string(&names));
        buffer_character(&state->notes, '\0');
    }
    state->notes.failed = state->notes.failed || names.failed;
}

/* Rows that are printed one by one have room for all. */
static void bring_back(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    for (size_t i = 0; i < sink->table.count; i++)
        state->lanes[i].shown = state->lanes[i].shown || state->lanes[i].left_out;
}

/* Settles which columns are shown and how wide they are. When the rows held back aren't all
 * (`whole` false), nothing is known to be constant. */
static void settle_lanes(struct crm_sink *sink, bool whole)
{
    struct table_state *state = sink->state;
    for (size_t i = 0; i < sink->table.count; i++) {
        struct lane *lane = &state->lanes[i];
        const char *label = column_label(lane->column);
        lane->constant = lane->constant && whole && same_in_all_rows(state, i);
        lane->shown = lane->shown && !lane->constant;
        lane->width = text_width(label, strlen(label));
        lane->least = lane->width;
        for (size_t row = 0; row < state->row_count; row++)
            lane_widen(lane, &state->rows[row][i]);
    }
    size_t limit = sink->width > 0 ? (size_t)sink->width : 0;
    limit = limit > state->indent ? limit - state->indent : 0;
    if (whole && sink->in_page && limit > 0)
        hide_blank_lanes(sink, limit);
    while (lanes_leave_out(state->lanes, sink->table.count, limit)) {
    }
    lanes_fit(state->lanes, sink->table.count, limit);
}

/* The row as "label  value" lines, without what is blank. */
static void put_card(struct crm_sink *sink, const struct cell *cells, size_t labels)
{
    struct table_state *state = sink->state;
    for (size_t i = 0; i < sink->table.count; i++) {
        const char *label = column_label(&sink->table.columns[i]);
        if (!state->lanes[i].shown || cells[i].length == 0)
            continue;
        state->gap = state->indent;
        put_style(sink, STYLE_DIM);
        put_text(sink, label, strlen(label));
        put_style(sink, STYLE_END);
        state->gap += labels + LANE_GAP - text_width(label, strlen(label));
        put_text(sink, cells[i].text, cells[i].length);
        end_line(sink);
    }
}

static void put_cards(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    size_t labels = 0;
    for (size_t i = 0; i < sink->table.count; i++) {
        const char *label = column_label(&sink->table.columns[i]);
        size_t width = state->lanes[i].shown ? text_width(label, strlen(label)) : 0;
        labels = width > labels ? width : labels;
    }
    for (size_t i = 0; i < state->row_count; i++) {
        if (i > 0)
            buffer_character(&sink->out, '\n');
        put_card(sink, state->rows[i], labels);
    }
}

/* Few rows, much wider than the screen however narrow their texts are, read better one by one. */
static bool reads_as_cards(const struct crm_sink *sink)
{
    enum { FEW = 20 };
    const struct table_state *state = sink->state;
    size_t width = state->indent + lanes_width(state->lanes, sink->table.count);
    return sink->width > 0 && state->row_count <= FEW && width * 4 > (size_t)sink->width * 5;
}

static void put_held_rows(struct crm_sink *sink, bool whole)
{
    struct table_state *state = sink->state;
    settle_lanes(sink, whole);
    const bool cards = whole && reads_as_cards(sink);
    if (cards)
        bring_back(sink);
    else
        note_left_out(sink);
    put_title(sink);
    put_caption(sink);
    if (cards)
        put_cards(sink);
    else
        put_heading(sink);
    for (size_t i = 0; i < state->row_count && !cards; i++)
        put_row(sink, state->rows[i]);
    state->row_count = 0;
    state->held_bytes = 0;
    arena_clear(&state->held);
}

static crm_status hold_row(struct crm_sink *sink, const struct value *values)
{
    struct table_state *state = sink->state;
    size_t count = sink->table.count;
    struct cell *cells = arena_array(&state->held, count, sizeof *cells);
    struct cell **rows =
        array_grow(state->rows, &state->row_capacity, state->row_count + 1, sizeof *rows);
    if (rows != NULL)
        state->rows = rows;
    if (cells == NULL || rows == NULL)
        return CRM_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (!state->lanes[i].shown)
            continue;
        cells[i] = table_cell(sink, &state->scratch, &sink->table.columns[i], &values[i]);
        cells[i].text = arena_copy_length(&state->held, cells[i].text, cells[i].length);
        if (cells[i].text == NULL || state->scratch.failed)
            return CRM_NO_MEMORY;
        state->held_bytes += cells[i].length;
    }
    state->rows[state->row_count++] = cells;
    if (state->row_count == HELD_ROWS || state->held_bytes > HELD_BYTES) {
        put_held_rows(sink, false);
        state->streaming = true;
    }
    return CRM_OK;
}

static crm_status stream_row(struct crm_sink *sink, const struct value *values)
{
    struct table_state *state = sink->state;
    bool first = true;
    state->gap = state->indent;
    for (size_t i = 0; i < sink->table.count; i++) {
        if (!state->lanes[i].shown)
            continue;
        struct cell cell = table_cell(sink, &state->scratch, &sink->table.columns[i], &values[i]);
        if (state->scratch.failed)
            return CRM_NO_MEMORY;
        state->gap += first ? 0 : LANE_GAP;
        first = false;
        put_cell(sink, &state->lanes[i], &cell);
    }
    end_line(sink);
    return CRM_OK;
}

/* ---- Records ---------------------------------------------------------------------------- */

/* Whether a record leaves the value out: it has none, or is an empty list or object. */
static bool is_blank(const struct column *column, const struct value *value)
{
    if (value_is_null(value) || (value->type == VALUE_TEXT && value->length == 0))
        return true;
    return column->type == DATA_JSON && value->type == VALUE_TEXT && value->length == 2 &&
           (memcmp(value->text, "[]", 2) == 0 || memcmp(value->text, "{}", 2) == 0);
}

/* Columns that the labels of a record take, those of blank values aside. */
static size_t label_width(const struct crm_sink *sink, const struct value *values)
{
    size_t most = 0;
    for (size_t i = 0; i < sink->table.count; i++) {
        const struct column *column = &sink->table.columns[i];
        if (is_blank(column, &values[i]) || (column->flags & COLUMN_HIDDEN) != 0)
            continue;
        size_t width = text_width(column_label(column), strlen(column_label(column)));
        most = width > most ? width : most;
    }
    return most;
}

/* One line of a record's value, at `column` on the screen. */
static void put_value_line(struct crm_sink *sink, size_t column, const struct column *type,
                           const struct value *value)
{
    struct table_state *state = sink->state;
    buffer_clear(&state->scratch);
    table_plain(sink, &state->scratch, type, value);
    state->gap += column;
    put_text(sink, buffer_string(&state->scratch), state->scratch.length);
    end_line(sink);
}

/* A value of several lines keeps them, each below the first. */
static void put_value(struct crm_sink *sink, size_t first_gap, size_t indent,
                      const struct column *column, const struct value *value)
{
    struct value rest = *value;
    size_t gap = first_gap;
    const char *line_end;
    while (rest.type == VALUE_TEXT && column->type == DATA_TEXT &&
           (line_end = memchr(rest.text, '\n', rest.length)) != NULL) {
        size_t length = (size_t)(line_end - rest.text);
        bool has_return = length > 0 && rest.text[length - 1] == '\r';
        struct value line = value_text_length(rest.text, length - (has_return ? 1 : 0));
        put_value_line(sink, gap, column, &line);
        gap = indent;
        rest.text += length + 1;
        rest.length -= length + 1;
    }
    if (rest.type != VALUE_TEXT || rest.length > 0)
        put_value_line(sink, gap, column, &rest);
}

static void put_record(struct crm_sink *sink, const struct value *values)
{
    struct table_state *state = sink->state;
    size_t labels = label_width(sink, values);
    for (size_t i = 0; i < sink->table.count; i++) {
        const struct column *column = &sink->table.columns[i];
        if (is_blank(column, &values[i]) || (column->flags & COLUMN_HIDDEN) != 0)
            continue;
        const char *label = column_label(column);
        state->gap = state->indent;
        put_style(sink, STYLE_DIM);
        put_text(sink, label, strlen(label));
        put_style(sink, STYLE_END);
        put_value(sink, labels + LANE_GAP - text_width(label, strlen(label)),
                  state->indent + labels + LANE_GAP, column, &values[i]);
    }
}

/* ---- The format ------------------------------------------------------------------------- */

static crm_status table_begin(struct crm_sink *sink, const struct table *table)
{
    struct table_state *state = state_of(sink);
    if (state == NULL)
        return CRM_NO_MEMORY;
    state->streaming = false;
    state->records = 0;
    state->indent = sink->in_page ? 2 : 0;
    state->lanes = arena_array(&sink->arena, table->count, sizeof *state->lanes);
    if (state->lanes == NULL)
        return CRM_NO_MEMORY;
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->columns[i];
        state->lanes[i] = (struct lane){
            .column = column,
            .shown = (column->flags & COLUMN_HIDDEN) == 0,
            .number = sink_is_number(column->type),
            .constant = (column->flags & (COLUMN_CONSTANT | COLUMN_HIDDEN)) == COLUMN_CONSTANT,
            .bar = sink->color && (column->flags & COLUMN_BAR) != 0,
            .wrap = sink->in_page && sink->width > 0,
        };
    }
    return CRM_OK;
}

static crm_status table_row(struct crm_sink *sink, const struct value *values)
{
    struct table_state *state = sink->state;
    if (!sink->table.record)
        return state->streaming ? stream_row(sink, values) : hold_row(sink, values);
    if (state->records++ == 0)
        put_title(sink);
    else
        buffer_character(&sink->out, '\n');
    put_record(sink, values);
    return state->scratch.failed ? CRM_NO_MEMORY : CRM_OK;
}

static crm_status table_end(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    bool empty = !state->streaming && state->records == 0 && state->row_count == 0;
    if (state->row_count > 0)
        put_held_rows(sink, true);
    if (empty && sink->in_page) {
        buffer_clear(&state->notes);
        return CRM_OK;
    }
    if (empty && sink->table.title != NULL) {
        put_title(sink);
        put_line(sink, STYLE_DIM, _("nothing"));
    }
    put_notes(sink);
    return CRM_OK;
}

static crm_status table_page_begin(struct crm_sink *sink, const struct table *table,
                                   const struct value *values)
{
    struct table_state *state = state_of(sink);
    (void)table; /* it is sink->table */
    if (state == NULL)
        return CRM_NO_MEMORY;
    state->indent = 0;
    put_title(sink);
    put_record(sink, values);
    return state->scratch.failed ? CRM_NO_MEMORY : CRM_OK;
}

static crm_status table_note(struct crm_sink *sink, const char *text)
{
    struct table_state *state = state_of(sink);
    if (state == NULL)
        return CRM_NO_MEMORY;
    if (sink->in_table)
        buffer_append(&state->notes, text, strlen(text) + 1);
    else
        put_line(sink, STYLE_DIM, text);
    return state->notes.failed || state->scratch.failed ? CRM_NO_MEMORY : CRM_OK;
}

static void table_release(struct crm_sink *sink)
{
    struct table_state *state = sink->state;
    if (state == NULL)
        return;
    arena_release(&state->held);
    free(state->rows);
    buffer_release(&state->scratch);
    buffer_release(&state->notes);
    free(state);
}

const struct sink_format sink_format_table = {
    .name = "table",
    .begin = table_begin,
    .row = table_row,
    .end = table_end,
    .page_begin = table_page_begin,
    .note = table_note,
    .release = table_release,
};
