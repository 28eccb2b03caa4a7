/* SPDX-License-Identifier: MIT */
/* The notation of dates and numbers in a map, and behind the first line break a text to read by it.
 */
#include "fuzz.h"
#include "import/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct arena arena = {0};
    const struct date_format *format = NULL;
    char *text = text_of(data, size);
    char *value = strchr(text, '\n');
    if (value != NULL)
        *value++ = '\0';
    crm_status status = date_format_compile(&arena, text, &format, &error);
    must_explain(status, &error);
    struct civil_time time;
    if (status == CRM_OK && value != NULL && date_format_read(format, value, strlen(value), &time))
        MUST(time.second >= 0 && time.second <= 86400);
    const struct number_format numbers[] = {{.decimal = '.', .thousands = ","},
                                            {.decimal = ',', .thousands = ".", .percent = true}};
    for (size_t i = 0; value != NULL && i < sizeof numbers / sizeof *numbers; i++) {
        int64_t number;
        bool rounded = false;
        (void)number_format_read(&numbers[i], value, strlen(value), &number, &rounded);
    }
    arena_release(&arena);
    free(text);
    return 0;
}
