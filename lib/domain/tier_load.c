/* SPDX-License-Identifier: MIT */
/* The inputs of an evaluation: one pass over customers, order lines and earlier tier changes. */
#include "domain/tier.h"

#include "base/decimal.h"
#include "base/search.h"
#include "record/record.h"
#include "domain/tier_rules.h"
#include "domain/tier_sales.h"
#include "domain/tier_survey.h"
#include "store/roles.h"

#include <stdlib.h>
#include <string.h>

/* Columns of the customers' query before those of indicators. */
enum {
    AT_ID,
    AT_STATUS,
    AT_TIER,
    AT_SINCE,
    AT_FIRST_ORDER,
    AT_LAST_ORDER,
    AT_REVENUE,
    AT_CURRENCY,
    AT_LOST,
    AT_GRADE,
    AT_FIELDS
};

struct loading {
    struct crm_book *book;
    struct tier_evaluation *evaluation;
    struct arena *arena;
    size_t capacity; /* of subjects */
    bool main;
    bool summed; /* no line need be read: the sums kept with each customer are the period's */
    char (*after)[DATE_TEXT];     /* of each indicator: the day after which its period begins */
    const struct tier_past *past; /* by number of subject; NULL: by the history, on this day */
    char last_on[DATE_TEXT];      /* day of the change read last */
    bool mixed;                   /* one came behind a later one */
};

struct tier_subject *tier_subject_find(const struct tier_evaluation *evaluation, int64_t id)
{
    /* Where no customer was ever removed the id itself tells the place. */
    const size_t count = evaluation->count;
    if (id > 0 && (size_t)id <= count && evaluation->subjects[id - 1].id == id)
        return &evaluation->subjects[id - 1];
    const size_t place = search_from(evaluation->subjects, count, sizeof *evaluation->subjects, id);
    const bool found = place < count && evaluation->subjects[place].id == id;
    return found ? &evaluation->subjects[place] : NULL;
}

/* ---- Customers ---- */

static bool is_word(const struct value *value, const char *word)
{
    return value->type == VALUE_TEXT && value->length == strlen(word) &&
           memcmp(value->text, word, value->length) == 0;
}

static int tier_of(const struct policy *policy, const struct value *value)
{
    for (size_t i = 0; value->type == VALUE_TEXT && i < policy->tier_count; i++)
        if (is_word(value, policy->tiers[i]))
            return (int)i;
    return TIER_NONE;
}

/* Days as they are kept stand in the order of their texts. */
static bool is_day(const struct value *value)
{
    return value->type == VALUE_TEXT && value->length == DATE_TEXT - 1;
}

static bool is_until(const struct value *day, const char *last)
{
    return is_day(day) && memcmp(day->text, last, DATE_TEXT - 1) <= 0;
}

static bool day_of(const struct value *value, day_number *out)
{
    return value->type == VALUE_TEXT && date_parse_iso(value->text, value->length, out);
}

/* Whole years and the part of the one under way. */
static int64_t years_between(day_number from, day_number to)
{
    int years = (to - from) / 366;
    day_number last = date_add_months(from, 12 * years);
    day_number next = date_add_months(from, 12 * (years + 1));
    while (next <= to && next > last) { /* both stop at the end of the calendar */
        years++;
        last = next;
        next = date_add_months(from, 12 * (years + 1));
    }
    int64_t part = next > last ? (int64_t)(to - last) * DECIMAL_ONE / (next - last) : 0;
    return (int64_t)years * DECIMAL_ONE + part;
}

static void read_years(struct tier_term *term, struct tier_origin *origin, const struct value *row,
                       day_number today)
{
    day_number since;
    if (!day_of(&row[AT_SINCE], &since) && !day_of(&row[AT_FIRST_ORDER], &since))
        return;
    if (since > today)
        since = today;
    *term = (struct tier_term){.state = TERM_KNOWN, .raw = years_between(since, today)};
    *origin = (struct tier_origin){.rows = 1, .from = since, .to = today};
}

static void read_grade(struct tier_term *term, struct tier_origin *origin,
                       const struct indicator *indicator, const struct value *grade)
{
    for (size_t i = 0; i < indicator->band_count; i++) {
        if (!is_word(grade, indicator->bands[i].label))
            continue;
        *term = (struct tier_term){.state = TERM_KNOWN, .raw = (int64_t)i};
        origin->rows = 1;
    }
}

static enum data_type type_of_field(const struct policy *policy, const char *name)
{
    const struct field *field = kind_field(&kind_customer, name);
    const struct custom_field *custom = custom_find(policy, &kind_customer, name, strlen(name));
    if (field != NULL)
        return field->type;
    return custom != NULL ? custom->type : DATA_DECIMAL;
}

static void read_number(struct tier_term *term, struct tier_origin *origin, enum data_type type,
                        const struct value *value)
{
    int64_t raw;
    char text[32];
    struct value real = *value;
    if (value->type == VALUE_REAL) { /* as it was written, which another engine hands over */
        snprintf(text, sizeof text, "%.15g", value->real);
        real = value_text(text);
    }
    if (value->type == VALUE_INTEGER && type == DATA_DECIMAL)
        raw = value->integer;
    else if (value->type == VALUE_INTEGER && llabs(value->integer) <= INT64_MAX / DECIMAL_ONE)
        raw = value->integer * DECIMAL_ONE;
    else if (real.type != VALUE_TEXT || !decimal_parse(real.text, real.length, &raw, NULL))
        return;
    *term = (struct tier_term){.state = TERM_KNOWN, .raw = raw};
    origin->rows = 1;
}

/* Sums of all that a customer ever bought are those of the period when all of it was bought in the
 * period, and 0 when nothing was. */
static bool take_revenue(const struct loading *loading, size_t indicator, const struct value *row,
                         struct tier_term *term)
{
    const char *today = loading->book->today_text, *after = loading->after[indicator];
    const struct value *first = &row[AT_FIRST_ORDER], *last = &row[AT_LAST_ORDER];
    if (value_is_null(first))
        return true;
    if (!is_day(first) || !is_day(last))
        return false;
    if (is_until(last, after) || !is_until(first, today))
        return true;
    if (is_until(first, after) || !is_until(last, today) || row[AT_REVENUE].type != VALUE_INTEGER ||
        !is_word(&row[AT_CURRENCY], loading->book->policy->currency))
        return false;
    *term = (struct tier_term){.state = TERM_KNOWN, .raw = row[AT_REVENUE].integer};
    return true;
}

/* One value; *field is the column of the next indicator of the source `field`. */
static void read_term(struct loading *loading, size_t k, const struct value *row, size_t *field,
                      struct tier_term *term, struct tier_origin *origin)
{
    const struct indicator *indicator = &loading->evaluation->indicators[k];
    if (indicator->source == SOURCE_YEARS)
        read_years(term, origin, row, loading->evaluation->today);
    else if (indicator->source == SOURCE_CREDIT_GRADE)
        read_grade(term, origin, indicator, &row[AT_GRADE]);
    else if (indicator->source == SOURCE_FIELD)
        read_number(term, origin, type_of_field(loading->book->policy, indicator->field),
                    &row[(*field)++]);
    else if (tier_sums_sales(indicator->source) &&
             is_until(&row[AT_FIRST_ORDER], loading->book->today_text))
        /* Who has ordered before has sold 0 in a period without orders: that is known. */
        term->state = indicator->source == SOURCE_GROWTH ? TERM_MISSING : TERM_KNOWN;
    if (loading->summed && indicator->source == SOURCE_REVENUE)
        loading->summed = take_revenue(loading, k, row, term);
}

static void read_terms(struct loading *loading, size_t number, const struct value *row)
{
    const struct tier_evaluation *evaluation = loading->evaluation;
    struct tier_term *terms = tier_terms(evaluation, number);
    size_t field = AT_FIELDS;
    for (size_t k = 0; k < evaluation->indicator_count; k++) {
        struct tier_origin origin = {0};
        read_term(loading, k, row, &field, &terms[k], &origin);
        tier_put_origin(evaluation, number, k, origin);
    }
}

static bool is_later(const struct value *value, day_number today)
{
    day_number day;
    return day_of(value, &day) && day > today;
}

/* Prospects and lost customers take no part, nor, on a day gone by, who was no customer yet. */
static bool takes_part(const struct loading *loading, const struct value *row)
{
    const day_number today = loading->evaluation->today;
    const struct value *since = &row[AT_SINCE], *first = &row[AT_FIRST_ORDER];
    bool counts = is_word(&row[AT_STATUS], "active") || is_word(&row[AT_STATUS], "dormant");
    if (loading->past == NULL)
        return counts;
    bool later = is_later(since, today) || is_later(first, today);
    bool earlier = (!value_is_null(since) && !is_later(since, today)) ||
                   (!value_is_null(first) && !is_later(first, today));
    bool lost_since = is_word(&row[AT_STATUS], "lost") && is_later(&row[AT_LOST], today);
    return (counts || lost_since) && (earlier || !later);
}

static crm_status read_customer(void *context, const struct value *row)
{
    struct loading *loading = context;
    struct tier_evaluation *evaluation = loading->evaluation;
    size_t number = evaluation->count;
    if (number == loading->capacity)
        return error_set(&loading->book->error, CRM_BUSY, _("customers were added meanwhile"));
    struct tier_subject *subject = &evaluation->subjects[number];
    *subject = (struct tier_subject){
        .id = row[AT_ID].integer,
        .rated = takes_part(loading, row),
        .past.tier = loading->main ? tier_of(loading->book->policy, &row[AT_TIER]) : TIER_NONE};
    if (loading->past != NULL)
        subject->past = loading->past[number];
    evaluation->count++;
    read_terms(loading, number, row);
    return CRM_OK;
}

static bool needs(const struct loading *loading, enum indicator_source source)
{
    bool any = false;
    for (size_t k = 0; k < loading->evaluation->indicator_count; k++)
        any = any || loading->evaluation->indicators[k].source == source;
    return any;
}

/* The policy's check knows of each indicator that a customer has its field. */
static const char *field_column_sql(const struct loading *loading, const char *name)
{
    const struct custom_field *custom =
        custom_find(loading->book->policy, &kind_customer, name, strlen(name));
    struct buffer sql cleanup(buffer_release) = {0};
    if (custom != NULL)
        custom_sql(&sql, custom, "t");
    else
        buffer_printf(&sql, "t.%s", name);
    return sql.failed ? NULL : arena_copy(loading->arena, buffer_string(&sql));
}

/* Columns of the customers' query, NULL for those that no indicator needs; those of the source
 * `field` come last, in their order. */
static crm_status customer_columns(struct loading *loading, const char **columns, size_t *count)
{
    const bool again = loading->past != NULL;
    const char *const fixed[] = {"t.id",
                                 "t.status",
                                 "t.tier",
                                 again || needs(loading, SOURCE_YEARS) ? "t.since" : "NULL",
                                 "t.first_order_on",
                                 loading->summed ? "t.last_order_on" : "NULL",
                                 loading->summed ? "t.revenue_total" : "NULL",
                                 loading->summed ? "t.currency" : "NULL",
                                 again ? "t.lost_on" : "NULL",
                                 needs(loading, SOURCE_CREDIT_GRADE) ? "t.credit_grade" : "NULL"};
    memcpy(columns, fixed, sizeof fixed);
    *count = AT_FIELDS;
    for (size_t k = 0; k < loading->evaluation->indicator_count; k++) {
        const struct indicator *indicator = &loading->evaluation->indicators[k];
        if (indicator->source != SOURCE_FIELD)
            continue;
        columns[*count] = field_column_sql(loading, indicator->field);
        if (columns[(*count)++] == NULL)
            return error_no_memory(&loading->book->error);
    }
    return CRM_OK;
}

static crm_status count_customers(struct loading *loading)
{
    struct value count;
    crm_status status = store_row_values(loading->book->store, loading->arena,
                                         "SELECT count(*) FROM customer", NULL, 0, &count, 1);
    if (status == CRM_OK)
        loading->capacity = (size_t)count.integer;
    return status;
}

/* `origins`: those are wanted as well. */
static crm_status make_room(struct loading *loading, bool origins)
{
    struct tier_evaluation *evaluation = loading->evaluation;
    struct arena *arena = loading->arena;
    const size_t indicators = evaluation->indicator_count;
    const size_t terms = loading->capacity * indicators + 1;
    loading->after = arena_array(arena, indicators + 1, sizeof *loading->after);
    evaluation->subjects = arena_array(arena, loading->capacity + 1, sizeof *evaluation->subjects);
    evaluation->terms = arena_array(arena, terms, sizeof *evaluation->terms);
    if (origins)
        evaluation->origins = arena_array(arena, terms, sizeof *evaluation->origins);
    if (loading->after == NULL || evaluation->subjects == NULL || evaluation->terms == NULL ||
        (origins && evaluation->origins == NULL))
        return error_no_memory(&loading->book->error);
    for (size_t k = 0; k < indicators; k++)
        if (tier_sums_sales(evaluation->indicators[k].source))
            date_format(tier_sales_after(&evaluation->indicators[k], evaluation->today),
                        loading->after[k]);
    return CRM_OK;
}

static crm_status load_customers(struct loading *loading)
{
    const char **columns = arena_array(
        loading->arena, AT_FIELDS + loading->evaluation->indicator_count, sizeof *columns);
    if (columns == NULL)
        return error_no_memory(&loading->book->error);
    struct store_select select = {
        .columns = columns, .from = "FROM customer t", .order = "t.id", .as_stored = true};
    crm_status status = customer_columns(loading, columns, &select.column_count);
    if (status == CRM_OK)
        status = store_each(loading->book->store, &select, NULL, 0, read_customer, loading);
    return status;
}

/* ---- What earlier evaluations left ---- */

const char *const tier_follow_columns[] = {
    "t.customer", "t.scheme", "t.tier", "t.effective_on", "t.pinned", "t.pinned_until", "t.reason"};

void tier_follow(struct tier_past *past, const struct policy *policy, const struct value *row,
                 bool keep_tier)
{
    const struct value *reason = &row[FOLLOW_REASON];
    past->pinned = row[FOLLOW_PINNED].integer != 0;
    past->has_until = past->pinned && day_of(&row[FOLLOW_UNTIL], &past->until);
    if (!keep_tier)
        past->tier = tier_of(policy, &row[FOLLOW_TIER]);
    if (!past->pinned && is_word(reason, tier_event_name(EVENT_HELD))) {
        if (past->below++ == 0)
            day_of(&row[FOLLOW_ON], &past->below_since);
        day_of(&row[FOLLOW_ON], &past->below_last);
        return;
    }
    past->unearned = past->pinned || is_word(reason, tier_event_name(EVENT_RELEASED));
    past->below = 0;
}

static crm_status read_change(void *context, const struct value *row)
{
    struct loading *loading = context;
    const struct value *on = &row[FOLLOW_ON];
    struct tier_subject *subject =
        tier_subject_find(loading->evaluation, row[FOLLOW_CUSTOMER].integer);
    if (on->type == VALUE_TEXT && on->length == DATE_TEXT - 1) {
        loading->mixed = loading->mixed || memcmp(on->text, loading->last_on, DATE_TEXT - 1) < 0;
        memcpy(loading->last_on, on->text, DATE_TEXT - 1);
    }
    if (subject != NULL)
        tier_follow(&subject->past, loading->book->policy, row, loading->main);
    return CRM_OK;
}

/* The main scheme's tiers stand with the customers: of its history those matter alone who were ever
 * given one by hand or held, and they are few. */
#define EVERY_CHANGE "FROM tier_change t WHERE t.scheme = $1"
#define CHANGES_THAT_LAST                                                                          \
    EVERY_CHANGE " AND t.customer IN (SELECT s.customer FROM tier_change s WHERE s.scheme = $1 "   \
                 "AND (s.pinned = 1 OR s.reason IN ($2, $3)))"

static crm_status read_changes(struct loading *loading, bool by_day)
{
    const bool main = loading->main;
    const struct store_select select = {.columns = tier_follow_columns,
                                        .column_count = FOLLOW_COLUMNS,
                                        .from = main ? CHANGES_THAT_LAST : EVERY_CHANGE,
                                        .order = by_day ? "t.effective_on, t.id" : "t.id",
                                        .as_stored = !by_day};
    const struct value parameters[] = {value_text(loading->evaluation->scheme->name),
                                       value_text(tier_event_name(EVENT_HELD)),
                                       value_text(tier_event_name(EVENT_RELEASED))};
    return store_each(loading->book->store, &select, parameters, main ? 3 : 1, read_change,
                      loading);
}

/* Rows are written from day to day; those that were imported may stand in any order, and are read
 * again in that of their days. */
static crm_status load_changes(struct loading *loading)
{
    struct tier_evaluation *evaluation = loading->evaluation;
    crm_status status = read_changes(loading, loading->main);
    if (status != CRM_OK || loading->main || !loading->mixed)
        return status;
    for (size_t i = 0; i < evaluation->count; i++)
        evaluation->subjects[i].past = (struct tier_past){.tier = TIER_NONE};
    return read_changes(loading, true);
}

/* ---- All of it ---- */

static crm_status refuse_payment(struct loading *loading, const struct indicator *indicator)
{
    error_set(&loading->book->error, CRM_INVALID,
              _("indicator '%s': a book keeps no payments, so on_time_payment cannot be known"),
              indicator->name);
    error_place(&loading->book->error, loading->book->policy->file, indicator->line, 0);
    return error_hint(&loading->book->error, _("use another source, such as credit_grade"));
}

/* Of sums and counts of order lines only revenue is kept with each customer. */
static bool may_be_summed(const struct tier_evaluation *evaluation)
{
    bool may = true;
    for (size_t k = 0; k < evaluation->indicator_count; k++) {
        enum indicator_source source = evaluation->indicators[k].source;
        may = may && (source == SOURCE_REVENUE || !tier_sums_sales(source));
    }
    return may;
}

struct way {
    const struct tier_past *past; /* see struct loading */
    bool origins;                 /* of each value are asked for */
};

static crm_status load(struct crm_book *book, const struct tier_scheme *scheme, struct way way,
                       struct arena *arena, struct tier_evaluation *out, int64_t *foreign)
{
    *foreign = 0;
    if (tier_prepare(out, book->policy, scheme, book->today, arena) != CRM_OK)
        return error_no_memory(&book->error);
    struct loading loading = {.book = book,
                              .evaluation = out,
                              .arena = arena,
                              .main = tier_is_main(book, scheme),
                              .past = way.past,
                              .summed = !way.origins && may_be_summed(out)};
    for (size_t k = 0; k < out->indicator_count; k++)
        if (out->indicators[k].source == SOURCE_ON_TIME_PAYMENT)
            return refuse_payment(&loading, &out->indicators[k]);
    crm_status status = count_customers(&loading);
    if (status == CRM_OK)
        status = make_room(&loading, way.origins);
    if (status == CRM_OK)
        status = load_customers(&loading);
    if (status == CRM_OK && way.past == NULL)
        status = load_changes(&loading);
    if (status == CRM_OK && scheme->method == TIER_RULES)
        status = tier_rules_load(book, out);
    if (status == CRM_OK && !loading.summed)
        status = tier_sales_load(book, out, foreign);
    for (size_t k = 0; k < out->indicator_count && status == CRM_OK; k++)
        if (out->indicators[k].source == SOURCE_SATISFACTION)
            status = tier_satisfaction_load(book, out, k, arena);
    return status;
}

/* Tiers compare customers with each other: of some of them they would come out higher. */
static crm_status refuse_restricted(struct crm_book *book)
{
    return store_need_whole(book->store,
                            _("tiers compare all customers, and your role shows some of them"),
                            _("ask an administrator of the book to evaluate them"), &book->error);
}

static crm_status run(struct crm_book *book, const struct tier_scheme *scheme, struct way way,
                      struct arena *arena, struct tier_evaluation *out, int64_t *foreign)
{
    crm_status status = refuse_restricted(book);
    if (status == CRM_OK)
        status = load(book, scheme, way, arena, out, foreign);
    if (status == CRM_OK && tier_evaluate(out, arena) != CRM_OK)
        status = error_no_memory(&book->error);
    return status;
}

crm_status tier_run(struct crm_book *book, const struct tier_scheme *scheme, struct arena *arena,
                    struct tier_evaluation *out, int64_t *foreign)
{
    return run(book, scheme, (struct way){0}, arena, out, foreign);
}

crm_status tier_run_whole(struct crm_book *book, const struct tier_scheme *scheme,
                          struct arena *arena, struct tier_evaluation *out, int64_t *foreign)
{
    return run(book, scheme, (struct way){.origins = true}, arena, out, foreign);
}

crm_status tier_run_again(struct crm_book *book, const struct tier_scheme *scheme,
                          const struct tier_past *past, struct arena *arena,
                          struct tier_evaluation *out)
{
    int64_t foreign;
    return run(book, scheme, (struct way){.past = past}, arena, out, &foreign);
}
