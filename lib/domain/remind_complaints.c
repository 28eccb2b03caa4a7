/* SPDX-License-Identifier: MIT */
/* Reminders of the limits of complaints, and of the steps of their escalation. */
#include "domain/complaint.h"
#include "domain/remind.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct member {
    int64_t id;
    const char *login, *department, *role; /* all but the login may be NULL */
};

struct complaints {
    struct reminders *all;
    struct member *team; /* who still works here, by id; read for the first step */
    size_t count, capacity;
    bool known;
};

/* ---- Limits ---- */

static enum pressure complaint_pressure(const char *state)
{
    if (strcmp(state, "breached") == 0)
        return LIMIT_BREACHED;
    return strcmp(state, "due") == 0 ? STILL_TO_COME : LIMIT_AT_RISK;
}

static const char *short_kind(const struct complaint_item *found)
{
    return strcmp(found->kind, "complaint_response") == 0 ? "respond" : "resolve";
}

static const char *severity_label(const struct complaint_item *found)
{
    return field_label_of(kind_field(&kind_complaint, "severity"), found->severity);
}

static crm_status add_limit(struct reminders *all, const struct complaint_item *found)
{
    bool known = found->due != NULL;
    char due[TIME_TEXT] = "";
    instant at = all->book->now;
    if (known && time_parse_iso(found->due, strlen(found->due), NULL, &at))
        time_format(all->book->zone, at, due);
    const struct reminder item = {
        .pressure = complaint_pressure(found->state),
        .at = at,
        .id = arena_printf(&all->arena, "%s:C-%lld:%s", short_kind(found),
                           (long long)found->complaint, known ? found->due : "unknown"),
        .kind = found->kind,
        .customer = found->customer_key,
        .name = found->customer_name,
        .tier = found->tier,
        .due = known ? due : NULL,
        .state = found->state,
        .owner = found->owner_login,
        .why = arena_printf(&all->arena, _("C-%lld, %s, %lld %% of the limit used: %s"),
                            (long long)found->complaint, severity_label(found),
                            (long long)found->used_percent, found->description),
        .late = found->late * DECIMAL_ONE / 3600,
        .unit = found->working ? "working_hours" : "hours"};
    return reminders_add(all, &item);
}

/* ---- Escalation ---- */

static crm_status add_member(void *context, const struct value *row)
{
    struct complaints *complaints = context;
    struct arena *arena = &complaints->all->arena;
    struct member *team = array_grow(complaints->team, &complaints->capacity, complaints->count + 1,
                                     sizeof *complaints->team);
    if (team == NULL)
        return error_no_memory(&complaints->all->book->error);
    complaints->team = team;
    const char *texts[3];
    bool failed = false;
    for (int i = 0; i < 3; i++) {
        const struct value *value = &row[1 + i];
        bool given = value->type == VALUE_TEXT;
        texts[i] = given ? arena_copy_length(arena, value->text, value->length) : NULL;
        failed = failed || (given && texts[i] == NULL);
    }
    team[complaints->count++] = (struct member){row[0].integer, texts[0], texts[1], texts[2]};
    return failed ? error_no_memory(&complaints->all->book->error) : CRM_OK;
}

static crm_status know_team(struct complaints *complaints)
{
    if (complaints->known)
        return CRM_OK;
    complaints->known = true;
    return store_query(complaints->all->book->store,
                       "SELECT id, login, department, role FROM staff "
                       "WHERE coalesce(active, 1) = 1 ORDER BY id",
                       NULL, 0, add_member, complaints);
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* Whether the step's word means that person: `near`, in the complaint's own department. */
static bool is_meant(const struct complaints *complaints, const struct complaint_item *found,
                     const struct escalation *rule, const struct member *member, bool near)
{
    if (strcmp(rule->tell, "manager") == 0)
        return same(member->role, complaints->all->book->policy->manager_role) &&
               (!near || same(member->department, found->department));
    return strcmp(member->login, rule->tell) == 0;
}

static const char *why_told(struct reminders *all, const struct complaint_item *found,
                            const struct escalation *rule, bool stands_in)
{
    const char *why = arena_printf(
        &all->arena, _("C-%lld, %s, %lld %% of the limit used, told from %d %% on: %s"),
        (long long)found->complaint, severity_label(found), (long long)found->used_percent,
        rule->percent, found->description);
    if (why == NULL || !stands_in)
        return why;
    return arena_printf(&all->arena, _("%s; there is no %s to tell"), why, rule->tell);
}

/* `to` NULL: the complaint's owner, in the place of somebody who is not there when `stands_in`. */
static crm_status add_step(struct reminders *all, const struct complaint_item *found,
                           const struct complaint_step *step, const struct member *to,
                           bool stands_in)
{
    char due[TIME_TEXT];
    const int64_t id = to != NULL ? to->id : found->owner;
    const int64_t share = found->length * step->rule->percent / 100;
    const bool reached = step->at <= all->book->now;
    if (all->staff != 0 && id != all->staff)
        return CRM_OK;
    time_format(all->book->zone, step->at, due);
    struct reminder item = {.at = step->at,
                            .id = arena_printf(&all->arena, "escalate:C-%lld:%s:%d:%lld:%lld",
                                               (long long)found->complaint, short_kind(found),
                                               step->rule->percent, (long long)found->reopened,
                                               (long long)id),
                            .kind = "escalation",
                            .customer = found->customer_key,
                            .name = found->customer_name,
                            .tier = found->tier,
                            .due = due,
                            .state = reached ? "reached" : "due",
                            .owner = to != NULL ? to->login : found->owner_login,
                            .why = why_told(all, found, step->rule, stands_in),
                            .late = (found->late + found->length - share) * DECIMAL_ONE / 3600,
                            .unit = found->working ? "working_hours" : "hours"};
    item.pressure = !reached                     ? STILL_TO_COME
                    : step->rule->percent >= 100 ? LIMIT_BREACHED
                                                 : LIMIT_AT_RISK;
    return reminders_add(all, &item);
}

/* Everybody whom one step tells: there may be several managers. Nobody of that name: the owner. */
static crm_status tell_step(struct complaints *complaints, const struct complaint_item *found,
                            const struct complaint_step *step)
{
    crm_status status = know_team(complaints);
    size_t told = 0;
    if (status != CRM_OK || strcmp(step->rule->tell, "owner") == 0)
        return status == CRM_OK ? add_step(complaints->all, found, step, NULL, false) : status;
    for (int near = 1; near >= 0 && told == 0; near--)
        for (size_t i = 0; i < complaints->count && status == CRM_OK; i++) {
            const struct member *member = &complaints->team[i];
            if (!is_meant(complaints, found, step->rule, member, near))
                continue;
            status = add_step(complaints->all, found, step, member, false);
            told++;
        }
    return status == CRM_OK && told == 0 ? add_step(complaints->all, found, step, NULL, true)
                                         : status;
}

/* A policy may name one person twice at one step. */
static void drop_double(struct reminders *all, size_t first)
{
    for (size_t i = first + 1; i < all->count; i++)
        for (size_t j = first; j < i; j++)
            if (strcmp(all->items[i].id, all->items[j].id) == 0) {
                all->items[i--] = all->items[--all->count];
                break;
            }
}

/* ---- Both ---- */

static crm_status add_complaint(void *context, const struct complaint_item *found)
{
    struct complaints *complaints = context;
    struct reminders *all = complaints->all;
    const size_t first = all->count;
    bool wanted;
    crm_status status = reminders_want(all, found->customer, &wanted);
    if (status != CRM_OK || !wanted)
        return status;
    if (found->presses && (all->staff == 0 || found->owner == all->staff))
        status = add_limit(all, found);
    for (size_t i = 0; i < found->step_count && status == CRM_OK; i++)
        status = tell_step(complaints, found, &found->steps[i]);
    drop_double(all, first);
    return status;
}

crm_status remind_complaints(struct reminders *all)
{
    struct crm_book *book = all->book;
    instant until = book->now;
    if (all->until > book->today)
        until = zone_instant(book->zone, all->until, 86400);
    struct complaints complaints = {.all = all};
    crm_status status = complaint_items(book, until, add_complaint, &complaints);
    free(complaints.team);
    return status;
}
