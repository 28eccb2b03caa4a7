/* SPDX-License-Identifier: MIT */
/* Reports: each is one file with one descriptor and one function that hands rows to a sink. */
#ifndef CRM_REPORT_REPORT_H
#define CRM_REPORT_REPORT_H

#include "record/record.h"

enum { MOST_GROUPS = 4, REPORT_COLUMNS = 32 };

/* A way of grouping: --by NAME. `sql` is over the aliases that the report joins. */
struct report_group {
    const char *name;
    const char *label; /* N_("…") */
    const char *sql;   /* NULL: the month of report->instant, see report_group_sql */
    const char *join;  /* what `sql` needs besides the report's main table; "" for nothing */
    bool time;         /* month, quarter, year: the default period then is whole months */
};

/* What was asked for, checked: see reports.c. */
struct report_request {
    struct crm_book *book;
    const struct report *report;
    char from[DATE_TEXT], to[DATE_TEXT]; /* both included */
    const struct report_group *groups[MOST_GROUPS];
    size_t group_count;
    const struct crm_filter *filter; /* on customers */
    int64_t limit;                   /* rows; 0: all */
    int64_t rows;                    /* handed over so far */
    bool profit;                     /* measure profit in place of revenue */
    int window;                      /* days before and after, for reports that compare */
    struct crm_sink *sink;
};

struct report {
    const char *name;
    const char *title;             /* N_("…") */
    const char *definition;        /* N_("…"): what the figures are, one sentence or two */
    const struct report_group *by; /* ways of grouping, the default first; NULL: none */
    size_t by_count;
    bool measures;       /* takes --measure */
    bool windows;        /* takes --window */
    bool whole_months;   /* its default period is whole months, as if grouped by month */
    bool follows_policy; /* shows what the policy's rules make of the records: next visits */
    const char *instant; /* SQL of the stored time by which rows fall into the period, or NULL */
    const char *day;     /* of the day that counts where that time is null; NULL: no such rows */
    crm_status (*run)(struct report_request *request);
};

extern const struct report report_revenue, report_pareto, report_visits, report_complaints,
    report_review, report_satisfaction, report_concentration, report_book;

/* Begins the report's table: a column for each group (with the choices of that field of `kind`,
 * which may be NULL), the figures, and the period. At most REPORT_COLUMNS in all. */
crm_status report_begin(struct report_request *request, const struct kind *kind,
                        const struct column *figures, size_t figure_count);
/* Hands a row (groups and figures, `count` values) to the sink with the period behind it, as long
 * as the limit allows. */
crm_status report_row(struct report_request *request, const struct value *values, size_t count);
/* The definition as a note, after the rows; nothing when there were none. */
crm_status report_notes(const struct report_request *request);
/* Columns "from" and "to", the same in all rows. */
struct column report_from_column(void);
struct column report_to_column(void);
/* Appends one group's expression. Stored times are UTC, months are the book's: so the edges of the
 * period's months are computed here and bound. */
void report_group_sql(const struct report_request *request, size_t group, struct query *query);
/* Appends " AND …" for the period's days in the book's time zone. */
void report_period_sql(const struct report_request *request, struct query *query);
/* Appends the joins that the groups need, each once. */
void report_group_joins(const struct report_request *request, struct buffer *sql);
/* Appends "GROUP BY 1, 2" over the groups and `more` columns after them. */
void report_group_by(const struct report_request *request, size_t more, struct buffer *sql);
/* Appends "1, 2, " over the groups, what has no group last; `column` is the word before the number
 * where the groups have names. */
void report_order_by(const struct report_request *request, const char *column, struct buffer *sql);
/* Appends " AND alias.customer IN (…)" for the request's filter, if there is one. */
crm_status report_customer_filter(const struct report_request *request, const char *customer,
                                  struct query *query);

#endif
