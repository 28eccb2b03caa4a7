/* SPDX-License-Identifier: MIT */
/* report review: what became of the visits planned, of promises and problems, and what customers
 * ordered before and after. */
#include "report/report.h"

#include "base/decimal.h"
#include "record/import_index.h"
#include "report/customer_sums.h"
#include "report/review_orders.h"

#include <stdlib.h>
#include <string.h>

#define JOIN_OWNER " LEFT JOIN staff o ON o.id = c.owner"
#define JOIN_STAFF " LEFT JOIN staff s ON s.id = v.staff"

static const struct report_group groups[] = {
    {"tier", N_("Tier"), "c.tier", "", false},
    {"channel", N_("Channel"), "v.channel", "", false},
    {"owner", N_("Owner"), "o.login", JOIN_OWNER, false},
    {"staff", N_("Staff"), "s.login", JOIN_STAFF, false},
    {"customer", N_("Customer"), "c.key", "", false},
    {"segment", N_("Segment"), "c.segment", "", false},
    {"month", N_("Month"), NULL, "", true},
};

enum { FEW = 30 /* a share of fewer says little: it is marked */ };

/* Figures of one group. */
struct review {
    const char *group[MOST_GROUPS]; /* NULL: none */
    int64_t on_time, late, missed, to_come;
    int64_t done;
    int64_t kept, broken, promised; /* promised: still open */
    int64_t problems, solved;
    int64_t rated, outcomes;
    int64_t compared;
    struct order_sums before, after;
};

struct reviewing {
    struct report_request *request;
    struct review_orders *orders;
    struct text_index groups; /* numbers of reviews by what they are grouped by */
    struct review *reviews;
    size_t count, capacity;
    struct buffer name;
    struct arena arena; /* of the groups' names */
};

static void reviewing_release(struct reviewing *all)
{
    review_orders_free(all->orders);
    text_index_release(&all->groups);
    free(all->reviews);
    buffer_release(&all->name);
    arena_release(&all->arena);
}

/* The columns after the groups' in the query. */
enum { CUSTOMER, STATUS, PLANNED_ON, DONE_AT, NEXT_ON, NEXT_AT, PROBLEM, SOLUTION, OUTCOME, FACTS };

/* ---- Groups ---- */

static crm_status add_review(struct reviewing *all, const struct value *row)
{
    struct review *grown = array_grow(all->reviews, &all->capacity, all->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&all->request->book->error);
    all->reviews = grown;
    if (text_index_add(&all->groups, buffer_string(&all->name), all->name.length) ==
        TEXT_INDEX_NONE)
        return error_no_memory(&all->request->book->error);
    struct review *review = &grown[all->count++];
    *review = (struct review){0};
    for (size_t i = 0; i < all->request->group_count; i++)
        if (row[i].type == VALUE_TEXT)
            review->group[i] = arena_copy_length(&all->arena, row[i].text, row[i].length);
    return all->arena.failed ? error_no_memory(&all->request->book->error) : CRM_OK;
}

static crm_status find_group(struct reviewing *all, const struct value *row, struct review **out)
{
    struct buffer *name = &all->name;
    buffer_clear(name);
    for (size_t i = 0; i < all->request->group_count; i++) {
        const bool some = row[i].type == VALUE_TEXT;
        buffer_append(name, some ? row[i].text : "", some ? row[i].length : 0);
        buffer_append(name, some ? "" : "-", 1); /* its end, another one for none */
    }
    if (name->failed)
        return error_no_memory(&all->request->book->error);
    uint32_t number = text_index_find(&all->groups, buffer_string(name), name->length);
    if (number != TEXT_INDEX_NONE) {
        *out = &all->reviews[number];
        return CRM_OK;
    }
    crm_status status = add_review(all, row);
    *out = status == CRM_OK ? &all->reviews[all->count - 1] : NULL;
    return status;
}

/* What has no group comes last. */
static int compare_names(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

static int compare(const void *a, const void *b)
{
    const struct review *x = a, *y = b;
    int order = 0;
    for (size_t i = 0; i < MOST_GROUPS && order == 0; i++)
        order = compare_names(x->group[i], y->group[i]);
    return order;
}

/* ---- One visit ---- */

static bool local_day(const struct crm_book *book, const struct value *at, day_number *out)
{
    instant when;
    int second;
    if (at->type != VALUE_TEXT || !time_parse_iso(at->text, at->length, NULL, &when))
        return false;
    zone_local(book->zone, when, out, &second);
    return true;
}

static bool day_of(const struct value *on, day_number *out)
{
    return on->type == VALUE_TEXT && date_parse_iso(on->text, on->length, out);
}

static bool is_word(const struct value *value, const char *word)
{
    return value->type == VALUE_TEXT && strcmp(value->text, word) == 0;
}

/* A promise stands until the next contact by any channel: that keeps it, or comes too late. */
static void count_promise(const struct crm_book *book, struct review *review,
                          const struct value *facts)
{
    day_number promise, next;
    if (!day_of(&facts[NEXT_ON], &promise))
        return;
    if (local_day(book, &facts[NEXT_AT], &next))
        *(next <= promise ? &review->kept : &review->broken) += 1;
    else
        *(promise < book->today ? &review->broken : &review->promised) += 1;
}

/* Orders around the visit, once all days of the time after it are over. */
static crm_status compare_orders(struct reviewing *all, struct review *review, int64_t customer,
                                 day_number day)
{
    const int window = all->request->window;
    struct order_sums before, after;
    if (day + window > all->request->book->today)
        return CRM_OK;
    crm_status status = review_orders_of(all->orders, customer);
    if (status != CRM_OK)
        return status;
    review_orders_between(all->orders, day - window, day - 1, &before);
    review_orders_between(all->orders, day, day + window - 1, &after);
    review->compared++;
    order_sums_add(&review->before, &before);
    order_sums_add(&review->after, &after);
    return CRM_OK;
}

static crm_status count_done(struct reviewing *all, struct review *review,
                             const struct value *facts)
{
    const struct crm_book *book = all->request->book;
    day_number day, planned;
    if (!local_day(book, &facts[DONE_AT], &day))
        return error_set(&all->request->book->error, CRM_CORRUPT,
                         _("customer #%lld: a date or time is damaged"),
                         (long long)facts[CUSTOMER].integer);
    review->done++;
    if (day_of(&facts[PLANNED_ON], &planned))
        *(day <= planned ? &review->on_time : &review->late) += 1;
    count_promise(book, review, facts);
    review->problems += facts[PROBLEM].integer != 0;
    review->solved += facts[PROBLEM].integer != 0 && facts[SOLUTION].integer != 0;
    if (!value_is_null(&facts[OUTCOME])) {
        review->rated++;
        review->outcomes += facts[OUTCOME].integer;
    }
    return compare_orders(all, review, facts[CUSTOMER].integer, day);
}

/* The row at hand of the visits. */
static crm_status count_visit(struct reviewing *all, struct statement *visits)
{
    const size_t group_count = all->request->group_count;
    struct value row[MOST_GROUPS + FACTS];
    const struct value *facts = row + group_count;
    struct review *review = NULL;
    day_number planned;
    for (size_t i = 0; i < group_count + FACTS; i++)
        row[i] = statement_column(visits, (int)i);
    crm_status status = find_group(all, row, &review);
    if (status != CRM_OK)
        return status;
    if (!value_is_null(&facts[DONE_AT]))
        return count_done(all, review, facts);
    bool over = is_word(&facts[STATUS], "missed") ||
                (day_of(&facts[PLANNED_ON], &planned) && planned < all->request->book->today);
    *(over ? &review->missed : &review->to_come) += 1;
    return CRM_OK;
}

/* ---- All visits ---- */

static crm_status visits_sql(const struct report_request *request, struct query *query)
{
    struct buffer *sql = &query->sql;
    buffer_text(sql, "SELECT ");
    for (size_t i = 0; i < request->group_count; i++) {
        report_group_sql(request, i, query);
        buffer_text(sql, ", ");
    }
    buffer_text(sql, "v.customer, v.status, v.planned_on, v.done_at, v.next_on, "
                     "CASE WHEN v.next_on IS NOT NULL AND v.done_at IS NOT NULL THEN "
                     "(SELECT min(n.done_at) FROM visit n WHERE n.customer = v.customer "
                     "AND n.done_at >= v.done_at AND (n.done_at > v.done_at OR n.id > v.id)) END, "
                     "CASE WHEN v.problem IS NULL THEN 0 ELSE 1 END, "
                     "CASE WHEN v.solution IS NULL THEN 0 ELSE 1 END, v.outcome "
                     "FROM visit v JOIN customer c ON c.id = v.customer");
    report_group_joins(request, sql);
    buffer_text(sql, " WHERE v.status <> 'cancelled'");
    report_period_sql(request, query);
    crm_status status = report_customer_filter(request, "v.customer", query);
    buffer_text(sql, " ORDER BY v.customer, v.id");
    return status == CRM_OK && sql->failed ? error_no_memory(&request->book->error) : status;
}

static crm_status read_visits(struct reviewing *all)
{
    struct store *store = all->request->book->store;
    struct query query cleanup(query_release) = {0};
    struct statement *visits cleanup(statement_cleanup) = NULL;
    bool more = false;
    crm_status status = visits_sql(all->request, &query);
    if (status == CRM_OK)
        status = review_orders_begin(all->request, all->request->window, &all->orders);
    if (status == CRM_OK)
        status = store_prepare(store, buffer_string(&query.sql), &visits);
    if (status == CRM_OK)
        status = statement_bind_all(visits, query.parameters, query.count);
    if (status == CRM_OK)
        status = statement_step(visits, &more);
    while (status == CRM_OK && more) {
        status = count_visit(all, visits);
        if (status == CRM_OK)
            status = statement_step(visits, &more);
    }
    return status;
}

/* ---- The table ---- */

enum {
    PLANNED,
    ON_TIME,
    LATE,
    MISSED,
    TO_COME,
    ON_TIME_SHARE,
    DONE,
    PROMISES,
    KEPT,
    BROKEN,
    KEPT_SHARE,
    PROBLEMS,
    SOLVED,
    SOLVED_SHARE,
    OUTCOME_MEAN,
    RATED,
    COMPARED,
    ORDERS_BEFORE,
    ORDERS_AFTER,
    REVENUE_BEFORE,
    REVENUE_AFTER,
    REVENUE_CHANGE,
    CURRENCY,
    IS_FEW,
    WINDOW,
    FIGURES
};

static struct column count_column(const char *name, const char *label, unsigned flags)
{
    return (struct column){.name = name, .label = label, .type = DATA_INTEGER, .flags = flags};
}

static struct column share_column(const char *name, const char *label, unsigned flags)
{
    return (struct column){
        .name = name, .label = label, .type = DATA_REAL, .decimals = 1, .flags = flags};
}

static crm_status begin(struct report_request *request)
{
    const struct column figures[FIGURES] = {
        [PLANNED] = count_column("planned", _("Planned"), 0),
        [ON_TIME] = count_column("on_time", _("On time"), 0),
        [LATE] = count_column("late", _("Late"), 0),
        [MISSED] = count_column("missed", _("Missed"), 0),
        [TO_COME] = count_column("to_come", _("To come"), COLUMN_HIDDEN),
        [ON_TIME_SHARE] = share_column("on_time_share", _("on time %"), 0),
        [DONE] = count_column("done", _("Done"), 0),
        [PROMISES] = count_column("promises", _("Promises"), 0),
        [KEPT] = count_column("kept", _("Kept"), 0),
        [BROKEN] = count_column("broken", _("Broken"), 0),
        [KEPT_SHARE] = share_column("kept_share", _("kept %"), COLUMN_HIDDEN),
        [PROBLEMS] = count_column("problems", _("Problems"), 0),
        [SOLVED] = count_column("solved", _("Solved"), 0),
        [SOLVED_SHARE] = share_column("solved_share", _("solved %"), COLUMN_HIDDEN),
        [OUTCOME_MEAN] = {.name = "outcome",
                          .label = _("Outcome, mean"),
                          .type = DATA_REAL,
                          .decimals = 2},
        [RATED] = count_column("rated", _("Rated"), COLUMN_HIDDEN),
        [COMPARED] = count_column("compared", _("Compared, n"), 0),
        [ORDERS_BEFORE] = count_column("orders_before", _("Orders before"), 0),
        [ORDERS_AFTER] = count_column("orders_after", _("Orders after"), 0),
        [REVENUE_BEFORE] = {.name = "revenue_before",
                            .label = _("Revenue before"),
                            .type = DATA_DECIMAL},
        [REVENUE_AFTER] = {.name = "revenue_after",
                           .label = _("Revenue after"),
                           .type = DATA_DECIMAL},
        [REVENUE_CHANGE] = share_column("revenue_change", _("Change %"), 0),
        [CURRENCY] = {.name = "currency", .label = _("Currency")},
        [IS_FEW] = {.name = "few", .label = _("n < 30"), .type = DATA_BOOLEAN},
        [WINDOW] = {.name = "window",
                    .label = _("Days before and after"),
                    .type = DATA_INTEGER,
                    .flags = COLUMN_CONSTANT},
    };
    return report_begin(request, &kind_visit, figures, FIGURES);
}

static bool is_few(int64_t n)
{
    return n > 0 && n < FEW;
}

static void order_values(const struct review *review, struct value *out)
{
    struct order_sums all = review->before;
    int64_t change;
    order_sums_add(&all, &review->after);
    const bool known = review->compared > 0 && !all.mixed;
    out[COMPARED] = value_integer(review->compared);
    out[ORDERS_BEFORE] = value_integer(review->before.orders);
    out[ORDERS_AFTER] = value_integer(review->after.orders);
    if (!known)
        return;
    out[REVENUE_BEFORE] = value_integer(review->before.revenue);
    out[REVENUE_AFTER] = value_integer(review->after.revenue);
    const char *currency =
        review->before.currency[0] != '\0' ? review->before.currency : review->after.currency;
    out[CURRENCY] = value_text(currency[0] == '\0' ? NULL : currency);
    if (decimal_growth(review->before.revenue, review->after.revenue, &change))
        out[REVENUE_CHANGE] = value_real((double)change / DECIMAL_ONE);
}

static crm_status write_review(struct report_request *request, const struct review *review)
{
    struct value row[MOST_GROUPS + FIGURES] = {{0}}, *out = row + request->group_count;
    const int64_t ended = review->on_time + review->late + review->missed;
    const int64_t decided = review->kept + review->broken;
    for (size_t i = 0; i < request->group_count; i++)
        row[i] = value_text(review->group[i]);
    order_values(review, out);
    out[PLANNED] = value_integer(ended + review->to_come);
    out[ON_TIME] = value_integer(review->on_time);
    out[LATE] = value_integer(review->late);
    out[MISSED] = value_integer(review->missed);
    out[TO_COME] = value_integer(review->to_come);
    out[ON_TIME_SHARE] = report_percent(review->on_time, ended);
    out[DONE] = value_integer(review->done);
    out[PROMISES] = value_integer(decided + review->promised);
    out[KEPT] = value_integer(review->kept);
    out[BROKEN] = value_integer(review->broken);
    out[KEPT_SHARE] = report_percent(review->kept, decided);
    out[PROBLEMS] = value_integer(review->problems);
    out[SOLVED] = value_integer(review->solved);
    out[SOLVED_SHARE] = report_percent(review->solved, review->problems);
    if (review->rated > 0)
        out[OUTCOME_MEAN] = value_real((double)review->outcomes / (double)review->rated);
    out[RATED] = value_integer(review->rated);
    out[IS_FEW] = value_integer(is_few(ended) || is_few(decided) || is_few(review->problems) ||
                                is_few(review->compared));
    out[WINDOW] = value_integer(request->window);
    return report_row(request, row, request->group_count + FIGURES);
}

static crm_status run(struct report_request *request)
{
    struct reviewing all cleanup(reviewing_release) = {.request = request};
    crm_status status = read_visits(&all);
    if (status == CRM_OK && all.count > 1)
        qsort(all.reviews, all.count, sizeof *all.reviews, compare);
    if (status == CRM_OK)
        status = begin(request);
    for (size_t i = 0; i < all.count && status == CRM_OK; i++)
        status = write_review(request, &all.reviews[i]);
    if (status == CRM_OK)
        status = sink_end(request->sink);
    return status == CRM_OK ? report_notes(request) : status;
}

const struct report report_review = {
    .name = "review",
    .title = N_("Review of visits"),
    .definition =
        N_("Each visit counts on the day it was done, else on the day it was planned for; "
           "cancelled ones are left out. On time: done by the day planned; missed: marked so, or "
           "its day is over. A promise is kept by the next contact, if that is not later. "
           "Problems are solved where a solution is given. Orders after: of the days from each "
           "visit on, against as many days before it, of visits for which those days are over; "
           "an order may count for several visits, and there is no revenue where currencies "
           "differ. Shares of fewer than 30 are marked."),
    .by = groups,
    .by_count = sizeof groups / sizeof *groups,
    .windows = true,
    .instant = "v.done_at",
    .day = "v.planned_on",
    .run = run,
};
