/* SPDX-License-Identifier: MIT */
/* What a book holds beside its database: policy, day lists, survey templates; and who may read it.
 */
#include "check/check.h"

#include "base/file.h"
#include "domain/calendar.h"
#include "domain/survey.h"
#include "record/filter.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- The policy ---- */

struct policy_check {
    struct check *check;
    crm_status status;
};

static void visit_problem(void *context, long line, long column, const char *key,
                          const char *message, const char *hint)
{
    struct policy_check *found = context;
    struct check *check = found->check;
    const struct finding finding = {
        .part = CHECK_POLICY,
        .record = line == 0 ? "policy.yaml"
                            : arena_printf(&check->scratch, "policy.yaml:%ld:%ld", line, column),
        .field = *key == '\0' ? NULL : key,
        .problem = message,
        .hint = hint == NULL || *hint == '\0' ? _("edit policy.yaml; crm-policy(5) explains it")
                                              : hint};
    if (found->status == CRM_OK)
        found->status = check_say(check, &finding);
}

crm_status check_policy(struct check *check, const struct error *broken)
{
    struct policy_check found = {.check = check};
    struct crm_book *book = check->book;
    if (!check->wanted[CHECK_POLICY])
        return CRM_OK;
    if (broken->status != CRM_OK && broken->status != CRM_INVALID) {
        book->error = *broken; /* it cannot be read at all */
        return check_failed(check, CHECK_POLICY, NULL, broken->status);
    }
    const struct policy_filters filters = filter_checks(book);
    const char *path = book_path(book, &check->arena, "policy.yaml");
    crm_status status = path == NULL
                            ? error_no_memory(&book->error)
                            : policy_check(path, &filters, visit_problem, &found, &book->error);
    if (status == CRM_OK)
        status = found.status;
    return status == CRM_OK ? status : check_failed(check, CHECK_POLICY, NULL, status);
}

/* ---- Directories ---- */

struct directory_names {
    struct check *check;
    char **items;
    size_t count, room;
};

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Names in a directory of the book, sorted; none when it is not there. In check->arena. */
static crm_status list_names(struct directory_names *names, const char *path)
{
    struct error *error = &names->check->book->error;
    DIR *directory = opendir(path);
    crm_status status = CRM_OK;
    if (directory == NULL)
        return errno == ENOENT ? CRM_OK : error_system(error, path);
    for (struct dirent *file; status == CRM_OK && (file = readdir(directory)) != NULL;) {
        if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
            continue;
        char **items = array_grow(names->items, &names->room, names->count + 1, sizeof *items);
        if (items != NULL)
            names->items = items;
        char *copy = items == NULL ? NULL : arena_copy(&names->check->arena, file->d_name);
        if (copy == NULL)
            status = error_no_memory(error);
        else
            items[names->count++] = copy;
    }
    closedir(directory);
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    return status;
}

static void names_release(struct directory_names *names)
{
    free(names->items);
}

/* ---- Day lists and templates ---- */

static crm_status say_file(struct check *check, const char *file)
{
    struct error *error = &check->book->error;
    const struct finding finding = {.part = CHECK_FILES,
                                    .record = file,
                                    .problem = arena_copy(&check->scratch, error->message),
                                    .hint = *error->hint == '\0'
                                                ? _("edit the file, or take it out of the book")
                                                : arena_copy(&check->scratch, error->hint)};
    if (finding.problem == NULL)
        return error_no_memory(error);
    error_clear(error);
    return check_say(check, &finding);
}

/* NAME-YEAR.json holds the days of that year. */
static crm_status read_day_list(struct check *check, const char *file, const char *path)
{
    struct buffer text cleanup(buffer_release) = {0};
    struct error *error = &check->book->error;
    struct day_list list;
    crm_status status = file_read(path, FILE_PLAIN, &text, error);
    if (status == CRM_OK)
        status = day_list_parse(&check->scratch, buffer_string(&text), text.length, &list, error);
    const char *dash = strrchr(file, '-');
    if (status == CRM_OK && (dash == NULL || atoi(dash + 1) != list.year)) {
        status = error_set(error, CRM_INVALID, _("the list is of the year %d"), list.year);
        error_hint(error, _("call the file NAME-%d.json"), list.year);
    } else if (status == CRM_INVALID && *error->hint == '\0') {
        error_hint(error, _("load the official list again: crm calendar import FILE"));
    }
    return status;
}

static crm_status check_day_lists(struct check *check)
{
    struct directory_names names cleanup(names_release) = {.check = check};
    const char *directory = book_path(check->book, &check->arena, "calendars");
    crm_status status =
        directory == NULL ? error_no_memory(&check->book->error) : list_names(&names, directory);
    for (size_t i = 0; i < names.count && status == CRM_OK; i++) {
        const char *end = strrchr(names.items[i], '.');
        if (end == NULL || strcmp(end, ".json") != 0)
            continue;
        const char *path = arena_printf(&check->arena, "%s/%s", directory, names.items[i]);
        const char *file = arena_printf(&check->arena, "calendars/%s", names.items[i]);
        status = path == NULL || file == NULL ? error_no_memory(&check->book->error)
                                              : read_day_list(check, names.items[i], path);
        if (status != CRM_OK && status != CRM_NO_MEMORY)
            status = say_file(check, file);
    }
    return status;
}

static crm_status check_templates(struct check *check)
{
    const char *const *ids;
    size_t count = 0;
    crm_status status = survey_ids(check->book, &check->arena, &ids, &count);
    for (size_t i = 0; i < count && status == CRM_OK; i++) {
        struct survey survey;
        status = survey_load(check->book, ids[i], &check->arena, &survey);
        if (status == CRM_INVALID || status == CRM_IO || status == CRM_NOT_FOUND)
            status = say_file(check, arena_printf(&check->scratch, "surveys/%s.yaml", ids[i]));
    }
    return status;
}

/* ---- Who may read them ---- */

enum { OF_OTHERS = S_IRWXG | S_IRWXO };

/* Behind a private directory nobody comes to a file that is open to all. */
static crm_status check_mode(struct check *check, const char *name, const char *path, bool book)
{
    struct stat about;
    if (lstat(path, &about) != 0 || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) ||
        (about.st_mode & OF_OTHERS) == 0)
        return CRM_OK;
    bool directory = S_ISDIR(about.st_mode);
    mode_t mode = about.st_mode & 07777;
    bool mended =
        check->repair && (check->book->dry_run || chmod(path, mode & (mode_t)~OF_OTHERS) == 0);
    const struct finding finding = {.part = CHECK_FILES,
                                    .record = name,
                                    .field = "mode",
                                    .stored = arena_printf(&check->scratch, "%04o", (unsigned)mode),
                                    .expected = directory ? "0700" : "0600",
                                    .problem = check->repair && !mended ? strerror(errno)
                                                                        : _("open to other users"),
                                    .hint = arena_printf(&check->scratch, "chmod go= '%s'", path),
                                    .warning = !book,
                                    .repairable = !check->repair || mended};
    return check_say(check, &finding);
}

static crm_status check_modes_in(struct check *check, const char *room)
{
    struct directory_names names cleanup(names_release) = {.check = check};
    const char *directory =
        *room == '\0' ? check->book->directory : book_path(check->book, &check->arena, room);
    crm_status status =
        directory == NULL ? error_no_memory(&check->book->error) : list_names(&names, directory);
    for (size_t i = 0; i < names.count && status == CRM_OK; i++) {
        const char *path = arena_printf(&check->arena, "%s/%s", directory, names.items[i]);
        const char *name =
            arena_printf(&check->arena, "%s%s%s", room, *room == '\0' ? "" : "/", names.items[i]);
        status = path == NULL || name == NULL ? error_no_memory(&check->book->error)
                                              : check_mode(check, name, path, false);
    }
    return status;
}

crm_status check_files(struct check *check)
{
    static const char *const rooms[] = {"", "calendars", "surveys"};
    if (!check->wanted[CHECK_FILES])
        return CRM_OK;
    crm_status status = check_day_lists(check);
    if (status == CRM_OK)
        status = check_templates(check);
    if (status == CRM_OK)
        status = check_mode(check, ".", check->book->directory, true);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms && status == CRM_OK; i++)
        status = check_modes_in(check, rooms[i]);
    return status == CRM_OK ? status : check_failed(check, CHECK_FILES, NULL, status);
}
