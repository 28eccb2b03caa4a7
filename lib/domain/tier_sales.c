/* SPDX-License-Identifier: MIT */
/* Sums of order lines per customer and indicator. The table is stored by customer and day, so one
 * pass in that order needs neither sorting nor grouping. */
#include "domain/tier_sales.h"

#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

enum { AT_CUSTOMER, AT_DAY, AT_ORDER, AT_AMOUNT, AT_PROFIT, AT_CURRENCY, SALES_COLUMNS };

/* Where a day lies. */
enum side { SIDE_OUTSIDE, SIDE_NOW, SIDE_BEFORE };

/* What one indicator has seen of the current customer. */
struct sum {
    enum indicator_source source;
    size_t indicator;
    char after[DATE_TEXT];        /* the period: later than this day … */
    char before_after[DATE_TEXT]; /* growth: the period before it begins after this day */
    enum side side;               /* of the day of the line being read */
    int64_t now, before;
    int32_t rows, rows_before;
    int32_t known; /* lines that have the measure: some have no profit */
    day_number from, to;
    int64_t *orders; /* SOURCE_ORDERS: of its lines, neighbours of the same order once */
    size_t order_count, order_capacity;
};

struct pass {
    struct crm_book *book;
    struct tier_evaluation *evaluation;
    struct sum *sums;
    size_t sum_count;
    size_t at;                /* subject whose lines are being read */
    char day_text[DATE_TEXT]; /* of the line being read … */
    day_number day;           /* … and as a number, if origins are asked for */
    size_t currency_length;   /* of the book's own */
    int64_t foreign, counted;
};

bool tier_sums_sales(enum indicator_source source)
{
    return source == SOURCE_REVENUE || source == SOURCE_PROFIT || source == SOURCE_ORDERS ||
           source == SOURCE_GROWTH;
}

static crm_status say_too_large(struct pass *pass)
{
    error_set(&pass->book->error, CRM_INVALID, _("a customer's sum of order lines is too large"));
    return error_hint(&pass->book->error, _("look for wrong amounts: crm list line"));
}

/* ---- The end of a customer's lines ---- */

static int compare_orders(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left;
    const int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int64_t distinct_orders(struct sum *sum)
{
    int64_t distinct = 0;
    if (sum->order_count > 1)
        qsort(sum->orders, sum->order_count, sizeof *sum->orders, compare_orders);
    for (size_t i = 0; i < sum->order_count; i++)
        distinct += i == 0 || sum->orders[i] != sum->orders[i - 1];
    return distinct;
}

static void put_sum(struct sum *sum, struct tier_term *term)
{
    *term = (struct tier_term){.raw = sum->now, .state = TERM_KNOWN};
    if (sum->source == SOURCE_ORDERS)
        term->raw = distinct_orders(sum) * DECIMAL_ONE;
    else if ((sum->source == SOURCE_PROFIT && sum->known == 0) ||
             (sum->source == SOURCE_GROWTH && !decimal_growth(sum->before, sum->now, &term->raw)))
        term->state = TERM_MISSING;
}

static void finish_sum(const struct pass *pass, struct sum *sum)
{
    const struct tier_evaluation *evaluation = pass->evaluation;
    const int32_t rows = sum->rows + sum->rows_before;
    if (rows == 0)
        return;
    put_sum(sum, &tier_terms(evaluation, pass->at)[sum->indicator]);
    tier_put_origin(evaluation, pass->at, sum->indicator,
                    (struct tier_origin){.rows = sum->source == SOURCE_PROFIT ? sum->known : rows,
                                         .from = sum->from,
                                         .to = sum->to});
    sum->from = sum->to = 0;
    sum->now = sum->before = 0;
    sum->rows = sum->rows_before = sum->known = 0;
    sum->order_count = 0;
}

static void finish_customer(struct pass *pass)
{
    if (pass->at == pass->evaluation->count)
        return;
    for (size_t i = 0; i < pass->sum_count; i++)
        finish_sum(pass, &pass->sums[i]);
}

/* ---- One line ---- */

static crm_status keep_order(struct pass *pass, struct sum *sum, int64_t order)
{
    if (sum->order_count > 0 && sum->orders[sum->order_count - 1] == order)
        return CRM_OK;
    int64_t *grown =
        array_grow(sum->orders, &sum->order_capacity, sum->order_count + 1, sizeof *sum->orders);
    if (grown == NULL)
        return error_no_memory(&pass->book->error);
    sum->orders = grown;
    sum->orders[sum->order_count++] = order;
    return CRM_OK;
}

static crm_status add_line(struct pass *pass, struct sum *sum, const struct value *row)
{
    const bool now = sum->side == SIDE_NOW;
    if (sum->side == SIDE_OUTSIDE)
        return CRM_OK;
    const struct value *measure = &row[sum->source == SOURCE_PROFIT ? AT_PROFIT : AT_AMOUNT];
    int64_t *total = now ? &sum->now : &sum->before;
    if (!value_is_null(measure) && !decimal_add(*total, measure->integer, total))
        return say_too_large(pass);
    if (!value_is_null(measure) && sum->known++ == 0)
        sum->from = pass->day;
    if (!value_is_null(measure))
        sum->to = pass->day;
    if (now)
        sum->rows++;
    else
        sum->rows_before++;
    return now && sum->source == SOURCE_ORDERS ? keep_order(pass, sum, row[AT_ORDER].integer)
                                               : CRM_OK;
}

static bool is_foreign(const struct pass *pass, const struct value *currency)
{
    const size_t length = pass->currency_length;
    return currency->type == VALUE_TEXT &&
           (currency->length != length ||
            memcmp(currency->text, pass->book->policy->currency, length) != 0);
}

/* Days stand in the order of their texts. */
static bool is_later(const char *day, const char *than)
{
    return memcmp(day, than, DATE_TEXT - 1) > 0;
}

static enum side side_of(const struct sum *sum, const char *day)
{
    if (is_later(day, sum->after))
        return SIDE_NOW;
    return sum->source == SOURCE_GROWTH && is_later(day, sum->before_after) ? SIDE_BEFORE
                                                                            : SIDE_OUTSIDE;
}

/* Neighbouring lines are mostly of one day: what follows from it is found once. */
static bool read_day(struct pass *pass, const struct value *day)
{
    if (day->type != VALUE_TEXT || day->length != DATE_TEXT - 1)
        return false;
    if (memcmp(day->text, pass->day_text, DATE_TEXT - 1) == 0)
        return true;
    memcpy(pass->day_text, day->text, DATE_TEXT - 1);
    for (size_t i = 0; i < pass->sum_count; i++)
        pass->sums[i].side = side_of(&pass->sums[i], pass->day_text);
    return pass->evaluation->origins == NULL || date_parse_iso(day->text, day->length, &pass->day);
}

/* Customers come in ascending order, as the subjects stand. */
static bool move_to(struct pass *pass, int64_t customer)
{
    const struct tier_evaluation *evaluation = pass->evaluation;
    if (pass->at < evaluation->count && evaluation->subjects[pass->at].id == customer)
        return true;
    finish_customer(pass);
    while (pass->at < evaluation->count && evaluation->subjects[pass->at].id < customer)
        pass->at++;
    return pass->at < evaluation->count && evaluation->subjects[pass->at].id == customer;
}

static crm_status read_line(void *context, const struct value *row)
{
    struct pass *pass = context;
    if (!move_to(pass, row[AT_CUSTOMER].integer) || !read_day(pass, &row[AT_DAY]))
        return CRM_OK;
    if (is_foreign(pass, &row[AT_CURRENCY])) {
        pass->foreign++;
        return CRM_OK;
    }
    pass->counted++;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < pass->sum_count && status == CRM_OK; i++)
        status = add_line(pass, &pass->sums[i], row);
    return status;
}

/* ---- The pass ---- */

static day_number back_from(day_number day, struct duration period)
{
    period.count = -period.count;
    return date_add(day, period);
}

day_number tier_sales_after(const struct indicator *indicator, day_number today)
{
    return back_from(today, indicator->period);
}

/* The sums wanted; `first` is the day after which the first of their periods begins. */
static void prepare_sums(struct pass *pass, char first[DATE_TEXT])
{
    const struct tier_evaluation *evaluation = pass->evaluation;
    memcpy(first, pass->book->today_text, DATE_TEXT);
    for (size_t k = 0; k < evaluation->indicator_count; k++) {
        const struct indicator *indicator = &evaluation->indicators[k];
        if (!tier_sums_sales(indicator->source))
            continue;
        struct sum *sum = &pass->sums[pass->sum_count++];
        sum->source = indicator->source;
        sum->indicator = k;
        day_number after = tier_sales_after(indicator, evaluation->today);
        date_format(after, sum->after);
        date_format(back_from(after, indicator->period), sum->before_after);
        const char *begin = sum->source == SOURCE_GROWTH ? sum->before_after : sum->after;
        if (is_later(first, begin))
            memcpy(first, begin, DATE_TEXT);
    }
}

static bool sums_any(const struct pass *pass, enum indicator_source source)
{
    bool any = false;
    for (size_t i = 0; i < pass->sum_count; i++)
        any = any || pass->sums[i].source == source;
    return any;
}

static crm_status scan(struct pass *pass, const char *after)
{
    const char *const columns[SALES_COLUMNS] = {"t.customer",
                                                "t.ordered_on",
                                                sums_any(pass, SOURCE_ORDERS) ? "t.order_ref"
                                                                              : "NULL",
                                                "t.amount",
                                                sums_any(pass, SOURCE_PROFIT) ? "t.profit" : "NULL",
                                                "t.currency"};
    const struct value parameters[] = {value_text(after), value_text(pass->book->today_text)};
    const struct store_select select = {
        .columns = columns,
        .column_count = SALES_COLUMNS,
        /* What leaves most lines out comes first, and lies before what is costly to reach. */
        .from = "FROM order_line t WHERE t.ordered_on > $1 AND t.ordered_on <= $2 "
                "AND t.counted = 1",
        .order = "t.customer, t.ordered_on",
        .as_stored = true};
    crm_status status = store_each(pass->book->store, &select, parameters, 2, read_line, pass);
    finish_customer(pass);
    return status;
}

crm_status tier_sales_load(struct crm_book *book, struct tier_evaluation *evaluation,
                           int64_t *foreign)
{
    struct pass pass = {
        .book = book, .evaluation = evaluation, .currency_length = strlen(book->policy->currency)};
    pass.sums = calloc(evaluation->indicator_count + 1, sizeof *pass.sums);
    if (pass.sums == NULL)
        return error_no_memory(&book->error);
    char after[DATE_TEXT];
    prepare_sums(&pass, after);
    crm_status status = pass.sum_count > 0 ? scan(&pass, after) : CRM_OK;
    for (size_t i = 0; i < pass.sum_count; i++)
        free(pass.sums[i].orders);
    free(pass.sums);
    *foreign = pass.foreign;
    if (status != CRM_OK || pass.foreign == 0 || pass.counted > 0)
        return status;
    error_set(&book->error, CRM_CONFLICT, _("no order of the period is in the book's currency, %s"),
              book->policy->currency);
    return error_hint(&book->error, _("set 'currency' in policy.yaml to that of the orders"));
}
