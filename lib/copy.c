/* SPDX-License-Identifier: MIT */
/* crm copy: a book into a new directory, and into another engine on the way. */
#include "book.h"

#include "backup/contents.h"
#include "backup/place.h"
#include "base/address.h"
#include "base/file.h"
#include "base/text.h"
#include "policy/yaml.h"
#include "store/copy.h"
#include "store/create.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char policy_name[] = "policy.yaml";

struct copying {
    struct crm_book *book;
    const char *database; /* of the copy; NULL: a file */
    struct crm_sink *sink;
    struct place place;
};

/* ---- Files ---- */

static int create_file(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* The time of a day list is part of what visits were computed by. */
static bool finish_file(int file, const struct stat *like)
{
    const struct timespec times[] = {like->st_atim, like->st_mtim};
    return futimens(file, times) == 0 && fsync(file) == 0;
}

static crm_status write_file(struct copying *copying, const char *path, const char *data,
                             size_t length, const struct stat *like)
{
    int file cleanup(file_close) = create_file(path);
    bool written = file >= 0 && file_write(file, data, length) && finish_file(file, like);
    return written ? CRM_OK : file_fail(&copying->book->error, path);
}

static crm_status copy_bytes(struct copying *copying, int from, const char *from_path,
                             const char *path, const struct stat *like)
{
    char bytes[16384];
    ssize_t length;
    int file cleanup(file_close) = create_file(path);
    if (file < 0)
        return file_fail(&copying->book->error, path);
    while ((length = read(from, bytes, sizeof bytes)) > 0)
        if (!file_write(file, bytes, (size_t)length))
            return file_fail(&copying->book->error, path);
    if (length < 0)
        return file_fail(&copying->book->error, from_path);
    return finish_file(file, like) ? CRM_OK : file_fail(&copying->book->error, path);
}

static crm_status copy_policy(struct copying *copying, const char *from, const char *to,
                              const struct stat *like)
{
    struct error *error = &copying->book->error;
    struct arena arena cleanup(arena_release) = {0};
    struct buffer policy cleanup(buffer_release) = {0};
    const char *text = NULL;
    size_t length = 0;
    crm_status status = yaml_read_file(&arena, from, &text, &length, error);
    if (status == CRM_OK)
        status = policy_with_database(text, length, copying->database, &policy, error);
    return status == CRM_OK ? write_file(copying, to, buffer_string(&policy), policy.length, like)
                            : status;
}

static crm_status copy_file(struct copying *copying, const char *name, const char *from,
                            const char *to)
{
    struct error *error = &copying->book->error;
    struct stat like;
    crm_status status = file_refuse_special(from, FILE_PLAIN, error);
    if (status != CRM_OK)
        return status;
    int file cleanup(file_close) = open(from, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &like) != 0)
        return file_fail(error, from);
    return strcmp(name, policy_name) == 0 ? copy_policy(copying, from, to, &like)
                                          : copy_bytes(copying, file, from, to, &like);
}

static crm_status copy_one(struct copying *copying, const char *name)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *from = book_path(copying->book, &arena, name);
    const char *to = arena_printf(&arena, "%s/%s", copying->place.hidden, name);
    if (from == NULL || to == NULL)
        return error_no_memory(&copying->book->error);
    if (name[strlen(name) - 1] != '/')
        return copy_file(copying, name, from, to);
    return mkdir(to, 0700) == 0 ? CRM_OK : file_fail(&copying->book->error, to);
}

static crm_status copy_files(struct copying *copying)
{
    struct arena arena cleanup(arena_release) = {0};
    struct contents contents cleanup(contents_release) = {0};
    crm_status status =
        contents_list(copying->book->directory, &arena, &contents, &copying->book->error);
    for (size_t i = 0; i < contents.count && status == CRM_OK; i++)
        status = copy_one(copying, contents.names[i]);
    return status;
}

/* ---- Rows ---- */

enum { COLUMNS = 4 };

static crm_status begin_rows(struct crm_sink *sink)
{
    const struct column columns[COLUMNS] = {
        {.name = "kind", .label = _("Kind")},
        {.name = "rows", .label = _("Rows"), .type = DATA_INTEGER},
        {.name = "digest", .label = _("SHA-256")},
        {.name = "database", .label = _("Database"), .flags = COLUMN_CONSTANT},
    };
    const struct table table = {.name = "copy", .columns = columns, .count = COLUMNS};
    return sink_begin(sink, &table);
}

static crm_status write_row(void *context, const struct kind *kind, int64_t rows,
                            const char *digest)
{
    struct copying *copying = context;
    struct buffer address cleanup(buffer_release) = {0};
    const char *database = copying->database != NULL ? copying->database : contents_database;
    text_mask_passwords(&address, database, strlen(database));
    if (address.failed)
        return error_no_memory(&copying->book->error);
    const struct value row[COLUMNS] = {value_text(kind->name), value_integer(rows),
                                       value_text(digest), value_text(buffer_string(&address))};
    return sink_row(copying->sink, row);
}

static void report_progress(void *context, int64_t rows)
{
    const struct copying *copying = context;
    book_progress(copying->book, _("rows"), rows, 0);
}

/* ---- The database ---- */

static crm_status say_taken(struct copying *copying)
{
    struct error *error = &copying->book->error;
    error_set(error, CRM_EXISTS, _("there is a book in the database already"));
    return error_hint(error, _("choose another database, or an empty one"));
}

static crm_status copy_store(struct copying *copying)
{
    struct error *error = &copying->book->error;
    struct arena arena cleanup(arena_release) = {0};
    const struct stat none = {0};
    struct store *into = NULL;
    const char *path = copying->database;
    crm_status status = CRM_OK;
    if (path == NULL) {
        path = arena_printf(&arena, "%s/%s", copying->place.hidden, contents_database);
        status = path == NULL ? error_no_memory(error) : write_file(copying, path, "", 0, &none);
    }
    if (status == CRM_OK)
        status = store_open(path, STORE_CREATE, &into, error);
    const struct store_copy copy = {.from = copying->book->store,
                                    .into = into,
                                    .each = write_row,
                                    .progress = report_progress,
                                    .context = copying};
    if (status == CRM_OK)
        status = store_copy(&copy, error);
    store_close(into);
    return status == CRM_EXISTS && error->message[0] == '\0' ? say_taken(copying) : status;
}

/* Something took the directory's name while the rows were copied. */
static crm_status say_left(struct copying *copying, crm_status status)
{
    return copying->database == NULL
               ? status
               : error_hint(&copying->book->error,
                            _("the records are in the database: copy policy.yaml to another "
                              "directory and write the address into it, or drop the schema crm "
                              "there and try again"));
}

/* Everything is made where nobody looks; the database is complete before the directory shows. */
static crm_status copy_book(struct copying *copying)
{
    crm_status status = place_make(&copying->place);
    if (status == CRM_OK)
        status = copy_files(copying);
    if (status == CRM_OK)
        status = begin_rows(copying->sink);
    if (status == CRM_OK)
        status = copy_store(copying);
    if (status == CRM_OK)
        status = sink_end(copying->sink);
    if (status != CRM_OK)
        return status;
    status = place_show(&copying->place);
    return status == CRM_OK ? CRM_OK : say_left(copying, status);
}

crm_status crm_book_copy(crm_book *book, const char *directory, const char *database,
                         crm_sink *sink)
{
    struct copying copying = {.book = book, .database = database, .sink = sink};
    crm_status status = book_read(book);
    if (status == CRM_OK && database != NULL)
        status = address_check(database, &book->error);
    if (status == CRM_OK)
        status = place_choose(&copying.place, directory, &book->error);
    if (status == CRM_OK && copying.place.exists) {
        status = error_set(&book->error, CRM_EXISTS, _("'%s' exists already"), directory);
        error_hint(&book->error, _("name a directory that is not there yet"));
    }
    if (status == CRM_OK)
        status = copy_book(&copying);
    place_release(&copying.place);
    return status;
}
