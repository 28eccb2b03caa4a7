/* SPDX-License-Identifier: MIT */
/* The values of a policy that are lists: names, intervals of a day, lines of tiers. */
#include "policy/value.h"

#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

static bool is_new_name(struct policy_reader *reader, const struct yaml_node *node,
                        const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], node->text) == 0) {
            policy_problem(reader, node, _("'%s' is named twice"), node->text);
            return false;
        }
    }
    return true;
}

static bool is_name(struct policy_reader *reader, const struct yaml_node *node)
{
    if (node->kind != YAML_SCALAR) {
        policy_problem(reader, node, _("must be a name"));
        return false;
    }
    if (policy_single_line(reader, node) && policy_is_any(node)) {
        policy_problem(reader, node, _("'any' stands for all and can't be a name"));
    }
    return !policy_is_faulty(reader, node);
}

void policy_read_names(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *base)
{
    const char **names = policy_array(reader, node->count, sizeof *names);
    size_t count = 0;
    bool known = true;
    if (names == NULL) {
        return;
    }
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        if (!is_name(reader, member)) {
            known = false;
        } else if (is_new_name(reader, member, names, count)) {
            names[count++] = member->text;
        }
    }
    if (!known) {
        count = 0; /* who refers to a name is not told a second problem */
    }
    memcpy((char *)base + key->offset, &names, sizeof names);
    memcpy((char *)base + key->count_offset, &count, sizeof count);
}

/* hh:mm up to 24:00 in minutes, -1 otherwise; moves *text behind it. */
static int parse_clock(const char **text)
{
    const char *at = *text;
    size_t digits = strspn(at, "0123456789");
    if (digits < 1 || digits > 2 || at[digits] != ':' ||
        strspn(at + digits + 1, "0123456789") != 2) {
        return -1;
    }
    int hour = atoi(at);
    int minute = atoi(at + digits + 1);
    *text = at + digits + 3;
    return minute < 60 && hour * 60 + minute <= 1440 ? hour * 60 + minute : -1;
}

static bool parse_interval(const char *text, struct interval *out)
{
    out->from = parse_clock(&text);
    if (out->from < 0) {
        return false;
    }
    size_t dash = *text == '-' ? 1 : strncmp(text, "–", strlen("–")) == 0 ? strlen("–") : 0;
    text += dash;
    out->to = dash > 0 ? parse_clock(&text) : -1;
    return out->to >= 0 && *text == '\0';
}

/* Writes down that it is none. */
static bool read_interval(struct policy_reader *reader, const struct yaml_node *node,
                          struct interval *out)
{
    if (node->kind == YAML_SCALAR && parse_interval(node->text, out)) {
        return true;
    }
    policy_problem(reader, node, _("'%s' is no interval of a day"), node->text);
    policy_hint(reader, _("write it so: 09:00-12:00. A whole day is 00:00-24:00"));
    return false;
}

static bool check_interval(struct policy_reader *reader, const struct yaml_node *node,
                           const struct interval *before, struct interval *out)
{
    if (!read_interval(reader, node, out)) {
        return false;
    }
    if (out->from >= out->to) {
        policy_problem(reader, node, _("'%s' ends before it begins"), node->text);
        policy_hint(reader, _("split time past midnight: until 24:00, and from 00:00 on the next "
                              "day"));
        return false;
    }
    if (before != NULL && out->from < before->to) {
        policy_problem(reader, node, _("'%s' begins before the one before it ends"), node->text);
        policy_hint(reader, _("intervals of a day stand in order and do not overlap"));
        return false;
    }
    return true;
}

/* Over midnight as well; the whole day would leave no time to remind. */
static bool check_quiet(struct policy_reader *reader, const struct yaml_node *node,
                        const struct interval *before, struct interval *out)
{
    (void)before; /* hours of quiet may overlap */
    if (!read_interval(reader, node, out)) {
        return false;
    }
    if (out->from % 1440 != out->to % 1440) {
        return true;
    }
    policy_problem(reader, node, _("'%s' leaves no time of the day"), node->text);
    policy_hint(reader, _("write it so: 22:00-08:00"));
    return false;
}

/* Reads one, the one before it being NULL for the first; false when it is none. */
typedef bool (*check_interval_of)(struct policy_reader *reader, const struct yaml_node *node,
                                  const struct interval *before, struct interval *out);

static void read_intervals(struct policy_reader *reader, const struct policy_key *key,
                           const struct yaml_node *node, check_interval_of check, void *base)
{
    struct interval *intervals = policy_array(reader, node->count, sizeof *intervals);
    size_t count = 0;
    if (intervals == NULL) {
        return;
    }
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        const struct interval *before = count > 0 ? &intervals[count - 1] : NULL;
        if (check(reader, member, before, &intervals[count])) {
            count++;
        }
    }
    memcpy((char *)base + key->offset, &intervals, sizeof intervals);
    memcpy((char *)base + key->count_offset, &count, sizeof count);
}

void policy_read_intervals(struct policy_reader *reader, const struct policy_key *key,
                           const struct yaml_node *node, void *base)
{
    read_intervals(reader, key, node, check_interval, base);
}

void policy_read_quiet(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *base)
{
    read_intervals(reader, key, node, check_quiet, base);
}

/* The meaning of a threshold depends on the method, which stands before it in the description. */
static void read_threshold(struct policy_reader *reader, const struct tier_scheme *scheme,
                           const struct yaml_node *node, struct tier_threshold *out)
{
    const struct policy *policy = reader->policy;
    out->line = policy_line_of(node);
    out->tier =
        policy_resolve(reader, node, node->key, _("tier"), policy->tiers, policy->tier_count);
    if (node->kind != YAML_SCALAR || node->length == 0) {
        policy_problem(reader, node, _("must be a limit"));
        return;
    }
    if (scheme->method == TIER_RULES) {
        out->filter = node->text;
        return;
    }
    bool sign = node->length > 1 && node->text[node->length - 1] == '%';
    out->percent = sign && scheme->method == TIER_QUOTA;
    int64_t maximum = scheme->method == TIER_QUOTA && !sign ? 1000000000 : 100;
    if (policy_parse_decimal(reader, node, node->length - (sign ? 1 : 0), &out->limit)) {
        policy_within(reader, node, out->limit, 0, maximum);
    }
}

static int compare_thresholds(const void *left, const void *right)
{
    const struct tier_threshold *a = left;
    const struct tier_threshold *b = right;
    return (a->tier > b->tier) - (a->tier < b->tier);
}

void policy_read_thresholds(struct policy_reader *reader, const struct policy_key *key,
                            const struct yaml_node *node, void *base)
{
    struct tier_scheme *scheme = base;
    struct tier_threshold *thresholds = policy_array(reader, node->count, sizeof *thresholds);
    (void)key;
    if (thresholds == NULL) {
        return;
    }
    for (const struct yaml_node *member = node->first; member != NULL; member = member->next) {
        read_threshold(reader, scheme, member, &thresholds[member->index]);
    }
    qsort(thresholds, node->count, sizeof *thresholds, compare_thresholds);
    scheme->thresholds = thresholds;
    scheme->threshold_count = node->count;
}
