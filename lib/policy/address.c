/* SPDX-License-Identifier: MIT */
/* The database's address in the text of a policy: put in or taken out, all else left as people
 * wrote it. */
#include "policy/policy.h"

#include "policy/yaml.h"

#include <string.h>

/* Stands where an address was: what people were told of lines below it stays true. */
static const char no_database[] = "# database: crm.db\n", no_replica[] = "# replica: none\n";

/* Lines from 1; 0 for those that there are not. */
struct address_lines {
    long database, replica; /* of the keys */
    const char *comment;    /* behind the address, from the blank before #; NULL: none */
    size_t comment_length;
    long place; /* of no_database */
};

static const char *line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline == NULL ? end : newline + 1;
}

/* In an address no # follows a blank. */
static void find_comment(struct address_lines *lines, const char *at, const char *next)
{
    for (; at + 1 < next; at++) {
        if (*at != ' ' || at[1] != '#')
            continue;
        while (at[-1] == ' ')
            at--;
        lines->comment = at;
        lines->comment_length = (size_t)(next - at) - (next[-1] == '\n');
        return;
    }
}

static void look_at_line(struct address_lines *lines, const char *at, const char *next, long line)
{
    size_t length = (size_t)(next - at);
    if (line == lines->database)
        find_comment(lines, at, next);
    if (length == sizeof no_database - 1 && memcmp(at, no_database, length) == 0)
        lines->place = line;
}

/* Of a key that has a line of its own; -1 for one that shares it. */
static long line_of(const struct yaml_node *root, const char *key)
{
    const struct yaml_node *node = yaml_get(root, key);
    if (node == NULL)
        return 0;
    return node->key_column == 1 && node->line == node->key_line ? node->key_line : -1;
}

static void find_lines(const struct yaml_node *root, const char *text, const char *end,
                       struct address_lines *out)
{
    *out = (struct address_lines){.database = line_of(root, "database"),
                                  .replica = line_of(root, "replica")};
    long line = 1;
    for (const char *at = text; at < end; line++) {
        const char *next = line_end(at, end);
        look_at_line(out, at, next, line);
        at = next;
    }
}

static void write_address(struct buffer *out, const char *address,
                          const struct address_lines *lines)
{
    if (out->length > 0 && out->data[out->length - 1] != '\n')
        buffer_character(out, '\n');
    buffer_text(out, "database: \"");
    for (; *address != '\0'; address++)
        buffer_printf(out, strchr("\"\\", *address) != NULL ? "\\%c" : "%c", *address);
    buffer_character(out, '"');
    buffer_append(out, lines->comment, lines->comment_length);
    buffer_character(out, '\n');
}

/* An address that there was not goes where one was before, else to the end. */
static void write_all(struct buffer *out, const char *text, const char *end, const char *address,
                      const struct address_lines *lines)
{
    long place = lines->database > 0 ? lines->database : lines->place, line = 1;
    for (const char *at = text; at < end; line++) {
        const char *next = line_end(at, end);
        bool last = next == end;
        if (line == place && address != NULL)
            write_address(out, address, lines);
        else if (line == lines->database)
            buffer_text(out, last ? "" : no_database);
        else if (line == lines->replica)
            buffer_text(out, last ? "" : no_replica);
        else
            buffer_append(out, at, (size_t)(next - at));
        at = next;
    }
    if (place == 0 && address != NULL)
        write_address(out, address, lines);
}

/* A policy may be written in ways that lines do not follow: then a person has to do it. */
static crm_status refuse_text(struct error *error)
{
    error_set(error, CRM_INVALID, _("the database's address cannot be changed in policy.yaml"));
    return error_hint(error, _("write the keys database and replica on lines of their own"));
}

static crm_status check_text(const struct buffer *text, const char *address, struct error *error)
{
    struct policy *policy = NULL;
    crm_status status =
        policy_parse("policy.yaml", buffer_string(text), text->length, &policy, error);
    bool same = status == CRM_OK && policy->replica == NULL &&
                (address == NULL) == (policy->database == NULL) &&
                (address == NULL || strcmp(policy->database, address) == 0);
    policy_free(policy);
    /* A file of the system's that could not be read is no fault of the policy. */
    return same || (status != CRM_OK && status != CRM_INVALID) ? status : refuse_text(error);
}

crm_status policy_with_database(const char *text, size_t length, const char *address,
                                struct buffer *out, struct error *error)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct yaml_node *root = NULL;
    struct address_lines lines;
    crm_status status = yaml_parse(&arena, "policy.yaml", text, length, &root, error);
    if (status != CRM_OK)
        return status;
    find_lines(root, text, text + length, &lines);
    if (lines.database < 0 || lines.replica < 0)
        return refuse_text(error);
    write_all(out, text, text + length, address, &lines);
    return out->failed ? error_no_memory(error) : check_text(out, address, error);
}
