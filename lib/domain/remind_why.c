/* SPDX-License-Identifier: MIT */
/* remind --why: one item of the list, explained by what it is a reminder of. */
#include "domain/remind.h"
#include "domain/visit.h"
#include "domain/why.h"

#include <string.h>

static const struct reminder *find_item(const struct reminders *all, const char *id)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].id, id) == 0)
            return &all->items[i];
    return NULL;
}

static crm_status refuse_id(struct crm_book *book, const char *id)
{
    error_set(&book->error, CRM_NOT_FOUND, _("there is no reminder '%s' now"), id);
    return error_hint(&book->error, _("see: crm remind --within 1y --fields id,why"));
}

/* ---- Given ---- */

static crm_status add_given(void *context, const struct value *row)
{
    struct why *why = context;
    instant at;
    if (row[2].type != VALUE_TEXT || !time_parse_iso(row[2].text, row[2].length, NULL, &at))
        return CRM_OK;
    why_add(why, (struct why_step){.figure = "given",
                                   .step = "given",
                                   .input = strcmp(row[1].text, "*") == 0
                                                ? _("everybody")
                                                : why_text(why, "%s", row[1].text),
                                   .value = why_text(why, "%s", row[0].text),
                                   .result = why_time(why, at)});
    return CRM_OK;
}

/* Why --new does not give it any more. */
static crm_status add_all_given(struct why *why, const char *id)
{
    const struct value item = value_text(id);
    return store_query(why->book->store,
                       "SELECT state, recipient, given_at FROM reminder_given WHERE item = $1 "
                       "ORDER BY given_at, recipient, state",
                       &item, 1, add_given, why);
}

/* ---- The whole ---- */

static crm_status write_item(struct why *why, const struct reminder *item, struct crm_sink *sink)
{
    why_add(why, (struct why_step){.figure = "state",
                                   .step = "reminder",
                                   .input = item->why,
                                   .line = item->line,
                                   .value = item->due,
                                   .result = item->state});
    crm_status status = item->explain(why, item);
    if (status == CRM_OK)
        status = add_all_given(why, item->id);
    if (status != CRM_OK)
        return status;
    const struct why_cell cells[] = {
        {{.name = "id", .label = _("Id")}, value_text(item->id)},
        {{.name = "kind",
          .label = _("What"),
          .choices = remind_kinds,
          .choice_count = REMIND_KINDS},
         value_text(item->kind)},
        {{.name = "customer", .label = _("Customer")}, value_text(item->customer)},
        {{.name = "tier", .label = _("Tier")}, value_text(item->tier)},
        {{.name = "due", .label = _("Due"), .type = DATA_TIME}, value_text(item->due)},
        {{.name = "state", .label = _("State"), .choices = why_words, .choice_count = WHY_WORDS},
         value_text(item->state)},
        {{.name = "owner", .label = _("Owner")}, value_text(item->owner)},
        {{.name = "why", .label = _("Why")}, value_text(item->why)}};
    const struct why_page page = {
        .name = "remind_why", .cells = cells, .count = sizeof cells / sizeof *cells};
    return why_write(why, &page, sink);
}

/* An item that is still to come has an id, too. */
static crm_status look_for(struct reminders *all, const char *id, const struct reminder **out)
{
    static const char *const horizons[] = {NULL, "1y", "10y"};
    crm_status status = CRM_OK;
    *out = NULL;
    for (size_t i = 0; i < 3 && status == CRM_OK && *out == NULL; i++) {
        const crm_reminder_request request = {.within = horizons[i]};
        reminders_release(all);
        *all = (struct reminders){.book = all->book, .request = &request, .explains = true};
        status = reminders_collect(all);
        *out = status == CRM_OK ? find_item(all, id) : NULL;
    }
    return status == CRM_OK && *out == NULL ? refuse_id(all->book, id) : status;
}

crm_status crm_remind_why(crm_book *book, const char *id, crm_sink *sink)
{
    struct reminders all cleanup(reminders_release) = {.book = book};
    struct why why cleanup(why_release) = {.book = book};
    const struct reminder *item = NULL;
    crm_status status = book_read(book);
    if (status == CRM_OK)
        status = visit_settle(book);
    if (status == CRM_OK)
        status = store_begin_reading(book->store);
    if (status == CRM_OK) {
        status = look_for(&all, id, &item);
        if (status == CRM_OK)
            status = write_item(&why, item, sink);
        store_end_reading(book->store);
    }
    return book_end(book, status);
}
