/* SPDX-License-Identifier: MIT */
/* The values of a policy, one reader a type. */
#include "policy/value.h"

#include "base/address.h"
#include "base/decimal.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*value_reader)(struct policy_reader *reader, const struct policy_key *key,
                             const struct yaml_node *node, void *target);

static void set_text(void *target, const char *text)
{
    memcpy(target, &text, sizeof text);
}

static void set_int(void *target, int number)
{
    memcpy(target, &number, sizeof number);
}

int policy_resolve(struct policy_reader *reader, const struct yaml_node *node, const char *name,
                   const char *what, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    if (count == 0 || reader->problem_count == POLICY_PROBLEMS) {
        return -1; /* without names their own problem has been told */
    }
    if (node->key == name) {
        policy_problem_key(reader, node, _("there is no %s '%s'"), what, name);
    } else {
        policy_problem(reader, node, _("there is no %s '%s'"), what, name);
    }
    const char *nearest = text_nearest(name, names, count);
    if (nearest != NULL) {
        policy_hint(reader, _("did you mean '%s'?"), nearest);
        return -1;
    }
    cleanup(buffer_release) struct buffer list = {0};
    for (size_t i = 0; i < count; i++) {
        buffer_text(&list, i == 0 ? "" : ", ");
        buffer_text(&list, names[i]);
    }
    policy_hint(reader, _("there are: %s"), buffer_string(&list));
    return -1;
}

/* ---- text ---- */

bool policy_single_line(struct policy_reader *reader, const struct yaml_node *node)
{
    for (size_t i = 0; i < node->length; i++) {
        if ((unsigned char)node->text[i] < 0x20 || node->text[i] == 0x7F) {
            policy_problem(reader, node, _("must be one line without control characters"));
            return false;
        }
    }
    if (node->length == 0) {
        policy_problem(reader, node, _("must not be empty"));
        policy_hint(reader, _("remove the line for the default"));
        return false;
    }
    return true;
}

static void read_text(struct policy_reader *reader, const struct policy_key *key,
                      const struct yaml_node *node, void *target)
{
    (void)key;
    if (policy_single_line(reader, node)) {
        set_text(target, node->text);
    }
}

static void read_zone(struct policy_reader *reader, const struct policy_key *key,
                      const struct yaml_node *node, void *target)
{
    (void)key;
    const struct zone *zone = NULL;
    error_clear(&reader->scratch);
    crm_status status =
        zone_load(&reader->policy->arena, node->text, NULL, &zone, &reader->scratch);
    if (status == CRM_NO_MEMORY) {
        reader->no_memory = true;
    } else if (status == CRM_IO) {
        reader->unread = reader->scratch;
    } else if (status != CRM_OK) {
        policy_problem(reader, node, "%s", reader->scratch.message);
        policy_hint(reader, "%s", reader->scratch.hint);
    } else {
        reader->policy->zone = zone;
        set_text(target, node->text);
    }
}

static void read_currency(struct policy_reader *reader, const struct policy_key *key,
                          const struct yaml_node *node, void *target)
{
    (void)key;
    if (node->length == 3 && strspn(node->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3) {
        set_text(target, node->text);
        return;
    }
    policy_problem(reader, node, _("'%s' is no currency"), node->text);
    policy_hint(reader, _("write the three capital letters of ISO 4217, such as CNY or EUR"));
}

static void read_database(struct policy_reader *reader, const struct policy_key *key,
                          const struct yaml_node *node, void *target)
{
    struct error *error = &reader->scratch;
    if (address_is_postgres(node->text) && address_check(node->text, error) != CRM_OK) {
        policy_problem(reader, node, "%s", error->message);
        policy_hint(reader, "%s", error->hint);
    } else if (address_is_postgres(node->text)) {
        read_text(reader, key, node, target);
    } else {
        policy_problem(reader, node, _("is no address of a database"));
        policy_hint(reader, _("write postgresql://HOST/NAME, or remove the line for the book's own "
                              "file"));
    }
}

/* ---- numbers ---- */

static bool is_digits(const char *text, size_t length)
{
    size_t start = length > 0 && text[0] == '-' ? 1 : 0;
    return length > start && length <= 10 && strspn(text + start, "0123456789") >= length - start;
}

static void read_bounded(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, size_t length, void *target)
{
    if (!is_digits(node->text, length)) {
        policy_problem(reader, node, _("'%s' is no whole number"), node->text);
        return;
    }
    long long number = strtoll(node->text, NULL, 10);
    if (number < key->minimum || number > key->maximum) {
        policy_problem(reader, node, _("%lld is not within %lld and %lld"), number,
                       (long long)key->minimum, (long long)key->maximum);
        return;
    }
    set_int(target, (int)number);
}

static void read_integer(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, void *target)
{
    read_bounded(reader, key, node, node->length, target);
}

static void read_percent(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, void *target)
{
    bool sign = node->length > 1 && node->text[node->length - 1] == '%';
    read_bounded(reader, key, node, node->length - (sign ? 1 : 0), target);
}

bool policy_parse_decimal(struct policy_reader *reader, const struct yaml_node *node, size_t length,
                          int64_t *out)
{
    bool rounded = false;
    if (!decimal_parse(node->text, length, out, &rounded)) {
        policy_problem(reader, node, _("'%s' is no number"), node->text);
        policy_hint(reader, _("write digits and a point, such as 12.5, without separators"));
        return false;
    }
    if (rounded) {
        policy_problem(reader, node, _("%s has more than four decimals"), node->text);
        return false;
    }
    return true;
}

bool policy_within(struct policy_reader *reader, const struct yaml_node *node, int64_t number,
                   int64_t minimum, int64_t maximum)
{
    if (number >= minimum * DECIMAL_ONE && number <= maximum * DECIMAL_ONE) {
        return true;
    }
    policy_problem(reader, node, _("%s is not within %lld and %lld"), node->text,
                   (long long)minimum, (long long)maximum);
    return false;
}

static void read_decimal(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, void *target)
{
    int64_t number = 0;
    if (policy_parse_decimal(reader, node, node->length, &number) &&
        policy_within(reader, node, number, key->minimum, key->maximum)) {
        memcpy(target, &number, sizeof number);
    }
}

static void read_boolean(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, void *target)
{
    static const char *const words[] = {"no", "yes", "false", "true"};
    const char *const *names = key->choices != NULL ? key->choices : words;
    size_t count = key->choices != NULL ? key->choice_count : 4;
    int index = policy_resolve(reader, node, node->text, _("choice"), names, count);
    bool value = index == 1 || index == 3;
    memcpy(target, &value, sizeof value);
}

/* ---- durations ---- */

static bool parse_duration(struct policy_reader *reader, const struct yaml_node *node,
                           struct duration *out)
{
    error_clear(&reader->scratch);
    if (duration_parse(node->text, out, &reader->scratch) == CRM_OK) {
        return true;
    }
    policy_problem(reader, node, "%s", reader->scratch.message);
    policy_hint(reader, "%s", reader->scratch.hint);
    return false;
}

static bool parse_period(struct policy_reader *reader, const struct yaml_node *node,
                         struct duration *out)
{
    if (!parse_duration(reader, node, out)) {
        return false;
    }
    switch (out->unit) {
    case DURATION_DAYS:
    case DURATION_WEEKS:
    case DURATION_MONTHS:
    case DURATION_YEARS:
        break;
    default:
        policy_problem(reader, node, _("'%s' is not counted in days"), node->text);
        policy_hint(reader, _("write days, weeks, months or years: 14d, 2w, 3mo, 1y"));
        return false;
    }
    if (out->count > 36500) {
        policy_problem(reader, node, _("'%s' is too long"), node->text);
        return false;
    }
    return true;
}

static void read_period(struct policy_reader *reader, const struct policy_key *key,
                        const struct yaml_node *node, void *target)
{
    struct duration duration = {0};
    if (!parse_period(reader, node, &duration)) {
        return;
    }
    const day_number days = date_add(0, duration);
    if (days < key->minimum) {
        policy_problem(reader, node, _("'%s' is too short"), node->text);
    } else if (key->maximum > 0 && days > key->maximum) {
        policy_problem(reader, node, _("'%s' is too long"), node->text);
        policy_hint(reader, _("at most %lld days"), (long long)key->maximum);
    } else {
        memcpy(target, &duration, sizeof duration);
    }
}

static void read_limit(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *target)
{
    (void)key;
    struct duration duration = {0};
    if (!parse_duration(reader, node, &duration)) {
        return;
    }
    if (duration.unit == DURATION_MONTHS || duration.unit == DURATION_YEARS) {
        policy_problem(reader, node, _("'%s' is no time limit"), node->text);
        policy_hint(reader, _("write clock time (30m, 4h, 2d, 1w) or working time (4wh, 2wd)"));
        return;
    }
    if (duration.count == 0 || duration.count > 1000000) {
        policy_problem(reader, node, _("'%s' is no time limit that can be kept"), node->text);
        return;
    }
    memcpy(target, &duration, sizeof duration);
}

/* A number of evaluations or a time below the line. */
static void read_demotion(struct policy_reader *reader, const struct policy_key *key,
                          const struct yaml_node *node, void *target)
{
    (void)key;
    struct tier_scheme *scheme = target;
    if (!is_digits(node->text, node->length)) {
        parse_period(reader, node, &scheme->demote_after_period);
        return;
    }
    static const struct policy_key bounds = {.minimum = 0, .maximum = 1000};
    read_bounded(reader, &bounds, node, node->length, &scheme->demote_after);
}

/* ---- names ---- */

static void read_choice(struct policy_reader *reader, const struct policy_key *key,
                        const struct yaml_node *node, void *target)
{
    int index =
        policy_resolve(reader, node, node->text, _("choice"), key->choices, key->choice_count);
    set_int(target, index < 0 ? 0 : index);
}

bool policy_is_any(const struct yaml_node *node)
{
    return strcmp(node->text, "any") == 0;
}

static void read_word(struct policy_reader *reader, const struct policy_key *key,
                      const struct yaml_node *node, void *target)
{
    int index = policy_is_any(node) ? -1
                                    : policy_resolve(reader, node, node->text, _("choice"),
                                                     key->choices, key->choice_count);
    set_text(target, index < 0 ? NULL : key->choices[index]);
}

static void read_tier(struct policy_reader *reader, const struct policy_key *key,
                      const struct yaml_node *node, void *target)
{
    (void)key;
    const struct policy *policy = reader->policy;
    set_int(target, policy_is_any(node) ? -1
                                        : policy_resolve(reader, node, node->text, _("tier"),
                                                         policy->tiers, policy->tier_count));
}

static void read_channel(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, void *target)
{
    (void)key;
    const struct policy *policy = reader->policy;
    int index = policy_is_any(node) ? 0
                                    : policy_resolve(reader, node, node->text, _("channel"),
                                                     policy->channels, policy->channel_count);
    set_int(target, index < 0 ? 0 : index);
}

static void read_service(struct policy_reader *reader, const struct policy_key *key,
                         const struct yaml_node *node, void *target)
{
    (void)key;
    const struct policy *policy = reader->policy;
    if (policy_is_any(node)) {
        set_text(target, NULL);
        return;
    }
    if (policy->service_count == 0) {
        policy_problem(reader, node, _("there is no service '%s'"), node->text);
        policy_hint(reader, _("name it in complaints.services first"));
        return;
    }
    int index = policy_resolve(reader, node, node->text, _("service"), policy->services,
                               policy->service_count);
    set_text(target, index < 0 ? NULL : policy->services[index]);
}

/* The names of an array of structures whose first member is the name. */
static int resolve_among(struct policy_reader *reader, const struct yaml_node *node,
                         const char *what, const void *array, size_t count, size_t size)
{
    const char **names = policy_array(reader, count, sizeof *names);
    if (names == NULL) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(&names[i], (const char *)array + i * size, sizeof names[i]);
    }
    int index = policy_resolve(reader, node, node->text, what, names, count);
    return index < 0 ? 0 : index;
}

static void read_scheme(struct policy_reader *reader, const struct policy_key *key,
                        const struct yaml_node *node, void *target)
{
    (void)key;
    const struct policy *policy = reader->policy;
    set_int(target, resolve_among(reader, node, _("scheme"), policy->schemes, policy->scheme_count,
                                  sizeof *policy->schemes));
}

static void read_calendar(struct policy_reader *reader, const struct policy_key *key,
                          const struct yaml_node *node, void *target)
{
    (void)key;
    const struct policy *policy = reader->policy;
    set_int(target, resolve_among(reader, node, _("calendar"), policy->calendars,
                                  policy->calendar_count, sizeof *policy->calendars));
}

/* A wider cause stands before those that belong to it, so there is no circle. */
static void read_cause(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *target)
{
    (void)key;
    set_int(target, -1);
    if (strcmp(node->text, "none") == 0) {
        return;
    }
    size_t earlier = node->parent->index;
    if (earlier == 0) {
        policy_problem(reader, node, _("the first cause can't belong to another"));
        return;
    }
    set_int(target, resolve_among(reader, node, _("cause before this one,"), reader->policy->causes,
                                  earlier, sizeof(struct cause)));
}

/* ---- all types -------------------------------------------------------------------------- */

static const struct {
    enum yaml_kind kind;
    bool whole; /* the reader takes the section's structure, not the value's place in it */
    const char *label;
    value_reader read; /* NULL: the walk of reader.c does it */
} types[POLICY_TYPE_COUNT] = {
    [POLICY_TEXT] = {YAML_SCALAR, false, N_("a text"), read_text},
    [POLICY_INTEGER] = {YAML_SCALAR, false, N_("a whole number"), read_integer},
    [POLICY_DECIMAL] = {YAML_SCALAR, false, N_("a number"), read_decimal},
    [POLICY_PERCENT] = {YAML_SCALAR, false, N_("a percentage"), read_percent},
    [POLICY_BOOLEAN] = {YAML_SCALAR, false, N_("yes or no"), read_boolean},
    [POLICY_PERIOD] = {YAML_SCALAR, false, N_("a time such as 3mo"), read_period},
    [POLICY_LIMIT] = {YAML_SCALAR, false, N_("a time such as 4wh"), read_limit},
    [POLICY_CHOICE] = {YAML_SCALAR, false, N_("a choice"), read_choice},
    [POLICY_WORD] = {YAML_SCALAR, false, N_("a choice"), read_word},
    [POLICY_ZONE] = {YAML_SCALAR, false, N_("a time zone"), read_zone},
    [POLICY_CURRENCY] = {YAML_SCALAR, false, N_("a currency"), read_currency},
    [POLICY_DATABASE] = {YAML_SCALAR, false, N_("an address"), read_database},
    [POLICY_TIER] = {YAML_SCALAR, false, N_("a tier"), read_tier},
    [POLICY_SCHEME] = {YAML_SCALAR, false, N_("a scheme"), read_scheme},
    [POLICY_CHANNEL] = {YAML_SCALAR, false, N_("a channel"), read_channel},
    [POLICY_CALENDAR] = {YAML_SCALAR, false, N_("a calendar"), read_calendar},
    [POLICY_SERVICE] = {YAML_SCALAR, false, N_("a service"), read_service},
    [POLICY_CAUSE] = {YAML_SCALAR, false, N_("a cause"), read_cause},
    [POLICY_DEMOTION] = {YAML_SCALAR, true, N_("a number or a time"), read_demotion},
    [POLICY_NAMES] = {YAML_SEQUENCE, true, N_("a list of names"), policy_read_names},
    [POLICY_INTERVALS] = {YAML_SEQUENCE, true, N_("a list of intervals"), policy_read_intervals},
    [POLICY_QUIET] = {YAML_SEQUENCE, true, N_("a list of intervals"), policy_read_quiet},
    [POLICY_THRESHOLDS] = {YAML_MAPPING, true, N_("a limit for each tier"), policy_read_thresholds},
    [POLICY_SECTION] = {YAML_MAPPING, true, N_("a group of keys"), NULL},
    [POLICY_LIST] = {YAML_SEQUENCE, true, N_("a list"), NULL},
    [POLICY_MAP] = {YAML_MAPPING, true, N_("a group of named members"), NULL},
    [POLICY_FIELDS] = {YAML_MAPPING, true, N_("a group of record kinds"), NULL},
};

const char *policy_type_label(enum policy_type type)
{
    return types[type].label;
}

enum yaml_kind policy_type_kind(enum policy_type type)
{
    return types[type].kind;
}

void policy_read_value(struct policy_reader *reader, const struct policy_key *key,
                       const struct yaml_node *node, void *base)
{
    void *target = types[key->type].whole ? base : (char *)base + key->offset;
    types[key->type].read(reader, key, node, target);
}
