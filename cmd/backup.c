/* SPDX-License-Identifier: MIT */
/* crm backup: the whole book in one file, or into another program. */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
    const char *command;
    bool force;
};

static const struct argument arguments[] = {
    {.name = N_("FILE"),
     .help = N_("file to write; - is standard output"),
     .optional = true,
     .complete = COMPLETE_FILE},
    {0},
};

static const struct option options[] = {
    {.name = "to-command",
     .type = OPTION_TEXT,
     .target = offsetof(struct options, command),
     .argument = N_("COMMAND"),
     .help = N_("give the backup to this shell command's standard input instead")},
    {.name = "force",
     .letter = 'f',
     .type = OPTION_FLAG,
     .target = offsetof(struct options, force),
     .help = N_("replace FILE when there is one")},
    {0},
};

/* Where the bytes go that go to no file. */
struct receiver {
    struct call *call;
    FILE *stream;
    const char *command; /* NULL: standard output */
};

static crm_status say_ended(struct receiver *receiver, int ended)
{
    struct call *call = receiver->call;
    if (WIFSIGNALED(ended))
        call_fail(call, CRM_IO, _("the command \"%s\" was ended by signal %d"), receiver->command,
                  WTERMSIG(ended));
    else if (WEXITSTATUS(ended) != 0)
        call_fail(call, CRM_IO, _("the command \"%s\" ended with status %d"), receiver->command,
                  WEXITSTATUS(ended));
    else
        call_fail(call, CRM_IO, _("the command \"%s\" ended before it had read the whole backup"),
                  receiver->command);
    return call_hint(call, CRM_IO, _("there is no backup; do not trust what it left"));
}

static crm_status give(void *context, const void *data, size_t length)
{
    struct receiver *receiver = context;
    if (fwrite(data, 1, length, receiver->stream) == length)
        return CRM_OK;
    return call_fail(receiver->call, CRM_IO, _("the backup could not be written: %s"),
                     strerror(errno));
}

/* Only now is it known whether the command took all of it. */
static crm_status end_command(void *context)
{
    struct receiver *receiver = context;
    bool failed = fflush(receiver->stream) != 0;
    int ended = pclose(receiver->stream);
    receiver->stream = NULL;
    if (ended == -1)
        return call_fail(receiver->call, CRM_IO, "%s: %s", receiver->command, strerror(errno));
    return failed || ended != 0 ? say_ended(receiver, ended) : CRM_OK;
}

static crm_status end_output(void *context)
{
    struct receiver *receiver = context;
    return fflush(receiver->stream) == 0 ? CRM_OK : give(receiver, "", 1);
}

static crm_status to_command(struct call *call, crm_backup_options backup)
{
    const struct options *given = call->options;
    struct receiver receiver = {.call = call, .command = given->command};
    fflush(NULL);
    receiver.stream = popen(given->command, "w");
    if (receiver.stream == NULL)
        return call_fail(call, CRM_IO, "%s: %s", given->command, strerror(errno));
    /* A command that ends early is reported, and nothing is left behind. It got the signal as it
     * was. */
    signal(SIGPIPE, SIG_IGN);
    backup.write = give;
    backup.finish = end_command;
    backup.context = &receiver;
    crm_status status = crm_backup(call->book, &backup, call->sink);
    if (receiver.stream == NULL)
        return status;
    int ended = pclose(receiver.stream);
    /* It failed because the command did: that is what to say. */
    return call->message[0] != '\0' && ended != -1 ? say_ended(&receiver, ended) : status;
}

static crm_status to_output(struct call *call, crm_backup_options backup)
{
    struct receiver receiver = {.call = call, .stream = stdout};
    if (isatty(STDOUT_FILENO) == 1) {
        call_fail(call, CRM_USAGE, _("crm backup -: standard output is a terminal"));
        return call_hint(call, CRM_USAGE,
                         _("name a file, or give it to a program: crm backup - "
                           "| …"));
    }
    signal(SIGPIPE, SIG_IGN);
    backup.write = give;
    backup.finish = end_output;
    backup.context = &receiver;
    return crm_backup(call->book, &backup, NULL);
}

static crm_status run(struct call *call)
{
    const struct options *given = call->options;
    const char *file = call->argument_count > 0 ? call->arguments[0] : NULL;
    crm_backup_options backup = {
        .file = file, .replace = given->force, .seconds = call_clock(call)};
    if ((file == NULL) == (given->command == NULL)) {
        call_fail(call, CRM_USAGE,
                  file == NULL ? _("crm backup: to which file?")
                               : _("crm backup: either FILE or --to-command, not both"));
        return call_hint(call, CRM_USAGE,
                         _("crm backup book.tar, or crm backup --to-command "
                           "'age -r … >book.age'"));
    }
    if (given->command != NULL)
        return to_command(call, backup);
    return strcmp(file, "-") == 0 ? to_output(call, backup)
                                  : crm_backup(call->book, &backup, call->sink);
}

const struct command command_backup = {
    .name = "backup",
    .summary = N_("copy the whole book into one file"),
    .description = N_("Others may read and write meanwhile. The file is a tar archive that crm "
                      "restore reads."),
    .flags = COMMAND_BOOK_READ,
    .arguments = arguments,
    .options = options,
    .options_size = sizeof(struct options),
    .run = run,
};
