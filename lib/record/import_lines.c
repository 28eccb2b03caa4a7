/* SPDX-License-Identifier: MIT */
/* Lines of a flat file: their amounts, and whether they are new, changed or known. */
#include "record/import_flat.h"

#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

const char *const line_names[LINE_COLUMNS] = {
    "customer",   "ordered_on", "order_ref", "line_number", "product",    "description", "quantity",
    "unit_price", "discount",   "amount",    "profit",      "shipped_on", "ship_mode",   "country",
    "region",     "province",   "city",      "external_id", "currency",   "counted",     "entry"};

/* The first four columns are a line's place in the table. */
enum { LINE_PLACE = LINE_NUMBER + 1 };

/* Whether a line of this file may have a value there. */
static bool may_have(const struct flat *flat, enum line_column column)
{
    switch (column) {
    case LINE_PRODUCT:
        return flat->has_products;
    case LINE_DESCRIPTION:
        return flat->line_map[column] >= 0 || flat->products.title >= 0;
    case LINE_QUANTITY:
    case LINE_PROFIT:
    case LINE_EXTERNAL_ID:
        return flat->line_map[column] >= 0;
    case LINE_UNIT_PRICE:
        return flat->line_map[column] >= 0 || flat->line_map[LINE_QUANTITY] >= 0;
    case LINE_DISCOUNT:
        return flat->line_map[column] >= 0 || flat->discount_amount_map >= 0;
    case LINE_SHIPPED_ON:
    case LINE_SHIP_MODE:
    case LINE_COUNTRY:
    case LINE_REGION:
    case LINE_PROVINCE:
    case LINE_CITY:
        return flat->head_map[HEAD_SHIPPED_ON + (int)(column - LINE_SHIPPED_ON)] >= 0;
    default:
        return true;
    }
}

/* Columns that a known line is compared by, and updated in: those that this file says something of.
 * The others stay as they are. */
static bool is_compared(const struct flat *flat, size_t column)
{
    bool own = column == LINE_ORDERED_ON || (column >= LINE_PRODUCT && column < LINE_ENTRY);
    return own && may_have(flat, (enum line_column)column);
}

crm_status lines_open(struct flat *flat)
{
    struct crm_book *book = flat->import->book;
    const struct map *map = flat->import->map;
    struct buffer find cleanup(buffer_release) = {0};
    struct buffer update cleanup(buffer_release) = {0};
    size_t parameter = 0;
    for (size_t i = 0; i < LINE_COLUMNS; i++)
        flat->line_map[i] = map_find(map, &kind_line, line_names[i]);
    flat->discount_amount_map = map_find(map, &kind_line, "discount_amount");
    flat->full_amount_map = map_find(map, &kind_line, "full_amount");
    for (size_t i = 0; i < LINE_COLUMNS; i++) {
        bool compared = flat->compared[i] = is_compared(flat, i);
        if (may_have(flat, (enum line_column)i))
            flat->given[flat->given_count++] = i;
        if (i < LINE_PLACE || compared || i == LINE_ENTRY) {
            buffer_printf(&find, "%s%s", i > 0 ? ", " : "SELECT ", line_names[i]);
            flat->stored[flat->stored_count++] = (enum line_column)i;
        }
        if (!compared)
            continue;
        buffer_printf(&update, "%s%s = $%zu", parameter > 0 ? ", " : "UPDATE order_line SET ",
                      line_names[i], parameter + 1);
        parameter++;
    }
    buffer_text(&find, " FROM order_line WHERE customer = $1 AND order_ref = $2");
    for (size_t i = 0; i < LINE_PLACE; i++)
        buffer_printf(&update, "%s%s = $%zu", i == 0 ? " WHERE " : " AND ", line_names[i],
                      parameter + i + 1);
    flat->identity = flat->line_map[LINE_EXTERNAL_ID] >= 0 ? BY_EXTERNAL_ID
                     : flat->line_map[LINE_NUMBER] >= 0    ? BY_NUMBER
                                                           : BY_OCCURRENCE;
    size_t all = find.length;
    buffer_text(&find, " AND ordered_on = $3");
    if (find.failed || update.failed)
        return error_no_memory(&book->error);
    crm_status status = store_prepare(book->store, buffer_string(&find), &flat->find_day_lines);
    find.data[all] = '\0';
    if (status == CRM_OK)
        status = store_prepare(book->store, buffer_string(&find), &flat->find_lines);
    return status == CRM_OK ? store_prepare(book->store, buffer_string(&update), &flat->update_line)
                            : status;
}

void lines_close(struct flat *flat)
{
    statement_free(flat->find_lines);
    statement_free(flat->find_day_lines);
    statement_free(flat->update_line);
    hash_filter_release(&flat->seen);
    free(flat->touched);
}

/* ---- Amounts ----------------------------------------------------------------------------- */

static crm_status refuse_amount(struct flat *flat, const char *what, const char *hint)
{
    struct error *error = &flat->import->book->error;
    error_set(error, CRM_INVALID, "%s", what);
    error_hint(error, "%s", hint);
    return import_place(flat->import, CRM_INVALID);
}

/* A value of the row that is no column of the line; NULL when it is blank or not mapped. */
static const struct value *line_part(const struct flat *flat, int field)
{
    return field < 0 || value_is_null(&flat->values[field]) ? NULL : &flat->values[field];
}

/* The full amount, or else quantity × unit price, less the discount: a share of it or money. */
static bool compute_amount(const struct flat *flat, struct value *line)
{
    const struct value *off = line_part(flat, flat->discount_amount_map);
    const struct value *before = line_part(flat, flat->full_amount_map);
    const struct value *share = &line[LINE_DISCOUNT];
    int64_t quantity = before == NULL ? line[LINE_QUANTITY].integer : DECIMAL_ONE;
    int64_t price = before == NULL ? line[LINE_UNIT_PRICE].integer : before->integer;
    int64_t amount, full, ratio;
    if (off == NULL) {
        /* Rounded once, at the end, as for a line that is made by hand. */
        int64_t rest = DECIMAL_ONE;
        if (!value_is_null(share) && !decimal_add(DECIMAL_ONE, -share->integer, &rest))
            return false;
        if (!decimal_multiply3(quantity, price, rest, &amount))
            return false;
    } else if (!decimal_multiply(quantity, price, &full) ||
               !decimal_add(full, -off->integer, &amount)) {
        return false;
    } else if (value_is_null(share) && decimal_divide(off->integer, full, &ratio)) {
        line[LINE_DISCOUNT] = value_integer(ratio);
    }
    line[LINE_AMOUNT] = value_integer(amount);
    return true;
}

/* Price where the file has none: full amount ÷ quantity, or amount ÷ (quantity × (1 − discount)).
 */
static void derive_price(const struct flat *flat, struct value *line)
{
    const struct value *full = line_part(flat, flat->full_amount_map);
    const struct value *share = &line[LINE_DISCOUNT];
    int64_t off = full != NULL || value_is_null(share) ? 0 : share->integer;
    int64_t rest, units, price;
    if (value_is_null(&line[LINE_QUANTITY]) || !decimal_add(DECIMAL_ONE, -off, &rest) ||
        !decimal_multiply(line[LINE_QUANTITY].integer, rest, &units) ||
        !decimal_divide((full == NULL ? &line[LINE_AMOUNT] : full)->integer, units, &price))
        return;
    line[LINE_UNIT_PRICE] = value_integer(price);
}

crm_status lines_amount(struct flat *flat, struct value *line)
{
    bool parts = line_part(flat, flat->full_amount_map) != NULL ||
                 (!value_is_null(&line[LINE_QUANTITY]) && !value_is_null(&line[LINE_UNIT_PRICE]));
    if (value_is_null(&line[LINE_AMOUNT]) && !parts)
        return refuse_amount(flat, _("the line has no amount"),
                             _("fill in the amount, or quantity and unit price"));
    if (value_is_null(&line[LINE_AMOUNT]) && !compute_amount(flat, line))
        return refuse_amount(flat, _("quantity times price is too large"),
                             _("look at quantity, unit price and discount"));
    if (flat->line_map[LINE_UNIT_PRICE] < 0)
        derive_price(flat, line);
    return CRM_OK;
}

/* ---- Known lines ------------------------------------------------------------------------- */

static struct value copy(struct head *head, struct value value)
{
    if (value.type != VALUE_TEXT)
        return value;
    value.text = arena_copy_length(&head->arena, value.text, value.length);
    head->no_memory = head->no_memory || value.text == NULL;
    return value.text == NULL ? value_null() : value;
}

static bool is_loaded(const struct head *head, const struct stored_line *line)
{
    for (const struct stored_line *other = head->lines; other != NULL; other = other->next)
        if (other->columns[LINE_NUMBER].integer == line->columns[LINE_NUMBER].integer)
            return true;
    return false;
}

static void append(struct head *head, struct stored_line *line)
{
    if (head->last_line == NULL)
        head->lines = line;
    else
        head->last_line->next = line;
    head->last_line = line;
}

/* Adds the lines of the order that are not loaded yet: of its day, or all. */
static crm_status load_lines(struct flat *flat, struct head *head, bool all)
{
    struct crm_book *book = flat->import->book;
    struct statement *find = all ? flat->find_lines : flat->find_day_lines;
    const struct value parameters[] = {value_integer(head->customer), value_integer(head->id),
                                       head->fields[HEAD_ORDERED_ON]};
    crm_status status = statement_bind_all(find, parameters, all ? 2 : 3);
    bool row = status == CRM_OK;
    while (row) {
        status = statement_step(find, &row);
        if (status != CRM_OK || !row)
            break;
        struct stored_line *line = arena_alloc(&head->arena, sizeof *line);
        if (line == NULL) {
            status = error_no_memory(&book->error);
            break;
        }
        for (size_t i = 0; i < flat->stored_count; i++)
            line->columns[flat->stored[i]] = copy(head, statement_column(find, (int)i));
        line->met = line->columns[LINE_ENTRY].integer == book->entry;
        if (head->loaded_day && is_loaded(head, line))
            continue;
        append(head, line);
    }
    statement_reset(find);
    head->loaded_day = true;
    head->loaded_all = all;
    return status;
}

static struct stored_line *match(struct head *head, enum line_column column,
                                 const struct value *value)
{
    struct stored_line *next = head->cursor == NULL ? head->lines : head->cursor->next;
    if (next != NULL && value_equal(&next->columns[column], value)) {
        head->cursor = next;
        return next;
    }
    for (struct stored_line *line = head->lines; line != NULL; line = line->next)
        if (value_equal(&line->columns[column], value))
            return line;
    return NULL;
}

static int64_t highest_number(const struct head *head)
{
    int64_t highest = 0;
    for (const struct stored_line *line = head->lines; line != NULL; line = line->next)
        if (line->columns[LINE_NUMBER].integer > highest)
            highest = line->columns[LINE_NUMBER].integer;
    return highest;
}

/* An order that comes back knows its new lines again: they are put where they can be read. */
static crm_status recall(struct flat *flat, struct head *head)
{
    if (!head->returned)
        return CRM_OK;
    head->returned = false;
    head->loaded_day = true;
    crm_status status = flat_flush(flat);
    return status == CRM_OK ? load_lines(flat, head, true) : status;
}

static enum line_column identity_column(const struct flat *flat)
{
    return flat->identity == BY_EXTERNAL_ID ? LINE_EXTERNAL_ID : LINE_NUMBER;
}

/* Recalls the order's lines if this one may be among them. */
static crm_status look_back(struct flat *flat, struct head *head, const struct value *line)
{
    const struct value *value = &line[identity_column(flat)];
    bool maybe = false;
    uint64_t hash = value->type == VALUE_TEXT
                        ? text_hash(value->text, value->length)
                        : text_hash((const char *)&value->integer, sizeof value->integer);
    hash = (hash ^ (uint64_t)head->id) * UINT64_C(0x9E3779B97F4A7C15);
    if (!hash_filter_add(&flat->seen, hash ^ hash >> 32, &maybe))
        return error_no_memory(&flat->import->book->error);
    return maybe ? recall(flat, head) : CRM_OK;
}

/* The line as it was stored before; NULL when it is new. Most are found under the order's day. */
static crm_status find_known(struct flat *flat, struct head *head, const struct value *line,
                             struct stored_line **out)
{
    enum line_column column = identity_column(flat);
    crm_status status = CRM_OK;
    *out = NULL;
    if (!head->stored)
        return CRM_OK;
    if (!head->loaded_day)
        status = load_lines(flat, head, false);
    if (status == CRM_OK)
        *out = match(head, column, &line[column]);
    if (status == CRM_OK && *out == NULL && !head->loaded_all) {
        status = load_lines(flat, head, true);
        *out = status == CRM_OK ? match(head, column, &line[column]) : NULL;
    }
    return status;
}

static crm_status refuse_twice(struct flat *flat, const struct value *line)
{
    struct error *error = &flat->import->book->error;
    enum line_column column = identity_column(flat);
    const struct value *value = &line[column];
    if (value->type == VALUE_TEXT)
        error_set(error, CRM_INVALID, _("line.%s \"%.*s\" stands twice in this order"),
                  line_names[column], (int)value->length, value->text);
    else
        error_set(error, CRM_INVALID, _("line.%s %lld stands twice in this order"),
                  line_names[column], (long long)value->integer);
    error_hint(error, _("remove one of the two lines, or map another column"));
    return rows_error_place(flat->import->rows,
                            map_column(flat->import->map, (size_t)flat->line_map[column]));
}

static crm_status update_line(struct flat *flat, const struct stored_line *known,
                              const struct value *line)
{
    struct value parameters[LINE_COLUMNS + LINE_PLACE];
    size_t count = 0;
    for (size_t i = 0; i < LINE_COLUMNS; i++)
        if (flat->compared[i])
            parameters[count++] = line[i];
    for (size_t i = 0; i < LINE_PLACE; i++)
        parameters[count++] = known->columns[i];
    crm_status status = statement_bind_all(flat->update_line, parameters, count);
    return status == CRM_OK ? statement_run(flat->update_line) : status;
}

static crm_status compare_line(struct flat *flat, struct head *head, struct party *customer,
                               struct stored_line *known, struct value *line,
                               enum import_outcome *out)
{
    if (known->met)
        return refuse_twice(flat, line);
    known->met = true;
    line[LINE_NUMBER] = known->columns[LINE_NUMBER];
    *out = IMPORT_SAME;
    for (size_t i = 0; i < LINE_COLUMNS; i++)
        if (flat->compared[i] && !value_equal(&line[i], &known->columns[i]))
            *out = IMPORT_CHANGED;
    if (*out == IMPORT_SAME)
        return CRM_OK;
    crm_status status = flat_touch(flat, customer);
    if (status == CRM_OK)
        status = update_line(flat, known, line);
    for (size_t i = 0; i < LINE_COLUMNS && status == CRM_OK; i++)
        known->columns[i] = copy(head, line[i]);
    return status;
}

/* ---- New lines --------------------------------------------------------------------------- */

/* A new line is remembered with its order for a while, so that a second one of its name is seen. */
static crm_status remember(struct flat *flat, struct head *head, const struct value *line)
{
    struct stored_line *known = arena_alloc(&head->arena, sizeof *known);
    if (known == NULL)
        return error_no_memory(&flat->import->book->error);
    known->columns[LINE_NUMBER] = line[LINE_NUMBER];
    known->columns[LINE_EXTERNAL_ID] = copy(head, line[LINE_EXTERNAL_ID]);
    known->met = true;
    append(head, known);
    return CRM_OK;
}

static void note_difference(struct flat *flat, struct head *head)
{
    if (!head->differs)
        flat->differing++;
    head->differs = true;
}

/* What the line says otherwise than its order stands on the line; the rest is null. */
static void set_differences(struct flat *flat, struct head *head, struct value *line)
{
    for (size_t i = HEAD_SHIPPED_ON; i < HEAD_FIELDS; i++) {
        struct value *column = &line[LINE_SHIPPED_ON + (i - HEAD_SHIPPED_ON)];
        int index = flat->head_map[i];
        *column = index < 0 ? value_null() : flat->values[index];
        if (value_is_null(column))
            continue;
        if (value_equal(column, &head->fields[i]))
            *column = value_null();
        else
            note_difference(flat, head);
    }
    if (!value_equal(&line[LINE_ORDERED_ON], &head->fields[HEAD_ORDERED_ON]))
        note_difference(flat, head);
}

crm_status lines_place(struct flat *flat, struct head *head, struct party *customer,
                       struct value *line, enum import_outcome *out)
{
    uint32_t *met = id_counter(&flat->counters, head->id);
    struct stored_line *known = NULL;
    if (met == NULL || head->no_memory)
        return error_no_memory(&flat->import->book->error);
    line[LINE_CUSTOMER] = value_integer(head->customer);
    line[LINE_ORDER] = value_integer(head->id);
    line[LINE_CURRENCY] = head->fields[HEAD_CURRENCY];
    line[LINE_COUNTED] = value_integer(head->counted);
    line[LINE_ENTRY] = value_integer(flat->import->book->entry);
    set_differences(flat, head, line);
    if (flat->identity == BY_OCCURRENCE)
        line[LINE_NUMBER] = value_integer((int64_t)*met + 1);
    crm_status status = flat->identity == BY_OCCURRENCE ? CRM_OK : look_back(flat, head, line);
    if (status == CRM_OK)
        status = find_known(flat, head, line, &known);
    if (status == CRM_OK && known == NULL && flat->identity != BY_OCCURRENCE)
        known = match(head, identity_column(flat), &line[identity_column(flat)]);
    /* The number of a new line comes after all of the order's. */
    if (status == CRM_OK && known == NULL && flat->identity == BY_EXTERNAL_ID && head->stored)
        status = recall(flat, head);
    if (status != CRM_OK)
        return status;
    if (known != NULL) {
        (*met)++;
        return compare_line(flat, head, customer, known, line, out);
    }
    if (flat->identity == BY_EXTERNAL_ID) {
        int64_t highest = highest_number(head);
        line[LINE_NUMBER] = value_integer((highest > *met ? highest : (int64_t)*met) + 1);
    }
    (*met)++;
    *out = IMPORT_ADDED;
    status = flat_touch(flat, customer);
    return status == CRM_OK && flat->identity != BY_OCCURRENCE ? remember(flat, head, line)
                                                               : status;
}

/* ---- Sums -------------------------------------------------------------------------------- */

crm_status flat_touch(struct flat *flat, struct party *customer)
{
    if (customer->touched)
        return CRM_OK;
    int64_t *touched =
        array_grow(flat->touched, &flat->touched_room, flat->touched_count + 1, sizeof *touched);
    if (touched == NULL)
        return error_no_memory(&flat->import->book->error);
    flat->touched = touched;
    touched[flat->touched_count++] = customer->id;
    customer->touched = true;
    return customer->added ? CRM_OK : derived_before(flat->import->book, &kind_line, customer->id);
}
