/* SPDX-License-Identifier: MIT */
/* crm backup: a copy of the database, packed with the book's other files, read back. */
#include "book.h"

#include "backup/archive.h"
#include "backup/contents.h"
#include "backup/facts.h"
#include "backup/partial.h"
#include "backup/summary.h"
#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct backup {
    struct crm_book *book;
    const crm_backup_options *options;
    struct partial partial;
    struct archive_writer writer;
    struct backup_facts facts;
    int64_t done, total; /* bytes of the database, for progress */
    struct arena arena;
};

/* ---- The database ---- */

static void show_copying(void *context, int64_t done, int64_t total)
{
    struct backup *backup = context;
    book_progress(backup->book, _("copying"), done, total);
}

static crm_status read_copy(struct backup *backup)
{
    struct store *copy = NULL;
    crm_status status =
        store_open(backup->partial.database, STORE_READ, &copy, &backup->book->error);
    if (status == CRM_OK)
        status = backup_facts_read(copy, &backup->facts);
    store_close(copy);
    time_format_utc(backup->book->now, backup->facts.made_at);
    return status;
}

/* The last entry in the copy is one of the book's, with the same hash. */
static crm_status compare_journal(struct backup *backup)
{
    const struct value entry = value_integer(backup->facts.entries);
    struct value hash = value_text("");
    crm_status status =
        store_row_values(backup->book->store, &backup->arena,
                         "SELECT hash FROM journal WHERE id = $1", &entry, 1, &hash, 1);
    if (status == CRM_NOT_FOUND && backup->facts.entries == 0)
        return CRM_OK;
    if (status != CRM_OK && status != CRM_NOT_FOUND)
        return status;
    if (hash.type == VALUE_TEXT && strcmp(hash.text, backup->facts.head) == 0)
        return CRM_OK;
    error_set(&backup->book->error, CRM_CORRUPT,
              _("entry %lld of the journal is not the same in the book and in its copy"),
              (long long)backup->facts.entries);
    return error_hint(&backup->book->error, _("crm check says whether the book itself is damaged"));
}

static crm_status copy_database(struct backup *backup)
{
    crm_status status =
        store_backup(backup->book->store, backup->partial.database, show_copying, backup);
    if (status == CRM_OK)
        status = read_copy(backup);
    return status == CRM_OK ? compare_journal(backup) : status;
}

/* ---- The archive ---- */

static crm_status write_partial(void *context, const void *data, size_t length)
{
    struct backup *backup = context;
    return file_write(backup->partial.file, data, length)
               ? CRM_OK
               : file_fail(&backup->book->error, backup->partial.path);
}

static void show_packing(void *context, size_t length)
{
    struct backup *backup = context;
    backup->done += (int64_t)length;
    book_progress(backup->book, _("writing"), backup->done, backup->total);
}

static crm_status pack_facts(struct backup *backup)
{
    struct buffer text cleanup(buffer_release) = {0};
    backup_facts_write(&backup->facts, &text);
    return text.failed ? error_no_memory(&backup->book->error)
                       : archive_add(&backup->writer, backup_facts_name, text.data, text.length);
}

static crm_status pack_files(struct backup *backup)
{
    struct contents contents cleanup(contents_release) = {0};
    const char *directory = backup->book->directory;
    crm_status status = contents_list(directory, &backup->arena, &contents, &backup->book->error);
    for (size_t i = 0; i < contents.count && status == CRM_OK; i++) {
        const char *name = contents.names[i];
        const char *path = arena_printf(&backup->arena, "%s/%s", directory, name);
        if (path == NULL)
            return error_no_memory(&backup->book->error);
        status = name[strlen(name) - 1] == '/'
                     ? archive_add_directory(&backup->writer, name)
                     : archive_add_file(&backup->writer, name, path, true, NULL, NULL);
    }
    return status;
}

static crm_status pack(struct backup *backup)
{
    struct stat state;
    if (stat(backup->partial.database, &state) != 0)
        return file_fail(&backup->book->error, backup->partial.database);
    backup->total = state.st_size;
    crm_status status = pack_facts(backup);
    if (status == CRM_OK)
        status = pack_files(backup);
    if (status == CRM_OK)
        status = archive_add_file(&backup->writer, contents_database, backup->partial.database,
                                  false, show_packing, backup);
    return status == CRM_OK ? archive_end(&backup->writer) : status;
}

/* ---- To a file ---- */

static crm_status read_back(struct backup *backup)
{
    FILE *stream = fopen(backup->partial.path, "re");
    if (stream == NULL)
        return file_fail(&backup->book->error, backup->partial.path);
    struct archive_reader reader cleanup(archive_reader_release) = {
        .stream = stream, .name = backup->partial.path, .error = &backup->book->error};
    bool more = true;
    crm_status status = CRM_OK;
    while (more && status == CRM_OK)
        status = archive_next(&reader, &more);
    (void)fclose(stream);
    return status;
}

static bool is_same_directory(const char *one, const char *other)
{
    struct stat left, right;
    return one != NULL && other != NULL && stat(one, &left) == 0 && stat(other, &right) == 0 &&
           left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/* Among the book's own files it would take the place of one, or be lost with them. */
static crm_status refuse_within(struct backup *backup)
{
    static const char *const parts[] = {"", "/calendars", "/surveys"};
    const char *file = backup->options->file, *slash = strrchr(file, '/');
    const char *directory =
        slash == NULL ? "." : arena_copy_length(&backup->arena, file, (size_t)(slash - file) + 1);
    if (directory == NULL)
        return error_no_memory(&backup->book->error);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *part = arena_printf(&backup->arena, "%s%s", backup->book->directory, parts[i]);
        if (part == NULL)
            return error_no_memory(&backup->book->error);
        if (!is_same_directory(directory, part))
            continue;
        error_set(&backup->book->error, CRM_USAGE, _("'%s' is a place within the book"), file);
        return error_hint(&backup->book->error, _("keep the copy apart from the book"));
    }
    return CRM_OK;
}

static crm_status refuse_existing(struct backup *backup)
{
    struct stat state;
    const char *file = backup->options->file;
    if (stat(file, &state) != 0)
        return CRM_OK;
    if (!S_ISREG(state.st_mode)) {
        error_set(&backup->book->error, CRM_USAGE, _("'%s' is no file"), file);
        return error_hint(&backup->book->error, _("a device or pipe is written with: crm backup - "
                                                  ">NAME"));
    }
    if (backup->options->replace)
        return CRM_OK;
    error_set(&backup->book->error, CRM_EXISTS, _("there is a file '%s' already"), file);
    return error_hint(&backup->book->error, _("choose another name, or replace it with --force"));
}

static crm_status publish(struct backup *backup)
{
    const char *file = backup->options->file;
    if (fsync(backup->partial.file) != 0)
        return file_fail(&backup->book->error, backup->partial.path);
    crm_status status = read_back(backup);
    if (status == CRM_OK)
        status = refuse_existing(backup); /* it may have come meanwhile */
    if (status != CRM_OK)
        return status;
    if (rename(backup->partial.path, file) != 0 || !file_sync_name(file))
        return file_fail(&backup->book->error, file);
    return CRM_OK;
}

static crm_status back_up_to_file(struct backup *backup)
{
    struct error *error = &backup->book->error;
    crm_status status = refuse_within(backup);
    if (status == CRM_OK)
        status = refuse_existing(backup);
    if (status == CRM_OK)
        status = partial_open(&backup->partial, &backup->arena, backup->options->file, error);
    if (status == CRM_OK)
        status = copy_database(backup);
    if (status == CRM_OK)
        status = pack(backup);
    return status == CRM_OK ? publish(backup) : status;
}

/* ---- To the caller ---- */

static crm_status back_up_to_caller(struct backup *backup)
{
    crm_status status = partial_open_in(&backup->partial, &backup->arena, backup->book->directory,
                                        &backup->book->error);
    if (status == CRM_OK)
        status = copy_database(backup);
    if (status == CRM_OK)
        status = pack(backup);
    partial_release(&backup->partial); /* before the caller may wait for somebody */
    if (status == CRM_OK && backup->options->finish != NULL)
        status = backup->options->finish(backup->options->context);
    return status;
}

static crm_status write_summary(const struct backup *backup, double seconds, crm_sink *sink)
{
    const struct backup_summary summary = {.file = backup->options->file,
                                           .facts = &backup->facts,
                                           .bytes = backup->writer.length,
                                           .seconds = seconds};
    return backup_summary_write(&summary, sink);
}

crm_status crm_backup(crm_book *book, const crm_backup_options *options, crm_sink *sink)
{
    crm_status status = book_read(book);
    if (status != CRM_OK)
        return status;
    bool to_caller = options->write != NULL;
    double began = options->seconds == NULL ? 0 : options->seconds();
    struct backup backup = {.book = book, .options = options, .partial = {.file = -1}};
    backup.writer = (struct archive_writer){.write = to_caller ? options->write : write_partial,
                                            .context = to_caller ? options->context : &backup,
                                            .modified = book->now,
                                            .error = &book->error};
    status = to_caller ? back_up_to_caller(&backup) : back_up_to_file(&backup);
    partial_release(&backup.partial);
    double seconds = options->seconds == NULL ? 0 : options->seconds() - began;
    if (status == CRM_OK)
        status = write_summary(&backup, seconds, sink);
    archive_writer_release(&backup.writer);
    arena_release(&backup.arena);
    return status;
}
