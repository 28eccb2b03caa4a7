/* SPDX-License-Identifier: MIT */
/* A record as it once was. Temporary tables with the names of the book's own hold what is shown,
 * rolled back image by image: all that shows a record reads them without knowing. They go with the
 * transaction; nothing is written to the book and nobody waits. */
#include "journal/past.h"

#include "store/create.h"

#include <stdlib.h>
#include <string.h>

static void past_release(struct past *past)
{
    free(past->backs);
    arena_release(&past->arena);
}

crm_status past_run_query(struct past *past, struct query *query)
{
    if (query->sql.failed)
        return error_no_memory(&past->book->error);
    return store_run(past->book->store, buffer_string(&query->sql), query->parameters,
                     query->count);
}

/* ---- The tables ---- */

static void column_names(struct buffer *sql, const struct kind *kind, const char *alias)
{
    if (kind->cluster == NULL)
        buffer_printf(sql, "%sid, ", alias);
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].expression == NULL)
            buffer_printf(sql, "%s%s, ", alias, kind->fields[i].name);
    if (kind->custom)
        buffer_printf(sql, "%scustom, ", alias);
    buffer_printf(sql, "%sentry", alias);
}

/* Sums by month follow from the lines of all customers: none of them is shown. */
static crm_status make_tables(struct past *past)
{
    struct store *store = past->book->store;
    crm_status status = store_create_shadow(store, PAST_PREFIX, &past->book->error);
    if (status == CRM_OK)
        status = store_execute(store, "CREATE TEMP TABLE past_member (kind TEXT NOT NULL, "
                                      "record BIGINT NOT NULL, PRIMARY KEY (kind, record))");
    return status;
}

/* From here on the book's tables are hidden behind those of the past. */
static crm_status hide_tables(struct past *past)
{
    struct arena arena cleanup(arena_release) = {0};
    struct store *store = past->book->store;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++) {
        const char *table = schema_kinds[i]->table;
        const char *sql =
            arena_printf(&arena, "ALTER TABLE %s%s RENAME TO %s", PAST_PREFIX, table, table);
        status = sql == NULL ? error_no_memory(&past->book->error) : store_execute(store, sql);
    }
    return status == CRM_OK
               ? store_execute(store, "ALTER TABLE past_month_total RENAME TO month_total")
               : status;
}

/* ---- Who is looked at ---- */

static crm_status add_member(struct past *past, const struct kind *kind, int64_t record)
{
    const struct value parameters[] = {value_text(kind->name), value_integer(record)};
    return store_run(
        past->book->store,
        "INSERT INTO past_member (kind, record) VALUES ($1, $2) ON CONFLICT DO NOTHING", parameters,
        2);
}

static crm_status add_by_image(void *context, const struct reading *reading)
{
    struct past *past = context;
    const struct image *image = &reading->image;
    return image->entry > past->entry && image->record != 0
               ? add_member(past, image->kind, image->record)
               : CRM_OK;
}

/* Those that belong to the root at present. */
static crm_status add_present(struct past *past, const struct kind *kind)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql, "INSERT INTO past_member (kind, record) SELECT '%s', t.id FROM %s t",
                  kind->name, kind->table);
    if (kind->cluster != NULL || !belongings_where(&past->root, kind, &query))
        return CRM_OK;
    buffer_text(&query.sql, " ON CONFLICT DO NOTHING");
    return past_run_query(past, &query);
}

/* The parts of those that belonged to it then, whosever they are now. */
static crm_status add_parts(struct past *past, const struct kind *kind)
{
    struct query query cleanup(query_release) = {0};
    if (kind->part_of == NULL || kind->cluster != NULL)
        return CRM_OK;
    const struct field *field = kind_field(kind, kind->part_of);
    buffer_printf(&query.sql,
                  "INSERT INTO past_member (kind, record) SELECT '%s', t.id FROM %s t "
                  "WHERE t.%s IN (SELECT m.record FROM past_member m WHERE m.kind = '%s') "
                  "ON CONFLICT DO NOTHING",
                  kind->name, kind->table, field->name, field->reference);
    return past_run_query(past, &query);
}

static crm_status find_members(struct past *past)
{
    crm_status status = add_member(past, past->root.kind, past->root.id);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = add_present(past, schema_kinds[i]);
    if (status == CRM_OK)
        status = belongings_images(past->book, &past->root, add_by_image, past);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = add_parts(past, schema_kinds[i]);
    return status;
}

/* ---- What they are now ---- */

/* Lines are found by their orders, which are copied before them. */
static crm_status copy_present(struct past *past, const struct kind *kind)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql, "INSERT INTO %s%s (", PAST_PREFIX, kind->table);
    column_names(&query.sql, kind, "");
    buffer_text(&query.sql, ") SELECT ");
    column_names(&query.sql, kind, "t.");
    buffer_printf(&query.sql, " FROM %s t WHERE ", kind->table);
    if (kind->cluster == NULL)
        buffer_printf(&query.sql,
                      "t.id IN (SELECT m.record FROM past_member m WHERE m.kind = '%s')",
                      kind->name);
    else
        buffer_printf(&query.sql,
                      "t.customer IN (SELECT o.customer FROM past_sales_order o) AND t.%s IN "
                      "(SELECT o.id FROM past_sales_order o)",
                      kind->part_of);
    return past_run_query(past, &query);
}

/* ---- Rolling back ---- */

/* What was made later was not there yet; what was another customer's then is not shown. */
static crm_status drop_others(struct past *past, const struct kind *kind)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql, "DELETE FROM %s%s WHERE entry > ", PAST_PREFIX, kind->table);
    query_value(&query, value_integer(past->entry));
    if (past->root.kind == &kind_customer && kind != &kind_customer &&
        kind_field(kind, "customer") != NULL) {
        buffer_text(&query.sql, " OR customer <> ");
        query_value(&query, value_integer(past->root.id));
    }
    return past_run_query(past, &query);
}

static crm_status roll_back(struct past *past)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = copy_present(past, schema_kinds[i]);
    if (status == CRM_OK)
        status = past_note_members(past);
    if (status == CRM_OK)
        status = past_note_lines(past);
    if (status == CRM_OK)
        status = past_take_back(past);
    return status;
}

/* ---- What they refer to ---- */

static crm_status add_referred(struct past *past, const struct kind *kind,
                               const struct field *field)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql,
                  "INSERT INTO past_member (kind, record) SELECT DISTINCT '%s', t.%s FROM %s%s t "
                  "WHERE t.%s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s%s r WHERE r.id = t.%s) "
                  "ON CONFLICT DO NOTHING",
                  field->reference, field->name, PAST_PREFIX, kind->table, field->name, PAST_PREFIX,
                  schema_kind(field->reference)->table, field->name);
    return past_run_query(past, &query);
}

/* Owners, products and the like, for their names as they were then. */
static crm_status add_all_referred(struct past *past)
{
    crm_status status = store_execute(past->book->store, "DELETE FROM past_member");
    for (size_t k = 0; k < schema_kind_count; k++)
        for (size_t f = 0; f < schema_kinds[k]->field_count && status == CRM_OK; f++)
            if (schema_kinds[k]->fields[f].type == DATA_REFERENCE)
                status = add_referred(past, schema_kinds[k], &schema_kinds[k]->fields[f]);
    return status;
}

/* Those that are referred to stand beside the others, without their own belongings. */
static crm_status roll_referred_back(struct past *past)
{
    crm_status status = add_all_referred(past);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        if (schema_kinds[i]->cluster == NULL)
            status = copy_present(past, schema_kinds[i]);
    if (status == CRM_OK)
        status = past_note_members(past);
    return status == CRM_OK ? past_take_back(past) : status;
}

/* ---- Facts ---- */

static crm_status follow_order(void *context, const struct value *row)
{
    return derived_follow(context, &kind_order, row[0].integer);
}

static crm_status compute_facts(struct past *past)
{
    static const struct kind *const kinds[] = {&kind_line, &kind_tier_change, &kind_complaint,
                                               &kind_survey_answer, &kind_visit};
    crm_status status = store_query(past->book->store, "SELECT id FROM sales_order", NULL, 0,
                                    follow_order, past->book);
    if (past->root.kind != &kind_customer)
        return status;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == CRM_OK; i++)
        status = derived_after(past->book, kinds[i], past->root.id);
    return status;
}

/* ---- When it was not there ---- */

static crm_status say_absent(struct past *past, const char *reference, const char *at)
{
    struct crm_book *book = past->book;
    struct arena arena cleanup(arena_release) = {0};
    struct entry made;
    char made_at[TIME_TEXT];
    instant when = 0;
    const char *noun = _(past->root.kind->noun);
    if (past->root.made_by <= past->entry) {
        error_set(&book->error, CRM_NOT_FOUND,
                  _("%s '%s' was not there at %s: it had been removed"), noun, reference, at);
        return error_hint(&book->error, _("see when it came and went: crm log %s %s"),
                          past->root.kind->name, reference);
    }
    crm_status status = entry_load(book, past->root.made_by, &arena, &made);
    if (status != CRM_OK)
        return status;
    (void)time_parse_iso(made.happened_at, strlen(made.happened_at), NULL, &when);
    time_format(book->zone, when, made_at);
    error_set(&book->error, CRM_NOT_FOUND,
              _("%s '%s' was not there yet at %s: it was made at %s, by entry %lld"), noun,
              reference, at, made_at, (long long)made.id);
    return error_hint(&book->error, _("ask for that day or a later one"));
}

/* The entry that made a record that is gone. */
static crm_status find_maker(struct past *past)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameters[] = {value_text(past->root.kind->name),
                                       value_integer(past->root.id)};
    struct value before = value_null();
    struct values values;
    if (past->root.made_by != 0)
        return CRM_OK;
    crm_status status =
        store_row_values(past->book->store, &arena,
                         "SELECT before_values FROM journal_image WHERE kind = $1 AND record = $2 "
                         "AND action = 'removed' ORDER BY entry DESC LIMIT 1",
                         parameters, 2, &before, 1);
    if (status == CRM_OK && value_is_null(&before))
        return past_say_erased(past);
    if (status == CRM_OK)
        status = values_read(past->book, before.text, &arena, &values);
    if (status == CRM_OK)
        past->root.made_by = values_integer(&values, "entry");
    return status;
}

/* ---- All of it ---- */

static crm_status make_past(struct past *past)
{
    crm_status status = make_tables(past);
    if (status == CRM_OK)
        status = undone_load(past->book, &past->arena, &past->undone);
    if (status == CRM_OK)
        status = find_members(past);
    if (status == CRM_OK)
        status = roll_back(past);
    for (size_t i = 0; i < schema_kind_count && status == CRM_OK; i++)
        status = drop_others(past, schema_kinds[i]);
    if (status == CRM_OK)
        status = roll_referred_back(past);
    if (status == CRM_OK)
        status = hide_tables(past);
    return status == CRM_OK ? compute_facts(past) : status;
}

static crm_status show(struct past *past, const char *reference, struct crm_sink *sink)
{
    struct crm_book *book = past->book;
    char at[TIME_TEXT];
    time_format(book->zone, book->now, at);
    crm_status status = past->root.made_by > past->entry
                            ? say_absent(past, reference, at)
                            : record_write_head(book, past->root.kind, past->root.id, sink);
    if (status == CRM_NOT_FOUND && book->error.message[0] == '\0')
        return say_absent(past, reference, at);
    if (status == CRM_OK)
        status = derived_sections(book, past->root.kind, past->root.id, sink);
    if (status == CRM_OK)
        status = sink_page_end(sink);
    if (status == CRM_OK)
        status = sink_note(sink, _("as it was at %s, after entry %lld of the journal"), at,
                           (long long)past->entry);
    if (status == CRM_OK && past->clock_went_back)
        status = sink_note(sink,
                           _("a clock went back after entry %lld: later entries count as no "
                             "earlier than that one"),
                           (long long)past->entry + 1);
    return status;
}

/* The last one before the first of a later time: where a clock went back, an entry counts as no
 * earlier than those before it. */
static crm_status find_entry(struct past *past)
{
    struct arena arena cleanup(arena_release) = {0};
    char at[TIME_TEXT];
    struct value ids[2];
    time_format_utc(past->book->now, at);
    const struct value parameter = value_text(at);
    crm_status status = store_row_values(
        past->book->store, &arena,
        "SELECT coalesce((SELECT min(id) - 1 FROM journal WHERE happened_at > $1), max(id), 0), "
        "coalesce(max(CASE WHEN happened_at <= $1 THEN id END), 0) FROM journal",
        &parameter, 1, ids, 2);
    if (status != CRM_OK)
        return status;
    past->entry = ids[0].integer;
    past->clock_went_back = ids[1].integer > past->entry;
    return entry_refuse_valueless(past->book, past->entry + 1);
}

static crm_status show_past(struct crm_book *book, const char *kind, const char *reference,
                            struct crm_sink *sink)
{
    struct past past cleanup(past_release) = {.book = book};
    bool removed = false;
    crm_status status = history_root(book, kind, reference, &past.root, &removed);
    if (status == CRM_OK)
        status = find_entry(&past);
    if (status == CRM_OK)
        status = find_maker(&past);
    if (status == CRM_OK && past.root.made_by <= past.entry)
        status = make_past(&past);
    return status == CRM_OK ? show(&past, reference, sink) : status;
}

/* A day means its end, a time itself. */
static crm_status read_moment(struct crm_book *book, const char *text, instant *out)
{
    day_number day;
    bool timed = strchr(text, ':') != NULL;
    crm_status status = timed ? time_parse(text, book->now, book->zone, out, &book->error)
                              : date_parse_end(text, book->today, &day, &book->error);
    if (status == CRM_OK && !timed && day < book->today)
        *out = zone_instant(book->zone, day + 1, 0) - 1;
    else if (status == CRM_OK && !timed)
        *out = day == book->today ? book->now : zone_instant(book->zone, day, 0);
    if (status != CRM_OK || *out <= book->now)
        return status;
    error_set(&book->error, CRM_INVALID, _("as-of: '%s' is still to come"), text);
    return error_hint(&book->error, _("give a day or time that is past"));
}

static void set_clock(struct crm_book *book, instant now)
{
    int second;
    book->now = now;
    zone_local(book->zone, now, &book->today, &second);
    date_format(book->today, book->today_text);
}

crm_status crm_record_show_as_of(crm_book *book, const char *kind, const char *reference,
                                 const char *as_of, crm_sink *sink)
{
    crm_status status = book_read(book);
    instant now = book->now, then = now;
    if (status == CRM_OK)
        status = read_moment(book, as_of, &then);
    if (status == CRM_OK)
        status = store_begin_shadow(book->store);
    if (status != CRM_OK)
        return status;
    set_clock(book, then);
    status = show_past(book, kind, reference, sink);
    set_clock(book, now);
    store_end_reading(book->store);
    return status;
}
