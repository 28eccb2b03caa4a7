/* SPDX-License-Identifier: MIT */
/* Care dates 客户关怀: birthdays, founding days and festivals. */
#ifndef CRM_DOMAIN_CARE_H
#define CRM_DOMAIN_CARE_H

#include "domain/given.h"
#include "record/record.h"

/* Occasions are known festivals, or the policy's; a visit's may be a birthday or founding day. */
crm_status care_check(struct crm_book *book, const struct record *record);
/* One word of them. */
crm_status care_check_occasion(struct crm_book *book, const char *word);
/* The birthday of a new customer or contact is a day of its calendar. */
crm_status care_complete(struct crm_book *book, const struct record *record);
/* The same of record `id`, which is changed. */
crm_status care_check_update(struct crm_book *book, const struct record *record, int64_t id);

/* ---- What is due ---- */

enum care_state {
    CARE_COMING, /* not yet to be told */
    CARE_DUE,    /* from the lead time on, up to its day */
    CARE_OVERDUE /* past its day, within the grace */
};

/* Somebody to greet. Texts are in the list's arena or the policy. */
struct care_item {
    int64_t customer, contact; /* ids; contact 0: the customer itself */
    const char *key, *name;
    const char *tier, *owner; /* NULL: none */
    const char *person;       /* name of the contact; NULL: the customer itself */
    const char *occasion;
    const char *born; /* as the record has it, of a birthday or founding day; NULL: a festival */
    day_number day, from; /* its day, and the first on which it is told */
    enum care_state state;
    int years; /* that the customer exists, or of age; 0: not known */
    bool round;
    bool day_unknown;   /* of a birthday: `day` is the first working day of its month */
    bool lunar;         /* a birthday by the lunar calendar */
    bool calendar_ends; /* before that day: working days are guessed by weekday */
    bool done;          /* there is a visit for it */
    bool greeted;       /* at the occasion before this one: then what follows is set */
    day_number last_on;
    const char *last_channel, *last_by; /* NULL: not known */
};

struct care_list {
    struct arena arena;
    struct care_item *items; /* in the order of their days */
    size_t count, capacity;
};

struct care_request {
    const struct crm_filter *filter; /* on the customer; may be NULL */
    int64_t staff;                   /* whose customers; 0: everybody's */
    int64_t customer, contact;       /* only these; 0: all */
    day_number until;                /* told by then, at most a year from today */
    bool greeted_too;                /* those as well for whom it is done already */
    /* NULL: everybody. Else whoever was reminded of a festival may be left out. */
    const struct given_to *new_to;
};

/* Zero-initialise *out; care_list_release at the end. */
crm_status care_dates(struct crm_book *book, const struct care_request *request,
                      struct care_list *out);
void care_list_release(struct care_list *list);
/* Stable English word: coming, due, overdue. */
const char *care_state_name(enum care_state state);
/* One sentence: whose day it is, which, and what was done last time. NULL: no memory. */
const char *care_why(const struct crm_book *book, const struct care_item *item,
                     struct arena *arena);

/* How its day and what is told of it come about, as steps. */
struct why;
crm_status care_explain(struct why *why, const struct care_item *item);
/* What an occasion is called. */
const char *care_label(const struct policy *policy, const char *occasion);

#endif
