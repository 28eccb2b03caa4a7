/* SPDX-License-Identifier: MIT */
/* Checks of a policy that take several values together. */
#include "policy/reader.h"

#include "base/decimal.h"
#include "schema/schema.h"

#include <limits.h>
#include <string.h>

/* The member if it was given, else the section: where a problem with it is best shown. */
static const struct yaml_node *at(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *member = yaml_get(node, key);
    return member != NULL ? member : node;
}

/* ---- tiers ------------------------------------------------------------------------------ */

/* Whether it could be read where the band begins and ends. */
static bool has_bounds(const struct policy_reader *reader, const struct yaml_node *place)
{
    return !policy_is_faulty_itself(reader, place) &&
           !policy_is_faulty_itself(reader, at(place, "from")) &&
           !policy_is_faulty_itself(reader, at(place, "to"));
}

static void check_bands(struct policy_reader *reader, const struct yaml_node *node,
                        const struct indicator *indicator)
{
    const struct yaml_node *place = at(node, "bands")->first;
    for (size_t i = 0; i < indicator->band_count; i++, place = place->next) {
        const struct band *band = &indicator->bands[i];
        char from[24];
        if (!has_bounds(reader, place)) {
            return; /* what follows would be compared with no value */
        }
        decimal_format(band->from, from);
        if (band->has_to && band->to <= band->from) {
            policy_problem(reader, at(place, "to"), _("the band ends before it begins"));
        } else if (i > 0 && band->from <= band[-1].from) {
            policy_problem(reader, place, _("the band from %s overlaps the one before it"), from);
            policy_hint(reader, _("bands stand in order, lowest first"));
            return; /* what follows would be compared with the wrong one */
        } else if (i > 0 && band[-1].has_to && band[-1].to != band->from) {
            char to[24];
            decimal_format(band[-1].to, to);
            if (band[-1].to > band->from) {
                policy_problem(reader, place, _("the band from %s overlaps the one to %s"), from,
                               to);
            } else {
                policy_problem(reader, place, _("there is a hole between %s and %s"), to, from);
            }
            policy_hint(reader, _("each band begins where the one before it ends"));
        }
    }
}

static void check_mapping(struct policy_reader *reader, const struct yaml_node *node,
                          const struct indicator *indicator)
{
    bool linear = indicator->mapping == MAPPING_LINEAR;
    bool bands = indicator->mapping == MAPPING_BANDS;
    if (linear && indicator->low == indicator->high) {
        policy_problem(reader, at(node, "high"), _("low and high are equal"));
        policy_hint(reader, _("give the raw value worth 0 points and the one worth 100"));
    } else if (!linear && (yaml_get(node, "low") != NULL || yaml_get(node, "high") != NULL)) {
        policy_problem(reader, yaml_get(node, "low") != NULL ? at(node, "low") : at(node, "high"),
                       _("holds for the mapping linear only"));
    }
    if (bands && indicator->band_count == 0) {
        policy_problem(reader, at(node, "mapping"), _("the mapping bands needs the key 'bands'"));
    } else if (!bands && yaml_get(node, "bands") != NULL) {
        policy_problem_key(reader, at(node, "bands"), _("holds for the mapping bands only"));
        policy_hint(reader, _("add 'mapping: bands'"));
    } else if (bands && indicator->source != SOURCE_CREDIT_GRADE) {
        check_bands(reader, node, indicator);
    }
}

static bool is_number(enum data_type type)
{
    return type == DATA_INTEGER || type == DATA_DECIMAL || type == DATA_REAL;
}

/* A field of the customer; one from the policy itself is looked for in the tree, as `fields` is
 * read later. */
static void check_source_field(struct policy_reader *reader, const struct yaml_node *node,
                               const struct indicator *indicator)
{
    const struct yaml_node *place = at(node, "field");
    if (indicator->source != SOURCE_FIELD) {
        if (indicator->field != NULL) {
            policy_problem_key(reader, place, _("holds for the source field only"));
        }
        return;
    }
    if (indicator->field == NULL) {
        policy_problem(reader, at(node, "source"), _("the source field needs the key 'field'"));
        return;
    }
    const struct field *field = kind_field(&kind_customer, indicator->field);
    if (field != NULL && is_number(field->type)) {
        return;
    }
    const struct yaml_node *root = node;
    while (root->parent != NULL) {
        root = root->parent;
    }
    const struct yaml_node *custom =
        yaml_get(yaml_get(yaml_get(root, "fields"), "customer"), indicator->field);
    const struct yaml_node *type = yaml_get(custom, "type");
    if (type != NULL && (strcmp(type->text, "integer") == 0 || strcmp(type->text, "decimal") == 0 ||
                         strcmp(type->text, "real") == 0)) {
        return;
    }
    if (field != NULL || custom != NULL) {
        policy_problem(reader, place, _("the field '%s' is no number"), indicator->field);
    } else {
        policy_problem(reader, place, _("a customer has no field '%s'"), indicator->field);
    }
    policy_hint(reader, _("name an assessment such as need_fit, or a number among 'fields'"));
}

void policy_check_indicator(struct policy_reader *reader, const struct yaml_node *node,
                            void *member)
{
    const struct indicator *indicator = member;
    check_source_field(reader, node, indicator);
    if (indicator->source == SOURCE_CREDIT_GRADE) {
        const struct band *unnamed = NULL;
        for (size_t i = 0; i < indicator->band_count && unnamed == NULL; i++) {
            unnamed = indicator->bands[i].label == NULL ? &indicator->bands[i] : NULL;
        }
        if (indicator->mapping != MAPPING_BANDS ||
            (unnamed != NULL && !policy_is_faulty(reader, at(node, "bands")))) {
            policy_problem(reader, at(node, "source"),
                           _("the source credit_grade needs bands, each with a label"));
        }
    }
    check_mapping(reader, node, indicator);
}

/* Keys that the method would not look at: better refused than ignored. */
static void check_unused(struct policy_reader *reader, const struct yaml_node *node,
                         enum tier_method method)
{
    static const char *const pareto_keys[] = {"measure", "period", "crossing"};
    static const char *const names[] = {"pareto", "score", "quota", "rules"};
    for (size_t i = 0; i < sizeof pareto_keys / sizeof *pareto_keys; i++) {
        const struct yaml_node *unused = yaml_get(node, pareto_keys[i]);
        if (unused != NULL && method != TIER_PARETO) {
            policy_problem_key(reader, unused, _("is not used by the method %s"), names[method]);
        }
    }
    const struct yaml_node *indicators = yaml_get(node, "indicators");
    if (indicators != NULL && method != TIER_SCORE && method != TIER_QUOTA) {
        policy_problem_key(reader, indicators, _("is not used by the method %s"), names[method]);
    }
}

static void check_weights(struct policy_reader *reader, const struct yaml_node *node,
                          const struct tier_scheme *scheme)
{
    if (scheme->method != TIER_SCORE && scheme->method != TIER_QUOTA) {
        return;
    }
    if (scheme->indicator_count == 0) {
        policy_problem_key(reader, node, _("a scheme by score needs the key 'indicators'"));
        return;
    }
    int64_t sum = 0;
    const struct yaml_node *place = at(node, "indicators")->first;
    for (size_t i = 0; i < scheme->indicator_count; i++, place = place->next) {
        const struct yaml_node *weight = yaml_get(place, "weight");
        if (weight == NULL || policy_is_faulty(reader, weight)) {
            return;
        }
        sum += scheme->indicators[i].weight; /* each within 0 and 100, fewer than a million */
    }
    if (sum != 100 * DECIMAL_ONE) {
        char text[24];
        decimal_format(sum, text);
        policy_problem_key(reader, at(node, "indicators"), _("the weights sum to %s, not to 100"),
                           text);
    }
}

/* Each line against the one of the better tier. */
static void check_order(struct policy_reader *reader, const struct yaml_node *node,
                        const struct tier_scheme *scheme)
{
    const struct policy *policy = reader->policy;
    int64_t shares = 0;
    for (size_t i = 0; i < scheme->threshold_count; i++) {
        const struct tier_threshold *line = &scheme->thresholds[i];
        const char *name = policy->tiers[line->tier];
        const struct yaml_node *place = yaml_get(node, name);
        if (i > 0 && scheme->method == TIER_PARETO && line->limit <= line[-1].limit) {
            policy_problem(reader, place, _("%s is not above the line of the tier before it"),
                           place->text);
            policy_hint(reader, _("a cumulative share grows from tier to tier"));
        } else if (i > 0 && scheme->method == TIER_SCORE && line->limit >= line[-1].limit) {
            policy_problem(reader, place, _("%s is not below the line of the tier before it"),
                           place->text);
            policy_hint(reader, _("the least score falls from tier to tier"));
        }
        shares += line->percent ? line->limit : 0;
        if (shares > 100 * DECIMAL_ONE) {
            policy_problem(reader, place, _("the shares sum to more than 100 %%"));
            return;
        }
    }
}

static void check_thresholds(struct policy_reader *reader, const struct yaml_node *node,
                             const struct tier_scheme *scheme)
{
    const struct policy *policy = reader->policy;
    const struct yaml_node *place = at(node, "thresholds");
    bool whole = true;
    for (size_t tier = 0; tier + 1 < policy->tier_count; tier++) {
        if (yaml_get(place, policy->tiers[tier]) == NULL) {
            policy_problem_key(reader, place, _("the tier '%s' has no line"), policy->tiers[tier]);
            whole = false;
        }
    }
    const struct yaml_node *last = yaml_get(place, policy->tiers[policy->tier_count - 1]);
    if (last != NULL) {
        policy_problem_key(reader, last, _("the last tier has no line: it takes the rest"));
        policy_hint(reader, _("remove this line"));
        whole = false;
    }
    if (whole) {
        check_order(reader, place, scheme);
    }
}

void policy_check_scheme(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    const struct tier_scheme *scheme = member;
    check_unused(reader, node, scheme->method);
    check_weights(reader, node, scheme);
    if (reader->policy->tier_count > 0) {
        check_thresholds(reader, node, scheme);
    }
}

/* ---- visits ----------------------------------------------------------------------------- */

void policy_check_cadence(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    struct cadence *cadence = member;
    if (yaml_get(node, "first") == NULL) {
        cadence->first = cadence->every;
    }
    if (cadence->every.count == 0) {
        policy_problem(reader, at(node, "every"), _("an interval of 0 makes visits due for ever"));
    }
}

/* Puts the cadences in the order of the tiers. */
void policy_check_visits(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    struct policy *policy = member;
    const struct yaml_node *place = yaml_get(node, "cadence");
    size_t given = place != NULL ? place->count : policy->tier_count;
    struct cadence *ordered = policy_array(reader, policy->tier_count, sizeof *ordered);
    bool missing = false;
    for (size_t tier = 0; ordered != NULL && tier < policy->tier_count; tier++) {
        size_t i = 0;
        while (i < given && policy->cadences[i].tier != (int)tier) {
            i++;
        }
        if (i == given) {
            policy_problem_key(reader, at(node, "cadence"), _("the tier '%s' has no cadence"),
                               policy->tiers[tier]);
            policy_hint(reader, _("add a line such as '%s: {every: 12mo}'"), policy->tiers[tier]);
            missing = true;
        } else {
            ordered[tier] = policy->cadences[i];
        }
    }
    if (!missing) {
        policy->cadences = ordered;
    }
}

void policy_check_calendar(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    const struct calendar_policy *calendar = member;
    size_t intervals = 0;
    for (int day = 0; day < 7; day++) {
        intervals += calendar->week_count[day];
    }
    if (intervals == 0 && !policy_is_faulty(reader, at(node, "week"))) {
        policy_problem_key(reader, at(node, "week"), _("the calendar has no working time"));
        policy_hint(reader, _("add a line such as 'mon: [09:00-12:00, 13:00-18:00]'"));
    }
    if (calendar->holidays != NULL && strpbrk(calendar->holidays, "/\\") != NULL) {
        policy_problem(reader, at(node, "holidays"), _("is the name of a day list, not a path"));
    }
}

/* ---- complaints ------------------------------------------------------------------------- */

/* Minutes of clock or working time; -1 for working days, whose length depends on the day. */
static int64_t minutes_of(struct duration duration)
{
    switch (duration.unit) {
    case DURATION_MINUTES:
        return duration.count;
    case DURATION_HOURS:
    case DURATION_WORKING_HOURS:
        return duration.count * 60;
    case DURATION_DAYS:
        return duration.count * 1440;
    case DURATION_WEEKS:
        return duration.count * 10080;
    default:
        return -1;
    }
}

void policy_check_limit(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    const struct complaint_limit *limit = member;
    if (!limit->has_respond && !limit->has_resolve) {
        policy_problem(reader, node, _("the limit has neither 'respond' nor 'resolve'"));
        policy_hint(reader, _("add one of them, such as 'respond: 4wh'"));
        return;
    }
    bool working = limit->respond.unit >= DURATION_WORKING_HOURS;
    bool alike = working == (limit->resolve.unit >= DURATION_WORKING_HOURS);
    int64_t respond = minutes_of(limit->respond);
    int64_t resolve = minutes_of(limit->resolve);
    if (limit->respond.unit == DURATION_WORKING_DAYS &&
        limit->resolve.unit == DURATION_WORKING_DAYS) {
        respond = limit->respond.count;
        resolve = limit->resolve.count;
    }
    if (limit->has_respond && limit->has_resolve && alike && respond >= 0 && resolve >= 0 &&
        respond > resolve) {
        policy_problem(reader, at(node, "respond"),
                       _("the time to respond exceeds that to "
                         "resolve"));
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Whether `wide` holds wherever `narrow` does. */
static bool covers(const struct complaint_limit *wide, const struct complaint_limit *narrow)
{
    return (wide->tier < 0 || wide->tier == narrow->tier) &&
           (wide->severity == NULL || same_text(wide->severity, narrow->severity)) &&
           (wide->service == NULL || same_text(wide->service, narrow->service));
}

/* Whether a limit that says more than `limit` holds for that one case. */
static bool is_taken(const struct policy *policy, const struct complaint_limit *limit,
                     const struct complaint_limit *one)
{
    for (size_t i = 0; i < policy->limit_count; i++) {
        const struct complaint_limit *other = &policy->limits[i];
        if (other != limit && covers(limit, other) && !covers(other, limit) && covers(other, one)) {
            return true;
        }
    }
    return false;
}

/* Whether any case is left to the limit by those that say more. */
static bool is_reachable(const struct policy *policy, const struct complaint_limit *limit)
{
    static const char *const severities[] = {"low", "normal", "high", "critical"};
    struct complaint_limit one = *limit;
    for (int tier = 0; tier < (int)policy->tier_count; tier++) {
        for (size_t i = 0; i < sizeof severities / sizeof *severities; i++) {
            one.tier = limit->tier < 0 ? tier : limit->tier;
            one.severity = limit->severity == NULL ? severities[i] : limit->severity;
            if (!is_taken(policy, limit, &one)) {
                return true;
            }
        }
    }
    return false;
}

/* A limit that could not be read stands for no case, instead of for all. */
static void leave_faulty_limits(struct policy_reader *reader, const struct yaml_node *node)
{
    struct policy *policy = reader->policy;
    const struct yaml_node *place = node->first;
    struct complaint_limit *limits = policy_array(reader, policy->limit_count, sizeof *limits);
    if (limits == NULL || !policy_is_faulty(reader, node)) {
        return;
    }
    for (size_t i = 0; i < policy->limit_count; i++, place = place->next) {
        limits[i] = policy->limits[i];
        if (policy_is_faulty(reader, place)) {
            limits[i].tier = INT_MAX;
        }
    }
    policy->limits = limits;
}

static void check_limits(struct policy_reader *reader, const struct yaml_node *node)
{
    const struct policy *policy = reader->policy;
    const struct yaml_node *place = node->first;
    leave_faulty_limits(reader, node);
    for (size_t i = 0; i < policy->limit_count; i++, place = place->next) {
        const struct complaint_limit *limit = &policy->limits[i];
        if (limit->tier == INT_MAX) {
            continue;
        }
        const struct complaint_limit *twin = NULL;
        for (size_t j = 0; j < i && twin == NULL; j++) {
            const struct complaint_limit *other = &policy->limits[j];
            twin = covers(other, limit) && covers(limit, other) ? other : NULL;
        }
        if (twin != NULL) {
            policy_problem(reader, place, _("never holds: line %ld has the same conditions"),
                           twin->line);
        } else if (!is_reachable(policy, limit)) {
            policy_problem(reader, place, _("never holds: more specific limits take every case"));
        }
    }
}

static void check_escalations(struct policy_reader *reader, const struct yaml_node *node)
{
    const struct policy *policy = reader->policy;
    const struct yaml_node *place = node->first;
    for (size_t i = 0; i < policy->escalation_count; i++, place = place->next) {
        if (i > 0 && !policy_is_faulty(reader, node) &&
            policy->escalations[i].percent < policy->escalations[i - 1].percent) {
            policy_problem(reader, at(place, "at"), _("%d is below the step before it"),
                           policy->escalations[i].percent);
            policy_hint(reader, _("steps stand in order, lowest first"));
        }
    }
}

void policy_check_complaints(struct policy_reader *reader, const struct yaml_node *node,
                             void *member)
{
    const struct yaml_node *limits = yaml_get(node, "limits");
    const struct yaml_node *escalation = yaml_get(node, "escalation");
    (void)member;
    if (limits != NULL && reader->policy->tier_count > 0) {
        check_limits(reader, limits);
    }
    if (escalation != NULL) {
        check_escalations(reader, escalation);
    }
}

/* ---- surveys ---------------------------------------------------------------------------- */

/* What would never be looked at is better refused than ignored. */
void policy_check_ask(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    const struct survey_rule *rule = member;
    const struct yaml_node *every = yaml_get(node, "every");
    const struct yaml_node *within = yaml_get(node, "within");
    if (rule->after != ASK_BY_TIME && every != NULL) {
        policy_problem_key(reader, every, _("holds for 'after: time' only"));
        policy_hint(reader, _("write a line of its own for what comes with time alone"));
    } else if (rule->after == ASK_BY_TIME && within != NULL) {
        policy_problem_key(reader, within, _("holds after a complaint or a visit only"));
        policy_hint(reader, _("add 'after: complaint' or 'after: visit'"));
    } else if (rule->after == ASK_BY_TIME && every == NULL) {
        policy_problem(reader, node, _("the key '%s' is missing"), "every");
        policy_hint(reader, _("add 'every: 6mo', or 'after: complaint'"));
    } else if (every != NULL && rule->every.count == 0) {
        policy_problem(reader, every, _("an interval of 0 would ask for ever"));
    }
}

/* ---- custom fields ---------------------------------------------------------------------- */

static bool is_field_name(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

void policy_check_field(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    struct custom_field *field = member;
    const struct kind *kind = schema_kind(field->kind);
    if (!is_field_name(field->name)) {
        policy_problem_key(reader, node, _("'%s' is no name of a field"), field->name);
        policy_hint(reader, _("begin with a lower-case letter; then letters, digits and _. What "
                              "people read goes to 'label'"));
    } else if (kind != NULL &&
               (kind_field(kind, field->name) != NULL || strcmp(field->name, "id") == 0)) {
        policy_problem_key(reader, node, _("the kind %s has a field '%s' of its own"), kind->name,
                           field->name);
        policy_hint(reader, _("choose another name"));
    }
    if (field->type == DATA_ENUM && field->choice_count == 0) {
        policy_problem(reader, at(node, "type"), _("an enum needs the key 'choices'"));
    } else if (field->type != DATA_ENUM && field->choice_count > 0) {
        policy_problem_key(reader, at(node, "choices"), _("holds for the type enum only"));
        policy_hint(reader, _("add 'type: enum'"));
    }
    if (field->label == NULL) {
        field->label = field->name;
    }
}

/* ---- the rules of schemes: they may name custom fields, which are read last ---------------- */

/* Whether the rule could be read, and is one of a tier. */
static bool is_rule(const struct tier_threshold *rule)
{
    return rule->filter != NULL && rule->tier >= 0;
}

/* The rule before `last` that leaves nothing to it; NULL when there is none. */
static const struct tier_threshold *rule_before(struct policy_reader *reader,
                                                const struct tier_scheme *scheme, size_t last)
{
    const struct policy_filters *filters = reader->filters;
    for (size_t i = 0; i < last; i++) {
        bool covers = false;
        if (is_rule(&scheme->thresholds[i]) &&
            filters->covers(filters->context, reader->policy, scheme->thresholds[i].filter,
                            scheme->thresholds[last].filter, &covers, NULL) == CRM_NO_MEMORY) {
            reader->no_memory = true;
        }
        if (covers) {
            return &scheme->thresholds[i];
        }
    }
    return NULL;
}

static void check_rules(struct policy_reader *reader, const struct yaml_node *node,
                        const struct tier_scheme *scheme)
{
    const struct policy_filters *filters = reader->filters;
    for (size_t i = 0; i < scheme->threshold_count; i++) {
        const struct tier_threshold *rule = &scheme->thresholds[i];
        if (!is_rule(rule)) {
            continue;
        }
        const struct yaml_node *place = yaml_get(node, reader->policy->tiers[rule->tier]);
        struct error error = {0};
        crm_status status = filters->check(filters->context, reader->policy, rule->filter, &error);
        if (status == CRM_NO_MEMORY) {
            reader->no_memory = true;
        } else if (status != CRM_OK) {
            policy_problem(reader, place, "%s", error.message);
            policy_hint(reader, "%s", error.hint);
        } else {
            const struct tier_threshold *before = rule_before(reader, scheme, i);
            if (before == NULL) {
                continue;
            }
            policy_problem(reader, place, _("never holds: line %ld takes every such customer"),
                           before->line);
            policy_hint(reader, _("the first rule that fits holds: put the narrower one first"));
        }
    }
}

void policy_check_rules(struct policy_reader *reader, const struct yaml_node *root)
{
    const struct policy *policy = reader->policy;
    const struct yaml_node *schemes = yaml_get(yaml_get(root, "tiers"), "schemes");
    const struct yaml_node *place = schemes != NULL ? schemes->first : NULL;
    for (size_t i = 0; i < policy->scheme_count && place != NULL; i++, place = place->next) {
        const struct yaml_node *rules = yaml_get(place, "thresholds");
        if (policy->schemes[i].method == TIER_RULES && rules != NULL &&
            !policy_is_faulty_itself(reader, rules)) {
            check_rules(reader, rules, &policy->schemes[i]);
        }
    }
}

void policy_check_book(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    const struct policy *policy = member;
    if (policy->replica == NULL || policy->database != NULL)
        return;
    policy_problem(reader, yaml_get(node, "replica"), _("there is no database to be a copy of"));
    policy_hint(reader, _("write its address at the key database"));
}
