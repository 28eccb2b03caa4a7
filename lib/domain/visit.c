/* SPDX-License-Identifier: MIT */
/* Visits as records: adding one, its end, and what makes sense. */
#include "domain/visit.h"

#include <string.h>

/* ---- What makes sense ---- */

/* The fields that the checks look at, as they are or will be. */
enum { CUSTOMER, CONTACT, COMPLAINT, CHANNEL, STATUS, DONE_AT, PLANNED_ON, NEXT_ON, STAFF, FACTS };
static const char *const fact_names[FACTS] = {"customer",   "contact", "complaint",
                                              "channel",    "status",  "done_at",
                                              "planned_on", "next_on", "staff"};

static bool is_word(const struct value *value, const char *word)
{
    return value->type == VALUE_TEXT && strlen(word) == value->length &&
           memcmp(value->text, word, value->length) == 0;
}

/* A person or a complaint of somebody else must not be named. */
static crm_status check_owned(struct crm_book *book, const struct kind *kind,
                              const struct value *reference, const struct value *customer)
{
    int64_t owner = 0;
    if (value_is_null(reference))
        return CRM_OK;
    crm_status status = record_customer(book, kind, reference->integer, &owner);
    if (status != CRM_OK || owner == customer->integer)
        return status;
    error_set(&book->error, CRM_INVALID, _("visit: the %s %s%lld belongs to another customer"),
              _(kind->noun), kind->prefix, (long long)reference->integer);
    return error_hint(&book->error, _("see: crm list %s"), kind->name);
}

static crm_status missing(struct crm_book *book, const char *message, const char *hint)
{
    error_set(&book->error, CRM_INVALID, "%s", message);
    return error_hint(&book->error, "%s", hint);
}

/* A visit done has a channel, a time that has come, and promises nothing before it. */
static crm_status check_done(struct crm_book *book, const struct value *facts)
{
    const struct value *done = &facts[DONE_AT], *next = &facts[NEXT_ON];
    instant at;
    day_number day, promise;
    int second;
    if (value_is_null(done) || !time_parse_iso(done->text, done->length, NULL, &at))
        return missing(book, _("visit: 'done_at' is missing"), _("say when it took place"));
    if (value_is_null(&facts[CHANNEL]))
        return missing(book, _("visit: 'channel' is missing"),
                       _("say how you met, one of 'channels' in policy.yaml: --channel phone"));
    if (at > book->now) {
        char text[TIME_TEXT];
        time_format(book->zone, at, text);
        error_set(&book->error, CRM_INVALID, _("visit: %s is still to come"), text);
        return error_hint(&book->error, _("plan it with --planned-on, or look at the clock"));
    }
    if (value_is_null(next) || !date_parse_iso(next->text, next->length, &promise))
        return CRM_OK;
    zone_local(book->zone, at, &day, &second);
    if (promise >= day)
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("visit: the promise %.*s is before the visit itself"),
              (int)next->length, next->text);
    return error_hint(&book->error, _("give a later day, such as --next-on +2w"));
}

static crm_status check(struct crm_book *book, const struct value *facts)
{
    const struct value *standing = &facts[STATUS];
    crm_status status = check_owned(book, &kind_contact, &facts[CONTACT], &facts[CUSTOMER]);
    if (status == CRM_OK)
        status = check_owned(book, &kind_complaint, &facts[COMPLAINT], &facts[CUSTOMER]);
    if (status != CRM_OK)
        return status;
    if (is_word(standing, "done"))
        return check_done(book, facts);
    if (!value_is_null(&facts[DONE_AT]))
        return missing(book, _("visit: it has a 'done_at', but is not done"),
                       _("set its status to done, or clear done_at"));
    if (is_word(standing, "planned") && value_is_null(&facts[PLANNED_ON]))
        return missing(book, _("visit: 'planned_on' is missing"), _("say for which day"));
    return CRM_OK;
}

crm_status visit_complete(struct crm_book *book, struct record *record)
{
    struct value facts[FACTS];
    /* "planned" is what a visit is unless more is known. */
    if (!value_is_null(record_get(record, "done_at")) &&
        is_word(record_get(record, "status"), "planned"))
        record_put(record, "status", value_text("done"));
    for (int i = 0; i < FACTS; i++)
        facts[i] = *record_get(record, fact_names[i]);
    return value_is_null(&facts[CUSTOMER]) ? CRM_OK : check(book, facts);
}

static crm_status load_facts(struct crm_book *book, int64_t id, struct arena *arena,
                             struct value *facts)
{
    const struct value parameter = value_integer(id);
    return store_row_values(book->store, arena,
                            "SELECT customer, contact, complaint, channel, status, done_at, "
                            "planned_on, next_on, staff FROM visit WHERE id = $1",
                            &parameter, 1, facts, FACTS);
}

crm_status visit_check_update(struct crm_book *book, const struct record *record, int64_t id)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value facts[FACTS];
    crm_status status = load_facts(book, id, &arena, facts);
    if (status != CRM_OK)
        return status;
    for (int i = 0; i < FACTS; i++)
        if (record->given[kind_field_index(record->kind, fact_names[i])])
            facts[i] = *record_get(record, fact_names[i]);
    return check(book, facts);
}

/* ---- Assignments: what was given, and what the command adds ---- */

struct assignments {
    crm_assignment *items;
    size_t count;
    struct arena arena;
};

enum { MOST_ADDED = 4 };

static void assignments_release(struct assignments *all)
{
    arena_release(&all->arena);
}

static crm_status assignments_begin(struct crm_book *book, struct assignments *all,
                                    const crm_assignment *fields, size_t count)
{
    all->items = arena_array(&all->arena, count + MOST_ADDED, sizeof *all->items);
    if (all->items == NULL)
        return error_no_memory(&book->error);
    if (count > 0)
        memcpy(all->items, fields, count * sizeof *fields);
    all->count = count;
    return CRM_OK;
}

static void assign(struct assignments *all, const char *field, const char *value)
{
    all->items[all->count++] = (crm_assignment){field, value};
}

static bool is_given(const struct assignments *all, const char *field)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].field, field) == 0 && all->items[i].value[0] != '\0')
            return true;
    return false;
}

/* Who acts, if that is one of the staff, else the customer's owner. */
static crm_status assign_staff(struct crm_book *book, struct assignments *all, int64_t customer)
{
    const struct value parameters[] = {value_text(book->actor), value_integer(customer)};
    struct value login = value_null();
    if (is_given(all, "staff"))
        return CRM_OK;
    crm_status status = store_row_values(
        book->store, &all->arena,
        "SELECT coalesce((SELECT a.login FROM staff a WHERE a.login = $1), o.login) "
        "FROM customer c LEFT JOIN staff o ON o.id = c.owner WHERE c.id = $2",
        parameters, 2, &login, 1);
    if (status == CRM_OK && !value_is_null(&login))
        assign(all, "staff", login.text);
    return status;
}

/* ---- Commands ---- */

/* The day of a new plan lies ahead. */
static crm_status check_plan(struct crm_book *book, const struct assignments *all)
{
    for (size_t i = 0; i < all->count; i++) {
        day_number day;
        if (strcmp(all->items[i].field, "planned_on") != 0)
            continue;
        crm_status status = date_parse(all->items[i].value, book->today, &day, &book->error);
        if (status != CRM_OK || day >= book->today)
            return status;
        error_set(&book->error, CRM_INVALID, _("visit: the day %s is over"), all->items[i].value);
        return error_hint(&book->error, _("a visit that took place is recorded with --at"));
    }
    return CRM_OK;
}

static crm_status add(struct crm_book *book, const char *customer, const char *at,
                      struct assignments *all, struct crm_sink *sink)
{
    int64_t id = 0;
    bool planned = at == NULL && is_given(all, "planned_on");
    crm_status status = record_resolve(book, &kind_customer, customer, &id);
    const char *reference = arena_printf(&all->arena, "#%lld", (long long)id);
    if (status == CRM_OK && reference == NULL)
        status = error_no_memory(&book->error);
    if (status == CRM_OK && planned)
        status = check_plan(book, all);
    if (status == CRM_OK)
        status = assign_staff(book, all, id);
    if (status != CRM_OK)
        return status;
    assign(all, "customer", reference);
    if (!planned)
        assign(all, "done_at", at == NULL ? "now" : at);
    return crm_record_add(book, kind_visit.name, all->items, all->count, sink);
}

crm_status crm_visit_add(crm_book *book, const char *customer, const char *at,
                         const crm_assignment *fields, size_t count, crm_sink *sink)
{
    struct assignments all cleanup(assignments_release) = {0};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = assignments_begin(book, &all, fields, count);
    if (status == CRM_OK)
        status = add(book, customer, at, &all, sink);
    return book_end(book, status);
}

/* Where the visit stands; refuses one that is `done` or cancelled. */
static crm_status open_visit(struct crm_book *book, const char *reference, int64_t *id,
                             struct arena *arena, struct value *facts)
{
    crm_status status = record_resolve(book, &kind_visit, reference, id);
    if (status == CRM_OK)
        status = load_facts(book, *id, arena, facts);
    if (status != CRM_OK)
        return status;
    if (is_word(&facts[STATUS], "done"))
        error_set(&book->error, CRM_CONFLICT, _("the visit V-%lld is done already"),
                  (long long)*id);
    else if (is_word(&facts[STATUS], "cancelled"))
        error_set(&book->error, CRM_CONFLICT, _("the visit V-%lld was cancelled"), (long long)*id);
    else
        return CRM_OK;
    return error_hint(&book->error, _("change it with: crm edit V-%lld"), (long long)*id);
}

static crm_status finish(struct crm_book *book, const char *visit, const char *at,
                         struct assignments *all, struct crm_sink *sink)
{
    struct value facts[FACTS];
    int64_t id = 0;
    crm_status status = open_visit(book, visit, &id, &all->arena, facts);
    if (status == CRM_OK && value_is_null(&facts[STAFF]))
        status = assign_staff(book, all, facts[CUSTOMER].integer);
    if (status != CRM_OK)
        return status;
    const char *reference = arena_printf(&all->arena, "#%lld", (long long)id);
    if (reference == NULL)
        return error_no_memory(&book->error);
    assign(all, "status", "done");
    assign(all, "done_at", at == NULL ? "now" : at);
    return crm_record_edit(book, kind_visit.name, reference, all->items, all->count, sink);
}

crm_status crm_visit_done(crm_book *book, const char *visit, const char *at,
                          const crm_assignment *fields, size_t count, crm_sink *sink)
{
    struct assignments all cleanup(assignments_release) = {0};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = assignments_begin(book, &all, fields, count);
    if (status == CRM_OK)
        status = finish(book, visit, at, &all, sink);
    return book_end(book, status);
}

static crm_status skip(struct crm_book *book, const char *visit, const char *reason,
                       struct crm_sink *sink)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value facts[FACTS];
    int64_t id = 0;
    crm_status status = open_visit(book, visit, &id, &arena, facts);
    if (status != CRM_OK)
        return status;
    day_number day;
    const struct value *planned = &facts[PLANNED_ON];
    bool over = planned->type == VALUE_TEXT &&
                date_parse_iso(planned->text, planned->length, &day) && day < book->today;
    const char *reference = arena_printf(&arena, "#%lld", (long long)id);
    if (reference == NULL)
        return error_no_memory(&book->error);
    const crm_assignment fields[] = {{"status", over ? "missed" : "cancelled"}, {"reason", reason}};
    return crm_record_edit(book, kind_visit.name, reference, fields, 2, sink);
}

crm_status crm_visit_skip(crm_book *book, const char *visit, const char *reason, crm_sink *sink)
{
    crm_status status = book_begin(book);
    if (status == CRM_OK && (reason == NULL || reason[0] == '\0')) {
        error_set(&book->error, CRM_USAGE, _("visit: why is it skipped?"));
        status = error_hint(&book->error, _("add --reason \"customer is away\""));
    }
    if (status == CRM_OK)
        status = skip(book, visit, reason, sink);
    return book_end(book, status);
}
