/* SPDX-License-Identifier: MIT */
/* JSON Lines. */
#include "rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_rows(data, size, (struct rows_options){.path = "input.jsonl", .format = "jsonl"});
    return 0;
}
