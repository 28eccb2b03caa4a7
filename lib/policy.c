/* SPDX-License-Identifier: MIT */
/* `crm policy`: what is wrong with a policy, and what holds in a book. */
#include "book.h"

#include "policy/reader.h"
#include "record/filter.h"

#include <string.h>
#include <sys/stat.h>

static const char policy_name[] = "policy.yaml";

static const struct choice own_default = {"default", N_("default")};

/* ---- check ------------------------------------------------------------------------------ */

struct check {
    struct crm_sink *sink;
    const char *path;
    size_t count;
    crm_status status; /* of the sink */
};

static struct value text_or_null(const char *text)
{
    return value_text(text[0] == '\0' ? NULL : text);
}

static void each_problem(void *context, long line, long column, const char *key,
                         const char *message, const char *hint)
{
    struct check *check = context;
    const struct value values[] = {
        value_text(check->path),
        line == 0 ? value_null() : value_integer(line),
        column == 0 ? value_null() : value_integer(column),
        text_or_null(key),
        value_text(message),
        text_or_null(hint),
    };
    check->count++;
    if (check->status == CRM_OK) {
        check->status = sink_row(check->sink, values);
    }
}

static const char *policy_path(struct arena *arena, const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode)) {
        return arena_copy(arena, path);
    }
    size_t length = strlen(path);
    const char *slash = length > 0 && path[length - 1] == '/' ? "" : "/";
    return arena_printf(arena, "%s%s%s", path, slash, policy_name);
}

static crm_status check_file(struct crm_book *book, const char *path, struct crm_sink *sink)
{
    const struct column columns[] = {
        {.name = "file", .label = _("File"), .type = DATA_TEXT, .flags = COLUMN_CONSTANT},
        {.name = "line", .label = _("Line"), .type = DATA_INTEGER},
        {.name = "column", .label = _("Column"), .type = DATA_INTEGER},
        {.name = "key", .label = _("Key"), .type = DATA_TEXT},
        {.name = "message", .label = _("Problem"), .type = DATA_TEXT},
        {.name = "hint", .label = _("How to mend it"), .type = DATA_TEXT},
    };
    const struct table table = {
        .name = "policy_check",
        .columns = columns,
        .count = sizeof columns / sizeof *columns,
    };
    struct check check = {.sink = sink, .path = path};
    const struct policy_filters filters = filter_checks(book);
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK) {
        status = policy_check(path, &filters, each_problem, &check, &book->error);
    }
    if (status == CRM_OK) {
        status = check.status;
    }
    if (status == CRM_OK) {
        status = sink_end(sink);
    }
    if (status != CRM_OK || check.count == 0) {
        return status;
    }
    error_set(&book->error, CRM_INVALID,
              dngettext(CRM_TEXT_DOMAIN, "%s: %zu problem", "%s: %zu problems", check.count), path,
              check.count);
    return error_hint(&book->error, _("crm-policy(5) explains every key"));
}

crm_status crm_policy_check(crm_book *book, const char *path, crm_sink *sink)
{
    error_clear(&book->error);
    const char *place = path != NULL ? path : book->directory;
    if (place == NULL) {
        error_set(&book->error, CRM_USAGE, _("no policy was named"));
        return error_hint(&book->error, _("name a file, or open a book"));
    }
    cleanup(arena_release) struct arena arena = {0};
    const char *file = policy_path(&arena, place);
    return file == NULL ? error_no_memory(&book->error) : check_file(book, file, sink);
}

/* ---- show ------------------------------------------------------------------------------- */

struct show {
    struct crm_sink *sink;
    crm_status status;
};

static void each_value(void *context, const char *key, const char *value, long line,
                       const char *help)
{
    struct show *show = context;
    char origin[48] = "default";
    if (line > 0) {
        snprintf(origin, sizeof origin, "%s:%ld", policy_name, line);
    }
    const struct value values[] = {
        value_text(key),
        value_text(value),
        value_text(origin),
        value_text(_(help)),
    };
    if (show->status == CRM_OK) {
        show->status = sink_row(show->sink, values);
    }
}

crm_status crm_policy_show(crm_book *book, crm_sink *sink)
{
    error_clear(&book->error);
    if (book->policy == NULL) {
        error_set(&book->error, CRM_USAGE, _("the book is not open"));
        return error_hint(&book->error, _("call crm_book_open first"));
    }
    const struct column columns[] = {
        {.name = "key", .label = _("Key"), .type = DATA_TEXT},
        {.name = "value", .label = _("Value"), .type = DATA_TEXT},
        {.name = "origin",
         .label = _("Origin"),
         .type = DATA_TEXT,
         .choices = &own_default,
         .choice_count = 1},
        {.name = "help", .label = _("Meaning"), .type = DATA_TEXT, .flags = COLUMN_HIDDEN},
    };
    const struct table table = {
        .name = "policy",
        .columns = columns,
        .count = sizeof columns / sizeof *columns,
    };
    cleanup(arena_release) struct arena arena = {0};
    const char *path = book_path(book, &arena, policy_name);
    if (path == NULL) {
        return error_no_memory(&book->error);
    }
    struct show show = {.sink = sink};
    struct policy *policy = NULL;
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK) {
        status = policy_load_traced(path, each_value, &show, &policy, &book->error);
        policy_free(policy);
    }
    if (status == CRM_OK) {
        status = show.status;
    }
    return status == CRM_OK ? sink_end(sink) : status;
}
