/* SPDX-License-Identifier: MIT */
/* Reminders of the limits of complaints, and of the steps of their escalation. */
#include "domain/complaint_why.h"
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
    int64_t *told; /* who is told of the limit at hand; its owner first, if he sees it anyway */
    size_t told_count, told_capacity;
    const char *missing; /* whom a step of it names in vain; NULL: nobody */
};

static void complaints_release(struct complaints *complaints)
{
    free(complaints->team);
    free(complaints->told);
}

/* ---- Limits ---- */

/* Quiet hours may let a limit pass that is breached, and all of a critical complaint. */
static bool is_urgent(const struct complaint_item *found)
{
    return strcmp(found->state, "breached") == 0 || strcmp(found->severity, "critical") == 0;
}

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

static const char *why_limit(struct reminders *all, const struct complaint_item *found,
                             const char *missing)
{
    const char *why = arena_printf(&all->arena, _("C-%lld, %s, %lld %% of the limit used: %s"),
                                   (long long)found->complaint, severity_label(found),
                                   (long long)found->used_percent, found->description);
    return missing == NULL || why == NULL
               ? why
               : arena_printf(&all->arena, _("%s; there is no %s to tell"), why, missing);
}

static crm_status explain_complaint(struct why *why, const struct reminder *item)
{
    struct complaint found;
    return complaint_explain(why, item->subject, &found);
}

static crm_status add_limit(struct reminders *all, const struct complaint_item *found,
                            const char *missing)
{
    bool known = found->due != NULL;
    char due[TIME_TEXT] = "";
    instant at = all->book->now;
    if (known && time_parse_iso(found->due, strlen(found->due), NULL, &at))
        time_format(all->book->zone, at, due);
    const struct reminder item = {.pressure = complaint_pressure(found->state),
                                  .urgent = is_urgent(found),
                                  .at = at,
                                  .id = arena_printf(&all->arena, "%s:C-%lld:%s", short_kind(found),
                                                     (long long)found->complaint,
                                                     known ? found->due : "unknown"),
                                  .kind = found->kind,
                                  .customer = found->customer_key,
                                  .name = found->customer_name,
                                  .tier = found->tier,
                                  .due = known ? due : NULL,
                                  .state = found->state,
                                  .owner = found->owner_login,
                                  .why = why_limit(all, found, missing),
                                  .explain = explain_complaint,
                                  .subject = found->complaint,
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

static bool is_told(const struct complaints *complaints, int64_t staff)
{
    for (size_t i = 0; i < complaints->told_count; i++)
        if (complaints->told[i] == staff)
            return true;
    return false;
}

static crm_status note_told(struct complaints *complaints, int64_t staff)
{
    int64_t *told = array_grow(complaints->told, &complaints->told_capacity,
                               complaints->told_count + 1, sizeof *told);
    if (told == NULL)
        return error_no_memory(&complaints->all->book->error);
    complaints->told = told;
    told[complaints->told_count++] = staff;
    return CRM_OK;
}

static crm_status add_step(struct complaints *complaints, const struct complaint_item *found,
                           const struct complaint_step *step, int64_t staff, const char *login)
{
    struct reminders *all = complaints->all;
    const int64_t share = found->length * step->rule->percent / 100;
    char due[TIME_TEXT];
    if (is_told(complaints, staff))
        return CRM_OK;
    crm_status status = note_told(complaints, staff);
    if (status != CRM_OK || (all->staff != 0 && staff != all->staff))
        return status;
    time_format(all->book->zone, step->at, due);
    const struct reminder item = {
        .pressure = step->rule->percent >= 100 ? LIMIT_BREACHED : LIMIT_AT_RISK,
        .urgent = is_urgent(found),
        .at = step->at,
        .id = arena_printf(&all->arena, "escalate:C-%lld:%s:%d:%lld:%lld",
                           (long long)found->complaint, short_kind(found), step->rule->percent,
                           (long long)found->reopened, (long long)staff),
        .kind = "escalation",
        .customer = found->customer_key,
        .name = found->customer_name,
        .tier = found->tier,
        .due = due,
        .state = "reached",
        .owner = login,
        .why = why_limit(all, found, complaints->missing),
        .explain = explain_complaint,
        .subject = found->complaint,
        .late = (found->late + found->length - share) * DECIMAL_ONE / 3600,
        .unit = found->working ? "working_hours" : "hours"};
    return reminders_add(all, &item);
}

/* Everybody whom one step tells: there may be several managers. Nobody of that name: the owner. */
static crm_status tell_step(struct complaints *complaints, const struct complaint_item *found,
                            const struct complaint_step *step)
{
    bool owner = strcmp(step->rule->tell, "owner") == 0, somebody = owner;
    crm_status status = CRM_OK;
    for (int near = 1; near >= 0 && !somebody; near--)
        for (size_t i = 0; i < complaints->count && status == CRM_OK; i++) {
            const struct member *member = &complaints->team[i];
            if (!is_meant(complaints, found, step->rule, member, near))
                continue;
            status = add_step(complaints, found, step, member->id, member->login);
            somebody = true;
        }
    if (!somebody)
        complaints->missing = step->rule->tell;
    return status == CRM_OK && (owner || !somebody)
               ? add_step(complaints, found, step, found->owner, found->owner_login)
               : status;
}

/* Each is told of the highest step that is reached, and the owner of none once the limit itself is
 * there for him to see. */
static crm_status tell_steps(struct complaints *complaints, const struct complaint_item *found)
{
    bool seen = found->presses && complaint_pressure(found->state) != STILL_TO_COME;
    crm_status status = found->step_count > 0 ? know_team(complaints) : CRM_OK;
    complaints->told_count = 0;
    complaints->missing = NULL;
    if (status == CRM_OK && seen)
        status = note_told(complaints, found->owner);
    for (size_t i = found->step_count; i > 0 && status == CRM_OK; i--)
        status = tell_step(complaints, found, &found->steps[i - 1]);
    return status;
}

/* ---- Both ---- */

static crm_status add_complaint(void *context, const struct complaint_item *found)
{
    struct complaints *complaints = context;
    struct reminders *all = complaints->all;
    bool wanted;
    crm_status status = reminders_want(all, found->customer, &wanted);
    if (status != CRM_OK || !wanted)
        return status;
    status = tell_steps(complaints, found);
    return status == CRM_OK && found->presses && (all->staff == 0 || found->owner == all->staff)
               ? add_limit(all, found, complaints->missing)
               : status;
}

crm_status remind_complaints(struct reminders *all)
{
    struct crm_book *book = all->book;
    struct complaints complaints cleanup(complaints_release) = {.all = all};
    instant until = book->now;
    if (all->until > book->today)
        until = zone_instant(book->zone, all->until, 86400);
    return complaint_items(book, until, add_complaint, &complaints);
}
