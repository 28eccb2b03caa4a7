/* SPDX-License-Identifier: MIT */
/* crm help: the manual page of a command, or its --help where there is no manual reader. */
#include "program.h"

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const struct argument arguments[] = {
    {.name = N_("COMMAND"),
     .help = N_("a command, or policy and json for the file formats"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_COMMAND},
    {0},
};

/* Whether man showed the page: its complaints are kept back, as there is another way. */
static bool run_man(const char *option, const char *page)
{
    char *words[] = {"man", (char *)(option != NULL ? option : page),
                     (char *)(option != NULL ? page : NULL), NULL};
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int ended = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    bool started =
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
        posix_spawnp(&child, "man", &actions, NULL, words, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return started && waitpid(child, &ended, 0) == child && WIFEXITED(ended) &&
           WEXITSTATUS(ended) == 0;
}

static bool show_page(struct call *call, const char *page)
{
    static const char *const sections[] = {"1", "5"};
    const char *directory = environment_manual(call);
    for (size_t i = 0; directory != NULL && i < 2; i++) {
        char file[4096];
        int length = snprintf(file, sizeof file, "%s%s.%s", directory, page, sections[i]);
        if (length > 0 && (size_t)length < sizeof file && access(file, R_OK) == 0)
            return run_man("-l", file);
    }
    return run_man(NULL, page);
}

static crm_status unknown_topic(struct call *call, const char *word)
{
    call_fail(call, CRM_NOT_FOUND, _("there is no manual of \"%s\""), word);
    return call_hint_command(call, CRM_NOT_FOUND, word);
}

/* The text of `crm WORDS --help`. */
static crm_status show_usage(struct call *call)
{
    char **words = call_allocate(call, call->argument_count + 2, sizeof *words);
    for (size_t i = 0; i < call->argument_count; i++)
        words[i + 1] = (char *)call->arguments[i];
    struct layout layout = layout_find((int)call->argument_count + 1, words);
    struct call shown = {0};
    bool named;
    memcpy(shown.path, layout.path, sizeof shown.path);
    shown.kind = layout_kind(&layout, words, &named);
    if (layout.depth > 0)
        usage_command(call->stream, &shown, layout.path[layout.depth - 1]);
    return layout.depth > 0 ? CRM_OK : unknown_topic(call, call->arguments[0]);
}

static crm_status run(struct call *call)
{
    if (call->argument_count == 0) {
        usage_program(call->stream);
        return CRM_OK;
    }
    const char *topic = call->arguments[0];
    char page[128];
    if (strncmp(topic, "crm", 3) == 0 && (topic[3] == '\0' || topic[3] == '-'))
        snprintf(page, sizeof page, "%s", topic);
    else
        snprintf(page, sizeof page, "crm-%s", topic);
    if (strchr(page, '/') == NULL && show_page(call, page))
        return CRM_OK;
    return show_usage(call);
}

const struct command command_help = {
    .name = "help",
    .summary = N_("show the manual of a command"),
    .flags = COMMAND_NO_BOOK | COMMAND_PLAIN,
    .arguments = arguments,
    .run = run,
};
