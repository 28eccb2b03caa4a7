/* SPDX-License-Identifier: MIT */
/* Tiers 客户分级: evaluate, apply, set by hand, look back. */
#include "domain/tier.h"

#include "base/text.h"
#include "record/record.h"
#include "domain/visit.h"

#include <string.h>

/* ---- Schemes ---- */

bool tier_is_main(const struct crm_book *book, const struct tier_scheme *scheme)
{
    return scheme == &book->policy->schemes[book->policy->main_scheme];
}

crm_status tier_scheme_find(struct crm_book *book, const char *name, const struct tier_scheme **out)
{
    const struct policy *policy = book->policy;
    struct buffer names cleanup(buffer_release) = {0};
    *out = &policy->schemes[policy->main_scheme];
    if (name == NULL)
        return CRM_OK;
    for (size_t i = 0; i < policy->scheme_count; i++) {
        *out = &policy->schemes[i];
        if (strcmp((*out)->name, name) == 0)
            return CRM_OK;
        buffer_printf(&names, "%s%s", i > 0 ? ", " : "", (*out)->name);
    }
    error_set(&book->error, CRM_NOT_FOUND, _("the policy has no tier scheme '%s'"), name);
    return error_hint(&book->error, _("it has: %s"), buffer_string(&names));
}

/* NULL for none. */
static const char *tier_name(const struct crm_book *book, int tier)
{
    return tier == TIER_NONE ? NULL : book->policy->tiers[tier];
}

/* ---- What an evaluation says ---- */

static const struct choice changes[] = {{"promoted", N_("promoted")},
                                        {"demoted", N_("demoted")},
                                        {"held", N_("held")},
                                        {"new", N_("new")},
                                        {"same", N_("same")}};
enum { CHANGE_KINDS = sizeof changes / sizeof *changes, RESULT_COLUMNS = 8 };

struct printing {
    struct crm_book *book;
    const struct tier_evaluation *evaluation;
    struct crm_sink *sink;
    bool all;
    int counts[CHANGE_KINDS];
};

/* Whether it is printed without being asked for. */
static bool is_news(const struct tier_decision *decision)
{
    return decision->change != CHANGE_SAME || decision->event != EVENT_NONE;
}

static size_t count_news(const struct tier_evaluation *evaluation)
{
    size_t news = 0;
    for (size_t i = 0; i < evaluation->count; i++)
        news += is_news(&evaluation->subjects[i].decision);
    return news;
}

static crm_status print_subject(struct printing *printing, const struct tier_subject *subject,
                                struct value key, struct value name)
{
    const struct tier_decision *decision = &subject->decision;
    const struct value values[RESULT_COLUMNS] = {
        key,
        name,
        value_text(tier_name(printing->book, decision->tier)),
        value_text(tier_name(printing->book, subject->past.tier)),
        value_text(tier_name(printing->book, subject->reached)),
        subject->has_score ? value_integer(subject->score) : value_null(),
        value_text(tier_change_name(decision->change)),
        value_text(printing->evaluation->scheme->name)};
    return sink_row(printing->sink, values);
}

static crm_status print_result(void *context, const struct value *row)
{
    struct printing *printing = context;
    const struct tier_subject *subject = tier_subject_find(printing->evaluation, row[0].integer);
    if (subject == NULL)
        return CRM_OK;
    printing->counts[subject->decision.change]++;
    return printing->all || is_news(&subject->decision)
               ? print_subject(printing, subject, row[1], row[2])
               : CRM_OK;
}

static crm_status begin_results(struct printing *printing)
{
    const struct column columns[RESULT_COLUMNS] = {
        {.name = "customer", .label = _("Customer")},
        {.name = "name", .label = _("Name")},
        {.name = "tier", .label = _("Tier")},
        {.name = "previous", .label = _("Before")},
        {.name = "reached", .label = _("By score"), .flags = COLUMN_HIDDEN},
        {.name = "score", .label = _("Score"), .type = DATA_DECIMAL},
        {.name = "change",
         .label = _("Change"),
         .type = DATA_ENUM,
         .choices = changes,
         .choice_count = CHANGE_KINDS},
        {.name = "scheme", .label = _("Scheme"), .flags = COLUMN_CONSTANT},
    };
    const struct table table = {.name = "tier", .columns = columns, .count = RESULT_COLUMNS};
    return sink_begin(printing->sink, &table);
}

static crm_status note_results(const struct printing *printing, int64_t foreign)
{
    const int *counts = printing->counts;
    crm_status status = sink_note(
        printing->sink, _("%d promoted, %d demoted, %d held, %d new, %d unchanged; scheme %s"),
        counts[CHANGE_PROMOTED], counts[CHANGE_DEMOTED], counts[CHANGE_HELD], counts[CHANGE_NEW],
        counts[CHANGE_SAME], printing->evaluation->scheme->name);
    if (status == CRM_OK && foreign > 0)
        status = sink_note(printing->sink, _("%lld order lines in other currencies do not count"),
                           (long long)foreign);
    return status;
}

/* The customers that pass the filter, each with its result, in the order in which they came. */
static crm_status print_each(struct printing *printing, const struct crm_filter *filter)
{
    static const char *const columns[] = {"t.id", "t.key", "t.name"};
    struct crm_book *book = printing->book;
    struct query query cleanup(query_release) = {0};
    buffer_text(&query.sql, "FROM customer t WHERE 1 = 1");
    crm_status status = filter_sql(book, &kind_customer, "t", filter, &query);
    const struct store_select select = {.columns = columns,
                                        .column_count = 3,
                                        .from = buffer_string(&query.sql),
                                        .order = "t.id",
                                        .as_stored = filter == NULL || filter->count == 0};
    if (status == CRM_OK)
        status = begin_results(printing);
    return status == CRM_OK ? store_each(book->store, &select, query.parameters, query.count,
                                         print_result, printing)
                            : status;
}

static crm_status print_one(struct printing *printing, const struct tier_subject *subject,
                            struct statement *names)
{
    const struct value id = value_integer(subject->id);
    bool found = false;
    crm_status status = statement_bind(names, 1, &id);
    if (status == CRM_OK)
        status = statement_step(names, &found);
    if (status == CRM_OK && found)
        status = print_subject(printing, subject, statement_column(names, 0),
                               statement_column(names, 1));
    statement_reset(names);
    return status;
}

/* Of all customers those that there is something new of, each looked up by itself. */
static crm_status print_news(struct printing *printing)
{
    const struct tier_evaluation *evaluation = printing->evaluation;
    struct statement *names cleanup(statement_cleanup) = NULL;
    crm_status status = store_prepare(printing->book->store,
                                      "SELECT key, name FROM customer WHERE id = $1", &names);
    if (status == CRM_OK)
        status = begin_results(printing);
    for (size_t i = 0; i < evaluation->count && status == CRM_OK; i++) {
        const struct tier_subject *subject = &evaluation->subjects[i];
        printing->counts[subject->decision.change]++;
        if (is_news(&subject->decision))
            status = print_one(printing, subject, names);
    }
    return status;
}

/* A customer looked up costs as much as some dozens in a row. */
enum { LOOKED_UP = 64 };

static crm_status print_results(struct crm_book *book, const struct tier_evaluation *evaluation,
                                const struct crm_filter *filter, bool all, int64_t foreign,
                                struct crm_sink *sink)
{
    struct printing printing = {.book = book, .evaluation = evaluation, .sink = sink, .all = all};
    bool whole = !all && (filter == NULL || filter->count == 0);
    bool few = whole && count_news(evaluation) <= evaluation->count / LOOKED_UP;
    crm_status status = few ? print_news(&printing) : print_each(&printing, filter);
    if (status == CRM_OK)
        status = sink_end(sink);
    return status == CRM_OK ? note_results(&printing, foreign) : status;
}

crm_status crm_tier_evaluate(crm_book *book, const char *scheme_name, const crm_filter *filter,
                             bool all, crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct tier_scheme *scheme;
    struct tier_evaluation evaluation;
    int64_t foreign = 0;
    crm_status status = book_view(book);
    if (status == CRM_OK)
        status = tier_scheme_find(book, scheme_name, &scheme);
    if (status == CRM_OK)
        status = tier_run(book, scheme, &arena, &evaluation, &foreign);
    if (status == CRM_OK)
        status = print_results(book, &evaluation, filter, all, foreign, sink);
    return book_end(book, status);
}

/* ---- Writing ---- */

/* One row of the history to be. */
struct change {
    int64_t customer;
    int tier, previous;
    const int64_t *score; /* NULL: none */
    const char *reason;
    bool pinned;
    const char *until; /* NULL: none */
};

/* The two statements of every change, prepared once for all. */
struct writer {
    struct crm_book *book;
    const struct tier_scheme *scheme;
    struct statement *insert, *update;
    bool bulk; /* what follows from the tiers is computed once at the end, for all */
};

/* From so many changes on, one pass over all customers is cheaper than one query for each. */
enum { BULK_FROM = 64 };

static void writer_release(struct writer *writer)
{
    statement_free(writer->insert);
    statement_free(writer->update);
}

/* The day from which a change holds that is written now: today, but no day before the customer's
 * last change, which it follows although the clock went back meanwhile. */
#define EFFECTIVE_ON(customer, today)                                                              \
    "coalesce((SELECT h.effective_on FROM tier_change h WHERE h.customer = " customer              \
    " AND h.effective_on > " today " ORDER BY h.effective_on DESC LIMIT 1), " today ")"

static crm_status writer_open(struct writer *writer, struct crm_book *book,
                              const struct tier_scheme *scheme)
{
    *writer = (struct writer){.book = book, .scheme = scheme};
    crm_status status = store_prepare(
        book->store,
        "INSERT INTO tier_change (entry, customer, scheme, tier, previous, effective_on, score, "
        "policy, reason, pinned, pinned_until, actor, main) "
        "VALUES ($1, $2, $3, $4, $5, " EFFECTIVE_ON("$2", "$6") ", $7, $8, $9, $10, $11, $12, $13)",
        &writer->insert);
    if (status == CRM_OK && tier_is_main(book, scheme))
        status = store_prepare(book->store,
                               "UPDATE customer SET tier = $1, tier_since = " EFFECTIVE_ON(
                                   "$3", "$2") " WHERE id = $3",
                               &writer->update);
    return status;
}

/* The tier stands with the customer when it is that of the main scheme, and what follows from it is
 * computed again. */
static crm_status keep_with_customer(struct writer *writer, const struct change *change)
{
    struct crm_book *book = writer->book;
    const char *tier = tier_name(book, change->tier);
    const struct value parameters[] = {value_text(tier),
                                       value_text(tier == NULL ? NULL : book->today_text),
                                       value_integer(change->customer)};
    crm_status status = statement_bind_all(writer->update, parameters, 3);
    if (status == CRM_OK)
        status = statement_run(writer->update);
    if (status != CRM_OK || writer->bulk)
        return status;
    return visit_refresh(book, change->customer);
}

static crm_status write_change(struct writer *writer, const struct change *change)
{
    struct crm_book *book = writer->book;
    const struct value parameters[] = {
        value_integer(book->entry),
        value_integer(change->customer),
        value_text(writer->scheme->name),
        value_text(tier_name(book, change->tier)),
        value_text(tier_name(book, change->previous)),
        value_text(book->today_text),
        change->score == NULL ? value_null() : value_integer(*change->score),
        value_text(book->policy->fingerprint),
        value_text(change->reason),
        value_integer(change->pinned),
        value_text(change->until),
        value_text(book->actor),
        value_integer(tier_is_main(book, writer->scheme)),
    };
    crm_status status =
        statement_bind_all(writer->insert, parameters, sizeof parameters / sizeof *parameters);
    if (status == CRM_OK)
        status = statement_run(writer->insert);
    if (status == CRM_OK && writer->update != NULL && change->tier != change->previous)
        status = keep_with_customer(writer, change);
    return status;
}

static size_t count_changes(const struct tier_evaluation *evaluation)
{
    size_t changed = 0;
    for (size_t i = 0; i < evaluation->count; i++)
        changed += evaluation->subjects[i].decision.event != EVENT_NONE;
    return changed;
}

static crm_status write_all(struct crm_book *book, const struct tier_evaluation *evaluation)
{
    struct writer writer cleanup(writer_release) = {0};
    crm_status status = writer_open(&writer, book, evaluation->scheme);
    writer.bulk = count_changes(evaluation) >= BULK_FROM;
    for (size_t i = 0; i < evaluation->count && status == CRM_OK; i++) {
        const struct tier_subject *subject = &evaluation->subjects[i];
        if (subject->decision.event == EVENT_NONE)
            continue;
        const struct change change = {.customer = subject->id,
                                      .tier = subject->decision.tier,
                                      .previous = subject->past.tier,
                                      .score = subject->has_score ? &subject->score : NULL,
                                      .reason = tier_event_name(subject->decision.event)};
        status = write_change(&writer, &change);
        if (i % 1024 == 0)
            book_progress(book, _("tiers"), (int64_t)i, (int64_t)evaluation->count);
    }
    bool refresh = writer.bulk && writer.update != NULL;
    return status == CRM_OK && refresh ? visit_refresh_all(book) : status;
}

crm_status crm_tier_apply(crm_book *book, const char *scheme_name, bool all, crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct tier_scheme *scheme;
    struct tier_evaluation evaluation;
    int64_t foreign = 0;
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = tier_scheme_find(book, scheme_name, &scheme);
    if (status == CRM_OK)
        status = tier_run(book, scheme, &arena, &evaluation, &foreign);
    if (status == CRM_OK)
        status = write_all(book, &evaluation);
    if (status == CRM_OK)
        status = tier_note_evaluation(book, scheme, count_changes(&evaluation));
    if (status == CRM_OK)
        status = print_results(book, &evaluation, NULL, all, foreign, sink);
    return book_end(book, status);
}

/* ---- From the history ---- */

void tier_complete_change(const struct crm_book *book, struct record *record)
{
    const char *main_scheme = book->policy->schemes[book->policy->main_scheme].name;
    const struct value *scheme = record_get(record, "scheme");
    if (value_is_null(record_get(record, "main")) && scheme->type == VALUE_TEXT &&
        scheme->length == strlen(main_scheme) &&
        memcmp(scheme->text, main_scheme, scheme->length) == 0)
        record_put(record, "main", value_integer(1));
}

crm_status tier_follow_history(struct crm_book *book, int64_t customer)
{
    const struct tier_scheme *main_scheme;
    crm_status status = tier_scheme_find(book, NULL, &main_scheme);
    if (status != CRM_OK)
        return status;
    const struct value parameters[] = {value_text(main_scheme->name), value_integer(customer)};
    status = store_run(book->store, "UPDATE customer SET tier = " TIER_OF_HISTORY " WHERE id = $2",
                       parameters, 2);
    if (status != CRM_OK)
        return status;
    return store_run(book->store,
                     "UPDATE customer SET tier_since = " TIER_SINCE_OF_HISTORY " WHERE id = $2",
                     parameters, 2);
}

/* ---- By hand ---- */

/* A customer's tier in a scheme as it stands, and the last row of its history. */
struct standing {
    int64_t customer;
    int tier;
    bool pinned;
    struct value until, reason;
};

static int tier_in(const struct crm_book *book, const struct value *value)
{
    return value->type == VALUE_TEXT ? policy_tier(book->policy, value->text) : TIER_NONE;
}

static crm_status find_standing(struct crm_book *book, const struct tier_scheme *scheme,
                                const char *reference, struct arena *arena, struct standing *out)
{
    *out = (struct standing){.tier = TIER_NONE};
    crm_status status = record_resolve(book, &kind_customer, reference, &out->customer);
    if (status != CRM_OK)
        return status;
    const struct value parameters[] = {value_integer(out->customer), value_text(scheme->name)};
    struct value row[4], tier;
    status = store_row_values(book->store, arena,
                              "SELECT tier, pinned, pinned_until, reason FROM tier_change "
                              "WHERE customer = $1 AND scheme = $2 "
                              "ORDER BY effective_on DESC, id DESC LIMIT 1",
                              parameters, 2, row, 4);
    if (status == CRM_OK) {
        out->tier = tier_in(book, &row[0]);
        out->pinned = row[1].integer != 0;
        out->until = row[2];
        out->reason = row[3];
    }
    if (status == CRM_NOT_FOUND)
        status = CRM_OK;
    if (status != CRM_OK || !tier_is_main(book, scheme))
        return status;
    status = store_row_values(book->store, arena, "SELECT tier FROM customer WHERE id = $1",
                              parameters, 1, &tier, 1);
    out->tier = status == CRM_OK ? tier_in(book, &tier) : TIER_NONE;
    return status;
}

static crm_status hand_over(void *context, const struct value *row)
{
    return sink_row(context, row);
}

crm_status tier_print_history(struct crm_book *book, const char *condition,
                              const struct value *parameters, size_t count, bool record,
                              struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct selection selection;
    crm_status status =
        selection_make(book, &kind_tier_change, 0, record ? NULL : sink, &arena, &selection);
    if (status != CRM_OK)
        return status;
    const char *from = arena_printf(&arena, "%s WHERE %s", selection.from, condition);
    if (from == NULL)
        return error_no_memory(&book->error);
    const struct table table = {.name = kind_tier_change.name,
                                .columns = selection.columns,
                                .count = selection.count,
                                .record = record};
    const struct store_select select = {
        .columns = selection.sql, .column_count = selection.count, .from = from, .order = "t.id"};
    status = sink_begin(sink, &table);
    if (status == CRM_OK)
        status = store_each(book->store, &select, parameters, count, hand_over, sink);
    return status == CRM_OK ? sink_end(sink) : status;
}

static crm_status write_by_hand(struct crm_book *book, const struct tier_scheme *scheme,
                                const struct change *change, struct crm_sink *sink)
{
    struct writer writer cleanup(writer_release) = {0};
    crm_status status = writer_open(&writer, book, scheme);
    if (status == CRM_OK)
        status = write_change(&writer, change);
    const struct value parameters[] = {value_integer(book->entry), value_integer(change->customer)};
    return status == CRM_OK ? tier_print_history(book, "t.entry = $1 AND t.customer = $2",
                                                 parameters, 2, true, sink)
                            : status;
}

static crm_status refuse_tier(struct crm_book *book, const char *name)
{
    struct buffer names cleanup(buffer_release) = {0};
    for (size_t i = 0; i < book->policy->tier_count; i++)
        buffer_printf(&names, "%s%s", i > 0 ? ", " : "", book->policy->tiers[i]);
    error_set(&book->error, CRM_INVALID, _("the policy has no tier '%s'"), name);
    return error_hint(&book->error, _("choose one of %s"), buffer_string(&names));
}

static crm_status check_until(struct crm_book *book, const char *text, char out[DATE_TEXT])
{
    day_number until;
    crm_status status = date_parse_end(text, book->today, &until, &book->error);
    if (status != CRM_OK)
        return status;
    date_format(until, out);
    if (until >= book->today)
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("until: %s is over already"), out);
    return error_hint(&book->error, _("give today or a later day"));
}

static bool same_text(const struct value *value, const char *text)
{
    if (text == NULL || value->type != VALUE_TEXT)
        return text == NULL && value_is_null(value);
    return strlen(text) == value->length && memcmp(text, value->text, value->length) == 0;
}

/* Setting what is set already writes nothing. */
static crm_status set_tier(struct crm_book *book, const struct tier_scheme *scheme,
                           const char *reference, struct change *change, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct standing standing;
    crm_status status = find_standing(book, scheme, reference, &arena, &standing);
    if (status != CRM_OK)
        return status;
    change->customer = standing.customer;
    change->previous = standing.tier;
    bool same = standing.pinned && standing.tier == change->tier &&
                same_text(&standing.until, change->until) &&
                same_text(&standing.reason, change->reason);
    if (!same)
        return write_by_hand(book, scheme, change, sink);
    const struct value parameters[] = {value_integer(standing.customer), value_text(scheme->name)};
    return tier_print_history(
        book,
        "t.id = (SELECT m.id FROM tier_change m WHERE m.customer = $1 AND m.scheme = $2 "
        "ORDER BY m.effective_on DESC, m.id DESC LIMIT 1)",
        parameters, 2, true, sink);
}

crm_status crm_tier_set(crm_book *book, const char *scheme_name, const char *customer,
                        const char *tier, const char *reason, const char *until, crm_sink *sink)
{
    char last_day[DATE_TEXT];
    const struct tier_scheme *scheme;
    struct change change = {.reason = reason, .pinned = true};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = tier_scheme_find(book, scheme_name, &scheme);
    if (status == CRM_OK && (reason == NULL || reason[0] == '\0')) {
        error_set(&book->error, CRM_USAGE, _("a tier set by hand needs a reason"));
        status = error_hint(&book->error, _("add --reason TEXT"));
    }
    if (status == CRM_OK && !text_is_valid(reason, strlen(reason)))
        status = error_set(&book->error, CRM_INVALID, _("reason: not valid UTF-8"));
    if (status == CRM_OK) {
        change.tier = policy_tier(book->policy, tier);
        status = change.tier < 0 ? refuse_tier(book, tier) : CRM_OK;
    }
    if (status == CRM_OK && until != NULL) {
        status = check_until(book, until, last_day);
        change.until = last_day;
    }
    if (status == CRM_OK)
        status = set_tier(book, scheme, customer, &change, sink);
    return book_end(book, status);
}

static crm_status unset_tier(struct crm_book *book, const struct tier_scheme *scheme,
                             const char *reference, struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct standing standing;
    crm_status status = find_standing(book, scheme, reference, &arena, &standing);
    if (status != CRM_OK)
        return status;
    if (!standing.pinned) {
        error_set(&book->error, CRM_CONFLICT, _("the tier of '%s' was not set by hand"), reference);
        return error_hint(&book->error, _("see: crm tier history '%s'"), reference);
    }
    const struct change change = {.customer = standing.customer,
                                  .tier = standing.tier,
                                  .previous = standing.tier,
                                  .reason = tier_event_name(EVENT_RELEASED)};
    return write_by_hand(book, scheme, &change, sink);
}

crm_status crm_tier_unset(crm_book *book, const char *scheme_name, const char *customer,
                          crm_sink *sink)
{
    const struct tier_scheme *scheme;
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = tier_scheme_find(book, scheme_name, &scheme);
    if (status == CRM_OK)
        status = unset_tier(book, scheme, customer, sink);
    return book_end(book, status);
}
