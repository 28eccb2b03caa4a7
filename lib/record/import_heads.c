/* SPDX-License-Identifier: MIT */
/* Orders of a flat file. An order is its number and its customer: in real exports one number stands
 * under several. */
#include "record/import_custom.h"
#include "record/import_flat.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_OWN_COLUMNS = 5 /* id, entry, number, customer, custom */ };

const char *const head_names[HEAD_FIELDS] = {"ordered_on", "currency",    "channel",    "status",
                                             "notes",      "external_id", "shipped_on", "ship_mode",
                                             "country",    "region",      "province",   "city"};

/* The fields of orders that the file gives: those that orders have and those of the policy. */
static crm_status map_fields(struct flat *flat)
{
    const struct map *map = flat->import->map;
    flat->number_map = map_find(map, &kind_order, "number");
    for (size_t i = 0; i < HEAD_FIELDS; i++) {
        flat->head_map[i] = map_find(map, &kind_order, head_names[i]);
        if (flat->head_map[i] >= 0 || i == HEAD_CURRENCY || i == HEAD_STATUS)
            flat->head_given[flat->head_given_count++] = (enum head_field)i;
    }
    flat->customs = arena_array(&flat->import->arena, map->field_count + 1, sizeof *flat->customs);
    if (flat->customs == NULL)
        return error_no_memory(&flat->import->book->error);
    for (size_t i = 0; i < map->field_count; i++)
        if (map->fields[i].kind == &kind_order && import_is_custom(&map->fields[i]))
            flat->customs[flat->custom_count++] = i;
    return CRM_OK;
}

static crm_status prepare_find(struct flat *flat)
{
    struct crm_book *book = flat->import->book;
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_text(&sql, "SELECT id, entry");
    for (size_t i = 0; i < flat->head_given_count; i++)
        buffer_printf(&sql, ", %s", head_names[flat->head_given[i]]);
    for (size_t i = 0; i < flat->custom_count; i++) {
        buffer_text(&sql, ", ");
        import_custom_sql(flat->import, flat->customs[i], &sql);
    }
    buffer_text(&sql, " FROM sales_order WHERE number = $1 AND customer = $2");
    if (sql.failed)
        return error_no_memory(&book->error);
    crm_status status = store_prepare(book->store, buffer_string(&sql), &flat->find_order);
    if (status == CRM_OK)
        statement_may_overtake(flat->find_order);
    return status == CRM_OK ? store_prepare(book->store, buffer_string(&sql), &flat->find_new_order)
                            : status;
}

static crm_status open_insert(struct flat *flat)
{
    struct store *store = flat->import->book->store;
    const char *names[HEAD_FIELDS + HEAD_OWN_COLUMNS] = {"id", "entry", "number", "customer"};
    size_t count = 4;
    for (size_t i = 0; i < flat->head_given_count; i++)
        names[count++] = head_names[flat->head_given[i]];
    if (flat->custom_count > 0)
        names[count++] = "custom";
    crm_status status = store_next_id(store, &kind_order, &flat->next_order);
    return status == CRM_OK
               ? store_appender_new(store, kind_order.table, names, count, &flat->insert_order)
               : status;
}

crm_status heads_open(struct flat *flat)
{
    struct crm_book *book = flat->import->book;
    struct value any = value_null();
    flat->heads = calloc(HEAD_PLACES, sizeof *flat->heads);
    if (flat->heads == NULL)
        return error_no_memory(&book->error);
    crm_status status = map_fields(flat);
    if (status == CRM_OK)
        status = prepare_find(flat);
    if (status == CRM_OK)
        status = open_insert(flat);
    if (status == CRM_OK)
        status = store_row_values(book->store, &flat->import->arena,
                                  "SELECT EXISTS (SELECT 1 FROM sales_order)", NULL, 0, &any, 1);
    flat->orders_were_empty = status == CRM_OK && any.integer == 0;
    return status;
}

void heads_close(struct flat *flat)
{
    statement_free(flat->find_order);
    statement_free(flat->find_new_order);
    appender_free(flat->insert_order);
    hash_filter_release(&flat->orders);
    for (size_t i = 0; flat->heads != NULL && i < HEAD_PLACES; i++)
        arena_release(&flat->heads[i].arena);
    free(flat->heads);
    id_counters_release(&flat->counters);
}

/* What the row says of the order. */
static struct value given_field(const struct flat *flat, enum head_field field)
{
    int index = flat->head_map[field];
    struct value value = index < 0 ? value_null() : flat->values[index];
    if (value_is_null(&value) && field == HEAD_CURRENCY)
        return flat->currency;
    if (value_is_null(&value) && field == HEAD_STATUS)
        return flat->status;
    return value;
}

static struct value keep(struct head *head, struct value value)
{
    if (value.type != VALUE_TEXT)
        return value;
    value.text = arena_copy_length(&head->arena, value.text, value.length);
    head->no_memory = head->no_memory || value.text == NULL;
    return value.text == NULL ? value_null() : value;
}

static void refresh_counted(struct head *head)
{
    const struct value *status = &head->fields[HEAD_STATUS];
    head->counted = status->type != VALUE_TEXT || status->length != 9 ||
                    memcmp(status->text, "cancelled", 9) != 0;
}

/* Makes the place free for another order. */
static void begin_head(struct head *head, const struct value *number, int64_t customer,
                       uint64_t hash)
{
    struct arena arena = head->arena;
    arena_clear(&arena);
    *head = (struct head){.arena = arena, .customer = customer, .hash = hash};
    head->number = keep(head, *number);
}

static void keep_custom(struct flat *flat, struct statement *find, struct head *head)
{
    int first = (int)flat->head_given_count + 2;
    head->custom = arena_array(&head->arena, flat->custom_count + 1, sizeof *head->custom);
    head->no_memory = head->no_memory || head->custom == NULL;
    for (size_t i = 0; head->custom != NULL && i < flat->custom_count; i++)
        head->custom[i] = keep(head, statement_column(find, first + (int)i));
}

static crm_status find_stored(struct flat *flat, struct statement *find, struct head *head,
                              bool *found)
{
    struct crm_book *book = flat->import->book;
    const struct value customer = value_integer(head->customer);
    crm_status status = statement_bind(find, 1, &head->number);
    if (status == CRM_OK)
        status = statement_bind(find, 2, &customer);
    if (status == CRM_OK)
        status = statement_step(find, found);
    if (status == CRM_OK && *found) {
        head->id = statement_column(find, 0).integer;
        head->stored = statement_column(find, 1).integer != book->entry;
        for (size_t i = 0; i < flat->head_given_count; i++)
            head->fields[flat->head_given[i]] = keep(head, statement_column(find, (int)i + 2));
        keep_custom(flat, find, head);
        if (head->no_memory)
            status = error_no_memory(&book->error);
    }
    statement_reset(find);
    return status;
}

static crm_status insert_head(struct flat *flat, struct head *head)
{
    struct import *import = flat->import;
    struct value row[HEAD_FIELDS + HEAD_OWN_COLUMNS] = {
        value_integer(flat->next_order), value_integer(import->book->entry), head->number,
        value_integer(head->customer)};
    for (size_t i = 0; i < flat->head_given_count; i++)
        row[i + 4] = given_field(flat, flat->head_given[i]);
    crm_status status = CRM_OK;
    if (flat->custom_count > 0)
        status = import_custom(import, &kind_order, flat->values, &row[flat->head_given_count + 4]);
    if (status == CRM_OK)
        status = appender_add(flat->insert_order, row);
    if (status != CRM_OK)
        return status;
    head->id = flat->next_order++;
    for (size_t i = 0; i < flat->head_given_count; i++)
        head->fields[flat->head_given[i]] = keep(head, row[i + 4]);
    import->orders++;
    return CRM_OK;
}

/* In an empty book the orders there are are those that this import added: the filter knows of most
 * that they are not among them. */
static crm_status load_head(struct flat *flat, struct head *head)
{
    bool maybe_new = false, found = false;
    crm_status status = CRM_OK;
    if (!hash_filter_add(&flat->orders, head->hash ^ head->hash >> 32, &maybe_new))
        return error_no_memory(&flat->import->book->error);
    if (maybe_new)
        status = find_stored(flat, flat->find_new_order, head, &found);
    else if (!flat->orders_were_empty)
        status = find_stored(flat, flat->find_order, head, &found);
    if (status == CRM_OK && !found)
        status = insert_head(flat, head);
    refresh_counted(head);
    return status;
}

/* ---- Changes ----------------------------------------------------------------------------- */

/* Lines that said nothing of their own because the order said it for them say it themselves before
 * the order changes: they may not be in this file. */
static crm_status pin_lines(struct flat *flat, const struct head *head, enum head_field field)
{
    struct crm_book *book = flat->import->book;
    if (value_is_null(&head->fields[field]))
        return CRM_OK;
    const struct value parameters[] = {head->fields[field], value_integer(head->customer),
                                       value_integer(head->id)};
    const char *sql = arena_printf(&flat->import->map->row,
                                   "UPDATE order_line SET %s = coalesce(%s, $1) "
                                   "WHERE customer = $2 AND order_ref = $3",
                                   head_names[field], head_names[field]);
    return sql == NULL ? error_no_memory(&book->error) : store_run(book->store, sql, parameters, 3);
}

/* Puts into `record` what the row says otherwise than the stored order; false when nothing. */
static bool compare_custom(const struct flat *flat, const struct head *head, struct record *record)
{
    for (size_t i = 0; i < flat->custom_count; i++) {
        const struct value *value = &flat->values[flat->customs[i]];
        if (!value_is_null(value) && !value_equal(value, &head->custom[i]))
            import_custom_put(flat->import, flat->customs[i], value, record);
    }
    return record->any_custom;
}

/* The first line of an order in a file speaks for the order; blanks say nothing. */
static crm_status compare_head(struct flat *flat, struct head *head, struct party *customer,
                               bool *changed)
{
    struct crm_book *book = flat->import->book;
    struct record record;
    bool any = false;
    crm_status status = record_new(book, &kind_order, &flat->import->map->row, &record);
    for (size_t i = 0; i < HEAD_FIELDS && status == CRM_OK; i++) {
        int index = flat->head_map[i];
        if (index < 0 || value_is_null(&flat->values[index]) ||
            value_equal(&flat->values[index], &head->fields[i]))
            continue;
        status = any ? CRM_OK : flat_touch(flat, customer);
        if (status == CRM_OK && i >= HEAD_SHIPPED_ON)
            status = pin_lines(flat, head, (enum head_field)i);
        record_put(&record, head_names[i], flat->values[index]);
        head->fields[i] = keep(head, flat->values[index]);
        any = true;
    }
    if (status == CRM_OK)
        any = compare_custom(flat, head, &record) || any;
    if (status != CRM_OK || !any)
        return status;
    *changed = true;
    refresh_counted(head);
    status = derived_update(book, &record, head->id, head->customer);
    return status == CRM_OK ? record_update(book, &record, head->id) : status;
}

crm_status heads_find(struct flat *flat, struct party *customer, struct head **out, bool *changed)
{
    const struct value *number = &flat->values[flat->number_map];
    uint64_t hash = text_hash(number->text, number->length) ^
                    (uint64_t)customer->id * UINT64_C(0x9E3779B97F4A7C15);
    struct head *head = &flat->heads[hash % HEAD_PLACES];
    *out = head;
    if (head->id != 0 && head->hash == hash && head->customer == customer->id &&
        value_equal(number, &head->number))
        return CRM_OK;
    begin_head(head, number, customer->id, hash);
    if (head->no_memory)
        return error_no_memory(&flat->import->book->error);
    crm_status status = load_head(flat, head);
    if (status != CRM_OK)
        return status;
    const uint32_t *met = id_counter(&flat->counters, head->id);
    if (met == NULL || head->no_memory)
        return error_no_memory(&flat->import->book->error);
    head->returned = *met > 0;
    return head->stored && *met == 0 ? compare_head(flat, head, customer, changed) : CRM_OK;
}
