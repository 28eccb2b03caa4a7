/* SPDX-License-Identifier: MIT */
/* Rolling records of the past back, image by image. */
#include "journal/past.h"

#include <stdlib.h>

/* ---- What happened since ---- */

static crm_status add_back(struct past *past, struct back back)
{
    struct back *grown = array_grow(past->backs, &past->capacity, past->count + 1, sizeof *grown);
    if (grown == NULL)
        return error_no_memory(&past->book->error);
    past->backs = grown;
    grown[past->count++] = back;
    return CRM_OK;
}

/* An image since is taken back; a removal that was undone since goes back to being one. */
static crm_status note_row(struct past *past, const struct image *image, size_t place)
{
    struct back back = {.entry = image->entry,
                        .number = image->number,
                        .image_entry = image->entry,
                        .image_number = image->number,
                        .place = place};
    crm_status status = image->entry > past->entry ? add_back(past, back) : CRM_OK;
    back.number = 0;
    for (size_t i = 0; i < past->undone.count && image->removed && status == CRM_OK; i++) {
        const struct undone *undone = &past->undone.items[i];
        back.entry = undone->entry;
        if (undone->undoes == image->entry && undone->entry > past->entry)
            status = add_back(past, back);
    }
    return status;
}

static crm_status note_member(void *context, const struct value *row)
{
    const struct image image = image_of(row);
    return image.kind == NULL ? CRM_OK : note_row(context, &image, 0);
}

static crm_status note_line(void *context, const struct reading *reading)
{
    struct past *past = context;
    struct arena arena cleanup(arena_release) = {0};
    const struct image *image = &reading->image;
    const struct value order =
        value_integer(values_integer(&reading->before, image->kind->part_of));
    struct value found;
    crm_status status = store_row_values(
        past->book->store, &arena, "SELECT 1 FROM past_member WHERE kind = 'order' AND record = $1",
        &order, 1, &found, 1);
    if (status == CRM_NOT_FOUND)
        return CRM_OK;
    return status == CRM_OK ? note_row(past, image, reading->row) : status;
}

static crm_status note_lines(void *context, const struct value *row)
{
    struct past *past = context;
    const struct image image = image_of(row);
    return image.kind == NULL || image_is_erased(&image)
               ? CRM_OK
               : image_read(past->book, &image, note_line, past);
}

/* Only what happened since, or was undone since, is read. */
#define SINCE                                                                                      \
    " AND (i.entry > $1 OR (i.action = 'removed' AND EXISTS (SELECT 1 FROM journal j "             \
    "WHERE j.undoes = i.entry AND j.id > $1)))"

crm_status past_note_members(struct past *past)
{
    const struct value entry = value_integer(past->entry);
    return store_query(past->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM past_member m "
                       "JOIN journal_image i ON i.kind = m.kind "
                       "AND i.record = m.record" SINCE,
                       &entry, 1, note_member, past);
}

crm_status past_note_lines(struct past *past)
{
    const struct value parameters[] = {value_integer(past->entry),
                                       value_integer(past->root.customer)};
    return store_query(past->book->store,
                       "SELECT " IMAGE_COLUMNS " FROM journal_image i WHERE i.kind = 'line' "
                       "AND (i.customer = $2 OR i.customer IN (SELECT o.customer "
                       "FROM past_sales_order o) OR i.customer IN (SELECT w.customer "
                       "FROM past_member m JOIN journal_image w ON w.kind = m.kind "
                       "AND w.record = m.record WHERE m.kind = 'order' AND w.entry > $1))" SINCE,
                       parameters, 2, note_lines, past);
}

/* ---- Taking it back ---- */

/* Rows of one image stand together, in its order. */
static int compare_backs(const void *a, const void *b)
{
    const struct back *left = a, *right = b;
    if (left->entry != right->entry)
        return left->entry > right->entry ? -1 : 1;
    if (left->number != right->number)
        return left->number > right->number ? -1 : 1;
    if (left->image_number != right->image_number)
        return left->image_number > right->image_number ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

crm_status past_say_erased(struct past *past)
{
    error_set(&past->book->error, CRM_NOT_FOUND,
              _("how it was can't be told: what was changed since was erased"));
    return error_hint(&past->book->error, _("see what is left: crm log"));
}

/* Its number or place may have been given again since: that other record was not there yet. */
static crm_status make_room(struct past *past, const struct reading *reading)
{
    struct query query cleanup(query_release) = {0};
    const struct image *image = &reading->image;
    if (!image->removed && image->record != 0)
        return CRM_OK;
    buffer_printf(&query.sql, "DELETE FROM %s%s", PAST_PREFIX, image->kind->table);
    reading_where(reading, false, &query);
    buffer_text(&query.sql, " AND entry > ");
    query_value(&query, value_integer(image->entry));
    return past_run_query(past, &query);
}

/* Rows of one image that are taken back. */
struct taking {
    struct past *past;
    const struct back *next, *end;
};

static crm_status take_row_back(void *context, const struct reading *reading)
{
    struct taking *taking = context;
    struct past *past = taking->past;
    struct query query cleanup(query_release) = {0};
    if (taking->next == taking->end || taking->next->place != reading->row)
        return CRM_OK;
    if ((taking->next++)->number != 0) {
        crm_status status = make_room(past, reading);
        return status == CRM_OK ? revert_image(past->book, PAST_PREFIX, reading) : status;
    }
    buffer_printf(&query.sql, "DELETE FROM %s%s", PAST_PREFIX, reading->image.kind->table);
    reading_where(reading, true, &query);
    return past_run_query(past, &query);
}

static crm_status take_back(void *context, const struct value *row)
{
    const struct taking *taking = context;
    const struct image image = image_of(row);
    return image_is_erased(&image) ? past_say_erased(taking->past)
                                   : image_read(taking->past->book, &image, take_row_back, context);
}

/* How many from the first on are rows of one image. */
static size_t count_together(const struct back *backs, size_t left)
{
    size_t count = 1;
    while (count < left && backs[count].entry == backs->entry &&
           backs[count].number == backs->number && backs[count].image_number == backs->image_number)
        count++;
    return count;
}

crm_status past_take_back(struct past *past)
{
    crm_status status = CRM_OK;
    if (past->count > 0)
        qsort(past->backs, past->count, sizeof *past->backs, compare_backs);
    for (size_t i = 0, count; i < past->count && status == CRM_OK; i += count) {
        const struct back *back = &past->backs[i];
        count = count_together(back, past->count - i);
        struct taking taking = {past, back, back + count};
        const struct value parameters[] = {value_integer(back->image_entry),
                                           value_integer(back->image_number)};
        status = store_query(past->book->store,
                             "SELECT " IMAGE_COLUMNS
                             " FROM journal_image i WHERE i.entry = $1 AND i.number = $2",
                             parameters, 2, take_back, &taking);
    }
    past->count = 0;
    return status;
}
