/* SPDX-License-Identifier: MIT */
/* tier history: tier changes one by one, or counted by period. */
#include "domain/tier.h"

#include "domain/tier_matrix.h"
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

/* What was asked for, found in the book. */
struct looking {
    struct crm_book *book;
    const struct tier_scheme *scheme; /* NULL: every one */
    int64_t customer;                 /* 0: all */
    char since[DATE_TEXT], until[DATE_TEXT];
    const char *by, *part;
};

static crm_status read_day(struct crm_book *book, const char *text,
                           crm_status (*parse)(const char *, day_number, day_number *,
                                               struct error *),
                           char out[DATE_TEXT])
{
    day_number day;
    crm_status status = parse(text, book->today, &day, &book->error);
    if (status == CRM_OK)
        date_format(day, out);
    return status;
}

static crm_status look_up(struct looking *looking, const crm_tier_period *request)
{
    struct crm_book *book = looking->book;
    crm_status status = CRM_OK;
    date_format(DATE_FIRST, looking->since);
    date_format(DATE_LAST, looking->until);
    if (request->scheme != NULL || request->by != NULL)
        status = tier_scheme_find(book, request->scheme, &looking->scheme);
    if (status == CRM_OK && request->since != NULL)
        status = read_day(book, request->since, date_parse, looking->since);
    if (status == CRM_OK && request->until != NULL)
        status = read_day(book, request->until, date_parse_end, looking->until);
    if (status == CRM_OK && request->customer != NULL)
        status = record_resolve(book, &kind_customer, request->customer, &looking->customer);
    if (status != CRM_OK || request->part == NULL || request->by != NULL)
        return status;
    error_set(&book->error, CRM_USAGE, _("tier history: a list has no part '%s'"), request->part);
    return error_hint(&book->error, _("add --by month, quarter or year"));
}

/* The condition on the history's rows, over the alias t. */
static void condition_sql(const struct looking *looking, struct query *query)
{
    buffer_text(&query->sql, "t.effective_on >= ");
    query_value(query, value_text(looking->since));
    buffer_text(&query->sql, " AND t.effective_on <= ");
    query_value(query, value_text(looking->until));
    if (looking->customer != 0) {
        buffer_text(&query->sql, " AND t.customer = ");
        query_value(query, value_integer(looking->customer));
    }
    if (looking->scheme != NULL) {
        buffer_text(&query->sql, " AND t.scheme = ");
        query_value(query, value_text(looking->scheme->name));
    }
}

static crm_status print_list(const struct looking *looking, struct crm_sink *sink)
{
    struct query query cleanup(query_release) = {0};
    condition_sql(looking, &query);
    if (query.sql.failed)
        return error_no_memory(&looking->book->error);
    return tier_print_history(looking->book, buffer_string(&query.sql), query.parameters,
                              query.count, false, sink);
}

/* ---- By period ---- */

/* Each row of the history is of one kind. */
enum change_kind {
    KIND_PROMOTED,
    KIND_DEMOTED,
    KIND_NEW,
    KIND_UNRATED,
    KIND_HELD,
    KIND_RECOVERED,
    KIND_PINNED,
    KIND_RELEASED,
    KIND_OTHER, /* confirmed, and what was imported with a reason of its own */
    KINDS
};

struct period {
    const char *name;
    int64_t changes, customers;
    int64_t kinds[KINDS];
    int64_t *moves; /* by name before and after, the last of both without a tier */
};

struct movement {
    const struct looking *looking;
    struct arena arena;
    const char **names; /* of tiers: the policy's, then others that the history tells of */
    size_t name_count, name_capacity;
    struct period *periods;
    size_t period_count, period_capacity;
    size_t at; /* period of the last row read */
};

static void movement_release(struct movement *movement)
{
    free(movement->names);
    free(movement->periods);
    arena_release(&movement->arena);
}

static crm_status no_memory(const struct movement *movement)
{
    return error_no_memory(&movement->looking->book->error);
}

static size_t number_of(const struct movement *movement, const struct value *tier)
{
    for (size_t i = 0; i < movement->name_count && tier->type == VALUE_TEXT; i++)
        if (strlen(movement->names[i]) == tier->length &&
            memcmp(movement->names[i], tier->text, tier->length) == 0)
            return i;
    return movement->name_count;
}

static crm_status add_name(struct movement *movement, const char *name)
{
    if (name == NULL)
        return no_memory(movement);
    const char **grown = array_grow(movement->names, &movement->name_capacity,
                                    movement->name_count + 1, sizeof *grown);
    if (grown == NULL)
        return no_memory(movement);
    movement->names = grown;
    grown[movement->name_count++] = name;
    return CRM_OK;
}

static crm_status read_name(void *context, const struct value *row)
{
    struct movement *movement = context;
    if (row[0].type != VALUE_TEXT || number_of(movement, &row[0]) < movement->name_count)
        return CRM_OK;
    return add_name(movement, arena_copy_length(&movement->arena, row[0].text, row[0].length));
}

static crm_status read_period(void *context, const struct value *row)
{
    struct movement *movement = context;
    struct period *grown = array_grow(movement->periods, &movement->period_capacity,
                                      movement->period_count + 1, sizeof *grown);
    const size_t width = movement->name_count + 1;
    struct period period = {.name = arena_copy_length(&movement->arena, row[0].text, row[0].length),
                            .changes = row[1].integer,
                            .customers = row[2].integer,
                            .moves = arena_array(&movement->arena, width * width, sizeof(int64_t))};
    if (grown == NULL)
        return no_memory(movement);
    movement->periods = grown;
    grown[movement->period_count++] = period;
    return period.name == NULL || period.moves == NULL ? no_memory(movement) : CRM_OK;
}

static enum change_kind kind_of(const struct value *reason, bool pinned)
{
    static const enum change_kind kinds[] = {
        [EVENT_NONE] = KIND_OTHER,        [EVENT_NEW] = KIND_NEW,
        [EVENT_PROMOTED] = KIND_PROMOTED, [EVENT_DEMOTED] = KIND_DEMOTED,
        [EVENT_HELD] = KIND_HELD,         [EVENT_RECOVERED] = KIND_RECOVERED,
        [EVENT_CONFIRMED] = KIND_OTHER,   [EVENT_UNRATED] = KIND_UNRATED,
        [EVENT_RELEASED] = KIND_RELEASED};
    if (pinned)
        return KIND_PINNED;
    return reason->type != VALUE_TEXT ? KIND_OTHER
                                      : kinds[tier_event_find(reason->text, reason->length)];
}

enum { AT_PERIOD, AT_PREVIOUS, AT_TIER, AT_REASON, AT_PINNED, AT_COUNT };

static crm_status read_count(void *context, const struct value *row)
{
    struct movement *movement = context;
    while (movement->at < movement->period_count &&
           strcmp(movement->periods[movement->at].name, row[AT_PERIOD].text) != 0)
        movement->at++;
    if (movement->at == movement->period_count)
        return CRM_OK;
    struct period *period = &movement->periods[movement->at];
    size_t from = number_of(movement, &row[AT_PREVIOUS]), to = number_of(movement, &row[AT_TIER]);
    period->kinds[kind_of(&row[AT_REASON], row[AT_PINNED].integer != 0)] += row[AT_COUNT].integer;
    if (from != to)
        period->moves[from * (movement->name_count + 1) + to] += row[AT_COUNT].integer;
    return CRM_OK;
}

/* Asks "SELECT what … of the rows at hand, then the rest". */
static crm_status ask(struct movement *movement, const char *what, const char *rest, store_row each)
{
    struct query query cleanup(query_release) = {0};
    buffer_printf(&query.sql, "SELECT %s FROM tier_change t WHERE ", what);
    condition_sql(movement->looking, &query);
    buffer_text(&query.sql, rest);
    if (query.sql.failed)
        return no_memory(movement);
    return store_query(movement->looking->book->store, buffer_string(&query.sql), query.parameters,
                       query.count, each, movement);
}

static const struct {
    const char *name, *sql;
} periods[] = {{"month", "substr(t.effective_on, 1, 7)"},
               {"quarter", "substr(t.effective_on, 1, 4) || '-Q' || "
                           "((CAST(substr(t.effective_on, 6, 2) AS INTEGER) + 2) / 3)"},
               {"year", "substr(t.effective_on, 1, 4)"}};

static const char *period_sql(const char *by)
{
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (strcmp(periods[i].name, by) == 0)
            return periods[i].sql;
    return NULL;
}

static crm_status count_all(struct movement *movement)
{
    struct crm_book *book = movement->looking->book;
    const char *period = period_sql(movement->looking->by);
    if (period == NULL) {
        error_set(&book->error, CRM_USAGE, _("tier history: there is no period '%s'"),
                  movement->looking->by);
        return error_hint(&book->error, _("choose one of %s"), "month, quarter, year");
    }
    const char *totals = arena_printf(&movement->arena,
                                      "%s AS period, count(*), count(DISTINCT t.customer)", period);
    const char *counts = arena_printf(
        &movement->arena, "%s AS period, t.previous, t.tier, t.reason, t.pinned, count(*)", period);
    crm_status status = totals != NULL && counts != NULL ? CRM_OK : no_memory(movement);
    for (size_t i = 0; i < book->policy->tier_count && status == CRM_OK; i++)
        status = add_name(movement, book->policy->tiers[i]);
    if (status == CRM_OK)
        status = ask(movement, "DISTINCT t.tier", " ORDER BY 1", read_name);
    if (status == CRM_OK)
        status = ask(movement, "DISTINCT t.previous", " ORDER BY 1", read_name);
    if (status == CRM_OK)
        status = ask(movement, totals, " GROUP BY 1 ORDER BY 1", read_period);
    if (status == CRM_OK)
        status = ask(movement, counts, " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1", read_count);
    return status;
}

/* ---- Tables ---- */

#define COUNT(key, text)                                                                           \
    {                                                                                              \
        .name = (key), .label = (text), .type = DATA_INTEGER                                       \
    }

static crm_status write_periods(struct movement *movement, struct crm_sink *sink)
{
    const struct column columns[] = {
        {.name = "period", .label = _("Period")}, COUNT("promoted", _("promoted")),
        COUNT("demoted", _("demoted")),           COUNT("new", _("new")),
        COUNT("unrated", _("unrated")),           COUNT("held", _("held")),
        COUNT("recovered", _("recovered")),       COUNT("pinned", _("set by hand")),
        COUNT("released", _("released")),         COUNT("other", _("other")),
        COUNT("changes", _("Changes")),           COUNT("customers", _("Customers")),
    };
    const struct table table = {.name = "periods",
                                .title = _("By period"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < movement->period_count && status == CRM_OK; i++) {
        const struct period *period = &movement->periods[i];
        struct value values[KINDS + 3] = {value_text(period->name)};
        for (size_t k = 0; k < KINDS; k++)
            values[k + 1] = value_integer(period->kinds[k]);
        values[KINDS + 1] = value_integer(period->changes);
        values[KINDS + 2] = value_integer(period->customers);
        status = sink_row(sink, values);
    }
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status write_movement(struct movement *movement, struct crm_sink *sink)
{
    const struct tier_matrix matrix = {.title = _("Movement"),
                                       .rows = movement->names,
                                       .row_count = movement->name_count,
                                       .columns = movement->names,
                                       .column_count = movement->name_count,
                                       .periods = true};
    crm_status status = tier_matrix_begin(&matrix, &movement->arena, sink);
    for (size_t i = 0; i < movement->period_count && status == CRM_OK; i++)
        status = tier_matrix_rows(&matrix, movement->periods[i].name, movement->periods[i].moves,
                                  &movement->arena, sink);
    if (status == CRM_NO_MEMORY)
        return no_memory(movement);
    return status == CRM_OK ? sink_end(sink) : status;
}

static const struct choice spans[] = {
    {"month", N_("month")}, {"quarter", N_("quarter")}, {"year", N_("year")}};
enum { SPANS = sizeof spans / sizeof *spans };

static crm_status write_head(const struct movement *movement, struct crm_sink *sink)
{
    int64_t changes = 0;
    const size_t count = movement->period_count;
    for (size_t i = 0; i < count; i++)
        changes += movement->periods[i].changes;
    const struct column columns[] = {
        {.name = "scheme", .label = _("Scheme")},
        {.name = "by", .label = _("Period"), .choices = spans, .choice_count = SPANS},
        {.name = "from", .label = _("From")},
        {.name = "to", .label = _("To")},
        COUNT("changes", _("Changes")),
    };
    const struct value values[] = {
        value_text(movement->looking->scheme->name), value_text(movement->looking->by),
        value_text(count > 0 ? movement->periods[0].name : NULL),
        value_text(count > 0 ? movement->periods[count - 1].name : NULL), value_integer(changes)};
    const struct table table = {.name = "tier_movement",
                                .title = _("Tier changes"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns,
                                .record = true};
    return sink_page_begin(sink, &table, values);
}

static crm_status write_all(struct movement *movement, struct crm_sink *sink)
{
    crm_status status = write_head(movement, sink);
    if (status == CRM_OK)
        status = write_periods(movement, sink);
    if (status == CRM_OK)
        status = write_movement(movement, sink);
    if (status == CRM_OK)
        status = sink_page_end(sink);
    return status == CRM_OK ? sink_note(sink, _("Changes are counted, not customers: who moves "
                                                "twice in a period counts twice in it."))
                            : status;
}

static crm_status print_periods(const struct looking *looking, struct crm_sink *sink)
{
    struct movement movement cleanup(movement_release) = {.looking = looking};
    const char *part = looking->part;
    crm_status status = count_all(&movement);
    if (status != CRM_OK)
        return status;
    if (part == NULL)
        return write_all(&movement, sink);
    if (strcmp(part, "periods") == 0)
        return write_periods(&movement, sink);
    if (strcmp(part, "movement") == 0)
        return write_movement(&movement, sink);
    error_set(&looking->book->error, CRM_USAGE, _("tier history: there is no part '%s'"), part);
    return error_hint(&looking->book->error, _("choose one of %s"), "periods, movement");
}

crm_status crm_tier_history(crm_book *book, const crm_tier_period *request, crm_sink *sink)
{
    struct looking looking = {.book = book, .by = request->by, .part = request->part};
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = look_up(&looking, request);
    if (status == CRM_OK)
        status = looking.by == NULL ? print_list(&looking, sink) : print_periods(&looking, sink);
    return book_end(book, status);
}
