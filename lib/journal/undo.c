/* SPDX-License-Identifier: MIT */
/* Undo: what an entry added goes, what it changed and removed comes back, as a new entry. */
#include "base/id_list.h"
#include "journal/history.h"

#include "store/journal.h"
#include "store/roles.h"

#include <stdlib.h>
#include <string.h>

/* Facts kept with customers, by the kind of record that moves them. */
static const struct kind *const facts[] = {&kind_line, &kind_tier_change, &kind_complaint,
                                           &kind_survey_answer, &kind_visit};
enum { SALES, TIERS, COMPLAINTS, SURVEYS, VISITS, FACT_KINDS, NO_FACT = -1 };

struct given {
    int64_t customer, owner;
};

struct undoing {
    struct crm_book *book;
    struct arena arena; /* of the entry */
    struct entry entry;
    struct id_list touched[FACT_KINDS]; /* customers */
    struct id_list orders;              /* whose lines follow them */
    int64_t going_first, going_last;    /* customers that the entry added, all of them */
    struct given *given;                /* customers whom the entry had given to somebody */
    size_t given_count, given_capacity;
    int64_t done, total; /* images and rows, for the progress */
};

static void undoing_release(struct undoing *undoing)
{
    for (size_t i = 0; i < FACT_KINDS; i++)
        id_list_release(&undoing->touched[i]);
    id_list_release(&undoing->orders);
    free(undoing->given);
    arena_release(&undoing->arena);
}

/* ---- Whose facts move ---- */

static crm_status add_id(struct undoing *undoing, struct id_list *list, int64_t id)
{
    return id == 0 || id_list_add(list, id) ? CRM_OK : error_no_memory(&undoing->book->error);
}

static int fact_of(const struct kind *kind)
{
    if (kind == &kind_order)
        return SALES;
    if (kind == &kind_customer)
        return VISITS;
    for (int i = 0; i < FACT_KINDS; i++)
        if (facts[i] == kind)
            return i;
    return NO_FACT;
}

static crm_status touch(struct undoing *undoing, const struct kind *kind, int64_t customer)
{
    int fact = fact_of(kind);
    return fact == NO_FACT ? CRM_OK : add_id(undoing, &undoing->touched[fact], customer);
}

static crm_status touch_all(struct undoing *undoing, int64_t customer)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < FACT_KINDS && status == CRM_OK; i++)
        status = add_id(undoing, &undoing->touched[i], customer);
    return status;
}

struct touching {
    struct undoing *undoing;
    const struct kind *kind;
};

static crm_status touch_row(void *context, const struct value *row)
{
    const struct touching *touching = context;
    return touch(touching->undoing, touching->kind, row[0].integer);
}

/* The customers that go with the entry have ids of their own, from the first to the last. Where it
 * added none, no id is between these. */
static void find_going(struct undoing *undoing)
{
    const struct added *added = entry_added(&undoing->entry, &kind_customer);
    const bool all = undoing->entry.undoes == 0 && added != NULL &&
                     added->count == added->last - added->first + 1;
    undoing->going_first = all ? added->first : 1;
    undoing->going_last = all ? added->last : 0;
}

static bool is_going(const struct undoing *undoing, int64_t customer)
{
    return customer >= undoing->going_first && customer <= undoing->going_last;
}

/* Customers of the rows that are to go. Of those who go as well the lines alone matter, which are
 * in the sums of their months. */
static crm_status touch_added(struct undoing *undoing, const struct added *added)
{
    struct arena arena cleanup(arena_release) = {0};
    struct touching touching = {undoing, added->kind};
    const struct value parameters[] = {
        value_integer(undoing->entry.id), value_integer(added->first), value_integer(added->last),
        value_integer(undoing->going_first), value_integer(undoing->going_last)};
    const bool sold = added->kind == &kind_line;
    const char *place = added->kind->cluster == NULL ? "id" : "customer";
    const char *sql = arena_printf(
        &arena, "SELECT DISTINCT customer FROM %s WHERE %s BETWEEN $2 AND $3 AND entry = $1%s",
        added->kind->table, place, sold ? "" : " AND customer NOT BETWEEN $4 AND $5");
    if (sql == NULL)
        return error_no_memory(&undoing->book->error);
    return store_query(undoing->book->store, sql, parameters, sold ? 3 : 5, touch_row, &touching);
}

/* The customer that a changed order comes from: its lines are taken out of the sums there. */
static crm_status touch_mover(void *context, const struct value *row)
{
    struct undoing *undoing = context;
    const struct image image = image_of(row);
    struct arena arena cleanup(arena_release) = {0};
    struct values after;
    crm_status status = touch(undoing, &kind_order, image.customer);
    if (status != CRM_OK || image.after == NULL)
        return status;
    status = values_read(undoing->book, image.after, &arena, &after);
    return status == CRM_OK ? touch(undoing, &kind_order, values_integer(&after, "customer"))
                            : status;
}

/* Everybody whose sums must be taken out before anything moves. */
static crm_status touch_buyers(struct undoing *undoing)
{
    const struct entry *entry = &undoing->entry;
    const struct value parameters[] = {value_integer(entry->id), value_integer(entry->undoes)};
    crm_status status = CRM_OK;
    for (size_t i = 0; i < entry->added_count && entry->undoes == 0 && status == CRM_OK; i++) {
        const struct added *added = &entry->added[i];
        if (added->kind != NULL && fact_of(added->kind) != NO_FACT && added->kind != &kind_customer)
            status = touch_added(undoing, added);
    }
    if (status != CRM_OK)
        return status;
    return store_query(undoing->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.entry IN ($1, $2) "
                       "AND i.kind IN ('order', 'line')",
                       parameters, 2, touch_mover, undoing);
}

static crm_status take_out_sales(struct undoing *undoing)
{
    struct id_list *list = &undoing->touched[SALES];
    id_list_sort(list);
    return derived_before_many(undoing->book, &kind_line, list->items, list->count);
}

/* Customers who went with the entry have no facts any more. */
static crm_status keep_those_there(struct undoing *undoing, struct id_list *list)
{
    struct statement *statement cleanup(statement_cleanup) = NULL;
    size_t kept = 0;
    id_list_sort(list);
    crm_status status =
        store_prepare(undoing->book->store, "SELECT 1 FROM customer WHERE id = $1", &statement);
    for (size_t i = 0; i < list->count && status == CRM_OK; i++) {
        const struct value id = value_integer(list->items[i]);
        bool there = false;
        if (is_going(undoing, list->items[i]))
            continue;
        status = statement_bind(statement, 1, &id);
        if (status == CRM_OK)
            status = statement_step(statement, &there);
        statement_reset(statement);
        if (there)
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
    return status;
}

static crm_status put_facts(struct undoing *undoing)
{
    crm_status status = CRM_OK;
    id_list_sort(&undoing->orders);
    for (size_t i = 0; i < undoing->orders.count && status == CRM_OK; i++)
        status = derived_follow(undoing->book, &kind_order, undoing->orders.items[i]);
    for (size_t i = 0; i < FACT_KINDS && status == CRM_OK; i++) {
        struct id_list *list = &undoing->touched[i];
        status = keep_those_there(undoing, list);
        if (status == CRM_OK && list->count > 0)
            status = derived_after_many(undoing->book, facts[i], list->items, list->count);
    }
    return status;
}

/* ---- What changed and what went ---- */

static void advance(struct undoing *undoing, int64_t count)
{
    undoing->done += count;
    if (undoing->done % 1024 < count)
        book_progress(undoing->book, _("undo"), undoing->done, undoing->total);
}

static crm_status touch_image(struct undoing *undoing, const struct reading *reading)
{
    const struct image *image = &reading->image;
    crm_status status = image->kind == &kind_customer && image->removed
                            ? touch_all(undoing, image->record)
                            : touch(undoing, image->kind, image->customer);
    if (status == CRM_OK)
        status = touch(undoing, image->kind, values_integer(&reading->after, "customer"));
    if (status == CRM_OK && image->kind == &kind_order)
        status = add_id(undoing, &undoing->orders, image->record);
    return status;
}

static crm_status say_erased(struct undoing *undoing)
{
    error_set(&undoing->book->error, CRM_CONFLICT,
              _("entry %lld cannot be undone: what it changed was erased since"),
              (long long)undoing->entry.id);
    return error_hint(&undoing->book->error, _("see who asked for it: crm log"));
}

static crm_status say_taken(struct undoing *undoing, const struct image *image)
{
    error_set(&undoing->book->error, CRM_CONFLICT,
              _("entry %lld cannot be undone: there is another %s in the place of one that it "
                "changed or removed"),
              (long long)undoing->entry.id, _(image->kind->noun));
    return error_hint(&undoing->book->error, _("see what was done since: crm log"));
}

static crm_status note_owner(struct undoing *undoing, const struct reading *reading)
{
    const int64_t owner = values_integer(&reading->after, "owner");
    if (reading->image.kind != &kind_customer || reading->image.removed || owner == 0)
        return CRM_OK;
    struct given *grown = array_grow(undoing->given, &undoing->given_capacity,
                                     undoing->given_count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&undoing->book->error);
    undoing->given = grown;
    grown[undoing->given_count++] = (struct given){reading->image.record, owner};
    return CRM_OK;
}

static crm_status take_row_back(void *context, const struct reading *reading)
{
    struct undoing *undoing = context;
    crm_status status = revert_image(undoing->book, "", reading);
    if (status == CRM_CONFLICT && undoing->book->error.hint[0] == '\0')
        return say_taken(undoing, &reading->image);
    if (status == CRM_OK)
        status = touch_image(undoing, reading);
    if (status == CRM_OK)
        status = note_owner(undoing, reading);
    advance(undoing, 1);
    return status;
}

static crm_status take_back(void *context, const struct value *row)
{
    struct undoing *undoing = context;
    const struct image image = image_of(row);
    return image.kind == NULL || image_is_erased(&image)
               ? say_erased(undoing)
               : image_read(undoing->book, &image, take_row_back, undoing);
}

static crm_status take_back_images(struct undoing *undoing)
{
    const struct value id = value_integer(undoing->entry.id);
    return store_query(undoing->book->store,
                       "SELECT " IMAGE_COLUMNS
                       " FROM journal_image i WHERE i.entry = $1 ORDER BY i.number DESC",
                       &id, 1, take_back, undoing);
}

/* Customers whom the entry had given to another owner. */
static crm_status give_back_customers(struct undoing *undoing)
{
    crm_status status = CRM_OK;
    for (size_t i = 0; i < undoing->given_count && status == CRM_OK; i++)
        status = derived_owner_back(undoing->book, undoing->given[i].customer,
                                    undoing->given[i].owner, undoing->entry.id);
    return status;
}

/* ---- What came ---- */

/* A few at a time: so images wait in memory and not in a file, and the progress is seen. But where
 * an index is over a computed value, SQLite keeps for each statement a copy of every page that
 * changes meanwhile. */
enum { CUSTOMERS_AT_ONCE = 256, IDS_AT_ONCE = 1024, COMPUTED_AT_ONCE = 65536 };

static int64_t rows_at_once(const struct kind *kind)
{
    if (kind->cluster != NULL)
        return CUSTOMERS_AT_ONCE;
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].index_as != NULL)
            return COMPUTED_AT_ONCE;
    return IDS_AT_ONCE;
}

static crm_status remove_range(struct undoing *undoing, const struct added *added)
{
    const bool by_id = added->kind->cluster == NULL;
    const int64_t step = rows_at_once(added->kind);
    struct statement *statement cleanup(statement_cleanup) = NULL;
    struct arena arena cleanup(arena_release) = {0};
    struct store *store = undoing->book->store;
    const char *sql =
        arena_printf(&arena, "DELETE FROM %s WHERE %s BETWEEN $2 AND $3 AND entry = $1",
                     added->kind->table, by_id ? "id" : "customer");
    crm_status status = sql == NULL ? error_no_memory(&undoing->book->error)
                                    : store_prepare(store, sql, &statement);
    for (int64_t first = added->first; first <= added->last && status == CRM_OK; first += step) {
        int64_t last = added->last - first < step ? added->last : first + step - 1;
        const struct value parameters[] = {value_integer(undoing->entry.id), value_integer(first),
                                           value_integer(last)};
        status = statement_bind_all(statement, parameters, 3);
        if (status == CRM_OK)
            status = statement_run(statement);
        advance(undoing, status == CRM_OK ? store_changes(store) : 0);
    }
    return status;
}

/* A row that the entry brought back, by undoing its removal. */
static crm_status remove_row_again(void *context, const struct reading *reading)
{
    struct undoing *undoing = context;
    struct query query cleanup(query_release) = {0};
    crm_status status = touch_image(undoing, reading);
    if (status != CRM_OK)
        return status;
    buffer_printf(&query.sql, "DELETE FROM %s", reading->image.kind->table);
    reading_where(reading, true, &query);
    if (query.sql.failed)
        return error_no_memory(&undoing->book->error);
    advance(undoing, 1);
    return store_run(undoing->book->store, buffer_string(&query.sql), query.parameters,
                     query.count);
}

static crm_status remove_again(void *context, const struct value *row)
{
    struct undoing *undoing = context;
    const struct image image = image_of(row);
    return image.kind == NULL || image_is_erased(&image)
               ? say_erased(undoing)
               : image_read(undoing->book, &image, remove_row_again, undoing);
}

static crm_status remove_came_back(struct undoing *undoing, const struct kind *kind)
{
    const struct value parameters[] = {value_integer(undoing->entry.undoes),
                                       value_text(kind->name)};
    return store_query(undoing->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.entry = $1 "
                       "AND i.kind = $2 AND i.action = 'removed'",
                       parameters, 2, remove_again, undoing);
}

static bool is_referred_to(const struct kind *kind)
{
    for (size_t k = 0; k < schema_kind_count; k++)
        for (size_t f = 0; f < schema_kinds[k]->field_count; f++) {
            const struct field *field = &schema_kinds[k]->fields[f];
            if (field->type == DATA_REFERENCE && strcmp(field->reference, kind->name) == 0)
                return true;
        }
    return false;
}

/* What refers to others goes before them: kinds stand behind those that they refer to. */
static crm_status remove_added(struct undoing *undoing, bool referred_to)
{
    crm_status status = CRM_OK;
    for (size_t k = schema_kind_count; k-- > 0 && status == CRM_OK;) {
        const struct kind *kind = schema_kinds[k];
        const struct added *added = entry_added(&undoing->entry, kind);
        if (is_referred_to(kind) != referred_to)
            continue;
        if (undoing->entry.undoes != 0)
            status = remove_came_back(undoing, kind);
        else if (added != NULL)
            status = remove_range(undoing, added);
    }
    return status;
}

/* To take a merge back, or to do it again, is an administrator's: only where there was one. */
static crm_status turn_merges(struct store *store, int64_t entry)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value number = value_integer(entry);
    struct value count;
    crm_status status =
        store_row_values(store, &arena, "SELECT count(*) FROM merged_record WHERE entry = $1",
                         &number, 1, &count, 1);
    return status == CRM_OK && count.integer > 0
               ? store_run(store, "UPDATE merged_record SET entry = -entry WHERE entry = $1",
                           &number, 1)
               : status;
}

/* Rows of the program's own tables. A reminder that was given comes again; where a record went by a
 * merge is kept for the case that the merge is done again. */
static crm_status take_back_own(struct undoing *undoing)
{
    const struct value entry = value_integer(undoing->entry.id);
    struct store *store = undoing->book->store;
    crm_status status = store_run(store, "DELETE FROM reminder_given WHERE entry = $1", &entry, 1);
    if (status == CRM_OK)
        status = turn_merges(store, undoing->entry.id);
    return status == CRM_OK && undoing->entry.undoes != 0
               ? turn_merges(store, -undoing->entry.undoes)
               : status;
}

/* ---- Which entry ---- */

static crm_status say_nothing_to_undo(struct crm_book *book)
{
    error_set(&book->error, CRM_NOT_FOUND, _("there is nothing to undo"));
    return error_hint(&book->error, _("nothing was written to this book yet"));
}

/* The last one that did something that the journal keeps. */
static crm_status find_last(struct undoing *undoing, int64_t *out)
{
    struct value id = value_null();
    crm_status status =
        store_row_values(undoing->book->store, &undoing->arena,
                         "SELECT max(j.id) FROM journal j WHERE j.added <> '{}' "
                         "OR j.undoes IS NOT NULL "
                         "OR EXISTS (SELECT 1 FROM journal_image i WHERE i.entry = j.id)",
                         NULL, 0, &id, 1);
    *out = id.integer;
    return status == CRM_OK && value_is_null(&id) ? say_nothing_to_undo(undoing->book) : status;
}

static crm_status count_images(struct undoing *undoing, int64_t *out)
{
    const struct value parameters[] = {value_integer(undoing->entry.id),
                                       value_integer(undoing->entry.undoes)};
    struct value count = value_null();
    crm_status status = store_row_values(undoing->book->store, &undoing->arena,
                                         "SELECT sum(row_count) FROM journal_image "
                                         "WHERE entry = $1 "
                                         "OR (entry = $2 AND action = 'removed')",
                                         parameters, 2, &count, 1);
    *out = count.integer;
    return status;
}

static crm_status refuse_undone(struct undoing *undoing, int64_t by)
{
    error_set(&undoing->book->error, CRM_CONFLICT, _("entry %lld is undone already, by entry %lld"),
              (long long)undoing->entry.id, (long long)by);
    return error_hint(&undoing->book->error, _("do it again by undoing that one: crm undo %lld"),
                      (long long)by);
}

/* An undo is an entry like any other but for reminders: where one went, it is not noted. */
static crm_status refuse_reminders(struct undoing *undoing)
{
    error_set(&undoing->book->error, CRM_CONFLICT,
              _("entry %lld made reminders come again, which is not undone"),
              (long long)undoing->entry.id);
    return error_hint(&undoing->book->error,
                      _("have them told, and they count as given: crm remind --new"));
}

static crm_status refuse_empty(struct undoing *undoing)
{
    if (undoing->entry.undoes != 0)
        return refuse_reminders(undoing);
    error_set(&undoing->book->error, CRM_CONFLICT,
              _("entry %lld changed nothing that the journal keeps: computed figures, or files"),
              (long long)undoing->entry.id);
    return error_hint(&undoing->book->error,
                      _("policy, calendars and survey templates are files: put back a copy"));
}

static crm_status choose(struct undoing *undoing, int64_t id)
{
    struct undone_list undone;
    int64_t by, images = 0;
    crm_status status = id == 0 ? find_last(undoing, &id) : CRM_OK;
    if (status == CRM_OK)
        status = entry_load(undoing->book, id, &undoing->arena, &undoing->entry);
    if (status == CRM_OK)
        status = entry_refuse_valueless(undoing->book, id);
    if (status == CRM_OK)
        status = undone_load(undoing->book, &undoing->arena, &undone);
    if (status == CRM_OK)
        status = count_images(undoing, &images);
    if (status != CRM_OK)
        return status;
    undoing->total = images;
    for (size_t i = 0; i < undoing->entry.added_count && undoing->entry.undoes == 0; i++)
        undoing->total += undoing->entry.added[i].count;
    by = undone_by(&undone, id);
    if (by != 0)
        return refuse_undone(undoing, by);
    return undoing->total == 0 ? refuse_empty(undoing)
                               : conflict_refuse(undoing->book, &undoing->entry, &undone);
}

/* ---- All of it ---- */

/* The staff that goes: what the entry added, or brought back. */
static crm_status refuse_holders(struct undoing *undoing)
{
    struct store *store = undoing->book->store;
    const struct entry *entry = &undoing->entry;
    return entry->undoes == 0
               ? store_refuse_holders(store, "SELECT id FROM staff WHERE entry = $1", entry->id)
               : store_refuse_holders(store,
                                      "SELECT record FROM journal_image WHERE entry = $1 "
                                      "AND kind = 'staff' AND action = 'removed'",
                                      entry->undoes);
}

static crm_status undo(struct undoing *undoing)
{
    crm_status status = refuse_holders(undoing);
    find_going(undoing);
    if (status == CRM_OK)
        status = touch_buyers(undoing);
    if (status == CRM_OK)
        status = take_out_sales(undoing);
    if (status == CRM_OK)
        status = remove_added(undoing, false);
    if (status == CRM_OK)
        status = take_back_images(undoing);
    if (status == CRM_OK)
        status = remove_added(undoing, true);
    if (status == CRM_OK)
        status = take_back_own(undoing);
    if (status == CRM_OK)
        status = give_back_customers(undoing);
    return status == CRM_OK ? put_facts(undoing) : status;
}

static crm_status undo_entry(struct crm_book *book, int64_t entry, struct crm_sink *sink)
{
    struct undoing undoing cleanup(undoing_release) = {.book = book};
    crm_status status = book_begin(book);
    if (status == CRM_OK)
        status = store_keep_statements(book->store, true);
    if (status == CRM_OK)
        status = choose(&undoing, entry);
    if (status == CRM_OK) {
        journal_undoes(book->store, undoing.entry.id);
        status = undo(&undoing);
    }
    if (status == CRM_OK)
        status = history_write_entry(book, &undoing.entry, book->entry, sink);
    if (status == CRM_OK)
        status = derived_note(book, sink);
    if (book->store != NULL) {
        crm_status left = store_keep_statements(book->store, false);
        status = status == CRM_OK ? left : status;
    }
    return book_end(book, status);
}

crm_status crm_undo(crm_book *book, int64_t entry, crm_sink *sink)
{
    crm_status status = book_read(book);
    /* References need no look at every row that goes: the conflicts were looked for before. */
    if (status == CRM_OK)
        status = store_set_loading(book->store, true);
    if (status != CRM_OK)
        return status;
    status = undo_entry(book, entry, sink);
    crm_status left = store_set_loading(book->store, false);
    return status == CRM_OK ? left : status;
}
