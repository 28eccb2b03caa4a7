/* SPDX-License-Identifier: MIT */
/* What run functions use of the call that they serve. */
#include "program.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    max_align_t memory[];
};

void *call_allocate(struct call *call, size_t count, size_t size)
{
    bool fits = size == 0 || count <= (SIZE_MAX - sizeof(struct block)) / size;
    struct block *block = fits ? calloc(1, sizeof *block + count * size) : NULL;
    if (block == NULL) {
        fputs("crm: out of memory\n", stderr);
        exit(1);
    }
    block->next = call->memory;
    call->memory = block;
    return block->memory;
}

void call_release(struct call *call)
{
    while (call->memory != NULL) {
        struct block *next = call->memory->next;
        free(call->memory);
        call->memory = next;
    }
}

/* Cuts at a character boundary what did not fit. */
static void cut(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t end = size - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    text[end > 0 ? end - 1 : 0] = '\0';
}

crm_status call_fail(struct call *call, crm_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cut(call->message, sizeof call->message,
        vsnprintf(call->message, sizeof call->message, format, arguments));
    va_end(arguments);
    call->hint[0] = '\0';
    return status;
}

crm_status call_hint(struct call *call, crm_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cut(call->hint, sizeof call->hint, vsnprintf(call->hint, sizeof call->hint, format, arguments));
    va_end(arguments);
    return status;
}

char *call_name(const struct call *call, char *out, size_t size)
{
    snprintf(out, size, "crm");
    for (size_t i = 0; call->path[i] != NULL; i++) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, " %s", call->path[i]->name);
    }
    return out;
}

/* Type of a field of the call's kind, "" when there is none of that name. */
static const char *field_type(const struct call *call, const char *name)
{
    crm_field_info field;
    int kind = call->kind == NULL ? -1 : crm_kind_find(call->kind);
    for (size_t i = 0; kind >= 0 && crm_kind_field((size_t)kind, i, &field); i++)
        if (strcmp(field.name, name) == 0)
            return field.type;
    return "";
}

static const char *join_tags(struct call *call, const char *first, const char *second)
{
    size_t size = strlen(first) + strlen(second) + 2;
    char *joined = call_allocate(call, size, 1);
    snprintf(joined, size, "%s,%s", first, second);
    return joined;
}

crm_status call_assign(struct call *call, const char *field, const char *value)
{
    for (size_t i = 0; i < call->field_count; i++) {
        crm_assignment *given = &call->fields[i];
        if (strcmp(given->field, field) != 0)
            continue;
        bool joined = given->value[0] != '\0' && strcmp(field_type(call, field), "tags") == 0;
        given->value = joined ? join_tags(call, given->value, value) : value;
        return CRM_OK;
    }
    if (call->field_count == call->field_capacity) {
        size_t capacity = call->field_capacity == 0 ? 16 : call->field_capacity * 2;
        crm_assignment *grown = call_allocate(call, capacity, sizeof *grown);
        if (call->field_count > 0)
            memcpy(grown, call->fields, call->field_count * sizeof *grown);
        call->fields = grown;
        call->field_capacity = capacity;
    }
    call->fields[call->field_count++] = (crm_assignment){.field = field, .value = value};
    return CRM_OK;
}

static crm_status too_many(struct call *call, const char *word)
{
    char name[128];
    call_fail(call, CRM_USAGE, _("%s: \"%s\" is one argument too many"),
              call_name(call, name, sizeof name), word);
    return call_hint(call, CRM_USAGE, _("a value with blanks goes between quotes"));
}

crm_status call_bind_arguments(struct call *call)
{
    char name[128];
    crm_field_info field;
    int kind = crm_kind_find(call->kind);
    size_t next = 0;
    for (size_t i = 0; kind >= 0 && crm_kind_field((size_t)kind, i, &field); i++) {
        if (!field.positional)
            continue;
        if (next < call->argument_count) {
            call_assign(call, field.name, call->arguments[next++]);
        } else if (field.required) {
            call_fail(call, CRM_USAGE, _("%s: the %s is missing"),
                      call_name(call, name, sizeof name), field.name);
            bool of_kind = call->command->fields_of == NULL && strcmp(call->kind, "customer") != 0;
            return call_hint(call, CRM_USAGE, "%s%s%s --help", name, of_kind ? " " : "",
                             of_kind ? call->kind : "");
        }
    }
    return next < call->argument_count ? too_many(call, call->arguments[next]) : CRM_OK;
}

const char *call_take_kind(struct call *call, size_t keep)
{
    if (call->kind_named)
        return call->kind;
    crm_kind_info kind;
    int found = call->argument_count > keep ? crm_kind_find(call->arguments[0]) : -1;
    if (found < 0 || !crm_kind_get((size_t)found, &kind))
        return NULL;
    call->arguments++;
    call->argument_count--;
    return kind.name;
}

const struct argument record_arguments[] = {
    {.name = N_("KIND"),
     .help = N_("kind of the record; customer when left out, or as C-12 and V-7 say"),
     .optional = true,
     .complete = COMPLETE_KIND},
    {.name = N_("REF"), .help = N_("key, #id, external id or name"), .complete = COMPLETE_RECORD},
    {0},
};

const struct argument kind_filter_arguments[] = {
    {.name = N_("KIND"),
     .help = N_("kind of the records; customer when left out"),
     .optional = true,
     .complete = COMPLETE_KIND},
    {.name = N_("FILTER"),
     .help = N_("field=value, !=, <, <=, >, >=, ~ (contains), or a word to search for"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_FILTER},
    {0},
};

const struct argument customer_filter_arguments[] = {
    {.name = N_("FILTER"),
     .help = N_("field=value of the customer, or a word to search for"),
     .optional = true,
     .repeats = true,
     .complete = COMPLETE_FILTER,
     .of = "customer"},
    {0},
};

const struct argument customer_arguments[] = {
    {.name = N_("REF"),
     .help = N_("customer: key, #id, external id or name"),
     .complete = COMPLETE_RECORD,
     .of = "customer"},
    {0},
};

crm_status call_unknown_kind(struct call *call, const char *word)
{
    const char *names[64];
    crm_kind_info kind;
    size_t count = 0;
    while (count < 64 && crm_kind_get(count, &kind))
        names[count++] = kind.name;
    call_fail(call, CRM_USAGE, _("there is no kind \"%s\""), word);
    const char *nearest = crm_suggest(word, names, count);
    if (nearest != NULL)
        return call_hint(call, CRM_USAGE, _("did you mean %s?"), nearest);
    return call_hint(call, CRM_USAGE, _("a name with blanks goes between quotes"));
}

crm_status call_hint_command(struct call *call, crm_status status, const char *word)
{
    const char *names[64];
    size_t count = 0;
    while (count < 64 && commands[count] != NULL) {
        names[count] = commands[count]->name;
        count++;
    }
    const char *nearest = crm_suggest(word, names, count);
    if (nearest != NULL)
        return call_hint(call, status, _("did you mean %s?"), nearest);
    return call_hint(call, status, _("crm help lists the commands"));
}

crm_status call_record(struct call *call, const char **kind, const char **reference)
{
    *kind = call_take_kind(call, 1);
    *reference = call->arguments[0];
    return call->argument_count > 1 ? call_unknown_kind(call, call->arguments[0]) : CRM_OK;
}

crm_filter call_filter(const struct call *call, size_t first)
{
    if (first > call->argument_count)
        first = call->argument_count;
    return (crm_filter){.words = call->arguments + first, .count = call->argument_count - first};
}
