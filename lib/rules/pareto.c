/* SPDX-License-Identifier: MIT */
/* ABC analysis: ranking and cumulative shares. */
#include "rules/pareto.h"

#include "base/decimal.h"
#include "rules/sort.h"

#include <stdlib.h>

/* Sums of amounts times a percentage in ten-thousandths: up to 2^63 × count × 10^6. */
__extension__ typedef __int128 wide;

enum { WHOLE = 100 * DECIMAL_ONE };

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left;
    const struct ranked *b = right;
    if (a->amount != b->amount)
        return a->amount > b->amount ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static bool ids_ascend(const struct ranked *members, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (members[i - 1].id >= members[i].id)
            return false;
    return true;
}

void rank_sort(struct ranked *members, size_t count)
{
    _Static_assert(sizeof *members == 2 * sizeof(int64_t), "a record of two numbers");
    if (ids_ascend(members, count) && digits_sort((int64_t *)members, count, 2, true))
        return;
    if (count > 1)
        qsort(members, count, sizeof *members, compare_ranked);
}

static wide positive_sum(const struct ranked *members, size_t count)
{
    wide sum = 0;
    for (size_t i = 0; i < count && members[i].amount > 0; i++)
        sum += members[i].amount;
    return sum;
}

/* `before`: the sum of all larger members. */
static int class_at(wide before, int64_t amount, wide whole, const struct pareto_cuts *cuts)
{
    for (size_t line = 0; line < cuts->count; line++) {
        wide limit = whole * cuts->limits[line];
        bool inside =
            cuts->crossing_inside ? before * WHOLE < limit : (before + amount) * WHOLE <= limit;
        if (inside)
            return (int)line;
    }
    return (int)cuts->count;
}

void pareto_classify(const struct ranked *members, size_t count, const struct pareto_cuts *cuts,
                     int *classes)
{
    wide whole = positive_sum(members, count);
    wide before = 0;
    for (size_t i = 0; i < count; i++) {
        bool counts = members[i].amount > 0;
        classes[i] = counts ? class_at(before, members[i].amount, whole, cuts) : (int)cuts->count;
        before += counts ? members[i].amount : 0;
    }
}

/* Half to even; both are positive. */
static int64_t share_of(wide part, wide whole)
{
    wide quotient = part * WHOLE / whole;
    wide twice = part * WHOLE % whole * 2;
    if (twice > whole || (twice == whole && quotient % 2 == 1))
        quotient++;
    return (int64_t)quotient;
}

void pareto_shares(const struct ranked *members, size_t count, int64_t *shares)
{
    wide whole = positive_sum(members, count);
    wide sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += members[i].amount > 0 ? members[i].amount : 0;
        shares[i] = members[i].amount > 0 ? share_of(sum, whole) : WHOLE;
    }
}

bool pareto_sums(const struct ranked *members, size_t count, size_t place, int64_t *part,
                 int64_t *whole)
{
    const wide all = positive_sum(members, count);
    if (all > INT64_MAX)
        return false;
    *part = (int64_t)positive_sum(members, place + 1);
    *whole = (int64_t)all;
    return true;
}

/* Least amount that takes the place of `member`, who has to give way. */
static wide overtaking(const struct ranked *member, const struct ranked *self)
{
    return (wide)member->amount + (self->id < member->id ? 0 : 1);
}

bool pareto_reach(const struct ranked *members, size_t count, size_t place,
                  const struct pareto_cuts *cuts, int target, int64_t *amount)
{
    const struct ranked *self = &members[place];
    wide before = positive_sum(members, place);
    wide others = positive_sum(members, count) - (self->amount > 0 ? self->amount : 0);
    wide least = self->amount > 0 ? self->amount : 1;
    for (size_t k = place;; k--) {
        wide most = k > 0 ? overtaking(&members[k - 1], self) - 1 : INT64_MAX;
        if (least < 1)
            least = 1;
        /* Inside, a larger amount moves the line behind those before: from which one on? */
        wide needed = least;
        if (cuts->crossing_inside && cuts->limits[target] > 0)
            needed = before * WHOLE / cuts->limits[target] - others + 1;
        wide tried = needed > least ? needed : least;
        if (tried <= most && tried <= INT64_MAX &&
            class_at(before, (int64_t)tried, others + tried, cuts) <= target) {
            *amount = (int64_t)tried;
            return true;
        }
        if (k == 0)
            return false;
        before -= members[k - 1].amount > 0 ? members[k - 1].amount : 0;
        least = overtaking(&members[k - 1], self);
    }
}
