/* SPDX-License-Identifier: MIT */
/* The plan of visits: duties and owners from the book, days from the calendar. */
#include "rules/visit_plan.h"

#include "base/search.h"
#include "domain/calendar.h"
#include "domain/visit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DAYS = 28, MOST_DAYS = 366 };

struct owner {
    int64_t id;
    const char *login;
    int capacity; /* visits a day; none of those who left */
    bool active;
};

/* A visit that is planned already, from today on. */
struct planned {
    int64_t customer; /* stays first: it is searched for */
    day_number day;
    int channel; /* ANY_CHANNEL where it is still open */
};

enum { ANY_CHANNEL = INT_MAX };

struct planning {
    struct crm_book *book;
    struct arena arena;
    struct duty_list duties;
    struct owner *owners; /* by id */
    size_t owner_count, owner_capacity;
    day_number days[MOST_DAYS]; /* working days until `until` */
    size_t day_count;
    day_number until;
    int *capacity;       /* by owner */
    const char **cities; /* sorted, each once */
    size_t city_count;
    struct planned *planned; /* by customer, then by day */
    size_t planned_count, planned_capacity;
    struct visit_plan plan;
};

static void planning_release(struct planning *planning)
{
    visit_plan_release(&planning->plan);
    duty_list_release(&planning->duties);
    free(planning->owners);
    free(planning->planned);
    arena_release(&planning->arena);
}

/* ---- Days ---- */

static crm_status find_days(struct planning *planning)
{
    struct crm_book *book = planning->book;
    const struct calendar *calendars = NULL;
    crm_status status =
        book->policy->calendar_count > 0 ? book_calendars(book, &calendars) : CRM_OK;
    day_number day = book->today;
    while (status == CRM_OK && day <= planning->until) {
        if (calendars != NULL)
            status = calendar_working_day(calendars, day, &day, &book->error);
        if (status == CRM_OK && day <= planning->until)
            planning->days[planning->day_count++] = day;
        day++;
    }
    return status;
}

static crm_status read_until(struct planning *planning, const char *until)
{
    struct crm_book *book = planning->book;
    planning->until = book->today + DEFAULT_DAYS - 1;
    crm_status status =
        until == NULL ? CRM_OK : date_parse_end(until, book->today, &planning->until, &book->error);
    if (status != CRM_OK ||
        (planning->until >= book->today && planning->until < book->today + MOST_DAYS))
        return status;
    error_set(&book->error, CRM_INVALID, _("visit plan: '%s' is not within the year to come"),
              until);
    return error_hint(&book->error, _("give a day such as --until +13w"));
}

/* ---- Owners and cities ---- */

static crm_status add_owner(void *context, const struct value *row)
{
    struct planning *planning = context;
    struct owner *grown = array_grow(planning->owners, &planning->owner_capacity,
                                     planning->owner_count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&planning->book->error);
    planning->owners = grown;
    const bool active = row[3].integer != 0;
    struct owner owner = {.id = row[0].integer,
                          .login = arena_copy_length(&planning->arena, row[1].text, row[1].length),
                          .capacity = active ? (int)row[2].integer : 0,
                          .active = active};
    grown[planning->owner_count++] = owner;
    return owner.login == NULL ? error_no_memory(&planning->book->error) : CRM_OK;
}

static crm_status find_owners(struct planning *planning)
{
    crm_status status = store_query(planning->book->store,
                                    "SELECT id, login, coalesce(visits_per_day, 0), "
                                    "coalesce(active, 0) FROM staff ORDER BY id",
                                    NULL, 0, add_owner, planning);
    planning->capacity =
        arena_array(&planning->arena, planning->owner_count + 1, sizeof *planning->capacity);
    if (status != CRM_OK || planning->capacity == NULL)
        return status == CRM_OK ? error_no_memory(&planning->book->error) : status;
    for (size_t i = 0; i < planning->owner_count; i++)
        planning->capacity[i] = planning->owners[i].capacity;
    return CRM_OK;
}

static int compare_owner(const void *id, const void *owner)
{
    int64_t left = *(const int64_t *)id, right = ((const struct owner *)owner)->id;
    return (left > right) - (left < right);
}

static int owner_of(const struct planning *planning, int64_t id)
{
    const struct owner *found = planning->owner_count == 0
                                    ? NULL
                                    : bsearch(&id, planning->owners, planning->owner_count,
                                              sizeof *planning->owners, compare_owner);
    return found == NULL ? PLAN_NOWHERE : (int)(found - planning->owners);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static crm_status find_cities(struct planning *planning)
{
    const struct duty_list *duties = &planning->duties;
    size_t count = 0;
    planning->cities = arena_array(&planning->arena, duties->count + 1, sizeof(char *));
    if (planning->cities == NULL)
        return error_no_memory(&planning->book->error);
    for (size_t i = 0; i < duties->count; i++)
        if (duties->items[i].city != NULL)
            planning->cities[count++] = duties->items[i].city;
    if (count > 0)
        qsort(planning->cities, count, sizeof(char *), compare_texts);
    for (size_t i = 0; i < count; i++)
        if (planning->city_count == 0 ||
            strcmp(planning->cities[planning->city_count - 1], planning->cities[i]) != 0)
            planning->cities[planning->city_count++] = planning->cities[i];
    return CRM_OK;
}

/* Cities in which nobody is due need no number: nobody will travel there. */
static int city_of(const struct planning *planning, const char *city)
{
    const char **found =
        city == NULL || planning->city_count == 0
            ? NULL
            : bsearch(&city, planning->cities, planning->city_count, sizeof(char *), compare_texts);
    return found == NULL ? PLAN_NOWHERE : (int)(found - planning->cities);
}

/* ---- What is planned already ---- */

static bool is_face(const struct policy *policy, const char *channel)
{
    /* The strongest channel is the one for which somebody travels. */
    return channel != NULL && policy->channel_count > 1 &&
           policy_channel(policy, channel) == (int)policy->channel_count - 1;
}

enum { PLANNED_CUSTOMER, PLANNED_STAFF, PLANNED_DAY, PLANNED_CHANNEL, PLANNED_CITY };

static const char *text_of(const struct value *value)
{
    return value->type == VALUE_TEXT ? value->text : NULL;
}

/* Visits come in the order of customers, then of days. */
static crm_status keep_planned(struct planning *planning, int64_t customer, day_number on,
                               const char *channel)
{
    const size_t count = planning->planned_count;
    const int found =
        channel == NULL ? ANY_CHANNEL : policy_channel(planning->book->policy, channel);
    struct planned *grown =
        array_grow(planning->planned, &planning->planned_capacity, count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&planning->book->error);
    planning->planned = grown;
    grown[planning->planned_count++] = (struct planned){customer, on, found};
    return CRM_OK;
}

static crm_status reserve(void *context, const struct value *row)
{
    struct planning *planning = context;
    const struct value *day = &row[PLANNED_DAY];
    const char *channel = text_of(&row[PLANNED_CHANNEL]), *city = text_of(&row[PLANNED_CITY]);
    day_number on;
    if (day->type != VALUE_TEXT || !date_parse_iso(day->text, day->length, &on))
        return CRM_OK;
    crm_status status = keep_planned(planning, row[PLANNED_CUSTOMER].integer, on, channel);
    if (status != CRM_OK)
        return status;
    return visit_plan_reserve(&planning->plan, owner_of(planning, row[PLANNED_STAFF].integer), on,
                              is_face(planning->book->policy, channel) ? city_of(planning, city)
                                                                       : PLAN_NOWHERE,
                              &planning->book->error);
}

static crm_status reserve_planned(struct planning *planning)
{
    const struct value today = value_text(planning->book->today_text);
    return store_query(planning->book->store,
                       "SELECT v.customer, v.staff, v.planned_on, v.channel, c.city FROM visit v "
                       "JOIN customer c ON c.id = v.customer "
                       "WHERE v.status = 'planned' AND v.planned_on >= $1 "
                       "ORDER BY v.customer, v.planned_on, v.id",
                       &today, 1, reserve, planning);
}

/* The first visit planned to that customer; NULL: none. */
static const struct planned *planned_for(const struct planning *planning, int64_t customer)
{
    const size_t place = search_from(planning->planned, planning->planned_count,
                                     sizeof *planning->planned, customer);
    const bool found =
        place < planning->planned_count && planning->planned[place].customer == customer;
    return found ? &planning->planned[place] : NULL;
}

/* ---- Duties ---- */

static struct plan_duty plan_duty_of(const struct planning *planning, const struct duty *duty)
{
    const struct policy *policy = planning->book->policy;
    const struct duration ahead = policy->plan_ahead;
    const bool promised = duty->state == DUTY_PROMISED;
    struct plan_duty made = {.key = duty->key,
                             .owner = owner_of(planning, duty->owner_id),
                             .city = city_of(planning, duty->city),
                             .rank = duty->rank,
                             .due = duty->due,
                             .earliest = duty->due,
                             .latest = duty->due,
                             .subject = duty};
    if (promised)
        return made;
    made.face = duty->rule->channel > 0 && is_face(policy, policy->channels[duty->rule->channel]);
    made.every = duty->rule->every;
    made.days = duty->days;
    made.ahead = ahead;
    made.grace = duty->rule->grace;
    made.earliest = date_add(duty->due, (struct duration){-ahead.count, ahead.unit});
    made.latest = date_add(duty->due, duty->rule->grace);
    return made;
}

/* What is late has a week to be made good; a promise for a day off is kept on the next day. */
static void give_time(const struct planning *planning, struct plan_duty *duty)
{
    const struct visit_plan *plan = &planning->plan;
    const day_number today = planning->book->today;
    if (duty->earliest < today)
        duty->earliest = today;
    if (duty->due < today && duty->latest < today + 6)
        duty->latest = today + 6;
    size_t first = 0;
    while (first < plan->day_count && plan->days[first] < duty->earliest)
        first++;
    if (first < plan->day_count && duty->latest < plan->days[first])
        duty->latest = plan->days[first];
}

/* A customer's visit and the promise to the same customer stand side by side, the promise last. */
static int compare_customers(const void *a, const void *b)
{
    const struct duty *const *x = a, *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);
    return order != 0 ? order : ((*x)->state == DUTY_PROMISED) - ((*y)->state == DUTY_PROMISED);
}

/* A planned visit is the answer to a duty that its channel satisfies, whenever it is to be; *last:
 * the day of the last one. */
static bool is_answered(const struct planning *planning, const struct duty *duty, day_number *last)
{
    const struct planned *end = planning->planned + planning->planned_count;
    bool answered = false;
    for (const struct planned *at = planned_for(planning, duty->customer);
         at != NULL && at < end && at->customer == duty->customer; at++)
        if (at->channel >= duty->rule->channel) {
            answered = true;
            *last = at->day;
        }
    return answered;
}

/* It keeps a promise that it is not too late for. */
static bool is_kept(const struct planning *planning, const struct duty *promise)
{
    const struct planned *planned = planned_for(planning, promise->customer);
    struct plan_duty made = plan_duty_of(planning, promise);
    give_time(planning, &made);
    return planned != NULL && planned->day <= made.latest;
}

/* What is still to be planned goes to the list; of what is planned, the duty that comes after. */
static crm_status sort_out(struct planning *planning, const struct duty *duty,
                           const struct duty **list, size_t *kept)
{
    day_number last;
    const bool promised = duty->state == DUTY_PROMISED;
    if (promised ? !is_kept(planning, duty) : !is_answered(planning, duty, &last))
        list[(*kept)++] = duty;
    else if (!promised) {
        const struct plan_duty answered = plan_duty_of(planning, duty);
        return visit_plan_follow(&planning->plan, &answered, last, &planning->book->error);
    }
    return CRM_OK;
}

/* Whether the visit for the duty can be made on the day of the promise: within the time of the
 * duty, or before it where any contact moves it on anyway. */
static bool keeps(const struct plan_duty *made, const struct duty *duty, const struct duty *promise)
{
    return promise->due <= made->latest &&
           (promise->due >= made->earliest || duty->rule->channel == 0);
}

/* The duty at `*at` and, where that visit keeps it, the promise behind it. */
static struct plan_duty next_of(const struct planning *planning, const struct duty **list,
                                size_t count, size_t *at)
{
    const struct duty *duty = list[(*at)++];
    struct plan_duty made = plan_duty_of(planning, duty);
    const struct duty *promise = *at < count && duty->state != DUTY_PROMISED ? list[*at] : NULL;
    if (promise != NULL && promise->customer == duty->customer && keeps(&made, duty, promise)) {
        made.due = made.earliest = made.latest = promise->due;
        ++*at;
    }
    return made;
}

static crm_status add_duties(struct planning *planning)
{
    const size_t count = planning->duties.count;
    const struct duty **list = arena_array(&planning->arena, count + 1, sizeof *list);
    crm_status status = list == NULL ? error_no_memory(&planning->book->error) : CRM_OK;
    size_t kept = 0;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = sort_out(planning, &planning->duties.items[i], list, &kept);
    if (kept > 0)
        qsort(list, kept, sizeof *list, compare_customers);
    for (size_t at = 0; at < kept && status == CRM_OK;) {
        struct plan_duty made = next_of(planning, list, kept, &at);
        give_time(planning, &made);
        status = visit_plan_add(&planning->plan, &made, &planning->book->error);
    }
    return status;
}

static crm_status arrange(struct planning *planning)
{
    struct error *error = &planning->book->error;
    planning->plan = (struct visit_plan){.days = planning->days,
                                         .day_count = planning->day_count,
                                         .capacity = planning->capacity,
                                         .owner_count = planning->owner_count};
    crm_status status = visit_plan_begin(&planning->plan, error);
    if (status == CRM_OK)
        status = reserve_planned(planning);
    if (status == CRM_OK)
        status = add_duties(planning);
    return status == CRM_OK ? visit_plan_arrange(&planning->plan, error) : status;
}

/* ---- The plan as a table ---- */

static int compare_shown(const void *a, const void *b)
{
    const struct plan_duty *x = a, *y = b;
    const bool unmet_x = x->day == PLAN_NOWHERE, unmet_y = y->day == PLAN_NOWHERE;
    if (unmet_x != unmet_y)
        return unmet_x - unmet_y;
    const int orders[] = {x->day - y->day, x->owner - y->owner, x->city - y->city,
                          (x->due > y->due) - (x->due < y->due), strcmp(x->key, y->key)};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

static const struct choice result_choices[] = {{"in_time", N_("in time")},
                                               {"late", N_("late")},
                                               {"no_owner", N_("no owner")},
                                               {"no_capacity", N_("no capacity")}};

/* Behind the day from which it is overdue, whether there was room before or not. */
static bool is_late(const struct planning *planning, const struct plan_duty *made)
{
    const struct duty *duty = made->subject;
    return made->day != PLAN_NOWHERE &&
           planning->days[made->day] >
               (duty->state == DUTY_PROMISED ? made->due : date_add(made->due, duty->rule->grace));
}

static const char *result_word(const struct planning *planning, const struct plan_duty *made)
{
    return result_choices[is_late(planning, made) ? PLAN_LATE : made->result].name;
}

static const char *why(const struct planning *planning, const struct plan_duty *made,
                       struct arena *arena)
{
    const struct owner *owner = made->owner < 0 ? NULL : &planning->owners[made->owner];
    char latest[DATE_TEXT];
    date_format(made->latest, latest);
    switch (made->result) {
    case PLAN_IN_TIME:
        return is_late(planning, made) ? _("overdue before the plan begins") : NULL;
    case PLAN_LATE:
        return arena_printf(arena, _("%s has no room until %s"), owner->login, latest);
    case PLAN_NO_OWNER:
        return arena_printf(arena, _("give it one: crm edit %s --owner STAFF"), made->key);
    case PLAN_NO_CAPACITY:
        if (!owner->active)
            return arena_printf(arena, _("%s is not active"), owner->login);
        return arena_printf(arena, _("%s can do %d a day, and all days are full"), owner->login,
                            owner->capacity);
    }
    return NULL;
}

enum { DAY, OWNER, CUSTOMER, NAME, TIER, CITY, CHANNEL, MINUTES, DUE, STATE, WHY, COLUMNS };

static crm_status write_visit(const struct planning *planning, const struct plan_duty *made,
                              struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct duty *duty = made->subject;
    char day[DATE_TEXT] = "", due[DATE_TEXT];
    if (made->day != PLAN_NOWHERE)
        date_format(planning->days[made->day], day);
    date_format(made->due, due);
    const struct value row[COLUMNS] = {[DAY] = value_text(made->day == PLAN_NOWHERE ? NULL : day),
                                       [OWNER] = value_text(duty->owner),
                                       [CUSTOMER] = value_text(duty->key),
                                       [NAME] = value_text(duty->name),
                                       [TIER] = value_text(duty->tier),
                                       [CITY] = value_text(duty->city),
                                       [CHANNEL] = value_text(duty->channel),
                                       [MINUTES] = value_integer(duty->rule->minutes),
                                       [DUE] = value_text(due),
                                       [STATE] = value_text(result_word(planning, made)),
                                       [WHY] = value_text(why(planning, made, &arena))};
    return sink_row(sink, row);
}

static crm_status write_plan(struct planning *planning, struct crm_sink *sink)
{
    const struct column columns[COLUMNS] = {
        [DAY] = {.name = "day", .label = _("Day"), .type = DATA_DATE},
        [OWNER] = {.name = "owner", .label = _("Owner"), .type = DATA_REFERENCE},
        [CUSTOMER] = {.name = "customer", .label = _("Customer"), .type = DATA_REFERENCE},
        [NAME] = {.name = "name", .label = _("Name"), .flags = COLUMN_SPARE},
        [TIER] = {.name = "tier", .label = _("Tier"), .flags = COLUMN_SPARE},
        [CITY] = {.name = "city", .label = _("City")},
        [CHANNEL] = field_column(kind_field(&kind_visit, "channel")),
        [MINUTES] = {.name = "minutes",
                     .label = _("Minutes"),
                     .type = DATA_INTEGER,
                     .flags = COLUMN_SPARE},
        [DUE] = {.name = "due", .label = _("Due"), .type = DATA_DATE, .flags = COLUMN_SPARE},
        [STATE] = {.name = "state",
                   .label = _("State"),
                   .type = DATA_ENUM,
                   .choices = result_choices,
                   .choice_count = sizeof result_choices / sizeof *result_choices},
        [WHY] = {.name = "why", .label = _("Why")}};
    const struct table table = {.name = "plan", .columns = columns, .count = COLUMNS};
    struct visit_plan *plan = &planning->plan;
    if (plan->duty_count > 0)
        qsort(plan->duties, plan->duty_count, sizeof *plan->duties, compare_shown);
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < plan->duty_count && status == CRM_OK; i++)
        status = write_visit(planning, &plan->duties[i], sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- Saving ---- */

static crm_status save_visit(const struct planning *planning, const struct plan_duty *made)
{
    const struct duty *duty = made->subject;
    const bool any = duty->state == DUTY_PROMISED || duty->rule->channel == 0;
    char day[DATE_TEXT];
    crm_assignment fields[4] = {{"planned_on", day}, {"staff", duty->owner}};
    size_t count = 2;
    date_format(planning->days[made->day], day);
    if (!any)
        fields[count++] = (crm_assignment){"channel", duty->channel};
    if (duty->rule->agenda != NULL)
        fields[count++] = (crm_assignment){"purpose", duty->rule->agenda};
    return crm_visit_add(planning->book, duty->key, NULL, fields, count, NULL);
}

/* One transaction, one entry of the journal. */
static crm_status save_plan(const struct planning *planning)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < planning->plan.duty_count && status == CRM_OK; i++)
        if (planning->plan.duties[i].day != PLAN_NOWHERE)
            status = save_visit(planning, &planning->plan.duties[i]);
    return status;
}

/* ---- The command ---- */

static crm_status make_plan(struct planning *planning, const struct crm_filter *filter,
                            const char *until, const char *staff)
{
    const struct duty_request request = {.filter = filter, .staff = staff};
    crm_status status = read_until(planning, until);
    if (status == CRM_OK)
        status = find_days(planning);
    if (status == CRM_OK)
        status = visit_duties_until(planning->book, &request, planning->until, &planning->duties);
    if (status == CRM_OK)
        status = find_owners(planning);
    if (status == CRM_OK)
        status = find_cities(planning);
    return status == CRM_OK ? arrange(planning) : status;
}

crm_status crm_visit_plan(crm_book *book, const crm_filter *filter, const char *until,
                          const char *staff, bool save, crm_sink *sink)
{
    struct planning planning cleanup(planning_release) = {.book = book};
    crm_status status = save ? book_begin(book) : book_read(book);
    if (status == CRM_OK)
        status = visit_settle(book);
    if (status == CRM_OK && !save)
        status = book_view(book);
    if (status == CRM_OK)
        status = make_plan(&planning, filter, until, staff);
    if (status == CRM_OK)
        status = write_plan(&planning, sink);
    if (status == CRM_OK && save)
        status = save_plan(&planning);
    return book_end(book, status);
}
