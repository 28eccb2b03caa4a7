/* SPDX-License-Identifier: MIT */
/* The format markdown: tables in the form that chat programs and issue trackers draw.
 *
 * Numbers are aligned to the right. A cell's line breaks become <br>, its bars are escaped; what
 * else Markdown would read as markup in a cell (*, _, `, <, [, \) is escaped too. A page is its
 * record as a table of two columns, then each section under its title. */
#include "output/sink.h"

#include <string.h>

static void put_cell(struct crm_sink *sink, const struct column *column, const struct value *value)
{
    struct buffer text cleanup(buffer_release) = {0};
    sink_plain(sink, &text, column, value);
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (byte == '\n')
            buffer_text(&sink->out, "<br>");
        else if (byte != '\0' && strchr("|*_`<[\\", byte) != NULL)
            buffer_printf(&sink->out, "\\%c", byte);
        else if ((unsigned char)byte >= ' ')
            buffer_character(&sink->out, byte);
    }
    sink->out.failed = sink->out.failed || text.failed;
}

static const char *label_of(const struct column *column)
{
    return column->label != NULL ? column->label : column->name;
}

/* An empty line before every table but the first; the state is no more than that there was one. */
static void separate(struct crm_sink *sink)
{
    if (sink->state != NULL)
        buffer_character(&sink->out, '\n');
    sink->state = sink;
}

static crm_status markdown_begin(struct crm_sink *sink, const struct table *table)
{
    separate(sink);
    if (table->title != NULL)
        buffer_printf(&sink->out, "**%s**\n\n", table->title);
    for (size_t i = 0; i < table->count; i++)
        buffer_printf(&sink->out, "| %s ", label_of(&table->columns[i]));
    buffer_text(&sink->out, "|\n");
    for (size_t i = 0; i < table->count; i++)
        buffer_text(&sink->out, sink_is_number(table->columns[i].type) ? "| --: " : "| :-- ");
    buffer_text(&sink->out, "|\n");
    return CRM_OK;
}

static crm_status markdown_row(struct crm_sink *sink, const struct value *values)
{
    for (size_t i = 0; i < sink->table.count; i++) {
        buffer_text(&sink->out, "| ");
        put_cell(sink, &sink->table.columns[i], &values[i]);
        buffer_character(&sink->out, ' ');
    }
    buffer_text(&sink->out, "|\n");
    return CRM_OK;
}

static crm_status markdown_page_begin(struct crm_sink *sink, const struct table *table,
                                      const struct value *values)
{
    separate(sink);
    buffer_printf(&sink->out, "| %s | |\n| :-- | :-- |\n",
                  table->title != NULL ? table->title : table->name);
    for (size_t i = 0; i < table->count; i++) {
        if (value_is_null(&values[i]))
            continue;
        buffer_printf(&sink->out, "| %s | ", label_of(&table->columns[i]));
        put_cell(sink, &table->columns[i], &values[i]);
        buffer_text(&sink->out, " |\n");
    }
    return CRM_OK;
}

static crm_status markdown_note(struct crm_sink *sink, const char *text)
{
    buffer_printf(&sink->out, "\n%s\n", text);
    return CRM_OK;
}

const struct sink_format sink_format_markdown = {
    .name = "markdown",
    .begin = markdown_begin,
    .row = markdown_row,
    .page_begin = markdown_page_begin,
    .note = markdown_note,
};
