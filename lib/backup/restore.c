/* SPDX-License-Identifier: MIT */
/* crm restore: reads a backup, unpacks it out of sight, looks at all of it, and only then makes it
 * a book. */
#include "book.h"

#include "backup/archive.h"
#include "backup/contents.h"
#include "backup/facts.h"
#include "backup/place.h"
#include "backup/summary.h"
#include "base/file.h"
#include "policy/yaml.h"
#include "store/copy.h"
#include "store/create.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_FACTS = 4096, PIECE = 256 * 1024 };

struct restoration {
    struct crm_book *book;
    const crm_restore_options *options;
    struct archive_reader reader;
    struct backup_facts facts;
    struct place place;    /* not used when it reads only */
    bool reads_only;       /* nothing is unpacked */
    bool detached;         /* the policy named a database, which is not the restored book's */
    bool policy, database; /* were in it */
    int64_t total;         /* bytes of the file; 0: not known */
    struct arena arena;
    struct buffer piece;
};

static crm_status say_foreign(struct restoration *restoration)
{
    error_set(&restoration->book->error, CRM_INVALID, _("%s is no backup that crm made"),
              restoration->reader.name);
    return error_hint(&restoration->book->error,
                      _("it holds %s, which no backup does at that place"),
                      buffer_string(&restoration->reader.member));
}

/* ---- Members ---- */

static crm_status take_facts(struct restoration *restoration)
{
    char text[LARGEST_FACTS];
    size_t length = 0;
    crm_status status = CRM_OK;
    for (size_t got = 1; got > 0 && length < sizeof text && status == CRM_OK; length += got)
        status = archive_read(&restoration->reader, text + length, sizeof text - length, &got);
    if (status != CRM_OK)
        return status;
    struct error *error = &restoration->book->error;
    errno = 0;
    if (!backup_facts_parse(text, length, &restoration->facts)) {
        if (errno == ENOMEM) /* of which the reader of JSON says nothing */
            return error_no_memory(error);
        error_set(error, CRM_INVALID, _("%s is of a kind of backup that this crm does not know"),
                  restoration->reader.name);
        return error_hint(error, _("use the crm that wrote it, or a newer one"));
    }
    return store_check_version(restoration->facts.schema, error);
}

static crm_status first_member(struct restoration *restoration)
{
    bool more;
    crm_status status = archive_next(&restoration->reader, &more);
    if (status != CRM_OK)
        return status;
    const char *name = buffer_string(&restoration->reader.member);
    return more && strcmp(name, backup_facts_name) == 0 ? take_facts(restoration)
                                                        : say_foreign(restoration);
}

static crm_status unpack_bytes(struct restoration *restoration, int file, const char *path)
{
    struct archive_reader *reader = &restoration->reader;
    char *data = buffer_reserve(&restoration->piece, PIECE);
    if (data == NULL)
        return error_no_memory(&restoration->book->error);
    for (size_t got = 1;;) {
        crm_status status = archive_read(reader, data, PIECE, &got);
        if (status != CRM_OK)
            return status;
        book_progress(restoration->book, _("reading"), reader->length, restoration->total);
        if (got == 0)
            break;
        if (!file_write(file, data, got))
            return file_fail(&restoration->book->error, path);
    }
    /* The time of a day list is part of what visits were computed by. */
    const struct timespec modified = {.tv_sec = (time_t)reader->modified};
    const struct timespec times[] = {modified, modified};
    return futimens(file, times) == 0 && fsync(file) == 0
               ? CRM_OK
               : file_fail(&restoration->book->error, path);
}

static crm_status unpack(struct restoration *restoration, const char *name)
{
    const char *path = arena_printf(&restoration->arena, "%s/%s", restoration->place.hidden, name);
    if (path == NULL)
        return error_no_memory(&restoration->book->error);
    if (restoration->reader.directory)
        return mkdir(path, 0700) == 0 ? CRM_OK : file_fail(&restoration->book->error, path);
    int file cleanup(file_close) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return file < 0 ? file_fail(&restoration->book->error, path)
                    : unpack_bytes(restoration, file, path);
}

static crm_status pass_over(struct restoration *restoration)
{
    size_t got = 1;
    crm_status status = CRM_OK;
    char *data = buffer_reserve(&restoration->piece, PIECE);
    if (data == NULL)
        return error_no_memory(&restoration->book->error);
    while (got > 0 && status == CRM_OK) {
        status = archive_read(&restoration->reader, data, PIECE, &got);
        book_progress(restoration->book, _("reading"), restoration->reader.length,
                      restoration->total);
    }
    return status;
}

static crm_status take_member(struct restoration *restoration)
{
    const char *name = buffer_string(&restoration->reader.member);
    bool directory = name[strlen(name) - 1] == '/';
    if (!contents_may_hold(name) || directory != restoration->reader.directory)
        return say_foreign(restoration);
    restoration->policy = restoration->policy || strcmp(name, "policy.yaml") == 0;
    restoration->database = restoration->database || strcmp(name, contents_database) == 0;
    return restoration->reads_only ? pass_over(restoration) : unpack(restoration, name);
}

static crm_status take_members(struct restoration *restoration)
{
    bool more = true;
    crm_status status = CRM_OK;
    while (status == CRM_OK) {
        status = archive_next(&restoration->reader, &more);
        if (status != CRM_OK || !more)
            break;
        status = take_member(restoration);
    }
    if (status == CRM_OK && (!restoration->policy || !restoration->database)) {
        error_set(&restoration->book->error, CRM_INVALID, _("%s holds no whole book"),
                  restoration->reader.name);
        return error_hint(&restoration->book->error, _("use another backup"));
    }
    return status;
}

/* ---- The book ---- */

static crm_status compare_facts(struct restoration *restoration, struct store *store)
{
    struct backup_facts found = {0};
    crm_status status = backup_facts_read(store, &found);
    if (status != CRM_OK || backup_facts_equal(&found, &restoration->facts))
        return status;
    error_set(&restoration->book->error, CRM_CORRUPT,
              _("the database in %s is not the one that the backup was made of"),
              restoration->reader.name);
    return error_hint(&restoration->book->error, _("use another backup"));
}

/* From the file that was unpacked into the database that was asked for. */
static crm_status fill_database(struct restoration *restoration, struct store *from)
{
    struct crm_book *book = restoration->book;
    struct store_copy copy = {.from = from};
    crm_status status = store_open(book->database, STORE_CREATE, &copy.into, &book->error);
    if (status == CRM_OK)
        status = store_copy(&copy, &book->error);
    store_close(copy.into);
    if (status != CRM_EXISTS || book->error.message[0] != '\0')
        return status;
    error_set(&book->error, CRM_EXISTS, _("there is a book in the database already"));
    return error_hint(&book->error, _("choose another database, or an empty one"));
}

/* Opened as a new book's is, the database goes back to the mode in which many may use it. */
static crm_status look_at_database(struct restoration *restoration)
{
    struct store *store = NULL;
    const char *path =
        arena_printf(&restoration->arena, "%s/%s", restoration->place.hidden, contents_database);
    if (path == NULL)
        return error_no_memory(&restoration->book->error);
    crm_status status = store_open(path, STORE_CREATE, &store, &restoration->book->error);
    if (status == CRM_OK)
        status = store_check_schema(store, &restoration->book->error);
    if (status == CRM_OK)
        status = store_verify(store);
    if (status == CRM_OK)
        status = compare_facts(restoration, store);
    bool elsewhere = restoration->book->database != NULL;
    if (status == CRM_OK && elsewhere)
        status = fill_database(restoration, store);
    store_close(store);
    if (status == CRM_OK && elsewhere)
        return unlink(path) == 0 ? CRM_OK : file_fail(&restoration->book->error, path);
    return status == CRM_OK && !file_sync(path) ? file_fail(&restoration->book->error, path)
                                                : status;
}

/* A copy of a book must not write to the database of the book that it is a copy of. */
static crm_status look_at_policy(struct restoration *restoration)
{
    const char *path =
        arena_printf(&restoration->arena, "%s/policy.yaml", restoration->place.hidden);
    if (path == NULL)
        return error_no_memory(&restoration->book->error);
    struct buffer changed cleanup(buffer_release) = {0};
    struct error *error = &restoration->book->error;
    const struct crm_book *book = restoration->book;
    const char *text = NULL;
    size_t length = 0;
    crm_status status = yaml_read_file(&restoration->arena, path, &text, &length, error);
    if (status == CRM_OK)
        status = policy_with_database(text, length, book->database_lasting ? book->database : NULL,
                                      &changed, error);
    if (status != CRM_OK ||
        (changed.length == length && memcmp(buffer_string(&changed), text, length) == 0))
        return status;
    restoration->detached = book->database == NULL;
    int file cleanup(file_close) = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    return file >= 0 && file_write(file, changed.data, changed.length) && fsync(file) == 0
               ? CRM_OK
               : file_fail(error, path);
}

static crm_status make_book(struct restoration *restoration)
{
    crm_status status = first_member(restoration);
    if (status == CRM_OK)
        status = place_make(&restoration->place);
    if (status == CRM_OK)
        status = take_members(restoration);
    if (status == CRM_OK)
        status = look_at_database(restoration);
    if (status == CRM_OK)
        status = look_at_policy(restoration);
    if (status == CRM_OK)
        status = place_show(&restoration->place);
    place_release(&restoration->place);
    return status;
}

static crm_status verify(struct restoration *restoration)
{
    crm_status status = first_member(restoration);
    return status == CRM_OK ? take_members(restoration) : status;
}

/* ---- The call ---- */

static crm_status open_file(struct restoration *restoration)
{
    const crm_restore_options *options = restoration->options;
    struct stat state;
    restoration->reader.name = options->file;
    restoration->reader.error = &restoration->book->error;
    restoration->reader.stream =
        options->stream != NULL ? options->stream : fopen(options->file, "re");
    if (restoration->reader.stream == NULL)
        return errno == ENOENT ? error_set(&restoration->book->error, CRM_NOT_FOUND, "%s: %s",
                                           options->file, strerror(errno))
                               : error_system(&restoration->book->error, options->file);
    if (fstat(fileno(restoration->reader.stream), &state) == 0 && S_ISREG(state.st_mode))
        restoration->total = state.st_size;
    return options->stream != NULL
               ? CRM_OK
               : file_refuse_special(options->file, FILE_OR_PIPE, &restoration->book->error);
}

static crm_status restore(struct restoration *restoration, const char *directory)
{
    crm_status status = CRM_OK;
    if (!restoration->options->verify) /* refused before a long read */
        status = place_choose(&restoration->place, directory, &restoration->book->error);
    if (status == CRM_OK)
        status = open_file(restoration);
    if (status == CRM_OK)
        status = restoration->reads_only ? verify(restoration) : make_book(restoration);
    if (restoration->reader.stream != NULL && restoration->options->stream == NULL)
        (void)fclose(restoration->reader.stream);
    return status;
}

crm_status crm_restore(crm_book *book, const char *directory, const crm_restore_options *options,
                       crm_sink *sink)
{
    error_clear(&book->error);
    double began = options->seconds == NULL ? 0 : options->seconds();
    struct restoration restoration = {
        .book = book, .options = options, .reads_only = options->verify || book->dry_run};
    crm_status status = restore(&restoration, directory);
    const struct backup_summary summary = {
        .file = options->file,
        .book = restoration.reads_only ? NULL : directory,
        .facts = &restoration.facts,
        .bytes = restoration.reader.length,
        .seconds = options->seconds == NULL ? 0 : options->seconds() - began};
    if (status == CRM_OK)
        status = backup_summary_write(&summary, sink);
    if (status == CRM_OK && restoration.detached)
        status = sink_note(sink, _("The book was on a database server; this one is in its own "
                                   "file, and its policy.yaml names no server."));
    archive_reader_release(&restoration.reader);
    place_release(&restoration.place);
    buffer_release(&restoration.piece);
    arena_release(&restoration.arena);
    return status;
}
