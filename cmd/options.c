/* SPDX-License-Identifier: MIT */
/* Options of a command, whatever table they come from. */
#include "options.h"

#include <string.h>

static const char *const color_choices[] = {"auto", "always", "never", NULL};

static const struct option set_options[] = {
    {.name = "set",
     .type = OPTION_LIST,
     .argument = N_("FIELD=VALUE"),
     .help = N_("any field, also one that the policy adds")},
    {0},
};

static const struct option write_options[] = {
    {.name = "dry-run",
     .letter = 'n',
     .type = OPTION_FLAG,
     .target = offsetof(struct globals, dry_run),
     .help = N_("show what would change, change nothing")},
    {0},
};

static const struct option global_options[] = {
    {.name = "directory",
     .letter = 'C',
     .type = OPTION_TEXT,
     .target = offsetof(struct globals, directory),
     .argument = N_("DIR"),
     .help = N_("look for the book from this directory upwards"),
     .complete = COMPLETE_DIRECTORY},
    {.name = "book",
     .type = OPTION_TEXT,
     .target = offsetof(struct globals, book),
     .argument = N_("DIR"),
     .help = N_("the directory of the book itself"),
     .complete = COMPLETE_DIRECTORY},
    {.name = "now",
     .type = OPTION_DATE,
     .target = offsetof(struct globals, now),
     .argument = N_("TIME"),
     .help = N_("work as if it were this time")},
    {.name = "format",
     .type = OPTION_TEXT,
     .target = offsetof(struct globals, format),
     .argument = N_("FORMAT"),
     .help = N_("format of the output"),
     .complete = COMPLETE_FORMAT},
    {.name = "fields",
     .type = OPTION_TEXT,
     .target = offsetof(struct globals, fields),
     .argument = N_("A,B"),
     .help = N_("columns to print, in this order"),
     .complete = COMPLETE_FIELD},
    {.name = "sensitive",
     .type = OPTION_FLAG,
     .target = offsetof(struct globals, sensitive),
     .help = N_("show personal fields of lists whole, not masked")},
    {.name = "color",
     .type = OPTION_CHOICE,
     .target = offsetof(struct globals, color),
     .argument = N_("WHEN"),
     .help = N_("colour on a terminal: auto, always or never"),
     .choices = color_choices},
    {.name = "lang",
     .type = OPTION_TEXT,
     .target = offsetof(struct globals, language),
     .argument = N_("LANG"),
     .help = N_("language of messages and labels: en, zh_CN")},
    {.name = "quiet",
     .letter = 'q',
     .type = OPTION_FLAG,
     .target = offsetof(struct globals, quiet),
     .help = N_("no progress, no remarks on stderr")},
    {.name = "version",
     .type = OPTION_FLAG,
     .target = offsetof(struct globals, version),
     .help = N_("print the version")},
    {.name = "help",
     .letter = 'h',
     .type = OPTION_FLAG,
     .target = offsetof(struct globals, help),
     .help = N_("print the options of a command")},
    {0},
};

static const char *type_name(enum option_type type)
{
    static const char *const names[] = {
        [OPTION_FLAG] = "flag",     [OPTION_TEXT] = "text", [OPTION_DATE] = "date",
        [OPTION_CHOICE] = "choice", [OPTION_LIST] = "list", [OPTION_INTEGER] = "integer",
        [OPTION_COUNT] = "integer"};
    return names[type];
}

static void view_row(const struct option *row, enum option_source source, struct option_view *out)
{
    *out = (struct option_view){
        .source = source,
        .row = row,
        .letter = row->letter,
        .takes_value = row->type != OPTION_FLAG && row->otherwise == NULL,
        .otherwise = row->otherwise,
        .negatable = row->type == OPTION_FLAG && source == OPTION_OWN,
        .repeats = row->type == OPTION_LIST,
        .type = type_name(row->type),
        .argument = row->argument == NULL ? NULL : _(row->argument),
        .help = _(row->help),
        .complete = row->complete,
        .of = row->of,
    };
    snprintf(out->name, sizeof out->name, "%s", row->name);
}

/* A record may have fields of the policy's own, even when only some others are taken. */
static bool takes_set(const struct command *command)
{
    return command->fields != FIELDS_NONE;
}

static bool field_taken(const struct command *command, const crm_field_info *field)
{
    if (command->fields_only == NULL)
        return !field->derived && !(field->positional && command->fields == FIELDS_ADD);
    for (const char *const *name = command->fields_only; *name != NULL; name++)
        if (strcmp(*name, field->name) == 0)
            return true;
    return false;
}

/* What stands for the value of a field in help. */
static const char *field_argument(const crm_field_info *field)
{
    if (field->choice_count > 0)
        return _("WORD");
    if (field->reference != NULL)
        return _("REF");
    if (strcmp(field->type, "date") == 0)
        return _("DATE");
    if (strcmp(field->type, "time") == 0)
        return _("TIME");
    if (strcmp(field->type, "integer") == 0 || strcmp(field->type, "decimal") == 0)
        return _("NUMBER");
    return _("TEXT");
}

static void view_field(size_t kind, size_t number, const crm_field_info *field,
                       struct option_view *out)
{
    bool boolean = strcmp(field->type, "boolean") == 0;
    *out = (struct option_view){
        .source = OPTION_FIELD,
        .kind = kind,
        .field = number,
        .takes_value = !boolean,
        .negatable = boolean,
        .repeats = strcmp(field->type, "tags") == 0,
        .type = field->type,
        .argument = boolean ? NULL : field_argument(field),
        .help = field->help != NULL && field->help[0] != '\0' ? field->help : field->label,
        .complete = field->reference != NULL ? COMPLETE_RECORD : COMPLETE_NONE,
        .of = field->reference,
    };
    snprintf(out->name, sizeof out->name, "%s", field->name);
    for (char *at = out->name; *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
}

/* The first field taken from number `at` on. */
static bool next_field(const struct command *command, const char *kind, size_t at,
                       struct option_view *out)
{
    int found = kind == NULL ? -1 : crm_kind_find(kind);
    crm_field_info field;
    for (; found >= 0 && crm_kind_field((size_t)found, at, &field); at++) {
        if (field_taken(command, &field)) {
            view_field((size_t)found, at, &field, out);
            out->next = at + 1;
            return true;
        }
    }
    return false;
}

/* The table of a source other than fields, ended by an empty row; NULL when it is not taken. */
static const struct option *source_table(const struct command *command, enum option_source source)
{
    const unsigned writes = COMMAND_BOOK_WRITE | COMMAND_BOOK_MAY_WRITE | COMMAND_BOOK_CREATE;
    if (source == OPTION_GLOBAL)
        return global_options;
    if (command == NULL)
        return NULL;
    if (source == OPTION_OWN)
        return command->options;
    if (source == OPTION_SET && takes_set(command))
        return set_options;
    return source == OPTION_WRITE && (command->flags & writes) != 0 ? write_options : NULL;
}

bool option_next(const struct command *command, const char *kind, struct option_view *view)
{
    size_t at = view->next;
    for (int number = (int)view->source; number <= OPTION_GLOBAL; number++, at = 0) {
        enum option_source source = (enum option_source)number;
        if (source == OPTION_FIELD) {
            if (command != NULL && command->fields != FIELDS_NONE &&
                next_field(command, kind, at, view))
                return true;
            continue;
        }
        const struct option *table = source_table(command, source);
        if (table == NULL || table[at].name == NULL)
            continue;
        view_row(&table[at], source, view);
        view->next = at + 1;
        return true;
    }
    return false;
}

const char *option_choice(const struct option_view *view, size_t index)
{
    crm_choice_info choice;
    if (view->source == OPTION_FIELD)
        return crm_kind_field_choice(view->kind, view->field, index, &choice) ? choice.name : NULL;
    if (view->complete == COMPLETE_FORMAT)
        return index < crm_format_count() ? crm_format_name(index) : NULL;
    if (view->row->choices == NULL)
        return NULL;
    for (size_t i = 0; i < index; i++)
        if (view->row->choices[i] == NULL)
            return NULL;
    return view->row->choices[index];
}

const char *option_choice_label(const struct option_view *view, size_t index)
{
    crm_choice_info choice;
    if (view->source == OPTION_FIELD &&
        crm_kind_field_choice(view->kind, view->field, index, &choice) && choice.label != NULL)
        return choice.label;
    return "";
}
