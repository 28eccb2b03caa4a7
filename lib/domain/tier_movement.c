/* SPDX-License-Identifier: MIT */
/* tier simulate: who moves where, and what it costs, as tables. */
#include "domain/tier_simulate.h"

#include "domain/tier_matrix.h"
#include "record/record.h"
#include "rules/cadence.h"

#include <stdlib.h>
#include <string.h>

#define LABELS(list) .choices = (list), .choice_count = sizeof(list) / sizeof *(list)

/* ---- What a month's visits take, by owner ---- */

struct load {
    double visits, hours;
};

/* Staff, by id; the first is nobody. */
struct owner_load {
    int64_t id;
    const char *login;
    int64_t customers;
    struct load loads[SIDES];
};

struct movement {
    struct simulation simulation;
    struct arena row; /* of the customer at hand */
    struct owner_load *owners;
    size_t owner_count;
    struct owner_load total;
    struct load settled; /* by the other policy, once all demotions that it holds back have come */
    int64_t taking_part, moves[MOVE_OTHER + 1];
};

static crm_status add_staff(void *context, const struct value *row)
{
    struct movement *movement = context;
    struct owner_load *owner = &movement->owners[movement->owner_count++];
    *owner = (struct owner_load){
        .id = row[0].integer,
        .login = arena_copy_length(&movement->simulation.arena, row[1].text, row[1].length)};
    return owner->login == NULL ? error_no_memory(&movement->simulation.book->error) : CRM_OK;
}

static crm_status find_owners(struct movement *movement)
{
    struct simulation *simulation = &movement->simulation;
    struct value count;
    crm_status status = store_row_values(simulation->book->store, &simulation->arena,
                                         "SELECT count(*) FROM staff", NULL, 0, &count, 1);
    if (status != CRM_OK)
        return status;
    movement->owners =
        arena_array(&simulation->arena, (size_t)count.integer + 1, sizeof *movement->owners);
    if (movement->owners == NULL)
        return error_no_memory(&simulation->book->error);
    movement->owner_count = 1;
    return store_query(simulation->book->store, "SELECT id, login FROM staff ORDER BY id", NULL, 0,
                       add_staff, movement);
}

static int compare_owner(const void *id, const void *owner)
{
    int64_t left = *(const int64_t *)id, right = ((const struct owner_load *)owner)->id;
    return (left > right) - (left < right);
}

static struct owner_load *owner_of(const struct movement *movement, int64_t id)
{
    struct owner_load *found = bsearch(&id, movement->owners, movement->owner_count,
                                       sizeof *movement->owners, compare_owner);
    return found != NULL ? found : &movement->owners[0];
}

static void add_load(struct owner_load *to, const struct customer_cadence cadences[SIDES])
{
    to->customers++;
    for (int side = 0; side < SIDES; side++) {
        to->loads[side].visits += cadence_visits_a_month(&cadences[side]);
        to->loads[side].hours += cadence_hours_a_month(&cadences[side]);
    }
}

static const char *text_of(const struct value *value)
{
    return value->type == VALUE_TEXT ? value->text : NULL;
}

/* The cadences of one customer by the two policies, from the columns behind those before. */
static crm_status find_cadences(struct movement *movement, const struct tier_side pair[SIDES],
                                const struct value *row, struct customer_cadence out[SIDES])
{
    const struct own_cadence own = {text_of(&row[0]), text_of(&row[1]), text_of(&row[2])};
    crm_status status = CRM_OK;
    arena_clear(&movement->row);
    for (int side = 0; side < SIDES && status == CRM_OK; side++)
        status = cadence_of_customer(pair[side].policy, pair[side].subject->decision.tier, &own,
                                     &movement->row, &out[side], &movement->simulation.book->error);
    return status;
}

static crm_status add_settled(struct movement *movement, const struct tier_side *side,
                              const struct value *row, struct customer_cadence cadence)
{
    const struct tier_subject *subject = side->subject;
    const struct own_cadence own = {text_of(&row[0]), text_of(&row[1]), text_of(&row[2])};
    crm_status status = CRM_OK;
    if (subject->decision.change == CHANGE_HELD)
        status = cadence_of_customer(side->policy, subject->reached, &own, &movement->row, &cadence,
                                     &movement->simulation.book->error);
    movement->settled.visits += cadence_visits_a_month(&cadence);
    movement->settled.hours += cadence_hours_a_month(&cadence);
    return status;
}

static bool find_number(const struct simulation *simulation, int64_t id, size_t *out)
{
    const struct tier_evaluation *evaluation = &simulation->sides[SIDE_AFTER].evaluation;
    const struct tier_subject *subject = tier_subject_find(evaluation, id);
    *out = subject == NULL ? 0 : (size_t)(subject - evaluation->subjects);
    return subject != NULL;
}

static crm_status add_customer(void *context, const struct value *row)
{
    struct movement *movement = context;
    struct tier_side pair[SIDES];
    size_t number;
    if (!find_number(&movement->simulation, row[0].integer, &number))
        return CRM_OK;
    simulation_pair(&movement->simulation, number, pair);
    movement->taking_part += simulation_counts(&movement->simulation, number);
    movement->moves[tier_compare(&pair[SIDE_BEFORE], &pair[SIDE_AFTER])]++;
    if (row[2].type != VALUE_TEXT || strcmp(row[2].text, "lost") == 0)
        return CRM_OK;
    struct customer_cadence cadences[SIDES];
    crm_status status = find_cadences(movement, pair, row + 3, cadences);
    if (status != CRM_OK)
        return status;
    add_load(owner_of(movement, row[1].integer), cadences);
    add_load(&movement->total, cadences);
    return add_settled(movement, &pair[SIDE_AFTER], row + 3, cadences[SIDE_AFTER]);
}

static crm_status sum_up(struct movement *movement)
{
    static const char *const columns[] = {"t.id",          "coalesce(t.owner, 0)", "t.status",
                                          "t.visit_every", "t.visit_channel",      "t.visit_days"};
    const struct store_select select = {
        .columns = columns, .column_count = 6, .from = "FROM customer t", .order = "t.id"};
    crm_status status = find_owners(movement);
    return status == CRM_OK ? store_each(movement->simulation.book->store, &select, NULL, 0,
                                         add_customer, movement)
                            : status;
}

/* ---- The head ---- */

static const char *day_text(struct movement *movement, day_number day)
{
    char *text = arena_alloc(&movement->simulation.arena, DATE_TEXT);
    if (text != NULL)
        date_format(day, text);
    return text;
}

#define COUNT(key, text)                                                                           \
    {                                                                                              \
        .name = (key), .label = (text), .type = DATA_INTEGER                                       \
    }
#define AMOUNT(key, text)                                                                          \
    {                                                                                              \
        .name = (key), .label = (text), .type = DATA_REAL, .decimals = 2                           \
    }

/* Of a table only where it is another amount. */
#define SETTLED(key, text, held)                                                                   \
    {                                                                                              \
        .name = (key), .label = (text), .type = DATA_REAL, .decimals = 2,                          \
        .flags = (held) > 0 ? 0 : COLUMN_HIDDEN                                                    \
    }

static int64_t held_back(const struct simulation *simulation)
{
    return simulation->days[simulation->day_count - 1].counts[SIDE_AFTER].held;
}

static crm_status write_head(struct movement *movement, struct crm_sink *sink)
{
    const struct simulation *simulation = &movement->simulation;
    const struct simulated *before = &simulation->sides[SIDE_BEFORE];
    const struct simulated *after = &simulation->sides[SIDE_AFTER];
    const int64_t held = held_back(simulation);
    const int64_t *moves = movement->moves;
    const struct load *loads = movement->total.loads;
    int64_t moved = 0;
    for (int move = MOVE_UP; move <= MOVE_OTHER; move++)
        moved += moves[move];
    const struct {
        struct column column;
        struct value value;
    } cells[] = {
        {{.name = "policy", .label = _("Policy")}, value_text(after->policy->file)},
        {{.name = "fingerprint", .label = _("Fingerprint")},
         value_text(after->policy->fingerprint)},
        {{.name = "scheme", .label = _("Scheme")}, value_text(after->scheme->name)},
        {{.name = "fingerprint_before", .label = _("Fingerprint before"), .flags = COLUMN_HIDDEN},
         value_text(before->policy->fingerprint)},
        {{.name = "scheme_before", .label = _("Scheme before")}, value_text(before->scheme->name)},
        {{.name = "on", .label = _("On"), .type = DATA_DATE},
         value_text(simulation->book->today_text)},
        {{.name = "since", .label = _("Evaluated since"), .type = DATA_DATE},
         value_text(simulation->replayed ? day_text(movement, simulation->since) : NULL)},
        {COUNT("days", _("Evaluations")), value_integer((int64_t)simulation->day_count)},
        {COUNT("customers", _("Customers")), value_integer(movement->taking_part)},
        {COUNT("held", _("Held")), value_integer(held)},
        {COUNT("moved", _("Moved")), value_integer(moved)},
        {COUNT("up", _("Up")), value_integer(moves[MOVE_UP])},
        {COUNT("down", _("Down")), value_integer(moves[MOVE_DOWN])},
        {COUNT("rated", _("Rated anew")), value_integer(moves[MOVE_RATED])},
        {COUNT("unrated", _("Unrated")), value_integer(moves[MOVE_UNRATED])},
        {COUNT("other", _("Other tiers")), value_integer(moves[MOVE_OTHER])},
        {AMOUNT("visits_before", _("Visits a month before")),
         value_real(loads[SIDE_BEFORE].visits)},
        {AMOUNT("visits_after", _("Visits a month after")), value_real(loads[SIDE_AFTER].visits)},
        {AMOUNT("hours_before", _("Hours a month before")), value_real(loads[SIDE_BEFORE].hours)},
        {AMOUNT("hours_after", _("Hours a month after")), value_real(loads[SIDE_AFTER].hours)},
        {SETTLED("visits_settled", _("Visits once none is held"), held),
         value_real(movement->settled.visits)},
        {SETTLED("hours_settled", _("Hours once none is held"), held),
         value_real(movement->settled.hours)},
    };
    enum { CELLS = sizeof cells / sizeof *cells };
    struct column columns[CELLS];
    struct value values[CELLS];
    for (size_t i = 0; i < CELLS; i++) {
        columns[i] = cells[i].column;
        values[i] = cells[i].value;
    }
    const struct table table = {.name = "tier_simulation",
                                .title = _("Simulation"),
                                .columns = columns,
                                .count = CELLS,
                                .record = true};
    return sink_page_begin(sink, &table, values);
}

/* ---- Where they move ---- */

static crm_status write_movement(struct movement *movement, struct crm_sink *sink)
{
    const struct simulation *simulation = &movement->simulation;
    const struct policy *before = simulation->sides[SIDE_BEFORE].policy;
    const struct policy *after = simulation->sides[SIDE_AFTER].policy;
    const size_t width = after->tier_count + 1;
    int64_t *counts =
        arena_array(&movement->simulation.arena, (before->tier_count + 1) * width, sizeof *counts);
    if (counts == NULL)
        return error_no_memory(&simulation->book->error);
    struct tier_side pair[SIDES];
    for (size_t i = 0; i < simulation->sides[SIDE_AFTER].evaluation.count; i++) {
        simulation_pair(simulation, i, pair);
        int from = pair[SIDE_BEFORE].subject->decision.tier;
        int to = pair[SIDE_AFTER].subject->decision.tier;
        size_t row = from == TIER_NONE ? before->tier_count : (size_t)from;
        counts[row * width + (to == TIER_NONE ? after->tier_count : (size_t)to)] +=
            simulation_counts(simulation, i);
    }
    const struct tier_matrix matrix = {.title = _("Movement"),
                                       .rows = before->tiers,
                                       .row_count = before->tier_count,
                                       .columns = after->tiers,
                                       .column_count = after->tier_count};
    struct arena *arena = &movement->simulation.arena;
    crm_status status = tier_matrix_begin(&matrix, arena, sink);
    if (status == CRM_OK)
        status = tier_matrix_rows(&matrix, NULL, counts, arena, sink);
    if (status == CRM_NO_MEMORY)
        return error_no_memory(&simulation->book->error);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- Who moves ---- */

enum { MOVER_COLUMNS = 9 };

static const struct choice move_words[] = {{"up", N_("up")},
                                           {"down", N_("down")},
                                           {"rated", N_("rated anew")},
                                           {"unrated", N_("unrated")},
                                           {"other", N_("another tier")}};
static const struct choice cause_words[] = {
    {"pin", N_("set by hand")},         {"input", N_("an input is missing")},
    {"method", N_("another method")},   {"held", N_("a demotion is held back")},
    {"score", N_("the score differs")}, {"line", N_("the line differs")}};

struct printing {
    const struct simulation *simulation;
    struct crm_sink *sink;
};

static struct value tier_text(const struct tier_side *side)
{
    int tier = side->subject->decision.tier;
    return value_text(tier == TIER_NONE ? NULL : side->policy->tiers[tier]);
}

static struct value score_value(const struct tier_side *side)
{
    return side->subject->has_score ? value_integer(side->subject->score) : value_null();
}

static crm_status print_mover(void *context, const struct value *row)
{
    const struct printing *printing = context;
    struct tier_side pair[SIDES];
    size_t number;
    if (!find_number(printing->simulation, row[0].integer, &number))
        return CRM_OK;
    simulation_pair(printing->simulation, number, pair);
    const struct tier_side *before = &pair[SIDE_BEFORE], *after = &pair[SIDE_AFTER];
    enum tier_move move = tier_compare(before, after);
    if (move == MOVE_NONE)
        return CRM_OK;
    const struct value values[MOVER_COLUMNS] = {
        row[1],
        row[2],
        row[3],
        tier_text(before),
        tier_text(after),
        value_text(tier_move_name(move)),
        score_value(before),
        score_value(after),
        value_text(tier_cause_name(tier_difference(before, after)))};
    return sink_row(printing->sink, values);
}

static crm_status write_movers(struct movement *movement, struct crm_sink *sink)
{
    const struct column columns[MOVER_COLUMNS] = {
        {.name = "customer", .label = _("Customer")},
        {.name = "name", .label = _("Name")},
        {.name = "owner", .label = _("Owner")},
        {.name = "from", .label = _("From")},
        {.name = "to", .label = _("To")},
        {.name = "move", .label = _("Move"), .type = DATA_ENUM, LABELS(move_words)},
        {.name = "score_before", .label = _("Score before"), .type = DATA_DECIMAL},
        {.name = "score_after", .label = _("Score after"), .type = DATA_DECIMAL},
        {.name = "why", .label = _("Why"), .type = DATA_ENUM, LABELS(cause_words)},
    };
    static const char *const selected[] = {"t.id", "t.key", "t.name", "s.login"};
    const struct table table = {
        .name = "movers", .title = _("Movers"), .columns = columns, .count = MOVER_COLUMNS};
    const struct store_select select = {.columns = selected,
                                        .column_count = sizeof selected / sizeof *selected,
                                        .from =
                                            "FROM customer t LEFT JOIN staff s ON s.id = t.owner",
                                        .order = "t.id"};
    struct printing printing = {&movement->simulation, sink};
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status =
            store_each(movement->simulation.book->store, &select, NULL, 0, print_mover, &printing);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- What it costs ---- */

static crm_status write_owner(const struct owner_load *owner, const char *word,
                              struct crm_sink *sink)
{
    const struct load *before = &owner->loads[SIDE_BEFORE], *after = &owner->loads[SIDE_AFTER];
    const struct value values[] = {value_text(word),
                                   value_integer(owner->customers),
                                   value_real(before->visits),
                                   value_real(after->visits),
                                   value_real(after->visits - before->visits),
                                   value_real(before->hours),
                                   value_real(after->hours),
                                   value_real(after->hours - before->hours)};
    return owner->customers == 0 ? CRM_OK : sink_row(sink, values);
}

static crm_status write_load(struct movement *movement, struct crm_sink *sink)
{
    static const struct choice total_word[] = {{"total", N_("total")}};
    const struct column columns[] = {
        {.name = "owner", .label = _("Owner"), LABELS(total_word)},
        COUNT("customers", _("Customers")),
        AMOUNT("visits_before", _("Visits before")),
        AMOUNT("visits_after", _("Visits after")),
        AMOUNT("visits_change", _("Change")),
        AMOUNT("hours_before", _("Hours before")),
        AMOUNT("hours_after", _("Hours after")),
        AMOUNT("hours_change", _("Change")),
    };
    const struct table table = {.name = "load",
                                .title = _("Visits and staff hours a month"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 1; i < movement->owner_count && status == CRM_OK; i++)
        status = write_owner(&movement->owners[i], movement->owners[i].login, sink);
    if (status == CRM_OK)
        status = write_owner(&movement->owners[0], NULL, sink);
    if (status == CRM_OK)
        status = write_owner(&movement->total, "total", sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- What evaluations would have said ---- */

static const struct choice side_words[] = {{"before", N_("in force")}, {"after", N_("the other")}};

static crm_status write_day(const struct simulated_day *day, struct crm_sink *sink)
{
    char text[DATE_TEXT];
    date_format(day->day, text);
    crm_status status = CRM_OK;
    for (int side = 0; side < SIDES && status == CRM_OK; side++) {
        const struct movement_counts *counts = &day->counts[side];
        const struct value values[] = {value_text(text),
                                       value_text(side_words[side].name),
                                       value_integer(counts->promoted),
                                       value_integer(counts->demoted),
                                       value_integer(counts->held),
                                       value_integer(counts->rated),
                                       value_integer(counts->unrated),
                                       value_integer(day->different)};
        status = sink_row(sink, values);
    }
    return status;
}

static crm_status write_evaluations(struct movement *movement, struct crm_sink *sink)
{
    const struct simulation *simulation = &movement->simulation;
    const struct column columns[] = {
        {.name = "on", .label = _("On"), .type = DATA_DATE},
        {.name = "policy", .label = _("Policy"), .type = DATA_ENUM, LABELS(side_words)},
        COUNT("promoted", _("promoted")),
        COUNT("demoted", _("demoted")),
        COUNT("held", _("held")),
        COUNT("new", _("new")),
        COUNT("unrated", _("unrated")),
        COUNT("different", _("in different tiers")),
    };
    const struct table table = {.name = "evaluations",
                                .title = _("Evaluations"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < simulation->day_count && status == CRM_OK; i++)
        status = write_day(&simulation->days[i], sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status write_moves_of(const struct simulation *simulation,
                                 const struct simulated_day *day, struct crm_sink *sink)
{
    const struct policy *policy = simulation->other;
    const size_t width = policy->tier_count + 1;
    char text[DATE_TEXT];
    date_format(day->day, text);
    crm_status status = CRM_OK;
    for (size_t i = 0; i < width * width && status == CRM_OK; i++) {
        size_t from = i / width, to = i % width;
        const struct value values[] = {
            value_text(text), value_text(from + 1 < width ? policy->tiers[from] : NULL),
            value_text(to + 1 < width ? policy->tiers[to] : NULL), value_integer(day->moves[i])};
        if (from != to && day->moves[i] > 0)
            status = sink_row(sink, values);
    }
    return status;
}

static crm_status write_moves(struct movement *movement, struct crm_sink *sink)
{
    const struct simulation *simulation = &movement->simulation;
    const struct column columns[] = {
        {.name = "on", .label = _("On"), .type = DATA_DATE},
        {.name = "from", .label = _("From")},
        {.name = "to", .label = _("To")},
        COUNT("customers", _("Customers")),
    };
    const struct table table = {.name = "moves",
                                .title = _("Moves by the other policy"),
                                .columns = columns,
                                .count = sizeof columns / sizeof *columns};
    crm_status status = sink_begin(sink, &table);
    for (size_t i = 0; i < simulation->day_count && status == CRM_OK; i++)
        status = write_moves_of(simulation, &simulation->days[i], sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

/* ---- The whole ---- */

static const struct part {
    const char *name;
    crm_status (*write)(struct movement *movement, struct crm_sink *sink);
    bool replayed; /* only where there are several evaluations */
} parts[] = {{"movement", write_movement, false},
             {"movers", write_movers, false},
             {"load", write_load, false},
             {"evaluations", write_evaluations, true},
             {"moves", write_moves, true}};
enum { PARTS = sizeof parts / sizeof *parts };

/* Of that part; NULL: of all. */
static crm_status note_definitions(const struct movement *movement, const struct part *part,
                                   struct crm_sink *sink)
{
    crm_status status = CRM_OK;
    if (part == NULL || part->write == write_load)
        status = sink_note(sink, "%s", _(cadence_load_definition));
    if (status == CRM_OK && held_back(&movement->simulation) > 0)
        status = sink_note(sink, _("Held: whom the other policy keeps in a better tier for now, by "
                                   "demote_after or margin. They are no movers yet; what it takes "
                                   "once they have fallen stands beside."));
    if (status == CRM_OK && movement->simulation.replayed)
        status = sink_note(sink, _("Evaluated again by the orders, surveys and pins of each day; "
                                   "what stands in a customer's file is as it is today."));
    return status;
}

static crm_status write_all(struct movement *movement, struct crm_sink *sink)
{
    crm_status status = write_head(movement, sink);
    for (size_t i = 0; i < PARTS && status == CRM_OK; i++)
        if (!parts[i].replayed || movement->simulation.replayed)
            status = parts[i].write(movement, sink);
    if (status == CRM_OK)
        status = sink_page_end(sink);
    return status;
}

static crm_status refuse_part(struct crm_book *book, const char *name)
{
    struct buffer names cleanup(buffer_release) = {0};
    for (size_t i = 0; i < PARTS; i++)
        buffer_printf(&names, "%s%s", i > 0 ? ", " : "", parts[i].name);
    error_set(&book->error, CRM_USAGE, _("tier simulate: there is no part '%s'"), name);
    return error_hint(&book->error, _("choose one of %s"), buffer_string(&names));
}

static crm_status find_part(struct crm_book *book, const char *name, const struct part **out)
{
    *out = NULL;
    for (size_t i = 0; i < PARTS && name != NULL; i++)
        if (strcmp(parts[i].name, name) == 0)
            *out = &parts[i];
    return name != NULL && *out == NULL ? refuse_part(book, name) : CRM_OK;
}

static void movement_release(struct movement *movement)
{
    simulation_release(&movement->simulation);
    arena_release(&movement->row);
}

crm_status crm_tier_simulate(crm_book *book, const crm_tier_simulation *request, crm_sink *sink)
{
    struct movement movement cleanup(movement_release) = {.simulation.book = book};
    const struct part *part = NULL;
    crm_status status = book_view(book);
    if (status == CRM_OK && request->policy == NULL) {
        error_set(&book->error, CRM_USAGE, _("tier simulate: by which policy?"));
        status = error_hint(&book->error, _("add --policy FILE"));
    }
    if (status == CRM_OK)
        status = find_part(book, request->part, &part);
    if (status == CRM_OK)
        status =
            simulation_run(&movement.simulation, request->policy, request->scheme, request->since);
    if (status == CRM_OK)
        status = sum_up(&movement);
    if (status == CRM_OK)
        status = part != NULL ? part->write(&movement, sink) : write_all(&movement, sink);
    if (status == CRM_OK)
        status = note_definitions(&movement, part, sink);
    return book_end(book, status);
}
