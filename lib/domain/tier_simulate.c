/* SPDX-License-Identifier: MIT */
/* Evaluations by two policies, once or again and again over days gone by. */
#include "domain/tier_simulate.h"

#include "base/search.h"
#include "record/filter.h"

#include <string.h>

void simulation_release(struct simulation *simulation)
{
    for (int side = 0; side < SIDES; side++)
        arena_release(&simulation->sides[side].arena);
    arena_release(&simulation->arena);
    policy_free(simulation->other);
}

void simulation_pair(const struct simulation *simulation, size_t number,
                     struct tier_side pair[SIDES])
{
    for (int i = 0; i < SIDES; i++) {
        const struct simulated *side = &simulation->sides[i];
        pair[i] =
            (struct tier_side){side->policy, &side->evaluation, &side->evaluation.subjects[number]};
    }
}

bool simulation_counts(const struct simulation *simulation, size_t number)
{
    bool counts = false;
    for (int i = 0; i < SIDES; i++) {
        const struct tier_subject *subject = &simulation->sides[i].evaluation.subjects[number];
        counts = counts || subject->rated || subject->decision.tier != TIER_NONE;
    }
    return counts;
}

/* ---- The two policies ---- */

/* The scheme of that name, by the policy in force the main one where it has none of the name: a new
 * scheme is compared with what holds now. */
static crm_status find_schemes(struct simulation *simulation, const char *name)
{
    struct crm_book *book = simulation->book;
    struct simulated *before = &simulation->sides[SIDE_BEFORE];
    struct simulated *after = &simulation->sides[SIDE_AFTER];
    struct book_look own;
    book_look(book, after->policy, book->today, &own);
    crm_status status = tier_scheme_find(book, name, &after->scheme);
    book_look_back(book, &own);
    if (status != CRM_OK)
        return status;
    before->scheme = &before->policy->schemes[before->policy->main_scheme];
    for (size_t i = 0; name != NULL && i < before->policy->scheme_count; i++)
        if (strcmp(before->policy->schemes[i].name, name) == 0)
            before->scheme = &before->policy->schemes[i];
    return CRM_OK;
}

struct problems {
    const char *path;
    struct error *error;
    size_t count;
};

/* The first is told; the others are left to `crm policy check`. */
static void each_problem(void *context, long line, long column, const char *key,
                         const char *message, const char *hint)
{
    struct problems *problems = context;
    if (problems->count++ > 0)
        return;
    if (*key == '\0')
        error_set(problems->error, CRM_INVALID, "%s", message);
    else
        error_set(problems->error, CRM_INVALID, _("key '%s': %s"), key, message);
    error_place(problems->error, problems->path, line, column);
    error_hint(problems->error, "%s", hint);
}

static crm_status check_policy(struct crm_book *book, const char *path)
{
    const struct policy_filters filters = filter_checks(book);
    struct error first = {0};
    struct problems problems = {path, &first, 0};
    crm_status status = policy_check(path, &filters, each_problem, &problems, &book->error);
    if (status != CRM_OK || problems.count == 0)
        return status;
    book->error = first;
    return problems.count == 1
               ? CRM_INVALID
               : error_hint(&book->error, _("there is more: crm policy check '%s'"), path);
}

static crm_status load_policies(struct simulation *simulation, const char *path, const char *scheme)
{
    struct crm_book *book = simulation->book;
    crm_status status = check_policy(book, path);
    if (status == CRM_OK)
        status = policy_load(path, &simulation->other, &book->error);
    if (status != CRM_OK)
        return status;
    simulation->sides[SIDE_BEFORE].policy = book->policy;
    simulation->sides[SIDE_AFTER].policy = simulation->other;
    return find_schemes(simulation, scheme);
}

/* ---- The days ---- */

static crm_status add_day(struct simulation *simulation, day_number day)
{
    size_t tiers = simulation->other->tier_count + 1;
    struct simulated_day *added = &simulation->days[simulation->day_count++];
    *added = (struct simulated_day){
        .day = day, .moves = arena_array(&simulation->arena, tiers * tiers, sizeof(int64_t))};
    return added->moves == NULL ? error_no_memory(&simulation->book->error) : CRM_OK;
}

static crm_status add_evaluation(void *context, const struct value *row)
{
    day_number day;
    if (row[0].type != VALUE_TEXT || !date_parse_iso(row[0].text, row[0].length, &day))
        return CRM_OK;
    return add_day(context, day);
}

static day_number next_month(day_number day)
{
    int year, month, day_of_month;
    date_to_civil(day, &year, &month, &day_of_month);
    return day_of_month == 1 ? day : date_add_months(date_from_civil(year, month, 1), 1);
}

static crm_status add_months(struct simulation *simulation)
{
    crm_status status = CRM_OK;
    day_number day = next_month(simulation->since);
    for (; status == CRM_OK && day < simulation->book->today; day = date_add_months(day, 1))
        status = add_day(simulation, day);
    return status;
}

/* What the history tells of evaluations; by hand is another matter. */
#define EVALUATIONS                                                                                \
    "FROM tier_change WHERE scheme = $1 AND pinned = 0 AND reason <> 'released' "                  \
    "AND effective_on >= $2 AND effective_on < $3"

/* The days on which evaluations changed something since then, else the first of each month; and
 * today. */
static crm_status find_days(struct simulation *simulation)
{
    struct crm_book *book = simulation->book;
    char since[DATE_TEXT];
    struct value known;
    date_format(simulation->since, since);
    const struct value parameters[] = {value_text(simulation->sides[SIDE_BEFORE].scheme->name),
                                       value_text(since), value_text(book->today_text)};
    crm_status status = store_row_values(book->store, &simulation->arena,
                                         "SELECT count(DISTINCT effective_on) " EVALUATIONS,
                                         parameters, 3, &known, 1);
    size_t months = (size_t)(book->today - simulation->since) / 28 + 2;
    size_t capacity = status == CRM_OK && known.integer > 0 ? (size_t)known.integer : months;
    simulation->days = arena_array(&simulation->arena, capacity + 1, sizeof *simulation->days);
    if (status != CRM_OK || simulation->days == NULL)
        return status == CRM_OK ? error_no_memory(&book->error) : status;
    if (known.integer > 0)
        status = store_query(book->store, "SELECT DISTINCT effective_on " EVALUATIONS " ORDER BY 1",
                             parameters, 3, add_evaluation, simulation);
    else
        status = add_months(simulation);
    return status == CRM_OK ? add_day(simulation, book->today) : status;
}

static crm_status read_since(struct simulation *simulation, const char *since)
{
    struct crm_book *book = simulation->book;
    simulation->replayed = since != NULL;
    simulation->since = book->today;
    if (since == NULL)
        return CRM_OK;
    crm_status status = date_parse(since, book->today, &simulation->since, &book->error);
    if (status != CRM_OK || simulation->since <= book->today)
        return status;
    error_set(&book->error, CRM_USAGE, _("tier simulate: '%s' is yet to come"), since);
    return error_hint(&book->error, _("give a day gone by, such as --since -1y"));
}

/* ---- What stood before the first day, and what was given by hand between ---- */

static crm_status add_id(void *context, const struct value *row)
{
    struct simulation *simulation = context;
    simulation->ids[simulation->count++] = row[0].integer;
    return CRM_OK;
}

static crm_status find_customers(struct simulation *simulation)
{
    struct crm_book *book = simulation->book;
    struct value count;
    crm_status status = store_row_values(book->store, &simulation->arena,
                                         "SELECT count(*) FROM customer", NULL, 0, &count, 1);
    if (status != CRM_OK)
        return status;
    size_t capacity = (size_t)count.integer + 1;
    simulation->ids = arena_array(&simulation->arena, capacity, sizeof *simulation->ids);
    bool made = simulation->ids != NULL;
    for (int i = 0; i < SIDES; i++) {
        struct simulated *side = &simulation->sides[i];
        side->past = arena_array(&simulation->arena, capacity, sizeof *side->past);
        made = made && side->past != NULL;
        for (size_t k = 0; made && k < capacity; k++)
            side->past[k].tier = TIER_NONE;
    }
    if (!made)
        return error_no_memory(&book->error);
    static const char *const columns[] = {"t.id"};
    const struct store_select select = {
        .columns = columns, .column_count = 1, .from = "FROM customer t", .order = "t.id"};
    return store_each(book->store, &select, NULL, 0, add_id, simulation);
}

/* Rows of the side's own scheme tell what earlier evaluations left. Its tiers come from
 * `standing`: the main scheme of the other policy takes them over from the one in force, as it
 * would when it is adopted. */
struct following {
    const struct simulation *simulation;
    const struct simulated *side;
    const char *standing; /* scheme */
    bool by_hand;         /* only what evaluations did not do */
};

static bool is_word(const struct value *value, const char *word)
{
    return value->type == VALUE_TEXT && value->length == strlen(word) &&
           memcmp(value->text, word, value->length) == 0;
}

static struct tier_past *past_of(const struct following *following, int64_t customer)
{
    const struct simulation *simulation = following->simulation;
    const size_t place =
        search_from(simulation->ids, simulation->count, sizeof *simulation->ids, customer);
    const bool found = place < simulation->count && simulation->ids[place] == customer;
    return found ? &following->side->past[place] : NULL;
}

static crm_status follow_row(void *context, const struct value *row)
{
    const struct following *following = context;
    const struct policy *policy = following->side->policy;
    struct tier_past *past = past_of(following, row[FOLLOW_CUSTOMER].integer);
    bool by_hand = row[FOLLOW_PINNED].integer != 0 ||
                   is_word(&row[FOLLOW_REASON], tier_event_name(EVENT_RELEASED));
    if (past == NULL || (following->by_hand && !by_hand))
        return CRM_OK;
    struct tier_past told = *past;
    tier_follow(&told, policy, row, false);
    int tier = following->by_hand || is_word(&row[FOLLOW_SCHEME], following->standing) ? told.tier
                                                                                       : past->tier;
    if (following->by_hand || is_word(&row[FOLLOW_SCHEME], following->side->scheme->name))
        *past = told;
    past->tier = tier;
    return CRM_OK;
}

/* Rows of the history later than `after`, up to and with `until`. */
static crm_status follow(const struct simulation *simulation, int number, bool by_hand,
                         day_number after, day_number until)
{
    const struct simulated *side = &simulation->sides[number];
    const struct policy *own = simulation->sides[SIDE_BEFORE].policy;
    bool main = side->scheme == &side->policy->schemes[side->policy->main_scheme];
    struct following following = {.simulation = simulation,
                                  .side = side,
                                  .standing = main ? own->schemes[own->main_scheme].name
                                                   : side->scheme->name,
                                  .by_hand = by_hand};
    char first[DATE_TEXT], last[DATE_TEXT];
    date_format(after, first);
    date_format(until, last);
    const struct value parameters[] = {value_text(first), value_text(last),
                                       value_text(side->scheme->name),
                                       value_text(following.standing)};
    const struct store_select select = {.columns = tier_follow_columns,
                                        .column_count = FOLLOW_COLUMNS,
                                        .from = "FROM tier_change t WHERE t.effective_on > $1 AND "
                                                "t.effective_on <= $2 AND t.scheme IN ($3, $4)",
                                        .order = "t.effective_on, t.id"};
    return store_each(simulation->book->store, &select, parameters, 4, follow_row, &following);
}

/* ---- Evaluating ---- */

static crm_status evaluate(struct simulation *simulation, int number, day_number day)
{
    struct crm_book *book = simulation->book;
    struct simulated *side = &simulation->sides[number];
    struct book_look own;
    int64_t foreign;
    arena_release(&side->arena);
    book_look(book, side->policy, day, &own);
    crm_status status =
        simulation->replayed
            ? tier_run_again(book, side->scheme, side->past, &side->arena, &side->evaluation)
            : tier_run(book, side->scheme, &side->arena, &side->evaluation, &foreign);
    book_look_back(book, &own);
    if (status != CRM_OK || !simulation->replayed)
        return status;
    for (size_t i = 0; i < side->evaluation.count; i++)
        side->past[i] =
            tier_past_after(&side->past[i], &side->evaluation.subjects[i].decision, day);
    return CRM_OK;
}

static void count_change(struct movement_counts *counts, const struct tier_decision *decision)
{
    if (decision->event == EVENT_UNRATED)
        counts->unrated++;
    else if (decision->change == CHANGE_DEMOTED)
        counts->demoted++;
    counts->promoted += decision->change == CHANGE_PROMOTED;
    counts->held += decision->change == CHANGE_HELD;
    counts->rated += decision->change == CHANGE_NEW;
}

static void count_day(const struct simulation *simulation, struct simulated_day *day)
{
    const size_t tiers = simulation->other->tier_count;
    struct tier_side pair[SIDES];
    for (size_t i = 0; i < simulation->sides[SIDE_AFTER].evaluation.count; i++) {
        simulation_pair(simulation, i, pair);
        for (int side = 0; side < SIDES; side++)
            count_change(&day->counts[side], &pair[side].subject->decision);
        day->different += tier_compare(&pair[SIDE_BEFORE], &pair[SIDE_AFTER]) != MOVE_NONE;
        const struct tier_subject *subject = pair[SIDE_AFTER].subject;
        int from = subject->past.tier, to = subject->decision.tier;
        size_t row = from == TIER_NONE ? tiers : (size_t)from;
        day->moves[row * (tiers + 1) + (to == TIER_NONE ? tiers : (size_t)to)]++;
    }
}

static crm_status run_day(struct simulation *simulation, size_t number)
{
    struct simulated_day *day = &simulation->days[number];
    day_number before = number == 0 ? simulation->since - 1 : simulation->days[number - 1].day;
    crm_status status = CRM_OK;
    for (int side = 0; side < SIDES && status == CRM_OK; side++) {
        if (simulation->replayed)
            status = follow(simulation, side, true, before, day->day);
        if (status == CRM_OK)
            status = evaluate(simulation, side, day->day);
    }
    if (status == CRM_OK)
        count_day(simulation, day);
    book_progress(simulation->book, _("evaluations"), (int64_t)number + 1,
                  (int64_t)simulation->day_count);
    return status;
}

crm_status simulation_run(struct simulation *simulation, const char *policy, const char *scheme,
                          const char *since)
{
    crm_status status = load_policies(simulation, policy, scheme);
    if (status == CRM_OK)
        status = read_since(simulation, since);
    if (status == CRM_OK)
        status = find_days(simulation);
    if (status == CRM_OK && simulation->replayed)
        status = find_customers(simulation);
    for (int side = 0; side < SIDES && status == CRM_OK && simulation->replayed; side++)
        status = follow(simulation, side, false, DATE_FIRST, simulation->since - 1);
    for (size_t i = 0; i < simulation->day_count && status == CRM_OK; i++)
        status = run_day(simulation, i);
    return status;
}
