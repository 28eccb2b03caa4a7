/* SPDX-License-Identifier: MIT */
/* A value for each field of each kind. */
#include "fuzz.h"
#include "schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    const struct field_context context = {.today = 20514, .now = 1772413200};
    char *text = text_of(data, size);
    for (size_t i = 0; i < schema_kind_count; i++) {
        for (size_t j = 0; j < schema_kinds[i]->field_count; j++) {
            struct error error = {0};
            struct value value;
            bool rounded = false;
            must_explain(field_parse(&schema_kinds[i]->fields[j], text, size, &context, &arena,
                                     &value, &rounded, &error),
                         &error);
        }
        arena_clear(&arena);
    }
    arena_release(&arena);
    free(text);
    return 0;
}
