/* SPDX-License-Identifier: MIT */
/* A flat file of order lines: one row makes or finds a customer, a product, a member of staff and
 * an order, and is one line.
 *
 * The rows pass through once. Customers, products and orders are few and are inserted on the way,
 * known lines are compared, and new ones sorted by where they will be stored: lines lie by customer
 * and day, files by day, and filling a table in its own order costs a fraction of filling it all
 * over the place. The sorted lines are appended in one go. */
#include "record/import_flat.h"

#include <stdlib.h>
#include <string.h>

/* ---- One row ----------------------------------------------------------------------------- */

static crm_status make_room(struct flat *flat)
{
    size_t count = flat->import->map->field_count;
    if (count <= flat->value_room)
        return CRM_OK;
    struct value *values = realloc(flat->values, count * sizeof *values);
    if (values == NULL)
        return error_no_memory(&flat->import->book->error);
    flat->values = values;
    flat->value_room = count;
    return CRM_OK;
}

/* All values before anything is stored: a refused row leaves no trace. */
static crm_status read_values(struct flat *flat, bool *skip)
{
    crm_status status = make_room(flat);
    *skip = false;
    for (size_t i = 0; i < flat->import->map->field_count && status == CRM_OK && !*skip; i++) {
        bool given;
        status = import_value(flat->import, i, &flat->values[i], &given, skip);
    }
    return status;
}

static crm_status refuse_blank(struct flat *flat, int field, const char *name)
{
    struct import *import = flat->import;
    error_set(&import->book->error, CRM_INVALID, _("%s is blank"), name);
    error_hint(&import->book->error,
               _("fill it in, or say in the map what a blank means: default, or blank: skip"));
    return field < 0 ? import_place(import, CRM_INVALID)
                     : rows_error_place(import->rows, map_column(import->map, (size_t)field));
}

static bool is_blank(const struct flat *flat, int field)
{
    return field < 0 || value_is_null(&flat->values[field]);
}

/* What no line can be without. */
static crm_status require(struct flat *flat)
{
    if (is_blank(flat, flat->customers.key) && is_blank(flat, flat->customers.title))
        return refuse_blank(flat, flat->customers.key, "customer.key");
    if (is_blank(flat, flat->number_map))
        return refuse_blank(flat, flat->number_map, "order.number");
    if (is_blank(flat, flat->head_map[HEAD_ORDERED_ON]))
        return refuse_blank(flat, flat->head_map[HEAD_ORDERED_ON], "order.ordered_on");
    if (flat->identity == BY_EXTERNAL_ID && is_blank(flat, flat->line_map[LINE_EXTERNAL_ID]))
        return refuse_blank(flat, flat->line_map[LINE_EXTERNAL_ID], "line.external_id");
    if (flat->identity == BY_NUMBER && is_blank(flat, flat->line_map[LINE_NUMBER]))
        return refuse_blank(flat, flat->line_map[LINE_NUMBER], "line.line_number");
    return CRM_OK;
}

static bool is_negative(const struct value *value)
{
    return value->type == VALUE_INTEGER && value->integer < 0;
}

/* Returns and cancellations are what the map says they are. */
static crm_status judge_return(struct flat *flat, const struct value *line, bool *skip)
{
    struct import *import = flat->import;
    if (!is_negative(&line[LINE_QUANTITY]) && !is_negative(&line[LINE_AMOUNT]))
        return CRM_OK;
    *skip = import->map->returns == RETURNS_SKIP;
    if (import->map->returns != RETURNS_REFUSE)
        return CRM_OK;
    error_set(&import->book->error, CRM_INVALID, _("quantity or amount is negative"));
    error_hint(&import->book->error,
               _("say in the map what that means: returns: keep (it lowers revenue) or skip"));
    int field = flat->line_map[is_negative(&line[LINE_QUANTITY]) ? LINE_QUANTITY : LINE_AMOUNT];
    return field < 0 ? import_place(import, CRM_INVALID)
                     : rows_error_place(import->rows, map_column(import->map, (size_t)field));
}

/* The columns that come straight from the row. */
static crm_status begin_line(struct flat *flat, struct value *line, bool *skip)
{
    for (size_t i = 0; i < LINE_COLUMNS; i++)
        line[i] = flat->line_map[i] < 0 ? value_null() : flat->values[flat->line_map[i]];
    line[LINE_ORDERED_ON] = flat->values[flat->head_map[HEAD_ORDERED_ON]];
    crm_status status = lines_amount(flat, line);
    return status == CRM_OK ? judge_return(flat, line, skip) : status;
}

/* Whom and what the row names. */
static crm_status find_parties(struct flat *flat, struct value *line, struct party **customer,
                               bool *changed)
{
    struct party *staff = NULL, *product = NULL;
    crm_status status = CRM_OK;
    if (flat->has_staff)
        status = parties_find(&flat->staff, flat->values, 0, &staff, changed);
    if (status == CRM_OK)
        status = parties_find(&flat->customers, flat->values, staff == NULL ? 0 : staff->id,
                              customer, changed);
    /* A first day that was filled in moves the next visit. */
    if (status == CRM_OK && *changed)
        status = flat_touch(flat, *customer);
    if (status == CRM_OK && flat->has_products)
        status = parties_find(&flat->products, flat->values, 0, &product, changed);
    if (status != CRM_OK || product == NULL)
        return status;
    line[LINE_PRODUCT] = value_integer(product->id);
    const struct value *name =
        flat->products.title < 0 ? NULL : &flat->values[flat->products.title];
    if (name != NULL && !value_is_null(name) && product->title != NULL &&
        value_is_null(&line[LINE_DESCRIPTION]) &&
        (strlen(product->title) != name->length ||
         memcmp(product->title, name->text, name->length) != 0)) {
        line[LINE_DESCRIPTION] = *name;
        flat->renamed++;
    }
    return CRM_OK;
}

/* *insert is true when the line is new. */
static crm_status store_row_of_file(struct flat *flat, struct value *line, bool *insert)
{
    struct import *import = flat->import;
    bool skip, changed = false;
    struct party *customer = NULL;
    struct head *head = NULL;
    enum import_outcome outcome = IMPORT_SAME;
    *insert = false;
    crm_status status = read_values(flat, &skip);
    if (status == CRM_OK && !skip)
        status = require(flat);
    if (status == CRM_OK && !skip)
        status = begin_line(flat, line, &skip);
    if (status == CRM_OK && skip) {
        import->counts.read--;
        import->counts.skipped++;
        return CRM_OK;
    }
    if (status == CRM_OK)
        status = find_parties(flat, line, &customer, &changed);
    if (status == CRM_OK)
        status = heads_find(flat, customer, &head, &changed);
    if (status == CRM_OK)
        status = lines_place(flat, head, customer, line, &outcome);
    if (status != CRM_OK)
        return status;
    *insert = outcome == IMPORT_ADDED;
    import_accept(import, outcome == IMPORT_SAME && changed ? IMPORT_CHANGED : outcome);
    return CRM_OK;
}

static crm_status add_line(struct flat *flat, const struct value *line)
{
    flat->waiting++;
    return line_sorter_add(flat->sorter, line);
}

/* Reads the file: new lines go to the sorter. */
static crm_status read_rows(struct flat *flat)
{
    struct value line[LINE_COLUMNS];
    bool more = true, insert = false;
    crm_status status = CRM_OK;
    while (status == CRM_OK && more) {
        status = import_next(flat->import, &more);
        if (status != CRM_OK || !more)
            return status;
        status = store_row_of_file(flat, line, &insert);
        if (status != CRM_OK)
            status = import_refuse(flat->import, status);
        else if (insert)
            status = add_line(flat, line);
    }
    return status;
}

static crm_status next_line(void *context, struct value *line, bool *more)
{
    struct flat *flat = context;
    crm_status status = line_sorter_next(flat->sorter, line, more);
    if (status != CRM_OK || !*more || flat->sums == NULL)
        return status;
    const struct value *profit = &line[LINE_PROFIT];
    const struct value summed[] = {line[LINE_CUSTOMER],
                                   line[LINE_ORDERED_ON],
                                   line[LINE_ORDER],
                                   line[LINE_AMOUNT],
                                   value_is_null(profit) ? value_integer(0) : *profit,
                                   line[LINE_CURRENCY],
                                   line[LINE_COUNTED]};
    return derived_lines_add(flat->sums, summed);
}

/* ---- The whole --------------------------------------------------------------------------- */

static crm_status refuse_key(struct import *import)
{
    error_set(&import->book->error, CRM_USAGE, _("a flat order file takes no other key"));
    return error_hint(&import->book->error,
                      _("map the column to customer.key, product.code or line.external_id"));
}

/* Whether the book has no lines yet. */
static crm_status look_for_lines(struct flat *flat)
{
    struct import *import = flat->import;
    struct value any = value_null();
    crm_status status =
        store_row_values(import->book->store, &import->arena,
                         "SELECT EXISTS (SELECT 1 FROM order_line)", NULL, 0, &any, 1);
    flat->first_lines = status == CRM_OK && any.integer == 0;
    return status;
}

static crm_status open_sorter(struct flat *flat)
{
    return line_sorter_new(LINE_COLUMNS, flat->given, flat->given_count, &flat->sorter,
                           &flat->import->book->error);
}

static crm_status open_flat(struct flat *flat, struct import *import)
{
    flat->import = import;
    flat->has_products = parties_mapped(import, &kind_product);
    flat->has_staff = parties_mapped(import, &kind_staff);
    flat->currency = value_text(import->book->policy->currency);
    flat->status = value_text("completed");
    if (import->map->key_count > 0)
        return refuse_key(import);
    /* Those that others refer to come first. */
    crm_status status = parties_open(&flat->staff, import, &kind_staff, false);
    if (status == CRM_OK)
        status = parties_open(&flat->customers, import, &kind_customer, flat->has_staff);
    if (status == CRM_OK)
        status = parties_open(&flat->products, import, &kind_product, false);
    if (status == CRM_OK)
        status = heads_open(flat);
    if (status == CRM_OK)
        status = lines_open(flat);
    if (status == CRM_OK)
        status = look_for_lines(flat);
    return status == CRM_OK ? open_sorter(flat) : status;
}

static void close_flat(struct flat *flat)
{
    lines_close(flat);
    heads_close(flat);
    parties_close(&flat->customers);
    parties_close(&flat->products);
    parties_close(&flat->staff);
    line_sorter_free(flat->sorter);
    free(flat->values);
}

static crm_status insert_lines(struct flat *flat)
{
    const struct store_source source = {
        .columns = line_names, .column_count = LINE_COLUMNS, .next = next_line, .context = flat};
    return store_append(flat->import->book->store, "order_line", &source, flat->given,
                        flat->given_count);
}

crm_status flat_flush(struct flat *flat)
{
    if (flat->waiting == 0)
        return CRM_OK;
    crm_status status = insert_lines(flat);
    line_sorter_free(flat->sorter);
    flat->sorter = NULL;
    flat->waiting = 0;
    flat->first_lines = false;
    return status == CRM_OK ? open_sorter(flat) : status;
}

/* The last lines, and what follows from all. The first of a book are summed up as they pass. */
static crm_status finish_lines(struct flat *flat)
{
    struct crm_book *book = flat->import->book;
    crm_status status = CRM_OK;
    if (!flat->first_lines) {
        status = flat_flush(flat);
        return status == CRM_OK
                   ? derived_after_many(book, &kind_line, flat->touched, flat->touched_count)
                   : status;
    }
    status = derived_lines_begin(book, flat->touched, flat->touched_count, &flat->sums);
    if (status == CRM_OK)
        status = flat_flush(flat);
    if (status == CRM_OK)
        status = derived_lines_end(book, flat->sums, flat->touched, flat->touched_count);
    derived_lines_free(flat->sums);
    flat->sums = NULL;
    return status;
}

static void note_counts(struct flat *flat)
{
    struct import *import = flat->import;
    parties_note(&flat->customers);
    parties_note(&flat->products);
    parties_note(&flat->staff);
    if (flat->differing > 0)
        import_note(import, "\"note\":\"orders_with_differing_lines\",\"records\":%lld",
                    (long long)flat->differing);
    if (flat->renamed > 0)
        import_note(import, "\"note\":\"lines_with_another_product_name\",\"records\":%lld",
                    (long long)flat->renamed);
}

crm_status import_orders(struct import *import)
{
    struct flat flat = {0};
    crm_status status = open_flat(&flat, import);
    if (status == CRM_OK)
        status = read_rows(&flat);
    if (status == CRM_OK)
        status = finish_lines(&flat);
    if (status == CRM_OK)
        status = store_settle(import->book->store);
    if (status == CRM_OK)
        note_counts(&flat);
    close_flat(&flat);
    return status;
}
