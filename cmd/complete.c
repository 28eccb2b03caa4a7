/* SPDX-License-Identifier: MIT */
/* crm complete: what may stand at the end of an unfinished command line, for shells.
 *
 * One candidate a line, with a tab and a description if there is one. A line ":file" or
 * ":directory" asks the shell for its own candidates. Problems (no book, unknown command) give no
 * candidates and no message: a shell that completes must not print. */
#include "program.h"

#include <string.h>

enum { RECORD_LIMIT = 100 };

struct completer {
    FILE *stream;
    struct call *line;  /* the unfinished command line, parsed as far as it goes */
    const char *lead;   /* printed before each candidate: "--owner=", "kind=", "name,key," */
    const char *prefix; /* what candidates begin with */
};

static const struct argument arguments[] = {
    {.name = N_("WORD"),
     .help = N_("the words of the command line after crm; the last is completed"),
     .optional = true,
     .repeats = true},
    {0},
};

static void offer(const struct completer *completer, const char *word, const char *description)
{
    if (strncmp(word, completer->prefix, strlen(completer->prefix)) != 0)
        return;
    fprintf(completer->stream, "%s%s", completer->lead, word);
    if (description != NULL && description[0] != '\0')
        fprintf(completer->stream, "\t%s", description);
    fputc('\n', completer->stream);
}

static void offer_record(void *context, const char *key, const char *description)
{
    offer(context, key, description);
}

static void offer_records(struct completer *completer, const char *kind)
{
    struct call *line = completer->line;
    static const struct command reader = {.name = "complete", .flags = COMMAND_BOOK_READ};
    line->command = &reader;
    if (environment_book(line) == CRM_OK && environment_place(line) == CRM_OK &&
        crm_book_open(line->book, line->place, CRM_OPEN_READ) == CRM_OK)
        crm_record_complete(line->book, kind == NULL ? "customer" : kind, completer->prefix,
                            RECORD_LIMIT, offer_record, completer);
}

static void offer_kinds(const struct completer *completer, bool addable)
{
    crm_kind_info kind;
    for (size_t i = 0; crm_kind_get(i, &kind); i++)
        if (!addable || kind.addable)
            offer(completer, kind.name, kind.help);
}

static void offer_commands(const struct completer *completer)
{
    for (const struct command *const *command = commands; *command != NULL; command++)
        if (((*command)->flags & COMMAND_HIDDEN) == 0)
            offer(completer, (*command)->name, _((*command)->summary));
}

/* Moves what stands before and with `mark` from the prefix to the lead. */
static void move_lead(struct completer *completer, const char *mark)
{
    size_t before = strlen(completer->lead), more = (size_t)(mark - completer->prefix) + 1;
    char *lead = call_allocate(completer->line, before + more + 1, 1);
    memcpy(lead, completer->lead, before);
    memcpy(lead + before, completer->prefix, more);
    completer->lead = lead;
    completer->prefix = mark + 1;
}

static void offer_fields(struct completer *completer, const char *kind, const char *suffix)
{
    crm_field_info field;
    int found = crm_kind_find(kind == NULL ? "customer" : kind);
    for (size_t i = 0; found >= 0 && crm_kind_field((size_t)found, i, &field); i++) {
        char word[OPTION_NAME_SIZE + 2];
        snprintf(word, sizeof word, "%s%s", field.name, suffix);
        offer(completer, word, field.label);
    }
}

/* The values of field=… */
static void offer_field_values(struct completer *completer, const char *kind, size_t length)
{
    const char *word = completer->prefix;
    crm_field_info field;
    crm_choice_info choice;
    int found = crm_kind_find(kind == NULL ? "customer" : kind);
    move_lead(completer, word + length);
    for (size_t i = 0; found >= 0 && crm_kind_field((size_t)found, i, &field); i++) {
        if (strncmp(field.name, word, length) != 0 || field.name[length] != '\0')
            continue;
        for (size_t c = 0; crm_kind_field_choice((size_t)found, i, c, &choice); c++)
            offer(completer, choice.name, choice.label);
        if (field.reference != NULL)
            offer_records(completer, field.reference);
    }
}

static void offer_checks(const struct completer *completer)
{
    const char *name;
    for (size_t i = 0; (name = crm_check_name(i)) != NULL; i++)
        offer(completer, name, "");
}

static void offer_reports(const struct completer *completer)
{
    crm_report_info report;
    for (size_t i = 0; crm_report_get(i, &report); i++)
        offer(completer, report.name, report.title);
}

/* Whether an earlier report can be grouped by that, too. */
static bool is_group_before(size_t report, const char *name)
{
    const char *group;
    for (size_t i = 0; i < report; i++)
        for (size_t k = 0; (group = crm_report_group(i, k)) != NULL; k++)
            if (strcmp(group, name) == 0)
                return true;
    return false;
}

/* Those of one report, or with NULL of all. */
static void offer_groups(const struct completer *completer, const char *report)
{
    const char *group;
    crm_report_info info;
    for (size_t i = 0; crm_report_get(i, &info); i++)
        for (size_t k = 0; (group = crm_report_group(i, k)) != NULL; k++)
            if (report == NULL ? !is_group_before(i, group) : strcmp(report, info.name) == 0)
                offer(completer, group, "");
}

static void offer_completion(struct completer *completer, enum completion complete,
                             const char *kind)
{
    const char *comma = strrchr(completer->prefix, ',');
    switch (complete) {
    case COMPLETE_NONE:
    case COMPLETE_FORMAT: /* by option_choice */
        break;
    case COMPLETE_RECORD:
        offer_records(completer, kind);
        break;
    case COMPLETE_KIND:
        offer_kinds(completer, false);
        break;
    case COMPLETE_FIELD:
        if (comma != NULL)
            move_lead(completer, comma);
        offer_fields(completer, kind, "");
        break;
    case COMPLETE_FILTER:
        if (strchr(completer->prefix, '=') != NULL)
            offer_field_values(completer, kind, strcspn(completer->prefix, "="));
        else
            offer_fields(completer, kind, "=");
        break;
    case COMPLETE_COMMAND:
        offer_commands(completer);
        break;
    case COMPLETE_REPORT:
        offer_reports(completer);
        break;
    case COMPLETE_CHECK:
        offer_checks(completer);
        break;
    case COMPLETE_GROUP:
        if (comma != NULL)
            move_lead(completer, comma);
        offer_groups(completer, kind);
        break;
    case COMPLETE_FILE:
        fputs(":file\n", completer->stream);
        break;
    case COMPLETE_DIRECTORY:
        fputs(":directory\n", completer->stream);
        break;
    }
}

static void offer_value(struct completer *completer, const struct option_view *view)
{
    const char *choice;
    for (size_t i = 0; (choice = option_choice(view, i)) != NULL; i++)
        offer(completer, choice, option_choice_label(view, i));
    offer_completion(completer, view->complete, view->of);
}

static void offer_options(const struct completer *completer, const struct command *command,
                          const char *kind)
{
    for (struct option_view view = {0}; option_next(command, kind, &view);) {
        char word[OPTION_NAME_SIZE + 8];
        snprintf(word, sizeof word, "--%s", view.name);
        offer(completer, word, view.help);
        snprintf(word, sizeof word, "--no-%s", view.name);
        if (view.negatable && strncmp(completer->prefix, "--no-", 5) == 0)
            offer(completer, word, view.help);
    }
}

/* Arguments that are the positional fields of a kind. */
static void offer_positional(struct completer *completer, const struct command *command,
                             const struct call *line, size_t position)
{
    if (command->fields_of == NULL && position == 0 && !line->kind_named)
        offer_kinds(completer, true);
    crm_field_info field;
    int kind = line->kind == NULL ? -1 : crm_kind_find(line->kind);
    for (size_t i = 0; kind >= 0 && crm_kind_field((size_t)kind, i, &field); i++)
        if (field.positional && position-- == 0 && field.reference != NULL)
            offer_records(completer, field.reference);
}

/* An argument from the command's table; a leading optional KIND may have been left out. */
static void offer_argument(struct completer *completer, const struct argument *argument,
                           const struct call *line, size_t position)
{
    const char *kind = NULL;
    crm_kind_info info;
    if (argument->complete == COMPLETE_KIND && argument->optional) {
        if (position == 0 && !line->kind_named)
            offer_kinds(completer, false);
        int found = line->argument_count > 0 ? crm_kind_find(line->arguments[0]) : -1;
        if (found >= 0 && crm_kind_get((size_t)found, &info))
            kind = info.name;
        else
            argument++;
        if (line->kind_named)
            kind = line->kind;
    }
    for (; position > 0 && argument->name != NULL && !argument->repeats; position--)
        argument++;
    if (argument->name == NULL)
        return;
    for (size_t i = 0; argument->choices != NULL && argument->choices[i] != NULL; i++)
        offer(completer, argument->choices[i], "");
    offer_completion(completer, argument->complete, argument->of != NULL ? argument->of : kind);
}

static void offer_word(struct completer *completer, const struct layout *layout)
{
    const struct call *line = completer->line;
    const struct command *command = layout->depth == 0 ? NULL : layout->path[layout->depth - 1];
    size_t position = line->argument_count;
    if (command == NULL) {
        if (layout->unknown_at == 0)
            offer_commands(completer);
        return;
    }
    const struct command *sub = position > 0 ? NULL : command->subcommands;
    for (; sub != NULL && sub->name != NULL; sub++)
        offer(completer, sub->name, _(sub->summary));
    if (command->arguments != NULL)
        offer_argument(completer, command->arguments, line, position);
    else if (command->fields == FIELDS_ADD)
        offer_positional(completer, command, line, position);
}

/* The value of --name=…, or of an option that stands before. */
static bool offer_option_value(struct completer *completer, const struct layout *layout,
                               const char *word)
{
    const struct command *command = layout->depth == 0 ? NULL : layout->path[layout->depth - 1];
    bool attached = word == completer->prefix;
    const char *equals = attached ? strchr(word, '=') : NULL;
    if (strncmp(word, "-", 1) != 0 || (attached && equals == NULL))
        return false;
    bool is_long = word[1] == '-';
    const char *name = is_long ? word + 2 : word + strlen(word) - 1;
    size_t length = is_long ? strcspn(name, "=") : 0;
    for (struct option_view view = {0}; option_next(command, completer->line->kind, &view);) {
        bool same = is_long ? strncmp(view.name, name, length) == 0 && view.name[length] == '\0'
                            : view.letter == *name;
        if (!same || !view.takes_value)
            continue;
        if (equals != NULL)
            move_lead(completer, equals);
        offer_value(completer, &view);
        return true;
    }
    return attached;
}

static crm_status run(struct call *call)
{
    int count = (int)call->argument_count;
    char **words = call_allocate(call, (size_t)count + 2, sizeof *words);
    words[0] = "crm";
    for (int i = 0; i < count; i++)
        words[i + 1] = (char *)call->arguments[i];
    int before = count < 1 ? 1 : count; /* words before the one that is completed */
    struct layout layout = layout_find(before, words);
    struct call line = {.book = call->book};
    int parsed = layout.open_option > 0 ? layout.open_option : before;
    if (layout.depth > 0)
        options_parse(&line, &layout, parsed, words);
    else
        options_parse_globals(&line, parsed, words);
    struct completer completer = {
        .stream = call->stream, .line = &line, .lead = "", .prefix = count < 1 ? "" : words[count]};
    const struct command *command = layout.depth == 0 ? NULL : layout.path[layout.depth - 1];
    if (layout.open_option > 0)
        offer_option_value(&completer, &layout, words[layout.open_option]);
    else if (layout.only_arguments || completer.prefix[0] != '-')
        offer_word(&completer, &layout);
    else if (!offer_option_value(&completer, &layout, completer.prefix))
        offer_options(&completer, command, line.kind);
    call_release(&line);
    return CRM_OK;
}

const struct command command_complete = {
    .name = "complete",
    .summary = N_("print what may complete a command line"),
    .flags = COMMAND_NO_BOOK | COMMAND_PLAIN | COMMAND_HIDDEN,
    .arguments = arguments,
    .run = run,
};
