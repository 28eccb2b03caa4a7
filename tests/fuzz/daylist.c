/* SPDX-License-Identifier: MIT */
/* An official list of holidays. */
#include "fuzz.h"
#include "policy/daylist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct day_list list = {0};
    struct arena arena = {0};
    char *text = text_of(data, size);
    crm_status status = day_list_parse(&arena, text, size, &list, &error);
    must_explain(status, &error);
    for (size_t i = 0; status == CRM_OK && i < list.count; i++)
        MUST(day_list_find(&list, list.days[i].date) == &list.days[i]);
    arena_release(&arena);
    free(text);
    return 0;
}
