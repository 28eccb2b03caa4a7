/* SPDX-License-Identifier: MIT */
/* Duties into days. */
#include "rules/visit_plan.h"

#include <stdlib.h>
#include <string.h>

/* Where an owner travels on one day. */
struct plan_city {
    struct plan_city *next;
    int city;
};

/* One owner's day. */
struct plan_cell {
    int load;
    struct plan_city *cities;
};

static struct plan_cell *cell_of(const struct visit_plan *plan, int owner, size_t day)
{
    return &plan->cells[(size_t)owner * plan->day_count + day];
}

int visit_plan_load(const struct visit_plan *plan, int owner, size_t day)
{
    return cell_of(plan, owner, day)->load;
}

crm_status visit_plan_begin(struct visit_plan *plan, struct error *error)
{
    size_t cells = 0;
    if (__builtin_mul_overflow(plan->owner_count, plan->day_count, &cells))
        return error_no_memory(error);
    plan->cells = calloc(cells + 1, sizeof *plan->cells);
    return plan->cells == NULL ? error_no_memory(error) : CRM_OK;
}

void visit_plan_release(struct visit_plan *plan)
{
    free(plan->cells);
    free(plan->duties);
    free(plan->queue);
    arena_release(&plan->arena);
}

static bool is_there(const struct plan_cell *cell, int city)
{
    for (const struct plan_city *at = cell->cities; at != NULL; at = at->next)
        if (at->city == city)
            return true;
    return false;
}

static crm_status occupy(struct visit_plan *plan, struct plan_cell *cell, int city,
                         struct error *error)
{
    cell->load++;
    if (city == PLAN_NOWHERE || is_there(cell, city))
        return CRM_OK;
    struct plan_city *place = arena_alloc(&plan->arena, sizeof *place);
    if (place == NULL)
        return error_no_memory(error);
    *place = (struct plan_city){cell->cities, city};
    cell->cities = place;
    return CRM_OK;
}

/* The first day of the plan that is not before that date. */
static size_t first_day_from(const struct visit_plan *plan, day_number date)
{
    size_t low = 0, high = plan->day_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (plan->days[middle] < date)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

crm_status visit_plan_reserve(struct visit_plan *plan, int owner, day_number day, int city,
                              struct error *error)
{
    size_t at = first_day_from(plan, day);
    if (owner < 0 || at == plan->day_count || plan->days[at] != day)
        return CRM_OK;
    return occupy(plan, cell_of(plan, owner, at), city, error);
}

crm_status visit_plan_add(struct visit_plan *plan, const struct plan_duty *duty,
                          struct error *error)
{
    struct plan_duty *grown =
        array_grow(plan->queue, &plan->queue_capacity, plan->queue_count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(error);
    plan->queue = grown;
    grown[plan->queue_count] = *duty;
    grown[plan->queue_count].day = PLAN_NOWHERE;
    grown[plan->queue_count++].result = PLAN_NO_OWNER;
    return CRM_OK;
}

/* ---- A day for one duty ---- */

/* How well a day suits, the least first. */
struct fitness {
    int travel;   /* 0: in that city anyway, or nobody travels; 1: a day without travel; 2: another
                     city */
    int load;     /* 0 for what is late: the day alone decides */
    int distance; /* days from the one it is due on */
};

static bool is_better(struct fitness a, struct fitness b)
{
    if (a.travel != b.travel)
        return a.travel < b.travel;
    return a.load != b.load ? a.load < b.load : a.distance < b.distance;
}

static struct fitness fitness_of(const struct visit_plan *plan, const struct plan_duty *duty,
                                 size_t day)
{
    const struct plan_cell *cell = cell_of(plan, duty->owner, day);
    const bool late = duty->due < plan->days[0];
    struct fitness fitness = {0, late ? 0 : cell->load, abs(plan->days[day] - duty->due)};
    if (duty->face && duty->city != PLAN_NOWHERE && !is_there(cell, duty->city))
        fitness.travel = cell->cities == NULL ? 1 : 2;
    return fitness;
}

static int best_day(const struct visit_plan *plan, const struct plan_duty *duty)
{
    const int room = plan->capacity[duty->owner];
    struct fitness best = {0};
    int found = PLAN_NOWHERE;
    for (size_t day = first_day_from(plan, duty->earliest);
         day < plan->day_count && plan->days[day] <= duty->latest; day++) {
        struct fitness fitness = fitness_of(plan, duty, day);
        if (visit_plan_load(plan, duty->owner, day) >= room ||
            (found != PLAN_NOWHERE && !is_better(fitness, best)))
            continue;
        best = fitness;
        found = (int)day;
    }
    return found;
}

/* Behind the window: the first day with room, or one of the two weeks from there on on which the
 * owner is in that city anyway. */
static int first_free_day(const struct visit_plan *plan, const struct plan_duty *duty)
{
    enum { NEAR = 10 };
    const int room = plan->capacity[duty->owner];
    int found = PLAN_NOWHERE;
    for (size_t day = first_day_from(plan, duty->latest + 1); day < plan->day_count; day++) {
        if (found != PLAN_NOWHERE && (int)day >= found + NEAR)
            break;
        if (visit_plan_load(plan, duty->owner, day) >= room)
            continue;
        if (fitness_of(plan, duty, day).travel == 0)
            return (int)day;
        if (found == PLAN_NOWHERE)
            found = (int)day;
    }
    return found;
}

static crm_status place(struct visit_plan *plan, struct plan_duty *duty, struct error *error)
{
    if (duty->owner < 0)
        return CRM_OK;
    duty->result = PLAN_IN_TIME;
    duty->day = best_day(plan, duty);
    if (duty->day == PLAN_NOWHERE) {
        duty->day = first_free_day(plan, duty);
        duty->result = duty->day == PLAN_NOWHERE ? PLAN_NO_CAPACITY : PLAN_LATE;
    }
    if (duty->day == PLAN_NOWHERE)
        return CRM_OK;
    return occupy(plan, cell_of(plan, duty->owner, (size_t)duty->day),
                  duty->face ? duty->city : PLAN_NOWHERE, error);
}

/* ---- All duties ---- */

static int compare(const struct plan_duty *a, const struct plan_duty *b)
{
    if (a->due != b->due)
        return a->due < b->due ? -1 : 1;
    return a->rank != b->rank ? a->rank - b->rank : strcmp(a->key, b->key);
}

static void swap(struct plan_duty *a, struct plan_duty *b)
{
    struct plan_duty kept = *a;
    *a = *b;
    *b = kept;
}

/* The queue is a heap, what comes first at its top. */
static void sift_down(struct visit_plan *plan, size_t at)
{
    struct plan_duty *queue = plan->queue;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < plan->queue_count; child++)
            if (compare(&queue[child], &queue[least]) < 0)
                least = child;
        if (least == at)
            return;
        swap(&queue[at], &queue[least]);
        at = least;
    }
}

static void sift_up(struct visit_plan *plan, size_t at)
{
    struct plan_duty *queue = plan->queue;
    for (; at > 0 && compare(&queue[at], &queue[(at - 1) / 2]) < 0; at = (at - 1) / 2)
        swap(&queue[at], &queue[(at - 1) / 2]);
}

/* Takes the first one off the queue and appends it to what is arranged. NULL: no memory. */
static struct plan_duty *take(struct visit_plan *plan)
{
    struct plan_duty *grown =
        array_grow(plan->duties, &plan->duty_capacity, plan->duty_count + 1, sizeof *grown);
    if (grown == NULL)
        return NULL;
    plan->duties = grown;
    grown[plan->duty_count] = plan->queue[0];
    plan->queue[0] = plan->queue[--plan->queue_count];
    sift_down(plan, 0);
    return &grown[plan->duty_count++];
}

/* The customer's next one, counted from a visit on that day; false when it is behind the plan. */
static bool next_duty(const struct visit_plan *plan, const struct plan_duty *duty, day_number made,
                      struct plan_duty *next)
{
    if (duty->every.count == 0)
        return false;
    *next = *duty;
    day_number due = date_add(made, duty->every);
    if (duty->days != NULL && !visit_days_next(duty->days, made, &due))
        return false;
    size_t at = first_day_from(plan, due);
    if (at == plan->day_count || due <= made)
        return false;
    const struct duration ahead = {-duty->ahead.count, duty->ahead.unit};
    next->due = plan->days[at];
    next->earliest = date_add(next->due, ahead);
    if (next->earliest <= made)
        next->earliest = made + 1;
    next->latest = date_add(next->due, duty->grace);
    return true;
}

crm_status visit_plan_follow(struct visit_plan *plan, const struct plan_duty *duty, day_number made,
                             struct error *error)
{
    struct plan_duty next;
    return next_duty(plan, duty, made, &next) ? visit_plan_add(plan, &next, error) : CRM_OK;
}

crm_status visit_plan_arrange(struct visit_plan *plan, struct error *error)
{
    for (size_t i = plan->queue_count / 2; i-- > 0;)
        sift_down(plan, i);
    while (plan->queue_count > 0) {
        struct plan_duty next, *duty = take(plan);
        crm_status status = duty == NULL ? error_no_memory(error) : place(plan, duty, error);
        if (status != CRM_OK)
            return status;
        if (duty->day == PLAN_NOWHERE || !next_duty(plan, duty, plan->days[duty->day], &next))
            continue;
        status = visit_plan_add(plan, &next, error);
        if (status != CRM_OK)
            return status;
        sift_up(plan, plan->queue_count - 1);
    }
    return CRM_OK;
}
