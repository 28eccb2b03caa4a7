/* SPDX-License-Identifier: MIT */
/* Raw values to points, points to scores. */
#include "rules/tier.h"

#include "base/decimal.h"
#include "base/search.h"

__extension__ typedef __int128 wide;

enum { MOST_POINTS = 100 * DECIMAL_ONE };

static int64_t divide_words(int64_t dividend, int64_t divisor)
{
    int64_t quotient = dividend / divisor;
    int64_t twice = dividend % divisor * 2;
    return quotient + (twice > divisor || (twice == divisor && quotient % 2 != 0) ? 1 : 0);
}

/* Half to even; `divisor` is positive. */
static int64_t divide(wide dividend, wide divisor)
{
    if (dividend >= 0 && dividend <= INT64_MAX / 2 && divisor <= INT64_MAX / 2) /* in one word */
        return divide_words((int64_t)dividend, (int64_t)divisor);
    wide quotient = dividend / divisor;
    wide rest = dividend % divisor;
    wide twice = (rest < 0 ? -rest : rest) * 2;
    if (twice > divisor || (twice == divisor && quotient % 2 != 0))
        quotient += dividend < 0 ? -1 : 1;
    return (int64_t)quotient;
}

int64_t score_linear(int64_t raw, int64_t low, int64_t high)
{
    wide above = (wide)raw - low;
    wide range = (wide)high - low;
    if (range < 0) {
        above = -above;
        range = -range;
    }
    if (range == 0 || above >= range)
        return above >= 0 ? MOST_POINTS : 0;
    return above <= 0 ? 0 : divide(above * MOST_POINTS, range);
}

int64_t score_bands(int64_t raw, const struct band *bands, size_t count)
{
    const struct band *found = NULL;
    for (size_t i = 0; i < count && bands[i].from <= raw; i++)
        found = &bands[i];
    return found == NULL || (found->has_to && raw >= found->to) ? 0 : found->points;
}

/* Number of values below `raw`. */
static size_t count_below(int64_t raw, const int64_t *sorted, size_t count)
{
    return search_from(sorted, count, sizeof *sorted, raw);
}

int64_t score_percentile(int64_t raw, const int64_t *sorted, size_t count)
{
    if (count < 2)
        return MOST_POINTS;
    size_t below = count_below(raw, sorted, count);
    return below >= count - 1 ? MOST_POINTS : divide((wide)below * MOST_POINTS, (wide)count - 1);
}

int64_t score_median(const int64_t *sorted, size_t count)
{
    if (count % 2 == 1)
        return sorted[count / 2];
    return divide((wide)sorted[count / 2 - 1] + sorted[count / 2], 2);
}

int64_t score_product(int64_t points, int64_t weight)
{
    return divide((wide)points * weight, MOST_POINTS);
}

int score_tier(const struct tier_scheme *scheme, int tier_count, int64_t score)
{
    for (size_t i = 0; i < scheme->threshold_count; i++)
        if (score >= scheme->thresholds[i].limit)
            return scheme->thresholds[i].tier;
    return tier_count - 1;
}
