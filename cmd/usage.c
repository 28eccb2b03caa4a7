/* SPDX-License-Identifier: MIT */
/* --help, from the tables of the commands. */
#include "program.h"

#include <ctype.h>
#include <string.h>

enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

static void print_row(FILE *stream, const char *left, const char *right)
{
    int pad = HELP_COLUMN - (int)crm_text_width(left) - 2;
    if (pad < 2)
        fprintf(stream, "  %s\n%*s%s\n", left, HELP_COLUMN, "", right);
    else
        fprintf(stream, "  %s%*s%s\n", left, pad, "", right);
}

void usage_program(FILE *stream)
{
    fprintf(stream, "%s\n\n", _("usage: crm [options] COMMAND [arguments]"));
    fprintf(stream, "%s\n", _("Commands:"));
    for (const struct command *const *command = commands; *command != NULL; command++)
        if (((*command)->flags & COMMAND_HIDDEN) == 0)
            print_row(stream, (*command)->name, _((*command)->summary));
    fprintf(stream, "\n%s\n",
            _("crm help COMMAND shows the manual of one, crm COMMAND --help "
              "its options."));
}

static void print_option(FILE *stream, const struct option_view *view)
{
    char left[OPTION_NAME_SIZE + 64];
    char letter[6] = "    ";
    if (view->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", view->letter);
    const bool maybe = view->otherwise != NULL;
    snprintf(left, sizeof left, "%s--%s%s%s%s%s", letter, view->negatable ? "[no-]" : "",
             view->name,
             maybe               ? "[="
             : view->takes_value ? " "
                                 : "",
             maybe || view->takes_value ? view->argument : "", maybe ? "]" : "");
    print_row(stream, left, view->help);
    const char *choice = view->source == OPTION_FIELD ? option_choice(view, 0) : NULL;
    if (choice == NULL)
        return;
    size_t column = HELP_WIDTH;
    for (size_t i = 0; (choice = option_choice(view, i)) != NULL; i++) {
        size_t width = strlen(choice) + 2;
        bool fits = column + width <= HELP_WIDTH;
        if (fits)
            fprintf(stream, ", %s", choice);
        else
            fprintf(stream, "%s%*s%s", i == 0 ? "" : ",\n", HELP_COLUMN, "", choice);
        column = fits ? column + width : HELP_COLUMN + width;
    }
    fputc('\n', stream);
}

static void print_options(FILE *stream, const struct command *command, const char *kind,
                          bool global, const char *title)
{
    bool any = false;
    for (struct option_view view = {0}; option_next(command, kind, &view);) {
        if ((view.source == OPTION_GLOBAL) != global)
            continue;
        if (!any)
            fprintf(stream, "\n%s\n", title);
        any = true;
        print_option(stream, &view);
    }
}

static void print_argument(FILE *stream, const char *name, bool optional, bool repeats)
{
    fprintf(stream, " %s%s%s%s", optional ? "[" : "", name, repeats ? "..." : "",
            optional ? "]" : "");
}

/* A field that is an argument: its name in capitals. */
static void print_positional(FILE *stream, const crm_field_info *field)
{
    char name[OPTION_NAME_SIZE];
    snprintf(name, sizeof name, "%s", field->name);
    for (char *at = name; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    print_argument(stream, name, !field->required, false);
}

static void print_synopsis(FILE *stream, const struct command *command, const char *name,
                           const char *kind)
{
    fprintf(stream, "%s %s %s", _("usage:"), name, _("[options]"));
    for (const struct argument *a = command->arguments; a != NULL && a->name != NULL; a++)
        print_argument(stream, _(a->name), a->optional, a->repeats);
    if (command->arguments == NULL && command->fields == FIELDS_ADD && command->fields_of == NULL)
        print_argument(stream, _("KIND"), true, false);
    crm_field_info field;
    int found = kind == NULL || command->arguments != NULL ? -1 : crm_kind_find(kind);
    for (size_t i = 0; found >= 0 && crm_kind_field((size_t)found, i, &field); i++)
        if (field.positional && command->fields == FIELDS_ADD)
            print_positional(stream, &field);
    fputc('\n', stream);
    if (command->run == NULL)
        return;
    fprintf(stream, "\n%s.\n", _(command->summary));
    if (command->description != NULL)
        fprintf(stream, "%s\n", _(command->description));
}

void usage_command(FILE *stream, const struct call *call, const struct command *command)
{
    char name[128];
    print_synopsis(stream, command, call_name(call, name, sizeof name), call->kind);
    for (const struct argument *a = command->arguments; a != NULL && a->name != NULL; a++) {
        if (a == command->arguments)
            fprintf(stream, "\n%s\n", _("Arguments:"));
        print_row(stream, _(a->name), _(a->help));
    }
    if (command->subcommands != NULL)
        fprintf(stream, "\n%s\n", _("Subcommands:"));
    for (const struct command *sub = command->subcommands; sub != NULL && sub->name != NULL; sub++)
        print_row(stream, sub->name, _(sub->summary));
    print_options(stream, command, call->kind, false, _("Options:"));
    print_options(stream, command, call->kind, true, _("Options of every command:"));
}
