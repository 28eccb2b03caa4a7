/* SPDX-License-Identifier: MIT */
/* The lines `database:` and `replica:` of a restored policy, rewritten as text: all else stays as
 * it was written.
 */
#include "backup/address.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "policy/policy.h"
#include "policy/yaml.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool is_address(const char *line)
{
    static const char *const keys[] = {"database:", "replica:"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strncmp(line, keys[i], strlen(keys[i])) == 0)
            return true;
    return false;
}

/* Comments out what names a server, with the lines that its value goes on over. */
static bool write_without(const char *text, struct buffer *out)
{
    bool inside = false, found = false;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        length += text[length] == '\n';
        bool begins = is_address(text);
        inside = begins || (inside && (*text == ' ' || *text == '\t'));
        found = found || begins;
        buffer_text(out, inside ? "# " : "");
        buffer_append(out, text, length);
        text += length;
    }
    return found;
}

static crm_status replace(const char *path, const struct buffer *text, struct error *error)
{
    int file cleanup(file_close) = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    return file >= 0 && file_write(file, text->data, text->length) && fsync(file) == 0
               ? CRM_OK
               : file_fail(error, path);
}

/* A policy that this crm cannot read (of a newer one, or half edited) is taken at its text. */
static crm_status look_at(const char *path, const struct buffer *text, const char *database,
                          struct error *error)
{
    struct policy *policy = NULL;
    crm_status status = policy_parse(path, buffer_string(text), text->length, &policy, error);
    bool same = status != CRM_OK || (policy->database == NULL) == (database == NULL);
    if (status == CRM_OK && same && database != NULL)
        same = strcmp(policy->database, database) == 0;
    policy_free(policy);
    error_clear(error);
    if (same)
        return CRM_OK;
    error_set(error, CRM_INVALID,
              _("the backup's policy.yaml names a database in a way that "
                "cannot be changed here"));
    return error_hint(error, _("unpack the backup with tar, and change it by hand"));
}

crm_status address_set(const char *path, const char *database, bool *changed, struct error *error)
{
    struct arena arena cleanup(arena_release) = {0};
    struct buffer text cleanup(buffer_release) = {0};
    const char *before = NULL;
    size_t length = 0;
    crm_status status = yaml_read_file(&arena, path, &before, &length, error);
    if (status != CRM_OK)
        return status;
    *changed = write_without(before, &text);
    if (database != NULL) {
        buffer_text(&text, length > 0 && before[length - 1] != '\n' ? "\n" : "");
        policy_database_text(&text, database);
    }
    if (text.failed)
        return error_no_memory(error);
    status = look_at(path, &text, database, error);
    return status == CRM_OK && (*changed || database != NULL) ? replace(path, &text, error)
                                                              : status;
}
