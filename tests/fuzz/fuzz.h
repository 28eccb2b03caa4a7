/* SPDX-License-Identifier: MIT */
/* Shared by the fuzz targets: each is one libFuzzer program, linked to the whole library, that
 * hands any bytes to a reader. It must answer with a status and, if that is not CRM_OK, a sentence.
 */
#ifndef CRM_TESTS_FUZZ_H
#define CRM_TESTS_FUZZ_H

#include "base/error.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold; a broken promise is a crash, of which libFuzzer keeps the input. */
#define MUST(condition) ((condition) ? (void)0 : must_fail(__FILE__, __LINE__, #condition))

static inline _Noreturn void must_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

/* The input as text of its own size, so that a byte read beyond its end is seen. */
static inline char *text_of(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    MUST(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static inline void must_say(crm_status status, const char *message, const char *hint)
{
    if (status == CRM_OK)
        return;
    MUST(message[0] != '\0');
    MUST(text_is_valid(message, strlen(message)));
    MUST(text_is_valid(hint, strlen(hint)));
    MUST(status != CRM_CORRUPT && status != CRM_IO);
}

static inline void must_explain(crm_status status, const struct error *error)
{
    must_say(status, error->message, error->hint);
}

#endif
