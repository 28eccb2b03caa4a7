/* SPDX-License-Identifier: MIT */
/* Two evaluations of the same customer, by two policies: which way, and by what. */
#include "rules/tier.h"

#include <string.h>

const char *tier_move_name(enum tier_move move)
{
    static const char *const names[] = {"same", "up", "down", "rated", "unrated", "other"};
    return names[move];
}

const char *tier_cause_name(enum tier_cause cause)
{
    static const char *const names[] = {"pin", "input", "method", "held", "score", "line"};
    return names[cause];
}

static const char *name_of(const struct tier_side *side, int tier)
{
    return tier == TIER_NONE ? "" : side->policy->tiers[tier];
}

enum tier_move tier_compare(const struct tier_side *before, const struct tier_side *after)
{
    int from = before->subject->decision.tier, to = after->subject->decision.tier;
    if (strcmp(name_of(before, from), name_of(after, to)) == 0)
        return MOVE_NONE;
    if (from == TIER_NONE || to == TIER_NONE)
        return from == TIER_NONE ? MOVE_RATED : MOVE_UNRATED;
    int known = policy_tier(after->policy, before->policy->tiers[from]);
    if (known < 0)
        return MOVE_OTHER;
    return to < known ? MOVE_UP : MOVE_DOWN;
}

static bool is_input_missing(const struct tier_side *side)
{
    return side->subject->rated && side->subject->reached == TIER_NONE;
}

enum tier_cause tier_difference(const struct tier_side *before, const struct tier_side *after)
{
    const struct tier_subject *a = before->subject, *b = after->subject;
    const day_number today = after->evaluation->today;
    if (tier_is_pinned(&a->past, today) != tier_is_pinned(&b->past, today))
        return CAUSE_PIN;
    if (is_input_missing(before) != is_input_missing(after))
        return CAUSE_INPUT;
    if (before->evaluation->scheme->method != after->evaluation->scheme->method)
        return CAUSE_METHOD;
    if (strcmp(name_of(before, a->reached), name_of(after, b->reached)) == 0)
        return CAUSE_HELD;
    return a->score != b->score ? CAUSE_SCORE : CAUSE_LINE;
}
