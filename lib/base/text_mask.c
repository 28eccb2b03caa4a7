/* SPDX-License-Identifier: MIT */
/* Passwords in addresses of databases: they belong into no message and no journal. */
#include "base/text.h"

#include <string.h>

static bool ends_address(char character)
{
    return character == '\0' || strchr(" \t\r\n\"'", character) != NULL;
}

static size_t address_length(const char *text, size_t length)
{
    size_t end = 0;
    while (end < length && !ends_address(text[end]))
        end++;
    return end;
}

/* The last '@' ends user and password; a password may hold what it should not. */
static size_t login_length(const char *text, size_t length)
{
    size_t login = 0;
    for (size_t i = 0; i < length && strchr("?#", text[i]) == NULL; i++)
        if (text[i] == '@')
            login = i;
    return login;
}

/* After "://": user, then *** for what stands behind a colon. Returns the bytes dealt with. */
static size_t mask_login(struct buffer *out, const char *text, size_t length)
{
    size_t login = login_length(text, length);
    const char *colon = memchr(text, ':', login);
    if (colon == NULL)
        return 0;
    buffer_append(out, text, (size_t)(colon - text) + 1);
    buffer_text(out, "***");
    return login;
}

static bool begins(const char *text, size_t length, const char *word)
{
    return length >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

void text_mask_passwords(struct buffer *out, const char *text, size_t length)
{
    static const char scheme[] = "://", option[] = "password=";
    size_t at = 0, end = 0;
    while (at < length) {
        if (at >= end) /* looked for once: a note of many letters is one word, too */
            end = at + address_length(text + at, length - at);
        size_t left = end - at;
        if (begins(text + at, left, scheme)) {
            buffer_text(out, scheme);
            at += sizeof scheme - 1;
            at += mask_login(out, text + at, left - (sizeof scheme - 1));
        } else if (begins(text + at, left, option)) {
            buffer_printf(out, "%s***", option);
            at += sizeof option - 1;
            while (at < length && !ends_address(text[at]) && text[at] != '&')
                at++;
        } else {
            buffer_character(out, text[at++]);
        }
    }
}
