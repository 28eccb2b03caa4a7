/* SPDX-License-Identifier: MIT */
/* Rows that are one record each: added, or changed where their key is known. */
#include "record/import_match.h"

#include <stdlib.h>
#include <string.h>

struct records {
    struct import *import;
    struct matcher matcher;
    struct id_counters touched; /* customers whose derived facts are to be computed again … */
    int64_t *customers;         /* … and the list of them */
    size_t customer_count, customer_room;
};

/* Before a change: each customer's share in the sums is taken out once, and put in at the end. */
static crm_status touch(struct records *records, int64_t customer)
{
    struct crm_book *book = records->import->book;
    uint32_t *mark = customer == 0 ? NULL : id_counter(&records->touched, customer);
    if (customer == 0 || (mark != NULL && *mark != 0))
        return CRM_OK;
    if (mark == NULL)
        return error_no_memory(&book->error);
    int64_t *customers = array_grow(records->customers, &records->customer_room,
                                    records->customer_count + 1, sizeof *customers);
    if (customers == NULL)
        return error_no_memory(&book->error);
    *mark = 1;
    records->customers = customers;
    customers[records->customer_count++] = customer;
    return derived_before(book, records->import->kind, customer);
}

static int64_t customer_of(const struct record *record)
{
    int field = kind_field_index(record->kind, "customer");
    return field < 0 ? 0 : record->values[field].integer;
}

/* ---- One row ----------------------------------------------------------------------------- */

/* A tier that was given holds from its day on: the book does not wait for days to come. */
static crm_status check_day(const struct import *import, const struct field *field,
                            const struct value *value)
{
    struct crm_book *book = import->book;
    if (import->kind != &kind_tier_change || strcmp(field->name, "effective_on") != 0 ||
        value->type != VALUE_TEXT || strcmp(value->text, book->today_text) <= 0)
        return CRM_OK;
    error_set(&book->error, CRM_INVALID, _("effective_on: %s is in the future"), value->text);
    return error_hint(&book->error, _("look at the file's dates"));
}

/* References after the rest: an order is looked for under its customer. */
static crm_status read_fields(struct records *records, struct record *record, bool *skip)
{
    struct import *import = records->import;
    const struct map *map = import->map;
    crm_status status = CRM_OK;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < map->field_count && status == CRM_OK && !*skip; i++) {
            const struct field *field = map->fields[i].field;
            bool late = field->type == DATA_REFERENCE && strcmp(field->name, "customer") != 0;
            struct value value;
            bool given;
            if (late != (pass == 1))
                continue;
            status = import_value(import, i, &value, &given, skip);
            /* By a map, blank means nothing said; without one the file says it is empty. */
            bool says = given && (map->name == NULL || !value_is_null(&value));
            if (status == CRM_OK && says && !*skip) {
                status = check_day(import, field, &value);
                if (status == CRM_OK)
                    status = matcher_set(&records->matcher, record, i, &value);
                if (status == CRM_INVALID)
                    rows_error_place(import->rows, map_column(map, i));
            }
        }
    }
    return status;
}

static crm_status add(struct records *records, struct record *record)
{
    struct import *import = records->import;
    int64_t id = 0;
    if (records->matcher.whole_orders)
        open_order_complete(&records->matcher.order, record);
    crm_status status = record_complete(import->book, record, &import->map->row);
    if (status == CRM_OK)
        status = touch(records, customer_of(record));
    if (status == CRM_OK)
        status = record_insert(import->book, record, &id);
    if (status == CRM_OK && import->kind == &kind_customer)
        status = touch(records, id);
    if (status != CRM_OK)
        return import_place(import, status);
    import_accept(import, IMPORT_ADDED);
    return matcher_keep_pending(&records->matcher, id);
}

/* Leaves in `record` what differs from `stored`. */
static crm_status reduce(struct crm_book *book, struct record *record, const struct record *stored,
                         bool *any)
{
    crm_status status = CRM_OK;
    *any = false;
    record->any_custom = false;
    for (size_t i = 0; i < record->kind->field_count; i++) {
        bool own = record->kind->fields[i].expression == NULL;
        record->given[i] =
            record->given[i] && own && !value_equal(&record->values[i], &stored->values[i]);
        *any = *any || record->given[i];
    }
    for (size_t i = 0; i < book->policy->field_count && status == CRM_OK; i++) {
        if (record->custom_given[i])
            status = custom_differs(book, &stored->object, book->policy->fields[i].name,
                                    &record->custom[i], &record->custom_given[i]);
        record->any_custom = record->any_custom || record->custom_given[i];
    }
    *any = *any || record->any_custom;
    return status;
}

/* A line has no id: its place names it. */
static crm_status update_line(struct records *records, const struct record *record,
                              const struct record *stored)
{
    struct crm_book *book = records->import->book;
    struct query query cleanup(query_release) = {0};
    const char *separator = "UPDATE order_line SET ";
    for (size_t i = 0; i < record->kind->field_count; i++) {
        if (!record->given[i])
            continue;
        buffer_printf(&query.sql, "%s%s = ", separator, record->kind->fields[i].name);
        query_value(&query, record->values[i]);
        separator = ", ";
    }
    static const char *const place[] = {"customer", "ordered_on", "order_ref", "line_number"};
    for (size_t i = 0; i < 4; i++) {
        buffer_printf(&query.sql, "%s%s = ", i == 0 ? " WHERE " : " AND ", place[i]);
        query_value(&query, *record_get(stored, place[i]));
    }
    return query.sql.failed
               ? error_no_memory(&book->error)
               : store_run(book->store, buffer_string(&query.sql), query.parameters, query.count);
}

static crm_status change(struct records *records, struct record *record, int64_t id,
                         const struct record *stored)
{
    struct import *import = records->import;
    struct crm_book *book = import->book;
    enum import_outcome outcome = IMPORT_SAME;
    bool any;
    crm_status status = reduce(book, record, stored, &any);
    if (status == CRM_OK && any) {
        int64_t before = import->kind == &kind_customer ? id : customer_of(stored);
        int64_t after = customer_of(record);
        outcome = IMPORT_CHANGED;
        status = touch(records, before);
        if (status == CRM_OK && after != before)
            status = touch(records, after);
        if (status == CRM_OK && import->kind == &kind_line)
            status = update_line(records, record, stored);
        else if (status == CRM_OK)
            status = derived_update(book, record, id, before);
        if (status == CRM_OK && import->kind != &kind_line)
            status = record_update(book, record, id);
    }
    if (status != CRM_OK)
        return import_place(import, status);
    import_accept(import, outcome);
    return matcher_keep_pending(&records->matcher, id);
}

static crm_status import_record(struct records *records)
{
    struct import *import = records->import;
    struct record record, stored;
    bool found = false, skip = false;
    int64_t id = 0;
    size_t pending = records->matcher.pending_count;
    crm_status status = record_new(import->book, import->kind, &import->map->row, &record);
    if (status == CRM_OK)
        status = read_fields(records, &record, &skip);
    if (status == CRM_OK && skip) {
        records->matcher.pending_count = pending;
        import->counts.read--;
        import->counts.skipped++;
        return CRM_OK;
    }
    if (status == CRM_OK) {
        status = matcher_find(&records->matcher, &record, &found, &id, &stored);
        if (status == CRM_OK)
            status = matcher_note_key(&records->matcher, &record);
        import_place(import, status);
    }
    if (status == CRM_OK)
        status = found ? change(records, &record, id, &stored) : add(records, &record);
    if (status == CRM_OK)
        return CRM_OK;
    records->matcher.pending_count = pending;
    return import_refuse(import, status);
}

crm_status import_records(struct import *import)
{
    struct records records = {.import = import};
    bool more = true;
    crm_status status = matcher_open(&records.matcher, import);
    while (status == CRM_OK && more) {
        status = import_next(import, &more);
        if (status == CRM_OK && more)
            status = import_record(&records);
    }
    if (status == CRM_OK)
        status = matcher_resolve_pending(&records.matcher);
    if (status == CRM_OK)
        status = derived_after_many(import->book, import->kind, records.customers,
                                    records.customer_count);
    matcher_close(&records.matcher);
    id_counters_release(&records.touched);
    free(records.customers);
    return status;
}
