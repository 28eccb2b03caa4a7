/* SPDX-License-Identifier: MIT */
/* The archive that a backup is. */
#include "fuzz.h"
#include "backup/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    char piece[300];
    if (size == 0)
        return 0;
    struct archive_reader reader = {.stream = fmemopen((void *)(uintptr_t)data, size, "r"),
                                    .name = "input.tar",
                                    .error = &error};
    MUST(reader.stream != NULL);
    bool more = true;
    crm_status status = CRM_OK;
    while (status == CRM_OK && more) {
        status = archive_next(&reader, &more);
        size_t got = more && status == CRM_OK ? 1 : 0;
        while (status == CRM_OK && got > 0)
            status = archive_read(&reader, piece, sizeof piece, &got);
        MUST(reader.length <= (int64_t)size);
    }
    MUST(status == CRM_OK ||
         (error.message[0] != '\0' && text_is_valid(error.message, strlen(error.message))));
    archive_reader_release(&reader);
    fclose(reader.stream);
    return 0;
}
