/* SPDX-License-Identifier: MIT */
/* Status and error text: one struct that every fallible function fills and whose status it returns.
 */
#ifndef CRM_BASE_ERROR_H
#define CRM_BASE_ERROR_H

#include "crm.h"

#include <libintl.h>
#include <stdarg.h>
#include <stddef.h>

/* The library translates from its own domain, so that a program with another one may use it. */
#define CRM_TEXT_DOMAIN "crm"
#define _(text)         dgettext(CRM_TEXT_DOMAIN, (text))
#define N_(text)        (text)

#if defined(__GNUC__)
#define CRM_PRINTF(text_at, first) __attribute__((format(printf, text_at, first)))
#else
#define CRM_PRINTF(text_at, first)
#endif

/* What went wrong (message) and how to mend it (hint). Both are whole UTF-8 sentences; "" is none.
 */
struct error {
    crm_status status;
    char message[768];
    char hint[384];
};

/* Sets status and message, clears the hint and returns `status`. The text is cut at a character
 * boundary when it is too long. `error` may be NULL: then only the status is returned. */
crm_status error_set(struct error *error, crm_status status, const char *format, ...)
    CRM_PRINTF(3, 4);
/* Adds the sentence that says how to mend it; returns error->status. */
crm_status error_hint(struct error *error, const char *format, ...) CRM_PRINTF(2, 3);
/* Puts "file:line:column: " (column 0 and line 0 are left out) before the message; returns status.
 */
crm_status error_place(struct error *error, const char *file, long line, long column);
/* The one sentence for an allocation that failed. */
crm_status error_no_memory(struct error *error);
/* For a call of the system that failed on `about`, by errno: "ABOUT: reason" and CRM_IO. No memory
 * is never told as something that is wrong with `about`. */
crm_status error_system(struct error *error, const char *about);
void error_clear(struct error *error);

#endif
