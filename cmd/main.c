/* SPDX-License-Identifier: MIT */
/* The program: its commands, and the way of one command from its words to its exit status. */
#include "program.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the order of help; one a line. */
/* clang-format off */
const struct command *const commands[] = {
    &command_init,
    &command_add,
    &command_edit,
    &command_remove,
    &command_merge,
    &command_forget,
    &command_show,
    &command_list,
    &command_find,
    &command_export,
    &command_import,
    &command_tier,
    &command_visit,
    &command_complain,
    &command_survey,
    &command_report,
    &command_remind,
    &command_log,
    &command_undo,
    &command_calendar,
    &command_care,
    &command_policy,
    &command_backup,
    &command_restore,
    &command_check,
    &command_copy,
    &command_staff,
    &command_introspect,
    &command_help,
    &command_complete,
    NULL,
};
/* clang-format on */

/* ---- Failures ------------------------------------------------------------------------------- */

static int exit_code(crm_status status)
{
    switch (status) {
    case CRM_OK:
        return 0;
    case CRM_USAGE:
        return 2;
    case CRM_INVALID:
        return 3;
    case CRM_AMBIGUOUS:
    case CRM_CONFLICT:
        return 4;
    case CRM_BUSY:
        return 75; /* EX_TEMPFAIL: trying again may help */
    case CRM_NOT_FOUND:
    case CRM_EXISTS:
    case CRM_READONLY:
    case CRM_NEWER_SCHEMA:
    case CRM_CORRUPT:
    case CRM_IO:
    case CRM_NO_MEMORY:
        return 1;
    }
    return 1;
}

/* What is quoted from a command line or a file may be anything. */
static void print_line(const char *head, const char *text)
{
    fprintf(stderr, "%s: ", head);
    crm_plain_text(stderr, text);
    fputc('\n', stderr);
}

static void report(const struct call *call, crm_status status)
{
    bool own = call->message[0] != '\0';
    const char *message = own ? call->message : crm_book_message(call->book);
    const char *hint = own ? call->hint : crm_book_hint(call->book);
    if (message[0] == '\0')
        message = crm_status_name(status);
    print_line("crm", message);
    if (hint[0] != '\0')
        print_line(_("hint"), hint);
    const char *format = call->globals.format;
    if (format == NULL || (strcmp(format, "json") != 0 && strcmp(format, "jsonl") != 0))
        return;
    fputs("{\"error\":", stderr);
    crm_json_text(stderr, crm_status_name(status));
    fputs(",\"message\":", stderr);
    crm_json_text(stderr, message);
    fputs(",\"hint\":", stderr);
    crm_json_text(stderr, hint);
    fputs("}\n", stderr);
}

/* ---- Running a command ---------------------------------------------------------------------- */

static crm_status name_command(struct call *call, int argc, char **argv)
{
    char *line = command_line(call, argc, argv);
    crm_status status = line == NULL ? call_fail(call, CRM_NO_MEMORY, _("out of memory"))
                                     : environment_actor(call, line);
    free(line);
    return status;
}

static crm_open_mode open_mode(unsigned flags)
{
    if ((flags & COMMAND_BOOK_WRITE) != 0)
        return CRM_OPEN_WRITE;
    return (flags & COMMAND_BOOK_REPORT) != 0 ? CRM_OPEN_REPORT : CRM_OPEN_READ;
}

static crm_status open_book(struct call *call, int argc, char **argv)
{
    unsigned flags = call->command->flags;
    unsigned opened = COMMAND_BOOK_READ | COMMAND_BOOK_WRITE;
    if ((flags & (opened | COMMAND_BOOK_CREATE | COMMAND_BOOK_DAMAGED)) == 0)
        return CRM_OK;
    crm_status status = environment_place(call);
    if (status == CRM_OK)
        status = environment_book(call);
    if (status == CRM_OK)
        status = name_command(call, argc, argv);
    if (status != CRM_OK || (flags & opened) == 0)
        return status;
    status = crm_book_open(call->book, call->place, open_mode(flags));
    if (status == CRM_OK && crm_book_notice(call->book)[0] != '\0' && !call->globals.quiet)
        fprintf(stderr, "crm: %s\n", crm_book_notice(call->book));
    /* Again: only now it is known which fields of the policy's own are personal. */
    return status == CRM_OK ? name_command(call, argc, argv) : status;
}

static crm_status open_sink(struct call *call, const struct screen *screen, const char *format)
{
    if ((call->command->flags & COMMAND_PLAIN) != 0)
        return CRM_OK;
    crm_sink_options options = {
        .format = format,
        .stream = call->stream,
        .fields = call->globals.fields,
        .color = screen_color(screen, call),
        .sensitive = call->globals.sensitive,
        .width = screen->width,
    };
    return crm_sink_new(call->book, &options, &call->sink);
}

static crm_status run_with_output(struct call *call, int argc, char **argv)
{
    bool document = (call->command->flags & COMMAND_DOCUMENT) != 0;
    bool plain = (call->command->flags & COMMAND_PLAIN) != 0;
    struct screen screen;
    const char *format = call->globals.format;
    if (format == NULL && call->command->default_format != NULL)
        format = call->command->default_format(call);
    if (format == NULL)
        format = document || isatty(STDOUT_FILENO) != 1 ? "jsonl" : "table";
    else if (document && strcmp(format, "json") == 0)
        format = "jsonl"; /* one object, not an array of one */
    /* A reader that leaves early ends the program, and must not end a change half-way. */
    bool writes = (call->command->flags & COMMAND_BOOK_WRITE) != 0;
    bool paged = plain || strcmp(format, "table") == 0;
    crm_status status = screen_open(&screen, call, paged, writes);
    if (status != CRM_OK)
        return status;
    bool shown = false;
    if (isatty(STDERR_FILENO) == 1 && !call->globals.quiet)
        crm_book_set_progress(call->book, screen_progress, &shown);
    status = open_book(call, argc, argv);
    if (status == CRM_OK)
        status = open_sink(call, &screen, format);
    if (status == CRM_OK)
        status = call->command->run(call);
    screen_progress_end(shown);
    crm_status written = call->sink == NULL ? CRM_OK : crm_sink_finish(call->sink);
    crm_sink_free(call->sink);
    return screen_close(&screen, call, status != CRM_OK ? status : written);
}

/* ---- Checks before running --------------------------------------------------------------------
 */

/* The subcommand that the word was probably meant to be; NULL when none is near. */
static const char *nearest_subcommand(const struct command *command, const char *word)
{
    const char *names[32];
    size_t count = 0;
    for (const struct command *sub = command->subcommands;
         sub != NULL && sub->name != NULL && count < 32; sub++)
        names[count++] = sub->name;
    return crm_suggest(word, names, count);
}

static crm_status unknown_subcommand(struct call *call, const char *word)
{
    char name[128];
    call_name(call, name, sizeof name);
    if (word == NULL)
        call_fail(call, CRM_USAGE, _("%s: what shall be done?"), name);
    else
        call_fail(call, CRM_USAGE, _("%s: there is no \"%s\""), name, word);
    const char *nearest = word == NULL ? NULL : nearest_subcommand(call->command, word);
    if (nearest != NULL)
        return call_hint(call, CRM_USAGE, _("did you mean %s %s?"), name, nearest);
    return call_hint(call, CRM_USAGE, _("%s --help lists the subcommands"), name);
}

/* A first word that is nearly a subcommand is a slip rather than a filter: `crm tier aply` would
 * search for "aply", find nobody and look like a success. */
static crm_status check_slip(struct call *call)
{
    const char *word = call->argument_count > 0 ? call->arguments[0] : "";
    bool plain = *word != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] == '\0';
    const char *nearest = plain ? nearest_subcommand(call->command, word) : NULL;
    if (nearest == NULL)
        return CRM_OK;
    char name[128];
    call_name(call, name, sizeof name);
    call_fail(call, CRM_USAGE, _("%s: there is no \"%s\""), name, word);
    return call_hint(call, CRM_USAGE, _("did you mean %s %s? A name is searched for with name~%s"),
                     name, nearest, word);
}

static crm_status check_arguments(struct call *call)
{
    const struct argument *argument = call->command->arguments;
    if (argument == NULL && call->command->fields == FIELDS_ADD)
        return CRM_OK; /* call_bind_arguments does */
    size_t required = 0, possible = 0;
    char name[128];
    call_name(call, name, sizeof name);
    bool endless = false;
    for (; argument != NULL && argument->name != NULL; argument++) {
        possible++;
        endless = endless || argument->repeats;
        if (argument->optional)
            continue;
        if (call->argument_count <= required++) {
            call_fail(call, CRM_USAGE, _("%s: %s is missing"), name, _(argument->name));
            return call_hint(call, CRM_USAGE, "%s: %s", _(argument->name), _(argument->help));
        }
    }
    if (endless || call->argument_count <= possible)
        return CRM_OK;
    call_fail(call, CRM_USAGE, _("%s: \"%s\" is one argument too many"), name,
              call->arguments[possible]);
    return call_hint(call, CRM_USAGE, _("a value with blanks goes between quotes"));
}

static crm_status print_version(struct call *call)
{
    if (call->globals.format == NULL) {
        fputs("crm " CRM_VERSION "\n", call->stream);
        return CRM_OK;
    }
    char json_version[12];
    snprintf(json_version, sizeof json_version, "%d", CRM_JSON_VERSION);
    const crm_cell cells[] = {
        {.name = "crm", .type = CRM_CELL_TEXT, .value = CRM_VERSION},
        {.name = "json", .type = CRM_CELL_INTEGER, .value = json_version},
    };
    return crm_sink_record(call->sink, cells, sizeof cells / sizeof cells[0]);
}

static crm_status print_help(struct call *call)
{
    const struct command *command = NULL;
    for (size_t i = 0; call->path[i] != NULL; i++)
        command = call->path[i];
    if (command == NULL)
        usage_program(call->stream);
    else
        usage_command(call->stream, call, command);
    return CRM_OK;
}

static const struct command version_command = {
    .name = "version", .flags = COMMAND_NO_BOOK | COMMAND_DOCUMENT, .run = print_version};
static const struct command version_text_command = {
    .name = "version", .flags = COMMAND_NO_BOOK | COMMAND_PLAIN, .run = print_version};
static const struct command usage_text_command = {
    .name = "usage", .flags = COMMAND_NO_BOOK | COMMAND_PLAIN, .run = print_help};

/* The command to run: the one named, or what --help and --version ask for instead. */
static crm_status choose(struct call *call)
{
    if (call->globals.help) {
        call->command = &usage_text_command;
    } else if (call->globals.version) {
        call->command = call->globals.format == NULL ? &version_text_command : &version_command;
    } else if (call->command == NULL) {
        call_fail(call, CRM_USAGE, _("no command was given"));
        return call_hint(call, CRM_USAGE, _("crm help lists the commands"));
    } else if (call->command->run == NULL) {
        return unknown_subcommand(call, call->argument_count > 0 ? call->arguments[0] : NULL);
    } else {
        crm_status status = check_slip(call);
        return status == CRM_OK ? check_arguments(call) : status;
    }
    return CRM_OK;
}

/* --lang, looked for before anything is parsed: it is the language of the parser's messages. */
static const char *language_given(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            return argv[i] + 7;
        if (strcmp(argv[i], "--lang") == 0)
            return argv[i + 1];
    }
    return NULL;
}

static crm_status parse(struct call *call, int *argc, char ***argv)
{
    bool expanded = false;
    struct layout layout = layout_find(*argc, *argv);
    while (layout.unknown_at > 0) {
        crm_status status = options_parse_globals(call, layout.unknown_at, *argv);
        if (status == CRM_OK)
            status = external_run(call, layout.unknown_at, argc, argv, expanded);
        if (status != CRM_OK)
            return status;
        expanded = true;
        layout = layout_find(*argc, *argv);
    }
    return layout.depth == 0 ? options_parse_globals(call, *argc, *argv)
                             : options_parse(call, &layout, *argc, *argv);
}

int main(int argc, char **argv)
{
    /* A reader that leaves early ends the program silently, whatever the parent ignored. */
    signal(SIGPIPE, SIG_DFL);
    crm_own_process();
    struct call call = {.book = crm_book_new()};
    if (call.book == NULL) {
        fputs("crm: out of memory\n", stderr);
        return 1;
    }
    environment_language(&call, language_given(argc, argv));
    crm_status status = parse(&call, &argc, &argv);
    if (status == CRM_OK)
        status = choose(&call);
    if (status == CRM_OK)
        status = run_with_output(&call, argc, argv);
    if (status != CRM_OK)
        report(&call, status);
    crm_book_free(call.book);
    call_release(&call);
    return status == CRM_OK ? call.exit_code : exit_code(status);
}
