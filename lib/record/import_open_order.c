/* SPDX-License-Identifier: MIT */
/* Lines of one order mostly stand together in a file. An order without lines is read once, and its
 * new lines are then numbered without looking for each in the book. */
#include "record/import_open_order.h"

#include <string.h>

/* false when it does not fit: then the order is looked up line by line. */
static bool keep_text(char *out, size_t room, const struct value *text)
{
    if (text->type != VALUE_TEXT || text->length >= room)
        return false;
    memcpy(out, text->text, text->length);
    out[text->length] = '\0';
    return true;
}

crm_status open_order_turn(struct open_order *order, struct crm_book *book,
                           const struct record *line)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value *id = record_get(line, "order_ref");
    struct value head[5];
    if (id->type != VALUE_INTEGER || id->integer == order->id)
        return CRM_OK;
    *order = (struct open_order){.id = id->integer};
    crm_status status = store_row_values(
        book->store, &arena,
        "SELECT customer, ordered_on, currency, CASE WHEN status = 'cancelled' THEN 0 ELSE 1 END, "
        "EXISTS (SELECT 1 FROM order_line l WHERE l.customer = o.customer AND l.order_ref = o.id) "
        "FROM sales_order o WHERE o.id = $1",
        id, 1, head, 5);
    if (status != CRM_OK)
        return status;
    order->customer = head[0].integer;
    order->counted = head[3].integer;
    order->was_empty = keep_text(order->day, sizeof order->day, &head[1]) &&
                       keep_text(order->currency, sizeof order->currency, &head[2]) &&
                       head[4].integer == 0;
    return CRM_OK;
}

bool open_order_lacks(const struct open_order *order, const struct record *line)
{
    const struct value *number = record_get(line, "line_number");
    return order->was_empty && (value_is_null(number) || number->integer > order->lines);
}

void open_order_complete(struct open_order *order, struct record *line)
{
    const struct value *customer = record_get(line, "customer");
    const struct value *number = record_get(line, "line_number");
    if (!order->was_empty || (!value_is_null(customer) && customer->integer != order->customer))
        return;
    if (value_is_null(number))
        record_put(line, "line_number", value_integer(order->lines + 1));
    order->lines = number->integer;
    if (value_is_null(record_get(line, "ordered_on")))
        record_put(line, "ordered_on", value_text(order->day));
    record_put(line, "customer", value_integer(order->customer));
    record_put(line, "currency", value_text(order->currency));
    record_put(line, "counted", value_integer(order->counted));
}
