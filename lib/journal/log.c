/* SPDX-License-Identifier: MIT */
/* The entries of the journal as rows, the last one first. */
#include "journal/history.h"

#include <string.h>

/* ---- Which entries ---- */

crm_status bounds_read(struct crm_book *book, const crm_log_options *options, struct bounds *out)
{
    day_number from = 0, to = 0;
    crm_status status = CRM_OK;
    *out = (struct bounds){.actor = options->actor};
    if (options->from != NULL)
        status = date_parse(options->from, book->today, &from, &book->error);
    if (status == CRM_OK && options->to != NULL)
        status = date_parse_end(options->to, book->today, &to, &book->error);
    if (status == CRM_OK && options->from != NULL)
        time_format_utc(zone_instant(book->zone, from, 0), out->from);
    if (status == CRM_OK && options->to != NULL)
        time_format_utc(zone_instant(book->zone, to + 1, 0), out->end);
    return status;
}

bool bounds_admit(const struct bounds *bounds, const struct entry *entry)
{
    return (bounds->from[0] == '\0' || strcmp(entry->happened_at, bounds->from) >= 0) &&
           (bounds->end[0] == '\0' || strcmp(entry->happened_at, bounds->end) < 0) &&
           (bounds->actor == NULL || strcmp(entry->actor, bounds->actor) == 0);
}

/* ---- What an entry did ---- */

struct counts {
    int64_t added, changed, removed, restored;
};

struct what {
    struct counts *of; /* as many as there are kinds */
};

static crm_status count_images(void *context, const struct value *row)
{
    struct what *what = context;
    for (size_t i = 0; i < schema_kind_count; i++) {
        struct counts *of = &what->of[i];
        if (row[0].type != VALUE_TEXT || strcmp(schema_kinds[i]->name, row[0].text) != 0)
            continue;
        bool removed = strcmp(row[1].text, "removed") == 0;
        *(row[3].integer != 0 ? &of->restored
          : removed           ? &of->removed
                              : &of->changed) = row[2].integer;
    }
    return CRM_OK;
}

/* How many records it changed: one may have changed several times; rows without id are counted.
 * What the entry removed that this one undoes is there again. */
static const char count_sql[] =
    "SELECT i.kind, i.action, count(DISTINCT i.record) + "
    "coalesce(sum(CASE WHEN i.record IS NULL THEN i.row_count END), 0), "
    "CASE WHEN i.entry = $2 THEN 1 ELSE 0 END FROM journal_image i "
    "WHERE i.entry = $1 OR (i.entry = $2 AND i.action = 'removed') "
    "GROUP BY i.kind, i.action, i.entry";

static crm_status count_what(struct crm_book *book, const struct entry *entry, struct arena *arena,
                             struct what *out)
{
    const struct value parameters[] = {value_integer(entry->id), value_integer(entry->undoes)};
    *out = (struct what){.of = arena_array(arena, schema_kind_count, sizeof *out->of)};
    if (out->of == NULL)
        return error_no_memory(&book->error);
    for (size_t i = 0; i < entry->added_count && entry->undoes == 0; i++)
        for (size_t k = 0; k < schema_kind_count; k++)
            if (schema_kinds[k] == entry->added[i].kind)
                out->of[k].added = entry->added[i].count;
    return store_query(book->store, count_sql, parameters, 2, count_images, out);
}

static void put_member(struct buffer *json, bool *first, const char *name, int64_t count)
{
    if (count == 0)
        return;
    buffer_printf(json, "%s\"%s\":%lld", *first ? "" : ",", name, (long long)count);
    *first = false;
}

/* {"customer":{"added":1},"contact":{"added":2,"changed":1}} */
static void what_as_json(const struct what *what, struct buffer *json)
{
    buffer_character(json, '{');
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct counts *of = &what->of[i];
        bool first = true;
        if (of->added + of->changed + of->removed + of->restored == 0)
            continue;
        buffer_printf(json, "%s\"%s\":{", json->length > 1 ? "," : "", schema_kinds[i]->name);
        put_member(json, &first, "added", of->added);
        put_member(json, &first, "changed", of->changed);
        put_member(json, &first, "removed", of->removed);
        put_member(json, &first, "restored", of->restored);
        buffer_character(json, '}');
    }
    buffer_character(json, '}');
}

static void put_words(struct buffer *text, const char *format, int64_t count,
                      const struct kind *kind)
{
    if (count == 0)
        return;
    buffer_text(text, text->length > 0 ? ", " : "");
    buffer_printf(text, format, (long long)count, _(kind->noun));
}

/* "1 customer added, 2 contact changed" */
static void what_as_words(const struct what *what, struct buffer *text)
{
    for (size_t i = 0; i < schema_kind_count; i++) {
        const struct counts *of = &what->of[i];
        put_words(text, _("%lld %s added"), of->added, schema_kinds[i]);
        put_words(text, _("%lld %s changed"), of->changed, schema_kinds[i]);
        put_words(text, _("%lld %s removed"), of->removed, schema_kinds[i]);
        put_words(text, _("%lld %s restored"), of->restored, schema_kinds[i]);
    }
}

static bool is_json(const struct crm_sink *sink)
{
    return sink != NULL &&
           (sink->format == &sink_format_json || sink->format == &sink_format_jsonl);
}

/* ---- Rows ---- */

enum { ENTRY, AT, BY, COMMAND, WHAT, UNDOES, UNDONE_BY, COLUMN_COUNT };

static crm_status begin_entries(struct crm_sink *sink, bool record)
{
    const struct column columns[COLUMN_COUNT] = {
        [ENTRY] = {.name = "entry", .label = _("Entry"), .type = DATA_INTEGER},
        [AT] = {.name = "at", .label = _("At"), .type = DATA_TIME},
        [BY] = {.name = "by", .label = _("By")},
        [COMMAND] = {.name = "command", .label = _("Command")},
        [WHAT] = {.name = "what", .label = _("What"), .type = DATA_JSON},
        [UNDOES] = {.name = "undoes",
                    .label = _("Undoes"),
                    .type = DATA_INTEGER,
                    .flags = record ? 0 : COLUMN_HIDDEN},
        [UNDONE_BY] = {.name = "undone_by", .label = _("Undone by"), .type = DATA_INTEGER},
    };
    const struct table table = {
        .name = "log", .columns = columns, .count = COLUMN_COUNT, .record = record};
    return sink_begin(sink, &table);
}

static crm_status write_entry(struct crm_book *book, const struct entry *entry, int64_t undone,
                              struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct buffer text cleanup(buffer_release) = {0};
    struct what what;
    crm_status status = count_what(book, entry, &arena, &what);
    if (status != CRM_OK)
        return status;
    if (is_json(sink))
        what_as_json(&what, &text);
    else
        what_as_words(&what, &text);
    if (text.failed)
        return error_no_memory(&book->error);
    const struct value values[COLUMN_COUNT] = {
        [ENTRY] = value_integer(entry->id),
        [AT] = value_text(entry->happened_at),
        [BY] = value_text(entry->actor),
        [COMMAND] = value_text(entry->command),
        [WHAT] = value_text_length(buffer_string(&text), text.length),
        [UNDOES] = entry->undoes != 0 ? value_integer(entry->undoes) : value_null(),
        [UNDONE_BY] = undone != 0 ? value_integer(undone) : value_null(),
    };
    return sink_row(sink, values);
}

crm_status history_write_entry(struct crm_book *book, const struct entry *entry, int64_t undone,
                               struct crm_sink *sink)
{
    if (sink == NULL)
        return CRM_OK;
    crm_status status = begin_entries(sink, true);
    if (status == CRM_OK)
        status = write_entry(book, entry, undone, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- All entries ---- */

struct listing {
    struct crm_book *book;
    struct crm_sink *sink;
    struct undone_list undone;
};

static crm_status list_entry(void *context, const struct value *row)
{
    struct listing *listing = context;
    struct arena arena cleanup(arena_release) = {0};
    struct entry entry;
    crm_status status = entry_of(listing->book, row, &arena, &entry);
    return status == CRM_OK ? write_entry(listing->book, &entry,
                                          undone_by(&listing->undone, entry.id), listing->sink)
                            : status;
}

static void add_bounds(const struct bounds *bounds, struct query *query)
{
    const struct {
        const char *condition, *text;
    } conditions[] = {{" AND j.happened_at >= ", bounds->from},
                      {" AND j.happened_at < ", bounds->end},
                      {" AND j.actor = ", bounds->actor == NULL ? "" : bounds->actor}};
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        if (conditions[i].text[0] == '\0')
            continue;
        buffer_text(&query->sql, conditions[i].condition);
        query_value(query, value_text(conditions[i].text));
    }
}

static crm_status list_entries(struct crm_book *book, const crm_log_options *options,
                               struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct query query cleanup(query_release) = {0};
    struct listing listing = {.book = book, .sink = sink};
    buffer_text(&query.sql, "SELECT " ENTRY_COLUMNS " FROM journal j WHERE 1 = 1");
    struct bounds bounds;
    crm_status status = bounds_read(book, options, &bounds);
    add_bounds(&bounds, &query);
    buffer_text(&query.sql, " ORDER BY j.id DESC");
    if (options->limit > 0)
        buffer_printf(&query.sql, " LIMIT %lld", (long long)options->limit);
    if (status == CRM_OK && query.sql.failed)
        status = error_no_memory(&book->error);
    if (status == CRM_OK)
        status = undone_load(book, &arena, &listing.undone);
    if (status == CRM_OK)
        status = begin_entries(sink, false);
    if (status == CRM_OK)
        status = store_query(book->store, buffer_string(&query.sql), query.parameters, query.count,
                             list_entry, &listing);
    return status == CRM_OK ? sink_end(sink) : status;
}

crm_status crm_log(crm_book *book, const crm_log_options *options, crm_sink *sink)
{
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = store_begin_reading(book->store);
    if (status != CRM_OK)
        return status;
    status = list_entries(book, options, sink);
    store_end_reading(book->store);
    return status;
}
