/* SPDX-License-Identifier: MIT */
/* Complaints: their limits, their events, and what they ask of people now. */
#ifndef CRM_COMPLAINT_H
#define CRM_COMPLAINT_H

#include "record/record.h"
#include "rules/sla.h"

/* ---- For lib/domain/derived.c ---- */

/* A new complaint gets an owner (the customer's, else whoever acts) and its limits. */
crm_status complaint_complete(struct crm_book *book, struct record *record, struct arena *arena);
/* Before complaint `id` is edited: limits follow severity, service and customer; a hand-over to
 * another owner or department is an event. */
crm_status complaint_update(struct crm_book *book, const struct record *record, int64_t id);
/* After events were imported: pauses among them move the limits of their complaints. */
crm_status complaint_follow_events(struct crm_book *book);
/* Keeps customer.open_complaints. */
crm_status complaint_count_open(struct crm_book *book, int64_t customer);
/* What it is kept as: SQL over the customer at hand. */
#define COMPLAINTS_OPEN                                                                            \
    "(SELECT count(*) FROM complaint p WHERE p.customer = customer.id "                            \
    "AND p.status NOT IN ('resolved', 'closed'))"
/* The events of a complaint, as a section of its page. */
crm_status complaint_sections(struct crm_book *book, int64_t id, struct crm_sink *sink);

/* ---- For reminders and pages ---- */

/* A step of the policy's escalation that a limit has come to. */
struct complaint_step {
    const struct escalation *rule;
    instant at; /* since when */
};

/* A duty that is open: a first response, or a resolution. Text is borrowed during the call. */
struct complaint_item {
    const char *kind;                   /* complaint_response, complaint_resolution */
    int64_t complaint, customer, owner; /* ids */
    const char *customer_key, *customer_name;
    const char *tier;        /* of the customer; NULL: unrated */
    const char *owner_login; /* NULL only in damaged books */
    const char *department;  /* in charge, else its owner's; NULL: none */
    const char *severity, *description;
    const char *due;      /* as stored, YYYY-MM-DDTHH:MM:SSZ; NULL when state is unknown */
    const char *state;    /* due, at_risk, breached; unknown: the calendar does not reach so far */
    int64_t used_percent; /* of the limit */
    int64_t late;         /* seconds past the limit, negative: left, in the limit's own time */
    bool working;         /* late is working time, else clock time */
    int64_t length;       /* seconds of the limit; 0: not known */
    int64_t reopened;     /* how often the complaint was */
    /* It is at risk, breached, due in time or unknown; else there are just steps. */
    bool presses;
    const struct complaint_step *steps; /* that are reached, lowest first */
    size_t step_count;
};
typedef crm_status (*complaint_visitor)(void *context, const struct complaint_item *item);

/* Calls `each` for every open duty, in the order of complaints, that is at risk or breached, due
 * until `until`, of unknown due time, or has come to a step of the escalation. A
 * resolution that is paused is left out, unless its limit passed before. Anything but CRM_OK from
 * `each` ends it. */
crm_status complaint_items(struct crm_book *book, instant until, complaint_visitor each,
                           void *context);

/* What is left until the limit of the duty that is waited for: the first response until it was
 * given, then the resolution. Negative when it has passed. */
struct complaint_left {
    bool known; /* false: no limit, a clock that stands still, or a calendar that ends before */
    int64_t seconds;
    bool working; /* working time, else clock time */
};
crm_status complaint_left(struct crm_book *book, int64_t id, struct complaint_left *out);

/* ---- Where its events leave a complaint ---- */

/* Zero-initialise, then add the events in their order. */
struct complaint_course {
    bool opened;     /* the events tell the whole story: those of an imported complaint may not */
    unsigned states; /* that it may be in */
    char responded_at[TIME_TEXT], resolved_at[TIME_TEXT], closed_at[TIME_TEXT]; /* "": not */
    int64_t reopened;
};
void complaint_course_add(struct complaint_course *course, const char *event, const char *at);
bool complaint_course_may_be(const struct complaint_course *course, const char *status);
/* A state that it may be in. */
const char *complaint_course_end(const struct complaint_course *course);

/* ---- Between the files of this domain ---- */

/* One complaint as its row and its events tell. Text lives in the arena it was loaded into. */
struct complaint {
    int64_t id, customer, owner, reopened;
    const char *status, *severity;
    const char *service, *department, *tier; /* may be NULL */
    struct value responded_at, resolved_at, respond_due, resolve_due;
    instant opened, responded; /* `responded` only when responded_at is not null */
    instant last_event;
    struct sla_run *runs; /* of the clock of resolution */
    size_t run_count;
};
crm_status complaint_load(struct crm_book *book, int64_t id, struct arena *arena,
                          struct complaint *out);

/* The line of the policy that sets the limit of that clock; NULL: there is none. */
const struct complaint_limit *complaint_line(const struct policy *policy,
                                             const struct complaint *complaint,
                                             enum sla_clock clock);
/* A limit and the runs of the clock that it is measured on. */
struct complaint_measure {
    struct sla_limit limit;
    struct sla_run response;
    const struct sla_run *runs; /* of the complaint, or `response` */
    size_t count;
};
/* `out` may not be moved. */
void complaint_measure_of(const struct complaint *complaint, const struct complaint_limit *line,
                          enum sla_clock clock, const struct calendar *calendars,
                          struct complaint_measure *out);

/* Why a due time could not be told; "" when it could. */
struct complaint_doubt {
    char text[768];
    char hint[384];
};
/* Computes a due time as it is stored: null when the policy sets no limit, the clock stands still,
 * or the calendar is not known so far (then doubt says why; it may be NULL). */
crm_status complaint_due(struct crm_book *book, const struct complaint *complaint,
                         enum sla_clock clock, struct arena *arena, struct value *out,
                         struct complaint_doubt *doubt);
/* Stores the limits of complaint `id`: those of the clocks in `anew` are computed anew, others only
 * when they were not known. */
enum complaint_clocks { CLOCK_NONE = 0, CLOCK_RESPONSE = 1, CLOCK_RESOLUTION = 2, CLOCK_BOTH = 3 };
crm_status complaint_store_dues(struct crm_book *book, int64_t id, enum complaint_clocks anew,
                                struct complaint_doubt *doubt);
/* Writes complaint `id` as its commands print it; what is in doubt is noted. */
crm_status complaint_write(struct crm_book *book, int64_t id, const struct complaint_doubt *doubt,
                           struct crm_sink *sink);

#endif
