/* SPDX-License-Identifier: MIT */
/* The facts kept with each customer but for the sums of sales, which are compared on the way
 * through the lines. The code that keeps a fact is the code that computes it here. */
#include "check/values.h"
#include "domain/complaint.h"
#include "domain/survey.h"
#include "domain/tier.h"
#include "domain/visit.h"

#include <stdlib.h>
#include <string.h>

static crm_status say_customer(struct check *check, int64_t customer, const char *field,
                               const struct value *stored, const struct value *expected)
{
    return check_say_derived(check, &kind_customer, check_record(check, &kind_customer, customer),
                             field, stored, expected);
}

/* ---- What SQL computes, in one run through the customers ---- */

/* A fact, and the records that it is computed from: of those whose field is no value nothing is
 * derived. */
static const struct fact {
    const char *field;
    crm_status (*mend)(struct crm_book *book, int64_t customer);
    const struct kind *source;
    const char *source_field;
} facts[] = {{"open_complaints", complaint_count_open, &kind_complaint, "status"},
             {"last_survey_on", survey_note_last, &kind_survey_answer, "answered_on"},
             {"tier", tier_follow_history, &kind_tier_change, "effective_on"},
             {"tier_since", tier_follow_history, &kind_tier_change, "effective_on"}};
enum { FACTS = sizeof facts / sizeof *facts };

/* Looks for a source that is no value of its field: `record` is its id then. */
struct source_search {
    struct check *check;
    struct column_check column;
    int64_t record;
};

static crm_status judge_source(void *context, const struct value *row)
{
    struct source_search *search = context;
    struct verdict verdict = {.good = true};
    crm_status status = search->record != 0 || value_is_null(&row[1])
                            ? CRM_OK
                            : value_judge(search->check, &search->column, &row[1], &verdict);
    if (status == CRM_OK && !verdict.good)
        search->record = row[0].integer;
    return status;
}

static crm_status find_bad_source(struct check *check, const struct fact *fact, int64_t customer,
                                  int64_t *record)
{
    struct known_texts *known cleanup(cleanup_free) = known_texts_new();
    struct arena arena cleanup(arena_release) = {0};
    struct source_search search = {
        .check = check,
        .column = {.field = kind_field(fact->source, fact->source_field), .known = known}};
    const struct value parameter = value_integer(customer);
    const char *sql = arena_printf(&arena, "SELECT id, %s FROM %s WHERE customer = $1 ORDER BY id",
                                   fact->source_field, fact->source->table);
    if (known == NULL || sql == NULL)
        return error_no_memory(&check->book->error);
    crm_status status = store_query(check->book->store, sql, &parameter, 1, judge_source, &search);
    arena_clear(&check->scratch);
    *record = search.record;
    return status;
}

static crm_status say_underivable(struct check *check, const struct fact *fact, int64_t customer,
                                  const struct value *kept, int64_t source)
{
    const char *record = check_record(check, &kind_customer, customer);
    const char *bad = check_record(check, fact->source, source);
    const char *problem =
        bad == NULL ? NULL
                    : arena_printf(&check->scratch,
                                   _("cannot be computed: %s of the %s %s is no value of its kind"),
                                   fact->source_field, _(fact->source->noun), bad);
    const struct finding finding = {
        .part = CHECK_DERIVED,
        .kind = kind_customer.name,
        .record = record,
        .field = fact->field,
        .stored = check_text(check, kind_field(&kind_customer, fact->field), kept),
        .problem = problem,
        .hint = _("give that field its right value first; then crm check --repair")};
    return record == NULL || problem == NULL ? error_no_memory(&check->book->error)
                                             : check_say(check, &finding);
}

static crm_status judge_fact(struct check *check, const struct fact *fact, int64_t customer,
                             const struct value *kept, const struct value *computed)
{
    int64_t source = 0;
    crm_status status = find_bad_source(check, fact, customer, &source);
    if (status == CRM_OK && source != 0)
        return say_underivable(check, fact, customer, kept, source);
    if (status == CRM_OK)
        status = say_customer(check, customer, fact->field, kept, computed);
    return status == CRM_OK && check->repair ? fact->mend(check->book, customer) : status;
}

static const char select_facts[] =
    "SELECT id, open_complaints, " COMPLAINTS_OPEN ", last_survey_on, " SURVEY_LAST
    ", tier, " TIER_OF_HISTORY ", tier_since, " TIER_SINCE_OF_HISTORY
    " FROM customer WHERE open_complaints IS DISTINCT FROM " COMPLAINTS_OPEN
    " OR last_survey_on IS DISTINCT FROM " SURVEY_LAST " OR tier IS DISTINCT FROM " TIER_OF_HISTORY
    " OR tier_since IS DISTINCT FROM " TIER_SINCE_OF_HISTORY " ORDER BY id";

/* id, then for each fact what is kept and what it should be. */
static crm_status visit_facts(void *context, const struct value *row)
{
    struct check *check = context;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < FACTS && status == CRM_OK; i++) {
        const struct value *kept = &row[1 + 2 * i], *computed = &row[2 + 2 * i];
        if (!value_equal(kept, computed))
            status = judge_fact(check, &facts[i], row[0].integer, kept, computed);
    }
    return status;
}

static crm_status compare_facts(struct check *check)
{
    struct crm_book *book = check->book;
    const struct tier_scheme *scheme;
    crm_status status = tier_scheme_find(book, NULL, &scheme);
    if (status != CRM_OK)
        return status;
    const struct value main_scheme = value_text(scheme->name);
    return store_query(book->store, select_facts, &main_scheme, 1, visit_facts, check);
}

/* ---- Visits ---- */

struct visit_check {
    struct check *check;
    bool settled;
    bool differs;
};

static crm_status visit_differs(void *context, int64_t customer, const struct value *stored,
                                const struct value *computed)
{
    struct visit_check *visits = context;
    crm_status status = CRM_OK;
    visits->differs = true;
    for (int i = 0; i < VISIT_DATES && status == CRM_OK; i++)
        if (!value_equal(&stored[i], &computed[i]))
            status = say_customer(visits->check, customer, visit_date_columns[i], &stored[i],
                                  &computed[i]);
    return status;
}

static crm_status visit_fails(void *context, int64_t customer, crm_status status)
{
    struct visit_check *visits = context;
    struct check *check = visits->check;
    struct error *error = &check->book->error;
    if (status == CRM_NO_MEMORY)
        return status;
    const struct finding finding = {.part = CHECK_DERIVED,
                                    .kind = kind_customer.name,
                                    .record = check_record(check, &kind_customer, customer),
                                    .field = "next_visit_on",
                                    .problem = arena_copy(&check->scratch, error->message),
                                    .hint = _("mend the visits, dates or day lists first")};
    error_clear(error);
    return finding.problem == NULL ? error_no_memory(error) : check_say(check, &finding);
}

static crm_status compare_visits(struct check *check)
{
    struct visit_check visits = {.check = check};
    const struct visit_comparison comparison = {visit_differs, visit_fails, &visits};
    crm_status status = visit_is_settled(check->book, &visits.settled);
    if (status != CRM_OK)
        return status;
    /* They belong to another policy: the next command that reads them computes them anew. */
    if (!visits.settled && !check->repair)
        return CRM_OK;
    status = visits.settled ? visit_compare_all(check->book, &comparison) : CRM_OK;
    if (status == CRM_OK && check->repair && (visits.differs || !visits.settled))
        status = visit_refresh_all(check->book);
    return status;
}

/* ---- All of them ---- */

static crm_status say_unknown(struct check *check)
{
    const struct finding finding = {.part = CHECK_DERIVED,
                                    .problem = _("not compared: the policy can't be read"),
                                    .hint = _("mend policy.yaml, then check again"),
                                    .warning = true};
    return check_say(check, &finding);
}

crm_status check_derived(struct check *check)
{
    if (!check->wanted[CHECK_DERIVED])
        return CRM_OK;
    if (!check->policy_known)
        return say_unknown(check);
    book_progress(check->book, _("derived facts"), 0, 0);
    crm_status status = compare_facts(check);
    if (status == CRM_OK)
        status = compare_visits(check);
    return status == CRM_OK ? status
                            : check_failed(check, CHECK_DERIVED, kind_customer.name, status);
}
