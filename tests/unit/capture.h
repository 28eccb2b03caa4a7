/* SPDX-License-Identifier: MIT */
/* A sink whose output a test can look at. */
#ifndef CRM_TESTS_UNIT_CAPTURE_H
#define CRM_TESTS_UNIT_CAPTURE_H

#include "output/sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct capture {
    struct crm_sink *sink;
    struct error error;
    FILE *stream;
    char *text; /* what was printed, after capture_end */
    size_t length;
};

static inline void capture_open(struct capture *capture, crm_sink_options options,
                                const struct zone *zone)
{
    *capture = (struct capture){0};
    capture->stream = open_memstream(&capture->text, &capture->length);
    assert_non_null(capture->stream);
    options.stream = capture->stream;
    assert_int_equal(sink_open(&options, zone, &capture->error, &capture->sink), CRM_OK);
}

/* Finishes the sink and compares all that it printed. */
static inline void capture_expect(struct capture *capture, const char *expected)
{
    assert_int_equal(sink_finish(capture->sink), CRM_OK);
    sink_free(capture->sink);
    capture->sink = NULL;
    (void)fclose(capture->stream);
    assert_string_equal(capture->text, expected);
    assert_int_equal(capture->length, strlen(expected));
    free(capture->text);
}

/* Finishes the sink; capture->text is the caller's to free. */
static inline void capture_end(struct capture *capture)
{
    assert_int_equal(sink_finish(capture->sink), CRM_OK);
    sink_free(capture->sink);
    capture->sink = NULL;
    (void)fclose(capture->stream);
}

/* A whole table of `rows` rows, one after the other in `values`. */
static inline void print_table(struct crm_sink *sink, const struct table *table,
                               const struct value *values, size_t rows)
{
    assert_int_equal(sink_begin(sink, table), CRM_OK);
    for (size_t i = 0; i < rows; i++)
        assert_int_equal(sink_row(sink, values + i * table->count), CRM_OK);
    assert_int_equal(sink_end(sink), CRM_OK);
}

#endif
