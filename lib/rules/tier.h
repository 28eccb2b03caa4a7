/* SPDX-License-Identifier: MIT */
/* Tiers 客户分级: from the raw values of all customers to the tier of each, with every term that
 * made it. Pure: no store, no clock. */
#ifndef CRM_RULES_TIER_H
#define CRM_RULES_TIER_H

#include "base/date.h"
#include "base/error.h"
#include "base/memory.h"
#include "policy/policy.h"
#include "rules/pareto.h"

enum { TIER_NONE = -1 };

enum term_state {
    TERM_MISSING, /* nothing to go by: the customer is unrated (pareto: nothing sold) */
    TERM_KNOWN,
    TERM_ZERO,  /* missing; the policy counts it as 0 */
    TERM_MEDIAN /* missing; the policy counts it as the median */
};

/* One indicator of one customer. The caller fills in raw and state (missing or known); the
 * evaluation the rest. A million customers have some of these each: no member is to spare. */
struct tier_term {
    int64_t raw;    /* decimal; for a credit grade the number of its band */
    int32_t points; /* decimal 0–100; pareto: cumulative share in percent */
    enum term_state state;
};
/* What the raw value came from, for whoever asks why. */
struct tier_origin {
    int32_t rows;        /* records … */
    day_number from, to; /* … and their days, when there are any */
};

/* What earlier evaluations left. */
struct tier_past {
    int tier;               /* TIER_NONE: unrated until now */
    int below;              /* evaluations below the line in a row, one a day at most */
    day_number below_since; /* when below > 0 */
    day_number below_last;
    bool unearned; /* the tier was given by hand, not by an evaluation */
    bool pinned;   /* evaluations keep it … */
    bool has_until;
    day_number until; /* … up to this day */
};

/* What an evaluation says of a customer: the words of the command line. */
enum tier_change { CHANGE_PROMOTED, CHANGE_DEMOTED, CHANGE_HELD, CHANGE_NEW, CHANGE_SAME };
/* What must be remembered of it: the reason of a tier change. */
enum tier_event {
    EVENT_NONE,
    EVENT_NEW,
    EVENT_PROMOTED,
    EVENT_DEMOTED,
    EVENT_HELD,      /* below the line, but not long or far enough */
    EVENT_RECOVERED, /* above the line again after being held */
    EVENT_CONFIRMED, /* given by hand before, now by its own figures */
    EVENT_UNRATED,   /* had a tier, has none any more */
    EVENT_RELEASED   /* a pin taken off by hand */
};
const char *tier_change_name(enum tier_change change);
const char *tier_event_name(enum tier_event event);
/* EVENT_NONE for a word that is none. */
enum tier_event tier_event_find(const char *text, size_t length);

struct tier_decision {
    int tier;
    enum tier_change change;
    enum tier_event event;
};

struct tier_subject {
    int64_t id;    /* stays first: it is searched for */
    int64_t score; /* result: decimal; pareto: cumulative share in percent */
    struct tier_past past;
    struct tier_decision decision; /* result */
    int reached;                   /* by its figures alone; TIER_NONE: unrated */
    bool rated;                    /* takes part: prospects and lost customers don't */
    bool chosen;                   /* TIER_RULES: a filter chose `reached` already */
    bool has_score;
};

struct sorted_values {
    int64_t *values;
    size_t count;
};

struct tier_evaluation {
    const struct tier_scheme *scheme;
    int tier_count;
    day_number today;
    const struct indicator *indicators; /* the scheme's, or the one that a pareto sums up */
    size_t indicator_count;
    struct tier_subject *subjects; /* ascending ids */
    size_t count;
    struct tier_term *terms;     /* indicator_count for each subject, one after the other */
    struct tier_origin *origins; /* likewise; NULL: nobody asks for them */
    /* Results. With origins, for tier_next: known raw values of each indicator among those rated,
     * ascending. */
    struct sorted_values *known;
    struct ranked *ranking; /* pareto and quota: best first; ids are numbers of subjects */
    size_t ranked;
};

/* Sets scheme, today and the indicators. CRM_NO_MEMORY without a message. */
crm_status tier_prepare(struct tier_evaluation *evaluation, const struct policy *policy,
                        const struct tier_scheme *scheme, day_number today, struct arena *arena);
/* Terms to points, points to scores, scores to tiers, tiers to decisions. Memory of results lies in
 * `arena`. CRM_NO_MEMORY without a message. */
crm_status tier_evaluate(struct tier_evaluation *evaluation, struct arena *arena);
/* Place of a subject in the ranking, from 0. */
size_t tier_place(const struct tier_evaluation *evaluation, size_t subject);
/* The terms of one subject. */
struct tier_term *tier_terms(const struct tier_evaluation *evaluation, size_t subject);
/* Where they came from, of an evaluation with origins. */
struct tier_origin *tier_origins(const struct tier_evaluation *evaluation, size_t subject);
/* Notes where one of them came from, if anybody asks. */
void tier_put_origin(const struct tier_evaluation *evaluation, size_t subject, size_t indicator,
                     struct tier_origin origin);

/* ---- Parts, for their tests ---- */

/* (raw − low) ÷ (high − low) in percent, within 0 and 100; low may be above high. */
int64_t score_linear(int64_t raw, int64_t low, int64_t high);
/* Points of the last band that begins at or below `raw`; 0 below all, and from the end of the last
 * on. */
int64_t score_bands(int64_t raw, const struct band *bands, size_t count);
/* Share in percent of the other values that are smaller (as PERCENTRANK.INC); 100 for an only one.
 * `sorted` ascending holds the value itself. */
int64_t score_percentile(int64_t raw, const int64_t *sorted, size_t count);
/* The middle value, the mean of the middle two (half to even). count > 0. */
int64_t score_median(const int64_t *sorted, size_t count);
/* points × weight ÷ 100. */
int64_t score_product(int64_t points, int64_t weight);
/* The tier for a score, by the least scores of a scheme; the rest is in the last tier. */
int score_tier(const struct tier_scheme *scheme, int tier_count, int64_t score);

/* The line of a tier; NULL for the last one, which has none. */
const struct tier_threshold *tier_threshold_of(const struct tier_scheme *scheme, int tier);

/* Whether evaluations keep the tier that was given by hand. A tier that the policy does not know
 * any more cannot be kept. */
bool tier_is_pinned(const struct tier_past *past, day_number today);
/* Hysteresis: promotion at once, demotion by the scheme's rules. `shortfall` is how far the score
 * is below the line of the tier held, in its own points. */
struct tier_decision tier_decide(const struct tier_scheme *scheme, const struct tier_past *past,
                                 int reached, int64_t shortfall, day_number today);

/* How long a customer who is below the line has been there, an evaluation today included. */
struct tier_holding {
    int below; /* evaluations in a row */
    day_number since;
};
struct tier_holding tier_holding(const struct tier_past *past, day_number today);

/* What an evaluation on `today` leaves for the next one. */
struct tier_past tier_past_after(const struct tier_past *before,
                                 const struct tier_decision *decision, day_number today);

/* ---- Two evaluations of the same customer, by two policies ---- */

/* Which way: by the place of the tiers' names in the second policy. */
enum tier_move {
    MOVE_NONE,
    MOVE_UP,
    MOVE_DOWN,
    MOVE_RATED,   /* had no tier by the first policy */
    MOVE_UNRATED, /* has none by the second */
    MOVE_OTHER    /* the second policy does not know the tier of the first */
};
const char *tier_move_name(enum tier_move move);
/* What of the two policies made the difference. */
enum tier_cause {
    CAUSE_PIN,    /* given by hand by one of them alone */
    CAUSE_INPUT,  /* an input that one of them needs is missing */
    CAUSE_METHOD, /* the tiers come about in different ways */
    CAUSE_HELD,   /* the same by the figures; one of them holds a demotion back */
    CAUSE_SCORE,  /* the score is another */
    CAUSE_LINE    /* the score is the same, the lines are not */
};
const char *tier_cause_name(enum tier_cause cause);
/* One of the two: an evaluation, its policy, and what it says of the customer. */
struct tier_side {
    const struct policy *policy;
    const struct tier_evaluation *evaluation;
    const struct tier_subject *subject;
};
enum tier_move tier_compare(const struct tier_side *before, const struct tier_side *after);
/* Of two that differ. */
enum tier_cause tier_difference(const struct tier_side *before, const struct tier_side *after);

/* ---- The next tier ---- */

/* What the next better tier takes, and the single change of one indicator that reaches it with the
 * fewest points. */
struct tier_step {
    int tier;         /* TIER_NONE: there is no better one, or no score to begin with */
    int64_t points;   /* decimal: points of the score that are missing; pareto: 0 */
    size_t place;     /* quota: the place to be taken, from 0 */
    bool single;      /* one indicator is enough: */
    size_t indicator; /* index */
    int64_t raw;      /* decimal: the value it would have to have */
};
/* Of an evaluation with origins. */
struct tier_step tier_next(const struct tier_evaluation *evaluation, size_t subject);
/* How far the score is below the line of the tier held, in its own points; 0 or less: it is not. */
int64_t tier_shortfall(const struct tier_evaluation *evaluation, size_t subject);
/* Score at which a tier begins (pareto: share at which it ends). False for the last tier, for
 * rules, and for quotas that nobody fills. */
bool tier_line(const struct tier_evaluation *evaluation, int tier, int64_t *out);

#endif
