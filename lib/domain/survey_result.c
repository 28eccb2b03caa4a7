/* SPDX-License-Identifier: MIT */
/* What a survey came to: figures by question, and by groups of customers or times. */
#include "domain/survey.h"

#include "base/decimal.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- Groups ---- */

static const struct {
    const char *name, *sql;
} times[] = {
    {"month", "substr(a.answered_on, 1, 7)"},
    {"quarter", "substr(a.answered_on, 1, 4) || '-Q' || "
                "((CAST(substr(a.answered_on, 6, 2) AS INTEGER) + 2) / 3)"},
    {"year", "substr(a.answered_on, 1, 4)"},
    {"version", "CAST(a.template_version AS TEXT)"},
};

static bool is_group(const struct field *field)
{
    return (field->type == DATA_TEXT || field->type == DATA_ENUM ||
            field->type == DATA_REFERENCE) &&
           !(field->flags & FIELD_SENSITIVE);
}

static void field_group_sql(struct buffer *sql, const struct field *field)
{
    if (field->type != DATA_REFERENCE) {
        field_sql(sql, field, "c");
        return;
    }
    const struct kind *kind = schema_kind(field->reference);
    buffer_text(sql, "(SELECT ");
    field_sql(sql, kind_field(kind, kind->key), "g");
    buffer_printf(sql, " FROM %s g WHERE g.id = ", kind->table);
    field_sql(sql, field, "c");
    buffer_character(sql, ')');
}

static crm_status refuse_group(struct crm_book *book, const char *by)
{
    const char *names[128];
    size_t count = 0;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        names[count++] = times[i].name;
    for (size_t i = 0; i < kind_customer.field_count && count < 128; i++)
        if (is_group(&kind_customer.fields[i]))
            names[count++] = kind_customer.fields[i].name;
    const char *nearest = text_nearest(by, names, count);
    error_set(&book->error, CRM_USAGE, _("answers cannot be grouped by '%s'"), by);
    if (nearest != NULL)
        return error_hint(&book->error, _("did you mean '%s'?"), nearest);
    return error_hint(&book->error, _("group by month, quarter, year, version, or a field of the "
                                      "customer such as tier, segment or region"));
}

/* Appends the SQL of a group as text, "" for none. */
static crm_status group_sql(struct crm_book *book, const char *by, struct buffer *sql)
{
    const struct policy *policy = book->policy;
    buffer_text(sql, "coalesce(");
    bool found = false;
    for (size_t i = 0; i < sizeof times / sizeof *times && !found; i++) {
        found = strcmp(times[i].name, by) == 0;
        buffer_text(sql, found ? times[i].sql : "");
    }
    const struct field *field = found ? NULL : kind_field(&kind_customer, by);
    if (field != NULL && is_group(field)) {
        found = true;
        field_group_sql(sql, field);
    }
    for (size_t i = 0; i < policy->field_count && !found; i++) {
        const struct custom_field *custom = &policy->fields[i];
        found = strcmp(custom->kind, "customer") == 0 && strcmp(custom->name, by) == 0 &&
                !custom->sensitive && (custom->type == DATA_TEXT || custom->type == DATA_ENUM);
        if (found)
            custom_sql(sql, custom, "c");
    }
    buffer_text(sql, ", '')");
    return found ? CRM_OK : refuse_group(book, by);
}

/* ---- Counting ---- */

/* One answer and how often it was given, in the order of groups. */
struct counted {
    size_t question;
    int64_t value; /* of numbers, in units */
    const char *text;
    int64_t count;
};

struct group {
    const char *name;
    int64_t responses;
    size_t first, end; /* in result.counted */
};

struct result {
    struct crm_book *book;
    struct survey survey;
    const struct survey_scope *scope;
    const char *by; /* of the scope; NULL: no groups */
    struct arena arena;
    struct group *groups;
    size_t group_count, group_capacity;
    struct counted *counted;
    size_t count, capacity;
    store_row row;
    void *context;
    bool withheld; /* some groups are too small */
};

static void result_release(struct result *result)
{
    free(result->groups);
    free(result->counted);
    arena_release(&result->arena);
}

static crm_status add_group(void *context, const struct value *row)
{
    struct result *result = context;
    struct group *groups = array_grow(result->groups, &result->group_capacity,
                                      result->group_count + 1, sizeof *groups);
    if (groups == NULL)
        return error_no_memory(&result->book->error);
    result->groups = groups;
    const char *name = arena_copy_length(&result->arena, row[0].text, row[0].length);
    groups[result->group_count++] = (struct group){.name = name, .responses = row[1].integer};
    return name == NULL ? error_no_memory(&result->book->error) : CRM_OK;
}

/* The group that the counted row belongs to: both are sorted alike. */
static struct group *find_group(struct result *result, const struct value *name)
{
    for (size_t i = result->group_count; i-- > 0;) {
        struct group *group = &result->groups[i];
        if (strlen(group->name) == name->length &&
            memcmp(group->name, name->text, name->length) == 0)
            return group;
    }
    return NULL;
}

static crm_status add_counted(void *context, const struct value *row)
{
    struct result *result = context;
    struct group *group = find_group(result, &row[0]);
    const struct question *question =
        row[1].type == VALUE_TEXT ? survey_question(&result->survey, row[1].text) : NULL;
    if (group == NULL || question == NULL)
        return CRM_OK;
    struct counted *counted =
        array_grow(result->counted, &result->capacity, result->count + 1, sizeof *counted);
    if (counted == NULL)
        return error_no_memory(&result->book->error);
    result->counted = counted;
    const char *text = row[3].type == VALUE_TEXT
                           ? arena_copy_length(&result->arena, row[3].text, row[3].length)
                           : "";
    if (group->end == 0)
        group->first = result->count;
    counted[result->count++] =
        (struct counted){.question = (size_t)(question - result->survey.questions),
                         .value = row[2].integer / DECIMAL_ONE,
                         .text = text,
                         .count = row[4].integer};
    group->end = result->count;
    return text == NULL ? error_no_memory(&result->book->error) : CRM_OK;
}

/* Questions of text are not counted: there is nothing that they come to. */
static void counted_questions(const struct survey *survey, struct query *query)
{
    buffer_text(&query->sql, " AND a.question IN (''");
    for (size_t i = 0; i < survey->question_count; i++) {
        if (survey->questions[i].type == QUESTION_TEXT)
            continue;
        buffer_text(&query->sql, ", ");
        query_value(query, value_text(survey->questions[i].id));
    }
    buffer_character(&query->sql, ')');
}

static crm_status scope_sql(const struct result *result, struct query *query)
{
    const struct survey_scope *scope = result->scope;
    crm_status status = CRM_OK;
    if (scope->from != NULL) {
        buffer_text(&query->sql, " AND a.answered_on >= ");
        query_value(query, value_text(scope->from));
    }
    if (scope->to != NULL) {
        buffer_text(&query->sql, " AND a.answered_on <= ");
        query_value(query, value_text(scope->to));
    }
    if (scope->customers != NULL)
        status = filter_sql(result->book, &kind_customer, "c", scope->customers, query);
    if (status == CRM_OK && scope->answers != NULL)
        status = filter_sql(result->book, &kind_survey_answer, "a", scope->answers, query);
    return status;
}

static crm_status count_answers(struct result *result, bool by_answer)
{
    struct crm_book *book = result->book;
    struct query query cleanup(query_release) = {0};
    crm_status status = CRM_OK;
    buffer_text(&query.sql, "SELECT ");
    if (result->by == NULL)
        buffer_text(&query.sql, "''");
    else
        status = group_sql(book, result->by, &query.sql);
    buffer_text(&query.sql, by_answer ? ", a.question, a.answer, a.answer_text, count(*)"
                                      : ", count(DISTINCT a.response)");
    buffer_text(&query.sql, " FROM survey_answer a JOIN customer c ON c.id = a.customer "
                            "WHERE a.template = ");
    query_value(&query, value_text(result->survey.id));
    if (by_answer)
        counted_questions(&result->survey, &query);
    if (status == CRM_OK)
        status = scope_sql(result, &query);
    buffer_text(&query.sql, by_answer ? " GROUP BY 1, 2, 3, 4 ORDER BY 1 NULLS LAST"
                                      : " GROUP BY 1 ORDER BY 1 NULLS LAST");
    if (status != CRM_OK || query.sql.failed)
        return status == CRM_OK ? error_no_memory(&book->error) : status;
    return store_query(book->store, buffer_string(&query.sql), query.parameters, query.count,
                       by_answer ? add_counted : add_group, result);
}

/* ---- Printing ---- */

static crm_status write_figure(struct result *result, const struct group *group,
                               const struct question *question, const char *answer,
                               const struct survey_figure *figure)
{
    bool withheld = result->by != NULL && figure->n < result->book->policy->survey_min_n;
    bool known = figure->n > 0 && !withheld;
    bool interval = known && figure->has_interval;
    const struct interval_estimate *estimate = &figure->estimate;
    result->withheld = result->withheld || withheld;
    struct value row[SURVEY_RESULT_COLUMNS] = {
        [SURVEY_TEMPLATE] = value_text(result->survey.id),
        [SURVEY_QUESTION] = value_text(question->id),
        [SURVEY_METRIC] = value_text(figure->metric),
        [SURVEY_ANSWER] = value_text(answer),
        [SURVEY_VALUE] = known ? value_real(estimate->value) : value_null(),
        [SURVEY_LOW] = interval ? value_real(estimate->low) : value_null(),
        [SURVEY_HIGH] = interval ? value_real(estimate->high) : value_null(),
        [SURVEY_SPREAD] = known && figure->has_spread ? value_real(figure->spread) : value_null(),
        [SURVEY_N] = value_integer(figure->n),
        [SURVEY_MISSING] = value_integer(group->responses - figure->n),
        [SURVEY_BY] = value_text(result->by),
        [SURVEY_GROUP] = *group->name == '\0' ? value_null() : value_text(group->name),
        [SURVEY_MARK] = value_integer(figure->n < SURVEY_FEW)};
    return result->row(result->context, row);
}

static crm_status write_number(struct result *result, const struct group *group, size_t index)
{
    const struct question *question = &result->survey.questions[index];
    size_t count = 0;
    struct tally *tallies =
        arena_array(&result->arena, group->end - group->first + 1, sizeof *tallies);
    if (tallies == NULL)
        return error_no_memory(&result->book->error);
    for (size_t i = group->first; i < group->end; i++)
        if (result->counted[i].question == index)
            tallies[count++] = (struct tally){result->counted[i].value, result->counted[i].count};
    struct survey_figure figure;
    survey_figure(question, tallies, count, &figure);
    return write_figure(result, group, question, NULL, &figure);
}

/* Whether a name is among those separated by commas. */
static bool names_choice(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; *at != '\0'; at += at[0] == ',') {
        size_t part = strcspn(at, ",");
        if (part == length && memcmp(at, name, length) == 0)
            return true;
        at += part;
    }
    return false;
}

static crm_status write_choices(struct result *result, const struct group *group, size_t index)
{
    const struct question *question = &result->survey.questions[index];
    crm_status status = CRM_OK;
    for (size_t choice = 0; choice < question->label_count && status == CRM_OK; choice++) {
        const char *name = question->labels[choice].name;
        int64_t chosen = 0, n = 0;
        for (size_t i = group->first; i < group->end; i++) {
            const struct counted *counted = &result->counted[i];
            if (counted->question != index)
                continue;
            n += counted->count;
            chosen += names_choice(counted->text, name) ? counted->count : 0;
        }
        struct survey_figure figure;
        survey_share(chosen, n, &figure);
        status = write_figure(result, group, question, name, &figure);
    }
    return status;
}

static crm_status write_group(struct result *result, const struct group *group)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < result->survey.question_count && status == CRM_OK; i++) {
        const struct question *question = &result->survey.questions[i];
        if (question_is_number(question))
            status = write_number(result, group, i);
        else if (question->type != QUESTION_TEXT)
            status = write_choices(result, group, i);
    }
    return status;
}

static crm_status write_groups(struct result *result)
{
    static const struct group nobody = {.name = ""};
    if (result->group_count == 0 && result->by == NULL)
        return write_group(result, &nobody);
    crm_status status = CRM_OK;
    for (size_t i = 0; i < result->group_count && status == CRM_OK; i++)
        status = write_group(result, &result->groups[i]);
    return status;
}

crm_status survey_each_figure(struct crm_book *book, const char *id,
                              const struct survey_scope *scope, store_row each, void *context,
                              bool *withheld)
{
    struct result result = {
        .book = book, .scope = scope, .by = scope->by, .row = each, .context = context};
    crm_status status = survey_load(book, id, &result.arena, &result.survey);
    if (status == CRM_OK)
        status = count_answers(&result, false);
    if (status == CRM_OK)
        status = count_answers(&result, true);
    if (status == CRM_OK && (result.group_count > 0 || scope->unanswered))
        status = write_groups(&result);
    *withheld = *withheld || result.withheld;
    result_release(&result);
    return status;
}

void survey_result_columns(bool grouped, struct column out[SURVEY_RESULT_COLUMNS])
{
    unsigned hidden = grouped ? 0 : COLUMN_HIDDEN;
    const struct column columns[SURVEY_RESULT_COLUMNS] = {
        [SURVEY_TEMPLATE] = {.name = "template",
                             .label = _("Template"),
                             .type = DATA_TEXT,
                             .flags = COLUMN_CONSTANT},
        [SURVEY_QUESTION] = {.name = "question", .label = _("Question"), .type = DATA_TEXT},
        [SURVEY_METRIC] = {.name = "metric", .label = _("Metric"), .type = DATA_TEXT},
        [SURVEY_ANSWER] = {.name = "answer", .label = _("Answer"), .type = DATA_TEXT},
        [SURVEY_VALUE] = {.name = "value", .label = _("Value"), .type = DATA_REAL, .decimals = 2},
        [SURVEY_LOW] = {.name = "low", .label = _("Low"), .type = DATA_REAL, .decimals = 2},
        [SURVEY_HIGH] = {.name = "high", .label = _("High"), .type = DATA_REAL, .decimals = 2},
        [SURVEY_SPREAD] = {.name = "spread",
                           .label = _("Spread"),
                           .type = DATA_REAL,
                           .decimals = 2},
        [SURVEY_N] = {.name = "n", .type = DATA_INTEGER},
        [SURVEY_MISSING] = {.name = "missing", .label = _("Missing"), .type = DATA_INTEGER},
        [SURVEY_BY] = {.name = "by",
                       .label = _("Grouped by"),
                       .type = DATA_TEXT,
                       .flags = COLUMN_CONSTANT | hidden},
        [SURVEY_GROUP] = {.name = "group", .label = _("Group"), .type = DATA_TEXT, .flags = hidden},
        [SURVEY_MARK] = {.name = "few", .label = _("n < 30"), .type = DATA_BOOLEAN}};
    memcpy(out, columns, sizeof columns);
}

crm_status survey_result_notes(const struct crm_book *book, bool withheld, struct crm_sink *sink)
{
    crm_status status =
        sink_note(sink, "%s",
                  _("nps: share of 9 and 10 less share of 0 to 6; csat: share of "
                    "the two best answers, in percent; with intervals of 95 percent."));
    if (status == CRM_OK && withheld)
        status = sink_note(sink,
                           _("Groups of fewer than %d answers are not ranked: chance would decide "
                             "(surveys.min_n of the policy)."),
                           book->policy->survey_min_n);
    return status;
}

/* The result of one survey as it is printed. */
struct printing {
    const struct survey *survey;
    bool grouped, begun;
    struct crm_sink *sink;
};

static crm_status begin_result(struct printing *printing)
{
    struct column columns[SURVEY_RESULT_COLUMNS];
    if (printing->begun)
        return CRM_OK;
    printing->begun = true;
    survey_result_columns(printing->grouped, columns);
    const struct table table = {.name = "result",
                                .title = printing->survey->title,
                                .columns = columns,
                                .count = SURVEY_RESULT_COLUMNS};
    return sink_begin(printing->sink, &table);
}

/* The table begins with its first row, so that a refusal prints nothing. */
static crm_status print_row(void *context, const struct value *row)
{
    struct printing *printing = context;
    crm_status status = begin_result(printing);
    return status == CRM_OK ? sink_row(printing->sink, row) : status;
}

crm_status crm_survey_result(crm_book *book, const char *id, const crm_filter *filter,
                             const char *by, crm_sink *sink)
{
    const struct survey_scope scope = {.by = by, .answers = filter, .unanswered = true};
    struct arena arena cleanup(arena_release) = {0}; /* the title is printed with the rows */
    struct survey survey;
    struct printing printing = {.survey = &survey, .grouped = by != NULL, .sink = sink};
    bool withheld = false;
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = survey_load(book, id, &arena, &survey);
    if (status == CRM_OK)
        status = survey_each_figure(book, id, &scope, print_row, &printing, &withheld);
    if (status == CRM_OK)
        status = begin_result(&printing);
    if (status == CRM_OK)
        status = sink_end(sink);
    if (status == CRM_OK)
        status = survey_result_notes(book, withheld, sink);
    return book_end(book, status);
}
