/* SPDX-License-Identifier: MIT */
/* CSV and TSV in any encoding. The first byte says how the file is to be read. */
#include "rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const encodings[] = {NULL, "utf-8", "gb18030", "utf-16"};
    static const char delimiters[] = {0, ';', '\t', '|'};
    if (size == 0)
        return 0;
    unsigned how = data[0];
    read_rows(
        data + 1, size - 1,
        (struct rows_options){.path = "input.csv",
                              .format = (how & 1) != 0 ? "tsv" : "csv",
                              .encoding = encodings[how >> 1 & 3],
                              .delimiter = delimiters[how >> 3 & 3],
                              .quote = (how & 32) != 0 ? 0 : '"',
                              .header = (how & 64) != 0 ? ROWS_HEADER_NONE : ROWS_HEADER_NAMES,
                              .own = (how & 1) != 0,
                              .pad_short = (how & 128) != 0});
    return 0;
}
