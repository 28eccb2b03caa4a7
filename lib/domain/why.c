/* SPDX-License-Identifier: MIT */
/* How figures come about. */
#include "domain/why.h"

#include "schema/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* As the columns of the pages are called. */
static const struct choice why_figures[] = {
    {"due", N_("Due")},
    {"state", N_("State")},
    {"tier", N_("Tier")},
    {"promise_on", N_("Promised for")},
    {"planned_on", N_("Planned on")},
    {"respond_due", N_("Respond by")},
    {"resolve_due", N_("Resolve by")},
    {"score", N_("Score")},
    {"place", N_("Place")},
    {"reached", N_("By score")},
    {"next", N_("Next")},
    {"given", N_("Given")},
};

static const struct choice why_steps[] = {
    {"rule", N_("rule")},
    {"began", N_("relation began")},
    {"contact", N_("visit")},
    {"interval", N_("interval")},
    {"day_off", N_("day off")},
    {"working_day", N_("working day")},
    {"grace", N_("grace")},
    {"tier_change", N_("tier change")},
    {"promise", N_("promise")},
    {"planned", N_("planned")},
    {"calendar", N_("working time")},
    {"opened", N_("opened")},
    {"stopped", N_("clock stands still")},
    {"counted", N_("counted")},
    {"skipped", N_("not counted")},
    {"due", N_("due")},
    {"used", N_("used")},
    {"escalation", N_("escalation")},
    {"reminder", N_("reminder")},
    {"given", N_("given")},
    {"asked", N_("asked")},
    {"resolved", N_("resolved")},
    {"within", N_("within")},
    {"guard", N_("guard")},
    {"notice", N_("notice")},
    {"evaluated", N_("evaluated")},
    {"occasion", N_("occasion")},
    {"date", N_("date")},
    {"moved", N_("moved")},
    {"lead", N_("lead time")},
    {"sum", N_("sum")},
    {"place", N_("place")},
    {"missing", N_("missing")},
    {"threshold", N_("threshold")},
    {"condition", N_("condition")},
    {"pin", N_("set by hand")},
    {"below", N_("below the line")},
    {"demote_after", N_("demoted after")},
    {"margin", N_("margin")},
    {"decision", N_("decision")},
    {"next", N_("next")},
};

const struct choice why_words[WHY_WORDS] = {
    {"break", N_("break")},         {"night", N_("night")},       {"weekend", N_("weekend")},
    {"holiday", N_("holiday")},     {"first", N_("first visit")}, {"due", N_("due")},
    {"overdue", N_("overdue")},     {"promised", N_("promised")}, {"at_risk", N_("at risk")},
    {"breached", N_("breached")},   {"reached", N_("reached")},   {"coming", N_("coming")},
    {"unknown", N_("unknown")},     {"new", N_("new")},           {"promoted", N_("promoted")},
    {"demoted", N_("demoted")},     {"held", N_("held")},         {"recovered", N_("recovered")},
    {"confirmed", N_("confirmed")}, {"unrated", N_("unrated")},   {"released", N_("released")},
    {"message", N_("message")},     {"email", N_("email")},       {"event", N_("event")},
    {"phone", N_("phone")},         {"video", N_("video")},       {"face", N_("face")}};

void why_release(struct why *why)
{
    free(why->steps);
    arena_release(&why->arena);
}

void why_add(struct why *why, struct why_step step)
{
    struct why_step *steps =
        array_grow(why->steps, &why->capacity, why->count + 1, sizeof *why->steps);
    if (steps == NULL) {
        why->failed = true;
        return;
    }
    why->steps = steps;
    steps[why->count++] = step;
}

const char *why_text(struct why *why, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    char *copy = length < 0 ? NULL : arena_alloc(&why->arena, (size_t)length + 1);
    if (copy != NULL)
        (void)vsnprintf(copy, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    why->failed = why->failed || copy == NULL;
    return copy;
}

const char *why_day(struct why *why, day_number day)
{
    char text[DATE_TEXT];
    date_format(day, text);
    return why_text(why, "%s", text);
}

const char *why_time(struct why *why, instant at)
{
    char text[TIME_TEXT];
    time_format(why->book->zone, at, text);
    return why_text(why, "%s", text);
}

const char *why_place(struct why *why, long line)
{
    return line > 0 ? why_text(why, "%s:%ld", book_policy_name, line) : NULL;
}

#define SAYINGS .flags = COLUMN_TIMES, .choices = why_words, .choice_count = WHY_WORDS

static crm_status write_steps(struct why *why, struct crm_sink *sink)
{
    const struct column columns[] = {
        {.name = "figure",
         .label = _("Figure"),
         .type = DATA_ENUM,
         .choices = why_figures,
         .choice_count = sizeof why_figures / sizeof *why_figures},
        {.name = "step",
         .label = _("Step"),
         .type = DATA_ENUM,
         .choices = why_steps,
         .choice_count = sizeof why_steps / sizeof *why_steps},
        {.name = "input", .label = _("From"), SAYINGS},
        {.name = "record", .label = _("Record")},
        {.name = "policy", .label = _("Policy")},
        {.name = "value", .label = _("Value"), SAYINGS},
        {.name = "result", .label = _("Result"), SAYINGS},
    };
    const struct table table = {.name = "steps",
                                .title = _("Steps"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < why->count && status == CRM_OK; i++) {
        const struct why_step *step = &why->steps[i];
        const struct value values[] = {value_text(step->figure),
                                       value_text(step->step),
                                       value_text(step->input),
                                       value_text(step->record),
                                       value_text(why_place(why, step->line)),
                                       value_text(step->value),
                                       value_text(step->result)};
        status = sink_row(sink, values);
    }
    if (why->failed)
        return error_no_memory(&why->book->error);
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status write_terms(const struct why_terms *terms, struct crm_sink *sink)
{
    const struct table table = {
        .name = "terms", .title = _("Terms"), .columns = terms->columns, .count = terms->count};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < terms->rows && status == CRM_OK; i++)
        status = sink_row(sink, terms->values + i * terms->count);
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status begin_page(struct why *why, const struct why_page *page, struct crm_sink *sink)
{
    struct column *columns = arena_array(&why->arena, page->count, sizeof *columns);
    struct value *values = arena_array(&why->arena, page->count, sizeof *values);
    if (columns == NULL || values == NULL)
        return error_no_memory(&why->book->error);
    for (size_t i = 0; i < page->count; i++) {
        columns[i] = page->cells[i].column;
        values[i] = page->cells[i].value;
    }
    const struct table table = {
        .name = page->name, .columns = columns, .count = page->count, .record = true};
    return sink_page_begin(sink, &table, values);
}

crm_status why_write(struct why *why, const struct why_page *page, struct crm_sink *sink)
{
    if (why->failed)
        return error_no_memory(&why->book->error);
    crm_status status = begin_page(why, page, sink);
    if (status == CRM_OK && page->terms != NULL)
        status = write_terms(page->terms, sink);
    if (status == CRM_OK)
        status = write_steps(why, sink);
    return status == CRM_OK ? sink_page_end(sink) : status;
}
