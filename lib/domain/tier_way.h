/* SPDX-License-Identifier: MIT */
/* The way to the next better tier, in JSON and as a step, for all methods. */
#ifndef CRM_TIER_WAY_H
#define CRM_TIER_WAY_H

#include "domain/tier.h"
#include "domain/why.h"

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

/* {"tier":"A","threshold":80,"points":20,"indicator":"revenue","raw":1200,"change":200,
 * "policy":"policy.yaml:9"}, or of rules {"tier":"A","filter":"…","fails":["…"],"policy":"…"}; the
 * null value when there is no better tier. */
struct value tier_way_json(const struct tier_way *way, struct why *why);
/* The same as a step; nothing when there is no better tier. */
void tier_way_add(const struct tier_way *way, struct why *why);
/* A raw value as JSON: a number, or the letters of a credit grade. */
void tier_raw_json(const struct indicator *indicator, int64_t raw, struct buffer *json);
/* What a tier takes: "A up to 80 %", "A from 80", "A: the best 10 %", "A: size=large". */
void tier_line_words(const struct policy *policy, const struct tier_scheme *scheme,
                     const struct tier_threshold *line, struct buffer *out);
const char *tier_line_text(struct why *why, const struct tier_scheme *scheme,
                           const struct tier_threshold *line);

#endif
