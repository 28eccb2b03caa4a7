/* SPDX-License-Identifier: MIT */
/* When tiers were last evaluated. */
#include "domain/tier.h"

#include "store/create.h"

#include <string.h>

static const char *setting_of(const struct tier_scheme *scheme, struct arena *arena)
{
    return arena_printf(arena, STORE_SETTING_EVALUATED "%s", scheme->name);
}

/* The later of two days, of which there may be none. */
static void take_day(const struct value *text, bool *known, day_number *day)
{
    day_number found;
    if (text->type != VALUE_TEXT || !date_parse_iso(text->text, text->length, &found) ||
        (*known && found < *day))
        return;
    *known = true;
    *day = found;
}

crm_status tier_last_evaluation(struct crm_book *book, const struct tier_scheme *scheme,
                                bool *known, day_number *day)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value setting = value_null(), changed = value_null();
    const char *name = setting_of(scheme, &arena);
    *known = false;
    *day = 0;
    if (name == NULL)
        return error_no_memory(&book->error);
    const struct value parameters[] = {value_text(name), value_text(scheme->name)};
    crm_status status =
        store_row_values(book->store, &arena, STORE_SETTING_SQL, parameters, 1, &setting, 1);
    if (status == CRM_OK || status == CRM_NOT_FOUND)
        status = store_row_values(book->store, &arena,
                                  "SELECT max(effective_on) FROM tier_change "
                                  "WHERE scheme = $1 AND coalesce(pinned, 0) = 0 "
                                  "AND coalesce(reason, '') <> 'released'", /* by hand, too */
                                  parameters + 1, 1, &changed, 1);
    take_day(&setting, known, day);
    take_day(&changed, known, day);
    return status;
}

crm_status tier_note_evaluation(struct crm_book *book, const struct tier_scheme *scheme,
                                size_t changes)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value stored = value_null();
    if (book->policy->review_every.count == 0)
        return CRM_OK;
    const char *name = setting_of(scheme, &arena);
    if (name == NULL)
        return error_no_memory(&book->error);
    const struct value parameters[] = {value_text(name), value_text(book->today_text)};
    crm_status status =
        store_row_values(book->store, &arena, STORE_SETTING_SQL, parameters, 1, &stored, 1);
    const bool noted =
        status == CRM_OK && stored.type == VALUE_TEXT && strcmp(stored.text, book->today_text) == 0;
    if (noted || (status != CRM_OK && status != CRM_NOT_FOUND))
        return status;
    if (changes == 0)
        book_derives(book); /* nothing that could be undone */
    return store_run(book->store,
                     "INSERT INTO book_setting (name, setting) VALUES ($1, $2) "
                     "ON CONFLICT (name) DO UPDATE SET setting = excluded.setting",
                     parameters, 2);
}
