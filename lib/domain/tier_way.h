/* SPDX-License-Identifier: MIT */
/* The way to the next better tier, in JSON and in a sentence, for all methods. */
#ifndef CRM_TIER_WAY_H
#define CRM_TIER_WAY_H

#include "domain/tier.h"

/* A condition of a rule; `rule` is the number of its threshold. */
struct rule_condition {
    size_t rule;
    const char *text;
    bool met;
};

struct tier_way {
    const struct policy *policy;
    const struct tier_evaluation *evaluation;
    size_t number; /* of the subject */
    struct tier_step step;
    size_t rule; /* TIER_RULES: threshold of the next better tier; threshold_count: none */
    const struct rule_condition *conditions;
    size_t condition_count;
};

/* {"tier":"A","threshold":80,"points":20,"indicator":"revenue","raw":1200,"change":200}, or of
 * rules
 * {"tier":"A","filter":"…","fails":["…"],"policy_line":9}; the null value when there is no better
 * tier. In `arena`. */
struct value tier_way_json(const struct tier_way *way, struct arena *arena);
/* The same for a person; nothing when there is no better tier. */
crm_status tier_way_note(const struct tier_way *way, struct crm_sink *sink);
/* A raw value as JSON: a number, or the letters of a credit grade. */
void tier_raw_json(const struct indicator *indicator, int64_t raw, struct buffer *json);

#endif
