/* SPDX-License-Identifier: MIT */
/* The command as the journal keeps it: the words typed, but for personal values. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

static const char hidden[] = "••••";

/* Between quotes where a shell needs them: the journal's line can be run again. */
static void quote_word(FILE *stream, const char *word, size_t length)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_•";
    if (length > 0 && strspn(word, plain) >= length) {
        fwrite(word, 1, length, stream);
        return;
    }
    fputc('\'', stream);
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '\'')
            fputs("'\\''", stream);
        else
            fputc(word[i], stream);
    }
    fputc('\'', stream);
}

/* Where in that word the value of a personal field begins that was typed as an option. */
static const char *option_value(const struct call *call, const char *word)
{
    const char *end = word + strlen(word);
    for (const char *at = word; at <= end; at++)
        for (size_t i = 0; i < call->typed_count; i++)
            if (call->typed[i].value == at &&
                crm_book_is_sensitive(call->book, call->kind, call->typed[i].field))
                return at;
    return NULL;
}

static bool takes_filter(const struct command *command)
{
    const struct argument *argument = command->arguments;
    while (argument != NULL && argument->name != NULL && argument->complete != COMPLETE_FILTER)
        argument++;
    return argument != NULL && argument->name != NULL;
}

static bool is_sensitive(const struct call *call, const char *field)
{
    crm_kind_info kind;
    for (size_t i = 0; crm_kind_get(i, &kind); i++)
        if (crm_book_is_sensitive(call->book, kind.name, field))
            return true;
    return false;
}

/* phone=138…, email~zhang: a filter says as much as an option; and a word of it that compares
 * nothing is looked for in phones and addresses too. */
static const char *filter_value(const struct call *call, const char *word)
{
    size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    size_t operators = strspn(word + length, "=<>!~");
    char *field = NULL;
    if (length == 0 || operators == 0)
        return takes_filter(call->command) ? word : NULL;
    field = strndup(word, length);
    if (field == NULL)
        return word;
    for (char *at = field; *at != '\0'; at++)
        if (*at == '-') /* as options are written */
            *at = '_';
    bool sensitive = is_sensitive(call, field);
    free(field);
    return sensitive ? word + length + operators : NULL;
}

static bool is_argument(const struct call *call, const char *word)
{
    for (size_t i = 0; i < call->argument_count; i++)
        if (call->arguments[i] == word)
            return true;
    return false;
}

static void write_word(FILE *stream, const struct call *call, const char *word)
{
    const char *value =
        is_argument(call, word) ? filter_value(call, word) : option_value(call, word);
    if (value == NULL || *value == '\0') {
        quote_word(stream, word, strlen(word));
        return;
    }
    if (value > word)
        quote_word(stream, word, (size_t)(value - word));
    fputs(hidden, stream);
}

char *command_line(const struct call *call, int argc, char **argv)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return NULL;
    fputs("crm", stream);
    for (int i = 1; i < argc; i++) {
        fputc(' ', stream);
        write_word(stream, call, argv[i]);
    }
    bool whole = ferror(stream) == 0;
    if (fclose(stream) == 0 && whole)
        return text;
    free(text);
    return NULL;
}
