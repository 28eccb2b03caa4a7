/* SPDX-License-Identifier: MIT */
/* Checks of the policy's care dates: occasions and greetings. */
#include "policy/reader.h"

#include "base/text.h"
#include "schema/schema.h"

#include <string.h>

enum { MOST_ROLES = 16, MOST_NAMES = 160 };

/* The member if it was given, else the section: where a problem with it is best shown. */
static const struct yaml_node *at(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *member = yaml_get(node, key);
    return member != NULL ? member : node;
}

static bool is_common(const char *occasion)
{
    return strcmp(occasion, OCCASION_BIRTHDAY) == 0 || strcmp(occasion, OCCASION_FOUNDING) == 0;
}

/* ---- Occasions ---- */

static void check_day(struct policy_reader *reader, const struct yaml_node *node,
                      struct care_occasion *occasion)
{
    error_clear(&reader->scratch);
    if (occasion->day == NULL) {
        policy_problem_key(reader, node, _("'%s' is no festival, and has no day of its own"),
                           occasion->name);
        policy_hint(reader, _("name one such as mid-autumn, or add the key 'day'"));
    } else if (strpbrk(occasion->name, " \t,;") != NULL || strcmp(occasion->name, "any") == 0 ||
               strcmp(occasion->name, "none") == 0) {
        policy_problem_key(reader, node, _("'%s' cannot be the name of an occasion"),
                           occasion->name);
        policy_hint(reader, _("choose one word other than any and none"));
    } else if (yearly_parse(occasion->day, &occasion->when, &reader->scratch) != CRM_OK) {
        policy_problem(reader, at(node, "day"), "%s", reader->scratch.message);
        policy_hint(reader, "%s", reader->scratch.hint);
    }
}

/* Each of the names under the key is among those. */
static void check_names(struct policy_reader *reader, const struct yaml_node *node, const char *key,
                        const char *what, const char *const *names, size_t count)
{
    const struct yaml_node *list = yaml_get(node, key);
    const struct yaml_node *member = list == NULL ? NULL : list->first;
    for (; member != NULL; member = member->next)
        (void)policy_resolve(reader, member, member->text, what, names, count);
}

static void check_roles(struct policy_reader *reader, const struct yaml_node *node,
                        const struct care_occasion *occasion)
{
    const struct field *role = kind_field(&kind_contact, "role");
    const char *names[MOST_ROLES];
    size_t count = 0;
    if (occasion->role_count > 0 && strcmp(occasion->name, OCCASION_BIRTHDAY) != 0) {
        policy_problem_key(reader, at(node, "roles"), _("holds for birthdays only"));
        return;
    }
    for (; count < role->choice_count && count < MOST_ROLES; count++)
        names[count] = role->choices[count].name;
    check_names(reader, node, "roles", _("role of a contact"), names, count);
}

void policy_check_occasion(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    struct care_occasion *occasion = member;
    const struct festival *festival = festival_find(occasion->name);
    if (festival != NULL) {
        occasion->name = festival->name;
        occasion->when = festival->when;
    }
    if (festival == NULL && !is_common(occasion->name))
        check_day(reader, node, occasion);
    else if (occasion->day != NULL)
        policy_problem_key(reader, at(node, "day"), _("holds for occasions of the firm's own"));
    check_names(reader, node, "tiers", _("tier"), reader->policy->tiers,
                reader->policy->tier_count);
    check_roles(reader, node, occasion);
}

/* ---- Greetings ---- */

static const char *const placeholders[] = {"name",     "title",    "salutation",
                                           "customer", "occasion", "years"};
enum { PLACEHOLDERS = sizeof placeholders / sizeof *placeholders };

void policy_check_greeting(struct policy_reader *reader, const struct yaml_node *node, void *member)
{
    const struct greeting *greeting = member;
    const char *open = strchr(greeting->text, '{');
    for (; open != NULL; open = strchr(open + 1, '{')) {
        char name[32] = "";
        const size_t length = strcspn(open + 1, "}");
        if (open[1 + length] != '}' || length >= sizeof name) {
            policy_problem(reader, at(node, "text"), _("the brace is not closed"));
            policy_hint(reader, _("write a placeholder as {name}"));
            return;
        }
        memcpy(name, open + 1, length);
        (void)policy_resolve(reader, at(node, "text"), name, _("placeholder"), placeholders,
                             PLACEHOLDERS);
    }
}

static size_t known_occasions(const struct policy *policy, const char *names[MOST_NAMES])
{
    size_t count = 0;
    names[count++] = "any";
    names[count++] = OCCASION_BIRTHDAY;
    names[count++] = OCCASION_FOUNDING;
    for (size_t i = 0; i < festival_count; i++)
        names[count++] = festivals[i].name;
    for (size_t i = 0; i < policy->occasion_count && count < MOST_NAMES; i++)
        if (policy->occasions[i].day != NULL)
            names[count++] = policy->occasions[i].name;
    return count;
}

void policy_check_care(struct policy_reader *reader, const struct yaml_node *root)
{
    const struct yaml_node *greetings = yaml_get(yaml_get(root, "care"), "greetings");
    const struct yaml_node *member = greetings == NULL ? NULL : greetings->first;
    const char *names[MOST_NAMES];
    const size_t count = known_occasions(reader->policy, names);
    for (; member != NULL; member = member->next) {
        const struct yaml_node *occasion = yaml_get(member, "occasion");
        if (occasion != NULL && !policy_is_faulty(reader, occasion) &&
            festival_find(occasion->text) == NULL)
            (void)policy_resolve(reader, occasion, occasion->text, _("occasion"), names, count);
    }
}
