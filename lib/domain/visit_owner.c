/* SPDX-License-Identifier: MIT */
/* Planned visits go with the customer: when another looks after it, they are that one's to make. */
#include "domain/visit.h"

crm_status visit_owner(struct crm_book *book, int64_t customer, int64_t *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value id = value_integer(customer);
    struct value owner = value_null();
    crm_status status = store_row_values(
        book->store, &arena, "SELECT owner FROM customer WHERE id = $1", &id, 1, &owner, 1);
    *out = value_is_null(&owner) ? 0 : owner.integer;
    return status;
}

crm_status visit_pass_on(struct crm_book *book, int64_t customer, int64_t from, int64_t to,
                         int64_t since)
{
    const struct value parameters[] = {value_integer(to), value_integer(customer),
                                       value_integer(from), value_text(book->today_text),
                                       value_integer(since)};
    if (from == 0 || to == 0 || from == to)
        return CRM_OK;
    crm_status status = store_run(book->store,
                                  "UPDATE visit SET staff = $1 WHERE customer = $2 AND staff = $3 "
                                  "AND done_at IS NULL AND status = 'planned' "
                                  "AND planned_on >= $4 AND entry > $5",
                                  parameters, 5);
    book->passed_on += status == CRM_OK ? store_changes(book->store) : 0;
    return status;
}
