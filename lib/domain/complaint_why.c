/* SPDX-License-Identifier: MIT */
/* complain why: the limits of a complaint, and each interval that counts towards them. */
#include "domain/complaint_why.h"

#include "domain/calendar.h"

#include <string.h>

/* One clock of the complaint. */
struct clock {
    struct why *why;
    const struct complaint *complaint;
    enum sla_clock clock;
    const struct complaint_limit *line;
    struct complaint_measure measure;
    int64_t used; /* seconds so far */
};

static const char *figure_of(const struct clock *clock)
{
    return clock->clock == SLA_RESPONSE ? "respond_due" : "resolve_due";
}

static const char *length_text(struct why *why, int64_t seconds)
{
    return why_text(why, "%lld:%02lld:%02lld", (long long)(seconds / 3600),
                    (long long)(seconds / 60 % 60), (long long)(seconds % 60));
}

/* ---- The limit ---- */

static void add_limit(const struct clock *clock)
{
    struct why *why = clock->why;
    const struct complaint *complaint = clock->complaint;
    const struct calendar_policy *calendar = clock->measure.limit.calendar->policy;
    const enum duration_unit unit = clock->measure.limit.length.unit;
    char length[24];
    duration_format(clock->measure.limit.length, length);
    why_add(why, (struct why_step){
                     .figure = figure_of(clock),
                     .step = "rule",
                     .input = why_text(why, _("tier %s, severity %s, service %s"),
                                       complaint->tier != NULL ? complaint->tier : "-",
                                       complaint->severity,
                                       complaint->service != NULL ? complaint->service : "-"),
                     .line = clock->line->line,
                     .value = why_text(why, "%s", length)});
    if (unit == DURATION_WORKING_HOURS || unit == DURATION_WORKING_DAYS)
        why_add(why, (struct why_step){.figure = figure_of(clock),
                                       .step = "calendar",
                                       .line = calendar->line,
                                       .value = why_text(why, "%s", calendar->name)});
}

/* ---- The clock ---- */

static const char *span_text(struct why *why, instant from, instant to)
{
    return why_text(why, "%s – %s", why_time(why, from), why_time(why, to));
}

static crm_status add_span(void *context, const struct span *span)
{
    struct clock *clock = context;
    struct why *why = clock->why;
    const bool counts = span_counts(span);
    clock->used += counts ? span->to - span->from : 0;
    why_add(why, (struct why_step){.figure = figure_of(clock),
                                   .step = counts ? "counted" : "skipped",
                                   .input = span_text(why, span->from, span->to),
                                   .value = counts ? length_text(why, span->to - span->from)
                                            : span->name != NULL ? why_text(why, "%s", span->name)
                                                                 : span_kind_name(span->kind),
                                   .result = counts ? length_text(why, clock->used) : NULL});
    return CRM_OK;
}

/* Up to now, or to where the clock was stopped for good. Where the calendar ends before, what is
 * beyond it is not told. */
static crm_status add_runs(struct clock *clock)
{
    struct why *why = clock->why;
    struct crm_book *book = why->book;
    const struct complaint_measure *measure = &clock->measure;
    const struct span_trace trace = {add_span, clock};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < measure->count && status == CRM_OK; i++) {
        const struct sla_run *run = &measure->runs[i];
        const instant to = run->to < book->now ? run->to : book->now;
        int64_t seconds;
        if (i > 0)
            why_add(why,
                    (struct why_step){.figure = figure_of(clock),
                                      .step = "stopped",
                                      .input = span_text(why, measure->runs[i - 1].to, run->from)});
        if (to > run->from)
            status = calendar_used(measure->limit.calendar, measure->limit.length, run->from, to,
                                   &trace, &seconds, &book->error);
    }
    if (status != CRM_INVALID)
        return status;
    why_add(why, (struct why_step){.figure = figure_of(clock),
                                   .step = "calendar",
                                   .line = measure->limit.calendar->policy->line,
                                   .result = why_text(why, "%s", book->error.message)});
    error_clear(&book->error);
    return CRM_OK;
}

/* ---- The end ---- */

static crm_status add_ladder(struct clock *clock, int64_t length)
{
    struct why *why = clock->why;
    struct crm_book *book = why->book;
    const struct complaint_measure *measure = &clock->measure;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < book->policy->escalation_count && status == CRM_OK && length > 0; i++) {
        const struct escalation *rule = &book->policy->escalations[i];
        instant at;
        status = sla_reached(&measure->limit, measure->runs, measure->count,
                             (length * rule->percent + 99) / 100, &at, &book->error);
        if (status == CRM_OK)
            why_add(why, (struct why_step){
                             .figure = figure_of(clock),
                             .step = "escalation",
                             .input = why_text(why, "%d %%", rule->percent),
                             .line = rule->line,
                             .value = why_text(why, _("tell %s"), rule->tell),
                             .result = clock->used * 100 >= length * rule->percent
                                           ? why_text(why, _("since %s"), why_time(why, at))
                                           : why_text(why, _("from %s on"), why_time(why, at))});
    }
    if (status == CRM_INVALID) { /* what is beyond the calendar is not known yet */
        error_clear(&book->error);
        return CRM_OK;
    }
    return status;
}

static crm_status add_end(struct clock *clock, const struct value *stored)
{
    struct why *why = clock->why;
    struct crm_book *book = why->book;
    const struct complaint_measure *measure = &clock->measure;
    instant due;
    int64_t length;
    if (stored->type != VALUE_TEXT || !time_parse_iso(stored->text, stored->length, NULL, &due))
        return CRM_OK;
    why_add(why, (struct why_step){.figure = figure_of(clock),
                                   .step = "due",
                                   .input = why_time(why, clock->complaint->opened),
                                   .line = clock->line->line,
                                   .result = why_time(why, due)});
    crm_status status =
        sla_used(&measure->limit, measure->runs, measure->count, due, &length, &book->error);
    if (status == CRM_INVALID) {
        error_clear(&book->error);
        return CRM_OK;
    }
    if (status != CRM_OK)
        return status;
    const int64_t left = length - clock->used;
    why_add(why, (struct why_step){
                     .figure = figure_of(clock),
                     .step = "used",
                     .input = why_text(why, _("%s of %s"), length_text(why, clock->used),
                                       length_text(why, length)),
                     .value = length > 0 ? why_text(why, "%lld %%",
                                                    (long long)(clock->used * 100 / length))
                                         : NULL,
                     .result = left >= 0 ? why_text(why, _("%s left"), length_text(why, left))
                                         : why_text(why, _("%s late"), length_text(why, -left))});
    return add_ladder(clock, length);
}

static crm_status explain_clock(struct why *why, const struct complaint *complaint,
                                enum sla_clock which)
{
    const struct calendar *calendars;
    struct clock clock = {.why = why, .complaint = complaint, .clock = which};
    struct value due = which == SLA_RESPONSE ? complaint->respond_due : complaint->resolve_due;
    clock.line = complaint_line(why->book->policy, complaint, which);
    if (clock.line == NULL) {
        why_add(why, (struct why_step){.figure = figure_of(&clock),
                                       .step = "rule",
                                       .result = _("the policy sets no limit")});
        return CRM_OK;
    }
    crm_status status = book_calendars(why->book, &calendars);
    if (status != CRM_OK)
        return status;
    complaint_measure_of(complaint, clock.line, which, calendars, &clock.measure);
    add_limit(&clock);
    why_add(why, (struct why_step){.figure = figure_of(&clock),
                                   .step = "opened",
                                   .record = why_text(why, "C-%lld", (long long)complaint->id),
                                   .value = why_time(why, complaint->opened)});
    status = add_runs(&clock);
    if (status == CRM_OK && value_is_null(&due))
        status = complaint_due(why->book, complaint, which, &why->arena, &due, NULL);
    return status == CRM_OK ? add_end(&clock, &due) : status;
}

/* ---- The whole ---- */

crm_status complaint_explain(struct why *why, int64_t id, struct complaint *out)
{
    crm_status status = complaint_load(why->book, id, &why->arena, out);
    if (status == CRM_OK)
        status = explain_clock(why, out, SLA_RESPONSE);
    return status == CRM_OK ? explain_clock(why, out, SLA_RESOLUTION) : status;
}

crm_status crm_complaint_why(crm_book *book, const char *reference, crm_sink *sink)
{
    struct why why cleanup(why_release) = {.book = book};
    struct complaint found = {0};
    struct value customer = value_null();
    int64_t id = 0;
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = record_resolve(book, &kind_complaint, reference, &id);
    if (status == CRM_OK)
        status = complaint_explain(&why, id, &found);
    const struct value of = value_integer(found.customer);
    if (status == CRM_OK)
        status = store_row_values(book->store, &why.arena, "SELECT key FROM customer WHERE id = $1",
                                  &of, 1, &customer, 1);
    if (status != CRM_OK)
        return book_end(book, status);
    const struct why_cell cells[] = {
        {{.name = "number", .label = _("Number")},
         value_text(why_text(&why, "C-%lld", (long long)id))},
        {{.name = "customer", .label = _("Customer")}, customer},
        {{.name = "tier", .label = _("Tier")}, value_text(found.tier)},
        {field_column(kind_field(&kind_complaint, "severity")), value_text(found.severity)},
        {field_column(kind_field(&kind_complaint, "status")), value_text(found.status)},
        {field_column(kind_field(&kind_complaint, "respond_due")), found.respond_due},
        {field_column(kind_field(&kind_complaint, "resolve_due")), found.resolve_due},
        {field_column(kind_field(&kind_complaint, "responded_at")), found.responded_at},
        {field_column(kind_field(&kind_complaint, "resolved_at")), found.resolved_at}};
    const struct why_page page = {
        .name = "complaint_why", .cells = cells, .count = sizeof cells / sizeof *cells};
    return book_end(book, why_write(&why, &page, sink));
}
