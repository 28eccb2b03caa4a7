/* SPDX-License-Identifier: MIT */
/* Calendars of the book, and the two questions that a person may ask them. */
#include "domain/calendar.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Day lists, read when needed ---- */

struct known_year {
    struct known_year *next;
    int year;
    bool present;
    struct day_list list;
};

struct list_source {
    struct crm_book *book;
    const char *name;
    struct known_year *years;
};

/* A list of the book, else one that came with the library. */
static crm_status read_list(struct list_source *source, int year, char **path, struct buffer *text)
{
    struct crm_book *book = source->book;
    struct arena *arena = &book->arena;
    const char *file = day_list_path(arena, source->name, year);
    *path = file == NULL ? NULL : book_path(book, arena, file);
    if (*path == NULL) {
        return error_no_memory(&book->error);
    }
    crm_status status = file_read(*path, FILE_PLAIN, text, &book->error);
    if (status == CRM_NOT_FOUND && book->data_directory != NULL) {
        *path = arena_printf(arena, "%s/%s", book->data_directory, file);
        status = *path == NULL ? error_no_memory(&book->error)
                               : file_read(*path, FILE_PLAIN, text, &book->error);
    }
    return status;
}

static crm_status refuse_list(struct list_source *source, const char *path, int year,
                              struct error *error)
{
    error_place(error, path, 0, 0);
    error_hint(error, _("load the official list of %d again: crm calendar import FILE --name %s"),
               year, source->name);
    return CRM_INVALID;
}

static crm_status load_year(struct list_source *source, struct known_year *known,
                            struct error *error)
{
    cleanup(buffer_release) struct buffer text = {0};
    char *path;
    crm_status status = read_list(source, known->year, &path, &text);
    if (status == CRM_NOT_FOUND) {
        return CRM_OK;
    }
    if (status != CRM_OK) {
        return status;
    }
    status = day_list_parse(&source->book->arena, buffer_string(&text), text.length, &known->list,
                            error);
    if (status == CRM_OK && known->list.year != known->year) {
        status =
            error_set(error, CRM_INVALID, _("day list: it is for the year %d"), known->list.year);
    }
    known->present = status == CRM_OK;
    return status == CRM_INVALID ? refuse_list(source, path, known->year, error) : status;
}

static crm_status list_of_year(void *context, int year, const struct day_list **out,
                               struct error *error)
{
    struct list_source *source = context;
    struct known_year *known = source->years;
    while (known != NULL && known->year != year) {
        known = known->next;
    }
    if (known == NULL) {
        known = arena_alloc(&source->book->arena, sizeof *known);
        if (known == NULL) {
            return error_no_memory(error);
        }
        known->year = year;
        crm_status status = load_year(source, known, error);
        if (status != CRM_OK) {
            return status;
        }
        known->next = source->years;
        source->years = known;
    }
    *out = known->present ? &known->list : NULL;
    return CRM_OK;
}

crm_status book_calendars(struct crm_book *book, const struct calendar **out)
{
    size_t count = book->policy->calendar_count;
    *out = book->calendars;
    if (*out != NULL) {
        return CRM_OK;
    }
    struct calendar *calendars = arena_array(&book->arena, count + 1, sizeof *calendars);
    struct list_source *sources = arena_array(&book->arena, count + 1, sizeof *sources);
    if (calendars == NULL || sources == NULL) {
        return error_no_memory(&book->error);
    }
    for (size_t i = 0; i < count; i++) {
        const struct calendar_policy *policy = &book->policy->calendars[i];
        sources[i] = (struct list_source){.book = book, .name = policy->holidays};
        calendars[i] = (struct calendar){
            .policy = policy, .zone = book->zone, .lists = list_of_year, .context = &sources[i]};
    }
    *out = book->calendars = calendars;
    return CRM_OK;
}

/* ---- Questions ---- */

static crm_status refuse_calendar(struct crm_book *book, const char *name)
{
    const struct policy *policy = book->policy;
    if (policy->calendar_count == 0) {
        error_set(&book->error, CRM_NOT_FOUND, _("policy.yaml has no calendar"));
        return error_hint(&book->error, _("describe one under calendars: see crm-policy(5)"));
    }
    cleanup(buffer_release) struct buffer names = {0};
    for (size_t i = 0; i < policy->calendar_count; i++) {
        buffer_printf(&names, "%s%s", i > 0 ? ", " : "", policy->calendars[i].name);
    }
    error_set(&book->error, CRM_NOT_FOUND, _("no calendar \"%s\""), name);
    return error_hint(&book->error, _("policy.yaml has: %s"), buffer_string(&names));
}

/* The calendar of that name, the first one for NULL. */
static crm_status find_calendar(struct crm_book *book, const char *name,
                                const struct calendar **out)
{
    int index = name == NULL ? 0 : policy_calendar(book->policy, name);
    if (index < 0 || (size_t)index >= book->policy->calendar_count) {
        return refuse_calendar(book, name);
    }
    const struct calendar *calendars = NULL;
    crm_status status = book_calendars(book, &calendars);
    *out = status == CRM_OK ? &calendars[index] : NULL;
    return status;
}

/* Spans of an explanation, kept until the row before them is printed. */
struct explanation {
    bool wanted;
    struct span *spans;
    size_t count, capacity;
    struct error *error;
};

static crm_status keep_span(void *context, const struct span *span)
{
    struct explanation *explanation = context;
    struct span *spans = array_grow(explanation->spans, &explanation->capacity,
                                    explanation->count + 1, sizeof *spans);
    if (spans == NULL) {
        return error_no_memory(explanation->error);
    }
    explanation->spans = spans;
    spans[explanation->count++] = *span;
    return CRM_OK;
}

static void explanation_release(struct explanation *explanation)
{
    free(explanation->spans);
}

static const struct choice span_words[] = {{"clock", N_("clock")},     {"working", N_("working")},
                                           {"break", N_("break")},     {"night", N_("night")},
                                           {"weekend", N_("weekend")}, {"holiday", N_("holiday")}};

static crm_status print_section(struct crm_sink *sink, const struct explanation *explanation)
{
    const struct column columns[] = {
        {.name = "from", .label = _("from"), .type = DATA_TIME},
        {.name = "to", .label = _("to"), .type = DATA_TIME},
        {.name = "counted", .label = _("counted"), .type = DATA_BOOLEAN},
        {.name = "seconds", .label = _("seconds"), .type = DATA_INTEGER},
        {.name = "kind",
         .label = _("kind"),
         .type = DATA_ENUM,
         .choices = span_words,
         .choice_count = sizeof span_words / sizeof *span_words},
        {.name = "name", .label = _("name"), .type = DATA_TEXT}};
    struct table table = {.name = "intervals",
                          .title = _("Intervals"),
                          .columns = columns,
                          .count = sizeof columns / sizeof columns[0]};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < explanation->count && status == CRM_OK; i++) {
        const struct span *span = &explanation->spans[i];
        char from[TIME_TEXT], to[TIME_TEXT];
        time_format_utc(span->from, from);
        time_format_utc(span->to, to);
        const struct value values[] = {value_text(from),
                                       value_text(to),
                                       value_integer(span_counts(span)),
                                       value_integer(span->to - span->from),
                                       value_text(span_kind_name(span->kind)),
                                       value_text(span->name)};
        status = sink_row(sink, values);
    }
    return status == CRM_OK ? sink_end(sink) : status;
}

static void append_spans(struct buffer *out, const struct zone *zone,
                         const struct explanation *explanation)
{
    buffer_character(out, '[');
    for (size_t i = 0; i < explanation->count; i++) {
        const struct span *span = &explanation->spans[i];
        char from[TIME_TEXT], to[TIME_TEXT];
        time_format(zone, span->from, from);
        time_format(zone, span->to, to);
        buffer_printf(out, "%s{\"from\":\"%s\",\"to\":\"%s\",\"counted\":%s,\"seconds\":%lld,",
                      i > 0 ? "," : "", from, to, span_counts(span) ? "true" : "false",
                      (long long)(span->to - span->from));
        buffer_printf(out, "\"kind\":\"%s\",\"name\":", span_kind_name(span->kind));
        if (span->name == NULL) {
            buffer_text(out, "null");
        } else {
            text_json_quote(out, span->name, strlen(span->name));
        }
        buffer_character(out, '}');
    }
    buffer_character(out, ']');
}

/* An answer has at most so many columns, with room for the intervals. */
enum { ANSWER_COLUMNS = 6 };

struct answer {
    struct table table;
    struct column columns[ANSWER_COLUMNS];
    struct value values[ANSWER_COLUMNS];
};

static void answer_add(struct answer *answer, const char *name, const char *label,
                       enum data_type type, struct value value)
{
    size_t index = answer->table.count++;
    answer->columns[index] = (struct column){.name = name, .label = label, .type = type};
    answer->values[index] = value;
}

static crm_status print_row(struct crm_sink *sink, const struct answer *answer)
{
    crm_status status = sink_begin(sink, &answer->table);
    if (status == CRM_OK) {
        status = sink_row(sink, answer->values);
    }
    return status == CRM_OK ? sink_end(sink) : status;
}

/* A format that knows sections gets the intervals as one, others as a column of JSON. */
static crm_status print_answer(struct crm_book *book, struct crm_sink *sink, struct answer *answer,
                               const struct explanation *explanation)
{
    answer->table.columns = answer->columns;
    answer->table.record = true;
    if (sink == NULL || !explanation->wanted) {
        return print_row(sink, answer);
    }
    if (sink->format->page_begin == NULL) {
        cleanup(buffer_release) struct buffer json = {0};
        append_spans(&json, book->zone, explanation);
        answer_add(answer, "intervals", _("intervals"), DATA_JSON,
                   value_text_length(buffer_string(&json), json.length));
        return json.failed ? error_no_memory(&book->error) : print_row(sink, answer);
    }
    crm_status status = sink_page_begin(sink, &answer->table, answer->values);
    if (status == CRM_OK) {
        status = print_section(sink, explanation);
    }
    return status == CRM_OK ? sink_page_end(sink) : status;
}

/* A limit between its two ends, of which one was asked for. */
struct limit_ends {
    struct duration limit;
    instant from, due;
};

static crm_status find_ends(struct crm_book *book, const struct calendar *calendar, bool backwards,
                            struct limit_ends *ends, struct explanation *explanation)
{
    const struct span_trace trace = {.visit = keep_span, .context = explanation};
    const struct span_trace *told = explanation->wanted ? &trace : NULL;
    if (!backwards) {
        return calendar_due(calendar, ends->from, ends->limit, told, &ends->due, &book->error);
    }
    int64_t seconds;
    crm_status status = calendar_start(calendar, ends->due, ends->limit, &ends->from, &book->error);
    return status != CRM_OK || told == NULL
               ? status
               : calendar_used(calendar, ends->limit, ends->from, ends->due, told, &seconds,
                               &book->error);
}

crm_status crm_calendar_due(crm_book *book, const char *from, const char *until, const char *limit,
                            const char *calendar, bool explain, crm_sink *sink)
{
    const struct calendar *found;
    struct limit_ends ends;
    crm_status status = book_read(book);
    if (status == CRM_OK) {
        status = find_calendar(book, calendar, &found);
    }
    if (status == CRM_OK) {
        status = time_parse(until != NULL ? until : from, book->now, book->zone,
                            until != NULL ? &ends.due : &ends.from, &book->error);
    }
    if (status == CRM_OK) {
        status = duration_parse(limit, &ends.limit, &book->error);
    }
    if (status != CRM_OK) {
        return status;
    }
    cleanup(explanation_release) struct explanation explanation = {.wanted = explain,
                                                                   .error = &book->error};
    status = find_ends(book, found, until != NULL, &ends, &explanation);
    if (status != CRM_OK) {
        return status;
    }
    char from_text[TIME_TEXT], due_text[TIME_TEXT], limit_text[24];
    time_format_utc(ends.from, from_text);
    time_format_utc(ends.due, due_text);
    struct answer answer = {.table.name = "due"};
    answer_add(&answer, "from", _("from"), DATA_TIME, value_text(from_text));
    answer_add(&answer, "limit", _("limit"), DATA_TEXT,
               value_text(duration_format(ends.limit, limit_text)));
    answer_add(&answer, "calendar", _("calendar"), DATA_TEXT, value_text(found->policy->name));
    answer_add(&answer, "due", _("due"), DATA_TIME, value_text(due_text));
    return print_answer(book, sink, &answer, &explanation);
}

crm_status crm_calendar_between(crm_book *book, const char *from, const char *to,
                                const char *calendar, bool explain, crm_sink *sink)
{
    const struct calendar *found;
    instant start, end;
    crm_status status = book_read(book);
    if (status == CRM_OK) {
        status = find_calendar(book, calendar, &found);
    }
    if (status == CRM_OK) {
        status = time_parse(from, book->now, book->zone, &start, &book->error);
    }
    if (status == CRM_OK) {
        status = time_parse(to, book->now, book->zone, &end, &book->error);
    }
    if (status != CRM_OK) {
        return status;
    }
    cleanup(explanation_release) struct explanation explanation = {.wanted = explain,
                                                                   .error = &book->error};
    struct span_trace trace = {.visit = keep_span, .context = &explanation};
    int64_t seconds;
    status = calendar_between(found, start, end, explain ? &trace : NULL, &seconds, &book->error);
    if (status != CRM_OK) {
        return status;
    }
    char from_text[TIME_TEXT], to_text[TIME_TEXT];
    time_format_utc(start, from_text);
    time_format_utc(end, to_text);
    struct answer answer = {.table.name = "between"};
    answer_add(&answer, "from", _("from"), DATA_TIME, value_text(from_text));
    answer_add(&answer, "to", _("to"), DATA_TIME, value_text(to_text));
    answer_add(&answer, "calendar", _("calendar"), DATA_TEXT, value_text(found->policy->name));
    answer_add(&answer, "seconds", _("working seconds"), DATA_INTEGER, value_integer(seconds));
    answer_add(&answer, "hours", _("working hours"), DATA_REAL, value_real((double)seconds / 3600));
    answer.columns[answer.table.count - 1].decimals = 2;
    return print_answer(book, sink, &answer, &explanation);
}
