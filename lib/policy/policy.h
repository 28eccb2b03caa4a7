/* SPDX-License-Identifier: MIT */
/* The book's policy.yaml as checked structures. Everything lives in the policy's arena and is
 * constant once loaded. Each part remembers the line it came from, for `why`; 0 is that of a
 * default. */
#ifndef CRM_POLICY_POLICY_H
#define CRM_POLICY_POLICY_H

#include "base/buffer.h"
#include "base/date.h"
#include "base/memory.h"
#include "base/value.h"
#include "base/yearly.h"

/* ---- tiers ---- */

enum tier_method { TIER_PARETO, TIER_SCORE, TIER_QUOTA, TIER_RULES };
enum missing_input { MISSING_ZERO, MISSING_MEDIAN, MISSING_UNRATED };

/* Where an indicator's raw value comes from. */
enum indicator_source {
    SOURCE_REVENUE,        /* sum of amounts in the period */
    SOURCE_PROFIT,         /* sum of profits in the period */
    SOURCE_ORDERS,         /* number of orders in the period */
    SOURCE_GROWTH,         /* revenue in the period against the period before, in percent */
    SOURCE_YEARS,          /* whole and part years since `since`, else since the first order */
    SOURCE_FIELD,          /* a number among the customer's fields (assessments 1–5, custom) */
    SOURCE_CREDIT_GRADE,   /* letter grade by the bands' labels */
    SOURCE_SATISFACTION,   /* mean of the last answers of csat questions in the period, 0–100 */
    SOURCE_ON_TIME_PAYMENT /* share of orders paid on time, in percent */
};

enum mapping_kind { MAPPING_LINEAR, MAPPING_BANDS, MAPPING_PERCENTILE };

struct band {
    int64_t from;      /* decimal: raw value from which the band holds */
    int64_t to;        /* decimal: value below which it holds, for checking; see has_to */
    bool has_to;       /* otherwise it holds up to the next band */
    int64_t points;    /* decimal 0–100 */
    const char *label; /* for letter grades, else NULL */
};

struct indicator {
    const char *name;
    enum indicator_source source;
    const char *field; /* SOURCE_FIELD: name of the customer's field */
    struct duration period;
    enum mapping_kind mapping;
    int64_t low, high; /* decimal: MAPPING_LINEAR, raw values that give 0 and 100 */
    const struct band *bands;
    size_t band_count;
    int64_t weight; /* decimal; weights of a scheme sum to 100 */
    enum missing_input missing;
    long line;
};

struct tier_threshold {
    int tier; /* index in policy.tiers */
    /* decimal. pareto: cumulative share in percent up to which the tier reaches. score: least
     * score. quota: count or percent of customers. The last tier has none. */
    int64_t limit;
    bool percent;       /* quota: limit is a percentage */
    const char *filter; /* rules: expression; NULL otherwise */
    long line;
};

struct tier_scheme {
    const char *name;
    enum tier_method method;
    enum indicator_source measure; /* pareto: SOURCE_REVENUE or SOURCE_PROFIT */
    struct duration period;        /* pareto */
    bool crossing_inside;          /* pareto: who crosses a line is inside it (default: not) */
    const struct indicator *indicators;
    size_t indicator_count;
    const struct tier_threshold *thresholds; /* best tier first */
    size_t threshold_count;
    int demote_after; /* evaluations below the line before a demotion; 0: at once */
    struct duration demote_after_period; /* or a time below the line; count 0: none */
    int64_t margin; /* decimal points below the line that demote at once; 0: none */
    long demote_after_line, margin_line; /* of the keys; 0: not given */
    long line;
};

/* ---- visits ---- */

struct cadence {
    int tier;
    struct duration every;
    struct duration first; /* from `since` to the first visit; default: every */
    struct duration grace; /* due, then overdue after this */
    int channel;           /* least channel that satisfies the duty: index in policy.channels */
    int minutes;           /* staff minutes a visit takes */
    const char *agenda;    /* NULL: none */
    long line;
};

/* ---- care dates ---- */

/* What customers are greeted for: a birthday, the founding day, a festival, or a day of the firm's
 * own. */
struct care_occasion {
    const char *name;  /* "birthday", "founding", of a festival, or the firm's own */
    const char *label; /* for people; NULL: the festival's, or the name */
    bool remind;
    struct duration lead; /* how long before the day it is told */
    bool has_lead;        /* otherwise policy.care_lead */
    /* birthday, founding: of these tiers only, none: of all. Others: of these tiers' customers who
     * have no festivals of their own. */
    const char *const *tiers;
    size_t tier_count;
    const char *const *roles; /* birthday: of contacts in these roles only; none: of all */
    size_t role_count;
    const char *day;    /* of the firm's own occasion */
    struct yearly when; /* of a festival, or of `day` */
    int round;          /* each such number of years is a round one; 0: none */
    long line;
};

struct greeting {
    const char *occasion; /* "any": of each that has none of its own */
    const char *language; /* "any": of each */
    const char *text;
    long line;
};

/* ---- calendars ---- */

struct interval {
    int from, to; /* minutes of the day, 0 ≤ from < to ≤ 1440 */
};

struct calendar_policy {
    const char *name;
    const struct interval *week[7]; /* Monday first; ascending, disjoint */
    size_t week_count[7];
    const char *holidays; /* name of the day list in calendars/ ("cn" → calendars/cn-2026.json);
                             NULL: weekdays only, never unknown */
    long line;
};

/* ---- complaints ---- */

struct complaint_limit {
    int tier;             /* -1: any */
    const char *severity; /* NULL: any */
    const char *service;  /* NULL: any */
    bool has_respond, has_resolve;
    struct duration respond, resolve;
    int calendar; /* index in policy.calendars */
    long line;
};

struct cause {
    const char *name;
    const char *label; /* for people, may be NULL */
    int parent;        /* index in policy.causes, -1 at the top */
    long line;
};

struct escalation {
    int percent;      /* of the limit used */
    const char *tell; /* owner, manager, or a staff login */
    long line;
};

/* ---- surveys ---- */

enum survey_occasion { ASK_BY_TIME, ASK_AFTER_COMPLAINT, ASK_AFTER_VISIT };

/* When customers are to be asked. */
struct survey_rule {
    int tier; /* -1: any */
    enum survey_occasion after;
    struct duration every;  /* ASK_BY_TIME: since the last answer; count 0: not given */
    struct duration within; /* otherwise: how long after it is still worth asking */
    const char *survey;     /* the template to use; NULL: any */
    long line;
};

/* ---- custom fields ---- */

struct custom_field {
    const char *kind; /* which record kind */
    const char *name;
    const char *label;
    enum data_type type;
    const char *const *choices; /* DATA_ENUM */
    size_t choice_count;
    bool required;
    bool sensitive; /* personal: masked in lists, kept out of messages and the journal's commands */
    long line;
};

struct policy {
    struct arena arena;
    const char *file;     /* what messages call it */
    char fingerprint[17]; /* 64-bit hash of the file's bytes in hexadecimal */
    const char *time_zone;
    const struct zone *zone; /* the same, loaded */
    const char *currency;
    const char *database; /* NULL: crm.db in the book */
    const char *replica;  /* a copy of it that reports are read from; NULL: none */

    const char *const *tiers; /* best first */
    size_t tier_count;
    const struct tier_scheme *schemes;
    size_t scheme_count;
    int main_scheme;
    struct duration review_every; /* how often tiers are to be evaluated; count 0: not watched */
    struct duration pin_notice;   /* how long before its end a pin is told of */
    long review_every_line,
        pin_notice_line; /* of the keys, as all of that kind here; 0: not given */

    const char *const *channels; /* weakest first; each satisfies itself and those before it */
    size_t channel_count;
    const struct cadence *cadences; /* one a tier, in the order of tiers */
    struct duration plan_ahead;     /* how long before it is due a visit may be planned */

    struct duration care_lead; /* of occasions that say nothing else */
    long care_lead_line, care_grace_line;
    struct duration care_grace; /* how long after its day a greeting may be made up for */
    bool care_leap_month;       /* a birthday in a leap month stays in it where there is one */
    const struct care_occasion *occasions;
    size_t occasion_count;
    const struct greeting *greetings;
    size_t greeting_count;

    const struct calendar_policy *calendars; /* the first is the default */
    size_t calendar_count;

    const char *const *categories; /* of complaints; none: any text */
    size_t category_count;
    const char *const *services;
    size_t service_count;
    const struct cause *causes;
    size_t cause_count;
    const struct complaint_limit *limits;
    size_t limit_count;
    const struct escalation *escalations; /* ascending */
    size_t escalation_count;
    const char *manager_role; /* staff of that role are whom `manager` means */
    int at_risk_percent; /* share of a limit used from which a complaint is listed as at risk */

    int survey_min_days; /* fatigue guard, across all templates */
    long survey_min_days_line;
    int survey_min_n; /* smallest n for which groups are ranked */
    const struct survey_rule *survey_rules;
    size_t survey_rule_count;

    const struct interval *quiet; /* hours of no reminders; one that ends before it begins runs
                                     over midnight */
    size_t quiet_count;
    bool remind_on_working_days; /* only; of that calendar */
    int remind_calendar;         /* index in calendars */
    bool remind_urgent;          /* what is urgent comes at any time */

    bool show_sensitive; /* lists show personal fields whole */

    const struct custom_field *fields;
    size_t field_count;
};

/* Reads and checks `path`. On CRM_INVALID the error is the first problem, with file:line:column and
 * key. `*out` is freed by policy_free. */
crm_status policy_load(const char *path, struct policy **out, struct error *error);
/* As policy_load from memory, for tests and simulation; `name` stands for the file in messages. */
crm_status policy_parse(const char *name, const char *text, size_t length, struct policy **out,
                        struct error *error);
void policy_free(struct policy *policy);
/* Knows the filters of customers, which the policy's reader does not. */
struct policy_filters {
    const void *context;
    /* What is wrong with the filter's text, if anything. */
    crm_status (*check)(const void *context, struct policy *policy, const char *text,
                        struct error *error);
    /* Whether every customer that passes `narrow` certainly passes `wide`, too. */
    crm_status (*covers)(const void *context, struct policy *policy, const char *wide,
                         const char *narrow, bool *covers, struct error *error);
};
/* Every problem of the file, one call of `each` per problem, in the order of lines. */
crm_status policy_check(const char *path, const struct policy_filters *filters,
                        void (*each)(void *context, long line, long column, const char *key,
                                     const char *message, const char *hint),
                        void *context, struct error *error);
/* The commented policy of a new book, whose database may be NULL: its own file. Appends to `out`.
 */
crm_status policy_default(struct buffer *out, const char *time_zone, const char *currency,
                          const char *database);
/* The text of a policy with that database's address, or (NULL) with none, and with no replica; the
 * rest is kept byte for byte. Appends to `out`. CRM_INVALID when the keys do not stand on lines of
 * their own. */
crm_status policy_with_database(const char *text, size_t length, const char *address,
                                struct buffer *out, struct error *error);
/* Index of a tier, channel or calendar by name; -1 when there is none. */
int policy_tier(const struct policy *policy, const char *name);
int policy_channel(const struct policy *policy, const char *name);
int policy_calendar(const struct policy *policy, const char *name);
/* What the policy says of an occasion; NULL when it says nothing. */
const struct care_occasion *policy_occasion(const struct policy *policy, const char *name);

#endif
