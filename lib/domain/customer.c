/* SPDX-License-Identifier: MIT */
/* The page of a customer, section by section. */
#include "domain/customer.h"
#include "domain/complaint.h"
#include "domain/customer_page.h"
#include "domain/tier_way.h"

#include "base/decimal.h"
#include "rules/cadence.h"
#include "schema/schema.h"

#include <string.h>

static void page_release(struct customer_page *page)
{
    arena_release(&page->arena);
}

static const char facts_sql[] = "SELECT tier, open_complaints, last_survey_on, last_visit_on, "
                                "next_visit_on, promise_on, status, visit_every, visit_channel, "
                                "visit_days FROM customer WHERE id = $1";
static const char contacts_sql[] = "SELECT 'P-' || id, name, title, role, phone, email, wechat, "
                                   "preferred_channel, do_not_contact FROM contact "
                                   "WHERE customer = $1 ORDER BY is_primary DESC, id";
static const char tier_sql[] = "SELECT tier, effective_on, previous, score, reason, pinned, "
                               "pinned_until FROM tier_change WHERE customer = $1 AND scheme = $2 "
                               "ORDER BY effective_on DESC, id DESC LIMIT 1";
static const char visits_sql[] =
    "SELECT 'V-' || id, done_at, channel, outcome, feedback, need, problem, solution, next_on "
    "FROM visit WHERE customer = $1 AND done_at IS NOT NULL ORDER BY done_at DESC, id DESC LIMIT 3";
static const char complaints_sql[] =
    "SELECT 'C-' || c.id, c.description, c.severity, c.status, s.login, c.opened_at, "
    "c.respond_due, c.resolve_due, c.id FROM complaint c LEFT JOIN staff s ON s.id = c.owner "
    "WHERE c.customer = $1 AND c.status NOT IN ('resolved', 'closed') ORDER BY c.opened_at, c.id";
static const char answers_sql[] =
    "SELECT template, answered_on, question, answer, answer_text FROM survey_answer "
    "WHERE customer = $1 AND answered_on = $2 ORDER BY id";
static const char planned_sql[] = "SELECT id, planned_on, channel, purpose FROM visit "
                                  "WHERE customer = $1 AND done_at IS NULL AND status = 'planned' "
                                  "ORDER BY planned_on, id";

static crm_status load_facts(struct customer_page *page)
{
    return store_row_values(page->book->store, &page->arena, facts_sql, &page->id, 1, page->facts,
                            FACT_COUNT);
}

/* Sections that the facts show to be empty are not asked for. */
static bool is_rated(const struct customer_page *page)
{
    return !value_is_null(&page->facts[FACT_TIER]);
}

static bool has_complaints(const struct customer_page *page)
{
    return page->facts[FACT_COMPLAINTS].integer > 0;
}

static bool has_answers(const struct customer_page *page)
{
    return !value_is_null(&page->facts[FACT_SURVEY]);
}

static struct value main_scheme(const struct customer_page *page)
{
    const struct policy *policy = page->book->policy;
    return value_text(policy->schemes[policy->main_scheme].name);
}

static void announce_section(struct customer_page *page, const char *name, const char *sql,
                             const struct value *parameters, size_t count)
{
    if (sink_wants(page->sink, name))
        store_announce(page->book->store, sql, parameters, count);
}

/* What the facts tell of. */
static void announce_by_facts(struct customer_page *page)
{
    const struct value tier[] = {page->id, main_scheme(page)};
    const struct value answers[] = {page->id, page->facts[FACT_SURVEY]};
    if (is_rated(page))
        announce_section(page, "tier_reason", tier_sql, tier, 2);
    if (has_complaints(page))
        announce_section(page, "complaints", complaints_sql, &page->id, 1);
    if (has_answers(page))
        announce_section(page, "last_answers", answers_sql, answers, 2);
}

static crm_status hand_over(void *context, const struct value *row)
{
    const struct customer_page *page = context;
    return sink_row(page->sink, row);
}

/* A section whose rows are what the query gives; without a query it is empty. */
static crm_status write_section(struct customer_page *page, const struct table *table,
                                const char *sql, const struct value *parameters, size_t count,
                                store_row each)
{
    if (!sink_wants(page->sink, table->name))
        return CRM_OK;
    crm_status status = sink_begin(page->sink, table);
    if (status == CRM_OK && sql != NULL)
        status = store_query(page->book->store, sql, parameters, count, each, page);
    return status == CRM_OK ? sink_end(page->sink) : status;
}

/* ---- Contacts ---- */

static crm_status write_contacts(struct customer_page *page)
{
    static const char *const fields[] = {"number",        "name",  "title",  "role",
                                         "phone",         "email", "wechat", "preferred_channel",
                                         "do_not_contact"};
    struct column columns[LENGTH(fields)];
    for (size_t i = 0; i < LENGTH(fields); i++)
        columns[i] = field_column(kind_field(&kind_contact, fields[i]));
    columns[6].flags = COLUMN_HIDDEN;
    const struct table table = {
        .name = "contacts", .title = _("Contacts"), .columns = columns, .count = LENGTH(fields)};
    return write_section(page, &table, contacts_sql, &page->id, 1, hand_over);
}

/* ---- Tier, and why in one line ---- */

enum { TIER_SHOWN = 7, TIER_PINNED = 5 };

/* What the score is and what it was held against: "cumulative share of revenue 1.17 %; A up to
 * 80 %". The arithmetic itself is `tier why`. */
static void why_sentence(const struct policy *policy, const struct tier_scheme *scheme,
                         const struct value *tier, int64_t score, struct buffer *out)
{
    const struct tier_threshold *threshold =
        tier_threshold_of(scheme, policy_tier(policy, tier->text));
    const long line = threshold != NULL ? threshold->line : scheme->line;
    char figure[24];
    decimal_format(score, figure);
    if (scheme->method == TIER_PARETO)
        buffer_printf(out,
                      scheme->measure == SOURCE_PROFIT ? _("cumulative share of profit %s %%")
                                                       : _("cumulative share of revenue %s %%"),
                      figure);
    else
        buffer_printf(out, _("score %s"), figure);
    buffer_text(out, _("; "));
    if (threshold == NULL)
        buffer_printf(out, _("beyond the other lines: %s"), tier->text);
    else
        tier_line_words(policy, scheme, threshold, out);
    if (line > 0)
        buffer_printf(out, " (%s:%ld)", book_policy_name, line);
}

static crm_status write_tier_row(void *context, const struct value *row)
{
    const struct customer_page *page = context;
    const struct policy *policy = page->book->policy;
    const struct tier_scheme *scheme = &policy->schemes[policy->main_scheme];
    struct buffer why cleanup(buffer_release) = {0};
    struct value shown[TIER_SHOWN + 1];
    memcpy(shown, row, TIER_SHOWN * sizeof *shown);
    if (row[TIER_PINNED].integer != 0)
        buffer_text(&why, _("set by hand"));
    else if (!value_is_null(&row[3]) && !value_is_null(&row[0]))
        why_sentence(policy, scheme, &row[0], row[3].integer, &why);
    shown[TIER_SHOWN] = why.length > 0 ? value_text(buffer_string(&why)) : value_null();
    return why.failed ? error_no_memory(&page->book->error) : sink_row(page->sink, shown);
}

static crm_status write_tier(struct customer_page *page)
{
    static const char *const fields[TIER_SHOWN] = {"tier",   "effective_on", "previous",    "score",
                                                   "reason", "pinned",       "pinned_until"};
    struct column columns[TIER_SHOWN + 1];
    for (size_t i = 0; i < TIER_SHOWN; i++)
        columns[i] = field_column(kind_field(&kind_tier_change, fields[i]));
    columns[TIER_SHOWN] = (struct column){.name = "why", .label = _("Why")};
    const struct table table = {
        .name = "tier_reason", .title = _("Tier"), .columns = columns, .count = TIER_SHOWN + 1};
    const struct value parameters[] = {page->id, main_scheme(page)};
    return write_section(page, &table, is_rated(page) ? tier_sql : NULL, parameters, 2,
                         write_tier_row);
}

/* ---- Last visits, and what was said ---- */

static crm_status write_visits(struct customer_page *page)
{
    static const char *const fields[] = {"number", "done_at", "channel",  "outcome", "feedback",
                                         "need",   "problem", "solution", "next_on"};
    struct column columns[LENGTH(fields)];
    for (size_t i = 0; i < LENGTH(fields); i++)
        columns[i] = field_column(kind_field(&kind_visit, fields[i]));
    const struct table table = {.name = "last_visits",
                                .title = _("Last visits"),
                                .columns = columns,
                                .count = LENGTH(fields)};
    return write_section(page, &table, visits_sql, &page->id, 1, hand_over);
}

/* ---- Open complaints, with the time left ---- */

static const struct choice left_units[] = {{"hours", N_("hours")},
                                           {"working_hours", N_("working hours")}};

enum { LEFT_TEXT = 48 };

/* "2d 3h", "4h 5m", "-12m": the two largest units. A working day has no length of its own. */
static void format_left(int64_t minutes, bool working, char out[LEFT_TEXT])
{
    int64_t rest = minutes < 0 ? -minutes : minutes;
    const char *sign = minutes < 0 ? "-" : "";
    long long days = working ? 0 : (long long)(rest / 1440);
    long long hours = (long long)(rest / 60) - days * 24, left = (long long)(rest % 60);
    if (days > 0)
        (void)snprintf(out, LEFT_TEXT, "%s%lldd %lldh", sign, days, hours);
    else if (hours > 0)
        (void)snprintf(out, LEFT_TEXT, "%s%lldh %lldm", sign, hours, left);
    else
        (void)snprintf(out, LEFT_TEXT, "%s%lldm", sign, left);
}

enum { COMPLAINT_ID = 8, COMPLAINT_FIELDS = 8 };

static crm_status write_complaint(void *context, const struct value *row)
{
    const struct customer_page *page = context;
    struct complaint_left left;
    char text[LEFT_TEXT];
    crm_status status = complaint_left(page->book, row[COMPLAINT_ID].integer, &left);
    if (status != CRM_OK)
        return status;
    /* Whole minutes; less than one past the limit is one past it. */
    int64_t minutes = left.seconds >= 0 ? left.seconds / 60 : -((59 - left.seconds) / 60);
    format_left(minutes, left.working, text);
    struct value values[COMPLAINT_FIELDS + 3];
    memcpy(values, row, COMPLAINT_FIELDS * sizeof *values);
    values[COMPLAINT_FIELDS] = value_text(left.known ? text : NULL);
    values[COMPLAINT_FIELDS + 1] = left.known ? value_integer(minutes) : value_null();
    values[COMPLAINT_FIELDS + 2] =
        value_text(left.known ? left_units[left.working ? 1 : 0].name : NULL);
    return sink_row(page->sink, values);
}

static crm_status write_complaints(struct customer_page *page)
{
    static const char *const fields[COMPLAINT_FIELDS] = {"number",      "description", "severity",
                                                         "status",      "owner",       "opened_at",
                                                         "respond_due", "resolve_due"};
    struct column columns[COMPLAINT_FIELDS + 3];
    for (size_t i = 0; i < COMPLAINT_FIELDS; i++)
        columns[i] = field_column(kind_field(&kind_complaint, fields[i]));
    columns[COMPLAINT_FIELDS] = (struct column){.name = "time_left", .label = _("Time left")};
    columns[COMPLAINT_FIELDS + 1] = (struct column){.name = "minutes_left",
                                                    .label = _("Minutes left"),
                                                    .type = DATA_INTEGER,
                                                    .flags = COLUMN_HIDDEN};
    columns[COMPLAINT_FIELDS + 2] = (struct column){.name = "unit",
                                                    .label = _("Unit"),
                                                    .type = DATA_ENUM,
                                                    .choices = left_units,
                                                    .choice_count = LENGTH(left_units)};
    const struct table table = {.name = "complaints",
                                .title = _("Open complaints"),
                                .columns = columns,
                                .count = LENGTH(columns)};
    return write_section(page, &table, has_complaints(page) ? complaints_sql : NULL, &page->id, 1,
                         write_complaint);
}

/* ---- Last survey answers ---- */

static crm_status write_answers(struct customer_page *page)
{
    static const char *const fields[] = {"template", "answered_on", "question", "answer",
                                         "answer_text"};
    struct column columns[LENGTH(fields)];
    for (size_t i = 0; i < LENGTH(fields); i++)
        columns[i] = field_column(kind_field(&kind_survey_answer, fields[i]));
    const struct table table = {.name = "last_answers",
                                .title = _("Last survey answers"),
                                .columns = columns,
                                .count = LENGTH(fields)};
    const struct value parameters[] = {page->id, page->facts[FACT_SURVEY]};
    return write_section(page, &table, has_answers(page) ? answers_sql : NULL, parameters, 2,
                         hand_over);
}

/* ---- Next duties ---- */

static const struct choice duty_kinds[] = {
    {"visit", N_("visit")}, {"promise", N_("promise")}, {"planned_visit", N_("planned visit")}};
static const struct choice duty_states[] = {
    {"to_come", N_("to come")}, {"first", N_("first visit")}, {"due", N_("due")},
    {"overdue", N_("overdue")}, {"promised", N_("promised")}, {"planned", N_("planned")},
    {"unknown", N_("unknown")}};

static crm_status write_duty(struct customer_page *page, const char *kind, const struct value *due,
                             const char *state, const char *channel, const char *what)
{
    day_number day;
    if (due->type != VALUE_TEXT || !date_parse_iso(due->text, due->length, &day))
        return CRM_OK;
    const struct value values[] = {value_text(kind),    *due,
                                   value_text(state),   value_integer(page->book->today - day),
                                   value_text(channel), value_text(what)};
    return sink_row(page->sink, values);
}

static crm_status write_planned(void *context, const struct value *row)
{
    struct customer_page *page = context;
    day_number day;
    bool past = row[1].type == VALUE_TEXT && date_parse_iso(row[1].text, row[1].length, &day) &&
                day < page->book->today;
    const char *channel = row[2].type == VALUE_TEXT ? row[2].text : NULL;
    const char *purpose = row[3].type == VALUE_TEXT ? row[3].text : NULL;
    return write_duty(page, "planned_visit", &row[1], past ? "overdue" : "planned", channel,
                      purpose);
}

static const char *fact_text(const struct customer_page *page, int fact)
{
    return page->facts[fact].type == VALUE_TEXT ? page->facts[fact].text : NULL;
}

/* The days of the year on which a customer is visited may lie beyond the lunar calendar's table. */
static crm_status write_unknown_duty(struct customer_page *page)
{
    char last[DATE_TEXT];
    const char *standing = fact_text(page, FACT_STATUS);
    if (fact_text(page, FACT_VISIT_DAYS) == NULL ||
        (standing != NULL && strcmp(standing, "lost") == 0))
        return CRM_OK;
    date_format(LUNAR_LAST, last);
    const char *what = arena_printf(&page->arena, _("lunar calendar unknown after %s"), last);
    const struct value values[] = {value_text("visit"), value_null(), value_text("unknown"),
                                   value_null(),        value_null(), value_text(what)};
    return what == NULL ? error_no_memory(&page->book->error) : sink_row(page->sink, values);
}

static crm_status write_visit_duty(struct customer_page *page)
{
    const struct policy *policy = page->book->policy;
    const struct value *due = &page->facts[FACT_NEXT_VISIT];
    const char *tier = fact_text(page, FACT_TIER);
    const struct own_cadence own = {fact_text(page, FACT_VISIT_EVERY),
                                    fact_text(page, FACT_VISIT_CHANNEL),
                                    fact_text(page, FACT_VISIT_DAYS)};
    struct customer_cadence cadence;
    day_number day;
    if (due->type != VALUE_TEXT || !date_parse_iso(due->text, due->length, &day))
        return write_unknown_duty(page);
    crm_status status = cadence_of_customer(policy, tier == NULL ? -1 : policy_tier(policy, tier),
                                            &own, &page->arena, &cadence, &page->book->error);
    if (status != CRM_OK)
        return status;
    const struct cadence *rule = &cadence.rule;
    bool satisfied = !value_is_null(&page->facts[FACT_LAST_VISIT]);
    const char *channel = rule->channel == 0 ? "any" : policy->channels[rule->channel];
    bool early = day > page->book->today && satisfied;
    const char *state =
        early ? "to_come" : duty_state_name(cadence_state(rule, satisfied, day, page->book->today));
    return write_duty(page, "visit", due, state, channel, rule->agenda);
}

/* The visit and the promise, the earlier one first; dates sort as text. */
static crm_status write_dated_duties(struct customer_page *page)
{
    const struct value *visit = &page->facts[FACT_NEXT_VISIT];
    const struct value *promise = &page->facts[FACT_PROMISE];
    bool visit_first = visit->type == VALUE_TEXT && promise->type == VALUE_TEXT &&
                       strcmp(visit->text, promise->text) < 0;
    crm_status status = visit_first ? write_visit_duty(page) : CRM_OK;
    if (status == CRM_OK)
        status = write_duty(page, "promise", promise, "promised", NULL, NULL);
    return status == CRM_OK && !visit_first ? write_visit_duty(page) : status;
}

static crm_status write_duties(struct customer_page *page)
{
    const struct column columns[] = {
        {.name = "kind",
         .label = _("Duty"),
         .type = DATA_ENUM,
         .choices = duty_kinds,
         .choice_count = LENGTH(duty_kinds)},
        {.name = "due", .label = _("Due"), .type = DATA_DATE},
        {.name = "state",
         .label = _("State"),
         .type = DATA_ENUM,
         .choices = duty_states,
         .choice_count = LENGTH(duty_states)},
        {.name = "days_late", .label = _("Days late"), .type = DATA_INTEGER},
        field_column(kind_field(&kind_visit, "channel")),
        {.name = "what", .label = _("What")},
    };
    const struct table table = {
        .name = "duties", .title = _("Next duties"), .columns = columns, .count = LENGTH(columns)};
    if (!sink_wants(page->sink, table.name))
        return CRM_OK;
    crm_status status = sink_begin(page->sink, &table);
    if (status == CRM_OK)
        status = write_dated_duties(page);
    if (status == CRM_OK)
        status = store_query(page->book->store, planned_sql, &page->id, 1, write_planned, page);
    return status == CRM_OK ? sink_end(page->sink) : status;
}

/* ---- All of it ---- */

void customer_announce(struct crm_book *book, int64_t id, struct crm_sink *sink)
{
    struct customer_page page = {.book = book, .sink = sink, .id = value_integer(id)};
    store_announce(book->store, facts_sql, &page.id, 1);
    announce_section(&page, "contacts", contacts_sql, &page.id, 1);
    customer_announce_sales(&page);
    announce_section(&page, "last_visits", visits_sql, &page.id, 1);
    announce_section(&page, "duties", planned_sql, &page.id, 1);
}

crm_status customer_sections(struct crm_book *book, int64_t id, struct crm_sink *sink)
{
    static crm_status (*const sections[])(struct customer_page * page) = {
        write_contacts,   write_tier,    customer_sales, write_visits,
        write_complaints, write_answers, write_duties};
    struct customer_page page cleanup(page_release) = {
        .book = book, .sink = sink, .id = value_integer(id)};
    crm_status status = load_facts(&page);
    if (status == CRM_OK)
        announce_by_facts(&page);
    for (size_t i = 0; i < LENGTH(sections) && status == CRM_OK; i++)
        status = sections[i](&page);
    return status;
}
