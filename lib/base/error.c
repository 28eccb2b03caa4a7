/* SPDX-License-Identifier: MIT */
/* Status and error text. */
#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Cuts at a character boundary: a byte of the form 10xxxxxx continues a character. What somebody
 * typed may be no UTF-8 at all: question marks stand for such bytes. */
static void make_sound(char *text, size_t size)
{
    size_t length = strlen(text);
    if (length + 1 == size) {
        while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
            length--;
        if (length > 0 && ((unsigned char)text[length - 1] & 0x80) != 0)
            length--;
        text[length] = '\0';
    }
    for (size_t at = text_valid_prefix(text, length); at < length;
         at += text_valid_prefix(text + at, length - at))
        text[at] = '?';
}

crm_status error_set(struct error *error, crm_status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    va_list arguments;
    va_start(arguments, format);
    error->status = status;
    error->hint[0] = '\0';
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    make_sound(error->message, sizeof error->message);
    return status;
}

crm_status error_hint(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return CRM_INVALID;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    make_sound(error->hint, sizeof error->hint);
    return error->status;
}

/* Puts `prefix` before the message; what no longer fits is cut off at the end. */
static void prepend(struct error *error, const char *prefix)
{
    size_t size = sizeof error->message;
    size_t length = strlen(prefix);
    size_t kept = strlen(error->message);
    if (kept > size - 1 - length)
        kept = size - 1 - length;
    memmove(error->message + length, error->message, kept);
    memcpy(error->message, prefix, length);
    error->message[length + kept] = '\0';
    make_sound(error->message, size);
}

crm_status error_place(struct error *error, const char *file, long line, long column)
{
    if (error == NULL)
        return CRM_INVALID;
    char prefix[sizeof error->message / 2];
    if (line > 0 && column > 0)
        (void)snprintf(prefix, sizeof prefix, "%.300s:%ld:%ld: ", file, line, column);
    else if (line > 0)
        (void)snprintf(prefix, sizeof prefix, "%.300s:%ld: ", file, line);
    else
        (void)snprintf(prefix, sizeof prefix, "%.300s: ", file);
    prepend(error, prefix);
    return error->status;
}

crm_status error_no_memory(struct error *error)
{
    return error_set(error, CRM_NO_MEMORY, _("out of memory"));
}

crm_status error_system(struct error *error, const char *about)
{
    if (errno == ENOMEM)
        return error_no_memory(error);
    return error_set(error, CRM_IO, "%s: %s", about, strerror(errno));
}

void error_clear(struct error *error)
{
    error->status = CRM_OK;
    error->message[0] = '\0';
    error->hint[0] = '\0';
}

const char *crm_status_name(crm_status status)
{
    static const char *const names[] = {
        [CRM_OK] = "ok",
        [CRM_NOT_FOUND] = "not_found",
        [CRM_EXISTS] = "exists",
        [CRM_INVALID] = "invalid",
        [CRM_AMBIGUOUS] = "ambiguous",
        [CRM_CONFLICT] = "conflict",
        [CRM_BUSY] = "busy",
        [CRM_READONLY] = "readonly",
        [CRM_NEWER_SCHEMA] = "newer_schema",
        [CRM_CORRUPT] = "corrupt",
        [CRM_IO] = "io",
        [CRM_NO_MEMORY] = "no_memory",
        [CRM_USAGE] = "usage",
    };
    size_t index = (size_t)status;
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}
