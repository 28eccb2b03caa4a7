/* SPDX-License-Identifier: MIT */
/* The table of reports, and what all of them share: period, grouping, filter, notes. */
#include "report/report.h"

#include "base/text.h"

#include <string.h>

static const struct report *const reports[] = {
    &report_revenue,    &report_pareto,       &report_visits,        &report_review,
    &report_complaints, &report_satisfaction, &report_concentration, &report_book};
static const size_t report_count = sizeof reports / sizeof *reports;

size_t crm_report_count(void)
{
    return report_count;
}

bool crm_report_get(size_t index, crm_report_info *out)
{
    if (index >= report_count)
        return false;
    *out = (crm_report_info){.name = reports[index]->name,
                             .title = _(reports[index]->title),
                             .definition = _(reports[index]->definition),
                             .group_count = reports[index]->by_count};
    return true;
}

const char *crm_report_group(size_t index, size_t group)
{
    if (index >= report_count || group >= reports[index]->by_count)
        return NULL;
    return reports[index]->by[group].name;
}

/* ---- Grouping ---- */

/* The instant at which a day of the period begins in the book's zone, as stored. */
static struct value edge(const struct report_request *request, struct query *query, day_number day)
{
    char *text = arena_alloc(&query->arena, TIME_TEXT);
    if (text == NULL)
        query->sql.failed = true;
    else
        time_format_utc(zone_instant(request->book->zone, day, 0), text);
    return value_text(text);
}

static void month_sql(const struct report_request *request, struct query *query)
{
    day_number day = 0, last = 0;
    (void)date_parse_iso(request->from, DATE_TEXT - 1, &day);
    (void)date_parse_iso(request->to, DATE_TEXT - 1, &last);
    int year, month, of_month;
    date_to_civil(day, &year, &month, &of_month);
    day = date_from_civil(year, month, 1);
    buffer_text(&query->sql, "CASE");
    if (request->report->day != NULL)
        buffer_printf(&query->sql, " WHEN %s IS NULL THEN substr(%s, 1, 7)",
                      request->report->instant, request->report->day);
    for (; day <= last; day = date_add_months(day, 1)) {
        char text[DATE_TEXT];
        date_format(day, text);
        buffer_printf(&query->sql, " WHEN %s < ", request->report->instant);
        query_value(query, edge(request, query, date_add_months(day, 1)));
        buffer_printf(&query->sql, " THEN '%.7s'", text);
    }
    buffer_text(&query->sql, " END");
}

void report_group_sql(const struct report_request *request, size_t group, struct query *query)
{
    if (request->groups[group]->sql != NULL)
        buffer_text(&query->sql, request->groups[group]->sql);
    else
        month_sql(request, query);
}

void report_period_sql(const struct report_request *request, struct query *query)
{
    day_number from = 0, to = 0;
    (void)date_parse_iso(request->from, DATE_TEXT - 1, &from);
    (void)date_parse_iso(request->to, DATE_TEXT - 1, &to);
    buffer_printf(&query->sql, " AND (%s >= ", request->report->instant);
    query_value(query, edge(request, query, from));
    buffer_printf(&query->sql, " AND %s < ", request->report->instant);
    query_value(query, edge(request, query, to + 1));
    if (request->report->day != NULL) {
        buffer_printf(&query->sql, " OR %s IS NULL AND %s >= ", request->report->instant,
                      request->report->day);
        query_value(query, value_text(request->from));
        buffer_printf(&query->sql, " AND %s <= ", request->report->day);
        query_value(query, value_text(request->to));
    }
    buffer_character(&query->sql, ')');
}

static bool joined_before(const struct report_request *request, size_t group)
{
    for (size_t i = 0; i < group; i++)
        if (strcmp(request->groups[i]->join, request->groups[group]->join) == 0)
            return true;
    return false;
}

void report_group_joins(const struct report_request *request, struct buffer *sql)
{
    for (size_t i = 0; i < request->group_count; i++)
        if (!joined_before(request, i))
            buffer_text(sql, request->groups[i]->join);
}

void report_group_by(const struct report_request *request, size_t more, struct buffer *sql)
{
    for (size_t i = 0; i < request->group_count + more; i++)
        buffer_printf(sql, "%s%zu", i == 0 ? " GROUP BY " : ", ", i + 1);
}

/* The engines disagree where null belongs. */
void report_order_by(const struct report_request *request, const char *column, struct buffer *sql)
{
    for (size_t i = 0; i < request->group_count; i++)
        buffer_printf(sql, "%s%zu NULLS LAST, ", column, i + 1);
}

crm_status report_customer_filter(const struct report_request *request, const char *customer,
                                  struct query *query)
{
    if (request->filter == NULL || request->filter->count == 0)
        return CRM_OK;
    buffer_printf(&query->sql, " AND %s IN (SELECT t.id FROM customer t WHERE 1 = 1", customer);
    crm_status status = filter_sql(request->book, &kind_customer, "t", request->filter, query);
    buffer_text(&query->sql, ")");
    return status;
}

static struct column group_column(const struct report_group *group, const struct kind *kind)
{
    const struct field *field = kind == NULL ? NULL : kind_field(kind, group->name);
    struct column column = {.name = group->name, .label = _(group->label)};
    if (field != NULL)
        column.choices = field_labels(field, &column.choice_count);
    return column;
}

struct column report_from_column(void)
{
    return (struct column){
        .name = "from", .label = _("From"), .type = DATA_DATE, .flags = COLUMN_CONSTANT};
}

struct column report_to_column(void)
{
    return (struct column){
        .name = "to", .label = _("To"), .type = DATA_DATE, .flags = COLUMN_CONSTANT};
}

crm_status report_begin(struct report_request *request, const struct kind *kind,
                        const struct column *figures, size_t figure_count)
{
    struct column columns[REPORT_COLUMNS];
    size_t count = 0;
    for (size_t i = 0; i < request->group_count; i++)
        columns[count++] = group_column(request->groups[i], kind);
    memcpy(columns + count, figures, figure_count * sizeof *columns);
    count += figure_count;
    columns[count++] = report_from_column();
    columns[count++] = report_to_column();
    const struct table table = {.name = request->report->name,
                                .title = _(request->report->title),
                                .columns = columns,
                                .count = count};
    return sink_begin(request->sink, &table);
}

crm_status report_row(struct report_request *request, const struct value *values, size_t count)
{
    struct value row[REPORT_COLUMNS];
    request->rows++;
    if (request->limit > 0 && request->rows > request->limit)
        return CRM_OK;
    memcpy(row, values, count * sizeof *row);
    row[count++] = value_text(request->from);
    row[count++] = value_text(request->to);
    return sink_row(request->sink, row);
}

crm_status report_notes(const struct report_request *request)
{
    if (request->rows == 0)
        return CRM_OK; /* nothing that would need explaining */
    return sink_note(request->sink, "%s", _(request->report->definition));
}

/* ---- The request ---- */

static crm_status find_report(struct crm_book *book, const char *name, const struct report **out)
{
    const char *names[sizeof reports / sizeof *reports];
    for (size_t i = 0; i < report_count; i++) {
        names[i] = reports[i]->name;
        if (strcmp(names[i], name) == 0) {
            *out = reports[i];
            return CRM_OK;
        }
    }
    const char *nearest = text_nearest(name, names, report_count);
    error_set(&book->error, CRM_USAGE, _("there is no report '%s'"), name);
    if (nearest != NULL)
        return error_hint(&book->error, _("did you mean '%s'?"), nearest);
    return error_hint(&book->error, _("list them with: crm report"));
}

static crm_status refuse_group(const struct report_request *request, const char *name,
                               size_t length)
{
    struct crm_book *book = request->book;
    struct buffer list cleanup(buffer_release) = {0};
    for (size_t i = 0; i < request->report->by_count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", request->report->by[i].name);
    error_set(&book->error, CRM_USAGE, _("the report '%s' cannot be grouped by '%.*s'"),
              request->report->name, (int)length, name);
    if (list.length == 0)
        return error_hint(&book->error, _("leave out --by"));
    return error_hint(&book->error, _("choose one of %s"), buffer_string(&list));
}

static crm_status add_group(struct report_request *request, const char *name, size_t length)
{
    for (size_t i = 0; i < request->report->by_count; i++) {
        const struct report_group *group = &request->report->by[i];
        if (strlen(group->name) != length || memcmp(group->name, name, length) != 0)
            continue;
        for (size_t k = 0; k < request->group_count; k++) {
            if (request->groups[k] != group)
                continue;
            error_set(&request->book->error, CRM_USAGE, _("--by names '%s' twice"), group->name);
            return error_hint(&request->book->error, _("name it once"));
        }
        if (request->group_count == MOST_GROUPS) {
            error_set(&request->book->error, CRM_USAGE, _("--by names more than %d groups"),
                      MOST_GROUPS);
            return error_hint(&request->book->error, _("name fewer"));
        }
        request->groups[request->group_count++] = group;
        return CRM_OK;
    }
    return refuse_group(request, name, length);
}

static crm_status read_groups(struct report_request *request, const char *by)
{
    if (by == NULL) {
        if (request->report->by_count > 0)
            request->groups[request->group_count++] = &request->report->by[0];
        return CRM_OK;
    }
    crm_status status = CRM_OK;
    for (const char *at = by; at != NULL && status == CRM_OK;) {
        size_t length = strcspn(at, ",");
        status = add_group(request, at, length);
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return status;
}

/* The last twelve months: to the day, or as whole calendar months (this one the last) where the
 * rows are months, quarters or years and part of a month would mislead. */
static void default_period(const struct report_request *request, day_number *from, day_number *to)
{
    bool time = request->report->whole_months;
    for (size_t i = 0; i < request->group_count; i++)
        time = time || request->groups[i]->time;
    int year, month, day;
    *to = request->book->today;
    *from = date_add_months(*to, -12) + 1;
    if (!time)
        return;
    date_to_civil(*to, &year, &month, &day);
    *from = date_add_months(date_from_civil(year, month, 1), -11);
    *to = date_add_months(date_from_civil(year, month, 1), 1) - 1;
}

enum { MOST_MONTHS = 240 };

/* Each month of a period grouped by the month of a stored time takes a parameter. */
static bool spans_too_many_months(const struct report_request *request, day_number from,
                                  day_number to)
{
    for (size_t i = 0; i < request->group_count; i++)
        if (request->groups[i]->sql == NULL)
            return to - from > MOST_MONTHS * 30;
    return false;
}

static crm_status read_period(struct report_request *request, const char *from_text,
                              const char *to_text)
{
    struct crm_book *book = request->book;
    day_number from, to;
    crm_status status = CRM_OK;
    default_period(request, &from, &to);
    if (to_text != NULL)
        status = date_parse_end(to_text, book->today, &to, &book->error);
    if (status == CRM_OK && from_text != NULL)
        status = date_parse(from_text, book->today, &from, &book->error);
    else if (status == CRM_OK && to_text != NULL)
        from = date_add_months(to, -12) + 1;
    if (status != CRM_OK)
        return status;
    date_format(from, request->from);
    date_format(to, request->to);
    if (from <= to && !(spans_too_many_months(request, from, to)))
        return CRM_OK;
    if (from <= to) {
        error_set(&book->error, CRM_USAGE, _("the period has more than %d months"), MOST_MONTHS);
        return error_hint(&book->error, _("choose a shorter one with --from and --to"));
    }
    error_set(&book->error, CRM_USAGE, _("the period begins on %s, after its end on %s"),
              request->from, request->to);
    return error_hint(&book->error, _("give --from a day before --to"));
}

static crm_status read_measure(struct report_request *request, const char *measure)
{
    request->profit = measure != NULL && strcmp(measure, "profit") == 0;
    if (measure == NULL ||
        (request->report->measures && (request->profit || strcmp(measure, "revenue") == 0)))
        return CRM_OK;
    struct error *error = &request->book->error;
    if (!request->report->measures) {
        error_set(error, CRM_USAGE, _("the report '%s' has no --measure"), request->report->name);
        return error_hint(error, _("leave it out"));
    }
    error_set(error, CRM_USAGE, _("'%s' is no measure"), measure);
    return error_hint(error, _("choose revenue or profit"));
}

enum { DEFAULT_WINDOW = 60, LONGEST_WINDOW = 366 };

/* As many days before as after: months would differ. */
static crm_status read_window(struct report_request *request, const char *text)
{
    struct error *error = &request->book->error;
    struct duration window;
    request->window = DEFAULT_WINDOW;
    if (text == NULL)
        return CRM_OK;
    if (!request->report->windows) {
        error_set(error, CRM_USAGE, _("the report '%s' has no --window"), request->report->name);
        return error_hint(error, _("leave it out"));
    }
    if (duration_parse(text, &window, error) != CRM_OK)
        return error->status = CRM_USAGE;
    if (window.unit == DURATION_WEEKS && window.count <= LONGEST_WINDOW)
        window = (struct duration){window.count * 7, DURATION_DAYS};
    if (window.unit == DURATION_DAYS && window.count > 0 && window.count <= LONGEST_WINDOW) {
        request->window = (int)window.count;
        return CRM_OK;
    }
    error_set(error, CRM_USAGE, _("'%s' is no number of days from 1 to %d"), text, LONGEST_WINDOW);
    return error_hint(error, _("write it as 60d or 8w"));
}

crm_status crm_report_run(crm_book *book, const char *name, const crm_report_options *options,
                          crm_sink *sink)
{
    struct report_request request = {
        .book = book, .filter = &options->filter, .limit = options->limit, .sink = sink};
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = find_report(book, name, &request.report);
    if (status == CRM_OK)
        status = read_groups(&request, options->by);
    if (status == CRM_OK)
        status = read_measure(&request, options->measure);
    if (status == CRM_OK)
        status = read_window(&request, options->window);
    if (status == CRM_OK)
        status = read_period(&request, options->from, options->to);
    if (status == CRM_OK && request.report->follows_policy)
        status = derived_settle(book, &kind_customer, sink);
    if (status == CRM_OK)
        status = book_view(book);
    return book_end(book, status == CRM_OK ? request.report->run(&request) : status);
}

crm_status crm_report_list(crm_book *book, crm_sink *sink)
{
    const struct column columns[] = {
        {.name = "report", .label = _("Report")},
        {.name = "title", .label = _("Title")},
        {.name = "by", .label = _("Grouped by"), .type = DATA_TAGS},
    };
    const struct table table = {.name = "reports", .columns = columns, .count = 3};
    error_clear(&book->error);
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < report_count && status == CRM_OK; i++) {
        struct buffer by cleanup(buffer_release) = {0};
        for (size_t k = 0; k < reports[i]->by_count; k++)
            buffer_printf(&by, "%s%s", k > 0 ? " " : "", reports[i]->by[k].name);
        if (by.failed)
            return error_no_memory(&book->error);
        const struct value row[] = {value_text(reports[i]->name), value_text(_(reports[i]->title)),
                                    value_text(by.length > 0 ? buffer_string(&by) : NULL)};
        status = sink_row(sink, row);
    }
    return status == CRM_OK ? sink_end(sink) : status;
}
