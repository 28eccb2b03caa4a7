/* SPDX-License-Identifier: MIT */
/* ABC analysis 帕累托分析: classes by cumulative share of a sum. Exact: integers only. */
#ifndef CRM_RULES_PARETO_H
#define CRM_RULES_PARETO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One member of a ranking. */
struct ranked {
    int64_t amount; /* decimal */
    int64_t id;     /* breaks ties: the smaller comes first; of each member another */
};

/* Sorts by amount, the largest first. Every engine and machine gives the same order. Those whose
 * ids ascend already take time in proportion to their number. */
void rank_sort(struct ranked *members, size_t count);

struct pareto_cuts {
    const int64_t *limits; /* decimal: cumulative shares in percent, ascending */
    size_t count;
    bool crossing_inside; /* whether the member that crosses a line is inside it */
};

/* A class for each member of a sorted ranking: 0 up to the first limit … cuts->count for the rest.
 * The whole is the sum of the positive amounts; members without a positive amount are in the last
 * class, so that returns of one do not raise the share of another. */
void pareto_classify(const struct ranked *members, size_t count, const struct pareto_cuts *cuts,
                     int *classes);
/* Cumulative share in percent (decimal, rounded half to even), each member's own included; 100 for
 * those without a positive amount. */
void pareto_shares(const struct ranked *members, size_t count, int64_t *shares);
/* The sum of the positive amounts down to `place`, and of all: what a share is made of. False when
 * one of them is beyond a decimal. */
bool pareto_sums(const struct ranked *members, size_t count, size_t place, int64_t *part,
                 int64_t *whole);
/* The least amount with which the member at `place` would reach class `target` or a better one, all
 * others unchanged; false when no amount would. */
bool pareto_reach(const struct ranked *members, size_t count, size_t place,
                  const struct pareto_cuts *cuts, int target, int64_t *amount);

#endif
