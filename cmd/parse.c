/* SPDX-License-Identifier: MIT */
/* The parser of the command line: first where the command's words are, then the options. */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "-", "-5" and "-2w" are arguments. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !isdigit((unsigned char)word[1]) && word[1] != '.';
}

/* ---- Layout: which words are the command's ------------------------------------------------ */

static bool matches(const struct option_view *view, const char *name, size_t length)
{
    return strncmp(view->name, name, length) == 0 && view->name[length] == '\0';
}

/* Whether --name is followed by a value in that command, for some kind. */
static bool long_takes_value(const struct command *command, const char *name)
{
    size_t length = strlen(name);
    for (struct option_view view = {0}; option_next(command, NULL, &view);)
        if (matches(&view, name, length))
            return view.takes_value;
    if (command == NULL)
        return false;
    crm_kind_info kind;
    for (size_t k = 0; command->fields != FIELDS_NONE && crm_kind_get(k, &kind); k++) {
        for (struct option_view view = {0}; option_next(command, kind.name, &view);)
            if (view.source == OPTION_FIELD && matches(&view, name, length))
                return view.takes_value;
    }
    for (const struct command *sub = command->subcommands; sub != NULL && sub->name != NULL; sub++)
        if (long_takes_value(sub, name))
            return true;
    return false;
}

static bool find_letter(const struct command *command, char letter, struct option_view *out)
{
    *out = (struct option_view){0};
    while (option_next(command, NULL, out))
        if (out->letter == letter)
            return true;
    for (const struct command *sub = command == NULL ? NULL : command->subcommands;
         sub != NULL && sub->name != NULL; sub++)
        if (find_letter(sub, letter, out))
            return true;
    return false;
}

/* How many words an option takes: itself, and the value if that is a word of its own. */
static int option_words(const struct command *command, const char *word)
{
    if (word[1] == '-')
        return strchr(word, '=') == NULL && long_takes_value(command, word + 2) ? 2 : 1;
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        struct option_view view;
        if (!find_letter(command, *letter, &view))
            return 1;
        if (view.takes_value)
            return letter[1] == '\0' ? 2 : 1;
    }
    return 1;
}

static const struct command *find_command(const struct command *parent, const char *name)
{
    if (parent == NULL) {
        for (const struct command *const *command = commands; *command != NULL; command++)
            if (strcmp((*command)->name, name) == 0)
                return *command;
        return NULL;
    }
    for (const struct command *sub = parent->subcommands; sub != NULL && sub->name != NULL; sub++)
        if (strcmp(sub->name, name) == 0)
            return sub;
    return NULL;
}

/* A word that is no option: part of the command's name, or an argument. */
static void place_word(struct layout *layout, char **argv, int at)
{
    const size_t deepest = sizeof layout->path / sizeof layout->path[0] - 1;
    const struct command *current = layout->depth == 0 ? NULL : layout->path[layout->depth - 1];
    const struct command *next = layout->argument_count > 0 || layout->depth == deepest
                                     ? NULL
                                     : find_command(current, argv[at]);
    if (next != NULL) {
        layout->name_at[layout->depth] = at;
        layout->path[layout->depth++] = next;
    } else if (current == NULL) {
        layout->unknown_at = at;
    } else if (layout->argument_count++ == 0) {
        layout->first_argument = at;
    }
}

struct layout layout_find(int argc, char **argv)
{
    struct layout layout = {0};
    for (int at = 1; at < argc && layout.unknown_at == 0; at++) {
        if (!layout.only_arguments && strcmp(argv[at], "--") == 0) {
            layout.only_arguments = true;
        } else if (!layout.only_arguments && is_option(argv[at])) {
            const struct command *current =
                layout.depth == 0 ? NULL : layout.path[layout.depth - 1];
            int words = option_words(current, argv[at]);
            layout.open_option = at + words > argc ? at : 0;
            at += words - 1;
        } else if (layout.only_arguments && layout.depth > 0) {
            if (layout.argument_count++ == 0)
                layout.first_argument = at;
        } else {
            place_word(&layout, argv, at);
        }
    }
    return layout;
}

const char *layout_kind(const struct layout *layout, char **argv, bool *named)
{
    *named = false;
    const struct command *command = layout->depth == 0 ? NULL : layout->path[layout->depth - 1];
    if (command == NULL || command->fields == FIELDS_NONE)
        return NULL;
    if (command->fields_of != NULL)
        return command->fields_of;
    crm_kind_info kind;
    const char *word = layout->first_argument == 0 ? NULL : argv[layout->first_argument];
    int found = word == NULL ? -1 : crm_kind_find(word);
    *named = found >= 0 && (command->fields == FIELDS_ADD || layout->argument_count > 1);
    if (!*named)
        found = word == NULL || command->fields == FIELDS_ADD ? -1 : crm_kind_of_reference(word);
    return found >= 0 && crm_kind_get((size_t)found, &kind) ? kind.name : "customer";
}

/* ---- Options ------------------------------------------------------------------------------ */

struct parser {
    struct call *call;
    const struct command *command; /* NULL: before any command */
    char *options;                 /* the command's struct */
    char **argv;
    int end, at;
};

static crm_status assign(struct call *call, const char *field, const char *value)
{
    call->typed[call->typed_count++] = (crm_assignment){.field = field, .value = value};
    return call_assign(call, field, value);
}

static crm_status take_field(struct parser *parser, const struct option_view *view,
                             const char *value)
{
    crm_field_info field;
    if (!crm_kind_field(view->kind, view->field, &field))
        return CRM_USAGE;
    return assign(parser->call, field.name, value);
}

/* FIELD=VALUE; the field may be written with - for _. */
static crm_status take_set(struct parser *parser, const char *pair)
{
    size_t length = strcspn(pair, "=");
    if (length == 0 || pair[length] == '\0') {
        call_fail(parser->call, CRM_USAGE, _("--set: \"%s\" sets no field"), pair);
        return call_hint(parser->call, CRM_USAGE, _("write --set FIELD=VALUE"));
    }
    char *field = call_allocate(parser->call, length + 1, 1);
    for (size_t i = 0; i < length; i++)
        field[i] = (char)(pair[i] == '-' ? '_' : pair[i]);
    return assign(parser->call, field, pair + length + 1);
}

static crm_status take_choice(struct parser *parser, const struct option_view *view,
                              const char *value, const char **target)
{
    const char *choice;
    char list[256] = "";
    for (size_t i = 0; (choice = option_choice(view, i)) != NULL; i++) {
        if (strcmp(choice, value) == 0) {
            *target = value;
            return CRM_OK;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", choice);
    }
    call_fail(parser->call, CRM_USAGE, _("--%s: there is no \"%s\""), view->name, value);
    return call_hint(parser->call, CRM_USAGE, _("one of: %s"), list);
}

static crm_status take_integer(struct parser *parser, const struct option_view *view,
                               const char *value, int64_t *target)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0')
        return call_fail(parser->call, CRM_USAGE, _("--%s: \"%s\" is no whole number"), view->name,
                         value);
    if (view->row->type == OPTION_COUNT && number < 1) {
        call_fail(parser->call, CRM_USAGE, _("--%s: %s is less than 1"), view->name, value);
        return call_hint(parser->call, CRM_USAGE, _("leave it out for all"));
    }
    *target = (int64_t)number;
    return CRM_OK;
}

static void take_word(struct call *call, struct words *words, const char *value)
{
    const char **grown = call_allocate(call, words->count + 1, sizeof *grown);
    if (words->count > 0)
        memcpy(grown, words->items, words->count * sizeof *grown);
    grown[words->count++] = value;
    words->items = grown;
}

/* Stores a value where the option's row says. The targets' types are those of command.h. */
static crm_status take_row(struct parser *parser, const struct option_view *view, const char *value)
{
    char *base = view->source == OPTION_OWN ? parser->options : (char *)&parser->call->globals;
    void *target = base + view->row->target;
    switch (view->row->type) {
    case OPTION_FLAG:
        *(bool *)target = strcmp(value, "no") != 0;
        return CRM_OK;
    case OPTION_TEXT:
    case OPTION_DATE:
        *(const char **)target = value;
        return CRM_OK;
    case OPTION_CHOICE:
        return take_choice(parser, view, value, target);
    case OPTION_LIST:
        take_word(parser->call, target, value);
        return CRM_OK;
    case OPTION_INTEGER:
    case OPTION_COUNT:
        return take_integer(parser, view, value, target);
    }
    return CRM_USAGE;
}

static crm_status take(struct parser *parser, const struct option_view *view, const char *value)
{
    if (view->source == OPTION_SET)
        return take_set(parser, value);
    return view->source == OPTION_FIELD ? take_field(parser, view, value)
                                        : take_row(parser, view, value);
}

/* The value of an option that needs one: after "=", or the next word. */
static crm_status take_with_value(struct parser *parser, const struct option_view *view,
                                  const char *value)
{
    if (value == NULL) {
        if (parser->at + 1 >= parser->end) {
            call_fail(parser->call, CRM_USAGE, _("--%s needs a value"), view->name);
            return call_hint(parser->call, CRM_USAGE, "--%s %s: %s", view->name, view->argument,
                             view->help);
        }
        value = parser->argv[++parser->at];
    }
    return take(parser, view, value);
}

static crm_status unknown_option(struct parser *parser, const char *word)
{
    const char *names[128];
    struct option_view *views = call_allocate(parser->call, 128, sizeof *views);
    size_t count = 0;
    struct option_view view = {0};
    while (count < 128 && option_next(parser->command, parser->call->kind, &view)) {
        views[count] = view;
        names[count] = views[count].name;
        count++;
    }
    char bare[OPTION_NAME_SIZE];
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word, "="), word);
    call_fail(parser->call, CRM_USAGE, _("unknown option --%s"), bare);
    const char *nearest = crm_suggest(bare, names, count);
    char name[128];
    if (nearest != NULL)
        call_hint(parser->call, CRM_USAGE, _("did you mean --%s?"), nearest);
    else
        call_hint(parser->call, CRM_USAGE, _("%s --help lists the options"),
                  call_name(parser->call, name, sizeof name));
    return CRM_USAGE;
}

/* --name, --name=value, --name value, --no-name. */
static crm_status parse_long(struct parser *parser, const char *word)
{
    const char *value = strchr(word, '=');
    size_t length = value == NULL ? strlen(word) : (size_t)(value - word);
    value = value == NULL ? NULL : value + 1;
    bool negated = strncmp(word, "no-", 3) == 0;
    for (struct option_view view = {0}; option_next(parser->command, parser->call->kind, &view);) {
        if (matches(&view, word, length)) {
            if (view.takes_value)
                return take_with_value(parser, &view, value);
            if (view.otherwise != NULL)
                return take(parser, &view, value == NULL ? view.otherwise : value);
            if (value != NULL && view.source != OPTION_FIELD)
                return call_fail(parser->call, CRM_USAGE, _("--%s takes no value"), view.name);
            return take(parser, &view, value == NULL ? "yes" : value);
        }
        if (negated && view.negatable && value == NULL && matches(&view, word + 3, length - 3))
            return take(parser, &view, "no");
    }
    return unknown_option(parser, word);
}

/* -q, -nq, -C DIR, -CDIR. */
static crm_status parse_letters(struct parser *parser, const char *letters)
{
    for (const char *letter = letters; *letter != '\0'; letter++) {
        struct option_view view = {0};
        bool found = false;
        while (!found && option_next(parser->command, NULL, &view))
            found = view.letter == *letter;
        if (!found) {
            call_fail(parser->call, CRM_USAGE, _("unknown option -%c"), *letter);
            return call_hint(parser->call, CRM_USAGE, _("long options begin with two dashes"));
        }
        if (view.takes_value)
            return take_with_value(parser, &view, letter[1] == '\0' ? NULL : letter + 1);
        crm_status status = take(parser, &view, "yes");
        if (status != CRM_OK)
            return status;
    }
    return CRM_OK;
}

static bool is_name(const struct layout *layout, int at)
{
    for (size_t i = 0; i < layout->depth; i++)
        if (layout->name_at[i] == at)
            return true;
    return false;
}

static crm_status parse_words(struct parser *parser, const struct layout *layout)
{
    struct call *call = parser->call;
    bool only_arguments = false;
    crm_status status = CRM_OK;
    for (parser->at = 1; status == CRM_OK && parser->at < parser->end; parser->at++) {
        const char *word = parser->argv[parser->at];
        if (is_name(layout, parser->at) ||
            (call->kind_named && parser->at == layout->first_argument))
            continue;
        if (!only_arguments && strcmp(word, "--") == 0)
            only_arguments = true;
        else if (only_arguments || !is_option(word))
            call->arguments[call->argument_count++] = word;
        else if (word[1] == '-')
            status = parse_long(parser, word + 2);
        else
            status = parse_letters(parser, word + 1);
    }
    return status;
}

crm_status options_parse(struct call *call, const struct layout *layout, int argc, char **argv)
{
    const struct command *command = layout->path[layout->depth - 1];
    call->command = command;
    memcpy(call->path, layout->path, sizeof call->path);
    call->kind = layout_kind(layout, argv, &call->kind_named);
    call->arguments = call_allocate(call, (size_t)argc + 1, sizeof *call->arguments);
    call->typed = call_allocate(call, (size_t)argc + 1, sizeof *call->typed);
    char *options = call_allocate(call, 1, command->options_size + 1);
    if (command->defaults != NULL)
        memcpy(options, command->defaults, command->options_size);
    call->options = options;
    struct parser parser = {
        .call = call, .command = command, .options = options, .argv = argv, .end = argc};
    return parse_words(&parser, layout);
}

crm_status options_parse_globals(struct call *call, int end, char **argv)
{
    struct layout none = {0};
    call->arguments = call_allocate(call, (size_t)end + 1, sizeof *call->arguments);
    struct parser parser = {.call = call, .argv = argv, .end = end};
    return parse_words(&parser, &none);
}
