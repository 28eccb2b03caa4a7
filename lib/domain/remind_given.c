/* SPDX-License-Identifier: MIT */
/* The ledger of reminders: which item was given to whom in which state. */
#include "domain/given.h"
#include "domain/remind.h"

#include <string.h>

void given_begin_sql(const struct given_to *to, struct query *query)
{
    buffer_text(&query->sql, " AND NOT EXISTS (SELECT 1 FROM reminder_given g WHERE "
                             "g.recipient = ");
    query_value(query, value_text(to->recipient));
    buffer_text(&query->sql, " AND g.item = ");
}

void given_state_sql(const struct given_to *to, struct query *query)
{
    buffer_text(&query->sql, " AND (g.given_at > ");
    query_value(query, value_text(to->now));
    buffer_text(&query->sql, " OR g.state = ");
}

void given_end_sql(struct query *query)
{
    buffer_text(&query->sql, "))");
}

crm_status reminders_drop_given(struct reminders *all)
{
    struct statement *given cleanup(statement_cleanup) = NULL;
    size_t kept = 0;
    crm_status status = store_prepare(all->book->store,
                                      "SELECT given_at FROM reminder_given "
                                      "WHERE item = $1 AND recipient = $3 "
                                      "AND (state = $2 OR given_at > $4)",
                                      &given);
    for (size_t i = 0; i < all->count && status == CRM_OK; i++) {
        const struct value parameters[] = {value_text(all->items[i].id),
                                           value_text(all->items[i].state),
                                           value_text(all->to.recipient), value_text(all->to.now)};
        bool found = false;
        status = statement_bind_all(given, parameters, 4);
        if (status == CRM_OK)
            status = statement_step(given, &found);
        statement_reset(given);
        if (!found)
            all->items[kept++] = all->items[i];
    }
    all->count = kept;
    return status;
}

/* ---- Noting ---- */

static crm_status insert_all(struct reminders *all)
{
    struct statement *insert cleanup(statement_cleanup) = NULL;
    crm_status status = store_prepare(all->book->store,
                                      "INSERT INTO reminder_given (item, state, recipient, "
                                      "given_at, entry) VALUES ($1, $2, $3, $4, $5) "
                                      "ON CONFLICT DO NOTHING",
                                      &insert);
    for (size_t i = 0; i < all->count && status == CRM_OK; i++) {
        const struct value parameters[] = {value_text(all->items[i].id),
                                           value_text(all->items[i].state),
                                           value_text(all->to.recipient), value_text(all->to.now),
                                           value_integer(all->book->entry)};
        status = statement_bind_all(insert, parameters, 5);
        if (status == CRM_OK)
            status = statement_run(insert);
    }
    return status;
}

/* What an undo may bring back, or a clock that is set back, is not given twice. */
enum { YEARS_KEPT = 2 };

/* All ids of the matter: those that begin as this one does, up to its day. */
static crm_status drop_former_of(struct reminders *all, struct statement *drop, const char *id,
                                 const char *before)
{
    const char *last = strrchr(id, ':');
    char *first = arena_copy_length(&all->arena, id, (size_t)(last - id) + 1);
    char *end = arena_copy_length(&all->arena, id, (size_t)(last - id) + 1);
    if (first == NULL || end == NULL)
        return error_no_memory(&all->book->error);
    end[last - id] = ':' + 1;
    const struct value parameters[] = {value_text(first), value_text(end), value_text(id),
                                       value_text(before)};
    crm_status status = statement_bind_all(drop, parameters, 4);
    return status == CRM_OK ? statement_run(drop) : status;
}

/* When the next duty of a matter is given, those before it are over, and nobody asks for them any
 * more: so the ledger does not grow with the years. */
static crm_status drop_former(struct reminders *all)
{
    const struct duration back = {-YEARS_KEPT, DURATION_YEARS};
    struct statement *drop cleanup(statement_cleanup) = NULL;
    char before[TIME_TEXT];
    time_format_utc(zone_instant(all->book->zone, date_add(all->book->today, back), 0), before);
    crm_status status = store_prepare(all->book->store,
                                      "DELETE FROM reminder_given WHERE item >= $1 AND item < $2 "
                                      "AND item <> $3 AND given_at < $4",
                                      &drop);
    for (size_t i = 0; i < all->count && status == CRM_OK; i++)
        if (all->items[i].succeeds)
            status = drop_former_of(all, drop, all->items[i].id, before);
    return status;
}

crm_status reminders_note_given(struct reminders *all)
{
    crm_status status = insert_all(all);
    return status == CRM_OK ? drop_former(all) : status;
}
