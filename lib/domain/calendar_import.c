/* SPDX-License-Identifier: MIT */
/* Day lists as files: reading them, and copying a checked one into the book. */
#include "domain/calendar.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool day_list_name_is_valid(const char *name)
{
    size_t length = strlen(name);
    bool plain = length > 0 && length <= 64 && name[0] != '.' && text_is_valid(name, length);
    for (size_t i = 0; i < length && plain; i++) {
        plain = (unsigned char)name[i] > ' ' && strchr("/\\\x7f", name[i]) == NULL;
    }
    return plain;
}

char *day_list_path(struct arena *arena, const char *name, int year)
{
    return arena_printf(arena, "calendars/%s-%04d.json", name, year);
}

static crm_status refuse_file(const char *path, const char *verb, struct error *error)
{
    if (errno == ENOMEM) {
        return error_no_memory(error);
    }
    return error_set(error, CRM_IO, "%s: %s: %s", path, verb, strerror(errno));
}

/* ---- Writing ---- */

static crm_status write_all(int file, const struct buffer *text)
{
    size_t done = 0;
    while (done < text->length) {
        ssize_t written = write(file, text->data + done, text->length - done);
        if (written < 0 && errno != EINTR) {
            return CRM_IO;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return fsync(file) == 0 ? CRM_OK : CRM_IO;
}

static crm_status write_file(const char *path, const struct buffer *text, struct error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return refuse_file(path, _("cannot write"), error);
    }
    crm_status status = write_all(file, text);
    if (status != CRM_OK) {
        refuse_file(path, _("cannot write"), error);
    }
    if (close(file) != 0 && status == CRM_OK) {
        status = refuse_file(path, _("cannot write"), error);
    }
    return status;
}

/* Makes the new name of a file survive a power cut. */
static crm_status sync_directory(const char *path, struct error *error)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return refuse_file(path, _("cannot open"), error);
    }
    crm_status status =
        fsync(directory) == 0 ? CRM_OK : refuse_file(path, _("cannot write"), error);
    close(directory);
    return status;
}

/* Readers see the old list or the new one, whole. The book's write lock keeps other writers off the
 * temporary name. */
static crm_status replace_file(struct crm_book *book, const char *path, const struct buffer *text)
{
    struct arena *arena = &book->arena;
    char *directory = book_path(book, arena, "calendars");
    char *temporary = arena_printf(arena, "%s.new", path);
    if (directory == NULL || temporary == NULL) {
        return error_no_memory(&book->error);
    }
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
        return refuse_file(directory, _("cannot make the directory"), &book->error);
    }
    crm_status status = write_file(temporary, text, &book->error);
    if (status == CRM_OK && rename(temporary, path) != 0) {
        status = refuse_file(path, _("cannot write"), &book->error);
    }
    if (status != CRM_OK) {
        unlink(temporary);
        return status;
    }
    return sync_directory(directory, &book->error);
}

/* ---- crm calendar import ---- */

struct imported {
    const char *file;
    const char *name;
    struct day_list list;
    const char *state; /* added, changed, same */
};

static size_t count_days(const struct day_list *list, bool works)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += list->days[i].works == works ? 1 : 0;
    }
    return count;
}

static bool is_used(const struct policy *policy, const char *name)
{
    bool used = false;
    for (size_t i = 0; i < policy->calendar_count; i++) {
        const char *holidays = policy->calendars[i].holidays;
        used = used || (holidays != NULL && strcmp(holidays, name) == 0);
    }
    return used;
}

static crm_status print_imported(struct crm_book *book, struct crm_sink *sink,
                                 const struct imported *imported)
{
    static const struct choice states[] = {
        {"added", N_("added")}, {"changed", N_("changed")}, {"same", N_("same")}};
    const struct column columns[] = {
        {.name = "file", .label = _("file"), .type = DATA_TEXT},
        {.name = "name", .label = _("name"), .type = DATA_TEXT},
        {.name = "year", .label = _("year"), .type = DATA_INTEGER},
        {.name = "days_off", .label = _("days off"), .type = DATA_INTEGER},
        {.name = "make_up_days", .label = _("make-up working days"), .type = DATA_INTEGER},
        {.name = "state",
         .label = _("state"),
         .type = DATA_ENUM,
         .choices = states,
         .choice_count = sizeof states / sizeof *states}};
    const struct value values[] = {value_text(imported->file),
                                   value_text(imported->name),
                                   value_integer(imported->list.year),
                                   value_integer((int64_t)count_days(&imported->list, false)),
                                   value_integer((int64_t)count_days(&imported->list, true)),
                                   value_text(imported->state)};
    struct table table = {.name = "day_list",
                          .columns = columns,
                          .count = sizeof columns / sizeof columns[0],
                          .record = true};
    crm_status status = sink_begin(sink, &table);
    if (status == CRM_OK) {
        status = sink_row(sink, values);
    }
    if (status == CRM_OK) {
        status = sink_end(sink);
    }
    if (status != CRM_OK || is_used(book->policy, imported->name)) {
        return status;
    }
    return sink_note(sink,
                     _("no calendar of policy.yaml goes by it: write 'holidays: %s' below the one "
                       "that shall"),
                     imported->name);
}

static crm_status store_list(struct crm_book *book, struct imported *imported,
                             const struct buffer *text)
{
    cleanup(buffer_release) struct buffer old = {0};
    char *file = day_list_path(&book->arena, imported->name, imported->list.year);
    char *path = file == NULL ? NULL : book_path(book, &book->arena, file);
    if (path == NULL) {
        return error_no_memory(&book->error);
    }
    /* Whatever stands there now, readable or not, is replaced. */
    crm_status status = file_read(path, FILE_PLAIN, &old, NULL);
    if (status == CRM_NO_MEMORY) {
        return error_no_memory(&book->error);
    }
    bool same = status == CRM_OK && old.length == text->length &&
                memcmp(old.data, text->data, old.length) == 0;
    imported->state = same ? "same" : status == CRM_NOT_FOUND ? "added" : "changed";
    return same || book->dry_run ? CRM_OK : replace_file(book, path, text);
}

static crm_status read_import(struct crm_book *book, struct imported *imported, struct buffer *text)
{
    struct error *error = &book->error;
    crm_status status = file_read(imported->file, FILE_OR_PIPE, text, error);
    if (status == CRM_NOT_FOUND) {
        return error_set(error, CRM_NOT_FOUND, _("%s: no such file"), imported->file);
    }
    if (status == CRM_OK) {
        status =
            day_list_parse(&book->arena, buffer_string(text), text->length, &imported->list, error);
        if (status == CRM_INVALID) {
            error_place(error, imported->file, 0, 0);
        }
        if (status == CRM_INVALID && error->hint[0] == '\0') {
            error_hint(error, _("the form is {\"year\": 2026, \"days\": [{\"name\": \"…\", "
                                "\"date\": \"2026-01-01\", \"isOffDay\": true}]}"));
        }
    }
    return status;
}

crm_status crm_calendar_import(crm_book *book, const char *file, const char *name, crm_sink *sink)
{
    cleanup(buffer_release) struct buffer text = {0};
    struct imported imported = {.file = file, .name = name == NULL ? "cn" : name};
    crm_status status = book_begin(book);
    if (status != CRM_OK) {
        return status;
    }
    if (!day_list_name_is_valid(imported.name)) {
        status = error_set(&book->error, CRM_USAGE, _("not a name for a day list: \"%s\""), name);
        error_hint(&book->error, _("write a short word without / and spaces, such as cn"));
    }
    if (status == CRM_OK) {
        status = read_import(book, &imported, &text);
    }
    if (status == CRM_OK) {
        status = store_list(book, &imported, &text);
        book->calendars = NULL; /* they may have read the list before */
    }
    if (status == CRM_OK) {
        status = print_imported(book, sink, &imported);
    }
    return book_end(book, status);
}
