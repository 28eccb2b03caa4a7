/* SPDX-License-Identifier: MIT */
/* crm introspect: the program's own model as JSON. Completions, manual checks and other programs
 * read it; it is written from the tables that parsing uses. */
#include "json.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

static void write_option(struct json *json, const struct option_view *view)
{
    char letter[2] = {view->letter, '\0'};
    crm_field_info field;
    json_open(json, NULL, '{');
    json_text(json, "name", view->name);
    json_text(json, "letter", view->letter == 0 ? NULL : letter);
    json_text(json, "type", view->type);
    json_text(json, "argument", view->argument);
    json_text(json, "help", view->help);
    json_boolean(json, "negatable", view->negatable);
    json_boolean(json, "repeats", view->repeats);
    if (view->source == OPTION_FIELD && crm_kind_field(view->kind, view->field, &field))
        json_text(json, "field", field.name);
    if (view->complete == COMPLETE_RECORD)
        json_text(json, "reference", view->of);
    const char *choice = option_choice(view, 0);
    if (choice != NULL) {
        json_open(json, "choices", '[');
        for (size_t i = 0; (choice = option_choice(view, i)) != NULL; i++)
            json_text(json, NULL, choice);
        json_close(json, ']');
    }
    json_close(json, '}');
}

/* Those of the command itself, or the ones that every command takes. */
static void write_options(struct json *json, const struct command *command, const char *kind)
{
    for (struct option_view view = {0}; option_next(command, kind, &view);)
        if (command == NULL || view.source != OPTION_GLOBAL)
            write_option(json, &view);
}

static void write_arguments(struct json *json, const struct argument *argument)
{
    json_open(json, "arguments", '[');
    for (; argument != NULL && argument->name != NULL; argument++) {
        json_open(json, NULL, '{');
        json_text(json, "name", argument->name);
        json_text(json, "help", _(argument->help));
        json_boolean(json, "optional", argument->optional);
        json_boolean(json, "repeats", argument->repeats);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_command(struct json *json, const struct command *command)
{
    const char *kind = NULL;
    if (command->fields != FIELDS_NONE)
        kind = command->fields_of == NULL ? "customer" : command->fields_of;
    json_open(json, NULL, '{');
    json_text(json, "name", command->name);
    json_text(json, "summary", _(command->summary));
    json_boolean(json, "hidden", (command->flags & COMMAND_HIDDEN) != 0);
    json_boolean(json, "writes",
                 (command->flags & (COMMAND_BOOK_WRITE | COMMAND_BOOK_CREATE)) != 0);
    json_boolean(json, "runs", command->run != NULL);
    /* Whose fields are among the options; with any_kind the first argument may name another. */
    json_text(json, "fields_of", kind);
    json_boolean(json, "any_kind", kind != NULL && command->fields_of == NULL);
    write_arguments(json, command->arguments);
    json_open(json, "options", '[');
    write_options(json, command, kind);
    json_close(json, ']');
    json_open(json, "subcommands", '[');
    for (const struct command *sub = command->subcommands; sub != NULL && sub->name != NULL; sub++)
        write_command(json, sub);
    json_close(json, ']');
    json_close(json, '}');
}

static void write_field(struct json *json, size_t kind, size_t number, const crm_field_info *field)
{
    json_open(json, NULL, '{');
    json_text(json, "name", field->name);
    json_text(json, "label", field->label);
    json_text(json, "help", field->help);
    json_text(json, "type", field->type);
    json_text(json, "reference", field->reference);
    json_text(json, "default", field->default_value);
    json_boolean(json, "required", field->required);
    json_boolean(json, "derived", field->derived);
    json_boolean(json, "positional", field->positional);
    json_boolean(json, "sensitive", field->sensitive);
    crm_choice_info choice;
    json_open(json, "choices", '[');
    for (size_t i = 0; crm_kind_field_choice(kind, number, i, &choice); i++) {
        json_open(json, NULL, '{');
        json_text(json, "name", choice.name);
        json_text(json, "label", choice.label);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void write_kind(struct json *json, size_t number, const crm_kind_info *kind)
{
    crm_field_info field;
    json_open(json, NULL, '{');
    json_text(json, "name", kind->name);
    json_text(json, "label", kind->label);
    json_text(json, "help", kind->help);
    json_text(json, "key", kind->key);
    json_boolean(json, "addable", kind->addable);
    json_open(json, "fields", '[');
    for (size_t i = 0; crm_kind_field(number, i, &field); i++)
        write_field(json, number, i, &field);
    json_close(json, ']');
    json_close(json, '}');
}

static void write_commands(struct json *json)
{
    for (const struct command *const *command = commands; *command != NULL; command++)
        write_command(json, *command);
}

static void write_global_options(struct json *json)
{
    write_options(json, NULL, NULL);
}

static void write_kinds(struct json *json)
{
    crm_kind_info kind;
    for (size_t i = 0; crm_kind_get(i, &kind); i++)
        write_kind(json, i, &kind);
}

static void write_formats(struct json *json)
{
    for (size_t i = 0; i < crm_format_count(); i++)
        json_text(json, NULL, crm_format_name(i));
}

/* The text of one array; NULL when memory is exhausted. */
static char *array(void (*write)(struct json *json))
{
    struct json json;
    if (!json_init(&json))
        return NULL;
    json_open(&json, NULL, '[');
    write(&json);
    json_close(&json, ']');
    return json_finish(&json);
}

static crm_status run(struct call *call)
{
    static const struct {
        const char *name;
        void (*write)(struct json *json);
    } parts[] = {{"formats", write_formats},
                 {"options", write_global_options},
                 {"commands", write_commands},
                 {"kinds", write_kinds}};
    enum { HEAD = 2, PARTS = sizeof parts / sizeof parts[0] };
    char version[12];
    snprintf(version, sizeof version, "%d", CRM_JSON_VERSION);
    crm_cell cells[HEAD + PARTS] = {{.name = "crm", .value = CRM_VERSION},
                                    {.name = "json", .type = CRM_CELL_INTEGER, .value = version}};
    char *texts[PARTS];
    bool complete = true;
    for (size_t i = 0; i < PARTS; i++) {
        texts[i] = array(parts[i].write);
        complete = complete && texts[i] != NULL;
        cells[HEAD + i] =
            (crm_cell){.name = parts[i].name, .type = CRM_CELL_JSON, .value = texts[i]};
    }
    crm_status status = complete ? crm_sink_record(call->sink, cells, HEAD + PARTS)
                                 : call_fail(call, CRM_NO_MEMORY, _("out of memory"));
    for (size_t i = 0; i < PARTS; i++)
        free(texts[i]);
    return status;
}

const struct command command_introspect = {
    .name = "introspect",
    .summary = N_("print commands, options, kinds and fields as JSON"),
    .description = N_("For completion, checks and programs that build upon crm."),
    .flags = COMMAND_NO_BOOK | COMMAND_DOCUMENT,
    .run = run,
};
