/* SPDX-License-Identifier: MIT */
/* The facts kept with each customer but for the sums of sales, which are compared on the way
 * through the lines. The code that keeps a fact is the code that computes it here. */
#include "check/check.h"
#include "domain/complaint.h"
#include "domain/survey.h"
#include "domain/tier.h"
#include "domain/visit.h"

#include <string.h>

/* A fact under comparison: its fields, and what sets it right for one customer. */
struct fact {
    struct check *check;
    const char *fields[2];
    size_t count;
    crm_status (*mend)(struct crm_book *book, int64_t customer);
};

static bool same_value(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == VALUE_TEXT)
        return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    return a->integer == b->integer;
}

static crm_status say_customer(struct check *check, int64_t customer, const char *field,
                               const struct value *stored, const struct value *expected)
{
    return check_say_derived(check, &kind_customer, check_record(check, &kind_customer, customer),
                             field, stored, expected);
}

/* id, then what is kept and what it should be for each field. */
static crm_status visit_fact(void *context, const struct value *row)
{
    const struct fact *fact = context;
    crm_status status = CRM_OK;
    for (size_t i = 0; i < fact->count && status == CRM_OK; i++)
        if (!same_value(&row[1 + 2 * i], &row[2 + 2 * i]))
            status = say_customer(fact->check, row[0].integer, fact->fields[i], &row[1 + 2 * i],
                                  &row[2 + 2 * i]);
    if (status == CRM_OK && fact->check->repair)
        status = fact->mend(fact->check->book, row[0].integer);
    return status;
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
    static const char *const fields[VISIT_DATES] = {"last_visit_on", "next_visit_on", "promise_on"};
    struct visit_check *visits = context;
    crm_status status = CRM_OK;
    visits->differs = true;
    for (int i = 0; i < VISIT_DATES && status == CRM_OK; i++)
        if (!same_value(&stored[i], &computed[i]))
            status = say_customer(visits->check, customer, fields[i], &stored[i], &computed[i]);
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

crm_status check_derived(struct check *check)
{
    struct crm_book *book = check->book;
    struct fact open = {check, {"open_complaints"}, 1, complaint_count_open};
    struct fact survey = {check, {"last_survey_on"}, 1, survey_note_last};
    struct fact tier = {check, {"tier", "tier_since"}, 2, tier_follow_history};
    if (!check->wanted[CHECK_DERIVED])
        return CRM_OK;
    crm_status status = complaint_compare_open(book, visit_fact, &open);
    if (status == CRM_OK)
        status = survey_compare_last(book, visit_fact, &survey);
    if (status == CRM_OK)
        status = tier_compare_history(book, visit_fact, &tier);
    if (status == CRM_OK)
        status = compare_visits(check);
    return status == CRM_OK ? status
                            : check_failed(check, CHECK_DERIVED, kind_customer.name, status);
}
