/* SPDX-License-Identifier: MIT */
/* Finding a person's names again in texts, however they are written there. */
#include "journal/forget.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum {
    SHORTEST_SLUG = 2, /* bytes */
    SHORTEST_NUMBER = 7,
    NUMBER_END = 8 /* digits that are the same with a code of the country and without */
};

/* ---- A name, made ready ---- */

/* Without the signs between words. */
static void squeeze(struct buffer *out, const char *slug)
{
    for (; *slug != '\0'; slug++)
        if (*slug != '-')
            buffer_character(out, *slug);
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* What is looked for among letters without blanks: the end of a telephone number, which people part
 * as they like, and a name of a script that may do without them; NULL: nothing. */
static crm_status name_squeezed(struct forgetting *forgetting, const char *slug, const char **out)
{
    struct buffer squeezed cleanup(buffer_release) = {0};
    squeeze(&squeezed, slug);
    const char *text = buffer_string(&squeezed);
    size_t length = strlen(text);
    bool number = strspn(text, "0123456789") == length;
    *out = NULL;
    if (number ? length < SHORTEST_NUMBER : is_ascii(text))
        return CRM_OK;
    if (number && length > NUMBER_END)
        text += length - NUMBER_END;
    *out = squeezed.failed ? NULL : arena_copy(&forgetting->arena, text);
    return *out == NULL ? error_no_memory(&forgetting->book->error) : CRM_OK;
}

crm_status forget_make_name(struct forgetting *forgetting, const char *text, bool sensitive,
                            struct name *out)
{
    struct buffer slug cleanup(buffer_release) = {0};
    *out = (struct name){.text = arena_copy(&forgetting->arena, text)};
    if (out->text == NULL || text_slug(&slug, text, strlen(text)) != CRM_OK)
        return error_no_memory(&forgetting->book->error);
    if (slug.length < SHORTEST_SLUG)
        return CRM_OK;
    out->slug = arena_copy(&forgetting->arena, buffer_string(&slug));
    if (out->slug == NULL)
        return error_no_memory(&forgetting->book->error);
    return sensitive || !is_ascii(out->slug) ? name_squeezed(forgetting, out->slug, &out->squeezed)
                                             : CRM_OK;
}

/* ---- Texts ---- */

static bool is_letter(char character)
{
    return isalnum((unsigned char)character) != 0;
}

/* "Ann" is not in "Annex"; Chinese is written without blanks, and has no such ends. */
static bool holds(const char *text, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        bool begins = at == text || !is_letter(at[-1]) || !is_letter(name[0]);
        bool ends = !is_letter(at[length]) || !is_letter(name[length - 1]);
        if (begins && ends)
            return true;
    }
    return false;
}

static bool is_in(const struct name *name, const char *text, const char *slug, const char *squeezed)
{
    if (name->squeezed != NULL && strstr(squeezed, name->squeezed) != NULL)
        return true;
    return name->slug == NULL ? strstr(text, name->text) != NULL : holds(slug, name->slug);
}

crm_status forget_names_in(const struct forgetting *forgetting, size_t count, const char *text,
                           bool *out)
{
    struct buffer slug cleanup(buffer_release) = {0}, squeezed cleanup(buffer_release) = {0};
    const struct name *names = forgetting->names.items;
    crm_status status = text_slug(&slug, text, strlen(text));
    squeeze(&squeezed, buffer_string(&slug));
    *out = false;
    if (status != CRM_OK || squeezed.failed)
        return error_no_memory(&forgetting->book->error);
    for (size_t i = 0; i < count && !*out; i++)
        *out = is_in(&names[i], text, buffer_string(&slug), buffer_string(&squeezed));
    return CRM_OK;
}

/* Behind "crm add": a person called Add is not in every command. */
static const char *behind_command(const char *text)
{
    for (int word = 0; word < 2; word++) {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return text;
}

crm_status forget_names_in_command(const struct forgetting *forgetting, const char *command,
                                   bool *out)
{
    return forget_names_in(forgetting, forgetting->names.count, behind_command(command), out);
}
