/* SPDX-License-Identifier: MIT */
/* report satisfaction: what the surveys of the period came to. */
#include "report/report.h"

#include "domain/survey.h"

#include <string.h>

enum { SATISFACTION_COLUMNS = SURVEY_RESULT_COLUMNS + 2 };

/* The survey's own ways of grouping do the work: only the names are said here. */
static const struct report_group groups[] = {
    {"template", N_("Template"), "", "", false}, {"tier", N_("Tier"), "", "", false},
    {"segment", N_("Segment"), "", "", false},   {"region", N_("Region"), "", "", false},
    {"owner", N_("Owner"), "", "", false},       {"month", N_("Month"), "", "", true},
    {"quarter", N_("Quarter"), "", "", true},    {"year", N_("Year"), "", "", true},
};

static crm_status hand_over(void *context, const struct value *row)
{
    struct report_request *request = context;
    return report_row(request, row, SURVEY_RESULT_COLUMNS);
}

static crm_status begin(const struct report_request *request, bool grouped)
{
    struct column columns[SATISFACTION_COLUMNS];
    survey_result_columns(grouped, columns);
    columns[SURVEY_TEMPLATE].flags = 0; /* several surveys stand in one table */
    columns[SURVEY_RESULT_COLUMNS] = report_from_column();
    columns[SURVEY_RESULT_COLUMNS + 1] = report_to_column();
    const struct table table = {.name = "satisfaction",
                                .title = _(report_satisfaction.title),
                                .columns = columns,
                                .count = SATISFACTION_COLUMNS};
    return sink_begin(request->sink, &table);
}

static crm_status write_surveys(struct report_request *request, const struct survey_scope *scope,
                                bool *withheld)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *const *ids;
    size_t count;
    crm_status status = survey_ids(request->book, &arena, &ids, &count);
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = survey_each_figure(request->book, ids[i], scope, hand_over, request, withheld);
    return status;
}

static crm_status run(struct report_request *request)
{
    const char *by = request->groups[0] == &groups[0] ? NULL : request->groups[0]->name;
    const struct survey_scope scope = {
        .from = request->from, .to = request->to, .by = by, .customers = request->filter};
    bool withheld = false;
    if (request->group_count > 1) {
        error_set(&request->book->error, CRM_USAGE, _("satisfaction takes one grouping only"));
        return error_hint(&request->book->error, _("give --by one name"));
    }
    crm_status status = begin(request, by != NULL);
    if (status == CRM_OK)
        status = write_surveys(request, &scope, &withheld);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    if (status == CRM_OK && request->rows > 0)
        status = survey_result_notes(request->book, withheld, request->sink);
    return status == CRM_OK ? report_notes(request) : status;
}

const struct report report_satisfaction = {
    .name = "satisfaction",
    .title = N_("Satisfaction"),
    .definition = N_("Answers given in the period, each survey by its questions; missing are "
                     "those who answered the survey but not the question."),
    .by = groups,
    .by_count = sizeof groups / sizeof *groups,
    .run = run,
};
