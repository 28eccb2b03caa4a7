/* SPDX-License-Identifier: MIT */
/* Aliases in a user's configuration: a name that stands for the words of a command. */
#include "book.h"

#include "base/file.h"

#include <string.h>
#include <yaml.h>

struct words {
    void (*each)(void *context, const char *word);
    void *context;
};

static const char *scalar(const yaml_node_t *node)
{
    return node != NULL && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
                                                          : NULL;
}

/* The value of a key in a mapping; NULL when there is none. */
static yaml_node_t *member(yaml_document_t *document, const yaml_node_t *mapping, const char *key)
{
    if (mapping == NULL || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const char *name = scalar(yaml_document_get_node(document, pair->key));
        if (name != NULL && strcmp(name, key) == 0)
            return yaml_document_get_node(document, pair->value);
    }
    return NULL;
}

/* Splits at blanks; '…' and "…" keep them, a backslash keeps the next character. */
static crm_status split(const char *text, const struct words *words)
{
    struct buffer word = {0};
    bool started = false;
    char quote = '\0';
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == quote && quote != '\0') {
            quote = '\0';
        } else if (quote == '\0' && (*at == '\'' || *at == '"')) {
            quote = *at;
            started = true;
        } else if (quote == '\0' && strchr(" \t\n", *at) != NULL) {
            if (started)
                words->each(words->context, buffer_string(&word));
            buffer_clear(&word);
            started = false;
        } else {
            if (*at == '\\' && quote != '\'' && at[1] != '\0')
                at++;
            buffer_character(&word, *at);
            started = true;
        }
    }
    if (started && !word.failed)
        words->each(words->context, buffer_string(&word));
    bool failed = word.failed;
    buffer_release(&word);
    return failed ? CRM_NO_MEMORY : quote != '\0' ? CRM_INVALID : CRM_OK;
}

static crm_status each_item(yaml_document_t *document, const yaml_node_t *node,
                            const struct words *words)
{
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const char *word = scalar(yaml_document_get_node(document, *item));
        if (word == NULL)
            return CRM_INVALID;
        words->each(words->context, word);
    }
    return CRM_OK;
}

static crm_status expand(struct error *error, yaml_document_t *document, const yaml_node_t *node,
                         const char *name, const struct words *words)
{
    crm_status status = CRM_INVALID;
    if (node->type == YAML_SCALAR_NODE)
        status = split((const char *)node->data.scalar.value, words);
    else if (node->type == YAML_SEQUENCE_NODE)
        status = each_item(document, node, words);
    if (status == CRM_INVALID) {
        error_set(error, status, _("aliases: \"%s\" is no command"), name);
        return error_hint(error, _("write %s: visit due --within 7d, or a list of words"), name);
    }
    return status == CRM_OK ? CRM_OK : error_no_memory(error);
}

static crm_status find(struct error *error, const char *path, yaml_parser_t *parser,
                       const char *name, const struct words *words)
{
    yaml_document_t document;
    if (yaml_parser_load(parser, &document) == 0) {
        long line = (long)parser->problem_mark.line + 1, column = (long)parser->problem_mark.column;
        error_set(error, CRM_INVALID, _("not valid YAML: %s"),
                  parser->problem == NULL ? "" : parser->problem);
        return error_place(error, path, line, column + 1);
    }
    const yaml_node_t *aliases =
        member(&document, yaml_document_get_root_node(&document), "aliases");
    const yaml_node_t *node = member(&document, aliases, name);
    crm_status status = node == NULL ? CRM_NOT_FOUND : expand(error, &document, node, name, words);
    if (status == CRM_INVALID)
        error_place(error, path, (long)node->start_mark.line + 1,
                    (long)node->start_mark.column + 1);
    yaml_document_delete(&document);
    return status;
}

crm_status crm_alias_words(crm_book *book, const char *path, const char *name,
                           void (*word)(void *context, const char *word), void *context)
{
    error_clear(&book->error);
    struct buffer text cleanup(buffer_release) = {0};
    crm_status status = file_read(path, FILE_PLAIN, &text, &book->error);
    if (status != CRM_OK)
        return status;
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0)
        return error_no_memory(&book->error);
    yaml_parser_set_input_string(&parser, (const unsigned char *)buffer_string(&text), text.length);
    const struct words words = {.each = word, .context = context};
    status = find(&book->error, path, &parser, name, &words);
    yaml_parser_delete(&parser);
    return status;
}
