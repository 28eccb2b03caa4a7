/* SPDX-License-Identifier: MIT */
/* A word that is no built-in command: crm-NAME from PATH, or an alias of the user's. */
#include "program.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Replaces this process; returns only when there is no such program. */
static void run_program(struct call *call, char **words)
{
    char program[256];
    if (strchr(words[0], '/') != NULL ||
        (size_t)snprintf(program, sizeof program, "crm-%s", words[0]) >= sizeof program)
        return;
    char *name = words[0];
    words[0] = program;
    environment_export(call);
    execvp(program, words);
    words[0] = name;
}

struct expansion {
    struct call *call;
    char **words;
    int count;
};

static void add_word(void *context, const char *word)
{
    struct expansion *expansion = context;
    char **grown = call_allocate(expansion->call, (size_t)expansion->count + 2, sizeof *grown);
    if (expansion->count > 0)
        memcpy(grown, expansion->words, (size_t)expansion->count * sizeof *grown);
    size_t size = strlen(word) + 1;
    grown[expansion->count] = call_allocate(expansion->call, size, 1);
    memcpy(grown[expansion->count++], word, size);
    expansion->words = grown;
}

static void replace_words(struct call *call, const struct expansion *alias, int at, int *argc,
                          char ***argv)
{
    char **words = call_allocate(call, (size_t)(*argc + alias->count) + 1, sizeof *words);
    int count = 0;
    for (int i = 0; i < at; i++)
        words[count++] = (*argv)[i];
    for (int i = 0; i < alias->count; i++)
        words[count++] = alias->words[i];
    for (int i = at + 1; i < *argc; i++)
        words[count++] = (*argv)[i];
    *argc = count;
    *argv = words;
}

static crm_status unknown_command(struct call *call, const char *name)
{
    call_fail(call, CRM_USAGE, _("there is no command \"%s\""), name);
    return call_hint_command(call, CRM_USAGE, name);
}

crm_status external_run(struct call *call, int at, int *argc, char ***argv, bool expanded)
{
    char *name = (*argv)[at];
    run_program(call, *argv + at);
    if (errno != ENOENT && errno != 0 && errno != EACCES && errno != ENOTDIR)
        return call_fail(call, CRM_IO, "crm-%s: %s", name, strerror(errno));
    const char *path = expanded ? NULL : environment_config(call, "config.yaml");
    if (path == NULL)
        return unknown_command(call, name);
    struct expansion alias = {.call = call};
    crm_status status = crm_alias_words(call->book, path, name, add_word, &alias);
    if (status == CRM_NOT_FOUND)
        return unknown_command(call, name);
    if (status == CRM_OK)
        replace_words(call, &alias, at, argc, argv);
    return status;
}
