/* SPDX-License-Identifier: MIT */
/* What another policy would make of the same customers and the same history. Nothing is written. */
#ifndef CRM_TIER_SIMULATE_H
#define CRM_TIER_SIMULATE_H

#include "domain/tier.h"

/* The policy in force, and the other one. */
enum { SIDE_BEFORE, SIDE_AFTER, SIDES };

struct simulated {
    struct policy *policy;
    const struct tier_scheme *scheme;
    struct arena arena; /* of the evaluation */
    struct tier_evaluation evaluation;
    struct tier_past *past; /* of each customer, by id: what is left to the next evaluation */
};

/* What one evaluation said. */
struct simulated_day {
    day_number day;
    struct movement_counts {
        int64_t promoted, demoted, held, rated, unrated;
    } counts[SIDES];
    int64_t different; /* customers in another tier by the other policy */
    /* Customers by tier before (row) and after (column) this evaluation by the other policy; the
     * last row and column are those without one. */
    int64_t *moves;
};

struct simulation {
    struct crm_book *book;
    struct policy *other; /* its own */
    struct simulated sides[SIDES];
    struct simulated_day *days;
    size_t day_count;
    bool replayed;    /* several evaluations, each on what the one before left */
    day_number since; /* of the replay */
    int64_t *ids;     /* of all customers, ascending */
    size_t count;
    struct arena arena;
};

/* Loads the other policy and evaluates by both, on this day, or again on each day of an evaluation
 * since `since` (text; NULL: just today). Zero-initialise *out but for the book, within book_view;
 * simulation_release in any case. */
crm_status simulation_run(struct simulation *out, const char *policy, const char *scheme,
                          const char *since);
void simulation_release(struct simulation *simulation);
/* The same customer by both, for tier_compare. */
void simulation_pair(const struct simulation *simulation, size_t number,
                     struct tier_side pair[SIDES]);
/* Whether the customer takes part by one of them at least. */
bool simulation_counts(const struct simulation *simulation, size_t number);

#endif
