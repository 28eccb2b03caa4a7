/* SPDX-License-Identifier: MIT */
/* CSV and its relatives: RFC 4180 with any delimiter, any line end, in constant memory. */
#include "base/memory.h"
#include "import/text_rows.h"

#include <stdlib.h>
#include <string.h>

struct csv {
    struct text_rows text; /* first: see text_rows.h */
    char delimiter;
    char quote; /* 0: none */
    bool pad_short;
    bool escapes;          /* TSV: \t, \n, \r and \\ stand for what cannot be in a cell */
    bool stops[256];       /* bytes that end an unquoted cell */
    struct buffer scratch; /* cells with doubled quotes, without the doubling */
    size_t count;          /* cells of the row being parsed */
};

/* How far the parser came. */
enum parse {
    PARSE_ROW,      /* a whole row */
    PARSE_MORE,     /* the text ends inside the row */
    PARSE_UNCLOSED, /* it ends inside a quoted cell, and nothing follows */
    PARSE_STRAY,    /* text after a closing quote */
    PARSE_HUGE,     /* a cell above the limit */
    PARSE_MEMORY
};

/* The text being parsed: one row at the start of the window. */
struct scan {
    const char *text;
    size_t length;
    bool at_end;
    size_t at;
    size_t cell; /* where the cell under way began */
};

static bool add_cell(struct csv *csv, const char *text, size_t length, size_t offset)
{
    struct text_rows *reader = &csv->text;
    if (csv->count == reader->cell_capacity) {
        struct cell *cells =
            array_grow(reader->cells, &reader->cell_capacity, csv->count + 1, sizeof *cells);
        if (cells == NULL)
            return false;
        reader->rows.cells = reader->cells = cells;
    }
    reader->cells[csv->count++] =
        (struct cell){.text = text, .length = length, .given = true, .offset = offset};
    return true;
}

/* A copy in scratch with each doubled quote once. Room was made for the whole row at once, so that
 * cells copied earlier stay where they are. */
static const char *undouble(struct csv *csv, const struct scan *scan, const char *text,
                            size_t length, size_t *out_length)
{
    if (csv->scratch.length == 0 && buffer_reserve(&csv->scratch, scan->length) == NULL)
        return NULL;
    size_t before = csv->scratch.length;
    while (length > 0) {
        const char *quote = memchr(text, csv->quote, length);
        size_t piece = quote == NULL ? length : (size_t)(quote - text) + 1;
        buffer_append(&csv->scratch, text, piece);
        /* The second of the pair is skipped. */
        size_t step = quote == NULL ? piece : piece + 1;
        text += step;
        length -= step;
    }
    *out_length = csv->scratch.length - before;
    return csv->scratch.data + before;
}

/* A copy in scratch with the escapes of TSV resolved. An unknown one stays as it is. */
static const char *unescape(struct csv *csv, const struct scan *scan, const char *text,
                            size_t length, size_t *out_length)
{
    static const char letters[] = "tnr\\", meanings[] = "\t\n\r\\";
    if (csv->scratch.length == 0 && buffer_reserve(&csv->scratch, scan->length) == NULL)
        return NULL;
    size_t before = csv->scratch.length;
    for (size_t i = 0; i < length; i++) {
        const char *letter = text[i] == '\\' && i + 1 < length && text[i + 1] != '\0'
                                 ? strchr(letters, text[i + 1])
                                 : NULL;
        buffer_character(&csv->scratch, letter == NULL ? text[i] : meanings[letter - letters]);
        i += letter != NULL;
    }
    *out_length = csv->scratch.length - before;
    return csv->scratch.data + before;
}

static enum parse parse_quoted(struct csv *csv, struct scan *scan)
{
    size_t from = ++scan->at;
    bool doubled = false;
    for (;;) {
        const char *quote = memchr(scan->text + scan->at, csv->quote, scan->length - scan->at);
        if (quote == NULL)
            return scan->at_end ? PARSE_UNCLOSED : PARSE_MORE;
        scan->at = (size_t)(quote - scan->text) + 1;
        if (scan->at == scan->length && !scan->at_end)
            return PARSE_MORE;
        if (scan->at == scan->length || scan->text[scan->at] != csv->quote)
            break;
        doubled = true;
        scan->at++;
    }
    size_t length = scan->at - 1 - from;
    const char *text = scan->text + from;
    if (doubled)
        text = undouble(csv, scan, text, length, &length);
    if (text == NULL || !add_cell(csv, text, length, scan->cell))
        return PARSE_MEMORY;
    if (scan->at < scan->length && !csv->stops[(unsigned char)scan->text[scan->at]])
        return PARSE_STRAY;
    return PARSE_ROW;
}

static enum parse parse_plain(struct csv *csv, struct scan *scan)
{
    size_t at = scan->at;
    while (at < scan->length && !csv->stops[(unsigned char)scan->text[at]])
        at++;
    scan->at = at;
    if (at == scan->length && !scan->at_end)
        return PARSE_MORE;
    const char *text = scan->text + scan->cell;
    size_t length = at - scan->cell;
    if (csv->escapes && memchr(text, '\\', length) != NULL)
        text = unescape(csv, scan, text, length, &length);
    if (text == NULL || !add_cell(csv, text, length, scan->cell))
        return PARSE_MEMORY;
    return PARSE_ROW;
}

/* Parses cells up to a line end, where scan->at is left. */
static enum parse parse_cells(struct csv *csv, struct scan *scan)
{
    for (;;) {
        scan->cell = scan->at;
        if (scan->at == scan->length && !scan->at_end)
            return PARSE_MORE;
        bool quoted =
            csv->quote != 0 && scan->at < scan->length && scan->text[scan->at] == csv->quote;
        enum parse result = quoted ? parse_quoted(csv, scan) : parse_plain(csv, scan);
        size_t reached = result == PARSE_MORE ? scan->length : scan->at;
        if (result != PARSE_MEMORY && reached - scan->cell > ROWS_FIELD_MAX)
            return PARSE_HUGE;
        if (result != PARSE_ROW)
            return result;
        if (scan->at == scan->length || scan->text[scan->at] != csv->delimiter)
            return PARSE_ROW;
        scan->at++;
    }
}

/* Bytes of the line end at scan->at; 0 at the end of the text. -1: a CR, and its LF may follow. */
static int line_end(const struct scan *scan)
{
    if (scan->at >= scan->length)
        return 0;
    if (scan->text[scan->at] == '\n')
        return 1;
    if (scan->at + 1 == scan->length && !scan->at_end)
        return -1;
    return scan->at + 1 < scan->length && scan->text[scan->at + 1] == '\n' ? 2 : 1;
}

static void begin_scan(struct csv *csv, struct scan *scan)
{
    struct text_rows *reader = &csv->text;
    *scan = (struct scan){.text = reader->data + reader->start,
                          .length = reader->end - reader->start,
                          .at_end = reader->at_end};
    csv->count = 0;
    buffer_clear(&csv->scratch);
    reader->rows.line = reader->next_line;
}

/* Parses the row at the start of the window, which grows as needed. PARSE_MORE: reading failed. */
static enum parse parse_row(struct csv *csv, struct scan *scan, int *end)
{
    for (;;) {
        begin_scan(csv, scan);
        enum parse result = parse_cells(csv, scan);
        *end = result == PARSE_ROW ? line_end(scan) : 0;
        if (result == PARSE_HUGE || (result != PARSE_MORE && *end >= 0))
            return result;
        if (!text_rows_fill(&csv->text))
            return PARSE_MORE;
    }
}

/* Line ends in the text, CRLF counted once. */
static long count_lines(const char *text, size_t length)
{
    long lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n' || (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n'));
    return lines;
}

/* The row is done: the window moves on behind it. */
static void take_row(struct csv *csv, const struct scan *scan, int end)
{
    struct text_rows *reader = &csv->text;
    reader->rows.raw = scan->text;
    reader->rows.raw_length = scan->at;
    reader->next_line += end > 0;
    if (csv->quote != 0 && memchr(scan->text, csv->quote, scan->at) != NULL)
        reader->next_line += count_lines(scan->text, scan->at);
    reader->start += scan->at + (size_t)end;
}

/* Line and column of a byte of the row being parsed, before the message. */
static enum rows_result place_error(struct csv *csv, const struct scan *scan, size_t offset,
                                    enum rows_result result)
{
    struct rows *rows = &csv->text.rows;
    rows->raw = scan->text;
    struct cell *first = csv->text.cells;
    if (rows->column_count == 0 || first == NULL) {
        error_place(rows->error, rows->name, rows->line, 0);
        return result;
    }
    struct cell saved = *first;
    first->offset = offset;
    rows_error_place(rows, 0);
    *first = saved;
    return result;
}

/* A row that cannot be split. After a stray quote the next line is tried. */
static enum rows_result refuse_parse(struct csv *csv, struct scan *scan, enum parse result)
{
    struct error *error = csv->text.rows.error;
    size_t from = scan->cell;
    switch (result) {
    case PARSE_UNCLOSED:
        error_set(error, CRM_INVALID, _("the quote opened here is not closed"));
        error_hint(error, _("close it, or double it if it is part of the text"));
        return place_error(csv, scan, from, ROWS_FAILED);
    case PARSE_HUGE:
        error_set(error, CRM_INVALID, _("a field of more than %zu bytes"), ROWS_FIELD_MAX);
        error_hint(error, scan->text[from] == csv->quote
                              ? _("is the quote that opens it ever closed?")
                              : _("is it a text file with one record a line?"));
        return place_error(csv, scan, from, ROWS_FAILED);
    case PARSE_STRAY: {
        size_t at = scan->at;
        error_set(error, CRM_INVALID, _("text after a closing quote"));
        error_hint(error, _("double the quotes that are part of the text"));
        place_error(csv, scan, at, ROWS_REFUSED);
        while (scan->at < scan->length && scan->text[scan->at] != '\n')
            scan->at++;
        take_row(csv, scan, scan->at < scan->length ? 1 : 0);
        return ROWS_REFUSED;
    }
    case PARSE_MEMORY:
        error_no_memory(error);
        return ROWS_FAILED;
    case PARSE_MORE:
    case PARSE_ROW:
        break;
    }
    return text_rows_failure(&csv->text);
}

static bool all_blank(const struct csv *csv)
{
    for (size_t i = 0; i < csv->count; i++)
        if (csv->text.cells[i].length > 0)
            return false;
    return true;
}

static enum rows_result refuse_count(struct csv *csv)
{
    struct rows *rows = &csv->text.rows;
    error_set(rows->error, CRM_INVALID,
              dngettext(CRM_TEXT_DOMAIN, "%zu field where there are %zu columns",
                        "%zu fields where there are %zu columns", (unsigned long)csv->count),
              csv->count, rows->column_count);
    if (csv->count < rows->column_count)
        error_hint(rows->error, _("is a delimiter or a quote missing? if such lines are right, set "
                                  "`short_rows: pad` in the map"));
    else
        error_hint(rows->error, _("is a delimiter or a quote left over in this line?"));
    error_place(rows->error, rows->name, rows->line, 0);
    return ROWS_REFUSED;
}

static void pad_row(struct csv *csv)
{
    struct rows *rows = &csv->text.rows;
    for (; csv->count < rows->column_count; csv->count++)
        csv->text.cells[csv->count] =
            (struct cell){.text = "", .given = true, .offset = rows->raw_length};
}

static enum rows_result csv_next(struct rows *rows)
{
    struct csv *csv = (struct csv *)rows;
    struct scan scan;
    int end;
    do {
        enum parse result = parse_row(csv, &scan, &end);
        if (result != PARSE_ROW)
            return refuse_parse(csv, &scan, result);
        if (scan.at == 0 && end == 0)
            return ROWS_END;
        take_row(csv, &scan, end);
    } while (all_blank(csv));
    if (!text_rows_check(&csv->text, rows->raw, rows->raw_length, rows->line))
        return ROWS_REFUSED;
    if (csv->pad_short && csv->count < rows->column_count)
        pad_row(csv);
    return csv->count == rows->column_count ? ROWS_ROW : refuse_count(csv);
}

static void csv_release(struct rows *rows)
{
    struct csv *csv = (struct csv *)rows;
    buffer_release(&csv->scratch);
    text_rows_release(&csv->text);
}

/* ---- The header -------------------------------------------------------------------------- */

/* The delimiter that the line has most of, outside quotes. */
static char guess_delimiter(const char *text, size_t length, char quote)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[sizeof candidates] = {0};
    bool quoted = false;
    for (size_t i = 0; i < length && (quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
        if (quote != 0 && text[i] == quote)
            quoted = !quoted;
        for (size_t j = 0; j < sizeof candidates && !quoted; j++)
            counts[j] += text[i] == candidates[j];
    }
    size_t best = 0;
    for (size_t j = 1; j < sizeof candidates; j++)
        if (counts[j] > counts[best])
            best = j;
    return candidates[best];
}

static bool blank_line(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\t')
            return false;
    return true;
}

/* Passes the lines before the header: as many as told, blank ones, and Excel's "sep=;". */
static crm_status pass_lines(struct csv *csv, int skip, char *delimiter)
{
    struct text_rows *reader = &csv->text;
    for (;;) {
        size_t from, length;
        long line = reader->next_line;
        bool found;
        if (!text_rows_line(reader, &from, &length, &found)) {
            text_rows_failure(reader);
            return reader->rows.error->status;
        }
        const char *text = reader->data + from;
        if (!found) {
            error_set(reader->rows.error, CRM_INVALID,
                      line > 1 ? _("%s holds no rows") : _("%s is empty"), reader->rows.name);
            return error_hint(reader->rows.error, _("a file begins with a line of column names"));
        }
        if (skip > 0) {
            skip--;
        } else if (length == 5 && memcmp(text, "sep=", 4) == 0) {
            *delimiter = *delimiter == 0 ? text[4] : *delimiter;
        } else if (!blank_line(text, length)) {
            /* Not one of them: put it back. The window may have slid while reading. */
            reader->start = from;
            reader->next_line = line;
            return CRM_OK;
        }
    }
}

/* Without the spaces around it, no-break and full-width ones included. */
static void trim_name(const char **text, size_t *length)
{
    static const char *const spaces[] = {" ", "\t", "\xC2\xA0", "\xE3\x80\x80"};
    size_t before;
    do {
        before = *length;
        for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
            size_t size = strlen(spaces[i]);
            if (*length >= size && memcmp(*text, spaces[i], size) == 0)
                *text += size, *length -= size;
            if (*length >= size && memcmp(*text + *length - size, spaces[i], size) == 0)
                *length -= size;
        }
    } while (*length != before);
}

/* Makes the columns from the row just parsed. One without a name is called by its number. */
static crm_status name_columns(struct csv *csv, enum rows_header header)
{
    struct rows *rows = &csv->text.rows;
    size_t count = csv->count;
    for (size_t i = 0; i < count; i++) {
        const char *text = csv->text.cells[i].text;
        size_t length = csv->text.cells[i].length;
        char number[24];
        if (header == ROWS_HEADER_NAMES)
            trim_name(&text, &length);
        if (header != ROWS_HEADER_NAMES || length == 0) {
            length = (size_t)snprintf(number, sizeof number, "#%zu", i + 1);
            text = number;
        }
        if (!text_rows_add_column(&csv->text, text, length))
            return error_place(rows->error, rows->name, rows->line, 0);
    }
    return CRM_OK;
}

static crm_status read_header(struct csv *csv, const struct rows_options *options)
{
    struct text_rows *reader = &csv->text;
    struct rows *rows = &reader->rows;
    struct scan scan;
    int end;
    for (int i = 0; i < 256; i++)
        csv->stops[i] = i == csv->delimiter || i == '\n' || i == '\r';
    enum parse result = parse_row(csv, &scan, &end);
    if (result != PARSE_ROW) {
        refuse_parse(csv, &scan, result);
        return rows->error->status;
    }
    if (!text_rows_check(reader, scan.text, scan.at, rows->line))
        return rows->error->status;
    crm_status status = name_columns(csv, options->header);
    if (options->header != ROWS_HEADER_NONE) {
        rows->header_line = rows->line;
        take_row(csv, &scan, end);
    }
    return status;
}

/* TSV has escapes and no quotes. What Excel calls Unicode text has tabs and quotes. */
static bool is_tsv(const struct csv *csv, const struct rows_options *options,
                   const struct input *input)
{
    if (options->format != NULL && strcmp(options->format, "tsv") == 0)
        return true;
    return options->format == NULL && options->own && csv->delimiter == '\t' &&
           strncmp(input_encoding(input), "utf-16", 6) != 0;
}

crm_status csv_rows_new(const struct rows_options *options, struct input *input, struct rows **out,
                        struct error *error)
{
    struct csv *csv = calloc(1, sizeof *csv);
    if (csv == NULL) {
        input_close(input);
        return error_no_memory(error);
    }
    csv->text = (struct text_rows){
        .input = input,
        .next_line = 1,
        .rows = {.name = options->path, .error = error, .next = csv_next, .release = csv_release}};
    csv->quote = options->quote;
    csv->pad_short = options->pad_short;
    char delimiter = options->delimiter;
    crm_status status = pass_lines(csv, options->skip_lines, &delimiter);
    if (status == CRM_OK) {
        const struct text_rows *reader = &csv->text;
        csv->delimiter = delimiter != 0 ? delimiter
                                        : guess_delimiter(reader->data + reader->start,
                                                          reader->end - reader->start, csv->quote);
        csv->escapes = is_tsv(csv, options, input);
        if (csv->escapes)
            csv->quote = 0;
        status = read_header(csv, options);
    }
    if (status != CRM_OK) {
        csv_release(&csv->text.rows);
        return status;
    }
    *out = &csv->text.rows;
    return CRM_OK;
}
