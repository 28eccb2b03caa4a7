/* SPDX-License-Identifier: MIT */
/* From the tier that the figures give to the tier that holds: pins, holding, release. */
#include "rules/tier.h"

#include <string.h>

static const char *const change_names[] = {"promoted", "demoted", "held", "new", "same"};
static const char *const event_names[] = {"",          "new",       "promoted", "demoted", "held",
                                          "recovered", "confirmed", "unrated",  "released"};

const char *tier_change_name(enum tier_change change)
{
    return change_names[change];
}

const char *tier_event_name(enum tier_event event)
{
    return event_names[event];
}

enum tier_event tier_event_find(const char *text, size_t length)
{
    for (int i = EVENT_NEW; i <= EVENT_RELEASED; i++)
        if (strlen(event_names[i]) == length && memcmp(event_names[i], text, length) == 0)
            return (enum tier_event)i;
    return EVENT_NONE;
}

struct tier_holding tier_holding(const struct tier_past *past, day_number today)
{
    const bool first = past->below == 0;
    return (struct tier_holding){
        .below = past->below + (first || past->below_last < today ? 1 : 0),
        .since = first ? today : past->below_since,
    };
}

/* Whether any rule of the scheme delays a demotion, and if so, whether it still does. A subject
 * stays where it is until one of the rules given lets it go. */
static bool is_held(const struct tier_scheme *scheme, const struct tier_past *past,
                    int64_t shortfall, day_number today)
{
    bool by_count = scheme->demote_after > 0;
    bool by_time = scheme->demote_after_period.count > 0;
    bool by_margin = scheme->margin > 0;
    if (past->unearned || (!by_count && !by_time && !by_margin))
        return false;
    if (by_margin && shortfall > scheme->margin)
        return false;
    const struct tier_holding holding = tier_holding(past, today);
    if (by_count && holding.below >= scheme->demote_after)
        return false;
    return !by_time || date_add(holding.since, scheme->demote_after_period) > today;
}

/* What a held subject leaves behind: its first day below the line, and where evaluations are
 * counted each further one. */
static bool is_news(const struct tier_scheme *scheme, const struct tier_past *past,
                    day_number today)
{
    return past->below == 0 || (scheme->demote_after > 0 && past->below_last < today);
}

bool tier_is_pinned(const struct tier_past *past, day_number today)
{
    return past->pinned && past->tier != TIER_NONE && (!past->has_until || today <= past->until);
}

struct tier_decision tier_decide(const struct tier_scheme *scheme, const struct tier_past *before,
                                 int reached, int64_t shortfall, day_number today)
{
    struct tier_past past = *before;
    struct tier_decision same = {.tier = past.tier, .change = CHANGE_SAME, .event = EVENT_NONE};
    if (tier_is_pinned(&past, today))
        return same;
    past.unearned = past.unearned || past.pinned;
    if (reached == TIER_NONE && past.tier == TIER_NONE)
        return same;
    if (reached == TIER_NONE)
        return (struct tier_decision){TIER_NONE, CHANGE_DEMOTED, EVENT_UNRATED};
    if (past.tier == TIER_NONE)
        return (struct tier_decision){reached, CHANGE_NEW, EVENT_NEW};
    if (reached < past.tier)
        return (struct tier_decision){reached, CHANGE_PROMOTED, EVENT_PROMOTED};
    if (reached == past.tier) {
        if (past.unearned)
            same.event = EVENT_CONFIRMED;
        else if (past.below > 0)
            same.event = EVENT_RECOVERED;
        return same;
    }
    if (!is_held(scheme, &past, shortfall, today))
        return (struct tier_decision){reached, CHANGE_DEMOTED, EVENT_DEMOTED};
    bool news = is_news(scheme, &past, today);
    return (struct tier_decision){past.tier, CHANGE_HELD, news ? EVENT_HELD : EVENT_NONE};
}

struct tier_past tier_past_after(const struct tier_past *before,
                                 const struct tier_decision *decision, day_number today)
{
    struct tier_past after = *before;
    if (decision->event == EVENT_NONE)
        return after;
    if (decision->event != EVENT_HELD)
        return (struct tier_past){.tier = decision->tier};
    if (after.below++ == 0)
        after.below_since = today;
    after.below_last = today;
    return after;
}
