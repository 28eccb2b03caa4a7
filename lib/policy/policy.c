/* SPDX-License-Identifier: MIT */
/* Loading, checking and asking a policy. */
#include "policy/policy.h"

#include "policy/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After FNV-1a, but eight bytes at a time: tells one policy from another, no more. */
static void set_fingerprint(struct policy *policy, const char *text, size_t length)
{
    uint64_t hash = 14695981039346656037U ^ length;
    for (size_t i = 0; i < length; i += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, text + i, length - i < sizeof word ? length - i : sizeof word);
        hash = (hash ^ word) * 1099511628211U;
        hash ^= hash >> 32;
    }
    snprintf(policy->fingerprint, sizeof policy->fingerprint, "%016llx", (unsigned long long)hash);
}

/* Reads the text into reader->policy; CRM_INVALID with an error when it is no YAML, otherwise the
 * problems are in the reader. */
static crm_status read_text(struct policy_reader *reader, const char *name, const char *text,
                            size_t length, struct error *error)
{
    const struct yaml_node *root = NULL;
    crm_status status = yaml_parse(&reader->policy->arena, name, text, length, &root, error);
    if (status != CRM_OK) {
        return status;
    }
    set_fingerprint(reader->policy, text, length);
    reader->policy->file = arena_copy(&reader->policy->arena, name);
    policy_read(reader, root);
    if (reader->no_memory || reader->policy->file == NULL)
        return error_no_memory(error);
    if (reader->unread.status != CRM_OK)
        *error = reader->unread;
    return reader->unread.status;
}

static crm_status first_problem(const struct policy_reader *reader, const char *name,
                                struct error *error)
{
    if (reader->problem_count == 0) {
        return CRM_OK;
    }
    const struct policy_problem *problem = &reader->problems[0];
    if (problem->key[0] == '\0') {
        error_set(error, CRM_INVALID, "%s", problem->message);
    } else {
        error_set(error, CRM_INVALID, _("key '%s': %s"), problem->key, problem->message);
    }
    error_place(error, name, problem->line, problem->column);
    return error_hint(error, "%s", problem->hint);
}

static crm_status parse(const char *name, const char *text, size_t length, policy_trace trace,
                        void *context, struct policy **out, struct error *error)
{
    struct policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL) {
        return error_no_memory(error);
    }
    struct policy_reader reader = {.policy = policy, .trace = trace, .trace_context = context};
    crm_status status = read_text(&reader, name, text, length, error);
    if (status == CRM_OK) {
        status = first_problem(&reader, name, error);
    }
    if (status != CRM_OK) {
        policy_free(policy);
        return status;
    }
    *out = policy;
    return CRM_OK;
}

crm_status policy_parse(const char *name, const char *text, size_t length, struct policy **out,
                        struct error *error)
{
    return parse(name, text, length, NULL, NULL, out, error);
}

crm_status policy_load_traced(const char *path, policy_trace trace, void *context,
                              struct policy **out, struct error *error)
{
    cleanup(arena_release) struct arena arena = {0};
    const char *text = NULL;
    size_t length = 0;
    crm_status status = yaml_read_file(&arena, path, &text, &length, error);
    return status == CRM_OK ? parse(path, text, length, trace, context, out, error) : status;
}

crm_status policy_load(const char *path, struct policy **out, struct error *error)
{
    return policy_load_traced(path, NULL, NULL, out, error);
}

void policy_free(struct policy *policy)
{
    if (policy != NULL) {
        arena_release(&policy->arena);
        free(policy);
    }
}

/* A syntax error comes as one sentence "FILE:LINE:COLUMN: what"; apart again for the caller. */
static void each_syntax_error(const char *path, const struct error *found,
                              void (*each)(void *, long, long, const char *, const char *,
                                           const char *),
                              void *context)
{
    const char *what = found->message;
    long line = 0;
    long column = 0;
    size_t prefix = strlen(path);
    if (strncmp(what, path, prefix) == 0 && what[prefix] == ':') {
        char *end = NULL;
        line = strtol(what + prefix + 1, &end, 10);
        column = *end == ':' ? strtol(end + 1, &end, 10) : 0;
        what = strncmp(end, ": ", 2) == 0 ? end + 2 : what;
    }
    each(context, line, column, "", what, found->hint);
}

crm_status policy_check(const char *path, const struct policy_filters *filters,
                        void (*each)(void *context, long line, long column, const char *key,
                                     const char *message, const char *hint),
                        void *context, struct error *error)
{
    cleanup(arena_release) struct arena arena = {0};
    const char *text = NULL;
    size_t length = 0;
    crm_status status = yaml_read_file(&arena, path, &text, &length, error);
    if (status != CRM_OK) {
        return status;
    }
    struct policy policy = {0};
    struct policy_reader reader = {.policy = &policy, .filters = filters};
    struct error found = {0};
    status = read_text(&reader, path, text, length, &found);
    if (status == CRM_INVALID) {
        each_syntax_error(path, &found, each, context);
        status = CRM_OK;
    } else if (status != CRM_OK) {
        status = error_set(error, status, "%s", found.message);
    }
    for (size_t i = 0; status == CRM_OK && i < reader.problem_count; i++) {
        const struct policy_problem *problem = &reader.problems[i];
        each(context, problem->line, problem->column, problem->key, problem->message,
             problem->hint);
    }
    arena_release(&policy.arena);
    return status;
}

/* ---- asking ----------------------------------------------------------------------------- */

static int find(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int policy_tier(const struct policy *policy, const char *name)
{
    return find(policy->tiers, policy->tier_count, name);
}

int policy_channel(const struct policy *policy, const char *name)
{
    return find(policy->channels, policy->channel_count, name);
}

int policy_calendar(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->calendar_count; i++) {
        if (strcmp(policy->calendars[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const struct care_occasion *policy_occasion(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->occasion_count; i++)
        if (strcmp(policy->occasions[i].name, name) == 0)
            return &policy->occasions[i];
    return NULL;
}
